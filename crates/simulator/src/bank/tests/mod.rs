//! Tests of the bank in virtual time, without sockets.

mod faults;
mod histories;
mod notifications;
mod orders;
mod payers;
mod qrs;
mod refunds;

use super::*;
use crate::clock::{MINUTE_US, with_seconds};
use crate::money::Kopecks;

/// 2026-11-18, an ordinary afternoon.
const START: i64 = 1_795_000_000_000_000;
const KEY: &str = "key-of-shop-1";
const OTHER_KEY: &str = "key-of-shop-2";
const SHOP: &str = "MA000001";

/// A bank with two shops and a hand-turned clock.
struct Stage {
    bank: Bank,
    now: i64,
}

impl Stage {
    fn new() -> Self {
        let mut shop = Merchant::new(SHOP, KEY);
        shop.accounts = vec!["40700000000000000001".to_owned()];
        shop.callback_url = Some("http://127.0.0.1:9/notify".to_owned());
        let mut options = BankOptions::new(vec![shop, Merchant::new("MA000002", OTHER_KEY)]);
        options.base_url = "https://bank.test".to_owned();
        Self {
            bank: Bank::new(options),
            now: START,
        }
    }

    fn reply(&mut self, request: &Request) -> Reply {
        self.bank.handle(request, self.now)
    }

    fn answer(&mut self, request: &Request) -> Answer {
        self.reply(request).answer().expect("an answer")
    }

    fn get(&mut self, path: &str) -> Answer {
        self.answer(&Request::new("GET", path).bearer(KEY))
    }

    fn delete(&mut self, path: &str) -> Answer {
        self.answer(&Request::new("DELETE", path).bearer(KEY))
    }

    fn post(&mut self, path: &str, body: &str) -> Answer {
        self.answer(&Request::new("POST", path).bearer(KEY).json(body))
    }

    fn register(&mut self, body: &str) -> Answer {
        self.answer(&Request::new("POST", "/api/sbp/v2/qrs").json(body))
    }

    /// Registers a dynamic QR of 100 rubles; returns its id and link.
    fn dynamic(&mut self, order: &str) -> (String, String) {
        let answer = self.register(&dynamic_body(order, ""));
        (field(&answer, "qrId"), field(&answer, "payload"))
    }

    fn cash_link(&mut self) -> (String, String) {
        let answer = self.register(&format!(r#"{{"qrType":"QRVariable","sbpMerchantId":"{SHOP}"}}"#));
        assert_eq!(field(&answer, "qrStatus"), "INACTIVE");
        (field(&answer, "qrId"), field(&answer, "payload"))
    }

    /// Activates a cash link for 50.05 rubles.
    fn activate(&mut self, id: &str, qr_id: &str) -> Answer {
        let expires = with_seconds(self.now + 5 * MINUTE_US);
        let body =
            format!(r#"{{"id":"{id}","amount":50.05,"expirationDate":"{expires}","qr":{{"id":"{qr_id}"}}}}"#);
        self.post("/api/payment/v1/orders", &body)
    }

    fn order_state(&mut self, id: &str) -> String {
        let answer = self.get(&format!("/api/payment/v1/orders/{id}"));
        field(&answer, "value")
    }

    fn qr_status(&mut self, qr_id: &str) -> String {
        let answer = self.get(&format!("/api/sbp/v2/qrs/{qr_id}"));
        field(&answer, "qrStatus")
    }

    fn payment_status(&mut self, qr_id: &str) -> String {
        let answer = self.get(&format!("/api/sbp/v1/qr/{qr_id}/payment-info"));
        field(&answer, "paymentStatus")
    }

    fn pay(&mut self, link: &str) -> PayerView {
        self.bank
            .pay(link, PayerAction::Pay, None, self.now)
            .expect("payable")
    }

    fn books(&mut self) -> Books {
        self.bank.books(self.now)
    }
}

fn dynamic_body(order: &str, more: &str) -> String {
    format!(
        r#"{{"qrType":"QRDynamic","sbpMerchantId":"{SHOP}","order":"{order}","amount":100,"currency":"RUB"{more}}}"#
    )
}

/// The string value of the first field of this name.
fn field(answer: &Answer, name: &str) -> String {
    let text = answer.text();
    let mark = format!("\"{name}\":\"");
    let (_, after) = text
        .split_once(&mark)
        .unwrap_or_else(|| panic!("no {name} in {text}"));
    after.split_once('"').unwrap().0.to_owned()
}

#[track_caller]
fn assert_error(answer: &Answer, status: u16, code: &str, message: &str) {
    assert_eq!(
        (answer.status, field(answer, "code").as_str()),
        (status, code),
        "{}",
        answer.text()
    );
    assert_eq!(field(answer, "message"), message);
}
