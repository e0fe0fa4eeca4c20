//! Finding out what became of an operation whose outcome is not known: by the copy of the last receipt, or by a
//! person. It is never sent again.

use crate::answer::Answer;
use crate::copy::{Evidence, compare};
use crate::error::PinpadError;
use crate::fields::Fields;
use crate::journal::{By, Decision, Intent, PERSON_CHARS_MAX};
use crate::operations::Op;
use crate::outcome::{Approval, DeclineReason, Doubt, Outcome, declined, unknown};
use crate::pinpad::Pinpad;
use crate::request::request;
use crate::slip::Slip;
use serde::Serialize;

/// What the copy of the last receipt says about the open operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "resolution", rename_all = "snake_case")]
pub enum Resolution {
    /// It was done; the journal has closed it.
    Approved {
        /// The operation.
        intent: Intent,
        /// What the copy told.
        approval: Box<Approval>,
    },
    /// The copy does not prove it. A person looks at the copy and the bank's records and [decides](Pinpad::decide).
    AskPerson {
        /// The operation, which stays open.
        intent: Intent,
        /// What speaks for it; none if there is no copy.
        evidence: Option<Evidence>,
        /// The copy, to be shown.
        copy: Vec<Slip>,
    },
}

impl Pinpad {
    /// Asks the terminal for the copy of its last receipt and compares it with the open operation: sum, time,
    /// terminal, kind, approval, and that it is no receipt which is known already. Only a copy that fits in all of it
    /// closes the operation.
    ///
    /// Errors: [`PinpadError::NothingOpen`], [`PinpadError::Busy`], [`PinpadError::NotSent`] when the service is away.
    pub async fn resolve(&self) -> Result<Resolution, PinpadError> {
        let _line = self.inner.hold_line()?;
        let intent = self.open_operation().ok_or(PinpadError::NothingOpen)?;
        let Outcome::Approved(copy) = self.last_copy().await? else {
            return Ok(Resolution::AskPerson {
                intent,
                evidence: None,
                copy: Vec::new(),
            });
        };
        let (evidence, approval) = self.compared(&intent, *copy);
        if !evidence.confirms() {
            return Ok(Resolution::AskPerson {
                intent,
                evidence: Some(evidence),
                copy: approval.slips,
            });
        }
        self.inner
            .close(&intent, Decision::Approved, By::Copy, Some(&approval))
            .await?;
        Ok(Resolution::Approved {
            intent,
            approval: Box::new(approval),
        })
    }

    /// A person says how the open operation ended, after a look at the terminal's receipt or the bank's records. `by`
    /// names the person; more than [`PERSON_CHARS_MAX`] characters are cut off. The journal keeps both.
    pub async fn decide(&self, decision: Decision, by: &str) -> Result<Intent, PinpadError> {
        let _line = self.inner.hold_line()?;
        let intent = self.open_operation().ok_or(PinpadError::NothingOpen)?;
        let by = By::Person(by.chars().take(PERSON_CHARS_MAX).collect());
        self.inner.close(&intent, decision, by, None).await?;
        Ok(intent)
    }

    /// The service said "cancelled" (`errorcode` 15), which is to be checked before the terminal is used again. It holds
    /// when the terminal's last receipt is of an operation that is known already.
    pub(crate) async fn check_cancelled(&self, intent: &Intent) -> Outcome {
        match self.last_copy().await {
            Ok(Outcome::Approved(copy)) => {
                let (evidence, approval) = self.compared(intent, *copy);
                if evidence.confirms() {
                    Outcome::Approved(Box::new(approval))
                } else if evidence.is_of_another() {
                    declined(DeclineReason::Cancelled, &Answer::default())
                } else {
                    unknown(Doubt::Cancelled)
                }
            }
            _ => unknown(Doubt::Cancelled),
        }
    }

    async fn last_copy(&self) -> Result<Outcome, PinpadError> {
        let request = request(&self.inner.settings, Op::LastReceipt, &Fields::new())?;
        self.inner.exchange(&request, None).await
    }

    fn compared(&self, intent: &Intent, mut copy: Approval) -> (Evidence, Approval) {
        let compared = compare(
            &self.inner.settings,
            &self.inner.journal(),
            intent,
            &copy,
            self.inner.now(),
        );
        copy.rrn = compared.rrn;
        (compared.evidence, copy)
    }
}
