//! The simulated bank inside the test's process, in the place of HTTP. It is reached by the same requests, byte for
//! byte; time is virtual.

use crate::provider::SimulatedProvider;
use async_trait::async_trait;
use connector::provider::Transport;
use connector::{WireRequest, WireResponse};
use domain::{CallKind, Clock, Code, Fault};
use outbound::Sender;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use simulator::bank::Endpoint;
use simulator::{Answer, Bank, BankOptions, Books, Fault as BankFault, Merchant, Reply, Request, Rule, When};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The merchant of every test.
pub const MERCHANT: &str = "MA000001";
/// Its key. Invented.
pub const SECRET_KEY: &str = "invented-key-of-the-simulated-shop";
/// Where the shop says that it is called back.
pub const CALLBACK_URL: &str = "https://shop.example/callback/qrraiffd";

/// Rewrites an answer of the bank on its way: for what the simulator never says by itself.
pub type Rewrite = Box<dyn FnMut(&Request, &mut Answer) + Send>;

/// How many exchanges are remembered; then the oldest is forgotten.
const EXCHANGES_MAX: usize = 10_000;

/// A bank with one shop and a seed for its ids and faults.
pub fn raiffeisen(seed: u64) -> Bank {
    let mut merchant = Merchant::new(MERCHANT, SECRET_KEY);
    merchant.callback_url = Some(CALLBACK_URL.to_owned());
    let mut options = BankOptions::new(vec![merchant]);
    options.seed = seed;
    Bank::new(options)
}

/// One request and what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exchange {
    /// When it came in, microseconds since 1970.
    pub at: i64,
    /// The HTTP status; none when the connection broke.
    pub status: Option<u16>,
}

/// The bank, shared by the sender, the payer and the test: Raiffeisenbank where nothing else is said.
pub struct InProcessBank<P: ?Sized = Bank> {
    bank: Arc<Mutex<P>>,
    clock: Arc<dyn Clock>,
    unreachable: Arc<AtomicBool>,
    rewrite: Arc<Mutex<Option<Rewrite>>>,
    exchanges: Arc<Mutex<VecDeque<Exchange>>>,
}

impl<P: ?Sized> Clone for InProcessBank<P> {
    fn clone(&self) -> Self {
        Self {
            bank: Arc::clone(&self.bank),
            clock: Arc::clone(&self.clock),
            unreachable: Arc::clone(&self.unreachable),
            rewrite: Arc::clone(&self.rewrite),
            exchanges: Arc::clone(&self.exchanges),
        }
    }
}

impl InProcessBank {
    /// A bank with one shop and a seed for its ids and faults.
    pub fn new(seed: u64, clock: Arc<dyn Clock>) -> Self {
        Self::around(Arc::new(Mutex::new(raiffeisen(seed))), clock)
    }

    /// Plans a fault at an endpoint; at every endpoint when none is named.
    pub fn fault(&self, endpoint: Option<Endpoint>, fault: BankFault, when: When) {
        self.lock().add_fault(Rule {
            endpoint,
            fault,
            when,
        });
    }

    /// How many calls of this endpoint have come in, those that failed included.
    pub fn calls_of(&self, endpoint: Endpoint) -> u64 {
        self.lock().calls_of(endpoint)
    }

    /// The bank's books as they stand.
    pub fn books(&self) -> Books {
        self.lock().books(self.now())
    }
}

impl<P: SimulatedProvider + ?Sized> InProcessBank<P> {
    /// Any simulated provider in the place of HTTP.
    pub fn around(bank: Arc<Mutex<P>>, clock: Arc<dyn Clock>) -> Self {
        Self {
            bank,
            clock,
            unreachable: Arc::default(),
            rewrite: Arc::default(),
            exchanges: Arc::default(),
        }
    }

