use super::bench::Bench;
use crate::till::journal::{CASH, Entry};
use crate::till::model::{Command, Decision, Key, Screen};
use domain::Kopecks;
use texts::words::till;

fn kopecks(amount: i64) -> Kopecks {
    Kopecks::new(amount).unwrap()
}

#[test]
fn lines_are_typed_as_a_sum_or_with_a_name_and_a_quantity() {
    let mut bench = Bench::new();
    bench.press('1');
    for line in [
        "89,90",
        "Молоко 3,2 % 95.50",
        "Хлеб 2*40",
        "Сыр «Маасдам» 45%=219,50",
        "4600000000015 Масло 2*110",
        "46000001 12",
    ] {
        bench.line(line);
    }
    let lines: Vec<(&str, u32, i64)> = bench
        .till
        .draft
        .iter()
        .map(|line| (line.name.as_str(), line.quantity, line.sum.get()))
        .collect();
    let expected = [
        ("Товар", 1, 8_990),
        ("Молоко 3,2 %", 1, 9_550),
        ("Хлеб", 2, 8_000),
        ("Сыр «Маасдам» 45%", 1, 21_950),
        ("Масло", 2, 22_000),
        ("Товар", 1, 1_200),
    ];
    assert_eq!(lines, expected);
    let codes: Vec<_> = bench.till.draft.iter().map(|line| line.code.as_deref()).collect();
    assert_eq!(
        codes,
        [None, None, None, None, Some("4600000000015"), Some("46000001")]
    );
    bench.key(Key::F(8));
    bench.key(Key::F(8));
    bench.key(Key::F(8));
    assert_eq!(bench.till.total(), kopecks(26_540));
}

#[test]
fn what_is_no_price_is_said_in_words_and_stays_in_the_field() {
    let mut bench = Bench::new();
    bench.press('1');
    for (line, word) in [
        ("Молоко", till::BAD_LINE),
        ("Молоко 0*5", till::BAD_LINE),
        ("Молоко 99999*5", till::BAD_LINE),
        ("Молоко 1,234", till::BAD_LINE),
        ("9999*1000000", till::TOO_DEAR),
    ] {
        bench.line(line);
        let Screen::Sale { field, problem } = &bench.till.screen else {
            panic!("{:?}", bench.till.screen)
        };
        assert_eq!(
            (field.text(), problem.as_ref().unwrap().ru.as_str()),
            (line, word.ru)
        );
        bench.key(Key::Esc);
    }
    bench.key(Key::Enter);
    assert!(
        matches!(&bench.till.screen, Screen::Sale { problem: Some(words), .. } if words.ru == till::NOTHING_TO_PAY.ru)
    );
    bench.key(Key::Esc);
    assert_eq!(bench.till.screen, Screen::Menu);
}

#[test]
fn cash_closes_a_receipt_and_the_next_has_the_next_number() {
    let mut bench = Bench::new();
    bench.press('1');
    bench.line("150");
    bench.key(Key::F(2));
    bench.press('0');
    bench.line("200");
    assert_eq!(bench.title(), "Чек 1 оплачен");
    assert!(bench.words().contains("Сдача: 50,00"), "{}", bench.words());
    let [
        Command::Write(Entry::Receipt { .. }),
        Command::Write(Entry::Cash { amount, .. }),
        Command::Write(Entry::Closed { .. }),
    ] = &bench.commands[..]
    else {
        panic!("the receipt, the cash, the end");
    };
    assert_eq!(*amount, kopecks(15_000));
    assert_eq!(bench.till.book.totals.tenders[CASH].paid.amount, kopecks(15_000));
    bench.key(Key::Enter);
    assert_eq!(bench.till.receipt_number(), 2);
    assert!(bench.till.draft.is_empty());
}

#[test]
fn a_receipt_that_nobody_paid_is_given_up_after_a_question() {
    let mut bench = Bench::new();
    bench.press('1');
    bench.line("150");
    bench.key(Key::Esc);
    assert_eq!(bench.till.screen, Screen::Decide(Decision::GiveUp));
    bench.key(Key::Esc);
    assert_eq!(bench.till.draft.len(), 1, "no means no");
    bench.key(Key::Esc);
    bench.key(Key::Enter);
    assert_eq!(bench.till.screen, Screen::Menu);
    assert!(bench.till.draft.is_empty());
    assert_eq!(bench.till.receipt_number(), 1, "its number was not used");
}

#[test]
fn a_receipt_with_cash_is_given_up_by_handing_the_cash_back() {
    let mut bench = Bench::new();
    bench.press('1');
    bench.line("150");
    bench.key(Key::Enter);
    bench.press('0');
    bench.line("100");
    bench.key(Key::Enter);
    assert_eq!(
        (bench.till.screen.clone(), bench.till.left()),
        (Screen::Tenders, kopecks(5_000))
    );
    bench.key(Key::Esc);
    bench.key(Key::Enter);
    assert!(bench.words().contains("наличные: 100,00"), "{}", bench.words());
    let cash = bench.till.book.totals.tenders[CASH];
    assert_eq!(
        (cash.paid.amount, cash.refunded.amount),
        (kopecks(10_000), kopecks(10_000))
    );
    assert_eq!(bench.till.receipt_number(), 2);
}

#[test]
fn a_shift_is_closed_after_a_question_and_not_with_an_open_receipt() {
    let mut bench = Bench::new();
    bench.press('1');
    bench.line("150");
    bench.key(Key::Enter);
    bench.press('0');
    bench.line("100");
    bench.key(Key::Enter);
    bench.till.screen = Screen::Totals;
    bench.key(Key::F(8));
    assert_eq!(bench.title(), till::SHIFT_HAS_RECEIPT.ru);
    bench.key(Key::Enter);
    bench.press('0');
    bench.key(Key::Enter);
    bench.till.screen = Screen::Reports;
    bench.press('3');
    assert_eq!(bench.till.screen, Screen::Decide(Decision::CloseShift));
    bench.key(Key::Enter);
    assert!(bench.words().contains("150,00"));
    assert_eq!((bench.till.book.shift, bench.till.book.totals.receipts), (2, 0));
}

#[test]
fn leaving_asks_when_something_is_open() {
    let mut bench = Bench::new();
    bench.key(Key::Esc);
    assert!(matches!(bench.commands[..], [Command::Quit]));
    let mut bench = Bench::new();
    bench.pay("150");
    bench.key(Key::Esc);
    bench.key(Key::Esc);
    bench.key(Key::Enter);
    bench.till.screen = Screen::Menu;
    bench.key(Key::F(10));
    assert_eq!(bench.till.screen, Screen::Decide(Decision::Quit));
    bench.key(Key::Enter);
    assert!(matches!(bench.commands[..], [Command::Quit]));
    assert_eq!(bench.till.book.open.len(), 1, "it stays written down");
}
