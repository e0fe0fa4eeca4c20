//! What every simulated provider is, whichever bank it plays. Times are microseconds since 1970.

use serde::{Deserialize, Serialize};

use crate::books::Books;
use crate::callbacks::Callback;
use crate::faults::{CallbackRule, Fault, Rule, When};
use crate::ledger::CodeOutcome;
use crate::money::Kopecks;
use crate::payer::{PayerAction, PayerError, PayerView};
use crate::wire::{Reply, Request};

/// What a call is for. Faults are attached to it, and calls are counted by it.
///
/// A step that is several HTTP calls is the one that does what the step is for; its pre-checks are [`Step::Other`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A token is fetched.
    Login,
    /// A QR is drawn, a cash link activated, a customer's code charged, a purchase reserved.
    Register,
    /// A reservation is turned into a payment.
    Confirm,
    /// How does a payment stand?
    Status,
    /// A QR is taken back, a cash link deactivated.
    Revoke,
    /// Money goes back.
    Refund,
    /// How does a refund stand?
    RefundStatus,
    /// What is this sticker?
    LinkCheck,
    /// A sticker is tied to a merchant.
    LinkBind,
    /// Anything else: a pre-check, a picture, a list.
    Other,
}

/// Something that a provider never does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// A payer's attempt cannot be declined while the QR lives.
    PayerDecline,
    /// Nobody can pay what has ended.
    LateMoney,
    /// A refund that was taken never ends declined.
    RefundDecline,
    /// It sends no notifications.
    Notifications,
}

/// Whether a provider wants a client certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certificate {
    /// No.
    NotAsked,
    /// Yes, issued by the provider's authority for a key of the shop's.
    Issued,
    /// Yes, and for the very key with which the shop signs its messages ([`crate::keys::shop`]).
    OfSigningKey,
}

/// What a provider is, known before it is opened.
#[derive(Debug)]
pub struct About {
    /// Its name in addresses and on the command line: `rsb`.
    pub name: &'static str,
    /// Its name for people, in Russian.
    pub title_ru: &'static str,
    /// Its name for people, in English.
    pub title_en: &'static str,
    /// The modules of the product that speak to it.
    pub modules: &'static [&'static str],
    /// Whether it wants a client certificate.
    pub certificate: Certificate,
    /// Whether payers' phones show codes of it for the shop to scan.
    pub codes: bool,
    /// Whether it has stickers.
    pub stickers: bool,
    /// What never happens there. Its function must then answer [`PayerError::Never`], or nothing.
    pub lacks: &'static [Lack],
}

/// A card that a payer may show instead of a code, with what is left on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Card {
    /// What the register reads.
    pub token: String,
    /// Whose card it is, in Russian.
    pub title_ru: String,
    /// Whose card it is, in English.
    pub title_en: String,
    /// What is left on it.
    pub budget: Kopecks,
}

/// A notification as it would arrive, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// To accept it.
    pub id: u64,
    /// The shop's address.
    pub url: String,
    /// Header names in small letters.
    pub headers: Vec<(String, String)>,
    /// The bytes.
    pub body: Vec<u8>,
}

impl Notification {
    pub(crate) fn new(callback: Callback, signature_header: Option<&str>) -> Self {
        let signature = signature_header.map(|name| (name.to_ascii_lowercase(), callback.signature));
        Self {
            id: callback.id,
            url: callback.url,
            headers: signature.into_iter().collect(),
            body: callback.body.into_bytes(),
        }
    }
}

/// A simulated provider with its payers and its books: pure and synchronous.
///
/// A bank on a [`crate::Ledger`] gets all of it by implementing [`crate::Teller`].
pub trait Provider: Send + 'static {
    /// What it is.
    fn about(&self) -> &'static About;

    /// Answers one HTTP request, planned faults included.
    fn handle(&mut self, request: &Request, now: i64) -> Reply;

    /// A payer acts on what was shown: the text of the QR, the sticker, or his own code after it was charged. `amount`
    /// is what he enters where the QR asks for it.
    fn payer(
        &mut self,
        shown: &str,
        action: PayerAction,
        amount: Option<Kopecks>,
        now: i64,
    ) -> Result<PayerView, PayerError>;

    /// What his phone shows of it.
    fn look(&mut self, shown: &str, now: i64) -> Result<PayerView, PayerError>;

    /// What can be paid now, newest first, at most `limit`: the text to scan, and what the phone shows.
    fn payable(&mut self, limit: usize, now: i64) -> Vec<(String, PayerView)>;

    /// The receipt of a payment by its transaction number.
    fn receipt(&mut self, shown: &str, transaction: u64, now: i64) -> Option<PayerView>;

    /// Money for an order comes after its unpaid end, against every promise.
    fn late_money(&mut self, order: &str, now: i64) -> Result<(), PayerError>;

    /// The next new refund is taken and ends declined.
    fn decline_next_refund(&mut self) -> Result<(), PayerError>;

    /// Calls of this step go wrong (of every step, if none is named).
    fn plan(&mut self, step: Option<Step>, fault: Fault, when: When);

    /// Notifications go wrong.
    fn plan_notification(&mut self, rule: CallbackRule);

    /// Forgets every plan.
    fn clear_plans(&mut self);

    /// How many calls of this step have come in, those that failed included.
    fn calls_of(&mut self, step: Step) -> u64;

    /// The books as they stand.
    fn books(&mut self, now: i64) -> Books;

    /// Notifications that are due. Each comes again later unless it is accepted.
    fn notifications(&mut self, now: i64) -> Vec<Notification>;

    /// The shop answered HTTP 200 to this notification.
    fn notification_accepted(&mut self, id: u64);

    /// A printed sticker that belongs to nobody yet: the text of its QR. None: no stickers, or none that are blank.
    fn blank_sticker(&mut self) -> Option<String>;

    /// A sticker that is the shop's already, for a module over cash links that cannot bind one itself.
    fn own_sticker(&mut self) -> Option<String>;

    /// A code on the payer's phone for the shop to scan. None: the provider takes no codes.
    fn customer_code(&mut self, outcome: CodeOutcome, now: i64) -> Option<String>;

    /// The cards that a payer may show.
    fn cards(&mut self, now: i64) -> Vec<Card>;

    /// Takes back every token that it has given out. False: it gives none.
    fn forget_tokens(&mut self) -> bool {
        false
    }
}

/// A rule of a plan.
pub(crate) fn rule(step: Option<Step>, fault: Fault, when: When) -> Rule<Step> {
    Rule {
        endpoint: step,
        fault,
        when,
    }
}
