//! Requests to the service. Pure: bytes out of values.

use crate::error::PinpadError;
use crate::fields::{self, Fields};
use crate::operations::Op;
use crate::settings::{Connection, Settings};
use std::fmt::Write as _;

/// The media type of requests and answers.
pub const CONTENT_TYPE: &str = "text/xml";
/// The longest value that is sent in a field, in characters.
pub const VALUE_CHARS_MAX: usize = 1_000;

/// A request, ready to be posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What it asks for.
    pub op: Op,
    /// Its fields, as they stand in the body.
    pub fields: Fields,
    /// The body, in windows-1251.
    pub body: Vec<u8>,
    /// How long to wait for the answer, in milliseconds.
    pub wait_ms: u64,
}

/// Builds the request for an operation with the fields that the caller gives.
///
/// Errors: [`PinpadError::NotConfigured`] when the table has no code for it, [`PinpadError::FieldMissing`] when the
/// table requires a field that was not given, [`PinpadError::FieldRefused`] when a value cannot be sent.
pub fn request(settings: &Settings, op: Op, given: &Fields) -> Result<Request, PinpadError> {
    let row = settings.operations.row(op);
    let code = row.code.ok_or(PinpadError::NotConfigured { op })?;
    let mut fields = Fields::new();
    for (number, value) in &row.fields {
        fields.set(*number, value.as_str());
    }
    for (number, value) in given.iter() {
        fields.set(number, value);
    }
    if let Some(field) = row.required.iter().find(|number| fields.get(**number).is_none()) {
        return Err(PinpadError::FieldMissing { op, field: *field });
    }
    if op.has_amount() {
        fields.set(fields::CURRENCY, settings.currency.to_string());
    }
    fields.set(fields::OPERATION, code.to_string());
    // The test asks which terminal there is; naming one would answer the question.
    if op != Op::ConnectionTest {
        fields.set(fields::TERMINAL, settings.terminal.as_str());
    }
    let document = document(settings, op, &fields)?;
    Ok(Request {
        op,
        body: xml::to_windows_1251(&document),
        fields,
        wait_ms: settings.wait_ms(op),
    })
}

