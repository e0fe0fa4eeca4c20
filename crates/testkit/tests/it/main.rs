//! The whole system under test. One binary, so that it is linked once.

mod browser;
mod certify;
mod real;
mod virtual_time;
