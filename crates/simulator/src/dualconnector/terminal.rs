//! The terminal behind the service: pure, time is an argument.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::message::{Reply, Request};
use super::receipt::Receipt;
use crate::clock;

mod back;

/// The terminal's profile.
#[derive(Debug, Clone)]
pub struct Options {
    /// Field 27.
    pub terminal: String,
    /// Field 25 of a sale by QR: invented.
    pub sbp_sale: u64,
    /// Field 25 of a refund of a QR payment: invented.
    pub sbp_refund: u64,
    /// Field 25 of the question about a QR payment: invented.
    pub sbp_sale_status: u64,
    /// Field 25 of the question about its refund: invented.
    pub sbp_refund_status: u64,
    /// Field 25 of the emergency cancel.
    pub emergency: u64,
    /// The field that tells card from QR: invented. Its words are `CARD` and `SBP`.
    pub tender_field: u16,
    /// Whether a payment can be taken back in part on the same day.
    pub partial_void: bool,
    /// Whether a payment that key 1 switched to QR can be refunded.
    pub refunds_switched: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            terminal: "11087928".to_owned(),
            sbp_sale: 9_101,
            sbp_refund: 9_102,
            sbp_sale_status: 9_103,
            sbp_refund_status: 9_104,
            emergency: 53,
            tender_field: 119,
            partial_void: true,
            refunds_switched: true,
        }
    }
}

impl Options {
    /// The lines of a register's settings (HOCON) that only this service can know: the terminal's id, the codes and
    /// words that are invented here. The register adds `url`, `timeout` and `journal`.
    pub fn register_settings(&self) -> String {
        format!(
            "id = \"{}\"\n\
             qrSBP = true\n\
             operations {{ sbp_sale.code = {}, sbp_refund.code = {}, sbp_sale_status.code = {}, \
             sbp_refund_status.code = {}, emergency_cancel.code = {} }}\n\
             tenderField {{ field = {}, card = [\"CARD\"], qr = [\"SBP\"] }}\n",
            self.terminal,
            self.sbp_sale,
            self.sbp_refund,
            self.sbp_sale_status,
            self.sbp_refund_status,
            self.emergency,
            self.tender_field
        )
    }
}

/// What the pin-pad shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "screen", rename_all = "snake_case")]
pub enum Screen {
    /// Nothing to do; what ended last, if anything.
    Ready {
        /// The last message.
        last: Option<String>,
    },
    /// Asks for a card. In a sale key 1 switches to QR.
    AskCard {
        /// The sum.
        kopecks: u64,
        /// Whether it is a sale.
        is_sale: bool,
    },
    /// Shows a QR.
    ShowQr {
        /// The sum.
        kopecks: u64,
        /// The text in it.
        link: String,
    },
    /// Asks for the number of a receipt.
    AskNumber,
}

/// What happens at the pin-pad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "key", rename_all = "snake_case")]
pub enum Key {
    /// A card is tapped.
    Tap,
    /// Key 1: from card to QR, in a sale.
    One,
    /// The buyer's phone pays the QR.
    Phone,
    /// The bank declines.
    Decline,
    /// The red key.
    Cancel,
    /// The number of a receipt.
    Number {
        /// It.
        number: u32,
    },
}

/// A payment that was taken.
#[derive(Debug, Clone)]
struct Sale {
    number: u32,
    rrn: String,
    kopecks: u64,
    given_back: u64,
    by_qr: bool,
    switched: bool,
    /// Of an operating day that has ended.
    settled: bool,
}

/// What the terminal is busy with.
#[derive(Debug, Clone)]
enum Work {
    Sale { kopecks: u64, code: u64, switched: bool },
    Refund { kopecks: u64, code: u64, rrn: String },
    Copy,
}

/// What became of a request.
pub(super) enum Begun {
    /// It has ended.
    Answer(Reply),
    /// The buyer is asked.
    Wait,
}

