//! What the demo does before its doors open: simulated providers, settings, a sticker for each cash link.

use super::shops::{self, Papers, SHOPS, Shop, Way};
use super::{STICKER_TERMINAL, STORE, TERMINAL};
use crate::cli::DemoOptions;
use crate::daemon::Daemon;
use anyhow::Context;
use connector::config::Table;
use domain::{Abilities, Clock, ModuleName, TerminalId};
use gateway::Desk as _;
use journal::{Journal, SettingsWrite};
use protocol::Message;
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use simulator::{Kind, Street, StreetOptions, catalogue};

/// How long one request to a simulated provider may take, in seconds.
const TIMEOUT_S: u32 = 10;

/// The shops of the demo: their modules are in this build, and their providers are simulated.
pub fn open_shops() -> impl Iterator<Item = &'static Shop> {
    let usable = |shop: &&Shop| {
        connectors::registry().find(shop.module).is_some() && catalogue::kind_of_module(shop.module).is_some()
    };
    SHOPS.iter().filter(usable)
}

/// Starts the providers of all shops.
pub async fn start_providers(options: &DemoOptions, secret: &SecretString) -> anyhow::Result<Street> {
    let has_shop = |kind: &&Kind| open_shops().any(|shop| kind.about.modules.contains(&shop.module));
    let kinds = catalogue::KINDS.iter().filter(has_shop).collect();
    let mut street = StreetOptions::new(kinds, secret.clone());
    "Гастроном «Образец»".clone_into(&mut street.shop);
    street.callback_base = Some(format!("http://{}/callback", options.listen));
    street.payer_bind = None;
    Street::open(street)
        .await
        .context("the simulated providers did not start")
}

/// The settings that an operator would write with `qrpayd config set`.
pub async fn write_settings(
    journal: &dyn Journal,
    street: &Street,
    secret: &SecretString,
    clock: &dyn Clock,
) -> anyhow::Result<()> {
    for shop in open_shops() {
        let papers = papers(shop, street, secret)?;
        let module = ModuleName::new(shop.module)?;
        journal.ensure_module(&module).await?;
        let merchant = SettingsWrite::Merchant {
            module: module.clone(),
            id: 0,
            value: Some(checked(shop.module, Table::Merchants, paced(shop, &papers))?),
        };
        journal.write_settings(merchant, "demo", clock.now()).await?;
        let row = checked(shop.module, Table::Terminals, (shop.terminal)(&papers))?;
        if !row.is_empty() {
            journal
                .write_settings(terminal(module, TERMINAL, row)?, "demo", clock.now())
                .await?;
        }
    }
    Ok(())
}

/// Sticks a sticker to each register that works over one.
pub async fn stick_stickers(
    journal: &dyn Journal,
    daemon: &Daemon,
    street: &Street,
    secret: &SecretString,
    clock: &dyn Clock,
) -> anyhow::Result<()> {
    for shop in open_shops() {
        let papers = papers(shop, street, secret)?;
        let terminal_id = if abilities(shop, &papers)?.cash_link {
            TERMINAL
        } else if shop.ways.contains(&Way::Sticker) {
            STICKER_TERMINAL
        } else {
            continue;
        };
        if let Some(row) = stick(shop, terminal_id, &papers, daemon, street).await? {
            let write = terminal(ModuleName::new(shop.module)?, terminal_id, row)?;
            journal.write_settings(write, "demo", clock.now()).await?;
        }
    }
    Ok(())
}

/// Binds a blank sticker to a register, as a cashier does by scanning it; where the module cannot bind, gives the
/// register's row with a sticker that is the shop's already.
async fn stick(
    shop: &Shop,
    terminal_id: &str,
    papers: &Papers,
    daemon: &Daemon,
    street: &Street,
) -> anyhow::Result<Option<Map<String, Value>>> {
    let house = street.house_of_module(shop.module).context("no provider")?;
    if abilities(shop, papers)?.link_bind {
        let sticker = house.provider.with(|provider, _| provider.blank_sticker());
        let sticker = sticker.context("the provider prints no stickers")?;
        daemon
            .clone_desk()
            .handle(binding(shop, terminal_id, &sticker)?, None)
            .await?;
        return Ok(None);
    }
    let sticker = house.provider.with(|provider, _| provider.own_sticker());
    let sticker = sticker.context("the provider gives out no stickers")?;
    let id = connector::nspk::PaymentLink::parse(&sticker)?.qrc_id().to_owned();
    let mut row = (shop.terminal)(papers);
    row.insert("qr_id".to_owned(), id.into());
    row.insert("payload".to_owned(), sticker.into());
    checked(shop.module, Table::Terminals, row).map(Some)
}

/// What a shop's module can do.
pub fn abilities(shop: &Shop, papers: &Papers) -> anyhow::Result<Abilities> {
    let provider = connectors::registry()
        .find(shop.module)
        .context("the module is not in this build")?;
    let built = provider.connect(&paced(shop, papers), &(shop.terminal)(papers))?;
    Ok(built.connector.abilities())
}

/// What a shop was given by its provider.
pub fn papers(shop: &Shop, street: &Street, secret: &SecretString) -> anyhow::Result<Papers> {
    let house = street
        .house_of_module(shop.module)
        .context("the module's provider is not simulated")?;
    Ok(shops::Papers {
        url: house.base_url.clone(),
        ca: Some(street.ca_pem.clone()),
        identity: house.identity.clone(),
        secret: secret.clone(),
    })
}

/// The merchant's row with the demo's times.
fn paced(shop: &Shop, papers: &Papers) -> Map<String, Value> {
    let mut row = (shop.merchant)(papers);
    row.insert("qrTtl".to_owned(), shop.pace.qr_ttl_min.into());
    row.insert("interval".to_owned(), shop.pace.interval_s.into());
    row.insert("timeout".to_owned(), TIMEOUT_S.into());
    row
}

fn checked(module: &str, table: Table, row: Map<String, Value>) -> anyhow::Result<Map<String, Value>> {
    let provider = connectors::registry()
        .find(module)
        .context("the module is not in this build")?;
    provider
        .check(table, &row)
        .with_context(|| format!("the demo's settings of {module}"))?;
    Ok(row)
}

fn terminal(module: ModuleName, id: &str, row: Map<String, Value>) -> anyhow::Result<SettingsWrite> {
    Ok(SettingsWrite::Terminal {
        module,
        terminal: TerminalId::new(id)?,
        value: Some(row),
    })
}

fn binding(shop: &Shop, terminal_id: &str, sticker: &str) -> anyhow::Result<Message> {
    let mut message = json!({
        "operation": "link_bind", "id": format!("demo-sticker-{}", shop.module), "module": shop.module,
        "store": STORE, "terminal": terminal_id, "link": sticker,
    });
    if let (Some(number), Some(fields)) = (shop.terminal_number, message.as_object_mut()) {
        fields.insert("terminal_number".to_owned(), number.into());
    }
    Ok(protocol::parse(message.to_string().as_bytes())?)
}
