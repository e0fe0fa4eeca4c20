//! One operation at work: a task that owns it from its opening (or its adoption) until there is nothing more to do.
//! Every event goes through here one by one: decide, commit, and only then act.

use crate::{Inner, look, story};
use domain::operation::PaymentRef;
use domain::request::{Order, Refund, RefundOrigin, Request};
use domain::{Answer, Call, CallerId, Fault, Kopecks, Operation, OperationId, Waiter};
use engine::{Decision, Effect, Event, Opening as EngineOpening};
use gateway::DeskError;
use journal::{Change, JournalError, Opening, Outgoing, SettingsWrite, Stored};
use protocol::Reply;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// How many commands may wait for one operation.
const INBOX: usize = 32;
/// How many replies may wait for one watcher before it is dropped.
const WATCHER_BUFFER: usize = 16;
/// How many may watch one operation at once.
const WATCHERS_MAX: usize = 64;
/// The pause before the journal is tried again for an answer that must not be lost, in milliseconds.
const JOURNAL_PAUSE_MS: u64 = 500;
/// The shortest sleep of a slot, in milliseconds: whatever the engine says, a slot never spins.
const PAUSE_MIN_MS: u64 = 1;
/// No call is longer on its way than this, in milliseconds.
const CALL_MAX_MS: u64 = 600_000;
/// How long a slot without anything to do keeps its operation at hand, in milliseconds.
const LINGER_MS: u64 = 1_000;

/// How often a slot that is just ending is sought again before the caller is told to come back.
const REACH_TRIES: usize = 3;

/// What may be asked of a slot.
pub enum Command {
    /// Something happened, or somebody asks; tells how the operation stands afterwards.
    Ask(Ask, oneshot::Sender<Result<Reply, DeskError>>),
    /// Send replies here, the current one first.
    Watch(mpsc::Sender<Reply>),
}

/// A question to a slot: what happened before it is answered, and who is told.
#[derive(Clone, Default)]
pub struct Ask {
    /// What happened, if anything.
    pub event: Option<Event>,
    /// Who is told now, and of all that follows unless this is the end.
    pub tell: Option<Tell>,
}

/// One who is told through the outbox.
#[derive(Clone)]
pub struct Tell {
    /// Who.
    pub waiter: Waiter,
    /// How the reply is turned into the answer to what was asked.
    pub answer: Arc<dyn Fn(Reply) -> Reply + Send + Sync>,
}

type Flight = Pin<Box<dyn Future<Output = (domain::CallKind, Result<Answer, Fault>)> + Send>>;

pub struct Slot {
    inner: Arc<Inner>,
    operation: Operation,
    waiters: Vec<Waiter>,
    refunded: Kopecks,
    watchers: Vec<mpsc::Sender<Reply>>,
    flight: Option<Flight>,
    lost: bool,
}

/// What the journal says after a commit of which nobody knows whether it is in.
enum Reloaded {
    /// It is not in.
    Same,
    /// It is in.
    Replaced,
    /// Another daemon has the operation now.
    Lost,
}

/// Starts a slot for an operation that is in the journal, and carries out the effects of the decision that put it
/// there. Returns false when another slot has it.
pub fn start(inner: &Arc<Inner>, stored: Stored, effects: Vec<Effect>, first: Option<Event>) -> bool {
    let id = stored.operation.id;
    let (inbox, commands) = mpsc::channel(INBOX);
    if !inner.slots.enter(id, inbox.clone()) {
        return false;
    }
    let mut slot = Slot {
        inner: Arc::clone(inner),
        operation: stored.operation,
        waiters: stored.waiters,
        refunded: stored.refund_reserved,
        watchers: Vec::new(),
        flight: None,
        lost: false,
    };
    slot.carry_out(effects);
    tokio::spawn(async move {
        let inner = Arc::clone(&slot.inner);
        let work = async {
            if let Some(event) = first {
                slot.must_happen(&event).await;
            }
            slot.run(commands).await;
        };
        tokio::select! {
            biased;
            () = inner.abandoned.cancelled() => {}
            () = work => {}
        }
        inner.slots.leave(id, &inbox);
    });
    true
}

/// Lets an event happen to an operation, whether it has a slot or has to be taken up for it. None when there is no
/// such operation, or another daemon has it.
pub async fn happen(inner: &Arc<Inner>, id: OperationId, event: Event) -> Result<Option<Reply>, DeskError> {
    let event = Some(event);
    ask(inner, id, Ask { event, tell: None }).await
}

