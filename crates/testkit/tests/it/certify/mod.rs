//! The certification suite: every registered module against its simulated provider, case by case, in virtual time.
//! Each case ends with the journal compared with the provider's books.

#![expect(
    clippy::panic,
    reason = "helpers of tests: what cannot go on must fail the test"
)]

mod cases;
mod codes;
mod faults;
mod links;
mod money;
mod shop;
mod subject;
mod subscribers;
mod table;

use anyhow::{Error, Result};
use std::future::Future;
use std::pin::Pin;
use subject::{Subject, Way};
use table::Row;

/// How a case ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// The module does it.
    Ok,
    /// The module lacks the ability and says so.
    Unsupported,
    /// The simulated provider declares that this never happens there, and indeed cannot be made to do it.
    NeverHappens,
}

/// A case, given what is tried.
type Running = Pin<Box<dyn Future<Output = Result<Verdict>>>>;

/// One column of the table.
struct Case {
    name: String,
    run: Box<dyn Fn(Subject) -> Running>,
}

/// Every case of one row. A case that fails does not keep the others from running.
async fn certify(subject: Subject) -> Row {
    let mut cells: Vec<std::result::Result<Verdict, Error>> = Vec::new();
    for case in cases::all() {
        cells.push((case.run)(subject).await);
    }
    Row { subject, cells }
}

/// One thread per row, each with its own virtual time.
fn certify_in_its_own_time(subject: Subject) -> Row {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(certify(subject)),
        Err(error) => panic!("no runtime: {error}"),
    }
}

#[test]
fn every_registered_module_passes() {
    let subjects = subject::all();
    let names: Vec<_> = cases::all().into_iter().map(|case| case.name).collect();
    let rows: Vec<Row> = std::thread::scope(|scope| {
        let threads: Vec<_> = subjects
            .iter()
            .map(|subject| (*subject, scope.spawn(|| certify_in_its_own_time(*subject))))
            .collect();
        let row = |(subject, thread): (Subject, std::thread::ScopedJoinHandle<'_, Row>)| {
            thread
                .join()
                .unwrap_or_else(|_| panic!("the suite itself panicked at {subject}"))
        };
        threads.into_iter().map(row).collect()
    });
    let table = table::render(&names, &rows);
    println!("{table}");
    table::write(&table).unwrap();
    let failed = table::failed(&names, &rows);
    assert!(failed.is_empty(), "not certified:\n{}", failed.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn a_module_without_a_simulated_provider_fails_every_case() {
    let row = certify(Subject::usual("qrnobody")).await;
    assert_eq!(row.cells.len(), cases::all().len());
    assert!(row.cells.iter().all(std::result::Result::is_err));
}

#[test]
fn every_simulated_provider_belongs_to_a_registered_module() {
    for simulated in testkit::provider::all() {
        assert!(
            connectors::registry().find(simulated.module).is_some(),
            "{}",
            simulated.module
        );
    }
}

/// The suite must be able to fail: a provider that says "paid" of what nobody paid is found out.
#[tokio::test(start_paused = true)]
async fn money_that_is_not_in_the_books_fails_the_comparison() {
    for (module, from, to) in [
        ("qrraiffd", "NO_INFO", "SUCCESS"),
        ("qrraiffd_variable", "\"NEW\"", "\"PAID\""),
    ] {
        let shop = shop::Shop::open(Subject::usual(module)).await.unwrap();
        let shown = shop.show("p1", 15_000).await.unwrap();
        shop.world.bank.set_rewrite(Some(Box::new(move |_, answer| {
            answer.body = answer.text().replace(from, to).into_bytes();
        })));
        let end = shop.ended(&shown).await.unwrap();
        assert_eq!(end.state, Some(domain::State::Paid), "{end:?}");
        assert!(shop.agree().await.is_err(), "{module}");
    }
}
