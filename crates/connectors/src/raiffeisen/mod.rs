//! Raiffeisenbank: SBP by a dynamic QR (`qrraiffd`) and over a cash link (`qrraiffd_variable`).
//!
//! Sources: the bank's OpenAPI of 2021 (`ecom-API`, `sbp.yaml`), its Java SDKs (`sbp-sdk-java`, 2022, and
//! `ecom-sdk-java`) and its .NET SDK. Where they say nothing, the comment at the place says what was chosen and why.

mod api;
mod callback;
mod cash_link;
mod config;
mod dynamic;
mod map;
mod refund;

use config::Settings;
use connector::cash_link::STICKER;
use connector::config::{COMMON, limits, policy, transport};
use connector::{
    Built, CallbackError, ConfigError, Connector, Provider, RawCallback, Turn, WireResponse, answer,
};
use domain::call::{Lookup, Reference};
use domain::{Abilities, Call, CallKind, Code, Fault, Kopecks, LostRegistration, OrderId, Timestamp};
use serde_json::{Map, Value};

/// The bank's two modules.
pub(crate) fn providers() -> [Provider; 2] {
    [
        Provider {
            module: "qrraiffd",
            title_ru: "Райффайзенбанк, динамический QR",
            title_en: "Raiffeisenbank, dynamic QR",
            keys: [COMMON, config::BANK, config::DYNAMIC].concat(),
            build: Box::new(|settings| build(settings, Module::Dynamic)),
            callback_operation: Box::new(callback::operation),
        },
        Provider {
            module: "qrraiffd_variable",
            title_ru: "Райффайзенбанк, кассовая ссылка",
            title_en: "Raiffeisenbank, cash link",
            keys: [COMMON, config::BANK, STICKER, config::CASH_LINK].concat(),
            build: Box::new(|settings| build(settings, Module::CashLink)),
            callback_operation: Box::new(callback::operation),
        },
    ]
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Module {
    Dynamic,
    CashLink,
}

/// One register's conversation with the bank.
struct Raiffeisen {
    module: Module,
    settings: Settings,
}

fn build(settings: &Map<String, Value>, module: Module) -> Result<Built, ConfigError> {
    let policy = policy(settings)?;
    let typed = match module {
        Module::Dynamic => Settings::dynamic(settings)?,
        Module::CashLink => Settings::cash_link(settings, &policy)?,
    };
    Ok(Built {
        connector: Box::new(Raiffeisen {
            module,
            settings: typed,
        }),
        transport: transport(settings)?,
        policy,
        limits: limits(settings)?,
        tenders: Vec::new(),
    })
}

impl Connector for Raiffeisen {
    fn abilities(&self) -> Abilities {
        let cash_link = self.module == Module::CashLink;
        Abilities {
            revoke: true,
            refund: true,
            one_refund_at_a_time: false,
            partial_refund: true,
            link_check: cash_link,
            link_bind: cash_link,
            cash_link,
            reservation: false,
            lost_registration: match self.module {
                // The bank refuses a second QR of an order only when the first has "successful payments", and a QR
                // whose answer was lost was shown to nobody. The bank has no question by our order id here.
                Module::Dynamic => LostRegistration::RepeatSameOrder,
                // An activation is live on the sticker at once, seen or not; the order can be asked about by our id.
                Module::CashLink => LostRegistration::AskByOrder,
            },
            ..Abilities::default()
        }
    }

    fn next(&self, call: &Call, heard: &[WireResponse], now: Timestamp) -> Result<Turn, Fault> {
        if !self.abilities().allows(call.kind()) {
            return Err(Fault::refused(Code::Unsupported, "this module has no cash links"));
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
            Module::Dynamic => Reference::default().with("qr_id", dynamic::made_up_qr(&order)),
            Module::CashLink => Reference::default(),
        };
        Call::Status(Lookup {
            order,
            amount: Kopecks::ZERO,
            reference,
        })
    }

    fn verify(&self, callback: &RawCallback) -> Result<(), CallbackError> {
        callback::verify(&self.settings, callback)
    }
}

#[cfg(test)]
mod tests;