/// Asks an operation's slot; as [`happen`]. The slot itself attaches and answers whoever is to be told, so that no
/// end of the operation can slip in between.
pub async fn ask(inner: &Arc<Inner>, id: OperationId, ask: Ask) -> Result<Option<Reply>, DeskError> {
    for _ in 0..REACH_TRIES {
        let Some(inbox) = reach(inner, id).await? else {
            return Ok(None);
        };
        let (answer, heard) = oneshot::channel();
        if inbox.send(Command::Ask(ask.clone(), answer)).await.is_ok()
            && let Ok(reply) = heard.await
        {
            return reply.map(Some);
        }
        inner.taking_work()?;
        // The slot has just ended without looking at the question.
        tokio::task::yield_now().await;
    }
    Err(DeskError::JournalUnavailable(
        "the operation is being handed over; try again".to_owned(),
    ))
}

/// The inbox of an operation's slot; takes the operation up when it has none. None when there is no such operation,
/// or another daemon has it.
pub async fn reach(inner: &Arc<Inner>, id: OperationId) -> Result<Option<mpsc::Sender<Command>>, DeskError> {
    if let Some(inbox) = inner.slots.find(id) {
        return Ok(Some(inbox));
    }
    let now = inner.clock.now();
    let taken = inner
        .journal
        .take(id, inner.holder, now, inner.lease_until())
        .await;
    let Some(stored) = taken.map_err(crate::unavailable)? else {
        return Ok(None);
    };
    // Nobody has worked on it until now, so of a call on its way nobody will hear.
    let at_rest = stored.operation.state.is_final() && stored.operation.in_flight.is_none();
    start(inner, stored, Vec::new(), (!at_rest).then_some(Event::Resumed));
    Ok(inner.slots.find(id))
}

impl Slot {
    async fn run(&mut self, mut commands: mpsc::Receiver<Command>) {
        let stopping = self.inner.stopping.clone();
        loop {
            if self.lost || (self.flight.is_none() && stopping.is_cancelled()) {
                return;
            }
            let pause = self.pause();
            tokio::select! {
                biased;
                (call, result) = landing(&mut self.flight), if self.flight.is_some() => {
                    self.flight = None;
                    self.must_happen(&Event::Answered { call, result }).await;
                }
                command = commands.recv() => match command {
                    Some(command) => self.obey(command).await,
                    None => return,
                },
                () = stopping.cancelled(), if self.flight.is_none() => return,
                () = tokio::time::sleep(pause) => {
                    if !self.idle() {
                        self.must_happen(&Event::Due).await;
                    } else if self.inner.slots.retire(self.operation.id, &commands) {
                        return;
                    }
                }
            }
        }
    }

    /// Until the engine wants to be asked again.
    fn pause(&self) -> Duration {
        let now = self.inner.clock.now();
        let ms = match self.operation.due_at {
            Some(at) => at
                .as_micros()
                .saturating_sub(now.as_micros())
                .max(0)
                .cast_unsigned()
                .div_ceil(1_000),
            None if self.flight.is_some() => CALL_MAX_MS,
            None => LINGER_MS,
        };
        Duration::from_millis(ms.max(PAUSE_MIN_MS))
    }

    /// Whether there is nothing left to do for it here.
    fn idle(&self) -> bool {
        self.operation.due_at.is_none() && self.flight.is_none()
    }

    async fn obey(&mut self, command: Command) {
        match command {
            Command::Ask(ask, answer) => {
                let result = self.answer(ask).await;
                let _ = answer.send(result);
            }
            Command::Watch(watcher) => self.watch(watcher),
        }
    }

    async fn answer(&mut self, Ask { event, tell }: Ask) -> Result<Reply, DeskError> {
        if let Some(event) = event
            && let Err(error) = self.happen(&event).await
        {
            // It may be in all the same. The asker is told to come back, the slot goes on from what is written.
            self.catch_up().await;
            return Err(crate::unavailable(error));
        }
        let Some(Tell { waiter, answer }) = tell else {
            return Ok(self.reply());
        };
        let id = self.operation.id;
        let reply = answer(self.reply());
        if !self.operation.state.is_final() && !self.waiters.contains(&waiter) {
            let attached = self.inner.journal.attach(id, waiter.clone()).await;
            attached.map_err(crate::unavailable)?;
            self.waiters.push(waiter.clone());
        }
        look::enqueue(&self.inner, &reply, Some(id), waiter).await?;
        Ok(reply)
    }

