//! Bad input over both doors: each gets its own clear error, nothing is lost, and good payments go on.

use anyhow::Context;
use domain::State;
use serde_json::{Value, json};
use simulator::bank::PayerAction;
use testkit::real::queue::{Queues, asking};
use testkit::real::replies::message;
use testkit::real::site::{DEAD_LETTERS, DYNAMIC, Site};
use testkit::real::store::Kind;
use testkit::real::until;

/// One bad message.
struct Bad {
    name: &'static str,
    body: Vec<u8>,
    /// What the error must be called.
    code: &'static str,
    /// What its detail must name.
    detail: &'static str,
    /// Whether it cannot even be read, so that over AMQP it goes to the dead letters.
    dead: bool,
}

fn bad(name: &'static str, body: &Value, code: &'static str, detail: &'static str, dead: bool) -> Bad {
    let body = body.to_string().into_bytes();
    Bad {
        name,
        body,
        code,
        detail,
        dead,
    }
}

fn raw(name: &'static str, body: &[u8], code: &'static str, detail: &'static str) -> Bad {
    let body = body.to_vec();
    Bad {
        name,
        body,
        code,
        detail,
        dead: true,
    }
}

fn pay(fields: &Value) -> Value {
    message("pay", "bad-1", fields)
}

fn with(mut message: Value, key: &str, value: Value) -> Value {
    message[key] = value;
    message
}

