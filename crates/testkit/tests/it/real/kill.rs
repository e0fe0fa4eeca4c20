//! SIGKILL at each step of a payment, of a cancel and of a refund. After the next start the register gets the truth,
//! and the bank's books and the journal agree. The steps are met exactly: the wire to the bank is held so that a call
//! or its answer hangs, the journal is held so that nothing can be committed.

use anyhow::Context;
use domain::{CallerId, OperationId, State};
use futures_util::future::join_all;
use register::{Pay, PaymentId, Refund, ReplyStream};
use simulator::bank::{Endpoint, PayerAction};
use simulator::{Fault, Rule, When};
use testkit::real::queue::Queues;
use testkit::real::replies::{ended, kopecks, qr};
use testkit::real::site::{CASH_LINK, DYNAMIC, Door, Site};
use testkit::real::store::{KINDS, Kind};
use testkit::real::until;

/// Where the power goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// The request is in the daemon's hands and nothing of it is committed.
    BeforeTheOpening,
    /// The decision to register is committed; the call has not reached the bank.
    RegistrationUnsent,
    /// The bank has registered; its answer is on the way.
    RegistrationUnanswered,
    /// The bank's answer was heard; it is not committed.
    RegistrationUncommitted,
    /// The buyer pays while the daemon is dead.
    AwaitingPayment,
    /// The bank has said "paid"; it is not committed.
    PaidUncommitted,
    /// "Paid" is committed; the reply has not left.
    PaidUntold,
    /// The decision to revoke is committed; the call has not reached the bank.
    RevokeUnsent,
    /// The bank has revoked; its answer is on the way.
    RevokeUnanswered,
    /// The bank's answer to the revoke was heard; it is not committed.
    RevokeUncommitted,
    /// The decision to refund is committed; the call has not reached the bank.
    RefundUnsent,
    /// The bank has refunded; its answer is on the way.
    RefundUnanswered,
    /// The bank's answer to the refund was heard; it is not committed.
    RefundUncommitted,
    /// "Refunded" is committed; the reply has not left.
    RefundedUntold,
    /// Money came after the cancel and the bank has given it back; its answer is on the way.
    ReversalUnanswered,
    /// The bank has bound a link; its answer is on the way.
    BindUnanswered,
    /// The bank's answer to the binding was heard; neither it nor the register's new link is committed.
    BindUncommitted,
}

/// Each step over the door at which more can go wrong with it.
const STEPS: [(Step, Door); 20] = [
    (Step::RegistrationUnsent, Door::Http),
    (Step::RegistrationUnsent, Door::Amqp),
    (Step::RegistrationUnanswered, Door::Amqp),
    (Step::RegistrationUncommitted, Door::Http),
    (Step::RegistrationUncommitted, Door::Amqp),
    (Step::AwaitingPayment, Door::Amqp),
    (Step::PaidUncommitted, Door::Http),
    (Step::PaidUncommitted, Door::Amqp),
    (Step::PaidUntold, Door::Http),
    (Step::PaidUntold, Door::Amqp),
    (Step::RevokeUnsent, Door::Amqp),
    (Step::RevokeUnanswered, Door::Http),
    (Step::RevokeUncommitted, Door::Amqp),
    (Step::RefundUnsent, Door::Http),
    (Step::RefundUnanswered, Door::Amqp),
    (Step::RefundUncommitted, Door::Http),
    (Step::RefundedUntold, Door::Amqp),
    (Step::ReversalUnanswered, Door::Http),
    (Step::BindUnanswered, Door::Http),
    (Step::BindUncommitted, Door::Amqp),
];

#[tokio::test(flavor = "multi_thread")]
async fn row_13_at_every_step_with_sqlite() -> anyhow::Result<()> {
    at_every_step(Kind::Sqlite).await
}

#[tokio::test(flavor = "multi_thread")]
async fn row_13_at_every_step_with_mariadb() -> anyhow::Result<()> {
    at_every_step(Kind::MariaDb).await
}

