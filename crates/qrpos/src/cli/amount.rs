//! Money as people type it.

use domain::Kopecks;

/// Reads rubles with at most two digits after the point or comma: `150`, `150.5`, `150,50`. Zero is refused, since
/// nobody pays nothing.
pub fn parse_amount(text: &str) -> Result<Kopecks, String> {
    let with_point = if text.contains('.') {
        text.to_owned()
    } else {
        text.replacen(',', ".", 1)
    };
    let amount = Kopecks::from_rubles(&with_point)
        .map_err(|_| format!("`{text}` is not a sum in rubles: write it like 150 or 150.50"))?;
    if amount.is_zero() {
        return Err("the sum must be at least 0.01".to_owned());
    }
    Ok(amount)
}

/// Reads `name=price`; the name may hold any character, also `=`.
pub fn parse_item(text: &str) -> Result<(String, Kopecks), String> {
    let (name, price) = text
        .rsplit_once('=')
        .ok_or_else(|| format!("`{text}` is not an item: write it like \"Молоко=89.90\""))?;
    if name.trim().is_empty() {
        return Err(format!("`{text}` has no name before the `=`"));
    }
    Ok((name.trim().to_owned(), parse_amount(price)?))
}

/// A bar code of 8 to 14 digits (EAN-8 to ITF-14) before the name, and the name.
pub fn split_code(text: &str) -> (Option<&str>, &str) {
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    let is_code = (8..=14).contains(&first.len()) && first.bytes().all(|byte| byte.is_ascii_digit());
    if is_code && !rest.trim().is_empty() {
        (Some(first), rest.trim())
    } else {
        (None, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_read_exactly() {
        for (text, kopecks) in [
            ("150", 15_000),
            ("150.00", 15_000),
            ("150,00", 15_000),
            ("0,01", 1),
            ("0.1", 10),
            ("1000000000", 100_000_000_000),
            ("33.30", 3_330),
            ("4503599627370.4", -1),
        ] {
            match parse_amount(text) {
                Ok(amount) => assert_eq!(amount.get(), kopecks, "{text}"),
                Err(_) => assert_eq!(kopecks, -1, "{text}"),
            }
        }
    }

    #[test]
    fn what_is_not_money_is_refused_in_words() {
        for text in [
            "", "0", "0,00", "-5", "1.234", "1,2,3", "1.000,00", "1,000.00", "1 000", "abc", "1e3", ",5",
            "5,", "٣",
        ] {
            assert!(parse_amount(text).is_err(), "{text}");
        }
        assert_eq!(
            parse_amount("12,345").unwrap_err(),
            "`12,345` is not a sum in rubles: write it like 150 or 150.50"
        );
    }

    #[test]
    fn a_bar_code_may_stand_before_the_name() {
        for (text, code, name) in [
            ("4600000000015 Хлеб ржаной", Some("4600000000015"), "Хлеб ржаной"),
            ("46000001 Хлеб", Some("46000001"), "Хлеб"),
            ("1234567 Хлеб", None, "1234567 Хлеб"),
            ("123456789012345 Хлеб", None, "123456789012345 Хлеб"),
            ("4600000000015", None, "4600000000015"),
            ("Хлеб 4600000000015", None, "Хлеб 4600000000015"),
        ] {
            assert_eq!(split_code(text), (code, name));
        }
    }

    #[test]
    fn an_item_is_a_name_and_a_price() {
        let (name, price) = parse_item("Сыр «Маасдам» 45%=219,50").unwrap();
        assert_eq!((name.as_str(), price.get()), ("Сыр «Маасдам» 45%", 21_950));
        assert_eq!(parse_item("a=b=1").unwrap().0, "a=b");
        assert!(parse_item("Хлеб").is_err() && parse_item("=10").is_err() && parse_item("x=0").is_err());
    }
}
