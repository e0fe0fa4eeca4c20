//! Payments, refunds, cancels and cash links over both doors, with both journals.

use domain::receipt::Receipt;
use domain::{CallerId, Code, State};
use protocol::LinkVerdict;
use register::{Pay, PaymentId, Refund, Register};
use serde_json::json;
use simulator::bank::{Endpoint, PayerAction};
use testkit::real::process::succeed;
use testkit::real::queue::{self, Queues, asking};
use testkit::real::replies::{ended, kopecks, message, next, qr};
use testkit::real::site::{CASH_LINK, DYNAMIC, Door, Site};
use testkit::real::store::Kind;

#[tokio::test(flavor = "multi_thread")]
async fn http_and_sqlite() -> anyhow::Result<()> {
    a_day_at_the_till(Door::Http, Kind::Sqlite).await
}

#[tokio::test(flavor = "multi_thread")]
async fn http_and_mariadb() -> anyhow::Result<()> {
    a_day_at_the_till(Door::Http, Kind::MariaDb).await
}

#[tokio::test(flavor = "multi_thread")]
async fn amqp_and_sqlite() -> anyhow::Result<()> {
    a_day_at_the_till(Door::Amqp, Kind::Sqlite).await
}

#[tokio::test(flavor = "multi_thread")]
async fn amqp_and_mariadb() -> anyhow::Result<()> {
    a_day_at_the_till(Door::Amqp, Kind::MariaDb).await
}

async fn a_day_at_the_till(door: Door, kind: Kind) -> anyhow::Result<()> {
    let site = Site::open(kind).await?;
    let register = site.register(door, DYNAMIC)?;
    let paid = paid(&site, &register).await?;
    found_by_receipt(&register, "17", 15_001).await?;
    refunded_in_parts(&site, &register, &paid).await?;
    found_by_receipt(&register, "17", 0).await?;
    cancelled(&site, &register).await?;
    declined(&site, &register).await?;
    over_a_link(&site, &site.register(door, CASH_LINK)?).await?;
    site.agree().await?;
    site.close().await
}

async fn paid(site: &Site, register: &Register) -> anyhow::Result<CallerId> {
    let mut pay = Pay::new(kopecks(15_001)?);
    pay.purpose = Some("Чек 17".to_owned());
    pay.receipt = Some(Receipt {
        number: Some("17".to_owned()),
        ..Receipt::default()
    });
    let id = pay.id.clone();
    let mut replies = register.pay(pay.clone()).await;
    let (shown, payload) = qr(&mut replies).await?;
    assert_eq!(shown.state, Some(State::AwaitingPayment));
    site.buyer(&payload, PayerAction::Pay)?;
    let end = ended(&mut replies, State::Paid).await?;
    let operation = end.operation_id.unwrap();
    let requisites = end.requisites.clone().unwrap();
    let fields: Vec<_> = requisites.split(',').collect();
    assert_eq!(fields[..2], [DYNAMIC, operation.order(1).as_str()]);
    let books = site.bank.bank.with(simulator::Bank::books);
    let sale = books.of_order(operation.order(1).as_str())[0];
    assert_eq!(
        (Some(fields[2]), fields[3]),
        (
            sale.qr_id.as_deref(),
            sale.transaction_id.unwrap().to_string().as_str()
        )
    );
    assert!(!end.slip.is_empty() && end.qr.is_none());

    let status = register.status(PaymentId::Caller(id.clone())).await?;
    assert_eq!(
        (status.state, status.requisites),
        (Some(State::Paid), Some(requisites))
    );
    let again = ended(&mut register.pay(pay.clone()).await, State::Paid).await?;
    assert_eq!(
        again.operation_id,
        Some(operation),
        "a repeat finds its operation"
    );
    pay.amount = kopecks(15_002)?;
    let conflict = next(&mut register.pay(pay).await).await?;
    assert_eq!(conflict.error.unwrap().code, Code::IdConflict);
    let cancelled = ended(
        &mut register.cancel(PaymentId::Caller(id.clone())).await,
        State::Paid,
    )
    .await?;
    assert_eq!(cancelled.error.unwrap().code, Code::AlreadyPaid);
    assert_eq!(site.journaled(id.as_str()).await?, operation);
    Ok(id)
}

