use super::values::Base;
use super::*;
use crate::faults::Faults;
use crate::money::Unit;
use conf::Document;
use connector::{Key, KeyType, Scope};
use domain::call::{Reference, Register};
use domain::receipt::{Item, Receipt};
use domain::{Kopecks, OperationId, StoreId, TerminalId, Timestamp};
use proptest::prelude::*;
use secrecy::SecretString;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

const NOW: Timestamp = Timestamp::from_micros(1_795_341_600_000_000);

fn key(name: &'static str, kind: KeyType) -> Key {
    Key {
        name,
        kind,
        scope: Scope::Merchant,
        required: false,
        default: None,
        unit: "",
        doc_ru: "",
        doc_en: "",
    }
}

fn keys() -> Vec<Key> {
    vec![
        key("shop", KeyType::Text { max: 10 }),
        key("pattern", KeyType::Text { max: 100 }),
        key("number", KeyType::Integer { min: 0, max: 9 }),
        key("flag", KeyType::Flag),
        key("secret", KeyType::Secret),
        key("absent", KeyType::Text { max: 10 }),
    ]
}

fn settings() -> Values {
    let text = |text: &str| Value::Text(text.to_owned());
    Values::from([
        ("shop", text("a/б&c")),
        ("pattern", text("https://x/%1?id=%2")),
        ("number", Value::Number("7".to_owned())),
        ("flag", Value::Flag(true)),
        ("secret", Value::Secret(SecretString::from("S3CRET"))),
    ])
}

type Values = values::Values;

fn register() -> Register {
    let item = |name: &str, code: Option<&str>| Item {
        name: name.to_owned(),
        code: code.map(str::to_owned),
        quantity: "0.350".to_owned(),
        price: Kopecks::new(1_050).unwrap(),
        sum: Kopecks::new(368).unwrap(),
    };
    Register {
        order: OperationId::from_bytes([7; 16]).order(1),
        amount: Kopecks::new(111_010).unwrap(),
        created_at: NOW,
        expires_at: NOW.plus_ms(290_000),
        store: StoreId::new("12").unwrap(),
        terminal: TerminalId::new("3").unwrap(),
        purpose: None,
        cost_centre: None,
        receipt: Some(Receipt {
            number: Some("77".to_owned()),
            shift: Some(5),
            items: vec![item("Сыр <\"1\">", Some("460")), item("Хлеб", None)],
            ..Receipt::default()
        }),
        customer_code: None,
        card_token: None,
        link_id: None,
        tender: None,
        subscriber: None,
    }
}

/// Runs with the names and values of a registration.
fn with<T>(run: impl FnOnce(&Names<'_>, &View<'_>) -> T) -> T {
    let (keys, kept, none, settings) = (
        keys(),
        BTreeSet::from(["qr".to_owned()]),
        BTreeSet::new(),
        settings(),
    );
    let names = Names {
        step: Step::Register,
        keys: &keys,
        kept: &kept,
        refund_kept: &none,
        item: false,
        signature: false,
        signed: false,
    };
    let base = Base {
        settings: &settings,
        unit: Unit::Rubles,
        utc_offset_min: 180,
        now: NOW,
    };
    let mut facts = Facts::of_register(base, &register(), Some("Чек  77".to_owned()));
    let reference = Reference::default().with("qr", "AD1");
    facts.reference = Some(&reference);
    run(&names, &View::of(&facts))
}

fn text(pattern: &str) -> Result<Option<String>, String> {
    with(|names, view| {
        Ok(Text::parse(pattern, names)?
            .fill(view, text::plain)
            .map(|filled| filled.text))
    })
}

fn json(pattern: &str) -> String {
    with(|names, view| {
        let document =
            Document::parse(Path::new("t"), &format!("json = {pattern}"), &HashMap::new()).unwrap();
        let mut faults = Faults::default();
        let json = Json::parse(&document.top("json"), names, &mut faults);
        assert_eq!(faults, Faults::default());
        json.unwrap().fill(view)
    })
}

fn xml(pattern: &str) -> String {
    with(|names, view| Xml::parse(pattern, names).unwrap().fill(view).unwrap())
}

#[test]
fn a_placeholder_is_written_as_it_says() {
    for (pattern, expected) in [
        ("{order}", "07070707070707070707070707070707"),
        ("{order|uuid}", "07070707-0707-0707-0707-070707070707"),
        (
            "{amount} {amount|kopecks} {amount|rubles}",
            "1110.10 111010 1110.10",
        ),
        ("{now|iso}", "2026-11-22T13:00:00+03:00"),
        ("{expires|yyyyMMddHHmmss}", "20261122130450"),
        ("{life|minutes}/{life|seconds}", "5/290"),
        ("{purpose|5}", "Чек 7"),
        ("{receipt.number}-{receipt.shift}", "77-5"),
        ("{key.pattern|%1=store|%2=ref.qr}", "https://x/12?id=AD1"),
        ("{{{store}}}", "{12}"),
        ("{key.number}{key.flag}", "7true"),
    ] {
        assert_eq!(text(pattern), Ok(Some(expected.to_owned())), "{pattern}");
    }
    assert_eq!(text("{store} {key.absent}"), Ok(None));
    assert_eq!(text("{cost_centre}"), Ok(None));
}

