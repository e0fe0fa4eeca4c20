use axum::body::Body;
use axum::http::Request as HttpRequest;
use tower::ServiceExt as _;

use super::*;
use crate::SharedBank;
use crate::bank::{Bank, BankOptions, Merchant};
use crate::catalogue::{self, Opening};
use crate::ledger::{CodeOutcome, Ledger, NewSale, Rules, Shown};
use crate::provider::{Certificate, Step};
use crate::teller::Teller;
use crate::wire::Answer;
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
        let router = Router::new().nest("/payer", router(vec![bank.as_provider()]));
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

/// A provider that takes codes, has a card, and whose QR is no link of SBP.
struct Wallet(Ledger);

impl Teller for Wallet {
    const ABOUT: &'static About = &About {
        name: "wallet",
        title_ru: "Кошелёк",
        title_en: "Wallet",
        modules: &["qrwallet"],
        certificate: Certificate::NotAsked,
        codes: true,
        stickers: false,
        lacks: &[Lack::PayerDecline],
    };
    const STATUS_WORDS: &'static [&'static str] = &[];

    fn ledger(&mut self) -> &mut Ledger {
        &mut self.0
    }

    fn step(&self, _request: &Request) -> Option<Step> {
        Some(Step::Register)
    }

    fn answer(&mut self, _step: Step, request: &Request, now: i64) -> Answer {
        let shown = match request.query("code") {
            Some(code) => Shown::Code(code),
            None => Shown::Text("wallet:1".to_owned()),
        };
        match self.0.open(NewSale::new(Kopecks(700), shown).order("w-1"), now) {
            Ok(sale) => Answer::json(200, sale.payload.unwrap_or_default()),
            Err(refusal) => Answer::json(400, refusal.to_string()),
        }
    }

    fn code_text(&mut self, _now: i64) -> Option<String> {
        Some(self.0.digits(18))
    }

    fn cards(&mut self, _now: i64) -> Vec<crate::provider::Card> {
        vec![crate::provider::Card {
            token: "card-1".to_owned(),
            title_ru: "Карта Ивана".to_owned(),
            title_en: "Ivan's card".to_owned(),
            budget: Kopecks(50_000),
        }]
    }
}

struct Street {
    wallet: SharedProvider,
    phone: Phone,
}

/// The phone of somebody who is a customer of three providers.
fn street() -> Street {
    let clock: crate::Clock = std::sync::Arc::new(|| NOW);
    let open = |name| (catalogue::kind(name).unwrap().open)(Opening::sample(1));
    let wallet = Wallet(Ledger::new(1, Rules::default()));
    let wallet = SharedProvider::around(std::sync::Arc::new(std::sync::Mutex::new(wallet)), clock.clone());
    let gazprom = SharedProvider::around(open("gazprom"), clock);
    let mut phone = Phone::new();
    let providers = vec![phone.bank.as_provider(), gazprom, wallet.clone()];
    phone.router = Router::new()
        .nest("/payer", router(providers.clone()))
        .nest("/control", crate::control::providers::router(providers));
    Street { wallet, phone }
}