#[tokio::test(flavor = "multi_thread")]
async fn row_12_a_message_is_acknowledged_only_after_its_commit() -> anyhow::Result<()> {
    for kind in KINDS {
        Scene::play(kind, Step::BeforeTheOpening, Door::Amqp).await?;
    }
    Ok(())
}

/// All steps at once: most of the time is spent in waiting for leases and for the bank's patience.
async fn at_every_step(kind: Kind) -> anyhow::Result<()> {
    let rows = STEPS.map(async |(step, door)| {
        let done = Scene::play(kind, step, door).await;
        done.with_context(|| format!("{step:?} over {door:?} with {kind:?}"))
    });
    let failed: Vec<_> = join_all(rows).await.into_iter().filter_map(Result::err).collect();
    let told: Vec<_> = failed.iter().map(|error| format!("{error:#}")).collect();
    assert!(
        failed.is_empty(),
        "{} of {} steps failed:\n{}",
        failed.len(),
        STEPS.len(),
        told.join("\n")
    );
    Ok(())
}

struct Scene {
    site: Site,
    step: Step,
    door: Door,
}

impl Scene {
    async fn play(kind: Kind, step: Step, door: Door) -> anyhow::Result<()> {
        let site = Site::open(kind).await?;
        let mut scene = Self { site, step, door };
        match step {
            Step::BeforeTheOpening
            | Step::RegistrationUnsent
            | Step::RegistrationUnanswered
            | Step::RegistrationUncommitted => scene.registration().await?,
            Step::AwaitingPayment | Step::PaidUncommitted | Step::PaidUntold => scene.money().await?,
            Step::RevokeUnsent | Step::RevokeUnanswered | Step::RevokeUncommitted => scene.revoke().await?,
            Step::RefundUnsent | Step::RefundUnanswered | Step::RefundUncommitted | Step::RefundedUntold => {
                scene.refund().await?;
            }
            Step::ReversalUnanswered => scene.reversal().await?,
            Step::BindUnanswered | Step::BindUncommitted => scene.bind().await?,
        }
        scene.site.agree().await?;
        scene.site.close().await
    }

    async fn pay(&self) -> anyhow::Result<(ReplyStream, CallerId)> {
        let pay = Pay::new(kopecks(12_345)?);
        let id = pay.id.clone();
        Ok((self.site.register(self.door, DYNAMIC)?.pay(pay).await, id))
    }

    async fn registration(&mut self) -> anyhow::Result<()> {
        let (mut replies, id) = if self.step == Step::BeforeTheOpening {
            self.before_the_opening().await?
        } else {
            self.warm_up().await?;
            self.hold_bank();
            let (replies, id) = self.pay().await?;
            let operation = self.site.journaled(id.as_str()).await?;
            self.die(operation, (Endpoint::RegisterQr, 1), "Register").await?;
            (replies, id)
        };
        self.site.start().await?;
        let (_, payload) = qr(&mut replies).await?;
        self.site.buyer(&payload, PayerAction::Pay)?;
        ended(&mut replies, State::Paid).await?;
        self.site.journaled(id.as_str()).await?;
        Ok(())
    }

    /// A payment before the one that matters, so that the connection to the bank stands: a held wire would keep a
    /// new one from being made.
    async fn warm_up(&self) -> anyhow::Result<()> {
        let (mut replies, _) = self.pay().await?;
        let (_, payload) = qr(&mut replies).await?;
        self.site.buyer(&payload, PayerAction::Pay)?;
        ended(&mut replies, State::Paid).await.map(|_| ())
    }

    async fn before_the_opening(&mut self) -> anyhow::Result<(ReplyStream, CallerId)> {
        let queues = Queues::connect(&self.site.host.url(&self.site.host.broker)).await?;
        queues.deep(DYNAMIC, 0).await?;
        let held = self.site.store.hold().await?;
        let mark = self.site.log.mark();
        let (replies, id) = self.pay().await?;
        // It has tried to commit the opening, and still has the delivery in hand.
        self.site
            .log
            .line(mark, &["a message goes back to the queue"])
            .await?;
        self.site.kill_9()?;
        held.release().await?;
        anyhow::ensure!(
            self.site.calls(Endpoint::RegisterQr) == 0,
            "sent before the commit"
        );
        queues.deep(DYNAMIC, 1).await?;
        Ok((replies, id))
    }

