//! The buyer's display: a reader of its byte stream, and its face.

use maud::{Markup, PreEscaped, html};
use texts::words::{Lang, device as words};

/// The most bytes of a text.
const TEXT_MAX: usize = 1000;
/// The longest word of a command.
const WORD_MAX: usize = 16;
/// The bytes that the page shows of the last command.
const SHOWN_BYTES: usize = 48;

/// A Mertech QR-PAY display.
#[derive(Debug, Default)]
pub(super) struct Display {
    face: Face,
    dark: bool,
    /// Bytes of a command that is not complete.
    open: Vec<u8>,
    /// The last command, or the last bytes that were none.
    last: Vec<u8>,
    /// Bytes that were no command.
    lost: usize,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Face {
    #[default]
    Empty,
    Code(String),
    Success,
    Failure,
}

/// What stands at the beginning of the bytes.
enum Found {
    /// A command of so many bytes.
    Command(usize, Command),
    /// The beginning of one.
    More,
    /// None.
    Nothing,
}

enum Command {
    Show(String),
    Word(String),
}

impl Display {
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.open.extend_from_slice(bytes);
        loop {
            match first(&self.open) {
                Found::Command(length, command) => {
                    self.last = self.open.drain(..length).collect();
                    self.obey(command);
                }
                Found::More => return,
                Found::Nothing => {
                    self.lost += 1;
                    self.open.remove(0);
                }
            }
        }
    }

    /// The connection is closed: what is not complete never will be.
    pub(super) fn end(&mut self) {
        self.lost += self.open.len();
        self.open.clear();
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Show(text) => self.face = Face::Code(text),
            Command::Word(word) => match word.as_str() {
                "CLS" => self.face = Face::Empty,
                "correct" => self.face = Face::Success,
                "mistake" => self.face = Face::Failure,
                "BTON" => self.dark = false,
                "BTOFF" => self.dark = true,
                _ => self.lost += word.len(),
            },
        }
    }

    pub(super) fn render(&self, lang: Lang) -> Markup {
        let matrix = match &self.face {
            Face::Code(text) => qr::Matrix::encode(text).ok(),
            _ => None,
        };
        let name = match (&self.face, self.dark) {
            (_, true) => "dark",
            (Face::Empty, _) => "empty",
            (Face::Code(_), _) => "code",
            (Face::Success, _) => "success",
            (Face::Failure, _) => "failure",
        };
        let hex: Vec<String> = self
            .last
            .iter()
            .take(SHOWN_BYTES)
            .map(|byte| format!("{byte:02X}"))
            .collect();
        html! {
            div.case {
                div.glass data-testid="face" data-face=(name) {
                    @match (&self.face, self.dark) {
                        (_, true) => {}
                        (Face::Empty, _) => span.dot {},
                        (Face::Code(_), _) => @if let Some(matrix) = &matrix {
                            span.symbol { (PreEscaped(matrix.svg())) }
                            span.caption { (lang.say(words::SCAN)) }
                        },
                        (Face::Success, _) => (sign("M28 50l14 14 27-31")),
                        (Face::Failure, _) => (sign("M34 34l28 28M62 34L34 62")),
                    }
                }
                span.foot { "QR-PAY" }
            }
            @if !hex.is_empty() {
                div.wire {
                    span { (lang.say(words::LAST_BYTES)) }
                    code { (hex.join(" ")) @if self.last.len() > SHOWN_BYTES { " … (" (self.last.len()) ")" } }
                }
            }
            @if let Face::Code(text) = &self.face { p.text data-testid="text" { (text) } }
            @if self.lost > 0 { p.lost { (lang.say(words::LOST_BYTES)) ": " (self.lost) } }
        }
    }
}

fn sign(path: &str) -> Markup {
    html! { svg.sign viewBox="0 0 96 96" { circle cx="48" cy="48" r="46" {} path d=(path) {} } }
}

fn first(bytes: &[u8]) -> Found {
    match bytes {
        [0x02, 0xF2, 0x02, rest @ ..] => text(rest),
        [0x02, 0xF0, 0x03, rest @ ..] => word(rest),
        [] | [0x02] | [0x02, 0xF2 | 0xF0] => Found::More,
        _ => Found::Nothing,
    }
}