/// What of a receipt's payment may go back; one that nobody has is said to be unknown.
async fn found_by_receipt(register: &Register, number: &str, left: i64) -> anyhow::Result<()> {
    let found = register.receipt_find(number, None).await?;
    let [payment] = &found.payments[..] else {
        anyhow::bail!("one payment is expected: {found:?}");
    };
    assert_eq!((payment.state, payment.left.get()), (State::Paid, left));
    assert_eq!(payment.note.is_some(), left == 0, "it says why not");
    let nobodys = register.receipt_find("18", None).await?;
    assert_eq!(nobodys.error.unwrap().code, Code::UnknownPayment);
    assert!(nobodys.payments.is_empty() && nobodys.is_final);
    Ok(())
}

async fn refunded_in_parts(site: &Site, register: &Register, paid: &CallerId) -> anyhow::Result<()> {
    let payment = PaymentId::Caller(paid.clone());
    let refund = |amount| -> anyhow::Result<Refund> {
        let mut refund = Refund::new(payment.clone());
        refund.amount = Some(kopecks(amount)?);
        Ok(refund)
    };
    let first = refund(5_000)?;
    ended(&mut register.refund(first.clone()).await, State::Refunded).await?;
    let again = ended(&mut register.refund(first).await, State::Refunded).await?;
    assert_eq!(
        again.amount,
        Some(kopecks(5_000)?),
        "a repeat refunds nothing more"
    );
    let too_much = next(&mut register.refund(refund(10_002)?).await).await?;
    assert_eq!(too_much.error.unwrap().code, Code::RefundExceedsPayment);
    assert!(too_much.is_final);
    let rest = ended(
        &mut register.refund(Refund::new(payment.clone())).await,
        State::Refunded,
    )
    .await?;
    assert_eq!(rest.amount, Some(kopecks(10_001)?));
    let nothing_left = next(&mut register.refund(Refund::new(payment.clone())).await).await?;
    assert_eq!(nothing_left.error.unwrap().code, Code::RefundExceedsPayment);
    let status = register.status(payment).await?;
    assert_eq!(status.refunded, Some(kopecks(15_001)?));
    assert_eq!(site.bank.bank.with(simulator::Bank::books).refunded().0, 15_001);
    Ok(())
}

async fn cancelled(site: &Site, register: &Register) -> anyhow::Result<()> {
    let mut replies = register.pay(Pay::new(kopecks(700)?)).await;
    let payment = PaymentId::Caller(replies.id().unwrap().clone());
    let (_, payload) = qr(&mut replies).await?;
    let end = ended(&mut register.cancel(payment.clone()).await, State::Cancelled).await?;
    assert_eq!(end.error.unwrap().code, Code::Cancelled);
    ended(&mut replies, State::Cancelled).await?;
    assert!(
        site.buyer(&payload, PayerAction::Pay).is_err(),
        "the bank takes no money any more"
    );
    let refund = next(&mut register.refund(Refund::new(payment)).await).await?;
    assert_eq!(refund.error.unwrap().code, Code::NotPaid);
    Ok(())
}

async fn declined(site: &Site, register: &Register) -> anyhow::Result<()> {
    let mut replies = register.pay(Pay::new(kopecks(800)?)).await;
    let (_, payload) = qr(&mut replies).await?;
    site.buyer(&payload, PayerAction::Decline)?;
    let end = ended(&mut replies, State::Declined).await?;
    assert!(end.error.unwrap().repeatable);
    Ok(())
}

