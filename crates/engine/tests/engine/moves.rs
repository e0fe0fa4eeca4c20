//! What the world can do to an operation, in short words.

use crate::openings::price;
use domain::call::{Reference, Registered};
use domain::{
    Answer, CallKind, Code, Fault, Kopecks, LinkState, Operation, OperationKind, PaymentState, RefundState,
    Reserved, ReservedPosition, Timestamp,
};
use engine::Event;

/// One thing that the world does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// A call is answered.
    Answer(CallKind, Say),
    /// Time passes until the operation wants to be woken.
    Due,
    /// An hour passes, then the operation is woken.
    AnHourLater,
    /// The cashier cancels.
    Cancel,
    /// The register confirms the debit of the whole sum.
    Confirm,
    /// The register confirms the debit of a part: the sum of [`Say::PaidOtherSum`].
    ConfirmPart,
    /// The register confirms more than it asked for.
    ConfirmTooMuch,
    /// The provider's callback comes.
    Hint,
    /// The daemon dies and another takes over.
    Resumed,
}

/// What a call is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Say {
    NotSent,
    Refused,
    Unknown,
    BusyFor(u64),
    Registered,
    RegisteredForAnHour,
    Reserved,
    ReservedNothing,
    ReservedBadly,
    NotStarted,
    InProgress,
    Paid,
    PaidOtherSum,
    Declined,
    Expired,
    Cancelled,
    NotFound,
    Revoked,
    RefundPrepared,
    RefundDone,
    RefundUnderWay,
    RefundDeclined,
    RefundNotFound,
    Ours,
    NotOurs,
}

/// What a provider without refund ids had before a refund.
pub fn prepared() -> Reference {
    Reference::default().with("seen", "17")
}

/// How long an answer takes, in milliseconds.
pub const ANSWER_MS: u64 = 700;
/// How long nobody answers before a call is given up, in milliseconds.
pub const SILENCE_MS: u64 = 20_000;

impl Move {
    /// The moment when it happens.
    pub fn at(self, operation: &Operation, now: Timestamp) -> Timestamp {
        match self {
            Self::Answer(_, Say::Unknown) => now.plus_ms(SILENCE_MS),
            Self::Answer(..) => now.plus_ms(ANSWER_MS),
            Self::Due => operation.due_at.unwrap_or(now).max(now),
            Self::AnHourLater => now.plus_ms(3_600_000),
            Self::Cancel
            | Self::Confirm
            | Self::ConfirmPart
            | Self::ConfirmTooMuch
            | Self::Hint
            | Self::Resumed => now,
        }
    }

    /// What the engine hears of it.
    pub fn event(self, now: Timestamp) -> Event {
        match self {
            Self::Answer(call, say) => Event::Answered {
                call,
                result: say.result(now),
            },
            Self::Due | Self::AnHourLater => Event::Due,
            Self::Cancel => Event::CancelRequested,
            Self::Confirm | Self::ConfirmPart | Self::ConfirmTooMuch => {
                Event::Confirmed { amount: self.sum() }
            }
            Self::Hint => Event::Hint,
            Self::Resumed => Event::Resumed,
        }
    }
}

impl Move {
    /// The sum that a confirmation names.
    pub fn sum(self) -> Kopecks {
        match self {
            Self::ConfirmPart => part(),
            Self::ConfirmTooMuch => Kopecks::new(price().get() + 1).unwrap(),
            _ => price(),
        }
    }
}

/// Another sum than the one that is asked.
pub fn part() -> Kopecks {
    Kopecks::new(100).unwrap()
}

impl Say {
    /// As the connector would put it.
    pub fn result(self, now: Timestamp) -> Result<Answer, Fault> {
        let registered = |expires_at| {
            Ok(Answer::Registered(Registered {
                payload: Some("https://qr.nspk.ru/AD10".to_owned()),
                expires_at,
                reference: Reference::default().with("qrId", "AD10"),
            }))
        };
        let paid = |amount| {
            Ok(Answer::Payment(PaymentState::Paid {
                amount: Some(amount),
                reference: Reference::default().with("transactionId", "1"),
            }))
        };
        let reserved = |available, line| {
            Ok(Answer::Reserved(Reserved {
                available: Kopecks::new(available).unwrap(),
                positions: vec![ReservedPosition {
                    number: line,
                    sum: Kopecks::new(available).unwrap(),
                }],
                expires_at: None,
                reference: Reference::default().with("reservation", "R1"),
            }))
        };
        match self {
            Self::NotSent => Err(Fault::not_sent("no route")),
            Self::Refused => Err(Fault::refused(Code::ProviderRefused, "no")),
            Self::Unknown => Err(Fault::unknown(Code::ProviderSilent, "timeout")),
            Self::BusyFor(ms) => Err(Fault::unknown(Code::ProviderBusy, "429").retry_after_ms(ms)),
            Self::Registered => registered(None),
            Self::RegisteredForAnHour => registered(Some(now.plus_ms(3_600_000))),
            Self::Reserved => reserved(20_000, 2),
            Self::ReservedNothing => reserved(0, 1),
            Self::ReservedBadly => reserved(20_000, 3),
            Self::NotStarted => Ok(Answer::Payment(PaymentState::NotStarted)),
            Self::InProgress => Ok(Answer::Payment(PaymentState::InProgress)),
            Self::Paid => paid(price()),
            Self::PaidOtherSum => paid(part()),
            Self::Declined => Ok(Answer::Payment(PaymentState::Declined { reason: None })),
            Self::Expired => Ok(Answer::Payment(PaymentState::Expired)),
            Self::Cancelled => Ok(Answer::Payment(PaymentState::Cancelled)),
            Self::NotFound => Ok(Answer::Payment(PaymentState::NotFound)),
            Self::Revoked => Ok(Answer::Revoked),
            Self::RefundPrepared => Ok(Answer::Refund(RefundState::Prepared {
                reference: prepared(),
            })),
            Self::RefundDone => Ok(Answer::Refund(RefundState::Completed {
                reference: Reference::default(),
            })),
            Self::RefundUnderWay => Ok(Answer::Refund(RefundState::InProgress)),
            Self::RefundDeclined => Ok(Answer::Refund(RefundState::Declined { reason: None })),
            Self::RefundNotFound => Ok(Answer::Refund(RefundState::NotFound)),
            Self::Ours => Ok(Answer::Link(LinkState::Ours {
                payload: None,
                active: None,
            })),
            Self::NotOurs => Ok(Answer::Link(LinkState::NotOurs)),
        }
    }
}

