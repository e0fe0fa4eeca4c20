//! Runs the conversation of one call: asks the connector what to send, sends it, lets it read the response.

mod login;

use crate::failure;
use crate::http::HttpSender;
use crate::limiter::Busy;
use crate::providers::{Provider, ProviderHealth, Providers};
use crate::redact;
use crate::sender::Sender;
use crate::tokens::Tokens;
use crate::transcript::{self, Subject};
use connector::conversation::MAX_TURNS;
use connector::listing::{Listed, Period};
use connector::provider::Transport;
use connector::{Connector, ManyStates, Method, Turn, WireRequest, WireResponse};
use domain::call::Lookup;
use domain::{Answer, Call, Clock, Code, Fault, ModuleName, Timestamp};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// With these a provider's gateway says that the service behind it is down. Other server errors may be about one
/// order, so they are the connector's business only.
const GATEWAY_DOWN: [u16; 3] = [502, 503, 504];

/// The limits that all providers share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How long a call waits for the rate limit before it is given up unsent, in milliseconds.
    pub limiter_wait_ms: u64,
    /// Technical failures in a row after which nothing is sent to a provider for a while; 0 = never.
    pub breaker_failures: u32,
    /// How long that while is, in milliseconds.
    pub breaker_open_ms: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            limiter_wait_ms: 10_000,
            breaker_failures: 10,
            breaker_open_ms: 5_000,
        }
    }
}

/// Where a call goes.
#[derive(Clone)]
pub struct Route {
    /// The module, for the transcript and the console.
    pub module: ModuleName,
    /// How its provider is reached.
    pub transport: Transport,
}

/// Sends calls to providers.
pub struct Outbound {
    options: Options,
    clock: Arc<dyn Clock>,
    sender: Arc<dyn Sender>,
    providers: Providers,
    tokens: Tokens,
    closing: watch::Sender<bool>,
}

impl Outbound {
    /// Sends over HTTP.
    pub fn new(options: Options, clock: Arc<dyn Clock>) -> Self {
        Self::with_sender(options, clock, Arc::new(HttpSender::new()))
    }

    /// Sends through something else: a provider inside the test's own process.
    pub fn with_sender(options: Options, clock: Arc<dyn Clock>, sender: Arc<dyn Sender>) -> Self {
        Self {
            options,
            clock,
            sender,
            providers: Providers::default(),
            tokens: Tokens::default(),
            closing: watch::Sender::new(false),
        }
    }

    /// Makes a call: the conversation from its first request to the connector's verdict, at most [`MAX_TURNS`]
    /// requests. A fault says what it proves; `NotSent` is said only when no earlier request of this call can have
    /// changed anything.
    pub async fn call(&self, route: &Route, connector: &dyn Connector, call: &Call) -> Result<Answer, Fault> {
        let subject = Subject::of(&route.module, call);
        self.converse(route, &subject, |heard, now| connector.next(call, heard, now))
            .await
    }

    /// Asks how several payments stand, in one question. They must be of the connector's own group
    /// ([`Connector::status_many`]).
    pub async fn ask_many(
        &self,
        route: &Route,
        connector: &dyn Connector,
        lookups: &[Lookup],
    ) -> Result<ManyStates, Fault> {
        let Some(first) = lookups.first() else {
            return Ok(Vec::new());
        };
        let subject = Subject::of_many(&route.module, first, lookups.len());
        self.converse(route, &subject, |heard, now| {
            connector.next_status_many(lookups, heard, now)
        })
        .await
    }

    /// Asks for the provider's own register of a period.
    pub async fn list(
        &self,
        route: &Route,
        connector: &dyn Connector,
        period: &Period,
    ) -> Result<Vec<Listed>, Fault> {
        let subject = Subject::of_listing(&route.module);
        self.converse(route, &subject, |heard, now| {
            connector.next_listing(period, heard, now)
        })
        .await
    }

    async fn converse<A>(
        &self,
        route: &Route,
        subject: &Subject<'_>,
        next: impl Fn(&[WireResponse], Timestamp) -> Result<Turn<A>, Fault> + Send + Sync,
    ) -> Result<A, Fault> {
        let mut heard: Vec<WireResponse> = Vec::new();
        let mut acted = false;
        let mut last: Option<Arc<Provider>> = None;
        loop {
            let request = match next(&heard, self.clock.now()) {
                Ok(Turn::Done(answer)) => return Ok(answer),
                Ok(Turn::Send(request)) => request,
                Err(mut fault) => {
                    // The provider's own words may name the payer, and a fault goes to the journal and the log.
                    fault.detail = redact::mask_numbers(&fault.detail);
                    // A wish to be asked later is for everybody who calls this provider.
                    if let (Some(provider), Some(wait_ms)) = (&last, fault.retry_after_ms) {
                        provider.limiter.pause(wait_ms);
                    }
                    return Err(fault);
                }
            };
            if heard.len() >= MAX_TURNS {
                return Err(Fault::unknown(
                    Code::Internal,
                    format!(
                        "the module {} wants more than {MAX_TURNS} requests for one call",
                        route.module
                    ),
                ));
            }
            let acts = request.method != Method::Get;
            let outcome = match self.provider(route, &request) {
                Ok(provider) => {
                    let outcome = self
                        .deliver(route, &provider, subject, request, heard.len() + 1)
                        .await;
                    last = Some(provider);
                    outcome
                }
                Err(fault) => Err(fault),
            };
            match outcome {
                Ok(response) => {
                    acted |= acts;
                    heard.push(response);
                }
                Err(fault) if acted => return Err(failure::no_longer_unsent(fault)),
                Err(fault) => return Err(fault),
            }
        }
    }