async fn over_a_link(site: &Site, register: &Register) -> anyhow::Result<()> {
    let sticker = site.bank.bank.with(|bank, _| bank.print_sticker());
    let unbound = next(&mut register.pay(Pay::new(kopecks(900)?)).await).await?;
    assert_eq!(unbound.error.unwrap().code, Code::LinkUnbound);
    let checked = ended(&mut register.link_check(&sticker).await, State::Done).await?;
    assert_eq!(checked.link.unwrap().verdict, LinkVerdict::NotOurs);
    let bound = ended(&mut register.link_bind(&sticker, None).await, State::Done).await?;
    assert_eq!(bound.link.unwrap().verdict, LinkVerdict::BoundNow);
    let checked = ended(&mut register.link_check(&sticker).await, State::Done).await?;
    assert_eq!(checked.link.unwrap().verdict, LinkVerdict::ThisRegister);

    let mut replies = register.pay(Pay::new(kopecks(900)?)).await;
    let payment = PaymentId::Caller(replies.id().unwrap().clone());
    let mut shown = next(&mut replies).await?;
    while shown.state == Some(State::Registering) {
        shown = next(&mut replies).await?;
    }
    assert_eq!(shown.state, Some(State::AwaitingPayment), "{shown:?}");
    let busy = next(&mut register.pay(Pay::new(kopecks(901)?)).await).await?;
    assert_eq!(busy.error.unwrap().code, Code::LinkBusy);
    site.buyer(&sticker, PayerAction::Pay)?;
    ended(&mut replies, State::Paid).await?;
    let back = ended(&mut register.refund(Refund::new(payment)).await, State::Refunded).await?;
    assert_eq!(back.amount, Some(kopecks(900)?));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn row_08_a_delivery_that_comes_again_finds_its_payment() -> anyhow::Result<()> {
    let site = Site::open(Kind::Sqlite).await?;
    let queues = Queues::connect(&site.host.url(&site.host.broker)).await?;
    let mut replies = queues.listen_directly().await?;
    let body = message("pay", "again-1", &json!({ "amount": 4_200 })).to_string();
    for correlation in ["first", "first", "second"] {
        queues
            .send(DYNAMIC, body.as_bytes(), asking(queue::DIRECT, correlation))
            .await?;
    }
    let mut payload = None;
    while payload.is_none() {
        let (reply, _) = queue::next(&mut replies).await?;
        payload = reply["qr"]["payload"].as_str().map(str::to_owned);
    }
    site.buyer(&payload.unwrap(), PayerAction::Pay)?;
    let mut told = std::collections::BTreeSet::new();
    while told.len() < 2 {
        let (reply, correlation) = queue::next(&mut replies).await?;
        if reply["final"] == true {
            assert_eq!(reply["state"], "paid", "{reply}");
            told.insert(correlation);
        }
    }
    assert_eq!(told.into_iter().collect::<Vec<_>>(), ["first", "second"]);
    site.journaled("again-1").await?;
    site.agree().await?;
    site.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_that_wants_a_certificate_takes_nothing_without_it() -> anyhow::Result<()> {
    let site = Site::open(Kind::Sqlite).await?;
    let set = [
        "config",
        "set",
        DYNAMIC,
        "merchant",
        "0",
        "cert=",
        "pkey=",
        "timeout=1",
    ];
    succeed(site.command(&set).await?)?;
    site.log.line(0, &["module settings were changed"]).await?;
    let register = site.register(Door::Http, DYNAMIC)?;
    let end = ended(&mut register.pay(Pay::new(kopecks(100)?)).await, State::Refused).await?;
    let error = end.error.unwrap();
    assert_eq!(error.code, Code::ProviderLogin);
    assert!(
        error.detail.unwrap().contains("client certificate"),
        "it says what to do"
    );
    assert_eq!(site.calls(Endpoint::RegisterQr), 0);
    site.agree().await?;
    site.close().await
}