/// Everything that can happen to the operation now: answers to the call on its way, late copies of answers to earlier
/// calls (`made` says which were made), and what needs no call.
pub fn offered(operation: &Operation, made: &[CallKind]) -> Vec<Move> {
    let on_its_way = operation.in_flight.map(|flight| flight.kind);
    let mut moves = vec![Move::AnHourLater, Move::Cancel, Move::Hint, Move::Resumed];
    if operation.abilities.reservation {
        moves.extend([Move::Confirm, Move::ConfirmPart]);
    }
    if operation.due_at.is_some() {
        moves.push(Move::Due);
    }
    if let Some(call) = on_its_way {
        moves.extend(
            answers(operation, call)
                .iter()
                .map(|say| Move::Answer(call, *say)),
        );
    }
    for call in made.iter().filter(|call| Some(**call) != on_its_way) {
        let copies = match call {
            CallKind::Register if operation.abilities.reservation => &[Say::Reserved, Say::Refused][..],
            _ => late_copies(*call),
        };
        moves.extend(copies.iter().map(|say| Move::Answer(*call, *say)));
    }
    moves
}

fn answers(operation: &Operation, call: CallKind) -> &'static [Say] {
    use Say::*;
    let charges = operation.kind() == OperationKind::Payment
        && matches!(&operation.request.order, domain::request::Order::Pay(pay) if pay.customer_code.is_some());
    match call {
        CallKind::Register if operation.abilities.reservation => &[
            Reserved,
            ReservedNothing,
            ReservedBadly,
            InProgress,
            NotSent,
            Refused,
            Unknown,
            Registered,
        ],
        CallKind::Status if operation.abilities.reservation => &[
            Reserved,
            NotStarted,
            InProgress,
            Paid,
            PaidOtherSum,
            Declined,
            Expired,
            Cancelled,
            NotFound,
            Unknown,
        ],
        CallKind::Register if charges => &[InProgress, Paid, Declined, NotSent, Refused, Unknown],
        CallKind::Register => &[
            Registered,
            RegisteredForAnHour,
            NotSent,
            Refused,
            Unknown,
            Revoked,
        ],
        CallKind::Status => &[
            Registered,
            NotStarted,
            InProgress,
            Paid,
            PaidOtherSum,
            Declined,
            Expired,
            Cancelled,
            NotFound,
            Refused,
            Unknown,
            BusyFor(0),
        ],
        CallKind::Confirm => &[Paid, InProgress, Declined, NotSent, Refused, Unknown, BusyFor(0)],
        CallKind::Revoke => &[Revoked, Refused, Unknown, NotSent],
        CallKind::Refund => &[
            RefundPrepared,
            RefundDone,
            RefundUnderWay,
            RefundDeclined,
            RefundNotFound,
            NotSent,
            Refused,
            Unknown,
            BusyFor(0),
        ],
        CallKind::RefundStatus => &[
            RefundDone,
            RefundUnderWay,
            RefundDeclined,
            RefundNotFound,
            Refused,
            Unknown,
            NotStarted,
        ],
        CallKind::LinkCheck | CallKind::LinkBind => &[Ours, NotOurs, NotSent, Refused, Unknown, BusyFor(0)],
    }
}

fn late_copies(call: CallKind) -> &'static [Say] {
    use Say::*;
    match call {
        CallKind::Register => &[Registered, Refused, Unknown],
        CallKind::Status => &[NotStarted, Paid, PaidOtherSum, Expired, Unknown],
        CallKind::Confirm => &[Paid, Refused, Unknown],
        CallKind::Revoke => &[Revoked, Refused],
        CallKind::Refund => &[RefundDone, RefundUnderWay, Refused, Unknown],
        CallKind::RefundStatus => &[RefundDone, RefundNotFound, RefundDeclined],
        CallKind::LinkCheck | CallKind::LinkBind => &[Ours, Refused],
    }
}
