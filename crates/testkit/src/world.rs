//! A whole system in virtual time: registers, desk, journal in memory, bank in the same process.

use crate::bank::{InProcessBank, MERCHANT, SECRET_KEY};
use crate::clock::VirtualClock;
use crate::provider::{SimulatedProvider, simulated};
use crate::till::Till;
use anyhow::{Context, bail};
use desk::{Desk, Modules, Options};
use domain::{Clock, Fact, ModuleName, OperationId, State, TerminalId, Waiter};
use gateway::{CallbackVerdict, Desk as _};
use journal::{Journal, MemoryJournal, OutboxRow, SettingsWrite, Stored};
use outbound::Outbound;
use protocol::{Message, Reply};
use serde_json::{Map, Value, json};
use simulator::Bank;
use simulator::bank::PayerAction;
use std::sync::Arc;
use std::time::Duration;

/// The module for dynamic QR codes.
pub const DYNAMIC: &str = "qrraiffd";
/// The module for cash links.
pub const CASH_LINK: &str = "qrraiffd_variable";
/// No test waits longer than this for anything, in virtual milliseconds: two days.
pub const PATIENCE_MS: u64 = 2 * 24 * 3_600_000;

/// The system: with Raiffeisenbank where nothing else is said.
pub struct World<P: ?Sized = Bank> {
    /// The modules that are switched on; notifications come to the first.
    modules: Vec<ModuleName>,
    /// The desk.
    pub desk: Desk,
    /// The bank.
    pub bank: InProcessBank<P>,
    /// The journal.
    pub journal: Arc<MemoryJournal>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl World {
    /// A system with both modules of the simulated bank; `extra` keys are laid over the merchant's settings.
    pub async fn new(seed: u64, extra: Value) -> anyhow::Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(VirtualClock::new());
        let bank = InProcessBank::new(seed, Arc::clone(&clock));
        let journal = Arc::new(MemoryJournal::new());
        for module in [DYNAMIC, CASH_LINK] {
            let mut row = merchant_row("https://bank.example");
            if let Value::Object(extra) = &extra {
                row.extend(extra.clone());
            }
            if module == CASH_LINK {
                row.remove("sbpMerchantId");
            }
            write_merchant(journal.as_ref(), module, row, clock.as_ref()).await?;
        }
        let modules = vec![ModuleName::new(DYNAMIC)?, ModuleName::new(CASH_LINK)?];
        Self::open(modules, bank, journal, clock).await
    }

    /// A payment of this register that was paid at once.
    pub async fn paid(&self, till: &Till, id: &str, amount: i64) -> anyhow::Result<Reply> {
        let shown = self.show(till.pay(id, amount)?).await?;
        self.buyer(&shown, PayerAction::Pay)?;
        let operation = shown.operation_id.context("no operation")?;
        let end = self.ended(operation).await?;
        if end.state != Some(State::Paid) {
            bail!("it should be paid: {end:?}")
        }
        Ok(end)
    }
}

impl World<dyn SimulatedProvider> {
    /// A system with this one module and its simulated provider.
    ///
    /// # Errors
    /// When the module has no simulated provider, or does not take its settings.
    pub async fn for_module(module: &str, seed: u64) -> anyhow::Result<Self> {
        let simulated = simulated(module)
            .with_context(|| format!("{module} has no simulated provider: see qrpayd::demo::shops"))?;
        let clock: Arc<dyn Clock> = Arc::new(VirtualClock::new());
        let bank = InProcessBank::around(simulated.open(seed)?, Arc::clone(&clock));
        let journal = Arc::new(MemoryJournal::new());
        write_merchant(journal.as_ref(), module, simulated.merchant()?, clock.as_ref()).await?;
        let row = simulated.terminal()?;
        if !row.is_empty() {
            let write = SettingsWrite::Terminal {
                module: ModuleName::new(module)?,
                terminal: TerminalId::new("1")?,
                value: Some(row),
            };
            journal.write_settings(write, "test", clock.now()).await?;
        }
        Self::open(vec![ModuleName::new(module)?], bank, journal, clock).await
    }
}

impl<P: SimulatedProvider + ?Sized> World<P> {
    async fn open(
        modules: Vec<ModuleName>,
        bank: InProcessBank<P>,
        journal: Arc<MemoryJournal>,
        clock: Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        let desk = open_desk(&modules, Arc::clone(&journal), &bank, &clock).await?;
        desk.start().await?;
        Ok(Self {
            modules,
            desk,
            bank,
            journal,
            clock,
        })
    }

    /// The power goes and comes back: the desk is gone with everything it had in memory, the journal stays.
    pub async fn crash(&mut self) -> anyhow::Result<()> {
        self.desk.abandon();
        self.journal = Arc::new(self.journal.restart());
        self.desk = open_desk(&self.modules, Arc::clone(&self.journal), &self.bank, &self.clock).await?;
        self.desk.start().await?;
        Ok(())
    }

    /// Asks register 1 for a payment and waits until it has a QR, has ended, or is told to be unknown.
    pub async fn pay(&self, id: &str, amount: i64) -> anyhow::Result<Reply> {
        self.show(Till::new("1").pay(id, amount)?).await
    }

    /// Hands a message to the desk.
    pub async fn send(&self, message: Message) -> anyhow::Result<Reply> {
        Ok(self.desk.handle(message, None).await?)
    }

    /// Hands a message to the desk in the name of one who waits at the outbox.
    pub async fn send_for(&self, message: Message, waiter: Waiter) -> anyhow::Result<Reply> {
        Ok(self.desk.handle(message, Some(waiter)).await?)
    }

