//! Ranges and lengths: what types alone cannot say. Limits are stated on the fields in [`crate::message`].

use crate::wording::FieldError;
use crate::{Cancel, Confirm, LinkBind, Message, Pay, Refund, Status, VERSION};
use domain::receipt::{Item, Receipt};
use domain::{CallerId, Kopecks, OperationId};
use std::ops::RangeInclusive;

/// How long a register may wait for the final answer, in milliseconds.
pub const TIMEOUT_MS: RangeInclusive<u64> = 30_000..=3_600_000;
/// How long a QR may live, in seconds (90 days is the longest that a bank documents).
pub const LIFETIME_S: RangeInclusive<u32> = 30..=7_776_000;
/// The most lines of a receipt.
pub const MAX_ITEMS: usize = 1000;
/// The most characters of a purpose.
pub const MAX_PURPOSE: usize = 140;
/// The most characters of a cost centre.
pub const MAX_COST_CENTRE: usize = 64;
/// The most characters of a code scanned from the buyer's phone.
pub const MAX_CUSTOMER_CODE: usize = 1024;
/// The most characters of a card's token.
pub const MAX_CARD_TOKEN: usize = 512;
/// The most characters of a scanned link.
pub const MAX_LINK: usize = 512;
/// The most characters of a subscriber's name.
const MAX_SUBSCRIBER: usize = 256;
/// The most characters of a tender's name.
pub const MAX_TENDER: usize = 32;
/// The most digits of a bank's terminal number.
pub const MAX_TERMINAL_NUMBER: usize = 32;
/// The most characters of a receipt's number.
pub const MAX_RECEIPT_NUMBER: usize = 64;
/// The most characters of a cashier's name.
pub const MAX_CASHIER: usize = 128;
/// The most characters of an item's name.
pub const MAX_ITEM_NAME: usize = 512;
/// The most characters of an item's code.
pub const MAX_ITEM_CODE: usize = 128;
/// The most characters of a quantity.
pub const MAX_QUANTITY: usize = 20;

type Checked = Result<(), FieldError>;

/// Checks ranges and lengths. `parse` does it for every message; a register may do it before it sends one.
pub fn check(message: &Message) -> Checked {
    let (operation, protocol) = match message {
        Message::Pay(m) => (&m.operation, m.protocol),
        Message::Cancel(m) => (&m.operation, m.protocol),
        Message::Refund(m) => (&m.operation, m.protocol),
        Message::Confirm(m) => (&m.operation, m.protocol),
        Message::Status(m) => (&m.operation, m.protocol),
        Message::LinkCheck(m) => (&m.operation, m.protocol),
        Message::LinkBind(m) => (&m.operation, m.protocol),
        Message::ReceiptFind(m) => (&m.operation, m.protocol),
    };
    let expected = message.common().operation;
    if operation != expected {
        return fail("operation", format!("must be `{expected}` here"));
    }
    if protocol.is_some_and(|version| version != VERSION) {
        return fail("protocol", format!("this daemon speaks version {VERSION}"));
    }
    match message {
        Message::Pay(m) => pay(m),
        Message::Cancel(Cancel {
            payment,
            operation_id,
            ..
        })
        | Message::Status(Status {
            payment,
            operation_id,
            ..
        }) => one_of(payment.as_ref(), *operation_id),
        Message::Refund(m) => refund(m),
        Message::Confirm(m) => confirm(m),
        Message::LinkCheck(m) => {
            timeout(m.timeout_ms)?;
            length("link", &m.link, 1, MAX_LINK)
        }
        Message::LinkBind(m) => link_bind(m),
        Message::ReceiptFind(m) => length("receipt.number", &m.receipt.number, 1, MAX_RECEIPT_NUMBER),
    }
}

fn pay(m: &Pay) -> Checked {
    timeout(m.timeout_ms)?;
    money("amount", m.amount, 1)?;
    text("purpose", m.purpose.as_deref(), MAX_PURPOSE)?;
    text("cost_centre", m.cost_centre.as_deref(), MAX_COST_CENTRE)?;
    optional("customer_code", m.customer_code.as_deref(), MAX_CUSTOMER_CODE)?;
    optional("card_token", m.card_token.as_deref(), MAX_CARD_TOKEN)?;
    optional("link", m.link.as_deref(), MAX_LINK)?;
    text("tender", m.tender.as_deref(), MAX_TENDER)?;
    optional("subscriber", m.subscriber.as_deref(), MAX_SUBSCRIBER)?;
    if m.replaces.as_ref() == Some(&m.id) {
        return fail("replaces", "names the payment itself");
    }
    if m.lifetime_s.is_some_and(|life| !LIFETIME_S.contains(&life)) {
        let (from, to) = LIFETIME_S.into_inner();
        return fail("lifetime_s", format!("must be {from} to {to} seconds"));
    }
    m.receipt.as_ref().map_or(Ok(()), receipt)
}

