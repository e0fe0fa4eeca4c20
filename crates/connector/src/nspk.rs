//! The NSPK payment link: `https://qr.nspk.ru/<qrcId>?type=..&bank=..[&sum=..][&cur=RUB]&crc=XXXX`.
//!
//! The checksum is for what a scanner read: a mismatch means a misread. What a bank sends is never turned away for
//! it, since several banks document links whose checksum does not hold.

pub mod status;

use domain::Kopecks;
use std::fmt;

/// The most characters of a link that is looked at. The longest documented link has about 130.
const MAX_CHARS: usize = 512;

/// The length of a link's id.
const QRC_ID_LEN: usize = 32;

/// What a link is for (`type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// `01`: a sticker, static or a cash link.
    Static,
    /// `02`: one payment.
    Dynamic,
    /// `03` at `sub.nspk.ru`: a subscription.
    Subscription,
}

impl LinkKind {
    const fn word(self) -> &'static str {
        match self {
            Self::Static => "01",
            Self::Dynamic => "02",
            Self::Subscription => "03",
        }
    }

    const fn host(self) -> &'static str {
        match self {
            Self::Static | Self::Dynamic => "qr.nspk.ru",
            Self::Subscription => "sub.nspk.ru",
        }
    }
}

/// A link whose form and checksum hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentLink {
    qrc_id: String,
    kind: LinkKind,
    bank: String,
    sum: Option<Kopecks>,
    text: String,
}

/// Why a scanned text is not a payment link.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// No `https://` address at all: another kind of code was scanned.
    #[error("this is not a payment link: it does not begin with https://")]
    NotALink,
    /// A link, but not of the payment system.
    #[error("this link leads to `{0}`; a payment link leads to qr.nspk.ru or sub.nspk.ru")]
    OtherHost(String),
    /// The id is not 32 capital letters and digits.
    #[error("the link's id must be 32 capital Latin letters and digits")]
    MalformedId,
    /// A part is missing, doubled or misspelt.
    #[error("the payment link is incomplete or misread at `{0}`")]
    Malformed(&'static str),
    /// Misread: the checksum does not hold.
    #[error("the payment link was misread (its checksum does not hold): scan it again")]
    Checksum,
}

impl PaymentLink {
    /// Reads what a scanner sent; blanks and line ends around the link are taken off.
    pub fn parse(scanned: &str) -> Result<Self, LinkError> {
        let text = scanned.trim();
        let rest = text.strip_prefix("https://").ok_or(LinkError::NotALink)?;
        if text.len() > MAX_CHARS {
            return Err(LinkError::Malformed("length"));
        }
        let (host, rest) = rest.split_once('/').unwrap_or((rest, ""));
        if host != "qr.nspk.ru" && host != "sub.nspk.ru" {
            return Err(LinkError::OtherHost(shown(host)));
        }
        let (qrc_id, query) = rest.split_once('?').unwrap_or((rest, ""));
        if !is_qrc_id(qrc_id) {
            return Err(LinkError::MalformedId);
        }
        let (signed, crc) = text.rsplit_once("&crc=").ok_or(LinkError::Malformed("crc"))?;
        if crc != checksum(signed.as_bytes()) {
            let hex = crc.len() == 4 && crc.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
            return Err(if hex {
                LinkError::Checksum
            } else {
                LinkError::Malformed("crc")
            });
        }
        let kind = match only(query, "type")? {
            Some("01") => LinkKind::Static,
            Some("02") => LinkKind::Dynamic,
            Some("03") => LinkKind::Subscription,
            _ => return Err(LinkError::Malformed("type")),
        };
        let bank = only(query, "bank")?.filter(|id| id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit()));
        Ok(Self {
            qrc_id: qrc_id.to_owned(),
            kind,
            bank: bank.ok_or(LinkError::Malformed("bank"))?.to_owned(),
            sum: only(query, "sum")?.map(read_sum).transpose()?,
            text: text.to_owned(),
        })
    }

    /// Makes a link with a right checksum, for simulators and tests.
    pub fn build(qrc_id: &str, kind: LinkKind, bank: &str, sum: Option<Kopecks>) -> Result<Self, LinkError> {
        let (host, word) = (kind.host(), kind.word());
        let sum = sum
            .map(|sum| format!("&sum={}&cur=RUB", sum.get()))
            .unwrap_or_default();
        let signed = format!("https://{host}/{qrc_id}?type={word}&bank={bank}{sum}");
        let crc = checksum(signed.as_bytes());
        Self::parse(&format!("{signed}&crc={crc}"))
    }

    /// The link's id: 32 capital letters and digits. `AS`/`BS` begin stickers, `AD`/`BD` single payments.
    pub fn qrc_id(&self) -> &str {
        &self.qrc_id
    }

    /// What it is for.
    pub const fn kind(&self) -> LinkKind {
        self.kind
    }

    /// The 12-digit SBP id of the payee's bank.
    pub fn bank(&self) -> &str {
        &self.bank
    }

    /// The sum inside the link, when it holds one.
    pub const fn sum(&self) -> Option<Kopecks> {
        self.sum
    }

    /// The whole link, without what surrounded it.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for PaymentLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether a text can be a link's id: 32 capital Latin letters and digits.
