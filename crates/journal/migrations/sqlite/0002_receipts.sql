-- Receipts that may have one payment of a module: claimed by it, free again when it ends unpaid.
CREATE TABLE receipts (
    module    TEXT    NOT NULL,
    store     TEXT    NOT NULL,
    terminal  TEXT    NOT NULL,
    shift     INTEGER NOT NULL,
    number    TEXT    NOT NULL,
    operation BLOB    NOT NULL,
    PRIMARY KEY (module, store, terminal, shift, number)
) STRICT, WITHOUT ROWID;
