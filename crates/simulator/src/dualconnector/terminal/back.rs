//! Giving money back at the terminal.

use super::{Sale, Terminal};
use crate::dualconnector::message::Reply;

const NOT_FOUND: &str = "ОПЕРАЦИЯ НЕ НАЙДЕНА";
const NOT_ALLOWED: &str = "ОПЕРАЦИЯ ЗАПРЕЩЕНА";

impl Terminal {
    /// Takes a card payment of this operating day back.
    pub(super) fn void(&mut self, kopecks: u64, rrn: &str, now_us: i64) -> Reply {
        let whole_only = !self.options.partial_void;
        let sale = self.payment(rrn).filter(|sale| !sale.settled && !sale.by_qr);
        match sale {
            None => self.ended(4, 16, "25", NOT_FOUND, now_us),
            Some(sale) if kopecks > sale.left() || (whole_only && kopecks != sale.kopecks) => {
                self.ended(4, 16, "13", NOT_ALLOWED, now_us)
            }
            Some(sale) => {
                sale.given_back += kopecks;
                let next = self.next();
                self.approved(4, "ОТМЕНА", next, kopecks, false, now_us)
            }
        }
    }

    /// Gives a payment back, of today or earlier.
    pub(super) fn refund(&mut self, code: u64, kopecks: u64, rrn: &str, by_qr: bool, now_us: i64) -> Reply {
        let switched_too = self.options.refunds_switched;
        let sale = self.payment(rrn).filter(|sale| sale.by_qr == by_qr);
        match sale {
            None => self.ended(code, 16, "25", NOT_FOUND, now_us),
            Some(sale) if kopecks > sale.left() || (sale.switched && !switched_too) => {
                self.ended(code, 16, "57", NOT_ALLOWED, now_us)
            }
            Some(sale) => {
                sale.given_back += kopecks;
                let next = self.next();
                self.approved(code, "ВОЗВРАТ", next, kopecks, by_qr, now_us)
            }
        }
    }

    /// How a QR payment stands.
    pub(super) fn status(&mut self, code: u64, rrn: &str, now_us: i64) -> Reply {
        let is_refund = code == self.options.sbp_refund_status;
        let sale = self.payment(rrn).filter(|sale| sale.by_qr);
        match sale.filter(|sale| !is_refund || sale.given_back > 0) {
            Some(_) => self.reply(code, 1, "ВЫПОЛНЕНО^APPROVED.JPG~", Vec::new(), now_us),
            None => self.ended(code, 16, "25", NOT_FOUND, now_us),
        }
    }

    /// Takes the last payment back, if nothing of it was given back yet.
    pub(super) fn emergency(&mut self, now_us: i64) -> Reply {
        let code = self.options.emergency;
        let last = self
            .sales
            .last_mut()
            .filter(|sale| !sale.settled && sale.given_back == 0);
        match last {
            Some(sale) => {
                sale.given_back = sale.kopecks;
                let (kopecks, by_qr) = (sale.kopecks, sale.by_qr);
                let next = self.next();
                self.approved(code, "АВАРИЙНАЯ ОТМЕНА", next, kopecks, by_qr, now_us)
            }
            None => self.ended(code, 16, "25", NOT_FOUND, now_us),
        }
    }

    fn payment(&mut self, rrn: &str) -> Option<&mut Sale> {
        self.sales.iter_mut().find(|sale| sale.rrn == rrn)
    }

    /// Sums taken and given back, for a test's books: RRN, kopecks, given back.
    pub(in crate::dualconnector) fn books(&self) -> Vec<(String, u64, u64)> {
        let rows = self.sales.iter();
        rows.map(|sale| (sale.rrn.clone(), sale.kopecks, sale.given_back))
            .collect()
    }
}

impl Sale {
    const fn left(&self) -> u64 {
        self.kopecks - self.given_back
    }
}
