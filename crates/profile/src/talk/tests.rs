use crate::Profile;
use connector::conversation::converse;
use connector::sign::{hmac_sha256_hex, rsa::VerifyingKey};
use connector::{Built, Connector, Turn, WireRequest, WireResponse};
use domain::call::{ConfirmCall, LinkCall, Lookup, Reference, Register};
use domain::receipt::{Item, Receipt};
use domain::{
    Answer, Call, Certainty, Code, Fault, Kopecks, OperationId, PaymentState, StoreId, TerminalId, Timestamp,
};
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use std::path::Path;

const NOW: Timestamp = Timestamp::from_micros(1_795_341_600_000_000);
const ORDER: &str = "07070707070707070707070707070707";
const LINK: &str = "AS1000000000000000000000LNKTEST1";
const PEM: &str = include_str!("../../../connector/src/sign/fixtures/test-key-pkcs8.pem");
const CERTIFICATE: &str = include_str!("../../../connector/src/sign/fixtures/test-certificate.pem");

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn build(text: &str, merchant: Value, terminal: Value) -> Result<Built, connector::ConfigError> {
    let profile = Profile::parse(Path::new("own.conf"), text).unwrap_or_else(|faults| panic!("{faults}"));
    profile.providers()[0].connect(&object(merchant), &object(terminal))
}

fn gateway() -> Built {
    let merchant = json!({
        "url": "https://gate.example", "agent": "A&B", "sign_key": PEM, "cert": CERTIFICATE, "pkey": PEM, "alipay": "7",
    });
    build(include_str!("../fixtures/gateway.conf"), merchant, json!({})).unwrap()
}

fn social() -> Built {
    let merchant = json!({"url": "https://soc.example", "client_id": "shop", "client_secret": "S3CRET"});
    build(include_str!("../fixtures/social.conf"), merchant, json!({})).unwrap()
}

fn links(terminal: Value) -> Box<dyn Connector> {
    let merchant = json!({"url": "https://l.example", "login": "shop", "password": "S3CRET"});
    build(include_str!("../fixtures/links.conf"), merchant, terminal)
        .unwrap()
        .connector
}

fn register() -> Register {
    let item = |name: &str| Item {
        name: name.to_owned(),
        code: None,
        quantity: "1".to_owned(),
        price: Kopecks::new(7_500).unwrap(),
        sum: Kopecks::new(7_500).unwrap(),
    };
    Register {
        order: OperationId::from_bytes([7; 16]).order(1),
        amount: Kopecks::new(15_000).unwrap(),
        created_at: NOW,
        expires_at: NOW.plus_ms(300_000),
        store: StoreId::new("12").unwrap(),
        terminal: TerminalId::new("3").unwrap(),
        purpose: Some("Сыр & хлеб".to_owned()),
        cost_centre: None,
        receipt: Some(Receipt {
            items: vec![item("Сыр"), item("Хлеб")],
            ..Receipt::default()
        }),
        customer_code: None,
        card_token: Some("T0KEN".to_owned()),
        link_id: None,
        tender: Some("sbp".to_owned()),
        subscriber: None,
    }
}

fn lookup(reference: Reference) -> Lookup {
    Lookup {
        order: register().order,
        amount: register().amount,
        reference,
    }
}

fn talk(
    connector: &dyn Connector,
    call: &Call,
    answers: &[(u16, String)],
) -> (Vec<WireRequest>, Result<Answer, Fault>) {
    let answers: Vec<WireResponse> = answers
        .iter()
        .map(|(status, body)| WireResponse::new(*status, body.clone()))
        .collect();
    let talk = converse(connector, call, &answers, NOW);
    (talk.sent, talk.end.expect("it wants more answers"))
}

fn body(request: &WireRequest) -> String {
    String::from_utf8(request.body.to_vec()).unwrap()
}

fn soap(inner: &str) -> (u16, String) {
    (
        200,
        format!("<s:Envelope xmlns:s='u'><s:Body><Answer>{inner}</Answer></s:Body></s:Envelope>"),
    )
}

