//! The shop around the daemon: registers, the simulated bank, buyers who pay as soon as they see the QR.

use crate::figures::micros;
use anyhow::{Context, Result, bail};
use domain::{Kopecks, State};
use register::{Pay, Register};
use secrecy::SecretString;
use simulator::bank::PayerAction;
use simulator::callbacks::SIGNATURE_HEADER;
use simulator::{Callback, Merchant, Options, Running, SharedBank, Simulator};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

/// The module that is measured.
pub const MODULE: &str = "qrraiffd";
/// The shop at the bank.
pub const MERCHANT: &str = "MA000001";
/// Its key. Invented.
pub const SECRET_KEY: &str = "invented-key-of-the-measured-shop";
/// The only store.
pub const STORE: &str = "1";
/// The most registers.
pub const REGISTERS_MAX: usize = 256;
/// What each payment is about, in kopecks.
pub const AMOUNT: i64 = 15_000;
/// How long a payment may take before it counts as failed.
const PAYMENT_PATIENCE: Duration = Duration::from_secs(20);
/// Over how many connections the bank calls back.
const CALLBACKS_AT_ONCE: usize = 32;

/// A register's id.
pub fn terminal(number: usize) -> String {
    format!("t{number}")
}

/// A register's token.
pub fn token(number: usize) -> String {
    format!("token-of-the-measured-register-number-{number:04}")
}

/// How the daemon reaches the bank.
pub struct BankAddress {
    /// `https://…`
    pub url: String,
    /// Whom to trust.
    pub ca_pem: String,
}

/// The bank and its buyers.
pub struct Shop {
    daemon: String,
    running: Running,
    bank: SharedBank,
    client: reqwest::Client,
    places: Arc<Semaphore>,
}

/// When a payment's steps came, in microseconds.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// From the register's request to its QR.
    pub to_qr_us: u64,
    /// From the buyer's payment to the register's final reply.
    pub to_final_us: u64,
    /// When it was over.
    pub ended: Instant,
}

impl Shop {
    /// Opens the bank; it calls back at the daemon's address (`http://…`).
    pub async fn open(daemon: String) -> Result<Self> {
        let mut merchant = Merchant::new(MERCHANT, SECRET_KEY);
        merchant.callback_url = Some(format!("{daemon}/callback/{MODULE}"));
        let mut options = Options::new(vec![merchant]);
        options.payer_bind = None;
        let running = Simulator::start(options).await?;
        Ok(Self {
            daemon,
            bank: running.bank.clone(),
            running,
            client: reqwest::Client::builder().no_proxy().build()?,
            places: Arc::new(Semaphore::new(CALLBACKS_AT_ONCE)),
        })
    }

    /// For the daemon's settings.
    pub fn address(&self) -> BankAddress {
        BankAddress {
            url: self.running.base_url.clone(),
            ca_pem: self.running.ca_pem.clone(),
        }
    }

    /// How many sales the bank has, and what of them is paid, in kopecks.
    pub fn books(&self) -> (usize, i64) {
        let books = self.bank.with(simulator::Bank::books);
        (books.entries.len(), books.paid().0)
    }

    /// Closes the bank.
    pub async fn close(self) {
        self.running.stop().await;
    }

    /// One payment from the first word to the last.
    pub async fn pay(&self, register: &Register) -> Result<Sample> {
        timeout(PAYMENT_PATIENCE, self.pay_unhurried(register))
            .await
            .context("a payment took too long")?
    }

    async fn pay_unhurried(&self, register: &Register) -> Result<Sample> {
        let begun = Instant::now();
        let mut replies = register.pay(Pay::new(Kopecks::new(AMOUNT)?)).await;
        let mut shown = None;
        while let Some(reply) = replies.next().await {
            let reply = reply?;
            if let Some(qr) = &reply.qr
                && shown.is_none()
            {
                let now = Instant::now();
                shown = Some(now);
                self.buy(&qr.payload)?;
            }
            if !reply.is_final {
                continue;
            }
            let (Some(shown), Some(State::Paid)) = (shown, reply.state) else {
                bail!("a payment ended as {:?}: {:?}", reply.state, reply.error);
            };
            let ended = Instant::now();
            return Ok(Sample {
                to_qr_us: micros(shown - begun),
                to_final_us: micros(ended - shown),
                ended,
            });
        }
        bail!("a payment ended without a final reply")
    }

    /// A payment whose buyer walks away at the sight of the QR.
    pub async fn only_show(&self, register: &Register) -> Result<()> {
        let mut replies = register.pay(Pay::new(Kopecks::new(AMOUNT)?)).await;
        while let Some(reply) = timeout(PAYMENT_PATIENCE, replies.next()).await? {
            if reply?.qr.is_some() {
                return Ok(());
            }
        }
        bail!("a payment ended without a QR")
    }

    /// The buyer pays; the bank tells the daemon at once.
    fn buy(&self, payload: &str) -> Result<()> {
        let callbacks = self.bank.with(|bank, now| {
            bank.pay(payload, PayerAction::Pay, None, now)
                .map(|_| bank.take_callbacks(now))
        })?;
        for callback in callbacks {
            let (client, bank) = (self.client.clone(), self.bank.clone());
            let places = Arc::clone(&self.places);
            tokio::spawn(async move {
                let _place = places.acquire().await;
                deliver(&client, &bank, callback).await;
            });
        }
        Ok(())
    }

    /// Makes registers, from the first number on: over RabbitMQ when its address is given, else over HTTP.
    pub fn registers(&self, count: usize, amqp_url: Option<&str>) -> Result<Vec<Register>> {
        let register = |number: usize| -> Result<Register> {
            let (store, terminal) = (STORE.parse()?, terminal(number).parse()?);
            let made = match amqp_url {
                Some(url) => Register::amqp(SecretString::from(url), MODULE.parse()?, store, terminal)?,
                None => Register::http(&self.daemon, SecretString::from(token(number)), store, terminal)?
                    .with_module(MODULE.parse()?),
            };
            Ok(made)
        };
        (0..count).map(register).collect()
    }
}

/// A callback that is not accepted stays with the bank, which repeats it.
async fn deliver(client: &reqwest::Client, bank: &SharedBank, callback: Callback) {
    let sent = client
        .post(&callback.url)
        .header(SIGNATURE_HEADER, callback.signature)
        .header("Content-Type", "application/json")
        .body(callback.body)
        .send()
        .await;
    if sent.is_ok_and(|answer| answer.status().as_u16() == 200) {
        bank.with(|bank, _| bank.callback_accepted(callback.id));
    }
}
