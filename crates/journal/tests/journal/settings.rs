//! A module's settings.

use crate::bench::Bench;
use crate::build::{at, change, module, next, payment};
use domain::{ModuleName, Operation, State, StoreId, TerminalId};
use journal::module_settings::JsonObject;
use journal::{Change, JournalError, SettingsWrite};
use serde_json::json;
use std::sync::Arc;
use tokio::task::JoinSet;

fn object(value: &serde_json::Value) -> JsonObject {
    value.as_object().unwrap().clone()
}

fn merchant(id: i64, value: Option<JsonObject>) -> SettingsWrite {
    SettingsWrite::Merchant {
        module: module(),
        id,
        value,
    }
}

fn terminal(name: &str, value: Option<JsonObject>) -> SettingsWrite {
    SettingsWrite::Terminal {
        module: module(),
        terminal: TerminalId::new(name).unwrap(),
        value,
    }
}

fn store(name: &str, merchant: Option<i64>) -> SettingsWrite {
    SettingsWrite::Store {
        module: module(),
        store: StoreId::new(name).unwrap(),
        merchant,
    }
}

pub async fn writes_and_reads(bench: Bench) {
    bench.journal.ensure_module(&module()).await.unwrap();
    bench.journal.ensure_module(&module()).await.unwrap();
    let first = object(&json!({"url": "https://пример.рф", "qrTtl": 5}));
    let second = object(&json!({"url": "https://b.example"}));
    let writes = [
        merchant(0, Some(second.clone())),
        merchant(0, Some(first.clone())),
        merchant(7, Some(second.clone())),
        merchant(8, Some(second.clone())),
        merchant(8, None),
        store("Магазин", Some(7)),
        store("магазин", Some(0)),
        store("gone", Some(1)),
        store("gone", None),
        terminal("касса 1", Some(first.clone())),
        terminal("касса 2", Some(first.clone())),
        terminal("касса 2", None),
    ];
    for write in writes {
        bench
            .journal
            .write_settings(write, "operator", at(1))
            .await
            .unwrap();
    }
    let settings = bench.journal.settings(&module()).await.unwrap();
    assert_eq!(settings.merchants.len(), 2);
    assert_eq!(settings.stores.len(), 2);
    let (shop, till) = (
        StoreId::new("Магазин").unwrap(),
        TerminalId::new("касса 1").unwrap(),
    );
    assert_eq!(settings.rows(&shop, &till), Some((&second, Some(&first))));
    let (unknown, other) = (StoreId::new("x").unwrap(), TerminalId::new("касса 2").unwrap());
    assert_eq!(settings.rows(&unknown, &other), Some((&first, None)));
}

pub async fn missing_module(bench: Bench) {
    let nobody = ModuleName::new("nobody").unwrap();
    let read = bench.journal.settings(&nobody).await;
    assert!(matches!(read, Err(JournalError::Damaged(_))), "{read:?}");
    let written = bench.journal.write_settings(merchant(0, None), "x", at(1)).await;
    assert!(matches!(written, Err(JournalError::Damaged(_))), "{written:?}");
    assert_eq!(bench.journal.settings_revision().await.unwrap(), 0);
    assert!(bench.audit().await.is_empty());
}

pub async fn bumps_the_revision_and_audits(bench: Bench) {
    bench.journal.ensure_module(&module()).await.unwrap();
    let second = bench.second().await;
    let before = bench.journal.settings_revision().await.unwrap();
    let secret = object(&json!({"login": "shop", "password": "s3cret"}));
    bench
        .journal
        .write_settings(merchant(0, Some(secret)), "anna", at(1))
        .await
        .unwrap();
    second
        .write_settings(store("s", Some(0)), "boris", at(2))
        .await
        .unwrap();
    assert_eq!(bench.journal.settings_revision().await.unwrap(), before + 2);
    let audit = bench.audit().await;
    assert_eq!(audit.len(), 2);
    assert_eq!(audit[0].0, "anna");
    let what: serde_json::Value = serde_json::from_str(&audit[0].1).unwrap();
    assert_eq!(
        what,
        json!({"table": "merchants", "module": "qrraiffd", "id": 0, "keys": ["login", "password"]})
    );
    assert!(!audit[0].1.contains("s3cret"));
    assert_eq!(audit[1].0, "boris");
}

