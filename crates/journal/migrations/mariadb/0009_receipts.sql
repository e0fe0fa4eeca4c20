CREATE TABLE receipts (
    module    VARCHAR(40)  NOT NULL,
    store     VARCHAR(128) NOT NULL,
    terminal  VARCHAR(128) NOT NULL,
    shift     BIGINT       NOT NULL,
    number    VARCHAR(64)  NOT NULL,
    operation BINARY(16)   NOT NULL,
    PRIMARY KEY (module, store, terminal, shift, number)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin
