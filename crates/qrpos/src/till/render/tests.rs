//! Each screen in both languages, as a picture in text; a code is read back from its picture.

use super::canvas::{text_width, wrap};
use super::*;
use crate::till::journal::{Begun, Book, Ended, Entry, Kind, Line};
use crate::till::model::{
    AmountForm, CodeForm, Field, LinkStep, Next, Purpose, RefundStep, Setup, Shown, Standing, Tender, Till, Waiting,
};
use crate::till::wording::{money, say};
use domain::{CallerId, Kopecks, ModuleName};
use protocol::{ReceiptPayment, Reply};
use serde_json::{Value, json};

const PAYLOAD: &str =
    "https://qr.nspk.ru/AD10006M8KH234K782OQM0L13JI31LQD?type=02&bank=100000000007&sum=15000&cur=RUB&crc=C63A";
const STICKER: &str = "https://qr.nspk.ru/AS1000670LSS7DN18SJQDNP4B05KLJL2?type=01&bank=100000000001&crc=C08B";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros((1_795_341_600 + seconds) * 1_000_000)
}

fn kopecks(amount: i64) -> Kopecks {
    Kopecks::new(amount).unwrap()
}

fn id(text: &str) -> CallerId {
    text.parse().unwrap()
}

fn module(name: &str) -> ModuleName {
    name.parse().unwrap()
}

