//! What stands in the way of one exchange, for whoever must explain it to a person in their language. The fault beside
//! it says what the failure proves; this says where it happened.

use domain::Fault;
use std::net::IpAddr;

/// Where an exchange failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// Our own settings: address, certificates, headers. Nothing was sent.
    Settings,
    /// The host's name is not known.
    Name,
    /// Nobody took the connection, or not in time.
    Connect,
    /// The server's certificate is not trusted.
    Trust(Distrust),
    /// The server closed the connection with an alert that speaks of our certificate.
    ClientCertificate,
    /// No TLS connection for another reason.
    Tls,
    /// Connected, but no answer in time.
    Silent,
    /// The connection ended in the middle, or the answer is too long.
    BrokeOff,
}

/// Why a server's certificate is not trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distrust {
    /// None of the roots has issued it.
    UnknownIssuer,
    /// It has expired, or is not valid yet.
    Dates,
    /// It is another host's.
    OtherName,
    /// Anything else.
    Other,
}

/// A failed exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What it proves.
    pub fault: Fault,
    /// Where it happened.
    pub obstacle: Obstacle,
}

/// Where an address leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// A name or an IP address, without brackets.
    pub host: String,
    /// The port, also when the address leaves it out.
    pub port: u16,
    /// `https`
    pub is_tls: bool,
}

impl Endpoint {
    /// Where an `http` or `https` address leads; none when it cannot be read.
    pub fn of(url: &str) -> Option<Self> {
        let url = reqwest::Url::parse(url).ok()?;
        Some(Self {
            host: url.host_str()?.trim_matches(['[', ']']).to_owned(),
            port: url.port_or_known_default()?,
            is_tls: url.scheme() == "https",
        })
    }

    /// Whether the host is an IP address, so that there is no name to ask for.
    pub fn is_ip(&self) -> bool {
        self.host.parse::<IpAddr>().is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_somewhere() {
        let leads = |url: &str| Endpoint::of(url).map(|end| (end.is_ip(), end.host, end.port, end.is_tls));
        let bank = "pay.example".to_owned();
        assert_eq!(
            leads("https://pay.example/api"),
            Some((false, bank.clone(), 443, true))
        );
        assert_eq!(
            leads("http://pay.example:8080"),
            Some((false, bank, 8_080, false))
        );
        assert_eq!(
            leads("https://[::1]:9443"),
            Some((true, "::1".to_owned(), 9_443, true))
        );
        assert_eq!(leads("pay.example"), None);
    }
}
