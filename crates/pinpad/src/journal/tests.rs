use super::*;
use proptest::prelude::*;
use std::fs;
use tempfile::TempDir;

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pinpad.journal");
    (folder, path)
}

fn moment(second: i64) -> Timestamp {
    Timestamp::from_micros(1_768_000_000_000_000 + second * 1_000_000)
}

fn intent(number: u8, op: Op, amount: i64) -> Intent {
    Intent {
        id: OperationId::from_bytes([number; 16]),
        at: moment(i64::from(number)),
        op,
        tender: Tender::Card,
        amount: Some(Kopecks::new(amount).unwrap()),
        terminal: "11087928".to_owned(),
        original: None,
    }
}

fn end(number: u8, decision: Decision, rrn: &str) -> End {
    End {
        id: OperationId::from_bytes([number; 16]),
        at: moment(100),
        decision,
        by: By::Answer,
        rrn: Some(rrn.to_owned()),
        auth_code: None,
        terminal_time: Some(format!("time of {rrn}")),
        tender: UsedTender::NotSaid,
    }
}

#[test]
fn an_open_operation_is_known_after_a_crash() {
    let (_folder, path) = folder();
    let mut journal = Journal::open(&path).unwrap();
    journal.begin(intent(1, Op::Sale, 100)).unwrap();
    assert!(matches!(
        journal.begin(intent(2, Op::Sale, 1)),
        Err(JournalError::Open)
    ));
    assert!(matches!(Journal::open(&path), Err(JournalError::InUse(_))));
    drop(journal);
    let mut journal = Journal::open(&path).unwrap();
    assert_eq!(journal.open_intent(), Some(&intent(1, Op::Sale, 100)));
    journal
        .doubt(intent(1, Op::Sale, 100).id, moment(5), "no answer".to_owned())
        .unwrap();
    let strange = end(2, Decision::Approved, "r");
    assert!(matches!(journal.end(strange), Err(JournalError::NotOpen)));
    journal.end(end(1, Decision::Approved, "111")).unwrap();
    assert!(matches!(
        journal.end(end(1, Decision::NotDone, "111")),
        Err(JournalError::NotOpen)
    ));
    drop(journal);
    assert!(Journal::open(&path).unwrap().open_intent().is_none());
}

#[test]
fn what_was_given_back_is_added_up() {
    let (_folder, path) = folder();
    let mut journal = Journal::open(&path).unwrap();
    let mut number = 0;
    let mut done = |op, amount, original: Option<Original>, decision, rrn: &str| {
        number += 1;
        let begun = Intent {
            original,
            ..intent(number, op, amount)
        };
        journal.begin(begun).unwrap();
        journal.end(end(number, decision, rrn)).unwrap();
        journal.original("111")
    };
    let original = done(Op::Sale, 1_000, None, Decision::Approved, "111");
    assert_eq!(original.as_ref().unwrap().amount.get(), 1_000);
    done(Op::Void, 300, original.clone(), Decision::Approved, "222");
    done(Op::Refund, 400, original.clone(), Decision::NotDone, "333");
    done(Op::Refund, 100, original, Decision::Approved, "444");
    journal.settled(moment(200)).unwrap();
    drop(journal);
    let journal = Journal::open(&path).unwrap();
    assert_eq!(journal.given_back("111").get(), 400);
    assert_eq!(journal.given_back("222"), Kopecks::ZERO);
    assert_eq!(journal.original("222"), None, "a void is no payment");
    assert_eq!(journal.settled_at(), Some(moment(200)));
    let known = journal.known_but(Some("111"));
    assert!(known.contains("222") && known.contains("time of 444"));
    assert!(!known.contains("111") && !known.contains("333"));
}

#[test]
fn an_entry_that_was_cut_off_was_never_sent() {
    let (_folder, path) = folder();
    let mut journal = Journal::open(&path).unwrap();
    journal.begin(intent(1, Op::Sale, 100)).unwrap();
    journal.end(end(1, Decision::NotDone, "1")).unwrap();
    drop(journal);
    let whole = fs::read(&path).unwrap();
    for cut in 0..whole.len() {
        fs::write(&path, &whole[..cut]).unwrap();
        let journal = Journal::open(&path).unwrap();
        let intent_is_whole = whole[..cut].contains(&b'\n');
        assert_eq!(journal.open_intent().is_some(), intent_is_whole, "{cut}");
    }
    let mut journal = Journal::open(&path).unwrap();
    journal.end(end(1, Decision::Approved, "1")).unwrap();
    drop(journal);
    assert!(Journal::open(&path).unwrap().original("1").is_some());
}

#[test]
fn a_hole_stops_the_register_and_names_the_line() {
    let (_folder, path) = folder();
    let mut journal = Journal::open(&path).unwrap();
    journal.begin(intent(1, Op::Sale, 100)).unwrap();
    drop(journal);
    let first = fs::read_to_string(&path).unwrap();
    for (text, line) in [
        (format!("{first}{first}"), 2),
        (format!("{first}4111111111111111\n"), 2),
        ("\n".to_owned(), 1),
        (
            serde_json::to_string(&Entry::End(end(1, Decision::Approved, "1"))).unwrap() + "\n",
            1,
        ),
    ] {
        fs::write(&path, &text).unwrap();
        let Err(error) = Journal::open(&path) else {
            panic!("{text}")
        };
        assert!(
            matches!(error, JournalError::Broken { line: found, .. } if found == line),
            "{error}"
        );
        assert!(!error.to_string().contains("4111"));
    }
    fs::write(&path, [0xFF, b'\n']).unwrap();
    assert!(matches!(
        Journal::open(&path),
        Err(JournalError::Broken { line: 1, .. })
    ));
}

#[test]
fn a_long_file_is_begun_anew_and_says_the_same() {
    let (_folder, path) = folder();
    let mut book = Book::default();
    let mut lines = String::new();
    let mut entries = Vec::new();
    for number in 0..u32::from(u16::MAX) {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        let id = OperationId::from_bytes(bytes);
        entries.push(Entry::Intent(Intent {
            id,
            ..intent(1, Op::Sale, 700)
        }));
        entries.push(Entry::End(End {
            id,
            ..end(1, Decision::Approved, &number.to_string())
        }));
        if number > 12_000 {
            break;
        }
    }
    entries.push(Entry::Settled { at: moment(9) });
    entries.push(Entry::Intent(intent(9, Op::Void, 5)));
    for entry in entries {
        lines.push_str(&serde_json::to_string(&entry).unwrap());
        lines.push('\n');
        book.take(entry).unwrap();
    }
    fs::write(&path, &lines).unwrap();
    let journal = Journal::open(&path).unwrap();
    assert!(
        matches!(Journal::open(&path), Err(JournalError::InUse(_))),
        "the new file is locked too"
    );
    drop(journal);
    let kept = fs::metadata(&path).unwrap().len();
    assert!(kept < lines.len() as u64 / 2, "{kept}");
    assert_eq!(
        fs::read_to_string(path.with_extension("journal.old")).unwrap(),
        lines
    );
    let mut journal = Journal::open(&path).unwrap();
    assert_eq!(journal.book.entries(), book.entries());
    assert_eq!(journal.open_intent(), Some(&intent(9, Op::Void, 5)));
    journal.end(end(9, Decision::NotDone, "x")).unwrap();
    drop(journal);
    assert!(Journal::open(&path).unwrap().open_intent().is_none());
}

proptest! {
    #[test]
    fn any_file_is_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let (_folder, path) = folder();
        fs::write(&path, bytes).unwrap();
        let _ = Journal::open(&path).map(|journal| journal.open_intent().cloned());
    }
}
