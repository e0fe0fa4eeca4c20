//! The library against a daemon over HTTP, with everything that can break on the way.

#![expect(clippy::unwrap_used, reason = "helpers of the tests")]

mod fake_daemon;

use domain::{Code, Kopecks, State};
use fake_daemon::{FakeDaemon, TOKEN, Trouble, script};
use protocol::{LinkVerdict, Reply};
use register::{Patience, Pay, PaymentId, Refund, Register, RegisterError};
use std::time::Duration;

const QUICK: Duration = Duration::from_millis(40);

fn patience() -> Patience {
    Patience {
        pause: Duration::from_millis(10),
        ..Patience::default()
    }
}

fn register(url: &str) -> Register {
    Register::http(url, TOKEN.into(), "1".parse().unwrap(), "7".parse().unwrap())
        .unwrap()
        .with_module("qrraiffd".parse().unwrap())
        .with_patience(patience())
}

fn sum(script: i64) -> Kopecks {
    Kopecks::new(15_000 + script).unwrap()
}

async fn states(register: &Register, pay: Pay) -> Vec<State> {
    let mut replies = register.pay(pay).await;
    let mut states = Vec::new();
    while let Some(reply) = replies.next().await {
        states.push(reply.unwrap().state.unwrap());
    }
    states
}

#[tokio::test]
async fn a_payment_reports_its_progress_and_ends() {
    let fake = FakeDaemon::start(QUICK).await;
    let mut replies = register(&fake.url).pay(Pay::new(sum(script::PAID))).await;
    let first = replies.next().await.unwrap().unwrap();
    assert_eq!(first.state, Some(State::AwaitingPayment));
    assert!(first.qr.unwrap().payload.starts_with("https://qr.nspk.ru/"));
    let last = replies.next().await.unwrap().unwrap();
    assert_eq!((last.state, last.is_final), (Some(State::Paid), true));
    assert!(replies.next().await.is_none(), "nothing follows the final reply");

    let sent = &fake.bodies("pay")[0];
    assert_eq!(sent["protocol"], 1);
    assert_eq!(sent["amount"], 15_000);
    assert_eq!(sent["timeout_ms"], 310_000);
    assert_eq!((&sent["store"], &sent["terminal"]), (&"1".into(), &"7".into()));
}

#[tokio::test]
async fn each_end_is_told_as_it_is() {
    let fake = FakeDaemon::start(QUICK).await;
    let register = register(&fake.url);
    for (script, end) in [
        (script::DECLINED, State::Declined),
        (script::EXPIRED, State::Expired),
        (script::REFUSED, State::Refused),
    ] {
        let states = states(&register, Pay::new(sum(script))).await;
        assert_eq!(states.last(), Some(&end));
    }
}

#[tokio::test]
async fn a_lost_answer_is_asked_about_and_the_same_message_is_sent_again() {
    for trouble in [
        Trouble::AnswerLost,
        Trouble::LostOnTheWay,
        Trouble::BadGateway,
        Trouble::Undecided,
    ] {
        let fake = FakeDaemon::start(QUICK).await;
        fake.trouble([trouble]);
        let states = states(&register(&fake.url), Pay::new(sum(script::PAID))).await;
        assert_eq!(states, [State::AwaitingPayment, State::Paid], "{trouble:?}");
        assert_eq!(fake.opened(), 1, "{trouble:?}: one payment");
        let bodies = fake.bodies("pay");
        assert!(bodies.iter().all(|body| body == &bodies[0]), "the same message");
        assert_eq!(fake.bodies("status")[0]["payment"], bodies[0]["id"]);
    }
}

#[tokio::test]
async fn broken_events_are_taken_up_again() {
    let fake = FakeDaemon::start(QUICK).await;
    let states = states(&register(&fake.url), Pay::new(sum(script::EVENTS_BREAK))).await;
    assert_eq!(states, [State::AwaitingPayment, State::Paid]);
    assert_eq!(fake.opened(), 1);
    assert!(!fake.bodies("status").is_empty());
}

