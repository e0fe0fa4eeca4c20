//! The operator's view of the journal from the command line: what is open, and what happened to one operation.

use crate::run::open_journal_to_read;
use anyhow::{Context, bail};
use domain::operation::OperationKind;
use domain::{ModuleName, Operation, OperationId};
use journal::ListFilter;
use std::path::Path;

/// Lists operations, newest first.
pub async fn list(
    config: &Path,
    open_only: bool,
    module: Option<ModuleName>,
    limit: u32,
) -> anyhow::Result<()> {
    let (_, journal) = open_journal_to_read(config).await?;
    let filter = ListFilter {
        open_only,
        module,
        before: None,
        limit,
    };
    let operations = journal
        .list(&filter)
        .await
        .context("the journal cannot be read")?;
    for operation in &operations {
        println!("{}", line(operation));
    }
    eprintln!("{} operations", operations.len());
    Ok(())
}

/// Tells one operation's story.
pub async fn show(config: &Path, id: OperationId) -> anyhow::Result<()> {
    let (_, journal) = open_journal_to_read(config).await?;
    let Some(stored) = journal.get(id).await.context("the journal cannot be read")? else {
        bail!(
            "no operation has the id {id}; `qrpayd operations` lists those there are, with the register's own id at the end of the line"
        );
    };
    let operation = &stored.operation;
    println!("{}", line(operation));
    println!("order at the provider: {}", operation.order().as_str());
    for (name, value) in &operation.reference.0 {
        println!("{name} at the provider: {value}");
    }
    println!(
        "refunded or being refunded: {}",
        stored.refund_reserved.to_rubles()
    );
    if let Some(failure) = &operation.failure {
        println!("{}: {}", failure.code.as_str(), failure.detail);
    }
    for story in journal.story(id).await.context("the journal cannot be read")? {
        println!("{}  {}", story.at, serde_json::to_string(&story.fact)?);
    }
    Ok(())
}

const fn kind(kind: OperationKind) -> &'static str {
    match kind {
        OperationKind::Payment => "payment",
        OperationKind::Refund => "refund",
        OperationKind::LinkCheck => "link_check",
        OperationKind::LinkBind => "link_bind",
    }
}

fn line(operation: &Operation) -> String {
    let request = &operation.request;
    format!(
        "{}  {}  {:<10} {:<16} {:>12}  {}  store {} register {}  id {}",
        operation.created_at,
        operation.id,
        kind(operation.kind()),
        operation.state.as_str(),
        operation.amount().to_rubles(),
        request.module,
        request.store,
        request.terminal,
        request.id
    )
}