#[tokio::test]
async fn one_phone_knows_the_codes_of_all_providers() {
    let Street { wallet, phone } = street();
    let link = phone.dynamic();
    wallet.with(|provider, now| provider.handle(&Request::new("POST", "/"), now));
    let home = phone.get("/payer").await.body;
    for part in [
        "Райффайзенбанк · Магазин",
        "Кошелёк · Магазин",
        &percent_encoded(&link),
        "wallet%3A1",
        "Карта Ивана",
    ] {
        assert!(home.contains(part), "{part} in {home}");
    }
    let at_once = home.matches(r#"value="paid""#).count();
    assert_eq!(
        (at_once, home.matches(r#"value="declined""#).count()),
        (2, 1),
        "the wallet lacks declining"
    );
    phone.press("wallet:1", "&order=w-1&outcome=paid").await;
    let seen = phone.open("wallet:1").await.body;
    assert!(
        seen.contains("Оплачено") && seen.contains("Кошелёк") && !seen.contains("быстрых платежей"),
        "{seen}"
    );
    let books = phone.get("/control/providers/wallet/books").await.body;
    assert!(books.contains(r#""state":"PAID""#), "{books}");
    let sticker = catalogue_sticker(&phone).await;
    assert!(
        phone.open(&sticker).await.body.contains("ещё не привязана"),
        "whoever printed it"
    );
    assert_eq!(phone.get("/control/providers/nobody/books").await.status, 404);
}

async fn catalogue_sticker(phone: &Phone) -> String {
    let printed = phone
        .post_json("/control/providers/gazprom/stickers", "{}".to_owned())
        .await;
    let (_, after) = printed.body.split_once(r#""link":""#).unwrap();
    after.split_once('"').unwrap().0.to_owned()
}

#[tokio::test]
async fn the_phone_shows_a_code_that_is_charged_as_planned() {
    let Street { wallet, phone } = street();
    let form = HttpRequest::post("/payer").header("content-type", "application/x-www-form-urlencoded");
    let pressed = phone
        .call(form.body(Body::from("provider=wallet&code=hang")).unwrap())
        .await;
    let page = phone
        .get(&format!("/payer{}", pressed.location.unwrap()))
        .await
        .body;
    assert!(
        page.contains("<svg") && page.contains("Кассир сканирует"),
        "{page}"
    );
    let (_, after) = page.split_once(r#"data-testid="code">"#).unwrap();
    let code = after.split_once('<').unwrap().0.to_owned();
    assert_eq!(code.len(), 18);
    let charge = Request::new("POST", &format!("/?code={code}"));
    wallet.with(|provider, now| provider.handle(&charge, now));
    let hung = phone.open(&code).await.body;
    assert!(
        hung.contains("Платёж выполняется") && hung.contains("Оплатить"),
        "{hung}"
    );
    phone.press(&code, "&order=w-1&outcome=paid").await;
    assert!(phone.open(&code).await.body.contains("Оплачено"));

    let body = r#"{"provider":"wallet","outcome":"decline"}"#.to_owned();
    let minted = phone.post_json("/payer/codes", body).await.body;
    let (_, after) = minted.split_once(r#""code":""#).unwrap();
    let code = after.split_once('"').unwrap().0.to_owned();
    let charge = Request::new("POST", &format!("/?code={code}"));
    wallet.with(|provider, now| provider.handle(&charge, now));
    let declined = phone.get(&format!("/payer/state?link={code}")).await.body;
    assert!(
        declined.contains(r#""declinedBefore":true"#) && declined.contains(r#""isCode":true"#),
        "{declined}"
    );
    let none = phone
        .post_json("/payer/codes", r#"{"provider":"gazprom"}"#.to_owned())
        .await;
    assert_eq!(none.status, 404, "this bank takes no codes");
}

#[tokio::test]
async fn the_control_api_reaches_every_provider() {
    let Street { wallet, phone } = street();
    let list = phone.get("/control/providers").await.body;
    assert!(
        list.contains(r#""name":"raiffeisen""#) && list.contains(r#""modules":["qrwallet"]"#),
        "{list}"
    );
    let rule = r#"{"step":"register","fault":{"kind":"status","code":502,"acted":false},"when":{"next":1}}"#;
    let planned = phone
        .post_json("/control/providers/wallet/faults", rule.to_owned())
        .await;
    assert_eq!(planned.status, 204);
    let call = || wallet.with(|provider, now| provider.handle(&Request::new("POST", "/"), now));
    assert_eq!(call().answer().unwrap().status, 502);
    assert_eq!(call().answer().unwrap().status, 200);
    let calls = phone.get("/control/providers/wallet/calls").await.body;
    assert!(calls.contains(r#""register":2"#), "{calls}");
    let late = r#"{"order":"w-1"}"#.to_owned();
    let late = phone
        .post_json("/control/providers/wallet/late-payment", late)
        .await;
    assert_eq!(late.status, 404, "it has not ended");
    let code = phone
        .post_json("/control/providers/wallet/codes", "{}".to_owned())
        .await;
    assert!(code.body.contains(r#""code":""#));
    let outcome = serde_json::to_string(&CodeOutcome::Hang).unwrap();
    assert_eq!(outcome, r#""hang""#);
}
