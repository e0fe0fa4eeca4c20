//! The gateway from the outside: signed requests, signed answers.

use super::*;
use crate::PayerAction;
use crate::provider::Provider;

const NOW: i64 = 1_795_341_600_000_000;
const CERTIFICATE: &[u8] = b"der of the shop";
const SECOND: i64 = 1_000_000;

fn bank() -> Alfa {
    Alfa::new(Options {
        seed: 1,
        shop: "Магазин".to_owned(),
        certificate: Some(CERTIFICATE.to_vec()),
        bind_command: BIND_COMMAND.to_owned(),
    })
}

fn signed(body: &str, key: keys::SigningKey) -> Request {
    let signature = BASE64_STANDARD.encode(key.sign(body.as_bytes()).unwrap());
    Request::new("POST", PATH)
        .with_header("Authorization", &signature)
        .with_header("key-name", KEY_NAME)
        .with_certificate(CERTIFICATE)
        .json(body)
}

/// The answer to a command, its signature checked; `Err` holds the code of a refusal.
fn ask(bank: &mut Alfa, command: &Value, now: i64) -> Result<Value, String> {
    let request = signed(&command.to_string(), keys::shop());
    let answer = bank.handle(&request, now).answer().unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    let signature = BASE64_STANDARD
        .decode(answer.header("Authorization").unwrap())
        .unwrap();
    assert!(keys::verified(
        &keys::bank().public().unwrap(),
        &answer.body,
        &signature
    ));
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    match text(&body["ErrorCode"]).as_str() {
        "0" => Ok(body),
        code => Err(code.to_owned()),
    }
}

fn draw(bank: &mut Alfa) -> Value {
    let command = json!({
        "command": "GetQRCd", "TermNo": "70001", "qrcType": "02", "amount": 15_000, "currency": "RUB",
        "messageID": "0199a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b", "qrTtl": 5,
    });
    ask(bank, &command, NOW).unwrap()
}

fn status(bank: &mut Alfa, key: &str, id: &Value, now: i64) -> Result<Value, String> {
    ask(
        bank,
        &json!({"command": "GetQRCstatus", "TermNo": "70001", key: id}),
        now,
    )
}

fn activation(qrc_id: &str, terminal: &str) -> Value {
    json!({
        "command": "ActivateCashQRc", "TermNo": terminal, "qrcId": qrc_id, "amount": "700", "currency": "RUB",
    })
}

#[test]
fn a_stranger_is_turned_away() {
    let mut bank = bank();
    let body = r#"{"command":"GetQRCstatus","TermNo":"70001","payrrn":"1"}"#;
    let good = || signed(body, keys::shop());
    let mut other_bytes = good();
    other_bytes.body.push(b' ');
    let mut other_name = signed(body, keys::shop());
    other_name.headers.retain(|(name, _)| name != "key-name");
    let mut no_certificate = good();
    no_certificate.client_certificate = None;
    for (request, status) in [
        (signed(body, keys::stranger()), 401),
        (other_bytes, 401),
        (other_name, 401),
        (no_certificate, 403),
        (good(), 200),
    ] {
        assert_eq!(bank.handle(&request, NOW).answer().unwrap().status, status);
    }
    let elsewhere = Request::new("GET", PATH);
    assert_eq!(bank.handle(&elsewhere, NOW).answer().unwrap().status, 404);
}

#[test]
fn a_qr_is_paid_when_it_says_acwp_and_names_its_transfer() {
    let mut bank = bank();
    let qr = draw(&mut bank);
    let qrc_id = qr["qrcId"].clone();
    let told = status(&mut bank, "qrcId", &qrc_id, NOW).unwrap();
    assert_eq!(
        (told["status"].as_str(), &told["trxId"]),
        (Some("NTST"), &Value::Null)
    );
    bank.payer(qr["payload"].as_str().unwrap(), PayerAction::Pay, None, NOW)
        .unwrap();
    let told = status(&mut bank, "qrcId", &qrc_id, NOW).unwrap();
    assert_eq!(
        (told["status"].as_str(), &told["trxId"]),
        (Some("ACWP"), &Value::Null)
    );
    let told = status(&mut bank, "payrrn", &qr["payrrn"], NOW + 2 * SECOND).unwrap();
    assert_eq!(told["trxId"].as_str().map(str::len), Some(32));
    assert_eq!(
        status(&mut bank, "payrrn", &json!("0"), NOW),
        Err("15".to_owned())
    );
}

#[test]
fn numbers_are_texts_in_every_other_answer_and_words_are_encoded() {
    let mut bank = bank();
    let (first, second) = (draw(&mut bank), draw(&mut bank));
    assert_eq!(
        (&first["TermNo"], &first["ErrorCode"]),
        (&json!(70_001), &json!(0))
    );
    assert_eq!(
        (&second["TermNo"], &second["ErrorCode"]),
        (&json!("70001"), &json!("0"))
    );
    assert!(first["message"].as_str().unwrap().starts_with("%D0%A3"));
    assert!(second["message"].as_str().unwrap().starts_with("%u0423"));
    assert_ne!(first["qrcId"], second["qrcId"]);
}

#[test]
fn a_link_works_under_its_own_terminal_number_for_one_payment_at_a_time() {
    let mut bank = bank();
    let sticker = bank.blank_sticker().unwrap();
    let id = crate::link::qr_id(&sticker).unwrap().to_owned();
    let bind = |terminal: &str| json!({"command": BIND_COMMAND, "TermNo": terminal, "qrcId": id});
    assert_eq!(
        ask(&mut bank, &activation(&id, "70001"), NOW),
        Err("15".to_owned())
    );
    assert_eq!(ask(&mut bank, &bind("99999"), NOW), Err("12".to_owned()));
    ask(&mut bank, &bind("70001"), NOW).unwrap();
    ask(&mut bank, &bind("70001"), NOW).unwrap();
    assert_eq!(ask(&mut bank, &bind("70002"), NOW), Err("21".to_owned()));
    let nothing = status(&mut bank, "qrcId", &json!(id), NOW).unwrap();
    assert_eq!(nothing["payrrn"], Value::Null);
    assert_eq!(
        ask(&mut bank, &activation(&id, "70002"), NOW),
        Err("15".to_owned())
    );
    let active = ask(&mut bank, &activation(&id, "70001"), NOW).unwrap();
    assert_eq!(
        ask(&mut bank, &activation(&id, "70001"), NOW),
        Err("21".to_owned())
    );
    let shown = status(&mut bank, "qrcId", &json!(id), NOW).unwrap();
    assert_eq!(shown["payrrn"], active["payrrn"]);
    let delete = json!({"command": "DelCashQRc", "TermNo": "70001", "qrcId": id});
    ask(&mut bank, &delete, NOW).unwrap();
    assert_eq!(ask(&mut bank, &delete, NOW), Err("21".to_owned()));
    assert!(bank.payer(&sticker, PayerAction::Pay, None, NOW).is_err());
    // Its life is 5 to 20 minutes.
    let mut long = activation(&id, "70001");
    long["qrTtl"] = json!(21);
    assert_eq!(ask(&mut bank, &long, NOW), Err("11".to_owned()));
}

#[test]
fn a_refund_must_have_been_asked_about() {
    let mut bank = bank();
    let qr = draw(&mut bank);
    let refund = |command: &str, sum: i64, message: &str| {
        json!({
            "command": command, "TermNo": "70001", "qrcId": qr["qrcId"], "amount": sum, "currency": "RUB",
            "messageID": message,
        })
    };
    let check = |sum, message| refund("GetQRCreversalData", sum, message);
    assert_eq!(ask(&mut bank, &check(100, "m-1"), NOW), Err("22".to_owned()));
    bank.payer(qr["payload"].as_str().unwrap(), PayerAction::Pay, None, NOW)
        .unwrap();
    assert_eq!(
        ask(&mut bank, &refund("QRCreversal", 100, "m-1"), NOW),
        Err("21".to_owned())
    );
    assert_eq!(ask(&mut bank, &check(15_001, "m-1"), NOW), Err("22".to_owned()));
    ask(&mut bank, &check(100, "m-1"), NOW).unwrap();
    assert_eq!(
        ask(&mut bank, &refund("QRCreversal", 200, "m-1"), NOW),
        Err("21".to_owned())
    );
    ask(&mut bank, &refund("QRCreversal", 100, "m-1"), NOW).unwrap();
    let standing = |bank: &mut Alfa, message: &str, now| {
        let question = json!({
            "command": "GetQRCreversalStatus", "TermNo": "70001", "payrrn": qr["payrrn"], "messageID": message,
        });
        ask(bank, &question, now).map(|told| told["status"].as_str().unwrap().to_owned())
    };
    assert_eq!(standing(&mut bank, "m-1", NOW), Ok("ACTC".to_owned()));
    assert_eq!(
        standing(&mut bank, "m-1", NOW + 3 * SECOND),
        Ok("ACWP".to_owned())
    );
    assert_eq!(standing(&mut bank, "m-2", NOW), Err("15".to_owned()));
}
