//! Sberbank, «Плати QR»: SBP through Sber (`qrsber`) and SberPay (`qrsberpay`), where the register shows the QR or the
//! buyer does.
//!
//! Sources: the bank's OpenAPI of the order service (`PayQR`, 3.0.3, and the pages of 3.8.0 at developers.sber.ru), of
//! the buyer's QR (`BScanC`, 1.5.0) and of the tokens. Where they say nothing, the comment at the place says what was
//! chosen and why.
//!
//! Not here: notifications, since the documents know no signature for them: anybody who has the address could send one.

mod api;
mod config;
mod listing;
mod map;
mod payment;
mod refund;

use config::Settings;
use connector::config::{COMMON, limits, policy, transport};
use connector::listing::{Listed, Period};
use connector::{
    Built, CallbackError, ConfigError, Connector, Provider, RawCallback, Turn, WireResponse, answer,
};
use domain::{Abilities, Call, CallKind, Code, Fault, LostRegistration, Taking, Timestamp};
use serde_json::{Map, Value};

/// The bank's two modules.
pub(crate) fn providers() -> [Provider; 2] {
    [
        Provider {
            module: "qrsber",
            title_ru: "Сбербанк, СБП",
            title_en: "Sberbank, SBP",
            keys: [COMMON, config::BANK, config::SBP].concat(),
            build: Box::new(|settings| build(settings, Module::Sbp)),
            callback_operation: Box::new(|_| None),
        },
        Provider {
            module: "qrsberpay",
            title_ru: "Сбербанк, SberPay",
            title_en: "Sberbank, SberPay",
            keys: [COMMON, config::BANK, config::SBER_PAY].concat(),
            build: Box::new(|settings| build(settings, Module::SberPay)),
            callback_operation: Box::new(|_| None),
        },
    ]
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Module {
    Sbp,
    SberPay,
}

/// One register's conversation with the bank.
struct Sber {
    module: Module,
    settings: Settings,
}

fn build(settings: &Map<String, Value>, module: Module) -> Result<Built, ConfigError> {
    Ok(Built {
        connector: Box::new(Sber {
            module,
            settings: Settings::read(settings, module)?,
        }),
        transport: transport(settings)?,
        policy: policy(settings)?,
        limits: limits(settings)?,
        tenders: Vec::new(),
    })
}

impl Connector for Sber {
    fn abilities(&self) -> Abilities {
        Abilities {
            revoke: true,
            refund: true,
            // The call that gives money back carries no id of ours.
            one_refund_at_a_time: true,
            // The call has a sum of its own, and SBP returns parts; the bank's page does not say so for each case.
            partial_refund: true,
            // The bank does not say what a repeated `order_number` does, and a buyer's code is charged by the call.
            lost_registration: LostRegistration::AskByOrder,
            customer_code: match self.module {
                Module::Sbp => Taking::Never,
                Module::SberPay => Taking::Optional,
            },
            ..Abilities::default()
        }
    }

    fn next(&self, call: &Call, heard: &[WireResponse], now: Timestamp) -> Result<Turn, Fault> {
        if !self.abilities().allows(call.kind()) {
            return Err(lacks());
        }
        let turn = match call {
            Call::Register(call) => payment::register(&self.settings, call, heard, now),
            Call::Status(lookup) => payment::status(&self.settings, lookup, heard, now),
            Call::Revoke(lookup) => payment::revoke(&self.settings, lookup, heard, now),
            Call::Refund(call) => refund::refund(&self.settings, call, heard, now),
            Call::RefundStatus(call) => refund::status(&self.settings, call, heard, now),
            Call::Confirm(_) | Call::LinkCheck(_) | Call::LinkBind(_) => return Err(lacks()),
        };
        let asks = matches!(call.kind(), CallKind::Status | CallKind::RefundStatus);
        // A refused question says nothing about the order.
        turn.map_err(|fault| if asks { answer::question(fault) } else { fault })
    }

    fn lists(&self) -> bool {
        true
    }

    fn next_listing(
        &self,
        period: &Period,
        heard: &[WireResponse],
        now: Timestamp,
    ) -> Result<Turn<Vec<Listed>>, Fault> {
        listing::next(&self.settings, period, heard, now).map_err(answer::question)
    }

    fn verify(&self, _: &RawCallback) -> Result<(), CallbackError> {
        Err(CallbackError::Unsupported)
    }
}

fn lacks() -> Fault {
    Fault::refused(
        Code::Unsupported,
        "this module has no cash links and no reservations",
    )
}

#[cfg(test)]
mod tests;
