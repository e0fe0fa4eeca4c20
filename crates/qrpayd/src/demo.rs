//! `qrpayd demo`: the main job on one machine with nothing to install: a daemon with SQLite, simulated providers, a kiosk
//! and a buyer's phone, all in this process.

mod devices;
mod opening;
mod pinpad;
pub mod shops;

use crate::cli::DemoOptions;
use crate::clock::SystemClock;
use crate::daemon::{Daemon, Parts};
use crate::logs;
use crate::run::told_to_stop;
use anyhow::Context;
use axum::Router;
use domain::ability::Taking;
use domain::{Clock, ModuleName, StoreId, TerminalId};
use gateway::TokenOwner;
use gateway::amqp::AmqpOptions;
use gateway::amqp::address::BrokerAddress;
use gateway::http::Tokens;
use journal::JournalOptions;
use qrpos::kiosk::{self, DemoLink, KioskOptions, Register, Tender};
use register::Kiosk2;
use register::outputs::Outputs;
use secrecy::{ExposeSecret, SecretString};
use settings::LogFormat;
use shops::Way;
use simulator::Street;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use texts::{Lang, Text};

/// The demo's register: the kiosk.
const STORE: &str = "1";
/// The demo's register: the kiosk.
const TERMINAL: &str = "1";
/// The demo's second register. Its side of the kiosk has stickers for modules that draw a QR without one.
const STICKER_TERMINAL: &str = "2";
/// The module of the example that is printed.
const EXAMPLE: &str = "qrraiffd";
/// The modules of the example of a full-screen register.
const EXAMPLES: &str = "qrraiffd,qrraiffd_variable,qrsberpay";
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
    if let Err(error) = announce(&running, &mut std::io::stdout().lock()) {
        tracing::warn!(%error, "the addresses cannot be printed; the demo serves all the same");
    }
    told_to_stop().await?;
    eprintln!("stopping");
    running.daemon.stop(STOP_WITHIN_MS).await;
    running.street.stop().await;
    Ok(())
}

struct Demo {
    daemon: Daemon,
    street: Street,
    token: SecretString,
    /// For the operator's commands on the demo's journal.
    settings_file: PathBuf,
    /// For a register's commands at the demo's pin-pad.
    pinpad_settings: PathBuf,
    amqp: bool,
}

impl Demo {
    async fn start(options: &DemoOptions, folder: &Path) -> anyhow::Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let secret = random_text();
        let street = opening::start_providers(options, &secret).await?;
        let modules: Vec<_> = opening::open_shops().map(|shop| shop.module).collect();
        let url = format!("sqlite:{}", folder.join("journal.db").display());
        let journal = journal::connect(&url, JournalOptions::default()).await?;
        opening::write_settings(journal.as_ref(), &street, &secret, clock.as_ref()).await?;
        let settings_file = folder.join("qrpayd.conf");
        let text = format!("journal.url = \"{url}\"\nmodules = {modules:?}\n");
        std::fs::write(&settings_file, text)
            .with_context(|| format!("{} cannot be written", settings_file.display()))?;
        let (pinpad_settings, pinpad_page) = pinpad::open(folder, options.listen)?;
        let token = random_text();
        let second = Register {
            terminal: TerminalId::new(STICKER_TERMINAL)?,
            token: random_text(),
        };
        let (outputs, devices) = devices::start().await?;
        let pages = pages(&street, &secret, &token, &second, outputs)?
            .merge(devices)
            .nest(pinpad::MOUNT, pinpad_page);
        let parts = Parts {
            journal: Arc::clone(&journal),
            clock: Arc::clone(&clock),
            registry: connectors::registry().clone(),
            renew: None,
            modules: modules
                .iter()
                .map(|module| ModuleName::new(*module))
                .collect::<Result<_, _>>()?,
            listen: options.listen,
            callback_listen: None,
            tokens: tokens(&token, &second)?,
            body_limit_bytes: 64 * 1024,
            rate_limit_per_s: 50,
            register_timeout_ms: REGISTER_WAIT_MS,
            amqp: amqp(options)?,
            pages,
        };
        let daemon = Daemon::start(parts).await?;
        opening::stick_stickers(journal.as_ref(), &daemon, &street, &secret, clock.as_ref()).await?;
        Ok(Self {
            daemon,
            street,
            token,
            settings_file,
            pinpad_settings,
            amqp: options.amqp.is_some(),
        })
    }
}

fn tokens(token: &SecretString, second: &Register) -> anyhow::Result<Tokens> {
    let owner = |terminal| -> anyhow::Result<TokenOwner> {
        Ok(TokenOwner {
            store: StoreId::new(STORE)?,
            terminal,
        })
    };
    Ok(Tokens::new(vec![
        (token.clone(), owner(TerminalId::new(TERMINAL)?)?),
        (second.token.clone(), owner(second.terminal.clone())?),
    ])?)
}

fn amqp(options: &DemoOptions) -> anyhow::Result<Option<AmqpOptions>> {
    let Some(url) = &options.amqp else { return Ok(None) };
    let address = BrokerAddress::parse(&SecretString::from(url.as_str())).context("--amqp")?;
    Ok(Some(AmqpOptions::new(vec![address])))
}

