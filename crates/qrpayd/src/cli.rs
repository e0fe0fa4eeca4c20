//! The command line.

use clap::{Args, Parser, Subcommand};
use domain::{ModuleName, OperationId, StoreId, TerminalId};
use std::net::SocketAddr;
use std::path::PathBuf;
use texts::Lang;

/// Name, version and commit, as `--version` prints them.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (", env!("QRPAYD_COMMIT"), ")");

/// Where the settings are when nothing is said.
const CONFIG: &str = "/etc/qrpayd/qrpayd.conf";

/// The server between a retailer's cash registers and the banks: payments by QR code.
#[derive(Debug, Parser)]
#[command(name = "qrpayd", version = VERSION, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve registers until stopped.
    Run {
        /// The settings file.
        #[arg(long, default_value = CONFIG)]
        config: PathBuf,
    },
    /// Show everything at once on this machine: a kiosk, a simulated bank, a buyer's phone. Nothing to install.
    Demo(DemoOptions),
    /// Check the settings file and the modules' settings, and say what is wrong. Changes no settings.
    Check {
        /// The settings file.
        #[arg(long, default_value = CONFIG)]
        config: PathBuf,
    },
    /// Bring the journal's schema up to date.
    Migrate {
        /// The settings file.
        #[arg(long, default_value = CONFIG)]
        config: PathBuf,
    },
    /// Read and write the modules' settings: merchants, stores, terminals. A change takes effect without a restart.
    Config {
        /// The settings file.
        #[arg(long, default_value = CONFIG, global = true)]
        config: PathBuf,
        /// What to do.
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Look at the modules and try one out without money. Changes nothing, here and at the bank.
    Module {
        /// The settings file.
        #[arg(long, default_value = CONFIG, global = true)]
        config: PathBuf,
        /// `ru` or `en`; when absent, as the variable LANG says.
        #[arg(long, global = true)]
        lang: Option<Lang>,
        /// What to do.
        #[command(subcommand)]
        command: ModuleCommand,
    },
    /// Check a provider's description of your own, or print one to begin with.
    Profile {
        /// What to do.
        #[command(subcommand)]
        command: ProfileCommand,
    },
    /// List operations, newest first.
    Operations {
        /// The settings file.
        #[arg(long, default_value = CONFIG)]
        config: PathBuf,
        /// Only those that have not ended.
        #[arg(long)]
        open: bool,
        /// Only those of this module.
        #[arg(long)]
        module: Option<ModuleName>,
        /// At most so many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
    },
    /// Tell one operation's story.
    Operation {
        /// The settings file.
        #[arg(long, default_value = CONFIG)]
        config: PathBuf,
        /// Its id.
        id: OperationId,
    },
}

/// How to run the demo.
#[derive(Debug, Clone, Args)]
pub struct DemoOptions {
    /// Where its pages are served.
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// A RabbitMQ to serve registers over, besides HTTP.
    #[arg(long)]
    pub amqp: Option<String>,
    /// Log more: a level or a filter.
    #[arg(long, default_value = "warn")]
    pub log: String,
}

/// What to do with the modules.
#[derive(Debug, Subcommand)]
pub enum ModuleCommand {
    /// List the modules of this build: whether each is switched on and configured.
    List,
    /// Try all that can be tried without money: settings, address, TLS, certificates, key. Ends with 0 only when
    /// nothing is at fault.
    Test(ModuleTest),
    /// Ask the bank for its own register of a period and compare it with the journal, payment by payment. Changes
    /// nothing. Ends with 0 only when both say the same. For banks that have a register: Sberbank.
    Registry(ModuleRegistry),
}

/// What to do with a provider's description.
#[derive(Debug, Subcommand)]
pub enum ProfileCommand {
    /// Say everything that is wrong with a description, with file, line and key; or print every request that it would
    /// send, with made-up values. Sends nothing.
    Check {
        /// The description.
        file: PathBuf,
    },
    /// Print a shipped description, as a start for one of your own.
    Show {
        /// A module that the description serves.
        module: ModuleName,
    },
}

