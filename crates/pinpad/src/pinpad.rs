//! The pin-pad as a register uses it: one operation at a time, the intent first.

use crate::error::PinpadError;
use crate::fields::Fields;
use crate::inner::{Inner, noted};
use crate::journal::{By, Decision, Intent, Original};
use crate::operations::Op;
use crate::outcome::{Doubt, Outcome, UsedTender, asked_tender, unknown};
use crate::request::request;
use crate::send::Health;
use crate::settings::{Settings, Tender};
use crate::wording::Advice;
use domain::{Clock, Kopecks, OperationId, Timestamp};
use serde::Serialize;
use std::sync::Arc;
use tokio::sync::watch;

/// How old a payment may be to be taken back as one of the same operating day, in milliseconds: terminals settle by
/// themselves at night, and the register is not told.
pub const OPERATING_DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// The register's pin-pad. Clones share the terminal and the journal.
#[derive(Clone)]
pub struct Pinpad {
    pub(crate) inner: Arc<Inner>,
}

/// What the pin-pad is doing, for a waiting screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// Nothing.
    Idle,
    /// The terminal has been asked; the buyer or the bank is at it.
    AtTerminal {
        /// What it was asked for.
        op: Op,
        /// The sum.
        amount: Option<Kopecks>,
        /// When the register stops waiting.
        until: Timestamp,
    },
    /// The copy of the last receipt is being asked for.
    LookingUp,
}

/// A money operation that was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Done {
    /// Its id in the journal.
    pub id: OperationId,
    /// What it was.
    pub op: Op,
    /// The sum.
    pub amount: Option<Kopecks>,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// What to do next, beyond the outcome's own sentence.
    pub advice: Vec<Advice>,
}

/// An operation that moves no money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// What it was.
    pub op: Op,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// Which report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    /// The short one.
    Short,
    /// The full one.
    Full,
}

/// How a payment is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WayBack {
    /// On the same operating day: no card is asked for.
    Void,
    /// Later: the buyer taps the card again.
    Refund,
    /// A QR payment.
    SbpRefund,
}

impl WayBack {
    /// The operation of it.
    pub const fn op(self) -> Op {
        match self {
            Self::Void => Op::Void,
            Self::Refund => Op::Refund,
            Self::SbpRefund => Op::SbpRefund,
        }
    }
}

