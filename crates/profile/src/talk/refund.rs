//! Refunds: making one, and asking how it stands.

use super::{Ids, Talk};
use crate::answer::Said;
use crate::template::{Facts, Step, View};
use connector::answer::{done, proves_nothing, too_long, unclear};
use connector::{Turn, WireResponse};
use domain::call::RefundCall;
use domain::{Answer, Code, Fault, RefundState, Timestamp};

impl Talk {
    /// A refused refund is believed only when the provider does not know it: the refusal may be about a repeat whose
    /// first call was carried out.
    pub(super) fn refund(
        &self,
        call: &RefundCall,
        heard: &[WireResponse],
        now: Timestamp,
    ) -> Result<Turn, Fault> {
        let pattern = self.pattern(Step::Refund)?;
        let (payment, heard) = match self.ids(pattern, &call.payment, heard, now)? {
            Ids::Known(payment, heard) => (payment, heard),
            Ids::Ask(request) => return Ok(Turn::Send(request)),
            Ids::Over(_) => {
                return Err(unclear(
                    "the provider does not know the payment that is to be refunded",
                ));
            }
        };
        let call = RefundCall {
            payment,
            ..call.clone()
        };
        let mut facts = self.with_link(Facts::of_refund(self.base(pattern, now), &call));
        let [first, rest @ ..] = heard else {
            return self.send(pattern, &mut facts);
        };
        match pattern.answer.hear(first, now)? {
            Said::Yes(body) => done(Answer::Refund(pattern.answer.refund(&body, &View::of(&facts))?)),
            Said::No(refusal) => match self.refund_status(&call, rest, now).map_err(proves_nothing)? {
                Turn::Done(Answer::Refund(RefundState::NotFound)) => {
                    Err(refusal.fault(Code::ProviderRefused))
                }
                turn => Ok(turn),
            },
        }
    }

    pub(super) fn refund_status(
        &self,
        call: &RefundCall,
        heard: &[WireResponse],
        now: Timestamp,
    ) -> Result<Turn, Fault> {
        let pattern = self.pattern(Step::RefundStatus)?;
        let (payment, heard) = match self.ids(pattern, &call.payment, heard, now)? {
            Ids::Known(payment, heard) => (payment, heard),
            Ids::Ask(request) => return Ok(Turn::Send(request)),
            Ids::Over(_) => {
                return Err(unclear(
                    "the provider does not know the payment whose refund is asked about",
                ));
            }
        };
        let call = RefundCall {
            payment,
            ..call.clone()
        };
        let mut facts = self.with_link(Facts::of_refund(self.base(pattern, now), &call));
        match heard {
            [] => self.send(pattern, &mut facts),
            [response] => match pattern.answer.hear(response, now)? {
                Said::Yes(body) => done(Answer::Refund(pattern.answer.refund(&body, &View::of(&facts))?)),
                Said::No(refusal) if refusal.is_not_found() => done(Answer::Refund(RefundState::NotFound)),
                Said::No(refusal) => Err(refusal.fault(Code::ProviderRefused)),
            },
            _ => too_long(),
        }
    }
}
