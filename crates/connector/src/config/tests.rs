use super::*;
use domain::policy::MoneyWhileClosing;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const OWN: &[Key] = &[
    Key {
        name: "secretKey",
        kind: KeyType::Secret,
        scope: Scope::Merchant,
        required: true,
        default: None,
        unit: "",
        doc_ru: "Ключ",
        doc_en: "Key",
    },
    Key {
        name: "account",
        kind: KeyType::Digits { count: 20 },
        scope: Scope::Both,
        required: false,
        default: None,
        unit: "",
        doc_ru: "Счёт",
        doc_en: "Account",
    },
    Key {
        name: "qr_id",
        kind: KeyType::Text { max: 32 },
        scope: Scope::Terminal,
        required: false,
        default: None,
        unit: "",
        doc_ru: "Ссылка",
        doc_en: "Link",
    },
];

fn keys() -> impl Iterator<Item = &'static Key> + Clone {
    COMMON.iter().chain(OWN)
}

fn map(value: Value) -> Map<String, Value> {
    serde_json::from_value(value).unwrap()
}

fn problem(value: Value) -> String {
    check(keys(), Table::Merchants, &map(value))
        .unwrap_err()
        .to_string()
}

fn merged(value: Value) -> Map<String, Value> {
    merge(keys(), &map(value), &Map::new()).unwrap()
}

#[test]
fn a_wrong_key_is_named_with_the_nearest_one() {
    assert_eq!(
        problem(json!({"qrttl": 5})),
        "unknown key `qrttl`; did you mean `qrTtl`?"
    );
    assert_eq!(
        problem(json!({"intervall": 5})),
        "unknown key `intervall`; did you mean `interval`?"
    );
    assert_eq!(
        problem(json!({"secretkey_file": "x"})),
        "unknown key `secretkey_file`; did you mean `secretKey`?"
    );
    assert_eq!(problem(json!({"colour": 5})), "unknown key `colour`");
    assert_eq!(
        problem(json!({"account_file": "x"})),
        "unknown key `account_file`; did you mean `account`?"
    );
    assert_eq!(
        problem(json!({"qr_id": "x"})),
        "key `qr_id` belongs in the terminals table"
    );
    let error = check(keys(), Table::Terminals, &map(json!({"url": "https://a"}))).unwrap_err();
    assert_eq!(error.to_string(), "key `url` belongs in the merchants table");
}

