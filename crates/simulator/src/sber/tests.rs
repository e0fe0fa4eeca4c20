use serde_json::{Value, json};

use super::{CLIENT_ID, ID_QR, MEMBER_ID, MEMBER_OF_SBP, Sber, TID, refusals};
use crate::catalogue::Opening;
use crate::clock::SECOND_US;
use crate::ledger::CodeOutcome;
use crate::payer::PayerAction;
use crate::provider::Provider as _;
use crate::wire::{Answer, Request};

const CERTIFICATE: &[u8] = b"der";
const SECRET: &str = "invented";
const UID: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
const ORDER: &str = "0199a1b2c3d47e5f8a6b7c8d9e0f1a2b";

fn bank() -> Sber {
    Sber::new(Opening {
        seed: 1,
        base_url: String::new(),
        shop: "Магазин".to_owned(),
        secret: SECRET.into(),
        certificate: CERTIFICATE.to_vec(),
        callback_url: None,
    })
}

fn login(scope: &str, secret: &str) -> Request {
    use base64::Engine as _;
    let pair = base64::prelude::BASE64_STANDARD.encode(format!("{CLIENT_ID}:{secret}"));
    let mut request = Request::new("POST", "/prod/tokens/v3/oauth")
        .with_certificate(CERTIFICATE)
        .with_header("Authorization", &format!("Basic {pair}"))
        .with_header("RqUID", UID)
        .with_header("Content-Type", "application/x-www-form-urlencoded");
    let scope = scope.replace(':', "%3A").replace('/', "%2F");
    request.body = format!("grant_type=client_credentials&scope={scope}").into_bytes();
    request
}

fn asked(bank: &mut Sber, request: &Request, now: i64) -> Answer {
    bank.handle(request, now).answer().unwrap()
}

