//! Every pen's drawing is read back by a decoder that shares nothing with the encoder.

use qr::{Matrix, QUIET_ZONE, QrError, TEXT_BYTES_MAX};

const LINK: &str = "https://qr.nspk.ru/AD10006M8KH234K782OQM0L13JI31LQD?type=02&bank=100000000007&sum=15000&cur=RUB&crc=C63A";

#[expect(clippy::unwrap_used, reason = "a helper of the tests below")]
/// Reads the one symbol in a picture whose pixels are dark or light.
fn decode(width: usize, height: usize, dark: impl Fn(usize, usize) -> bool) -> String {
    let mut picture =
        rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| if dark(x, y) { 0 } else { 255 });
    let grids = picture.detect_grids();
    assert_eq!(grids.len(), 1, "one symbol in the picture");
    let (meta, text) = grids[0].decode().unwrap();
    assert_ne!(meta.ecc_level, 1, "the format word writes 1 for level L");
    text
}

#[test]
fn a_png_reads_back() {
    for (text, scale) in [(LINK, 4), ("Оплата заказа № 17", 3), (&"7".repeat(900), 5)] {
        let file = Matrix::encode(text).unwrap().png(scale).unwrap();
        let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut pixels).unwrap();
        let (width, height) = (frame.width as usize, frame.height as usize);
        assert_eq!(width, height);
        assert_eq!(decode(width, height, |x, y| pixels[y * width + x] == 0), text);
    }
}

#[test]
fn the_svg_reads_back() {
    let matrix = Matrix::encode(LINK).unwrap();
    let svg = matrix.svg();
    let edge = matrix.side_with_quiet_zone();
    assert!(svg.contains(&format!("viewBox=\"0 0 {edge} {edge}\"")));
    let path = svg.split("d=\"").nth(2).unwrap().split('"').next().unwrap();
    let mut modules = vec![false; edge * edge];
    for run in path.split('M').skip(1) {
        let (at, rest) = run.split_once('h').unwrap();
        let (x, y) = at.split_once(' ').unwrap();
        let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
        let length: usize = rest.split_once('v').unwrap().0.parse().unwrap();
        modules[y * edge + x..y * edge + x + length].fill(true);
    }
    assert_eq!(
        decode(edge * 4, edge * 4, |x, y| modules[y / 4 * edge + x / 4]),
        LINK
    );
}

#[test]
fn the_terminal_reads_back_and_sets_its_own_colours() {
    let matrix = Matrix::encode(LINK).unwrap();
    let drawing = matrix.terminal();
    let (columns, lines) = matrix.terminal_size();
    let rows: Vec<Vec<char>> = drawing
        .lines()
        .map(|line| {
            let line = line.strip_prefix("\x1b[38;5;16;48;5;231m").unwrap();
            line.strip_suffix("\x1b[0m").unwrap().chars().collect()
        })
        .collect();
    assert_eq!(rows.len(), lines);
    assert!(rows.iter().all(|row| row.len() == columns));
    let dark = |x: usize, y: usize| match rows[y / 2][x] {
        '█' => true,
        '▀' => y.is_multiple_of(2),
        '▄' => !y.is_multiple_of(2),
        _ => false,
    };
    assert_eq!(decode(columns * 4, lines * 8, |x, y| dark(x / 4, y / 4)), LINK);
}

#[test]
fn the_quiet_zone_is_light_on_all_sides() {
    let matrix = Matrix::encode("x").unwrap();
    assert_eq!(matrix.side(), 21);
    assert_eq!(matrix.side_with_quiet_zone(), 21 + 2 * QUIET_ZONE);
    assert!(matrix.is_dark(0, 0), "the finder pattern begins at the corner");
    assert!(!matrix.is_dark(21, 0) && !matrix.is_dark(0, 21));
}

#[test]
fn what_does_not_fit_is_refused_in_words() {
    assert_eq!(Matrix::encode(""), Err(QrError::Empty));
    assert!(Matrix::encode(&"ы".repeat(TEXT_BYTES_MAX / 2)).is_ok());
    assert_eq!(
        Matrix::encode(&"я".repeat(1200)),
        Err(QrError::TooLong { found: 2400 })
    );
    let matrix = Matrix::encode("x").unwrap();
    assert!(matrix.png(0).is_err() && matrix.png(65).is_err());
    assert!(matrix.png(64).is_ok());
}
