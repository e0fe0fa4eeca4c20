//! The purpose of a payment: the register's own words, or a template from the settings.

use crate::ConfigError;
use domain::call::Register;

const PLACES: [&str; 4] = ["store", "terminal", "receipt", "cost_centre"];

/// Checks that a template names only `%store%`, `%terminal%`, `%receipt%` and `%cost_centre%`.
pub fn check_template(template: &str) -> Result<(), ConfigError> {
    // Between an opening and a closing `%` stands a name: every second part.
    let parts: Vec<&str> = template.split('%').collect();
    if parts.len().is_multiple_of(2) {
        return Err(ConfigError::bad(
            "purpose",
            "a `%` has no partner; write names as %store%",
        ));
    }
    match parts
        .iter()
        .skip(1)
        .step_by(2)
        .find(|name| !PLACES.contains(name))
    {
        Some(name) => Err(ConfigError::bad(
            "purpose",
            format!("%{name}% is not known; use %store%, %terminal%, %receipt%, %cost_centre%"),
        )),
        None => Ok(()),
    }
}

/// What the payer is shown: the register's purpose, else the filled template; on one line and cut at `max`
/// characters. None when there is neither.
pub fn purpose(template: Option<&str>, register: &Register, max: usize) -> Option<String> {
    let text = match (&register.purpose, template) {
        (Some(own), _) => own.clone(),
        (None, Some(template)) => fill(template, register),
        (None, None) => return None,
    };
    one_line(&text, max)
}

/// A text on one line, blanks joined, at most `max` characters; None when nothing is left.
pub fn one_line(text: &str, max: usize) -> Option<String> {
    let spaced: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let joined = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = joined.chars().take(max).collect();
    let cut = cut.trim_end();
    (!cut.is_empty()).then(|| cut.to_owned())
}

fn fill(template: &str, register: &Register) -> String {
    let receipt = register
        .receipt
        .as_ref()
        .and_then(|receipt| receipt.number.as_deref());
    // Part by part, so that a value which itself holds a `%` is not filled again.
    let parts = template.split('%').enumerate().map(|(at, part)| match part {
        _ if at % 2 == 0 => part,
        "store" => register.store.as_str(),
        "terminal" => register.terminal.as_str(),
        "receipt" => receipt.unwrap_or_default(),
        "cost_centre" => register.cost_centre.as_deref().unwrap_or_default(),
        _ => "",
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::receipt::Receipt;
    use domain::{Kopecks, OperationId, StoreId, TerminalId, Timestamp};

    fn register() -> Register {
        Register {
            order: OperationId::from_bytes([7; 16]).order(1),
            amount: Kopecks::ZERO,
            created_at: Timestamp::from_micros(0),
            expires_at: Timestamp::from_micros(0),
            store: StoreId::new("12").unwrap(),
            terminal: TerminalId::new("%receipt%").unwrap(),
            purpose: None,
            cost_centre: None,
            receipt: Some(Receipt {
                number: Some("77".to_owned()),
                ..Receipt::default()
            }),
            customer_code: None,
            card_token: None,
            link_id: None,
            tender: None,
            subscriber: None,
        }
    }

    #[test]
    fn fills_what_is_known_once() {
        let text = purpose(
            Some("Чек %receipt%  магазин %store% %cost_centre% касса %terminal%"),
            &register(),
            140,
        );
        assert_eq!(text.as_deref(), Some("Чек 77 магазин 12 касса %receipt%"));
        assert_eq!(purpose(None, &register(), 140), None);
        assert_eq!(purpose(Some("%cost_centre%"), &register(), 140), None);
    }

    #[test]
    fn the_registers_own_words_win_and_are_cut() {
        let own = Register {
            purpose: Some("Оплата\nзаказа".to_owned()),
            ..register()
        };
        assert_eq!(purpose(Some("x"), &own, 8).as_deref(), Some("Оплата з"));
        assert_eq!(purpose(Some("x"), &own, 7).as_deref(), Some("Оплата"));
    }

    #[test]
    fn a_template_names_only_what_is_known() {
        assert!(check_template("Чек %receipt%").is_ok());
        assert!(
            check_template("100% %store%")
                .unwrap_err()
                .to_string()
                .contains('%')
        );
        assert!(
            check_template("%shop%")
                .unwrap_err()
                .to_string()
                .contains("%shop%")
        );
    }
}
