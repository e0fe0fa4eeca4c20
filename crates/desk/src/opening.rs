//! From a message to an operation: payments and questions about links.

use crate::modules::{Module, ModulesError};
use crate::{Inner, links, look, replace, slot, story, unavailable};
use domain::operation::{LinkOwner, PaymentRef};
use domain::request::{Order, Pay, Request};
use domain::{Abilities, Code, ModuleName, OperationId, OperationKind, Policy, Taking, Waiter};
use engine::Opening as EngineOpening;
use gateway::DeskError;
use journal::{Opened, Opening, Stored};
use protocol::{Message, Reply};
use std::sync::Arc;

/// The gap between two timeouts that nest, in milliseconds (the product manual: at least ten seconds).
pub const GAP_MS: u64 = 10_000;
/// The shortest life of a QR that a buyer can make use of, in milliseconds.
const QR_LIFE_MIN_MS: u64 = 10_000;
/// How long a question about a link is worked on when the register does not say how long it waits, in milliseconds.
const LINK_ANSWER_MS: u64 = 40_000;
/// What a question about a link leaves of the register's wait for the way back, in milliseconds.
const LINK_GAP_MS: u64 = 2_000;

/// A request that cannot be served, told to whoever asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnedAway {
    /// The code.
    pub code: Code,
    /// For the engineer: what and where.
    pub detail: Option<String>,
}

impl TurnedAway {
    /// With a detail.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: Some(detail.into()),
        }
    }
}

impl From<ModulesError> for TurnedAway {
    fn from(error: ModulesError) -> Self {
        let code = match error {
            ModulesError::Unknown(_) => Code::UnknownModule,
            ModulesError::NoMerchant { .. } | ModulesError::Config { .. } => Code::NotConfigured,
        };
        Self::new(code, error.to_string())
    }
}

/// What an opening needs beside the request.
pub struct Draft {
    /// What was asked.
    pub request: Request,
    /// The module as this register sees it.
    pub module: Arc<Module>,
    /// The times and limits.
    pub policy: Policy,
    /// The cash link, or the sticker that is asked about.
    pub link_id: Option<String>,
    /// To whom our settings give the sticker.
    pub link_owner: Option<LinkOwner>,
    /// For a refund: the payment.
    pub payment: Option<PaymentRef>,
}

/// Opens a payment or a question about a link, or finds the one that was opened under the same id.
pub async fn open(inner: &Arc<Inner>, message: &Message, waiter: Option<Waiter>) -> Result<Reply, DeskError> {
    if let Message::Pay(pay) = message
        && let Some(earlier) = &pay.replaces
    {
        let asked_at = inner.clock.now();
        if let Err(away) = replace::make_room(inner, pay, earlier).await? {
            return turn_away(inner, message, &away, waiter).await;
        }
        let waited_ms = inner.clock.now().ms_since(asked_at);
        let waits_ms = pay.timeout_ms.unwrap_or(inner.options.register_timeout_ms);
        let mut pay = pay.clone();
        pay.timeout_ms = Some(waits_ms.saturating_sub(waited_ms));
        return open_now(inner, &Message::Pay(pay), waiter).await;
    }
    open_now(inner, message, waiter).await
}

async fn open_now(inner: &Arc<Inner>, message: &Message, waiter: Option<Waiter>) -> Result<Reply, DeskError> {
    match fresh_draft(inner, message).await? {
        Ok(draft) => enter(inner, draft, message, waiter).await,
        Err(turned_away) => repeat_or_turn_away(inner, message, &turned_away, waiter).await,
    }
}

/// Before a register is turned away, and wherever links matter, the settings must be the latest: a moment ago a link
/// may have been bound, by this daemon or by another.
async fn fresh_draft(inner: &Inner, message: &Message) -> Result<Result<Draft, TurnedAway>, DeskError> {
    let drafted = draft(inner, message);
    let over_links = |draft: &Draft| draft.module.built.connector.abilities().cash_link;
    if drafted.as_ref().is_ok_and(|draft| !over_links(draft)) {
        return Ok(drafted);
    }
    inner
        .modules
        .refresh(inner.journal.as_ref())
        .await
        .map_err(unavailable)?;
    Ok(draft(inner, message))
}

