//! The arguments.

use super::amount::{parse_amount, parse_item, split_code};
use super::exit;
use super::pinpad::PinpadArgs;
use super::till::TillArgs;
use anyhow::{Context, bail};
use clap::{Args as ClapArgs, Parser, Subcommand};
use domain::receipt::{Item, Receipt};
use domain::{CallerId, Kopecks, ModuleName, StoreId, TerminalId};
use register::Pay;
use secrecy::SecretString;
use std::path::PathBuf;
use texts::words::Lang;

/// The largest token file that is read, in bytes.
const TOKEN_BYTES_MAX: usize = 4096;

/// A cash register you can type at: takes and returns QR payments through qrpayd.
#[derive(Parser)]
#[command(name = "qrpos", version, after_help = exit::HELP)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) connection: Connection,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// How to reach the daemon, and as whom.
#[derive(ClapArgs)]
pub(super) struct Connection {
    /// The register's settings: the folder with mintukm.conf (UKM 5) or the file of a UKM 4 register; the other
    /// arguments go before what stands there
    #[arg(long, env = "QRPOS_SETTINGS", global = true, value_name = "PATH")]
    pub(super) settings: Option<PathBuf>,
    /// Where the QR code is shown besides: a file with the list `outputs`; it goes before the one in the settings
    #[arg(long, env = "QRPOS_OUTPUTS", global = true, value_name = "FILE")]
    pub(super) outputs: Option<PathBuf>,
    /// The daemon's address over HTTP: http://127.0.0.1:8080
    #[arg(long, env = "QRPOS_SERVER", global = true, value_name = "URL")]
    pub(super) server: Option<String>,
    /// File with the register's token; without it the token is taken from the variable QRPOS_TOKEN
    #[arg(long, env = "QRPOS_TOKEN_FILE", global = true, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// The broker's address, instead of --server: amqp://user:password@host/vhost
    #[arg(
        long,
        env = "QRPOS_AMQP",
        hide_env_values = true,
        global = true,
        value_name = "URL"
    )]
    pub(super) amqp: Option<String>,
    /// The module that takes the payment: qrraiffd
    #[arg(long, env = "QRPOS_MODULE", global = true)]
    pub(super) module: Option<ModuleName>,
    /// The store's id: 1 unless said here or in the settings
    #[arg(long, env = "QRPOS_STORE", global = true)]
    pub(super) store: Option<StoreId>,
    /// The register's id: 1 unless said here or in the settings
    #[arg(long, env = "QRPOS_TERMINAL", global = true)]
    pub(super) terminal: Option<TerminalId>,
    /// Language of the screen
    #[arg(
        long,
        env = "QRPOS_LANG",
        global = true,
        value_name = "ru|en",
        default_value = "ru"
    )]
    pub(super) lang: Lang,
    /// Print each reply of the daemon as one line of JSON, and nothing else
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// How long to wait for the final answer, in seconds: 310 unless said here or in the settings
    #[arg(long, env = "QRPOS_TIMEOUT", global = true, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(super) timeout: Option<u64>,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Take a payment: shows the QR code and waits for the money
    Sale(Sale),
    /// A full-screen register for the keyboard: sales, refunds, reports, totals
    Till(TillArgs),
    /// Cancel a payment that is not paid yet
    Cancel {
        #[command(flatten)]
        payment: Payment,
    },
    /// Give the money of a payment back, whole or in part
    Refund(RefundArgs),
    /// Confirm the debit of a payment that is reserved
    Confirm {
        #[command(flatten)]
        payment: Payment,
        /// The sum in rubles; without it, as much as can be debited
        #[arg(long, value_parser = parse_amount)]
        amount: Option<Kopecks>,
    },
    /// Ask how a payment or a refund stands
    Status {
        #[command(flatten)]
        payment: Payment,
    },
    /// Ask about a cash-link sticker, or tie one to this register
    Link {
        #[command(subcommand)]
        command: LinkCommand,
    },
    /// Work with an InPAS pin-pad beside the register; needs no daemon
    Pinpad(PinpadArgs),
    /// Check a register's settings and say what to put right; needs no daemon
    CheckSettings {
        /// The folder with mintukm.conf (UKM 5), or the file of a UKM 4 register
        path: PathBuf,
    },
}

