//! The ledger's own rules, without any bank's words.

use super::*;
use crate::books::RefundState;
use crate::clock::MINUTE_US;
use crate::money::Kopecks;
use crate::payer::{PayerAction, PayerError, PayerState};

const NOW: i64 = 1_795_000_000_000_000;
const SHOP: &str = "MA1";

fn ledger() -> Ledger {
    Ledger::new(1, Rules::default())
}

fn qr(ledger: &mut Ledger) -> Sale {
    let new = NewSale::new(Kopecks(15_000), Shown::SbpQr)
        .order("o-1")
        .owner(SHOP);
    ledger.open(new.lives_minutes(5), NOW).unwrap()
}

fn over(link: &str, owner: &str) -> NewSale {
    NewSale::new(Kopecks(700), Shown::Link(link.to_owned()))
        .owner(owner)
        .lives_minutes(5)
}

#[test]
fn a_qr_is_received_then_in_progress_then_paid() {
    let mut ledger = ledger();
    let sale = qr(&mut ledger);
    assert_eq!(sale.standing(NOW), Standing::NotStarted);
    let text = sale.payload.unwrap();
    assert!(
        text.contains(&format!("/{}?type=02&bank=100000000000&sum=15000", sale.id)),
        "{text}"
    );
    ledger.pay(&text, PayerAction::Start, NOW).unwrap();
    let standing = |ledger: &Ledger, now| ledger.sale(&sale.id).unwrap().standing(now);
    assert_eq!(standing(&ledger, NOW), Standing::Received);
    assert_eq!(standing(&ledger, NOW + SECOND_US), Standing::InProgress);
    assert_eq!(ledger.cancel(&sale.id).unwrap_err(), Refusal::UnderWay);
    ledger.tick(NOW + 10 * MINUTE_US);
    assert_eq!(
        standing(&ledger, NOW + 10 * MINUTE_US),
        Standing::InProgress,
        "what has begun is let to its end"
    );
    let paid = ledger.pay(&text, PayerAction::Pay, NOW + 10 * MINUTE_US).unwrap();
    assert_eq!(paid.state, PayerState::Paid);
    assert_eq!(ledger.sale(&sale.id).unwrap().trx_id().unwrap().len(), 32);
    assert_eq!(
        ledger.pay(&text, PayerAction::Pay, NOW),
        Err(PayerError::NotPayable(PayerState::Paid))
    );
    assert_eq!(ledger.cancel(&sale.id).unwrap_err(), Refusal::Paid);
    assert_eq!(ledger.books(NOW).paid(), Kopecks(15_000));
    assert!(ledger.receipt(&text, paid.transaction_id.unwrap(), NOW).is_some());
    assert!(
        ledger
            .receipt("other", paid.transaction_id.unwrap(), NOW)
            .is_none()
    );
}

#[test]
fn an_unpaid_sale_expires_and_late_money_is_booked_all_the_same() {
    let mut ledger = ledger();
    let sale = qr(&mut ledger);
    let text = sale.payload.unwrap();
    assert_eq!(ledger.pay_late("o-1", NOW), Err(PayerError::NothingDead));
    let later = NOW + 5 * MINUTE_US;
    assert_eq!(
        ledger.pay(&text, PayerAction::Pay, later),
        Err(PayerError::NotPayable(PayerState::Expired))
    );
    assert_eq!(ledger.cancel(&sale.id).unwrap_err(), Refusal::Ended);
    ledger.pay_late("o-1", later).unwrap();
    assert!(ledger.of_order("o-1").unwrap().is_paid());
}

#[test]
fn a_declined_qr_can_be_paid_again_only_where_the_bank_says_so() {
    for retry in [true, false] {
        let rules = Rules {
            retry_after_decline: retry,
            ..Rules::default()
        };
        let mut ledger = Ledger::new(1, rules);
        let sale = qr(&mut ledger);
        let text = sale.payload.unwrap();
        ledger.pay(&text, PayerAction::Decline, NOW).unwrap();
        assert_eq!(ledger.sale(&sale.id).unwrap().standing(NOW), Standing::Rejected);
        assert_eq!(ledger.pay(&text, PayerAction::Pay, NOW).is_ok(), retry);
    }
}