/// Journals a new operation and sets it to work; a repeat gets the stored state and is attached.
pub async fn enter(
    inner: &Arc<Inner>,
    draft: Draft,
    message: &Message,
    waiter: Option<Waiter>,
) -> Result<Reply, DeskError> {
    let now = inner.clock.now();
    let Draft {
        request,
        module,
        policy,
        link_id,
        link_owner,
        payment,
    } = draft;
    let id = OperationId::mint(now);
    let abilities = module.built.connector.abilities();
    let decision = engine::open(
        EngineOpening {
            id,
            request,
            policy,
            abilities,
            link_id,
            link_owner,
            payment,
            promised: true,
        },
        now,
    );
    let reply = protocol::render(&decision.operation, domain::Kopecks::ZERO, now);
    let mut outgoing = Vec::new();
    if let Some(waiter) = waiter.as_ref().filter(|_| reply.is_final) {
        outgoing = slot::outgoing(&reply, Some(id), std::slice::from_ref(waiter));
    }
    let opening = Opening {
        operation: decision.operation.clone(),
        facts: decision.facts.clone(),
        waiter: waiter.clone(),
        outgoing,
        holder: inner.holder,
        lease_until: inner.lease_until(),
        now,
    };
    let opened = inner.journal.open(opening).await.map_err(|error| {
        inner.doubt(id);
        unavailable(error)
    })?;
    match opened {
        Opened::New => {
            if reply.is_final {
                inner.outbox_filled.notify_waiters();
            }
            story::tell(&decision.operation, &decision.facts);
            let waiters = waiter.into_iter().collect();
            let stored = Stored {
                operation: decision.operation,
                waiters,
                refund_reserved: domain::Kopecks::ZERO,
            };
            slot::start(inner, stored, decision.effects, None);
            Ok(reply)
        }
        Opened::Existing(stored) => {
            let same = stored.operation.request.same_content(&decision.operation.request);
            repeated(inner, *stored, same, message, waiter).await
        }
        Opened::RefundExceeds { left } => {
            let away = TurnedAway::new(
                Code::RefundExceedsPayment,
                format!("{left} rubles of the payment can still be refunded"),
            );
            turn_away(inner, message, &away, waiter).await
        }
        Opened::ReceiptHasPayment { holder } => {
            let away = TurnedAway::new(
                Code::ReceiptHasPayment,
                format!("operation {holder} pays for this receipt"),
            );
            turn_away(inner, message, &away, waiter).await
        }
        Opened::Held { holder } => {
            let away = match decision.operation.kind() {
                OperationKind::Refund => TurnedAway::new(
                    Code::RefundUnderWay,
                    format!("this provider takes one refund of a payment at a time; {holder} has not ended"),
                ),
                _ => TurnedAway::new(
                    Code::LinkBusy,
                    format!("operation {holder} is under way on this link"),
                ),
            };
            turn_away(inner, message, &away, waiter).await
        }
    }
}

/// The same id again: the stored state for the same content, a conflict for other content. Nothing is done twice.
pub async fn repeated(
    inner: &Arc<Inner>,
    stored: Stored,
    same: bool,
    message: &Message,
    waiter: Option<Waiter>,
) -> Result<Reply, DeskError> {
    let id = stored.operation.id;
    if !same {
        slot::happen(inner, id, engine::Event::ConflictingRepeat).await?;
        let away = TurnedAway::new(
            Code::IdConflict,
            format!("this id belongs to operation {id}, which asked for something else"),
        );
        return turn_away(inner, message, &away, waiter).await;
    }
    if !stored.operation.state.is_final() {
        let tell = waiter.as_ref().map(|waiter| slot::Tell {
            waiter: waiter.clone(),
            answer: Arc::new(|reply| reply),
        });
        if let Some(reply) = slot::ask(inner, id, slot::Ask { event: None, tell }).await? {
            return Ok(reply);
        }
        if waiter.is_some() {
            // It tells those whom it knows; one more must come to it.
            return Err(DeskError::JournalUnavailable(
                "another daemon works on the operation; try again".to_owned(),
            ));
        }
    }
    let reply = protocol::render(&stored.operation, stored.refund_reserved, inner.clock.now());
    if let Some(waiter) = waiter {
        look::enqueue(inner, &reply, Some(id), waiter).await?;
    }
    Ok(reply)
}

