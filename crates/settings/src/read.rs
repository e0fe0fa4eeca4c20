//! The settings file, key by key.

use crate::model::{Amqp, Broker, Http, Journal, Log, LogFormat, Settings, Token};
use crate::secret::{ENV_AMQP_PASSWORD, ENV_JOURNAL_PASSWORD, file_text, from_env, secret, secret_file};
use crate::url::{Address, decode};
use conf::{Document, KIB, Node, Problem, SECOND_MS, SettingsError, Warning};
use domain::{ModuleName, StoreId, TerminalId};
use secrecy::{ExposeSecret, SecretString};
use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// The fewest characters of a register's token.
pub const TOKEN_MIN_CHARS: usize = 16;
/// The most tokens.
pub const TOKENS_MAX: usize = 10_000;

const ROOT: &[&str] = &[
    "journal",
    "http",
    "amqp",
    "modules",
    "profiles",
    "stop_within",
    "register_timeout",
    "log",
];
const JOURNAL: &[&str] = &["url", "password", "password_file", "allow_weak_durability"];
const HTTP: &[&str] = &[
    "listen",
    "callback_listen",
    "tokens",
    "body_limit",
    "rate_limit_per_s",
];
const TOKEN: &[&str] = &["store", "terminal", "token", "token_file"];
const AMQP: &[&str] = &[
    "urls",
    "password_file",
    "prefetch",
    "message_limit",
    "exchange",
    "dead_letter_queue",
    "ca",
];
const LOG: &[&str] = &["format", "level"];
/// Every key of each section; the empty name is the file's own level.
pub const KEYS: &[(&str, &[&str])] = &[
    ("", ROOT),
    ("journal", JOURNAL),
    ("http", HTTP),
    ("http.tokens", TOKEN),
    ("amqp", AMQP),
    ("log", LOG),
];

const LIMIT_BYTES: RangeInclusive<u64> = 1_024..=16 * 1_024 * KIB as u64;
const STOP_WITHIN_MS: RangeInclusive<u64> = SECOND_MS..=600 * SECOND_MS;
const REGISTER_TIMEOUT_MS: RangeInclusive<u64> = SECOND_MS..=3_600 * SECOND_MS;
/// AMQP 0-9-1 limits of a short string.
const NAME_MAX: usize = 255;
/// User and password that a fresh RabbitMQ, or an installation guide, comes with.
const FACTORY_LOGINS: &[(&str, &str)] = &[("guest", "guest"), ("admin", "admin")];

/// Reads the settings. `env` is the environment: for `${X}` in the file and for secrets. Warnings tell what works but
/// should be put right.
#[expect(clippy::implicit_hasher, reason = "the HOCON reader takes exactly this map")]
pub fn load(path: &Path, env: &HashMap<String, String>) -> Result<(Settings, Vec<Warning>), SettingsError> {
    let document = Document::load(path, env)?;
    let settings = settings(&document)?;
    Ok((settings, document.into_warnings()))
}

fn settings(document: &Document) -> Result<Settings, SettingsError> {
    document.only(ROOT)?;
    let top = |name: &str| document.top(name);
    let default = Settings::default();
    Ok(Settings {
        journal: journal(&top("journal"))?,
        http: http(&top("http"))?,
        amqp: amqp(&top("amqp"))?,
        modules: modules(&top("modules"))?,
        profiles: folder(&top("profiles"))?,
        stop_within_ms: top("stop_within")
            .duration_ms(&STOP_WITHIN_MS)?
            .unwrap_or(default.stop_within_ms),
        register_timeout_ms: top("register_timeout")
            .duration_ms(&REGISTER_TIMEOUT_MS)?
            .unwrap_or(default.register_timeout_ms),
        log: log(&top("log"))?,
    })
}

fn journal(node: &Node<'_>) -> Result<Journal, SettingsError> {
    node.only(JOURNAL)?;
    let default = Journal::default();
    let url_node = node.get("url");
    let url = url_node.text()?.unwrap_or_else(|| default.shown_url.clone());
    let written = secret(
        &node.get("password"),
        &node.get("password_file"),
        "journal.password",
    )?;
    let password = from_env(node.document(), ENV_JOURNAL_PASSWORD).or(written);
    let (url, shown_url) = if url.strip_prefix("sqlite:").is_some_and(|path| !path.is_empty()) {
        if password.is_some() {
            node.document().warn(
                "journal.password",
                "an SQLite journal has no password; it is not used",
            );
        }
        (SecretString::from(url.as_str()), url)
    } else {
        let address = Address::parse(&url)
            .filter(|address| matches!(address.scheme, "mysql" | "mariadb"))
            .ok_or_else(|| {
                url_node.unusable(
                    "must be sqlite:/path/of/journal.db or mysql://user@host:3306/database; a password with special characters belongs in journal.password_file",
                )
            })?;
        with_password(&url_node, &url, address, password.as_ref())?
    };
    Ok(Journal {
        url,
        shown_url,
        allow_weak_durability: node
            .get("allow_weak_durability")
            .flag()?
            .unwrap_or(default.allow_weak_durability),
    })
}

