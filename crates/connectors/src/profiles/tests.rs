use super::*;
use connector::conversation::converse;
use connector::{Connector, WireResponse};
use domain::call::{Lookup, Reference, RefundCall, Register};
use domain::{
    Answer, Call, Certainty, Code, Fault, Kopecks, OperationId, PaymentState, RefundState, StoreId,
    TerminalId, Timestamp,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

const NOW: Timestamp = Timestamp::from_micros(1_795_341_600_000_000);
const ORDER: &str = "07070707070707070707070707070707";
const REFUND: &str = "070707070707070707070707070707f8";
const LINK: &str = "AS1000000000000000000000LNKTEST1";
const PEM: &str = "-----BEGIN A SAMPLE-----";

static PROVIDERS: LazyLock<Vec<Provider>> = LazyLock::new(providers);

#[test]
fn every_shipped_profile_is_right() {
    for shipped in SHIPPED {
        if let Err(faults) = shipped.read() {
            panic!("{faults}");
        }
    }
    assert_eq!(of_module("qrrsb_variable").unwrap().file, "rsb/profile.conf");
    assert!(of_module("qrraiffd").is_none());
}

/// What `cargo xtask new-provider` begins with loads before anybody has touched it.
#[test]
fn the_beginning_of_a_new_profile_is_right() {
    let text = include_str!("../../../../xtask/src/new_provider/profile.conf");
    let profile = Profile::parse(Path::new("profile.conf"), text).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(profile.names().collect::<Vec<_>>(), ["qrexample"]);
}

/// Every request of every profile, with made-up values.
#[test]
fn every_request_is_as_it_was() {
    for shipped in SHIPPED {
        let name = shipped.file.replace("/profile.conf", "");
        insta::assert_snapshot!(name, profile::explain(&shipped.read().unwrap()));
    }
}

/// The modules that are tried here; others have tests in their own folders.
const TRIED: [&str; 6] = [
    "qrgazprom",
    "qrgazprom_variable",
    "qrrsb",
    "qrrsb_variable",
    "qrshares",
    "qrpodeli",
];

/// Every one of them, with settings of its own.
fn modules() -> Vec<(&'static str, Box<dyn Connector>)> {
    let tried = PROVIDERS
        .iter()
        .filter(|provider| TRIED.contains(&provider.module));
    let built = tried.map(|provider| (provider.module, connect(provider, &Map::new())));
    built.collect()
}

fn module(name: &str, terminal: &Value) -> Box<dyn Connector> {
    let provider = PROVIDERS.iter().find(|provider| provider.module == name).unwrap();
    connect(provider, terminal.as_object().unwrap())
}

fn connect(provider: &Provider, terminal: &Map<String, Value>) -> Box<dyn Connector> {
    let all = json!({
        "url": "https://bank.example", "token": "S3CRET", "merchantId": "MA0000000001", "account": "40702810900000000001",
        "login": "shop", "terminalId": "26300001", "cert": PEM, "pkey": PEM, "password": "S3CRET", "partner_id": "P1",
        "key": "K1", "secret": "S3CRET", "shop_id": "17", "payload": "https://qr.nspk.ru/%2?partner=%1",
    });
    let known = |name: &str| {
        provider
            .keys
            .iter()
            .any(|key| key.name == name && key.scope != connector::Scope::Terminal)
    };
    let merchant = all.as_object().unwrap().iter().filter(|(name, _)| known(name));
    let merchant = merchant
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    provider
        .connect(&merchant, terminal)
        .unwrap_or_else(|error| panic!("{}: {error}", provider.module))
        .connector
}

fn register() -> Register {
    Register {
        order: OperationId::from_bytes([7; 16]).order(1),
        amount: Kopecks::new(15_000).unwrap(),
        created_at: NOW,
        expires_at: NOW.plus_ms(290_000),
        store: StoreId::new("12").unwrap(),
        terminal: TerminalId::new("3").unwrap(),
        purpose: None,
        cost_centre: None,
        receipt: None,
        customer_code: None,
        card_token: None,
        link_id: Some(LINK.to_owned()),
        tender: None,
        subscriber: None,
    }
}

fn lookup() -> Lookup {
    Lookup {
        order: register().order,
        amount: register().amount,
        reference: Reference::default().with("transaction_id", "T1"),
    }
}

fn refund() -> RefundCall {
    RefundCall {
        refund: OperationId::from_bytes([7; 16]).reversal().order(1),
        amount: Kopecks::new(5_000).unwrap(),
        payment: lookup(),
        purpose: None,
        reference: Reference::default(),
    }
}

fn hear(connector: &dyn Connector, call: &Call, http: u16, body: &str) -> Result<Answer, Fault> {
    let talk = converse(connector, call, &[WireResponse::new(http, body.to_owned())], NOW);
    talk.end
        .unwrap_or_else(|| panic!("it wants more answers: {:?}", talk.sent))
}

/// A status answer in each provider's shape.
fn status_body(module: &str, word: &str) -> String {
    let body = match module {
        "qrgazprom" | "qrgazprom_variable" => {
            json!({"code": "0", "data": [{"code": "0", "orderId": ORDER, "status": word, "trxId": "T1", "amount": 15_000}]})
        }
        "qrrsb" | "qrrsb_variable" => {
            json!({"code": "0", "sourceId": ORDER, "data": {"status": word, "trxId": "T1"}, "paymentdata": {"amount ": 1}})
        }
        "qrshares" => json!({"code": "0", "orderId": ORDER, "status": word, "amount": 15_000}),
        _ => json!({"orderId": ORDER, "status": word, "amount": 15_000}),
    };
    body.to_string()
}

#[test]
fn every_status_word_has_its_meaning() {
    let nspk = [
        "NTST",
        "RCVD",
        "ACTC",
        "ACWP",
        "RJCT",
        "EXPIRED",
        "CANCELLED",
        "NOT_FOUND",
    ];
    let rsb = [
        "NOT_STARTED",
        "RECEIVED_OPKC",
        "IN_PROGRESS_OPKC",
        "ACCEPTED",
        "DECLINED",
        "EXPIRED",
        "CANCELLED",
        "",
    ];
    let shares = [
        "CREATED",
        "IN_PROGRESS",
        "IN_PROGRESS",
        "PAID",
        "REJECTED",
        "EXPIRED",
        "CANCELLED",
        "",
    ];
    let podeli = [
        "CREATED",
        "PENDING",
        "PENDING",
        "CHARGED",
        "REJECTED",
        "EXPIRED",
        "CANCELLED",
        "",
    ];
    for (module, connector) in modules() {
        let words = match module {
            "qrgazprom" | "qrgazprom_variable" => nspk,
            "qrrsb" | "qrrsb_variable" => rsb,
            "qrshares" => shares,
            _ => podeli,
        };
        let kinds = [
            "NotStarted",
            "InProgress",
            "InProgress",
            "Paid",
            "Declined",
            "Expired",
            "Cancelled",
            "NotFound",
        ];
        for (word, kind) in words.iter().zip(kinds).filter(|(word, _)| !word.is_empty()) {
            let said = hear(
                &*connector,
                &Call::Status(lookup()),
                200,
                &status_body(module, word),
            );
            let Ok(Answer::Payment(state)) = said else {
                panic!("{module} {word}: {said:?}")
            };
            assert!(
                format!("{state:?}").starts_with(kind),
                "{module} {word}: {state:?}"
            );
            if let PaymentState::Paid { amount, .. } = state {
                assert!(amount.is_none_or(|sum| sum == lookup().amount));
            }
        }
        for body in [
            status_body(module, "PAYED"),
            status_body(module, words[3]).replace(ORDER, "another"),
        ] {
            let said = hear(&*connector, &Call::Status(lookup()), 200, &body);
            // A list without our order does not know it; anything else about another order is not understood.
            let good = said == Ok(Answer::Payment(PaymentState::NotFound)) && module.starts_with("qrgazprom")
                || said
                    .as_ref()
                    .is_err_and(|fault| fault.certainty == Certainty::Unknown);
            assert!(good, "{module}: {said:?}");
        }
    }
}

#[test]
fn every_error_word_has_its_meaning() {
    use Certainty::{Refused, Unknown};
    let gazprom = [
        ("NOT_FOUND", Refused, Code::LinkForeign),
        ("ORDER_EXISTS", Unknown, Code::ProviderSilent),
        ("UNAUTHORIZED", Refused, Code::ProviderLogin),
        ("UNAVAILABLE", Unknown, Code::ProviderSilent),
        ("INVALID_REQUEST", Refused, Code::ProviderRefused),
        ("WRONG_STATUS", Refused, Code::ProviderRefused),
        ("LINK_BUSY", Refused, Code::LinkBusy),
        ("LINK_NOT_YOURS", Refused, Code::LinkForeign),
        ("A_NEW_WORD", Unknown, Code::ProviderUnclear),
    ];
    let rsb = [
        ("100", Refused, Code::ProviderRefused),
        ("101", Refused, Code::ProviderRefused),
        ("102", Refused, Code::LinkForeign),
        ("103", Unknown, Code::ProviderSilent),
        ("104", Refused, Code::ProviderRefused),
        ("105", Refused, Code::LinkBusy),
        ("106", Refused, Code::LinkForeign),
        ("199", Unknown, Code::ProviderSilent),
        ("200", Unknown, Code::ProviderUnclear),
    ];
    let shares = [
        ("NOT_FOUND", Refused, Code::ProviderRefused),
        ("ALREADY_EXISTS", Unknown, Code::ProviderSilent),
        ("BAD_SIGNATURE", Refused, Code::ProviderLogin),
        ("INTERNAL", Unknown, Code::ProviderSilent),
        ("INVALID_REQUEST", Refused, Code::ProviderRefused),
        ("LINK_BUSY", Refused, Code::LinkBusy),
        ("LINK_FOREIGN", Refused, Code::LinkForeign),
        ("REFUND_TOO_LARGE", Refused, Code::RefundExceedsPayment),
        ("A_NEW_WORD", Unknown, Code::ProviderUnclear),
    ];
    let tables = [
        ("qrgazprom_variable", 409, gazprom),
        ("qrrsb_variable", 200, rsb),
        ("qrshares", 200, shares),
    ];
    for (name, http, words) in tables {
        let connector = module(name, &json!({}));
        for (word, certainty, code) in words {
            let body = json!({"code": word, "message": "why"}).to_string();
            let fault = hear(&*connector, &Call::Register(Box::new(register())), http, &body).unwrap_err();
            assert_eq!((fault.certainty, fault.code), (certainty, code), "{name} {word}");
            assert_eq!(fault.provider_code.as_deref(), Some(word), "{name} {word}");
        }
    }
    let podeli = module("qrpodeli", &json!({}));
    let call = Call::Register(Box::new(Register {
        customer_code: Some("7001".to_owned()),
        ..register()
    }));
    for (word, certainty, code) in [
        ("CODE_EXPIRED", Refused, Code::Declined),
        ("LIMIT_EXCEEDED", Refused, Code::Declined),
        ("ORDER_EXISTS", Unknown, Code::ProviderSilent),
        ("INVALID_REQUEST", Refused, Code::ProviderRefused),
        ("INTERNAL", Unknown, Code::ProviderSilent),
        ("A_NEW_WORD", Unknown, Code::ProviderUnclear),
    ] {
        let body = json!({"error": {"code": word, "message": "why"}}).to_string();
        let fault = hear(&*podeli, &call, 422, &body).unwrap_err();
        assert_eq!((fault.certainty, fault.code), (certainty, code), "{word}");
    }
}

#[test]
fn refunds_are_read_about_this_very_refund() {
    for (module, connector) in modules() {
        let said = |id: &str, word: &str, sum: u32| {
            let body = match module {
                "qrgazprom" | "qrgazprom_variable" => {
                    json!({"code": "0", "data": {"refundId": id, "status": word, "amount": sum}})
                }
                "qrrsb" | "qrrsb_variable" => {
                    json!({"code": "0", "sourceId": id, "data": {"status": word, "amount": sum}})
                }
                _ => json!({"code": "0", "refundId": id, "status": word, "amount": sum}),
            };
            hear(&*connector, &Call::RefundStatus(refund()), 200, &body.to_string())
        };
        assert!(
            matches!(
                said(REFUND, "COMPLETED", 5_000),
                Ok(Answer::Refund(RefundState::Completed { .. }))
            ),
            "{module}"
        );
        for (id, word, sum) in [
            ("another", "COMPLETED", 5_000),
            (REFUND, "COMPLETED", 1),
            (REFUND, "DONE", 5_000),
        ] {
            assert_eq!(
                said(id, word, sum).unwrap_err().certainty,
                Certainty::Unknown,
                "{module} {id} {word}"
            );
        }
    }
}

#[test]
fn podeli_charges_a_code_and_nothing_else() {
    let podeli = module("qrpodeli", &json!({}));
    let without = podeli
        .next(&Call::Register(Box::new(register())), &[], NOW)
        .unwrap_err();
    assert_eq!(
        (without.certainty, without.code),
        (Certainty::Refused, Code::InvalidField)
    );
    let call = Call::Register(Box::new(Register {
        customer_code: Some("7001".to_owned()),
        ..register()
    }));
    let body =
        |word: &str| json!({"orderId": ORDER, "status": word, "amount": 15_000, "loanId": "L1"}).to_string();
    let Ok(Answer::Registered(told)) = hear(&*podeli, &call, 200, &body("PENDING")) else {
        panic!()
    };
    assert_eq!(
        (told.payload, told.reference.get("transaction_id")),
        (None, Some("L1"))
    );
    let declined = hear(&*podeli, &call, 200, &body("REJECTED")).unwrap_err();
    assert_eq!(
        (declined.certainty, declined.code),
        (Certainty::Refused, Code::Declined)
    );
    assert_eq!(
        hear(&*podeli, &call, 200, &body("?")).unwrap_err().certainty,
        Certainty::Unknown
    );
}

#[test]
fn shares_fills_the_pattern_of_its_link() {
    let linked = module("qrshares", &json!({"qr_id": LINK}));
    assert!(linked.abilities().cash_link && !module("qrshares", &json!({})).abilities().cash_link);
    let body = json!({"code": "0", "orderId": ORDER, "qrId": LINK}).to_string();
    let Ok(Answer::Registered(told)) = hear(&*linked, &Call::Register(Box::new(register())), 200, &body)
    else {
        panic!()
    };
    assert_eq!(
        told.payload,
        Some(format!("https://qr.nspk.ru/{LINK}?partner=P1"))
    );
    let own = module(
        "qrshares",
        &json!({"qr_id": LINK, "payload": "https://own.example/%2"}),
    );
    let Ok(Answer::Registered(told)) = hear(&*own, &Call::Register(Box::new(register())), 200, &body) else {
        panic!()
    };
    assert_eq!(told.payload, Some(format!("https://own.example/{LINK}")));
}

proptest! {
    #[test]
    fn any_bytes_are_never_paid(http in 100_u16..600, body in prop::collection::vec(any::<u8>(), 0..120)) {
        for (module, connector) in modules() {
            for call in [Call::Status(lookup()), Call::Revoke(lookup()), Call::Refund(refund())] {
                let answers = vec![WireResponse::new(http, body.clone()); 3];
                let end = converse(&*connector, &call, &answers, NOW).end;
                prop_assert!(!matches!(end, Some(Ok(
                    Answer::Payment(PaymentState::Paid { .. }) | Answer::Refund(RefundState::Completed { .. })
                ))), "{}: {:?}", module, end);
            }
        }
    }
}
