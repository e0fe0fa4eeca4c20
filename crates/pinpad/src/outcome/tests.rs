use super::*;
use crate::answer::read;
use crate::fields::Fields;
use crate::request::request;
use proptest::prelude::*;
use serde_json::{Value, json};

fn settings(more: &Value) -> Settings {
    let mut whole = json!({
        "id": "11087928", "timeout": 180, "journal": "pinpad.journal",
        "operations": {"sbp_sale": {"code": 777}},
    });
    if let (Some(whole), Some(more)) = (whole.as_object_mut(), more.as_object()) {
        whole.extend(more.clone());
    }
    serde_json::from_value(whole).unwrap()
}

fn asked(settings: &Settings, op: Op) -> Request {
    let mut given = Fields::new();
    if op.has_amount() {
        given.set(fields::AMOUNT, "15000");
        given.set(fields::RRN, "123456789012");
    }
    request(settings, op, &given).unwrap()
}

fn outcome_of(op: Op, body: &str) -> Outcome {
    let settings = settings(&json!({}));
    judge(
        &settings,
        &asked(&settings, op),
        read(&xml::to_windows_1251(body)),
    )
}

fn answer(fields: &[(u16, &str)]) -> String {
    let inside = fields.iter().fold(String::new(), |text, (number, value)| {
        text + &format!("<field id=\"{number}\">{value}</field>")
    });
    format!("<response>{inside}</response>")
}

const GOOD: [(u16, &str); 5] = [(0, "15000"), (4, "643"), (25, "1"), (27, "11087928"), (39, "1")];

fn without(number: u16) -> String {
    let left: Vec<_> = GOOD.into_iter().filter(|(known, _)| *known != number).collect();
    answer(&left)
}

fn instead(number: u16, value: &'static str) -> String {
    answer(&GOOD.map(|(known, old)| (known, if known == number { value } else { old })))
}

#[test]
fn an_approval_needs_all_that_the_document_makes_mandatory() {
    assert!(matches!(
        outcome_of(Op::Sale, &answer(&GOOD)),
        Outcome::Approved(_)
    ));
    for field in [0, 25, 27] {
        assert_eq!(
            outcome_of(Op::Sale, &without(field)),
            unknown(Doubt::Missing { field })
        );
    }
    assert_eq!(
        outcome_of(Op::Sale, &without(39)),
        unknown(Doubt::Status { status: None })
    );
}

#[test]
fn an_approval_of_something_else_is_none() {
    for (field, value) in [(0, "1500"), (25, "4"), (27, "11087929")] {
        assert_eq!(
            outcome_of(Op::Sale, &instead(field, value)),
            unknown(Doubt::Other { field })
        );
    }
    let padded = outcome_of(Op::Sale, &instead(0, "000000015000"));
    assert!(
        matches!(padded, Outcome::Approved(_)),
        "zeros before a number say nothing"
    );
}

#[test]
fn every_status_is_what_the_table_says() {
    for status in [
        "0",
        "17",
        "34",
        "100",
        "101",
        "102",
        "103",
        "104",
        "2",
        "-1",
        "01x",
        "1 1",
        "99999999999",
    ] {
        let told = outcome_of(Op::Sale, &instead(39, status));
        assert!(
            matches!(
                told,
                Outcome::Unknown {
                    doubt: Doubt::Status { .. }
                }
            ),
            "{status}: {told:?}"
        );
    }
    for (text, status) in [("16", 16), ("53", 53)] {
        let told = outcome_of(Op::Sale, &instead(39, text));
        let Outcome::Declined(decline) = told else {
            panic!("{told:?}")
        };
        assert_eq!(decline.why, DeclineReason::Terminal { status });
    }
}

#[test]
fn the_profile_may_say_what_more_statuses_mean() {
    let settings = settings(&json!({"statuses": {"approved": [1, 17], "declined": [16, 34, 53]}}));
    let request = asked(&settings, Op::Sale);
    let judged = |status| judge(&settings, &request, read(instead(39, status).as_bytes()));
    assert!(matches!(judged("17"), Outcome::Approved(_)));
    assert!(matches!(judged("34"), Outcome::Declined(_)));
}

#[test]
fn every_error_code_is_what_the_table_says() {
    for code in 1..=30_u32 {
        let body = format!(
            "<response><errorcode>{code}</errorcode><errordescription>X</errordescription></response>"
        );
        let expected = match code {
            4..=11 | 14 | 16 => declined(DeclineReason::NotStarted { code }, &Answer::default()),
            15 => unknown(Doubt::Cancelled),
            _ => unknown(Doubt::Service { code }),
        };
        assert_eq!(outcome_of(Op::Sale, &body), expected, "{code}");
    }
    let print_failed = "<response><errorcode>12</errorcode><field id=\"39\">1</field></response>";
    assert_eq!(
        outcome_of(Op::Sale, print_failed),
        unknown(Doubt::Service { code: 12 })
    );
    let contradiction = "<response><errorcode>16</errorcode><field id=\"39\">1</field></response>";
    assert_eq!(
        outcome_of(Op::Sale, contradiction),
        unknown(Doubt::Service { code: 16 })
    );
}