    /// How every provider that was called so far fares, by host.
    pub fn health(&self) -> Vec<ProviderHealth> {
        self.providers.health()
    }

    /// From now on no call is begun: it ends as `NotSent`, also one that waits for the rate limit. Calls that have
    /// sent their first request go on to their end.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    fn provider(&self, route: &Route, request: &WireRequest) -> Result<Arc<Provider>, Fault> {
        let host = host(&request.url)?;
        Ok(self.providers.get(&host, &route.module, &self.options))
    }

    /// One request and its response. Everything that holds it back happens before it is sent.
    async fn exchange(
        &self,
        route: &Route,
        provider: &Provider,
        subject: &Subject<'_>,
        request: WireRequest,
        turn: usize,
    ) -> Result<WireResponse, Fault> {
        let admitted = self
            .admit(route, provider, subject.kind().changes_something(), turn == 1)
            .await;
        if let Err(fault) = admitted {
            transcript::log(subject, turn, &request, &Err(fault.clone()), Duration::ZERO);
            return Err(fault);
        }
        let pass = provider
            .breaker
            .enter()
            .map_err(|left| breaker_open(provider, left))?;
        let started = Instant::now();
        let outcome = self
            .sender
            .send(&route.transport, request.clone(), subject.kind())
            .await;
        transcript::log(subject, turn, &request, &outcome, started.elapsed());
        let now = self.clock.now();
        match &outcome {
            Ok(response) if GATEWAY_DOWN.contains(&response.status) => {
                pass.failed(now, format!("HTTP {}", response.status));
            }
            Ok(_) => pass.succeeded(now),
            Err(fault) if failure::blames_provider(fault) => pass.failed(now, fault.detail.clone()),
            Err(_) => drop(pass),
        }
        outcome
    }

    async fn admit(
        &self,
        route: &Route,
        provider: &Provider,
        changes: bool,
        first: bool,
    ) -> Result<(), Fault> {
        let mut closing = self.closing.subscribe();
        if first && *closing.borrow_and_update() {
            return Err(shutting_down());
        }
        if let Some(left) = provider.breaker.refuses() {
            return Err(breaker_open(provider, left));
        }
        let wait = Duration::from_millis(self.options.limiter_wait_ms);
        let place = provider.limiter.enter(route.transport.rate_per_s, changes, wait);
        if !first {
            return place.await.map_err(|busy| held_back(busy, wait));
        }
        tokio::select! {
            biased;
            place = place => place.map_err(|busy| held_back(busy, wait)),
            _ = closing.changed() => Err(shutting_down()),
        }
    }
}

fn host(url: &str) -> Result<String, Fault> {
    reqwest::Url::parse(url)
        .map(|url| transcript::host_and_port(&url))
        .map_err(|error| failure::not_configured(format!("the provider's address cannot be read: {error}")))
}

fn shutting_down() -> Fault {
    failure::held_back(Code::ShuttingDown, "the daemon is going down; nothing was sent")
}

fn breaker_open(provider: &Provider, left: Duration) -> Fault {
    let view = provider.breaker.view();
    let why = view.last_failure.map(|(_, detail)| detail).unwrap_or_default();
    let left_ms = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
    let fault = Fault::not_sent(format!(
        "the provider failed {} times in a row, so nothing is sent to it for a while; last: {why}",
        view.failures_in_a_row
    ));
    if left_ms > 0 {
        fault.retry_after_ms(left_ms)
    } else {
        fault
    }
}

fn held_back(busy: Busy, wait: Duration) -> Fault {
    match busy {
        Busy::TooMany => failure::held_back(
            Code::ProviderBusy,
            "too many calls wait for this provider's rate limit; nothing was sent",
        ),
        Busy::TooLong => failure::held_back(
            Code::ProviderBusy,
            format!(
                "the provider's rate limit left no place within {} ms; nothing was sent",
                wait.as_millis()
            ),
        ),
        Busy::Paused { for_ms } => failure::held_back(
            Code::ProviderBusy,
            "the provider asked for a pause; nothing was sent",
        )
        .retry_after_ms(for_ms),
    }
}