/// A way to pay for each module. Where a provider has several, its name tells them apart.
fn tenders(street: &Street, secret: &SecretString, second: &Register) -> anyhow::Result<Vec<Tender>> {
    let tender = |shop: &shops::Shop| -> anyhow::Result<Tender> {
        let papers = opening::papers(shop, street, secret)?;
        let abilities = opening::abilities(shop, &papers)?;
        let title = title(street, shop.module, (shop.tender_ru, shop.tender_en))?;
        Ok(Tender {
            module: ModuleName::new(shop.module)?,
            title,
            scans_customer_code: abilities.customer_code == Taking::Always,
            reads_social_card: abilities.reservation,
            system: None,
            link: None,
            subscriber: None,
            register: None,
        })
    };
    let mut tenders = Vec::new();
    for shop in opening::open_shops() {
        let whole = tender(shop)?;
        if shop.systems.is_empty() {
            tenders.push(whole.clone());
        }
        for (system, ru, en) in shop.systems {
            tenders.push(Tender {
                title: title(street, shop.module, (ru, en))?,
                system: Some((*system).to_owned()),
                ..whole.clone()
            });
        }
        for way in shop.ways {
            let (subscriber, register) = match way {
                Way::Subscriber(id) => (Some((*id).to_owned()), None),
                Way::Sticker => (None, Some(second.clone())),
            };
            tenders.push(Tender {
                title: title(street, shop.module, way.tender())?,
                subscriber,
                register,
                ..whole.clone()
            });
        }
    }
    Ok(tenders)
}

/// A tender's name, after its provider's where there are several.
fn title(street: &Street, module: &str, (ru, en): (&str, &str)) -> anyhow::Result<Text> {
    if street.houses.len() == 1 {
        return Ok(Text::new(ru, en));
    }
    let about = street.house_of_module(module).context("no provider")?.about;
    let (ru, en) = (
        format!("{}: {ru}", about.title_ru),
        format!("{}: {en}", about.title_en),
    );
    Ok(Text::new(ru, en))
}

fn pages(
    street: &Street,
    secret: &SecretString,
    token: &SecretString,
    second: &Register,
    outputs: Outputs,
) -> anyhow::Result<Router> {
    let kiosk = KioskOptions {
        api_url: "/api/v1".to_owned(),
        token: token.clone(),
        store: StoreId::new(STORE)?,
        terminal: TerminalId::new(TERMINAL)?,
        tenders: tenders(street, secret, second)?,
        lang: Lang::Ru,
        timeout_ms: KIOSK_WAIT_MS,
        kiosk2: Kiosk2::default(),
        outputs: Some(outputs),
        demo: Some(kiosk::DemoOptions {
            payer_url: "/payer".to_owned(),
            links: vec![
                DemoLink {
                    title: Text::new("Дисплей покупателя", "The buyer's display"),
                    url: "/display".to_owned(),
                },
                DemoLink {
                    title: Text::new("Чековая лента", "The receipt tape"),
                    url: "/tape".to_owned(),
                },
                DemoLink {
                    title: Text::new("Пин-пад", "The pin-pad"),
                    url: pinpad::PAGE.to_owned(),
                },
            ],
        }),
    };
    Ok(kiosk::router(kiosk)
        .nest("/payer", street.payer_router())
        .nest("/bank", street.control_router()))
}

fn announce(demo: &Demo, out: &mut impl Write) -> std::io::Result<()> {
    let address = demo.daemon.http_address();
    writeln!(
        out,
        "Универсальный интегратор: демонстрация / Universal Integrator: demo"
    )?;
    writeln!(out)?;
    writeln!(
        out,
        "  Касса и телефон покупателя / the kiosk and the buyer's phone   http://{address}/"
    )?;
    writeln!(
        out,
        "  Только касса / the kiosk alone                                  http://{address}/kiosk"
    )?;
    writeln!(
        out,
        "  Телефон покупателя / the buyer's phone                          http://{address}/payer"
    )?;
    writeln!(
        out,
        "  Дисплей покупателя / the buyer's display                        http://{address}/display"
    )?;
    writeln!(
        out,
        "  Чековая лента / the receipt tape                                http://{address}/tape"
    )?;
    writeln!(
        out,
        "  Пин-пад ИНПАС / the InPAS pin-pad                               http://{address}{}",
        pinpad::PAGE
    )?;
    writeln!(out, "  Книги банков / the banks' books:")?;
    for house in &demo.street.houses {
        let (title, name) = (house.about.title_ru, house.about.name);
        writeln!(
            out,
            "    {title:<40}                      http://{address}/bank/providers/{name}/books"
        )?;
    }
    writeln!(out)?;
    writeln!(out, "  Касса из терминала / a register you can type at:")?;
    writeln!(
        out,
        "    QRPOS_SERVER=http://{address} QRPOS_TOKEN={} \\",
        demo.token.expose_secret()
    )?;
    writeln!(
        out,
        "    cargo run --release -p qrpos -- --module {EXAMPLE} --store {STORE} --terminal {TERMINAL} sale --amount 150.00"
    )?;
    writeln!(
        out,
        "  Она же во весь экран / the same on the full screen: … -p qrpos -- till --modules {EXAMPLES}"
    )?;
    writeln!(out)?;
    writeln!(out, "  Оплата на пин-паде / a payment at the pin-pad:")?;
    writeln!(
        out,
        "    cargo run --release -p qrpos -- pinpad --settings {} sale --amount 150.00",
        demo.pinpad_settings.display()
    )?;
    writeln!(out)?;
    writeln!(out, "  Что записано в журнале / what the journal remembers:")?;
    writeln!(
        out,
        "    cargo run --release -- operations --config {}",
        demo.settings_file.display()
    )?;
    if demo.amqp {
        writeln!(out)?;
        let keys: Vec<_> = opening::open_shops()
            .map(|shop| format!("servplus.{}.payment", shop.module))
            .collect();
        writeln!(out, "  RabbitMQ: {}", keys.join(", "))?;
    }
    writeln!(out)?;
    writeln!(out, "  Ctrl-C: стоп / stop")?;
    Ok(())
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