#[test]
fn a_wrong_value_is_told_what_is_expected() {
    for (value, said) in [
        (json!({"qrTtl": 0}), "from 1 to 1440 (minutes), not 0"),
        (json!({"qrTtl": "5"}), "written without quotes"),
        (serde_json::from_str(r#"{"qrTtl": 1.5}"#).unwrap(), "not a number"),
        (json!({"qrTtl": null}), "leave the key out"),
        (json!({"url": "pay.example"}), "must begin with https://"),
        (json!({"url": "https://a/"}), "must not end with a slash"),
        (json!({"url": "https://me:pw@a"}), "login or password"),
        (json!({"url": "https://:80"}), "names no host"),
        (json!({"url": "https://a b"}), "without blanks"),
        (json!({"account": "123"}), "exactly 20 digits"),
        (json!({"account": 123}), "20 digits in quotes"),
        (json!({"late_money": "keep"}), "one of: accept, reverse"),
        (json!({"purpose": ""}), "must not be empty"),
        (json!({"purpose": "x".repeat(186)}), "at most 185"),
        (json!({"secretKey": ""}), "must not be empty"),
        (
            json!({"secretKey": "a", "secretKey_file": "b"}),
            "stands beside `secretKey`",
        ),
        (json!({"secretKey_file": 5}), "path of a file"),
    ] {
        let text = problem(value);
        assert!(text.contains(said), "{text}");
    }
}

#[test]
fn the_terminal_lies_over_the_merchant_over_the_defaults() {
    let merchant =
        map(json!({"url": "https://a", "secretKey": "k", "qrTtl": 7, "account": "40702810900000000001"}));
    let terminal = map(json!({"qrTtl": 9, "qr_id": "AS"}));
    let merged = merge(keys(), &merchant, &terminal).unwrap();
    assert_eq!(merged["qrTtl"], 9);
    assert_eq!(merged["account"], "40702810900000000001");
    assert_eq!(merged["interval"], 5);
    assert_eq!(merged["qr_id"], "AS");
    assert!(!merged.contains_key("ca"));
}

#[test]
fn what_is_required_must_be_there() {
    let error = merge(keys(), &map(json!({"url": "https://a"})), &Map::new()).unwrap_err();
    assert_eq!(error.to_string(), "key `secretKey` is missing: Key");
}

#[test]
fn secrets_and_certificates_come_from_files() {
    let folder = std::env::temp_dir().join(format!("connector-config-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = |name: &str, text: &str| {
        let file = folder.join(name);
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let secret = path("key", "s3cret\n");
    let pem = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
    let settings = json!({"url": "https://a", "secretKey_file": secret, "ca": path("ca.pem", pem)});
    let read = merged(settings.clone());
    assert_eq!(read["secretKey"], "s3cret");
    assert_eq!(read["ca"], pem);
    assert!(!read.contains_key("secretKey_file"));
    assert_eq!(
        merged(json!({"url": "https://a", "secretKey": "k", "ca": pem}))["ca"],
        pem
    );

    for (key, file, said) in [
        ("secretKey_file", path("empty", " \n"), "is empty"),
        ("secretKey_file", path("lines", "a\nb"), "line breaks"),
        (
            "secretKey_file",
            folder.join("absent").to_str().unwrap().to_owned(),
            "cannot be opened",
        ),
        (
            "secretKey_file",
            path("huge", &"x".repeat(300_000)),
            "larger than",
        ),
        ("ca", path("text", "hello"), "holds no PEM"),
    ] {
        let mut broken = map(settings.clone());
        broken.insert(key.to_owned(), json!(file));
        let error = merge(keys(), &broken, &Map::new()).unwrap_err().to_string();
        assert!(error.contains(said) && error.contains(key), "{error}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn no_secret_is_shown() {
    let settings = map(json!({
        "url": "https://a", "secretKey": "s3cret", "secretKye": "s3cret", "secretKey_file": "/run/key",
        "ca": "-----BEGIN PRIVATE KEY-----\ns3cret",
    }));
    let shown = Value::Object(redact(keys(), &settings)).to_string();
    assert!(!shown.contains("s3cret"), "{shown}");
    assert!(shown.contains("/run/key") && shown.contains("https://a"));
    let error = problem(json!({"secretKey": ["s3cret"]}));
    assert!(!error.contains("s3cret"), "{error}");
}

#[test]
fn numbers_become_a_policy() {
    let settings = merged(json!({
        "url": "https://a", "secretKey": "k", "qrTtl": 6, "interval": 8, "timeout": 20, "return_interval": 2,
        "cancel_lifetime": 3, "technical_errors": 4, "late_money": "reverse",
    }));
    let policy = policy(&settings).unwrap();
    assert_eq!(policy.qr_ttl_ms, 360_000);
    assert_eq!(policy.interval_ms, 8_000);
    assert_eq!(policy.eager_interval_ms, 1_000);
    assert_eq!(policy.return_interval_ms, 120_000);
    assert_eq!(policy.cancel_lifetime_ms, 3 * 3_600_000);
    assert_eq!(policy.register_for_ms, 35_000);
    assert_eq!(policy.technical_errors_max, 4);
    assert_eq!(policy.answer_within_ms, 370_000);
    assert_eq!(policy.money_while_closing, MoneyWhileClosing::Reverse);
    assert_eq!(transport(&settings).timeout_ms, 20_000);
    assert_eq!(transport(&settings).rate_per_s, 20);
}

#[test]
fn timeouts_nest_and_limits_are_in_order() {
    let settings = merged(json!({"url": "https://a", "secretKey": "k", "qrTtl": 1, "timeout": 51}));
    let error = policy(&settings).unwrap_err().to_string();
    assert!(
        error.contains("`timeout`") && error.contains("60 seconds"),
        "{error}"
    );
    let settings = merged(json!({"url": "https://a", "secretKey": "k", "min_amount": 10, "max_amount": 9}));
    assert!(limits(&settings).is_err());
    let settings = merged(json!({"url": "https://a", "secretKey": "k"}));
    assert_eq!(limits(&settings).unwrap().max.get(), 100_000_000);
}

#[test]
fn every_default_is_a_value_its_key_takes() {
    for key in COMMON {
        if let Some(default) = key.default {
            value::check_value(key, &serde_json::from_str(default).unwrap()).unwrap();
        }
        assert!(!key.doc_ru.is_empty() && !key.doc_en.is_empty());
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        Just(json!(["x"])),
    ]
}

proptest! {
    #[test]
    fn any_settings_are_taken_or_refused(name in "[a-zA-Z_]{0,12}|qrTtl|url|secretKey|ca|account", value in any_value()) {
        let mut settings = Map::new();
        settings.insert(name, value);
        let _ = check(keys(), Table::Merchants, &settings);
        let _ = check(keys(), Table::Terminals, &settings);
        let _ = redact(keys(), &settings);
    }
}
