//! A till in the middle of a day, on each of its screens.

use crate::till::journal::{Begun, Book, Ended, Entry, Kind, Line};
use crate::till::model::{
    AmountForm, Cancel, CodeForm, Decision, Field, LinkStep, Message, Next, Purpose, RefundStep, Screen,
    Setup, Shown, Standing, Tender, Till, Tone, Waiting,
};
use crate::till::wording::{money, same, say, with};
use domain::{CallerId, Kopecks, ModuleName, Timestamp};
use protocol::{ReceiptPayment, Reply};
use serde_json::{Value, json};
use texts::words::till;
use texts::{Lang, Text};

/// What a bank's code holds.
pub const PAYLOAD: &str = "https://qr.nspk.ru/AD10006M8KH234K782OQM0L13JI31LQD?type=02&bank=100000000007&sum=15000&cur=RUB&crc=C63A";
const STICKER: &str =
    "https://qr.nspk.ru/AS1000670LSS7DN18SJQDNP4B05KLJL2?type=01&bank=100000000001&crc=C08B";

pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros((1_795_341_600 + seconds) * 1_000_000)
}

pub fn kopecks(amount: i64) -> Kopecks {
    Kopecks::new(amount).unwrap()
}

pub fn id(text: &str) -> CallerId {
    text.parse().unwrap()
}

pub fn module(name: &str) -> ModuleName {
    name.parse().unwrap()
}

pub fn lines() -> Vec<Line> {
    let line = |name: &str, quantity: u32, price: i64| Line {
        name: name.to_owned(),
        code: None,
        quantity,
        price: kopecks(price),
        sum: kopecks(price * i64::from(quantity)),
    };
    vec![
        line("Молоко «Луговое» 3,2 %", 2, 9_490),
        line("Хлеб «Ржаной край»", 1, 6_250),
        line("寿司セット", 1, 50_000),
    ]
}

/// A till in the middle of a day.
pub fn till(lang: Lang) -> Till {
    let tenders = [
        "qrraiffd",
        "qralpha_variable",
        "qrsberpay",
        "qrpodeli",
        "soc_processing",
    ]
    .map(|name| Tender::new(module(name), None, false));
    let setup = Setup {
        lang,
        store: "17".parse().unwrap(),
        terminal: "7".parse().unwrap(),
        tenders: tenders.to_vec(),
        link_modules: vec![module("qrraiffd_variable"), module("qralpha_variable")],
        wait_ms: 310_000,
    };
    let mut book = Book::default();
    let begun = |name: &str, kind, amount| {
        Entry::Begun(Begun {
            id: id(name),
            at: at(60),
            kind,
            module: module("qrraiffd"),
            tender: "qrraiffd".to_owned(),
            amount: kopecks(amount),
            receipt: "41".to_owned(),
            wait_ms: 310_000,
        })
    };
    let ended = |name: &str, amount| {
        Entry::Ended(Ended {
            id: id(name),
            at: at(90),
            moved: true,
            amount: kopecks(amount),
        })
    };
    let receipt = Entry::Receipt {
        at: at(0),
        number: 41,
        lines: lines(),
    };
    let cash = Entry::Cash {
        at: at(0),
        number: 41,
        amount: kopecks(35_230),
    };
    for entry in [
        receipt,
        begun("d9bf895f-c2c7-4d37-a9d2-15fd6889d204", Kind::Payment, 40_000),
        ended("d9bf895f-c2c7-4d37-a9d2-15fd6889d204", 40_000),
        cash,
        Entry::Closed {
            at: at(99),
            number: 41,
        },
        begun("5a06deb7-0ff5-4cf7-a5a6-7a2a4f5b52ce", Kind::Refund, 5_000),
        ended("5a06deb7-0ff5-4cf7-a5a6-7a2a4f5b52ce", 5_000),
    ] {
        book.take(&entry).unwrap();
    }
    Till::new(setup, book, at(3_700), id("fresh"))
}

pub fn with_receipt(lang: Lang) -> Till {
    let mut till = till(lang);
    till.draft = lines();
    till
}

/// A receipt of which a part is paid in cash and a part is not resolved.
pub fn with_pending(lang: Lang) -> Till {
    let mut till = with_receipt(lang);
    for entry in [
        Entry::Receipt {
            at: at(3_600),
            number: 42,
            lines: lines(),
        },
        Entry::Cash {
            at: at(3_601),
            number: 42,
            amount: kopecks(10_000),
        },
        Entry::Begun(Begun {
            id: id("0e38e1d5-94f8-44e8-8adf-a2be21b8bfbc"),
            at: at(3_610),
            kind: Kind::Payment,
            module: module("qralpha_variable"),
            tender: "qralpha_variable".to_owned(),
            amount: kopecks(30_000),
            receipt: "42".to_owned(),
            wait_ms: 310_000,
        }),
    ] {
        till.book.take(&entry).unwrap();
    }
    till
}