/// Which register's settings are tried.
#[derive(Debug, Clone, Args)]
pub struct ModuleTest {
    /// The module.
    pub module: ModuleName,
    /// The store; when absent, one that no table lists.
    #[arg(long)]
    pub store: Option<StoreId>,
    /// The register; when absent, one without a row of its own.
    #[arg(long)]
    pub terminal: Option<TerminalId>,
}

/// Which days are compared, and with which register's settings.
#[derive(Debug, Clone, Args)]
pub struct ModuleRegistry {
    /// The module.
    pub module: ModuleName,
    /// The first day, by the store's clock: 2026-11-25.
    #[arg(long, value_name = "DAY")]
    pub from: jiff::civil::Date,
    /// The last day; when absent, the first one alone.
    #[arg(long, value_name = "DAY")]
    pub to: Option<jiff::civil::Date>,
    /// The store; when absent, one that no table lists.
    #[arg(long)]
    pub store: Option<StoreId>,
    /// The register; when absent, one without a row of its own.
    #[arg(long)]
    pub terminal: Option<TerminalId>,
}

/// What to do with the modules' settings.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print every key of a module: type, unit, default, meaning.
    Describe {
        /// The module.
        module: ModuleName,
        /// `ru` or `en`.
        #[arg(long, default_value = "ru")]
        lang: String,
    },
    /// Print a module's settings; secrets are masked.
    List {
        /// The module.
        module: ModuleName,
    },
    /// Print what one register would work with; secrets are masked.
    Show {
        /// The module.
        module: ModuleName,
        /// The store.
        #[arg(long)]
        store: StoreId,
        /// The register.
        #[arg(long)]
        terminal: TerminalId,
    },
    /// Write a row: `set qrraiffd merchant 0 sbpMerchantId=MA1 secretKey_file=/etc/qrpayd/raif.key`.
    Set {
        /// The module.
        module: ModuleName,
        /// Which table.
        #[command(subcommand)]
        row: Row,
    },
    /// Delete a row.
    Delete {
        /// The module.
        module: ModuleName,
        /// Which row.
        #[command(subcommand)]
        row: RowId,
    },
    /// Write all rows of a JSON file as `export` prints it. Nothing is written unless all of it is right.
    Import {
        /// The file; `-` for standard input.
        file: PathBuf,
    },
    /// Write the `webmoney` row of a merchant from the files of the register's WebMoney module: WebMoneySettings.txt,
    /// WebMoneyPaymentTypes.txt and the certificate named after the POS, all in one folder.
    ImportWebmoney {
        /// The folder.
        folder: PathBuf,
        /// The merchant's id; 0 serves every store that is not listed.
        #[arg(long, default_value_t = 0)]
        merchant: i64,
    },
    /// Print all rows of a module as JSON, secrets included: keep the output safe.
    Export {
        /// The module.
        module: ModuleName,
    },
}

/// A row to be written.
#[derive(Debug, Subcommand)]
pub enum Row {
    /// A merchant's configuration.
    Merchant {
        /// Its id; 0 serves every store that is not listed.
        id: i64,
        /// `key=value` pairs laid over the row, or one JSON object in its place.
        #[arg(required = true)]
        values: Vec<String>,
    },
    /// Which configuration a store uses.
    Store {
        /// The store's id in the retailer's system.
        store: StoreId,
        /// The configuration's id.
        merchant: i64,
    },
    /// What a register overrides.
    Terminal {
        /// The register's id in the retailer's system.
        terminal: TerminalId,
        /// `key=value` pairs laid over the row, or one JSON object in its place.
        #[arg(required = true)]
        values: Vec<String>,
    },
}

/// A row to be deleted.
#[derive(Debug, Subcommand)]
pub enum RowId {
    /// A merchant's configuration.
    Merchant {
        /// Its id.
        id: i64,
    },
    /// A store's row: it falls back to merchant 0.
    Store {
        /// The store.
        store: StoreId,
    },
    /// A register's row.
    Terminal {
        /// The register.
        terminal: TerminalId,
    },
}
