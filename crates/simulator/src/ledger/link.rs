//! Cash links: printed blank, bound to a merchant, active for one unpaid sale at a time.

use super::{Ledger, MAX_LINKS, Refusal, Sale, SaleAt};
use crate::link;

/// Prefix of the id of a cash link (NSPK).
const LINK_PREFIX: &str = "AS";

/// One cash link.
#[derive(Debug, Clone)]
pub struct CashLink {
    /// Its id (`AS…`).
    pub id: String,
    /// What its QR holds.
    pub payload: String,
    /// The merchant; none: it is blank.
    pub owner: Option<String>,
    /// The merchant's terminal, where the bank asks for one.
    pub terminal: Option<String>,
    pub(super) sale: Option<SaleAt>,
}

impl Ledger {
    /// Prints a sticker that belongs to nobody. The text of its QR.
    pub fn print_sticker(&mut self) -> String {
        self.new_link(None).payload
    }

    /// Makes a cash link: a merchant's, or a blank one.
    pub fn new_link(&mut self, owner: Option<&str>) -> CashLink {
        if self.links.len() >= MAX_LINKS {
            let blank = self.links.values().find(|link| link.owner.is_none());
            let blank = blank.map(|link| link.id.clone());
            if let Some(id) = blank {
                self.links.remove(&id);
            }
        }
        let id = self.random.qr_id(LINK_PREFIX);
        let link = CashLink {
            payload: link::fixed_of(self.rules.member, &id, None),
            id,
            owner: owner.map(ToOwned::to_owned),
            terminal: None,
            sale: None,
        };
        self.links.insert(link.id.clone(), link.clone());
        link
    }

    /// The link of this id.
    pub fn link(&self, id: &str) -> Option<&CashLink> {
        self.links.get(id)
    }

    /// The link of this id, if it is this merchant's.
    pub fn own_link(&self, id: &str, owner: &str) -> Result<&CashLink, Refusal> {
        let link = self.links.get(id).ok_or(Refusal::NoLink)?;
        match link.owner.as_deref() {
            None => Err(Refusal::LinkBlank),
            Some(other) if other != owner => Err(Refusal::LinkForeign),
            Some(_) => Ok(link),
        }
    }

    /// A merchant's links, in the order of their ids.
    pub fn links_of<'a>(&'a self, owner: &'a str) -> impl Iterator<Item = &'a CashLink> {
        let own = |link: &&CashLink| link.owner.as_deref() == Some(owner);
        self.links.values().filter(own)
    }

    /// Gives a blank link to a merchant; his own gets the terminal anew.
    pub fn bind(&mut self, id: &str, owner: &str, terminal: Option<&str>) -> Result<CashLink, Refusal> {
        match self.own_link(id, owner) {
            Ok(_) | Err(Refusal::LinkBlank) => {}
            Err(refusal) => return Err(refusal),
        }
        let link = self.links.get_mut(id).ok_or(Refusal::NoLink)?;
        link.owner = Some(owner.to_owned());
        link.terminal = terminal.map(ToOwned::to_owned);
        Ok(link.clone())
    }

    /// The sale that is active on a link.
    pub fn active_on(&self, link: &str) -> Option<&Sale> {
        self.sales.get(self.links.get(link)?.sale?)
    }

    /// Revokes what is active on a merchant's link. None: nothing was.
    pub fn deactivate(&mut self, link: &str, owner: &str) -> Result<Option<Sale>, Refusal> {
        self.own_link(link, owner)?;
        match self.active_on(link).map(|sale| sale.id.clone()) {
            None => Ok(None),
            Some(sale) => self.cancel(&sale).map(Some),
        }
    }

    pub(super) fn free_link(&self, id: &str, owner: &str) -> Result<&CashLink, Refusal> {
        let link = self.own_link(id, owner)?;
        if link.sale.is_some() {
            return Err(Refusal::LinkBusy);
        }
        Ok(link)
    }
}
