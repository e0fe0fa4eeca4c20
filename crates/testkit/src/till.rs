//! A register of the tests: makes its messages.

use crate::world::{CASH_LINK, DYNAMIC};
use protocol::Message;
use serde_json::{Value, json};

/// One register of store 1, working through one module.
#[derive(Debug, Clone)]
pub struct Till {
    /// Its store.
    pub store: String,
    /// Its id.
    pub terminal: String,
    /// The module that it names.
    pub module: String,
    /// Which of several systems behind the module its payments name.
    pub tender: Option<String>,
}

impl Till {
    /// A register that shows dynamic QR codes.
    pub fn new(terminal: &str) -> Self {
        Self {
            store: "1".to_owned(),
            terminal: terminal.to_owned(),
            module: DYNAMIC.to_owned(),
            tender: None,
        }
    }

    /// A register with a cash link.
    pub fn with_link(terminal: &str) -> Self {
        Self::of_module(CASH_LINK, terminal)
    }

    /// A register that works through this module.
    pub fn of_module(module: &str, terminal: &str) -> Self {
        Self {
            module: module.to_owned(),
            ..Self::new(terminal)
        }
    }

    /// The same register in another store.
    pub fn of_store(self, store: &str) -> Self {
        Self {
            store: store.to_owned(),
            ..self
        }
    }

    /// A message of this register with these fields beside those that every message has.
    ///
    /// # Errors
    /// When the protocol does not take it.
    pub fn message(&self, operation: &str, id: &str, fields: &Value) -> anyhow::Result<Message> {
        let mut message = json!({
            "operation": operation, "id": id, "module": self.module, "store": self.store,
            "terminal": self.terminal,
        });
        if let (Some(message), Some(fields)) = (message.as_object_mut(), fields.as_object()) {
            message.extend(fields.clone());
        }
        if let (Some(tender), "pay") = (&self.tender, operation) {
            message["tender"] = json!(tender);
        }
        Ok(protocol::parse(message.to_string().as_bytes())?)
    }

    /// `pay`
    ///
    /// # Errors
    /// When the protocol does not take it.
    pub fn pay(&self, id: &str, amount: i64) -> anyhow::Result<Message> {
        self.message("pay", id, &json!({ "amount": amount }))
    }

    /// `cancel` of the payment that this register made under the id `payment`.
    ///
    /// # Errors
    /// When the protocol does not take it.
    pub fn cancel(&self, id: &str, payment: &str) -> anyhow::Result<Message> {
        self.message("cancel", id, &json!({ "payment": payment }))
    }

    /// `refund` of a sum; of all that is left when none is named.
    ///
    /// # Errors
    /// When the protocol does not take it.
    pub fn refund(&self, id: &str, payment: &str, amount: Option<i64>) -> anyhow::Result<Message> {
        let mut fields = json!({ "payment": payment });
        if let (Some(amount), Some(fields)) = (amount, fields.as_object_mut()) {
            fields.insert("amount".to_owned(), amount.into());
        }
        self.message("refund", id, &fields)
    }

    /// `status`
    ///
    /// # Errors
    /// When the protocol does not take it.
    pub fn status(&self, id: &str, payment: &str) -> anyhow::Result<Message> {
        self.message("status", id, &json!({ "payment": payment }))
    }

    /// `link_check`
    ///
    /// # Errors
    /// When the protocol does not take it.
    pub fn check(&self, id: &str, link: &str) -> anyhow::Result<Message> {
        self.message("link_check", id, &json!({ "link": link }))
    }

    /// `link_bind`
    ///
    /// # Errors
    /// When the protocol does not take it.
    pub fn bind(&self, id: &str, link: &str) -> anyhow::Result<Message> {
        self.message("link_bind", id, &json!({ "link": link }))
    }

    /// `link_bind` with the bank's terminal number.
    ///
    /// # Errors
    /// When the protocol does not take it.
    pub fn bind_numbered(&self, id: &str, link: &str, number: &str) -> anyhow::Result<Message> {
        self.message(
            "link_bind",
            id,
            &json!({ "link": link, "terminal_number": number }),
        )
    }
}