#[derive(Subcommand)]
pub(super) enum LinkCommand {
    /// Ask what a sticker is
    Check {
        /// What the scanner read
        scanned: String,
    },
    /// Tie a sticker to this register
    Bind {
        /// What the scanner read
        scanned: String,
        /// The bank's terminal number, for banks that ask for one
        #[arg(long)]
        terminal_number: Option<String>,
    },
}

/// Which payment is refunded, by its id or by its receipt, and how much of it.
#[derive(ClapArgs)]
pub(super) struct RefundArgs {
    /// The request id that `sale` printed
    #[arg(
        value_name = "ID",
        required_unless_present = "receipt",
        conflicts_with = "receipt"
    )]
    pub(super) payment: Option<String>,
    /// The id is the daemon's operation id: for a payment of another register
    #[arg(long, requires = "payment")]
    pub(super) by_operation_id: bool,
    /// The receipt's number: its payment is looked for in the whole store
    #[arg(long, value_name = "NUMBER")]
    pub(super) receipt: Option<String>,
    /// The shift of the receipt; without it, every shift
    #[arg(long, requires = "receipt", value_name = "NUMBER")]
    pub(super) shift: Option<u32>,
    /// The sum in rubles; without it, all that is left of the payment
    #[arg(long, value_parser = parse_amount)]
    pub(super) amount: Option<Kopecks>,
    /// Why, as shown to the buyer
    #[arg(long)]
    pub(super) purpose: Option<String>,
    /// Id of the refund itself; repeat it after a crash
    #[arg(long = "id", value_name = "ID")]
    pub(super) refund_id: Option<CallerId>,
}

/// Which payment.
#[derive(ClapArgs)]
pub(super) struct Payment {
    /// The request id that `sale` or `refund` printed
    pub(super) id: String,
    /// The id is the daemon's operation id: for a payment of another register
    #[arg(long)]
    pub(super) by_operation_id: bool,
}

#[derive(ClapArgs)]
pub(super) struct Sale {
    /// The sum in rubles: 150, 150.50 or 150,50; without it, the sum of the items
    #[arg(long, value_parser = parse_amount, required_unless_present = "item")]
    amount: Option<Kopecks>,
    /// A line of the receipt; may be given several times. A bar code may stand before the name
    #[arg(long, value_parser = parse_item, value_name = "NAME=PRICE")]
    item: Vec<(String, Kopecks)>,
    /// The receipt's number, under which `refund --receipt` finds the payment
    #[arg(long, value_name = "NUMBER")]
    receipt: Option<String>,
    /// The shift of the receipt
    #[arg(long, requires = "receipt", value_name = "NUMBER")]
    shift: Option<u32>,
    /// Purpose shown to the payer
    #[arg(long)]
    purpose: Option<String>,
    /// The scanned cash link, for modules that work over one
    #[arg(long, value_name = "SCANNED")]
    link: Option<String>,
    /// A code scanned from the buyer's phone, for modules that take one; `-` reads it from standard input
    #[arg(long, value_name = "CODE")]
    customer_code: Option<String>,
    /// The buyer's social card as the pin-pad names it, for modules that reserve; `-` reads it from standard input
    #[arg(
        long,
        value_name = "TOKEN",
        requires = "receipt",
        conflicts_with = "customer_code"
    )]
    card_token: Option<String>,
    /// The buyer as the receipt names them, for modules with subscriptions; `-` reads it from standard input
    #[arg(
        long,
        value_name = "NAME",
        conflicts_with = "customer_code",
        conflicts_with = "card_token"
    )]
    subscriber: Option<String>,
    /// The retailer's cost centre ("Код ЦФО")
    #[arg(long, value_name = "CODE")]
    cost_centre: Option<String>,
    /// Life of the QR in seconds; without it, the module's own
    #[arg(long, value_name = "SECONDS")]
    lifetime: Option<u32>,
    /// Which of several systems behind one gateway: sbp, webmoney
    #[arg(long)]
    tender: Option<String>,
    /// Id of the request; repeat it after a crash to take up the same payment
    #[arg(long)]
    id: Option<CallerId>,
}

