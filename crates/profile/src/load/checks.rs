//! What a module must have to keep its promises: a call for every ability, a way to ask after every doubt.

use super::layers::Layers;
use crate::answer::{PaymentWord, RefundWord};
use crate::faults::Faults;
use crate::model::Variant;
use crate::template::Step;
use conf::{Node, Problem};
use domain::{LostRegistration, Taking};

/// Notes everything that does not fit together.
pub(super) fn variant(layers: &Layers<'_>, variant: &Variant, faults: &mut Faults) {
    let check = Check { layers, variant };
    check.calls(faults);
    check.status(faults);
    check.refunds(faults);
    check.registration(faults);
}

struct Check<'a, 'n> {
    layers: &'a Layers<'n>,
    variant: &'a Variant,
}

impl<'n> Check<'_, 'n> {
    fn call(&self, step: Step) -> Node<'n> {
        let mut each = self.layers.each("calls").map(|calls| calls.get(step.name()));
        let own = self.layers.top().get("calls").get(step.name());
        each.find(Node::is_there).unwrap_or(own)
    }

    fn calls(&self, faults: &mut Faults) {
        let can = self.variant.can;
        for (wanted, step, why) in [
            (true, Step::Register, "every module registers a payment"),
            (true, Step::Status, "every module asks how a payment stands"),
            (can.revoke, Step::Revoke, "`can` names revoke"),
            (can.refund, Step::Refund, "`can` names refund"),
            (
                can.refund,
                Step::RefundStatus,
                "a refund whose answer is lost must be asked about",
            ),
            (can.link_check, Step::LinkCheck, "`can` names link_check"),
            (can.link_bind, Step::LinkBind, "`can` names link_bind"),
            (
                self.variant.reservation,
                Step::Confirm,
                "a reservation is debited by this call",
            ),
        ] {
            // A call that is written but wrong has its faults noted already.
            let written = self.call(step).is_there();
            if wanted && !written {
                faults.add(self.call(step).error(Problem::Missing(why)));
            }
        }
        if can.partial_refund && !can.refund {
            faults.unusable(&self.layers.first("can"), "partial_refund needs refund");
        }
        let lost = self.layers.first("lost_registration");
        if !lost.is_there() {
            faults.add(lost.error(Problem::Missing(
                "what to do when the answer to a registration is lost: `ask` (about our order id), or `repeat` when the provider documents that repeating an unpaid order is harmless",
            )));
        }
    }

    fn status(&self, faults: &mut Faults) {
        let Some(status) = self.variant.calls.get(&Step::Status) else {
            return;
        };
        let node = self.call(Step::Status);
        if !status
            .answer
            .payment_words
            .values()
            .any(|word| *word == PaymentWord::Paid)
        {
            let words = self.layers.first("words").get("payment").get("paid");
            faults.add(words.error(Problem::Missing(
                "the provider's word for a payment whose money has moved: paid = [ACWP]",
            )));
        }
        if self.variant.lost == LostRegistration::AskByOrder && !status.mentions("order") {
            faults.unusable(
                &node,
                "with lost_registration = ask it must find the payment by our id: name {order} in the request",
            );
        }
        if self.variant.lost == LostRegistration::AskByOrder && !status.needs.is_empty() {
            let needs = status.needs.join(", ");
            faults.unusable(
                &node,
                format!("with lost_registration = ask it must do without the provider's ids ({needs})"),
            );
        }
    }

    fn refunds(&self, faults: &mut Faults) {
        for step in [Step::Refund, Step::RefundStatus] {
            let Some(call) = self.variant.calls.get(&step).filter(|_| self.variant.can.refund) else {
                continue;
            };
            let node = self.call(step);
            let by_their_id = call.needs_refund_reference();
            if by_their_id {
                faults.unusable(
                    &node,
                    "must find the refund by {refund}, our own id: the provider's may be lost with an answer",
                );
            } else if !call.mentions("refund") {
                faults.unusable(&node, "must name {refund}: without it a lost answer cannot be told from a refund that was never made");
            }
            let words = &call.answer.refund_words;
            let fixed =
                call.answer.refund_state == Some(RefundWord::Completed) && call.answer.status.is_none();
            if step == Step::RefundStatus
                && !fixed
                && !words.values().any(|word| *word == RefundWord::Completed)
            {
                let words = self.layers.first("words").get("refund").get("completed");
                faults.add(words.error(Problem::Missing(
                    "the provider's word for a refund whose money went back",
                )));
            }
        }
    }

    fn registration(&self, faults: &mut Faults) {
        let Some(call) = self.variant.calls.get(&Step::Register) else {
            return;
        };
        let node = self.call(Step::Register);
        let shows = !self.variant.cash_link
            && !self.variant.reservation
            && self.variant.customer_code != Taking::Always;
        let payload = node.get("answer").get("payload");
        // One that is written but wrong is noted already.
        if shows && call.answer.payload.is_none() && !payload.is_there() {
            faults.add(payload.error(Problem::Missing(
                "what the QR must hold: a place of the answer, or a text with {key.…} or {link_id}",
            )));
        }
        if self.variant.lost == LostRegistration::AskByOrder && !call.mentions("order") {
            faults.unusable(
                &node,
                "with lost_registration = ask the provider must be told our id: name {order} in the request",
            );
        }
        if self.variant.customer_code == Taking::Always && !call.mentions("customer_code") {
            faults.unusable(
                &node,
                "with customer_code = always it must send the buyer's code: name {customer_code}",
            );
        }
        if !self.variant.tenders.is_empty() && !call.mentions("tender") {
            faults.unusable(&node, "with `tenders` it must say which: name {tender}");
        }
        if self.variant.reservation && call.answer.reserved.is_none() {
            faults.add(node.get("answer").get("reserved").error(Problem::Missing(
                "where the answer says how much may be paid: reserved { available = /sum }",
            )));
        }
    }
}
