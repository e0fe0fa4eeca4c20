//! A profile that was read and checked.

use crate::answer::Shape;
use crate::template::placeholder::Placeholder;
use crate::template::{Json, Name, Step, Text, Xml};
use connector::{Key, Method};
use domain::{LostRegistration, Taking};
use std::collections::BTreeMap;

/// One module of a profile.
pub(crate) struct Module {
    /// Its name, as in the queue and the tables.
    pub name: &'static str,
    /// The provider's name in Russian.
    pub title_ru: &'static str,
    /// The provider's name in English.
    pub title_en: &'static str,
    /// Every key of its settings.
    pub keys: Vec<Key>,
    /// How we prove who we are.
    pub auth: Auth,
    /// What it does.
    pub plain: Variant,
    /// What it does instead at a register that has a cash link.
    pub linked: Option<Variant>,
}

/// How we prove who we are. Several may apply at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Auth {
    /// The key with the token of `Authorization: Bearer`.
    pub bearer: Option<&'static str>,
    /// The keys with login and password of `Authorization: Basic`.
    pub basic: Option<(&'static str, &'static str)>,
    /// A login that gives a token for a while.
    pub oauth: Option<OAuth>,
    /// Whether the keys `cert` and `pkey` must be written.
    pub client_certificate: bool,
}

/// OAuth 2.0 with client credentials (RFC 6749, 4.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OAuth {
    /// The path of the login under `url`.
    pub path: String,
    /// The key with the client's id.
    pub id: &'static str,
    /// The key with its secret.
    pub secret: &'static str,
    /// What tokens are for when a call does not say.
    pub scope: String,
    /// Whether id and secret stand in the body instead of `Authorization: Basic`.
    pub in_body: bool,
}

/// How a message is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sign {
    /// By what.
    pub with: Algorithm,
    /// The key of the settings that it is signed with.
    pub key: &'static str,
    /// What is signed.
    pub over: Text,
    /// How the signature is written.
    pub encoding: Encoding,
}

/// What signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// HMAC-SHA-256.
    Hmac,
    /// RSA PKCS#1 v1.5 with SHA-256.
    Rsa,
}

/// How a signature is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Small hexadecimal digits.
    Hex,
    /// Standard Base64 on one line.
    Base64,
}

/// What a module does at a register.
#[derive(Debug, Clone)]
pub(crate) struct Variant {
    /// What it can do beyond registering and asking.
    pub can: Can,
    /// Whether the register's own sticker is activated.
    pub cash_link: bool,
    /// Whether the payment is reserved first.
    pub reservation: bool,
    /// What to do when the answer to a registration is lost.
    pub lost: LostRegistration,
    /// Whether a buyer's code is scanned.
    pub customer_code: Taking,
    /// Whether a subscribed buyer is charged without scanning.
    pub subscriber: bool,
    /// The systems behind the gateway, by our names.
    pub tenders: Vec<(String, Text)>,
    /// The keys that hold the register's own codes of those systems: a register may name a system by its code.
    pub tender_codes: Vec<(String, &'static str)>,
    /// Every call.
    pub calls: BTreeMap<Step, CallPattern>,
}

/// What a module can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent yes-or-no facts, read by name"
)]
pub(crate) struct Can {
    pub revoke: bool,
    pub refund: bool,
    pub partial_refund: bool,
    pub link_check: bool,
    pub link_bind: bool,
}

/// One call: what is sent, and how the answer is read.
#[derive(Debug, Clone)]
pub(crate) struct CallPattern {
    /// The call.
    pub step: Step,
    /// The method.
    pub method: Method,
    /// The path under `url`.
    pub path: Text,
    /// What follows the path after a question mark.
    pub query: Vec<(String, Text)>,
    /// Headers.
    pub headers: Vec<(String, Text)>,
    /// The body.
    pub body: BodyPattern,
    /// What the token is for.
    pub scope: Option<String>,
    /// The signature.
    pub sign: Option<Sign>,
    /// How many payments may be asked about at once.
    pub many: usize,
    /// How the answer is read.
    pub answer: Shape,
    /// The provider's ids without which the call cannot be made.
    pub needs: Vec<String>,
}

/// A body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BodyPattern {
    /// None.
    Nothing,
    /// JSON.
    Json(Json),
    /// `application/x-www-form-urlencoded`
    Form(Vec<(String, Text)>),
    /// XML.
    Xml(Xml),
}

impl CallPattern {
    /// Every placeholder of the request, and whether the call can do without its value.
    pub(crate) fn visit<'a>(&'a self, mut see: impl FnMut(&'a Placeholder, Needed)) {
        self.path.places().for_each(|place| see(place, Needed::Always));
        for (_, text) in self.query.iter().chain(&self.headers) {
            text.places().for_each(|place| see(place, Needed::Perhaps));
        }
        match &self.body {
            BodyPattern::Nothing => {}
            BodyPattern::Json(json) => json.visit(false, &mut |place, in_orders| {
                see(
                    place,
                    if in_orders {
                        Needed::Always
                    } else {
                        Needed::Perhaps
                    },
                );
            }),
            BodyPattern::Form(fields) => {
                for (_, text) in fields {
                    text.places().for_each(|place| see(place, Needed::Perhaps));
                }
            }
            BodyPattern::Xml(xml) => xml.visit(&mut |place| see(place, Needed::Perhaps)),
        }
    }

    /// Whether it cannot be made without an id that the provider gave the refund.
    pub(crate) fn needs_refund_reference(&self) -> bool {
        self.path
            .places()
            .any(|place| matches!(place.name, Name::RefundReference(_)))
    }

    /// Whether the request names this.
    pub(crate) fn mentions(&self, name: &'static str) -> bool {
        let mut found = false;
        self.visit(|place, _| found |= place.name == Name::Known(name));
        found
    }
}

/// Whether a call can do without a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needed {
    /// It cannot.
    Always,
    /// Only when nothing else names the order.
    Perhaps,
}
