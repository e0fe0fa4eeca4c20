use super::*;

const BANK: &str = include_str!("../fixtures/bank.conf");

fn names(providers: &[Provider]) -> Vec<&'static str> {
    providers.iter().map(|provider| provider.module).collect()
}

#[test]
fn a_folder_is_read_and_read_again_when_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    std::fs::write(file("bank.conf"), BANK).unwrap();
    std::fs::write(file("notes.txt"), "no profile").unwrap();
    let (mut watched, first) = Folder::open(folder.path()).unwrap();
    assert_eq!(names(&first), ["qrmybank"]);
    assert!(watched.changed().is_none());

    std::fs::write(file("second.conf"), BANK.replace("qrmybank", "qrsecond")).unwrap();
    assert_eq!(
        names(&watched.changed().unwrap().unwrap()),
        ["qrmybank", "qrsecond"]
    );
    // A broken edit is told once; its repair is a change again.
    std::fs::write(file("second.conf"), BANK.replace("/orders", "orders")).unwrap();
    let faults = watched.changed().unwrap().err().unwrap();
    assert!(
        faults.to_string().contains("second.conf:19: calls.register.path"),
        "{faults}"
    );
    assert!(watched.changed().is_none());
    std::fs::remove_file(file("second.conf")).unwrap();
    assert_eq!(names(&watched.changed().unwrap().unwrap()), ["qrmybank"]);
}

#[test]
fn a_folder_has_limits_and_must_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let huge = folder.path().join("huge.conf");
    std::fs::write(&huge, "#".repeat(usize::try_from(SIZE_MAX_BYTES).unwrap() + 1)).unwrap();
    let faults = Folder::open(folder.path()).err().unwrap().to_string();
    assert!(faults.contains("longer than"), "{faults}");
    std::fs::remove_file(&huge).unwrap();
    for at in 0..=FILES_MAX {
        std::fs::write(folder.path().join(format!("{at}.conf")), BANK).unwrap();
    }
    let faults = Folder::open(folder.path()).err().unwrap().to_string();
    assert!(faults.contains("more than 64 profiles"), "{faults}");
    let path = folder.path().to_owned();
    drop(folder);
    let faults = Folder::open(&path).err().unwrap().to_string();
    assert!(faults.contains("cannot be read"), "{faults}");
}

#[test]
fn a_file_that_is_not_utf_8_is_told_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bank.conf");
    std::fs::write(&path, [b"# \n# \xc1\xe0\xed\xea\n", BANK.as_bytes()].concat()).unwrap();
    let faults = Profile::read(&path).err().unwrap().to_string();
    assert!(faults.contains("bank.conf:2: the file is not UTF-8"), "{faults}");
}
