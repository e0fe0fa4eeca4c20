//! Every sentence that a cashier, a buyer or an operator reads, in Russian and English, in one catalogue.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Text {
    /// Russian, the first language of the product.
    pub ru: String,
    /// English.
    pub en: String,
}

impl Text {
    /// Both at once.
    pub fn new(ru: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            ru: ru.into(),
            en: en.into(),
        }
    }
}
