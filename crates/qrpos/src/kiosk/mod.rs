//! The self-checkout page.