#[test]
fn a_soap_gateway_is_spoken_to() {
    let built = gateway();
    assert_eq!(built.tenders, ["sbp", "alipay"]);
    let answer = soap(&format!(
        "<result>0</result><order>{ORDER}</order><qr>https://pay/1</qr><till>22.11.2026 13:04:00</till>"
    ));
    let (sent, end) = talk(
        &*built.connector,
        &Call::Register(Box::new(register())),
        &[answer],
    );
    let Ok(Answer::Registered(told)) = end else {
        panic!("{end:?}")
    };
    assert_eq!(told.payload.as_deref(), Some("https://pay/1"));
    assert_eq!(told.expires_at, Some(NOW.plus_ms(240_000)));

    let xml = xml::parse(&sent[0].body, &xml::Reading::default()).unwrap();
    let at = |path: &str| xml.text_at(&format!("Body/Create/{path}")).map(str::to_owned);
    assert_eq!(at("agent").as_deref(), Some("A&B"));
    assert_eq!(at("sum").as_deref(), Some("150.00"));
    assert_eq!(at("type").as_deref(), Some("4"));
    assert_eq!(at("note").as_deref(), Some("Сыр & хлеб"));
    assert_eq!(at("date").as_deref(), Some("22.11.2026 13:00:00"));
    assert_eq!(at("goods/item[@n=2]").as_deref(), Some("Хлеб"));
    let key = VerifyingKey::from_pem(CERTIFICATE).ok().unwrap();
    assert!(key.verify_base64(format!("A&B;{ORDER};150.00").as_bytes(), &at("sign").unwrap()));
}

#[test]
fn a_soap_status_is_read() {
    let connector = gateway().connector;
    let ask = |inner: &str| {
        talk(
            &*connector,
            &Call::Status(lookup(Reference::default())),
            &[soap(inner)],
        )
        .1
    };
    let paid =
        format!("<result>0</result><order>{ORDER}</order><state>3</state><field id='sum'>150.00</field>");
    assert!(
        matches!(ask(&paid), Ok(Answer::Payment(PaymentState::Paid { amount: Some(sum), .. })) if sum == register().amount)
    );
    assert_eq!(
        ask("<result>100</result>"),
        Ok(Answer::Payment(PaymentState::NotFound))
    );
    for bad in [
        paid.replace(ORDER, "other"),
        paid.replace("<state>3", "<state>33"),
        paid.replace("150.00", "150,00"),
    ] {
        assert_eq!(ask(&bad).unwrap_err().code, Code::ProviderUnclear, "{bad}");
    }
}

#[test]
fn a_tender_is_one_of_those_that_are_set() {
    let connector = gateway().connector;
    let with = |tender: Option<&str>| {
        let call = Register {
            tender: tender.map(str::to_owned),
            ..register()
        };
        connector.next(&Call::Register(Box::new(call)), &[], NOW)
    };
    let Ok(Turn::Send(request)) = with(Some("alipay")) else {
        panic!()
    };
    assert!(body(&request).contains("<type>7</type>"));
    for wrong in [None, Some("wechat")] {
        let fault = with(wrong).unwrap_err();
        assert_eq!(
            (fault.certainty, fault.code),
            (Certainty::Refused, Code::InvalidField)
        );
    }
}

