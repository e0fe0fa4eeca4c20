//! The table of operations: which code and fields each has in the terminal's profile.

use crate::fields;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What can be asked of the terminal. The name in `snake_case` is the key in the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Does the terminal answer, and which one is it.
    ConnectionTest,
    /// A sale by card. In a sale the buyer may switch to QR with key 1 of the pin-pad.
    Sale,
    /// A sale by QR of the SBP.
    SbpSale,
    /// Takes a card payment of this operating day back.
    Void,
    /// Gives a card payment of an earlier day back.
    Refund,
    /// Gives a QR payment back.
    SbpRefund,
    /// Asks how a QR payment stands.
    SbpSaleStatus,
    /// Asks how the refund of a QR payment stands.
    SbpRefundStatus,
    /// Settles with the bank and ends the operating day.
    Settlement,
    /// Short report of the day.
    ShortReport,
    /// Full report of the day.
    FullReport,
    /// Copy of the last receipt.
    LastReceipt,
    /// Copy of a receipt whose number the terminal asks for.
    ReceiptByNumber,
    /// Takes the terminal's last operation back, whatever it was.
    EmergencyCancel,
}

impl Op {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::ConnectionTest,
        Self::Sale,
        Self::SbpSale,
        Self::Void,
        Self::Refund,
        Self::SbpRefund,
        Self::SbpSaleStatus,
        Self::SbpRefundStatus,
        Self::Settlement,
        Self::ShortReport,
        Self::FullReport,
        Self::LastReceipt,
        Self::ReceiptByNumber,
        Self::EmergencyCancel,
    ];

    /// The key in the settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConnectionTest => "connection_test",
            Self::Sale => "sale",
            Self::SbpSale => "sbp_sale",
            Self::Void => "void",
            Self::Refund => "refund",
            Self::SbpRefund => "sbp_refund",
            Self::SbpSaleStatus => "sbp_sale_status",
            Self::SbpRefundStatus => "sbp_refund_status",
            Self::Settlement => "settlement",
            Self::ShortReport => "short_report",
            Self::FullReport => "full_report",
            Self::LastReceipt => "last_receipt",
            Self::ReceiptByNumber => "receipt_by_number",
            Self::EmergencyCancel => "emergency_cancel",
        }
    }

    /// Whether it moves money, so that it must stand in the journal before it is sent.
    pub const fn moves_money(self) -> bool {
        matches!(
            self,
            Self::Sale | Self::SbpSale | Self::Void | Self::Refund | Self::SbpRefund | Self::EmergencyCancel
        )
    }

    /// Whether it takes money from the buyer.
    pub const fn is_sale(self) -> bool {
        matches!(self, Self::Sale | Self::SbpSale)
    }

    /// Whether a sum belongs to it.
    pub(crate) const fn has_amount(self) -> bool {
        self.moves_money() && !matches!(self, Self::EmergencyCancel)
    }

    /// Whether it is a settlement or a report, where status 0 means "this terminal has no such command".
    pub(crate) const fn is_report(self) -> bool {
        matches!(
            self,
            Self::Settlement
                | Self::ShortReport
                | Self::FullReport
                | Self::LastReceipt
                | Self::ReceiptByNumber
        )
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// Field 25. None: not known for this terminal, so the operation cannot be asked for.
    pub code: Option<u16>,
    /// Further fields that always go with it.
    pub fields: BTreeMap<u16, String>,
    /// Fields that the caller must give.
    pub required: BTreeSet<u16>,
    /// Fields of the payment itself that go with its return, where they are known.
    pub copied: BTreeSet<u16>,
    /// Fields without which a reply is not believed.
    pub answered: BTreeSet<u16>,
    /// How long it may take, in seconds; none: as long as the others.
    pub timeout_s: Option<u32>,
}

/// What the settings say about one row; what they leave out stays as it was.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowSettings {
    code: Option<u16>,
    fields: Option<BTreeMap<String, String>>,
    required: Option<BTreeSet<u16>>,
    copied: Option<BTreeSet<u16>>,
    answered: Option<BTreeSet<u16>>,
    timeout: Option<u32>,
}

/// The table. By default it holds what is published for cards; the codes of the QR operations and of the emergency
/// cancel (53 in one source, 56 in another) are not known and empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operations(BTreeMap<Op, Row>);

/// The longest time that a settlement takes in the field, in seconds.
const SETTLEMENT_S: u32 = 600;

impl Default for Operations {
    fn default() -> Self {
        Self(Op::ALL.into_iter().map(|op| (op, default_row(op))).collect())
    }
}

