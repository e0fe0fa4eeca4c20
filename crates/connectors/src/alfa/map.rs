//! The bank's words in ours. An unknown word is `Unknown`, never a guess.

use super::api::{RUB, Reply};
use super::config::Settings;
use super::ids;
use connector::answer::{door, json, unclear, words};
use connector::nspk::status::{Accepted, Status};
use connector::{Printed, WireResponse, percent};
use domain::call::Reference;
use domain::{Code, Fault, Kopecks, OrderId, PaymentState, RefundState, Timestamp};

/// The header with the bank's signature of its answer.
const SIGNATURE: &str = "authorization";

/// A whole answer of the bank: what was asked for, or a refusal with a code.
pub(super) enum Said {
    Yes(Box<Reply>),
    No(Refusal),
}

/// A refusal: the bank understood and said no.
pub(super) struct Refusal {
    code: String,
    message: String,
    not_found: bool,
}

/// Reads an answer that must speak of this terminal. With the bank's certificate in the settings an answer without its
/// signature is none: it may come from anybody.
pub(super) fn hear(
    settings: &Settings,
    term_no: &str,
    response: &WireResponse,
    now: Timestamp,
) -> Result<Said, Fault> {
    door(response, now)?;
    signed(settings, response)?;
    let reply: Reply = json(response)?;
    let code = reply.error_code.as_str().trim();
    if code != "0" {
        let message = percent::decode(reply.message.as_deref().unwrap_or_default());
        return Ok(Said::No(Refusal {
            code: words(code),
            message: words(&message),
            not_found: settings.not_found.iter().any(|known| known == code),
        }));
    }
    if !(200..300).contains(&response.status) {
        let status = response.status;
        return Err(unclear(&format!("success under HTTP {status}; check `url`")));
    }
    if reply
        .term_no
        .as_ref()
        .is_some_and(|told| !same_number(told.as_str(), term_no))
    {
        return Err(unclear("the answer speaks of another terminal"));
    }
    Ok(Said::Yes(Box::new(reply)))
}

fn signed(settings: &Settings, response: &WireResponse) -> Result<(), Fault> {
    let Some(bank) = &settings.bank else {
        return Ok(());
    };
    match response.header(SIGNATURE) {
        None => Err(unclear("it has no signature; check the key `bank_cert`")),
        Some(signature) if bank.verify_base64(&response.body, signature) => Ok(()),
        Some(_) => Err(unclear(
            "its signature is not the bank's; check the key `bank_cert`",
        )),
    }
}

/// A number that came back as one has lost its leading zeros.
fn same_number(told: &str, asked: &str) -> bool {
    told.trim_start_matches('0') == asked.trim_start_matches('0')
}

impl Refusal {
    /// The bank does not know the operation or the link. Which codes say so is not public, so it is a setting.
    pub fn is_not_found(&self) -> bool {
        self.not_found
    }

    /// The refusal as a fault.
    pub fn fault(&self) -> Fault {
        let detail = format!("the bank refused: {}", self.message);
        Fault::refused(Code::ProviderRefused, detail).with_provider_code(&self.code)
    }
}

impl Reply {
    /// The status word; the documents give one with every status question.
    pub fn status(&self) -> Result<Status, Fault> {
        Status::read("status", self.status.as_deref().unwrap_or("(absent)"))
    }

    /// Whether it names a transfer: without one nothing has been paid.
    pub fn transfer(&self) -> Option<&str> {
        self.trx_id.as_deref().filter(|id| !id.trim().is_empty())
    }

    /// The key of an activation: 12 digits.
    pub fn payrrn(&self) -> Option<&str> {
        let told = self.payrrn.as_ref().map(Printed::as_str)?;
        let good = (1..=32).contains(&told.len()) && told.bytes().all(|b| b.is_ascii_digit());
        good.then_some(told)
    }

    /// The sum, when one is named; it must be readable.
    pub fn kopecks(&self) -> Result<Option<Kopecks>, Fault> {
        let read = |told: &Printed| told.kopecks().ok_or_else(|| unclear("a sum that is no sum"));
        self.amount.as_ref().map(read).transpose()
    }

    /// Turns away an answer about another message of ours.
    pub fn answers(&self, message: &OrderId) -> Result<(), Fault> {
        let ours = message.to_uuid_text();
        let other = |told: &String| !told.is_empty() && !told.eq_ignore_ascii_case(&ours);
        if self.message_id.as_ref().is_some_and(other) {
            return Err(unclear("the answer speaks of another `messageID`"));
        }
        Ok(())
    }
}

/// What a payment was asked by.
#[derive(Clone, Copy)]
pub(super) enum By<'a> {
    /// A dynamic QR.
    Qr(&'a str),
    /// An activation of a cash link.
    Payrrn(&'a str),
}

/// What a payment's status says about this very payment. `Paid` needs `ACWP`, the transfer, and the QR or the
/// activation by name.
pub(super) fn payment(reply: &Reply, by: By<'_>, term_no: &str) -> Result<PaymentState, Fault> {
    let (named, same) = match by {
        By::Qr(asked) => (reply.qrc_id.is_some(), reply.qrc_id.as_deref() == Some(asked)),
        By::Payrrn(asked) => {
            let told = reply.payrrn.as_ref().map(Printed::as_str);
            (told.is_some(), told.is_some_and(|told| same_number(told, asked)))
        }
    };
    if named && !same {
        return Err(unclear("the status speaks of another payment"));
    }
    let status = reply.status()?;
    let Some(transfer) = reply.transfer().filter(|_| status == Status::Accepted) else {
        return Ok(status.payment(None));
    };
    if !named {
        return Err(unclear("a payment that names neither its QR nor its activation"));
    }
    if reply.currency.as_deref().is_some_and(|currency| currency != RUB) {
        return Err(unclear("a payment in another currency"));
    }
    let mut reference = Reference::default()
        .with(ids::TERMINAL, term_no)
        .with(ids::TRANSFER, words(transfer));
    if let Some(moment) = &reply.trx_dt {
        reference = reference.with(ids::TRANSFER_AT, words(moment.as_str()));
    }
    if let Some(payrrn) = reply.payrrn() {
        reference = reference.with(ids::PAYMENT, payrrn);
    }
    Ok(status.payment(Some(Accepted {
        amount: reply.kopecks()?,
        reference,
    })))
}

/// How a refund stands. The sources name no words for it; a refund is a transfer of SBP, so it has those of NSPK.
pub(super) fn refund(reply: &Reply, refund: &OrderId, asked: Kopecks) -> Result<RefundState, Fault> {
    reply.answers(refund)?;
    if reply.kopecks()?.is_some_and(|told| told != asked) {
        return Err(unclear("the refund's sum is not the one that was asked for"));
    }
    Ok(reply.status()?.refund(Reference::default()))
}
