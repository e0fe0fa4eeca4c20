-- Where a receipt's payments are found. Payments from before are filled in from what the register sent.
ALTER TABLE operations ADD COLUMN receipt_number TEXT;
ALTER TABLE operations ADD COLUMN receipt_shift INTEGER;
UPDATE operations SET
    receipt_number = json_extract(data, '$.request.order.pay.receipt.number'),
    receipt_shift = json_extract(data, '$.request.order.pay.receipt.shift')
    WHERE kind = 'payment' AND json_valid(data);
CREATE INDEX operations_receipt ON operations (store, receipt_number, id) WHERE receipt_number IS NOT NULL;
