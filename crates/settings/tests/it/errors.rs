//! Every error names the file, the line, the key, and what to do.

use crate::Folder;

/// The text of the error without the folder.
fn error(conf: &str) -> String {
    let folder = Folder::new(conf);
    let text = folder.load(&[]).unwrap_err().to_string();
    let prefix = format!("{}/", folder.path().display());
    text.strip_prefix(&prefix).unwrap().to_owned()
}

#[test]
fn a_missing_file_is_named() {
    let folder = Folder::new("");
    std::fs::remove_file(folder.path().join("qrpayd.conf")).unwrap();
    let text = folder.load(&[]).unwrap_err().to_string();
    assert!(
        text.contains("qrpayd.conf: the file cannot be read: No such file"),
        "{text}"
    );
}

#[test]
fn syntax_has_a_line() {
    let text = error("# раз\n# два\nhttp {\n  listen = \n}}\n");
    assert!(
        text.starts_with("qrpayd.conf:5: not readable as HOCON: "),
        "{text}"
    );
}

#[test]
fn an_unset_variable_has_a_line() {
    let text = error("\nmodules = [${MODULE}]");
    assert!(
        text.starts_with("qrpayd.conf:2: cannot be resolved: ") && text.contains("MODULE"),
        "{text}"
    );
}

#[test]
fn unknown_keys_get_a_suggestion() {
    for (conf, expected) in [
        (
            "jurnal { }",
            "qrpayd.conf:1: jurnal: unknown key; did you mean `journal`?",
        ),
        (
            "# комментарий\nhttp {\n  lisen = \"x\"\n}",
            "qrpayd.conf:3: http.lisen: unknown key; did you mean `listen`?",
        ),
        ("log.colour = red", "qrpayd.conf:1: log.colour: unknown key"),
        (
            "http.tokens = [\n  { store = 1, terminal = 1, tokn = x }\n]",
            "qrpayd.conf:2: http.tokens[0].tokn: unknown key; did you mean `token`?",
        ),
    ] {
        assert_eq!(error(conf), expected);
    }
}

#[test]
fn wrong_values_say_what_is_expected() {
    for (conf, expected) in [
        (
            "stop_within = 20",
            "qrpayd.conf:1: stop_within: 20 of what? Name the unit: \"20 second\"",
        ),
        (
            "stop_within = soon",
            "qrpayd.conf:1: stop_within: expected a duration with its unit (ms, second, minute, hour), like \"10 second\", found `soon`",
        ),
        (
            "stop_within = 20 minutes",
            "qrpayd.conf:1: stop_within: 1200000 ms is out of range; it must be from 1000 ms to 600000 ms",
        ),
        (
            "http.body_limit = 64 parrots",
            "qrpayd.conf:1: http.body_limit: expected a size in bytes or with a unit (kB, KiB, MB, MiB), like \"64 KiB\", found `64 parrots`",
        ),
        (
            "http.body_limit = 10",
            "qrpayd.conf:1: http.body_limit: 10 bytes is out of range; it must be from 1024 bytes to 16777216 bytes",
        ),
        (
            "http.listen = localhost",
            "qrpayd.conf:1: http.listen: `localhost` is not an address and port, like \"127.0.0.1:8080\"",
        ),
        (
            "http { listen = \"127.0.0.1:1\"\ncallback_listen = \"127.0.0.1:1\" }",
            "qrpayd.conf:2: http.callback_listen: is the same as http.listen; leave it out, or take another port",
        ),
        (
            "http = 5",
            "qrpayd.conf:1: http: expected an object in braces, found something else",
        ),
        (
            "modules = qrraiffd",
            "qrpayd.conf:1: modules: expected a list in square brackets, found something else",
        ),
        (
            "modules = [\n  QR\n]",
            "qrpayd.conf:2: modules[0]: a module name may hold small letters, digits and `_`; `Q` is not among them",
        ),
        (
            "modules = [a, a]",
            "qrpayd.conf:1: modules[1]: `a` stands in the list twice",
        ),
        (
            "journal.allow_weak_durability = maybe",
            "qrpayd.conf:1: journal.allow_weak_durability: expected true or false, found something else",
        ),
        (
            "amqp.prefetch = 0",
            "qrpayd.conf:1: amqp.prefetch: 0 is out of range; it must be from 1 to 65535",
        ),
        (
            "amqp.prefetch = many",
            "qrpayd.conf:1: amqp.prefetch: expected a whole number, found something else",
        ),
        (
            "amqp.exchange = \"\"",
            "qrpayd.conf:1: amqp.exchange: must have 1 to 255 bytes",
        ),
        (
            "log.format = xml",
            "qrpayd.conf:1: log.format: `xml` is none of auto, text, json, journald",
        ),
        (
            "log.level = loud",
            "qrpayd.conf:1: log.level: `loud` has no level; write off, error, warn, info, debug or trace, or a list like \"info,wire=debug\"",
        ),
    ] {
        assert_eq!(error(conf), expected);
    }
}

