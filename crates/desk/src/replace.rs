//! A payment that takes the place of an earlier one of the same register (the cashier changed the sum, say): the earlier
//! one is cancelled first, so that a link is free and nobody can pay twice.

use crate::opening::TurnedAway;
use crate::{Inner, look, slot, unavailable};
use domain::{CallerId, Code, OperationKind, State};
use gateway::DeskError;
use protocol::Pay;
use std::sync::Arc;
use std::time::Duration;

/// How long the end of the earlier payment is waited for, in milliseconds.
const END_WITHIN_MS: u64 = 60_000;

/// Ends the payment that `pay` replaces. `Err` inside when the new payment cannot begin: the old one is paid, unknown, or
/// does not come to its end in time. A repeat of `pay` ends nothing.
pub async fn make_room(
    inner: &Arc<Inner>,
    pay: &Pay,
    earlier: &CallerId,
) -> Result<Result<(), TurnedAway>, DeskError> {
    let find = |id| inner.journal.find(&pay.store, &pay.terminal, id);
    if find(&pay.id).await.map_err(unavailable)?.is_some() {
        return Ok(Ok(()));
    }
    let found = find(earlier).await.map_err(unavailable)?;
    let Some(stored) = found.filter(|stored| stored.operation.kind() == OperationKind::Payment) else {
        return Ok(Err(TurnedAway::new(
            Code::UnknownPayment,
            "replaces: no payment of this register is known under this id",
        )));
    };
    let operation = stored.operation;
    if operation.state.is_final() {
        return Ok(fit_to_follow(operation.state));
    }
    if slot::happen(inner, operation.id, engine::Event::CancelRequested)
        .await?
        .is_none()
    {
        return Err(DeskError::JournalUnavailable(
            "another daemon works on the payment that is to be replaced; try again".to_owned(),
        ));
    }
    let Some(mut replies) = look::watch(inner, operation.id).await? else {
        return Ok(Ok(()));
    };
    let end = async {
        while let Some(reply) = replies.recv().await {
            if let (true, Some(state)) = (reply.is_final, reply.state) {
                return Some(state);
            }
        }
        None
    };
    let end = tokio::time::timeout(Duration::from_millis(END_WITHIN_MS), end).await;
    Ok(end.ok().flatten().map_or_else(not_ended, fit_to_follow))
}

fn fit_to_follow(state: State) -> Result<(), TurnedAway> {
    match state {
        State::Paid => Err(TurnedAway::new(
            Code::AlreadyPaid,
            "replaces: that payment is paid; return it with a refund",
        )),
        state if state.is_final() => Ok(()),
        _ => not_ended(),
    }
}

fn not_ended() -> Result<(), TurnedAway> {
    Err(TurnedAway::new(
        Code::Unresolved,
        "replaces: that payment has not come to its end; nothing was begun in its place",
    ))
}
