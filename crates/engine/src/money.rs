//! The provider says that money has moved: the one way to "paid", and the reversal of what comes too late.

use crate::draft::Draft;
use crate::{Effect, closing};
use domain::call::Reference;
use domain::operation::{Because, Paid};
use domain::policy::MoneyWhileClosing;
use domain::{Code, Fact, Kopecks, State};

/// Takes note of the money, once, and decides what it means. It is believed at any time, also unasked. A debit that
/// nobody confirmed is another sum than was asked: nothing was.
pub fn came(draft: &mut Draft, told: Option<Kopecks>, reference: &Reference) {
    if draft.operation.paid.is_some() {
        return;
    }
    draft.keep(reference);
    let asked = if draft.operation.unconfirmed() {
        Kopecks::ZERO
    } else {
        draft.operation.charge()
    };
    let amount = told.unwrap_or_else(|| draft.operation.charge());
    draft.fact(Fact::MoneyCame { amount });
    draft.operation.paid = Some(Paid {
        at: draft.now,
        amount,
    });
    if amount != asked {
        draft.fact(Fact::AmountDiffers { asked, told: amount });
        sum_differs(draft);
    } else if draft.operation.state.is_final() {
        reverse(draft, amount);
    } else if register_waits(draft) && takes_money(draft) {
        draft.operation.failure = None;
        draft.reach(State::Paid);
    } else {
        if draft.operation.closing.is_none() {
            closing::note(draft, Because::Expired);
        }
        closing::end(draft);
        reverse(draft, amount);
    }
}

/// Whether another sum came than was asked: the operation stays as it is until a person has looked.
pub fn waits_for_a_person(draft: &Draft) -> bool {
    draft.operation.paid.is_some() && !draft.operation.state.is_final()
}

/// Another sum than was asked is neither "paid" nor "not paid": a person has to look. Nobody is told either.
fn sum_differs(draft: &mut Draft) {
    draft.operation.act_at = None;
    if draft.operation.state.is_final() {
        return;
    }
    draft.fail(Code::Unresolved, "the provider names another sum than was asked");
    draft.reach(State::Unresolved);
}

fn register_waits(draft: &Draft) -> bool {
    draft.operation.state != State::Unresolved && draft.now < draft.operation.answer_by
}

fn takes_money(draft: &Draft) -> bool {
    draft.operation.closing.is_none()
        || draft.operation.policy.money_while_closing == MoneyWhileClosing::Accept
}

/// Opens the refund that gives late money back. Money is taken note of once, so there is only one.
fn reverse(draft: &mut Draft, amount: Kopecks) {
    let reversal = draft.operation.id.reversal();
    draft.operation.reversal = Some(reversal);
    draft.operation.act_at = None;
    draft.fact(Fact::ReversalOpened { reversal });
    draft.effect(Effect::OpenReversal { amount });
}
