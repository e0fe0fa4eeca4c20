//! What happens to the till, and what it asks for.

use crate::till::journal::Entry;
use domain::{CallerId, Kopecks, ModuleName};
use protocol::Reply;
use register::{Pay, Refund, RegisterError};
use texts::Text;

/// A key. A scanner is a keyboard that types fast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A character.
    Char(char),
    /// Enter.
    Enter,
    /// Esc.
    Esc,
    /// The key that takes the last character back.
    Backspace,
    /// Delete.
    Delete,
    /// Up.
    Up,
    /// Down.
    Down,
    /// F1 to F12.
    F(u8),
}

/// What is asked of a payment or a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// To take the money.
    Pay,
    /// To give it back.
    Refund,
    /// To cancel it.
    Cancel,
    /// To debit what was reserved.
    Confirm,
    /// How it stands.
    Status,
}

/// Whose answer it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// That of a payment or a refund.
    Money(CallerId, Question),
    /// That of the question for a receipt's payments, by its number in this till's life.
    Find(u64),
    /// That of a question about a sticker, likewise.
    Link(u64),
}

/// What happens.
pub enum Event {
    /// A key was pressed.
    Key(Key),
    /// About a second has passed.
    Tick,
    /// The daemon said something.
    Reply(Asked, Box<Reply>),
    /// There will be no final answer.
    Failed(Asked, RegisterError),
    /// The code of a payment was shown at the register's other places, or was not.
    Shown(CallerId, Shown),
    /// A line could not be written down. What was to follow from it was not done.
    NotWritten(Box<Entry>, String),
}

/// Where a code stands besides the till's own screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// How many places show it.
    pub places: usize,
    /// What the others failed of.
    pub warnings: Vec<Text>,
}

/// What is to be done, in this order.
pub enum Command {
    /// Write this down before anything that stands after it.
    Write(Entry),
    /// Take a payment.
    Pay(ModuleName, Box<Pay>),
    /// Give money back.
    Refund(ModuleName, Refund),
    /// Cancel a payment.
    Cancel(ModuleName, CallerId),
    /// Debit what was reserved: as much as can be, or this sum.
    Confirm(ModuleName, CallerId, Option<Kopecks>),
    /// Ask how it stands.
    Status(ModuleName, CallerId),
    /// Ask for the payments of a receipt.
    Find(u64, String, Option<u32>),
    /// Ask what a sticker is.
    LinkCheck(u64, ModuleName, String),
    /// Tie a sticker to this register.
    LinkBind(u64, ModuleName, String, Option<String>),
    /// Wait no longer for an answer about a receipt or a sticker.
    Stop(u64),
    /// End the program.
    Quit,
}
