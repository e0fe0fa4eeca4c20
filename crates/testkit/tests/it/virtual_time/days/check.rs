//! What must be true at the end of a day.

use super::shop::Shop;
use anyhow::{Result, ensure};
use domain::{OperationId, OperationKind, State};
use protocol::Reply;
use simulator::books::SaleState;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use testkit::books;
use testkit::world::World;

/// What happened in a day.
#[derive(Debug, Default)]
pub struct Sums {
    states: BTreeMap<(&'static str, &'static str), u64>,
    reversals: u64,
    answers: usize,
    calls: u64,
}

impl fmt::Display for Sums {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ((kind, state), count) in &self.states {
            write!(f, "{count} {kind} {state}, ")?;
        }
        write!(
            f,
            "{} reversals, {} answers, {} calls",
            self.reversals, self.answers, self.calls
        )
    }
}

pub async fn all(world: &World, shop: &Shop) -> Result<Sums> {
    let mut sums = Sums::default();
    let mut states = HashMap::new();
    for operation in books::operations(&world.journal).await? {
        let story = world.story(operation.id).await?;
        let called = story.iter().any(domain::Fact::needs_a_person);
        ensure!(
            operation.state.is_final() || called,
            "open, and nobody is called: {operation:#?} {story:#?}"
        );
        ensure!(
            operation.state.is_final() || begun(world, operation.id),
            "open, although the bank could tell: {operation:#?} {story:#?}"
        );
        let kind = match operation.kind() {
            OperationKind::Payment => "payments",
            OperationKind::Refund => "refunds",
            OperationKind::LinkCheck | OperationKind::LinkBind => "links",
        };
        *sums.states.entry((kind, operation.state.as_str())).or_default() += 1;
        sums.reversals += u64::from(operation.reversal.is_some());
        states.insert(operation.id, operation.state);
    }
    books::agree(world).await?;
    sums.answers = answers(world, shop, &states).await?;
    sums.calls = world.bank.lock().calls().values().sum();
    for (kind, state) in [
        ("payments", State::Paid),
        ("payments", State::Expired),
        ("payments", State::Cancelled),
        ("payments", State::Declined),
        ("refunds", State::Refunded),
    ] {
        let count = sums.states.get(&(kind, state.as_str()));
        ensure!(
            count.is_some(),
            "a day without {kind} that ended {state:?}: {sums}"
        );
    }
    ensure!(sums.reversals > 0, "a day without late money: {sums}");
    Ok(sums)
}

/// Whether the buyer has begun to pay at the bank and never came to an end: the one thing that stays open for ever.
fn begun(world: &World, id: OperationId) -> bool {
    let ours = |order: &str| domain::OrderId::operation(order) == Some(id);
    let entries = world.bank.books().entries;
    entries
        .iter()
        .any(|entry| entry.order.as_deref().is_some_and(ours) && entry.state == SaleState::InProgress)
}

/// Everybody whose message was taken in has had its final answer, one unless the broker had to send the message
/// again, and each answer is what the journal says.
async fn answers(world: &World, shop: &Shop, states: &HashMap<OperationId, State>) -> Result<usize> {
    ensure!(
        world.outbox().await?.is_empty(),
        "answers were left in the outbox"
    );
    let mut finals: HashMap<String, Vec<Reply>> = HashMap::new();
    let rows = shop.answers.lock().unwrap().clone();
    for row in rows.values() {
        let reply: Reply = serde_json::from_str(&row.body)?;
        let correlation = row.waiter.correlation_id.clone().unwrap_or_default();
        if reply.is_final {
            finals.entry(correlation).or_default().push(reply);
        }
    }
    for (correlation, sent) in shop.sent.lock().unwrap().iter() {
        let told = finals.remove(correlation).unwrap_or_default();
        let open = sent
            .operation
            .is_some_and(|id| !states.get(&id).is_some_and(|state| state.is_final()));
        if open || !sent.told_to_the_end {
            continue;
        }
        ensure!(!told.is_empty(), "{correlation} was never told the end: {sent:?}");
        ensure!(
            told.len() == 1 || sent.refusals > 0,
            "{correlation} was told the end {} times: {sent:?} {told:#?}",
            told.len()
        );
        for reply in told {
            let journaled = reply.operation_id.and_then(|id| states.get(&id));
            ensure!(
                reply.state.as_ref() == journaled,
                "{correlation} was told {reply:#?}, it is {journaled:?}"
            );
        }
    }
    Ok(rows.len())
}
