CREATE TABLE operation_events (
    operation_id BINARY(16) NOT NULL,
    seq          BIGINT     NOT NULL,
    at           BIGINT     NOT NULL,
    fact         LONGTEXT   NOT NULL,
    PRIMARY KEY (operation_id, seq)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin
