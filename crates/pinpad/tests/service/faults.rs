use crate::counter::approved;
use crate::{Counter, kopecks};
use pinpad::outcome::DeclineReason;
use pinpad::{Doubt, Outcome, PinpadError, Tender};
use serde_json::json;
use simulator::dualconnector::{Fault, Key, Options};

#[tokio::test]
async fn every_fault_after_the_approval_leaves_the_outcome_unknown() {
    for (fault, doubt) in [
        (Fault::DropAfter, Doubt::NoAnswer),
        (Fault::PrintError, Doubt::Service { code: 12 }),
        (Fault::OtherSum, Doubt::Other { field: 0 }),
    ] {
        let counter = Counter::new().await;
        let pinpad = counter.register();
        counter.pad().plan(fault);
        let done = counter.sale(&pinpad, 15_000, Tender::Card, &[Key::Tap]).await;
        assert_eq!(done.outcome, Outcome::Unknown { doubt }, "{fault:?}");
        assert!(done.text().ru.contains("Не повторяйте"));
        assert_eq!(pinpad.open_operation().unwrap().id, done.id);
        assert_eq!(counter.pad().books().len(), 1, "{fault:?}: the buyer has paid");
    }
}

#[tokio::test]
async fn a_web_page_is_no_answer() {
    let counter = Counter::new().await;
    let pinpad = counter.register();
    counter.pad().plan(Fault::Garbage);
    let done = counter.sale(&pinpad, 15_000, Tender::Card, &[Key::Tap]).await;
    assert!(matches!(
        done.outcome,
        Outcome::Unknown {
            doubt: Doubt::Unclear { .. }
        }
    ));
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_beginning_proves_nothing_either() {
    let counter = Counter::new().await;
    let pinpad = counter.register();
    counter.pad().plan(Fault::DropBefore);
    let done = pinpad.sale(kopecks(100), Tender::Card).await.unwrap();
    assert_eq!(
        done.outcome,
        Outcome::Unknown {
            doubt: Doubt::NoAnswer
        }
    );
    assert!(counter.pad().books().is_empty());
    assert!(pinpad.open_operation().is_some());
}

#[tokio::test]
async fn no_answer_in_time_is_an_unknown_outcome() {
    let short = json!({"timeout": 1, "answerGap": 1});
    let counter = Counter::with(Options::default(), short).await;
    let pinpad = counter.register();
    counter.pad().plan(Fault::Silent);
    let done = counter.sale(&pinpad, 100, Tender::Card, &[Key::Tap]).await;
    assert_eq!(
        done.outcome,
        Outcome::Unknown {
            doubt: Doubt::NoAnswer
        }
    );
    assert_eq!(counter.pad().requests(), 1, "asked once and never again");
}

#[tokio::test]
async fn a_buyer_who_does_not_come_leaves_the_service_with_a_timeout() {
    let short = json!({"timeout": 1, "answerGap": 60});
    let counter = Counter::with(Options::default(), short).await;
    let done = counter.register().sale(kopecks(100), Tender::Card).await.unwrap();
    assert_eq!(
        done.outcome,
        Outcome::Unknown {
            doubt: Doubt::Service { code: 1 }
        }
    );
}

#[tokio::test]
async fn every_error_code_over_the_wire() {
    let counter = Counter::new().await;
    let pinpad = counter.register();
    for code in 1..=17 {
        counter.pad().plan(Fault::Code(code));
        if code == 15 {
            // Its check asks for the copy, and there is none.
            let done = pinpad.sale(kopecks(100), Tender::Card).await.unwrap();
            assert_eq!(
                done.outcome,
                Outcome::Unknown {
                    doubt: Doubt::Cancelled
                }
            );
        } else {
            let done = pinpad.sale(kopecks(100), Tender::Card).await.unwrap();
            match (code, &done.outcome) {
                (4..=11 | 14 | 16, Outcome::Declined(decline)) => {
                    assert_eq!(decline.why, DeclineReason::NotStarted { code });
                    assert!(
                        done.text().ru.contains(&format!("код {code}")),
                        "{}",
                        done.text().ru
                    );
                }
                (1..=3 | 12 | 13 | 17, Outcome::Unknown { doubt }) => {
                    assert_eq!(*doubt, Doubt::Service { code });
                }
                other => panic!("{other:?}"),
            }
        }
        if pinpad.open_operation().is_some() {
            pinpad.decide(pinpad::Decision::NotDone, "test").await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_busy_terminal_did_not_begin() {
    let counter = Counter::new().await;
    let pinpad = counter.register();
    counter.pad().plan(Fault::Busy);
    let done = pinpad.sale(kopecks(100), Tender::Card).await.unwrap();
    assert!(done.text().ru.contains("занят") && pinpad.open_operation().is_none());
    approved(&counter.sale(&pinpad, 100, Tender::Card, &[Key::Tap]).await);
}

#[tokio::test]
async fn a_cancel_by_code_is_checked_and_then_believed() {
    let counter = Counter::new().await;
    let pinpad = counter.register();
    approved(&counter.sale(&pinpad, 15_000, Tender::Card, &[Key::Tap]).await);
    counter.pad().plan(Fault::CancelCode);
    let done = counter.sale(&pinpad, 15_000, Tender::Card, &[Key::Cancel]).await;
    let Outcome::Declined(decline) = &done.outcome else {
        panic!("{done:?}")
    };
    assert_eq!(
        decline.why,
        DeclineReason::Cancelled,
        "the copy is the first buyer's"
    );
    assert!(pinpad.open_operation().is_none());
    assert_eq!(counter.pad().requests(), 3, "two sales and one copy");
}

#[tokio::test]
async fn a_cancel_by_code_that_came_too_late_is_an_approval() {
    let counter = Counter::new().await;
    let pinpad = counter.register();
    // The service speaks of a cancel although the terminal has taken the money: the copy tells.
    counter.pad().plan(Fault::AfterAll(15));
    let done = counter.sale(&pinpad, 15_000, Tender::Card, &[Key::Tap]).await;
    assert_eq!(approved(&done).rrn.as_deref(), Some("601500000001"));
    assert!(pinpad.open_operation().is_none());
}

#[tokio::test]
async fn a_report_without_an_answer_opens_nothing() {
    let counter = Counter::new().await;
    let pinpad = counter.register();
    counter.pad().plan(Fault::DropAfter);
    let told = pinpad.settle().await.unwrap();
    assert!(matches!(told.outcome, Outcome::Unknown { .. }));
    assert!(told.text().ru.contains("Денег он не касается"));
    assert!(pinpad.open_operation().is_none());
    assert!(matches!(pinpad.resolve().await, Err(PinpadError::NothingOpen)));
}
