//! `qrpayd demo`: the main job on one machine with nothing to install: a daemon with SQLite, a simulated bank, a kiosk
//! and a buyer's phone, all in this process.

use crate::cli::DemoOptions;
use crate::clock::SystemClock;
use crate::daemon::{Daemon, Parts};
use crate::logs;
use crate::run::told_to_stop;
use anyhow::Context;
use axum::Router;
use domain::{Clock, ModuleName, StoreId, TerminalId};
use gateway::Desk as _;
use gateway::TokenOwner;
use gateway::amqp::AmqpOptions;
use gateway::amqp::address::BrokerAddress;
use gateway::http::Tokens;
use journal::{Journal, JournalOptions, SettingsWrite};
use protocol::Message;
use qrpos::kiosk::{self, KioskOptions, Tender};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use settings::LogFormat;
use simulator::{Merchant, Running, Simulator};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use texts::Lang;
use texts::Text;

/// The demo's shop at the simulated bank.
const MERCHANT: &str = "MA000001";
/// The demo's register: the kiosk.
const STORE: &str = "1";
/// The demo's register: the kiosk.
const TERMINAL: &str = "1";
/// The module that draws a new QR for each payment.
const DYNAMIC: &str = "qrraiffd";
/// The module that works over a sticker.
const CASH_LINK: &str = "qrraiffd_variable";
/// How long the demo may take to stop, in milliseconds.
const STOP_WITHIN_MS: u64 = 2_000;
/// How long the kiosk waits for its final answer, in milliseconds: short, so that an unpaid QR is soon seen to expire.
const KIOSK_WAIT_MS: u64 = 140_000;

/// How long other registers are taken to wait, in milliseconds.
const REGISTER_WAIT_MS: u64 = 310_000;

/// Runs the demo until Ctrl-C.
pub async fn demo(mut options: DemoOptions) -> anyhow::Result<()> {
    logs::start(LogFormat::Text, &options.log)?;
    options.listen = named_port(options.listen)?;
    let folder = Folder::new()?;
    let running = Demo::start(&options, &folder.0).await?;
    announce(&running);
    told_to_stop().await?;
    eprintln!("stopping");
    running.daemon.stop(STOP_WITHIN_MS).await;
    running.bank.stop().await;
    Ok(())
}

struct Demo {
    daemon: Daemon,
    bank: Running,
    token: SecretString,
    /// For the operator's commands on the demo's journal.
    settings_file: PathBuf,
    amqp: bool,
}

impl Demo {
    async fn start(options: &DemoOptions, folder: &Path) -> anyhow::Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let secret = random_text();
        let bank = start_bank(options, &secret).await?;
        let url = format!("sqlite:{}", folder.join("journal.db").display());
        let journal = journal::connect(&url, JournalOptions::default()).await?;
        write_settings(journal.as_ref(), &bank, &secret, clock.as_ref()).await?;
        let settings_file = folder.join("qrpayd.conf");
        let text = format!("journal.url = \"{url}\"\nmodules = [\"{DYNAMIC}\", \"{CASH_LINK}\"]\n");
        std::fs::write(&settings_file, text)
            .with_context(|| format!("{} cannot be written", settings_file.display()))?;
        let token = random_text();
        let owner = TokenOwner {
            store: StoreId::new(STORE)?,
            terminal: TerminalId::new(TERMINAL)?,
        };
        let parts = Parts {
            journal,
            clock,
            registry: connectors::registry().clone(),
            modules: vec![ModuleName::new(DYNAMIC)?, ModuleName::new(CASH_LINK)?],
            listen: options.listen,
            callback_listen: None,
            tokens: Tokens::new(vec![(token.clone(), owner)])?,
            body_limit_bytes: 64 * 1024,
            rate_limit_per_s: 50,
            register_timeout_ms: REGISTER_WAIT_MS,
            amqp: amqp(options)?,
            pages: pages(&bank, &token)?,
        };
        let daemon = Daemon::start(parts).await?;
        bind_sticker(&daemon, &bank).await?;
        Ok(Self {
            daemon,
            bank,
            token,
            settings_file,
            amqp: options.amqp.is_some(),
        })
    }
}

async fn start_bank(options: &DemoOptions, secret: &SecretString) -> anyhow::Result<Running> {
    let mut shop = Merchant::new(MERCHANT, secret.expose_secret());
    "Гастроном «Образец»".clone_into(&mut shop.shop);
    shop.callback_url = Some(format!("http://{}/callback/{DYNAMIC}", options.listen));
    let mut bank = simulator::Options::new(vec![shop]);
    bank.payer_bind = None;
    Simulator::start(bank)
        .await
        .context("the simulated bank did not start")
}

