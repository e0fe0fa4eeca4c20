//! Files that include one another: what is read, and what is said when it is wrong.

#![expect(clippy::unwrap_used, reason = "helpers of the tests")]

use conf::{
    Document, Folder, INCLUDE_DEPTH_MAX, INCLUDES_MAX, IncludeFault, Problem, Reading, SettingsError,
};
use proptest::prelude::*;
use std::collections::HashMap;
use std::path::Path;
use tempfile::TempDir;

/// A tree of files on the disk.
struct Tree(TempDir);

impl Tree {
    fn new(files: &[(&str, &str)]) -> Self {
        let tree = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            let path = tree.0.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        tree
    }

    fn read(&self, name: &str) -> Reading {
        let env = HashMap::from([("WHERE".to_owned(), "10.0.0.5".to_owned())]);
        let folder = Folder::new(self.0.path()).known_as("conf");
        Document::load_in(&folder, &self.0.path().join(name), &env)
    }

    /// The faults, with names that start at the root.
    fn faults(&self, name: &str) -> Vec<String> {
        self.read(name)
            .faults
            .iter()
            .map(|fault| self.short(fault))
            .collect()
    }

    fn short(&self, fault: &SettingsError) -> String {
        fault
            .to_string()
            .replace(&format!("{}/", self.0.path().display()), "")
    }
}

#[test]
fn includes_are_read_from_the_root_also_in_lists_and_after_leading_commas() {
    let tree = Tree::new(&[
        (
            "mintukm.conf",
            "\u{feff}# Настройки\nsubsystems = [\n\t{ include file(\"conf/services/a.conf\") }\n\t,{ include file(\"conf/services/b.conf\")}  # вторая\n#\t,{ include file(\"conf/services/off.conf\") } # выключено\n]\nafter = 1\n",
        ),
        (
            "services/a.conf",
            "# А\n{\n  \"a.name\": {\n    x = 10 second\n  }\n}\n",
        ),
        ("services/b.conf", "include \"c\", y = 2,"),
        ("services/c.conf", "z { deep = [1, { k = true }] }\n"),
    ]);
    let reading = tree.read("mintukm.conf");
    assert_eq!(reading.faults, []);
    let document = reading.document.unwrap();
    let list = document.top("subsystems").list().unwrap();
    assert_eq!(list.len(), 2);
    let name = list[0].get("a.name").get("x");
    assert_eq!(name.duration_ms(&(0..=60_000)).unwrap(), Some(10_000));
    let place = name.place();
    assert!(place.file.ends_with("services/a.conf"));
    assert_eq!((place.line, place.key.as_str()), (Some(4), "a.name.x"));
    assert_eq!(list[1].get("y").integer(&(0..=9)).unwrap(), Some(2));
    let deep = list[1].get("z").get("deep").list().unwrap()[1].get("k");
    assert_eq!(deep.flag().unwrap(), Some(true));
    assert_eq!(deep.place().key, "z.deep[1].k");
    assert!(deep.place().file.ends_with("services/c.conf"));
    let after = document.top("after").place();
    assert_eq!((after.line, after.key.as_str()), (Some(7), "after"));
    let seen: Vec<_> = reading
        .includes
        .iter()
        .map(|include| (include.target.as_str(), include.line, include.is_active))
        .collect();
    assert_eq!(
        seen,
        [
            ("conf/services/off.conf", 5, false),
            ("conf/services/a.conf", 3, true),
            ("conf/services/b.conf", 4, true),
            ("c", 1, true),
        ]
    );
}

#[test]
fn errors_name_the_included_file_its_line_and_its_own_key() {
    let tree = Tree::new(&[
        ("main.conf", "list = [\n  { include file(\"conf/one.conf\") }\n]"),
        (
            "one.conf",
            "{\n  \"reports.x\": {\n    params : {\n\t\tnum = four\n    }\n  }\n}",
        ),
    ]);
    let document = tree.read("main.conf").document.unwrap();
    let params = document.top("list").list().unwrap()[0]
        .get("reports.x")
        .get("params");
    let error = params.get("num").integer(&(0..=9)).unwrap_err();
    assert_eq!(
        tree.short(&error),
        "one.conf:4: reports.x.params.num: expected a whole number, found something else"
    );
}

#[test]
fn every_fault_is_told_and_the_rest_is_read() {
    let tree = Tree::new(&[
        (
            "main.conf",
            "list = [\n#  { a = 1 }\n  ,{ include file(\"conf/gone.conf\") }\n  ,{ include file(\"broken.conf\") },\n  ,{ include file(\"../outside.conf\") }\n  ,{ include url(\"http://x/\") }\n]\nkept = ${WHERE}\nlost = ${NO_SUCH_VALUE}",
        ),
        ("broken.conf", "a {\n  b = 1\n\n"),
    ]);
    assert_eq!(
        tree.faults("main.conf"),
        [
            "main.conf:3: a comma stands right after the opening bracket; take it away",
            "main.conf:5: two commas with nothing between them; take one away",
            "main.conf:3: include \"conf/gone.conf\": there is no such file (gone.conf)",
            "broken.conf:4: not readable as HOCON: expected }",
            "main.conf:5: include \"../outside.conf\": it leads out of the settings tree",
            "main.conf:6: include \"http://x/\": only include \"name\" and include file(\"name\") are read",
            "main.conf:9: cannot be resolved: could not resolve substitution: ${NO_SUCH_VALUE} (NO_SUCH_VALUE)",
        ]
    );
    let reading = tree.read("main.conf");
    let document = reading.document.unwrap();
    assert_eq!(document.top("list").list().unwrap().len(), 4);
    let lost = document.top("lost").text().unwrap_err();
    assert!(
        lost.to_string().contains("a substitution that leads nowhere"),
        "{lost}"
    );
}

