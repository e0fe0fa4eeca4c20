//! Tests over real sockets on loopback: TLS, client certificates, broken connections, notifications.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use rustls::ClientConfig;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::ExposeSecret as _;
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use super::*;
use crate::bank::Endpoint;
use crate::faults::{Fault, Rule, When};
use crate::signature::hmac_sha256_hex;
use crate::street::{House, Street, StreetOptions};
use crate::{catalogue, rsb, tls};

const KEY: &str = "key-1";
const BODY: &str =
    r#"{"qrType":"QRDynamic","sbpMerchantId":"MA000001","order":"o-1","amount":101.01,"currency":"RUB"}"#;

fn client(ca_pem: &str, identity: Option<&ClientIdentity>) -> reqwest::Client {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = builder.with_root_certificates(tls::roots(ca_pem).unwrap());
    let config = match identity {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let key = PrivateKeyDer::from_pem_slice(identity.key_pem.expose_secret().as_bytes()).unwrap();
            builder
                .with_client_auth_cert(tls::certificates(&identity.chain_pem).unwrap(), key)
                .unwrap()
        }
    };
    reqwest::Client::builder()
        .tls_backend_preconfigured(config)
        .no_proxy()
        .build()
        .unwrap()
}

async fn start(client_auth: ClientAuth) -> Running {
    let options = Options {
        client_auth,
        ..Options::new(vec![Merchant::new("MA000001", KEY)])
    };
    Simulator::start(options).await.unwrap()
}

async fn register(client: &reqwest::Client, running: &Running) -> reqwest::Result<String> {
    let request = client.post(format!("{}/api/sbp/v2/qrs", running.base_url));
    request
        .header("content-type", "application/json")
        .body(BODY)
        .send()
        .await?
        .text()
        .await
}

fn value(text: &str, name: &str) -> String {
    let mark = format!("\"{name}\":\"");
    text.split_once(&mark)
        .unwrap_or_else(|| panic!("{text}"))
        .1
        .split_once('"')
        .unwrap()
        .0
        .to_owned()
}

