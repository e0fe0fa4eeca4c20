//! The NSPK payment link: how the bank prints it and how a payer's phone reads it.

use crate::crc::crc16;
use crate::money::Kopecks;

/// Raiffeisenbank's member id in SBP.
pub const BANK_MEMBER_ID: &str = "100000000007";
/// Stands in links for a bank whose number in SBP is not in the public documents.
pub const MEMBER_NOT_PUBLIC: &str = "100000000000";
/// A QR id is 32 characters of A-Z and 0-9 (NSPK).
pub const QR_ID_CHARS: usize = 32;
const HOST: &str = "https://qr.nspk.ru/";

/// Link of a dynamic QR of Raiffeisenbank: `type=02`, with the sum in kopecks.
pub fn dynamic(qr_id: &str, amount: Kopecks) -> String {
    dynamic_of(BANK_MEMBER_ID, qr_id, amount)
}

/// Link of a dynamic QR of this member of SBP.
pub(crate) fn dynamic_of(member: &str, qr_id: &str, amount: Kopecks) -> String {
    sealed(&format!(
        "{HOST}{qr_id}?type=02&bank={member}&sum={}&cur=RUB",
        amount.0
    ))
}

/// Link of a static QR or a cash link of Raiffeisenbank: `type=01`; a cash link has no sum.
pub fn fixed(qr_id: &str, amount: Option<Kopecks>) -> String {
    fixed_of(BANK_MEMBER_ID, qr_id, amount)
}

/// Link of a static QR or a cash link of this member of SBP.
pub(crate) fn fixed_of(member: &str, qr_id: &str, amount: Option<Kopecks>) -> String {
    let sum = amount
        .map(|amount| format!("&sum={}&cur=RUB", amount.0))
        .unwrap_or_default();
    sealed(&format!("{HOST}{qr_id}?type=01&bank={member}{sum}"))
}

fn sealed(link: &str) -> String {
    let crc = crc16(link.as_bytes());
    format!("{link}&crc={crc:04X}")
}

/// Why a phone cannot use what it has scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Misread {
    /// Not a link of `qr.nspk.ru` with an id of 32 characters.
    #[error("this is not an SBP payment link")]
    NotALink,
    /// The check sum does not match: the picture was misread.
    #[error("the link is damaged: its check sum does not match")]
    BadCrc,
}

/// The QR id inside a scanned link; the check sum must match.
pub fn qr_id(link: &str) -> Result<&str, Misread> {
    let rest = link.strip_prefix(HOST).ok_or(Misread::NotALink)?;
    let (id, _) = rest.split_once('?').ok_or(Misread::NotALink)?;
    let well_formed = id
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if id.len() != QR_ID_CHARS || !well_formed {
        return Err(Misread::NotALink);
    }
    let (body, crc) = link.rsplit_once("&crc=").ok_or(Misread::BadCrc)?;
    if crc != format!("{:04X}", crc16(body.as_bytes())) {
        return Err(Misread::BadCrc);
    }
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_printed_as_nspk_prints_them() {
        let link = dynamic("AD100004BAL7227F9BNP6KNE007J9B3K", Kopecks(1));
        assert_eq!(
            link,
            "https://qr.nspk.ru/AD100004BAL7227F9BNP6KNE007J9B3K?type=02&bank=100000000007&sum=1&cur=RUB&crc=AB75"
        );
        assert_eq!(qr_id(&link), Ok("AD100004BAL7227F9BNP6KNE007J9B3K"));
        let fixed = fixed("AS100004BAL7227F9BNP6KNE007J9B3K", None);
        assert!(fixed.contains("?type=01&bank=100000000007&crc="), "{fixed}");
        assert!(qr_id(&fixed).is_ok());
    }

    #[test]
    fn a_misread_link_is_refused() {
        let link = dynamic("AD100004BAL7227F9BNP6KNE007J9B3K", Kopecks(100));
        assert_eq!(qr_id(&link.replace("sum=100", "sum=101")), Err(Misread::BadCrc));
        assert_eq!(qr_id("https://example.org/AD"), Err(Misread::NotALink));
        assert_eq!(
            qr_id("https://qr.nspk.ru/SHORT?type=02&crc=0000"),
            Err(Misread::NotALink)
        );
    }
}
