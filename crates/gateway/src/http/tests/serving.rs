//! What goes right.

use super::{ask, code, door, get, options, pay, post, token};
use crate::CallbackVerdict;
use crate::fake_desk::FakeDesk;
use crate::http::{callback_router, router};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use domain::State;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower::ServiceExt;

#[tokio::test]
async fn a_payment_is_taken_and_a_repeat_gets_the_same_operation() {
    let (desk, door) = door();
    let (status, first) = ask(&door, post(pay("p1").to_string())).await;
    assert_eq!((status, first["state"].as_str()), (202, Some("awaiting_payment")));
    let (status, again) = ask(&door, post(pay("p1").to_string())).await;
    assert_eq!((status, &again["operation_id"]), (202, &first["operation_id"]));
    let mut other = pay("p1");
    other["amount"] = json!(999);
    let (status, conflict) = ask(&door, post(other.to_string())).await;
    assert_eq!((status, code(&conflict)), (409, "id_conflict"));
    assert_eq!(desk.handled.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn a_final_state_is_200_also_when_it_ended_badly() {
    let (desk, door) = door();
    let (_, first) = ask(&door, post(pay("p1").to_string())).await;
    for known in desk.known.lock().unwrap().values_mut() {
        known.reply.state = Some(State::Declined);
        known.reply.is_final = true;
        known.reply.error = protocol::turned_away(None, None, domain::Code::Declined, None).error;
    }
    let path = format!("/api/v1/operations/{}", first["operation_id"].as_str().unwrap());
    let (status, reply) = ask(&door, get(&path, "one")).await;
    assert_eq!(
        (status, reply["state"].as_str(), code(&reply)),
        (200, Some("declined"), "declined")
    );
    assert_eq!(ask(&door, post(pay("p1").to_string())).await.0, 200);
}

#[tokio::test]
async fn the_idempotency_key_may_repeat_the_id() {
    let (_, door) = door();
    let mut request = post(pay("p1").to_string());
    request
        .headers_mut()
        .insert("idempotency-key", "p1".parse().unwrap());
    assert_eq!(ask(&door, request).await.0, 202);
}

#[tokio::test]
async fn registers_see_operations_of_their_own_store_only() {
    let (_, door) = door();
    let (_, first) = ask(&door, post(pay("p1").to_string())).await;
    let path = format!("/api/v1/operations/{}", first["operation_id"].as_str().unwrap());
    let (status, seen) = ask(&door, get(&path, "one")).await;
    assert_eq!((status, &seen), (202, &first));
    assert_eq!(
        ask(&door, get(&path, "two")).await.0,
        202,
        "goods come back at another register"
    );
    for path in [path.clone(), format!("{path}/events")] {
        let (status, reply) = ask(&door, get(&path, "far")).await;
        assert_eq!((status, code(&reply)), (404, "unknown_payment"));
    }
    let (status, _) = ask(
        &door,
        get("/api/v1/operations/0193b4c5-7d11-7c3f-9a44-1f2e3d4c5b6a", "one"),
    )
    .await;
    assert_eq!(status, 404);
    for path in [
        "/api/v1/operations/nonsense",
        "/api/v1/operations/%ff",
        "/api/v1/operations/%ff/events",
    ] {
        let (status, reply) = ask(&door, get(path, "one")).await;
        assert_eq!((status, code(&reply)), (404, "unknown_payment"), "{path}");
    }
}

#[tokio::test]
async fn health_and_the_description_need_no_token() {
    let (_, door) = door();
    let plain = |path: &str| Request::get(path).body(Body::empty()).unwrap();
    let (status, health) = ask(&door, plain("/api/v1/health")).await;
    assert_eq!(
        (status, health),
        (200, json!({ "ok": true, "amqp": "connected" }))
    );
    let (status, description) = ask(&door, plain("/api/v1/openapi.json")).await;
    assert_eq!((status, description["openapi"].as_str()), (200, Some("3.1.0")));
}

#[tokio::test]
async fn a_register_that_hangs_up_does_not_tear_the_work() {
    let (desk, door) = door();
    desk.gate.forget_permits(10_000);
    let asking = tokio::spawn(door.oneshot(post(pay("p1").to_string())));
    while desk.working.load(SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    asking.abort();
    assert!(asking.await.unwrap_err().is_cancelled());
    desk.gate.add_permits(1);
    while desk.handled.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn callbacks_reach_the_desk_with_their_headers_and_raw_body() {
    let desk = Arc::new(FakeDesk::default());
    let door = callback_router(desk.clone());
    let call = |path: &str| {
        Request::post(path)
            .header("X-Api-Signature-SHA256", "ab")
            .body(Body::from(&b"{\xff}"[..]))
            .unwrap()
    };
    for (verdict, expected) in [
        (CallbackVerdict::Taken, 200),
        (CallbackVerdict::Unreadable, 400),
        (CallbackVerdict::Unsigned, 401),
        (CallbackVerdict::Unknown, 404),
        (CallbackVerdict::Unavailable, 503),
    ] {
        *desk.verdict.lock().unwrap() = verdict;
        let response = door.clone().oneshot(call("/callback/qrraiffd")).await.unwrap();
        assert_eq!(response.status(), expected);
    }
    let (module, headers, body) = desk.callbacks.lock().unwrap().first().cloned().unwrap();
    assert_eq!((module.as_str(), &body[..]), ("qrraiffd", &b"{\xff}"[..]));
    assert!(headers.contains(&("x-api-signature-sha256".to_owned(), "ab".to_owned())));

    let calls = desk.callbacks.lock().unwrap().len();
    assert_eq!(
        door.clone()
            .oneshot(call("/callback/NoModule"))
            .await
            .unwrap()
            .status(),
        404
    );
    let large = Request::post("/callback/q")
        .body(Body::from(vec![0; 256 * 1024 + 1]))
        .unwrap();
    assert_eq!(door.clone().oneshot(large).await.unwrap().status(), 413);
    let looked = Request::get("/callback/q").body(Body::empty()).unwrap();
    assert_eq!(door.clone().oneshot(looked).await.unwrap().status(), 405);
    assert_eq!(desk.callbacks.lock().unwrap().len(), calls);
}

/// Serves on a loopback socket, sends raw bytes, reads to the end.
async fn over_a_socket(door: Router, request: String) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, door).await });
    let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let patience = std::time::Duration::from_secs(30);
    let reading = tokio::time::timeout(patience, socket.read_to_string(&mut answer)).await;
    reading.expect("the door ends the answer").unwrap();
    server.abort();
    answer
}