/// What cannot be served now may have been served before: a repeat is answered whatever the settings say today.
async fn repeat_or_turn_away(
    inner: &Arc<Inner>,
    message: &Message,
    away: &TurnedAway,
    waiter: Option<Waiter>,
) -> Result<Reply, DeskError> {
    let common = message.common();
    let found = inner
        .journal
        .find(common.store, common.terminal, common.id)
        .await
        .map_err(unavailable)?;
    let Some(stored) = found else {
        return turn_away(inner, message, away, waiter).await;
    };
    let module = common
        .module
        .cloned()
        .unwrap_or_else(|| stored.operation.request.module.clone());
    let same = request(message, module).is_some_and(|asked| asked.same_content(&stored.operation.request));
    repeated(inner, stored, same, message, waiter).await
}

/// The request in a message that opens a payment or a question about a link.
fn request(message: &Message, module: ModuleName) -> Option<Request> {
    match message.clone() {
        Message::Pay(pay) => Some(pay.into_request(module)),
        Message::LinkCheck(check) => Some(check.into_request(module)),
        Message::LinkBind(bind) => Some(bind.into_request(module)),
        Message::Refund(_)
        | Message::Cancel(_)
        | Message::Confirm(_)
        | Message::Status(_)
        | Message::ReceiptFind(_) => None,
    }
}

/// Answers a request that opens nothing.
pub async fn turn_away(
    inner: &Arc<Inner>,
    message: &Message,
    away: &TurnedAway,
    waiter: Option<Waiter>,
) -> Result<Reply, DeskError> {
    let common = message.common();
    tracing::warn!(
        request = %common.id, store = %common.store, terminal = %common.terminal,
        operation = common.operation, code = %away.code.as_str(),
        "turned away: {}", away.detail.as_deref().unwrap_or("see the code")
    );
    let reply = protocol::turned_away(
        Some(common.id.clone()),
        Some(message),
        away.code,
        away.detail.clone(),
    );
    if let Some(waiter) = waiter {
        look::enqueue(inner, &reply, None, waiter).await?;
    }
    Ok(reply)
}

fn draft(inner: &Inner, message: &Message) -> Result<Draft, TurnedAway> {
    let common = message.common();
    let name = named_module(inner, message)?;
    let module = inner.modules.module(&name, common.store, common.terminal)?;
    let request = request(message, name.clone())
        .ok_or_else(|| TurnedAway::new(Code::UnknownOperation, "this operation opens nothing"))?;
    let mut draft = Draft {
        policy: module.built.policy.clone(),
        request,
        module,
        link_id: None,
        link_owner: None,
        payment: None,
    };
    match &draft.request.order {
        Order::Pay(_) => fit_payment(inner, &name, &mut draft)?,
        Order::LinkCheck(link) | Order::LinkBind(link) => {
            let link_id = links::read(&link.payload)?;
            draft.link_owner = Some(links::owner(inner, &name, &link_id, &draft.request));
            draft.link_id = Some(link_id);
            links::number_is_free(inner, &name, &draft.request)?;
            let waits = draft.request.timeout_ms.map(|ms| ms.saturating_sub(LINK_GAP_MS));
            draft.policy.answer_within_ms = waits.unwrap_or(LINK_ANSWER_MS);
        }
        Order::Refund(_) => {}
    }
    Ok(draft)
}

/// The module that the message or its routing key names.
pub fn named_module(inner: &Inner, message: &Message) -> Result<ModuleName, TurnedAway> {
    if let Some(name) = message.common().module {
        return Ok(name.clone());
    }
    match inner.modules.names().as_slice() {
        [only] => Ok(only.clone()),
        _ => Err(TurnedAway::new(
            Code::InvalidField,
            "module: missing, and more than one is switched on",
        )),
    }
}

fn fit_payment(inner: &Inner, name: &ModuleName, draft: &mut Draft) -> Result<(), TurnedAway> {
    let Order::Pay(pay) = &draft.request.order else {
        return Ok(());
    };
    let limits = &draft.module.built.limits;
    if pay.amount < limits.min || pay.amount > limits.max {
        return Err(TurnedAway::new(
            Code::AmountOutOfRange,
            format!("amount: the module takes {} to {} rubles", limits.min, limits.max),
        ));
    }
    let abilities = draft.module.built.connector.abilities();
    fit_means(&abilities, &draft.module.built.tenders, pay)?;
    if abilities.reservation {
        whole_receipt(pay)?;
    }
    if abilities.cash_link {
        draft.link_id = Some(links::of_payment(inner, name, draft, pay.link.as_deref())?);
    }
    let timeout_ms = draft
        .request
        .timeout_ms
        .unwrap_or(inner.options.register_timeout_ms);
    fit_times(&mut draft.policy, pay.lifetime_s, timeout_ms)
}