pub(super) struct Terminal {
    pub(super) options: Options,
    sales: Vec<Sale>,
    receipts: Vec<(u32, String)>,
    operations: u32,
    work: Option<Work>,
    screen: Screen,
}

const MESSAGE_APPROVED: &str = "ОПЕРАЦИЯ ОДОБРЕНА";
const MESSAGE_INTERRUPTED: &str = "ОПЕРАЦИЯ ПРЕРВАНА";
const MESSAGE_DECLINED: &str = "ОТКЛОНЕНО БАНКОМ";
/// How many receipts the terminal keeps.
const RECEIPTS_MAX: usize = 1_000;

impl Terminal {
    pub(super) fn new(options: Options) -> Self {
        Self {
            options,
            sales: Vec::new(),
            receipts: Vec::new(),
            operations: 0,
            work: None,
            screen: Screen::Ready { last: None },
        }
    }

    pub(super) const fn screen(&self) -> &Screen {
        &self.screen
    }

    /// Begins what a request asks for. Errors are the service's codes.
    pub(super) fn begin(&mut self, request: &Request, now_us: i64) -> Begun {
        if self.work.is_some() {
            return Begun::Answer(Reply::Error(16));
        }
        let named = request.field(27);
        if named.is_some_and(|named| named != self.options.terminal) {
            return Begun::Answer(Reply::Error(4));
        }
        let Some(code) = request.number(25) else {
            return Begun::Answer(Reply::Error(4));
        };
        let has_sum = request.number(0).is_some_and(|sum| sum > 0) && request.field(4) == Some("643");
        let kopecks = request.number(0).unwrap_or_default();
        let rrn = request.field(14).unwrap_or_default();
        match code {
            26 => self.plain(26, now_us, Vec::new()),
            1 if has_sum => self.ask(
                Screen::AskCard {
                    kopecks,
                    is_sale: true,
                },
                Work::Sale {
                    kopecks,
                    code,
                    switched: false,
                },
            ),
            code if code == self.options.sbp_sale && has_sum => self.ask(
                self.qr(kopecks),
                Work::Sale {
                    kopecks,
                    code,
                    switched: false,
                },
            ),
            4 if has_sum => Begun::Answer(self.void(kopecks, rrn, now_us)),
            29 if has_sum => self.ask(
                Screen::AskCard {
                    kopecks,
                    is_sale: false,
                },
                Work::Refund {
                    kopecks,
                    code,
                    rrn: rrn.to_owned(),
                },
            ),
            code if code == self.options.sbp_refund && has_sum => {
                Begun::Answer(self.refund(code, kopecks, rrn, true, now_us))
            }
            code if code == self.options.sbp_sale_status || code == self.options.sbp_refund_status => {
                Begun::Answer(self.status(code, rrn, now_us))
            }
            code if code == self.options.emergency => Begun::Answer(self.emergency(now_us)),
            59 => self.settle(now_us),
            63 => self.command(request, now_us),
            _ => Begun::Answer(Reply::Error(4)),
        }
    }

    fn ask(&mut self, screen: Screen, work: Work) -> Begun {
        self.screen = screen;
        self.work = Some(work);
        Begun::Wait
    }

    /// An invented link of the shape that the SBP uses.
    fn qr(&self, kopecks: u64) -> Screen {
        let number = self.operations + 1;
        Screen::ShowQr {
            kopecks,
            link: format!(
                "https://qr.nspk.ru/AD{number:030}?type=02&bank=100000000999&sum={kopecks}&cur=RUB&crc=0000"
            ),
        }
    }

