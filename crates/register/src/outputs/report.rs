//! What became of showing or withdrawing a code.

use texts::{OutputFault, OutputKind, OutputTask, Text, output_text};

/// What became of a command.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// How many places did it.
    pub done: usize,
    /// What the others failed of.
    pub warnings: Vec<Warning>,
}

impl Report {
    /// Whether no place did it. After [`super::Outputs::show`] the buyer can see no code then: cancel the payment.
    pub const fn is_nowhere(&self) -> bool {
        self.done == 0
    }
}

/// A warning for the cashier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What failed.
    pub output: OutputKind,
    /// In words, with a remedy.
    pub text: Text,
    /// For the engineer, in English.
    pub detail: String,
}

/// Why a place failed.
#[derive(Debug)]
pub(super) struct Trouble {
    pub fault: OutputFault,
    pub detail: String,
}

impl Trouble {
    pub(super) fn new(fault: OutputFault, detail: &dyn std::fmt::Display) -> Self {
        Self {
            fault,
            detail: detail.to_string(),
        }
    }

    pub(super) fn warning(self, output: OutputKind, place: &str, task: OutputTask) -> Warning {
        Warning {
            output,
            text: output_text(output, place, task, self.fault),
            detail: self.detail,
        }
    }
}

impl From<qr::QrError> for Trouble {
    fn from(error: qr::QrError) -> Self {
        Self::new(OutputFault::Undrawable, &error)
    }
}
