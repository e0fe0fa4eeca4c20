//! The broker's address: `amqp://user:password@host`.

use super::finding::{Findings, Value};
use conf::Place;
use reqwest::Url;
use secrecy::SecretString;
use std::net::Ipv4Addr;
use texts::words::Word;
use texts::words::ukm::{self as advice, reason};

/// Passwords that everybody knows: RabbitMQ's own and those of installers.
const FACTORY: [&str; 5] = ["admin", "guest", "password", "rabbitmq", "12345678"];

/// A usable address.
#[derive(Debug, Clone)]
pub(super) struct Broker {
    /// All of it.
    pub(super) url: SecretString,
    /// Host and port, for comparisons and messages.
    pub(super) address: String,
}

/// Reads an address and notes what is wrong with it.
pub(super) fn broker(text: &str, place: &Place, findings: &mut Findings) -> Option<Broker> {
    let url = match parse(text) {
        Ok(url) => url,
        Err(detail) => {
            findings.error(advice::URL_BAD, place, &[("detail", Value::Word(detail))]);
            return None;
        }
    };
    let user = url.username();
    match url.password() {
        None | Some("") => findings.warn(advice::PASSWORD_MISSING, place, &[]),
        Some(password) if is_factory(user, password) => {
            findings.warn(advice::PASSWORD_DEFAULT, place, &[("user", user.into())]);
        }
        Some(_) => {}
    }
    let host = url.host_str().unwrap_or_default();
    let standard = if url.scheme() == "amqps" { 5671 } else { 5672 };
    Some(Broker {
        url: SecretString::from(text),
        address: format!("{}://{host}:{}", url.scheme(), url.port().unwrap_or(standard)),
    })
}

/// The parts, or what is wrong, without any part of the password.
fn parse(text: &str) -> Result<Url, Word> {
    let url = Url::parse(text).map_err(|_| reason::SCHEME)?;
    if !matches!(url.scheme(), "amqp" | "amqps") {
        return Err(reason::SCHEME);
    }
    let host = url
        .host_str()
        .filter(|host| !host.is_empty())
        .ok_or(reason::HOST)?;
    let is_name = |c: char| c.is_alphanumeric() || "-._:[]".contains(c);
    if !host.chars().all(is_name) {
        return Err(reason::HOST);
    }
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_number = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    if is_number && host.parse::<Ipv4Addr>().is_err() {
        return Err(reason::IP);
    }
    Ok(url)
}

fn is_factory(user: &str, password: &str) -> bool {
    let is_placeholder = password.chars().all(|c| matches!(c, 'x' | 'X' | '*'));
    password == user || is_placeholder || FACTORY.contains(&password)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ukm::finding::whole;
    use std::path::Path;

    fn said(text: &str) -> (Option<String>, Vec<&'static str>) {
        let mut findings = Findings::default();
        let broker = broker(text, &whole(Path::new("x")), &mut findings);
        let names = findings
            .into_vec()
            .iter()
            .map(|finding| finding.advice.name)
            .collect();
        (broker.map(|broker| broker.address), names)
    }

    #[test]
    fn addresses_are_judged() {
        let good = Some("amqp://192.168.25.93:5672".to_owned());
        assert_eq!(said("amqp://ukm:s3cret@192.168.25.93"), (good.clone(), vec![]));
        for placeholder in ["ukm:xxxxxx", "admin:admin", "ukm:ukm", "guest:guest", "ukm:guest"] {
            let text = format!("amqp://{placeholder}@192.168.25.93");
            assert_eq!(said(&text), (good.clone(), vec!["password_default"]), "{text}");
        }
        assert_eq!(said("amqp://192.168.25.93"), (good, vec!["password_missing"]));
        assert_eq!(
            said("amqps://ukm:s3cret@rabbit.shop:5680/pos").0.as_deref(),
            Some("amqps://rabbit.shop:5680")
        );
        for bad in [
            "amqp://ukm:s3cret@192.168.25.93113",
            "amqp://ukm:s3cret@300.1.1.1",
            "http://ukm:s3cret@host",
            "192.168.25.93",
            "amqp://",
            "",
            "amqp://ukm:s3cret@host:99999",
        ] {
            assert_eq!(said(bad), (None, vec!["url_bad"]), "{bad}");
        }
    }
}
