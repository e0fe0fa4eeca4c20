//! One readable line in the log per fact. No secret, no customer's code and no personal data can stand in a fact.

use domain::{Fact, Operation};

/// Logs what was just committed.
pub fn tell(operation: &Operation, facts: &[Fact]) {
    for fact in facts {
        let request = &operation.request;
        let (id, module) = (operation.id, &request.module);
        let (store, terminal) = (&request.store, &request.terminal);
        let line = line(operation, fact);
        if fact.needs_a_person() {
            tracing::warn!(operation = %id, %module, %store, %terminal, "{line}");
        } else if matches!(fact, Fact::Deciding { .. } | Fact::Resumed) {
            tracing::debug!(operation = %id, %module, %store, %terminal, "{line}");
        } else {
            tracing::info!(operation = %id, %module, %store, %terminal, "{line}");
        }
    }
}

fn line(operation: &Operation, fact: &Fact) -> String {
    match fact {
        Fact::Accepted => format!("{:?} of {} rubles accepted", operation.kind(), operation.amount()),
        Fact::Deciding { call, attempt } => format!("calling the provider: {call:?}, attempt {attempt}"),
        Fact::Registered => "the provider registered it".to_owned(),
        Fact::Reserved { available } => {
            format!("{available} rubles may be debited; waiting for the register")
        }
        Fact::Confirmed { amount } => format!("the register confirmed the debit of {amount} rubles"),
        Fact::ConfirmationUnderWay => "the debit is under way".to_owned(),
        Fact::AttemptDeclined => "an attempt to pay was declined; the QR lives on".to_owned(),
        Fact::GiveBackByHand => {
            format!(
                "{} rubles must be given back by hand: the module cannot",
                operation.amount()
            )
        }
        Fact::Failed {
            call,
            certainty,
            code,
            provider_code,
            detail,
        } => {
            let theirs = provider_code
                .as_deref()
                .map(|code| format!(" ({code})"))
                .unwrap_or_default();
            format!(
                "{call:?} failed, {certainty:?}, {}{theirs}: {detail}",
                code.as_str()
            )
        }
        Fact::NotFound { call } => format!("{call:?}: the provider does not know it"),
        Fact::ClosingBegan { because } => format!("closing began: {because:?}"),
        Fact::Revoked => "the provider takes no more money for it".to_owned(),
        Fact::MoneyCame { amount } => format!("{amount} rubles came"),
        Fact::ReversalOpened { reversal } => {
            format!("money came too late; operation {reversal} gives it back")
        }
        Fact::AmountDiffers { asked, told } => {
            format!("{asked} rubles were asked, the provider names {told}; look into it")
        }
        Fact::RefundUnderWay => "the refund is under way".to_owned(),
        Fact::RefundTriedAgain { attempt } => format!("the refund was refused; attempt {attempt} follows"),
        Fact::GaveUp => "tried for as long as the settings allow; look into it".to_owned(),
        Fact::Hinted => "the provider hints at news after the end; asking".to_owned(),
        Fact::WatchEnded => "watched for late money long enough; none came".to_owned(),
        Fact::PromiseOver => "the promised time is over and the outcome is not known".to_owned(),
        Fact::Resumed => "taken up again".to_owned(),
        Fact::ConflictingRepeat => "the same id came again with other content and was turned away".to_owned(),
        Fact::Reached { state } => format!("now {}", state.as_str()),
    }
}