#[tokio::test]
async fn a_repeat_that_is_turned_away_in_passing_says_nothing_of_the_payment() {
    let fake = FakeDaemon::start(QUICK).await;
    fake.trouble([
        Trouble::AnswerLost,
        Trouble::ShuttingDown,
        Trouble::ShuttingDown,
        Trouble::NotTheDaemon,
    ]);
    let states = states(&register(&fake.url), Pay::new(sum(script::PAID))).await;
    assert_eq!(states.last(), Some(&State::Paid));
    assert_eq!(fake.opened(), 1);
}

#[tokio::test]
async fn a_first_message_that_is_turned_away_ends_there() {
    let fake = FakeDaemon::start(QUICK).await;
    fake.trouble([Trouble::ShuttingDown]);
    let reply = register(&fake.url)
        .pay(Pay::new(sum(0)))
        .await
        .last()
        .await
        .unwrap();
    assert_eq!(reply.error.unwrap().code, Code::ShuttingDown);
    assert_eq!(fake.opened(), 0);
}

#[tokio::test]
async fn nobody_there_means_nothing_was_sent() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = format!("http://127.0.0.1:{port}");
    let error = register(&url)
        .pay(Pay::new(sum(0)))
        .await
        .last()
        .await
        .unwrap_err();
    assert!(matches!(error, RegisterError::NotSent { .. }), "{error}");
    assert!(error.to_string().contains("Nothing was sent"));
    let error = register(&url)
        .status(PaymentId::Caller("x".parse().unwrap()))
        .await
        .unwrap_err();
    assert!(matches!(error, RegisterError::NotSent { .. }), "{error}");
}

#[tokio::test]
async fn another_server_is_not_taken_for_the_daemon() {
    let fake = FakeDaemon::start(QUICK).await;
    fake.trouble([Trouble::NotTheDaemon]);
    let error = register(&fake.url)
        .pay(Pay::new(sum(0)))
        .await
        .last()
        .await
        .unwrap_err();
    assert!(matches!(error, RegisterError::NotSent { .. }), "{error}");
}

#[tokio::test]
async fn when_patience_ends_the_outcome_is_unknown_and_the_id_is_named() {
    let fake = FakeDaemon::start(QUICK).await;
    let register = register(&fake.url).with_patience(Patience {
        total: Duration::from_millis(1500),
        ..patience()
    });
    let pay = Pay::new(sum(script::UNRESOLVED));
    let id = pay.id.clone();
    let error = register.pay(pay).await.last().await.unwrap_err();
    let RegisterError::Unknown { id: named, last, .. } = &error else {
        unreachable!("{error}");
    };
    assert_eq!(named, &id);
    assert_eq!(last.as_ref().unwrap().state, Some(State::Unresolved));
    assert!(error.to_string().contains("Do not repeat"));
    let reply = register.status(PaymentId::Caller(id)).await.unwrap();
    assert_eq!((reply.state, reply.is_final), (Some(State::Unresolved), false));
}

#[tokio::test]
async fn silence_is_asked_about() {
    let fake = FakeDaemon::start(Duration::from_hours(1)).await;
    let register = register(&fake.url).with_patience(Patience {
        silence: Duration::from_millis(30),
        total: Duration::from_millis(1500),
        ..patience()
    });
    let error = register
        .pay(Pay::new(sum(script::WAITS)))
        .await
        .last()
        .await
        .unwrap_err();
    assert!(matches!(error, RegisterError::Unknown { .. }));
    assert!(!fake.bodies("status").is_empty());
    assert_eq!(fake.bodies("pay").len(), 1, "a line that is merely quiet is kept");
}

#[tokio::test]
async fn a_cancel_ends_the_payment_or_learns_that_the_buyer_was_quicker() {
    let fake = FakeDaemon::start(QUICK).await;
    let register = register(&fake.url);
    for (script, end) in [
        (script::WAITS, State::Cancelled),
        (script::BUYER_IS_QUICKER, State::Paid),
    ] {
        let mut replies = register.pay(Pay::new(sum(script))).await;
        replies.next().await.unwrap().unwrap();
        let id = replies.id().unwrap().clone();
        let told = register.cancel(PaymentId::Caller(id)).await.last().await.unwrap();
        assert_eq!(told.state, Some(end));
        let last: Reply = replies.last().await.unwrap();
        assert_eq!(last.state, Some(end));
    }
}

