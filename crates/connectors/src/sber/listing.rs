//! The register of operations (`registry`). Its fields are the bank's own, in `camelCase` as against all other calls; public
//! clients of the order service have its answer. The period is that of the orders' creation, by Moscow's clock.

use super::api::{Listing, Registry};
use super::config::Settings;
use super::map::{Said, hear};
use connector::answer::{done_with, too_long, unclear, unknown_word, words};
use connector::listing::{Listed, Moved, Period};
use connector::{Printed, Turn, WireResponse};
use domain::{Fault, Timestamp};

/// Moscow is three hours east of UTC, all year round.
const MOSCOW_MS: u64 = 3 * 3_600_000;
/// ISO 8583: done.
const DONE: &str = "00";

pub(super) fn next(
    settings: &Settings,
    period: &Period,
    heard: &[WireResponse],
    now: Timestamp,
) -> Result<Turn<Vec<Listed>>, Fault> {
    match heard {
        [] => {
            let body = Registry {
                id_qr: &settings.id_qr,
                start_period: super::api::date(period.from.plus_ms(MOSCOW_MS))?,
                end_period: super::api::date(period.to.plus_ms(MOSCOW_MS))?,
                registry_type: "REGISTRY",
            };
            settings.list(&body, now).map(Turn::Send)
        }
        [response] => match hear::<Listing>(response, now)? {
            Said::Yes(told) => listed(told).map(done_with)?,
            Said::No(refusal) => Err(refusal.fault()),
        },
        _ => too_long(),
    }
}

/// The movements of all orders. A period without any has no `registryData`.
fn listed(told: Listing) -> Result<Vec<Listed>, Fault> {
    let Some(data) = told.registry_data else {
        return Ok(Vec::new());
    };
    let mut all = Vec::new();
    for order in data
        .order_params
        .map_or_else(Vec::new, |params| params.order_param)
    {
        let operations = order.order_operation_params;
        for operation in operations.map_or_else(Vec::new, |params| params.order_operation_param) {
            let code = operation.response_code.as_ref().map(Printed::as_str);
            if code.is_some_and(|code| code != DONE) {
                continue;
            }
            let moved = match operation.operation_type.as_str() {
                "PAY" => Moved::Paid,
                "REFUND" | "REVERSE" => Moved::Returned,
                // Steps of SBP inside a payment: they move nothing by themselves.
                step if step.starts_with("SBP_") => continue,
                other => return Err(unknown_word("operationType", other)),
            };
            let amount = operation.operation_sum.as_ref().and_then(Printed::kopecks);
            all.push(Listed {
                order: order
                    .partner_order_number
                    .as_ref()
                    .map(|number| words(number.as_str())),
                id: operation.operation_id.as_ref().map(|id| words(id.as_str())),
                moved,
                amount: amount.ok_or_else(|| unclear("an operation of the register without its sum"))?,
                at: operation.operation_date_time.as_deref().map(words),
            });
        }
    }
    Ok(all)
}
