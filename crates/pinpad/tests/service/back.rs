use crate::counter::approved;
use crate::{Counter, kopecks};
use pinpad::{Advice, Done, Op, Original, Outcome, Pinpad, PinpadError, Tender, UsedTender, WayBack};
use serde_json::json;
use simulator::dualconnector::{Key, Options};

async fn sold(counter: &Counter, pinpad: &Pinpad, tender: Tender, keys: &[Key]) -> Original {
    let done = counter.sale(pinpad, 15_000, tender, keys).await;
    let rrn = approved(&done).rrn.clone().unwrap();
    pinpad.original(&rrn).unwrap()
}

fn advice(done: &Done) -> &[Advice] {
    assert!(matches!(done.outcome, Outcome::Declined(_)), "{done:?}");
    &done.advice
}

#[tokio::test]
async fn on_the_same_day_a_payment_is_taken_back_without_a_card() {
    let counter = Counter::new().await;
    let pinpad = counter.register();
    let original = sold(&counter, &pinpad, Tender::Card, &[Key::Tap]).await;
    let done = pinpad.give_back(original.clone(), kopecks(5_000)).await.unwrap();
    assert_eq!(done.op, Op::Void);
    approved(&done);
    let too_much = pinpad
        .give_back(original.clone(), kopecks(10_001))
        .await
        .unwrap_err();
    assert!(matches!(too_much, PinpadError::MoreThanPaid { left, .. } if left == kopecks(10_000)));
    assert!(too_much.text().en.contains("₽100.00"), "{}", too_much.text().en);
    approved(&pinpad.give_back(original, kopecks(10_000)).await.unwrap());
    assert_eq!(counter.pad().books()[0].2, 15_000);
}

#[tokio::test]
async fn after_the_settlement_the_card_is_tapped_again() {
    let counter = Counter::new().await;
    let pinpad = counter.register();
    let original = sold(&counter, &pinpad, Tender::Card, &[Key::Tap]).await;
    assert_eq!(pinpad.way_back(&original), WayBack::Void);
    let settled = pinpad.settle().await.unwrap();
    assert!(settled.text().ru.contains("Сверка итогов выполнена"));
    assert_eq!(pinpad.way_back(&original), WayBack::Refund);
    let (done, ()) = tokio::join!(
        pinpad.give_back(original, kopecks(15_000)),
        counter.press(&[Key::Tap])
    );
    let done = done.unwrap();
    assert_eq!(done.op, Op::Refund);
    approved(&done);
}

#[tokio::test]
async fn an_old_payment_is_refunded_though_no_settlement_was_seen() {
    let counter = Counter::new().await;
    let pinpad = counter.register();
    let original = sold(&counter, &pinpad, Tender::Card, &[Key::Tap]).await;
    counter.clock.turn(24 * 60 * 60 - 1);
    assert_eq!(pinpad.way_back(&original), WayBack::Void);
    counter.clock.turn(1);
    assert_eq!(pinpad.way_back(&original), WayBack::Refund);
}

#[tokio::test]
async fn a_bank_that_takes_nothing_back_in_part_is_asked_tomorrow() {
    let options = Options {
        partial_void: false,
        ..Options::default()
    };
    let counter = Counter::with(options, json!({})).await;
    let pinpad = counter.register();
    let original = sold(&counter, &pinpad, Tender::Card, &[Key::Tap]).await;
    let done = pinpad.give_back(original.clone(), kopecks(5_000)).await.unwrap();
    assert_eq!(advice(&done), [Advice::TryTomorrow]);
    assert!(done.text().ru.contains("завтра") && done.text().en.contains("tomorrow"));
    approved(&pinpad.give_back(original, kopecks(15_000)).await.unwrap());
}

#[tokio::test]
async fn a_qr_payment_goes_back_as_one() {
    let counter = Counter::new().await;
    let pinpad = counter.register();
    let original = sold(&counter, &pinpad, Tender::Card, &[Key::One, Key::Phone]).await;
    assert_eq!(original.tender, UsedTender::Qr);
    let done = pinpad.give_back(original.clone(), kopecks(5_000)).await.unwrap();
    assert_eq!((done.op, approved(&done).tender), (Op::SbpRefund, UsedTender::Qr));
    let told = pinpad.qr_status(Op::SbpRefundStatus, &original).await.unwrap();
    assert!(matches!(told.outcome, Outcome::Approved(_)));
}

#[tokio::test]
async fn a_switched_payment_that_the_bank_cannot_refund_is_returned_in_cash() {
    let options = Options {
        refunds_switched: false,
        ..Options::default()
    };
    let counter = Counter::with(options, json!({})).await;
    let pinpad = counter.register();
    let original = sold(&counter, &pinpad, Tender::Card, &[Key::One, Key::Phone]).await;
    let done = pinpad.give_back(original, kopecks(15_000)).await.unwrap();
    assert_eq!(advice(&done), [Advice::ReturnCash]);
    assert!(done.text().ru.contains("наличными"));
}

#[tokio::test]
async fn a_payment_without_its_number_cannot_be_given_back() {
    let counter = Counter::new().await;
    let pinpad = counter.register();
    let mut original = sold(&counter, &pinpad, Tender::Card, &[Key::Tap]).await;
    original.rrn = None;
    let refused = pinpad.give_back(original, kopecks(100)).await.unwrap_err();
    assert!(matches!(refused, PinpadError::FieldMissing { field: 14, .. }));
    assert_eq!(counter.pad().requests(), 1);
}

#[tokio::test]
async fn the_emergency_cancel_takes_the_last_payment_back() {
    let counter = Counter::new().await;
    let pinpad = counter.register();
    sold(&counter, &pinpad, Tender::Card, &[Key::Tap]).await;
    approved(&pinpad.emergency_cancel().await.unwrap());
    assert_eq!(counter.pad().books()[0].2, 15_000);
}
