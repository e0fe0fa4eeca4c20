//! The rules that hold after every event, whatever the events were. The trial keeps its own book of what the world
//! did and said, and compares the engine's decisions with it.

use crate::moves::{Move, Say, part, prepared};
use crate::openings::{START, price};
use domain::{
    Call, CallKind, Fact, Kopecks, LostRegistration, Operation, OperationKind, State, Timestamp,
    request::Order, request::RefundOrigin,
};
use engine::{Decision, Effect, Event, Opening, Tell, decide, open};
use std::hash::{DefaultHasher, Hash, Hasher};

/// A call that is on its way for longer than this is given up.
const LOST_CALL_MS: u64 = 600_000;
const EXPIRY_MARGIN_MS: u64 = 30_000;

/// A broken rule, in words.
pub type Broken = String;

macro_rules! rule {
    ($holds:expr, $($words:tt)+) => {
        if !$holds {
            return Err(format!($($words)+));
        }
    };
}

/// An operation on trial, with a book of what truly happened.
#[derive(Debug, Clone)]
pub struct Trial {
    pub operation: Operation,
    pub now: Timestamp,
    /// The call on its way, and when it was made.
    pub on_its_way: Option<(CallKind, Timestamp)>,
    /// Every kind of call that was ever made.
    pub made: Vec<CallKind>,
    pub book: Book,
    /// The call that the last decision wants.
    pub wanted: Option<Call>,
}

/// What truly happened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent yes-or-no facts, read by name"
)]
pub struct Book {
    final_tells: u32,
    reversals: u32,
    person: bool,
    /// A registration was answered well: a QR exists.
    registered: bool,
    /// Sendings (registrations, refunds) under the present order id that nobody heard of.
    unheard: u32,
    /// One of them was not yet asked about with the answer "not found" after the grace.
    in_doubt: bool,
    /// The provider refused a repeat of something unheard.
    repeat_refused: bool,
    sent_at: Option<Timestamp>,
    provider_end: Option<Timestamp>,
    revoked: bool,
    /// The sum that the register confirmed while it could.
    confirmed: Option<Kopecks>,
    /// The provider said that money moved: the sum that was wanted, or another.
    paid: Option<bool>,
    refunded: bool,
}

/// Whether the registration itself charges the buyer.
fn charged(operation: &Operation) -> bool {
    let shown = operation.qr.as_ref().is_some_and(|qr| !qr.payload.is_empty());
    matches!(&operation.request.order, Order::Pay(pay)
        if pay.customer_code.is_some() || pay.subscriber.is_some() && !shown)
}

impl Trial {
    /// Opens the operation.
    pub fn new(opening: Opening) -> Self {
        let decision = open(opening, START);
        assert_eq!(decision.facts.first(), Some(&Fact::Accepted));
        assert_eq!(decision.operation.version, 1);
        let mut trial = Self {
            operation: decision.operation.clone(),
            now: START,
            on_its_way: None,
            made: Vec::new(),
            book: Book::default(),
            wanted: None,
        };
        trial.carry_out(&decision).unwrap();
        trial
    }

    /// The operation after one more move, or the rule that was broken.
    pub fn after(&self, step: Move) -> Result<Self, Broken> {
        let now = step.at(&self.operation, self.now);
        self.after_event(&step.event(now), step, now)
    }

    /// The same at a moment of the caller's choice.
    pub fn after_event(&self, event: &Event, step: Move, now: Timestamp) -> Result<Self, Broken> {
        let before = &self.operation;
        let decision = decide(before, event, now);
        rule!(
            decision == decide(before, event, now),
            "the same arguments gave another decision"
        );
        let mut next = Self {
            operation: decision.operation.clone(),
            now,
            on_its_way: self.on_its_way,
            made: self.made.clone(),
            book: self.book.clone(),
            wanted: None,
        };
        let answered = next.hear(before, step);
        next.carry_out(&decision)?;
        next.versions(before, &decision)?;
        next.endings(before, &decision)?;
        next.wake_ups()?;
        match before.kind() {
            OperationKind::Payment => {
                next.money(before)?;
                next.confirmation()?;
                next.unpaid_end(before, step, answered)?;
            }
            OperationKind::Refund => next.refunds(self, before, step)?,
            OperationKind::LinkCheck | OperationKind::LinkBind => next.links(before, step)?,
        }
        Ok(next)
    }

