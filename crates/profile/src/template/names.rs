//! What a placeholder may stand for, in which call, and of what kind it is.

use connector::{Key, KeyType};
use std::collections::BTreeSet;

/// The calls that a profile describes. One of these bits each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// Ask for a QR, activate a link, charge a customer's code, reserve.
    Register,
    /// Sent ahead of a registration: ends what may still be active on the link.
    Deactivate,
    /// Debit what was reserved.
    Confirm,
    /// Ask how a payment stands.
    Status,
    /// Take a QR back.
    Revoke,
    /// Give money back.
    Refund,
    /// Ask how a refund stands.
    RefundStatus,
    /// Ask what a sticker is.
    LinkCheck,
    /// Tie a sticker to the merchant.
    LinkBind,
}

impl Step {
    /// Every call, in the order of a payment's life.
    pub(crate) const ALL: [Self; 9] = [
        Self::Register,
        Self::Deactivate,
        Self::Confirm,
        Self::Status,
        Self::Revoke,
        Self::Refund,
        Self::RefundStatus,
        Self::LinkCheck,
        Self::LinkBind,
    ];

    /// Its name in a profile.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Deactivate => "deactivate",
            Self::Confirm => "confirm",
            Self::Status => "status",
            Self::Revoke => "revoke",
            Self::Refund => "refund",
            Self::RefundStatus => "refund_status",
            Self::LinkCheck => "link_check",
            Self::LinkBind => "link_bind",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Register | Self::Deactivate => REGISTER,
            Self::Confirm => CONFIRM,
            Self::Status | Self::Revoke => LOOKUP,
            Self::Refund | Self::RefundStatus => REFUND,
            Self::LinkCheck | Self::LinkBind => LINK,
        }
    }
}

const REGISTER: u8 = 1;
const LOOKUP: u8 = 2;
const REFUND: u8 = 4;
const LINK: u8 = 8;
const CONFIRM: u8 = 16;
const EVERY: u8 = PAYMENT | LINK;
const PAYMENT: u8 = REGISTER | CONFIRM | LOOKUP | REFUND;

/// Of what kind a value is: what it can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text.
    Text,
    /// Text that must not be seen: it may stand in a header, a body or a signature.
    Secret,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Flag,
    /// A sum of money.
    Money,
    /// A moment.
    Time,
    /// How long.
    Life,
}

const KNOWN: [(&str, Kind, u8); 27] = [
    ("order", Kind::Text, PAYMENT),
    ("amount", Kind::Money, PAYMENT),
    ("payment_amount", Kind::Money, REFUND),
    ("refund", Kind::Text, REFUND),
    ("now", Kind::Time, EVERY),
    ("created", Kind::Time, REGISTER),
    ("expires", Kind::Time, REGISTER),
    ("life", Kind::Life, REGISTER),
    ("store", Kind::Text, REGISTER | LINK),
    ("terminal", Kind::Text, REGISTER | LINK),
    ("purpose", Kind::Text, REGISTER | CONFIRM | REFUND),
    ("cost_centre", Kind::Text, REGISTER),
    ("customer_code", Kind::Text, REGISTER),
    ("card_token", Kind::Text, REGISTER),
    ("subscriber", Kind::Text, REGISTER),
    ("tender", Kind::Text, REGISTER),
    ("link_id", Kind::Text, EVERY),
    ("link", Kind::Text, LINK),
    ("terminal_number", Kind::Text, LINK),
    ("receipt.number", Kind::Text, REGISTER),
    ("receipt.shift", Kind::Number, REGISTER),
    ("receipt.cashier", Kind::Text, REGISTER),
    ("method", Kind::Text, EVERY),
    ("path", Kind::Text, EVERY),
    ("host", Kind::Text, EVERY),
    ("signature", Kind::Text, EVERY),
    ("body", Kind::Text, EVERY),
];

const ITEM: [(&str, Kind); 6] = [
    ("item.index", Kind::Number),
    ("item.name", Kind::Text),
    ("item.code", Kind::Text),
    ("item.quantity", Kind::Text),
    ("item.price", Kind::Money),
    ("item.sum", Kind::Money),
];

