//! `qrpayd module registry`: the bank's own register of a period beside the journal. Nothing is changed: what differs is
//! named, and a person decides.

use super::report::Report;
use super::rows::Rows;
use crate::check;
use crate::cli::{ModuleRegistry, ModuleTest};
use crate::clock::SystemClock;
use crate::run::{self, open_journal_to_read};
use anyhow::{Context, bail};
use connector::listing::{Listed, Moved, Period};
use domain::request::Order;
use domain::{Kopecks, Operation, OperationId, OperationKind, OrderId, State, Timestamp};
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use journal::{Journal, ListFilter, PAGE_MAX};
use outbound::{Options, Outbound, Route};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;
use texts::Lang;
use texts::words::module as words;

/// The store's time unless the settings say: Moscow's, minutes east of UTC.
const UTC_OFFSET_MIN: u64 = 180;

/// The bank writes an order down a little later than we do: it is asked for so much more on both sides.
const MARGIN_MS: u64 = 3_600_000;

/// Asks the bank and compares. An error when anything differs.
pub(super) async fn run(config: &Path, lang: Lang, asked: &ModuleRegistry) -> anyhow::Result<()> {
    let mut report = Report::new(lang);
    let (settings, journal) = open_journal_to_read(config).await?;
    let registry = run::registry(&settings)?;
    let module = asked.module.as_str();
    let Some(provider) = registry.find(module) else {
        bail!(report.text(
            words::UNKNOWN,
            &[("module", module), ("known", &registry.names())]
        ));
    };
    let rows = check::rows(journal.as_ref(), &asked.module).await?;
    let test = ModuleTest {
        module: asked.module.clone(),
        store: asked.store.clone(),
        terminal: asked.terminal.clone(),
    };
    let Some(rows) = Rows::find(&mut report, provider, &rows, &test) else {
        bail!(report.text(words::REGISTRY_NO_ROWS, &[("module", module)]));
    };
    let built = rows.provider.connect(&rows.merchant, &rows.terminal)?;
    if !built.connector.lists() {
        bail!(report.text(words::REGISTRY_NONE, &[("module", module)]));
    }
    let offset = connector::config::integer(&rows.terminal, "utc_offset")
        .or(connector::config::integer(&rows.merchant, "utc_offset"));
    let period = period(asked, offset.unwrap_or(UTC_OFFSET_MIN))?;
    let outbound = Outbound::new(Options::default(), Arc::new(SystemClock));
    let route = Route {
        module: asked.module.clone(),
        transport: built.transport.clone(),
    };
    let listed = outbound
        .list(&route, built.connector.as_ref(), &period.wider(MARGIN_MS))
        .await
        .map_err(|fault| anyhow::anyhow!("{}", fault.detail))?;
    let known = operations(journal.as_ref(), asked, &period).await?;
    let listed = of_period(journal.as_ref(), listed, &known, &period).await?;
    let differences = compare(&listed, &known, &period);
    for difference in &differences {
        println!("{}", difference.say(&report));
    }
    told(&report, module, &listed, differences.len())
}

fn told(report: &Report, module: &str, listed: &[Listed], differences: usize) -> anyhow::Result<()> {
    let sum = |moved: Moved| -> anyhow::Result<String> {
        let of_kind = listed.iter().filter(|one| one.moved == moved);
        let total = of_kind
            .map(|one| one.amount)
            .try_fold(Kopecks::ZERO, Kopecks::checked_add);
        Ok(total.context("the sums are too large")?.to_rubles())
    };
    let (paid, returned) = (sum(Moved::Paid)?, sum(Moved::Returned)?);
    let (count, differences_text) = (listed.len().to_string(), differences.to_string());
    let values = [
        ("module", module),
        ("count", count.as_str()),
        ("paid", &paid),
        ("returned", &returned),
        ("differences", &differences_text),
    ];
    if differences > 0 {
        bail!(report.text(words::REGISTRY_DIFFERS, &values));
    }
    println!("{}", report.text(words::REGISTRY_AGREES, &values));
    Ok(())
}

/// Whole days by the store's clock, the last one included.
fn period(asked: &ModuleRegistry, offset_min: u64) -> anyhow::Result<Period> {
    let last = asked.to.unwrap_or(asked.from);
    anyhow::ensure!(asked.from <= last, "--to is before --from");
    let seconds = i32::try_from(offset_min * 60).context("utc_offset is out of range")?;
    let zone = TimeZone::fixed(Offset::from_seconds(seconds)?);
    let midnight = |day: Date| -> anyhow::Result<Timestamp> {
        let moment = day.to_zoned(zone.clone())?.timestamp();
        Ok(Timestamp::from_micros(moment.as_microsecond()))
    };
    Ok(Period {
        from: midnight(asked.from)?,
        to: midnight(last.tomorrow()?)?,
    })
}