pub async fn writes_with_a_decision(bench: Bench) {
    bench.journal.ensure_module(&module()).await.unwrap();
    let first = payment("a", 100);
    bench.open(&first).await;
    let bound = object(&json!({"qrId": "AS1"}));
    let done = |holder| Change {
        settings: Some(terminal("касса 7", Some(bound.clone()))),
        holder,
        ..change(&next(&first, State::AwaitingPayment))
    };
    let stale = bench.journal.commit(done(crate::build::OTHER_HOLDER)).await;
    assert!(matches!(stale, Err(JournalError::Stale { .. })));
    assert_eq!(bench.journal.settings_revision().await.unwrap(), 0);

    bench.journal.commit(done(crate::build::HOLDER)).await.unwrap();
    let settings = bench.journal.settings(&module()).await.unwrap();
    assert_eq!(
        settings.terminals.get(&TerminalId::new("касса 7").unwrap()),
        Some(&bound)
    );
    assert_eq!(bench.journal.settings_revision().await.unwrap(), 1);
    assert_eq!(bench.audit().await[0].0, "daemon");
}

/// A binding of terminal number `number` to register `till`, committed with payment `first`.
fn binding(first: &Operation, till: &str, number: &str) -> Change {
    Change {
        settings: Some(terminal(till, Some(object(&json!({"TermNo": number}))))),
        distinct: &["qr_id", "TermNo"],
        ..change(&next(first, State::AwaitingPayment))
    }
}

pub async fn refuses_what_another_register_has(bench: Bench) {
    bench.journal.ensure_module(&module()).await.unwrap();
    let first = payment("a", 100);
    let second = payment("b", 100);
    bench.open(&first).await;
    bench.open(&second).await;
    bench.journal.commit(binding(&first, "1", "70001")).await.unwrap();
    let refused = bench.journal.commit(binding(&second, "2", "70001")).await;
    let Err(JournalError::Taken { key, terminal: other }) = refused else {
        panic!("two registers have one number: {refused:?}")
    };
    assert_eq!((key, other.as_str()), ("TermNo", "1"));
    // Nothing of it was written, so that the same version can be committed with another number.
    assert_eq!(bench.journal.settings_revision().await.unwrap(), 1);
    assert_eq!(
        bench.journal.get(second.id).await.unwrap().unwrap().operation,
        second
    );
    bench
        .journal
        .commit(binding(&second, "2", "70002"))
        .await
        .unwrap();
    // A register may be given its own number again.
    let third = payment("c", 100);
    bench.open(&third).await;
    bench.journal.commit(binding(&third, "2", "70002")).await.unwrap();
    let settings = bench.journal.settings(&module()).await.unwrap();
    assert_eq!(settings.terminals.len(), 2);
}

pub async fn concurrent_registers_never_share(bench: Bench) {
    bench.journal.ensure_module(&module()).await.unwrap();
    let second = bench.second().await;
    let mut tasks = JoinSet::new();
    for n in 0..10 {
        let journal = Arc::clone(if n % 2 == 0 { &bench.journal } else { &second });
        let payment = payment(&format!("r{n}"), 100);
        bench.open(&payment).await;
        tasks.spawn(async move { journal.commit(binding(&payment, &n.to_string(), "70001")).await });
    }
    let done = tasks.join_all().await;
    assert_eq!(done.iter().filter(|one| one.is_ok()).count(), 1, "{done:?}");
    assert!(
        done.iter()
            .all(|one| matches!(one, Ok(()) | Err(JournalError::Taken { key: "TermNo", .. }))),
        "{done:?}"
    );
    assert_eq!(
        bench.journal.settings(&module()).await.unwrap().terminals.len(),
        1
    );
}
