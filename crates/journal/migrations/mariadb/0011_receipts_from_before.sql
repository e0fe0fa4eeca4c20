-- Payments from before are filled in from what the register sent.
UPDATE operations SET
    receipt_number = JSON_VALUE(data, '$.request.order.pay.receipt.number'),
    receipt_shift = JSON_VALUE(data, '$.request.order.pay.receipt.shift')
    WHERE kind = 'payment' AND JSON_VALID(data)