pub fn is_qrc_id(text: &str) -> bool {
    text.len() == QRC_ID_LEN && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

/// CRC-16/CCITT-FALSE (polynomial 1021, start FFFF, no reflection, no final exclusive-or) as four capital
/// hexadecimal digits. In a link it covers everything before `&crc=`.
pub fn checksum(bytes: &[u8]) -> String {
    let crc = bytes.iter().fold(0xFFFF_u16, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
            let shifted = crc << 1;
            if crc & 0x8000 == 0 {
                shifted
            } else {
                shifted ^ 0x1021
            }
        })
    });
    format!("{crc:04X}")
}

/// The value of a parameter that may stand at most once.
fn only<'a>(query: &'a str, name: &'static str) -> Result<Option<&'a str>, LinkError> {
    let mut found = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(key, _)| *key == name);
    let first = found.next();
    if found.next().is_some() {
        return Err(LinkError::Malformed(name));
    }
    Ok(first.map(|(_, value)| value))
}

fn read_sum(text: &str) -> Result<Kopecks, LinkError> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let number = text.parse().ok().filter(|_| digits);
    number
        .and_then(|kopecks| Kopecks::new(kopecks).ok())
        .ok_or(LinkError::Malformed("sum"))
}

/// A host as it may stand in a message: short, without control characters.
fn shown(host: &str) -> String {
    host.chars().take(60).filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "AS1000000000000000000000TESTLINK";
    const BANK: &str = "100000000007";

    fn sticker() -> PaymentLink {
        PaymentLink::build(ID, LinkKind::Static, BANK, None).unwrap()
    }

    #[test]
    fn checksum_agrees_with_the_published_vectors() {
        assert_eq!(checksum(b"123456789"), "29B1");
        let sample =
            "https://qr.nspk.ru/AD100004BAL7227F9BNP6KNE007J9B3K?type=02&bank=100000000007&sum=1&cur=RUB";
        assert_eq!(checksum(sample.as_bytes()), "AB75");
        let link = PaymentLink::parse(&format!("{sample}&crc=AB75")).unwrap();
        assert_eq!(link.qrc_id(), "AD100004BAL7227F9BNP6KNE007J9B3K");
        assert_eq!(link.kind(), LinkKind::Dynamic);
        assert_eq!(link.bank(), BANK);
        assert_eq!(link.sum(), Some(Kopecks::new(1).unwrap()));
    }

    #[test]
    fn a_scanner_may_add_blanks() {
        let link = sticker();
        assert_eq!(
            PaymentLink::parse(&format!("\u{feff}{link}").replace('\u{feff}', " \t")).unwrap(),
            link
        );
        assert_eq!(PaymentLink::parse(&format!("{link}\r\n")).unwrap(), link);
        assert_eq!(link.sum(), None);
    }

    #[test]
    fn subscriptions_live_on_their_own_host() {
        let link = PaymentLink::build(ID, LinkKind::Subscription, BANK, None).unwrap();
        assert!(link.as_str().starts_with("https://sub.nspk.ru/"));
    }

    #[test]
    fn each_mistake_has_its_own_error() {
        let good = sticker().to_string();
        let error = |text: &str| PaymentLink::parse(text).unwrap_err();
        assert_eq!(error("4600682000013"), LinkError::NotALink);
        assert_eq!(error(""), LinkError::NotALink);
        assert_eq!(
            error("https://example.com/x"),
            LinkError::OtherHost("example.com".to_owned())
        );
        assert_eq!(error(&good.replace(ID, "as1")), LinkError::MalformedId);
        assert_eq!(error("https://qr.nspk.ru"), LinkError::MalformedId);
        assert_eq!(
            error(&good.replace("100000000007", "100000000008")),
            LinkError::Checksum
        );
        assert_eq!(
            error(&good.replace("&crc=", "&crv=")),
            LinkError::Malformed("crc")
        );
        assert_eq!(error(&good[..good.len() - 1]), LinkError::Malformed("crc"));
        let no_type = format!("https://qr.nspk.ru/{ID}?bank={BANK}");
        let crc = checksum(no_type.as_bytes());
        assert_eq!(
            error(&format!("{no_type}&crc={crc}")),
            LinkError::Malformed("type")
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,200}", tail in "[ -~]{0,80}") {
            let _ = PaymentLink::parse(&text);
            let _ = PaymentLink::parse(&format!("https://qr.nspk.ru/{ID}?{tail}"));
        }

        #[test]
        fn one_changed_character_is_noticed(at in 0_usize..92, new in any::<char>()) {
            let good = sticker().to_string();
            let mut changed: Vec<char> = good.chars().collect();
            let at = at % changed.len();
            prop_assume!(changed[at] != new);
            changed[at] = new;
            let changed: String = changed.into_iter().collect();
            prop_assert!(PaymentLink::parse(&changed).is_err(), "{}", changed);
        }
    }
}
