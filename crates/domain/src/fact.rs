//! What happened to an operation, one line each: the append-only story that the journal keeps and a person reads.

use crate::operation::Because;
use crate::{CallKind, Certainty, Code, Kopecks, OperationId, State};
use serde::{Deserialize, Serialize};

/// One line of an operation's story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// A register's request was taken in.
    Accepted,
    /// It was decided to make this call; the call itself comes after the commit of this line.
    Deciding {
        /// The call.
        call: CallKind,
        /// Which attempt's order id it uses.
        attempt: u32,
    },
    /// The provider registered a QR or activated the link.
    Registered,
    /// The provider reserved what the receipt may be paid with.
    Reserved {
        /// The most that may be debited.
        available: Kopecks,
    },
    /// The register confirmed the debit.
    Confirmed {
        /// How much.
        amount: Kopecks,
    },
    /// The provider took the confirmation in and is carrying it out.
    ConfirmationUnderWay,
    /// An attempt to pay was declined; the QR lives on and may be paid all the same.
    AttemptDeclined,
    /// A call failed.
    Failed {
        /// The call.
        call: CallKind,
        /// What the failure proves.
        certainty: Certainty,
        /// Our code.
        code: Code,
        /// The provider's own code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        provider_code: Option<String>,
        /// What happened, for the operator.
        detail: String,
    },
    /// The provider does not know the order or refund.
    NotFound {
        /// The call.
        call: CallKind,
    },
    /// The register, an operator or the daemon wants it closed.
    ClosingBegan {
        /// Why.
        because: Because,
    },
    /// The provider agreed to take no more money.
    Revoked,
    /// The provider says that money has moved.
    MoneyCame {
        /// How much.
        amount: Kopecks,
    },
    /// Money came after a final "not paid"; it is being given back by another operation.
    ReversalOpened {
        /// The operation that gives it back.
        reversal: OperationId,
    },
    /// The provider names another sum than was asked. Needs a person.
    AmountDiffers {
        /// What was asked.
        asked: Kopecks,
        /// What the provider names.
        told: Kopecks,
    },
    /// The refund is under way at the provider.
    RefundUnderWay,
    /// A refund was refused for good and will be tried again under another id.
    RefundTriedAgain {
        /// The next attempt.
        attempt: u32,
    },
    /// The promised time is over and the outcome is not known.
    PromiseOver,
    /// It was tried for as long as the settings allow; nobody asks any more. Needs a person.
    GaveUp,
    /// Money must go back that this module cannot give back. A person has to.
    GiveBackByHand,
    /// The provider hinted at news of a payment that had ended and was no longer watched: it is asked about.
    Hinted,
    /// It was watched for late money for as long as the settings say.
    WatchEnded,
    /// It was taken up again after a restart or from a daemon that is gone.
    Resumed,
    /// The same id came again with other content; it was turned away. Needs a person.
    ConflictingRepeat,
    /// It stands in a new state.
    Reached {
        /// The state.
        state: State,
    },
}

impl Fact {
    /// Whether a person should look at it.
    pub const fn needs_a_person(&self) -> bool {
        matches!(
            self,
            Self::AmountDiffers { .. }
                | Self::ConflictingRepeat
                | Self::ReversalOpened { .. }
                | Self::PromiseOver
                | Self::GaveUp
                | Self::GiveBackByHand
        ) || matches!(
            self,
            Self::Failed {
                code: Code::ProviderUnclear | Code::ProviderLogin,
                ..
            }
        )
    }
}