    /// What was asked and answered, oldest first: the last ten thousand.
    pub fn exchanges(&self) -> Vec<Exchange> {
        let exchanges = self.exchanges.lock().unwrap_or_else(PoisonError::into_inner);
        exchanges.iter().copied().collect()
    }

    /// From now on nobody can connect to the bank, or everybody can again.
    pub fn set_unreachable(&self, unreachable: bool) {
        self.unreachable.store(unreachable, Ordering::SeqCst);
    }

    /// From now on answers pass through `rewrite`. None ends it.
    pub fn set_rewrite(&self, rewrite: Option<Rewrite>) {
        *self.rewrite.lock().unwrap_or_else(PoisonError::into_inner) = rewrite;
    }

    fn reply(&self, asked: &Request) -> Reply {
        let at = self.now();
        let mut reply = self.lock().handle(asked, at);
        let mut rewrite = self.rewrite.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(rewrite), Reply::Answer(answer)) = (rewrite.as_mut(), &mut reply) {
            rewrite(asked, answer);
        }
        self.note(at, &reply);
        reply
    }

    fn note(&self, at: i64, reply: &Reply) {
        let mut exchanges = self.exchanges.lock().unwrap_or_else(PoisonError::into_inner);
        if exchanges.len() == EXCHANGES_MAX {
            exchanges.pop_front();
        }
        let status = match reply {
            Reply::Answer(answer) => Some(answer.status),
            Reply::Dropped { .. } => None,
        };
        exchanges.push_back(Exchange { at, status });
    }

    /// The bank itself: to pay, to plan faults, to look into the books.
    pub fn lock(&self) -> MutexGuard<'_, P> {
        self.bank.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The moment now, as the bank counts it.
    pub fn now(&self) -> i64 {
        self.clock.now().as_micros()
    }
}

#[async_trait]
impl<P: SimulatedProvider + ?Sized> Sender for InProcessBank<P> {
    async fn send(
        &self,
        transport: &Transport,
        request: WireRequest,
        _kind: CallKind,
    ) -> Result<WireResponse, Fault> {
        let path = path_of(&request.url);
        let asked = Request {
            method: request.method.as_str().to_owned(),
            path,
            headers: request
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), value.expose().to_owned()))
                .collect(),
            body: request.body.to_vec(),
            client_certificate: leaf(transport)?,
        };
        if self.unreachable.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(1)).await;
            return Err(Fault::not_sent("the connection was refused"));
        }
        let reply = self.reply(&asked);
        let delay_ms = match &reply {
            Reply::Answer(answer) => answer.delay_ms + answer.slow_body_ms,
            Reply::Dropped { delay_ms, .. } => *delay_ms,
        };
        if delay_ms >= transport.timeout_ms {
            tokio::time::sleep(Duration::from_millis(transport.timeout_ms)).await;
            return Err(Fault::unknown(Code::ProviderSilent, "no answer in time"));
        }
        tokio::time::sleep(Duration::from_millis(delay_ms.max(1))).await;
        match reply {
            Reply::Answer(answer) => Ok(WireResponse {
                status: answer.status,
                headers: answer
                    .headers
                    .iter()
                    .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
                    .collect(),
                body: answer.body.into(),
            }),
            Reply::Dropped { .. } => Err(Fault::unknown(Code::ProviderSilent, "the connection broke")),
        }
    }
}

/// The certificate that we would show in the TLS session, DER.
fn leaf(transport: &Transport) -> Result<Option<Vec<u8>>, Fault> {
    let Some(identity) = &transport.identity else {
        return Ok(None);
    };
    let leaf = CertificateDer::from_pem_slice(identity.certificates.as_bytes())
        .map_err(|_| Fault::not_sent("the client certificate cannot be read"))?;
    Ok(Some(leaf.to_vec()))
}

/// The path and query of an address: what stands after the host.
fn path_of(url: &str) -> String {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    after_scheme
        .find('/')
        .map_or_else(|| "/".to_owned(), |at| after_scheme[at..].to_owned())
}
