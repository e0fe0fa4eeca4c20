//! Addresses with a user and a password in them: `scheme://user:password@host:port/path`.

/// The parts of such an address, as written (percent-encoded).
#[derive(Clone, Copy)]
pub(crate) struct Address<'a> {
    pub(crate) scheme: &'a str,
    pub(crate) user: Option<&'a str>,
    pub(crate) password: Option<&'a str>,
    /// Host, port, path and query.
    rest: &'a str,
}

impl<'a> Address<'a> {
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (scheme, after) = text.split_once("://")?;
        let authority_end = after.find(['/', '?', '#']).unwrap_or(after.len());
        // The last `@`: a password with an unencoded one must not spill into what is shown.
        let (login, rest) = match after.get(..authority_end)?.rfind('@') {
            Some(at) => (Some(after.get(..at)?), after.get(at + 1..)?),
            None => (None, after),
        };
        let (user, password) = match login.map(|login| login.split_once(':').ok_or(login)) {
            None => (None, None),
            Some(Ok((user, password))) => (Some(user), Some(password)),
            Some(Err(user)) => (Some(user), None),
        };
        let address = Self {
            scheme,
            user: user.filter(|user| !user.is_empty()),
            password,
            rest,
        };
        // An `@` further on is a password with an unencoded `/`, `?` or `#` in it.
        (!address.host().is_empty() && !rest.contains('@')).then_some(address)
    }

    /// The host without its port.
    pub(crate) fn host(&self) -> &'a str {
        let end = self.rest.find(['/', '?', '#']).unwrap_or(self.rest.len());
        let authority = self.rest.get(..end).unwrap_or_default();
        if let Some(inner) = authority.strip_prefix('[') {
            return inner.split(']').next().unwrap_or_default();
        }
        authority.split(':').next().unwrap_or_default()
    }

    /// The address with another password, encoded.
    pub(crate) fn with_password(&self, password: &str) -> String {
        let user = self.user.unwrap_or_default();
        format!("{}://{user}:{}@{}", self.scheme, encode(password), self.rest)
    }

    /// The address without the password.
    pub(crate) fn shown(&self) -> String {
        match self.user {
            Some(user) => format!("{}://{user}@{}", self.scheme, self.rest),
            None => format!("{}://{}", self.scheme, self.rest),
        }
    }

    /// Whether the host is this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        let host = self.host();
        host.eq_ignore_ascii_case("localhost")
            || host
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    }
}

/// Percent-encodes all but the unreserved characters of RFC 3986.
fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// Undoes percent-encoding; what is not one stays as it is.
pub(crate) fn decode(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(code.unwrap_or(*first));
        rest = if code.is_some() {
            after.get(2..).unwrap_or_default()
        } else {
            after
        };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parts_are_found() {
        let address = Address::parse("amqp://ukm:p%40ss@[::1]:5672/%2f?x=1").unwrap();
        assert_eq!((address.user, address.password), (Some("ukm"), Some("p%40ss")));
        assert_eq!((address.host(), address.is_loopback()), ("::1", true));
        assert_eq!(address.shown(), "amqp://ukm@[::1]:5672/%2f?x=1");
        assert_eq!(
            address.with_password("a b/Я"),
            "amqp://ukm:a%20b%2F%D0%AF@[::1]:5672/%2f?x=1"
        );
        assert!(!Address::parse("amqp://10.0.0.5").unwrap().is_loopback());
        assert!(Address::parse("10.0.0.5:5672").is_none());
        assert!(Address::parse("amqp://user@").is_none());
        assert!(Address::parse("amqp://user:pa/ss@host").is_none());
    }

    proptest! {
        #[test]
        fn a_password_survives_and_is_not_shown(password in ".{8,40}") {
            let address = Address::parse("mysql://qrpay@db:3306/qrpay").unwrap();
            let full = address.with_password(&password);
            let again = Address::parse(&full).unwrap();
            prop_assert_eq!(decode(again.password.unwrap()), password);
            prop_assert_eq!(again.shown(), "mysql://qrpay@db:3306/qrpay");
        }
    }
}
