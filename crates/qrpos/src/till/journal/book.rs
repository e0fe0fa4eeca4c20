//! What the lines of the journal come to.

use super::entry::{Begun, Ended, Entry, Kind, Line};
use domain::{CallerId, Kopecks, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The key of cash in the totals. No module may be named so: it is not small letters.
pub const CASH: &str = "CASH";

/// The till's memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Book {
    /// The shift's number, from 1.
    pub shift: u32,
    /// When its first line was written.
    pub since: Option<Timestamp>,
    /// The number of the next receipt. It grows over shifts, so that a number names one receipt.
    pub next_receipt: u32,
    /// What the shift has taken and given back.
    pub totals: Totals,
    /// Payments and refunds whose end is not known, oldest first.
    pub open: Vec<Begun>,
    /// The receipt that is being paid.
    pub current: Option<Receipt>,
}

/// What a shift has taken and given back. What ends later counts in the shift in which the till learned of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Receipts that were paid in full.
    pub receipts: u32,
    /// By the means of payment.
    pub tenders: BTreeMap<String, Tally>,
}

/// How often and how much.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Payments.
    pub paid: Sum,
    /// Refunds.
    pub refunded: Sum,
}

/// A count and a sum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    /// How often.
    pub count: u32,
    /// How much.
    pub amount: Kopecks,
}

impl Sum {
    /// A sum beyond what money can be here stands at the limit: no till takes a billion rubles in a shift.
    pub fn add(&mut self, amount: Kopecks) {
        self.count = self.count.saturating_add(1);
        self.amount = self.amount.checked_add(amount).unwrap_or(Kopecks::MAX);
    }

    /// Both together.
    pub fn and(self, other: Self) -> Self {
        Self {
            count: self.count.saturating_add(other.count),
            amount: self.amount.checked_add(other.amount).unwrap_or(Kopecks::MAX),
        }
    }
}

/// A receipt that is being paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Its number.
    pub number: u32,
    /// What is bought.
    pub lines: Vec<Line>,
    /// Cash that was taken for it.
    pub cash: Kopecks,
    /// Payments by the daemon.
    pub parts: Vec<Part>,
}

/// A payment for a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its id.
    pub id: CallerId,
    /// The means of payment.
    pub tender: String,
    /// The sum: what was asked, once paid what was paid.
    pub amount: Kopecks,
    /// Whether it is paid; otherwise its end is not known.
    pub is_paid: bool,
}

impl Receipt {
    /// What is to be paid.
    pub fn total(&self) -> Kopecks {
        sum(self.lines.iter().map(|line| line.sum))
    }

    /// What has been paid.
    pub fn paid(&self) -> Kopecks {
        let parts = self.parts.iter().filter(|part| part.is_paid);
        sum(parts.map(|part| part.amount).chain([self.cash]))
    }

    /// What may have been paid.
    pub fn pending(&self) -> Kopecks {
        let parts = self.parts.iter().filter(|part| !part.is_paid);
        sum(parts.map(|part| part.amount))
    }

    /// What can be asked for now: without what may have been paid.
    pub fn left(&self) -> Kopecks {
        let taken = sum([self.paid(), self.pending()]);
        self.total().checked_sub(taken).unwrap_or(Kopecks::ZERO)
    }

    /// Whether nothing of it was paid, nor may have been.
    pub fn is_untouched(&self) -> bool {
        self.parts.is_empty() && self.cash.is_zero()
    }
}

/// The sum; lines that come to more than the limit are not taken, so it is not reached.
pub fn sum(amounts: impl IntoIterator<Item = Kopecks>) -> Kopecks {
    amounts.into_iter().fold(Kopecks::ZERO, |sum, next| {
        sum.checked_add(next).unwrap_or(Kopecks::MAX)
    })
}

impl Default for Book {
    fn default() -> Self {
        Self {
            shift: 1,
            since: None,
            next_receipt: 1,
            totals: Totals::default(),
            open: Vec::new(),
            current: None,
        }
    }
}

