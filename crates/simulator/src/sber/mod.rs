//! Sberbank, «Плати QR»: orders with a QR of SBP or of SberPay, and orders paid by the code on the payer's phone.
//!
//! From the bank's OpenAPI of the order service (`PayQR`), of the buyer's QR (`BScanC`) and of its tokens. Its list of
//! error codes is not public: those of [`refusals`] are this simulator's own.
//!
//! Checked for real: the client certificate, the login, the scope and the life of each token, the form of every request
//! id and time, who the partner and the terminal are, and, for money going back, the operation that paid and its code.
//! A refund carries no id of the shop's, so a repeated one is another refund.

mod login;
mod messages;
mod orders;
mod registry;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex};

use secrecy::SecretString;

use crate::catalogue::{Kind, Opening};
use crate::ledger::{Ledger, Rules};
use crate::provider::{About, Certificate, Lack, Step};
use crate::teller::Teller;
use crate::wire::{Answer, Request};
use login::Tokens;

/// What the bank is.
pub const ABOUT: About = About {
    name: "sber",
    title_ru: "Сбербанк",
    title_en: "Sberbank",
    modules: &["qrsber", "qrsberpay"],
    certificate: Certificate::Issued,
    codes: true,
    stickers: false,
    // The bank notifies of SberPay orders only, and signs nothing: nobody could believe it.
    lacks: &[Lack::Notifications],
};

/// How it is opened.
pub const KIND: Kind = Kind {
    about: &ABOUT,
    open: |opening| Arc::new(Mutex::new(Sber::new(opening))),
};

/// The application of the one shop that the bank knows.
pub const CLIENT_ID: &str = "sber-client-of-the-simulated-shop";
/// The shop as a partner.
pub const MEMBER_ID: &str = "00000123";
/// The shop's terminal.
pub const TID: &str = "70000001";
/// The device that makes SberPay orders; for SBP it is the terminal.
pub const ID_QR: &str = "1000100001";
/// What stands before all paths.
pub const PREFIX: &str = "/prod";
/// The bank's number in SBP.
const MEMBER_OF_SBP: &str = "100000000111";

/// Error codes of this simulator, with the bank's words.
pub mod refusals {
    /// A code and its words.
    pub type Refusal = (&'static str, &'static str);
    /// No order of this number or id at this terminal.
    pub const NO_ORDER: Refusal = ("100404", "Заказ не найден");
    /// The order's number has been used.
    pub const DUPLICATE: Refusal = ("100409", "Заказ с таким номером уже существует");
    /// The order's state does not allow it.
    pub const WRONG_STATE: Refusal = ("100410", "Операция невозможна в текущем состоянии заказа");
    /// More than is left of the payment.
    pub const TOO_MUCH: Refusal = ("100411", "Сумма возврата больше остатка");
    /// Not the operation that paid, or not its code.
    pub const NO_OPERATION: Refusal = ("100412", "Операция оплаты не найдена");
    /// SBP cannot be reversed.
    pub const NO_REVERSE: Refusal = ("100413", "Отмена недоступна, используйте возврат");
    /// The payer's code is unknown, over or used.
    pub const BAD_CODE: Refusal = ("100414", "QR-код клиента недействителен");
    /// The payer's bank declined.
    pub const DECLINED: Refusal = ("100051", "Недостаточно средств");
    /// The payer's bank does not take the money back.
    pub const NOT_TAKEN_BACK: Refusal = ("100096", "Системная ошибка");
    /// The books are full.
    pub const FULL: Refusal = ("100500", "Сервис перегружен");
}

/// The bank.
#[derive(Debug)]
pub struct Sber {
    ledger: Ledger,
    secret: SecretString,
    certificate: Vec<u8>,
    tokens: Tokens,
}

impl Sber {
    /// The bank with one shop and empty books.
    pub fn new(opening: Opening) -> Self {
        let rules = Rules {
            shop: opening.shop,
            member: MEMBER_OF_SBP,
            ..Rules::default()
        };
        Self {
            ledger: Ledger::new(opening.seed, rules),
            secret: opening.secret,
            certificate: opening.certificate,
            tokens: Tokens::default(),
        }
    }
}

/// The bank's calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    Token,
    Creation,
    Status,
    Revocation,
    Cancel,
    Pay,
    Registry,
}

impl Call {
    fn of(request: &Request) -> Option<Self> {
        let path = request.address().strip_prefix(PREFIX)?;
        Some(match (request.method.as_str(), path) {
            ("POST", "/tokens/v3/oauth") => Self::Token,
            ("POST", "/qr/order/v3/creation") => Self::Creation,
            ("POST", "/qr/order/v3/status") => Self::Status,
            ("POST", "/qr/order/v3/revocation") => Self::Revocation,
            ("POST", "/qr/order/v3/cancel") => Self::Cancel,
            ("POST", "/qr/bscanc/v1/pay") => Self::Pay,
            ("POST", "/qr/order/v3/registry") => Self::Registry,
            _ => return None,
        })
    }

    const fn scope(self) -> Option<&'static str> {
        Some(match self {
            Self::Token => return None,
            Self::Creation => "https://api.sberbank.ru/qr/order.create",
            Self::Status => "https://api.sberbank.ru/qr/order.status",
            Self::Revocation => "https://api.sberbank.ru/qr/order.revoke",
            Self::Cancel => "https://api.sberbank.ru/qr/order.cancel",
            Self::Pay => "https://api.sberbank.ru/qr/order.pay",
            Self::Registry => "auth://qr/order.registry",
        })
    }
}

impl Teller for Sber {
    const ABOUT: &'static About = &ABOUT;
    const STATUS_WORDS: &'static [&'static str] = &["order_state", "order_status"];

    fn ledger(&mut self) -> &mut Ledger {
        &mut self.ledger
    }

    /// One address tells how payments and refunds stand: asked about an order of which money went back, it is about
    /// refunds.
    fn step(&self, request: &Request) -> Option<Step> {
        Some(match Call::of(request)? {
            Call::Token => Step::Login,
            Call::Creation | Call::Pay => Step::Register,
            Call::Status if self.has_refunds(request) => Step::RefundStatus,
            Call::Status => Step::Status,
            Call::Revocation => Step::Revoke,
            Call::Cancel => Step::Refund,
            Call::Registry => Step::Other,
        })
    }

    fn answer(&mut self, _: Step, request: &Request, now: i64) -> Answer {
        if !request.shows(&self.certificate) {
            return messages::gateway(403, "the client certificate is not accepted");
        }
        let Some(call) = Call::of(request) else {
            return self.no_such_address();
        };
        match call.scope() {
            None => self.token(request, now),
            Some(scope) => match self.tokens.check(request, scope, now) {
                Ok(()) if call == Call::Registry => self.registry(request, now),
                Ok(()) => self.order(call, request, now),
                Err(refused) => refused,
            },
        }
    }

    fn code_text(&mut self, now: i64) -> Option<String> {
        let (client, hash) = (self.ledger.digits(12), self.ledger.digits(16));
        let seconds = now / 1_000_000;
        Some(format!(
            "https://sberbank.ru/qr/?ClientIdQr={client}&HashId={hash}&TimeStamp={seconds}"
        ))
    }

    fn forget_tokens(&mut self) -> bool {
        self.tokens = Tokens::default();
        true
    }
}
