//! From an operation to the reply that tells of it: a pure function, so that a repeat gets the same words.

use crate::{
    Failure, LinkReport, LinkVerdict, Message, QrReport, ReceiptPayment, Refundable, Reply,
    ReservationReport, VERSION,
};
use domain::call::Reference;
use domain::operation::{LinkOwner, Operation};
use domain::request::Order;
use domain::{CallerId, Code, Kopecks, LinkState, OperationKind, State, Timestamp};
use texts::{Note, SlipTitle, SlipWord, Text, code_text, note, slip_lines, slip_rubles, state_text};

/// How many characters of a detail a register is given.
const MAX_DETAIL: usize = 500;

/// How an operation stands, told to whoever asked for it. `refunded` is what of a payment has been refunded or is
/// reserved for refunds. A question about an operation has an id of its own: see [`Reply::answering`].
pub fn render(operation: &Operation, refunded: Kopecks, now: Timestamp) -> Reply {
    let kind = operation.kind();
    let moves_money = matches!(kind, OperationKind::Payment | OperationKind::Refund);
    let link = link_report(operation);
    let error = failure(operation);
    Reply {
        protocol: VERSION,
        id: Some(operation.request.id.clone()),
        operation: Some(operation_word(kind).to_owned()),
        operation_id: Some(operation.id),
        state: Some(operation.state),
        is_final: operation.state.is_final(),
        amount: moves_money.then(|| operation.charge()),
        refunded: (kind == OperationKind::Payment && !refunded.is_zero()).then_some(refunded),
        qr: qr_report(operation, now),
        reservation: reservation_report(operation, now),
        requisites: requisites(operation),
        slip: slip(operation),
        message: message(operation, link.as_ref(), error.as_ref()),
        link,
        payments: Vec::new(),
        error,
    }
}

/// A request that opened nothing.
pub fn turned_away(
    id: Option<CallerId>,
    message: Option<&Message>,
    code: Code,
    detail: Option<String>,
) -> Reply {
    Reply {
        protocol: VERSION,
        id: id.or_else(|| message.map(|m| m.common().id.clone())),
        operation: message.map(|m| m.common().operation.to_owned()),
        operation_id: None,
        state: None,
        is_final: true,
        amount: None,
        refunded: None,
        qr: None,
        reservation: None,
        requisites: None,
        slip: Vec::new(),
        link: None,
        payments: Vec::new(),
        message: code_text(code),
        error: Some(failure_report(code, code_text(code), detail)),
    }
}

/// A payment of a receipt. `left` is what of it may still be refunded.
pub fn receipt_payment(
    operation: &Operation,
    refunded: Kopecks,
    left: Kopecks,
    refund: Refundable,
    words: Option<Text>,
) -> ReceiptPayment {
    let tender = match &operation.request.order {
        Order::Pay(pay) => pay.tender.clone(),
        Order::Refund(_) | Order::LinkCheck(_) | Order::LinkBind(_) => None,
    };
    ReceiptPayment {
        operation_id: operation.id,
        module: operation.request.module.clone(),
        tender,
        terminal: operation.request.terminal.clone(),
        state: operation.state,
        amount: operation
            .paid
            .as_ref()
            .map_or_else(|| operation.charge(), |paid| paid.amount),
        refunded,
        left,
        refund,
        at: settled_at(operation).unwrap_or(operation.created_at).to_string(),
        requisites: requisites(operation),
        note: words,
    }
}

/// The answer to a question about a receipt whose payments are known.
pub fn receipt_found(message: &Message, payments: Vec<ReceiptPayment>) -> Reply {
    let common = message.common();
    Reply {
        protocol: VERSION,
        id: Some(common.id.clone()),
        operation: Some(common.operation.to_owned()),
        operation_id: None,
        state: None,
        is_final: true,
        amount: None,
        refunded: None,
        qr: None,
        reservation: None,
        requisites: None,
        slip: Vec::new(),
        link: None,
        payments,
        message: note(Note::ReceiptFound),
        error: None,
    }
}

impl Reply {
    /// The same reply to a message that asked about the operation (`status`, `cancel`): it carries that message's id
    /// and operation.
    pub fn answering(mut self, message: &Message) -> Self {
        let common = message.common();
        self.id = Some(common.id.clone());
        self.operation = Some(common.operation.to_owned());
        self
    }
}

