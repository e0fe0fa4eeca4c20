//! A shop with one register that works through the module under test.

use super::{Subject, Way};
use anyhow::{Context, Result, bail, ensure};
use connector::Turn;
use domain::call::{LinkCall, Lookup, Reference, RefundCall};
use domain::{
    Abilities, Call, CallKind, Certainty, Code, Kopecks, ModuleName, OperationId, State, Taking, TerminalId,
};
use journal::SettingsWrite;
use protocol::{LinkVerdict, Message, Reply};

use serde_json::{Map, Value, json};
use simulator::bank::PayerAction;
use simulator::{CodeOutcome, Fault, When, social};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use testkit::books;
use testkit::provider::{self, Lack, Sale, Simulated, SimulatedProvider, simulated, step};
use testkit::till::Till;
use testkit::world::World;

/// Time for everything to come to rest: the watch for late money is the longest.
const REST_MS: u64 = 30 * 60_000;

/// The shop.
pub struct Shop {
    pub world: World<dyn SimulatedProvider>,
    pub till: Till,
    pub abilities: Abilities,
    /// The register's sticker, for a module that works over one.
    pub sticker: Option<String>,
    /// The code that was scanned for each payment, for a module that cannot work without one.
    codes: Mutex<BTreeMap<String, String>>,
    pub module: &'static str,
    pub way: Way,
    /// The register's settings as they stand.
    terminal: Map<String, Value>,
    simulated: Simulated,
}

impl Shop {
    /// Opens it; a module over cash links gets a sticker bound to its register.
    pub async fn open(subject: Subject) -> Result<Self> {
        let mut shop = Self::without_sticker(subject).await?;
        if shop.abilities.cash_link || subject.way == Way::Sticker {
            let sticker = shop.bound_sticker().await?;
            shop.terminal = shop.with_sticker(&sticker)?;
            shop.abilities = shop.built()?.connector.abilities();
            ensure!(shop.abilities.cash_link, "it is not worked over: {sticker}");
            shop.sticker = Some(sticker);
        }
        Ok(shop)
    }

    /// Opens it with nothing bound.
    pub async fn without_sticker(Subject { module, way }: Subject) -> Result<Self> {
        let world = World::for_module(module, 1).await?;
        let simulated = simulated(module).context("no simulated provider")?;
        let till = Till::of_module(module, "1");
        let terminal = simulated.terminal()?;
        let built = connect(module, &simulated, &terminal)?;
        let mut shop = Self {
            world,
            till,
            abilities: built.connector.abilities(),
            sticker: None,
            codes: Mutex::default(),
            module,
            way,
            terminal,
            simulated,
        };
        shop.till.tender = built.tenders.first().cloned();
        Ok(shop)
    }

    fn built(&self) -> Result<connector::Built> {
        connect(self.module, &self.simulated, &self.terminal)
    }

    /// The longest that one request may take, in milliseconds.
    pub fn timeout_ms(&self) -> Result<u64> {
        Ok(self.built()?.transport.timeout_ms)
    }

    async fn bound_sticker(&self) -> Result<String> {
        if self.abilities.link_bind {
            let sticker = self.blank_sticker()?;
            let end = self.bind(&self.till, "bind", &sticker).await?;
            ensure!(verdict(&end) == Some(LinkVerdict::BoundNow), "binding: {end:?}");
            return Ok(sticker);
        }
        let own = self.world.bank.lock().own_sticker();
        let sticker = own.context("a cash-link module that cannot bind needs `own_sticker`")?;
        let row = self.with_sticker(&sticker)?;
        self.world
            .configure(SettingsWrite::Terminal {
                module: ModuleName::new(self.module)?,
                terminal: TerminalId::new("1")?,
                value: Some(row),
            })
            .await?;
        Ok(sticker)
    }

    /// The register's settings with a sticker.
    fn with_sticker(&self, sticker: &str) -> Result<Map<String, Value>> {
        let id = connector::nspk::PaymentLink::parse(sticker)?.qrc_id().to_owned();
        let mut row = self.terminal.clone();
        row.insert("qr_id".to_owned(), id.into());
        row.insert("payload".to_owned(), sticker.into());
        Ok(row)
    }

