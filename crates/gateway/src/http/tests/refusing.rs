//! What is turned away, and with which words.

use super::{ask, body, code, door, get, options, pay, post, token};
use crate::TokenOwner;
use crate::fake_desk::FakeDesk;
use crate::http::token::MAX_TOKENS;
use crate::http::{Tokens, TokensError, router};
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Request};
use domain::{StoreId, TerminalId};
use futures_util::stream;
use secrecy::SecretString;
use serde_json::json;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use tower::ServiceExt;

fn detail(reply: &serde_json::Value) -> &str {
    reply["error"]["detail"].as_str().unwrap_or("")
}

#[tokio::test]
async fn row_10_a_header_that_stands_twice_is_refused() {
    let (desk, door) = door();
    let body = pay("p1").to_string();
    for (name, first, second) in [
        ("idempotency-key", "p1".to_owned(), "p2".to_owned()),
        ("idempotency-key", "p1".to_owned(), "p1".to_owned()),
        (
            "authorization",
            format!("Bearer {}", token("one")),
            format!("Bearer {}", token("far")),
        ),
        (
            "content-type",
            "application/json".to_owned(),
            "text/plain".to_owned(),
        ),
        ("content-length", body.len().to_string(), "1".to_owned()),
    ] {
        let mut request = post(body.clone());
        request.headers_mut().remove(name);
        for value in [first, second] {
            request
                .headers_mut()
                .append(name, HeaderValue::from_str(&value).unwrap());
        }
        let (status, reply) = ask(&door, request).await;
        assert_eq!((status, code(&reply)), (400, "malformed"), "{name}");
        assert_eq!(detail(&reply), format!("header {name}: stands more than once"));
    }
    assert_eq!(desk.attempts.load(SeqCst), 0, "nothing reached the desk");
}

#[tokio::test]
async fn without_a_valid_token_nobody_comes_in() {
    let (desk, door) = door();
    for value in [
        None,
        Some("Basic eDp5".to_owned()),
        Some("Bearer".to_owned()),
        Some("Bearer ".to_owned()),
        Some(format!("Bearer {}x", token("one"))),
        Some(format!("Bearer {} {}", token("one"), token("two"))),
        Some(format!("Bearer {}", "z".repeat(600))),
    ] {
        let mut request = post(pay("p1").to_string());
        request.headers_mut().remove("authorization");
        if let Some(value) = &value {
            request
                .headers_mut()
                .insert("authorization", value.parse().unwrap());
        }
        let response = door.clone().oneshot(request).await.unwrap();
        assert_eq!(response.headers()["www-authenticate"], "Bearer");
        assert_eq!(response.status(), 401, "{value:?}");
        let reply = body(response).await;
        assert_eq!(code(&reply), "unauthorized");
        assert!(!reply.to_string().contains(&token("one")), "no token is repeated");
    }
    assert_eq!(desk.attempts.load(SeqCst), 0);
}

#[tokio::test]
async fn a_token_serves_its_own_store_and_terminal_only() {
    let (desk, door) = door();
    for (field, value) in [("store", "18"), ("terminal", "till-2")] {
        let mut message = pay("p1");
        message[field] = json!(value);
        let (status, reply) = ask(&door, post(message.to_string())).await;
        assert_eq!(
            (status, code(&reply), reply["id"].as_str()),
            (401, "unauthorized", Some("p1"))
        );
    }
    assert_eq!(desk.attempts.load(SeqCst), 0);
}

#[tokio::test]
async fn each_bad_body_has_its_own_words() {
    let (desk, door) = door();
    let mut unnamed = pay("p1");
    unnamed.as_object_mut().unwrap().remove("module");
    let mut cheap = pay("p1");
    cheap["amount"] = json!(0);
    for (body, status, what, said) in [
        (b"\xff\xfe".to_vec(), 400, "malformed", "not UTF-8: byte 0"),
        (b"".to_vec(), 400, "malformed", "the body is empty"),
        (b"{".to_vec(), 400, "malformed", "not a JSON object"),
        (
            b"{\"operation\":\"dance\"}".to_vec(),
            422,
            "unknown_operation",
            "operation: `dance` is not known",
        ),
        (
            cheap.to_string().into_bytes(),
            422,
            "invalid_field",
            "amount: must be 1 to",
        ),
        (
            unnamed.to_string().into_bytes(),
            422,
            "invalid_field",
            "module: missing",
        ),
        (
            vec![b' '; 64 * 1024 + 1],
            413,
            "too_large",
            "the body has more than 65536 bytes",
        ),
    ] {
        let (found, reply) = ask(&door, post(body)).await;
        assert_eq!((found, code(&reply)), (status, what));
        assert!(detail(&reply).starts_with(said), "{reply}");
    }
    // Nobody announced this one's length.
    let parts = (0..100).map(|_| Ok::<_, Infallible>(Bytes::from(vec![b' '; 1024])));
    let (status, reply) = ask(&door, post(Body::from_stream(stream::iter(parts)))).await;
    assert_eq!((status, code(&reply)), (413, "too_large"));
    assert_eq!(desk.attempts.load(SeqCst), 0);
}

