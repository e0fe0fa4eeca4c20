//! The kiosk's router: what it serves, as what, and that nothing from outside gets into a page as markup.

#![expect(clippy::unwrap_used, reason = "helpers of the tests")]

use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode, header};
use qrpos::kiosk::{DemoLink, DemoOptions, KioskOptions, Tender, router};
use std::collections::BTreeSet;
use texts::Text;
use texts::words::{Lang, kiosk};
use tower::ServiceExt;

const HOSTILE: &str = "\"><script>alert(1)</script>";

fn options() -> KioskOptions {
    let tender = |module: &str, title: &str| Tender {
        module: module.parse().unwrap(),
        title: Text::new(title, title),
        scans_customer_code: false,
        reads_social_card: false,
        system: None,
        link: None,
        subscriber: None,
        register: None,
    };
    KioskOptions {
        api_url: "/api/v1".to_owned(),
        token: "till-7-secret".into(),
        store: "1".parse().unwrap(),
        terminal: "7".parse().unwrap(),
        tenders: vec![
            tender("qrraiffd", "Код на экране"),
            tender("qrraiffd_variable", "Наклейка"),
        ],
        lang: Lang::Ru,
        timeout_ms: 310_000,
        kiosk2: register::Kiosk2::default(),
        outputs: None,
        demo: None,
    }
}

fn with_demo() -> KioskOptions {
    KioskOptions {
        demo: Some(DemoOptions {
            payer_url: "/payer".to_owned(),
            links: vec![DemoLink {
                title: Text::new("Операции", "Operations"),
                url: "/operations".to_owned(),
            }],
        }),
        ..options()
    }
}

async fn get(options: KioskOptions, path: &str) -> Response<Body> {
    let request = Request::get(path).body(Body::empty()).unwrap();
    router(options).oneshot(request).await.unwrap()
}