#[test]
fn bad_addresses_are_refused_without_showing_them() {
    for (conf, start) in [
        (
            "journal.url = \"postgres://u:S3CRET@h/d\"",
            "qrpayd.conf:1: journal.url: must be sqlite:",
        ),
        (
            "journal.url = \"sqlite:\"",
            "qrpayd.conf:1: journal.url: must be sqlite:",
        ),
        (
            "amqp.urls = [\"amqp://u:S3/CRET@h\"]",
            "qrpayd.conf:1: amqp.urls[0]: must be amqp://",
        ),
        (
            "amqp.urls = [\"S3CRET\"]",
            "qrpayd.conf:1: amqp.urls[0]: must be amqp://",
        ),
        (
            "journal { url = \"mysql://h/d\", password = S3CRET }",
            "qrpayd.conf:1: journal.url: a password is given, but the URL mysql://h/d names no user",
        ),
    ] {
        let text = error(conf);
        assert!(text.starts_with(start), "{text}");
        assert!(!text.contains("S3"), "{text}");
    }
}

#[test]
fn factory_passwords_are_refused_away_from_this_machine() {
    for url in [
        "amqp://guest:guest@10.0.0.5",
        "amqps://admin:admin@rabbit.example:5671/%2f",
        "amqp://%67uest:gues%74@10.0.0.5",
        "amqp://10.0.0.5",
    ] {
        let text = error(&format!("amqp.urls = [\n  \"{url}\"\n]"));
        assert!(
            text.starts_with("qrpayd.conf:2: amqp.urls[0]: the broker at "),
            "{text}"
        );
        assert!(text.contains("factory password"), "{text}");
    }
    for url in [
        "amqp://guest:guest@localhost",
        "amqp://127.0.0.1",
        "amqp://admin:admin@[::1]:5672",
    ] {
        crate::good(&format!("amqp.urls = [\"{url}\"]"));
    }
    let folder = Folder::new("amqp { urls = [\"amqp://admin@10.0.0.5\"], password_file = pw }");
    folder.write("pw", "admin\n", 0o600);
    assert!(
        folder
            .load(&[])
            .unwrap_err()
            .to_string()
            .contains("factory password")
    );
}

#[test]
fn tokens_are_checked() {
    let with = |members: &str| error(&format!("http.tokens = [\n  {{ {members} }}\n]"));
    for (members, expected) in [
        (
            "store = 1, token = x",
            "qrpayd.conf:2: http.tokens[0].terminal: is missing: the register that the token is for",
        ),
        (
            "store = 1, terminal = 1",
            "qrpayd.conf:2: http.tokens[0].token: is missing: write token or token_file",
        ),
        (
            "store = 1, terminal = 1, token = \"\"",
            "qrpayd.conf:2: http.tokens[0].token: is empty",
        ),
        (
            "store = 1, terminal = 1, token = a, token_file = b",
            "qrpayd.conf:2: http.tokens[0].token_file: stands beside `token`; keep one of them",
        ),
        (
            "store = 1, terminal = 1, token = \"0123456789 abcdef\"",
            "qrpayd.conf:2: http.tokens[0].token: may hold only printable ASCII characters without blanks",
        ),
    ] {
        assert_eq!(with(members), expected);
    }
    let short = with("store = 1, terminal = 1, token = \"0123456789abcde\"");
    assert!(short.contains("has 15 characters; a token needs at least 16") && !short.contains("abcde"));
    let twice = error(
        "http.tokens = [\n {store = 1, terminal = 1, token = \"0123456789abcdef\"}\n {store = 1, terminal = 2, token = \"0123456789abcdef\"}\n]",
    );
    assert!(
        twice.starts_with("qrpayd.conf:3: http.tokens[1]: its token is the same"),
        "{twice}"
    );
}

#[test]
fn a_ca_file_must_hold_a_certificate() {
    let folder = Folder::new("amqp.ca = ca.pem");
    folder.write("ca.pem", "hello", 0o644);
    let text = folder.load(&[]).unwrap_err().to_string();
    assert!(
        text.ends_with("ca.pem holds no PEM certificate (BEGIN CERTIFICATE)"),
        "{text}"
    );
}