/// The `operation` that opens an operation of this kind.
const fn operation_word(kind: OperationKind) -> &'static str {
    match kind {
        OperationKind::Payment => "pay",
        OperationKind::Refund => "refund",
        OperationKind::LinkCheck => "link_check",
        OperationKind::LinkBind => "link_bind",
    }
}

/// The QR, only while it can be paid.
fn qr_report(operation: &Operation, now: Timestamp) -> Option<QrReport> {
    let qr = operation.qr.as_ref()?;
    let expires_in_ms = qr.expires_at.ms_since(now);
    if operation.state != State::AwaitingPayment || expires_in_ms == 0 {
        return None;
    }
    Some(QrReport {
        payload: qr.payload.clone(),
        expires_at: qr.expires_at.to_string(),
        expires_in_ms,
    })
}

/// What was reserved, and how long it can be confirmed.
fn reservation_report(operation: &Operation, now: Timestamp) -> Option<ReservationReport> {
    let reservation = operation.reservation.as_ref()?;
    let confirm_by = operation
        .qr
        .as_ref()
        .map(|qr| qr.expires_at)
        .filter(|_| operation.state == State::AwaitingConfirmation);
    Some(ReservationReport {
        available: reservation.available,
        positions: reservation.positions.clone(),
        confirmed: reservation.confirmed,
        confirm_by: confirm_by.map(|at| at.to_string()),
        confirm_in_ms: confirm_by.map(|at| at.ms_since(now)),
    })
}

/// When money moved, if it did.
fn settled_at(operation: &Operation) -> Option<Timestamp> {
    match operation.state {
        State::Paid => operation
            .paid
            .as_ref()
            .map(|paid| paid.at)
            .or(operation.finished_at),
        State::Refunded => operation.finished_at,
        _ => None,
    }
}

fn requisites(operation: &Operation) -> Option<String> {
    if !matches!(operation.state, State::Paid | State::Refunded) {
        return None;
    }
    let known = |key| operation.reference.get(key).unwrap_or_default();
    let moment = settled_at(operation).map_or_else(String::new, |at| at.to_string());
    let order = operation.order();
    let fields = [
        operation.request.module.as_str(),
        order.as_str(),
        known(Reference::QR),
        known(Reference::TRANSACTION),
        &moment,
    ];
    // A comma inside a provider's id would shift the columns.
    Some(fields.map(|field| field.replace(',', ";")).join(","))
}

fn slip(operation: &Operation) -> Vec<String> {
    let title = match (operation.state, operation.abilities.reservation) {
        (State::Paid, false) => SlipTitle::Paid,
        (State::Paid, true) => SlipTitle::SocialPaid,
        (State::Refunded, false) => SlipTitle::Refunded,
        (State::Refunded, true) => SlipTitle::SocialRefunded,
        (State::Cancelled, false) => SlipTitle::Cancelled,
        (State::Cancelled, true) => SlipTitle::SocialCancelled,
        (State::Expired, false) => SlipTitle::Expired,
        (State::Expired, true) => SlipTitle::SocialExpired,
        _ => return Vec::new(),
    };
    let mut lines = vec![title.as_str().to_owned()];
    let mut say = |word, value: &str| lines.extend(slip_lines(word, value));
    say(SlipWord::Sum, &slip_rubles(operation.charge()));
    if let Some(at) = settled_at(operation).or(operation.finished_at) {
        say(SlipWord::Moment, &at.as_printed(operation.policy.utc_offset_min));
    }
    say(SlipWord::Store, operation.request.store.as_str());
    say(SlipWord::Register, operation.request.terminal.as_str());
    say(SlipWord::Operation, operation.order().as_str());
    for (word, key) in [
        (SlipWord::QrId, Reference::QR),
        (SlipWord::Transaction, Reference::TRANSACTION),
    ] {
        if let Some(id) = operation.reference.get(key) {
            say(word, id);
        }
    }
    if matches!(operation.state, State::Cancelled | State::Expired) {
        lines.push(SlipWord::NoMoney.as_str().to_owned());
    }
    lines
}

