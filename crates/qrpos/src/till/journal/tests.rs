use super::file::JournalError;
use super::*;
use domain::{Kopecks, Timestamp};
use std::fs;
use std::path::PathBuf;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

fn rubles(amount: i64) -> Kopecks {
    Kopecks::new(amount * 100).unwrap()
}

fn receipt(number: u32) -> Entry {
    let line = Line {
        name: "Хлеб".to_owned(),
        code: None,
        quantity: 2,
        price: rubles(50),
        sum: rubles(100),
    };
    Entry::Receipt {
        at: at(1),
        number,
        lines: vec![line],
    }
}

fn begun(id: &str, kind: Kind, amount: i64) -> Entry {
    Entry::Begun(Begun {
        id: id.parse().unwrap(),
        at: at(2),
        kind,
        module: "qrraiffd".parse().unwrap(),
        tender: "qrraiffd".to_owned(),
        amount: rubles(amount),
        receipt: "1".to_owned(),
        wait_ms: 310_000,
    })
}

fn ended(id: &str, moved: bool, amount: i64) -> Entry {
    Entry::Ended(Ended {
        id: id.parse().unwrap(),
        at: at(3),
        moved,
        amount: rubles(amount),
    })
}

fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state").join("till-1-1.jsonl");
    (folder, path)
}

fn write(path: &std::path::Path, entries: &[Entry]) {
    let mut journal = Journal::open(path).unwrap().journal;
    for entry in entries {
        journal.append(entry).unwrap();
    }
}

#[test]
fn totals_and_what_is_open_survive_a_restart() {
    let (_folder, path) = place();
    let paid = [
        receipt(1),
        begun("a", Kind::Payment, 60),
        ended("a", true, 60),
        Entry::Cash {
            at: at(4),
            number: 1,
            amount: rubles(40),
        },
        Entry::Closed { at: at(5), number: 1 },
        receipt(2),
        begun("b", Kind::Payment, 100),
        begun("c", Kind::Refund, 10),
    ];
    write(&path, &paid);
    let book = Journal::open(&path).unwrap().book;
    assert_eq!((book.shift, book.next_receipt, book.totals.receipts), (1, 3, 1));
    assert_eq!(book.totals.tenders["qrraiffd"].paid.amount, rubles(60));
    assert_eq!(book.totals.tenders[CASH].paid.amount, rubles(40));
    let open: Vec<&str> = book.open.iter().map(|begun| begun.id.as_str()).collect();
    assert_eq!(open, ["b", "c"]);
    let current = book.current.unwrap();
    assert_eq!(
        (current.total(), current.pending(), current.left()),
        (rubles(100), rubles(100), Kopecks::ZERO)
    );

    write(&path, &[ended("b", false, 0), ended("c", true, 10)]);
    let mut book = Journal::open(&path).unwrap().book;
    assert!(book.open.is_empty() && book.current.as_ref().unwrap().is_untouched());
    assert_eq!(book.totals.tenders["qrraiffd"].refunded.amount, rubles(10));
    assert!(
        book.take(&Entry::ShiftClosed { at: at(9), shift: 1 }).is_err(),
        "a receipt is open"
    );
    book.take(&Entry::GivenUp { at: at(8), number: 2 }).unwrap();
    book.take(&Entry::ShiftClosed { at: at(9), shift: 1 }).unwrap();
    assert_eq!((book.shift, book.next_receipt, book.totals.receipts), (2, 3, 0));
}

#[test]
fn a_last_line_that_was_cut_off_is_put_aside_and_loses_nothing() {
    let (_folder, path) = place();
    write(&path, &[receipt(1), begun("a", Kind::Payment, 100)]);
    let whole = fs::read(&path).unwrap();
    let end = {
        let (_other, other) = place();
        write(
            &other,
            &[receipt(1), begun("a", Kind::Payment, 100), ended("a", true, 100)],
        );
        fs::read(&other).unwrap().split_off(whole.len())
    };
    for cut in 1..end.len() {
        let mut torn = whole.clone();
        torn.extend_from_slice(&end[..cut]);
        fs::write(&path, &torn).unwrap();
        let opened = Journal::open(&path).unwrap();
        assert_eq!(
            opened.book.open.len(),
            1,
            "cut after {cut} bytes: it is asked for again"
        );
        let aside = opened.damaged.unwrap();
        assert!(fs::read(aside).unwrap().ends_with(b"\n"));
        assert_eq!(fs::read(&path).unwrap(), whole);
    }
    fs::write(&path, [whole.as_slice(), b"\0\0\0\0\n"].concat()).unwrap();
    let mut opened = Journal::open(&path).unwrap();
    assert!(opened.damaged.is_some());
    opened.journal.append(&ended("a", true, 100)).unwrap();
    drop(opened);
    assert!(Journal::open(&path).unwrap().book.open.is_empty());
}

#[test]
fn a_hole_in_the_middle_stops_the_till() {
    let (_folder, path) = place();
    write(
        &path,
        &[receipt(1), begun("a", Kind::Payment, 100), ended("a", true, 100)],
    );
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    fs::write(&path, format!("{}\nspoilt\n{}\n", lines[0], lines[2])).unwrap();
    let error = Journal::open(&path).err().unwrap().to_string();
    assert!(
        error.contains("line 2") && error.contains("look at the file"),
        "{error}"
    );
    fs::write(&path, format!("{}\n{}\n{}\n", lines[0], lines[2], lines[1])).unwrap();
    let error = Journal::open(&path).err().unwrap().to_string();
    assert!(error.contains("line 2"), "an end before its beginning: {error}");
}

#[test]
fn two_tills_never_share_a_journal() {
    let (_folder, path) = place();
    let first = Journal::open(&path).unwrap();
    assert!(matches!(Journal::open(&path), Err(JournalError::InUse(_))));
    drop(first);
    assert!(Journal::open(&path).is_ok());
}

#[test]
fn a_long_journal_is_begun_anew_with_what_it_came_to() {
    let (_folder, path) = place();
    let mut entries = vec![receipt(1)];
    entries.extend((0..2).flat_map(|round| {
        let id = format!("r{round}");
        [begun(&id, Kind::Refund, 1), ended(&id, true, 1)]
    }));
    entries.push(begun("open", Kind::Payment, 100));
    write(&path, &entries);
    let book = Journal::open(&path).unwrap().book;
    let text = fs::read_to_string(&path).unwrap();
    let filler = serde_json::to_string(&receipt(2)).unwrap();
    // Blank characters between a line's values are no content.
    let wide = filler.replacen(':', &format!(":{}", " ".repeat(5 * 1024 * 1024)), 1);
    fs::write(
        &path,
        format!("{wide}\n").replace("\"number\":2", "\"number\":1") + &text,
    )
    .unwrap();
    let long = Journal::open(&path).unwrap().book;
    assert_eq!(long, book);
    assert!(fs::metadata(&path).unwrap().len() < 10_000);
    assert_eq!(Journal::open(&path).unwrap().book, book);
    assert!(path.with_file_name("till-1-1.jsonl.old").is_file());
}