fn default_row(op: Op) -> Row {
    let command = |number: &str, mode: Option<&str>| {
        let mut fields = BTreeMap::from([(fields::COMMAND, number.to_owned())]);
        if let Some(mode) = mode {
            fields.insert(fields::COMMAND_MODE, mode.to_owned());
        }
        fields
    };
    let money = BTreeSet::from([
        fields::AMOUNT,
        fields::OPERATION,
        fields::TERMINAL,
        fields::STATUS,
    ]);
    let back = || BTreeSet::from([fields::RRN]);
    let row = Row::default();
    match op {
        Op::ConnectionTest => Row {
            code: Some(26),
            ..row
        },
        Op::Sale => Row {
            code: Some(1),
            answered: money,
            ..row
        },
        Op::Void => Row {
            code: Some(4),
            required: back(),
            copied: BTreeSet::from([fields::AUTH_CODE, fields::RRN]),
            answered: money,
            ..row
        },
        Op::Refund => Row {
            code: Some(29),
            required: back(),
            copied: BTreeSet::from([fields::AUTH_CODE, fields::RRN, fields::TERMINAL_TIME]),
            answered: money,
            ..row
        },
        Op::SbpSale => Row {
            answered: money,
            ..row
        },
        Op::SbpRefund => Row {
            copied: BTreeSet::from([fields::AUTH_CODE, fields::RRN, fields::TERMINAL_TIME]),
            answered: money,
            ..row
        },
        Op::SbpSaleStatus | Op::SbpRefundStatus => Row {
            copied: BTreeSet::from([fields::RRN]),
            ..row
        },
        Op::EmergencyCancel => Row {
            answered: BTreeSet::from([fields::OPERATION, fields::STATUS]),
            ..row
        },
        Op::Settlement => Row {
            code: Some(59),
            timeout_s: Some(SETTLEMENT_S),
            ..row
        },
        Op::ShortReport => Row {
            code: Some(63),
            fields: command("20", None),
            ..row
        },
        Op::FullReport => Row {
            code: Some(63),
            fields: command("21", None),
            ..row
        },
        Op::LastReceipt => Row {
            code: Some(63),
            fields: command("22", Some("1")),
            ..row
        },
        Op::ReceiptByNumber => Row {
            code: Some(63),
            fields: command("22", Some("0")),
            ..row
        },
    }
}

impl Operations {
    /// The row of an operation.
    pub fn row(&self, op: Op) -> Row {
        self.0.get(&op).cloned().unwrap_or_default()
    }

    /// Takes over what the settings say.
    ///
    /// Error: what is wrong with a row, for whoever wrote it.
    pub(crate) fn amend(&mut self, op: Op, said: RowSettings) -> Result<(), String> {
        let row = self.0.entry(op).or_default();
        if let Some(fields) = said.fields {
            row.fields = numbered(op, fields)?;
        }
        row.code = said.code.or(row.code);
        row.timeout_s = said.timeout.or(row.timeout_s);
        for (mine, theirs) in [
            (&mut row.required, said.required),
            (&mut row.copied, said.copied),
            (&mut row.answered, said.answered),
        ] {
            if let Some(theirs) = theirs {
                *mine = theirs;
            }
        }
        let ours = [
            fields::AMOUNT,
            fields::CURRENCY,
            fields::OPERATION,
            fields::TERMINAL,
        ];
        match row.fields.keys().find(|number| ours.contains(number)) {
            Some(number) => Err(format!(
                "operations.{op}.fields: field {number} is filled in by the register; take it out"
            )),
            None => Ok(()),
        }
    }
}

fn numbered(op: Op, fields: BTreeMap<String, String>) -> Result<BTreeMap<u16, String>, String> {
    let number = |text: &str| text.parse().ok().filter(|number| *number <= fields::FIELD_MAX);
    fields
        .into_iter()
        .map(|(key, value)| match number(&key) {
            Some(number) => Ok((number, value)),
            None => Err(format!(
                "operations.{op}.fields: `{key}` is not the number of a field, 0 to {}",
                fields::FIELD_MAX
            )),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_published_has_no_code() {
        let table = Operations::default();
        for op in Op::ALL {
            let unknown = matches!(
                op,
                Op::SbpSale | Op::SbpRefund | Op::SbpSaleStatus | Op::SbpRefundStatus | Op::EmergencyCancel
            );
            assert_eq!(table.row(op).code.is_none(), unknown, "{op}");
            assert_eq!(serde_json::to_value(op).unwrap(), op.as_str());
        }
    }

    #[test]
    fn a_row_keeps_what_the_settings_leave_out() {
        let mut table = Operations::default();
        let said = serde_json::from_str(r#"{"code": 71, "required": []}"#).unwrap();
        table.amend(Op::Refund, said).unwrap();
        let row = table.row(Op::Refund);
        assert_eq!((row.code, row.required.len(), row.copied.len()), (Some(71), 0, 3));
        for (said, problem) in [
            (r#"{"fields": {"x": "1"}}"#, "not the number of a field"),
            (r#"{"fields": {"1000": "1"}}"#, "not the number of a field"),
            (r#"{"fields": {"25": "1"}}"#, "filled in by the register"),
        ] {
            let error = table
                .amend(Op::Sale, serde_json::from_str(said).unwrap())
                .unwrap_err();
            assert!(error.contains(problem), "{error}");
        }
    }
}
