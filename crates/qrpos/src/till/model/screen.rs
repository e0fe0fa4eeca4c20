//! What can be on the screen.

use super::event::Shown;
use super::field::Field;
use crate::till::journal::Kind;
use domain::{CallerId, Kopecks, ModuleName, Timestamp};
use protocol::{ReceiptPayment, Reply};
use texts::Text;

/// A screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Screen {
    /// The main menu.
    Menu,
    /// The reports.
    Reports,
    /// The shift's totals.
    Totals,
    /// A receipt is made.
    Sale {
        /// The next line.
        field: Field,
        /// What is wrong with it.
        problem: Option<Text>,
    },
    /// A means of payment is chosen.
    Tenders,
    /// How much of it.
    Amount(AmountForm),
    /// What is read from the buyer.
    Code(CodeForm),
    /// The buyer's card or telephone.
    Buyer(Field),
    /// A payment or a refund is under way.
    Waiting(Box<Waiting>),
    /// A few sentences.
    Message(Message),
    /// The report that checks a sticker.
    Link(LinkStep),
    /// A refund by receipt.
    Refund(RefundStep),
    /// Payments and refunds whose end is not known.
    Unresolved {
        /// The row that the keys speak of.
        chosen: usize,
    },
    /// Yes or no.
    Decide(Decision),
}

/// A sum is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AmountForm {
    /// For what.
    pub purpose: Purpose,
    /// The most that it may be; for cash, what is left to pay.
    pub whole: Kopecks,
    /// What was typed; empty means all of it.
    pub field: Field,
    /// What is wrong with it.
    pub problem: Option<Text>,
}

/// For what a sum is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// Cash from the buyer.
    Cash,
    /// A means of payment, by its number in the setup.
    Tender(usize),
    /// A refund of a payment of that receipt.
    Refund(String, Box<ReceiptPayment>),
}

/// A code or a card is read from the buyer. It is as good as money, so it is shown as dots.
#[derive(Clone, PartialEq, Eq)]
pub struct CodeForm {
    /// The means of payment, by its number in the setup.
    pub tender: usize,
    /// How much.
    pub amount: Kopecks,
    /// What was read.
    pub field: Field,
    /// What is wrong with it.
    pub problem: Option<Text>,
}

impl std::fmt::Debug for CodeForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CodeForm")
            .field("tender", &self.tender)
            .finish_non_exhaustive()
    }
}

/// A payment or a refund that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its id.
    pub id: CallerId,
    /// Which of the two.
    pub kind: Kind,
    /// What the cashier calls the means of payment.
    pub title: Text,
    /// The sum.
    pub amount: Kopecks,
    /// The buyer scans the sticker at the register.
    pub has_sticker: bool,
    /// When it began.
    pub since: Timestamp,
    /// The last that was heard of it.
    pub reply: Option<Box<Reply>>,
    /// When the code dies, or the time to confirm is over.
    pub until: Option<Timestamp>,
    /// Whether the cashier cancels it.
    pub cancel: Cancel,
    /// The debit was confirmed.
    pub is_confirmed: bool,
    /// A further sentence.
    pub hint: Option<Text>,
    /// Where else the code stands.
    pub shown: Option<Shown>,
}

/// Whether the cashier cancels a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancel {
    /// No.
    No,
    /// It was sent.
    Sent,
    /// It came before the payment, and is sent again when the payment is there.
    Again,
}

impl Waiting {
    /// Whether the cashier cancels it.
    pub fn is_cancelled(&self) -> bool {
        self.cancel != Cancel::No
    }
}

/// A few sentences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Good news or bad.
    pub tone: Tone,
    /// The first of them.
    pub title: Text,
    /// The others.
    pub lines: Vec<Text>,
    /// What comes after.
    pub next: Next,
}

/// Good news or bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Money came, or went back.
    Good,
    /// It did not, or it is not known.
    Bad,
    /// Neither.
    Plain,
}

/// Where a message leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// The main menu.
    Menu,
    /// A new receipt.
    Sale,
    /// The receipt's means of payment.
    Tenders,
    /// A refund of that receipt.
    Refund(u32),
    /// What is not resolved.
    Unresolved,
    /// The reports.
    Reports,
}

/// The steps of the report that checks a sticker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkStep {
    /// Whose sticker it is.
    Module,
    /// It is scanned.
    Scan(ModuleName, Field),
    /// The bank is asked.
    Asking {
        /// The question's number.
        ask: u64,
        /// The module.
        module: ModuleName,
        /// What was scanned.
        scanned: String,
        /// Whether it is being tied to this register.
        binds: bool,
    },
    /// The bank wants the number of its terminal.
    Number {
        /// The module.
        module: ModuleName,
        /// What was scanned.
        scanned: String,
        /// The number.
        field: Field,
        /// What is wrong with the last one.
        problem: Option<Text>,
    },
}

/// The steps of a refund by receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundStep {
    /// The receipt's number is typed.
    Number(Field),
    /// Its shift is typed, or left out.
    Shift(String, Field, Option<Text>),
    /// The daemon looks for it.
    Finding {
        /// The question's number.
        ask: u64,
        /// The receipt.
        number: String,
    },
    /// One of its payments is chosen.
    Payments {
        /// The receipt.
        number: String,
        /// Its payments, newest first.
        payments: Vec<ReceiptPayment>,
        /// The row that the keys speak of.
        chosen: usize,
        /// Why the chosen one cannot be refunded.
        problem: Option<Text>,
    },
}

/// A question with Enter for yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Give the receipt up?
    GiveUp,
    /// Close the shift?
    CloseShift,
    /// End the program?
    Quit,
}
