//! A reader of ESC/POS: what a job puts on the paper.

use encoding_rs::{Encoding, IBM866, WINDOWS_1251};

/// One thing on the paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    /// A line of text.
    Line {
        /// What it says.
        text: String,
        /// Whether it stands in the middle.
        centred: bool,
    },
    /// A QR that the printer draws.
    Code {
        /// What is in it.
        text: String,
        /// Dots along a module's edge.
        module_dots: u8,
    },
    /// A picture.
    Picture {
        /// Dots across; a multiple of eight.
        width: usize,
        /// Rows of bytes, a set bit being black.
        rows: Vec<u8>,
    },
    /// Empty lines.
    Feed(u8),
    /// The knife.
    Cut,
    /// Bytes that this printer does not understand.
    Unknown(usize),
}

/// Reads a whole job. Nothing makes it fail: a printer prints what it can.
pub(super) fn read(job: &[u8]) -> Vec<Item> {
    let mut printer = Printer::new();
    let mut rest = job;
    while !rest.is_empty() {
        let length = printer.take(rest);
        rest = rest.get(length.max(1)..).unwrap_or_default();
    }
    printer.end_line(false);
    printer.items
}

struct Printer {
    items: Vec<Item>,
    line: Vec<u8>,
    page: &'static Encoding,
    centred: bool,
    stored: Vec<u8>,
    module_dots: u8,
}

impl Printer {
    fn new() -> Self {
        Self {
            items: Vec::new(),
            line: Vec::new(),
            page: IBM866,
            centred: false,
            stored: Vec::new(),
            module_dots: 3,
        }
    }

    /// Obeys what stands at the beginning and tells how long it was.
    fn take(&mut self, bytes: &[u8]) -> usize {
        match bytes {
            [] => 0,
            [b'\n', ..] => {
                self.end_line(true);
                1
            }
            [0x1B, b'@', ..] => {
                let items = std::mem::take(&mut self.items);
                *self = Self { items, ..Self::new() };
                2
            }
            // This printer's own table: 17 is cp866 as with most, 46 is windows-1251.
            [0x1B, b't', number, ..] => {
                self.page = if *number == 46 { WINDOWS_1251 } else { IBM866 };
                3
            }
            [0x1B, b'a', place, ..] => {
                self.centred = matches!(place, 1 | b'1');
                3
            }
            [0x1B, b'd', lines, ..] => {
                self.end_line(false);
                self.items.push(Item::Feed(*lines));
                3
            }
            [0x1D, b'V', ..] => {
                self.end_line(false);
                self.items.push(Item::Cut);
                // The forms with a feed before the cut have one byte more.
                if matches!(bytes, [_, _, b'A' | b'B', ..]) {
                    4
                } else {
                    3
                }
            }
            [0x1D, b'(', b'k', low, high, rest @ ..] => {
                let length = usize::from(u16::from_le_bytes([*low, *high]));
                self.symbol(rest.get(..length).unwrap_or(rest));
                5 + length
            }
            [0x1D, b'v', b'0', _, xl, xh, yl, yh, rest @ ..] => {
                let row = usize::from(u16::from_le_bytes([*xl, *xh]));
                let rows = rest.get(..row * usize::from(u16::from_le_bytes([*yl, *yh])));
                self.picture(row * 8, rows);
                8 + rows.map_or(rest.len(), <[u8]>::len)
            }
            [byte, ..] if *byte < 0x20 => {
                self.unknown(1);
                1
            }
            [byte, ..] => {
                self.line.push(*byte);
                1
            }
        }
    }

    fn symbol(&mut self, data: &[u8]) {
        match data {
            // This printer draws model 2 only, at the level it likes.
            [0x31, 0x41 | 0x45, ..] => {}
            [0x31, 0x43, dots] => self.module_dots = *dots,
            [0x31, 0x50, 0x30, text @ ..] => self.stored = text.to_vec(),
            [0x31, 0x51, ..] => {
                self.end_line(false);
                self.items.push(Item::Code {
                    text: String::from_utf8_lossy(&self.stored).into_owned(),
                    module_dots: self.module_dots,
                });
            }
            other => self.unknown(other.len() + 5),
        }
    }

