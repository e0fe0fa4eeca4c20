//! The whole catalogue as one JSON document, so that a page can load it and hold no words of its own.

use crate::{Note, Text, code_text, note, state_name, state_text, words};
use domain::{Code, OperationKind, State};
use serde::Serialize;
use std::collections::BTreeMap;

/// All texts, by the keys that stand on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Catalogue {
    /// By code.
    pub codes: BTreeMap<String, Text>,
    /// Sentences by kind of operation (`payment`, `refund`, `link_check`, `link_bind`) and state.
    pub states: BTreeMap<String, BTreeMap<String, Text>>,
    /// States in one or two words.
    pub state_names: BTreeMap<String, Text>,
    /// Sentences of replies that hang on neither.
    pub notes: BTreeMap<String, Text>,
    /// Words of the kiosk's pages.
    pub kiosk: BTreeMap<String, Text>,
}

/// Builds the catalogue. `serde_json::to_string` of it is what a page loads.
pub fn catalogue() -> Catalogue {
    let kinds = [
        ("payment", OperationKind::Payment),
        ("refund", OperationKind::Refund),
        ("link_check", OperationKind::LinkCheck),
        ("link_bind", OperationKind::LinkBind),
    ];
    let by_state = |words: &dyn Fn(State) -> Text| -> BTreeMap<String, Text> {
        State::ALL
            .into_iter()
            .map(|state| (state.as_str().to_owned(), words(state)))
            .collect()
    };
    Catalogue {
        codes: Code::ALL
            .into_iter()
            .map(|code| (code.as_str(), code_text(code)))
            .collect(),
        states: kinds
            .into_iter()
            .map(|(name, kind)| (name.to_owned(), by_state(&|state| state_text(state, kind))))
            .collect(),
        state_names: by_state(&state_name),
        notes: Note::ALL
            .iter()
            .map(|key| (key.as_str().to_owned(), note(*key)))
            .collect(),
        kiosk: words::kiosk::ALL
            .iter()
            .map(|(key, word)| ((*key).to_owned(), Text::new(word.ru, word.en)))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_text() -> Vec<(String, Text)> {
        let all = catalogue();
        let states = all.states.into_iter().flat_map(|(kind, texts)| {
            texts
                .into_iter()
                .map(move |(state, text)| (format!("{kind}.{state}"), text))
        });
        all.codes
            .into_iter()
            .chain(states)
            .chain(all.state_names)
            .chain(all.notes)
            .chain(all.kiosk)
            .collect()
    }

    fn cyrillic(text: &str) -> bool {
        text.chars().any(|c| matches!(c, '\u{400}'..='\u{4ff}'))
    }

    #[test]
    fn every_text_is_there_in_both_languages() {
        for (key, text) in every_text() {
            assert!(cyrillic(&text.ru), "{key}: {}", text.ru);
            assert!(!text.en.trim().is_empty(), "{key}");
            assert!(!cyrillic(&text.en), "{key}: {}", text.en);
            assert_eq!(text.ru.trim(), text.ru, "{key}");
            assert_eq!(text.en.trim(), text.en, "{key}");
        }
    }

    #[test]
    fn no_text_is_only_the_word_error() {
        for (key, text) in every_text() {
            for words in [&text.ru, &text.en] {
                let bare = words.to_lowercase();
                let bare = bare.trim_end_matches(['.', '!', ' ']);
                assert!(!matches!(bare, "ошибка" | "error" | "сбой" | "failure"), "{key}");
            }
        }
    }

    #[test]
    fn the_catalogue_is_complete_and_is_json() {
        let json = serde_json::to_value(catalogue()).unwrap();
        assert_eq!(json["codes"].as_object().unwrap().len(), Code::ALL.len());
        assert_eq!(
            json["states"]["refund"].as_object().unwrap().len(),
            State::ALL.len()
        );
        assert_eq!(json["notes"].as_object().unwrap().len(), Note::ALL.len());
        assert!(json["kiosk"]["pay"]["ru"].is_string());
    }
}