pub fn waiting(reply: Option<Value>, sticker: bool) -> Waiting {
    Waiting {
        id: id("d9bf895f-c2c7-4d37-a9d2-15fd6889d204"),
        kind: Kind::Payment,
        title: crate::till::model::title(if sticker { "qralpha_variable" } else { "qrraiffd" }),
        amount: kopecks(75_230),
        has_sticker: sticker,
        since: at(3_640),
        until: reply.as_ref().map(|_| at(3_940)),
        reply: reply.map(|reply| Box::new(serde_json::from_value::<Reply>(reply).unwrap())),
        cancel: Cancel::No,
        is_confirmed: false,
        hint: None,
        shown: None,
    }
}

pub fn awaiting() -> Value {
    let words = texts::state_text(domain::State::AwaitingPayment, domain::OperationKind::Payment);
    json!({ "protocol": 1, "state": "awaiting_payment", "final": false, "message": words,
        "qr": { "payload": PAYLOAD, "expires_at": "2026-11-22T10:05:00.000Z", "expires_in_ms": 290_000 } })
}

pub fn reserved() -> Value {
    let words = texts::state_text(
        domain::State::AwaitingConfirmation,
        domain::OperationKind::Payment,
    );
    json!({ "protocol": 1, "state": "awaiting_confirmation", "final": false, "message": words,
        "reservation": { "available": 25_230, "positions": [{ "number": 1, "sum": 18_980 }, { "number": 2, "sum": 6_250 }],
        "confirm_by": "2026-11-22T10:05:00.000Z", "confirm_in_ms": 170_000 } })
}

pub fn payments() -> Vec<ReceiptPayment> {
    let payment = |state: &str, refund: &str, left: i64, note: Value| {
        serde_json::from_value(
            json!({ "operation_id": "0193b4c5-7d11-7c3f-9a44-1f2e3d4c5b6a", "module": "qrraiffd",
            "terminal": "3", "state": state, "amount": 75_230, "refunded": 0, "left": left, "refund": refund,
            "at": "2026-11-22T10:00:00.000Z", "note": note }),
        )
        .unwrap()
    };
    let whole = json!({ "ru": "Этот банк возвращает оплату только целиком.", "en": "This bank returns a payment only whole." });
    vec![
        payment("paid", "whole", 75_230, whole),
        payment("declined", "none", 0, Value::Null),
    ]
}

