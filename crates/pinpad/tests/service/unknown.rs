use crate::counter::approved;
use crate::{Counter, kopecks};
use pinpad::{Decision, Outcome, PinpadError, Resolution, Tender, WayBack};
use serde_json::json;
use simulator::dualconnector::{Fault, Key, Options};

#[tokio::test]
async fn an_unknown_sale_is_found_on_the_copy_and_never_sent_again() {
    for fault in [
        Fault::DropAfter,
        Fault::Garbage,
        Fault::PrintError,
        Fault::OtherSum,
    ] {
        let counter = Counter::new().await;
        let pinpad = counter.register();
        counter.pad().plan(fault);
        let done = counter.sale(&pinpad, 15_000, Tender::Card, &[Key::Tap]).await;
        assert!(matches!(done.outcome, Outcome::Unknown { .. }));
        for refused in [
            pinpad.sale(kopecks(15_000), Tender::Card).await.unwrap_err(),
            pinpad.emergency_cancel().await.unwrap_err(),
            pinpad.settle().await.unwrap_err(),
        ] {
            assert!(matches!(&refused, PinpadError::Open(open) if open.id == done.id));
            assert!(refused.text().en.contains("₽150.00"), "{}", refused.text().en);
        }
        counter.clock.turn(30);
        let Resolution::Approved { approval, .. } = pinpad.resolve().await.unwrap() else {
            panic!("{fault:?}: the copy was not recognised")
        };
        assert_eq!(approval.rrn.as_deref(), Some("601500000001"));
        let original = pinpad.original("601500000001").unwrap();
        assert_eq!(original.amount, kopecks(15_000));
        assert_eq!(counter.pad().books().len(), 1, "{fault:?}: paid once");
        approved(&counter.sale(&pinpad, 100, Tender::Card, &[Key::Tap]).await);
    }
}

#[tokio::test]
async fn a_qr_sale_that_the_copy_confirms_goes_back_as_one() {
    let counter = Counter::new().await;
    let pinpad = counter.register();
    counter.pad().plan(Fault::DropAfter);
    counter.sale(&pinpad, 15_000, Tender::Qr, &[Key::Phone]).await;
    assert!(matches!(
        pinpad.resolve().await.unwrap(),
        Resolution::Approved { .. }
    ));
    let original = pinpad.original("601500000001").unwrap();
    assert_eq!(pinpad.way_back(&original), WayBack::SbpRefund);
}

#[tokio::test]
async fn a_refund_whose_answer_was_lost_is_found_too() {
    let counter = Counter::new().await;
    let pinpad = counter.register();
    let sold = counter.sale(&pinpad, 15_000, Tender::Card, &[Key::Tap]).await;
    let original = pinpad.original(approved(&sold).rrn.as_ref().unwrap()).unwrap();
    counter.clock.turn(10);
    counter.pad().plan(Fault::DropAfter);
    let back = pinpad.give_back(original.clone(), kopecks(15_000)).await.unwrap();
    assert!(matches!(back.outcome, Outcome::Unknown { .. }));
    assert!(matches!(
        pinpad.resolve().await.unwrap(),
        Resolution::Approved { .. }
    ));
    let again = pinpad.give_back(original, kopecks(1)).await.unwrap_err();
    assert!(
        matches!(again, PinpadError::MoreThanPaid { .. }),
        "it counts as given back"
    );
}

#[tokio::test]
async fn the_copy_of_the_buyer_before_leaves_it_to_a_person() {
    let counter = Counter::new().await;
    let pinpad = counter.register();
    approved(&counter.sale(&pinpad, 15_000, Tender::Card, &[Key::Tap]).await);
    counter.clock.turn(20);
    counter.pad().plan(Fault::DropBefore);
    let lost = pinpad.sale(kopecks(15_000), Tender::Card).await.unwrap();
    assert!(matches!(lost.outcome, Outcome::Unknown { .. }));
    let resolution = pinpad.resolve().await.unwrap();
    assert!(resolution.text().ru.contains("не доказывает"));
    let Resolution::AskPerson {
        intent,
        evidence,
        copy,
    } = resolution
    else {
        panic!("the first buyer's receipt is not the second's")
    };
    assert_eq!(intent.id, lost.id);
    assert!(evidence.unwrap().sum && !evidence.unwrap().new);
    assert_eq!(copy.len(), 2, "the person sees it");
    assert!(matches!(
        pinpad.sale(kopecks(1), Tender::Card).await,
        Err(PinpadError::Open(_))
    ));
    let decided = pinpad.decide(Decision::NotDone, "Иванова").await.unwrap();
    assert_eq!(decided.id, lost.id);
    let journal = std::fs::read_to_string(counter.journal()).unwrap();
    assert!(journal.contains("{\"person\":\"Иванова\"}"), "{journal}");
    assert!(matches!(
        pinpad.decide(Decision::Approved, "Иванова").await,
        Err(PinpadError::NothingOpen)
    ));
    approved(&counter.sale(&pinpad, 15_000, Tender::Card, &[Key::Tap]).await);
}

#[tokio::test]
async fn a_terminal_without_receipts_leaves_it_to_a_person() {
    let counter = Counter::new().await;
    let pinpad = counter.register();
    counter.pad().plan(Fault::DropBefore);
    pinpad.sale(kopecks(100), Tender::Card).await.unwrap();
    let resolution = pinpad.resolve().await.unwrap();
    assert!(matches!(
        &resolution,
        Resolution::AskPerson { evidence: None, .. }
    ));
    assert!(resolution.text().ru.contains("не дал копии"));
    pinpad.decide(Decision::Approved, "").await.unwrap();
    assert!(pinpad.open_operation().is_none());
}

/// Runs the register in a runtime of its own, which is taken down as a crash would.
#[test]
fn after_a_crash_between_intent_and_answer_the_operation_is_open() {
    let shop = tokio::runtime::Runtime::new().unwrap();
    let counter = shop.block_on(Counter::with(Options::default(), json!({})));
    let crashing = tokio::runtime::Runtime::new().unwrap();
    crashing.block_on(async {
        let pinpad = counter.register();
        let waiting = pinpad.clone();
        tokio::spawn(async move { waiting.sale(kopecks(15_000), Tender::Card).await });
        counter.pad().asks().await;
    });
    crashing.shutdown_background();
    shop.block_on(async {
        let pinpad = counter.register_again().await;
        let open = pinpad.open_operation().expect("the intent was on the disk");
        assert_eq!(open.amount, Some(kopecks(15_000)));
        assert!(matches!(
            pinpad.sale(kopecks(15_000), Tender::Card).await,
            Err(PinpadError::Open(_))
        ));
        // The terminal is still busy with it: no copy yet.
        assert!(matches!(
            pinpad.resolve().await.unwrap(),
            Resolution::AskPerson { evidence: None, .. }
        ));
        // The buyer taps the card; nobody listens any more.
        counter.pad().press(Key::Tap);
        assert!(matches!(
            pinpad.resolve().await.unwrap(),
            Resolution::Approved { .. }
        ));
        assert_eq!(counter.pad().books().len(), 1);
        drop(pinpad);
        assert!(counter.register_again().await.open_operation().is_none());
    });
}
