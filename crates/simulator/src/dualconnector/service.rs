//! The service behind HTTP.

use std::io;
use std::net::SocketAddr;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::stream;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::faults::Fault;
use super::message::Reply;
use super::pad::{PinPad, Started};
use super::page;

/// The largest request, in bytes.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// The service at the root of this router, and the pin-pad's page beside it.
pub fn router(pad: PinPad) -> Router {
    Router::new()
        .route("/", get(health).post(serve))
        .route("/screen", get(page::show).post(page::press))
        .route("/state", get(page::state))
        .route("/key", post(page::key))
        .route("/faults", post(page::plan))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(pad)
}

/// A service that runs.
pub struct Running {
    /// Where a register finds it.
    pub url: String,
    /// The pin-pad's page.
    pub page_url: String,
    /// The pin-pad.
    pub pad: PinPad,
    task: JoinHandle<()>,
}

impl Running {
    /// Ends it. Connections are cut.
    pub fn stop(self) {
        self.task.abort();
    }
}

/// Starts the service; port 0 takes a free one.
pub async fn start(pad: PinPad, address: SocketAddr) -> io::Result<Running> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    let app = router(pad.clone());
    let task = tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, app).await {
            tracing::error!(%error, "the pin-pad's service ended");
        }
    });
    Ok(Running {
        url: format!("http://{address}/"),
        page_url: format!("http://{address}/screen"),
        pad,
        task,
    })
}

async fn health() -> &'static str {
    "OKWORK"
}

async fn serve(State(pad): State<PinPad>, body: Bytes) -> Response {
    let fault = pad.take_fault();
    if fault == Some(Fault::DropBefore) {
        return cut();
    }
    if let Some(code) = fault.and_then(Fault::code_at_once) {
        return written(Reply::Error(code).write());
    }
    let reply = match pad.begin(&body) {
        Started::Ended(reply) => reply,
        Started::Waiting(told) => match told.await {
            Ok(reply) => reply,
            Err(_) => return cut(),
        },
    };
    spoiled(reply, fault).await
}

async fn spoiled(reply: Reply, fault: Option<Fault>) -> Response {
    match fault {
        Some(Fault::DropAfter) => cut(),
        Some(Fault::Silent) => std::future::pending().await,
        Some(Fault::Garbage) => (
            [(header::CONTENT_TYPE, "text/html")],
            "<html><body>field 39 = 1<br></body>",
        )
            .into_response(),
        Some(Fault::PrintError) if reply.field(39) == Some("1") => written(Reply::Error(12).write()),
        Some(Fault::AfterAll(code)) => written(Reply::Error(code).write()),
        Some(Fault::OtherSum) => written(other_sum(reply).write()),
        Some(Fault::OtherSpelling) => written(reply.write_otherwise()),
        _ => written(reply.write()),
    }
}

fn other_sum(reply: Reply) -> Reply {
    match reply {
        Reply::Fields(mut fields) => {
            for (number, value) in &mut fields {
                if *number == 0 {
                    value.push('0');
                }
            }
            Reply::Fields(fields)
        }
        Reply::Error(code) => Reply::Error(code),
    }
}

fn written(body: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "text/xml")], body).into_response()
}

/// A response that breaks off at once.
fn cut() -> Response {
    let broken = stream::once(async { Err::<Bytes, _>(io::Error::other("cut on demand")) });
    let mut response = Response::new(Body::from_stream(broken));
    *response.status_mut() = StatusCode::OK;
    response
}