    /// Binds a sticker to a register. Where the bank asks for a terminal number, it does so before anything is sent, and
    /// the cashier types the one that the bank issued for this register.
    pub async fn bind(&self, till: &Till, id: &str, sticker: &str) -> Result<Reply> {
        let asked = self.world.bank.exchanges().len();
        let end = self.finish(till.bind(id, sticker)?).await?;
        if code(&end) != Some(Code::TerminalNumberNeeded) {
            return Ok(end);
        }
        let sent = self.world.bank.exchanges().len() - asked;
        ensure!(sent == 0, "the number was asked for after {sent} requests");
        let number = self.simulated.shop.terminal_number;
        let number = number.context("the table of shops names no terminal number")?;
        let numbered = till.bind_numbered(&format!("{id}-numbered"), sticker, number)?;
        self.finish(numbered).await
    }

    /// A new sticker that is nobody's.
    pub fn blank_sticker(&self) -> Result<String> {
        let sticker = self.world.bank.lock().blank_sticker();
        sticker.context("a module with links needs `blank_sticker` of its simulated provider")
    }

    /// Asks for a payment and waits until the buyer can pay or it has ended.
    pub async fn show(&self, id: &str, amount: i64) -> Result<Reply> {
        self.world.show(self.asks(id, amount)?).await
    }

    /// The register asks for a payment: the same content each time. Where the module cannot work without the code on
    /// the buyer's phone, it has one that the buyer confirms there.
    pub fn asks(&self, id: &str, amount: i64) -> Result<Message> {
        self.asks_at(&self.till, id, amount)
    }

    /// The same at another register.
    pub fn asks_at(&self, till: &Till, id: &str, amount: i64) -> Result<Message> {
        if self.abilities.reservation {
            return whole_receipt(till, id, amount);
        }
        if self.way == Way::Stranger {
            let fields = json!({ "amount": amount, "subscriber": "somebody-else" });
            return till.message("pay", id, &fields);
        }
        if self.abilities.customer_code != Taking::Always {
            return till.pay(id, amount);
        }
        let known = self.codes().get(id).cloned();
        let code = match known {
            Some(code) => code,
            None => self.code(CodeOutcome::Hang)?,
        };
        self.codes().insert(id.to_owned(), code.clone());
        by_code(till, id, amount, &code)
    }

    /// The register asks for a payment by this code.
    pub fn asks_by_code(&self, id: &str, amount: i64, code: &str) -> Result<Message> {
        by_code(&self.till, id, amount, code)
    }

    /// A code on the buyer's phone.
    pub fn code(&self, outcome: CodeOutcome) -> Result<String> {
        let now = self.world.bank.now();
        let code = self.world.bank.lock().customer_code(outcome, now);
        code.context("a module that takes codes needs `customer_code` of its simulated provider")
    }