fn link_report(operation: &Operation) -> Option<LinkReport> {
    if operation.state != State::Done {
        return None;
    }
    let owner = operation.link_owner.as_ref();
    let verdict = match (operation.kind(), operation.link.as_ref(), owner) {
        (OperationKind::LinkBind, _, _) => LinkVerdict::BoundNow,
        (OperationKind::LinkCheck, Some(LinkState::NotOurs), _) => LinkVerdict::NotOurs,
        (OperationKind::LinkCheck, Some(LinkState::Ours { .. }), owner) => match owner {
            Some(LinkOwner::ThisRegister) => LinkVerdict::ThisRegister,
            Some(LinkOwner::OtherRegister { .. }) => LinkVerdict::OtherRegister,
            Some(LinkOwner::Nobody) | None => LinkVerdict::Unassigned,
        },
        _ => return None,
    };
    let other_terminal = match owner {
        Some(LinkOwner::OtherRegister { terminal }) if verdict == LinkVerdict::OtherRegister => {
            Some(terminal.as_str().to_owned())
        }
        _ => None,
    };
    Some(LinkReport {
        verdict,
        link_id: operation.link_id.clone().unwrap_or_default(),
        other_terminal,
    })
}

const fn verdict_words(verdict: LinkVerdict) -> Note {
    match verdict {
        LinkVerdict::ThisRegister => Note::LinkThisRegister,
        LinkVerdict::BoundNow => Note::LinkBoundNow,
        LinkVerdict::OtherRegister => Note::LinkOtherRegister,
        LinkVerdict::Unassigned => Note::LinkUnassigned,
        LinkVerdict::NotOurs => Note::LinkNotOurs,
    }
}

/// Why it failed: only in states that are failures, or that a register must not misread.
fn failure(operation: &Operation) -> Option<Failure> {
    let journaled = operation.failure.as_ref();
    let code = match operation.state {
        State::Unresolved => Code::Unresolved,
        State::Declined => Code::Declined,
        State::Expired => Code::Expired,
        State::Cancelled => Code::Cancelled,
        State::Refused => Code::Internal,
        _ => return None,
    };
    // An outcome that is not known stays so, whatever the last failed call was.
    let code = match (operation.state, journaled) {
        (State::Unresolved, _) | (_, None) => code,
        (_, Some(failure)) => failure.code,
    };
    let detail = journaled.map(|failure| match &failure.provider_code {
        Some(provider) => format!("{} (provider's code {provider})", failure.detail),
        None => failure.detail.clone(),
    });
    let text = if operation.kind() == OperationKind::Refund && code == Code::Declined {
        note(Note::RefundDeclined)
    } else {
        code_text(code)
    };
    Some(failure_report(code, text, detail))
}

fn failure_report(code: Code, text: Text, detail: Option<String>) -> Failure {
    let detail = detail.filter(|detail| !detail.is_empty());
    Failure {
        code,
        text,
        repeatable: code.repeatable(),
        detail: detail.map(|detail| detail.chars().take(MAX_DETAIL).collect()),
    }
}

fn message(operation: &Operation, link: Option<&LinkReport>, error: Option<&Failure>) -> Text {
    if let Some(link) = link {
        return note(verdict_words(link.verdict));
    }
    if let Some(instead) = special_words(operation) {
        return note(instead);
    }
    let text = state_text(operation.state, operation.kind());
    let text = match error {
        Some(error) if operation.state == State::Refused || error.code == Code::NothingPayable => {
            text.and(&error.text)
        }
        _ => text,
    };
    if operation.reversal.is_some() && operation.state != State::Paid {
        return text.and(&note(if operation.abilities.refund {
            Note::LateMoneyReturns
        } else {
            Note::LateMoneyByHand
        }));
    }
    text
}

/// Whether the buyer is charged without scanning anything. Over a link a subscriber may have been left to the sticker, which
/// nobody tells here.
fn charged(operation: &Operation) -> bool {
    let by_code = matches!(&operation.request.order, Order::Pay(pay) if pay.customer_code.is_some());
    let over_a_link = operation.link_id.is_some() && operation.qr.is_some();
    operation.charges_the_buyer() && (by_code || !over_a_link)
}

/// The words where those of the state would be wrong.
fn special_words(operation: &Operation) -> Option<Note> {
    let payment = operation.kind() == OperationKind::Payment;
    let declined = operation
        .failure
        .as_ref()
        .is_some_and(|failure| failure.code == Code::Declined);
    match operation.state {
        State::Registering if payment && operation.abilities.reservation => Some(Note::Reserving),
        State::Registering if charged(operation) => Some(Note::Charging),
        State::AwaitingPayment if charged(operation) && !declined => Some(Note::AwaitingBuyersBank),
        State::AwaitingPayment if payment && declined => Some(Note::AttemptDeclined),
        State::Unresolved if !payment && !operation.abilities.refund => Some(Note::GiveBackByHand),
        _ => None,
    }
}
