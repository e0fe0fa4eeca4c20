//! Where secrets come from.

use crate::Folder;
use secrecy::ExposeSecret;
use settings::{ENV_AMQP_PASSWORD, ENV_JOURNAL_PASSWORD, SECRET_FILE_MAX_BYTES};

const MYSQL: &str = "journal { url = \"mysql://u@h/d\", password_file = \"pw\" }\n";

#[test]
fn a_file_gives_its_secret_without_the_line_end() {
    let folder = Folder::new(MYSQL);
    folder.write("pw", " sp ace \r\n", 0o600);
    let (settings, warnings) = folder.load(&[]).unwrap();
    assert_eq!(
        settings.journal.url.expose_secret(),
        "mysql://u:%20sp%20ace%20@h/d"
    );
    assert_eq!(warnings, []);
}

#[test]
fn systemd_credentials_are_found_through_the_environment() {
    let folder = Folder::new(
        "amqp { urls = [\"amqp://ukm@rabbit\"], password_file = ${?CREDENTIALS_DIRECTORY}\"/amqp_password\" }\nhttp.tokens = [{ store = 1, terminal = 1, token_file = ${CREDENTIALS_DIRECTORY}\"/token\" }]",
    );
    folder.write("amqp_password", "from-systemd\n", 0o400);
    folder.write("token", "0123456789abcdef\n", 0o400);
    let directory = folder.path().to_str().unwrap().to_owned();
    let (settings, warnings) = folder.load(&[("CREDENTIALS_DIRECTORY", &directory)]).unwrap();
    let url = settings.amqp.brokers.first().unwrap().url.expose_secret();
    assert_eq!(url, "amqp://ukm:from-systemd@rabbit");
    let token = settings.http.tokens.first().unwrap().token.expose_secret();
    assert_eq!(token, "0123456789abcdef");
    assert_eq!(warnings, []);
}

#[test]
fn the_environment_goes_first() {
    let folder = Folder::new(&format!(
        "{MYSQL} amqp.urls = [\"amqp://ukm:in-url@a\", \"amqp://ukm@b\"]"
    ));
    folder.write("pw", "from-file\n", 0o600);
    let env = [
        (ENV_JOURNAL_PASSWORD, "from-env"),
        (ENV_AMQP_PASSWORD, "amqp-env"),
    ];
    let (settings, _) = folder.load(&env).unwrap();
    assert_eq!(settings.journal.url.expose_secret(), "mysql://u:from-env@h/d");
    for (broker, host) in settings.amqp.brokers.iter().zip(["a", "b"]) {
        assert_eq!(broker.url.expose_secret(), format!("amqp://ukm:amqp-env@{host}"));
    }
    let (settings, _) = folder.load(&[(ENV_JOURNAL_PASSWORD, "")]).unwrap();
    assert_eq!(settings.journal.url.expose_secret(), "mysql://u:from-file@h/d");
}

#[test]
fn a_secret_that_everybody_can_read_is_a_warning() {
    let folder = Folder::new(MYSQL);
    let path = folder.write("pw", "secret\n", 0o644);
    let (_, warnings) = folder.load(&[]).unwrap();
    let text = warnings.first().unwrap().to_string();
    assert!(text.starts_with("journal.password_file: "), "{text}");
    assert!(
        text.ends_with(&format!("run chmod o-r {}", path.display())),
        "{text}"
    );

    for inline in [
        "journal { url = \"mysql://u@h/d\", password = x }",
        "journal { url = \"mysql://u:x@h/d\" }",
        "amqp.urls = [\"amqp://u:x@h\"]",
        "http.tokens = [{ store = 1, terminal = 1, token = \"0123456789abcdef\" }]",
    ] {
        let folder = Folder::new("");
        folder.write("qrpayd.conf", inline, 0o644);
        assert_eq!(folder.load(&[]).unwrap().1.len(), 1, "{inline}");
    }
}

#[test]
fn a_password_for_sqlite_is_a_warning() {
    let (_, warnings) = Folder::new("").load(&[(ENV_JOURNAL_PASSWORD, "x")]).unwrap();
    assert_eq!(warnings.len(), 1);
}

#[test]
fn bad_files_are_named() {
    let folder = Folder::new(MYSQL);
    let missing = folder.load(&[]).unwrap_err().to_string();
    assert!(
        missing.contains("qrpayd.conf:1: journal.password_file: the file "),
        "{missing}"
    );
    assert!(missing.contains("/pw cannot be read: "), "{missing}");
    folder.write("pw", "\n", 0o600);
    assert!(
        folder
            .load(&[])
            .unwrap_err()
            .to_string()
            .ends_with("/pw is empty")
    );
    let long = usize::try_from(SECRET_FILE_MAX_BYTES).unwrap() + 1;
    folder.write("pw", &"x".repeat(long), 0o600);
    assert!(
        folder
            .load(&[])
            .unwrap_err()
            .to_string()
            .contains("has more than")
    );
}
