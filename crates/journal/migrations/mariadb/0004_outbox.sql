CREATE TABLE outbox (
    seq            BIGINT       NOT NULL PRIMARY KEY AUTO_INCREMENT,
    operation_id   BINARY(16),
    reply_to       VARCHAR(255) NOT NULL,
    correlation_id VARCHAR(255),
    body           LONGTEXT     NOT NULL,
    created_at     BIGINT       NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin
