CREATE TABLE links (
    module           VARCHAR(40)  NOT NULL,
    link_id          VARCHAR(128) NOT NULL,
    active_operation BINARY(16)   NOT NULL,
    PRIMARY KEY (module, link_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin
