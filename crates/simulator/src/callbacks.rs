//! Notifications to the shop: queued here, delivered by the caller (or by the server's background task).
//!
//! The bank's OpenAPI: a notification is accepted only on HTTP 200; otherwise it is sent again for 24 hours with a
//! growing interval.

use serde::Serialize;

use crate::clock::{DAY_US, SECOND_US};
use crate::faults::CallbackFault;

/// For how long the bank tries.
pub const GIVE_UP_AFTER_US: i64 = DAY_US;
/// The first interval between attempts; each following one is twice as long.
pub const FIRST_INTERVAL_US: i64 = SECOND_US;
/// The longest interval between attempts.
pub const MAX_INTERVAL_US: i64 = 3600 * SECOND_US;
/// How long a reordered notification waits for another one to overtake it.
pub const REORDER_HOLD_US: i64 = 5 * SECOND_US;
/// How many notifications wait at most; the oldest is given up for a new one.
pub const MAX_QUEUED: usize = 10_000;

/// One notification, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Callback {
    /// Number of this notification, to report its delivery.
    pub id: u64,
    /// The shop's address.
    pub url: String,
    /// Value of `X-Api-Signature-SHA256`.
    pub signature: String,
    /// JSON body, exactly as signed.
    pub body: String,
    /// 1 for the first attempt.
    pub attempt: u32,
}

/// Name of the header that carries the signature.
pub const SIGNATURE_HEADER: &str = "X-Api-Signature-SHA256";

#[derive(Debug)]
struct Queued {
    callback: Callback,
    first_at: i64,
    due_at: i64,
    interval_us: i64,
    held: bool,
}

/// Notifications that are not accepted yet.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    waiting: Vec<Queued>,
    last_id: u64,
}

impl Queue {
    pub(crate) fn push(
        &mut self,
        url: &str,
        body: &str,
        signature: String,
        fault: Option<CallbackFault>,
        now: i64,
    ) {
        if fault == Some(CallbackFault::Suppress) {
            return;
        }
        let overtaken: Vec<Queued> = self.waiting.extract_if(.., |queued| queued.held).collect();
        let signature = if fault == Some(CallbackFault::WrongSignature) {
            spoiled(&signature)
        } else {
            signature
        };
        let copies = if fault == Some(CallbackFault::Duplicate) {
            2
        } else {
            1
        };
        for _ in 0..copies {
            self.add(url, body, &signature, fault == Some(CallbackFault::Reorder), now);
        }
        self.waiting.extend(overtaken.into_iter().map(|queued| Queued {
            held: false,
            due_at: now,
            ..queued
        }));
    }

    fn add(&mut self, url: &str, body: &str, signature: &str, held: bool, now: i64) {
        if self.waiting.len() == MAX_QUEUED {
            self.waiting.remove(0);
        }
        self.last_id += 1;
        let callback = Callback {
            id: self.last_id,
            url: url.to_owned(),
            signature: signature.to_owned(),
            body: body.to_owned(),
            attempt: 0,
        };
        let due_at = if held {
            now.saturating_add(REORDER_HOLD_US)
        } else {
            now
        };
        self.waiting.push(Queued {
            callback,
            first_at: now,
            due_at,
            interval_us: FIRST_INTERVAL_US,
            held,
        });
    }

    /// Those that are due. Each stays in the queue, due again later, until [`Queue::accepted`].
    pub(crate) fn take_due(&mut self, now: i64) -> Vec<Callback> {
        self.waiting
            .retain(|queued| now.saturating_sub(queued.first_at) <= GIVE_UP_AFTER_US);
        let due = self.waiting.iter_mut().filter(|queued| queued.due_at <= now);
        due.map(|queued| {
            queued.held = false;
            queued.callback.attempt += 1;
            queued.due_at = now.saturating_add(queued.interval_us);
            queued.interval_us = (queued.interval_us * 2).min(MAX_INTERVAL_US);
            queued.callback.clone()
        })
        .collect()
    }

    pub(crate) fn accepted(&mut self, id: u64) {
        self.waiting.retain(|queued| queued.callback.id != id);
    }

    pub(crate) fn next_due(&self) -> Option<i64> {
        self.waiting.iter().map(|queued| queued.due_at).min()
    }
}

/// The same signature with its first digit changed.
fn spoiled(signature: &str) -> String {
    let first = if signature.starts_with('0') { '1' } else { '0' };
    std::iter::once(first).chain(signature.chars().skip(1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(queue: &mut Queue, body: &str, fault: Option<CallbackFault>, now: i64) {
        queue.push("http://127.0.0.1:1/", body, "ab".to_owned(), fault, now);
    }

    fn bodies(callbacks: &[Callback]) -> Vec<&str> {
        callbacks.iter().map(|callback| callback.body.as_str()).collect()
    }

    #[test]
    fn an_unaccepted_notification_comes_again_with_growing_intervals_for_a_day() {
        let mut queue = Queue::default();
        push(&mut queue, "a", None, 0);
        let (mut now, mut intervals, mut attempts) = (0, Vec::new(), 0);
        while let Some(due_at) = queue.next_due() {
            intervals.push(due_at - now);
            now = due_at;
            attempts += queue.take_due(now).len();
        }
        assert!(
            intervals.windows(2).all(|pair| pair[0] <= pair[1]),
            "{intervals:?}"
        );
        assert!((30..50).contains(&attempts), "{attempts}");
        assert!(now >= GIVE_UP_AFTER_US);
    }

    #[test]
    fn an_accepted_notification_does_not_come_again() {
        let mut queue = Queue::default();
        push(&mut queue, "a", None, 0);
        let sent = queue.take_due(0);
        assert_eq!((sent.len(), sent[0].attempt), (1, 1));
        queue.accepted(sent[0].id);
        assert_eq!(queue.next_due(), None);
    }

    #[test]
    fn faults_duplicate_suppress_spoil_and_reorder() {
        let mut queue = Queue::default();
        push(&mut queue, "twice", Some(CallbackFault::Duplicate), 0);
        push(&mut queue, "never", Some(CallbackFault::Suppress), 0);
        push(&mut queue, "first", Some(CallbackFault::Reorder), 0);
        assert_eq!(bodies(&queue.take_due(0)), ["twice", "twice"]);
        let mut queue = Queue::default();
        push(&mut queue, "first", Some(CallbackFault::Reorder), 0);
        push(&mut queue, "second", Some(CallbackFault::WrongSignature), 1);
        let sent = queue.take_due(1);
        assert_eq!(bodies(&sent), ["second", "first"]);
        assert_eq!(
            (sent[0].signature.as_str(), sent[1].signature.as_str()),
            ("0b", "ab")
        );
    }

    #[test]
    fn a_reordered_notification_that_nothing_overtakes_goes_out_in_the_end() {
        let mut queue = Queue::default();
        push(&mut queue, "alone", Some(CallbackFault::Reorder), 0);
        assert!(queue.take_due(REORDER_HOLD_US - 1).is_empty());
        assert_eq!(queue.take_due(REORDER_HOLD_US).len(), 1);
    }
}