/// Two bytes of length, the higher first, the text, and `02 F2 03`.
fn text(rest: &[u8]) -> Found {
    let [high, low, rest @ ..] = rest else {
        return Found::More;
    };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    if length > TEXT_MAX {
        return Found::Nothing;
    }
    let Some((text, end)) = rest.split_at_checked(length) else {
        return Found::More;
    };
    match (end, std::str::from_utf8(text)) {
        ([0x02, 0xF2, 0x03, ..], Ok(text)) => Found::Command(length + 8, Command::Show(text.to_owned())),
        ([] | [0x02] | [0x02, 0xF2], Ok(_)) => Found::More,
        _ => Found::Nothing,
    }
}

/// A word of ASCII and `03`.
fn word(rest: &[u8]) -> Found {
    match rest.iter().position(|byte| *byte == 0x03) {
        Some(length) if length <= WORD_MAX => {
            let word = rest.iter().take(length).map(|byte| char::from(*byte)).collect();
            Found::Command(length + 4, Command::Word(word))
        }
        None if rest.len() <= WORD_MAX => Found::More,
        _ => Found::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "https://qr.nspk.ru/AS1000670LSS7DN18SJQDNP4B05KLJL2";

    fn show(text: &str) -> Vec<u8> {
        qr::mertech::show(text).unwrap()
    }

    fn fed(pieces: &[&[u8]]) -> Display {
        let mut display = Display::default();
        for piece in pieces {
            display.feed(piece);
        }
        display
    }

    #[test]
    fn commands_are_understood_wherever_they_are_cut() {
        let bytes = [
            show(LINK),
            qr::mertech::SUCCESS.to_vec(),
            show("https://qr.nspk.ru/B"),
        ]
        .concat();
        for cut in 0..bytes.len() {
            let display = fed(&[&bytes[..cut], &bytes[cut..]]);
            assert_eq!(display.face, Face::Code("https://qr.nspk.ru/B".to_owned()));
            assert_eq!((display.lost, display.open.len()), (0, 0));
        }
        let long = "7".repeat(300);
        assert_eq!(
            fed(&[&show(&long)]).face,
            Face::Code(long),
            "a length of two bytes"
        );
    }

    #[test]
    fn each_command_has_its_face() {
        for (command, face) in [
            (qr::mertech::CLEAR, Face::Empty),
            (qr::mertech::SUCCESS, Face::Success),
            (qr::mertech::FAILURE, Face::Failure),
        ] {
            assert_eq!(fed(&[&show(LINK), command]).face, face);
        }
        assert!(fed(&[qr::mertech::SCREEN_OFF]).dark);
        assert!(!fed(&[qr::mertech::SCREEN_OFF, qr::mertech::SCREEN_ON]).dark);
    }

    #[test]
    fn what_is_no_command_is_counted_and_passed_over() {
        let display = fed(&[b"hello", &show(LINK), &[0x02, 0xF2, 0x02, 0xFF, 0xFF]]);
        assert_eq!(display.face, Face::Code(LINK.to_owned()));
        assert_eq!(display.lost, 10);
        let mut torn = fed(&[&show(LINK)[..20]]);
        torn.end();
        assert_eq!((torn.lost, torn.face), (20, Face::Empty));
        assert_eq!(
            fed(&[&[0x02, 0xF0, 0x03], &[b'A'; 40]]).open.len(),
            0,
            "a word without an end"
        );
    }

    #[test]
    fn the_face_shows_the_symbol_of_the_text() {
        let page = fed(&[&show(LINK)]).render(Lang::Ru).0;
        assert!(page.contains(&qr::Matrix::encode(LINK).unwrap().svg()));
        assert!(page.contains("02 F2 02 00 33 68 74 74 70 73") && page.contains("data-face=\"code\""));
        assert!(!fed(&[&show("<script>")]).render(Lang::En).0.contains("<script>"));
    }
}