fn document(settings: &Settings, op: Op, fields: &Fields) -> Result<String, PinpadError> {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"windows-1251\"?><request>");
    for (number, value) in fields.iter() {
        let refused = || PinpadError::FieldRefused { op, field: number };
        if value.chars().count() > VALUE_CHARS_MAX {
            return Err(refused());
        }
        let value = xml::escape(value).map_err(|_| refused())?;
        let _ = write!(out, "<field id=\"{number:02}\">{value}</field>");
    }
    match settings.connection {
        Some(Connection::Serial { ncom, baudrate }) => {
            let _ = write!(out, "<ncom>{ncom}</ncom>");
            if let Some(baudrate) = baudrate {
                let _ = write!(out, "<baudrate>{baudrate}</baudrate>");
            }
        }
        Some(Connection::Network(address)) => {
            let _ = write!(out, "<ipaddr>{address}</ipaddr>");
        }
        None => {}
    }
    if settings.send_timeout {
        let _ = write!(out, "<timeout>{}</timeout>", settings.operation_timeout_s(op));
    }
    out.push_str("</request>");
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn settings(more: &Value) -> Settings {
        let mut whole = json!({"id": "11087928", "timeout": 180, "journal": "pinpad.journal"});
        if let (Some(whole), Some(more)) = (whole.as_object_mut(), more.as_object()) {
            whole.extend(more.clone());
        }
        serde_json::from_value(whole).unwrap()
    }

    fn body(more: &Value, op: Op, given: &Fields) -> Vec<u8> {
        request(&settings(more), op, given).unwrap().body
    }

    const HEAD: &str = "<?xml version=\"1.0\" encoding=\"windows-1251\"?><request>";

    #[test]
    fn a_sale_byte_for_byte() {
        let given = Fields::new().with(fields::AMOUNT, "15000");
        let expected = format!(
            "{HEAD}<field id=\"00\">15000</field><field id=\"04\">643</field><field id=\"25\">1</field>\
             <field id=\"27\">11087928</field><timeout>180</timeout></request>"
        );
        assert_eq!(body(&json!({}), Op::Sale, &given), expected.as_bytes());
    }

    #[test]
    fn every_other_operation_byte_for_byte() {
        let money = Fields::new()
            .with(fields::AMOUNT, "100")
            .with(fields::RRN, "123456789012");
        let paid =
            "<field id=\"00\">100</field><field id=\"04\">643</field><field id=\"14\">123456789012</field>";
        let none = Fields::new();
        let tid = "<field id=\"27\">11087928</field>";
        for (op, given, inside) in [
            (
                Op::ConnectionTest,
                &none,
                "<field id=\"25\">26</field>".to_owned(),
            ),
            (Op::Void, &money, format!("{paid}<field id=\"25\">4</field>{tid}")),
            (
                Op::Refund,
                &money,
                format!("{paid}<field id=\"25\">29</field>{tid}"),
            ),
            (
                Op::ShortReport,
                &none,
                format!("<field id=\"25\">63</field>{tid}<field id=\"65\">20</field>"),
            ),
            (
                Op::FullReport,
                &none,
                format!("<field id=\"25\">63</field>{tid}<field id=\"65\">21</field>"),
            ),
            (
                Op::LastReceipt,
                &none,
                format!(
                    "<field id=\"25\">63</field>{tid}<field id=\"64\">1</field><field id=\"65\">22</field>"
                ),
            ),
            (
                Op::ReceiptByNumber,
                &none,
                format!(
                    "<field id=\"25\">63</field>{tid}<field id=\"64\">0</field><field id=\"65\">22</field>"
                ),
            ),
        ] {
            let expected = format!("{HEAD}{inside}<timeout>180</timeout></request>");
            assert_eq!(body(&json!({}), op, given), expected.as_bytes(), "{op}");
        }
        let settle = format!("{HEAD}<field id=\"25\">59</field>{tid}<timeout>600</timeout></request>");
        assert_eq!(body(&json!({}), Op::Settlement, &none), settle.as_bytes());
    }

    #[test]
    fn cyrillic_is_windows_1251_and_the_profile_decides() {
        let profile = json!({
            "sendTimeout": false, "ipaddr": "10.0.0.5:6060",
            "operations": {"sbp_sale": {"code": 777, "fields": {"86": "QR & СБП"}, "required": [0]}},
        });
        let given = Fields::new().with(fields::AMOUNT, "1");
        let mut expected = format!(
            "{HEAD}<field id=\"00\">1</field><field id=\"04\">643</field><field id=\"25\">777</field>\
             <field id=\"27\">11087928</field><field id=\"86\">QR &amp; "
        )
        .into_bytes();
        expected.extend([0xD1, 0xC1, 0xCF]);
        expected.extend(b"</field><ipaddr>10.0.0.5:6060</ipaddr></request>");
        assert_eq!(body(&profile, Op::SbpSale, &given), expected);
        let serial = body(
            &json!({"ncom": 3, "baudrate": 115_200}),
            Op::ConnectionTest,
            &Fields::new(),
        );
        assert!(
            String::from_utf8(serial)
                .unwrap()
                .ends_with("<ncom>3</ncom><baudrate>115200</baudrate><timeout>180</timeout></request>")
        );
    }

    #[test]
    fn what_cannot_be_asked_is_not_built() {
        let settings = settings(&json!({}));
        let ask = |op, given: &Fields| request(&settings, op, given).unwrap_err();
        for op in [
            Op::SbpSale,
            Op::SbpRefund,
            Op::SbpSaleStatus,
            Op::SbpRefundStatus,
            Op::EmergencyCancel,
        ] {
            assert!(matches!(ask(op, &Fields::new()), PinpadError::NotConfigured { op: told } if told == op));
        }
        let no_rrn = Fields::new().with(fields::AMOUNT, "1");
        assert!(matches!(
            ask(Op::Void, &no_rrn),
            PinpadError::FieldMissing { field: 14, .. }
        ));
        let control = Fields::new().with(86, "\u{1}");
        assert!(matches!(
            ask(Op::Sale, &control),
            PinpadError::FieldRefused { field: 86, .. }
        ));
        let long = Fields::new().with(86, "x".repeat(VALUE_CHARS_MAX + 1));
        assert!(matches!(
            ask(Op::Sale, &long),
            PinpadError::FieldRefused { field: 86, .. }
        ));
    }
}
