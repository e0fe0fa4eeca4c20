//! Money as banks that count in rubles put it into JSON: an exact decimal literal, never a float.

use domain::Kopecks;
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// An amount that stands in JSON as a number of rubles: written as `1110.11`, read from a number or from a text.
/// Works with `serde_json` from and to text only (not through `serde_json::Value`, which would go by a float).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rubles(pub Kopecks);

impl Serialize for Rubles {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let literal = RawValue::from_string(self.0.to_rubles()).map_err(S::Error::custom)?;
        literal.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Rubles {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        read(&raw)
            .map(Self)
            .map_err(|()| D::Error::custom("not an amount in rubles"))
    }
}

/// A number or a text exactly as it is printed in the JSON, for providers that sign it: `101.01` for both `101.01`
/// and `"101.01"`. None for anything else, and for a text that needs unescaping.
pub fn printed(raw: &RawValue) -> Option<&str> {
    let text = raw.get();
    match text.as_bytes().first()? {
        b'"' => text
            .strip_prefix('"')?
            .strip_suffix('"')
            .filter(|inner| !inner.contains('\\')),
        b'-' | b'0'..=b'9' => Some(text),
        _ => None,
    }
}

fn read(raw: &RawValue) -> Result<Kopecks, ()> {
    let text = printed(raw).ok_or(())?;
    Kopecks::from_rubles(text).map_err(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn is_written_exactly() {
        let one = Kopecks::new(111_010).unwrap();
        assert_eq!(serde_json::to_string(&Rubles(one)).unwrap(), "1110.10");
    }

    #[test]
    fn is_read_from_a_number_or_a_text() {
        for text in ["1110.1", "\"1110.10\"", "1110.100"] {
            assert_eq!(
                serde_json::from_str::<Rubles>(text).unwrap().0.get(),
                111_010,
                "{text}"
            );
        }
        for text in ["-1", "1e2", "1.001", "null", "{}", "\"\"", "\"\\u0031\"", "true"] {
            assert!(serde_json::from_str::<Rubles>(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn survives_the_wire(kopecks in 0..=Kopecks::MAX.get()) {
            let money = Rubles(Kopecks::new(kopecks).unwrap());
            let text = serde_json::to_string(&money).unwrap();
            prop_assert_eq!(serde_json::from_str::<Rubles>(&text).unwrap(), money);
        }
    }
}
