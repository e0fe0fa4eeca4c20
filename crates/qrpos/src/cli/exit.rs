//! Exit codes: what a script that sells may build on.

use domain::{Code, State};
use protocol::Reply;
use register::RegisterError;
use std::process::ExitCode;

/// The table at the end of `--help`.
pub(super) const HELP: &str = "\
Exit codes:
  0  done: paid, refunded, cancelled as asked, the sticker is this register's, or the settings have no errors
  1  usage or settings are wrong; nothing was started
  2  not paid (declined, expired, cancelled, refused), not refunded, or too late to cancel
  3  the outcome is not known: do not repeat, ask with `qrpos status` (`qrpos pinpad resolve`)
  4  the daemon (the pin-pad's service) cannot be reached; nothing was sent
  5  status: still under way
  6  link: the sticker is not this register's

The token comes from --token-file or from the variable QRPOS_TOKEN.";

/// How the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done as asked.
    Done = 0,
    /// Usage or settings; nothing was started.
    Usage = 1,
    /// No money moved, for certain; or, for a cancel, it had moved already.
    NotPaid = 2,
    /// Do not repeat.
    Unknown = 3,
    /// Nothing was sent.
    Unreachable = 4,
    /// Not ended yet.
    UnderWay = 5,
    /// The sticker belongs to another register or to nobody.
    OtherSticker = 6,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl Exit {
    /// After a payment, a refund or a status question.
    pub fn of_reply(reply: &Reply) -> Self {
        match reply.state {
            Some(State::Paid | State::Refunded | State::Done) => Self::Done,
            Some(State::Declined | State::Expired | State::Cancelled | State::Refused) => Self::NotPaid,
            Some(State::Unresolved) => Self::Unknown,
            Some(
                State::Registering
                | State::AwaitingPayment
                | State::AwaitingConfirmation
                | State::Confirming
                | State::Closing
                | State::Refunding,
            ) => Self::UnderWay,
            None => Self::of_turning_away(reply),
        }
    }

    /// After a cancel: done when nobody can pay any more.
    pub fn of_cancel(reply: &Reply) -> Self {
        match reply.state {
            Some(State::Declined | State::Expired | State::Cancelled | State::Refused) => Self::Done,
            Some(State::Paid) => Self::NotPaid,
            _ => Self::of_reply(reply),
        }
    }

    /// A request that opened nothing.
    fn of_turning_away(reply: &Reply) -> Self {
        match reply.error.as_ref().map(|failure| failure.code) {
            Some(
                Code::Malformed
                | Code::InvalidField
                | Code::TooLarge
                | Code::UnknownOperation
                | Code::UnknownModule
                | Code::NotConfigured
                | Code::IdConflict
                | Code::Unauthorized
                | Code::DeadlineTooShort
                | Code::Unsupported,
            ) => Self::Usage,
            Some(Code::Unresolved) | None => Self::Unknown,
            Some(_) => Self::NotPaid,
        }
    }

    /// No final reply.
    pub fn of_error(error: &RegisterError) -> Self {
        match error {
            RegisterError::Settings(_) => Self::Usage,
            RegisterError::NotSent { .. } | RegisterError::NoAnswer { .. } => Self::Unreachable,
            RegisterError::Unknown { .. } => Self::Unknown,
        }
    }
}
