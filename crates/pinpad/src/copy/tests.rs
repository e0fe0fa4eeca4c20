use super::*;
use crate::journal::{By, Decision, End};
use crate::outcome::UsedTender;
use crate::settings::Tender;
use crate::slip::slips;
use domain::{Kopecks, OperationId};
use serde_json::json;

const TEXT: &str = "0xDF^^ТЕРМИНАЛ 11087928\r\nОПЛАТА\r\n15.01.2026 10:15:30\r\nСУММА: 150.00 РУБ\r\nRRN: 601510153001\r\nОДОБРЕНО\r\n~";

fn settings() -> Settings {
    serde_json::from_value(json!({
        "id": "11087928", "timeout": 180, "journal": "x", "utcOffsetMinutes": 180,
    }))
    .unwrap()
}

/// Seconds after 10:15:00 in Moscow.
fn moment(second: i64) -> Timestamp {
    let at: jiff::Timestamp = "2026-01-15T07:15:00Z".parse().unwrap();
    Timestamp::from_micros(at.as_microsecond() + second * 1_000_000)
}

fn intent(op: Op) -> Intent {
    Intent {
        id: OperationId::from_bytes([1; 16]),
        at: moment(0),
        op,
        tender: Tender::Card,
        amount: Some(Kopecks::new(15_000).unwrap()),
        terminal: "11087928".to_owned(),
        original: None,
    }
}

fn evidence_of(journal: &Journal, intent: &Intent, text: &str, now: i64) -> Evidence {
    let copy = Approval {
        slips: slips(text),
        ..Approval::default()
    };
    compare(&settings(), journal, intent, &copy, moment(now)).evidence
}

fn empty() -> (tempfile::TempDir, Journal) {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(&folder.path().join("j")).unwrap();
    (folder, journal)
}

#[test]
fn only_a_copy_that_fits_in_everything_confirms() {
    let (_folder, journal) = empty();
    let sale = intent(Op::Sale);
    assert!(evidence_of(&journal, &sale, TEXT, 60).confirms());
    for (from, to) in [
        ("150.00", "151.00"),
        ("150.00", "2 150.00"),
        ("11087928", "11087929"),
        ("11087928", "110879281"),
        ("15.01.2026", "14.01.2026"),
        ("10:15:30", "10:09:30"),
        ("10:15:30", "10:25:30"),
        ("ОДОБРЕНО", ""),
        ("ОДОБРЕНО", "ОДОБРЕНО, НЕТ: ОТКАЗ"),
        ("ОПЛАТА", ""),
        ("ОПЛАТА", "ВОЗВРАТ"),
        ("ОПЛАТА", "ОТМЕНА: ОПЛАТА"),
    ] {
        let other = TEXT.replace(from, to);
        assert!(
            !evidence_of(&journal, &sale, &other, 60).confirms(),
            "{from} -> {to}"
        );
    }
    assert!(!evidence_of(&journal, &sale, "", 60).confirms());
    assert!(!evidence_of(&journal, &intent(Op::EmergencyCancel), TEXT, 60).confirms());
    let back = TEXT.replace("ОПЛАТА", "ВОЗВРАТ");
    assert!(evidence_of(&journal, &intent(Op::Refund), &back, 60).confirms());
    assert!(!evidence_of(&journal, &intent(Op::Void), &back, 60).confirms());
}

#[test]
fn the_receipt_of_the_buyer_before_does_not_confirm() {
    let (_folder, mut journal) = empty();
    let before = Intent {
        id: OperationId::from_bytes([7; 16]),
        ..intent(Op::Sale)
    };
    let id = before.id;
    journal.begin(before).unwrap();
    journal
        .end(End {
            id,
            at: moment(31),
            decision: Decision::Approved,
            by: By::Answer,
            rrn: Some("601510153001".to_owned()),
            auth_code: None,
            terminal_time: None,
            tender: UsedTender::NotSaid,
        })
        .unwrap();
    // The same sum, a minute later: the terminal still has the first buyer's receipt.
    let later = Intent {
        at: moment(60),
        ..intent(Op::Sale)
    };
    let evidence = evidence_of(&journal, &later, TEXT, 90);
    assert!(evidence.sum && evidence.time && evidence.terminal && evidence.kind && evidence.approved);
    assert!(evidence.is_of_another() && !evidence.confirms());
}

#[test]
fn the_rrn_is_read_where_it_is_marked() {
    assert_eq!(
        printed_rrn("RRN: 601510153001\n"),
        Some("601510153001".to_owned())
    );
    for none in ["601510153001", "RRN 60151015300", "RRN: 6015101530011", "RRN"] {
        assert_eq!(printed_rrn(none), None, "{none}");
    }
}
