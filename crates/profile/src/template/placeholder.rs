//! One placeholder: `{amount}`, `{now|iso}`, `{purpose|140}`, `{key.payload|%1=key.partner_id}`.

use super::names::{Kind, Name, Names};
use crate::money::Unit;
use crate::time::{FORMATS, TimeFormat};

/// A name and how its value is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placeholder {
    /// What it stands for.
    pub name: Name,
    /// Of what kind the value is.
    pub kind: Kind,
    /// How it is written.
    pub format: Format,
}

/// How a value is written. What does not fit its kind was refused when the profile was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Format {
    /// `text`: a JSON text even where it could be a number.
    pub text: bool,
    /// `number`: a JSON number, out of a text of digits.
    pub number: bool,
    /// `rubles` or `kopecks`, against the profile's own unit.
    pub unit: Option<Unit>,
    /// How a moment is written.
    pub time: Option<TimeFormat>,
    /// `seconds` or `minutes`: what a life is counted in, in milliseconds.
    pub life_unit_ms: Option<u64>,
    /// At most so many characters.
    pub max: Option<usize>,
    /// `uuid`: our order id as a hyphenated UUID.
    pub uuid: bool,
    /// `%1=name`: what stands for such a mark in the value.
    pub fill: Vec<(String, Name)>,
}

impl Placeholder {
    /// Reads what stands between the braces.
    pub(crate) fn parse(text: &str, names: &Names<'_>) -> Result<Self, String> {
        let mut parts = text.split('|');
        let (name, kind) = names.find(parts.next().unwrap_or_default().trim())?;
        let mut format = Format::default();
        for part in parts {
            read_format(&mut format, part.trim(), kind, names)
                .map_err(|problem| format!("`{{{text}}}`: {problem}"))?;
        }
        if kind == Kind::Time && format.time.is_none() {
            return Err(format!("`{{{text}}}`: say how a moment is written: {FORMATS}"));
        }
        if kind == Kind::Life && format.life_unit_ms.is_none() {
            return Err(format!(
                "`{{{text}}}`: say what it is counted in: seconds or minutes"
            ));
        }
        Ok(Self { name, kind, format })
    }

    /// Whether its value is written in JSON without quotes.
    pub(crate) fn is_bare(&self) -> bool {
        if self.format.text {
            return false;
        }
        self.format.number
            || match self.kind {
                Kind::Text | Kind::Secret => false,
                Kind::Number | Kind::Flag | Kind::Money | Kind::Life => true,
                Kind::Time => self.format.time.as_ref().is_some_and(TimeFormat::is_number),
            }
    }
}

fn read_format(format: &mut Format, part: &str, kind: Kind, names: &Names<'_>) -> Result<(), String> {
    match (part, kind) {
        ("text", _) => format.text = true,
        ("number", Kind::Text) => format.number = true,
        ("rubles", Kind::Money) => format.unit = Some(Unit::Rubles),
        ("kopecks", Kind::Money) => format.unit = Some(Unit::Kopecks),
        ("seconds", Kind::Life) => format.life_unit_ms = Some(1_000),
        ("minutes", Kind::Life) => format.life_unit_ms = Some(60_000),
        ("uuid", Kind::Text) => format.uuid = true,
        (mark, Kind::Text) if mark.starts_with('%') => {
            let (mark, name) = mark
                .split_once('=')
                .ok_or_else(|| format!("`{mark}` says not what stands for it; write {mark}=name"))?;
            let (name, kind) = names.find(name)?;
            if kind != Kind::Text {
                return Err(format!("`{mark}` can stand for a text only"));
            }
            format.fill.push((mark.to_owned(), name));
        }
        (digits, Kind::Text) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
            let max = digits.parse().ok().filter(|max| (1..=10_000).contains(max));
            format.max = Some(max.ok_or("a text's greatest length is from 1 to 10000")?);
        }
        (pattern, Kind::Time) => match TimeFormat::parse(pattern) {
            Some(time) => format.time = Some(time),
            None => return Err(format!("`{pattern}` is no way to write a moment; use {FORMATS}")),
        },
        (other, _) => {
            return Err(format!(
                "`{other}` does not fit here; {}",
                match kind {
                    Kind::Text => "a text takes a greatest length, `uuid`, `number` or `%1=name`",
                    Kind::Money => "a sum takes `rubles`, `kopecks` and `text`",
                    Kind::Life => "a life takes `seconds` or `minutes`, and `text`",
                    _ => "it takes `text` only",
                }
            ));
        }
    }
    Ok(())
}