/// A screen and the name of its picture.
pub type Sample = (&'static str, Till);

/// All screens.
pub fn samples(lang: Lang) -> Vec<Sample> {
    [menus(lang), sales(lang), waits(lang), steps(lang)]
        .into_iter()
        .flatten()
        .collect()
}

fn show(lang: Lang, screen: Screen) -> Till {
    let mut till = till(lang);
    till.screen = screen;
    till
}

fn receipt(lang: Lang, screen: Screen) -> Till {
    let mut till = with_receipt(lang);
    till.screen = screen;
    till
}

fn pending(lang: Lang, screen: Screen) -> Till {
    let mut till = with_pending(lang);
    let standing = Standing {
        told: Some(texts::state_text(
            domain::State::Unresolved,
            domain::OperationKind::Payment,
        )),
        ..Standing::default()
    };
    till.standings
        .insert(id("0e38e1d5-94f8-44e8-8adf-a2be21b8bfbc"), standing);
    till.screen = screen;
    till
}

fn told(lang: Lang) -> Till {
    let mut till = till(lang);
    till.tell(with(
        till::DAMAGED,
        "path",
        &same("/var/lib/qrpos/till-17-7.jsonl.damaged"),
    ));
    till
}

fn amount(purpose: Purpose, whole: i64, typed: &str, problem: Option<Text>) -> Screen {
    Screen::Amount(AmountForm {
        purpose,
        whole: kopecks(whole),
        field: Field::with(typed),
        problem,
    })
}

fn code(tender: usize, typed: &str) -> Screen {
    Screen::Code(CodeForm {
        tender,
        amount: kopecks(75_230),
        field: Field::with(typed),
        problem: Some(say(till::CODE_NEEDED)),
    })
}

fn wait(lang: Lang, change: &dyn Fn(&mut Waiting), reply: Option<Value>, sticker: bool) -> Till {
    let mut waiting = waiting(reply, sticker);
    change(&mut waiting);
    receipt(lang, Screen::Waiting(Box::new(waiting)))
}

fn menus(lang: Lang) -> Vec<Sample> {
    vec![
        ("menu", show(lang, Screen::Menu)),
        ("menu_notice", told(lang)),
        ("menu_open", pending(lang, Screen::Menu)),
        ("reports", show(lang, Screen::Reports)),
        ("totals", show(lang, Screen::Totals)),
        (
            "message",
            show(
                lang,
                Screen::Message(Message {
                    tone: Tone::Bad,
                    title: say(till::OUTCOME_UNKNOWN),
                    lines: vec![
                        say(till::LEFT_PAYMENT),
                        with(till::ITS_ID, "id", &same("d9bf895f-c2c7-4d37-a9d2-15fd6889d204")),
                        say(till::IT_IS_ASKED),
                    ],
                    next: Next::Unresolved,
                }),
            ),
        ),
        ("unresolved", pending(lang, Screen::Unresolved { chosen: 0 })),
        ("unresolved_none", show(lang, Screen::Unresolved { chosen: 0 })),
        ("give_up", pending(lang, Screen::Decide(Decision::GiveUp))),
        ("close_shift", show(lang, Screen::Decide(Decision::CloseShift))),
        ("quit", pending(lang, Screen::Decide(Decision::Quit))),
    ]
}

fn sales(lang: Lang) -> Vec<Sample> {
    vec![
        (
            "sale",
            receipt(
                lang,
                Screen::Sale {
                    field: Field::with("Сыр 219,50"),
                    problem: None,
                },
            ),
        ),
        (
            "sale_problem",
            receipt(
                lang,
                Screen::Sale {
                    field: Field::with("Сыр"),
                    problem: Some(say(till::BAD_LINE)),
                },
            ),
        ),
        ("tenders", receipt(lang, Screen::Tenders)),
        ("tenders_pending", pending(lang, Screen::Tenders)),
        (
            "amount",
            receipt(lang, amount(Purpose::Tender(0), 75_230, "100", None)),
        ),
        (
            "amount_cash",
            receipt(lang, amount(Purpose::Cash, 75_230, "", None)),
        ),
        (
            "amount_problem",
            receipt(
                lang,
                amount(
                    Purpose::Tender(0),
                    75_230,
                    "800",
                    Some(with(till::SUM_TOO_LARGE, "sum", &money(kopecks(75_230)))),
                ),
            ),
        ),
        (
            "amount_refund",
            show(
                lang,
                amount(
                    Purpose::Refund("41".to_owned(), Box::new(payments().remove(0))),
                    75_230,
                    "",
                    None,
                ),
            ),
        ),
        ("code", receipt(lang, code(3, ""))),
        ("code_or_qr", receipt(lang, code(2, "4620000000017"))),
        ("card", receipt(lang, code(4, ""))),
        ("buyer", receipt(lang, Screen::Buyer(Field::with("79990000000")))),
    ]
}

fn waits(lang: Lang) -> Vec<Sample> {
    vec![
        ("waiting_first", wait(lang, &|_| {}, None, false)),
        ("waiting_code", wait(lang, &|_| {}, Some(awaiting()), false)),
        (
            "waiting_sticker",
            wait(
                lang,
                &|waiting| {
                    waiting.hint = Some(say(till::NOT_YET));
                    waiting.shown = Some(Shown {
                        places: 2,
                        warnings: vec![],
                    });
                },
                Some(awaiting()),
                true,
            ),
        ),
        (
            "waiting_cancelled",
            wait(
                lang,
                &|waiting| {
                    waiting.cancel = Cancel::Sent;
                    waiting.hint = Some(say(till::CANCEL_TOO_EARLY));
                },
                Some(awaiting()),
                false,
            ),
        ),
        ("waiting_reserved", wait(lang, &|_| {}, Some(reserved()), false)),
        (
            "waiting_confirmed",
            wait(
                lang,
                &|waiting| waiting.is_confirmed = true,
                Some(reserved()),
                false,
            ),
        ),
        (
            "waiting_refund",
            wait(lang, &|waiting| waiting.kind = Kind::Refund, None, false),
        ),
    ]
}

fn steps(lang: Lang) -> Vec<Sample> {
    vec![
        ("link_module", show(lang, Screen::Link(LinkStep::Module))),
        (
            "link_scan",
            show(
                lang,
                Screen::Link(LinkStep::Scan(module("qralpha_variable"), Field::with(STICKER))),
            ),
        ),
        (
            "link_asking",
            show(
                lang,
                Screen::Link(LinkStep::Asking {
                    ask: 1,
                    module: module("qralpha_variable"),
                    scanned: STICKER.to_owned(),
                    binds: true,
                }),
            ),
        ),
        (
            "link_number",
            show(
                lang,
                Screen::Link(LinkStep::Number {
                    module: module("qralpha_variable"),
                    scanned: STICKER.to_owned(),
                    field: Field::with("20001"),
                    problem: Some(say(till::NUMBER_IS_DIGITS)),
                }),
            ),
        ),
        (
            "refund_number",
            show(lang, Screen::Refund(RefundStep::Number(Field::with("41")))),
        ),
        (
            "refund_shift",
            show(
                lang,
                Screen::Refund(RefundStep::Shift(
                    "41".to_owned(),
                    Field::with("x"),
                    Some(say(till::SHIFT_IS_DIGITS)),
                )),
            ),
        ),
        (
            "refund_finding",
            show(
                lang,
                Screen::Refund(RefundStep::Finding {
                    ask: 1,
                    number: "41".to_owned(),
                }),
            ),
        ),
        (
            "refund_payments",
            show(
                lang,
                Screen::Refund(RefundStep::Payments {
                    number: "41".to_owned(),
                    payments: payments(),
                    chosen: 0,
                    problem: None,
                }),
            ),
        ),
    ]
}
