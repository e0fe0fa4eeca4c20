//! A module's settings tables.

use super::dialect::{Built, Dialect, of_module};
use super::row;
use super::work::Abort;
use crate::module_settings::JsonObject;
use crate::{JournalError, ModuleSettings, SettingsWrite};
use domain::{ModuleName, StoreId, TerminalId, Timestamp};
use serde_json::{Map, Value};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};
use std::collections::BTreeMap;

/// Makes a module's tables and view.
pub(super) async fn ensure(
    connection: &mut AnyConnection,
    dialect: Dialect,
    module: &ModuleName,
) -> Result<(), sqlx::Error> {
    for statement in dialect.module_tables(module) {
        sqlx::query(statement).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Writes or deletes one row, with an audit line and a new revision. The revision comes first: it makes writers of
/// settings wait for each other, so that what [`refuse_taken`] reads stays as it is until the commit.
pub(super) async fn write(
    connection: &mut AnyConnection,
    write: &SettingsWrite,
    distinct: &'static [&'static str],
    who: &str,
    now: Timestamp,
) -> Result<(), Abort> {
    sqlx::query("UPDATE settings_revision SET revision = revision + 1 WHERE id = 1")
        .execute(&mut *connection)
        .await?;
    refuse_taken(connection, write, distinct).await?;
    put(connection, write).await?;
    sqlx::query("INSERT INTO audit (at, who, what) VALUES (?, ?, ?)")
        .bind(now.as_micros())
        .bind(who)
        .bind(write.audit_text())
        .execute(connection)
        .await?;
    Ok(())
}

/// Refuses a row with a value that another register has and only one may have.
async fn refuse_taken(
    connection: &mut AnyConnection,
    write: &SettingsWrite,
    distinct: &'static [&'static str],
) -> Result<(), Abort> {
    if distinct.is_empty() {
        return Ok(());
    }
    let rows = terminals(connection, write.module()).await?;
    match write.taken(distinct, &rows) {
        None => Ok(()),
        Some((key, terminal)) => Err(JournalError::Taken { key, terminal }.into()),
    }
}

async fn put(connection: &mut AnyConnection, write: &SettingsWrite) -> Result<(), Abort> {
    let text = |template| -> Built { of_module(template, write.module()) };
    let query = match write {
        SettingsWrite::Merchant {
            id,
            value: Some(value),
            ..
        } => sqlx::query(text(
            "REPLACE INTO `{module}_merchants` (id, value) VALUES (?, ?)",
        ))
        .bind(*id)
        .bind(row::to_json("a merchant", value)?),
        SettingsWrite::Merchant { id, value: None, .. } => {
            sqlx::query(text("DELETE FROM `{module}_merchants` WHERE id = ?")).bind(*id)
        }
        SettingsWrite::Store {
            store,
            merchant: Some(merchant),
            ..
        } => sqlx::query(text(
            "REPLACE INTO `{module}_stores` (StoreID, merchant) VALUES (?, ?)",
        ))
        .bind(store.as_str())
        .bind(*merchant),
        SettingsWrite::Store {
            store,
            merchant: None,
            ..
        } => sqlx::query(text("DELETE FROM `{module}_stores` WHERE StoreID = ?")).bind(store.as_str()),
        SettingsWrite::Terminal {
            terminal,
            value: Some(value),
            ..
        } => sqlx::query(text(
            "REPLACE INTO `{module}_terminals` (TerminalID, value) VALUES (?, ?)",
        ))
        .bind(terminal.as_str())
        .bind(row::to_json("a terminal", value)?),
        SettingsWrite::Terminal {
            terminal,
            value: None,
            ..
        } => {
            sqlx::query(text("DELETE FROM `{module}_terminals` WHERE TerminalID = ?")).bind(terminal.as_str())
        }
    };
    query.execute(connection).await?;
    Ok(())
}

/// Reads all settings of a module.
pub(super) async fn read(
    connection: &mut AnyConnection,
    module: &ModuleName,
) -> Result<ModuleSettings, Abort> {
    let mut settings = ModuleSettings::default();
    for row in all(connection, module, "SELECT id, value FROM `{module}_merchants`").await? {
        let id: i64 = row.try_get(0)?;
        let place = format!("{module}_merchants, row {id}");
        settings.merchants.insert(id, value(&place, &row)?);
    }
    for row in all(
        connection,
        module,
        "SELECT StoreID, merchant FROM `{module}_stores`",
    )
    .await?
    {
        let place = format!("{module}_stores");
        let store = StoreId::new(row.try_get::<String, _>(0)?).map_err(|error| damaged(&place, &error))?;
        settings.stores.insert(store, row.try_get(1)?);
    }
    settings.terminals = terminals(connection, module).await?;
    Ok(settings)
}

async fn terminals(
    connection: &mut AnyConnection,
    module: &ModuleName,
) -> Result<BTreeMap<TerminalId, JsonObject>, Abort> {
    let template = "SELECT TerminalID, value FROM `{module}_terminals`";
    let mut terminals = BTreeMap::new();
    for row in all(connection, module, template).await? {
        let place = format!("{module}_terminals");
        let terminal =
            TerminalId::new(row.try_get::<String, _>(0)?).map_err(|error| damaged(&place, &error))?;
        let place = format!("{place}, row {terminal}");
        terminals.insert(terminal, value(&place, &row)?);
    }
    Ok(terminals)
}

async fn all(
    connection: &mut AnyConnection,
    module: &ModuleName,
    template: &'static str,
) -> Result<Vec<AnyRow>, sqlx::Error> {
    sqlx::query(of_module(template, module))
        .fetch_all(connection)
        .await
}

fn value(place: &str, row: &AnyRow) -> Result<Map<String, Value>, Abort> {
    Ok(row::from_json(place, &row.try_get::<String, _>(1)?)?)
}

fn damaged(place: &str, error: &domain::ids::IdError) -> JournalError {
    JournalError::Damaged(format!("{place}: {error}"))
}
