//! A register's day, with its buyers.

use super::dice::Dice;
use super::shop::Shop;
use super::{PAYMENTS, pause};
use anyhow::{Result, ensure};
use domain::{OperationId, State};
use protocol::Reply;
use simulator::bank::PayerAction;
use std::sync::Arc;
use testkit::till::Till;
use testkit::world::DYNAMIC;

/// The longest pause between two customers, in milliseconds.
const NEXT_WITHIN_MS: u64 = 30 * 60_000;
/// Late money comes at most so long after the end, in milliseconds: well inside the watch.
const LATE_WITHIN_MS: u64 = 5 * 60_000;

struct Register {
    shop: Arc<Shop>,
    till: Till,
    dice: Dice,
}

pub async fn work(shop: Arc<Shop>, till: Till, dice: Dice) -> Result<()> {
    let mut register = Register { shop, till, dice };
    for number in 0..PAYMENTS {
        let wait_ms = register.dice.below(NEXT_WITHIN_MS);
        pause(wait_ms).await;
        register.customer(number).await?;
    }
    Ok(())
}

impl Register {
    async fn customer(&mut self, number: u64) -> Result<()> {
        let name = format!("p{number}");
        let amount = 100 + self.dice.below(1_000_000).cast_signed();
        let pay = self.till.pay(&name, amount)?;
        let first = self.shop.send(pay.clone(), self.correlation(&name)).await;
        let Some(id) = first.operation_id else {
            // Another payment on this link has not come to its end yet.
            ensure!(self.till.module != DYNAMIC, "turned away: {first:?}");
            return Ok(());
        };
        if self.dice.percent(20) {
            // The reply was lost; the register asks again, perhaps at a bad moment.
            let wait_ms = self.dice.below(20_000);
            let (shop, again) = (Arc::clone(&self.shop), self.correlation(&format!("{name}-again")));
            tokio::spawn(async move {
                pause(wait_ms).await;
                shop.send(pay, again).await;
            });
        }
        let shown = self
            .shop
            .wait(id, |reply| reply.is_final || reply.qr.is_some())
            .await;
        let Some(shown) = shown.filter(|reply| !reply.is_final) else {
            return Ok(());
        };
        self.buyer(&shown, &name).await?;
        let Some(end) = self.shop.wait(id, |reply| reply.is_final).await else {
            return Ok(());
        };
        match end.state {
            Some(State::Paid) => self.goods_come_back(&name, amount).await,
            Some(State::Expired | State::Cancelled) if self.dice.percent(15) => self.pay_late(id),
            _ => {}
        }
        Ok(())
    }

    fn correlation(&self, name: &str) -> String {
        format!("{}/{}/{name}", self.till.store, self.till.terminal)
    }

    async fn buyer(&mut self, shown: &Reply, name: &str) -> Result<()> {
        let link = shown.qr.as_ref().map(|qr| qr.payload.clone()).unwrap_or_default();
        match self.dice.below(100) {
            0..40 => self.acts(&link, PayerAction::Pay, 3_000).await,
            40..60 => self.acts(&link, PayerAction::Pay, 310_000).await,
            60..66 => {
                self.acts(&link, PayerAction::Start, 60_000).await;
                self.acts(&link, PayerAction::Pay, 120_000).await;
            }
            66..70 => {
                self.acts(&link, PayerAction::Start, 290_000).await;
            }
            70..76 => self.acts(&link, PayerAction::Decline, 60_000).await,
            76..82 => {
                self.acts(&link, PayerAction::Decline, 30_000).await;
                self.acts(&link, PayerAction::Pay, 2_000).await;
            }
            82..90 => self.cancels(name, 60_000).await?,
            90..96 => {
                // The cashier and the buyer press their buttons together.
                self.acts(&link, PayerAction::Pay, 2_000).await;
                self.cancels(name, 2_000).await?;
            }
            _ => {}
        }
        Ok(())
    }

    async fn acts(&mut self, link: &str, action: PayerAction, within_ms: u64) {
        let wait_ms = self.dice.below(within_ms);
        let (bank, link) = (self.shop.bank.clone(), link.to_owned());
        let act = async move {
            pause(wait_ms).await;
            let now = bank.now();
            let _ = bank.lock().pay(&link, action, None, now);
        };
        // Beside what follows, or before it.
        if self.dice.percent(30) {
            tokio::spawn(act);
        } else {
            act.await;
        }
    }

    async fn cancels(&mut self, name: &str, within_ms: u64) -> Result<()> {
        let wait_ms = self.dice.below(within_ms);
        pause(wait_ms).await;
        let cancel = self.till.cancel(&format!("c-{name}"), name)?;
        let correlation = self.correlation(&format!("c-{name}"));
        self.shop.send(cancel, correlation).await;
        Ok(())
    }

    async fn goods_come_back(&mut self, name: &str, amount: i64) {
        if !self.dice.percent(35) {
            return;
        }
        let mut refunds = tokio::task::JoinSet::new();
        for number in 0..=self.dice.below(3) {
            let id = format!("r{number}-{name}");
            let sum = match self.dice.below(4) {
                0 => None,
                1 => Some(amount),
                _ => Some(1 + self.dice.below(amount.cast_unsigned()).cast_signed()),
            };
            let Ok(refund) = self.till.refund(&id, name, sum) else {
                continue;
            };
            let (shop, correlation) = (Arc::clone(&self.shop), self.correlation(&id));
            let wait_ms = self.dice.below(5_000);
            refunds.spawn(async move {
                pause(wait_ms).await;
                shop.send(refund, correlation).await
            });
        }
        while refunds.join_next().await.is_some() {}
    }

    fn pay_late(&mut self, id: OperationId) {
        let wait_ms = self.dice.below(LATE_WITHIN_MS);
        let bank = self.shop.bank.clone();
        tokio::spawn(async move {
            pause(wait_ms).await;
            let now = bank.now();
            let order = id.order(1);
            for order in [order.as_str(), &order.to_uuid_text()] {
                let _ = bank.lock().pay_late(order, now);
            }
        });
    }
}
