//! The arguments of `qrpos pinpad`.

use crate::cli::amount::parse_amount;
use clap::{Args as ClapArgs, Subcommand};
use domain::Kopecks;
use std::path::PathBuf;

/// Which pin-pad, and what to do with it.
#[derive(ClapArgs)]
pub(in crate::cli) struct PinpadArgs {
    /// The pin-pad's settings: a file in HOCON
    #[arg(
        long,
        env = "QRPOS_PINPAD_SETTINGS",
        global = true,
        value_name = "FILE",
        default_value = "pinpad.conf"
    )]
    pub(super) settings: PathBuf,
    /// The register's UKM 5 settings: the folder with mintukm.conf. The terminal's id, currency, timeout and qrSBP are
    /// taken from there unless the pin-pad's own file names them
    #[arg(long, env = "QRPOS_PINPAD_TREE", global = true, value_name = "FOLDER")]
    pub(super) tree: Option<PathBuf>,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Ask the service and the terminal whether they work, and which terminal it is
    Test,
    /// Take a payment at the pin-pad
    Sale {
        /// The sum in rubles: 150, 150.50 or 150,50
        #[arg(long, value_parser = parse_amount)]
        amount: Kopecks,
        /// By SBP QR code instead of a card
        #[arg(long)]
        qr: bool,
    },
    /// Take a payment of this operating day back, without a card
    Void(Back),
    /// Give a payment of an earlier day back; the buyer taps the card again
    Refund(Back),
    /// Give a payment that this register took back, in the way that fits the day
    GiveBack(Back),
    /// Take the terminal's last operation back, whatever it was
    EmergencyCancel,
    /// Settle with the bank and end the operating day
    Settle,
    /// Print the day's report
    Report {
        /// With every operation
        #[arg(long)]
        full: bool,
    },
    /// Print the copy of the last receipt
    Copy {
        /// Of a receipt whose number is typed at the pin-pad
        #[arg(long)]
        by_number: bool,
    },
    /// Ask how a QR payment stands
    QrStatus {
        /// The payment's RRN
        #[arg(long)]
        rrn: String,
        /// Ask about its refund
        #[arg(long)]
        refund: bool,
    },
    /// Show the operation whose outcome is not known
    Open,
    /// Find out how the open operation ended: by the copy of the last receipt, or by your word
    Resolve(Verdict),
}

/// Which payment, and how much of it.
#[derive(ClapArgs)]
pub(super) struct Back {
    /// The sum in rubles
    #[arg(long, value_parser = parse_amount)]
    pub(super) amount: Kopecks,
    /// The payment's RRN, as its receipt prints it
    #[arg(long)]
    pub(super) rrn: String,
    /// What was paid, if this register does not remember the payment; without it, the sum
    #[arg(long, value_parser = parse_amount)]
    pub(super) paid: Option<Kopecks>,
    /// The payment's code of authorisation
    #[arg(long)]
    pub(super) auth_code: Option<String>,
    /// The terminal's date and time of the payment, for profiles that want it (field 21)
    #[arg(long)]
    pub(super) terminal_time: Option<String>,
    /// It was paid by QR
    #[arg(long)]
    pub(super) qr: bool,
}

/// A person's word.
#[derive(ClapArgs)]
pub(super) struct Verdict {
    /// It was done: by the terminal's receipt or the bank's records
    #[arg(long, conflicts_with = "not_done", requires = "by")]
    pub(super) done: bool,
    /// It was not done
    #[arg(long, requires = "by")]
    pub(super) not_done: bool,
    /// Who says so
    #[arg(long, value_name = "NAME")]
    pub(super) by: Option<String>,
}

#[cfg(test)]
mod tests {
    use crate::cli::args::{Args, Command as Of};
    use clap::Parser;
    use pinpad::Op;
    use std::path::Path;

    const MANUALS: [&str; 2] = ["docs/manual.en.md", "docs/manual.ru.md"];
    const KEYS: [&str; 14] = [
        "url",
        "id",
        "timeout",
        "answerGap",
        "sendTimeout",
        "qrSBP",
        "ncom",
        "baudrate",
        "ipaddr",
        "journal",
        "operations",
        "tenderField",
        "clockSkew",
        "utcOffsetMinutes",
    ];

    fn manual(name: &str) -> String {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        std::fs::read_to_string(root.join(name)).unwrap()
    }

    #[test]
    fn what_the_manuals_tell_to_type_can_be_typed() {
        for name in MANUALS {
            let text = manual(name);
            let lines = text
                .lines()
                .filter_map(|line| line.strip_prefix("$ qrpos pinpad "));
            let typed: Vec<_> = lines
                .map(|line| Args::try_parse_from(["qrpos", "pinpad"].into_iter().chain(line.split(' '))))
                .collect();
            assert!(typed.len() > 10, "{name}");
            for args in typed {
                assert!(
                    matches!(args.map(|args| args.command), Ok(Of::Pinpad(_))),
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn the_manuals_name_every_key_and_every_operation() {
        for name in MANUALS {
            let text = manual(name);
            for key in KEYS {
                assert!(text.contains(&format!("`{key}`")), "{name} does not name {key}");
            }
            for op in Op::ALL {
                assert!(text.contains(op.as_str()), "{name} does not name {op}");
            }
        }
    }
}
