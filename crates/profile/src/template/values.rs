//! The values behind the placeholders of one call.

use super::names::Name;
use super::placeholder::Placeholder;
use crate::money::Unit;
use domain::call::{ConfirmCall, LinkCall, Lookup, Reference, RefundCall, Register};
use domain::receipt::Item;
use domain::{Kopecks, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;

/// One value.
#[derive(Clone)]
pub(crate) enum Value {
    /// Text.
    Text(String),
    /// Text that is not to be seen.
    Secret(SecretString),
    /// A number as it is printed.
    Number(String),
    /// `true` or `false`.
    Flag(bool),
    /// A sum.
    Money(Kopecks),
    /// A moment.
    Time(Timestamp),
    /// How long, in milliseconds.
    Life(u64),
}

/// Values by name.
pub(crate) type Values = BTreeMap<&'static str, Value>;

/// What one call knows.
pub(crate) struct Facts<'a> {
    /// What the call itself says.
    pub known: Values,
    /// The receipt's lines; none when there is no receipt.
    pub items: Vec<Values>,
    /// What the settings say.
    pub settings: &'a Values,
    /// What the provider told about the payment.
    pub reference: Option<&'a Reference>,
    /// What the provider told about the refund.
    pub refund_reference: Option<&'a Reference>,
    /// What money is counted in.
    pub unit: Unit,
    /// The store's time, in minutes east of UTC.
    pub utc_offset_min: u32,
}

/// What a place of a template sees.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    /// The call.
    pub facts: &'a Facts<'a>,
    /// Every payment that is asked about at once.
    pub orders: &'a [Facts<'a>],
    /// The receipt's line that it stands in.
    pub item: Option<&'a Values>,
}

impl<'a> View<'a> {
    /// A view of one call alone.
    pub(crate) fn of(facts: &'a Facts<'a>) -> Self {
        Self {
            facts,
            orders: std::slice::from_ref(facts),
            item: None,
        }
    }

    /// A placeholder's value as it is written, and whether it is a secret. None when it is absent.
    pub(crate) fn write(&self, placeholder: &Placeholder) -> Option<(String, bool)> {
        let format = &placeholder.format;
        let facts = self.facts;
        let value = self.get(&placeholder.name)?;
        let text = match value {
            Value::Secret(secret) => return Some((secret.expose_secret().to_owned(), true)),
            Value::Number(number) => number,
            Value::Flag(flag) => flag.to_string(),
            Value::Money(sum) => format.unit.unwrap_or(facts.unit).write(sum),
            Value::Time(moment) => format.time.as_ref()?.write(moment, facts.utc_offset_min)?,
            // Rounded up: a QR that the provider keeps alive a little longer is revoked, one that dies early is lost.
            Value::Life(life_ms) => life_ms.div_ceil(format.life_unit_ms?).max(1).to_string(),
            Value::Text(text) => text,
        };
        let mut text = text;
        for (mark, name) in &format.fill {
            let Some(Value::Text(filling)) = self.get(name) else {
                return None;
            };
            text = text.replace(mark.as_str(), &filling);
        }
        if format.uuid {
            text = as_uuid(&text);
        }
        if let Some(max) = format.max {
            text = connector::purpose::one_line(&text, max)?;
        }
        let is_number = |text: &str| Kopecks::from_rubles(text).is_ok() || decimal(text);
        if format.number && !is_number(&text) {
            return None;
        }
        Some((text, false))
    }

    fn get(&self, name: &Name) -> Option<Value> {
        let kept = |reference: Option<&Reference>, name: &str| {
            reference
                .and_then(|reference| reference.get(name))
                .map(|text| Value::Text(text.to_owned()))
        };
        match name {
            Name::Known(name) => {
                let item = self.item.and_then(|item| item.get(name));
                item.or_else(|| self.facts.known.get(name)).cloned()
            }
            Name::Key(name) => self.facts.settings.get(name).cloned(),
            Name::Reference(name) => kept(self.facts.reference, name),
            Name::RefundReference(name) => kept(self.facts.refund_reference, name),
        }
    }
}

/// Digits, with at most one point among them, as JSON takes a number.
fn decimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits =
        |part: &str| !part.is_empty() && part.len() <= 18 && part.bytes().all(|b| b.is_ascii_digit());
    digits(whole) && digits(fraction) && (whole == "0" || !whole.starts_with('0'))
}

/// 32 hexadecimal digits with hyphens; any other text as it is.
fn as_uuid(text: &str) -> String {
    let hex = text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let parts = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
    let cut: Option<Vec<&str>> = parts.iter().map(|(from, to)| text.get(*from..*to)).collect();
    match cut {
        Some(parts) if hex => parts.join("-"),
        _ => text.to_owned(),
    }
}

/// What is the same for every call of one register.
#[derive(Clone, Copy)]
pub(crate) struct Base<'a> {
    /// What the settings say.
    pub settings: &'a Values,
    /// What money is counted in.
    pub unit: Unit,
    /// The store's time, in minutes east of UTC.
    pub utc_offset_min: u32,
    /// The moment.
    pub now: Timestamp,
}

