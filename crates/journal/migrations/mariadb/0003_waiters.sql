CREATE TABLE waiters (
    seq             BIGINT       NOT NULL PRIMARY KEY AUTO_INCREMENT,
    operation_id    BINARY(16)   NOT NULL,
    reply_to        VARCHAR(255) NOT NULL,
    correlation_id  VARCHAR(255) NOT NULL,
    has_correlation BIGINT       NOT NULL,
    UNIQUE INDEX waiters_once (operation_id, reply_to, correlation_id, has_correlation)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin
