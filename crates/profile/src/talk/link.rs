//! Stickers: what one is, and tying it to the merchant.

use super::Talk;
use crate::answer::Said;
use crate::template::{Facts, Step, View};
use connector::answer::{done, proves_nothing, too_long};
use connector::{Turn, WireResponse};
use domain::call::LinkCall;
use domain::{Answer, Code, Fault, LinkState, Timestamp};

impl Talk {
    pub(super) fn link_check(
        &self,
        call: &LinkCall,
        heard: &[WireResponse],
        now: Timestamp,
    ) -> Result<Turn, Fault> {
        let pattern = self.pattern(Step::LinkCheck)?;
        let mut facts = Facts::of_link(self.base(pattern, now), call);
        match heard {
            [] => self.send(pattern, &mut facts),
            [response] => match pattern.answer.hear(response, now)? {
                Said::Yes(body) => done(Answer::Link(pattern.answer.link(&body, &View::of(&facts))?)),
                Said::No(refusal) if refusal.is_not_found() => done(Answer::Link(LinkState::NotOurs)),
                Said::No(refusal) => Err(refusal.fault(Code::LinkForeign)),
            },
            _ => too_long(),
        }
    }

    /// A refused binding may mean that an earlier one, whose answer was lost, has done it: the link itself is asked
    /// where that is possible.
    pub(super) fn link_bind(
        &self,
        call: &LinkCall,
        heard: &[WireResponse],
        now: Timestamp,
    ) -> Result<Turn, Fault> {
        let pattern = self.pattern(Step::LinkBind)?;
        let mut facts = Facts::of_link(self.base(pattern, now), call);
        let [first, rest @ ..] = heard else {
            return self.send(pattern, &mut facts);
        };
        let refusal = match pattern.answer.hear(first, now)? {
            Said::Yes(body) => return done(Answer::Link(pattern.answer.link(&body, &View::of(&facts))?)),
            Said::No(refusal) => refusal,
        };
        if !self.variant().can.link_check {
            return Err(refusal.fault(Code::LinkForeign));
        }
        match self.link_check(call, rest, now).map_err(proves_nothing)? {
            Turn::Done(Answer::Link(LinkState::NotOurs)) => Err(refusal.fault(Code::LinkForeign)),
            turn => Ok(turn),
        }
    }
}
