//! A buyer's display and a receipt printer that are not there: each takes the bytes that the real one would get and
//! shows on a page what it would show. The readers of those bytes share nothing with the room that writes them.
//!
//! ```no_run
//! # async fn demo() -> std::io::Result<()> {
//! use qrpos::devices::{Device, VirtualDevice};
//! use tokio::net::TcpListener;
//!
//! let display = VirtualDevice::new(Device::Display);
//! let port = TcpListener::bind("127.0.0.1:0").await?;
//! tokio::spawn(display.clone().listen(port));
//! let pages: axum::Router = display.router(); // the page is /display
//! # Ok(())
//! # }
//! ```

mod display;
mod paper;
mod tape;

use crate::web::{css, html, js};
use axum::Router;
use axum::extract::{Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use display::Display;
use futures_util::stream::{self, Stream};
use maud::{DOCTYPE, Markup, html};
use serde::Deserialize;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tape::Tape;
use texts::words::{Lang, Word, device as words};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;

/// The most bytes of one connection: a whole picture of the widest paper, several times over.
const CONNECTION_BYTES_MAX: usize = 1 << 20;
/// How long a connection may be silent. The device serves one at a time, as a real one does.
const SILENCE: Duration = Duration::from_secs(30);
/// Between attempts to accept when the system has no socket to give.
const PAUSE: Duration = Duration::from_millis(200);

/// Which device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Device {
    /// A Mertech QR-PAY buyer display, at `/display`.
    Display,
    /// A receipt printer for paper of 80 mm that speaks ESC/POS, at `/tape`.
    Tape,
}

/// A device that is not there. Cheap to clone; clones are the same device.
#[derive(Debug, Clone)]
pub struct VirtualDevice {
    inside: Arc<Mutex<Inside>>,
    changed: watch::Sender<u64>,
}

#[derive(Debug)]
enum Inside {
    Display(Display),
    Tape(Tape),
}

impl VirtualDevice {
    /// A device that has been sent nothing.
    pub fn new(device: Device) -> Self {
        let inside = match device {
            Device::Display => Inside::Display(Display::default()),
            Device::Tape => Inside::Tape(Tape::default()),
        };
        Self {
            inside: Arc::new(Mutex::new(inside)),
            changed: watch::channel(0).0,
        }
    }

    /// Takes bytes as they come over a cable: a command may be cut anywhere.
    pub fn feed(&self, bytes: &[u8]) {
        self.change(|inside| match inside {
            Inside::Display(display) => display.feed(bytes),
            Inside::Tape(tape) => tape.feed(bytes),
        });
    }

    /// Takes bytes from the network, one connection after another, until the listener breaks.
    pub async fn listen(self, listener: TcpListener) {
        loop {
            match listener.accept().await {
                Ok((connection, _)) => self.serve(connection).await,
                Err(error) => {
                    tracing::warn!(%error, "the virtual device cannot take a connection");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    async fn serve(&self, mut connection: TcpStream) {
        let mut chunk = [0; 4096];
        let mut left = CONNECTION_BYTES_MAX;
        while let Ok(Ok(read)) = timeout(SILENCE, connection.read(&mut chunk)).await {
            let Some(bytes) = chunk.get(..read.min(left)).filter(|bytes| !bytes.is_empty()) else {
                break;
            };
            left -= bytes.len();
            self.feed(bytes);
        }
        self.change(|inside| match inside {
            Inside::Display(display) => display.end(),
            Inside::Tape(tape) => tape.end(),
        });
    }

    /// The page, `/display` or `/tape`, and what it needs. `?lang=ru|en` chooses the language; Russian otherwise.
    pub fn router(&self) -> Router {
        let base = self.with(Inside::base);
        Router::new()
            .route(base, get(page))
            .route(&format!("{base}/now"), get(now))
            .route(&format!("{base}/events"), get(events))
            .route(
                &format!("{base}/device.css"),
                get(|| async { css(include_str!("device.css")) }),
            )
            .route(
                &format!("{base}/device.js"),
                get(|| async { js(include_str!("device.js")) }),
            )
            .with_state(self.clone())
    }

    fn change(&self, how: impl FnOnce(&mut Inside)) {
        how(&mut self.inside.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.send_modify(|version| *version += 1);
    }

    fn with<T>(&self, what: impl FnOnce(&Inside) -> T) -> T {
        what(&self.inside.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Inside {
    const fn base(&self) -> &'static str {
        match self {
            Self::Display(_) => "/display",
            Self::Tape(_) => "/tape",
        }
    }

    const fn title(&self) -> Word {
        match self {
            Self::Display(_) => words::DISPLAY,
            Self::Tape(_) => words::TAPE,
        }
    }

    fn now(&self, lang: Lang) -> Markup {
        match self {
            Self::Display(display) => display.render(lang),
            Self::Tape(tape) => tape.render(lang),
        }
    }
}

#[derive(Deserialize)]
struct PageQuery {
    #[serde(default)]
    lang: Lang,
}

async fn page(
    State(device): State<VirtualDevice>,
    Query(query): Query<PageQuery>,
) -> axum::response::Response {
    let lang = query.lang;
    let page = device.with(|inside| {
        let base = inside.base();
        html! {
            (DOCTYPE)
            html lang=(lang.as_str()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (lang.say(inside.title())) }
                    link rel="stylesheet" href={ (base) "/device.css" };
                    script src={ (base) "/device.js" } defer {}
                }
                body data-base=(base) {
                    header {
                        h1 { (lang.say(inside.title())) }
                        p { (lang.say(words::WHAT)) }
                    }
                    main #now aria-live="polite" { (inside.now(lang)) }
                }
            }
        }
    });
    html(&page)
}

async fn now(
    State(device): State<VirtualDevice>,
    Query(query): Query<PageQuery>,
) -> axum::response::Response {
    html(&device.with(|inside| inside.now(query.lang)))
}

/// Tells that there is something new to fetch.
async fn events(State(device): State<VirtualDevice>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let news = stream::unfold(device.changed.subscribe(), |mut changed| async {
        changed.changed().await.ok()?;
        let version = *changed.borrow_and_update();
        Some((Ok(Event::default().data(version.to_string())), changed))
    });
    Sse::new(news).keep_alive(KeepAlive::default())
}
