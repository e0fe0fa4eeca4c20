//! Sums and times as a receipt prints them.

use domain::Kopecks;
use jiff::civil::{Date, DateTime, Time};

/// Whether a text holds this sum, written as rubles with two digits after a point, comma, equals sign or hyphen, also
/// with blanks between the thousands. A sum that is a part of a longer number does not count.
pub fn holds_sum(text: &str, sum: Kopecks) -> bool {
    let whole = (sum.get() / 100).to_string();
    let cents = format!("{:02}", sum.get() % 100);
    let letters: Vec<char> = text.chars().collect();
    (0..letters.len()).any(|at| {
        starts_number(&letters, at)
            && read_whole(&letters, at, &whole).is_some_and(|end| {
                let separated = letters
                    .get(end)
                    .is_some_and(|c| matches!(c, '.' | ',' | '=' | '-'));
                let after = letters.get(end + 1..end + 3);
                let next = letters.get(end + 3);
                separated
                    && after.is_some_and(|found| found.iter().collect::<String>() == cents)
                    && next.is_none_or(|c| !is_inside_number(*c))
            })
    })
}

/// Nothing numeric stands right before, nor before one blank: `1 500.00` is not 500.00.
fn starts_number(letters: &[char], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).and_then(|at| letters.get(at)).copied();
    match before(1) {
        None => true,
        Some(c) if is_blank(c) => before(2).is_none_or(|c| !c.is_ascii_digit()),
        Some('.') => !before(2).is_some_and(|c| c.is_ascii_digit()),
        Some(c) => !is_inside_number(c) && c != '-',
    }
}

/// The whole rubles at a place, blanks between thousands allowed; where they end.
fn read_whole(letters: &[char], at: usize, whole: &str) -> Option<usize> {
    let mut place = at;
    for (index, digit) in whole.chars().enumerate() {
        let left = whole.len() - index;
        if index > 0 && left.is_multiple_of(3) && letters.get(place).is_some_and(|c| is_blank(*c)) {
            place += 1;
        }
        if letters.get(place) != Some(&digit) {
            return None;
        }
        place += 1;
    }
    Some(place)
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\'')
}

fn is_inside_number(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '.' | ',')
}

/// Every date and time in a text: `15.01.2026 10:15:00`, `15/01/26 10:15`, `2026-01-15 10:15`, and field 21's
/// `20260115101500`. A date is joined with each time on its own line.
pub fn moments(text: &str) -> Vec<DateTime> {
    let mut found = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line
            .split(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '/' | '-' | ':')))
            .map(|word| word.trim_matches(['.', '/', '-', ':']))
            .filter(|word| !word.is_empty())
            .collect();
        let dates: Vec<Date> = words.iter().filter_map(|word| date(word)).collect();
        let times: Vec<Time> = words.iter().filter_map(|word| time(word)).collect();
        for day in dates {
            found.extend(times.iter().map(|time| day.to_datetime(*time)));
        }
        found.extend(words.iter().filter_map(|word| compact(word)));
    }
    found
}

fn date(word: &str) -> Option<Date> {
    let separator = ['.', '/', '-'].into_iter().find(|c| word.contains(*c))?;
    let mut parts = word.split(separator);
    let (first, month, last) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || month.len() != 2 {
        return None;
    }
    let (year, day) = match (first.len(), last.len()) {
        (4, 2) => (first.to_owned(), last),
        (2, 4) => (last.to_owned(), first),
        (2, 2) => (format!("20{last}"), first),
        _ => return None,
    };
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn time(word: &str) -> Option<Time> {
    let mut parts = word.split(':');
    let (hour, minute) = (parts.next()?, parts.next()?);
    let second = parts.next().unwrap_or("0");
    if parts.next().is_some() || hour.is_empty() || hour.len() > 2 || minute.len() != 2 || second.len() > 2 {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, second.parse().ok()?, 0).ok()
}

fn compact(word: &str) -> Option<DateTime> {
    if word.len() != 14 || !word.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| word.get(from..to);
    let date = Date::new(
        part(0, 4)?.parse().ok()?,
        part(4, 6)?.parse().ok()?,
        part(6, 8)?.parse().ok()?,
    )
    .ok()?;
    let time = Time::new(
        part(8, 10)?.parse().ok()?,
        part(10, 12)?.parse().ok()?,
        part(12, 14)?.parse().ok()?,
        0,
    )
    .ok()?;
    Some(date.to_datetime(time))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn holds(text: &str, kopecks: i64) -> bool {
        holds_sum(text, Kopecks::new(kopecks).unwrap())
    }

    #[test]
    fn a_sum_is_found_in_every_spelling_and_not_inside_another() {
        for text in [
            "ИТОГО: 1500.00",
            "1 500,00 руб.",
            "=1500-00",
            "RUB1500.00",
            "1\u{a0}500=00.",
            "1500.00",
        ] {
            let expected = !text.starts_with("1\u{a0}500=00.");
            assert_eq!(holds(text, 150_000), expected, "{text}");
        }
        for text in [
            "21500.00",
            "2 1500.00",
            "1500.001",
            "1500,00,",
            "1500",
            "15000.0",
            "1500.0",
            "1.1500.00",
            "",
        ] {
            assert!(!holds(text, 150_000), "{text}");
        }
        assert!(!holds("СУММА 1 500.00", 50_000), "the end of another sum");
        assert!(!holds("СУММА 1500.00", 50_000));
        assert!(holds("СУММА 0.05", 5));
        assert!(holds("СУММА ... 5.00", 500) && !holds("1.5.00", 500));
    }

    #[test]
    fn dates_and_times_are_found() {
        let expected = |text: &str| -> DateTime { text.parse().unwrap() };
        for text in [
            "ДАТА 15.01.2026 ВРЕМЯ 10:15:30",
            "15/01/26 10:15:30",
            "10:15:30 2026-01-15",
            "20260115101530",
        ] {
            assert_eq!(moments(text), [expected("2026-01-15T10:15:30")], "{text}");
        }
        assert_eq!(moments("15.01.2026 10:15"), [expected("2026-01-15T10:15:00")]);
        for none in [
            "15.01.2026\n10:15",
            "32.01.2026 10:15",
            "15.01.2026 25:15",
            "1.1.26 1:1",
            "20261315101530",
        ] {
            assert_eq!(moments(none), [], "{none}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_searched_without_panic(text in "[0-9 .,:/=\\-А-Я\n]{0,60}", kopecks in 0..1_000_000_i64) {
            let _ = (holds(&text, kopecks), moments(&text));
        }

        #[test]
        fn a_printed_sum_is_found_and_no_other(kopecks in 0..10_000_000_i64, other in 0..10_000_000_i64) {
            let text = format!("ИТОГО: {} РУБ", Kopecks::new(kopecks).unwrap());
            prop_assert!(holds(&text, kopecks));
            prop_assert_eq!(holds(&text, other), kopecks == other);
        }
    }
}
