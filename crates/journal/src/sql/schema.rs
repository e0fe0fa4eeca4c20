//! Migrations, embedded in the binary: a folder per engine.

use super::dialect::Dialect;
use super::failure::migration_error;
use crate::JournalError;
use sqlx::AnyConnection;
use sqlx::migrate::{Migrate, MigrateError, Migrator};

static SQLITE: Migrator = sqlx::migrate!("./migrations/sqlite");
static MARIADB: Migrator = sqlx::migrate!("./migrations/mariadb");

/// Brings the schema up to date, or (with `migrate` false) makes sure that it is.
pub(super) async fn prepare(
    connection: &mut AnyConnection,
    dialect: Dialect,
    migrate: bool,
) -> Result<(), JournalError> {
    let migrator = match dialect {
        Dialect::Sqlite => &SQLITE,
        Dialect::MariaDb => &MARIADB,
    };
    let done = if migrate {
        migrator.run(connection).await
    } else {
        return check(connection, migrator).await;
    };
    done.map_err(|error| migration_error(&error))
}

async fn check(connection: &mut AnyConnection, migrator: &Migrator) -> Result<(), JournalError> {
    let needed = migrator.iter().map(|one| one.version).max().unwrap_or(0);
    let applied = match connection.list_applied_migrations("_sqlx_migrations").await {
        Ok(applied) => applied.iter().map(|one| one.version).max().unwrap_or(0),
        // The table of migrations itself is missing: nothing was ever applied.
        Err(MigrateError::Execute(sqlx::Error::Database(_))) => 0,
        Err(error) => return Err(migration_error(&error)),
    };
    if applied > needed {
        return Err(migration_error(&MigrateError::VersionMissing(applied)));
    }
    if applied < needed {
        return Err(JournalError::Unavailable(format!(
            "its schema has version {applied}, this qrpayd needs {needed}: run `qrpayd migrate`"
        )));
    }
    Ok(())
}