    /// What decides the future, in one number. The version and the words of failures are not part of it.
    pub fn key(&self) -> u64 {
        let o = &self.operation;
        let mut hasher = DefaultHasher::new();
        (self.now, self.on_its_way, &self.made, &self.book).hash(&mut hasher);
        (
            o.state,
            o.act_at,
            o.due_at,
            o.uncertain,
            o.attempt,
            o.technical_errors,
        )
            .hash(&mut hasher);
        o.in_flight
            .map(|flight| (flight.kind, flight.since))
            .hash(&mut hasher);
        (
            o.sent.last_at,
            o.sent.unanswered,
            o.sent.refused,
            o.sent.provider_end,
        )
            .hash(&mut hasher);
        o.qr.as_ref().map(|qr| qr.expires_at).hash(&mut hasher);
        o.reservation
            .as_ref()
            .map(|reservation| (reservation.available, reservation.confirmed))
            .hash(&mut hasher);
        o.closing
            .as_ref()
            .map(|c| (c.because as u8, c.since, c.revoked, c.revokes, c.step as u8))
            .hash(&mut hasher);
        o.failure.as_ref().map(|failure| failure.code).hash(&mut hasher);
        o.paid
            .as_ref()
            .map(|paid| (paid.at, paid.amount))
            .hash(&mut hasher);
        (o.reversal, o.finished_at, o.link.is_some(), o.reference.0.len()).hash(&mut hasher);
        hasher.finish()
    }

    /// Takes note of what the world did. Returns when the answered call was made, if it was on its way.
    fn hear(&mut self, before: &Operation, step: Move) -> Option<Timestamp> {
        let mut asked_at = None;
        match (step, self.on_its_way) {
            (Move::Answer(call, say), Some((kind, since))) if call == kind => {
                self.on_its_way = None;
                self.hear_answer(before, call, say);
                asked_at = Some(since);
            }
            (Move::Answer(call, say), _)
                if matches!(
                    say,
                    Say::Paid | Say::PaidOtherSum | Say::Registered | Say::Reserved | Say::RefundDone
                ) =>
            {
                self.hear_answer(before, call, say);
            }
            (Move::Resumed, Some((kind, _))) => self.lose(kind),
            (Move::Confirm | Move::ConfirmPart, _) => self.confirm(before, step),
            _ => {}
        }
        match self.on_its_way {
            Some((kind, since)) if since.plus_ms(LOST_CALL_MS) <= self.now => self.lose(kind),
            _ => {}
        }
        asked_at
    }

    /// The register's word counts once, and while it is waited for.
    fn confirm(&mut self, before: &Operation, step: Move) {
        let in_time = before.qr.as_ref().is_some_and(|qr| self.now < qr.expires_at);
        if before.state == State::AwaitingConfirmation && in_time {
            self.book.confirmed = Some(step.sum());
            self.book.unheard = 0;
            self.book.in_doubt = false;
            self.book.repeat_refused = false;
        }
    }

    fn lose(&mut self, kind: CallKind) {
        self.on_its_way = None;
        if matches!(kind, CallKind::Register | CallKind::Confirm | CallKind::Refund) {
            self.book.unheard += 1;
            self.book.in_doubt = true;
        }
    }

