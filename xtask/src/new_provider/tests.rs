use super::*;

/// The two files that it changes, in a folder of their own.
fn copy() -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for path in [LIST, PAGE] {
        let to = copy.path().join(path);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(root().join(path), to).unwrap();
    }
    copy
}

fn options(name: &str, title: &str) -> Options {
    Options {
        name: name.to_owned(),
        title: title.to_owned(),
    }
}

#[test]
fn a_new_provider_is_written_listed_and_described() {
    let copy = copy();
    begin(copy.path(), &options("newbank", "Банк «Новый»")).unwrap();

    let profile = read(copy.path(), "crates/connectors/src/newbank/profile.conf").unwrap();
    assert!(profile.contains("modules { qrnewbank {} }"));
    assert!(profile.contains("Банк «Новый»"));
    let list = read(copy.path(), LIST).unwrap();
    let line = "    shipped(\"newbank/profile.conf\", include_str!(\"newbank/profile.conf\")),\n];\n";
    assert_eq!(list.matches(line).count(), 1);
    let page = read(copy.path(), PAGE).unwrap();
    assert!(page.contains("## Банк «Новый»\n"));
    assert!(page.contains("```json qrnewbank merchants\n"));
    for text in [profile, page] {
        assert!(!text.contains("qrexample") && !text.contains("Example Bank"));
    }
}

#[test]
fn two_follow_each_other() {
    let copy = copy();
    begin(copy.path(), &options("one", "One")).unwrap();
    begin(copy.path(), &options("two", "Two")).unwrap();
    let list = read(copy.path(), LIST).unwrap();
    assert!(list.find("one/profile.conf") < list.find("two/profile.conf"));
}

#[test]
fn what_is_there_or_cannot_be_is_refused_and_nothing_is_written() {
    let copy = copy();
    fs::create_dir_all(copy.path().join("crates/connectors/src/taken")).unwrap();
    for (name, title) in [
        ("taken", "Bank"),
        ("Upper", "Bank"),
        ("../out", "Bank"),
        ("9bank", "Bank"),
        ("", "Bank"),
        ("bank", ""),
        ("bank", "A \"quoted\" bank"),
        ("bank", "Two\nlines"),
    ] {
        assert!(
            begin(copy.path(), &options(name, title)).is_err(),
            "{name} {title}"
        );
    }
    for path in [LIST, PAGE] {
        assert_eq!(read(copy.path(), path).unwrap(), read(&root(), path).unwrap());
    }
    assert!(!copy.path().join("crates/connectors/src/bank").exists());
}
