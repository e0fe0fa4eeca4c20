//! The status words of NSPK, which several banks pass on as they are.

use crate::answer::unknown_word;
use domain::call::Reference;
use domain::{Fault, Kopecks, PaymentState, RefundState};

/// How a transfer stands at NSPK.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// `NTST`: nobody has begun to pay. A QR whose life is over keeps this word at some banks.
    NotStarted,
    /// `RCVD`: received by the operations centre.
    Received,
    /// `ACTC`: the technical checks have passed.
    Checked,
    /// `ACWP`: accepted, the money has moved. Final.
    Accepted,
    /// `RJCT`: rejected. Final for this attempt.
    Rejected,
}

/// A transfer that was accepted, as the bank names it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Accepted {
    /// Its sum, when the bank names one.
    pub amount: Option<Kopecks>,
    /// Ids to be kept.
    pub reference: Reference,
}

impl Status {
    /// Reads the word that stands in `field`. Another word is `Unknown`, `ProviderUnclear`.
    pub fn read(field: &str, word: &str) -> Result<Self, Fault> {
        match word {
            "NTST" => Ok(Self::NotStarted),
            "RCVD" => Ok(Self::Received),
            "ACTC" => Ok(Self::Checked),
            "ACWP" => Ok(Self::Accepted),
            "RJCT" => Ok(Self::Rejected),
            other => Err(unknown_word(field, other)),
        }
    }

    /// The payment's state. `accepted` is the transfer that proves an acceptance; without one `ACWP` is not yet
    /// "paid": the bank is asked again.
    pub fn payment(self, accepted: Option<Accepted>) -> PaymentState {
        match (self, accepted) {
            (Self::NotStarted, _) => PaymentState::NotStarted,
            (Self::Accepted, Some(Accepted { amount, reference })) => {
                PaymentState::Paid { amount, reference }
            }
            (Self::Received | Self::Checked | Self::Accepted, _) => PaymentState::InProgress,
            (Self::Rejected, _) => PaymentState::Declined { reason: None },
        }
    }

    /// The refund's state: a refund is a transfer of its own.
    pub fn refund(self, reference: Reference) -> RefundState {
        match self {
            Self::NotStarted | Self::Received | Self::Checked => RefundState::InProgress,
            Self::Accepted => RefundState::Completed { reference },
            Self::Rejected => RefundState::Declined { reason: None },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Certainty, Code};

    #[test]
    fn only_a_proven_acceptance_is_paid() {
        let accepted = Status::read("status", "ACWP").unwrap();
        assert_eq!(accepted.payment(None), PaymentState::InProgress);
        let proven = accepted.payment(Some(Accepted::default()));
        assert!(matches!(proven, PaymentState::Paid { .. }));
        for word in ["NTST", "RCVD", "ACTC", "RJCT"] {
            let state = Status::read("status", word)
                .unwrap()
                .payment(Some(Accepted::default()));
            assert!(!matches!(state, PaymentState::Paid { .. }), "{word}");
        }
    }

    #[test]
    fn a_refund_that_nobody_has_begun_is_under_way() {
        let state = |word| Status::read("status", word).unwrap().refund(Reference::default());
        assert_eq!(state("NTST"), RefundState::InProgress);
        assert!(matches!(state("ACWP"), RefundState::Completed { .. }));
        assert!(matches!(state("RJCT"), RefundState::Declined { .. }));
    }

    #[test]
    fn another_word_is_unclear() {
        for word in ["", "acwp", "PAID"] {
            let fault = Status::read("status", word).unwrap_err();
            assert_eq!(
                (fault.certainty, fault.code),
                (Certainty::Unknown, Code::ProviderUnclear)
            );
        }
    }
}
