//! What the till remembers: a file that only grows, one line of JSON an entry, each on the disk before anything follows
//! from it. It holds no customer codes, cards or tokens.
//!
//! The last line may have been cut off by a crash: it is put aside and told. That loses nothing, because what was not
//! wholly written was not sent, and an end that was not wholly written is asked for again. Any other line that cannot be
//! read stops the till: a journal with a hole proves nothing.

mod book;
mod entry;
mod file;

pub use book::{Book, CASH, Receipt, Sum, sum};
pub use entry::{Begun, Ended, Entry, Kind, Line};
pub use file::{Journal, Opened};

#[cfg(test)]
mod tests;