impl Pinpad {
    /// Opens the journal and makes the client. Speaks to nobody yet.
    pub fn open(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, PinpadError> {
        let inner = Inner::new(settings, clock)?;
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// What the pin-pad is doing; changes can be waited for.
    pub fn stage(&self) -> watch::Receiver<Stage> {
        self.inner.stage.subscribe()
    }

    /// The operation whose outcome is not known. While there is one, no other money is asked for.
    pub fn open_operation(&self) -> Option<Intent> {
        self.inner.journal().open_intent().cloned()
    }

    /// The payment of that RRN, if this register took it and still remembers.
    pub fn original(&self, rrn: &str) -> Option<Original> {
        self.inner.journal().original(rrn)
    }

    /// Whether the service works. Touches no terminal.
    pub async fn health(&self) -> Health {
        self.inner.service.health().await
    }

    /// Whether the terminal answers. Field 27 of the answer is its id.
    pub async fn test(&self) -> Result<Told, PinpadError> {
        self.tell(Op::ConnectionTest, Fields::new()).await
    }

    /// Takes a payment. `tender` is what the cashier chose in the dialog "card or QR"; what was really used stands in
    /// the [`Approval`].
    pub async fn sale(&self, amount: Kopecks, tender: Tender) -> Result<Done, PinpadError> {
        let op = match tender {
            Tender::Card => Op::Sale,
            Tender::Qr if self.inner.settings.qr_sbp => Op::SbpSale,
            Tender::Qr => return Err(PinpadError::QrOff),
        };
        self.money(op, Some(amount), None).await
    }

    /// How a payment goes back now: as a QR refund if it was a QR, as a void if this register has not ended the
    /// operating day since, and else as a refund.
    pub fn way_back(&self, original: &Original) -> WayBack {
        if original.tender == UsedTender::Qr {
            return WayBack::SbpRefund;
        }
        let settled = self.inner.journal().settled_at();
        let is_settled = settled.is_some_and(|at| at >= original.at);
        let is_old = self.inner.clock.now().ms_since(original.at) >= OPERATING_DAY_MS;
        if is_settled || is_old {
            WayBack::Refund
        } else {
            WayBack::Void
        }
    }

    /// Gives a payment back, whole or in part, [in the way](Self::way_back) that fits the moment.
    pub async fn give_back(&self, original: Original, amount: Kopecks) -> Result<Done, PinpadError> {
        let way = self.way_back(&original);
        self.give_back_by(way, original, amount).await
    }

    /// As [`give_back`](Self::give_back), in a way that the caller chose.
    pub async fn give_back_by(
        &self,
        way: WayBack,
        original: Original,
        amount: Kopecks,
    ) -> Result<Done, PinpadError> {
        let before = original
            .rrn
            .as_deref()
            .map_or(Kopecks::ZERO, |rrn| self.inner.journal().given_back(rrn));
        let left = original.amount.checked_sub(before).unwrap_or(Kopecks::ZERO);
        if amount > left {
            return Err(PinpadError::MoreThanPaid { asked: amount, left });
        }
        self.money(way.op(), Some(amount), Some(original)).await
    }

    /// Takes the terminal's last operation back, whatever it was. Not while an outcome is unknown: the last operation
    /// could be another buyer's.
    pub async fn emergency_cancel(&self) -> Result<Done, PinpadError> {
        self.money(Op::EmergencyCancel, None, None).await
    }

    /// Settles with the bank and ends the operating day.
    pub async fn settle(&self) -> Result<Told, PinpadError> {
        self.tell(Op::Settlement, Fields::new()).await
    }

    /// A report of the day; its text is in the slips.
    pub async fn report(&self, report: Report) -> Result<Told, PinpadError> {
        let op = match report {
            Report::Short => Op::ShortReport,
            Report::Full => Op::FullReport,
        };
        self.tell(op, Fields::new()).await
    }

    /// The copy of the last receipt.
    pub async fn last_receipt(&self) -> Result<Told, PinpadError> {
        self.tell(Op::LastReceipt, Fields::new()).await
    }

    /// The copy of a receipt whose number is typed at the terminal.
    pub async fn receipt_by_number(&self) -> Result<Told, PinpadError> {
        self.tell(Op::ReceiptByNumber, Fields::new()).await
    }

    /// Asks how a QR payment ([`Op::SbpSaleStatus`]) or its refund ([`Op::SbpRefundStatus`]) stands. What the answer's
    /// status means is the profile's.
    pub async fn qr_status(&self, op: Op, original: &Original) -> Result<Told, PinpadError> {
        let given = self.inner.copied(op, original);
        self.tell(op, given).await
    }

    /// A money operation. It goes on, and its end is remembered, even when nobody waits for it any more.
    async fn money(
        &self,
        op: Op,
        amount: Option<Kopecks>,
        original: Option<Original>,
    ) -> Result<Done, PinpadError> {
        let pinpad = self.clone();
        let task = tokio::spawn(async move { pinpad.carry_out(op, amount, original).await });
        task.await.unwrap_or(Err(PinpadError::BrokeOff))
    }

    async fn carry_out(
        self,
        op: Op,
        amount: Option<Kopecks>,
        original: Option<Original>,
    ) -> Result<Done, PinpadError> {
        let inner = &self.inner;
        let _line = inner.hold_line()?;
        inner.refuse_if_open()?;
        if op.has_amount() && amount.is_none_or(Kopecks::is_zero) {
            return Err(PinpadError::NoAmount);
        }
        let request = inner.money_request(op, amount, original.as_ref())?;
        let intent = Intent {
            id: OperationId::mint(inner.clock.now()),
            at: inner.clock.now(),
            op,
            tender: asked_tender(op),
            amount,
            terminal: inner.settings.terminal.clone(),
            original,
        };
        inner
            .on_disk({
                let intent = intent.clone();
                move |journal| journal.begin(intent)
            })
            .await?;
        let outcome = match inner.exchange(&request, amount).await {
            Ok(outcome) => outcome,
            Err(not_sent) => {
                // If this cannot be written, the operation stays open and is looked up: that is safe.
                noted(&inner.close(&intent, Decision::NotDone, By::NotSent, None).await);
                return Err(not_sent);
            }
        };
        let outcome = self.checked(&intent, outcome).await;
        let mut advice = Advice::after(&intent, &outcome);
        // What the terminal has done is told in any case.
        if !noted(&inner.remember(&intent, &outcome).await) {
            advice.push(Advice::JournalStopped);
        }
        Ok(Done {
            id: intent.id,
            op,
            amount,
            outcome,
            advice,
        })
    }

    /// What was cancelled at the terminal is checked before it is believed.
    async fn checked(&self, intent: &Intent, outcome: Outcome) -> Outcome {
        if outcome == unknown(Doubt::Cancelled) {
            self.check_cancelled(intent).await
        } else {
            outcome
        }
    }

    /// An operation that moves no money.
    async fn tell(&self, op: Op, given: Fields) -> Result<Told, PinpadError> {
        let inner = &self.inner;
        let _line = inner.hold_line()?;
        // After a settlement the open operation could no longer be looked up or taken back.
        if op == Op::Settlement {
            inner.refuse_if_open()?;
        }
        let request = request(&inner.settings, op, &given)?;
        let outcome = inner.exchange(&request, None).await?;
        if op == Op::Settlement && matches!(outcome, Outcome::Approved(_)) {
            let now = inner.clock.now();
            inner.on_disk(move |journal| journal.settled(now)).await?;
        }
        Ok(Told { op, outcome })
    }
}
