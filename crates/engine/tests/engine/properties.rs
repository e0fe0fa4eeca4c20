//! Long random stories: against the rules alone, and against banks whose books are compared at the end.

use crate::bank::{Bank, Manners, Payout, Till, Vault};
use crate::moves::{Move, SILENCE_MS, Say, offered};
use crate::openings::{
    by_customer_code, over_a_sticker, payment, refund, repeatable, reserving, reversing, without_revoke,
};
use crate::rules::Trial;
use domain::request::RefundOrigin;
use domain::{Call, State, Timestamp};
use engine::Opening;
use proptest::prelude::*;

/// More events than any story can need; reaching it means that the operation never comes to rest.
const EVENTS_MAX: usize = 4_000;
/// Stories for each property.
const CASES: u32 = 4_000;

/// What becomes of one call on its way.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Answered {
        after_ms: u64,
    },
    NotSent,
    /// Nobody knows, and it never arrived.
    LostGoing,
    /// Nobody knows, and it arrived after so long.
    LostComing {
        arrives_ms: u64,
    },
    /// The bank is broken: a question is refused. (A call that changes something is lost going.)
    Broken,
}

/// What others do meanwhile.
#[derive(Debug, Clone, Copy)]
enum Deed {
    BuyerPays,
    BuyerIsDeclined,
    Cancel,
    Hint,
    Crash,
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        4 => (20_u64..3_000).prop_map(|after_ms| Fate::Answered { after_ms }),
        1 => Just(Fate::NotSent),
        2 => Just(Fate::LostGoing),
        2 => (0_u64..19_000).prop_map(|arrives_ms| Fate::LostComing { arrives_ms }),
        1 => Just(Fate::Broken),
    ]
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        3 => Just(Deed::BuyerPays),
        1 => Just(Deed::BuyerIsDeclined),
        2 => Just(Deed::Cancel),
        2 => Just(Deed::Hint),
        3 => Just(Deed::Crash),
    ]
}

fn pause_ms() -> impl Strategy<Value = u64> {
    prop_oneof![3 => 0_u64..4_000, 2 => 0_u64..60_000, 1 => 0_u64..600_000]
}

fn script() -> impl Strategy<Value = Vec<(u64, Deed)>> {
    prop::collection::vec((pause_ms(), deed()), 0..14)
}

/// An operation, its bank, and the wire between them.
struct World<B> {
    trial: Trial,
    bank: B,
    fates: Vec<Fate>,
    /// Calls that will arrive at the bank.
    going: Vec<(Timestamp, Call)>,
    /// The answer that will come back.
    coming: Option<(Timestamp, Move)>,
    story: Vec<Move>,
}

impl<B: Bank> World<B> {
    fn new(opening: Opening, bank: B, mut fates: Vec<Fate>) -> Self {
        fates.reverse();
        let mut world = Self {
            trial: Trial::new(opening),
            bank,
            fates,
            going: Vec::new(),
            coming: None,
            story: Vec::new(),
        };
        world.send();
        world
    }

    /// Puts the call that the engine wants on the wire.
    fn send(&mut self) {
        let Some(call) = self.trial.wanted.take() else {
            return;
        };
        let now = self.trial.now;
        let kind = call.kind();
        let fate = self.fates.pop().unwrap_or(Fate::Answered { after_ms: 100 });
        let silence = Some((now.plus_ms(SILENCE_MS), Move::Answer(kind, Say::Unknown)));
        self.coming = match fate {
            Fate::Answered { after_ms } => {
                self.arrivals(now);
                let say = self.bank.receive(&call, now);
                Some((now.plus_ms(after_ms), Move::Answer(kind, say)))
            }
            Fate::NotSent => Some((now.plus_ms(10), Move::Answer(kind, Say::NotSent))),
            Fate::Broken if !kind.changes_something() => {
                Some((now.plus_ms(30), Move::Answer(kind, Say::Refused)))
            }
            Fate::LostGoing | Fate::Broken => silence,
            Fate::LostComing { arrives_ms } => {
                self.going.push((now.plus_ms(arrives_ms), call));
                silence
            }
        };
    }

    /// What is on the wire arrives when its moment has come.
    fn arrivals(&mut self, now: Timestamp) {
        self.going.sort_by_key(|(at, _)| *at);
        while self.going.first().is_some_and(|(at, _)| *at <= now) {
            let (at, call) = self.going.remove(0);
            self.bank.receive(&call, at);
        }
    }

