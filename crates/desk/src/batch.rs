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

/// How long a question waits for company, in milliseconds.
const GATHER_MS: u64 = 50;
/// The most questions that wait in one group; further ones are asked alone.
const WAITING_MAX: usize = 10_000;

type Group = (ModuleName, String);

struct Question {
    lookup: Lookup,
    answer: oneshot::Sender<Result<PaymentState, Fault>>,
}

/// The questions that are being gathered.
#[derive(Default)]
pub struct Batches(Mutex<HashMap<Group, Vec<Question>>>);

/// Asks how a payment stands: together with others where the module can, else alone.
pub async fn status(inner: &Arc<Inner>, module: Arc<Module>, lookup: Lookup) -> Result<Answer, Fault> {
    let many = module.built.connector.status_many().filter(|many| many.max > 1);
    let Some(many) = many else {
        return alone(inner, &module, lookup).await;
    };
    let group = (module.route.module.clone(), many.group.clone());
    let (answer, heard) = oneshot::channel();
    match inner.batches.enter(&group, Question { lookup, answer }) {
        Entered::First => {
            tokio::spawn(gather(Arc::clone(inner), module, many, group));
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
async fn gather(inner: Arc<Inner>, module: Arc<Module>, many: StatusMany, group: Group) {
    tokio::time::sleep(Duration::from_millis(GATHER_MS)).await;
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
    First,
    Joined,
    Full(Question),
}

impl Batches {
    fn enter(&self, group: &Group, question: Question) -> Entered {
        let mut groups = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(waiting) = groups.get_mut(group) else {
            groups.insert(group.clone(), vec![question]);
            return Entered::First;
        };
        if waiting.len() >= WAITING_MAX {
            return Entered::Full(question);
        }
        waiting.push(question);
        Entered::Joined
    }

    fn take(&self, group: &Group) -> Vec<Question> {
        let mut groups = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        groups.remove(group).unwrap_or_default()
    }
}
