use crate::counter::approved;
use crate::{Counter, kopecks};
use pinpad::outcome::DeclineReason;
use pinpad::{Health, Outcome, Pinpad, PinpadError, Report, SlipKind, Stage, Tender, UsedTender};
use serde_json::json;
use simulator::dualconnector::{Fault, Key, Options, Screen};
use std::sync::Arc;

#[tokio::test]
async fn the_tender_is_what_the_buyer_really_did() {
    let counter = Counter::new().await;
    let pinpad = counter.register();
    for (tender, keys, used) in [
        (Tender::Card, &[Key::Tap][..], UsedTender::Card),
        (Tender::Card, &[Key::One, Key::Phone], UsedTender::Qr),
        (Tender::Qr, &[Key::Phone], UsedTender::Qr),
    ] {
        let done = counter.sale(&pinpad, 15_000, tender, keys).await;
        let approval = approved(&done);
        assert_eq!(approval.tender, used);
        assert_eq!(approval.slips.len(), 2);
        assert_eq!(approval.slips[0].kind, SlipKind::First);
        assert!(approval.slips[0].lines.contains(&"СУММА: 150.00 РУБ".to_owned()));
        assert!(done.text().ru.contains("Оплата на пин-паде прошла"));
        let rrn = approval.rrn.clone().unwrap();
        assert_eq!(pinpad.original(&rrn).unwrap().tender, used);
    }
    assert!(pinpad.open_operation().is_none());
    let shown = std::fs::read_to_string(counter.journal()).unwrap();
    assert!(!shown.contains("1111"), "no card data in the journal");
}

#[tokio::test]
async fn without_a_known_field_the_tender_is_not_said() {
    let counter = Counter::with(Options::default(), json!({"tenderField": null})).await;
    let pinpad = counter.register();
    let done = counter
        .sale(&pinpad, 100, Tender::Card, &[Key::One, Key::Phone])
        .await;
    assert_eq!(approved(&done).tender, UsedTender::NotSaid);
    assert!(done.text().ru.contains("пин-пад не сообщил") && done.text().en.contains("did not say"));
}

#[tokio::test]
async fn a_declined_sale_may_be_tried_again() {
    let counter = Counter::new().await;
    let pinpad = counter.register();
    for (key, status) in [(Key::Cancel, 53), (Key::Decline, 16)] {
        let done = counter.sale(&pinpad, 100, Tender::Card, &[key]).await;
        let Outcome::Declined(decline) = &done.outcome else {
            panic!("{done:?}")
        };
        assert_eq!(decline.why, DeclineReason::Terminal { status });
        assert!(done.text().ru.contains("деньги не списаны"), "{}", done.text().ru);
    }
    approved(&counter.sale(&pinpad, 100, Tender::Card, &[Key::Tap]).await);
    assert_eq!(counter.pad().books().len(), 1);
}

#[tokio::test]
async fn the_register_does_one_thing_at_a_time_and_shows_which() {
    let counter = Counter::new().await;
    let pinpad = counter.register();
    let mut stage = pinpad.stage();
    let sale = pinpad.sale(kopecks(100), Tender::Card);
    let meanwhile = async {
        let shown = *stage.wait_for(|stage| *stage != Stage::Idle).await.unwrap();
        assert!(matches!(shown, Stage::AtTerminal { amount: Some(sum), .. } if sum == kopecks(100)));
        assert!(shown.text().unwrap().ru.contains("Клавиша 1"));
        assert!(matches!(
            pinpad.sale(kopecks(200), Tender::Card).await,
            Err(PinpadError::Busy)
        ));
        assert!(matches!(pinpad.settle().await, Err(PinpadError::Busy)));
        assert!(matches!(pinpad.resolve().await, Err(PinpadError::Busy)));
        counter.press(&[Key::Tap]).await;
    };
    let (done, ()) = tokio::join!(sale, meanwhile);
    approved(&done.unwrap());
    assert_eq!(counter.pad().requests(), 1, "nothing else was sent");
}