fn refund(m: &Refund) -> Checked {
    timeout(m.timeout_ms)?;
    one_of(m.payment.as_ref(), m.operation_id)?;
    m.amount.map_or(Ok(()), |amount| money("amount", amount, 1))?;
    text("purpose", m.purpose.as_deref(), MAX_PURPOSE)
}

fn confirm(m: &Confirm) -> Checked {
    one_of(m.payment.as_ref(), m.operation_id)?;
    m.amount.map_or(Ok(()), |amount| money("amount", amount, 1))
}

fn link_bind(m: &LinkBind) -> Checked {
    timeout(m.timeout_ms)?;
    length("link", &m.link, 1, MAX_LINK)?;
    let Some(number) = &m.terminal_number else {
        return Ok(());
    };
    length("terminal_number", number, 1, MAX_TERMINAL_NUMBER)?;
    if number.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(());
    }
    fail("terminal_number", "must hold digits only")
}

fn receipt(receipt: &Receipt) -> Checked {
    text("receipt.number", receipt.number.as_deref(), MAX_RECEIPT_NUMBER)?;
    text("receipt.cashier", receipt.cashier.as_deref(), MAX_CASHIER)?;
    let count = receipt.items.len();
    if count > MAX_ITEMS {
        return fail(
            "receipt.items",
            format!("at most {MAX_ITEMS} lines, this one has {count}"),
        );
    }
    let mut total = Kopecks::ZERO;
    for (index, line) in receipt.items.iter().enumerate() {
        item(&format!("receipt.items[{index}]"), line)?;
        total = total.checked_add(line.sum).ok_or_else(|| {
            FieldError::new(
                "receipt.items",
                "the sums together exceed what a receipt can cost",
            )
        })?;
    }
    Ok(())
}

fn item(path: &str, item: &Item) -> Checked {
    length(&format!("{path}.name"), &item.name, 1, MAX_ITEM_NAME)?;
    optional(&format!("{path}.code"), item.code.as_deref(), MAX_ITEM_CODE)?;
    quantity(&format!("{path}.quantity"), &item.quantity)?;
    money(&format!("{path}.price"), item.price, 0)?;
    money(&format!("{path}.sum"), item.sum, 0)
}

/// Decimal text above zero: `1`, `0.350`.
fn quantity(path: &str, quantity: &str) -> Checked {
    length(path, quantity, 1, MAX_QUANTITY)?;
    let (whole, fraction) = quantity.split_once('.').unwrap_or((quantity, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if digits(whole) && digits(fraction) && quantity.bytes().any(|b| matches!(b, b'1'..=b'9')) {
        return Ok(());
    }
    fail(
        path,
        "must be a decimal number above zero, such as \"1\" or \"0.350\"",
    )
}

fn one_of(payment: Option<&CallerId>, operation_id: Option<OperationId>) -> Checked {
    match (payment, operation_id) {
        (Some(_), None) | (None, Some(_)) => Ok(()),
        (None, None) => fail(
            "payment",
            "missing: name the payment by `payment` or by `operation_id`",
        ),
        (Some(_), Some(_)) => fail("payment", "stands beside `operation_id`: only one of the two may"),
    }
}

fn timeout(timeout_ms: Option<u64>) -> Checked {
    if timeout_ms.is_some_and(|wait| !TIMEOUT_MS.contains(&wait)) {
        let (from, to) = TIMEOUT_MS.into_inner();
        return fail("timeout_ms", format!("must be {from} to {to} milliseconds"));
    }
    Ok(())
}

fn money(path: &str, amount: Kopecks, least: i64) -> Checked {
    if (least..=Kopecks::MAX.get()).contains(&amount.get()) {
        return Ok(());
    }
    fail(path, format!("must be {least} to {} kopecks", Kopecks::MAX.get()))
}

/// Text that is shown to people: no control characters.
fn text(path: &str, text: Option<&str>, max: usize) -> Checked {
    optional(path, text, max)?;
    if text.is_some_and(|text| text.chars().any(char::is_control)) {
        return fail(path, "holds a control character");
    }
    Ok(())
}

fn optional(path: &str, text: Option<&str>, max: usize) -> Checked {
    text.map_or(Ok(()), |text| length(path, text, 0, max))
}

fn length(path: &str, text: &str, min: usize, max: usize) -> Checked {
    let found = text.chars().count();
    if (min..=max).contains(&found) {
        return Ok(());
    }
    fail(
        path,
        format!("must have {min} to {max} characters, this one has {found}"),
    )
}

fn fail(path: impl Into<String>, problem: impl Into<String>) -> Checked {
    Err(FieldError::new(path, problem))
}