    /// After a commit that failed for somebody who will ask again.
    async fn catch_up(&mut self) {
        match self.reload().await {
            Ok(Reloaded::Replaced) => self.must_happen(&Event::Resumed).await,
            Ok(Reloaded::Lost) => self.lost = true,
            // When the journal cannot even be read, the next event finds out.
            Ok(Reloaded::Same) | Err(_) => {}
        }
    }

    fn watch(&mut self, watcher: mpsc::Sender<Reply>) {
        let reply = self.reply();
        let goes_on = !reply.is_final;
        if watcher.try_send(reply).is_ok() && goes_on && self.watchers.len() < WATCHERS_MAX {
            self.watchers.push(watcher);
        }
    }

    fn reply(&self) -> Reply {
        protocol::render(&self.operation, self.refunded, self.inner.clock.now())
    }

    /// Lets an event happen that cannot be had again (an answer of the provider): tries until the journal takes it.
    /// A daemon that stops meanwhile leaves it to the next start, which asks the provider anew.
    async fn must_happen(&mut self, event: &Event) {
        let mut event = event.clone();
        while let Err(error) = self.happen(&event).await {
            tracing::error!(operation = %self.operation.id, %error, "the journal did not take an event; trying again");
            tokio::select! {
                () = tokio::time::sleep(Duration::from_millis(JOURNAL_PAUSE_MS)) => {}
                () = self.inner.stopping.cancelled() => return,
            }
            match self.reload().await {
                Ok(Reloaded::Replaced) => event = Event::Resumed,
                Ok(Reloaded::Lost) => {
                    tracing::warn!(operation = %self.operation.id, "another daemon has taken the operation over");
                    self.lost = true;
                    return;
                }
                Ok(Reloaded::Same) | Err(_) => {}
            }
        }
    }

    /// Decides, commits, acts.
    async fn happen(&mut self, event: &Event) -> Result<(), JournalError> {
        let now = self.inner.clock.now();
        let decision = engine::decide(&self.operation, event, now);
        if !decision.facts.is_empty() {
            self.commit(&decision).await?;
        }
        let Decision {
            operation,
            facts,
            effects,
        } = decision;
        self.operation = operation;
        story::tell(&self.operation, &facts);
        self.carry_out(effects);
        Ok(())
    }

    async fn commit(&mut self, decision: &Decision) -> Result<(), JournalError> {
        let now = self.inner.clock.now();
        let reversal = self.reversal(decision, now);
        let settings = bound_link(&self.inner, decision);
        let rewrites_settings = settings.is_some();
        let outgoing = self.outgoing(decision);
        let fills_outbox = !outgoing.is_empty();
        let change = Change {
            operation: decision.operation.clone(),
            facts: decision.facts.clone(),
            outgoing,
            reversal: reversal.as_ref().map(|(opening, _)| Box::new(opening.clone())),
            settings,
            holder: self.inner.holder,
            now,
        };
        self.inner.journal.commit(change).await?;
        if rewrites_settings {
            let _ = self.inner.modules.refresh(self.inner.journal.as_ref()).await;
        }
        if fills_outbox {
            self.inner.outbox_filled.notify_waiters();
        }
        if let Some((opening, effects)) = reversal {
            story::tell(&opening.operation, &opening.facts);
            let stored = Stored {
                operation: opening.operation,
                waiters: Vec::new(),
                refund_reserved: Kopecks::ZERO,
            };
            start(&self.inner, stored, effects, None);
        }
        Ok(())
    }

    /// After a failed commit nobody knows whether it is in: the journal's word counts.
    async fn reload(&mut self) -> Result<Reloaded, JournalError> {
        let now = self.inner.clock.now();
        let id = self.operation.id;
        let taken = self
            .inner
            .journal
            .take(id, self.inner.holder, now, self.inner.lease_until())
            .await?;
        let Some(stored) = taken else {
            return Ok(Reloaded::Lost);
        };
        if stored.operation.version == self.operation.version {
            return Ok(Reloaded::Same);
        }
        self.operation = stored.operation;
        self.waiters = stored.waiters;
        self.refunded = stored.refund_reserved;
        self.flight = None;
        if let Some(reversal) = self.operation.reversal {
            self.inner.doubt(reversal);
        }
        // The replies of the lost commit are in the outbox; those who watch have not heard of it.
        self.inner.outbox_filled.notify_waiters();
        self.tell_watchers();
        Ok(Reloaded::Replaced)
    }

