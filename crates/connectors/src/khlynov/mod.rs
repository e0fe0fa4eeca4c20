//! Bank Khlynov (`qrbankhlynov`), on the C2B platform of CFT: a dynamic QR, or the register's cash link where its settings
//! name one; buyers with a subscription are charged without scanning.
//!
//! Sources: the product manual's keys; a public Python client of this bank and clients of other banks on the same
//! platform. They have the dynamic QR, its status, refunds and the list of cash links. **Nothing public has** the calls
//! for an activation, a binding, a subscription and the address of a refund's status: those are addresses in the settings
//! ([`config::Paths`]), without a default, in messages of our own that the bank's specification has yet to confirm. What is not
//! set is no ability. The bank's notifications carry no signature, so they are not taken.

mod api;
mod config;
mod link;
mod map;
mod payment;
mod refund;
mod subscription;

use config::Settings;
use connector::cash_link::STICKER;
use connector::config::{COMMON, limits, policy, transport};
use connector::{
    Built, CallbackError, ConfigError, Connector, Provider, RawCallback, Turn, WireResponse, answer,
};
use domain::call::{Lookup, Reference};
use domain::{Abilities, Call, CallKind, Code, Fault, Kopecks, LostRegistration, OrderId, Timestamp};
use serde_json::{Map, Value};

/// The names of the bank's ids in a [`Reference`].
mod ids {
    use domain::call::Reference;

    /// The dynamic QR (`qrcId`).
    pub const QR: &str = Reference::QR;
    /// The activation of a cash link (`paramsId`).
    pub const ACTIVATION: &str = "params_id";
    /// The charge of a subscription (`internalTxId`, our own).
    pub const CHARGE: &str = "charge_id";
    /// The transfer (`trxId`).
    pub const TRANSFER: &str = Reference::TRANSACTION;
}

/// The bank's one module.
pub(crate) fn providers() -> [Provider; 1] {
    [Provider {
        module: "qrbankhlynov",
        title_ru: "Банк Хлынов: динамический QR, кассовая ссылка, подписка",
        title_en: "Bank Khlynov: dynamic QR, cash link, subscription",
        keys: [COMMON, config::BANK, config::PATHS, STICKER].concat(),
        build: Box::new(build),
        callback_operation: Box::new(|_| None),
    }]
}

/// One register's conversation with the bank.
struct Khlynov(Settings);

fn build(settings: &Map<String, Value>) -> Result<Built, ConfigError> {
    let policy = policy(settings)?;
    Ok(Built {
        connector: Box::new(Khlynov(Settings::read(settings, &policy)?)),
        transport: transport(settings)?,
        policy,
        limits: limits(settings)?,
        tenders: Vec::new(),
    })
}

impl Connector for Khlynov {
    fn abilities(&self) -> Abilities {
        let settings = &self.0;
        let cash_link = settings.sticker.id().is_some();
        let refund = settings.paths.refund_status.is_some();
        Abilities {
            // No public client takes a dynamic QR back.
            revoke: cash_link,
            // A refund is accepted first and carried out later, so without the question it could never end.
            refund,
            partial_refund: refund,
            link_check: true,
            link_bind: settings.paths.activation.is_some(),
            cash_link,
            subscriber: settings.paths.subscription.is_some(),
            lost_registration: if cash_link || settings.paths.subscription.is_some() {
                LostRegistration::AskByOrder
            } else {
                // The call carries no id of ours. A QR whose answer was lost was shown to nobody, and its id of 32
                // characters can be paid by nobody who has not seen it.
                LostRegistration::RepeatSameOrder
            },
            ..Abilities::default()
        }
    }

    fn next(&self, call: &Call, heard: &[WireResponse], now: Timestamp) -> Result<Turn, Fault> {
        if !self.abilities().allows(call.kind()) {
            let detail = "the bank has no such call, or its address is not in the settings";
            return Err(Fault::refused(Code::Unsupported, detail));
        }
        let settings = &self.0;
        let turn = match call {
            Call::Register(call) => payment::register(settings, call, heard, now),
            Call::Status(lookup) => payment::status(settings, lookup, heard, now),
            Call::Revoke(lookup) => payment::revoke(settings, lookup, heard, now),
            Call::Refund(call) => refund::refund(settings, call, heard, now),
            Call::RefundStatus(call) => refund::status(settings, call, heard, now),
            Call::LinkCheck(link) => link::check(settings, link, heard, now),
            Call::LinkBind(link) => link::bind(settings, link, heard, now),
            Call::Confirm(_) => Err(Fault::refused(Code::Unsupported, "no reservations here")),
        };
        let asks = matches!(call.kind(), CallKind::Status | CallKind::RefundStatus);
        // A refused question says nothing about the order.
        turn.map_err(|fault| if asks { answer::question(fault) } else { fault })
    }

    fn probe(&self, order: OrderId) -> Call {
        let made_up = order.as_str().to_ascii_uppercase();
        let qr = format!("AD{}", made_up.get(..30).unwrap_or_default());
        Call::Status(Lookup {
            order,
            amount: Kopecks::ZERO,
            reference: Reference::default().with(ids::QR, qr),
        })
    }

    fn verify(&self, _callback: &RawCallback) -> Result<(), CallbackError> {
        Err(CallbackError::Unsupported)
    }
}

#[cfg(test)]
mod tests;