async fn text(options: KioskOptions, path: &str) -> String {
    let response = get(options, path).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    String::from_utf8(to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap()
}

/// The values of an attribute, wherever it stands.
fn attributes(page: &str, name: &str) -> BTreeSet<String> {
    let start = format!("{name}=\"");
    page.split(&start)
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn everything_has_its_type_and_a_strict_policy() {
    for (path, kind) in [
        ("/", "text/html; charset=utf-8"),
        ("/kiosk", "text/html; charset=utf-8"),
        ("/kiosk/kiosk.css", "text/css; charset=utf-8"),
        ("/kiosk/kiosk.js", "text/javascript; charset=utf-8"),
        ("/kiosk/effects.js", "text/javascript; charset=utf-8"),
        ("/kiosk/scan.js", "text/javascript; charset=utf-8"),
        ("/kiosk/demo.css", "text/css; charset=utf-8"),
        ("/kiosk/demo.js", "text/javascript; charset=utf-8"),
        ("/kiosk/icon.svg", "image/svg+xml"),
        ("/kiosk/qr.svg?text=hello", "image/svg+xml"),
    ] {
        let response = get(with_demo(), path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(response.headers()[header::CONTENT_TYPE], kind, "{path}");
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        assert!(
            policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
            "{path}"
        );
        assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    }
    for path in ["/", "/kiosk/demo.js"] {
        assert_eq!(
            get(options(), path).await.status(),
            StatusCode::NOT_FOUND,
            "no demonstration was asked for"
        );
    }
    assert_eq!(
        get(options(), "/kiosk?lang=fr").await.status(),
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn nothing_comes_from_elsewhere() {
    for path in [
        "/",
        "/kiosk",
        "/kiosk/kiosk.css",
        "/kiosk/kiosk.js",
        "/kiosk/effects.js",
        "/kiosk/scan.js",
        "/kiosk/demo.css",
        "/kiosk/demo.js",
    ] {
        let body = text(with_demo(), path).await;
        assert!(
            !body.contains("http://") && !body.contains("https://") && !body.contains("url("),
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_qr_of_a_link_reads_back() {
    let link = "https://qr.nspk.ru/AD10006M8KH234K782OQM0L13JI31LQD?type=02&bank=100000000007&sum=15000&cur=RUB&crc=C63A";
    let path = "/kiosk/qr.svg?text=https%3A%2F%2Fqr.nspk.ru%2FAD10006M8KH234K782OQM0L13JI31LQD%3Ftype%3D02%26bank%3D100000000007%26sum%3D15000%26cur%3DRUB%26crc%3DC63A";
    assert_eq!(
        text(options(), path).await,
        qr::Matrix::encode(link).unwrap().svg()
    );

    for (path, words) in [
        ("/kiosk/qr.svg?text=".to_owned(), "no text"),
        (format!("/kiosk/qr.svg?text={}", "x".repeat(2400)), "does not fit"),
    ] {
        let response = get(options(), &path).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        let body = to_bytes(response.into_body(), 1 << 16).await.unwrap();
        assert!(String::from_utf8_lossy(&body).contains(words));
    }
    assert_eq!(
        get(options(), "/kiosk/qr.svg").await.status(),
        StatusCode::BAD_REQUEST
    );
    let svg = text(options(), "/kiosk/qr.svg?text=%3Cscript%3E").await;
    assert!(!svg.contains("script"));
}

#[tokio::test]
async fn text_from_the_settings_is_escaped() {
    let mut hostile = with_demo();
    hostile.store = HOSTILE.parse().unwrap();
    hostile.api_url = HOSTILE.to_owned();
    hostile.token = HOSTILE.into();
    hostile.tenders[0].title = Text::new(HOSTILE, HOSTILE);
    let demo = hostile.demo.as_mut().unwrap();
    demo.payer_url = HOSTILE.to_owned();
    demo.links[0].title = Text::new(HOSTILE, HOSTILE);
    for path in ["/", "/kiosk"] {
        let page = text(hostile.clone(), path).await;
        assert!(!page.contains("<script>"), "{path}");
        assert!(page.contains("&lt;script&gt;"), "{path}");
    }
}

#[tokio::test]
async fn the_page_has_every_handle_of_the_browser_test() {
    let page = text(options(), "/kiosk").await;
    let handles = attributes(&page, "data-testid");
    for handle in [
        "good-1",
        "good-12",
        "pay",
        "qr",
        "countdown",
        "result",
        "refund",
        "refund-confirm",
        "refund-done",
        "cancel",
        "new-purchase",
        "again",
        "code-step",
        "customer-code",
        "code-pay",
        "confirm-step",
        "confirm-do",
        "confirm-cancel",
        "to-debit",
        "pay-rest",
        "tender-qrraiffd",
        "tender-qrraiffd_variable",
    ] {
        assert!(handles.contains(handle), "{handle}");
    }
    assert!(page.contains("Оплатить по QR") && page.contains("lang=\"ru\""));
    let english = text(options(), "/kiosk?lang=en").await;
    assert!(english.contains("Pay by QR") && english.contains("lang=\"en\""));

    let mut one = options();
    one.tenders.truncate(1);
    assert!(
        !text(one, "/kiosk").await.contains("tender-"),
        "one way to pay is no choice"
    );
}

#[tokio::test]
async fn every_word_that_page_and_script_use_is_there_in_both_languages() {
    let page = text(options(), "/kiosk").await;
    let script = text(options(), "/kiosk/kiosk.js").await;
    let known: BTreeSet<&str> = kiosk::ALL.iter().map(|(key, _)| *key).collect();
    assert_eq!(known.len(), kiosk::ALL.len(), "no key stands twice");
    let mut used = BTreeSet::new();
    for attribute in ["data-t", "data-t-label", "data-t-alt"] {
        used.extend(attributes(&page, attribute));
    }
    let said = script
        .split("say(\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned());
    used.extend(said);
    for state in [
        "paid",
        "declined",
        "expired",
        "cancelled",
        "refused",
        "unresolved",
    ] {
        used.extend([state.to_owned(), format!("{state}_text")]);
    }
    for key in &used {
        assert!(known.contains(key.as_str()), "`{key}` has no words");
    }
    for (key, word) in kiosk::ALL {
        assert!(!word.ru.is_empty() && !word.en.is_empty(), "{key}");
        let chosen_by_script = script.contains(&format!("\"{key}\""));
        assert!(
            used.contains(*key) || chosen_by_script,
            "`{key}` is said by nobody"
        );
    }
}

#[tokio::test]
async fn the_demonstration_shows_the_kiosk_and_the_phone() {
    let page = text(with_demo(), "/").await;
    for handle in ["kiosk", "phone", "open-phone"] {
        assert!(attributes(&page, "data-testid").contains(handle), "{handle}");
    }
    assert!(page.contains("data-payer=\"/payer\"") && page.contains("src=\"/kiosk?lang=ru\""));
    assert!(page.contains("href=\"/operations\""));
    assert!(
        text(with_demo(), "/?lang=en")
            .await
            .contains("src=\"/kiosk?lang=en\"")
    );
}
