//! How a journal is opened.

/// Options of [`connect`](crate::connect()) and of each implementation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JournalOptions {
    /// Whether an old schema is brought up to date. Otherwise it is an error that says so.
    pub migrate: bool,
    /// Whether a MariaDB that can lose commits on a power cut is used with a warning instead of refused.
    pub allow_weak_durability: bool,
    /// How many connections read at the same time (1 to 64).
    pub readers: u32,
}

impl Default for JournalOptions {
    fn default() -> Self {
        Self {
            migrate: true,
            allow_weak_durability: false,
            readers: 4,
        }
    }
}