/// The settings that an operator would write with `qrpayd config set`.
async fn write_settings(
    journal: &dyn Journal,
    bank: &Running,
    secret: &SecretString,
    clock: &dyn Clock,
) -> anyhow::Result<()> {
    let shared = json!({
        "url": bank.base_url, "ca": bank.ca_pem, "secretKey": secret.expose_secret(),
        "qrTtl": 2, "interval": 2, "timeout": 10,
    });
    let Value::Object(shared) = shared else {
        anyhow::bail!("a row is an object")
    };
    let mut dynamic = shared.clone();
    dynamic.insert("sbpMerchantId".to_owned(), MERCHANT.into());
    for (module, row) in [(DYNAMIC, dynamic), (CASH_LINK, shared)] {
        let provider = connectors::registry()
            .find(module)
            .context("the module is not in this build")?;
        provider.check(connector::config::Table::Merchants, &row)?;
        let module = ModuleName::new(module)?;
        journal.ensure_module(&module).await?;
        let write = SettingsWrite::Merchant {
            module,
            id: 0,
            value: Some(row),
        };
        journal.write_settings(write, "demo", clock.now()).await?;
    }
    Ok(())
}

/// Sticks a blank sticker to the kiosk and binds it, as a cashier does by scanning it.
async fn bind_sticker(daemon: &Daemon, bank: &Running) -> anyhow::Result<()> {
    let sticker = bank.bank.with(|bank, _| bank.print_sticker());
    let message = json!({
        "operation": "link_bind", "id": "demo-sticker", "module": CASH_LINK,
        "store": STORE, "terminal": TERMINAL, "link": sticker,
    });
    let message: Message = protocol::parse(message.to_string().as_bytes())?;
    daemon.clone_desk().handle(message, None).await?;
    Ok(())
}

fn amqp(options: &DemoOptions) -> anyhow::Result<Option<AmqpOptions>> {
    let Some(url) = &options.amqp else { return Ok(None) };
    let address = BrokerAddress::parse(&SecretString::from(url.as_str())).context("--amqp")?;
    Ok(Some(AmqpOptions::new(vec![address])))
}

fn pages(bank: &Running, token: &SecretString) -> anyhow::Result<Router> {
    let tender = |module: &str, ru: &str, en: &str| -> anyhow::Result<Tender> {
        Ok(Tender {
            module: ModuleName::new(module)?,
            title: Text::new(ru, en),
            scans_customer_code: false,
            link: None,
        })
    };
    let kiosk = KioskOptions {
        api_url: "/api/v1".to_owned(),
        token: token.clone(),
        store: StoreId::new(STORE)?,
        terminal: TerminalId::new(TERMINAL)?,
        tenders: vec![
            tender(DYNAMIC, "QR на экране", "QR on the screen")?,
            tender(CASH_LINK, "Наклейка у кассы", "Sticker at the till")?,
        ],
        lang: Lang::Ru,
        timeout_ms: KIOSK_WAIT_MS,
        kiosk2: register::Kiosk2::default(),
        demo: Some(kiosk::DemoOptions {
            payer_url: "/payer".to_owned(),
            links: Vec::new(),
        }),
    };
    Ok(kiosk::router(kiosk)
        .nest("/payer", bank.payer_router())
        .nest("/bank", bank.control_router()))
}

fn announce(demo: &Demo) {
    let address = demo.daemon.http_address();
    println!("Универсальный интегратор: демонстрация / Universal Integrator: demo");
    println!();
    println!("  Касса и телефон покупателя / the kiosk and the buyer's phone   http://{address}/");
    println!("  Только касса / the kiosk alone                                  http://{address}/kiosk");
    println!("  Телефон покупателя / the buyer's phone                          http://{address}/payer");
    println!("  Книги банка / the bank's books                                  http://{address}/bank/books");
    println!();
    println!("  Касса из терминала / a register you can type at:");
    println!(
        "    QRPOS_SERVER=http://{address} QRPOS_TOKEN={} \\",
        demo.token.expose_secret()
    );
    println!(
        "    cargo run --release -p qrpos -- --module {DYNAMIC} --store {STORE} --terminal {TERMINAL} sale --amount 150.00"
    );
    println!();
    println!("  Что записано в журнале / what the journal remembers:");
    println!(
        "    cargo run --release -- operations --config {}",
        demo.settings_file.display()
    );
    if demo.amqp {
        println!();
        println!("  RabbitMQ: servplus.{DYNAMIC}.payment, servplus.{CASH_LINK}.payment");
    }
    println!();
    println!("  Ctrl-C: стоп / stop");
}

/// The bank must be told the port before the door opens, so port 0 is exchanged for a free one here.
fn named_port(listen: SocketAddr) -> anyhow::Result<SocketAddr> {
    if listen.port() != 0 {
        return Ok(listen);
    }
    let probe =
        std::net::TcpListener::bind(listen).with_context(|| format!("{listen} cannot be listened on"))?;
    Ok(probe.local_addr()?)
}

/// An unguessable text for a key that lives as long as the demo.
fn random_text() -> SecretString {
    SecretString::from(format!(
        "{}{}",
        uuid::Uuid::new_v4().simple(),
        uuid::Uuid::new_v4().simple()
    ))
}

/// A folder that is gone when the demo ends.
struct Folder(PathBuf);

impl Folder {
    fn new() -> anyhow::Result<Self> {
        let path = std::env::temp_dir().join(format!("qrpayd-demo-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir(&path).with_context(|| format!("{} cannot be made", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
