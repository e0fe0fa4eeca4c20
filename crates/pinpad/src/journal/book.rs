//! The entries in memory: what is open, what ended, what was given back.

use super::{Decision, End, Entry, Intent, JournalError, Original};
use crate::operations::Op;
use domain::{Kopecks, Timestamp};
use std::collections::{BTreeSet, VecDeque};

/// How many ended operations are remembered. A busy register takes some 300 cards a day.
pub(super) const ENDED_MAX: usize = 5_000;

#[derive(Default)]
pub(super) struct Book {
    open: Option<Intent>,
    ended: VecDeque<(Intent, End)>,
    settled_at: Option<Timestamp>,
}

impl Book {
    pub(super) fn take(&mut self, entry: Entry) -> Result<(), JournalError> {
        match entry {
            Entry::Intent(_) if self.open.is_some() => return Err(JournalError::Open),
            Entry::Intent(intent) => self.open = Some(intent),
            Entry::Doubt { id, .. } => {
                self.open
                    .as_ref()
                    .filter(|open| open.id == id)
                    .ok_or(JournalError::NotOpen)?;
            }
            Entry::End(end) => {
                let intent = self
                    .open
                    .take_if(|open| open.id == end.id)
                    .ok_or(JournalError::NotOpen)?;
                if self.ended.len() >= ENDED_MAX {
                    self.ended.pop_front();
                }
                self.ended.push_back((intent, end));
            }
            Entry::Settled { at } => self.settled_at = Some(at),
        }
        Ok(())
    }

    /// What a new file begins with to say the same as this one.
    pub(super) fn entries(&self) -> Vec<Entry> {
        let ended = self
            .ended
            .iter()
            .flat_map(|(intent, end)| [Entry::Intent(intent.clone()), Entry::End(end.clone())]);
        ended
            .chain(self.settled_at.map(|at| Entry::Settled { at }))
            .chain(self.open.clone().map(Entry::Intent))
            .collect()
    }

    pub(super) const fn open(&self) -> Option<&Intent> {
        self.open.as_ref()
    }

    pub(super) const fn settled_at(&self) -> Option<Timestamp> {
        self.settled_at
    }

    fn approved(&self) -> impl Iterator<Item = &(Intent, End)> {
        self.ended
            .iter()
            .filter(|(_, end)| end.decision == Decision::Approved)
    }

    pub(super) fn original(&self, rrn: &str) -> Option<Original> {
        let (intent, end) = self
            .approved()
            .filter(|(intent, end)| intent.op.is_sale() && end.rrn.as_deref() == Some(rrn))
            .last()?;
        Some(Original {
            amount: intent.amount?,
            at: intent.at,
            rrn: end.rrn.clone(),
            auth_code: end.auth_code.clone(),
            terminal_time: end.terminal_time.clone(),
            tender: end.tender,
        })
    }

    pub(super) fn given_back(&self, rrn: &str) -> Kopecks {
        let backs = self.approved().filter(|(intent, _)| {
            let original = intent
                .original
                .as_ref()
                .and_then(|original| original.rrn.as_deref());
            matches!(intent.op, Op::Void | Op::Refund | Op::SbpRefund) && original == Some(rrn)
        });
        backs
            .filter_map(|(intent, _)| intent.amount)
            .fold(Kopecks::ZERO, |sum, back| {
                sum.checked_add(back).unwrap_or(Kopecks::MAX)
            })
    }

    pub(super) fn known_but(&self, rrn: Option<&str>) -> BTreeSet<String> {
        let others = self
            .approved()
            .filter(|(_, end)| rrn.is_none() || end.rrn.as_deref() != rrn);
        others
            .flat_map(|(_, end)| [end.rrn.clone(), end.terminal_time.clone()])
            .flatten()
            .collect()
    }
}
