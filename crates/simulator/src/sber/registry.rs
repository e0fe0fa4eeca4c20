//! The register of operations: in `camelCase`, as against all other calls; the period is that of the orders' creation, by
//! Moscow's clock.

use serde::Deserialize;
use serde_json::{Value, json};

use super::messages::{gateway, is_request_id, is_time};
use super::{ID_QR, Sber, TID};
use crate::clock::MINUTE_US;
use crate::ledger::Sale;
use crate::wire::{Answer, Request};

/// Moscow's clock is ahead of UTC, microseconds.
const MOSCOW_US: i64 = 180 * MINUTE_US;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    rq_uid: String,
    rq_tm: String,
    #[serde(rename = "idQR")]
    id_qr: String,
    start_period: String,
    end_period: String,
    registry_type: String,
}

/// A moment of Moscow's clock, as the bank's books have it.
fn moment(text: &str) -> Option<i64> {
    let told: jiff::Timestamp = text.parse().ok().filter(|_| is_time(text))?;
    Some(told.as_microsecond() - MOSCOW_US)
}

impl Sber {
    pub(super) fn registry(&self, request: &Request, now: i64) -> Answer {
        let Some(asked) = request.json_as::<Asked>() else {
            return gateway(400, "a field is missing or of another type");
        };
        let named = is_request_id(&asked.rq_uid) && is_time(&asked.rq_tm);
        let header = request.header("RqUID") == Some(asked.rq_uid.as_str());
        let period = moment(&asked.start_period).zip(moment(&asked.end_period));
        let (true, true, Some((from, to))) = (named, header, period.filter(|(from, to)| from <= to)) else {
            return gateway(400, "rqUid, rqTm or the period has another form");
        };
        if ![TID, ID_QR].contains(&asked.id_qr.as_str()) || asked.registry_type != "REGISTRY" {
            return gateway(400, "idQR or registryType is unknown");
        }
        let ours = |sale: &&Sale| {
            let by_sbp = sale.note("sbp").is_some();
            let device = if by_sbp { TID } else { ID_QR };
            device == asked.id_qr && (from..to).contains(&sale.created_at)
        };
        let orders: Vec<Value> = self
            .ledger
            .sales()
            .iter()
            .filter(ours)
            .filter_map(|sale| self.listed(sale, now))
            .collect();
        let mut said = json!({ "rqUid": asked.rq_uid, "rqTm": asked.rq_tm, "errorCode": "000000" });
        if !orders.is_empty() {
            said["registryData"] = json!({ "orderParams": { "orderParam": orders } });
        }
        Answer::json(200, said.to_string())
    }

    /// An order with what moved its money; one that nobody tried to pay is left out.
    fn listed(&self, sale: &Sale, now: i64) -> Option<Value> {
        let operations = self.operations(sale, now);
        if operations.is_empty() {
            return None;
        }
        let operations: Vec<Value> = operations
            .iter()
            .map(|one| {
                json!({
                    "operationId": one["operation_id"], "operationDateTime": one["operation_date_time"],
                    "rrn": one["rrn"], "operationType": one["operation_type"], "operationSum": one["operation_sum"],
                    "operationCurrency": one["operation_currency"], "authCode": one["auth_code"],
                    "responseCode": one["response_code"],
                })
            })
            .collect();
        Some(json!({
            "orderId": sale.id, "partnerOrderNumber": sale.order, "amount": sale.amount.0, "currency": "643",
            "orderOperationParams": { "orderOperationParam": operations },
        }))
    }
}
