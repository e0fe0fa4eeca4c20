//! The NSPK payment link: `https://qr.nspk.ru/<qrcId>?type=..&bank=..[&sum=..][&cur=RUB]&crc=XXXX`.