#[tokio::test]
async fn money_goes_back_in_parts_and_stickers_are_asked_about() {
    let fake = FakeDaemon::start(QUICK).await;
    let register = register(&fake.url);
    let pay = Pay::new(sum(0));
    let payment = PaymentId::Caller(pay.id.clone());
    register.pay(pay).await.last().await.unwrap();
    let part = Refund {
        amount: Some(Kopecks::new(5_000).unwrap()),
        ..Refund::new(payment.clone())
    };
    let reply = register.refund(part).await.last().await.unwrap();
    assert_eq!(
        (reply.state, reply.amount.unwrap().get()),
        (Some(State::Refunded), 5_000)
    );
    let rest = register.refund(Refund::new(payment)).await.last().await.unwrap();
    assert_eq!(rest.amount.unwrap().get(), 10_000);

    let sticker = "https://qr.nspk.ru/AS1000670LSS7DN18SJQDNP4B05KLJL2?type=01&bank=100000000001&crc=C08B";
    let check = register.link_check(sticker).await.last().await.unwrap();
    assert_eq!(check.link.unwrap().verdict, LinkVerdict::ThisRegister);
    register
        .link_bind(sticker, Some("1234"))
        .await
        .last()
        .await
        .unwrap();
    assert_eq!(fake.bodies("link_bind")[0]["terminal_number"], "1234");
}

#[test]
fn an_address_that_cannot_work_is_refused_at_once() {
    for url in ["127.0.0.1:8080", "ftp://x", "http://user:secret@host", ""] {
        let error = Register::http(url, TOKEN.into(), "1".parse().unwrap(), "7".parse().unwrap())
            .err()
            .unwrap();
        assert!(matches!(error, RegisterError::Settings(_)));
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn a_receipt_is_found_and_its_payment_refunded() {
    let fake = FakeDaemon::start(QUICK).await;
    let register = register(&fake.url);
    states(&register, Pay::new(sum(script::PAID))).await;
    fake.trouble([Trouble::AnswerLost]);
    let found = register.receipt_find("123", Some(5)).await.unwrap();
    assert!(found.is_final);
    assert_eq!(found.payments[0].left, sum(script::PAID));
    assert_eq!(
        fake.bodies("receipt_find").last().unwrap()["receipt"],
        serde_json::json!({ "number": "123", "shift": 5 })
    );
    let mut refund = Refund::new(PaymentId::Operation(found.payments[0].operation_id));
    refund.amount = Some(Kopecks::new(1_000).unwrap());
    let end = register.refund(refund).await.last().await.unwrap();
    assert_eq!(end.state, Some(State::Refunded));
    let left = register.receipt_find("123", None).await.unwrap().payments[0].left;
    assert_eq!(left.get(), 14_000);
    let nothing = register.receipt_find("404", None).await.unwrap();
    assert_eq!(nothing.error.unwrap().code, Code::UnknownPayment);
}

#[tokio::test]
async fn a_reservation_is_confirmed_once_although_the_answer_is_lost() {
    let fake = FakeDaemon::start(QUICK).await;
    let register = register(&fake.url);
    let mut pay = register.pay(Pay::new(sum(script::RESERVES))).await;
    let reserved = pay.next().await.unwrap().unwrap();
    assert_eq!(reserved.state, Some(State::AwaitingConfirmation));
    let payment = PaymentId::Operation(reserved.operation_id.unwrap());
    fake.trouble([Trouble::AnswerLost]);
    let confirmed = register
        .confirm(payment, Some(Kopecks::new(10_000).unwrap()))
        .await;
    let end = confirmed.last().await.unwrap();
    assert_eq!(end.state, Some(State::Paid));
    let sent = fake.bodies("confirm");
    assert_eq!(sent[0]["amount"], 10_000);
    assert!(sent.iter().all(|one| *one == sent[0]), "always the same bytes");
}
