//! A receipt is made: lines, and the choice of a means of payment.

use super::{AmountForm, CodeForm, Decision, Field, Key, Purpose, Reads, Screen, Till};
use crate::cli::amount::{parse_amount, split_code};
use crate::till::journal::{Line, Receipt, sum};
use crate::till::wording::say;
use domain::Kopecks;
use texts::words::till;
use texts::{Text, Word};

/// The most lines of a receipt: what the protocol takes.
const LINES_MAX: usize = 1000;
/// The longest name of a good, in characters: what the protocol takes.
const NAME_CHARS_MAX: usize = 512;
/// The most of one good in a line.
const QUANTITY_MAX: u32 = 9_999;

impl Till {
    /// The number of the receipt that is being made or paid.
    pub fn receipt_number(&self) -> u32 {
        self.book
            .current
            .as_ref()
            .map_or(self.book.next_receipt, |receipt| receipt.number)
    }

    /// What the lines come to.
    pub fn total(&self) -> Kopecks {
        sum(self.draft.iter().map(|line| line.sum))
    }

    /// What can be asked for now.
    pub fn left(&self) -> Kopecks {
        self.touched().map_or_else(|| self.total(), Receipt::left)
    }

    /// The receipt, when some of it was paid or may have been: then its lines stand.
    pub fn touched(&self) -> Option<&Receipt> {
        self.book
            .current
            .as_ref()
            .filter(|receipt| !receipt.is_untouched())
    }

    pub(super) fn to_sale(&self) -> Screen {
        if self.touched().is_some() {
            return Screen::Tenders;
        }
        Screen::Sale {
            field: Field::default(),
            problem: None,
        }
    }

    pub(super) fn sale_key(&mut self, key: Key, mut field: Field, problem: Option<Text>) -> Screen {
        match key {
            Key::Char(character) => field.push(character),
            Key::Backspace => field.pop(),
            Key::Enter if field.text().is_empty() => return self.to_tenders(field),
            Key::Enter => {
                let problem = self.add_line(field.text()).err().map(say);
                if problem.is_none() {
                    field.clear();
                }
                return Screen::Sale { field, problem };
            }
            Key::F(2) => return self.to_tenders(field),
            Key::Delete | Key::F(8) => {
                self.draft.pop();
            }
            Key::Esc if !field.raw().is_empty() => field.clear(),
            Key::Esc if self.draft.is_empty() && self.book.current.is_none() => return Screen::Menu,
            Key::Esc => return Screen::Decide(Decision::GiveUp),
            Key::Up | Key::Down | Key::F(_) => return Screen::Sale { field, problem },
        }
        Screen::Sale { field, problem: None }
    }

    fn to_tenders(&self, field: Field) -> Screen {
        if self.total().is_zero() {
            return Screen::Sale {
                field,
                problem: Some(say(till::NOTHING_TO_PAY)),
            };
        }
        Screen::Tenders
    }

    fn add_line(&mut self, text: &str) -> Result<(), Word> {
        if self.draft.len() >= LINES_MAX {
            return Err(till::TOO_MANY_LINES);
        }
        let line = parse_line(text, self.setup.lang.say(till::GOODS))?;
        self.total().checked_add(line.sum).ok_or(till::TOO_DEAR)?;
        self.draft.push(line);
        Ok(())
    }

    pub(super) fn tenders_key(&mut self, key: Key) -> Screen {
        match key {
            Key::Char('0') => self.amount_of(Purpose::Cash),
            Key::Char(digit) => match self.tender_at(digit) {
                Some(tender) => self.amount_of(Purpose::Tender(tender)),
                None => Screen::Tenders,
            },
            Key::F(6) => Screen::Buyer(Field::with(self.buyer.clone().unwrap_or_default())),
            Key::F(4 | 5) => Screen::Unresolved { chosen: 0 },
            Key::Esc if self.touched().is_some() => Screen::Decide(Decision::GiveUp),
            Key::Esc => self.to_sale(),
            _ => Screen::Tenders,
        }
    }

    fn tender_at(&self, digit: char) -> Option<usize> {
        let number = usize::try_from(digit.to_digit(10)?).ok()?;
        number
            .checked_sub(1)
            .filter(|tender| *tender < self.setup.tenders.len())
    }

    fn amount_of(&mut self, purpose: Purpose) -> Screen {
        let whole = self.left();
        if whole.is_zero() {
            self.tell(say(till::ONLY_PENDING_LEFT));
            return Screen::Tenders;
        }
        // A reservation is made for the whole receipt: the bank says how much of it can be paid so.
        if let Purpose::Tender(tender) = purpose
            && self
                .setup
                .tenders
                .get(tender)
                .is_some_and(|tender| tender.reads == Reads::Card)
        {
            return Screen::Code(CodeForm {
                tender,
                amount: whole,
                field: Field::default(),
                problem: None,
            });
        }
        Screen::Amount(AmountForm {
            purpose,
            whole,
            field: Field::default(),
            problem: None,
        })
    }

    pub(super) fn buyer_key(&mut self, key: Key, mut field: Field) -> Screen {
        match key {
            Key::Char(character) => field.push(character),
            Key::Backspace => field.pop(),
            Key::Enter => {
                let text: String = field.text().chars().take(256).collect();
                self.buyer = (!text.is_empty()).then_some(text);
                return Screen::Tenders;
            }
            Key::Esc => return Screen::Tenders,
            _ => {}
        }
        Screen::Buyer(field)
    }
}

/// A line as it is typed: `89,90`, `Молоко 89,90`, `Молоко 2*89,90`, `Молоко=89,90`, `4600000000015 Молоко 89,90`.
pub fn parse_line(text: &str, unnamed: &str) -> Result<Line, Word> {
    let (code, text) = split_code(text);
    let (name, price) = match text.rsplit_once(['=', ' ']) {
        Some((name, price)) if !name.trim().is_empty() => (name.trim(), price.trim()),
        _ => (unnamed, text),
    };
    let (quantity, price) = match price.split_once('*') {
        Some((quantity, price)) => (quantity.parse().map_err(|_| till::BAD_LINE)?, price),
        None => (1, price),
    };
    if quantity == 0 || quantity > QUANTITY_MAX {
        return Err(till::BAD_LINE);
    }
    if name.chars().count() > NAME_CHARS_MAX {
        return Err(till::NAME_TOO_LONG);
    }
    let price = parse_amount(price).map_err(|_| till::BAD_LINE)?;
    let sum = price
        .get()
        .checked_mul(i64::from(quantity))
        .ok_or(till::TOO_DEAR)?;
    Ok(Line {
        name: name.to_owned(),
        code: code.map(str::to_owned),
        quantity,
        price,
        sum: Kopecks::new(sum).map_err(|_| till::TOO_DEAR)?,
    })
}
