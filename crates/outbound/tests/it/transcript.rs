//! What the log shows of an exchange.

use crate::server::{Server, answer};
use crate::{Still, transport};
use connector::{CallbackError, Connector, Method, RawCallback, Turn, WireRequest, WireResponse};
use domain::call::{Lookup, PaymentState, Reference};
use domain::{Abilities, Answer, Call, Fault, Kopecks, LostRegistration, ModuleName, OperationId, Timestamp};
use outbound::{Options, Outbound, Route};
use std::io::Write;
use std::sync::{Arc, Mutex};
use tracing::Level;
use tracing::instrument::WithSubscriber;

/// Sends one request full of secrets.
struct Talkative(String);

impl Connector for Talkative {
    fn abilities(&self) -> Abilities {
        Abilities {
            revoke: false,
            refund: false,
            one_refund_at_a_time: false,
            partial_refund: false,
            link_check: false,
            link_bind: false,
            cash_link: false,
            reservation: false,
            lost_registration: LostRegistration::AskByOrder,
            ..Abilities::default()
        }
    }

    fn next(&self, _: &Call, heard: &[WireResponse], _: Timestamp) -> Result<Turn, Fault> {
        if !heard.is_empty() {
            return Ok(Turn::Done(Answer::Payment(PaymentState::NotStarted)));
        }
        let request = WireRequest::new(Method::Post, format!("{}?session=S3CRET-A", self.0))
            .secret_header("authorization", "Bearer S3CRET-B")
            .body(r#"{"order":"visible-request","secretKey":"S3CRET-C","customerPhone":"+79161234567"}"#);
        Ok(Turn::Send(request))
    }

    fn verify(&self, _: &RawCallback) -> Result<(), CallbackError> {
        Err(CallbackError::Unsupported)
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Everything that is logged during one call.
/// Other tests run at the same time in threads without a subscriber. While the process knows one subscriber only,
/// tracing asks the current thread alone whether a new event interests anybody, and remembers a "no" for all. So every
/// thread has one that listens and writes nothing.
fn listen_everywhere() {
    let silent = tracing_subscriber::fmt()
        .with_max_level(Level::TRACE)
        .with_writer(std::io::sink)
        .finish();
    // The second test finds the first one's already there.
    let _ = tracing::subscriber::set_global_default(silent);
}

async fn logged(level: Level) -> String {
    listen_everywhere();
    let server = Server::answering(
        None,
        answer("200 OK", r#"{"state":"visible-answer","token":"S3CRET-D"}"#),
    )
    .await;
    let route = Route {
        module: ModuleName::new("qrbank").unwrap(),
        transport: transport(),
    };
    let call = Call::Status(Lookup {
        order: OperationId::from_bytes([7; 16]).order(1),
        amount: Kopecks::ZERO,
        reference: Reference::default(),
    });
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let outbound = Outbound::new(Options::default(), Arc::new(Still));
    let connector = Talkative(server.url("/orders/17"));
    outbound
        .call(&route, &connector, &call)
        .with_subscriber(subscriber)
        .await
        .unwrap();
    let bytes = log.0.lock().unwrap().clone();
    let text = String::from_utf8(bytes).unwrap();
    text.lines()
        .filter(|line| line.contains("wire"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[tokio::test]
async fn debug_shows_the_facts_of_an_exchange() {
    let text = logged(Level::DEBUG).await;
    for part in [
        "wire: exchange",
        "operation=\"07070707-0707-0707-0707-070707070707\"",
        "module=\"qrbank\"",
        "call=Status",
        "method=\"POST\"",
        "/orders/17?session=***",
        "status=200",
        "elapsed_ms=",
        "request_bytes=81",
        "response_bytes=45",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(!text.contains("visible") && !text.contains("S3CRET"), "{text}");
}

#[tokio::test]
async fn trace_shows_bodies_without_secrets() {
    let text = logged(Level::TRACE).await;
    assert!(
        text.contains("visible-request") && text.contains("visible-answer"),
        "{text}"
    );
    assert!(!text.contains("S3CRET") && !text.contains("9161234567"), "{text}");
}
