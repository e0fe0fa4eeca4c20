use axum::body::Body;
use axum::http::Request as HttpRequest;
use tower::ServiceExt as _;

use super::*;
use crate::bank::{Bank, BankOptions, Merchant};
use crate::wire::Request;

const NOW: i64 = 1_795_000_000_000_000;

struct Phone {
    bank: SharedBank,
    router: Router,
}

struct Seen {
    status: u16,
    location: Option<String>,
    body: String,
}

impl Phone {
    fn new() -> Self {
        let bank = Bank::new(BankOptions::new(vec![Merchant::new("MA000001", "key-1")]));
        let bank = SharedBank::new(bank, std::sync::Arc::new(|| NOW));
        let router = Router::new().nest("/payer", router(bank.clone()));
        Self { bank, router }
    }

    fn register(&self, body: &str) -> String {
        let request = Request::new("POST", "/api/sbp/v2/qrs").json(body);
        let answer = self
            .bank
            .with(|bank, now| bank.handle(&request, now))
            .answer()
            .unwrap()
            .text();
        let (_, after) = answer
            .split_once("\"payload\":\"")
            .unwrap_or_else(|| panic!("{answer}"));
        after.split_once('"').unwrap().0.to_owned()
    }

    fn dynamic(&self) -> String {
        self.register(
            r#"{"qrType":"QRDynamic","sbpMerchantId":"MA000001","order":"o-1","amount":1234.5,"currency":"RUB",
                "paymentDetails":"Покупка <b>№1</b>"}"#,
        )
    }

    async fn call(&self, request: HttpRequest<Body>) -> Seen {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let location = response
            .headers()
            .get("location")
            .map(|value| value.to_str().unwrap().to_owned());
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        Seen {
            status,
            location,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    async fn get(&self, path: &str) -> Seen {
        self.call(HttpRequest::get(path).body(Body::empty()).unwrap())
            .await
    }

    async fn open(&self, link: &str) -> Seen {
        self.get(&format!("/payer?link={}", percent_encoded(link))).await
    }

    async fn press(&self, link: &str, more: &str) -> Seen {
        let body = format!("link={}{more}", percent_encoded(link));
        let request = HttpRequest::post("/payer").header("content-type", "application/x-www-form-urlencoded");
        self.call(request.body(Body::from(body)).unwrap()).await
    }

    async fn post_json(&self, path: &str, body: String) -> Seen {
        let request = HttpRequest::post(path).header("content-type", "application/json");
        self.call(request.body(Body::from(body)).unwrap()).await
    }
}

#[tokio::test]
async fn a_scanned_code_shows_shop_sum_purpose_and_buttons() {
    let phone = Phone::new();
    let seen = phone.open(&phone.dynamic()).await;
    assert_eq!(seen.status, 200);
    for part in [
        "Магазин «Образец»",
        "1\u{a0}234,50\u{a0}₽",
        "Оплатить",
        "Отклонить",
        "Ожидает оплаты",
    ] {
        assert!(seen.body.contains(part), "{part} in {}", seen.body);
    }
    assert!(
        seen.body.contains("Покупка &lt;b&gt;"),
        "the shop's text is escaped"
    );
    let english = phone
        .get(&format!(
            "/payer?lang=en&link={}",
            percent_encoded(&phone.dynamic())
        ))
        .await;
    assert!(english.body.contains("Waiting for payment") && english.body.contains("lang=\"en\""));
}

#[tokio::test]
async fn paying_leads_to_a_receipt_without_javascript() {
    let phone = Phone::new();
    let link = phone.dynamic();
    let pressed = phone.press(&link, "&order=o-1&outcome=paid").await;
    let location = pressed.location.expect("a redirect");
    assert_eq!(pressed.status, 303);
    let receipt = phone.get(&format!("/payer{location}")).await;
    assert!(
        receipt.body.contains("Оплачено") && receipt.body.contains("Номер операции"),
        "{}",
        receipt.body
    );
    assert!(!receipt.body.contains("<button"), "nothing left to press");
    let again = phone.press(&link, "&order=o-1&outcome=paid").await;
    assert_eq!(again.status, 303);
    assert_eq!(phone.bank.with(Bank::books).paid(), Kopecks(123_450), "paid once");
}

#[tokio::test]
async fn declining_says_so_and_leaves_the_code_payable() {
    let phone = Phone::new();
    let link = phone.dynamic();
    phone.press(&link, "&order=o-1&outcome=declined").await;
    let seen = phone.open(&link).await;
    assert!(seen.body.contains("Платёж отклонён") && seen.body.contains("Оплатить"));
}

#[tokio::test]
async fn an_idle_cash_link_says_it_is_inactive() {
    let phone = Phone::new();
    let link = phone.register(r#"{"qrType":"QRVariable","sbpMerchantId":"MA000001"}"#);
    let seen = phone.open(&link).await;
    assert!(seen.body.contains("QR-код сейчас не активен") && !seen.body.contains("Оплатить</button>"));
    assert!(
        seen.body.contains("data-state=\"inactive\""),
        "the script watches for an activation"
    );
}

#[tokio::test]
async fn a_static_code_without_a_sum_asks_for_one() {
    let phone = Phone::new();
    let link = phone.register(r#"{"qrType":"QRStatic","sbpMerchantId":"MA000001","order":"shelf"}"#);
    assert!(phone.open(&link).await.body.contains("name=\"rubles\""));
    let refused = phone
        .press(&link, "&order=shelf&outcome=paid&rubles=abc")
        .await
        .location
        .unwrap();
    assert!(
        phone
            .get(&format!("/payer{refused}"))
            .await
            .body
            .contains("Введите сумму")
    );
    phone
        .press(&link, "&order=shelf&outcome=paid&rubles=1%20050%2C70")
        .await;
    assert_eq!(phone.bank.with(Bank::books).paid(), Kopecks(105_070));
}

#[tokio::test]
async fn bad_and_unknown_links_and_unbound_stickers_are_explained() {
    let phone = Phone::new();
    assert!(
        phone
            .open("https://qr.nspk.ru/XX")
            .await
            .body
            .contains("не прочитан")
    );
    let foreign = crate::link::fixed("AS00000000000000000000000000000X", None);
    assert!(phone.open(&foreign).await.body.contains("Банк не знает"));
    let sticker = phone.bank.with(|bank, _| bank.print_sticker());
    assert!(phone.open(&sticker).await.body.contains("ещё не привязана"));
}

#[tokio::test]
async fn the_first_page_lists_what_waits() {
    let phone = Phone::new();
    assert!(
        phone
            .get("/payer")
            .await
            .body
            .contains("Сейчас ничего не ждёт оплаты")
    );
    let link = phone.dynamic();
    let body = phone.get("/payer").await.body;
    assert!(body.contains(&percent_encoded(&link)) && body.contains("Ожидают оплаты"));
}

#[tokio::test]
async fn tests_pay_with_json() {
    let phone = Phone::new();
    let link = phone.dynamic();
    let pay = |outcome: &str| format!(r#"{{"link":"{link}","outcome":"{outcome}"}}"#);
    let started = phone.post_json("/payer/pay", pay("start")).await;
    assert!(
        started.body.contains(r#""state":"in_progress""#),
        "{}",
        started.body
    );
    let paid = phone.post_json("/payer/pay", pay("paid")).await;
    assert!(
        paid.body.contains(r#""state":"paid""#) && paid.body.contains(r#""amount":123450"#),
        "{}",
        paid.body
    );
    let again = phone.post_json("/payer/pay", pay("paid")).await;
    assert_eq!(
        (again.status, again.body.contains(r#""state":"paid""#)),
        (409, true)
    );
    let state = phone
        .get(&format!("/payer/state?link={}", percent_encoded(&link)))
        .await;
    assert!(state.body.contains(r#""state":"paid""#));
    let damaged = phone
        .post_json("/payer/pay", pay("paid").replace("sum=", "sum=9"))
        .await;
    assert_eq!(damaged.status, 400);
}

#[tokio::test]
async fn stickers_are_printed_on_a_page_and_as_json() {
    let phone = Phone::new();
    assert!(
        phone
            .get("/payer/sticker")
            .await
            .body
            .contains("Напечатать наклейку")
    );
    let printed = phone
        .call(HttpRequest::post("/payer/sticker").body(Body::empty()).unwrap())
        .await;
    assert!(printed.body.contains("<svg") && printed.body.contains("https://qr.nspk.ru/AS"));
    let request = HttpRequest::post("/payer/sticker").header("accept", "application/json");
    let json = phone.call(request.body(Body::empty()).unwrap()).await;
    assert!(json.body.starts_with(r#"{"qrId":"AS"#), "{}", json.body);
}

#[tokio::test]
async fn a_stale_page_does_not_pay_for_another_order() {
    let phone = Phone::new();
    let link = phone.register(r#"{"qrType":"QRVariable","sbpMerchantId":"MA000001"}"#);
    let qr_id = crate::link::qr_id(&link).unwrap();
    let body = format!(r#"{{"id":"second","amount":900,"qr":{{"id":"{qr_id}"}}}}"#);
    let activate = Request::new("POST", "/api/payment/v1/orders")
        .bearer("key-1")
        .json(body);
    assert_eq!(
        phone
            .bank
            .with(|bank, now| bank.handle(&activate, now))
            .answer()
            .unwrap()
            .status,
        200
    );
    phone.press(&link, "&order=first&outcome=paid").await;
    assert_eq!(phone.bank.with(Bank::books).paid(), Kopecks(0));
    assert!(phone.open(&link).await.body.contains("value=\"second\""));
    phone.press(&link, "&order=second&outcome=paid").await;
    assert_eq!(phone.bank.with(Bank::books).paid(), Kopecks(90_000));
}