#[test]
fn a_reservation_is_made_and_debited() {
    let connector = social().connector;
    let answer =
        json!({"id": ORDER, "available": 9_000, "rid": "R/1", "lines": [{"n": 2, "sum": 7_500}]}).to_string();
    let (sent, end) = talk(
        &*connector,
        &Call::Register(Box::new(register())),
        &[(200, answer)],
    );
    let Ok(Answer::Reserved(told)) = end else {
        panic!("{end:?}")
    };
    assert_eq!((told.available.get(), told.positions.len()), (9_000, 1));
    assert_eq!(
        (told.positions[0].number, told.positions[0].sum.get()),
        (2, 7_500)
    );
    let need = sent[0].token.as_ref().unwrap();
    assert_eq!(
        (need.scope.as_str(), need.login.url.as_str()),
        ("reserve", "https://soc.example/oauth/token")
    );
    assert_eq!(
        body(&sent[0]),
        format!(r#"{{"id":"{ORDER}","card":"T0KEN","lines":[{{"n":1,"sum":7500}},{{"n":2,"sum":7500}}]}}"#)
    );
    let signed = format!("POST /reserve {}", body(&sent[0]));
    let (_, value) = sent[0]
        .headers
        .iter()
        .find(|(name, _)| name == "x-signature")
        .unwrap();
    assert_eq!(
        value.expose(),
        hmac_sha256_hex(&SecretString::from("S3CRET"), signed.as_bytes())
    );
    assert!(!format!("{:?}", sent[0]).contains("S3CRET"));

    let confirm = Call::Confirm(ConfirmCall {
        lookup: lookup(told.reference),
        amount: told.available,
        purpose: None,
    });
    let debited = json!({"id": ORDER, "state": "DEBITED"}).to_string();
    let (sent, end) = talk(&*connector, &confirm, &[(200, debited)]);
    assert_eq!(sent[0].url, "https://soc.example/reserve/R%2F1/debit");
    assert!(
        matches!(end, Ok(Answer::Payment(PaymentState::Paid { .. }))),
        "{end:?}"
    );
}

#[test]
fn ids_that_an_answer_lost_are_asked_for() {
    let connector = social().connector;
    let status = |state: &str| json!({"id": ORDER, "state": state, "rid": "R1"}).to_string();
    let revoke = Call::Revoke(lookup(Reference::default()));
    let (sent, end) = talk(
        &*connector,
        &revoke,
        &[(200, status("RESERVED")), (204, String::new())],
    );
    let urls: Vec<&str> = sent.iter().map(|request| request.url.as_str()).collect();
    let asked = format!("https://soc.example/reserve?id={ORDER}");
    assert_eq!(urls, [asked.as_str(), "https://soc.example/reserve/R1"]);
    assert_eq!(end, Ok(Answer::Revoked));
    // A 404 of the provider's own kind is its word; a web server's is not.
    assert_eq!(
        talk(&*connector, &revoke, &[(404, "{}".to_owned())]).1,
        Ok(Answer::Payment(PaymentState::NotFound))
    );
    assert_eq!(
        talk(&*connector, &revoke, &[(404, "<html>".to_owned())])
            .1
            .unwrap_err()
            .certainty,
        Certainty::Unknown
    );
}

#[test]
fn a_register_with_a_sticker_works_over_it() {
    let plain = links(json!({}));
    assert!(!plain.abilities().cash_link);
    let qr = (200, r#"{"qr":"https://q","id":"7"}"#.to_owned());
    let (sent, end) = talk(&*plain, &Call::Register(Box::new(register())), &[qr]);
    assert_eq!(
        (sent[0].url.as_str(), body(&sent[0]).as_str()),
        ("https://l.example/qr", "sum=15000")
    );
    assert!(matches!(end, Ok(Answer::Registered(_))));

    let linked = links(json!({"qr_id": LINK}));
    assert!(linked.abilities().cash_link);
    let call = Call::Register(Box::new(register()));
    let answers = [(404, "{}".to_owned()), (200, r#"{"id":"8"}"#.to_owned())];
    let (sent, end) = talk(&*linked, &call, &answers);
    // What may still be active is ended first; that nothing is there does no harm.
    assert_eq!(
        (sent[0].method.as_str(), sent[1].method.as_str()),
        ("DELETE", "POST")
    );
    let Ok(Answer::Registered(told)) = end else {
        panic!("{end:?}")
    };
    assert_eq!(
        told.reference,
        Reference::default().with("qr", "8").with("link_id", LINK)
    );
    let busy = [(204, String::new()), (409, "{}".to_owned())];
    let fault = talk(&*linked, &call, &busy).1.unwrap_err();
    assert_eq!(
        (fault.certainty, fault.code),
        (Certainty::Refused, Code::LinkBusy)
    );
    let fault = talk(&*linked, &call, &[(500, String::new())]).1.unwrap_err();
    assert_eq!(
        fault.certainty,
        Certainty::NotSent,
        "the activation itself was not sent"
    );

    // A payment goes on as it began, whatever the register has got since.
    let revoke = |reference: Reference| {
        let (sent, _) = talk(
            &*linked,
            &Call::Revoke(lookup(reference)),
            &[(204, String::new())],
        );
        sent[0].url.clone()
    };
    assert_eq!(
        revoke(Reference::default().with("qr", "7")),
        "https://l.example/qr/7"
    );
    let over_link = Reference::default().with("qr", "8").with("link_id", LINK);
    assert_eq!(revoke(over_link), format!("https://l.example/links/{LINK}/order"));
}

#[test]
fn what_the_provider_never_named_was_never_shown() {
    let connector = links(json!({}));
    let nothing = || lookup(Reference::default());
    for call in [Call::Status(nothing()), Call::Revoke(nothing())] {
        let (sent, end) = talk(&*connector, &call, &[]);
        assert!(sent.is_empty());
        assert_eq!(end, Ok(Answer::Payment(PaymentState::NotFound)));
    }
    let Call::Status(probe) = connector.probe(register().order) else {
        panic!()
    };
    assert!(matches!(
        connector.next(&Call::Status(probe), &[], NOW),
        Ok(Turn::Send(_))
    ));
}

#[test]
fn many_payments_are_asked_about_at_once() {
    let connector = links(json!({}));
    assert_eq!(connector.status_many().unwrap().max, 3);
    assert_eq!(
        connector.status_many(),
        links(json!({"interval": 7})).status_many()
    );
    let with = |id: &str| lookup(Reference::default().with("qr", id));
    let asked = [with("1"), with("2"), with("3")];
    let Ok(Turn::Send(request)) = connector.next_status_many(&asked, &[], NOW) else {
        panic!()
    };
    assert_eq!(body(&request), r#"{"ids":["1","2","3"]}"#);
    let said = r#"{"states":[{"id":"3","state":"?"},{"id":"1","state":"A","sum":15000}]}"#;
    let Ok(Turn::Done(states)) = connector.next_status_many(&asked, &[WireResponse::new(200, said)], NOW)
    else {
        panic!()
    };
    assert!(matches!(states[0], Ok(PaymentState::Paid { .. })));
    assert_eq!(states[1], Ok(PaymentState::NotFound));
    assert_eq!(states[2].as_ref().unwrap_err().code, Code::ProviderUnclear);
    let twice = r#"{"states":[{"id":"1","state":"A"},{"id":"1","state":"N"}]}"#;
    let Ok(Turn::Done(states)) = connector.next_status_many(&asked, &[WireResponse::new(200, twice)], NOW)
    else {
        panic!()
    };
    assert_eq!(states[0].as_ref().unwrap_err().certainty, Certainty::Unknown);
}

#[test]
fn settings_that_do_not_fit_are_named() {
    let text = include_str!("../fixtures/gateway.conf");
    let good = || {
        object(
            json!({"url": "https://g.example", "agent": "A", "sign_key": PEM, "cert": CERTIFICATE, "pkey": PEM}),
        )
    };
    let error = |key: &str, value: Option<Value>| {
        let mut row = good();
        match value {
            Some(value) => drop(row.insert(key.to_owned(), value)),
            None => drop(row.remove(key)),
        }
        build(text, Value::Object(row), json!({}))
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    };
    assert!(build(text, Value::Object(good()), json!({})).is_ok());
    assert!(error("agent", None).contains("key `agent` is missing"));
    assert!(error("sign_key", Some(CERTIFICATE.into())).contains("is a certificate, not its private key"));
    assert!(error("agnt", Some("A".into())).contains("did you mean `agent`?"));
    let mut bare = good();
    bare.remove("cert");
    bare.remove("pkey");
    let missing = build(text, Value::Object(bare), json!({}))
        .err()
        .unwrap()
        .to_string();
    assert!(missing.contains("key `cert` is missing"), "{missing}");
    let merchant = json!({"url": "https://l.example", "login": "shop", "password": "S3CRET", "qrTtl": 30});
    let long = build(
        include_str!("../fixtures/links.conf"),
        merchant,
        json!({"qr_id": LINK}),
    )
    .err()
    .unwrap();
    assert!(long.to_string().contains("at most 20 minutes"), "{long}");
}

#[test]
fn a_call_that_the_module_lacks_is_unsupported() {
    let connector = links(json!({}));
    let call = Call::LinkBind(LinkCall {
        link_id: LINK.to_owned(),
        payload: String::new(),
        terminal_number: None,
        store: register().store,
        terminal: register().terminal,
    });
    assert_eq!(
        connector.next(&call, &[], NOW).unwrap_err().code,
        Code::Unsupported
    );
}
