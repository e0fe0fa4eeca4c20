//! Ids, each a type of its own so that none is passed in another's place.

use crate::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// Why a text cannot be an id of the kind that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Empty, or longer than the kind allows.
    #[error("{what} must have 1 to {max} characters, this one has {found}")]
    Length {
        /// Which id.
        what: &'static str,
        /// The most characters it may have.
        max: usize,
        /// How many it has.
        found: usize,
    },
    /// A character that the kind does not allow.
    #[error("{what} may hold {allowed}; `{found}` is not among them")]
    Character {
        /// Which id.
        what: &'static str,
        /// What it may hold, in words.
        allowed: &'static str,
        /// The first character that it may not.
        found: char,
    },
    /// Not a UUID.
    #[error("an operation id is a UUID")]
    NotUuid,
}

/// Our own id of an operation: UUID v7, so that ids sort by the time they were minted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct OperationId(Uuid);

impl OperationId {
    /// Mints an id at the moment `now`; the rest of it is random.
    pub fn mint(now: Timestamp) -> Self {
        let millis = u64::try_from(now.as_millis()).unwrap_or(0);
        let random = Uuid::new_v4().into_bytes();
        let mut tail = [0; 10];
        tail.copy_from_slice(&random[6..]);
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid())
    }

    /// From the 16 bytes that the journal stores.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// The 16 bytes that the journal stores.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// The id of the refund that gives this payment's late money back. Derived, so that there can be only one.
    pub fn reversal(self) -> Self {
        let mut bytes = *self.0.as_bytes();
        bytes[15] ^= 0xff;
        Self(Uuid::from_bytes(bytes))
    }

    /// The id under which a provider knows this operation. It is derived, so a retry can never mint another
    /// (invariant 8). `attempt` counts from 1 and grows only after the provider has refused the earlier one for good.
    pub fn order(self, attempt: u32) -> OrderId {
        let id = self.0.simple();
        OrderId(if attempt <= 1 {
            id.to_string()
        } else {
            format!("{id}-{attempt}")
        })
    }
}

impl fmt::Display for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl FromStr for OperationId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Uuid::parse_str(text).map(Self).map_err(|_| IdError::NotUuid)
    }
}

/// The id that a provider is given for an order or a refund: 32 hexadecimal digits, and `-N` for a later attempt.
/// It fits the narrowest documented limit (Sber, 36 characters).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrderId(String);

impl OrderId {
    /// The text that goes on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same id as a hyphenated UUID, for providers that want one (Raiffeisen's order id).
    /// A later attempt has none and is given as plain text.
    pub fn to_uuid_text(&self) -> String {
        Uuid::parse_str(&self.0).map_or_else(|_| self.0.clone(), |id| id.hyphenated().to_string())
    }

    /// Finds the operation behind an id that a provider sent back, in either of the two forms.
    pub fn operation(text: &str) -> Option<OperationId> {
        let simple = text
            .get(..32)
            .filter(|head| head.bytes().all(|b| b.is_ascii_hexdigit()));
        let id = simple.map_or_else(|| Uuid::parse_str(text), Uuid::parse_str);
        id.ok().map(OperationId)
    }
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $max:literal, $allowed:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(#[schemars(length(min = 1, max = $max))] String);

        impl $name {
            /// Takes the text if it fits the kind's length and characters.
            pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
                let text: String = text.into();
                let found = text.chars().count();
                if found == 0 || found > $max {
                    return Err(IdError::Length { what: $what, max: $max, found });
                }
                let allowed: fn(char) -> bool = $check;
                if let Some(found) = text.chars().find(|c| !allowed(*c)) {
                    return Err(IdError::Character { what: $what, allowed: $allowed, found });
                }
                Ok(Self(text))
            }

            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

text_id!(
    /// The id that the register gave its request: the idempotency key within module, store and terminal.
    CallerId, "a request id", 64, "printable characters without blanks", |c| !c.is_whitespace() && !c.is_control()
);
text_id!(
    /// A module, named as its queue and its tables are: `qrraiffd`, `qrraiffd_variable`.
    ModuleName, "a module name", 40, "small letters, digits and `_`",
    |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'
);
text_id!(
    /// A store's id in the retailer's system (the manual's StoreID, string(128)).
    StoreId, "a store id", 128, "printable characters", |c| !c.is_control()
);
text_id!(
    /// A register's id in the retailer's system (the manual's TerminalID, string(128)).
    TerminalId, "a terminal id", 128, "printable characters", |c| !c.is_control()
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_leads_back_to_its_operation() {
        let id = OperationId::mint(Timestamp::from_micros(1_000_000));
        for attempt in [1, 2, 17] {
            assert_eq!(OrderId::operation(id.order(attempt).as_str()), Some(id));
        }
        assert_eq!(OrderId::operation(&id.order(1).to_uuid_text()), Some(id));
        assert_eq!(OrderId::operation("somebody-else's order"), None);
        assert!(id.order(9).as_str().len() <= 36);
    }

    #[test]
    fn the_order_is_the_same_each_time() {
        let id = OperationId::mint(Timestamp::from_micros(5));
        assert_eq!(id.order(1), id.order(1));
        assert_ne!(id.order(1), id.order(2));
    }

    #[test]
    fn ids_sort_by_time() {
        let early = OperationId::mint(Timestamp::from_micros(1_000_000));
        let late = OperationId::mint(Timestamp::from_micros(9_000_000));
        assert!(early < late);
    }

    #[test]
    fn bad_ids_say_what_is_wrong() {
        assert_eq!(
            ModuleName::new("QR").unwrap_err().to_string(),
            "a module name may hold small letters, digits and `_`; `Q` is not among them"
        );
        assert!(CallerId::new("").is_err());
        assert!(CallerId::new("x".repeat(65)).is_err());
    }
}
