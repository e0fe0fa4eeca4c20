//! Every sequence of events up to a length, over everything that can happen at each point.
//!
//! Sequences that lead to the same situation are followed once; the count is that of the sequences.

use crate::moves::{Move, offered};
use crate::openings::{
    by_customer_code, link_bind, link_check, over_a_sticker, payment, refund, repeatable, reserving,
    reversing, without_refund, without_revoke,
};
use crate::rules::Trial;
use domain::request::RefundOrigin;
use engine::Opening;
use std::collections::HashMap;

/// The length of the sequences: within a minute on a small machine.
const LENGTH: u32 = 6;
/// The length where it matters most.
const LONGER: u32 = 7;

struct Search {
    /// How many sequences of a length go on from a situation.
    known: HashMap<(u64, u32), u64>,
    path: Vec<Move>,
}

impl Search {
    fn sequences(&mut self, trial: &Trial, left: u32) -> u64 {
        if left == 0 {
            return 1;
        }
        let key = (trial.key(), left);
        if let Some(count) = self.known.get(&key) {
            return *count;
        }
        let mut count = 0;
        for step in offered(&trial.operation, &trial.made) {
            self.path.push(step);
            match trial.after(step) {
                Ok(next) => count += self.sequences(&next.new_page(trial.operation.attempt), left - 1),
                Err(broken) => panic!("{broken}\nafter {:?}", self.path),
            }
            self.path.pop();
        }
        self.known.insert(key, count);
        count
    }
}

/// Follows every sequence and checks that there are at least as many as expected, so that a mistake in the tests
/// cannot make the world small.
fn every_sequence(opening: Opening, length: u32, at_least: u64) {
    let mut search = Search {
        known: HashMap::new(),
        path: Vec::new(),
    };
    let count = search.sequences(&Trial::new(opening), length);
    println!(
        "{count} sequences of {length} events, {} situations",
        search.known.len()
    );
    assert!(count >= at_least, "only {count} sequences");
}

#[test]
fn payment_asked_by_order() {
    every_sequence(payment(), LONGER, 10_000_000);
}

#[test]
fn payment_asked_by_order_reversing() {
    every_sequence(reversing(payment()), LENGTH, 1_000_000);
}

#[test]
fn payment_asked_by_order_without_revoke() {
    every_sequence(without_revoke(payment()), LENGTH, 1_000_000);
}

#[test]
fn payment_asked_by_order_without_revoke_reversing() {
    every_sequence(without_revoke(reversing(payment())), LENGTH, 1_000_000);
}

#[test]
fn payment_repeatable() {
    every_sequence(repeatable(), LENGTH, 1_000_000);
}

#[test]
fn payment_repeatable_reversing() {
    every_sequence(reversing(repeatable()), LENGTH, 1_000_000);
}

#[test]
fn payment_repeatable_without_revoke() {
    every_sequence(without_revoke(repeatable()), LENGTH, 1_000_000);
}

#[test]
fn payment_repeatable_without_revoke_reversing() {
    every_sequence(without_revoke(reversing(repeatable())), LENGTH, 1_000_000);
}

#[test]
fn payment_over_a_sticker() {
    every_sequence(over_a_sticker(payment()), LONGER, 10_000_000);
}

#[test]
fn payment_over_a_sticker_that_claims_to_be_repeatable() {
    every_sequence(over_a_sticker(repeatable()), LENGTH, 1_000_000);
}

#[test]
fn payment_by_customer_code() {
    every_sequence(by_customer_code(payment()), LENGTH, 1_000_000);
}

#[test]
fn payment_by_customer_code_that_claims_to_be_repeatable() {
    every_sequence(by_customer_code(repeatable()), LENGTH, 1_000_000);
}

#[test]
fn payment_given_up_after_an_hour() {
    let mut opening = payment();
    opening.policy.cancel_lifetime_ms = 3_600_000;
    every_sequence(opening, LENGTH, 1_000_000);
}

#[test]
fn payment_with_a_short_promise() {
    let mut opening = payment();
    opening.policy.answer_within_ms = 60_000;
    every_sequence(opening, LENGTH, 1_000_000);
}

#[test]
fn payment_reserved_first() {
    every_sequence(reserving(payment()), LONGER, 10_000_000);
}

#[test]
fn payment_reserved_first_reversing() {
    every_sequence(reserving(reversing(payment())), LENGTH, 1_000_000);
}

#[test]
fn payment_reserved_first_where_it_may_be_repeated() {
    every_sequence(reserving(repeatable()), LENGTH, 1_000_000);
}

#[test]
fn payment_reserved_first_without_revoke() {
    every_sequence(reserving(without_revoke(payment())), LENGTH, 1_000_000);
}

#[test]
fn refund_of_late_money_that_cannot_be_refunded() {
    every_sequence(without_refund(refund(RefundOrigin::LateMoney)), LENGTH, 1_000);
}

#[test]
fn refund_wanted_by_a_register() {
    every_sequence(refund(RefundOrigin::Register), LONGER, 10_000_000);
}

#[test]
fn refund_of_late_money() {
    every_sequence(refund(RefundOrigin::LateMoney), LONGER, 10_000_000);
}

#[test]
fn refund_of_late_money_given_up_after_an_hour() {
    let mut opening = refund(RefundOrigin::LateMoney);
    opening.policy.cancel_lifetime_ms = 3_600_000;
    every_sequence(opening, LENGTH, 100_000);
}

#[test]
fn sticker_checked() {
    every_sequence(link_check(), LENGTH, 10_000);
}

#[test]
fn sticker_bound() {
    every_sequence(link_bind(), LENGTH, 10_000);
}

#[test]
fn sticker_bound_where_it_cannot_be_checked() {
    let mut opening = link_bind();
    opening.abilities.link_check = false;
    every_sequence(opening, LENGTH, 10_000);
}
