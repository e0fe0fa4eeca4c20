//! Where the two engines speak differently, and the only place that builds SQL text.

use domain::ModuleName;
use sqlx::AssertSqlSafe;

/// An engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// SQLite 3.
    Sqlite,
    /// MariaDB 10.6 or later (`SKIP LOCKED`).
    MariaDb,
}

/// SQL text that was put together here.
pub(super) type Built = AssertSqlSafe<String>;

impl Dialect {
    /// Begins a transaction that writes. SQLite takes its write lock at once, so that it never has to give up in
    /// the middle.
    pub(super) const fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::MariaDb => "START TRANSACTION",
        }
    }

    /// Inserts a waiter unless it is there.
    pub(super) const fn insert_waiter(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "INSERT INTO waiters (operation_id, reply_to, correlation_id, has_correlation) \
                 VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
            }
            Self::MariaDb => {
                "INSERT INTO waiters (operation_id, reply_to, correlation_id, has_correlation) \
                 VALUES (?, ?, ?, ?) ON DUPLICATE KEY UPDATE seq = seq"
            }
        }
    }

    /// Finds operations to be adopted; two daemons that ask at the same moment get different ones.
    pub(super) const fn adoptable(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "SELECT id, data, version, refund_reserved FROM operations \
                 WHERE due_at IS NOT NULL AND (lease_holder IS NULL OR lease_until < ?) \
                 ORDER BY due_at, id LIMIT ?"
            }
            Self::MariaDb => {
                "SELECT id, data, version, refund_reserved FROM operations \
                 WHERE due_at IS NOT NULL AND (lease_holder IS NULL OR lease_until < ?) \
                 ORDER BY due_at, id LIMIT ? FOR UPDATE SKIP LOCKED"
            }
        }
    }

    /// What makes a module's tables and view. Each statement may be run again.
    pub(super) fn module_tables(self, module: &ModuleName) -> Vec<Built> {
        let (tables, view) = match self {
            Self::Sqlite => (SQLITE_MODULE_TABLES, SQLITE_MODULE_VIEW),
            Self::MariaDb => (MARIADB_MODULE_TABLES, MARIADB_MODULE_VIEW),
        };
        let mut statements: Vec<_> = tables.iter().map(|table| of_module(table, module)).collect();
        statements.push(of_module(view, module));
        statements
    }
}

/// Puts a module's name in place of `{module}`. The type of the name allows small letters, digits and `_` only, so
/// it cannot end the identifier or the text that it stands in.
pub(super) fn of_module(template: &'static str, module: &ModuleName) -> Built {
    safe(template.replace("{module}", module.as_str()))
}

/// Repeats the tuple of an `INSERT … VALUES` for so many rows.
pub(super) fn for_rows(head: &'static str, tuple: &'static str, rows: usize) -> Built {
    safe(format!("{head}{}", vec![tuple; rows].join(", ")))
}

/// Puts a list of so many parameters in place of `{list}`.
pub(super) fn with_list(template: &'static str, parameters: usize) -> Built {
    safe(template.replace("{list}", &vec!["?"; parameters].join(", ")))
}

/// Joins conditions that are all to hold.
pub(super) fn with_conditions(head: &'static str, conditions: &[&'static str], tail: &'static str) -> Built {
    safe(format!("{head}{}{tail}", conditions.join(" AND ")))
}

/// The one place that vouches for built text: constants of this crate, module names and `?` are all it is made of.
fn safe(text: String) -> Built {
    AssertSqlSafe(text)
}

const SQLITE_MODULE_TABLES: [&str; 3] = [
    "CREATE TABLE IF NOT EXISTS `{module}_merchants` (id INTEGER NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS `{module}_stores` (StoreID TEXT NOT NULL PRIMARY KEY, merchant INTEGER NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS `{module}_terminals` (TerminalID TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT",
];

const SQLITE_MODULE_VIEW: &str = "CREATE VIEW IF NOT EXISTS `{module}_transactions` (op_date, id, cancel, data) AS \
    SELECT datetime(p.updated_at / 1000000, 'unixepoch'), p.id, \
    (SELECT r.id FROM operations r WHERE r.payment_id = p.id ORDER BY r.created_at DESC, r.id DESC LIMIT 1), p.data \
    FROM operations p WHERE p.module = '{module}' AND p.kind = 'payment'";

const MARIADB_MODULE_TABLES: [&str; 3] = [
    "CREATE TABLE IF NOT EXISTS `{module}_merchants` (id BIGINT NOT NULL PRIMARY KEY, value LONGTEXT NOT NULL) \
     ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin",
    "CREATE TABLE IF NOT EXISTS `{module}_stores` (StoreID VARCHAR(128) NOT NULL PRIMARY KEY, merchant BIGINT NOT NULL) \
     ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin",
    "CREATE TABLE IF NOT EXISTS `{module}_terminals` (TerminalID VARCHAR(128) NOT NULL PRIMARY KEY, value LONGTEXT NOT NULL) \
     ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin",
];

const MARIADB_MODULE_VIEW: &str = "CREATE VIEW IF NOT EXISTS `{module}_transactions` (op_date, id, cancel, data) AS \
    SELECT TIMESTAMPADD(SECOND, p.updated_at DIV 1000000, TIMESTAMP'1970-01-01 00:00:00'), p.id, \
    (SELECT r.id FROM operations r WHERE r.payment_id = p.id ORDER BY r.created_at DESC, r.id DESC LIMIT 1), p.data \
    FROM operations p WHERE p.module = '{module}' AND p.kind = 'payment'";