/// The module's operations since the period began: a refund may have come later than its payment.
async fn operations(
    journal: &dyn Journal,
    asked: &ModuleRegistry,
    period: &Period,
) -> anyhow::Result<Vec<Operation>> {
    let mut all: Vec<Operation> = Vec::new();
    loop {
        let filter = ListFilter {
            open_only: false,
            module: Some(asked.module.clone()),
            before: all.last().map(|operation| operation.id),
            limit: PAGE_MAX,
        };
        let page = journal
            .list(&filter)
            .await
            .context("the journal cannot be read")?;
        let is_last = page.is_empty();
        all.extend(page);
        let older = |operation: &Operation| operation.created_at < period.from;
        if is_last || all.last().is_some_and(older) {
            all.retain(|operation| !older(operation));
            return Ok(all);
        }
    }
}

/// The movements without those of payments that were made outside the period: the bank was asked for more than it. What
/// the journal does not know stays.
async fn of_period(
    journal: &dyn Journal,
    listed: Vec<Listed>,
    known: &[Operation],
    period: &Period,
) -> anyhow::Result<Vec<Listed>> {
    let made = known.iter().map(|operation| (operation.id, operation.created_at));
    let mut made: HashMap<OperationId, Timestamp> = made.collect();
    let mut kept = Vec::new();
    for one in listed {
        let id = one.order.as_deref().and_then(OrderId::operation);
        if let Some(id) = id.filter(|id| !made.contains_key(id)) {
            let stored = journal.get(id).await.context("the journal cannot be read")?;
            made.extend(stored.map(|stored| (id, stored.operation.created_at)));
        }
        let moment = id.and_then(|id| made.get(&id));
        if moment.is_none_or(|moment| period.has(*moment)) {
            kept.push(one);
        }
    }
    Ok(kept)
}

/// What the two books say of one order, in kopecks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Sums {
    paid: i64,
    returned: i64,
}

/// An order of which the two books say different things.
#[derive(Debug, PartialEq, Eq)]
struct Difference {
    order: String,
    operation: Option<OperationId>,
    bank: Sums,
    journal: Sums,
}

impl Difference {
    fn say(&self, report: &Report) -> String {
        let rubles =
            |kopecks: i64| Kopecks::new(kopecks).map_or_else(|_| kopecks.to_string(), Kopecks::to_rubles);
        let operation = match self.operation {
            Some(id) => id.to_string(),
            None => report.text(words::REGISTRY_UNKNOWN, &[]),
        };
        let sums = [
            self.bank.paid,
            self.bank.returned,
            self.journal.paid,
            self.journal.returned,
        ]
        .map(rubles);
        let [bank_paid, bank_returned, paid, returned] = sums;
        let values = [
            ("order", self.order.as_str()),
            ("operation", &operation),
            ("bank_paid", &bank_paid),
            ("bank_returned", &bank_returned),
            ("paid", &paid),
            ("returned", &returned),
        ];
        report.text(words::REGISTRY_LINE, &values)
    }
}

/// Order by order. An order of the journal counts when it was made in the period.
fn compare(listed: &[Listed], known: &[Operation], period: &Period) -> Vec<Difference> {
    let mut bank: BTreeMap<String, Sums> = BTreeMap::new();
    for one in listed {
        // A movement without our order id is a difference of its own.
        let order = one.order.clone().or_else(|| one.id.clone()).unwrap_or_default();
        let sums = bank.entry(order).or_default();
        match one.moved {
            Moved::Paid => sums.paid += one.amount.get(),
            Moved::Returned => sums.returned += one.amount.get(),
        }
    }
    let mut journal: HashMap<OperationId, Sums> = HashMap::new();
    for operation in known {
        if let (Order::Refund(refund), State::Refunded) = (&operation.request.order, operation.state) {
            journal.entry(refund.payment).or_default().returned += operation.amount().get();
        }
    }
    let payments = known
        .iter()
        .filter(|operation| operation.kind() == OperationKind::Payment);
    let mut differences = Vec::new();
    for payment in payments.filter(|payment| period.has(payment.created_at)) {
        let mut told = journal.get(&payment.id).copied().unwrap_or_default();
        told.paid = payment.paid.as_ref().map_or(0, |paid| paid.amount.get());
        let order = payment.order();
        let shown = bank.remove(order.as_str()).unwrap_or_default();
        if shown != told {
            differences.push(Difference {
                order: order.as_str().to_owned(),
                operation: Some(payment.id),
                bank: shown,
                journal: told,
            });
        }
    }
    let strangers = bank.into_iter().map(|(order, bank)| Difference {
        // The order of an earlier attempt belongs to an operation that has another by now.
        operation: OrderId::operation(&order).filter(|id| known.iter().any(|operation| operation.id == *id)),
        order,
        bank,
        journal: Sums::default(),
    });
    differences.extend(strangers);
    differences
}