/// The address with the password in its place, and without any.
fn with_password(
    node: &Node<'_>,
    url: &str,
    address: Address<'_>,
    password: Option<&SecretString>,
) -> Result<(SecretString, String), SettingsError> {
    if address.password.is_some() {
        crate::secret::warn_if_readable_by_all(node.document(), node.key(), node.document().file());
    }
    let Some(password) = password else {
        return Ok((SecretString::from(url), address.shown()));
    };
    if address.user.is_none() {
        return Err(node.unusable(format!(
            "a password is given, but the URL {} names no user; write user@host",
            address.shown()
        )));
    }
    let full = address.with_password(password.expose_secret());
    Ok((SecretString::from(full), address.shown()))
}

fn http(node: &Node<'_>) -> Result<Http, SettingsError> {
    node.only(HTTP)?;
    let default = Http::default();
    let listen = address(&node.get("listen"))?.unwrap_or(default.listen);
    let callback_node = node.get("callback_listen");
    let callback_listen = address(&callback_node)?;
    if callback_listen == Some(listen) {
        return Err(callback_node.unusable("is the same as http.listen; leave it out, or take another port"));
    }
    let rate = node
        .get("rate_limit_per_s")
        .integer(&(0..=100_000))?
        .and_then(|rate| u32::try_from(rate).ok());
    Ok(Http {
        listen,
        callback_listen,
        tokens: tokens(&node.get("tokens"))?,
        body_limit_bytes: node
            .get("body_limit")
            .size_bytes(&LIMIT_BYTES)?
            .unwrap_or(default.body_limit_bytes),
        rate_limit_per_s: rate.unwrap_or(default.rate_limit_per_s),
    })
}

fn address(node: &Node<'_>) -> Result<Option<SocketAddr>, SettingsError> {
    let Some(text) = node.text()? else { return Ok(None) };
    text.parse().map(Some).map_err(|_| {
        node.unusable(format!(
            "`{text}` is not an address and port, like \"127.0.0.1:8080\""
        ))
    })
}

fn tokens(node: &Node<'_>) -> Result<Vec<Token>, SettingsError> {
    let elements = node.list()?;
    if elements.len() > TOKENS_MAX {
        return Err(node.unusable(format!("has more than {TOKENS_MAX} tokens")));
    }
    let mut known = BTreeSet::new();
    let mut tokens = Vec::with_capacity(elements.len());
    for element in elements {
        let token = token(&element)?;
        if !known.insert(token.token.expose_secret().to_owned()) {
            return Err(
                element.unusable("its token is the same as an earlier one; every register needs its own")
            );
        }
        tokens.push(token);
    }
    Ok(tokens)
}

fn token(node: &Node<'_>) -> Result<Token, SettingsError> {
    node.only(TOKEN)?;
    let id = |name, doc| -> Result<(Node<'_>, String), SettingsError> {
        let member = node.get(name);
        let text = member
            .text()?
            .ok_or_else(|| member.error(Problem::Missing(doc)))?;
        Ok((member, text))
    };
    let (store_node, store) = id("store", "the store that the token is for")?;
    let (terminal_node, terminal) = id("terminal", "the register that the token is for")?;
    let token_node = node.get("token");
    let token = secret(&token_node, &node.get("token_file"), "token")?
        .ok_or_else(|| token_node.error(Problem::Missing("write token or token_file")))?;
    let length = token.expose_secret().chars().count();
    if length < TOKEN_MIN_CHARS {
        return Err(token_node.unusable(format!(
            "has {length} characters; a token needs at least {TOKEN_MIN_CHARS} (openssl rand -hex 24 makes a good one)"
        )));
    }
    if token.expose_secret().chars().any(|c| !c.is_ascii_graphic()) {
        return Err(token_node.unusable("may hold only printable ASCII characters without blanks"));
    }
    Ok(Token {
        store: StoreId::new(store).map_err(|error| store_node.unusable(error.to_string()))?,
        terminal: TerminalId::new(terminal).map_err(|error| terminal_node.unusable(error.to_string()))?,
        token,
    })
}