#[test]
fn json_keeps_kinds_and_leaves_out_what_is_absent() {
    for (pattern, expected) in [
        (
            "{ a = \"{amount}\", b = \"{amount|text}\", c = \"{amount|kopecks}\" }",
            r#"{"a":1110.10,"b":"1110.10","c":111010}"#,
        ),
        (
            "{ a = \"01\", b = 2, c = true, d = \"{store}\", e = \"{store|number}\" }",
            r#"{"a":"01","b":2,"c":true,"d":"12","e":12}"#,
        ),
        (
            "{ a = \"{key.absent}\", b { c = \"{key.absent}\" }, d = [\"{key.absent}\"], e = [\"{store}\", \"{key.absent}\"] }",
            r#"{"e":["12"]}"#,
        ),
        (
            "{ a = \"{key.shop}\", b = \"x{receipt.shift}\", c = \"{receipt.shift}\" }",
            r#"{"a":"a/б&c","b":"x5","c":5}"#,
        ),
        (
            "{ a = \"{now|unix_s}\", b = \"{now|unix_ms|text}\" }",
            r#"{"a":1795341600,"b":"1795341600000"}"#,
        ),
        (
            "{ i { \"{items}\" { n = \"{item.name}\", c = \"{item.code}\", q = \"{item.quantity|number}\", s = \"{item.sum}\", p = \"{item.index}\" } } }",
            r#"{"i":[{"n":"Сыр <\"1\">","c":"460","q":0.350,"s":3.68,"p":1},{"n":"Хлеб","q":0.350,"s":3.68,"p":2}]}"#,
        ),
        (
            "{ ids { \"{orders}\" = \"{order}\" } }",
            r#"{"ids":["07070707070707070707070707070707"]}"#,
        ),
        ("{ a = \"{key.absent}\" }", "{}"),
        ("[ { a = \"{store}\" } ]", r#"[{"a":"12"}]"#),
    ] {
        assert_eq!(json(pattern), expected, "{pattern}");
    }
}

#[test]
fn xml_leaves_out_elements_and_escapes_values() {
    assert_eq!(
        xml(
            "<a:r x=\"{key.shop}\"><p>{key.absent}</p><q t=\"1\">{key.absent}</q><s>{store}</s>{items}<i>{item.name}</i>{/items}</a:r>"
        ),
        "<a:r x=\"a/б&amp;c\"><s>12</s><i>Сыр &lt;&quot;1&quot;&gt;</i><i>Хлеб</i></a:r>"
    );
    // Not alone in its element: it is nothing, and the element stays.
    assert_eq!(xml("<r><p>x{key.absent}</p></r>"), "<r><p>x</p></r>");
}

#[test]
fn a_secret_is_known_as_one() {
    with(|names, view| {
        let text = Text::parse("Key {key.secret}", names).unwrap();
        assert!(text.is_secret());
        assert!(text.fill(view, text::plain).unwrap().is_secret);
    });
}

#[test]
fn an_address_takes_any_value_at_its_place() {
    assert_eq!(
        percent_encode("a/б?c=d&e.f-g_h~"),
        "a%2F%D0%B1%3Fc%3Dd%26e.f-g_h~"
    );
}

proptest! {
    #[test]
    fn any_pattern_is_read_or_refused(pattern in "[{}|%a-z._= 0-9]{0,40}") {
        with(|names, view| {
            if let Ok(text) = Text::parse(&pattern, names) {
                let _ = text.fill(view, text::plain);
            }
            if let Ok(xml) = Xml::parse(&pattern, names) {
                let _ = xml.fill(view);
            }
        });
    }

    #[test]
    fn any_value_makes_good_json(value in any::<String>()) {
        let (keys, none) = (keys(), BTreeSet::new());
        let names = Names { step: Step::Register, keys: &keys, kept: &none, refund_kept: &none, item: false, signature: false, signed: false };
        let settings = Values::from([("shop", Value::Text(value.clone()))]);
        let facts = Facts::new(Base { settings: &settings, unit: Unit::Kopecks, utc_offset_min: 0, now: NOW });
        let json = Json::Object(vec![("a".to_owned(), Json::Text(Text::parse("{key.shop}", &names).unwrap()))]);
        let read: serde_json::Value = serde_json::from_str(&json.fill(&View::of(&facts))).unwrap();
        prop_assert_eq!(read["a"].as_str(), Some(value.as_str()));
    }
}