#[tokio::test]
async fn only_json_in_utf_8_is_taken() {
    let (_, door) = door();
    for (kind, status) in [
        (None, 415),
        (Some("text/plain"), 415),
        (Some("application/x-www-form-urlencoded"), 415),
        (Some("application/json; charset=windows-1251"), 415),
        (Some("application/json"), 202),
        (Some("Application/JSON; charset=\"UTF-8\""), 202),
    ] {
        let mut request = post(pay("p1").to_string());
        request.headers_mut().remove("content-type");
        if let Some(kind) = kind {
            request
                .headers_mut()
                .insert("content-type", kind.parse().unwrap());
        }
        assert_eq!(ask(&door, request).await.0, status, "{kind:?}");
    }
}

#[tokio::test]
async fn an_idempotency_key_that_differs_from_the_id_is_refused() {
    let (desk, door) = door();
    for (key, status) in [(&b"p2"[..], 422), (b"", 400), (b"\xd0\xb6", 400)] {
        let mut request = post(pay("p1").to_string());
        request
            .headers_mut()
            .insert("idempotency-key", HeaderValue::from_bytes(key).unwrap());
        assert_eq!(ask(&door, request).await.0, status, "{key:?}");
    }
    assert_eq!(desk.attempts.load(SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn a_register_that_asks_too_often_is_slowed_and_others_are_not() {
    let desk = Arc::new(FakeDesk::default());
    let mut options = options();
    (options.burst, options.per_second) = (2, 1);
    let door = router(desk, options);
    let path = "/api/v1/operations/0193b4c5-7d11-7c3f-9a44-1f2e3d4c5b6a";
    for _ in 0..2 {
        assert_eq!(ask(&door, get(path, "one")).await.0, 404);
    }
    let response = door.clone().oneshot(get(path, "one")).await.unwrap();
    assert_eq!(
        (
            response.status().as_u16(),
            response.headers()["retry-after"].to_str().unwrap()
        ),
        (429, "1")
    );
    assert_eq!(code(&body(response).await), "rate_limited");
    assert_eq!(ask(&door, get(path, "two")).await.0, 404);
    tokio::time::advance(std::time::Duration::from_secs(1)).await;
    assert_eq!(ask(&door, get(path, "one")).await.0, 404);
}

#[tokio::test]
async fn what_the_desk_cannot_take_is_503() {
    let (desk, door) = door();
    desk.journal_down.store(true, SeqCst);
    let (status, reply) = ask(&door, post(pay("p1").to_string())).await;
    assert_eq!(
        (status, code(&reply), reply["id"].as_str()),
        (503, "journal_unavailable", Some("p1"))
    );
    desk.shutting_down.store(true, SeqCst);
    let (status, reply) = ask(&door, post(pay("p1").to_string())).await;
    assert_eq!((status, code(&reply)), (503, "shutting_down"));
    assert_eq!(reply["error"]["repeatable"], true);
}

#[tokio::test(start_paused = true)]
async fn no_decision_in_time_is_an_unknown_outcome() {
    let (desk, door) = door();
    desk.gate.forget_permits(10_000);
    let (status, reply) = ask(&door, post(pay("p1").to_string())).await;
    assert_eq!(
        (status, code(&reply), &reply["final"]),
        (503, "unresolved", &json!(false))
    );
    assert_eq!(reply["error"]["repeatable"], false);
    // The work was not torn: it is done as soon as it can be.
    desk.gate.add_permits(1);
    while desk.handled.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_arrive_is_not_waited_for() {
    let (desk, door) = door();
    let never = stream::pending::<Result<Bytes, Infallible>>();
    let (status, reply) = ask(&door, post(Body::from_stream(never))).await;
    assert_eq!(
        (status, code(&reply), detail(&reply)),
        (408, "malformed", "the body did not arrive in time")
    );
    assert_eq!(desk.attempts.load(SeqCst), 0);
}

#[tokio::test]
async fn a_fault_in_the_desk_is_an_unknown_outcome() {
    let (desk, door) = door();
    desk.panics.store(true, SeqCst);
    let (status, reply) = ask(&door, post(pay("p1").to_string())).await;
    assert_eq!(
        (status, code(&reply), &reply["final"]),
        (503, "unresolved", &json!(false))
    );
}

#[tokio::test]
async fn a_full_door_says_so_at_once() {
    let desk = Arc::new(FakeDesk::default());
    let mut options = options();
    options.concurrent_requests = 1;
    let door = router(desk.clone(), options);
    desk.gate.forget_permits(10_000);
    let first = tokio::spawn(door.clone().oneshot(post(pay("p1").to_string())));
    while desk.working.load(SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    let (status, reply) = ask(
        &door,
        get("/api/v1/operations/0193b4c5-7d11-7c3f-9a44-1f2e3d4c5b6a", "two"),
    )
    .await;
    assert_eq!((status, code(&reply)), (503, "rate_limited"));
    desk.gate.add_permits(1);
    assert_eq!(first.await.unwrap().unwrap().status(), 202);
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_answered_in_json() {
    let (_, door) = door();
    for (request, status) in [
        (Request::get("/").body(Body::empty()).unwrap(), 404),
        (
            Request::post("/api/v2/operations").body(Body::empty()).unwrap(),
            404,
        ),
        (
            Request::delete("/api/v1/operations").body(Body::empty()).unwrap(),
            405,
        ),
        (Request::put("/api/v1/health").body(Body::empty()).unwrap(), 405),
    ] {
        let (found, reply) = ask(&door, request).await;
        assert_eq!((found, code(&reply)), (status, "unknown_operation"));
        assert!(reply["message"]["ru"].is_string());
    }
}

#[test]
fn weak_or_shared_tokens_are_refused_without_repeating_them() {
    let owner = |terminal: &str| TokenOwner {
        store: StoreId::new("17").unwrap(),
        terminal: TerminalId::new(terminal).unwrap(),
    };
    let good = "a".repeat(32);
    let of = |tokens: Vec<(String, TokenOwner)>| {
        Tokens::new(
            tokens
                .into_iter()
                .map(|(token, owner)| (SecretString::from(token), owner))
                .collect(),
        )
    };
    let short = of(vec![("secret-short".to_owned(), owner("1"))]).unwrap_err();
    assert!(matches!(short, TokensError::Length { .. }));
    assert!(!short.to_string().contains("secret"));
    let blank = of(vec![("a b".repeat(12), owner("1"))]).unwrap_err();
    assert!(matches!(blank, TokensError::Characters { .. }));
    let shared = of(vec![(good.clone(), owner("1")), (good.clone(), owner("2"))]).unwrap_err();
    assert!(matches!(shared, TokensError::Shared { .. }));
    let two = of(vec![(good, owner("1")), ("b".repeat(32), owner("1"))]).unwrap();
    assert_eq!((two.len(), format!("{two:?}").as_str()), (2, "2 tokens"));
}

#[test]
fn each_of_many_tokens_has_its_own_owner_and_place() {
    let owner = |terminal: usize| TokenOwner {
        store: StoreId::new("17").unwrap(),
        terminal: TerminalId::new(terminal.to_string()).unwrap(),
    };
    let token = |number: usize| format!("token-of-register-{number:05}");
    let all = (0..MAX_TOKENS).chain([7]);
    let tokens = Tokens::new(all.map(|n| (SecretString::from(token(n)), owner(n))).collect());
    assert!(matches!(tokens, Err(TokensError::TooMany(10_001))));

    let twice = (1..MAX_TOKENS).chain([7]);
    let tokens = Tokens::new(twice.map(|n| (SecretString::from(token(n)), owner(n))).collect()).unwrap();
    assert_eq!(
        tokens.len(),
        MAX_TOKENS - 1,
        "the same token of the same register counts once"
    );
    let mut places = std::collections::HashSet::new();
    for number in 1..MAX_TOKENS {
        let (place, of) = tokens.find(&token(number)).unwrap();
        assert_eq!(*of, owner(number));
        assert!(place < tokens.len() && places.insert(place), "{number}: {place}");
    }
    assert!(tokens.find(&token(0)).is_none());
    assert!(tokens.find("").is_none());
}
