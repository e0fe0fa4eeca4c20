//! Every sentence that a cashier, a buyer or an operator reads, in Russian and English, in one catalogue.
//!
//! Rules for whoever adds one: say what happened and then what to do; no sentence is only "error"; Russian first,
//! as short as a cashier can read it between two goods.

pub mod catalogue;
pub mod code;
pub mod money;
pub mod note;
pub mod output;
pub mod slip;
pub mod state;
pub mod words;

pub use catalogue::{Catalogue, catalogue};
pub use code::code_text;
pub use money::{rubles, slip_rubles};
pub use note::{Note, note};
pub use output::{OutputFault, OutputKind, OutputTask, output_text, shown_nowhere_text};
pub use slip::{SLIP_WIDTH, SlipTitle, SlipWord, slip_lines};
pub use state::{state_name, state_text};
pub use words::{Lang, Word};

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

    /// This sentence and another after it.
    pub fn and(mut self, next: &Self) -> Self {
        for (text, more) in [(&mut self.ru, &next.ru), (&mut self.en, &next.en)] {
            text.push(' ');
            text.push_str(more);
        }
        self
    }
}
