//! Where the fields of one call's answer stand.

use super::body::{Format, Place, Places};
use super::meaning::{LinkWord, Meaning, PaymentWord, RefundWord, Words};
use crate::money::Unit;
use crate::template::Text;
use crate::time::TimeFormat;

/// Everything that is needed to read one call's answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Shape {
    /// How the body is written.
    pub format: Format,
    /// What money is counted in.
    pub unit: Unit,
    /// Where it says whether the call went well, and the words for yes. None: the HTTP status alone says it.
    pub ok: Option<(Places, Vec<String>)>,
    /// Where a refusal's code stands.
    pub code: Option<Places>,
    /// Where the provider's own words stand.
    pub message: Option<Places>,
    /// The list in which the answer is one element.
    pub list: Option<Place>,
    /// What must stand at a place, if anything does.
    pub about: Vec<(Place, Text)>,
    /// Where the status word stands.
    pub status: Option<Places>,
    /// Where the sum stands.
    pub amount: Option<Places>,
    /// What must be there for a payment to count as paid.
    pub paid_needs: Option<Places>,
    /// What the QR holds.
    pub payload: Option<Source>,
    /// When the QR dies.
    pub expires_at: Option<(Places, TimeFormat)>,
    /// What of the receipt may be paid, of a provider that reserves.
    pub reserved: Option<Reserve>,
    /// What is kept for later calls.
    pub keep: Vec<(String, Source)>,
    /// What an answer without a status word says of a refund.
    pub refund_state: Option<RefundWord>,
    /// The words for a payment.
    pub payment_words: Words<PaymentWord>,
    /// The words for a refund.
    pub refund_words: Words<RefundWord>,
    /// The words for a sticker.
    pub link_words: Words<LinkWord>,
    /// The words for a refusal. `http_404` is the word of an answer without a code.
    pub errors: Words<Meaning>,
}

/// Where a reservation stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reserve {
    /// The sum that may be debited.
    pub available: Places,
    /// The list of the lines that may be paid.
    pub list: Option<Place>,
    /// In an element of the list: the line's number in the receipt, from 1.
    pub number: Option<Places>,
    /// In an element of the list: what of the line may be paid.
    pub sum: Option<Places>,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// A place of the answer, or one of several.
    At(Places),
    /// What we know ourselves.
    Own(Text),
}