fn amqp(node: &Node<'_>) -> Result<Amqp, SettingsError> {
    node.only(AMQP)?;
    let default = Amqp::default();
    let from_file = secret_file(&node.get("password_file"))?;
    let password = from_env(node.document(), ENV_AMQP_PASSWORD).or(from_file);
    let brokers = node
        .get("urls")
        .list()?
        .iter()
        .map(|element| broker(element, password.as_ref()))
        .collect::<Result<_, _>>()?;
    let prefetch = node
        .get("prefetch")
        .integer(&(1..=u64::from(u16::MAX)))?
        .and_then(|prefetch| u16::try_from(prefetch).ok());
    Ok(Amqp {
        brokers,
        prefetch: prefetch.unwrap_or(default.prefetch),
        message_limit_bytes: node
            .get("message_limit")
            .size_bytes(&LIMIT_BYTES)?
            .unwrap_or(default.message_limit_bytes),
        exchange: amqp_name(&node.get("exchange"))?.unwrap_or(default.exchange),
        dead_letter_queue: amqp_name(&node.get("dead_letter_queue"))?.unwrap_or(default.dead_letter_queue),
        ca_pem: ca(&node.get("ca"))?,
    })
}

fn broker(node: &Node<'_>, password: Option<&SecretString>) -> Result<Broker, SettingsError> {
    let text = node.text()?.unwrap_or_default();
    let address = Address::parse(&text)
        .filter(|address| matches!(address.scheme, "amqp" | "amqps"))
        .ok_or_else(|| {
            node.unusable(
                "must be amqp://user@host:5672/vhost or amqps://user@host:5671/vhost; a password with special characters belongs in amqp.password_file",
            )
        })?;
    let (url, shown_url) = with_password(node, &text, address, password)?;
    refuse_factory_login(node, url.expose_secret())?;
    Ok(Broker { url, shown_url })
}

/// A URL without a user means guest/guest: that is what AMQP clients fill in.
fn refuse_factory_login(node: &Node<'_>, url: &str) -> Result<(), SettingsError> {
    let Some(address) = Address::parse(url).filter(|address| !address.is_loopback()) else {
        return Ok(());
    };
    let user = decode(address.user.unwrap_or("guest"));
    let password = decode(address.password.unwrap_or("guest"));
    if FACTORY_LOGINS.contains(&(user.as_str(), password.as_str())) {
        let host = address.host();
        return Err(node.unusable(format!(
            "the broker at {host} is not on this machine and would be logged into with the factory password of `{user}`; make an own user (rabbitmqctl add_user) and name it in the URL"
        )));
    }
    Ok(())
}

fn amqp_name(node: &Node<'_>) -> Result<Option<String>, SettingsError> {
    let Some(name) = node.text()? else { return Ok(None) };
    if name.is_empty() || name.len() > NAME_MAX {
        return Err(node.unusable(format!("must have 1 to {NAME_MAX} bytes")));
    }
    Ok(Some(name))
}

fn ca(node: &Node<'_>) -> Result<Option<String>, SettingsError> {
    let Some((path, pem)) = file_text(node)? else {
        return Ok(None);
    };
    if !pem.contains("-----BEGIN CERTIFICATE-----") {
        return Err(node.error(Problem::BadFile {
            path,
            problem: "holds no PEM certificate (BEGIN CERTIFICATE)".to_owned(),
        }));
    }
    Ok(Some(pem))
}

fn modules(node: &Node<'_>) -> Result<Vec<ModuleName>, SettingsError> {
    let mut modules = Vec::new();
    for element in node.list()? {
        let name = ModuleName::new(element.text()?.unwrap_or_default())
            .map_err(|error| element.unusable(error.to_string()))?;
        if modules.contains(&name) {
            return Err(element.unusable(format!("`{name}` stands in the list twice")));
        }
        modules.push(name);
    }
    Ok(modules)
}

/// The folder that this key names. A relative path starts at the settings file.
fn folder(node: &Node<'_>) -> Result<Option<PathBuf>, SettingsError> {
    let Some(name) = node.text()? else { return Ok(None) };
    if name.trim().is_empty() {
        return Err(node.unusable("is empty; name a folder, or leave the key out"));
    }
    let here = node.document().file().parent().unwrap_or(Path::new(""));
    Ok(Some(here.join(name)))
}

fn log(node: &Node<'_>) -> Result<Log, SettingsError> {
    node.only(LOG)?;
    let default = Log::default();
    let format_node = node.get("format");
    let format = match format_node.text()?.as_deref() {
        None => default.format,
        Some("auto") => LogFormat::Auto,
        Some("text") => LogFormat::Text,
        Some("json") => LogFormat::Json,
        Some("journald") => LogFormat::Journald,
        Some(other) => {
            return Err(format_node.unusable(format!("`{other}` is none of auto, text, json, journald")));
        }
    };
    let level_node = node.get("level");
    let level = level_node.text()?.unwrap_or(default.level);
    for directive in level.split(',') {
        let word = directive.rsplit('=').next().unwrap_or_default().trim();
        if !matches!(word, "off" | "error" | "warn" | "info" | "debug" | "trace") {
            return Err(level_node.unusable(format!(
                "`{directive}` has no level; write off, error, warn, info, debug or trace, or a list like \"info,wire=debug\""
            )));
        }
    }
    Ok(Log { format, level })
}
