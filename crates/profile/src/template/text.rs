//! A text with placeholders: an address's path, a header, a form's field, what is signed.

use super::names::{Kind, Name, Names};
use super::placeholder::Placeholder;
use super::values::View;

/// The most characters of one text of a profile.
const TEXT_MAX: usize = 20_000;

/// Literal text and placeholders in turn. `{{` and `}}` stand for braces.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Text(pub Vec<Piece>);

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// As it stands.
    Literal(String),
    /// To be filled in.
    Place(Placeholder),
}

/// A text that was filled in.
#[derive(Clone)]
pub(crate) struct Filled {
    /// The text.
    pub text: String,
    /// Whether a part of it is a secret.
    pub is_secret: bool,
}

impl Text {
    /// Reads a text; the error says which placeholder is wrong and why.
    pub(crate) fn parse(text: &str, names: &Names<'_>) -> Result<Self, String> {
        if text.len() > TEXT_MAX {
            return Err(format!("is longer than {TEXT_MAX} bytes"));
        }
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            literal.push_str(before);
            if let Some(after) = from.strip_prefix("{{").or_else(|| from.strip_prefix("}}")) {
                literal.extend(from.chars().next());
                rest = after;
                continue;
            }
            let inner = from
                .strip_prefix('{')
                .and_then(|inner| inner.split_once('}'))
                .ok_or("has a brace without its partner; write {{ or }} for a brace itself")?;
            if !literal.is_empty() {
                pieces.push(Piece::Literal(std::mem::take(&mut literal)));
            }
            pieces.push(Piece::Place(Placeholder::parse(inner.0, names)?));
            rest = inner.1;
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        Ok(Self(pieces))
    }

    /// Its placeholders.
    pub(crate) fn places(&self) -> impl Iterator<Item = &Placeholder> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Place(place) => Some(place),
            Piece::Literal(_) => None,
        })
    }

    /// The one placeholder that it consists of.
    pub(crate) fn only_place(&self) -> Option<&Placeholder> {
        match self.0.as_slice() {
            [Piece::Place(place)] => Some(place),
            _ => None,
        }
    }

    /// Whether it names this.
    pub(crate) fn mentions(&self, name: &'static str) -> bool {
        self.places().any(|place| place.name == Name::Known(name))
    }

    /// Whether a part of it is a secret.
    pub(crate) fn is_secret(&self) -> bool {
        self.places().any(|place| place.kind == Kind::Secret)
    }

    /// The text with every value through `encode`. None when one is absent.
    pub(crate) fn fill(&self, view: &View<'_>, encode: fn(&str) -> String) -> Option<Filled> {
        let mut filled = Filled {
            text: String::new(),
            is_secret: false,
        };
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) => filled.text.push_str(text),
                Piece::Place(place) => {
                    let (text, is_secret) = view.write(place)?;
                    filled.text.push_str(&encode(&text));
                    filled.is_secret |= is_secret;
                }
            }
        }
        Some(filled)
    }

    /// The text with absent values as nothing: what is signed.
    pub(crate) fn fill_all(&self, view: &View<'_>) -> String {
        let parts = self.0.iter().map(|piece| match piece {
            Piece::Literal(text) => text.clone(),
            Piece::Place(place) => view.write(place).map(|(text, _)| text).unwrap_or_default(),
        });
        parts.collect()
    }
}

/// The value as it is.
pub(crate) fn plain(text: &str) -> String {
    text.to_owned()
}
