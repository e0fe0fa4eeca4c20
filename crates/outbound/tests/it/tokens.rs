//! Requests that need a token, with a bank inside the test and virtual time.

use crate::Still;
use crate::conversation::{question, registration, route};
use async_trait::async_trait;
use connector::provider::Transport;
use connector::{
    CallbackError, Connector, Method, RawCallback, TokenNeed, Turn, WireRequest, WireResponse, answer, token,
};
use domain::call::PaymentState;
use domain::{Abilities, Answer, Call, CallKind, Certainty, Code, Fault, LostRegistration, Timestamp};
use outbound::{BreakerState, Options, Outbound, Sender, TOKEN_MARGIN_MS};
use secrecy::SecretString;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, advance, sleep};

const LOGIN: &str = "https://login.example/oauth";
const LIFE_S: u64 = 3_600;
const LOGIN_TAKES: Duration = Duration::from_secs(2);
const PAYMENT_TAKES: Duration = Duration::from_millis(100);

/// A bank that numbers its tokens and takes only the newest.
#[derive(Default)]
struct Bank {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    logins: Vec<Instant>,
    payments: usize,
    turned_away: usize,
    takes_no_token: bool,
    revoked: bool,
    login_ends: VecDeque<Result<WireResponse, Fault>>,
    payment_ends: VecDeque<Result<WireResponse, Fault>>,
}

impl Bank {
    fn new() -> Arc<Self> {
        Arc::default()
    }

    fn with_logins(ends: impl IntoIterator<Item = Result<WireResponse, Fault>>) -> Arc<Self> {
        let bank = Self::new();
        bank.inner.lock().unwrap().login_ends = ends.into_iter().collect();
        bank
    }

    /// How many logins, payments that were carried out, and payments that were turned away with 401.
    fn counts(&self) -> (usize, usize, usize) {
        let inner = self.inner.lock().unwrap();
        (inner.logins.len(), inner.payments, inner.turned_away)
    }

    fn revoke(&self) {
        self.inner.lock().unwrap().revoked = true;
    }

    fn pay(&self, request: &WireRequest) -> Result<WireResponse, Fault> {
        let mut inner = self.inner.lock().unwrap();
        let given = request
            .headers
            .iter()
            .filter(|(name, _)| *name == "authorization");
        let given: Vec<&str> = given.map(|(_, value)| value.expose()).collect();
        let good = format!("Bearer t{}", inner.logins.len());
        if inner.takes_no_token || inner.revoked || given != [good] {
            inner.turned_away += 1;
            return Ok(WireResponse::new(401, "{}"));
        }
        if let Some(end) = inner.payment_ends.pop_front() {
            return end;
        }
        inner.payments += 1;
        Ok(WireResponse::new(200, "{}"))
    }

    fn log_in(&self) -> Result<WireResponse, Fault> {
        let mut inner = self.inner.lock().unwrap();
        inner.logins.push(Instant::now());
        if let Some(end) = inner.login_ends.pop_front() {
            return end;
        }
        inner.revoked = false;
        let number = inner.logins.len();
        Ok(WireResponse::new(
            200,
            format!(r#"{{"access_token":"t{number}","token_type":"Bearer","expires_in":{LIFE_S}}}"#),
        ))
    }
}

#[async_trait]
impl Sender for Bank {
    async fn send(&self, _: &Transport, request: WireRequest, _: CallKind) -> Result<WireResponse, Fault> {
        assert!(request.token.is_none(), "the sender gets requests that are ready");
        if request.url == LOGIN {
            sleep(LOGIN_TAKES).await;
            return self.log_in();
        }
        let end = self.pay(&request);
        sleep(PAYMENT_TAKES).await;
        end
    }
}

/// A connector whose every request needs a token of this scope, and which is done after so many.
struct Payer {
    scope: &'static str,
    requests: usize,
}

const PAYER: Payer = Payer {
    scope: "pay",
    requests: 1,
};

impl Connector for Payer {
    fn abilities(&self) -> Abilities {
        Abilities {
            revoke: false,
            refund: false,
            one_refund_at_a_time: false,
            partial_refund: false,
            link_check: false,
            link_bind: false,
            cash_link: false,
            reservation: false,
            lost_registration: LostRegistration::RepeatSameOrder,
            ..Abilities::default()
        }
    }