fn value(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

fn token(bank: &mut Sber, scope: &str, now: i64) -> String {
    let scope = match scope {
        "registry" => "auth://qr/order.registry".to_owned(),
        scope => format!("https://api.sberbank.ru/qr/order.{scope}"),
    };
    let given = asked(bank, &login(&scope, SECRET), now);
    value(&given)["access_token"].as_str().unwrap().to_owned()
}

fn message(path: &str, token: &str, mut fields: Value) -> Request {
    fields["rq_uid"] = UID.into();
    fields["rq_tm"] = "2026-11-22T10:00:00Z".into();
    Request::new("POST", path)
        .with_certificate(CERTIFICATE)
        .bearer(token)
        .with_header("RqUID", UID)
        .json(fields.to_string())
}

/// Calls with a fresh token of the scope.
fn call(bank: &mut Sber, path: &str, scope: &str, fields: Value, now: i64) -> Value {
    let token = token(bank, scope, now);
    let mut request = message(&format!("/prod/qr/{path}"), &token, fields);
    if scope == "pay" {
        request = request
            .with_header("X-IBM-Client-Id", CLIENT_ID)
            .with_header("x-Introspect-RqUID", UID);
    }
    let answer = asked(bank, &request, now);
    assert_eq!(answer.status, 200, "{}", answer.text());
    value(&answer)
}

fn creation() -> Value {
    json!({"member_id": MEMBER_ID, "order_number": ORDER, "order_create_date": "2026-11-22T10:00:00Z", "id_qr": TID,
        "order_sum": 15_000, "currency": "643", "sbp_member_id": MEMBER_OF_SBP})
}

fn create(bank: &mut Sber) -> Value {
    call(bank, "order/v3/creation", "create", creation(), 0)
}

fn status(bank: &mut Sber, now: i64) -> Value {
    let fields = json!({"tid": TID, "partner_order_number": ORDER});
    call(bank, "order/v3/status", "status", fields, now)
}

fn cancellation(order: &Value, sum: i64) -> Value {
    json!({"order_id": order["order_id"], "operation_type": "REFUND", "operation_id": "PAY-17001",
        "auth_code": "017001", "id_qr": TID, "tid": TID, "cancel_operation_sum": sum, "operation_currency": "643"})
}

fn paid(bank: &mut Sber) -> Value {
    let order = create(bank);
    let qr = order["order_form_url"].as_str().unwrap().to_owned();
    bank.payer(&qr, PayerAction::Pay, None, 0).unwrap();
    order
}

fn code(answer: &Value) -> &str {
    answer["error_code"].as_str().unwrap()
}

#[test]
fn the_door_is_shut_to_strangers() {
    let mut bank = bank();
    let scope = "https://api.sberbank.ru/qr/order.status";
    assert_eq!(asked(&mut bank, &login(scope, "wrong"), 0).status, 401);
    assert_eq!(
        asked(&mut bank, &login("https://api.sberbank.ru/none", SECRET), 0).status,
        400
    );
    let mut without = login(scope, SECRET);
    without.client_certificate = Some(b"another".to_vec());
    assert_eq!(asked(&mut bank, &without, 0).status, 403);
    let mut bad_id = login(scope, SECRET);
    bad_id.headers.retain(|(name, _)| name != "RqUID");
    assert_eq!(asked(&mut bank, &bad_id, 0).status, 400);
}

#[test]
fn a_token_is_for_its_scope_and_its_hour() {
    let mut bank = bank();
    let fields = json!({"tid": TID, "partner_order_number": ORDER});
    let status = |token: &str| message("/prod/qr/order/v3/status", token, fields.clone());
    let good = token(&mut bank, "status", 0);
    assert_eq!(asked(&mut bank, &status(&good), 3_599 * SECOND_US).status, 200);
    assert_eq!(asked(&mut bank, &status(&good), 3_600 * SECOND_US).status, 401);
    let other = token(&mut bank, "create", 0);
    assert_eq!(asked(&mut bank, &status(&other), 0).status, 403);
    assert_eq!(asked(&mut bank, &status("invented"), 0).status, 401);
    assert!(bank.forget_tokens());
    assert_eq!(asked(&mut bank, &status(&good), 0).status, 401);
}

#[test]
fn request_ids_and_times_have_their_form() {
    let mut bank = bank();
    let token = token(&mut bank, "status", 0);
    let good = message(
        "/prod/qr/order/v3/status",
        &token,
        json!({"tid": TID, "partner_order_number": ORDER}),
    );
    for (from, to) in [
        (UID, "0f1e"),
        ("2026-11-22T10:00:00Z", "2026-11-22T13:00:00+03:00"),
    ] {
        let mut request = good.clone();
        request.body = String::from_utf8(request.body)
            .unwrap()
            .replace(from, to)
            .into_bytes();
        assert_eq!(asked(&mut bank, &request, 0).status, 400, "{to}");
    }
}

#[test]
fn an_order_lives_as_documented() {
    let mut bank = bank();
    let order = create(&mut bank);
    assert_eq!(order["order_state"], "CREATED");
    let again = create(&mut bank);
    assert_eq!(code(&again), refusals::DUPLICATE.0);
    let qr = order["order_form_url"].as_str().unwrap();
    bank.payer(qr, PayerAction::Decline, None, 0).unwrap();
    let told = status(&mut bank, 0);
    assert_eq!(told["order_state"], "CREATED");
    assert_eq!(told["order_operation_params"][0]["response_code"], "51");
    bank.payer(qr, PayerAction::Start, None, 0).unwrap();
    assert_eq!(status(&mut bank, 0)["order_state"], "ON_PAYMENT");
    bank.payer(qr, PayerAction::Pay, None, 0).unwrap();
    let told = status(&mut bank, 0);
    assert_eq!(told["order_state"], "PAID");
    assert_eq!(
        told["sbp_operation_params"]["sbp_masked_payer_id"],
        "+7 900 ***-**-67"
    );
    let fields = json!({"order_id": order["order_id"]});
    let late = call(&mut bank, "order/v3/revocation", "revoke", fields, 0);
    assert_eq!(code(&late), refusals::WRONG_STATE.0);
}

#[test]
fn an_unpaid_order_can_be_revoked_once() {
    let mut bank = bank();
    let order = create(&mut bank);
    let revoke = |bank: &mut Sber| {
        let fields = json!({"order_id": order["order_id"]});
        call(bank, "order/v3/revocation", "revoke", fields, 0)
    };
    assert_eq!(revoke(&mut bank)["order_state"], "REVOKED");
    assert_eq!(status(&mut bank, 0)["order_state"], "REVOKED");
    assert_eq!(code(&revoke(&mut bank)), refusals::WRONG_STATE.0);
}

#[test]
fn money_goes_back_by_the_operation_that_paid_and_never_by_a_reverse() {
    let mut bank = bank();
    let order = paid(&mut bank);
    let cancel = |bank: &mut Sber, name: &str, wrong: Value| {
        let mut fields = cancellation(&order, 5_000);
        fields[name] = wrong;
        call(bank, "order/v3/cancel", "cancel", fields, 0)
    };
    for (name, wrong, refusal) in [
        ("operation_type", json!("REVERSE"), refusals::NO_REVERSE),
        ("operation_id", json!("PAY-1"), refusals::NO_OPERATION),
        ("auth_code", json!("000001"), refusals::NO_OPERATION),
        ("order_id", json!("none"), refusals::NO_ORDER),
        ("cancel_operation_sum", json!(15_001), refusals::TOO_MUCH),
    ] {
        assert_eq!(code(&cancel(&mut bank, name, wrong)), refusal.0, "{name}");
    }
    assert_eq!(bank.books(0).entries[0].refunds.len(), 0);
}

/// The call has no id of the shop's: sent again, it gives the money back again.
#[test]
fn a_repeated_refund_is_another_refund() {
    let mut bank = bank();
    let order = paid(&mut bank);
    for _ in 0..3 {
        let told = call(
            &mut bank,
            "order/v3/cancel",
            "cancel",
            cancellation(&order, 5_000),
            0,
        );
        assert_eq!(told["order_status"], "ON_PAYMENT");
    }
    // SBP has confirmed nothing yet.
    assert_eq!(
        status(&mut bank, 0)["order_operation_params"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let later = status(&mut bank, 2 * SECOND_US);
    assert_eq!(later["order_operation_params"].as_array().unwrap().len(), 4);
    assert_eq!(later["order_state"], "REFUNDED");
}

#[test]
fn a_customers_code_is_charged_once() {
    for (outcome, state) in [
        (CodeOutcome::Pay, "PAID"),
        (CodeOutcome::Hang, "CREATED"),
        (CodeOutcome::Decline, "DECLINED"),
    ] {
        let mut bank = bank();
        let scanned = bank.customer_code(outcome, 0).unwrap();
        assert!(scanned.starts_with("https://sberbank.ru/qr/?ClientIdQr="));
        let fields = |number: &str| {
            json!({"member_id": MEMBER_ID, "partner_order_number": number, "tid": TID, "id_qr": ID_QR,
                "payLoad": scanned, "amount": 15_000, "currency": "643"})
        };
        let told = call(&mut bank, "bscanc/v1/pay", "pay", fields(ORDER), 0);
        let wanted = if outcome == CodeOutcome::Decline {
            refusals::DECLINED.0
        } else {
            "000000"
        };
        assert_eq!(code(&told), wanted);
        assert_eq!(status(&mut bank, 0)["order_state"], state);
        let used = call(&mut bank, "bscanc/v1/pay", "pay", fields("another"), 0);
        assert_eq!(code(&used), refusals::BAD_CODE.0);
    }
}

#[test]
fn the_register_lists_what_moved_money_in_its_own_spelling() {
    let mut bank = bank();
    let registry = |bank: &mut Sber, from: &str, to: &str, id_qr: &str| {
        let token = token(bank, "registry", 0);
        let asked_for = json!({"rqUid": UID, "rqTm": "2026-11-22T10:00:00Z", "idQR": id_qr, "startPeriod": from,
            "endPeriod": to, "registryType": "REGISTRY"});
        let mut request = message("/prod/qr/order/v3/registry", &token, json!({}));
        request.body = asked_for.to_string().into_bytes();
        asked(bank, &request, 0)
    };
    // The ledger's zero is the first of January of 1970, three o'clock in Moscow.
    let (from, to) = ("1970-01-01T03:00:00Z", "1970-01-01T04:00:00Z");
    let order = create(&mut bank);
    let answer = value(&registry(&mut bank, from, to, TID));
    assert!(answer["registryData"].is_null(), "nobody has paid: {answer}");

    let qr = order["order_form_url"].as_str().unwrap();
    bank.payer(qr, PayerAction::Pay, None, 0).unwrap();
    let answer = value(&registry(&mut bank, from, to, TID));
    let listed = &answer["registryData"]["orderParams"]["orderParam"][0];
    assert_eq!(listed["partnerOrderNumber"], ORDER);
    let operation = &listed["orderOperationParams"]["orderOperationParam"][0];
    assert_eq!(
        (&operation["operationType"], &operation["operationSum"]),
        (&json!("PAY"), &json!(15_000))
    );

    let later = value(&registry(&mut bank, to, "1970-01-01T05:00:00Z", TID));
    assert!(later["registryData"].is_null(), "made earlier: {later}");
    assert_eq!(
        registry(&mut bank, to, from, TID).status,
        400,
        "ends before it begins"
    );
    assert_eq!(registry(&mut bank, from, to, "STRANGER").status, 400);
}
