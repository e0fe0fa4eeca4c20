//! What each kind of failure on the wire proves.

use crate::server::{Moment, Server, Step, answer};
use crate::{post, transport};
use connector::provider::Transport;
use connector::{Method, WireRequest, WireResponse};
use domain::{CallKind, Certainty, Code, Fault};
use outbound::{BODY_MAX_BYTES, HttpSender, Sender};
use tokio::net::TcpListener;

async fn send(transport: &Transport, request: WireRequest) -> Result<WireResponse, Fault> {
    HttpSender::new()
        .send(transport, request, CallKind::Register)
        .await
}

async fn fault_of(server: &Server) -> Fault {
    send(&transport(), post(&server.url("/pay"), "{}"))
        .await
        .unwrap_err()
}

fn at_request(step: impl Fn() -> Step + Send + Sync + 'static) -> impl Fn(Moment) -> Step + Send + Sync {
    move |moment| match moment {
        Moment::Connected { .. } => Step::Read,
        Moment::Request { .. } => step(),
    }
}

#[tokio::test]
async fn the_request_arrives_byte_for_byte() {
    let server = Server::answering(None, answer("201 Created", "{\"a\": 1}")).await;
    let request = post(&server.url("/pay?x=1"), "{ \"sum\":10.00 }")
        .header("x-login", "shop")
        .secret_header("authorization", "Bearer k");
    let response = send(&transport(), request).await.unwrap();
    assert_eq!((response.status, &response.body[..]), (201, &b"{\"a\": 1}"[..]));
    assert_eq!(response.header("content-type"), Some("application/json"));
    let seen = server.seen().pop().unwrap();
    assert!(seen.starts_with("POST /pay?x=1 HTTP/1.1\r\n"), "{seen}");
    assert!(seen.contains("x-login: shop\r\n") && seen.contains("authorization: Bearer k\r\n"));
    assert!(seen.ends_with("\r\n\r\n{ \"sum\":10.00 }"), "{seen}");
}

#[tokio::test]
async fn errors_and_redirects_pass_through_to_the_connector() {
    for (line, status) in [
        ("500 Internal Server Error", 500),
        ("503 Service Unavailable", 503),
        ("429 Too Many Requests", 429),
        ("302 Found\r\nlocation: /elsewhere", 302),
    ] {
        let server = Server::answering(None, answer(line, "oops")).await;
        let response = send(&transport(), post(&server.url("/pay"), "{}")).await.unwrap();
        assert_eq!((response.status, &response.body[..]), (status, &b"oops"[..]));
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_refused_connection_proves_not_sent() {
    let port = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let fault = send(&transport(), post(&format!("http://127.0.0.1:{port}/pay"), "{}"))
        .await
        .unwrap_err();
    assert_eq!(
        (fault.certainty, fault.code),
        (Certainty::NotSent, Code::ProviderUnreachable),
        "{fault}"
    );
}

#[tokio::test]
async fn a_name_that_does_not_exist_proves_not_sent() {
    // `.invalid` is reserved (RFC 2606): no resolver may know it.
    let fault = send(&transport(), post("http://bank.invalid/pay", "{}"))
        .await
        .unwrap_err();
    assert_eq!(fault.certainty, Certainty::NotSent);
    assert!(fault.detail.contains("bank.invalid"), "{fault}");
}

#[tokio::test]
async fn an_accepted_connection_that_closes_is_unknown() {
    let server = Server::start(None, |_| Step::Close).await;
    let fault = fault_of(&server).await;
    assert_eq!(
        (fault.certainty, fault.code),
        (Certainty::Unknown, Code::ProviderSilent),
        "{fault}"
    );
}

#[tokio::test]
async fn a_request_that_is_read_and_dropped_is_unknown() {
    let server = Server::start(None, at_request(|| Step::Close)).await;
    assert_eq!(fault_of(&server).await.certainty, Certainty::Unknown);
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn silence_is_unknown() {
    let server = Server::start(None, at_request(|| Step::Hang)).await;
    let short = Transport {
        timeout_ms: 3_000,
        ..transport()
    };
    let fault = send(&short, post(&server.url("/pay"), "{}")).await.unwrap_err();
    assert_eq!(
        (fault.certainty, fault.code),
        (Certainty::Unknown, Code::ProviderSilent)
    );
    assert!(fault.detail.contains("did not answer in time"), "{fault}");
}

#[tokio::test]
async fn broken_answers_are_unknown() {
    for bytes in [
        "",
        "not http at all\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\ntoo short",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nZZZ\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel",
    ] {
        let server = Server::answering(None, bytes).await;
        let fault = fault_of(&server).await;
        assert_eq!(fault.certainty, Certainty::Unknown, "{bytes:?}: {fault}");
    }
}

#[tokio::test]
async fn the_body_has_a_limit() {
    let fits = Server::answering(None, answer("200 OK", &"x".repeat(BODY_MAX_BYTES))).await;
    let response = send(&transport(), post(&fits.url("/pay"), "{}")).await.unwrap();
    assert_eq!(response.body.len(), BODY_MAX_BYTES);

    let over = Server::answering(None, answer("200 OK", &"x".repeat(BODY_MAX_BYTES + 1))).await;
    let fault = fault_of(&over).await;
    assert_eq!(
        (fault.certainty, fault.code),
        (Certainty::Unknown, Code::ProviderUnclear)
    );
}

#[tokio::test]
async fn settings_that_http_does_not_allow_are_named() {
    let bad_header = WireRequest::new(Method::Get, "http://127.0.0.1:9/").secret_header("x-key", "S3CRET\n");
    for request in [WireRequest::new(Method::Get, "bank.example/pay"), bad_header] {
        let fault = send(&transport(), request).await.unwrap_err();
        assert_eq!(
            (fault.certainty, fault.code),
            (Certainty::NotSent, Code::NotConfigured)
        );
        assert!(!fault.detail.contains("S3CRET"), "{fault}");
    }
}