impl<'a> Facts<'a> {
    /// What every call knows.
    pub(crate) fn new(base: Base<'a>) -> Self {
        Self {
            known: Values::from([("now", Value::Time(base.now))]),
            items: Vec::new(),
            settings: base.settings,
            reference: None,
            refund_reference: None,
            unit: base.unit,
            utc_offset_min: base.utc_offset_min,
        }
    }

    /// What a registration knows.
    pub(crate) fn of_register(base: Base<'a>, call: &Register, purpose: Option<String>) -> Self {
        let mut facts = Self::new(base);
        let life_ms = call.expires_at.ms_since(base.now);
        facts.set("order", Some(Value::Text(call.order.as_str().to_owned())));
        facts.set("amount", Some(Value::Money(call.amount)));
        facts.set("created", Some(Value::Time(call.created_at)));
        facts.set("expires", Some(Value::Time(call.expires_at)));
        facts.set("life", Some(Value::Life(life_ms)));
        facts.set("store", Some(Value::Text(call.store.as_str().to_owned())));
        facts.set("terminal", Some(Value::Text(call.terminal.as_str().to_owned())));
        facts.set("purpose", purpose.map(Value::Text));
        facts.set("cost_centre", call.cost_centre.clone().map(Value::Text));
        facts.set("customer_code", call.customer_code.clone().map(Value::Text));
        facts.set("subscriber", call.subscriber.clone().map(Value::Text));
        facts.set("card_token", call.card_token.clone().map(Value::Text));
        if let Some(receipt) = &call.receipt {
            facts.set("receipt.number", receipt.number.clone().map(Value::Text));
            facts.set(
                "receipt.shift",
                receipt.shift.map(|shift| Value::Number(shift.to_string())),
            );
            facts.set("receipt.cashier", receipt.cashier.clone().map(Value::Text));
            facts.items = receipt
                .items
                .iter()
                .zip(1..)
                .map(|(item, index)| line(item, index))
                .collect();
        }
        facts
    }

    /// What a question about a payment knows.
    pub(crate) fn of_lookup(base: Base<'a>, lookup: &'a Lookup) -> Self {
        let mut facts = Self::new(base);
        facts.set("order", Some(Value::Text(lookup.order.as_str().to_owned())));
        facts.set("amount", Some(Value::Money(lookup.amount)));
        facts.reference = Some(&lookup.reference);
        facts
    }

    /// What a confirmation knows.
    pub(crate) fn of_confirm(base: Base<'a>, call: &'a ConfirmCall) -> Self {
        let mut facts = Self::of_lookup(base, &call.lookup);
        facts.set("amount", Some(Value::Money(call.amount)));
        facts.set("purpose", call.purpose.clone().map(Value::Text));
        facts
    }

    /// What a refund knows.
    pub(crate) fn of_refund(base: Base<'a>, call: &'a RefundCall) -> Self {
        let mut facts = Self::of_lookup(base, &call.payment);
        facts.set("payment_amount", Some(Value::Money(call.payment.amount)));
        facts.set("amount", Some(Value::Money(call.amount)));
        facts.set("refund", Some(Value::Text(call.refund.as_str().to_owned())));
        facts.set("purpose", call.purpose.clone().map(Value::Text));
        facts.refund_reference = Some(&call.reference);
        facts
    }

    /// What a question about a sticker knows.
    pub(crate) fn of_link(base: Base<'a>, call: &LinkCall) -> Self {
        let mut facts = Self::new(base);
        facts.set("link_id", Some(Value::Text(call.link_id.clone())));
        facts.set("link", Some(Value::Text(call.payload.clone())));
        facts.set("terminal_number", call.terminal_number.clone().map(Value::Text));
        facts.set("store", Some(Value::Text(call.store.as_str().to_owned())));
        facts.set("terminal", Some(Value::Text(call.terminal.as_str().to_owned())));
        facts
    }

    /// One more value, if there is one.
    pub(crate) fn set(&mut self, name: &'static str, value: Option<Value>) {
        if let Some(value) = value {
            self.known.insert(name, value);
        }
    }
}

fn line(item: &Item, index: u32) -> Values {
    let mut values = Values::from([
        ("item.index", Value::Number(index.to_string())),
        ("item.name", Value::Text(item.name.clone())),
        ("item.quantity", Value::Text(item.quantity.clone())),
        ("item.price", Value::Money(item.price)),
        ("item.sum", Value::Money(item.sum)),
    ]);
    if let Some(code) = &item.code {
        values.insert("item.code", Value::Text(code.clone()));
    }
    values
}

impl Facts<'_> {
    /// The sum of the call.
    pub(crate) fn amount(&self) -> Option<Kopecks> {
        match self.known.get("amount") {
            Some(Value::Money(sum)) => Some(*sum),
            _ => None,
        }
    }
}
