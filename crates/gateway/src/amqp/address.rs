//! A broker's address. Its password is never printed.

use lapin::uri::{AMQPScheme, AMQPUri};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;

/// Seconds between heartbeats, unless the address names another pause. Two missed ones end the connection.
pub const HEARTBEAT_S: u16 = 10;

/// `amqp://user:password@host:port/vhost`, or `amqps://…` for TLS.
#[derive(Clone)]
pub struct BrokerAddress {
    uri: AMQPUri,
}

/// Why a text is not a broker's address. The text itself is not repeated: it holds a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an AMQP address: {0}; expected amqp://user:password@host:port/vhost, or amqps:// for TLS")]
pub struct AddressError(String);

impl BrokerAddress {
    /// Reads an address. Without a virtual host it means `/`.
    pub fn parse(text: &SecretString) -> Result<Self, AddressError> {
        let mut uri: AMQPUri = text
            .expose_secret()
            .parse()
            .map_err(|_| AddressError("it cannot be read".to_owned()))?;
        if uri.authority.host.is_empty() {
            return Err(AddressError("it names no host".to_owned()));
        }
        uri.query.heartbeat.get_or_insert(HEARTBEAT_S);
        Ok(Self { uri })
    }

    /// For the client.
    pub(crate) fn uri(&self) -> AMQPUri {
        self.uri.clone()
    }
}

/// Everything but the password.
impl fmt::Display for BrokerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.uri.scheme {
            AMQPScheme::AMQP => "amqp",
            AMQPScheme::AMQPS => "amqps",
        };
        let authority = &self.uri.authority;
        let vhost = self.uri.vhost.trim_start_matches('/');
        write!(
            f,
            "{scheme}://{}@{}:{}/{vhost}",
            authority.userinfo.username, authority.host, authority.port
        )
    }
}

impl fmt::Debug for BrokerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<BrokerAddress, AddressError> {
        BrokerAddress::parse(&SecretString::from(text))
    }

    #[test]
    fn the_password_is_never_shown() {
        let address = read("amqps://ukm:hunter2@broker.example:5671/%2f").unwrap();
        assert_eq!(address.to_string(), "amqps://ukm@broker.example:5671/");
        assert!(!format!("{address:?}").contains("hunter2"));
        let error = read("http://ukm:hunter2@broker").unwrap_err();
        assert!(!error.to_string().contains("hunter2"));
    }

    #[test]
    fn a_heartbeat_is_always_asked_for() {
        assert_eq!(read("amqp://h").unwrap().uri().query.heartbeat, Some(HEARTBEAT_S));
        assert_eq!(
            read("amqp://h/%2f?heartbeat=3").unwrap().uri().query.heartbeat,
            Some(3)
        );
    }
}
