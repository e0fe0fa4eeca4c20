//! The whole system in virtual time, with the simulated bank in the same process.

mod payment;