#[test]
fn reports_end_with_39_or_67() {
    let report = |fields: &[(u16, &str)]| outcome_of(Op::LastReceipt, &answer(fields));
    let Outcome::Approved(told) = report(&[(25, "63"), (65, "22"), (67, "0"), (90, "0xDF^^ЧЕК~")]) else {
        panic!("a report that ended well")
    };
    assert_eq!(told.slips.len(), 1);
    assert!(matches!(report(&[(25, "63"), (39, "1")]), Outcome::Approved(_)));
    let why = |outcome| match outcome {
        Outcome::Declined(decline) => decline.why,
        other => panic!("{other:?}"),
    };
    assert_eq!(why(report(&[(25, "63"), (67, "1")])), DeclineReason::Command);
    assert_eq!(why(report(&[(25, "63"), (39, "0")])), DeclineReason::NotSupported);
    assert_eq!(
        why(outcome_of(Op::Settlement, &answer(&[(25, "59"), (39, "0")]))),
        DeclineReason::NotSupported
    );
    assert!(matches!(report(&[(25, "1"), (67, "0")]), Outcome::Unknown { .. }));
    assert!(matches!(
        report(&[(25, "63"), (67, "7")]),
        Outcome::Unknown { .. }
    ));
    let sale = outcome_of(
        Op::Sale,
        &answer(&[(0, "15000"), (25, "1"), (27, "11087928"), (67, "0")]),
    );
    assert!(
        matches!(sale, Outcome::Unknown { .. }),
        "67 says nothing about money"
    );
}

#[test]
fn the_tender_is_read_only_where_the_profile_says_how() {
    let plain = settings(&json!({}));
    let read_at = settings(&json!({"tenderField": {"field": 83, "card": ["0", "VISA"], "qr": ["SBP"]}}));
    let tender_of = |settings: &Settings, op, value: &str| {
        let request = asked(settings, op);
        let code = request.fields.get(fields::OPERATION).unwrap().to_owned();
        let body = answer(&[
            (0, "15000"),
            (25, &code),
            (27, "11087928"),
            (39, "1"),
            (83, value),
        ]);
        match judge(settings, &request, read(body.as_bytes())) {
            Outcome::Approved(approval) => approval.tender,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(tender_of(&plain, Op::Sale, "SBP"), UsedTender::NotSaid);
    assert_eq!(tender_of(&read_at, Op::Sale, "SBP"), UsedTender::Qr, "key 1");
    assert_eq!(tender_of(&read_at, Op::Sale, "VISA"), UsedTender::Card);
    assert_eq!(tender_of(&read_at, Op::Sale, "?"), UsedTender::NotSaid);
    assert_eq!(tender_of(&plain, Op::SbpSale, ""), UsedTender::Qr);
}

#[test]
fn nothing_that_is_told_holds_card_data() {
    let pan = "4111111111111111";
    let mut fields = GOOD.to_vec();
    fields.extend([(10, pan), (12, pan), (40, pan), (86, pan), (90, pan)]);
    let settings = settings(&json!({}));
    let heard = read(answer(&fields).as_bytes());
    assert!(!format!("{heard:?}").contains(pan));
    let outcome = judge(&settings, &asked(&settings, Op::Sale), heard);
    assert!(!format!("{outcome:?}").contains(pan));
    let Outcome::Approved(mut approval) = outcome else {
        panic!()
    };
    approval.slips.clear();
    assert!(!serde_json::to_string(&approval).unwrap().contains(pan));
}

fn not_approved(op: Op, body: &[u8]) -> bool {
    let settings = settings(&json!({}));
    !matches!(
        judge(&settings, &asked(&settings, op), read(body)),
        Outcome::Approved(_)
    )
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_never_approved_and_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for op in [Op::Sale, Op::Void, Op::Settlement, Op::LastReceipt] {
            prop_assert!(not_approved(op, &bytes));
        }
    }

    #[test]
    fn a_good_answer_with_one_byte_changed_is_never_approved_for_another_sum(
        at in 0..1_000_usize, byte in any::<u8>(),
    ) {
        let mut body = answer(&GOOD).into_bytes();
        let at = at % body.len();
        body[at] = byte;
        let settings = settings(&json!({}));
        let request = asked(&settings, Op::Sale);
        let heard = read(&body);
        if let Outcome::Approved(_) = judge(&settings, &request, heard.clone()) {
            let fields = heard.unwrap().fields;
            prop_assert!(same(fields.get(fields::AMOUNT).unwrap(), "15000"));
            prop_assert!(same(fields.get(fields::STATUS).unwrap(), "1"));
            prop_assert!(same(fields.get(fields::TERMINAL).unwrap(), "11087928"));
        }
    }

    #[test]
    fn no_cut_off_answer_is_approved(cut in 0..1_000_usize) {
        let body = answer(&GOOD).into_bytes();
        let cut = cut % body.len();
        prop_assert!(not_approved(Op::Sale, &body[..cut]));
    }
}