#[tokio::test]
async fn a_sale_ends_in_the_journal_though_nobody_waits_for_it() {
    let counter = Counter::new().await;
    let pinpad = counter.register();
    let waiting = pinpad.clone();
    let task = tokio::spawn(async move { waiting.sale(kopecks(100), Tender::Card).await });
    counter.pad().asks().await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert!(matches!(
        pinpad.sale(kopecks(1), Tender::Card).await,
        Err(PinpadError::Busy)
    ));
    counter.press(&[Key::Tap]).await;
    let rrn = counter.pad().books()[0].0.clone();
    while pinpad.original(&rrn).is_none() {
        tokio::task::yield_now().await;
    }
    assert!(pinpad.open_operation().is_none());
}

#[tokio::test]
async fn what_the_profile_does_not_name_is_not_asked() {
    let counter = Counter::with(Options::default(), json!({"operations": {}})).await;
    let pinpad = counter.register();
    let refused = pinpad.sale(kopecks(100), Tender::Qr).await.unwrap_err();
    assert!(matches!(refused, PinpadError::NotConfigured { .. }));
    assert!(refused.text().ru.contains("operations.sbp_sale.code"));
    assert!(matches!(
        pinpad.emergency_cancel().await,
        Err(PinpadError::NotConfigured { .. })
    ));
    assert!(matches!(
        pinpad.sale(kopecks(0), Tender::Card).await,
        Err(PinpadError::NoAmount)
    ));
    let off = Counter::with(Options::default(), json!({"qrSBP": false})).await;
    assert!(matches!(
        off.register().sale(kopecks(1), Tender::Qr).await,
        Err(PinpadError::QrOff)
    ));
    assert_eq!(counter.pad().requests() + off.pad().requests(), 0);
    assert!(pinpad.open_operation().is_none());
}

#[tokio::test]
async fn health_test_reports_and_copies() {
    let counter = Counter::new().await;
    let pinpad = counter.register();
    assert_eq!(pinpad.health().await, Health::Works);
    let test = pinpad.test().await.unwrap();
    let Outcome::Approved(told) = &test.outcome else {
        panic!("{test:?}")
    };
    assert_eq!(told.terminal.as_deref(), Some("11087928"));
    counter.sale(&pinpad, 15_000, Tender::Card, &[Key::Tap]).await;
    for (told, line) in [
        (pinpad.report(Report::Short).await, "ОПЕРАЦИЙ: 1"),
        (pinpad.report(Report::Full).await, "000001 150.00"),
        (pinpad.last_receipt().await, "СУММА: 150.00 РУБ"),
    ] {
        let told = told.unwrap();
        let Outcome::Approved(approval) = &told.outcome else {
            panic!("{told:?}")
        };
        assert!(
            approval.slips[0].lines.iter().any(|found| found == line),
            "{line}"
        );
    }
    let number = async {
        assert_eq!(counter.pad().asks().await, Screen::AskNumber);
        counter.pad().press(Key::Number { number: 1 });
    };
    let (copy, ()) = tokio::join!(pinpad.receipt_by_number(), number);
    assert!(matches!(copy.unwrap().outcome, Outcome::Approved(_)));
}

#[tokio::test]
async fn an_answer_in_another_spelling_is_read_too() {
    let counter = Counter::new().await;
    let pinpad = counter.register();
    counter.pad().plan(Fault::OtherSpelling);
    approved(&counter.sale(&pinpad, 100, Tender::Card, &[Key::Tap]).await);
}

#[tokio::test]
async fn a_service_that_is_away_was_sent_nothing() {
    let counter = Counter::new().await;
    let settings = counter.settings();
    counter.running.stop();
    // The port is free again only when the task has ended.
    let pinpad = loop {
        let pinpad = Pinpad::open(settings.clone(), Arc::new(counter.clock.clone())).unwrap();
        if matches!(pinpad.health().await, Health::Away { .. }) {
            break pinpad;
        }
    };
    let refused = pinpad.sale(kopecks(100), Tender::Card).await.unwrap_err();
    assert!(matches!(refused, PinpadError::NotSent { .. }), "{refused}");
    assert!(refused.text().ru.contains("Ничего не отправлено"));
    assert!(pinpad.open_operation().is_none(), "it may be tried again at once");
}