    fn hear_answer(&mut self, before: &Operation, call: CallKind, say: Say) {
        let now = self.now;
        let book = &mut self.book;
        let sends = matches!(call, CallKind::Register | CallKind::Confirm | CallKind::Refund);
        let reserves = before.abilities.reservation && before.kind() == OperationKind::Payment;
        let wanted = if reserves { book.confirmed } else { Some(price()) };
        let grace_over = book
            .sent_at
            .is_none_or(|at| now.ms_since(at) >= before.policy.not_found_grace_ms);
        // A preparation that brings nothing new is a mistake of the connector, so nobody knows.
        let say = match say {
            Say::RefundPrepared if before.reference == prepared() => Say::Unknown,
            say => say,
        };
        // Nobody knows what became of what was sent.
        let unheard = match say {
            Say::Unknown | Say::BusyFor(_) | Say::Revoked | Say::RefundNotFound => sends,
            Say::Registered | Say::InProgress => sends && reserves,
            Say::ReservedBadly => true,
            _ => false,
        };
        match say {
            _ if unheard => {
                book.unheard += 1;
                book.in_doubt = true;
            }
            Say::Refused if sends && book.unheard > 0 => {
                book.repeat_refused = true;
                book.in_doubt = true;
            }
            Say::Reserved | Say::ReservedNothing => {
                book.registered = true;
            }
            Say::Registered | Say::RegisteredForAnHour => {
                book.registered = true;
                if say == Say::RegisteredForAnHour {
                    book.provider_end = Some(self.now.plus_ms(3_600_000));
                }
            }
            Say::NotStarted | Say::InProgress if before.kind() == OperationKind::Payment => {
                book.registered = true;
            }
            Say::Declined if call == CallKind::Register => book.unheard += 1,
            Say::NotFound | Say::RefundNotFound if grace_over => book.in_doubt = false,
            Say::RefundUnderWay => {
                book.unheard += 1;
                book.in_doubt = true;
            }
            Say::Paid => book.paid = book.paid.or(Some(wanted == Some(price()))),
            Say::PaidOtherSum => book.paid = book.paid.or(Some(wanted == Some(part()))),
            Say::Revoked => book.revoked = true,
            Say::RefundDone => book.refunded = true,
            _ => {}
        }
    }

    /// Does what the engine wants done, and checks that it may be wanted.
    fn carry_out(&mut self, decision: &Decision) -> Result<(), Broken> {
        let mut journaled = decision.facts.iter().filter_map(|fact| match fact {
            Fact::Deciding { call, attempt } => Some((*call, *attempt)),
            _ => None,
        });
        for effect in &decision.effects {
            match effect {
                Effect::Call(call) => {
                    let kind = call.kind();
                    rule!(self.on_its_way.is_none(), "two calls on their way");
                    rule!(
                        !kind.changes_something() || journaled.next() == Some((kind, self.operation.attempt)),
                        "{kind:?} was decided on without a journaled intent"
                    );
                    rule!(
                        self.operation.abilities.allows(kind),
                        "{kind:?} is not an ability"
                    );
                    self.on_its_way = Some((kind, self.now));
                    self.wanted = Some(call.clone());
                    if !self.made.contains(&kind) {
                        self.made.push(kind);
                        self.made.sort_by_key(|kind| *kind as u8);
                    }
                    if matches!(kind, CallKind::Register | CallKind::Confirm | CallKind::Refund) {
                        self.book.sent_at = Some(self.now);
                    }
                }
                Effect::Tell(Tell::Final) => self.book.final_tells += 1,
                Effect::Tell(Tell::Progress) => {}
                Effect::OpenReversal { amount } => {
                    self.book.reversals += 1;
                    rule!(*amount == self.operation.charge(), "the reversal has another sum");
                }
            }
        }
        rule!(journaled.next().is_none(), "a journaled intent without its call");
        rule!(self.book.final_tells <= 1, "two final answers");
        self.book.person |= decision.facts.iter().any(|fact| {
            matches!(
                fact,
                Fact::GaveUp | Fact::GiveBackByHand | Fact::AmountDiffers { .. }
            )
        });
        let flight = self.operation.in_flight.map(|flight| (flight.kind, flight.since));
        rule!(
            flight == self.on_its_way,
            "the operation mistakes what is on its way"
        );
        Ok(())
    }

    fn versions(&self, before: &Operation, decision: &Decision) -> Result<(), Broken> {
        let grows = u64::from(!decision.facts.is_empty());
        rule!(
            self.operation.version == before.version + grows,
            "the version does not count the writings"
        );
        let reached: Vec<State> = decision
            .facts
            .iter()
            .filter_map(|fact| match fact {
                Fact::Reached { state } => Some(*state),
                _ => None,
            })
            .collect();
        let last = reached.last().copied().unwrap_or(before.state);
        rule!(last == self.operation.state, "a state was reached without a word");
        rule!(
            self.operation.policy == before.policy && self.operation.request == before.request,
            "the request or its rules changed"
        );
        Ok(())
    }

