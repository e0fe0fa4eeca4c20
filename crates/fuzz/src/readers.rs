//! The readers, and what must hold for them whatever comes.

#![expect(clippy::panic, reason = "a broken property is told by a panic")]

use conf::Document;
use connector::nspk::{PaymentLink, checksum};
use std::collections::HashMap;
use std::path::Path;

/// A reader with its property and its good inputs.
pub struct Target {
    /// Its name on the command line.
    pub name: &'static str,
    /// Reads; panics when the property is broken.
    pub read: fn(&[u8]),
    /// Good inputs.
    pub corpus: &'static [&'static [u8]],
}

macro_rules! corpus {
    ($($file:literal),+) => { &[$(include_bytes!(concat!("../corpus/", $file)).as_slice()),+] };
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target {
        name: "hocon",
        read: hocon,
        corpus: corpus!["hocon/daemon.conf", "hocon/payment.conf", "hocon/pinpad.conf"],
    },
    Target {
        name: "link",
        read: link,
        corpus: corpus!["link/static", "link/dynamic", "link/subscription"],
    },
    Target {
        name: "dualconnector",
        read: dualconnector,
        corpus: corpus![
            "dualconnector/approved.xml",
            "dualconnector/declined.xml",
            "dualconnector/error.xml"
        ],
    },
    Target {
        name: "protocol",
        read: message,
        corpus: corpus![
            "protocol/pay.json",
            "protocol/refund.json",
            "protocol/link_bind.json",
            "protocol/status.json",
            "protocol/receipt_find.json"
        ],
    },
];

/// The target of this name.
pub fn find(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// Settings: every error names the file and says something; what is read twice is the same twice.
fn hocon(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let name = Path::new("fuzz.conf");
    let read = || Document::parse(name, text, &HashMap::new());
    match (read(), read()) {
        (Ok(one), Ok(two)) => {
            assert_eq!(one.names(), two.names(), "the same text is read in the same way");
            for node in one.members() {
                let _ = (node.json(), node.text(), node.flag(), node.place());
                let _ = (
                    node.duration_ms(&(0..=u64::MAX)),
                    node.size_bytes(&(0..=u64::MAX)),
                    node.list(),
                );
            }
        }
        (Err(one), Err(two)) => {
            assert_eq!(
                one.to_string(),
                two.to_string(),
                "the same fault is told in the same words"
            );
            assert!(
                one.to_string().contains("fuzz.conf"),
                "an error names its file: {one}"
            );
        }
        _ => panic!("the same text is once right and once wrong"),
    }
}

/// A sticker: what was read is written as the same link, with the id that it was read with. A spoilt link seldom has the
/// right checksum, so each is also tried with one.
fn link(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    same_link(text);
    let without = text.split("&crc=").next().unwrap_or_default();
    same_link(&format!("{without}&crc={}", checksum(without.as_bytes())));
}

fn same_link(text: &str) {
    if let Ok(link) = PaymentLink::parse(text) {
        let again = PaymentLink::parse(&link.to_string());
        let again = again.unwrap_or_else(|error| panic!("{link} was read and is refused: {error}"));
        assert_eq!(again.qrc_id(), link.qrc_id());
        assert_eq!(again.to_string(), link.to_string());
    }
}

/// An answer of the pin-pad's service: it is read or refused, and a refusal has words.
fn dualconnector(bytes: &[u8]) {
    match pinpad::answer::read(bytes) {
        Ok(answer) => assert_eq!(pinpad::answer::read(bytes).as_ref(), Ok(&answer)),
        Err(unclear) => assert!(!unclear.to_string().is_empty()),
    }
}

/// A register's message: what was read is, written again, the same message; a refusal says what is wrong.
fn message(bytes: &[u8]) {
    match protocol::parse(bytes) {
        Ok(message) => {
            let written = written(&message);
            let again = protocol::parse(written.as_bytes());
            assert_eq!(again.as_ref(), Ok(&message), "{written}");
        }
        Err(bad) => assert!(!bad.detail.is_empty()),
    }
}

fn written(message: &protocol::Message) -> String {
    use protocol::Message as M;
    let written = match message {
        M::Pay(m) => serde_json::to_string(m),
        M::Cancel(m) => serde_json::to_string(m),
        M::Refund(m) => serde_json::to_string(m),
        M::Confirm(m) => serde_json::to_string(m),
        M::Status(m) => serde_json::to_string(m),
        M::LinkCheck(m) => serde_json::to_string(m),
        M::LinkBind(m) => serde_json::to_string(m),
        M::ReceiptFind(m) => serde_json::to_string(m),
    };
    written.unwrap_or_else(|error| panic!("a message that was read cannot be written: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Inputs of a short run. A few thousand take a moment; more is `cargo xtask fuzz`.
    const INPUTS: u64 = 4_000;

    fn shortly(name: &str) {
        let target = find(name).unwrap();
        crate::run(target, INPUTS, 20_261_126, |_| {});
    }

    #[test]
    fn settings() {
        shortly("hocon");
    }

    #[test]
    fn stickers() {
        shortly("link");
    }

    #[test]
    fn answers_of_the_pin_pads_service() {
        shortly("dualconnector");
    }

    #[test]
    fn messages() {
        shortly("protocol");
    }

    /// A corpus that is refused tries nothing but refusals.
    #[test]
    fn the_corpus_is_good() {
        for text in find("hocon").unwrap().corpus {
            let text = std::str::from_utf8(text).unwrap();
            assert!(
                Document::parse(Path::new("c.conf"), text, &HashMap::new()).is_ok(),
                "{text}"
            );
        }
        for text in find("link").unwrap().corpus {
            let text = std::str::from_utf8(text).unwrap();
            assert!(PaymentLink::parse(text).is_ok(), "{text}");
        }
        for body in find("dualconnector").unwrap().corpus {
            assert!(
                pinpad::answer::read(body).is_ok(),
                "{}",
                String::from_utf8_lossy(body)
            );
        }
        for body in find("protocol").unwrap().corpus {
            assert!(protocol::parse(body).is_ok(), "{}", String::from_utf8_lossy(body));
        }
    }
}
