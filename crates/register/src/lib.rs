//! The library for those who write registers: it speaks to `qrpayd` over HTTP or RabbitMQ and keeps the rules that
//! make a payment safe, so that a register need not.
//!
//! - A request is sent under one id. Whatever breaks, it is only ever repeated under the same id and with the same
//!   bytes, which the daemon recognises.
//! - When no answer came or the connection broke, the daemon is asked how the request stands before it is sent again.
//! - "Nothing was sent" is said only when every attempt failed to connect. Everything else that is not an answer is
//!   [`RegisterError::Unknown`]: do not repeat, ask.
//! - Every wait is bounded by [`Patience`].
//!
//! [`outputs`] shows the QR wherever the register has a place for it, and takes it away again.
//!
//! ```no_run
//! # async fn sell() -> Result<(), Box<dyn std::error::Error>> {
//! use register::{Pay, Register};
//!
//! let register = Register::http("http://127.0.0.1:8080", "token".into(), "1".parse()?, "7".parse()?)?
//!     .with_module("qrraiffd".parse()?);
//! let mut replies = register.pay(Pay::new(domain::Kopecks::new(15_000)?)).await;
//! while let Some(reply) = replies.next().await {
//!     let reply = reply?;
//!     println!("{}", reply.message.en);
//! }
//! # Ok(())
//! # }
//! ```

mod amqp;
mod conversation;
mod door;
mod error;
mod http;
mod kiosk2;
mod order;
pub mod outputs;
mod patience;
mod sse;
mod stream;
pub mod ukm;

pub use error::RegisterError;
pub use kiosk2::{Kiosk2, Slide};
pub use order::{Pay, PaymentId, Refund, new_id};
pub use patience::Patience;
pub use stream::ReplyStream;

use conversation::Conversation;
use domain::{Kopecks, ModuleName, StoreId, TerminalId};
use door::{CONNECT_TIMEOUT, Door};
use order::{Envelope, Sender};
use protocol::Reply;
use secrecy::SecretString;
use std::sync::Arc;

/// A register's connection to the daemon. Cheap to clone; clones share the connection.
#[derive(Clone)]
pub struct Register {
    door: Arc<dyn Door>,
    sender: Sender,
    patience: Patience,
}

impl Register {
    /// Over HTTP. `url` is the daemon's address without a path (`http://127.0.0.1:8080`), `token` the register's
    /// own. Nothing is sent yet.
    pub fn http(
        url: &str,
        token: SecretString,
        store: StoreId,
        terminal: TerminalId,
    ) -> Result<Self, RegisterError> {
        let door = http::HttpDoor::new(url, token, CONNECT_TIMEOUT)?;
        Ok(Self::new(Arc::new(door), None, store, terminal))
    }

    /// Over RabbitMQ. `url` is `amqp://user:password@host:port/vhost` or `amqps://…`; replies come by direct
    /// reply-to. Nothing is sent yet.
    pub fn amqp(
        url: SecretString,
        module: ModuleName,
        store: StoreId,
        terminal: TerminalId,
    ) -> Result<Self, RegisterError> {
        let door = amqp::AmqpDoor::new(url)?;
        Ok(Self::new(Arc::new(door), Some(module), store, terminal))
    }

    fn new(door: Arc<dyn Door>, module: Option<ModuleName>, store: StoreId, terminal: TerminalId) -> Self {
        Self {
            door,
            sender: Sender {
                module,
                store,
                terminal,
            },
            patience: Patience::default(),
        }
    }

    /// The module that serves the requests. Over HTTP every message must name one; over RabbitMQ it is in the
    /// routing key.
    pub fn with_module(mut self, module: ModuleName) -> Self {
        self.sender.module = Some(module);
        self
    }

    /// Other limits of waiting.
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// Takes money. Several replies follow: the QR to show, progress, the final one. Keep [`ReplyStream::id`]
    /// before anything else: under it the outcome can be asked for, also after a restart of the register.
    #[expect(
        clippy::unused_async,
        reason = "a register's API is async throughout, so that a door may wait here one day"
    )]
    pub async fn pay(&self, pay: Pay) -> ReplyStream {
        self.converse(self.sender.pay(pay, &self.patience))
    }

    /// Cancels a payment that is not paid yet. The final reply tells what became of it: `cancelled`, or `paid`
    /// when the buyer was quicker.
    #[expect(clippy::unused_async, reason = "as for `pay`")]
    pub async fn cancel(&self, payment: PaymentId) -> ReplyStream {
        self.converse(self.sender.cancel(payment))
    }

    /// Gives money back.
    #[expect(clippy::unused_async, reason = "as for `pay`")]
    pub async fn refund(&self, refund: Refund) -> ReplyStream {
        self.converse(self.sender.refund(refund, &self.patience))
    }

    /// Confirms the debit of a payment that is `awaiting_confirmation`; without a sum, as much as can be. The final
    /// reply tells what became of the payment.
    #[expect(clippy::unused_async, reason = "as for `pay`")]
    pub async fn confirm(&self, payment: PaymentId, amount: Option<Kopecks>) -> ReplyStream {
        self.converse(self.sender.confirm(payment, amount))
    }

    /// Asks which payments a receipt of the store has, whichever register took them, and what of each may be
    /// refunded; without a shift, of every shift. Changes nothing. Refund one by [`PaymentId::Operation`] through its
    /// own module ([`Register::with_module`]).
    pub async fn receipt_find(&self, number: &str, shift: Option<u32>) -> Result<Reply, RegisterError> {
        let question = self.sender.receipt_find(number, shift)?;
        conversation::ask_patiently(&*self.door, &question, &self.patience).await
    }

    /// Asks how a payment or a refund stands. Changes nothing, so it may be called at any time.
    pub async fn status(&self, operation: PaymentId) -> Result<Reply, RegisterError> {
        let question = self.sender.status(operation)?;
        conversation::ask_patiently(&*self.door, &question, &self.patience).await
    }

    /// Asks what a sticker is. `scanned` is what the scanner read.
    #[expect(clippy::unused_async, reason = "as for `pay`")]
    pub async fn link_check(&self, scanned: &str) -> ReplyStream {
        self.converse(self.sender.link_check(scanned, &self.patience))
    }

    /// Ties a sticker to this register. Some banks want the number of their terminal, in digits.
    #[expect(clippy::unused_async, reason = "as for `pay`")]
    pub async fn link_bind(&self, scanned: &str, terminal_number: Option<&str>) -> ReplyStream {
        self.converse(self.sender.link_bind(scanned, terminal_number, &self.patience))
    }

    fn converse(&self, envelope: Result<Envelope, RegisterError>) -> ReplyStream {
        match envelope {
            Ok(envelope) => Conversation::start(
                Arc::clone(&self.door),
                self.sender.clone(),
                envelope,
                self.patience.clone(),
            ),
            Err(error) => ReplyStream::failed(error),
        }
    }
}
