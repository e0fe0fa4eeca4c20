//! What a provider answers: where its fields stand, what its words mean, and what they prove.

pub(crate) mod body;
pub(crate) mod meaning;
pub(crate) mod read;
pub(crate) mod shape;

pub(crate) use body::{Place, Places};
pub(crate) use meaning::{Meaning, PaymentWord, RefundWord};
pub(crate) use read::{Refusal, Said};
pub(crate) use shape::{Reserve, Shape, Source};

#[cfg(test)]
mod tests;
