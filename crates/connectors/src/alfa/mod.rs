//! Alfa-Bank: SBP by a dynamic QR (`qralpha`) and over a cash link (`qralpha_variable`), through the bank's command
//! gateway.
//!
//! Sources: the bank's start page (only its beginning is public: the test stand and its client certificate), and
//! public code of others: the C# SDK `Spoleto.FastPayments.AlfaBank` with the comments of its models, two Python
//! clients, Mertech's page on keys. Where they say nothing, the comment at the place says what was chosen and why.
//!
//! The bank sends notifications to the address that a registration names, and documents no signature for them. This
//! module names none and takes none: they carry the bank's ids and not ours, and nothing in them could be believed.

mod api;
mod cash_link;
mod config;
mod dynamic;
mod map;
mod refund;
mod status;

use config::Settings;
use connector::cash_link::STICKER;
use connector::config::{limits, policy, transport};
use connector::{
    Built, CallbackError, ConfigError, Connector, Provider, RawCallback, Turn, WireResponse, answer,
};
use domain::call::{Lookup, Reference};
use domain::{Abilities, Call, CallKind, Code, Fault, Kopecks, LostRegistration, OrderId, Policy, Timestamp};
use serde_json::{Map, Value};

/// The names of the bank's ids in a [`Reference`].
mod ids {
    use domain::call::Reference;

    pub const TERMINAL: &str = "term_no";
    pub const QR: &str = Reference::QR;
    pub const PAYMENT: &str = "payrrn";
    pub const TRANSFER: &str = Reference::TRANSACTION;
    pub const TRANSFER_AT: &str = "trx_dt";
}

/// The bank's two modules.
pub(crate) fn providers() -> [Provider; 2] {
    [
        Provider {
            module: "qralpha",
            title_ru: "Альфа-Банк, динамический QR",
            title_en: "Alfa-Bank, dynamic QR",
            keys: [&config::common()[..], config::BANK, config::DYNAMIC].concat(),
            build: Box::new(|settings| build(settings, Module::Dynamic)),
            callback_operation: Box::new(|_| None),
        },
        Provider {
            module: "qralpha_variable",
            title_ru: "Альфа-Банк, кассовая ссылка",
            title_en: "Alfa-Bank, cash link",
            keys: [&config::common()[..], config::BANK, STICKER, config::CASH_LINK].concat(),
            build: Box::new(|settings| build(settings, Module::CashLink)),
            callback_operation: Box::new(|_| None),
        },
    ]
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Module {
    Dynamic,
    CashLink,
}

/// One register's conversation with the bank.
struct Alfa {
    module: Module,
    settings: Settings,
}

fn build(settings: &Map<String, Value>, module: Module) -> Result<Built, ConfigError> {
    let standard = policy(settings)?;
    // The bank's clients ask no sooner than every 10 seconds, and not at once: so there is no eager pace.
    let policy = Policy {
        eager_interval_ms: standard.interval_ms,
        ..standard
    };
    let typed = match module {
        Module::Dynamic => Settings::dynamic(settings)?,
        Module::CashLink => Settings::cash_link(settings, &policy)?,
    };
    Ok(Built {
        connector: Box::new(Alfa {
            module,
            settings: typed,
        }),
        transport: transport(settings)?,
        policy,
        limits: limits(settings)?,
        tenders: Vec::new(),
    })
}

impl Connector for Alfa {
    fn abilities(&self) -> Abilities {
        let cash_link = self.module == Module::CashLink;
        Abilities {
            // For a dynamic QR no command is known that takes it back.
            revoke: cash_link,
            refund: true,
            partial_refund: true,
            link_check: cash_link,
            link_bind: cash_link,
            cash_link,
            lost_registration: match self.module {
                // There is no question by our `messageID`, and its meaning for a repeat is not stated. Whether a repeat
                // brings the same QR, another one or a refusal: the QR whose answer was lost was shown to nobody, and
                // its id of 32 characters can be paid by nobody who has not seen it.
                Module::Dynamic => LostRegistration::RepeatSameOrder,
                // An activation is live on the sticker at once, seen or not. See `cash_link`.
                Module::CashLink => LostRegistration::AskByOrder,
            },
            ..Abilities::default()
        }
    }

    fn next(&self, call: &Call, heard: &[WireResponse], now: Timestamp) -> Result<Turn, Fault> {
        if !self.abilities().allows(call.kind()) {
            let detail = "the bank has no such command for this module";
            return Err(Fault::refused(Code::Unsupported, detail));
        }
        let turn = match self.module {
            Module::Dynamic => dynamic::next(&self.settings, call, heard, now),
            Module::CashLink => cash_link::next(&self.settings, call, heard, now),
        };
        let asks = matches!(call.kind(), CallKind::Status | CallKind::RefundStatus);
        // A refused question says nothing about the order.
        turn.map_err(|fault| if asks { answer::question(fault) } else { fault })
    }

    fn probe(&self, order: OrderId) -> Call {
        let reference = match self.module {
            Module::Dynamic => Reference::default().with(ids::QR, dynamic::made_up_qr(&order)),
            Module::CashLink => Reference::default().with(ids::PAYMENT, "000000000000"),
        };
        // A register whose sticker is not bound has no terminal number yet.
        let terminal = self.settings.terminal.as_deref().unwrap_or("0");
        Call::Status(Lookup {
            order,
            amount: Kopecks::ZERO,
            reference: reference.with(ids::TERMINAL, terminal),
        })
    }

    fn verify(&self, _callback: &RawCallback) -> Result<(), CallbackError> {
        Err(CallbackError::Unsupported)
    }
}

#[cfg(test)]
mod tests;
