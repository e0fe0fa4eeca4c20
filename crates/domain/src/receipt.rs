//! What is being bought: the part of a receipt that a provider or a support engineer may need.

use crate::Kopecks;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The receipt that a payment belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The receipt's number at the register.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The shift's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift: Option<u32>,
    /// The cashier, as the register names them. Personal data: never logged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cashier: Option<String>,
    /// The lines, in the receipt's order. At most 1000.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 1000))]
    pub items: Vec<Item>,
}

/// One line of a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// What is printed on the receipt.
    pub name: String,
    /// The article or bar code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// How many, as decimal text: `1`, `0.350`.
    pub quantity: String,
    /// Price of one, in kopecks.
    pub price: Kopecks,
    /// Sum of the line, in kopecks.
    pub sum: Kopecks,
}
