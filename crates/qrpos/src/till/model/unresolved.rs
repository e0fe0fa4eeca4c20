//! The list of payments and refunds whose end is not known. They are asked about again and again, and when the cashier
//! wants.

use super::{Key, Screen, Till};
use crate::till::journal::Kind;
use crate::till::wording::say;
use domain::{State, Timestamp};
use texts::Text;
use texts::words::till;

/// How long after a question the next one comes by itself, in milliseconds.
const ASK_EVERY_MS: u64 = 15_000;
/// The same while the cashier looks at the list.
const ASK_WATCHED_EVERY_MS: u64 = 5_000;

/// What is known of a payment or refund whose end is not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// When it was last asked about.
    pub asked_at: Option<Timestamp>,
    /// Whether the answer is awaited.
    pub is_asking: bool,
    /// The last that was heard.
    pub told: Option<Text>,
    /// Where it stands at the daemon.
    pub state: Option<State>,
}

impl Till {
    /// Asks about everything that nobody listens to.
    pub(super) fn ask_about_open(&mut self) {
        let due: Vec<_> = self
            .book
            .open
            .iter()
            .map(|begun| begun.id.clone())
            .filter(|id| !self.is_live(id) && self.is_due(id))
            .collect();
        for id in due {
            self.ask(&id);
        }
    }

    fn is_due(&self, id: &domain::CallerId) -> bool {
        let every_ms = match self.screen {
            Screen::Unresolved { .. } => ASK_WATCHED_EVERY_MS,
            _ => ASK_EVERY_MS,
        };
        let standing = self.standings.get(id);
        !standing.is_some_and(|standing| {
            standing.is_asking
                || standing
                    .asked_at
                    .is_some_and(|at| self.now.ms_since(at) < every_ms)
        })
    }

    pub(super) fn unresolved_key(&mut self, key: Key, chosen: usize) -> Screen {
        let last = self.book.open.len().saturating_sub(1);
        let chosen = chosen.min(last);
        match key {
            Key::Up => {
                return Screen::Unresolved {
                    chosen: chosen.saturating_sub(1),
                };
            }
            Key::Down => {
                return Screen::Unresolved {
                    chosen: chosen.saturating_add(1).min(last),
                };
            }
            Key::Esc | Key::Char('0') => {
                return if self.book.current.is_some() {
                    self.to_sale()
                } else {
                    Screen::Menu
                };
            }
            Key::Enter | Key::F(5) => {
                if let Some(begun) = self.book.open.get(chosen).cloned() {
                    self.ask(&begun.id);
                }
            }
            Key::F(8) => self.cancel_chosen(chosen),
            _ => {}
        }
        Screen::Unresolved { chosen }
    }

    fn cancel_chosen(&mut self, chosen: usize) {
        let Some(begun) = self.book.open.get(chosen).cloned() else {
            return;
        };
        if begun.kind == Kind::Refund {
            return self.tell(say(till::REFUND_HAS_NO_CANCEL));
        }
        self.standings.entry(begun.id.clone()).or_default().told = Some(say(till::CANCELLING));
        self.cancel(&begun.id);
    }
}
