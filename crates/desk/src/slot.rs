//! One operation at work: a task that owns it from its opening (or its adoption) until there is nothing more to do.
//! Every event goes through here one by one: decide, commit, and only then act.

use crate::Inner;
use crate::story;
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

/// What may be asked of a slot.
pub enum Command {
    /// Something happened; tells how the operation stands afterwards.
    Event(Event, oneshot::Sender<Result<Reply, DeskError>>),
    /// One more waits for replies (the journal knows already).
    Attach(Waiter),
    /// Send replies here, the current one first.
    Watch(mpsc::Sender<Reply>),
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
        if let Some(event) = first {
            slot.must_happen(&event).await;
        }
        tokio::select! {
            biased;
            () = inner.abandoned.cancelled() => {}
            () = slot.run(commands) => {}
        }
        inner.slots.leave(id, &inbox);
    });
    true
}

/// Lets an event happen to an operation, whether it has a slot or has to be taken up for it.
pub async fn happen(inner: &Arc<Inner>, id: OperationId, event: Event) -> Result<Option<Reply>, DeskError> {
    let Some(inbox) = reach(inner, id).await? else {
        return Ok(None);
    };
    let (answer, heard) = oneshot::channel();
    if inbox.send(Command::Event(event, answer)).await.is_err() {
        return Err(DeskError::JournalUnavailable(
            "the operation is being handed over; try again".to_owned(),
        ));
    }
    heard.await.unwrap_or(Err(DeskError::ShuttingDown)).map(Some)
}

/// The inbox of an operation's slot; takes the operation up when it has none. None when there is no such operation.
pub async fn reach(inner: &Arc<Inner>, id: OperationId) -> Result<Option<mpsc::Sender<Command>>, DeskError> {
    if let Some(inbox) = inner.slots.find(id).filter(|inbox| !inbox.is_closed()) {
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
    // Whoever made the call that was on its way is gone: its answer will not come by itself.
    let orphaned = stored.operation.in_flight.is_some();
    start(inner, stored, Vec::new(), orphaned.then_some(Event::Resumed));
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
                    if self.idle() {
                        commands.close();
                        while let Some(command) = commands.recv().await {
                            self.obey(command).await;
                        }
                        if self.idle() {
                            return;
                        }
                    } else {
                        self.must_happen(&Event::Due).await;
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
            Command::Event(event, answer) => {
                let result = self
                    .happen(&event)
                    .await
                    .map(|()| self.reply())
                    .map_err(|error| DeskError::JournalUnavailable(error.to_string()));
                let _ = answer.send(result);
            }
            Command::Attach(waiter) => {
                if !self.waiters.contains(&waiter) {
                    self.waiters.push(waiter);
                }
            }
            Command::Watch(watcher) => self.watch(watcher),
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
                Effect::Tell(_) => {
                    let reply = self.reply();
                    self.watchers
                        .retain(|watcher| watcher.try_send(reply.clone()).is_ok());
                    if reply.is_final {
                        self.watchers.clear();
                    }
                }
                Effect::OpenReversal { .. } => {}
            }
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
