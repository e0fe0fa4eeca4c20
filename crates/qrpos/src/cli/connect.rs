//! From arguments and settings to a client. What is given as an argument goes before what the settings say.

use super::args::Connection;
use super::screen::Screen;
use super::settings;
use anyhow::{Context, bail};
use domain::{ModuleName, StoreId, TerminalId};
use pinpad::SystemClock;
use register::outputs::{OutputSettings, Outputs};
use register::ukm::{Checked, ConnectionSettings, PaymentSettings, Severity};
use register::{Patience, Register};
use std::sync::Arc;
use std::time::Duration;

/// Who a register is unless somebody says so.
const FIRST: &str = "1";

/// What a sale needs.
pub(super) struct Till {
    /// The client for payments.
    pub(super) register: Register,
    /// Whether the settings make it scan the buyer's phone.
    pub(super) scans: bool,
    /// Where the QR is shown, if anywhere is named.
    pub(super) outputs: Option<Outputs>,
}

impl Connection {
    /// The client for payments and all that comes of them.
    pub(super) fn register(&self, screen: &mut Screen) -> anyhow::Result<Register> {
        let checked = self.checked(screen);
        let payment = checked.as_ref().and_then(|checked| self.payment(checked));
        self.open(checked.as_ref(), payment.map(|payment| &payment.connection), None)
    }

    /// The client for payments, and what the settings say of taking them.
    pub(super) fn till(&self, screen: &mut Screen) -> anyhow::Result<Till> {
        let checked = self.checked(screen);
        let payment = checked.as_ref().and_then(|checked| self.payment(checked));
        let connection = payment.map(|payment| &payment.connection);
        let places = self.places(checked.as_ref())?;
        Ok(Till {
            register: self.open(checked.as_ref(), connection, None)?,
            scans: payment.is_some_and(|payment| payment.scans_customer_code),
            outputs: start(&places)?,
        })
    }

    /// The places of the QR: those of the file that is named, or else those of the settings.
    pub(super) fn places(&self, checked: Option<&Checked>) -> anyhow::Result<Vec<OutputSettings>> {
        Ok(match &self.outputs {
            Some(file) => settings::places(file, self.lang)?,
            None => checked.map_or_else(Vec::new, |checked| checked.settings.outputs.clone()),
        })
    }

    /// The client for the report that checks stickers; without one in the settings, that of the payment.
    pub(super) fn link_register(&self, screen: &mut Screen) -> anyhow::Result<Register> {
        let checked = self.checked(screen);
        let report = checked.as_ref().and_then(|checked| self.link_check(checked));
        let payment = checked.as_ref().and_then(|checked| self.payment(checked));
        let connection = report.or(payment.map(|payment| &payment.connection));
        self.open(checked.as_ref(), connection, None)
    }

    /// The settings that are named, after a word about their errors.
    pub(super) fn checked(&self, screen: &mut Screen) -> Option<Checked> {
        let checked = settings::read(self.settings.as_deref()?);
        if checked.count(Severity::Error) > 0 {
            screen.trouble(&settings::faulty(&checked, self.lang));
        }
        Some(checked)
    }

    /// Who the register is.
    pub(super) fn identity(&self, checked: Option<&Checked>) -> anyhow::Result<(StoreId, TerminalId)> {
        let settings = checked.map(|checked| &checked.settings);
        let store = self.store.as_ref().or_else(|| settings?.store.as_ref());
        let terminal = self.terminal.as_ref().or_else(|| settings?.terminal.as_ref());
        Ok((
            store.cloned().map_or_else(|| FIRST.parse(), Ok)?,
            terminal.cloned().map_or_else(|| FIRST.parse(), Ok)?,
        ))
    }

    /// Opens the daemon's door for `module`; without one, for the module that is named or that the settings choose.
    pub(super) fn open(
        &self,
        checked: Option<&Checked>,
        chosen: Option<&ConnectionSettings>,
        module: Option<&ModuleName>,
    ) -> anyhow::Result<Register> {
        let (store, terminal) = self.identity(checked)?;
        let module = module
            .or(self.module.as_ref())
            .or_else(|| Some(&chosen?.module))
            .cloned();
        let register = match (&self.server, &self.amqp) {
            (Some(_), Some(_)) => {
                bail!(
                    "both a server and a broker are named (--server or QRPOS_SERVER, --amqp or QRPOS_AMQP): take one away"
                )
            }
            (Some(server), None) => {
                let register = Register::http(server, self.token()?, store, terminal)?;
                match module {
                    Some(module) => register.with_module(module),
                    None => register,
                }
            }
            (None, Some(broker)) => {
                let module = module
                    .context("over RabbitMQ the module must be named: give --module or set QRPOS_MODULE")?;
                Register::amqp(broker.as_str().into(), module, store, terminal)?
            }
            (None, None) => {
                let register = chosen
                    .with_context(|| nobody(checked))?
                    .register(store, terminal)?;
                match module {
                    Some(module) => register.with_module(module),
                    None => register,
                }
            }
        };
        let usual = chosen.map_or_else(Patience::default, |chosen| chosen.patience.clone());
        Ok(register.with_patience(Patience {
            total: self.wait(chosen),
            ..usual
        }))
    }

    /// How long to wait for the final answer.
    pub(super) fn wait(&self, chosen: Option<&ConnectionSettings>) -> Duration {
        let usual = chosen.map_or_else(|| Patience::default().total, |chosen| chosen.patience.total);
        self.timeout.map_or(usual, Duration::from_secs)
    }

    /// The payment of the module that is asked for, or else the first.
    pub(super) fn payment<'a>(&self, checked: &'a Checked) -> Option<&'a PaymentSettings> {
        let payments = &checked.settings.payments;
        let named = payments
            .iter()
            .find(|payment| self.module.as_ref() == Some(&payment.connection.module));
        named.or(payments.first())
    }

    /// The report's connection, unless another module is asked for.
    pub(super) fn link_check<'a>(&self, checked: &'a Checked) -> Option<&'a ConnectionSettings> {
        let connection = &checked.settings.link_check.as_ref()?.connection;
        let is_asked_for = self
            .module
            .as_ref()
            .is_none_or(|module| *module == connection.module);
        is_asked_for.then_some(connection)
    }
}

/// Sets the places up, when there are any.
pub(super) fn start(places: &[OutputSettings]) -> anyhow::Result<Option<Outputs>> {
    if places.is_empty() {
        return Ok(None);
    }
    Ok(Some(Outputs::start(places, Arc::new(SystemClock))?))
}

/// Why there is no daemon to speak to.
fn nobody(checked: Option<&Checked>) -> &'static str {
    match checked {
        Some(_) => "the settings name no daemon and module that can be used: see qrpos check-settings",
        None => {
            "no daemon is named: give --server http://host:port, or --amqp amqp://host, or --settings, or set QRPOS_SERVER"
        }
    }
}
