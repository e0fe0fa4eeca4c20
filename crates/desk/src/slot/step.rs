//! One event at a slot: decide, commit, act; and what to do when nobody knows whether the commit is in.

use super::alongside::{BOUND_ONCE, bound_link};
use super::{Slot, start};
use crate::{batch, story};
use connector::cash_link;
use domain::{Call, Code, Fault, Kopecks, TerminalId};
use engine::{Decision, Effect, Event};
use journal::{Change, JournalError, Stored};
use std::sync::Arc;
use std::time::Duration;

/// The pause before the journal is tried again for an answer that must not be lost, in milliseconds.
const JOURNAL_PAUSE_MS: u64 = 500;

/// What the journal says after a commit of which nobody knows whether it is in.
enum Reloaded {
    /// It is not in.
    Same,
    /// It is in.
    Replaced,
    /// Another daemon has the operation now.
    Lost,
}

impl Slot {
    /// Lets an event happen that cannot be had again (an answer of the provider): tries until the journal takes it.
    /// A daemon that stops meanwhile leaves it to the next start, which asks the provider anew.
    pub(super) async fn must_happen(&mut self, event: &Event) {
        let mut event = event.clone();
        while let Err(error) = self.happen(&event).await {
            tracing::error!(operation = %self.operation.id, %error, "the journal did not take an event; trying again");
            tokio::select! {
                () = tokio::time::sleep(Duration::from_millis(JOURNAL_PAUSE_MS)) => {}
                () = self.inner.stopping.cancelled() => return,
            }
            match self.reload().await {
                Ok(Reloaded::Replaced) => event = Event::Resumed,
                Ok(Reloaded::Lost) => {
                    tracing::warn!(operation = %self.operation.id, "another daemon has taken the operation over");
                    self.lost = true;
                    return;
                }
                Ok(Reloaded::Same) | Err(_) => {}
            }
        }
    }

    /// Decides, commits, acts.
    pub(super) async fn happen(&mut self, event: &Event) -> Result<(), JournalError> {
        let now = self.inner.clock.now();
        let decision = engine::decide(&self.operation, event, now);
        if !decision.facts.is_empty() {
            match self.commit(&decision).await {
                Err(JournalError::Taken { key, terminal }) => {
                    return Box::pin(self.taken(event, key, &terminal)).await;
                }
                committed => committed?,
            }
        }
        let Decision {
            operation,
            facts,
            effects,
        } = decision;
        self.operation = operation;
        story::tell(&self.operation, &facts);
        self.carry_out(effects);
        Ok(())
    }

    /// The sticker or its terminal number went to another register while the bank was being asked. Nothing was
    /// written: the answer counts as a refusal.
    async fn taken(
        &mut self,
        event: &Event,
        key: &'static str,
        terminal: &TerminalId,
    ) -> Result<(), JournalError> {
        let Event::Answered { call, .. } = event else {
            return Err(JournalError::Taken {
                key,
                terminal: terminal.clone(),
            });
        };
        let fault = if key == cash_link::TERMINAL_NUMBER {
            let detail = format!("the terminal number belongs to register {terminal}");
            Fault::refused(Code::TerminalNumberTaken, detail)
        } else {
            Fault::refused(
                Code::LinkForeign,
                format!("the link is bound to register {terminal}"),
            )
        };
        self.happen(&Event::Answered {
            call: *call,
            result: Err(fault),
        })
        .await
    }

    async fn commit(&mut self, decision: &Decision) -> Result<(), JournalError> {
        let now = self.inner.clock.now();
        let reversal = self.reversal(decision, now);
        let settings = bound_link(&self.inner, decision);
        let rewrites_settings = settings.is_some();
        let outgoing = self.outgoing(decision);
        let fills_outbox = !outgoing.is_empty();
        let change = Change {
            operation: decision.operation.clone(),
            facts: decision.facts.clone(),
            outgoing,
            reversal: reversal.as_ref().map(|(opening, _)| Box::new(opening.clone())),
            settings,
            distinct: if rewrites_settings { BOUND_ONCE } else { &[] },
            holder: self.inner.holder,
            now,
        };
        self.inner.journal.commit(change).await?;
        if rewrites_settings {
            let _ = self.inner.modules.refresh(self.inner.journal.as_ref()).await;
        }
        if fills_outbox {
            self.inner.outbox_filled.notify_waiters();
        }
        if let Some((opening, effects)) = reversal {
            story::tell(&opening.operation, &opening.facts);
            let stored = Stored {
                operation: opening.operation,
                waiters: Vec::new(),
                refund_reserved: Kopecks::ZERO,
            };
            start(&self.inner, stored, effects, None);
        }
        Ok(())
    }

    /// After a commit that failed for somebody who will ask again.
    pub(super) async fn catch_up(&mut self) {
        match self.reload().await {
            Ok(Reloaded::Replaced) => self.must_happen(&Event::Resumed).await,
            Ok(Reloaded::Lost) => self.lost = true,
            // When the journal cannot even be read, the next event finds out.
            Ok(Reloaded::Same) | Err(_) => {}
        }
    }

    /// After a failed commit nobody knows whether it is in: the journal's word counts.
    async fn reload(&mut self) -> Result<Reloaded, JournalError> {
        let now = self.inner.clock.now();
        let id = self.operation.id;
        let taken = self
            .inner
            .journal
            .take(id, self.inner.holder, now, self.inner.lease_until())
            .await?;
        let Some(stored) = taken else {
            return Ok(Reloaded::Lost);
        };
        if stored.operation.version == self.operation.version {
            return Ok(Reloaded::Same);
        }
        self.operation = stored.operation;
        self.waiters = stored.waiters;
        self.refunded = stored.refund_reserved;
        self.flight = None;
        if let Some(reversal) = self.operation.reversal {
            self.inner.doubt(reversal);
        }
        // The replies of the lost commit are in the outbox; those who watch have not heard of it.
        self.inner.outbox_filled.notify_waiters();
        self.tell_watchers();
        Ok(Reloaded::Replaced)
    }

    pub(super) fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Call(call) => self.send(call),
                Effect::Tell(_) => self.tell_watchers(),
                Effect::OpenReversal { .. } => {}
            }
        }
    }

    /// Sends a call that has been decided on and journaled. A daemon that is stopping sends nothing that changes
    /// anything: the next start asks about it.
    fn send(&mut self, call: Call) {
        let inner = Arc::clone(&self.inner);
        if inner.stopping.is_cancelled() {
            return;
        }
        let request = &self.operation.request;
        let module = inner
            .modules
            .module(&request.module, &request.store, &request.terminal);
        let kind = call.kind();
        self.flight = Some(Box::pin(async move {
            let result = match module {
                Ok(module) => match call {
                    Call::Status(lookup) => batch::status(&inner, module, lookup).await,
                    call => {
                        let connector = module.built.connector.as_ref();
                        inner.outbound.call(&module.route, connector, &call).await
                    }
                },
                Err(error) => Err(Fault {
                    code: Code::NotConfigured,
                    ..Fault::not_sent(error.to_string())
                }),
            };
            (kind, result)
        }));
    }
}
