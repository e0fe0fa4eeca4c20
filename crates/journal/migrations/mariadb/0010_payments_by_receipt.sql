-- Where a receipt's payments are found.
ALTER TABLE operations
    ADD COLUMN receipt_number VARCHAR(64),
    ADD COLUMN receipt_shift BIGINT,
    ADD INDEX operations_receipt (store, receipt_number, id)