    async fn money(&mut self) -> anyhow::Result<()> {
        let (mut replies, id) = self.pay().await?;
        let (_, payload) = qr(&mut replies).await?;
        let operation = self.site.journaled(id.as_str()).await?;
        match self.step {
            Step::AwaitingPayment => {
                self.site.kill_9()?;
                self.site.buyer(&payload, PayerAction::Pay)?;
            }
            Step::PaidUncommitted => {
                let held = self.site.store.hold().await?;
                let mark = self.site.log.mark();
                self.site.buyer(&payload, PayerAction::Pay)?;
                self.uncommitted(mark, operation).await?;
                self.site.kill_9()?;
                held.release().await?;
            }
            _ => {
                self.hold_replies();
                self.site.buyer(&payload, PayerAction::Pay)?;
                self.site.reached(operation, State::Paid).await?;
                self.site.kill_9()?;
            }
        }
        self.still(operation).await?;
        self.site.start().await?;
        let end = ended(&mut replies, State::Paid).await?;
        anyhow::ensure!(end.operation_id == Some(operation), "another operation: {end:?}");
        Ok(())
    }

    async fn revoke(&mut self) -> anyhow::Result<()> {
        let (mut replies, id) = self.pay().await?;
        let (_, payload) = qr(&mut replies).await?;
        self.hold_bank();
        let register = self.site.register(self.door, DYNAMIC)?;
        let mut cancel = register.cancel(PaymentId::Caller(id.clone())).await;
        let operation = self.site.journaled(id.as_str()).await?;
        self.site.reached(operation, State::Closing).await?;
        self.die(operation, (Endpoint::CancelQr, 0), "Revoke").await?;
        self.site.start().await?;
        ended(&mut replies, State::Cancelled).await?;
        ended(&mut cancel, State::Cancelled).await?;
        anyhow::ensure!(
            self.site.buyer(&payload, PayerAction::Pay).is_err(),
            "it can still be paid"
        );
        Ok(())
    }

    async fn refund(&mut self) -> anyhow::Result<()> {
        let (mut replies, id) = self.pay().await?;
        let (_, payload) = qr(&mut replies).await?;
        self.site.buyer(&payload, PayerAction::Pay)?;
        ended(&mut replies, State::Paid).await?;
        if self.step == Step::RefundedUntold {
            self.hold_replies();
        } else {
            self.hold_bank();
        }
        let refund = Refund::new(PaymentId::Caller(id));
        let refund_id = refund.id.clone();
        let mut replies = self.site.register(self.door, DYNAMIC)?.refund(refund).await;
        let operation = self.site.journaled(refund_id.as_str()).await?;
        if self.step == Step::RefundedUntold {
            self.site.reached(operation, State::Refunded).await?;
            self.site.kill_9()?;
        } else {
            self.die(operation, (Endpoint::Refund, 0), "Refund").await?;
        }
        self.still(operation).await?;
        self.site.start().await?;
        let end = ended(&mut replies, State::Refunded).await?;
        anyhow::ensure!(end.operation_id == Some(operation), "another operation: {end:?}");
        Ok(())
    }

    async fn reversal(&mut self) -> anyhow::Result<()> {
        let (mut replies, id) = self.pay().await?;
        qr(&mut replies).await?;
        let payment = self.site.journaled(id.as_str()).await?;
        let register = self.site.register(self.door, DYNAMIC)?;
        let mut cancel = register.cancel(PaymentId::Caller(id)).await;
        ended(&mut cancel, State::Cancelled).await?;
        let late = self.site.bank.bank.with(|bank, now| {
            bank.add_fault(Rule {
                endpoint: Some(Endpoint::Refund),
                fault: Fault::Delay { ms: 600_000 },
                when: When::Next(1),
            });
            bank.pay_late(payment.order(1).as_str(), now)
        });
        late?;
        self.site.called(Endpoint::Refund, 0).await?;
        self.site.kill_9()?;
        self.still(payment.reversal()).await?;
        self.site.start().await?;
        self.site.reached(payment.reversal(), State::Refunded).await?;
        let status = register.status(PaymentId::Operation(payment)).await?;
        anyhow::ensure!(
            status.state == Some(State::Cancelled),
            "final states are final: {status:?}"
        );
        Ok(())
    }

    async fn bind(&mut self) -> anyhow::Result<()> {
        self.warm_up().await?;
        self.hold_bank();
        let sticker = self.site.bank.bank.with(|bank, _| bank.print_sticker());
        let register = self.site.register(self.door, CASH_LINK)?;
        let mut replies = register.link_bind(&sticker, None).await;
        let id = replies.id().context("an id")?.clone();
        let operation = self.site.journaled(id.as_str()).await?;
        self.die(operation, (Endpoint::BindDraft, 0), "LinkBind").await?;
        self.still(operation).await?;
        self.site.start().await?;
        ended(&mut replies, State::Done).await?;
        let mut replies = register.pay(Pay::new(kopecks(777)?)).await;
        let operation = self
            .site
            .journaled(replies.id().context("an id")?.as_str())
            .await?;
        self.site.reached(operation, State::AwaitingPayment).await?;
        self.site.buyer(&sticker, PayerAction::Pay)?;
        ended(&mut replies, State::Paid).await.map(|_| ())
    }

    fn hold_bank(&self) {
        match self.step {
            Step::RegistrationUnsent | Step::RevokeUnsent | Step::RefundUnsent => {
                self.site.bank_wire.hold_up();
            }
            _ => self.site.bank_wire.hold_down(),
        }
    }

    fn hold_replies(&self) {
        match self.door {
            Door::Http => self.site.http_wire.hold_down(),
            Door::Amqp => self.site.broker_wire.hold_up(),
        }
    }

    /// With the wire to the bank held and the decision to call committed: dies at the scene's step. The bank has
    /// heard `before` calls of this kind so far.
    async fn die(
        &mut self,
        operation: OperationId,
        (endpoint, before): (Endpoint, u64),
        call: &str,
    ) -> anyhow::Result<()> {
        match self.step {
            Step::RegistrationUnsent | Step::RevokeUnsent | Step::RefundUnsent => {
                anyhow::ensure!(
                    self.site.calls(endpoint) == before,
                    "the call went through a held wire"
                );
                self.site.kill_9()
            }
            Step::RegistrationUnanswered
            | Step::RevokeUnanswered
            | Step::RefundUnanswered
            | Step::BindUnanswered => {
                self.site.called(endpoint, before).await?;
                self.site.kill_9()
            }
            _ => {
                self.site.called(endpoint, before).await?;
                let held = self.site.store.hold().await?;
                let mark = self.site.log.mark();
                self.site.bank_wire.release();
                let heard = format!("call={call} ");
                self.site
                    .log
                    .line(mark, &["exchange", &heard, "status=200"])
                    .await?;
                self.uncommitted(mark, operation).await?;
                self.site.kill_9()?;
                held.release().await
            }
        }
    }

    /// Waits until the daemon has found that it cannot commit what the bank answered about this operation.
    async fn uncommitted(&self, mark: usize, operation: OperationId) -> anyhow::Result<()> {
        let words = ["the journal did not take an event", &operation.to_string()];
        self.site.log.line(mark, &words).await.map(|_| ())
    }

    /// What a dead daemon left is what the step says, and stays so.
    async fn still(&self, operation: OperationId) -> anyhow::Result<()> {
        let state = self.site.stored(operation).await?.operation.state;
        let committed = matches!(self.step, Step::PaidUntold | Step::RefundedUntold);
        anyhow::ensure!(state.is_final() == committed, "{state:?} after the kill");
        if committed && self.door == Door::Amqp {
            let left = until("the reply in the outbox", async || {
                let rows = self.site.journal.outbox(0, 10).await?;
                Ok((!rows.is_empty()).then_some(rows))
            })
            .await?;
            anyhow::ensure!(
                left.iter().any(|row| row.outgoing.operation == Some(operation)),
                "{left:?}"
            );
        }
        Ok(())
    }
}