    fn endings(&self, before: &Operation, decision: &Decision) -> Result<(), Broken> {
        let after = &self.operation;
        let ends = after.state.is_final() && !before.state.is_final();
        let told = decision.effects.contains(&Effect::Tell(Tell::Final));
        rule!(
            ends == told,
            "an end without a final answer, or the other way round"
        );
        if before.state.is_final() {
            rule!(
                after.state == before.state && after.finished_at == before.finished_at,
                "a final state was left"
            );
        }
        let failed = matches!(
            after.state,
            State::Declined | State::Expired | State::Cancelled | State::Refused
        );
        rule!(!failed || after.failure.is_some(), "it failed without saying why");
        Ok(())
    }

    fn wake_ups(&self) -> Result<(), Broken> {
        let after = &self.operation;
        rule!(
            after.due_at.is_none_or(|at| at > self.now),
            "it wants to be woken at once: a hot loop"
        );
        rule!(
            after.due_at.is_some() || after.state.is_final() || self.book.person,
            "nobody will ever wake it"
        );
        rule!(
            after.due_at.is_some() || after.in_flight.is_none(),
            "a lost call would be the last of it"
        );
        let kept = self.now < after.answer_by || after.state.is_final() || after.state == State::Unresolved;
        rule!(kept, "the promised answer was not given");
        Ok(())
    }

    fn money(&self, before: &Operation) -> Result<(), Broken> {
        let after = &self.operation;
        rule!(after.order() == before.order(), "another order id");
        rule!(
            after.paid.is_some() == self.book.paid.is_some(),
            "the money that came is not in the operation"
        );
        rule!(
            self.book.reversals == u32::from(after.reversal.is_some()),
            "a reversal was opened twice, or not noted"
        );
        let paid = after.state == State::Paid;
        match self.book.paid {
            None => rule!(
                !paid && after.reversal.is_none(),
                "paid without the provider's word"
            ),
            Some(true) => rule!(
                paid != after.reversal.is_some(),
                "money neither kept nor given back"
            ),
            Some(false) => rule!(
                !paid && after.reversal.is_none() && self.book.person,
                "another sum came and no person was called"
            ),
        }
        let waited = before.closing.is_none()
            && !before.state.is_final()
            && before.state != State::Unresolved
            && self.now < before.answer_by;
        if self.book.paid == Some(true) && before.paid.is_none() && waited {
            rule!(paid, "paid in time, and not told so");
        }
        Ok(())
    }

    /// The provider is told to debit what the register confirmed, and not again while the first word may have come.
    fn confirmation(&self) -> Result<(), Broken> {
        let after = &self.operation;
        rule!(
            after.confirmed() == self.book.confirmed,
            "the operation mistakes what was confirmed"
        );
        rule!(
            (after.state == State::AwaitingConfirmation) <= self.book.confirmed.is_none(),
            "it waits for what it was told"
        );
        if let Some(Call::Confirm(call)) = &self.wanted {
            rule!(
                Some(call.amount) == self.book.confirmed && call.lookup.amount == call.amount,
                "another sum is debited than was confirmed"
            );
            rule!(
                !self.book.in_doubt && self.book.unheard == 0,
                "a debit was sent again while it may have arrived"
            );
        }
        Ok(())
    }

    /// "Not paid" may be said only when nobody can pay any more, and after asking.
    fn unpaid_end(&self, before: &Operation, step: Move, asked_at: Option<Timestamp>) -> Result<(), Broken> {
        self.registrations()?;
        let after = &self.operation;
        if before.state.is_final() || !after.state.is_final() || after.state == State::Paid {
            return Ok(());
        }
        let unseen = after.abilities.lost_registration == LostRegistration::RepeatSameOrder
            && !after.abilities.cash_link
            && !after.abilities.reservation
            && !charged(after);
        let book = &self.book;
        if !book.registered && (book.unheard == 0 || unseen) {
            return Ok(());
        }
        let sent_at = book.sent_at.unwrap_or(START);
        let ours = sent_at.plus_ms(after.policy.qr_ttl_ms);
        let end = ours.max(book.provider_end.unwrap_or(ours));
        let dead = end.plus_ms(EXPIRY_MARGIN_MS) <= self.now;
        let asked_after = before
            .closing
            .as_ref()
            .is_some_and(|closing| asked_at.is_some_and(|at| at >= closing.since));
        let may = match step {
            Move::Answer(_, Say::Paid | Say::PaidOtherSum) => after.reversal.is_some(),
            Move::Answer(CallKind::Status, Say::Expired | Say::Cancelled) => asked_at.is_some(),
            Move::Answer(CallKind::Status, Say::Declined) => {
                asked_after && (book.revoked || dead || !after.abilities.revoke && charged(after))
            }
            Move::Answer(CallKind::Status, Say::NotStarted | Say::Registered | Say::Reserved) => {
                asked_after && (book.revoked || dead)
            }
            Move::Answer(CallKind::Status, Say::NotFound) => {
                let grace_over = self.now.ms_since(sent_at) >= after.policy.not_found_grace_ms;
                let never_heard = !book.registered;
                let nothing_to_debit = after.reservation.is_some() && book.confirmed.is_none();
                asked_after && nothing_to_debit
                    || grace_over && (never_heard || asked_after && (book.revoked || dead))
            }
            _ => false,
        };
        rule!(may, "said {:?} while somebody could still pay", after.state);
        Ok(())
    }

    /// A registration is made again only when the first is known not to exist, or may be repeated.
    fn registrations(&self) -> Result<(), Broken> {
        if !matches!(self.wanted, Some(Call::Register(_))) {
            return Ok(());
        }
        let repeatable = self.operation.abilities.lost_registration == LostRegistration::RepeatSameOrder
            && self.operation.link_id.is_none()
            && !charged(&self.operation);
        rule!(!self.book.registered, "registered again after it was registered");
        rule!(
            !charged(&self.operation) || self.book.unheard == 0,
            "a customer's code was sent again after it may have arrived"
        );
        rule!(
            repeatable || !self.book.in_doubt,
            "registered again while the first may exist"
        );
        Ok(())
    }

    fn refunds(&self, old: &Self, before: &Operation, step: Move) -> Result<(), Broken> {
        let after = &self.operation;
        rule!(
            (after.state == State::Refunded) <= self.book.refunded,
            "refunded without the provider's word"
        );
        rule!(
            after.order() == before.order() || after.attempt == before.attempt + 1,
            "another id"
        );
        let late =
            matches!(&after.request.order, Order::Refund(refund) if refund.origin == RefundOrigin::LateMoney);
        let asked =
            matches!(step, Move::Answer(call, _) if old.on_its_way.is_some_and(|(kind, _)| kind == call));
        let refused = asked
            && match step {
                Move::Answer(_, Say::RefundDeclined) => true,
                Move::Answer(CallKind::Refund, Say::Refused) => old.book.unheard == 0,
                Move::Answer(CallKind::RefundStatus, Say::RefundNotFound) => {
                    old.book.repeat_refused && !self.book.in_doubt
                }
                _ => false,
            };
        let grew = after.attempt != before.attempt;
        rule!(
            !grew || late && refused,
            "a new refund id while the old may be carried out"
        );
        if after.state == State::Refused && before.state != State::Refused {
            let never_sent =
                matches!(step, Move::Answer(CallKind::Refund, Say::NotSent)) && old.book.unheard == 0;
            rule!(
                !late && (refused || never_sent),
                "a refund was refused without proof"
            );
        }
        if let Some(Call::Refund(call)) = &self.wanted {
            rule!(call.refund == after.order(), "another refund id");
            rule!(
                !self.book.in_doubt || grew,
                "a refund was sent again while it may have arrived"
            );
        }
        Ok(())
    }

    /// After a refusal for good the book begins a new page for the next refund id.
    pub fn new_page(mut self, old_attempt: u32) -> Self {
        if self.operation.attempt != old_attempt {
            self.book.unheard = 0;
            self.book.in_doubt = false;
            self.book.repeat_refused = false;
        }
        self
    }

    fn links(&self, before: &Operation, step: Move) -> Result<(), Broken> {
        let after = &self.operation;
        if after.state == State::Done && before.state != State::Done {
            let answered = matches!(step, Move::Answer(_, Say::Ours | Say::NotOurs));
            rule!(
                answered && after.link.is_some(),
                "an answer about a sticker out of nothing"
            );
        }
        let over = self.now >= after.answer_by;
        rule!(
            !over || after.state.is_final(),
            "a question about a sticker never ends"
        );
        Ok(())
    }
}
