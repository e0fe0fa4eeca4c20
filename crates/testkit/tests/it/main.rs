//! The whole system under test. One binary, so that it is linked once.

mod payment;
mod real;
