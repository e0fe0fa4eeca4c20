//! Which module of the registry speaks to which simulated provider, and with which settings. The table itself is the
//! demo's: [`qrpayd::demo::shops::SHOPS`].

use super::SimulatedProvider;
use crate::bank::SECRET_KEY;
use anyhow::{Context, anyhow};
use qrpayd::demo::shops::{self, Papers, SHOPS, Shop};
use secrecy::SecretString;
use serde_json::{Map, Value};
use simulator::provider::Certificate;
use simulator::street::shop_identity;
use simulator::{Authority, ClientIdentity, Kind, Opening, StartError, catalogue, keys};
use std::sync::{Arc, LazyLock, Mutex};

/// Where every simulated provider stands in virtual time.
const URL: &str = "https://bank.example";

/// A provider that the sender, the payer and the test share.
pub type Shared = Arc<Mutex<dyn SimulatedProvider>>;

/// A module's simulated provider. All that it says and all that its payers do is drawn from the seed.
#[derive(Clone, Copy)]
pub struct Simulated {
    /// The module, as the registry of connectors calls it.
    pub module: &'static str,
    /// What the demo's table says of it.
    pub shop: &'static Shop,
    kind: &'static Kind,
}

/// Every module that has a simulated provider and a row in the table.
pub fn all() -> impl Iterator<Item = Simulated> {
    SHOPS.iter().filter_map(|shop| simulated(shop.module))
}

/// The simulated provider of a module. None fails the certification suite.
pub fn simulated(module: &str) -> Option<Simulated> {
    let shop = shops::of_module(module)?;
    Some(Simulated {
        module: shop.module,
        shop,
        kind: catalogue::kind_of_module(module)?,
    })
}

impl Simulated {
    /// A provider with empty books.
    ///
    /// # Errors
    /// When the certificates of this run could not be made.
    pub fn open(&self, seed: u64) -> anyhow::Result<Shared> {
        let certificate = self.identity()?.leaf()?;
        Ok((self.kind.open)(Opening {
            secret: SecretString::from(SECRET_KEY),
            base_url: URL.to_owned(),
            certificate,
            callback_url: Some(format!("https://shop.example/callback/{}", self.module)),
            ..Opening::sample(seed)
        }))
    }

    /// The merchant's settings with which that provider knows us.
    ///
    /// # Errors
    /// When the certificates of this run could not be made.
    pub fn merchant(&self) -> anyhow::Result<Map<String, Value>> {
        Ok((self.shop.merchant)(&self.papers()?))
    }

    /// A register's settings; empty where a register has nothing of its own.
    ///
    /// # Errors
    /// When the certificates of this run could not be made.
    pub fn terminal(&self) -> anyhow::Result<Map<String, Value>> {
        Ok((self.shop.terminal)(&self.papers()?))
    }

    /// The merchant's settings with a secret and a certificate that the provider does not know.
    ///
    /// # Errors
    /// When the certificates of this run could not be made.
    pub fn wrong_login(&self) -> anyhow::Result<Map<String, Value>> {
        let papers = Papers {
            secret: SecretString::from("a-key-that-the-bank-does-not-know"),
            identity: identities()?.stranger.clone(),
            ..self.papers()?
        };
        Ok((self.shop.merchant)(&papers))
    }

    /// The merchant's settings with a certificate alone that the provider does not know; none where it wants none.
    ///
    /// # Errors
    /// When the certificates of this run could not be made.
    pub fn wrong_certificate(&self) -> anyhow::Result<Option<Map<String, Value>>> {
        if self.kind.about.certificate == Certificate::NotAsked {
            return Ok(None);
        }
        let papers = Papers {
            identity: identities()?.stranger.clone(),
            ..self.papers()?
        };
        Ok(Some((self.shop.merchant)(&papers)))
    }

    fn papers(&self) -> anyhow::Result<Papers> {
        Ok(Papers {
            url: URL.to_owned(),
            ca: None,
            identity: self.identity()?.clone(),
            secret: SecretString::from(SECRET_KEY),
        })
    }

    fn identity(&self) -> anyhow::Result<&'static ClientIdentity> {
        let identities = identities()?;
        Ok(match self.kind.about.certificate {
            Certificate::NotAsked | Certificate::Issued => &identities.issued,
            Certificate::OfSigningKey => &identities.of_signing_key,
        })
    }
}

/// The client certificates of this run.
struct Identities {
    issued: ClientIdentity,
    of_signing_key: ClientIdentity,
    /// Of a key that no provider knows.
    stranger: ClientIdentity,
}

fn identities() -> anyhow::Result<&'static Identities> {
    static MADE: LazyLock<Result<Identities, StartError>> = LazyLock::new(|| {
        let authority = Authority::generate()?;
        Ok(Identities {
            issued: shop_identity(&authority, Certificate::Issued)?,
            of_signing_key: shop_identity(&authority, Certificate::OfSigningKey)?,
            stranger: authority.issue_client_for("stranger", &keys::stranger().pem())?,
        })
    });
    MADE.as_ref()
        .map_err(|error| anyhow!("{error}"))
        .context("no client certificates")
}