fn lines() -> Vec<Line> {
    let line = |name: &str, quantity: u32, price: i64| Line {
        name: name.to_owned(),
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
fn till(lang: Lang) -> Till {
    let tenders = ["qrraiffd", "qralpha_variable", "qrsberpay", "qrpodeli", "soc_processing"]
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
        Entry::Closed { at: at(99), number: 41 },
        begun("5a06deb7-0ff5-4cf7-a5a6-7a2a4f5b52ce", Kind::Refund, 5_000),
        ended("5a06deb7-0ff5-4cf7-a5a6-7a2a4f5b52ce", 5_000),
    ] {
        book.take(&entry).unwrap();
    }
    Till::new(setup, book, at(3_700), id("fresh"))
}

fn with_receipt(lang: Lang) -> Till {
    let mut till = till(lang);
    till.draft = lines();
    till
}

/// A receipt of which a part is paid in cash and a part is not resolved.
fn with_pending(lang: Lang) -> Till {
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

fn waiting(reply: Option<Value>, sticker: bool) -> Waiting {
    Waiting {
        id: id("d9bf895f-c2c7-4d37-a9d2-15fd6889d204"),
        kind: Kind::Payment,
        title: crate::till::model::title(if sticker { "qralpha_variable" } else { "qrraiffd" }),
        amount: kopecks(75_230),
        has_sticker: sticker,
        since: at(3_640),
        until: reply.as_ref().map(|_| at(3_940)),
        reply: reply.map(|reply| Box::new(serde_json::from_value::<Reply>(reply).unwrap())),
        is_cancelled: false,
        cancel_again: false,
        is_confirmed: false,
        hint: None,
        shown: None,
    }
}

fn awaiting() -> Value {
    let words = texts::state_text(domain::State::AwaitingPayment, domain::OperationKind::Payment);
    json!({ "protocol": 1, "state": "awaiting_payment", "final": false, "message": words,
        "qr": { "payload": PAYLOAD, "expires_at": "2026-11-22T10:05:00.000Z", "expires_in_ms": 290_000 } })
}

fn reserved() -> Value {
    let words = texts::state_text(domain::State::AwaitingConfirmation, domain::OperationKind::Payment);
    json!({ "protocol": 1, "state": "awaiting_confirmation", "final": false, "message": words,
        "reservation": { "available": 25_230, "positions": [{ "number": 1, "sum": 18_980 }, { "number": 2, "sum": 6_250 }],
        "confirm_by": "2026-11-22T10:05:00.000Z", "confirm_in_ms": 170_000 } })
}

fn payments() -> Vec<ReceiptPayment> {
    let payment = |state: &str, refund: &str, left: i64, note: Value| {
        serde_json::from_value(json!({ "operation_id": "0193b4c5-7d11-7c3f-9a44-1f2e3d4c5b6a", "module": "qrraiffd",
            "terminal": "3", "state": state, "amount": 75_230, "refunded": 0, "left": left, "refund": refund,
            "at": "2026-11-22T10:00:00.000Z", "note": note }))
        .unwrap()
    };
    let whole = json!({ "ru": "Этот банк возвращает оплату только целиком.", "en": "This bank returns a payment only whole." });
    vec![
        payment("paid", "whole", 75_230, whole),
        payment("declined", "none", 0, Value::Null),
    ]
}

/// A screen and the name of its picture.
type Sample = (&'static str, Till);

fn samples(lang: Lang) -> Vec<Sample> {
    let show = |screen: Screen| {
        let mut till = till(lang);
        till.screen = screen;
        till
    };
    let receipt = |screen: Screen| {
        let mut till = with_receipt(lang);
        till.screen = screen;
        till
    };
    let pending = |screen: Screen| {
        let mut till = with_pending(lang);
        let standing = Standing {
            told: Some(texts::state_text(domain::State::Unresolved, domain::OperationKind::Payment)),
            ..Standing::default()
        };
        till.standings.insert(id("0e38e1d5-94f8-44e8-8adf-a2be21b8bfbc"), standing);
        till.screen = screen;
        till
    };
    let amount = |purpose, whole, typed: &str, problem| {
        Screen::Amount(AmountForm {
            purpose,
            whole: kopecks(whole),
            field: Field::with(typed),
            problem,
        })
    };
    let code = |tender, typed: &str| {
        Screen::Code(CodeForm {
            tender,
            amount: kopecks(75_230),
            field: Field::with(typed),
            problem: Some(say(till::CODE_NEEDED)),
        })
    };
    let wait = |change: &dyn Fn(&mut Waiting), reply: Option<Value>, sticker| {
        let mut waiting = waiting(reply, sticker);
        change(&mut waiting);
        receipt(Screen::Waiting(Box::new(waiting)))
    };
    let mut told = till(lang);
    told.screen = Screen::Menu;
    told.tell(with(till::DAMAGED, "path", &same("/var/lib/qrpos/till-17-7.jsonl.damaged")));
    vec![
        ("menu", show(Screen::Menu)),
        ("menu_notice", told),
        ("menu_open", pending(Screen::Menu)),
        ("reports", show(Screen::Reports)),
        ("totals", show(Screen::Totals)),
        ("sale", receipt(Screen::Sale { field: Field::with("Сыр 219,50"), problem: None })),
        ("sale_problem", receipt(Screen::Sale { field: Field::with("Сыр"), problem: Some(say(till::BAD_LINE)) })),
        ("tenders", receipt(Screen::Tenders)),
        ("tenders_pending", pending(Screen::Tenders)),
        ("amount", receipt(amount(Purpose::Tender(0), 75_230, "100", None))),
        ("amount_cash", receipt(amount(Purpose::Cash, 75_230, "", None))),
        (
            "amount_problem",
            receipt(amount(Purpose::Tender(0), 75_230, "800", Some(with(till::SUM_TOO_LARGE, "sum", &money(kopecks(75_230)))))),
        ),
        (
            "amount_refund",
            show(amount(Purpose::Refund("41".to_owned(), Box::new(payments().remove(0))), 75_230, "", None)),
        ),
        ("code", receipt(code(3, ""))),
        ("code_or_qr", receipt(code(2, "4620000000017"))),
        ("card", receipt(code(4, ""))),
        ("buyer", receipt(Screen::Buyer(Field::with("79990000000")))),
        ("waiting_first", wait(&|_| {}, None, false)),
        ("waiting_code", wait(&|_| {}, Some(awaiting()), false)),
        (
            "waiting_sticker",
            wait(
                &|waiting| {
                    waiting.hint = Some(say(till::NOT_YET));
                    waiting.shown = Some(Shown { places: 2, warnings: vec![] });
                },
                Some(awaiting()),
                true,
            ),
        ),
        (
            "waiting_cancelled",
            wait(
                &|waiting| {
                    waiting.is_cancelled = true;
                    waiting.hint = Some(say(till::CANCEL_TOO_EARLY));
                },
                None,
                false,
            ),
        ),
        ("waiting_reserved", wait(&|_| {}, Some(reserved()), false)),
        ("waiting_confirmed", wait(&|waiting| waiting.is_confirmed = true, Some(reserved()), false)),
        (
            "waiting_refund",
            wait(&|waiting| waiting.kind = Kind::Refund, None, false),
        ),
        (
            "message",
            show(Screen::Message(Message {
                tone: Tone::Bad,
                title: say(till::OUTCOME_UNKNOWN),
                lines: vec![
                    say(till::LEFT_PAYMENT),
                    with(till::ITS_ID, "id", &same("d9bf895f-c2c7-4d37-a9d2-15fd6889d204")),
                    say(till::IT_IS_ASKED),
                ],
                next: Next::Unresolved,
            })),
        ),
        ("link_module", show(Screen::Link(LinkStep::Module))),
        ("link_scan", show(Screen::Link(LinkStep::Scan(module("qralpha_variable"), Field::with(STICKER))))),
        (
            "link_asking",
            show(Screen::Link(LinkStep::Asking {
                ask: 1,
                module: module("qralpha_variable"),
                scanned: STICKER.to_owned(),
                binds: true,
            })),
        ),
        (
            "link_number",
            show(Screen::Link(LinkStep::Number {
                module: module("qralpha_variable"),
                scanned: STICKER.to_owned(),
                field: Field::with("20001"),
                problem: Some(say(till::NUMBER_IS_DIGITS)),
            })),
        ),
        ("refund_number", show(Screen::Refund(RefundStep::Number(Field::with("41"))))),
        (
            "refund_shift",
            show(Screen::Refund(RefundStep::Shift(
                "41".to_owned(),
                Field::with("x"),
                Some(say(till::SHIFT_IS_DIGITS)),
            ))),
        ),
        ("refund_finding", show(Screen::Refund(RefundStep::Finding { ask: 1, number: "41".to_owned() }))),
        (
            "refund_payments",
            show(Screen::Refund(RefundStep::Payments {
                number: "41".to_owned(),
                payments: payments(),
                chosen: 0,
                problem: None,
            })),
        ),
        ("unresolved", pending(Screen::Unresolved { chosen: 0 })),
        ("unresolved_none", show(Screen::Unresolved { chosen: 0 })),
        ("give_up", pending(Screen::Decide(Decision::GiveUp))),
        ("close_shift", show(Screen::Decide(Decision::CloseShift))),
        ("quit", pending(Screen::Decide(Decision::Quit))),
    ]
}

fn draw(till: &Till, width: usize, height: usize) -> Canvas {
    let zone = TimeZone::UTC;
    View { till, zone: &zone }.draw(width, height)
}

fn picture(canvas: &Canvas) -> String {
    let row = |row: &[Cell]| -> String {
        row.iter().map(|cell| cell.character).filter(|character| *character != Cell::HALF).collect()
    };
    canvas.rows().map(|cells| format!("|{}|\n", row(cells))).collect()
}

#[test]
fn every_screen_fits_80_by_24_in_both_languages() {
    for lang in [Lang::Ru, Lang::En] {
        let mut pictures = String::new();
        for (name, till) in samples(lang) {
            let canvas = draw(&till, COLUMNS, ROWS);
            let picture = picture(&canvas);
            assert_eq!(picture.lines().count(), ROWS, "{name}");
            for line in picture.lines() {
                assert_eq!(text_width(line), COLUMNS + 2, "{name}: {line}");
            }
            assert!(!canvas.is_cut, "{name} in {}: something found no room\n{picture}", lang.as_str());
            pictures.push_str(&format!("{name}\n{picture}\n"));
        }
        insta::assert_snapshot!(format!("screens_{}", lang.as_str()), pictures);
    }
}

#[test]
fn a_larger_window_holds_the_screen_in_its_middle_and_a_smaller_one_says_so() {
    for (name, till) in samples(Lang::Ru) {
        for (width, height) in [(81, 25), (120, 40), (200, 60)] {
            let canvas = draw(&till, width, height);
            assert!(!canvas.is_cut, "{name} in {width}×{height}");
            assert_eq!(canvas.rows().count(), height);
        }
        for (width, height) in [(79, 24), (80, 23), (20, 5), (1, 1)] {
            assert_eq!(draw(&till, width, height).rows().count(), height, "{name}");
        }
    }
    let small = picture(&draw(&till(Lang::Ru), 60, 20));
    assert!(small.contains("Окно мало"), "{small}");
}

/// The code on the canvas as a phone sees it.
fn read_code(canvas: &Canvas) -> String {
    const DOTS: usize = 4;
    let rows: Vec<&[Cell]> = canvas.rows().collect();
    let width = rows[0].len() * DOTS;
    let height = rows.len() * 2 * DOTS;
    let is_dark = |x: usize, y: usize| {
        let cell = rows[y / DOTS / 2][x / DOTS];
        let is_upper = (y / DOTS).is_multiple_of(2);
        match (cell.style, cell.character) {
            (Style::Code, '█') => true,
            (Style::Code, '▀') => is_upper,
            (Style::Code, '▄') => !is_upper,
            (Style::Code, _) => false,
            // The terminal around the code is dark.
            _ => true,
        }
    };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| if is_dark(x, y) { 0 } else { 255 });
    let grids = image.detect_grids();
    grids.first().expect("a code").decode().unwrap().1
}

#[test]
fn a_phone_reads_the_code_from_the_screen() {
    let mut till = with_receipt(Lang::Ru);
    till.screen = Screen::Waiting(Box::new(waiting(Some(awaiting()), false)));
    for (width, height) in [(80, 24), (100, 30), (160, 50)] {
        assert_eq!(read_code(&draw(&till, width, height)), PAYLOAD, "{width}×{height}");
    }
}

#[test]
fn a_code_that_does_not_fit_is_written_out() {
    let mut reply = awaiting();
    let long = format!("https://qr.nspk.ru/{}", "A".repeat(300));
    reply["qr"]["payload"] = json!(long);
    let mut till = with_receipt(Lang::Ru);
    till.screen = Screen::Waiting(Box::new(waiting(Some(reply), false)));
    let shown: String = picture(&draw(&till, 80, 24)).chars().filter(|c| !matches!(c, ' ' | '|' | '\n')).collect();
    assert!(shown.contains(&long), "{shown}");
}

#[test]
fn what_the_buyer_shows_is_never_on_the_screen() {
    let (_, till) = samples(Lang::Ru).into_iter().find(|(name, _)| *name == "code_or_qr").unwrap();
    let picture = picture(&draw(&till, 80, 24));
    assert!(!picture.contains("4620000000017") && picture.contains("Прочитано знаков: 13"), "{picture}");
}

#[test]
fn a_name_cannot_steer_the_terminal_or_push_a_sum_off() {
    let mut till = with_receipt(Lang::Ru);
    for name in ["\u{1b}[2J\u{7}злой", &"寿".repeat(300), "e\u{301}\u{200b}ё"] {
        till.draft[0].name = name.to_owned();
        till.screen = Screen::Sale {
            field: Field::with(name),
            problem: None,
        };
        let canvas = draw(&till, 80, 24);
        let picture = picture(&canvas);
        assert!(picture.chars().all(|character| character == '\n' || !character.is_control()));
        assert!(picture.contains("189,80 ₽"), "{picture}");
        assert!(picture.lines().all(|line| text_width(line) == 82), "{picture}");
    }
}

#[test]
fn texts_are_wrapped_at_blanks_and_long_words_anywhere() {
    assert_eq!(wrap("один два три", 8), ["один два", "три"]);
    assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
    assert_eq!(wrap("寿司 寿司", 5), ["寿司", "寿司"]);
    assert_eq!(wrap("", 5), [""]);
}