/// What the buyer pays with must be what the module can use: nothing is dropped in silence.
fn fit_means(abilities: &Abilities, tenders: &[String], pay: &Pay) -> Result<(), TurnedAway> {
    match (abilities.customer_code, &pay.customer_code) {
        (Taking::Never, Some(_)) => {
            let detail =
                "customer_code: this module takes no codes of the buyer; it has a QR of its own to show";
            return Err(TurnedAway::new(Code::Unsupported, detail));
        }
        (Taking::Always, None) => {
            let detail = "customer_code: missing; this module charges a code from the buyer's phone (at the register: scanQRCode = true)";
            return Err(TurnedAway::new(Code::CustomerCodeNeeded, detail));
        }
        _ => {}
    }
    if pay.subscriber.is_some() && !abilities.subscriber {
        let detail = "subscriber: this module has no subscriptions";
        return Err(TurnedAway::new(Code::Unsupported, detail));
    }
    if pay.card_token.is_some() && !abilities.reservation {
        let detail = "card_token: this module reads no social cards";
        return Err(TurnedAway::new(Code::Unsupported, detail));
    }
    match &pay.tender {
        Some(_) if tenders.is_empty() => Err(TurnedAway::new(
            Code::Unsupported,
            "tender: there is nothing to choose from at this module",
        )),
        Some(tender) if !tenders.contains(tender) => Err(TurnedAway::new(
            Code::InvalidField,
            format!("tender: the module has {}", tenders.join(", ")),
        )),
        None if tenders.len() > 1 => Err(TurnedAway::new(
            Code::InvalidField,
            format!("tender: missing; the module has {}", tenders.join(", ")),
        )),
        _ => Ok(()),
    }
}

/// A reservation is made for a whole receipt, and there is one for each: both must be known.
fn whole_receipt(pay: &Pay) -> Result<(), TurnedAway> {
    let receipt = pay.receipt.as_ref();
    let number = receipt.and_then(|receipt| receipt.number.as_deref());
    if number.is_none_or(str::is_empty) {
        let detail = "receipt.number: missing, and this module takes one payment per receipt";
        return Err(TurnedAway::new(Code::InvalidField, detail));
    }
    if receipt.is_none_or(|receipt| receipt.items.is_empty()) {
        let detail = "receipt.items: missing, and this module looks at every line of the receipt";
        return Err(TurnedAway::new(Code::InvalidField, detail));
    }
    Ok(())
}

/// Makes the times nest with gaps: the register waits longest, then the daemon, then the QR.
fn fit_times(policy: &mut Policy, lifetime_s: Option<u32>, timeout_ms: u64) -> Result<(), TurnedAway> {
    if let Some(lifetime_s) = lifetime_s {
        policy.qr_ttl_ms = u64::from(lifetime_s) * 1_000;
    }
    policy.answer_within_ms = timeout_ms.saturating_sub(GAP_MS);
    policy.qr_ttl_ms = policy
        .qr_ttl_ms
        .min(policy.answer_within_ms.saturating_sub(GAP_MS));
    policy.register_for_ms = policy.register_for_ms.min(policy.qr_ttl_ms);
    if policy.qr_ttl_ms < QR_LIFE_MIN_MS {
        return Err(TurnedAway::new(
            Code::DeadlineTooShort,
            format!("timeout_ms: {timeout_ms} leaves the buyer less than {QR_LIFE_MIN_MS} ms to pay"),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_15_times_nest_with_gaps_whatever_the_register_waits() {
        for timeout_ms in [31_000, 60_000, 310_000, 3_600_000] {
            let mut policy = Policy::default();
            fit_times(&mut policy, None, timeout_ms).unwrap();
            assert!(
                policy.answer_within_ms + GAP_MS <= timeout_ms,
                "{timeout_ms}: {policy:?}"
            );
            assert!(
                policy.qr_ttl_ms + GAP_MS <= policy.answer_within_ms,
                "{timeout_ms}: {policy:?}"
            );
        }
        let error = fit_times(&mut Policy::default(), None, 25_000).unwrap_err();
        assert_eq!(error.code, Code::DeadlineTooShort);
    }

    #[test]
    fn a_qr_never_outlives_the_wait_of_its_register() {
        let mut policy = Policy::default();
        fit_times(&mut policy, Some(3_600), 310_000).unwrap();
        assert_eq!(policy.qr_ttl_ms, 290_000);
    }
}
