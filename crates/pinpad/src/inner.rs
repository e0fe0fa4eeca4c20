//! The terminal's line and the register's journal together: what every operation of the pin-pad goes through.

use crate::answer;
use crate::error::PinpadError;
use crate::fields::{self, Fields};
use crate::journal::{By, Decision, End, Intent, Journal, JournalError, Original};
use crate::operations::Op;
use crate::outcome::{Approval, Outcome, UsedTender, asked_tender, judge, unknown};
use crate::pinpad::Stage;
use crate::request::{Request, request};
use crate::send::{Failure, Service};
use crate::settings::{Settings, Tender};
use domain::{Clock, Kopecks, Timestamp};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

pub(crate) struct Inner {
    pub(crate) settings: Settings,
    pub(crate) service: Service,
    journal: Mutex<Journal>,
    /// Held while the register speaks to the terminal.
    line: tokio::sync::Mutex<()>,
    pub(crate) stage: watch::Sender<Stage>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Inner {
    pub(crate) fn new(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, PinpadError> {
        let service = Service::new(&settings.url)?;
        let journal = Journal::open(&settings.journal)?;
        Ok(Self {
            settings,
            service,
            journal: Mutex::new(journal),
            line: tokio::sync::Mutex::new(()),
            stage: watch::Sender::new(Stage::Idle),
            clock,
        })
    }

    pub(crate) fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Holds the line to the terminal, or says that it is in use.
    pub(crate) fn hold_line(&self) -> Result<tokio::sync::MutexGuard<'_, ()>, PinpadError> {
        self.line.try_lock().map_err(|_| PinpadError::Busy)
    }

    pub(crate) fn refuse_if_open(&self) -> Result<(), PinpadError> {
        match self.journal().open_intent() {
            Some(open) => Err(PinpadError::Open(Box::new(open.clone()))),
            None => Ok(()),
        }
    }

    pub(crate) fn money_request(
        &self,
        op: Op,
        amount: Option<Kopecks>,
        original: Option<&Original>,
    ) -> Result<Request, PinpadError> {
        let mut given = original.map_or_else(Fields::new, |original| self.copied(op, original));
        if let Some(amount) = amount {
            given.set(fields::AMOUNT, amount.get().to_string());
        }
        request(&self.settings, op, &given)
    }

    /// The fields of a payment that the profile sends with this operation.
    pub(crate) fn copied(&self, op: Op, original: &Original) -> Fields {
        let mut given = Fields::new();
        for number in self.settings.operations.row(op).copied {
            let value = match number {
                fields::AUTH_CODE => &original.auth_code,
                fields::RRN => &original.rrn,
                fields::TERMINAL_TIME => &original.terminal_time,
                _ => &None,
            };
            if let Some(value) = value {
                given.set(number, value.as_str());
            }
        }
        given
    }

    /// Sends and judges. An error means that nothing was sent.
    pub(crate) async fn exchange(
        &self,
        request: &Request,
        amount: Option<Kopecks>,
    ) -> Result<Outcome, PinpadError> {
        self.stage.send_replace(match request.op {
            Op::LastReceipt => Stage::LookingUp,
            op => Stage::AtTerminal {
                op,
                amount,
                until: self.clock.now().plus_ms(request.wait_ms),
            },
        });
        let heard = self.service.exchange(request).await;
        self.stage.send_replace(Stage::Idle);
        match heard {
            Ok(body) => {
                let answer = answer::read(&body);
                tracing::debug!(target: "wire", op = %request.op, ?answer, "from the pin-pad");
                Ok(judge(&self.settings, request, answer))
            }
            Err(Failure::Lost(doubt)) => Ok(unknown(doubt)),
            Err(Failure::NotSent(error)) => Err(error),
        }
    }

    /// Writes down how it ended.
    pub(crate) async fn remember(
        self: &Arc<Self>,
        intent: &Intent,
        outcome: &Outcome,
    ) -> Result<(), PinpadError> {
        match outcome {
            Outcome::Approved(approval) => {
                let approval = Some(approval.as_ref());
                self.close(intent, Decision::Approved, By::Answer, approval).await
            }
            Outcome::Declined(_) => self.close(intent, Decision::NotDone, By::Answer, None).await,
            Outcome::Unknown { doubt } => {
                let (id, at, why) = (intent.id, self.clock.now(), format!("{doubt:?}"));
                self.on_disk(move |journal| journal.doubt(id, at, why)).await
            }
        }
    }

    /// Ends the open operation in the journal.
    pub(crate) async fn close(
        self: &Arc<Self>,
        intent: &Intent,
        decision: Decision,
        by: By,
        approval: Option<&Approval>,
    ) -> Result<(), PinpadError> {
        let text = |of: fn(&Approval) -> &Option<String>| approval.and_then(|approval| of(approval).clone());
        let end = End {
            id: intent.id,
            at: self.clock.now(),
            decision,
            by,
            rrn: text(|approval| &approval.rrn),
            auth_code: text(|approval| &approval.auth_code),
            terminal_time: text(|approval| &approval.terminal_time),
            tender: match approval.map(|approval| approval.tender) {
                Some(told) if told != UsedTender::NotSaid => told,
                // A copy and a person do not tell. A QR operation is one in any case.
                _ if asked_tender(intent.op) == Tender::Qr => UsedTender::Qr,
                _ => UsedTender::NotSaid,
            },
        };
        self.on_disk(move |journal| journal.end(end)).await?;
        Ok(())
    }

    /// Waits for the disk without holding up other tasks.
    pub(crate) async fn on_disk(
        self: &Arc<Self>,
        write: impl FnOnce(&mut Journal) -> Result<(), JournalError> + Send + 'static,
    ) -> Result<(), PinpadError> {
        let inner = Arc::clone(self);
        let task = tokio::task::spawn_blocking(move || write(&mut inner.journal()));
        task.await.map_err(|_| PinpadError::BrokeOff)??;
        Ok(())
    }
}

/// Whether it was written. What could not be is logged.
pub(crate) fn noted(written: &Result<(), PinpadError>) -> bool {
    if let Err(error) = written {
        tracing::error!(%error, "the pin-pad's journal");
    }
    written.is_ok()
}