    fn next(&self, _: &Call, heard: &[WireResponse], now: Timestamp) -> Result<Turn, Fault> {
        if let Some(response) = heard.last() {
            answer::door(response, now)?;
        }
        if heard.len() == self.requests {
            return Ok(Turn::Done(Answer::Payment(PaymentState::NotStarted)));
        }
        let login = WireRequest::new(Method::Post, LOGIN)
            .basic("shop", &SecretString::from("password"))
            .body(format!("grant_type=client_credentials&scope={}", self.scope));
        Ok(Turn::Send(
            WireRequest::new(Method::Post, "https://bank.example/pay").with_token(TokenNeed {
                scope: self.scope.to_owned(),
                login,
                read: Arc::new(token::oauth),
            }),
        ))
    }

    fn verify(&self, _: &RawCallback) -> Result<(), CallbackError> {
        Err(CallbackError::Unsupported)
    }
}

fn outbound(bank: &Arc<Bank>) -> Arc<Outbound> {
    let options = Options {
        limiter_wait_ms: 10_000,
        breaker_failures: 3,
        breaker_open_ms: 5_000,
    };
    let sender = Arc::clone(bank) as Arc<dyn Sender>;
    Arc::new(Outbound::with_sender(options, Arc::new(Still), sender))
}

async fn pay(outbound: &Outbound) -> Result<Answer, Fault> {
    outbound.call(&route(0), &PAYER, &registration()).await
}

async fn pay_at_once(outbound: &Arc<Outbound>, count: usize) -> Vec<Result<Answer, Fault>> {
    let mut calls = JoinSet::new();
    for _ in 0..count {
        let outbound = Arc::clone(outbound);
        calls.spawn(async move { pay(&outbound).await });
    }
    calls.join_all().await
}

#[tokio::test(start_paused = true)]
async fn two_hundred_payments_need_one_login() {
    let bank = Bank::new();
    let outbound = outbound(&bank);
    let start = Instant::now();
    let ends = pay_at_once(&outbound, 200).await;
    assert!(ends.iter().all(Result::is_ok), "{:?}", ends.first());
    assert_eq!(bank.counts(), (1, 200, 0));
    assert_eq!(start.elapsed(), LOGIN_TAKES + PAYMENT_TAKES);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_before_its_end() {
    let bank = Bank::new();
    let outbound = outbound(&bank);
    pay(&outbound).await.unwrap();
    let usable = Duration::from_millis(LIFE_S * 1_000 - TOKEN_MARGIN_MS);
    // The life counts from the moment at which the login was sent.
    let before = LOGIN_TAKES + PAYMENT_TAKES + Duration::from_millis(1);
    advance(usable.saturating_sub(before)).await;
    pay(&outbound).await.unwrap();
    assert_eq!(bank.counts(), (1, 2, 0));
    // That payment was sent one millisecond before the margin.
    pay_at_once(&outbound, 50).await;
    assert_eq!(bank.counts(), (2, 52, 0));
}

#[tokio::test(start_paused = true)]
async fn each_scope_has_its_token() {
    let bank = Bank::new();
    let outbound = outbound(&bank);
    pay(&outbound).await.unwrap();
    let other = Payer {
        scope: "status",
        requests: 1,
    };
    outbound.call(&route(0), &other, &question()).await.unwrap();
    assert_eq!(bank.counts(), (2, 2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_ended_early_is_replaced_and_the_request_repeated_once() {
    let bank = Bank::new();
    let outbound = outbound(&bank);
    pay(&outbound).await.unwrap();
    bank.revoke();
    let ends = pay_at_once(&outbound, 200).await;
    assert!(ends.iter().all(Result::is_ok), "{:?}", ends.first());
    assert_eq!(bank.counts(), (2, 201, 200), "one login more, no payment twice");
}

/// A payer of two requests, and a bank that has ended the token when the second one comes.
fn ends_in_the_middle() -> (Payer, Arc<Bank>) {
    let bank = Bank::new();
    let ends = [WireResponse::new(200, "{}"), WireResponse::new(401, "{}")];
    bank.inner.lock().unwrap().payment_ends = ends.into_iter().map(Ok).collect();
    let payer = Payer {
        scope: "pay",
        requests: 2,
    };
    (payer, bank)
}

#[tokio::test(start_paused = true)]
async fn a_token_may_end_in_the_middle_of_a_call() {
    let (payer, bank) = ends_in_the_middle();
    outbound(&bank)
        .call(&route(0), &payer, &registration())
        .await
        .unwrap();
    assert_eq!(bank.counts(), (2, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_login_that_fails_in_the_middle_of_a_call_leaves_it_unknown() {
    let (payer, bank) = ends_in_the_middle();
    let first = WireResponse::new(200, r#"{"access_token":"t1","expires_in":3600}"#);
    bank.inner.lock().unwrap().login_ends = [Ok(first), Ok(WireResponse::new(401, ""))].into_iter().collect();
    let fault = outbound(&bank)
        .call(&route(0), &payer, &registration())
        .await
        .unwrap_err();
    assert_eq!(
        (fault.certainty, fault.code),
        (Certainty::Unknown, Code::ProviderLogin),
        "{fault}"
    );
    assert_eq!(bank.counts().0, 2);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_takes_no_token_is_not_asked_for_ever() {
    let bank = Bank::new();
    bank.inner.lock().unwrap().takes_no_token = true;
    let outbound = outbound(&bank);
    for (logins, turned_away) in [(1, 1), (2, 2)] {
        let fault = pay(&outbound).await.unwrap_err();
        assert_eq!(
            (fault.certainty, fault.code),
            (Certainty::Refused, Code::ProviderLogin)
        );
        assert_eq!(bank.counts(), (logins, 0, turned_away));
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_end_of_a_repeated_request_is_unknown() {
    let bank = Bank::new();
    let outbound = outbound(&bank);
    pay(&outbound).await.unwrap();
    bank.revoke();
    let silent = Fault::unknown(Code::ProviderSilent, "no answer");
    bank.inner
        .lock()
        .unwrap()
        .payment_ends
        .push_back(Err(silent.clone()));
    assert_eq!(pay(&outbound).await, Err(silent));
    assert_eq!(bank.counts(), (2, 1, 1), "it is not sent a third time");
}

#[tokio::test(start_paused = true)]
async fn a_refused_login_is_shared_by_those_who_wait_and_by_nobody_later() {
    let refusal = r#"{"error":"invalid_client","error_description":"call +79161234567"}"#;
    let bank = Bank::with_logins([Ok(WireResponse::new(400, refusal))]);
    let outbound = outbound(&bank);
    for end in pay_at_once(&outbound, 200).await {
        let fault = end.unwrap_err();
        assert_eq!(
            (fault.certainty, fault.code),
            (Certainty::NotSent, Code::ProviderLogin)
        );
        assert!(
            fault.detail.contains("invalid_client") && fault.detail.contains("`pay`"),
            "{fault}"
        );
        assert!(!fault.detail.contains("9161234567"), "{fault}");
    }
    assert_eq!(bank.counts(), (1, 0, 0), "nothing of the calls was sent");
    pay(&outbound).await.unwrap();
    assert_eq!(bank.counts(), (2, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_login_of_unknown_end_leaves_the_call_unsent() {
    let unclear = WireResponse::new(200, "<html>");
    let empty = WireResponse::new(200, r#"{"access_token":""}"#);
    let broken = WireResponse::new(200, r#"{"access_token":"a\r\nb"}"#);
    for (end, code) in [
        (
            Err(Fault::unknown(Code::ProviderSilent, "no answer")),
            Code::ProviderUnreachable,
        ),
        (Err(Fault::not_sent("no connection")), Code::ProviderUnreachable),
        (
            Err(Fault::unknown(Code::ProviderLogin, "certificate")),
            Code::ProviderLogin,
        ),
        (Ok(WireResponse::new(500, "")), Code::ProviderUnreachable),
        (Ok(unclear), Code::ProviderLogin),
        (Ok(empty), Code::ProviderLogin),
        (Ok(broken), Code::ProviderLogin),
    ] {
        let bank = Bank::with_logins([end]);
        let outbound = outbound(&bank);
        let fault = pay(&outbound).await.unwrap_err();
        assert_eq!(
            (fault.certainty, fault.code),
            (Certainty::NotSent, code),
            "{fault}"
        );
        assert_eq!(bank.counts(), (1, 0, 0));
        pay(&outbound).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn an_abandoned_login_is_made_by_the_next_call() {
    let bank = Bank::new();
    let outbound = outbound(&bank);
    let first = {
        let outbound = Arc::clone(&outbound);
        tokio::spawn(async move { pay(&outbound).await })
    };
    tokio::task::yield_now().await;
    let second = {
        let outbound = Arc::clone(&outbound);
        tokio::spawn(async move { pay(&outbound).await })
    };
    sleep(LOGIN_TAKES / 2).await;
    first.abort();
    second.await.unwrap().unwrap();
    assert_eq!(bank.counts(), (1, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn the_breaker_of_the_login_host_opens_and_holds() {
    let silent = || Err(Fault::unknown(Code::ProviderSilent, "no answer"));
    let bank = Bank::with_logins([silent(), silent(), silent()]);
    let outbound = outbound(&bank);
    for _ in 0..3 {
        pay(&outbound).await.unwrap_err();
    }
    let fault = pay(&outbound).await.unwrap_err();
    assert_eq!(
        (fault.certainty, fault.retry_after_ms),
        (Certainty::NotSent, Some(5_000))
    );
    assert_eq!(bank.counts().0, 3, "no login while it is open");
    let states: Vec<_> = outbound
        .health()
        .into_iter()
        .map(|health| (health.host, health.state))
        .collect();
    assert_eq!(
        states,
        [
            ("bank.example:443".to_owned(), BreakerState::Closed),
            ("login.example:443".to_owned(), BreakerState::Open)
        ]
    );
    advance(Duration::from_secs(5)).await;
    pay(&outbound).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn no_login_is_made_for_a_bank_that_is_down() {
    let bank = Bank::new();
    let outbound = outbound(&bank);
    bank.inner.lock().unwrap().payment_ends = (0..3).map(|_| Err(Fault::not_sent("no connection"))).collect();
    for _ in 0..3 {
        pay(&outbound).await.unwrap_err();
    }
    let other = Payer {
        scope: "status",
        requests: 1,
    };
    outbound.call(&route(0), &other, &question()).await.unwrap_err();
    assert_eq!(bank.counts(), (1, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn the_rate_and_a_wished_pause_hold_for_logins() {
    let mut busy = WireResponse::new(429, "");
    busy.headers.push(("retry-after".to_owned(), "30".to_owned()));
    let bank = Bank::with_logins([Ok(busy)]);
    let outbound = outbound(&bank);
    for _ in 0..2 {
        let fault = pay(&outbound).await.unwrap_err();
        assert_eq!(
            (fault.certainty, fault.code),
            (Certainty::NotSent, Code::ProviderBusy)
        );
        assert!(fault.retry_after_ms.is_some());
    }
    assert_eq!(bank.counts().0, 1);
    advance(Duration::from_secs(30)).await;
    for scope in ["a", "b", "c"] {
        let payer = Payer { scope, requests: 1 };
        outbound.call(&route(1), &payer, &registration()).await.unwrap();
    }
    let inner = bank.inner.lock().unwrap();
    let times: Vec<Instant> = inner.logins.iter().skip(1).copied().collect();
    for pair in times.windows(2) {
        if let [earlier, later] = pair {
            assert!(later.duration_since(*earlier) >= Duration::from_secs(1));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_login_is_made_on_the_way_down() {
    let bank = Bank::new();
    let outbound = outbound(&bank);
    outbound.close();
    let fault = pay(&outbound).await.unwrap_err();
    assert_eq!(
        (fault.certainty, fault.code),
        (Certainty::NotSent, Code::ShuttingDown)
    );
    assert_eq!(bank.counts(), (0, 0, 0));
}
