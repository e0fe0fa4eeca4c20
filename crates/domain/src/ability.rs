//! What a provider's module can do. A call it lacks is an error, never a success.

use crate::CallKind;
use serde::{Deserialize, Serialize};

/// The abilities of one module. They are noted in the operation when it opens, so that the engine needs no
/// connector to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent yes-or-no facts, read by name"
)]
pub struct Abilities {
    /// A payment can be revoked before it is paid.
    pub revoke: bool,
    /// A payment can be refunded.
    pub refund: bool,
    /// The provider gives a refund no id of ours, so one whose answer was lost is known again only by what was not
    /// there before. The refunds of one payment are therefore made one after another.
    #[serde(default)]
    pub one_refund_at_a_time: bool,
    /// A part of a payment can be refunded.
    pub partial_refund: bool,
    /// A sticker can be checked.
    pub link_check: bool,
    /// A sticker can be bound.
    pub link_bind: bool,
    /// The module works over a cash link: no new QR is drawn, the sticker's own is activated.
    pub cash_link: bool,
    /// The payment is reserved first: the whole receipt is sent, the provider says how much of it may be paid and for
    /// which lines, and money moves only when the register confirms ([`CallKind::Confirm`]).
    #[serde(default)]
    pub reservation: bool,
    /// What to do when the answer to a registration is lost.
    pub lost_registration: LostRegistration,
    /// Whether a code scanned from the buyer's phone is charged.
    #[serde(default)]
    pub customer_code: Taking,
    /// A buyer who is named in the receipt and has subscribed is charged without scanning anything.
    #[serde(default)]
    pub subscriber: bool,
}

/// Whether a module takes something with a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Taking {
    /// It cannot use it.
    #[default]
    Never,
    /// It works with and without.
    Optional,
    /// It cannot work without.
    Always,
}

/// A module that can only take money and tell how a payment stands.
impl Default for Abilities {
    fn default() -> Self {
        Self {
            revoke: false,
            refund: false,
            one_refund_at_a_time: false,
            partial_refund: false,
            link_check: false,
            link_bind: false,
            cash_link: false,
            lost_registration: LostRegistration::AskByOrder,
            customer_code: Taking::Never,
            subscriber: false,
            reservation: false,
        }
    }
}

/// What can be done when nobody knows whether a registration arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LostRegistration {
    /// The same order may be registered again while it is unpaid: the provider documents it, or says nothing and
    /// no reading of its silence can charge twice. A QR that nobody was shown cannot be paid. Repeat with the same
    /// order id.
    RepeatSameOrder,
    /// The provider can be asked by our order id: ask, and repeat only when it says that it knows nothing.
    AskByOrder,
}

impl Abilities {
    /// Whether the module can make this call at all.
    pub fn allows(&self, kind: CallKind) -> bool {
        match kind {
            CallKind::Register | CallKind::Status => true,
            CallKind::Confirm => self.reservation,
            CallKind::Revoke => self.revoke,
            CallKind::Refund | CallKind::RefundStatus => self.refund,
            CallKind::LinkCheck => self.link_check,
            CallKind::LinkBind => self.link_bind,
        }
    }
}
