//! The two types that a provider's folder gives: [`Provider`] (what it is called, its settings) and
//! [`Connector`] (the conversation, built from one register's settings).

use crate::config::{self, Limits, Table};
use crate::listing::{Listed, Period};
use crate::{ConfigError, Key, RawCallback, WireRequest, WireResponse};
use domain::call::{Lookup, Reference};
use domain::{
    Abilities, Answer, Call, Code, Fault, Kopecks, OperationId, OrderId, PaymentState, Policy, Timestamp,
};
use secrecy::SecretString;
use serde_json::{Map, Value};
use std::sync::Arc;

/// What to do next in a call.
#[derive(Debug)]
pub enum Turn<A = Answer> {
    /// Send this; its response is appended to what was heard.
    Send(WireRequest),
    /// The call is over.
    Done(A),
}

/// One status question for many payments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusMany {
    /// Connectors of a module with equal groups may ask about each other's payments: the same merchant, the same key.
    /// Kept in memory only, so it may be a fingerprint of the login, but never the login itself.
    pub group: String,
    /// The most payments of one question, at least 2.
    pub max: usize,
}

/// How each payment of a [`StatusMany`] question stands, in the order in which they were asked about.
pub type ManyStates = Vec<Result<PaymentState, Fault>>;

/// Talks to one provider with one merchant's settings.
pub trait Connector: Send + Sync {
    /// What the module can do.
    fn abilities(&self) -> Abilities;

    /// What to do next, given all that the provider has answered so far in this call. `now` is for providers that
    /// want a time in the message. A call that the module lacks is `Refused` with `Code::Unsupported`.
    ///
    /// The certainty of a fault speaks of the whole call. So the sender, when it cannot connect with something
    /// already heard, must not say `NotSent` for a call that changes something: its first request was sent.
    fn next(&self, call: &Call, heard: &[WireResponse], now: Timestamp) -> Result<Turn, Fault>;

    /// Whether one question can ask about many payments.
    fn status_many(&self) -> Option<StatusMany> {
        None
    }

    /// As [`Connector::next`], for one question about several payments of its [`StatusMany::group`]. The states come in
    /// the order of `lookups`, one for each.
    fn next_status_many(
        &self,
        lookups: &[Lookup],
        heard: &[WireResponse],
        now: Timestamp,
    ) -> Result<Turn<ManyStates>, Fault> {
        let (_, _, _) = (lookups, heard, now);
        Err(Fault::refused(
            Code::Unsupported,
            "this module asks about one payment at a time",
        ))
    }

    /// Whether the provider lists the operations of a period.
    fn lists(&self) -> bool {
        false
    }

    /// As [`Connector::next`], for the provider's own register of a period.
    fn next_listing(
        &self,
        period: &Period,
        heard: &[WireResponse],
        now: Timestamp,
    ) -> Result<Turn<Vec<Listed>>, Fault> {
        let (_, _, _) = (period, heard, now);
        Err(Fault::refused(
            Code::Unsupported,
            "the provider has no register of operations, or its form is not known",
        ))
    }

    /// A question that changes nothing, about an order that nobody has made: the provider's "not found" proves that
    /// the way there is free and that it takes our key. It must make [`Connector::next`] send at least one request,
    /// and only such as change nothing.
    fn probe(&self, order: OrderId) -> Call {
        Call::Status(Lookup {
            order,
            amount: Kopecks::ZERO,
            reference: Reference::default(),
        })
    }

    /// Whether a callback really comes from the provider: checks its signature over the raw bytes.
    fn verify(&self, callback: &RawCallback) -> Result<(), CallbackError>;
}

/// A connector together with what the sender needs to know.
pub struct Built {
    /// The conversation.
    pub connector: Box<dyn Connector>,
    /// How to reach the provider.
    pub transport: Transport,
    /// The times and limits that a new operation lives by.
    pub policy: Policy,
    /// The sums that the module takes.
    pub limits: Limits,
    /// The systems behind the module that a payment must choose from (`tender`); empty when there is nothing to choose.
    pub tenders: Vec<String>,
}

/// How a provider is reached with one merchant's settings. Two registers with equal transports share connections.
#[derive(Clone)]
pub struct Transport {
    /// How long one request may take, in milliseconds.
    pub timeout_ms: u64,
    /// How many requests a second this provider may be sent; 0 = no limit.
    pub rate_per_s: u32,
    /// PEM text of the roots to trust instead of the system's.
    pub ca: Option<Arc<str>>,
    /// PEM text of our certificate chain and its key, for providers that want one.
    pub identity: Option<Arc<Identity>>,
}

/// A client certificate and its key, both PEM.
pub struct Identity {
    /// The chain.
    pub certificates: String,
    /// The key.
    pub key: SecretString,
}

/// Why a callback is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// This provider sends none.
    #[error("this module takes no callbacks")]
    Unsupported,
    /// Not a message of this provider.
    #[error("the callback cannot be read: {0}")]
    Unreadable(String),
    /// The signature is missing, doubled or wrong.
    #[error("the callback's signature is missing or wrong")]
    Signature,
}

/// Builds a connector from settings that were checked and merged.
pub type Build = Box<dyn Fn(&Map<String, Value>) -> Result<Built, ConfigError> + Send + Sync>;

/// Finds the operation that a callback speaks of.
pub type CallbackOperation = Box<dyn Fn(&RawCallback) -> Option<OperationId> + Send + Sync>;

/// A provider's module as the registry knows it.
pub struct Provider {
    /// The module's name: `qrraiffd`.
    pub module: &'static str,
    /// The provider's name for people, in Russian.
    pub title_ru: &'static str,
    /// The provider's name for people, in English.
    pub title_en: &'static str,
    /// Every key of its settings.
    pub keys: Vec<Key>,
    /// Builds a connector from settings that were checked against [`Provider::keys`] and merged (terminal over
    /// merchant over defaults).
    pub build: Build,
    /// Finds the operation that a callback speaks of. Nothing is believed at this point.
    pub callback_operation: CallbackOperation,
}

impl Provider {
    /// Every key of its settings, in the order of the documentation.
    pub fn all_keys(&self) -> impl Iterator<Item = &Key> + Clone {
        self.keys.iter()
    }

    /// Checks one row before it is written to a settings table. Missing keys are allowed: the other table may have
    /// them.
    pub fn check(&self, table: Table, row: &Map<String, Value>) -> Result<(), ConfigError> {
        config::check(self.all_keys(), table, row)
    }

    /// Builds the connector of one register from the rows that apply to it. Secrets leave the maps here and now.
    pub fn connect(
        &self,
        merchant: &Map<String, Value>,
        terminal: &Map<String, Value>,
    ) -> Result<Built, ConfigError> {
        (self.build)(&config::merge(self.all_keys(), merchant, terminal)?)
    }
}