impl Sale {
    /// The payment that is asked for.
    pub(super) fn pay(self) -> anyhow::Result<Pay> {
        let amount = self.total()?;
        let mut pay = Pay::new(amount);
        pay.id = self.id.unwrap_or(pay.id);
        pay.purpose = self.purpose;
        pay.link = self.link;
        pay.lifetime_s = self.lifetime;
        pay.tender = self.tender;
        pay.cost_centre = self.cost_centre;
        pay.customer_code = given(self.customer_code)?;
        pay.card_token = given(self.card_token)?;
        pay.subscriber = given(self.subscriber)?;
        let items: Vec<Item> = self.item.into_iter().map(line).collect();
        pay.receipt = (!items.is_empty() || self.receipt.is_some()).then(|| Receipt {
            number: self.receipt,
            shift: self.shift,
            items,
            ..Receipt::default()
        });
        Ok(pay)
    }

    fn total(&self) -> anyhow::Result<Kopecks> {
        let items = self
            .item
            .iter()
            .try_fold(Kopecks::ZERO, |sum, (_, price)| sum.checked_add(*price))
            .context("the items together are dearer than a payment may be")?;
        match self.amount {
            Some(amount) if !self.item.is_empty() && amount != items => {
                bail!("the items make {items}, but --amount says {amount}: correct one of them")
            }
            Some(amount) => Ok(amount),
            None => Ok(items),
        }
    }
}

/// What names the buyer may be kept out of the arguments, which other users of the machine see.
fn given(argument: Option<String>) -> anyhow::Result<Option<String>> {
    if argument.as_deref() != Some("-") {
        return Ok(argument);
    }
    let mut line = String::new();
    std::io::stdin()
        .read_line(&mut line)
        .context("cannot read what the buyer shows from standard input")?;
    Ok(Some(line.trim().to_owned()))
}

fn line((text, price): (String, Kopecks)) -> Item {
    let (code, name) = split_code(&text);
    Item {
        name: name.to_owned(),
        code: code.map(str::to_owned),
        quantity: "1".to_owned(),
        price,
        sum: price,
    }
}

impl Connection {
    /// The register's token. It is never an argument, because other users of the machine see those.
    pub(super) fn token(&self) -> anyhow::Result<SecretString> {
        let text = match &self.token_file {
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .with_context(|| format!("cannot read the token file {}", path.display()))?;
                if text.len() > TOKEN_BYTES_MAX {
                    bail!("{} is too large for a token file", path.display());
                }
                text
            }
            None => std::env::var("QRPOS_TOKEN")
                .ok()
                .context("no token: give --token-file, or set QRPOS_TOKEN")?,
        };
        let token = text.trim();
        if token.is_empty() {
            bail!("the token is empty");
        }
        Ok(token.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of a command as a shell takes them; quotes are the only thing that the manuals need of one.
    fn words(command: &str) -> Vec<String> {
        let mut words = Vec::new();
        for (index, part) in command.split('\'').enumerate() {
            if index % 2 == 1 {
                words.push(part.to_owned());
            } else {
                words.extend(part.split_whitespace().map(str::to_owned));
            }
        }
        words
    }

    #[test]
    fn what_the_manuals_tell_to_type_is_understood() {
        for (manual, text) in [
            ("ru", include_str!("../../../../docs/manual.ru.md")),
            ("en", include_str!("../../../../docs/manual.en.md")),
        ] {
            let commands: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
            let mine = commands
                .into_iter()
                .filter(|command| command.starts_with("qrpos "));
            let mut count = 0;
            for command in mine {
                if let Err(error) = Args::try_parse_from(words(command)) {
                    panic!("{manual}: `{command}`: {error}");
                }
                count += 1;
            }
            assert!(count > 20, "{manual}: {count} commands");
        }
    }

    #[test]
    fn the_manuals_name_every_command() {
        use clap::CommandFactory;
        for text in [
            include_str!("../../../../docs/manual.ru.md"),
            include_str!("../../../../docs/manual.en.md"),
        ] {
            for command in Args::command()
                .get_subcommands()
                .filter(|command| command.get_name() != "help")
            {
                let name = command.get_name();
                let typed = text
                    .lines()
                    .any(|line| line.contains("qrpos") && line.contains(name));
                assert!(typed, "qrpos {name}");
            }
        }
    }
}
