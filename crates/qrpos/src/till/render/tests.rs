//! Each screen in both languages, as a picture in text; a code is read back from its picture.

mod samples;

use super::canvas::{text_width, wrap};
use super::*;
use crate::till::model::{Field, Till};
use samples::{PAYLOAD, awaiting, samples, till, waiting, with_receipt};
use serde_json::json;

fn draw(till: &Till, width: usize, height: usize) -> Canvas {
    let zone = TimeZone::UTC;
    View { till, zone: &zone }.draw(width, height)
}

fn picture(canvas: &Canvas) -> String {
    let row = |row: &[Cell]| -> String {
        row.iter()
            .map(|cell| cell.character)
            .filter(|character| *character != Cell::HALF)
            .collect()
    };
    let rows: Vec<String> = canvas.rows().map(|cells| format!("|{}|", row(cells))).collect();
    rows.join("\n")
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
            assert!(
                !canvas.is_cut,
                "{name} in {}: something found no room\n{picture}",
                lang.as_str()
            );
            pictures.extend([name, "\n", &picture, "\n\n"]);
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
    let mut image =
        rqrr::PreparedImage::prepare_from_greyscale(
            width,
            height,
            |x, y| if is_dark(x, y) { 0 } else { 255 },
        );
    let grids = image.detect_grids();
    grids.first().expect("a code").decode().unwrap().1
}

#[test]
fn a_phone_reads_the_code_from_the_screen() {
    let mut till = with_receipt(Lang::Ru);
    till.screen = Screen::Waiting(Box::new(waiting(Some(awaiting()), false)));
    for (width, height) in [(80, 24), (100, 30), (160, 50)] {
        assert_eq!(
            read_code(&draw(&till, width, height)),
            PAYLOAD,
            "{width}×{height}"
        );
    }
}

#[test]
fn a_code_that_nobody_may_pay_any_more_is_gone() {
    let mut over = waiting(Some(awaiting()), false);
    over.until = Some(samples::at(3_700));
    let mut cancelled = waiting(Some(awaiting()), false);
    cancelled.cancel = crate::till::model::Cancel::Sent;
    for waiting in [over, cancelled] {
        let mut till = with_receipt(Lang::Ru);
        till.screen = Screen::Waiting(Box::new(waiting));
        let picture = picture(&draw(&till, 80, 24));
        assert!(
            !picture.contains(['█', '▀', '▄']) && !picture.contains("nspk"),
            "{picture}"
        );
    }
}

#[test]
fn the_longest_payload_of_the_sbp_fits_80_by_24() {
    let mut reply = awaiting();
    let payload = format!(
        "{}&extra=1234567",
        PAYLOAD.replace("sum=15000", "sum=100000000000")
    );
    reply["qr"]["payload"] = json!(payload);
    let mut till = with_receipt(Lang::Ru);
    till.screen = Screen::Waiting(Box::new(waiting(Some(reply), false)));
    assert_eq!(read_code(&draw(&till, 80, 24)), payload);
}

#[test]
fn a_code_that_does_not_fit_is_written_out() {
    let mut reply = awaiting();
    let long = format!("https://qr.nspk.ru/{}", "A".repeat(300));
    reply["qr"]["payload"] = json!(long);
    let mut till = with_receipt(Lang::Ru);
    till.screen = Screen::Waiting(Box::new(waiting(Some(reply), false)));
    let shown: String = picture(&draw(&till, 80, 24))
        .chars()
        .filter(|c| !matches!(c, ' ' | '|' | '\n'))
        .collect();
    assert!(shown.contains(&long), "{shown}");
}

#[test]
fn what_the_buyer_shows_is_never_on_the_screen() {
    let (_, till) = samples(Lang::Ru)
        .into_iter()
        .find(|(name, _)| *name == "code_or_qr")
        .unwrap();
    let picture = picture(&draw(&till, 80, 24));
    assert!(
        !picture.contains("4620000000017") && picture.contains("Прочитано знаков: 13"),
        "{picture}"
    );
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
        assert!(
            picture
                .chars()
                .all(|character| character == '\n' || !character.is_control())
        );
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
