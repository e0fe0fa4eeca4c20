//! Sums as people read them.

use crate::Text;
use domain::Kopecks;

/// A sum for a screen: `1 234,50 ₽` (the blanks are non-breaking) and `₽1,234.50`.
pub fn rubles(sum: Kopecks) -> Text {
    let (whole, cents) = (sum.get() / 100, sum.get() % 100);
    Text::new(
        format!("{},{cents:02}\u{a0}₽", grouped(whole, "\u{a0}")),
        format!("₽{}.{cents:02}", grouped(whole, ",")),
    )
}

/// A sum for a receipt printer, whose code page has no ruble sign: `1234.50 руб.`
pub fn slip_rubles(sum: Kopecks) -> String {
    format!("{} руб.", sum.to_rubles())
}

/// Digits in groups of three.
fn grouped(number: i64, gap: &str) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push_str(gap);
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_grouped() {
        for (kopecks, ru, en) in [
            (0, "0,00\u{a0}₽", "₽0.00"),
            (5, "0,05\u{a0}₽", "₽0.05"),
            (99_999, "999,99\u{a0}₽", "₽999.99"),
            (123_450, "1\u{a0}234,50\u{a0}₽", "₽1,234.50"),
            (
                100_000_000_000,
                "1\u{a0}000\u{a0}000\u{a0}000,00\u{a0}₽",
                "₽1,000,000,000.00",
            ),
        ] {
            let sum = Kopecks::new(kopecks).unwrap();
            assert_eq!(rubles(sum), Text::new(ru, en));
        }
    }
}
