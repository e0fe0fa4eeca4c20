//! The settings as the daemon uses them.

use conf::{KIB, SECOND_MS};
use domain::{ModuleName, StoreId, TerminalId};
use secrecy::SecretString;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// Everything that the settings file says. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `journal`
    pub journal: Journal,
    /// `http`
    pub http: Http,
    /// `amqp`
    pub amqp: Amqp,
    /// `modules`: those that are switched on.
    pub modules: Vec<ModuleName>,
    /// `profiles`: the folder with descriptions of the operator's own providers.
    pub profiles: Option<PathBuf>,
    /// `stop_within`: how long the daemon may take to stop, in milliseconds.
    pub stop_within_ms: u64,
    /// `register_timeout`: how long the registers are set to wait for a final answer, in milliseconds. The daemon
    /// cannot see that setting; it is told here so that the nesting of timeouts can be checked.
    pub register_timeout_ms: u64,
    /// `log`
    pub log: Log,
}

/// Where operations are remembered.
#[derive(Debug, Clone)]
pub struct Journal {
    /// `journal.url` with the password in its place: ready to connect.
    pub url: SecretString,
    /// The same without the password, for the log.
    pub shown_url: String,
    /// `journal.allow_weak_durability`: start even when the database may lose the last commits in a power cut.
    pub allow_weak_durability: bool,
}

/// The HTTP door.
#[derive(Debug, Clone)]
pub struct Http {
    /// `http.listen`
    pub listen: SocketAddr,
    /// `http.callback_listen`: a listener of its own for the providers' callbacks.
    pub callback_listen: Option<SocketAddr>,
    /// `http.tokens`
    pub tokens: Vec<Token>,
    /// `http.body_limit`, in bytes.
    pub body_limit_bytes: usize,
    /// `http.rate_limit_per_s`: requests per second and register; 0 = no limit.
    pub rate_limit_per_s: u32,
}

/// What a register proves itself with.
#[derive(Debug, Clone)]
pub struct Token {
    /// Its store.
    pub store: StoreId,
    /// Itself.
    pub terminal: TerminalId,
    /// The token.
    pub token: SecretString,
}

/// The AMQP door.
#[derive(Debug, Clone)]
pub struct Amqp {
    /// `amqp.urls`: tried in this order; none = the door stays shut.
    pub brokers: Vec<Broker>,
    /// `amqp.prefetch`: deliveries that may be in hand at once, per queue.
    pub prefetch: u16,
    /// `amqp.message_limit`, in bytes.
    pub message_limit_bytes: usize,
    /// `amqp.exchange`
    pub exchange: String,
    /// `amqp.dead_letter_queue`
    pub dead_letter_queue: String,
    /// The PEM text of the file that `amqp.ca` names: trusted instead of the system's roots.
    pub ca_pem: Option<String>,
}

/// One broker.
#[derive(Debug, Clone)]
pub struct Broker {
    /// The URL with the password in its place: ready to connect.
    pub url: SecretString,
    /// The same without the password, for the log.
    pub shown_url: String,
}

/// What the daemon writes about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// `log.format`
    pub format: LogFormat,
    /// `log.level`: a level, or a list like `info,wire=debug`.
    pub level: String,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// journald when systemd started us, else text.
    Auto,
    /// Lines for people.
    Text,
    /// One JSON object per line.
    Json,
    /// journald's own protocol, with fields.
    Journald,
}

/// Where operations are remembered when nothing is said.
const JOURNAL_URL: &str = "sqlite:/var/lib/qrpayd/journal.db";

impl Default for Settings {
    fn default() -> Self {
        Self {
            journal: Journal::default(),
            http: Http::default(),
            amqp: Amqp::default(),
            modules: Vec::new(),
            profiles: None,
            stop_within_ms: 20 * SECOND_MS,
            register_timeout_ms: 310 * SECOND_MS,
            log: Log::default(),
        }
    }
}

impl Default for Journal {
    fn default() -> Self {
        Self {
            url: SecretString::from(JOURNAL_URL),
            shown_url: JOURNAL_URL.to_owned(),
            allow_weak_durability: false,
        }
    }
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            callback_listen: None,
            tokens: Vec::new(),
            body_limit_bytes: 256 * KIB,
            rate_limit_per_s: 50,
        }
    }
}

impl Default for Amqp {
    fn default() -> Self {
        Self {
            brokers: Vec::new(),
            prefetch: 200,
            message_limit_bytes: 256 * KIB,
            exchange: "amq.topic".to_owned(),
            dead_letter_queue: "qrpayd.dead_letter".to_owned(),
            ca_pem: None,
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: LogFormat::Auto,
            level: "info".to_owned(),
        }
    }
}
