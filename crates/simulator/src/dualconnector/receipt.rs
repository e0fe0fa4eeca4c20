//! Receipts. Their wording is invented; the marks between the copies are the service's.

/// What a receipt says.
pub(super) struct Receipt<'a> {
    pub(super) title: &'a str,
    pub(super) terminal: &'a str,
    /// `22.07.2023 09:14:38`
    pub(super) time: &'a str,
    pub(super) kopecks: u64,
    pub(super) rrn: &'a str,
    /// Card or QR.
    pub(super) means: &'a str,
    pub(super) number: u32,
}

impl Receipt<'_> {
    /// Field 90: the shop's copy, a picture block that nobody prints, the buyer's copy.
    pub(super) fn field(&self) -> String {
        format!(
            "0xDF^^{}~0xDE^^LOGO~0xDA^^{}~",
            self.slip("ЭКЗЕМПЛЯР МАГАЗИНА"),
            self.slip("ЭКЗЕМПЛЯР ПОКУПАТЕЛЯ")
        )
    }

    fn slip(&self, copy: &str) -> String {
        let lines = [
            "УЧЕБНЫЙ БАНК".to_owned(),
            format!("ТЕРМИНАЛ {}", self.terminal),
            format!("ЧЕК {:06}", self.number),
            self.title.to_owned(),
            self.means.to_owned(),
            self.time.to_owned(),
            format!("СУММА: {}.{:02} РУБ", self.kopecks / 100, self.kopecks % 100),
            format!("RRN: {}", self.rrn),
            "ОДОБРЕНО".to_owned(),
            copy.to_owned(),
        ];
        lines
            .iter()
            .fold(String::new(), |text, line| text + line + "\r\n")
    }
}
