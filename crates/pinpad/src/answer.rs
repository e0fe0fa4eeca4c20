//! What the service answered. Pure: values out of bytes.

use crate::fields::{FIELD_MAX, Fields};
use xml::{Encoding, Reading, XmlError};

/// The largest answer that is read, in bytes. A long report has some 20 KiB.
pub const BODY_BYTES_MAX: usize = 256 * 1024;
/// How many elements an answer may have.
const ELEMENTS_MAX: usize = 1_000;
/// How deep they may stand.
const DEPTH_MAX: usize = 8;

/// An answer that could be read. `Debug` shows no card data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// `errorcode`, where it is not 0.
    pub error: Option<u32>,
    /// The fields.
    pub fields: Fields,
}

/// Why an answer says nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unclear {
    /// Not XML, or too much of it.
    #[error("{0}")]
    Xml(#[from] XmlError),
    /// XML, but not an answer.
    #[error("the document is not a <response>")]
    NotAResponse,
    /// A field without a number.
    #[error("a field has no number from 0 to {FIELD_MAX}")]
    FieldWithoutNumber,
    /// An error code that is not a number.
    #[error("the error code is not a number")]
    BadErrorCode,
    /// Says two different things at once.
    #[error("field {0} stands there twice with different values")]
    Contradiction(u16),
    /// Neither fields nor an error.
    #[error("the answer is empty")]
    Empty,
}

/// Reads an answer. The number of a field may be written with leading zeros or without; the encoding is the declared
/// one, without a declaration windows-1251.
pub fn read(body: &[u8]) -> Result<Answer, Unclear> {
    let reading = Reading {
        max_bytes: BODY_BYTES_MAX,
        max_depth: DEPTH_MAX,
        max_elements: ELEMENTS_MAX,
        undeclared: Encoding::Windows1251,
    };
    let root = xml::parse(body, &reading)?;
    if root.name() != "response" {
        return Err(Unclear::NotAResponse);
    }
    let mut answer = Answer::default();
    for field in root.all("field") {
        let number = field
            .attribute("id")
            .map(str::trim)
            .filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|id| id.parse::<u16>().ok())
            .filter(|number| *number <= FIELD_MAX)
            .ok_or(Unclear::FieldWithoutNumber)?;
        if answer
            .fields
            .raw(number)
            .is_some_and(|known| known != field.text())
        {
            return Err(Unclear::Contradiction(number));
        }
        answer.fields.set(number, field.text());
    }
    let mut codes = root.all("errorcode");
    let code = codes.next();
    if codes.next().is_some() {
        return Err(Unclear::BadErrorCode);
    }
    if let Some(code) = code {
        let code = code.text().trim().parse().map_err(|_| Unclear::BadErrorCode)?;
        answer.error = Some(code).filter(|code| *code != 0);
    }
    if answer.error.is_none() && answer.fields.is_empty() {
        return Err(Unclear::Empty);
    }
    Ok(answer)
}

/// Field 19 in two parts: the text for people, and the name of a picture. A trailing `~` belongs to neither.
pub fn screen_text(field: &str) -> (&str, Option<&str>) {
    let field = field.trim().trim_end_matches('~');
    match field.split_once('^') {
        Some((text, picture)) => (text.trim(), Some(picture.trim()).filter(|name| !name.is_empty())),
        None => (field, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields;

    fn in_1251(text: &str) -> Vec<u8> {
        xml::to_windows_1251(text)
    }

    #[test]
    fn the_published_answers_are_read() {
        let tested = in_1251(
            "<?xml version=\"1.0\" encoding=\"windows-1251\" standalone=\"no\"?><response><field id=\"19\">ОПЕРАЦИЯ ОДОБРЕНА^APPROVED.JPG~</field><field id=\"21\">20260115101500</field><field id=\"25\">26</field><field id=\"27\">11087928</field><field id=\"39\">1</field></response>",
        );
        let answer = read(&tested).unwrap();
        assert_eq!(answer.error, None);
        assert_eq!(answer.fields.get(fields::TERMINAL), Some("11087928"));
        let text = answer.fields.get(fields::TEXT).unwrap();
        assert_eq!(screen_text(text), ("ОПЕРАЦИЯ ОДОБРЕНА", Some("APPROVED.JPG")));

        let declined = "<response><field id=\"15\">ER3</field><field id=\"19\">ОПЕРАЦИЯ ПРЕРВАНА^TERMINATED.JPG~</field><field id=\"39\">53</field></response>";
        let answer = read(&in_1251(declined)).unwrap();
        assert_eq!(answer.fields.get(fields::HOST_CODE), Some("ER3"));
        assert_eq!(answer.fields.get(fields::STATUS), Some("53"));

        let error = b"<response><errorcode>4</errorcode><errordescription>REQUEST_ERROR</errordescription></response>";
        assert_eq!(read(error).unwrap().error, Some(4));
    }

    #[test]
    fn numbers_may_have_zeros_before_them_and_utf_8_is_read_too() {
        let answer = read("<?xml version=\"1.0\" encoding=\"UTF-8\"?><response><field id=\"0\">1</field><field id=\"039\">1</field><field id=\"04\">643</field><field id=\"4\">643</field><field id=\"19\">ДА</field></response>".as_bytes()).unwrap();
        assert_eq!(answer.fields.get(fields::AMOUNT), Some("1"));
        assert_eq!(answer.fields.get(fields::STATUS), Some("1"));
        assert_eq!(answer.fields.get(fields::TEXT), Some("ДА"));
    }

    #[test]
    fn what_is_no_answer_says_nothing() {
        for (body, expected) in [
            ("<request/>", Unclear::NotAResponse),
            ("<response/>", Unclear::Empty),
            ("<response><errorcode>0</errorcode></response>", Unclear::Empty),
            (
                "<response><errorcode>x</errorcode></response>",
                Unclear::BadErrorCode,
            ),
            (
                "<response><errorcode>0</errorcode><errorcode>4</errorcode></response>",
                Unclear::BadErrorCode,
            ),
            (
                "<response><field>1</field></response>",
                Unclear::FieldWithoutNumber,
            ),
            (
                "<response><field id='+1'>1</field></response>",
                Unclear::FieldWithoutNumber,
            ),
            (
                "<response><field id='1000'>1</field></response>",
                Unclear::FieldWithoutNumber,
            ),
            (
                "<response><field id='39'>1</field><field id='039'>16</field></response>",
                Unclear::Contradiction(39),
            ),
        ] {
            assert_eq!(read(body.as_bytes()), Err(expected), "{body}");
        }
        assert!(matches!(read(b"<html>"), Err(Unclear::Xml(_))));
    }

    #[test]
    fn field_19_is_split() {
        for (field, text, picture) in [
            ("ОДОБРЕНО", "ОДОБРЕНО", None),
            ("ОДОБРЕНО~", "ОДОБРЕНО", None),
            ("ОДОБРЕНО^~", "ОДОБРЕНО", None),
            (" ДА ^ A.JPG ~", "ДА", Some("A.JPG")),
            ("", "", None),
        ] {
            assert_eq!(screen_text(field), (text, picture), "{field}");
        }
    }
}
