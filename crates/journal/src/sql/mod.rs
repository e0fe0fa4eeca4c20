//! SQLite and MariaDB behind one layer. What differs between them stands in `dialect.rs`, `sqlite.rs`, `maria.rs`.
//!
//! One writer task takes all jobs that wait, runs them in one transaction and commits once (group commit).
//! Reads go over connections of their own.

mod dialect;
mod failure;
mod journal;
mod maria;
mod operations;
mod others;
mod read;
mod row;
mod schema;
mod settings;
mod sqlite;
mod tail;
mod work;
mod writer;

pub use journal::SqlJournal;
pub use maria::MariaDb;
pub use sqlite::Sqlite;

/// The journal in a SQLite file: one daemon, nothing to install.
pub type SqliteJournal = SqlJournal<Sqlite>;

/// The journal in MariaDB: several daemons may share it.
pub type MariaJournal = SqlJournal<MariaDb>;