#[tokio::test]
async fn events_tell_every_reply_and_end_after_the_final_one() {
    let desk = Arc::new(FakeDesk::default());
    let door = router(desk.clone(), options());
    let (_, first) = ask(&door, post(pay("p1").to_string())).await;
    let id = first["operation_id"].as_str().unwrap().to_owned();
    let mut paid: protocol::Reply = serde_json::from_value(first).unwrap();
    paid.state = Some(State::Paid);
    paid.is_final = true;
    let mut surplus = paid.clone();
    surplus.state = Some(State::Expired);
    desk.later.lock().unwrap().extend([paid, surplus]);

    let request = format!(
        "GET /api/v1/operations/{id}/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\r\n",
        token("two")
    );
    let answer = over_a_socket(door, request).await;
    assert!(answer.contains("content-type: text/event-stream"), "{answer}");
    assert_eq!(answer.matches("event: reply").count(), 2, "{answer}");
    let states: Vec<Value> = answer
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|data| serde_json::from_str::<Value>(data).unwrap()["state"].clone())
        .collect();
    assert_eq!(states, [json!("awaiting_payment"), json!("paid")]);
}

#[tokio::test]
async fn row_10_a_doubled_key_is_refused_on_a_real_socket() {
    let (desk, door) = door();
    let body = pay("p1").to_string();
    let request = format!(
        "POST /api/v1/operations HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nIdempotency-Key: p1\r\nidempotency-key: p2\r\nContent-Length: {}\r\n\r\n{body}",
        token("one"),
        body.len()
    );
    let answer = over_a_socket(door, request).await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(
        answer.contains("header idempotency-key: stands more than once"),
        "{answer}"
    );
    assert_eq!(desk.attempts.load(SeqCst), 0);
}