    fn codes(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.codes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The buyer acts on what the register shows; of a reservation, at the register itself.
    pub async fn buyer(&self, shown: &Reply, action: PayerAction) -> Result<()> {
        if self.abilities.reservation {
            return self.agrees(shown, action).await;
        }
        let code = shown
            .id
            .as_ref()
            .and_then(|id| self.codes().get(id.as_str()).cloned());
        let qr = shown.qr.as_ref().map(|qr| qr.payload.clone());
        let text = code
            .or_else(|| self.sticker.clone())
            .or(qr.filter(|payload| !payload.is_empty()));
        let text = text.with_context(|| format!("there is nothing to scan in {shown:?}"))?;
        let now = self.world.bank.now();
        self.world.bank.lock().payer(&text, action, None, now)?;
        Ok(())
    }

    /// The buyer agrees to the debit, and the cashier confirms it. Thinking about it moves nothing, and what a provider
    /// never does it refuses.
    async fn agrees(&self, shown: &Reply, action: PayerAction) -> Result<()> {
        match action {
            PayerAction::Start => return Ok(()),
            PayerAction::Decline => {
                let now = self.world.bank.now();
                self.world.bank.lock().payer("", action, None, now)?;
                return Ok(());
            }
            PayerAction::Pay => {}
        }
        let payment = shown.id.as_ref().context("a payment without the register's id")?;
        let fields = json!({ "payment": payment.as_str() });
        let yes = self.till.message("confirm", &format!("{payment}-yes"), &fields)?;
        let told = self.world.send(yes).await?;
        ensure!(told.error.is_none(), "it cannot be confirmed: {told:?}");
        Ok(())
    }

    /// A payment that the buyer can pay.
    pub async fn awaiting(&self, id: &str, amount: i64) -> Result<Reply> {
        let shown = self.show(id, amount).await?;
        let waits = if self.abilities.reservation {
            State::AwaitingConfirmation
        } else {
            State::AwaitingPayment
        };
        ensure!(shown.state == Some(waits), "nothing to pay: {shown:?}");
        Ok(shown)
    }

    /// A payment that is paid.
    pub async fn paid(&self, id: &str, amount: i64) -> Result<Reply> {
        let shown = self.awaiting(id, amount).await?;
        self.buyer(&shown, PayerAction::Pay).await?;
        let end = self.ended(&shown).await?;
        is(&end, State::Paid)?;
        Ok(end)
    }

    /// The final reply.
    pub async fn ended(&self, reply: &Reply) -> Result<Reply> {
        self.world.ended(id(reply)?).await
    }

    /// Hands a message to the desk and waits for the final reply.
    pub async fn finish(&self, message: Message) -> Result<Reply> {
        self.world.finish(message).await
    }

    /// Plans a fault for the next calls of a kind.
    pub fn plan(&self, kind: CallKind, fault: &Fault, times: u32) {
        let when = When::Next(times);
        self.world.bank.lock().plan(Some(step(kind)), fault.clone(), when);
    }

    /// How many calls of a kind have come in.
    pub fn calls(&self, kind: CallKind) -> u64 {
        self.world.bank.lock().calls_of(step(kind))
    }

    /// Whether one payment was registered, and that once. A subscription is asked for before it.
    pub fn registered_once(&self) -> bool {
        let requests = if self.way == Way::Stranger { 2 } else { 1 };
        self.calls(CallKind::Register) == requests
    }

    /// The provider's books.
    pub fn sales(&self) -> Vec<Sale> {
        let now = self.world.bank.now();
        provider::sales(&mut *self.world.bank.lock(), now)
    }

    pub fn lacks(&self, lack: Lack) -> bool {
        self.world.bank.lock().about().lacks.contains(&lack)
    }

    /// Puts the right login, or a wrong one, into the settings.
    pub async fn login(&self, right: bool) -> Result<()> {
        let row = if right {
            self.simulated.merchant()?
        } else {
            self.simulated.wrong_login()?
        };
        self.settings(row).await
    }

    /// Puts a client certificate that the provider does not know into the settings. False: the provider wants none.
    pub async fn wrong_certificate(&self) -> Result<bool> {
        let Some(row) = self.simulated.wrong_certificate()? else {
            return Ok(false);
        };
        self.settings(row).await?;
        Ok(true)
    }

    async fn settings(&self, row: Map<String, Value>) -> Result<()> {
        let write = SettingsWrite::Merchant {
            module: ModuleName::new(self.module)?,
            id: 0,
            value: Some(row),
        };
        self.world.configure(write).await
    }

    /// Compares the journal with the provider's books as they are.
    pub async fn agree(&self) -> Result<()> {
        books::agree(&self.world).await
    }

    /// Lets everything come to rest: nothing is left open, and the books are the same.
    pub async fn close(&self) -> Result<()> {
        self.world.pass(REST_MS).await;
        for operation in books::operations(&self.world.journal).await? {
            ensure!(
                operation.state.is_final(),
                "still open after half an hour: {operation:?}"
            );
        }
        self.agree().await
    }

    /// The connector answers a call of a kind that it lacks with `unsupported`, and sends nothing.
    pub fn says_unsupported(&self, kind: CallKind) -> Result<()> {
        ensure!(!self.abilities.allows(kind), "{kind:?} is an ability");
        let built = self.built()?;
        match built
            .connector
            .next(&call(kind, &self.till)?, &[], self.world.clock.now())
        {
            Err(fault) => ensure!(
                fault.code == Code::Unsupported && fault.certainty == Certainty::Refused,
                "{kind:?} must be refused as unsupported: {fault:?}"
            ),
            Ok(Turn::Send(_) | Turn::Done(_)) => bail!("{kind:?} is no ability, and yet it is carried out"),
        }
        ensure!(
            self.calls(kind) == 0,
            "{kind:?} is no ability, and yet it was sent"
        );
        Ok(())
    }
}

fn by_code(till: &Till, id: &str, amount: i64, code: &str) -> Result<Message> {
    let fields = json!({ "amount": amount, "customer_code": code });
    till.message("pay", id, &fields)
}

/// A payment of a whole receipt with one good of the programme, for modules that reserve. Each has its own receipt.
fn whole_receipt(till: &Till, id: &str, amount: i64) -> Result<Message> {
    let item =
        json!({ "name": "Хлеб", "code": social::GOOD, "quantity": "1", "price": amount, "sum": amount });
    let number = format!("{}-{id}", till.terminal);
    let fields = json!({
        "amount": amount, "card_token": social::CARD, "receipt": { "number": number, "shift": 1, "items": [item] },
    });
    till.message("pay", id, &fields)
}

fn connect(module: &str, simulated: &Simulated, terminal: &Map<String, Value>) -> Result<connector::Built> {
    let provider = connectors::registry()
        .find(module)
        .context("not in the registry")?;
    Ok(provider.connect(&simulated.merchant()?, terminal)?)
}

fn call(kind: CallKind, till: &Till) -> Result<Call> {
    let lookup = Lookup {
        order: OperationId::mint(testkit::clock::BEGINNING).order(1),
        amount: Kopecks::new(100)?,
        reference: Reference::default(),
    };
    let refund = || -> Result<RefundCall> {
        Ok(RefundCall {
            refund: lookup.order.clone(),
            amount: lookup.amount,
            payment: lookup.clone(),
            purpose: None,
            reference: Reference::default(),
        })
    };
    let link = || -> Result<LinkCall> {
        Ok(LinkCall {
            link_id: "AS000000000000000000000000000000".to_owned(),
            payload: A_LINK.to_owned(),
            terminal_number: None,
            store: domain::StoreId::new(&till.store)?,
            terminal: TerminalId::new(&till.terminal)?,
        })
    };
    Ok(match kind {
        CallKind::Revoke => Call::Revoke(lookup),
        CallKind::Refund => Call::Refund(refund()?),
        CallKind::RefundStatus => Call::RefundStatus(refund()?),
        CallKind::LinkCheck => Call::LinkCheck(link()?),
        CallKind::LinkBind => Call::LinkBind(link()?),
        CallKind::Confirm => Call::Confirm(domain::call::ConfirmCall {
            lookup,
            amount: Kopecks::ZERO,
            purpose: None,
        }),
        CallKind::Register | CallKind::Status => bail!("every module has {kind:?}"),
    })
}

/// Text of a link for calls that must be refused before it is looked at.
const A_LINK: &str = "https://qr.nspk.ru/AS000000000000000000000000000000?type=01&bank=100000000007&crc=0000";

/// The operation that a reply speaks of.
pub fn id(reply: &Reply) -> Result<OperationId> {
    reply
        .operation_id
        .with_context(|| format!("it opened nothing: {reply:?}"))
}

/// The code of a reply's failure.
pub fn code(reply: &Reply) -> Option<Code> {
    reply.error.as_ref().map(|error| error.code)
}

/// What a reply says about a sticker.
pub fn verdict(reply: &Reply) -> Option<LinkVerdict> {
    reply.link.as_ref().map(|link| link.verdict)
}

/// The reply has this state.
pub fn is(reply: &Reply, state: State) -> Result<()> {
    ensure!(reply.state == Some(state), "it should be {state:?}: {reply:?}");
    Ok(())
}

/// The reply has this code.
pub fn says(reply: &Reply, wanted: Code) -> Result<()> {
    ensure!(code(reply) == Some(wanted), "it should say {wanted:?}: {reply:?}");
    Ok(())
}

/// These replies speak of one operation.
pub fn one_operation(replies: &[&Reply]) -> Result<()> {
    let ids: BTreeSet<_> = replies
        .iter()
        .map(|reply| reply.operation_id.map(|id| id.to_string()))
        .collect();
    ensure!(
        ids.len() == 1 && !ids.contains(&None),
        "not one operation: {replies:?}"
    );
    Ok(())
}