    fn outgoing(&self, decision: &Decision) -> Vec<Outgoing> {
        let tells = decision
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Tell(_)));
        if !tells || self.waiters.is_empty() {
            return Vec::new();
        }
        let reply = protocol::render(&decision.operation, self.refunded, self.inner.clock.now());
        outgoing(&reply, Some(decision.operation.id), &self.waiters)
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Call(call) => self.send(call),
                Effect::Tell(_) => self.tell_watchers(),
                Effect::OpenReversal { .. } => {}
            }
        }
    }

    fn tell_watchers(&mut self) {
        let reply = self.reply();
        self.watchers
            .retain(|watcher| watcher.try_send(reply.clone()).is_ok());
        if reply.is_final {
            self.watchers.clear();
        }
    }

    /// Sends a call that has been decided on and journaled. A daemon that is stopping sends nothing that changes
    /// anything: the next start asks about it.
    fn send(&mut self, call: Call) {
        let inner = Arc::clone(&self.inner);
        if inner.stopping.is_cancelled() {
            return;
        }
        let request = self.operation.request.clone();
        let kind = call.kind();
        self.flight = Some(Box::pin(async move {
            let found = inner
                .modules
                .module(&request.module, &request.store, &request.terminal);
            let result = match found {
                Ok(module) => {
                    inner
                        .outbound
                        .call(&module.route, module.built.connector.as_ref(), &call)
                        .await
                }
                Err(error) => Err(Fault {
                    code: domain::Code::NotConfigured,
                    ..Fault::not_sent(error.to_string())
                }),
            };
            (kind, result)
        }));
    }

    /// The refund that gives late money back, with the effects of its opening.
    fn reversal(&self, decision: &Decision, now: domain::Timestamp) -> Option<(Opening, Vec<Effect>)> {
        let amount = decision.effects.iter().find_map(|effect| match effect {
            Effect::OpenReversal { amount } => Some(*amount),
            Effect::Call(_) | Effect::Tell(_) => None,
        })?;
        let payment = &decision.operation;
        let id = payment.id.reversal();
        let request = Request {
            id: CallerId::new(format!("reversal-{}", payment.id)).ok()?,
            module: payment.request.module.clone(),
            store: payment.request.store.clone(),
            terminal: payment.request.terminal.clone(),
            order: Order::Refund(Refund {
                payment: payment.id,
                amount,
                purpose: None,
                origin: RefundOrigin::LateMoney,
            }),
            timeout_ms: None,
        };
        let opened = engine::open(
            EngineOpening {
                id,
                request,
                policy: payment.policy.clone(),
                abilities: payment.abilities.clone(),
                link_id: None,
                link_owner: None,
                payment: Some(PaymentRef {
                    order: payment.order(),
                    amount,
                    reference: payment.reference.clone(),
                }),
                promised: false,
            },
            now,
        );
        let opening = Opening {
            operation: opened.operation,
            facts: opened.facts,
            waiter: None,
            outgoing: Vec::new(),
            holder: self.inner.holder,
            lease_until: self.inner.lease_until(),
            now,
        };
        Some((opening, opened.effects))
    }
}

/// The same reply to everybody who waits.
pub fn outgoing(reply: &Reply, operation: Option<OperationId>, waiters: &[Waiter]) -> Vec<Outgoing> {
    let body = serde_json::to_string(reply).unwrap_or_default();
    let to = |waiter: &Waiter| Outgoing {
        operation,
        waiter: waiter.clone(),
        body: body.clone(),
    };
    waiters.iter().map(to).collect()
}

/// A new channel for one who watches.
pub fn watcher() -> (mpsc::Sender<Reply>, mpsc::Receiver<Reply>) {
    mpsc::channel(WATCHER_BUFFER)
}

async fn landing(flight: &mut Option<Flight>) -> (domain::CallKind, Result<Answer, Fault>) {
    match flight {
        Some(flight) => flight.await,
        None => std::future::pending().await,
    }
}

/// A link that was just bound is written into the register's settings, in the same commit.
fn bound_link(inner: &Inner, decision: &Decision) -> Option<SettingsWrite> {
    let operation = &decision.operation;
    let bound = operation.kind() == domain::OperationKind::LinkBind && operation.state == domain::State::Done;
    let link_id = operation.link_id.as_ref().filter(|_| bound)?;
    let Order::LinkBind(link) = &operation.request.order else {
        return None;
    };
    let module = &operation.request.module;
    let terminal = &operation.request.terminal;
    let mut value = inner
        .modules
        .settings(module)
        .terminals
        .get(terminal)
        .cloned()
        .unwrap_or_default();
    value.insert("qr_id".to_owned(), link_id.clone().into());
    value.insert("payload".to_owned(), link.payload.clone().into());
    Some(SettingsWrite::Terminal {
        module: module.clone(),
        terminal: terminal.clone(),
        value: Some(value),
    })
}
