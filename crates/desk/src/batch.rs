//! One status question for many payments, where the provider has one: questions that come within a moment of each other
//! and belong together are asked together. Each asker gets the answer about its own payment, or the fault of the whole.

use crate::Inner;
use crate::modules::Module;
use connector::StatusMany;
use domain::call::Lookup;
use domain::{Answer, Code, Fault, ModuleName, PaymentState};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};

/// How long a question waits for company.
const GATHER: Duration = Duration::from_millis(50);
/// How long it waits when its group was asked about just now: payments are asked about at moments of their own, and many of
/// them would otherwise make a stream of questions about a few each.
const APART: Duration = Duration::from_millis(250);
/// The most questions that wait in one group; further ones are asked alone.
const WAITING_MAX: usize = 10_000;

type Group = (ModuleName, String);

struct Question {
    lookup: Lookup,
    answer: oneshot::Sender<Result<PaymentState, Fault>>,
}

/// The questions that are being gathered.
#[derive(Default)]
pub struct Batches(Mutex<HashMap<Group, Gathering>>);

/// One group: as many as the shops have accounts at banks, so they are kept.
#[derive(Default)]
struct Gathering {
    waiting: Vec<Question>,
    asked_at: Option<Instant>,
}

/// Asks how a payment stands: together with others where the module can, else alone.
pub async fn status(inner: &Arc<Inner>, module: Arc<Module>, lookup: Lookup) -> Result<Answer, Fault> {
    let many = module.built.connector.status_many().filter(|many| many.max > 1);
    let Some(many) = many else {
        return alone(inner, &module, lookup).await;
    };
    let group = (module.route.module.clone(), many.group.clone());
    let (answer, heard) = oneshot::channel();
    match inner.batches.enter(&group, Question { lookup, answer }) {
        Entered::First(until) => {
            tokio::spawn(gather(Arc::clone(inner), module, many, group, until));
        }
        Entered::Joined => {}
        Entered::Full(question) => return alone(inner, &module, question.lookup).await,
    }
    match heard.await {
        Ok(result) => result.map(Answer::Payment),
        Err(_) => Err(Fault::unknown(Code::Internal, "the question was not asked")),
    }
}

async fn alone(inner: &Inner, module: &Module, lookup: Lookup) -> Result<Answer, Fault> {
    let call = domain::Call::Status(lookup);
    let connector = module.built.connector.as_ref();
    inner.outbound.call(&module.route, connector, &call).await
}

/// Waits for company, then asks for all of them, at most `many.max` at once.
async fn gather(inner: Arc<Inner>, module: Arc<Module>, many: StatusMany, group: Group, until: Instant) {
    sleep_until(until).await;
    let mut left = inner.batches.take(&group);
    while !left.is_empty() {
        let rest = left.split_off(left.len().min(many.max));
        let asked = std::mem::replace(&mut left, rest);
        let (inner, module) = (Arc::clone(&inner), Arc::clone(&module));
        tokio::spawn(async move { ask(&inner, &module, asked).await });
    }
}

async fn ask(inner: &Inner, module: &Module, questions: Vec<Question>) {
    let (lookups, answers): (Vec<_>, Vec<_>) = questions
        .into_iter()
        .map(|question| (question.lookup, question.answer))
        .unzip();
    let connector = module.built.connector.as_ref();
    let result = inner.outbound.ask_many(&module.route, connector, &lookups).await;
    let mut states = match result {
        Ok(states) => states.into_iter(),
        Err(fault) => {
            for answer in answers {
                // The asker may be gone: its daemon stops, or its operation was taken over.
                let _ = answer.send(Err(fault.clone()));
            }
            return;
        }
    };
    for answer in answers {
        let missing = || Err(connector::answer::unclear("one of the payments is missing in it"));
        let _ = answer.send(states.next().unwrap_or_else(missing));
    }
}

enum Entered {
    /// It gathers the others until then.
    First(Instant),
    Joined,
    Full(Question),
}

impl Batches {
    fn enter(&self, group: &Group, question: Question) -> Entered {
        let mut groups = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let gathering = groups.entry(group.clone()).or_default();
        if gathering.waiting.len() >= WAITING_MAX {
            return Entered::Full(question);
        }
        gathering.waiting.push(question);
        if gathering.waiting.len() > 1 {
            return Entered::Joined;
        }
        let soon = Instant::now() + GATHER;
        let apart = gathering.asked_at.map(|asked_at| asked_at + APART);
        Entered::First(apart.map_or(soon, |apart| apart.max(soon)))
    }

    fn take(&self, group: &Group) -> Vec<Question> {
        let mut groups = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(gathering) = groups.get_mut(group) else {
            return Vec::new();
        };
        gathering.asked_at = Some(Instant::now());
        std::mem::take(&mut gathering.waiting)
    }
}