    /// Hands a message to the desk and waits for the final reply.
    pub async fn finish(&self, message: Message) -> anyhow::Result<Reply> {
        let reply = self.send(message).await?;
        match reply.operation_id {
            Some(id) if !reply.is_final => self.ended(id).await,
            _ => Ok(reply),
        }
    }

    /// Hands a `pay` to the desk and waits until it has a QR or a reservation, has ended, or is told to be unknown.
    pub async fn show(&self, message: Message) -> anyhow::Result<Reply> {
        let reply = self.send(message).await?;
        let Some(operation) = reply.operation_id else {
            return Ok(reply);
        };
        self.until(operation, |reply| {
            reply.is_final || reply.qr.is_some() || reply.reservation.is_some() || unresolved(reply)
        })
        .await
    }

    /// What has happened to an operation.
    pub async fn story(&self, operation: OperationId) -> anyhow::Result<Vec<Fact>> {
        let story = self.journal.story(operation).await?;
        Ok(story.into_iter().map(|line| line.fact).collect())
    }

    /// Delivers the bank's notifications that are due, as its deliverer does. Tells what became of each.
    pub async fn deliver_callbacks(&self) -> Vec<CallbackVerdict> {
        let Some(module) = self.modules.first() else {
            return Vec::new();
        };
        let now = self.bank.now();
        let due = self.bank.lock().notifications(now);
        let mut verdicts = Vec::with_capacity(due.len());
        for one in due {
            let verdict = self.desk.callback(module, one.headers, one.body.into()).await;
            if verdict == CallbackVerdict::Taken {
                self.bank.lock().notification_accepted(one.id);
            }
            verdicts.push(verdict);
        }
        verdicts
    }

    /// Delivers one notification.
    pub async fn deliver(&self, module: &str, signature: &str, body: &str) -> CallbackVerdict {
        let Ok(module) = ModuleName::new(module) else {
            return CallbackVerdict::Unknown;
        };
        let headers = vec![("x-api-signature-sha256".to_owned(), signature.to_owned())];
        self.desk.callback(&module, headers, body.to_owned().into()).await
    }

    /// The whole outbox, oldest first.
    pub async fn outbox(&self) -> anyhow::Result<Vec<OutboxRow>> {
        Ok(self.journal.outbox(0, u32::MAX).await?)
    }

    /// Writes settings as an operator does; they are in force a moment later.
    pub async fn configure(&self, write: SettingsWrite) -> anyhow::Result<()> {
        self.journal
            .write_settings(write, "test", self.clock.now())
            .await?;
        self.pass(2_000).await;
        Ok(())
    }

    /// How an operation stands, as its register would be told.
    pub async fn look(&self, operation: OperationId) -> anyhow::Result<Reply> {
        let reply = self.desk.look(operation).await?;
        reply.context("the operation is not in the journal")
    }

    /// Waits for the final reply.
    pub async fn ended(&self, operation: OperationId) -> anyhow::Result<Reply> {
        self.until(operation, |reply| reply.is_final).await
    }

    /// Waits for a reply that `wanted` likes.
    pub async fn until(
        &self,
        operation: OperationId,
        wanted: impl Fn(&Reply) -> bool,
    ) -> anyhow::Result<Reply> {
        let search = async {
            loop {
                let reply = self.look(operation).await?;
                if wanted(&reply) {
                    return Ok(reply);
                }
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
        };
        tokio::time::timeout(Duration::from_millis(PATIENCE_MS), search).await?
    }

    /// The buyer acts on the QR that was shown.
    pub fn buyer(&self, reply: &Reply, action: PayerAction) -> anyhow::Result<()> {
        let Some(qr) = &reply.qr else {
            bail!("there is no QR to scan in {reply:?}")
        };
        let now = self.bank.now();
        self.bank.lock().payer(&qr.payload, action, None, now)?;
        Ok(())
    }

    /// The operation as it stands in the journal.
    pub async fn stored(&self, operation: OperationId) -> anyhow::Result<Stored> {
        self.journal
            .get(operation)
            .await?
            .context("the operation is not in the journal")
    }

    /// Lets virtual time pass.
    pub async fn pass(&self, ms: u64) {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}

impl<P: ?Sized> Drop for World<P> {
    /// Without this the desk's own tasks would go on beside the next world of the same test.
    fn drop(&mut self) {
        self.desk.abandon();
    }
}

fn unresolved(reply: &Reply) -> bool {
    reply.state == Some(State::Unresolved)
}

/// Settings of the simulated bank's shop.
pub fn merchant_row(url: &str) -> Map<String, Value> {
    let row = json!({ "url": url, "sbpMerchantId": MERCHANT, "secretKey": SECRET_KEY });
    row.as_object().cloned().unwrap_or_default()
}

/// Writes merchant 0 of a module.
pub async fn write_merchant(
    journal: &dyn Journal,
    module: &str,
    row: Map<String, Value>,
    clock: &dyn Clock,
) -> anyhow::Result<()> {
    let module = ModuleName::new(module)?;
    journal.ensure_module(&module).await?;
    let write = SettingsWrite::Merchant {
        module,
        id: 0,
        value: Some(row),
    };
    journal.write_settings(write, "test", clock.now()).await?;
    Ok(())
}

async fn open_desk<P: SimulatedProvider + ?Sized>(
    names: &[ModuleName],
    journal: Arc<MemoryJournal>,
    bank: &InProcessBank<P>,
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<Desk> {
    let modules = Modules::switch_on(names, connectors::registry(), journal.as_ref()).await?;
    let sender = Arc::new(bank.clone());
    let outbound = Outbound::with_sender(outbound::Options::default(), Arc::clone(clock), sender);
    Ok(Desk::new(
        journal,
        Arc::new(outbound),
        Arc::clone(clock),
        modules,
        Options::default(),
    ))
}
