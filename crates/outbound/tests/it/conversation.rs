//! The conversation, the limits and the breaker, with a bank inside the test and virtual time.

use crate::{Still, transport};
use async_trait::async_trait;
use connector::conversation::MAX_TURNS;
use connector::provider::Transport;
use connector::{CallbackError, Connector, Method, RawCallback, Turn, WireRequest, WireResponse};
use domain::call::{Lookup, PaymentState, Reference, Register};
use domain::{
    Abilities, Answer, Call, CallKind, Certainty, Code, Fault, Kopecks, LostRegistration, ModuleName,
    OperationId, StoreId, TerminalId, Timestamp,
};
use outbound::{BreakerState, Options, Outbound, Route, Sender};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, advance};

/// A bank that answers from a list, then with 200, and notes when it was asked for what.
#[derive(Default)]
struct Bank {
    answers: Mutex<VecDeque<Result<WireResponse, Fault>>>,
    asked: Mutex<Vec<(Instant, CallKind)>>,
}

impl Bank {
    fn answering(answers: impl IntoIterator<Item = Result<WireResponse, Fault>>) -> Arc<Self> {
        Arc::new(Self {
            answers: Mutex::new(answers.into_iter().collect()),
            asked: Mutex::default(),
        })
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

#[async_trait]
impl Sender for Bank {
    async fn send(&self, _: &Transport, _: WireRequest, kind: CallKind) -> Result<WireResponse, Fault> {
        self.asked.lock().unwrap().push((Instant::now(), kind));
        let next = self.answers.lock().unwrap().pop_front();
        next.unwrap_or_else(|| Ok(ok()))
    }
}

/// A connector that sends these requests in turn and is then done; HTTP 429 makes it give up.
struct Script(Vec<Method>);

impl Connector for Script {
    fn abilities(&self) -> Abilities {
        Abilities {
            revoke: true,
            refund: true,
            one_refund_at_a_time: false,
            partial_refund: true,
            link_check: false,
            link_bind: false,
            cash_link: false,
            reservation: false,
            lost_registration: LostRegistration::RepeatSameOrder,
            ..Abilities::default()
        }
    }

    fn next(&self, _: &Call, heard: &[WireResponse], _: Timestamp) -> Result<Turn, Fault> {
        if heard.last().is_some_and(|response| response.status == 429) {
            return Err(Fault::unknown(Code::ProviderBusy, "too many").retry_after_ms(30_000));
        }
        Ok(match self.0.get(heard.len()) {
            Some(method) => Turn::Send(WireRequest::new(*method, "https://bank.example/pay")),
            None => Turn::Done(Answer::Payment(PaymentState::NotStarted)),
        })
    }

    fn verify(&self, _: &RawCallback) -> Result<(), CallbackError> {
        Err(CallbackError::Unsupported)
    }
}

fn ok() -> WireResponse {
    WireResponse::new(200, "{}")
}

fn outbound(bank: &Arc<Bank>) -> Arc<Outbound> {
    let options = Options {
        limiter_wait_ms: 10_000,
        breaker_failures: 3,
        breaker_open_ms: 5_000,
    };
    Arc::new(Outbound::with_sender(
        options,
        Arc::new(Still),
        Arc::clone(bank) as Arc<dyn Sender>,
    ))
}

pub fn route(rate_per_s: u32) -> Route {
    Route {
        module: ModuleName::new("qrbank").unwrap(),
        transport: Transport {
            rate_per_s,
            ..transport()
        },
    }
}

pub fn question() -> Call {
    Call::Status(Lookup {
        order: OperationId::from_bytes([7; 16]).order(1),
        amount: Kopecks::ZERO,
        reference: Reference::default(),
    })
}

pub fn registration() -> Call {
    Call::Register(Box::new(Register {
        order: OperationId::from_bytes([7; 16]).order(1),
        amount: Kopecks::ZERO,
        created_at: Timestamp::from_micros(0),
        expires_at: Timestamp::MAX,
        store: StoreId::new("1").unwrap(),
        terminal: TerminalId::new("1").unwrap(),
        purpose: None,
        cost_centre: None,
        receipt: None,
        customer_code: None,
        card_token: None,
        link_id: None,
        tender: None,
        subscriber: None,
    }))
}

async fn ask(outbound: &Outbound) -> Result<Answer, Fault> {
    outbound
        .call(&route(0), &Script(vec![Method::Get]), &question())
        .await
}

fn unreachable() -> Result<WireResponse, Fault> {
    Err(Fault::not_sent("no connection"))
}

fn silent() -> Result<WireResponse, Fault> {
    Err(Fault::unknown(Code::ProviderSilent, "no answer"))
}

#[tokio::test(start_paused = true)]
async fn a_conversation_runs_to_its_verdict() {
    let bank = Bank::answering([]);
    let script = Script(vec![Method::Post; MAX_TURNS]);
    let answer = outbound(&bank).call(&route(0), &script, &registration()).await;
    assert_eq!(answer, Ok(Answer::Payment(PaymentState::NotStarted)));
    assert_eq!(bank.asked(), MAX_TURNS);
}

#[tokio::test(start_paused = true)]
async fn a_conversation_has_a_limit() {
    let bank = Bank::answering([]);
    let script = Script(vec![Method::Post; MAX_TURNS + 1]);
    let fault = outbound(&bank)
        .call(&route(0), &script, &registration())
        .await
        .unwrap_err();
    assert_eq!(
        (fault.certainty, fault.code),
        (Certainty::Unknown, Code::Internal)
    );
    assert_eq!(bank.asked(), MAX_TURNS);
}

#[tokio::test(start_paused = true)]
async fn not_sent_is_said_only_while_nothing_was_sent() {
    for (script, certainty) in [
        (vec![Method::Post], Certainty::NotSent),
        (vec![Method::Get, Method::Post], Certainty::NotSent),
        (vec![Method::Post, Method::Post], Certainty::Unknown),
        (vec![Method::Post, Method::Get], Certainty::Unknown),
    ] {
        let earlier = script.len() - 1;
        let bank = Bank::answering((0..earlier).map(|_| Ok(ok())).chain([unreachable()]));
        let fault = outbound(&bank)
            .call(&route(0), &Script(script.clone()), &registration())
            .await
            .unwrap_err();
        assert_eq!(fault.certainty, certainty, "{script:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_breaker_opens_tries_once_and_closes() {
    let gateway_down = Ok(WireResponse::new(503, ""));
    let bank = Bank::answering([unreachable(), silent(), gateway_down, silent()]);
    let outbound = outbound(&bank);
    for _ in 0..3 {
        let _ = ask(&outbound).await;
    }
    let fault = ask(&outbound).await.unwrap_err();
    assert_eq!(
        (fault.certainty, fault.retry_after_ms),
        (Certainty::NotSent, Some(5_000))
    );
    assert!(fault.detail.contains("HTTP 503"), "{fault}");
    assert_eq!(bank.asked(), 3, "nothing is sent while it is open");
    let health = outbound.health().pop().unwrap();
    assert_eq!(
        (health.host.as_str(), health.state, health.failures_in_a_row),
        ("bank.example:443", BreakerState::Open, 3)
    );
    assert_eq!(health.modules, [ModuleName::new("qrbank").unwrap()]);

    advance(Duration::from_secs(5)).await;
    assert_eq!(outbound.health().pop().unwrap().state, BreakerState::HalfOpen);
    assert_eq!(ask(&outbound).await.unwrap_err().code, Code::ProviderSilent);
    assert_eq!(outbound.health().pop().unwrap().state, BreakerState::Open);

    advance(Duration::from_secs(5)).await;
    assert!(ask(&outbound).await.is_ok());
    assert_eq!(outbound.health().pop().unwrap().state, BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn one_merchants_trouble_does_not_open_the_breaker() {
    let login = || Err(Fault::unknown(Code::ProviderLogin, "certificate refused"));
    let server_error = || Ok(WireResponse::new(500, "order 7 is odd"));
    let bank = Bank::answering((0..20).map(|n| if n % 2 == 0 { login() } else { server_error() }));
    let outbound = outbound(&bank);
    for _ in 0..20 {
        let _ = ask(&outbound).await;
    }
    assert_eq!(bank.asked(), 20);
    assert_eq!(outbound.health().pop().unwrap().state, BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn the_rate_holds_for_all_and_registrations_go_first() {
    let bank = Bank::answering([]);
    let outbound = outbound(&bank);
    let mut calls = JoinSet::new();
    for call in std::iter::repeat_n(question(), 40).chain(std::iter::repeat_n(registration(), 20)) {
        let outbound = Arc::clone(&outbound);
        calls.spawn(async move {
            outbound
                .call(&route(10), &Script(vec![Method::Post]), &call)
                .await
        });
    }
    assert!(calls.join_all().await.iter().all(Result::is_ok));
    let asked = bank.asked.lock().unwrap();
    let start = asked.first().unwrap().0;
    for (index, (at, _)) in asked.iter().enumerate() {
        let spent_ms = at.duration_since(start).as_millis();
        let allowed = 10 + spent_ms / 100 + 1;
        assert!((index as u128) < allowed, "request {index} after {spent_ms} ms");
    }
    let last_change = asked
        .iter()
        .rposition(|(_, kind)| *kind == CallKind::Register)
        .unwrap();
    let questions_before = asked
        .iter()
        .take(last_change)
        .filter(|(_, kind)| *kind == CallKind::Status)
        .count();
    assert!(
        questions_before <= 10,
        "{questions_before} questions overtook a registration"
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_that_finds_no_place_is_not_sent() {
    let bank = Bank::answering([]);
    let outbound = outbound(&bank);
    let mut calls = JoinSet::new();
    for _ in 0..30 {
        let outbound = Arc::clone(&outbound);
        calls.spawn(async move {
            outbound
                .call(&route(1), &Script(vec![Method::Get]), &question())
                .await
        });
    }
    let (answered, faults): (Vec<_>, Vec<_>) = calls.join_all().await.into_iter().partition(Result::is_ok);
    assert!(answered.len() <= 11, "{}", answered.len());
    assert_eq!(answered.len(), bank.asked());
    for fault in faults.into_iter().filter_map(Result::err) {
        assert_eq!(
            (fault.certainty, fault.code),
            (Certainty::NotSent, Code::ProviderBusy)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_wish_to_be_asked_later_is_kept_by_all() {
    let bank = Bank::answering([Ok(WireResponse::new(429, ""))]);
    let outbound = outbound(&bank);
    assert_eq!(ask(&outbound).await.unwrap_err().retry_after_ms, Some(30_000));
    let fault = ask(&outbound).await.unwrap_err();
    assert_eq!(
        (fault.certainty, fault.code, fault.retry_after_ms),
        (Certainty::NotSent, Code::ProviderBusy, Some(30_000))
    );
    assert_eq!(bank.asked(), 1);
    advance(Duration::from_secs(30)).await;
    assert!(ask(&outbound).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn closing_ends_calls_that_were_not_begun() {
    let bank = Bank::answering([]);
    let outbound = outbound(&bank);
    assert!(
        outbound
            .call(&route(1), &Script(vec![Method::Get]), &question())
            .await
            .is_ok()
    );
    let waiting = {
        let outbound = Arc::clone(&outbound);
        tokio::spawn(async move {
            outbound
                .call(&route(1), &Script(vec![Method::Get]), &question())
                .await
        })
    };
    tokio::task::yield_now().await;
    outbound.close();
    let ended = [waiting.await.unwrap(), ask(&outbound).await];
    for fault in ended.map(Result::unwrap_err) {
        assert_eq!(
            (fault.certainty, fault.code),
            (Certainty::NotSent, Code::ShuttingDown)
        );
    }
    assert_eq!(bank.asked(), 1);
}
