//! Random histories: whatever comes in whatever order, the books stay sound.

use super::*;
use crate::books::RefundState;
use crate::random::Random;

const HISTORIES: u64 = 150;
const STEPS: usize = 60;

/// One random history of a shop with a few orders and one cash link; the invariants hold after every step.
fn history(seed: u64) -> Books {
    let mut stage = Stage::new();
    let mut random = Random::new(seed);
    let (qr_id, cash_link) = stage.cash_link();
    let mut links = vec![cash_link];
    let mut ended = BTreeMap::new();
    let mut notified = 0;
    for step in 0..STEPS {
        let order = format!("o-{}", random.next() % 6);
        let at = random.next() % u64::try_from(links.len()).unwrap();
        let link = links[usize::try_from(at).unwrap()].clone();
        match random.next() % 9 {
            0 => {
                let answer = stage.register(&dynamic_body(&order, ""));
                if answer.text().contains("payload") {
                    links.push(field(&answer, "payload"));
                }
            }
            1 => drop(stage.activate(&format!("link-{order}"), &qr_id)),
            2 => drop(stage.delete(&format!("/api/payment/v1/orders/link-{order}"))),
            3 => drop(stage.delete(&format!("/api/sbp/v2/qrs/{}", crate::link::qr_id(&link).unwrap()))),
            4 => stage.now += i64::try_from(random.next() % 400).unwrap() * 1_000_000,
            5 => {
                let path = format!("/api/payments/v1/orders/{order}/refunds/r-{}", random.next() % 20);
                stage.post(&path, &format!(r#"{{"amount":{}}}"#, 1 + random.next() % 70));
            }
            6 if random.chance(200) => stage.bank.decline_next_refund(DeclineReason::Timeout),
            _ => {
                let actions = [PayerAction::Start, PayerAction::Pay, PayerAction::Decline];
                let action = actions[usize::try_from(random.next() % 3).unwrap()];
                let _ = stage.bank.pay(&link, action, None, stage.now);
            }
        }
        notified += successes(&mut stage);
        check(
            &mut stage,
            &mut ended,
            &qr_id,
            notified,
            &format!("seed {seed}, step {step}"),
        );
    }
    stage.books()
}

/// Accepts all notifications that are due; counts those of a payment.
fn successes(stage: &mut Stage) -> usize {
    let sent = stage.bank.take_callbacks(stage.now);
    for callback in &sent {
        stage.bank.callback_accepted(callback.id);
    }
    sent.iter()
        .filter(|callback| callback.body.contains("\"SUCCESS\""))
        .count()
}

fn check(
    stage: &mut Stage,
    ended: &mut BTreeMap<usize, SaleState>,
    qr_id: &str,
    notified: usize,
    place: &str,
) {
    let books = stage.books();
    let open = |state| matches!(state, SaleState::New | SaleState::InProgress);
    let of_link = books
        .entries
        .iter()
        .filter(|entry| entry.qr_id.as_deref() == Some(qr_id));
    assert!(
        of_link.filter(|entry| open(entry.state)).count() <= 1,
        "two active orders on a link: {place}"
    );
    for (at, entry) in books.entries.iter().enumerate() {
        let refunds = entry
            .refunds
            .iter()
            .filter(|refund| refund.state != RefundState::Declined);
        let refunded: i64 = refunds.map(|refund| refund.amount.0).sum();
        let paid = if entry.state == SaleState::Paid {
            entry.amount.unwrap().0
        } else {
            0
        };
        assert!(refunded <= paid, "more refunded than paid: {place}");
        assert_eq!(entry.paid_at.is_some(), entry.state == SaleState::Paid, "{place}");
        if !open(entry.state) {
            assert_eq!(
                *ended.entry(at).or_insert(entry.state),
                entry.state,
                "a final state changed: {place}"
            );
        }
    }
    let paid = books
        .entries
        .iter()
        .filter(|entry| entry.state == SaleState::Paid)
        .count();
    assert_eq!(paid, notified, "one notification for each payment: {place}");
}

#[test]
fn the_books_stay_sound_in_random_histories() {
    let mut seen = Books::default();
    for seed in 0..HISTORIES {
        seen.entries.extend(history(seed).entries);
    }
    for state in [SaleState::Paid, SaleState::Cancelled, SaleState::Expired] {
        assert!(
            seen.entries.iter().any(|entry| entry.state == state),
            "no history reached {state:?}"
        );
    }
    assert!(seen.refunded() > Kopecks(0));
}