/// What a placeholder stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    /// Something of the call, of the request itself, or of a receipt's line.
    Known(&'static str),
    /// A key of the settings.
    Key(&'static str),
    /// What the provider told about the payment.
    Reference(String),
    /// What the provider told about the refund.
    RefundReference(String),
}

/// Which names may stand at a place of a profile.
#[derive(Clone, Copy)]
pub(crate) struct Names<'a> {
    /// The call.
    pub step: Step,
    /// The settings' keys.
    pub keys: &'a [Key],
    /// What the answers keep of a payment.
    pub kept: &'a BTreeSet<String>,
    /// What the answers keep of a refund.
    pub refund_kept: &'a BTreeSet<String>,
    /// Whether it stands in a receipt's line.
    pub item: bool,
    /// Whether `{signature}` may stand here.
    pub signature: bool,
    /// Whether it is the text that is signed: it may hold the body, the path and the like.
    pub signed: bool,
}

impl Names<'_> {
    /// The same place, in a receipt's line.
    pub(crate) const fn in_item(self) -> Self {
        Self { item: true, ..self }
    }

    /// The name and its kind, or what is wrong with it.
    pub(crate) fn find(&self, text: &str) -> Result<(Name, Kind), String> {
        if let Some(name) = text.strip_prefix("key.") {
            return self.key(name);
        }
        if let Some(name) = text.strip_prefix("ref.") {
            return kept(name, self.kept).map(|name| (Name::Reference(name), Kind::Text));
        }
        if let Some(name) = text.strip_prefix("refund_ref.") {
            if self.step != Step::RefundStatus {
                return Err(format!("`{{{text}}}` is known in `refund_status` only"));
            }
            let found = kept(name, self.refund_kept);
            return found.map(|name| (Name::RefundReference(name), Kind::Text));
        }
        let found = self.known().find(|(name, _)| *name == text);
        found
            .map(|(name, kind)| (Name::Known(name), kind))
            .ok_or_else(|| {
                let names: Vec<&'static str> = self.known().map(|(name, _)| name).collect();
                let near = conf::nearest(text, &names);
                let near =
                    near.map_or_else(|| ".".to_owned(), |near| format!("; did you mean `{{{near}}}`?"));
                format!(
                    "`{{{text}}}` is not known in `{}`{near} Known are {}, key.…, ref.…",
                    self.step.name(),
                    names.join(", ")
                )
            })
    }

    fn known(&self) -> impl Iterator<Item = (&'static str, Kind)> {
        let (bit, place) = (self.step.bit(), *self);
        let known = KNOWN
            .into_iter()
            .filter(move |(name, _, bits)| {
                bits & bit != 0
                    && match *name {
                        "signature" => place.signature,
                        "body" | "method" | "path" | "host" => place.signed,
                        _ => true,
                    }
            })
            .map(|(name, kind, _)| (name, kind));
        known.chain(ITEM.into_iter().filter(move |_| place.item))
    }

    fn key(&self, name: &str) -> Result<(Name, Kind), String> {
        let Some(key) = self.keys.iter().find(|key| key.name == name) else {
            let names: Vec<&'static str> = self.keys.iter().map(|key| key.name).collect();
            let near = conf::nearest(name, &names)
                .map(|near| format!("; did you mean `{{key.{near}}}`?"))
                .unwrap_or_default();
            return Err(format!(
                "the settings have no key `{name}`{near}; declare it in `keys`"
            ));
        };
        let kind = match key.kind {
            KeyType::Text { .. }
            | KeyType::Digits { .. }
            | KeyType::Number { .. }
            | KeyType::Url
            | KeyType::Word(_) => Kind::Text,
            KeyType::Integer { .. } => Kind::Number,
            KeyType::Flag => Kind::Flag,
            KeyType::Secret | KeyType::Pem => Kind::Secret,
        };
        Ok((Name::Key(key.name), kind))
    }
}

fn kept(name: &str, kept: &BTreeSet<String>) -> Result<String, String> {
    if kept.contains(name) {
        return Ok(name.to_owned());
    }
    let names: Vec<&str> = kept.iter().map(String::as_str).collect();
    Err(if names.is_empty() {
        format!("no answer keeps `{name}`; name its place in the `keep` of an earlier call's answer")
    } else {
        format!("no answer keeps `{name}`; kept are {}", names.join(", "))
    })
}
