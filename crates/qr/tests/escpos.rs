//! Jobs for a receipt printer, byte for byte, and the printed picture read back.

use qr::escpos::{CodePage, Cut, Drawing, Paper, Printer, TextPage, native};
use qr::{Matrix, QrError};

const LINK: &str = "https://qr.nspk.ru/AD10006M8KH234K782OQM0L13JI31LQD?type=02&bank=100000000007&sum=15000&cur=RUB&crc=C63A";

fn printer(paper: Paper, drawing: Drawing) -> Printer {
    Printer {
        paper,
        drawing,
        page: TextPage {
            page: CodePage::Cp866,
            number: 17,
        },
        module_dots: 6,
        cut: Cut::Partial,
    }
}

#[expect(clippy::unwrap_used, reason = "a helper of the tests below")]
/// The dots of the one picture in a job: its width in dots, and the dots row by row.
fn picture(job: &[u8]) -> (usize, Vec<bool>) {
    let at = job.windows(4).position(|w| w == b"\x1Dv0\x00").unwrap() + 4;
    let number = |at: usize| usize::from(u16::from_le_bytes([job[at], job[at + 1]]));
    let (row_bytes, rows) = (number(at), number(at + 2));
    let bytes = &job[at + 4..at + 4 + row_bytes * rows];
    let dots = bytes
        .iter()
        .flat_map(|byte| (0..8).map(move |bit| byte & (0x80 >> bit) != 0));
    (row_bytes * 8, dots.collect())
}

#[expect(clippy::unwrap_used, reason = "a helper of the tests below")]
fn read(width: usize, dots: &[bool]) -> String {
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, dots.len() / width, |x, y| {
        if dots[y * width + x] { 0 } else { 255 }
    });
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1);
    grids[0].decode().unwrap().1
}

#[test]
fn the_picture_reads_back_on_both_papers() {
    for (paper, width) in [(Paper::Mm58, 384), (Paper::Mm80, 576)] {
        for text in [
            LINK,
            "https://qr.nspk.ru/AS1000670LSS7DN18SJQDNP4B05KLJL2",
            &"ж".repeat(300),
        ] {
            let job = printer(paper, Drawing::Raster).ticket(&[], text, &[]).unwrap();
            let (found, dots) = picture(&job);
            assert_eq!(found, width);
            assert_eq!(read(width, &dots), text);
        }
    }
}

#[test]
fn the_quiet_zone_is_white_and_the_symbol_stands_in_the_middle() {
    let matrix = Matrix::encode("x").unwrap();
    let (width, dots) = picture(&matrix.raster(Paper::Mm58, 6).unwrap());
    let edge = 29 * 6;
    assert_eq!(dots.len(), width * edge);
    let black: Vec<(usize, usize)> = (0..dots.len())
        .filter(|at| dots[*at])
        .map(|at| (at % width, at / width))
        .collect();
    let left = (384 - edge) / 2 + 4 * 6;
    assert_eq!(black.iter().map(|(x, _)| *x).min(), Some(left));
    assert_eq!(black.iter().map(|(x, _)| *x).max(), Some(left + 21 * 6 - 1));
    assert_eq!(black.iter().map(|(_, y)| *y).min(), Some(4 * 6));
    assert_eq!(black.iter().map(|(_, y)| *y).max(), Some(25 * 6 - 1));
}

#[test]
fn a_ticket_is_made_of_these_bytes() {
    let above = ["Оплата".to_owned()];
    let below = ["Спасибо!".to_owned()];
    let job = printer(Paper::Mm80, Drawing::Native)
        .ticket(&above, LINK, &below)
        .unwrap();
    let mut expected = b"\x1B@\x1Bt\x11\x1Ba\x01\x8E\xAF\xAB\xA0\xE2\xA0\n".to_vec();
    expected.extend(native(LINK, 6, qr::escpos::ErrorLevel::M).unwrap());
    expected.extend(b"\n\x91\xAF\xA0\xE1\xA8\xA1\xAE!\n\x1Bd\x04\x1DV\x01");
    assert_eq!(job, expected);
}

#[test]
fn a_note_is_lines_and_a_cut() {
    let mut printer = printer(Paper::Mm58, Drawing::Native);
    let lines = ["QR".to_owned(), "one two three four five six seven".to_owned()];
    printer.cut = Cut::Full;
    assert_eq!(
        printer.note(&lines).unwrap(),
        b"\x1B@\x1Bt\x11\x1Ba\x01QR\none two three four five six\nseven\n\x1Bd\x04\x1DV\x00"
    );
    printer.cut = Cut::None;
    assert!(printer.note(&[]).unwrap().ends_with(b"\x1Bd\x04"));
}

#[test]
fn modules_shrink_until_the_symbol_fits() {
    // 2331 bytes need 177 modules, 185 with the quiet zone: two dots each on narrow paper, three on wide.
    let text = "ы".repeat(1165);
    for (paper, dots) in [(Paper::Mm58, 2), (Paper::Mm80, 3)] {
        let job = printer(paper, Drawing::Raster).ticket(&[], &text, &[]).unwrap();
        let (width, bits) = picture(&job);
        assert_eq!(bits.len() / width, 185 * dots);
    }
    let matrix = Matrix::encode(&text).unwrap();
    assert_eq!(
        matrix.raster(Paper::Mm58, 3),
        Err(QrError::TooWide {
            modules: 185,
            dots: 384
        })
    );
    assert!(matrix.raster(Paper::Mm58, 0).is_err());
}

#[test]
fn a_line_that_the_code_page_lacks_is_refused_with_the_character() {
    let lines = ["Итого 150 ₽".to_owned()];
    let error = printer(Paper::Mm80, Drawing::Native).note(&lines).unwrap_err();
    assert!(error.to_string().contains('₽') && error.to_string().contains("cp866"));
}