    fn picture(&mut self, width: usize, rows: Option<&[u8]>) {
        self.end_line(false);
        match rows {
            Some(rows) if !rows.is_empty() => self.items.push(Item::Picture {
                width,
                rows: rows.to_vec(),
            }),
            // The job ended inside the picture.
            _ => self.unknown(8),
        }
    }

    /// A line feed ends even an empty line.
    fn end_line(&mut self, fed: bool) {
        if self.line.is_empty() && !fed {
            return;
        }
        let text = self.page.decode_without_bom_handling(&self.line).0.into_owned();
        self.line.clear();
        self.items.push(Item::Line {
            text,
            centred: self.centred,
        });
    }

    fn unknown(&mut self, count: usize) {
        if let Some(Item::Unknown(before)) = self.items.last_mut() {
            *before += count;
        } else {
            self.items.push(Item::Unknown(count));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use qr::escpos::{CodePage, Cut, Drawing, Paper, Printer as Pen, TextPage};

    const LINK: &str = "https://qr.nspk.ru/AS1000670LSS7DN18SJQDNP4B05KLJL2";

    fn job(drawing: Drawing, page: CodePage, number: u8) -> Vec<Item> {
        let pen = Pen {
            paper: Paper::Mm80,
            drawing,
            page: TextPage { page, number },
            module_dots: 6,
            cut: Cut::Partial,
        };
        let line = |text: &str| vec![text.to_owned()];
        read(&pen.ticket(&line("Оплата № 7"), LINK, &line("Спасибо!")).unwrap())
    }

    fn centred(text: &str) -> Item {
        Item::Line {
            text: text.to_owned(),
            centred: true,
        }
    }

    #[test]
    fn a_job_with_the_printers_own_code_is_read() {
        for (page, number) in [(CodePage::Cp866, 17), (CodePage::Windows1251, 46)] {
            let code = Item::Code {
                text: LINK.to_owned(),
                module_dots: 6,
            };
            assert_eq!(
                job(Drawing::Native, page, number),
                [
                    centred("Оплата № 7"),
                    code,
                    centred(""),
                    centred("Спасибо!"),
                    Item::Feed(4),
                    Item::Cut
                ]
            );
        }
    }

    #[test]
    fn a_job_with_a_picture_is_read_and_the_picture_decodes() {
        let items = job(Drawing::Raster, CodePage::Cp866, 17);
        let Item::Picture { width, rows } = &items[1] else {
            panic!("{items:?}")
        };
        assert_eq!(*width, 576);
        let mut image =
            rqrr::PreparedImage::prepare_from_greyscale(*width, rows.len() / (width / 8), |x, y| {
                if rows[y * width / 8 + x / 8] & (0x80 >> (x % 8)) == 0 {
                    255
                } else {
                    0
                }
            });
        assert_eq!(image.detect_grids()[0].decode().unwrap().1, LINK);
        assert_eq!(items.len(), 6);
    }

    #[test]
    fn nothing_makes_the_printer_fail() {
        for bytes in [
            &b"\x1B"[..],
            b"\x1D(k\xFF\xFF1P0abc",
            b"\x1Dv0\x00\xFF\xFF\xFF\xFFabc",
            b"\x1D(k\x00\x00",
            b"\x1Dv0\x00\x00\x00\x00\x00",
            b"\x1DV",
            b"\x00\x01\x02",
            b"\xFF\xFE\x1B@",
        ] {
            read(bytes);
        }
        assert_eq!(read(b"\x00\x01\x02"), [Item::Unknown(3)]);
        let plain = |text: &str| Item::Line {
            text: text.to_owned(),
            centred: false,
        };
        assert_eq!(read(b"a\n\nb"), [plain("a"), plain(""), plain("b")]);
    }
}