#[test]
fn cycles_depth_and_number_are_limited() {
    let tree = Tree::new(&[
        ("a.conf", "include file(\"b.conf\")"),
        ("b.conf", "x = 1\ninclude file(\"a.conf\")"),
    ]);
    let fault = &tree.read("a.conf").faults[0];
    assert!(fault.file.ends_with("b.conf") && fault.line == Some(2));
    assert!(matches!(
        fault.problem,
        Problem::Include {
            problem: IncludeFault::Cycle,
            ..
        }
    ));

    let chain: Vec<(String, String)> = (0..INCLUDE_DEPTH_MAX + 4)
        .map(|n| {
            (
                format!("{n}.conf"),
                format!("a {{ include file(\"{}.conf\") }}", n + 1),
            )
        })
        .collect();
    let chain: Vec<(&str, &str)> = chain
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let reading = Tree::new(&chain).read("0.conf");
    assert_eq!(reading.faults.len(), 1);
    assert!(matches!(
        reading.faults[0].problem,
        Problem::Include {
            problem: IncludeFault::TooDeep,
            ..
        }
    ));

    let many = |next: &str| format!("include file(\"{next}\")\n").repeat(30);
    let bomb = Tree::new(&[
        ("a.conf", &many("b.conf")),
        ("b.conf", &many("c.conf")),
        ("c.conf", "x = 1"),
    ]);
    let reading = bomb.read("a.conf");
    assert!(reading.faults.iter().all(|fault| matches!(
        fault.problem,
        Problem::Include {
            problem: IncludeFault::TooMany,
            ..
        }
    )));
    assert!(!reading.faults.is_empty() && reading.includes.len() < 2 * INCLUDES_MAX);

    let big = format!("# {}\nx = 1", "я".repeat(400_000));
    let heavy = Tree::new(&[("a.conf", &many("big.conf")), ("big.conf", &big)]);
    let reading = heavy.read("a.conf");
    assert!(matches!(reading.faults[0].problem, Problem::Unreadable(_)));
}

#[test]
fn what_cannot_be_read_at_all_is_one_fault() {
    let tree = Tree::new(&[
        ("list.conf", "[1]"),
        ("a.conf", "{ include file(\"list.conf\") }"),
        ("deep.conf", &"a{".repeat(5_000)),
    ]);
    for (name, words) in [
        ("no.conf", "no.conf: the file cannot be read"),
        ("list.conf", "list.conf: not readable as HOCON"),
        (
            "a.conf",
            "list.conf: not readable as HOCON: an included file must be an object",
        ),
        ("deep.conf", "deep.conf"),
    ] {
        let faults = tree.faults(name);
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].starts_with(words), "{faults:?}");
    }
}

/// Pieces of settings, so that chance makes texts that are nearly right.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("{ include file(\"conf/b.conf\") }".to_owned()),
        Just("include \"b\"".to_owned()),
        Just("include required(file(\"a.conf\"))".to_owned()),
        Just("include".to_owned()),
        Just("\n#   ,{ include file(\"conf/b.conf\")}\n".to_owned()),
        Just("a = 10 second".to_owned()),
        Just("\"x.y\" : ".to_owned()),
        Just("\"\"\"три\nстроки\"\"\"".to_owned()),
        Just("${a}".to_owned()),
        Just("${?a.b}".to_owned()),
        Just("+=".to_owned()),
        "[\\[\\]{},:=\n\t #\"]",
        ".{0,6}",
    ]
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(
        a in prop::collection::vec(piece(), 0..24),
        b in prop::collection::vec(piece(), 0..24),
    ) {
        let tree = Tree::new(&[("a.conf", &a.concat()), ("b.conf", &b.concat())]);
        let reading = tree.read("a.conf");
        prop_assert!(reading.document.is_some() || !reading.faults.is_empty());
        for fault in &reading.faults {
            prop_assert!(!fault.to_string().is_empty());
            let text = std::fs::read_to_string(&fault.file).unwrap_or_default();
            prop_assert!(fault.line.is_none_or(|line| line <= text.matches('\n').count() + 1));
        }
    }

    #[test]
    fn an_included_text_reads_as_if_it_stood_there(values in prop::collection::vec(0_u64..1_000, 1..8)) {
        let members: Vec<String> = values.iter().enumerate().map(|(n, value)| format!("k{n} = {value}")).collect();
        let tree = Tree::new(&[
            ("a.conf", "o { before = 1, include file(\"b.conf\"), after = 2 }"),
            ("b.conf", &format!("{{ {} }}", members.join("\n"))),
        ]);
        let reading = tree.read("a.conf");
        prop_assert_eq!(&reading.faults, &[]);
        let document = reading.document.unwrap();
        let object = document.top("o");
        for (n, value) in values.iter().enumerate() {
            let node = object.get(&format!("k{n}"));
            prop_assert_eq!(node.integer(&(0..=1_000)).unwrap(), Some(*value));
            prop_assert_eq!(node.place().line, Some(n + 1));
            prop_assert!(node.place().file.ends_with(Path::new("b.conf")));
        }
        prop_assert!(object.get("before").is_there() && object.get("after").is_there());
    }
}