    fn happens(&mut self, step: Move, now: Timestamp) {
        self.arrivals(now);
        self.story.push(step);
        let attempt = self.trial.operation.attempt;
        match self.trial.after_event(&step.event(now), step, now) {
            Ok(next) => self.trial = next.new_page(attempt),
            Err(broken) => panic!("{broken}\nafter {:?}", self.story),
        }
        self.send();
    }

    /// Lets everything happen that happens before the moment. Returns false when nothing more will.
    fn runs_until(&mut self, moment: Timestamp) -> bool {
        let answer_at = self.coming.map(|(at, _)| at);
        let next = [answer_at, self.trial.operation.due_at]
            .into_iter()
            .flatten()
            .min();
        match next {
            Some(at) if at <= moment => {
                let at = at.max(self.trial.now);
                let step = match self.coming {
                    Some((coming_at, step)) if coming_at <= at => {
                        self.coming = None;
                        step
                    }
                    _ => Move::Due,
                };
                self.happens(step, at);
                true
            }
            _ => false,
        }
    }

    fn plays(&mut self, script: &[(u64, Deed)], mut buyer: impl FnMut(&mut Self, bool, Timestamp)) {
        let mut moment = self.trial.now;
        for (pause_ms, deed) in script {
            moment = moment.plus_ms(*pause_ms);
            while self.runs_until(moment) {
                assert!(
                    self.story.len() < EVENTS_MAX,
                    "never at rest: {:?}",
                    self.trial.operation
                );
            }
            self.arrivals(moment);
            match deed {
                Deed::BuyerPays => buyer(self, true, moment),
                Deed::BuyerIsDeclined => buyer(self, false, moment),
                Deed::Cancel => self.happens(Move::Cancel, moment),
                Deed::Hint => self.happens(Move::Hint, moment),
                Deed::Crash => {
                    self.coming = None;
                    self.happens(Move::Resumed, moment);
                }
            }
        }
        while self.runs_until(Timestamp::MAX) {
            assert!(
                self.story.len() < EVENTS_MAX,
                "never at rest: {:?}",
                self.trial.operation
            );
        }
    }
}

fn pay(opening: Opening, manners: Manners, fates: Vec<Fate>, script: &[(u64, Deed)]) {
    let mut world = World::new(opening, Till::new(manners), fates);
    world.plays(script, |world, succeeds, now| {
        if manners.reserves {
            // The cashier confirms; a buyer has nothing to do.
            world.happens(Move::Confirm, now);
            return;
        }
        let qr = world.trial.operation.qr.as_ref();
        if manners.sticker || qr.is_some_and(|qr| !qr.payload.is_empty()) {
            world.bank.buyer(succeeds, now);
        }
    });
    let operation = &world.trial.operation;
    let story = &world.story;
    assert!(
        operation.state.is_final(),
        "not at an end: {operation:?}\n{story:?}"
    );
    let kept = operation.state == State::Paid;
    let given_back = operation.reversal.is_some();
    assert_eq!(
        world.bank.paid_at.is_some(),
        kept || given_back,
        "the bank's book and ours differ: {operation:?}\n{story:?}"
    );
    assert!(!(kept && given_back));
    assert!(world.bank.order_ids.len() <= 1, "two orders: {story:?}");
    assert!(world.bank.debits <= 1, "debited twice: {story:?}");
}

fn give_back(origin: RefundOrigin, vault: Vault, fates: Vec<Fate>, script: &[(u64, Deed)]) {
    let mut world = World::new(refund(origin), vault, fates);
    world.plays(script, |world, _, now| {
        assert!(world.bank.owed(now) <= 1, "given back twice: {:?}", world.story);
    });
    let operation = &world.trial.operation;
    let story = &world.story;
    let owed = world.bank.owed(Timestamp::MAX);
    match operation.state {
        State::Refunded => assert_eq!(owed, 1, "{story:?}"),
        State::Refused => assert_eq!(owed, 0, "{story:?}"),
        state => panic!("not at an end: {state:?} {story:?}"),
    }
    assert!(origin == RefundOrigin::Register || operation.state == State::Refunded);
}