#[test]
fn one_active_sale_per_link_and_only_its_owner_activates_it() {
    let mut ledger = ledger();
    let blank = ledger.print_sticker();
    let id = crate::link::qr_id(&blank).unwrap().to_owned();
    assert_eq!(ledger.open(over(&id, SHOP), NOW).unwrap_err(), Refusal::LinkBlank);
    assert_eq!(ledger.look(&blank, NOW).unwrap_err(), PayerError::Unbound);
    ledger.bind(&id, SHOP, Some("7")).unwrap();
    assert_eq!(ledger.bind(&id, "MA2", None).unwrap_err(), Refusal::LinkForeign);
    assert_eq!(
        ledger.open(over(&id, "MA2"), NOW).unwrap_err(),
        Refusal::LinkForeign
    );
    assert_eq!(ledger.look(&blank, NOW).unwrap().state, PayerState::Inactive);
    let first = ledger.open(over(&id, SHOP), NOW).unwrap();
    assert_eq!(ledger.open(over(&id, SHOP), NOW).unwrap_err(), Refusal::LinkBusy);
    assert_eq!(ledger.deactivate(&id, SHOP).unwrap().unwrap().id, first.id);
    assert_eq!(ledger.deactivate(&id, SHOP).unwrap().map(|sale| sale.id), None);
    let second = ledger.open(over(&id, SHOP), NOW).unwrap();
    ledger.pay(&blank, PayerAction::Pay, NOW).unwrap();
    assert!(ledger.sale(&second.id).unwrap().is_paid());
    assert!(
        ledger.active_on(&id).is_none(),
        "the link is free after the payment"
    );
    ledger.open(over(&id, SHOP), NOW).unwrap();
    ledger.tick(NOW + 5 * MINUTE_US);
    assert!(ledger.active_on(&id).is_none(), "and after the time ran out");
    assert_eq!(ledger.open(over("AS", SHOP), NOW).unwrap_err(), Refusal::NoLink);
}

#[test]
fn refunds_settle_and_never_exceed_what_was_paid() {
    let mut ledger = ledger();
    let sale = qr(&mut ledger);
    let new = |id: &str, amount| NewRefund {
        sale: sale.id.clone(),
        shop_id: Some(id.to_owned()),
        amount: Kopecks(amount),
    };
    assert_eq!(ledger.refund(new("r0", 1), NOW).unwrap_err(), Refusal::NotPaid);
    ledger.charge(&sale.id, NOW).unwrap();
    ledger.decline_next_refund();
    let declined = ledger.refund(new("r1", 15_000), NOW).unwrap();
    assert_eq!(declined.state(NOW), RefundState::InProgress);
    assert_eq!(ledger.refund(new("r2", 1), NOW).unwrap_err(), Refusal::TooMuch);
    let later = NOW + 2 * SECOND_US;
    assert_eq!(
        ledger.refund_of("r1").unwrap().state(later),
        RefundState::Declined
    );
    assert_eq!(ledger.left(&sale.id, later), Kopecks(15_000));
    ledger.refund(new("r3", 5_000), later).unwrap();
    assert_eq!(
        ledger.refund(new("r3", 5_000), later).unwrap_err(),
        Refusal::RefundKnown
    );
    assert_eq!(ledger.refund(new("r4", 0), later).unwrap_err(), Refusal::BadSum);
    assert_eq!(ledger.left(&sale.id, later), Kopecks(10_000));
    assert_eq!(ledger.books(later + 2 * SECOND_US).refunded(), Kopecks(5_000));
}

#[test]
fn a_customers_code_is_charged_once_and_as_planned() {
    for (outcome, standing) in [
        (CodeOutcome::Pay, Standing::Accepted),
        (CodeOutcome::Decline, Standing::Rejected),
        (CodeOutcome::Hang, Standing::Received),
    ] {
        let mut ledger = ledger();
        let charge = || NewSale::new(Kopecks(100), Shown::Code("code".to_owned())).order("o-1");
        assert_eq!(ledger.open(charge(), NOW).unwrap_err(), Refusal::NoCode);
        ledger.add_code("code", outcome, NOW);
        assert_eq!(ledger.look("code", NOW).unwrap().state, PayerState::Inactive);
        assert!(
            ledger.pay("code", PayerAction::Pay, NOW).is_err(),
            "nobody has charged it"
        );
        let sale = ledger.open(charge(), NOW).unwrap();
        assert_eq!(sale.standing(NOW), standing);
        assert_eq!(ledger.open(charge(), NOW).unwrap_err(), Refusal::CodeUsed);
        let hung = ledger.pay("code", PayerAction::Pay, NOW);
        assert_eq!(hung.is_ok(), outcome == CodeOutcome::Hang);
    }
    let mut ledger = ledger();
    ledger.add_code("old", CodeOutcome::Pay, NOW);
    let charge = NewSale::new(Kopecks(100), Shown::Code("old".to_owned()));
    assert_eq!(
        ledger.open(charge, NOW + CODE_LIVES_US).unwrap_err(),
        Refusal::NoCode
    );
}

#[test]
fn notes_find_a_sale_and_the_same_seed_mints_the_same_ids() {
    let (mut one, mut two) = (ledger(), ledger());
    assert_eq!(qr(&mut one).id, qr(&mut two).id);
    let new = NewSale::new(Kopecks(1), Shown::Nothing).note("rrn", "7");
    let sale = one.open(new, NOW).unwrap();
    assert_eq!(one.of_note("rrn", "7").unwrap().id, sale.id);
    one.note(&sale.id, "rrn", "8");
    assert!(one.of_note("rrn", "7").is_none());
    assert_eq!(one.digits(12).len(), 12);
    assert!(one.reject(&sale.id, NOW).unwrap().payload.is_none());
    assert_eq!(
        one.open(NewSale::new(Kopecks(0), Shown::SbpQr), NOW).unwrap_err(),
        Refusal::BadSum
    );
}