    /// What happens at the pin-pad. The reply, if that ends the operation.
    pub(super) fn press(&mut self, key: Key, now_us: i64) -> Option<Reply> {
        let work = self.work.clone()?;
        match (key, &work, &self.screen) {
            (Key::One, Work::Sale { kopecks, code, .. }, Screen::AskCard { .. }) => {
                let (kopecks, code) = (*kopecks, *code);
                self.screen = self.qr(kopecks);
                self.work = Some(Work::Sale {
                    kopecks,
                    code,
                    switched: true,
                });
                None
            }
            (Key::Tap, Work::Sale { kopecks, code, .. }, Screen::AskCard { .. }) => {
                Some(self.sold(*kopecks, *code, false, false, now_us))
            }
            (
                Key::Phone,
                Work::Sale {
                    kopecks,
                    code,
                    switched,
                },
                Screen::ShowQr { .. },
            ) => Some(self.sold(*kopecks, *code, true, *switched, now_us)),
            (Key::Tap, Work::Refund { kopecks, code, rrn }, _) => {
                Some(self.refund(*code, *kopecks, rrn, false, now_us))
            }
            (Key::Number { number }, Work::Copy, _) => Some(self.copy_of(number, now_us)),
            (Key::Cancel, work, _) => Some(self.ended(work.code(), 53, "ER3", MESSAGE_INTERRUPTED, now_us)),
            (Key::Decline, Work::Sale { .. } | Work::Refund { .. }, _) => {
                Some(self.ended(work.code(), 16, "05", MESSAGE_DECLINED, now_us))
            }
            _ => None,
        }
    }

    /// Nobody came.
    pub(super) fn time_out(&mut self) -> Reply {
        self.rest("ВРЕМЯ ВЫШЛО");
        Reply::Error(1)
    }

    fn sold(&mut self, kopecks: u64, code: u64, by_qr: bool, switched: bool, now_us: i64) -> Reply {
        let (number, rrn) = self.next();
        self.sales.push(Sale {
            number,
            rrn: rrn.clone(),
            kopecks,
            given_back: 0,
            by_qr,
            switched,
            settled: false,
        });
        self.approved(code, "ОПЛАТА", (number, rrn), kopecks, by_qr, now_us)
    }

    fn next(&mut self) -> (u32, String) {
        self.operations += 1;
        (
            self.operations,
            format!("{:012}", 601_500_000_000_u64 + u64::from(self.operations)),
        )
    }

    /// An approved operation of money, with its receipt.
    fn approved(
        &mut self,
        code: u64,
        title: &str,
        (number, rrn): (u32, String),
        kopecks: u64,
        by_qr: bool,
        now_us: i64,
    ) -> Reply {
        let receipt = Receipt {
            title,
            terminal: &self.options.terminal,
            time: &clock::for_people(now_us),
            kopecks,
            rrn: &rrn,
            means: if by_qr {
                "QR СБП"
            } else {
                "КАРТА ************1111"
            },
            number,
        }
        .field();
        if self.receipts.len() >= RECEIPTS_MAX {
            self.receipts.remove(0);
        }
        self.receipts.push((number, receipt.clone()));
        self.rest(MESSAGE_APPROVED);
        let mut fields = vec![
            (0, kopecks.to_string()),
            (4, "643".to_owned()),
            (13, format!("{number:06}")),
            (14, rrn),
            (15, "00".to_owned()),
            (26, number.to_string()),
            (28, "900000000001".to_owned()),
            (90, receipt),
            (
                self.options.tender_field,
                if by_qr { "SBP" } else { "CARD" }.to_owned(),
            ),
        ];
        // A field that no register may log.
        if !by_qr {
            fields.push((10, "427600******1111".to_owned()));
        }
        self.reply(
            code,
            1,
            &format!("{MESSAGE_APPROVED}^APPROVED.JPG~"),
            fields,
            now_us,
        )
    }

    /// An operation that was not done.
    fn ended(&mut self, code: u64, status: u32, host: &str, message: &str, now_us: i64) -> Reply {
        self.rest(message);
        let text = format!("{message}^TERMINATED.JPG~");
        self.reply(code, status, &text, vec![(15, host.to_owned())], now_us)
    }