#[tokio::test]
async fn a_purchase_over_tls_from_registration_to_books() {
    let running = start(ClientAuth::NotAsked).await;
    let client = client(&running.ca_pem, None);
    let registered = register(&client, &running).await.unwrap();
    let (qr_id, link) = (value(&registered, "qrId"), value(&registered, "payload"));
    assert!(value(&registered, "qrUrl").starts_with(&running.base_url));
    let pay = format!(r#"{{"link":"{link}","outcome":"paid"}}"#);
    let pay = client
        .post(format!("{}/pay", running.payer_url.as_deref().unwrap()))
        .body(pay);
    assert_eq!(
        pay.header("content-type", "application/json")
            .send()
            .await
            .unwrap()
            .status()
            .as_u16(),
        200
    );
    let info = client
        .get(format!("{}/api/sbp/v1/qr/{qr_id}/payment-info", running.base_url))
        .bearer_auth(KEY);
    assert_eq!(
        value(&info.send().await.unwrap().text().await.unwrap(), "paymentStatus"),
        "SUCCESS"
    );
    let books = client.get(format!("{}/books", running.control_url.as_deref().unwrap()));
    let books = books.send().await.unwrap().text().await.unwrap();
    assert!(
        books.contains(r#""amount":10101"#) && books.contains(r#""state":"PAID""#),
        "{books}"
    );
    running.stop().await;
}

#[tokio::test]
async fn a_stranger_to_the_authority_is_not_trusted() {
    let running = start(ClientAuth::NotAsked).await;
    let other = start(ClientAuth::NotAsked).await;
    let error = register(&client(&other.ca_pem, None), &running)
        .await
        .unwrap_err();
    assert!(error.is_connect(), "{error:?}");
}

#[tokio::test]
async fn client_certificates_are_demanded_and_checked() {
    let running = start(ClientAuth::OwnCa).await;
    let other = start(ClientAuth::OwnCa).await;
    let own = running.issue_client("till").unwrap();
    let foreign = other.issue_client("till").unwrap();
    assert!(register(&client(&running.ca_pem, None), &running).await.is_err());
    assert!(
        register(&client(&running.ca_pem, Some(&foreign)), &running)
            .await
            .is_err()
    );
    assert!(
        register(&client(&running.ca_pem, Some(&own)), &running)
            .await
            .unwrap()
            .contains("qrId")
    );
    assert_eq!(
        running.bank.with(|bank, _| bank.calls_of(Endpoint::RegisterQr)),
        1
    );
    let named = start(ClientAuth::Ca(other.ca_pem.clone())).await;
    assert!(
        register(&client(&named.ca_pem, Some(&own)), &named)
            .await
            .is_err()
    );
    assert!(
        register(&client(&named.ca_pem, Some(&foreign)), &named)
            .await
            .unwrap()
            .contains("qrId")
    );
}

fn next_call(running: &Running, fault: Fault) {
    let rule = Rule {
        endpoint: None,
        fault,
        when: When::Next(1),
    };
    running.bank.with(|bank, _| bank.add_fault(rule));
}

#[tokio::test]
async fn connections_break_and_bodies_trickle_on_demand() {
    let running = start(ClientAuth::NotAsked).await;
    let client = client(&running.ca_pem, None);
    let control = format!("{}/faults", running.control_url.as_deref().unwrap());
    for (kind, acted) in [("drop_before", 0), ("drop_after", 1)] {
        let rule = format!(r#"{{"endpoint":"register_qr","fault":{{"kind":"{kind}"}},"when":{{"next":1}}}}"#);
        let added = client
            .post(&control)
            .header("content-type", "application/json")
            .body(rule)
            .send()
            .await;
        assert_eq!(added.unwrap().status().as_u16(), 204);
        let error = register(&client, &running).await.unwrap_err();
        assert!(!error.is_connect(), "{kind}: {error:?}");
        assert_eq!(running.bank.with(Bank::books).entries.len(), acted, "{kind}");
    }
    let fault = Fault::SlowBody { ms: 50 };
    next_call(&running, fault);
    assert!(register(&client, &running).await.unwrap().ends_with('}'));
    let fault = Fault::Delay { ms: 60_000 };
    next_call(&running, fault);
    let late = client
        .post(format!("{}/api/sbp/v2/qrs", running.base_url))
        .header("content-type", "application/json");
    let late = tokio::spawn(late.body(BODY).send());
    while running.bank.with(Bank::books).entries.len() < 3 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(
        !late.is_finished(),
        "the bank has acted, the answer is still to come"
    );
    late.abort();
    assert_eq!(
        client.delete(&control).send().await.unwrap().status().as_u16(),
        204
    );
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused() {
    let running = start(ClientAuth::NotAsked).await;
    let request = client(&running.ca_pem, None).post(format!("{}/api/sbp/v2/qrs", running.base_url));
    let answer = request.body("x".repeat(MAX_BODY_BYTES + 1)).send().await;
    assert_eq!(answer.unwrap().status().as_u16(), 413);
}

/// A shop that refuses the first notification.
#[derive(Clone)]
struct Shop {
    seen: mpsc::UnboundedSender<(String, String)>,
    status: Arc<AtomicU16>,
}

async fn notified(State(shop): State<Shop>, headers: HeaderMap, body: String) -> axum::http::StatusCode {
    let signature = headers
        .get("X-Api-Signature-SHA256")
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    shop.seen.send((signature, body)).unwrap();
    axum::http::StatusCode::from_u16(shop.status.swap(200, Ordering::SeqCst)).unwrap()
}

#[tokio::test]
async fn notifications_are_delivered_and_repeated_until_200() {
    let (seen, mut notifications) = mpsc::unbounded_channel();
    let shop = Shop {
        seen,
        status: Arc::new(AtomicU16::new(500)),
    };
    let (listener, address) = listen(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let router = Router::new().route("/notify", post(notified)).with_state(shop);
    let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });

    let running = start(ClientAuth::NotAsked).await;
    let client = client(&running.ca_pem, None);
    let settings = client
        .post(format!("{}/api/settings/v1/callback", running.base_url))
        .bearer_auth(KEY);
    let body = format!(r#"{{"callbackUrl":"http://{address}/notify"}}"#);
    let answer = settings
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let link = value(&register(&client, &running).await.unwrap(), "payload");
    running
        .bank
        .with(|bank, now| bank.pay(&link, crate::bank::PayerAction::Pay, None, now))
        .unwrap();

    let (signature, body) = notifications.recv().await.unwrap();
    let date = value(&body, "transactionDate");
    assert_eq!(
        signature,
        hmac_sha256_hex(KEY, &format!("101.01|MA000001|o-1|SUCCESS|{date}"))
    );
    assert_eq!(
        notifications.recv().await.unwrap(),
        (signature, body),
        "refused once, sent again"
    );
    while running.bank.with(|bank, _| bank.next_callback_at()).is_some() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    running.stop().await;
    serving.abort();
}

#[tokio::test]
async fn stopping_closes_the_port() {
    let running = start(ClientAuth::NotAsked).await;
    let address = running.base_url.trim_start_matches("https://").to_owned();
    running.stop().await;
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_busy_port_is_named() {
    let running = start(ClientAuth::NotAsked).await;
    let mut options = Options::new(Vec::new());
    options.bind = running.base_url.trim_start_matches("https://").parse().unwrap();
    let Err(error) = Simulator::start(options).await else {
        panic!("two banks on one port")
    };
    assert!(error.to_string().contains("Choose another port"), "{error}");
}

async fn draw(client: &reqwest::Client, house: &House) -> reqwest::Result<u16> {
    let url = format!("{}{}getQrCode", house.base_url, rsb::SERVICE);
    let request = client.post(url).header("x-User-login", rsb::LOGIN).body("{}");
    Ok(request.send().await?.status().as_u16())
}

#[tokio::test]
async fn each_provider_of_a_street_has_a_door_of_its_own() {
    let kinds = catalogue::KINDS.iter().collect();
    let street = Street::open(StreetOptions::new(kinds, "secret".into()))
        .await
        .unwrap();
    assert_eq!(street.houses.len(), catalogue::KINDS.len());
    let strange = street.issue_client("somebody").unwrap();
    let house = street.house_of_module("qrrsb_variable").unwrap();
    let shop = client(&street.ca_pem, Some(&house.identity));
    assert_eq!(draw(&shop, house).await.unwrap(), 200);
    let other = client(&street.ca_pem, Some(&strange));
    assert_eq!(
        draw(&other, house).await.unwrap(),
        403,
        "the authority's, and not the shop's"
    );
    assert!(draw(&client(&street.ca_pem, None), house).await.is_err());
    let bank = street.house("raiffeisen").unwrap();
    let url = format!("{}/api/sbp/v2/qrs", bank.base_url);
    let body = BODY.replace("MA000001", crate::bank::MERCHANT);
    let drawn = shop
        .post(url)
        .body(body)
        .header("content-type", "application/json");
    assert!(drawn.send().await.unwrap().text().await.unwrap().contains("qrId"));
    for path in ["books", "providers/rsb/books", "providers"] {
        let url = format!("{}/{path}", street.control_url.as_deref().unwrap());
        assert_eq!(
            shop.get(url).send().await.unwrap().status().as_u16(),
            200,
            "{path}"
        );
    }
    let page = shop
        .get(street.payer_url.as_deref().unwrap())
        .send()
        .await
        .unwrap();
    assert!(page.text().await.unwrap().contains("Райффайзенбанк"));
    street.stop().await;
}

#[tokio::test]
async fn a_street_has_named_ports_behind_the_first() {
    let kind = |name| catalogue::kind(name).unwrap();
    let mut options = StreetOptions::new(vec![kind("rsb"), kind("gazprom")], "secret".into());
    options.bind.set_port(u16::MAX);
    let Err(error) = Street::open(options).await else {
        panic!("there is no port behind the last")
    };
    assert!(
        matches!(error, StartError::Ports(u16::MAX) | StartError::Bind { .. }),
        "{error}"
    );
}