impl Book {
    /// Takes a line. A line that cannot follow the ones before it is refused, and nothing changes.
    pub fn take(&mut self, entry: &Entry) -> Result<(), &'static str> {
        match entry {
            Entry::Receipt { at, number, lines } => self.begin_receipt(*at, *number, lines)?,
            Entry::Begun(begun) => self.begin(begun)?,
            Entry::Ended(ended) => self.end(ended)?,
            Entry::Cash { number, amount, .. } => {
                let receipt = self.receipt(*number)?;
                receipt.cash = sum([receipt.cash, *amount]);
                self.tally(CASH).paid.add(*amount);
            }
            Entry::Closed { number, .. } => {
                self.receipt(*number)?;
                self.current = None;
                self.totals.receipts = self.totals.receipts.saturating_add(1);
            }
            Entry::GivenUp { number, .. } => {
                let cash = self.receipt(*number)?.cash;
                if !cash.is_zero() {
                    self.tally(CASH).refunded.add(cash);
                }
                self.current = None;
            }
            Entry::ShiftClosed { shift, .. } => {
                if *shift != self.shift || self.current.is_some() {
                    return Err("it closes another shift, or one with an open receipt");
                }
                self.shift = self.shift.saturating_add(1);
                self.since = None;
                self.totals = Totals::default();
            }
            Entry::Carried(book) => *self = (**book).clone(),
        }
        Ok(())
    }

    /// The payment or refund of that id, while its end is not known.
    pub fn open(&self, id: &CallerId) -> Option<&Begun> {
        self.open.iter().find(|begun| begun.id == *id)
    }

    /// A payment or refund that could not be written down was not sent either.
    pub fn forget(&mut self, id: &CallerId) {
        self.open.retain(|begun| begun.id != *id);
        if let Some(receipt) = &mut self.current {
            receipt.parts.retain(|part| part.id != *id);
        }
    }

    fn begin_receipt(&mut self, at: Timestamp, number: u32, lines: &[Line]) -> Result<(), &'static str> {
        if self
            .current
            .as_ref()
            .is_some_and(|receipt| receipt.number != number || !receipt.is_untouched())
        {
            return Err("another receipt is open");
        }
        self.since.get_or_insert(at);
        self.next_receipt = self.next_receipt.max(number.saturating_add(1));
        self.current = Some(Receipt {
            number,
            lines: lines.to_vec(),
            cash: Kopecks::ZERO,
            parts: Vec::new(),
        });
        Ok(())
    }

    fn begin(&mut self, begun: &Begun) -> Result<(), &'static str> {
        if self.open(&begun.id).is_some() {
            return Err("this id is open already");
        }
        self.since.get_or_insert(begun.at);
        if begun.kind == Kind::Payment {
            let current = self.current.as_mut().ok_or("a payment without a receipt")?;
            current.parts.push(Part {
                id: begun.id.clone(),
                tender: begun.tender.clone(),
                amount: begun.amount,
                is_paid: false,
            });
        }
        self.open.push(begun.clone());
        Ok(())
    }

    fn end(&mut self, ended: &Ended) -> Result<(), &'static str> {
        let begun = self
            .open(&ended.id)
            .cloned()
            .ok_or("the end of what was not open")?;
        self.open.retain(|other| other.id != ended.id);
        if let Some(receipt) = &mut self.current {
            receipt.parts.retain(|part| part.id != ended.id || ended.moved);
            for part in receipt.parts.iter_mut().filter(|part| part.id == ended.id) {
                part.is_paid = true;
                part.amount = ended.amount;
            }
        }
        if ended.moved {
            self.since.get_or_insert(ended.at);
            let tally = self.tally(&begun.tender);
            match begun.kind {
                Kind::Payment => tally.paid.add(ended.amount),
                Kind::Refund => tally.refunded.add(ended.amount),
            }
        }
        Ok(())
    }

    fn receipt(&mut self, number: u32) -> Result<&mut Receipt, &'static str> {
        let receipt = self.current.as_mut().filter(|receipt| receipt.number == number);
        receipt.ok_or("this receipt is not open")
    }

    fn tally(&mut self, tender: &str) -> &mut Tally {
        self.totals.tenders.entry(tender.to_owned()).or_default()
    }
}
