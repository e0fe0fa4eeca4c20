-- Ids are 16 bytes, moments microseconds since 1970 (UTC), money whole kopecks.
CREATE TABLE operations (
    id              BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    module          TEXT    NOT NULL,
    store           TEXT    NOT NULL,
    terminal        TEXT    NOT NULL,
    caller_id       TEXT    NOT NULL,
    kind            TEXT    NOT NULL,
    state           TEXT    NOT NULL,
    version         INTEGER NOT NULL,
    amount          INTEGER NOT NULL CHECK (amount >= 0),
    paid            INTEGER NOT NULL CHECK (paid >= 0),
    refund_reserved INTEGER NOT NULL DEFAULT 0 CHECK (refund_reserved >= 0),
    payment_id      BLOB,
    link_id         TEXT,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    finished_at     INTEGER,
    due_at          INTEGER,
    lease_holder    BLOB,
    lease_until     INTEGER,
    data            TEXT    NOT NULL,
    CHECK (refund_reserved <= paid),
    UNIQUE (store, terminal, caller_id)
) STRICT;
CREATE INDEX operations_due ON operations (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX operations_open ON operations (id) WHERE finished_at IS NULL;
CREATE INDEX operations_module ON operations (module, state);
CREATE INDEX operations_payment ON operations (payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX operations_lease ON operations (lease_holder) WHERE lease_holder IS NOT NULL;

CREATE TABLE operation_events (
    operation_id BLOB    NOT NULL,
    seq          INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    fact         TEXT    NOT NULL,
    PRIMARY KEY (operation_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE waiters (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    operation_id    BLOB    NOT NULL,
    reply_to        TEXT    NOT NULL,
    correlation_id  TEXT    NOT NULL,
    has_correlation INTEGER NOT NULL,
    UNIQUE (operation_id, reply_to, correlation_id, has_correlation)
) STRICT;

CREATE TABLE outbox (
    seq            INTEGER PRIMARY KEY AUTOINCREMENT,
    operation_id   BLOB,
    reply_to       TEXT    NOT NULL,
    correlation_id TEXT,
    body           TEXT    NOT NULL,
    created_at     INTEGER NOT NULL
) STRICT;

CREATE TABLE links (
    module           TEXT NOT NULL,
    link_id          TEXT NOT NULL,
    active_operation BLOB NOT NULL,
    PRIMARY KEY (module, link_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    seq  INTEGER PRIMARY KEY AUTOINCREMENT,
    at   INTEGER NOT NULL,
    who  TEXT    NOT NULL,
    what TEXT    NOT NULL
) STRICT;

CREATE TABLE settings_revision (
    id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL
) STRICT;
INSERT INTO settings_revision (id, revision) VALUES (1, 0);