    fn rest(&mut self, message: &str) {
        self.work = None;
        self.screen = Screen::Ready {
            last: Some(message.to_owned()),
        };
    }

    /// An operation without money that ends at once.
    fn plain(&mut self, code: u64, now_us: i64, more: Vec<(u16, String)>) -> Begun {
        self.rest(MESSAGE_APPROVED);
        let text = format!("{MESSAGE_APPROVED}^APPROVED.JPG~");
        Begun::Answer(self.reply(code, 1, &text, more, now_us))
    }

    fn reply(
        &self,
        code: u64,
        status: u32,
        text: &str,
        mut fields: Vec<(u16, String)>,
        now_us: i64,
    ) -> Reply {
        fields.extend([
            (19, text.to_owned()),
            (21, compact(now_us)),
            (25, code.to_string()),
            (27, self.options.terminal.clone()),
            (39, status.to_string()),
        ]);
        fields.sort_by_key(|(number, _)| *number);
        Reply::Fields(fields)
    }

    fn settle(&mut self, now_us: i64) -> Begun {
        let of_today = self.sales.iter().filter(|sale| !sale.settled);
        let total: u64 = of_today.map(|sale| sale.kopecks - sale.given_back).sum();
        for sale in &mut self.sales {
            sale.settled = true;
        }
        let text = format!("СВЕРКА ИТОГОВ\r\nИТОГО: {}.{:02}\r\n", total / 100, total % 100);
        self.plain(59, now_us, vec![(90, format!("0xDF^^{text}~"))])
    }

    fn command(&mut self, request: &Request, now_us: i64) -> Begun {
        match (request.number(65), request.number(64)) {
            (Some(command @ (20 | 21)), _) => {
                let mut lines = String::new();
                for sale in self.sales.iter().filter(|sale| !sale.settled && command == 21) {
                    let (whole, cents) = (sale.kopecks / 100, sale.kopecks % 100);
                    let _ = write!(lines, "{:06} {whole}.{cents:02}\r\n", sale.number);
                }
                let count = self.sales.iter().filter(|sale| !sale.settled).count();
                let text = format!("0xDF^^ОТЧЁТ\r\nОПЕРАЦИЙ: {count}\r\n{lines}~");
                self.plain(
                    63,
                    now_us,
                    vec![(65, command.to_string()), (67, "0".to_owned()), (90, text)],
                )
            }
            (Some(22), Some(1)) => {
                let last = self.receipts.last().map(|(number, _)| *number);
                Begun::Answer(self.copy_of(last.unwrap_or_default(), now_us))
            }
            (Some(22), Some(0)) => self.ask(Screen::AskNumber, Work::Copy),
            _ => Begun::Answer(Reply::Error(4)),
        }
    }

    fn copy_of(&mut self, number: u32, now_us: i64) -> Reply {
        let found = self.receipts.iter().find(|(known, _)| *known == number);
        match found.map(|(_, text)| text.clone()) {
            Some(text) => {
                self.rest("КОПИЯ ЧЕКА");
                let fields = vec![(65, "22".to_owned()), (67, "0".to_owned()), (90, text)];
                self.reply(63, 1, "КОПИЯ ЧЕКА^APPROVED.JPG~", fields, now_us)
            }
            None => self.ended(63, 16, "NF", "ЧЕК НЕ НАЙДЕН", now_us),
        }
    }
}

impl Work {
    const fn code(&self) -> u64 {
        match self {
            Self::Sale { code, .. } | Self::Refund { code, .. } => *code,
            Self::Copy => 63,
        }
    }
}

/// `20260115101530`
fn compact(now_us: i64) -> String {
    let shown = clock::for_people(now_us);
    let (date, time) = shown.split_once(' ').unwrap_or_default();
    let parts: Vec<&str> = date.rsplit('.').collect();
    format!("{}{}", parts.concat(), time.replace(':', ""))
}
