//! One operation at work: a task that owns it from its opening (or its adoption) until there is nothing more to do.
//! Every event goes through here one by one: decide, commit, and only then act.
//!
//! Here is the task with its inbox; [`step`] takes an event through, [`alongside`] makes what is committed with it,
//! [`watchers`] tells those who watch.

mod alongside;
mod step;
mod watchers;

pub use alongside::outgoing;
pub use watchers::{Watcher, watcher};

use crate::{Inner, look};
use domain::{Answer, Fault, Kopecks, Operation, OperationId, Waiter};
use engine::{Effect, Event};
use gateway::DeskError;
use journal::Stored;
use protocol::Reply;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// How many commands may wait for one operation.
const INBOX: usize = 32;
/// The shortest sleep of a slot, in milliseconds: whatever the engine says, a slot never spins.
const PAUSE_MIN_MS: u64 = 1;
/// No call is longer on its way than this, in milliseconds.
const CALL_MAX_MS: u64 = 600_000;
/// How long a slot without anything to do keeps its operation at hand, in milliseconds.
const LINGER_MS: u64 = 1_000;

/// How often a slot that is just ending is sought again before the caller is told to come back.
const REACH_TRIES: usize = 3;

/// What may be asked of a slot. Small on purpose: an inbox keeps room for 32 of them as long as it is open.
pub enum Command {
    /// Something happened, or somebody asks; tells how the operation stands afterwards.
    Ask(Box<Ask>, oneshot::Sender<Result<Reply, DeskError>>),
    /// Send replies here, the current one first.
    Watch(Watcher),
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
    watchers: Vec<Watcher>,
    flight: Option<Flight>,
    lost: bool,
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
    tokio::spawn(life(slot, inbox, commands, first));
    true
}

/// A slot's life, from its first event until it leaves.
fn life(
    mut slot: Slot,
    inbox: mpsc::Sender<Command>,
    commands: mpsc::Receiver<Command>,
    first: Option<Event>,
) -> impl Future<Output = ()> + Send {
    let inner = Arc::clone(&slot.inner);
    let id = slot.operation.id;
    async move {
        let work = async {
            if let Some(event) = first {
                Box::pin(slot.must_happen(&event)).await;
            }
            slot.run(commands).await;
        };
        tokio::select! {
            biased;
            () = inner.abandoned.cancelled() => {}
            () = work => {}
        }
        inner.slots.leave(id, &inbox);
    }
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
        if inbox
            .send(Command::Ask(Box::new(ask.clone()), answer))
            .await
            .is_ok()
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
    /// Takes whatever comes. Nearly all of a slot's life is spent waiting here, so the work itself is boxed: its room
    /// is needed only while it is done.
    async fn run(&mut self, mut commands: mpsc::Receiver<Command>) {
        let stopping = self.inner.stopping.clone();
        loop {
            if self.lost || (self.flight.is_none() && stopping.is_cancelled()) {
                return;
            }
            self.forget_gone_watchers();
            let pause = self.pause();
            tokio::select! {
                biased;
                (call, result) = landing(&mut self.flight), if self.flight.is_some() => {
                    self.flight = None;
                    Box::pin(self.must_happen(&Event::Answered { call, result })).await;
                }
                command = commands.recv() => match command {
                    Some(command) => Box::pin(self.obey(command)).await,
                    None => return,
                },
                () = stopping.cancelled(), if self.flight.is_none() => return,
                () = tokio::time::sleep(pause) => {
                    if !self.idle() {
                        Box::pin(self.must_happen(&Event::Due)).await;
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
                let result = self.answer(*ask).await;
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

    fn reply(&self) -> Reply {
        protocol::render(&self.operation, self.refunded, self.inner.clock.now())
    }
}

async fn landing(flight: &mut Option<Flight>) -> (domain::CallKind, Result<Answer, Fault>) {
    match flight {
        Some(flight) => flight.await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The size of what `make` makes, in bytes; it is not called.
    fn bytes_of<A, B, C, D, F>(_make: impl Fn(A, B, C, D) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn ten_thousand_open_operations_stay_small() {
        assert!(size_of::<Command>() <= 32, "a command: {}", size_of::<Command>());
        let task = bytes_of(life);
        assert!(task <= 2_048, "a slot's task: {task}");
    }
}
