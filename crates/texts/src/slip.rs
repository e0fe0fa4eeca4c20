//! Words for the receipt tape. The tape is in Russian: it is a fiscal printer's, and the buyer keeps it.

/// How many characters fit a line of the narrowest tape that registers print on.
pub const SLIP_WIDTH: usize = 40;

/// The heading of a slip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlipTitle {
    /// Money came.
    Paid,
    /// Money went back.
    Refunded,
    /// Cancelled unpaid.
    Cancelled,
    /// Nobody paid in time.
    Expired,
    /// A social account was debited.
    SocialPaid,
    /// Money went back to a social account.
    SocialRefunded,
    /// A social payment was cancelled before the debit.
    SocialCancelled,
    /// A social payment was not confirmed in time.
    SocialExpired,
}

impl SlipTitle {
    /// Every heading.
    pub const ALL: [Self; 8] = [
        Self::Paid,
        Self::Refunded,
        Self::Cancelled,
        Self::Expired,
        Self::SocialPaid,
        Self::SocialRefunded,
        Self::SocialCancelled,
        Self::SocialExpired,
    ];

    /// What is printed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paid => "ОПЛАТА ПО QR-КОДУ",
            Self::Refunded => "ВОЗВРАТ ОПЛАТЫ ПО QR-КОДУ",
            Self::Cancelled => "ОПЛАТА ПО QR-КОДУ ОТМЕНЕНА",
            Self::Expired => "ОПЛАТА ПО QR-КОДУ: ВРЕМЯ ВЫШЛО",
            Self::SocialPaid => "ОПЛАТА С СОЦИАЛЬНОГО СЧЁТА",
            Self::SocialRefunded => "ВОЗВРАТ НА СОЦИАЛЬНЫЙ СЧЁТ",
            Self::SocialCancelled => "СОЦИАЛЬНАЯ ОПЛАТА ОТМЕНЕНА",
            Self::SocialExpired => "СОЦИАЛЬНАЯ ОПЛАТА: ВРЕМЯ ВЫШЛО",
        }
    }
}

/// A word before a value on a slip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlipWord {
    /// The sum.
    Sum,
    /// The moment.
    Moment,
    /// The store.
    Store,
    /// The register.
    Register,
    /// Our id.
    Operation,
    /// The bank's QR id.
    QrId,
    /// The bank's transaction id.
    Transaction,
    /// A line of its own: no money was taken.
    NoMoney,
}

impl SlipWord {
    /// Every word.
    pub const ALL: [Self; 8] = [
        Self::Sum,
        Self::Moment,
        Self::Store,
        Self::Register,
        Self::Operation,
        Self::QrId,
        Self::Transaction,
        Self::NoMoney,
    ];

    /// What is printed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sum => "Сумма",
            Self::Moment => "Время",
            Self::Store => "Магазин",
            Self::Register => "Касса",
            Self::Operation => "Операция",
            Self::QrId => "Номер QR",
            Self::Transaction => "Номер в банке",
            Self::NoMoney => "Деньги не списаны",
        }
    }
}

/// `word: value`, broken into lines of at most [`SLIP_WIDTH`] characters. A value that does not fit beside its word
/// stands below it.
pub fn slip_lines(word: SlipWord, value: &str) -> Vec<String> {
    let value: Vec<char> = value.chars().filter(|c| !c.is_control()).collect();
    let word = word.as_str();
    if word.chars().count() + 2 + value.len() <= SLIP_WIDTH {
        return vec![format!("{word}: {}", value.into_iter().collect::<String>())];
    }
    let mut lines = vec![format!("{word}:")];
    lines.extend(value.chunks(SLIP_WIDTH).map(|part| part.iter().collect()));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_too_wide() {
        for word in SlipWord::ALL {
            for length in [0, 1, 20, 36, 40, 41, 200] {
                for line in slip_lines(word, &"ж".repeat(length)) {
                    assert!(line.chars().count() <= SLIP_WIDTH, "{line}");
                }
            }
        }
        for title in SlipTitle::ALL {
            assert!(title.as_str().chars().count() <= SLIP_WIDTH);
        }
    }

    #[test]
    fn a_long_value_is_whole_on_the_tape() {
        let lines = slip_lines(SlipWord::Operation, &"7".repeat(64));
        assert_eq!(lines.concat().matches('7').count(), 64);
    }
}