/// What is bad at either door.
#[expect(clippy::too_many_lines, reason = "a table")]
fn table() -> Vec<Bad> {
    let good = || pay(&json!({ "amount": 100 }));
    let mut not_utf8 = good().to_string().into_bytes();
    let blank = not_utf8.iter().position(|byte| *byte == b'b').unwrap_or(0);
    not_utf8[blank] = 0xff;
    vec![
        raw("nothing", b"", "malformed", "empty"),
        raw("no JSON", b"pay me", "malformed", "not a JSON object"),
        raw(
            "half a message",
            br#"{"operation":"pay","id":"bad-1","#,
            "malformed",
            "line 1",
        ),
        raw("a list", b"[1,2]", "malformed", "not a JSON object"),
        raw("not UTF-8", &not_utf8, "malformed", "not UTF-8: byte"),
        raw(
            "deep nesting",
            "[".repeat(4_000).as_bytes(),
            "malformed",
            "deeper than",
        ),
        raw("too large", &vec![b' '; 300 * 1_024], "too_large", "bytes"),
        bad(
            "no operation",
            &json!({ "id": "bad-1" }),
            "invalid_field",
            "operation: missing",
            true,
        ),
        bad(
            "an unknown operation",
            &with(good(), "operation", json!("pray")),
            "unknown_operation",
            "pray",
            true,
        ),
        bad(
            "another protocol",
            &with(good(), "protocol", json!(2)),
            "invalid_field",
            "protocol",
            true,
        ),
        bad(
            "no amount",
            &pay(&json!({})),
            "invalid_field",
            "amount: missing",
            true,
        ),
        bad(
            "a negative amount",
            &pay(&json!({ "amount": -100 })),
            "invalid_field",
            "amount",
            true,
        ),
        bad(
            "zero",
            &pay(&json!({ "amount": 0 })),
            "invalid_field",
            "amount",
            true,
        ),
        bad(
            "a fraction",
            &pay(&serde_json::from_str(r#"{"amount":1.5}"#).unwrap()),
            "invalid_field",
            "amount",
            true,
        ),
        bad(
            "a sum as text",
            &pay(&json!({ "amount": "100" })),
            "invalid_field",
            "amount",
            true,
        ),
        bad(
            "a huge sum",
            &pay(&json!({ "amount": u64::MAX })),
            "invalid_field",
            "amount",
            true,
        ),
        bad(
            "more than the module takes",
            &pay(&json!({ "amount": 100_000_001 })),
            "amount_out_of_range",
            "amount",
            false,
        ),
        bad(
            "a misspelt field",
            &with(good(), "amonut", json!(1)),
            "invalid_field",
            "amonut",
            true,
        ),
        bad(
            "an id of a wrong type",
            &with(good(), "id", json!(7)),
            "invalid_field",
            "id",
            true,
        ),
        bad(
            "too long an id",
            &with(good(), "id", json!("x".repeat(65))),
            "invalid_field",
            "id",
            true,
        ),
        bad(
            "a place inside",
            &pay(
                &json!({ "amount": 100, "receipt": { "items": [{ "name": "a", "quantity": "0",
            "price": 1, "sum": 1 }] } }),
            ),
            "invalid_field",
            "receipt.items[0].quantity",
            true,
        ),
        bad(
            "too short a wait",
            &pay(&json!({ "amount": 100, "timeout_ms": 1 })),
            "invalid_field",
            "timeout_ms",
            true,
        ),
        bad(
            "no payment named",
            &message("cancel", "bad-1", &json!({})),
            "invalid_field",
            "payment",
            true,
        ),
        bad(
            "an unknown payment",
            &message("status", "bad-1", &json!({ "payment": "nobody" })),
            "unknown_payment",
            "no operation",
            false,
        ),
        bad(
            "another content",
            &message("pay", "good-0", &json!({ "amount": 101 })),
            "id_conflict",
            "belongs to operation",
            false,
        ),
        bad(
            "no link here",
            &message("link_check", "bad-1", &json!({ "link": "https://example.org/" })),
            "not_a_link",
            "",
            false,
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http() -> anyhow::Result<()> {
    let site = Site::open(Kind::Sqlite).await?;
    let good = message("pay", "good-0", &json!({ "amount": 100 }));
    assert_eq!(post(&site, good.to_string().into_bytes()).await?.0, 202);
    for bad in table() {
        let (status, reply) = post(&site, bad.body.clone()).await?;
        assert!((400..500).contains(&status), "{}: {status} {reply}", bad.name);
        judge(&bad, &reply);
    }
    let module = pay(&json!({ "amount": 100, "module": "qrnobody" }));
    let (status, reply) = post(&site, module.to_string().into_bytes()).await?;
    assert_eq!((status, &reply["error"]["code"]), (404, &json!("unknown_module")));
    assert!(
        reply["error"]["detail"].as_str().unwrap().contains("qrnobody"),
        "{reply}"
    );
    let store = pay(&json!({ "amount": 100, "store": "77" }));
    let (status, reply) = post(&site, store.to_string().into_bytes()).await?;
    assert_eq!((status, &reply["error"]["code"]), (401, &json!("unauthorized")));
    assert!(
        reply["error"]["detail"].as_str().unwrap().contains("store"),
        "{reply}"
    );

    let (status, reply) = post(
        &site,
        message("pay", "good-1", &json!({ "amount": 900 }))
            .to_string()
            .into_bytes(),
    )
    .await?;
    assert_eq!(status, 202, "{reply}");
    pay_all(&site, &["good-0", "good-1"]).await?;
    site.agree().await?;
    site.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn over_amqp() -> anyhow::Result<()> {
    let site = Site::open(Kind::Sqlite).await?;
    let queues = Queues::connect(&site.host.url(&site.host.broker)).await?;
    queues.reply_queue("replies").await?;
    queues.reply_queue("good").await?;
    let good = message("pay", "good-0", &json!({ "amount": 100 }));
    queues
        .send(DYNAMIC, good.to_string().as_bytes(), asking("good", "0"))
        .await?;
    queues.reply("good").await?;
    let mut table = table();
    table.push(bad(
        "another module",
        &pay(&json!({ "amount": 100, "module": "qrnobody" })),
        "invalid_field",
        "module: ",
        true,
    ));
    for bad in &table {
        queues
            .send(DYNAMIC, &bad.body, asking("replies", bad.name))
            .await?;
        let delivery = queues.fetch("replies").await?;
        assert_eq!(
            delivery.properties.correlation_id().as_ref().unwrap().as_str(),
            bad.name
        );
        judge(bad, &serde_json::from_slice(&delivery.data)?);
        if bad.dead {
            let copy = queues.fetch(DEAD_LETTERS).await?;
            assert_eq!(copy.data, bad.body, "{}", bad.name);
        }
    }
    queues
        .send(DYNAMIC, b"nobody waits", lapin::BasicProperties::default())
        .await?;
    assert_eq!(queues.fetch(DEAD_LETTERS).await?.data, b"nobody waits");
    let good = message("pay", "good-1", &json!({ "amount": 900 }));
    queues
        .send(DYNAMIC, good.to_string().as_bytes(), asking("good", "1"))
        .await?;
    pay_all(&site, &["good-0", "good-1"]).await?;
    for queue in [DYNAMIC, DEAD_LETTERS, "replies"] {
        assert_eq!(
            queues.depth(queue).await?,
            Some(0),
            "{queue}: everything was taken once"
        );
    }
    site.agree().await?;
    site.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_at_the_http_door() -> anyhow::Result<()> {
    let site = Site::open(Kind::Sqlite).await?;
    let good = message("pay", "p", &json!({ "amount": 100 })).to_string();
    let url = url(&site, "/api/v1/operations");
    let client = client()?;
    let json = |request: reqwest::RequestBuilder| request.header("content-type", "application/json");
    let sent = [
        (json(client.post(&url)).body(good.clone()), 401, "Authorization"),
        (
            json(client.post(&url))
                .bearer_auth("x".repeat(40))
                .body(good.clone()),
            401,
            "token",
        ),
        (
            client.post(&url).bearer_auth(&site.token).body(good.clone()),
            415,
            "Content-Type",
        ),
        (
            json(client.post(&url))
                .bearer_auth(&site.token)
                .header("idempotency-key", "q")
                .body(good),
            422,
            "Idempotency-Key",
        ),
        (client.put(&url).bearer_auth(&site.token), 405, "method"),
        (
            client.get(self::url(&site, "/api/v2")).bearer_auth(&site.token),
            404,
            "address",
        ),
        (
            client.get(format!("{url}/nonsense")).bearer_auth(&site.token),
            404,
            "operation",
        ),
    ];
    for (request, status, detail) in sent {
        let response = request.send().await?;
        let found = response.status().as_u16();
        let reply: Value = response.json().await?;
        let told = reply["error"]["detail"].as_str().context("no detail")?.to_owned();
        assert!(found == status && told.contains(detail), "{found} {reply}");
    }
    // The callback's door believes nobody.
    let callback = json(client.post(self::url(&site, "/callback/qrraiffd")))
        .body("{\"order\":\"x\"}")
        .send()
        .await?;
    assert_eq!(callback.status().as_u16(), 400);
    let operations = site.command(&["operations"]).await?;
    assert!(operations.stdout.is_empty(), "nothing was begun");
    site.close().await
}

fn judge(bad: &Bad, reply: &Value) {
    let error = &reply["error"];
    let detail = error["detail"].as_str().unwrap_or_default();
    let name = bad.name;
    assert_eq!(error["code"], bad.code, "{name}: {reply}");
    assert!(detail.contains(bad.detail), "{name}: {detail}");
    assert_eq!(reply["final"], true, "{name}");
    for language in ["ru", "en"] {
        assert!(
            error["text"][language]
                .as_str()
                .is_some_and(|text| !text.is_empty()),
            "{name}: {reply}"
        );
    }
}

/// The buyer pays each of these payments, and they end as paid.
async fn pay_all(site: &Site, ids: &[&str]) -> anyhow::Result<()> {
    for id in ids {
        let operation = site.journaled(id).await?;
        let payload = until("a QR", async || {
            let stored = site.stored(operation).await?;
            Ok(stored.operation.qr.map(|qr| qr.payload))
        })
        .await?;
        site.buyer(&payload, PayerAction::Pay)?;
        site.reached(operation, State::Paid).await?;
    }
    Ok(())
}

/// Sends a body with register 1's token; the status and the reply.
pub async fn post(site: &Site, body: Vec<u8>) -> anyhow::Result<(u16, Value)> {
    let request = client()?
        .post(url(site, "/api/v1/operations"))
        .bearer_auth(&site.token);
    let response = request
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await?;
    Ok((response.status().as_u16(), response.json().await?))
}

pub fn url(site: &Site, path: &str) -> String {
    format!("http://{}{path}", site.http_wire.address())
}

pub fn client() -> anyhow::Result<reqwest::Client> {
    testkit::real::http_client()
}