fn manners() -> impl Strategy<Value = Manners> {
    (any::<bool>(), any::<bool>(), prop_oneof![Just(0), 0_u64..120_000]).prop_map(
        |(relative_life, silent_lag, lag_ms)| Manners {
            relative_life,
            lag_ms,
            silent_lag,
            ..Manners::default()
        },
    )
}

fn payout() -> impl Strategy<Value = Payout> {
    prop_oneof![
        Just(Payout::RefusedAtOnce),
        (0_u64..400_000).prop_map(Payout::Declined),
        (0_u64..400_000).prop_map(Payout::Completed),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_rules_hold_in_long_stories(
        kind in 0..9_usize,
        picks in prop::collection::vec((any::<prop::sample::Index>(), pause_ms()), 0..60),
    ) {
        let opening = match kind {
            0 => payment(),
            1 => reversing(payment()),
            2 => without_revoke(payment()),
            3 => repeatable(),
            4 => over_a_sticker(payment()),
            5 => by_customer_code(repeatable()),
            6 => refund(RefundOrigin::Register),
            7 => reserving(payment()),
            _ => refund(RefundOrigin::LateMoney),
        };
        let mut trial = Trial::new(opening);
        let mut story = Vec::new();
        for (pick, pause_ms) in picks {
            let step = *pick.get(&offered(&trial.operation, &trial.made));
            let now = match step {
                Move::Due => step.at(&trial.operation, trial.now),
                _ => trial.now.plus_ms(pause_ms),
            };
            story.push((step, now));
            let attempt = trial.operation.attempt;
            match trial.after_event(&step.event(now), step, now) {
                Ok(next) => trial = next.new_page(attempt),
                Err(broken) => prop_assert!(false, "{}\nafter {:?}", broken, story),
            }
        }
    }

    #[test]
    fn the_bank_and_the_journal_agree_on_a_qr(
        revoke: bool,
        reverses: bool,
        repeats: bool,
        long_life: bool,
        manners in manners(),
        fates in prop::collection::vec(fate(), 0..25),
        script in script(),
    ) {
        let mut opening = if repeats { repeatable() } else { payment() };
        opening.abilities.revoke = revoke;
        let opening = if reverses { reversing(opening) } else { opening };
        pay(opening, Manners { repeatable: repeats, long_life, ..manners }, fates, &script);
    }

    #[test]
    fn the_bank_and_the_journal_agree_on_a_sticker(
        revoke: bool,
        claims_repeats: bool,
        manners in manners(),
        fates in prop::collection::vec(fate(), 0..25),
        script in script(),
    ) {
        let mut opening = over_a_sticker(if claims_repeats { repeatable() } else { payment() });
        opening.abilities.revoke = revoke;
        pay(opening, Manners { sticker: true, ..manners }, fates, &script);
    }

    #[test]
    fn the_bank_and_the_journal_agree_on_a_customer_code(
        claims_repeats: bool,
        manners in manners(),
        fates in prop::collection::vec(fate(), 0..25),
        script in script(),
    ) {
        let opening = by_customer_code(if claims_repeats { repeatable() } else { payment() });
        pay(opening, Manners { charges: true, ..manners }, fates, &script);
    }

    #[test]
    fn the_bank_and_the_journal_agree_on_a_reservation(
        reverses: bool,
        repeats: bool,
        tells_reserved: bool,
        manners in manners(),
        fates in prop::collection::vec(fate(), 0..25),
        script in script(),
    ) {
        let opening = reserving(if repeats { repeatable() } else { payment() });
        let opening = if reverses { reversing(opening) } else { opening };
        let manners = Manners { reserves: true, repeatable: repeats, tells_reserved, ..manners };
        pay(opening, manners, fates, &script);
    }

    #[test]
    fn a_register_gives_back_once_or_not_at_all(
        refuses_repeats: bool,
        payouts in prop::collection::vec(payout(), 0..3),
        fates in prop::collection::vec(fate(), 0..25),
        script in script(),
    ) {
        let vault = Vault::new(payouts, refuses_repeats);
        give_back(RefundOrigin::Register, vault, fates, &script);
    }

    #[test]
    fn late_money_goes_back_exactly_once(
        refuses_repeats: bool,
        payouts in prop::collection::vec(payout(), 0..3),
        fates in prop::collection::vec(fate(), 0..25),
        script in script(),
    ) {
        let vault = Vault::new(payouts, refuses_repeats);
        give_back(RefundOrigin::LateMoney, vault, fates, &script);
    }
}
