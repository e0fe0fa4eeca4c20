//! Sentences in both languages at once.

use domain::Kopecks;
use protocol::Reply;
use std::fmt::Display;
use texts::words::cli;
use texts::{Lang, Text, Word, rubles};

/// A sentence of the catalogue.
pub fn say(word: Word) -> Text {
    Text::new(word.ru, word.en)
}

/// A sentence with what belongs into its braces.
pub fn fill(word: Word, values: &[(&str, &Text)]) -> Text {
    let fill = |lang: Lang| {
        let values: Vec<(&str, &str)> = values
            .iter()
            .map(|(name, value)| (*name, lang.pick(value)))
            .collect();
        lang.fill(word, &values)
    };
    Text::new(fill(Lang::Ru), fill(Lang::En))
}

/// A sentence with one value.
pub fn with(word: Word, name: &str, value: &Text) -> Text {
    fill(word, &[(name, value)])
}

/// What is the same in every language.
pub fn same(text: impl Display) -> Text {
    let text = text.to_string();
    Text::new(text.clone(), text)
}

/// Money.
pub fn money(amount: Kopecks) -> Text {
    rubles(amount)
}

/// The daemon's own words: how it stands, why, and the engineer's detail. A sentence that another one holds is said
/// once.
pub fn sentences(reply: &Reply) -> Vec<Text> {
    let mut lines = vec![reply.message.clone()];
    let Some(failure) = &reply.error else { return lines };
    if failure.text.ru.contains(&reply.message.ru) {
        lines = vec![failure.text.clone()];
    } else if !reply.message.ru.contains(&failure.text.ru) {
        lines.push(failure.text.clone());
    }
    lines.extend(
        failure
            .for_support()
            .map(|detail| with(cli::FOR_SUPPORT, "detail", &same(detail))),
    );
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refused(code: &str) -> Reply {
        let words = json!({"ru": "Нет.", "en": "No."});
        serde_json::from_value(json!({
            "protocol": 1, "final": true, "message": words,
            "error": {"code": code, "text": words, "repeatable": false, "detail": "field x: too long"},
        }))
        .unwrap()
    }

    #[test]
    fn an_engineers_words_are_labelled_and_stay_away_where_the_code_says_everything() {
        let lines = sentences(&refused("invalid_field"));
        let last = lines.last().unwrap();
        assert_eq!(last.ru, "Для службы поддержки: field x: too long");
        assert_eq!(last.en, "For support: field x: too long");
        for plain in ["cancelled", "expired"] {
            assert_eq!(sentences(&refused(plain)), [Text::new("Нет.", "No.")], "{plain}");
        }
    }
}
