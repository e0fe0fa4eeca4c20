//! Values are read as written.

use crate::{Folder, good};
use secrecy::ExposeSecret;
use settings::{LogFormat, Settings};

#[test]
fn an_empty_file_is_the_defaults() {
    assert_eq!(format!("{:?}", good("")), format!("{:?}", Settings::default()));
    assert_eq!(
        format!("{:?}", good("# только комментарий\n")),
        format!("{:?}", Settings::default())
    );
}

#[test]
fn every_key_is_read() {
    let folder = Folder::new(
        r#"
        // Касса № 1, магазин «Весна»
        journal {
          url = "mysql://qrpay@db.example:3306/qrpay"
          password = "п@роль/1"
          allow_weak_durability = yes
        }
        http {
          listen = "0.0.0.0:80"
          callback_listen = "[::]:8443"
          tokens = [ { store = 1, terminal = "касса 2", token = "0123456789abcdef" } ]
          body_limit = 1 MiB
          rate_limit_per_s = 0
        }
        amqp {
          urls = ["amqps://ukm:s3cret-one@a.example/%2f", "amqp://guest:guest@localhost"]
          prefetch = 20
          message_limit = 65536
          exchange = ours
          dead_letter_queue = ours.dead
          ca = "ca.pem"
        }
        modules = [qrraiffd, qrraiffd_variable]
        stop_within = 5 seconds
        register_timeout = 6 minutes
        log { format = json, level = "info,wire=debug" }
        "#,
    );
    let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    folder.write("ca.pem", pem, 0o644);
    let (settings, warnings) = folder.load(&[]).unwrap();
    assert_eq!(warnings, []);

    assert_eq!(
        settings.journal.url.expose_secret(),
        "mysql://qrpay:%D0%BF%40%D1%80%D0%BE%D0%BB%D1%8C%2F1@db.example:3306/qrpay"
    );
    assert_eq!(settings.journal.shown_url, "mysql://qrpay@db.example:3306/qrpay");
    assert!(settings.journal.allow_weak_durability);
    let http = &settings.http;
    assert_eq!(http.listen.to_string(), "0.0.0.0:80");
    assert_eq!(http.callback_listen.unwrap().to_string(), "[::]:8443");
    assert_eq!((http.body_limit_bytes, http.rate_limit_per_s), (1_048_576, 0));
    let token = http.tokens.first().unwrap();
    assert_eq!((token.store.as_str(), token.terminal.as_str()), ("1", "касса 2"));
    assert_eq!(token.token.expose_secret(), "0123456789abcdef");
    let amqp = &settings.amqp;
    let shown: Vec<&str> = amqp
        .brokers
        .iter()
        .map(|broker| broker.shown_url.as_str())
        .collect();
    assert_eq!(shown, ["amqps://ukm@a.example/%2f", "amqp://guest@localhost"]);
    assert_eq!((amqp.prefetch, amqp.message_limit_bytes), (20, 65_536));
    assert_eq!(
        (amqp.exchange.as_str(), amqp.dead_letter_queue.as_str()),
        ("ours", "ours.dead")
    );
    assert_eq!(amqp.ca_pem.as_deref(), Some(pem));
    let modules: Vec<&str> = settings.modules.iter().map(domain::ModuleName::as_str).collect();
    assert_eq!(modules, ["qrraiffd", "qrraiffd_variable"]);
    assert_eq!(
        (settings.stop_within_ms, settings.register_timeout_ms),
        (5_000, 360_000)
    );
    assert_eq!(
        (settings.log.format, settings.log.level.as_str()),
        (LogFormat::Json, "info,wire=debug")
    );
}

#[test]
fn debug_shows_no_secret() {
    let settings = good(
        r#"journal { url = "mysql://u:S3CRET-A@h/d" }
        http.tokens = [{ store = 1, terminal = 1, token = "S3CRET-B-0123456789" }]
        amqp.urls = ["amqp://u:S3CRET-C@h"]"#,
    );
    let shown = format!("{settings:?}");
    assert!(
        shown.contains("mysql://u@h/d") && shown.contains("amqp://u@h"),
        "{shown}"
    );
    assert!(!shown.contains("S3CRET"), "{shown}");
}

#[test]
fn the_environment_and_included_files_are_substituted() {
    let folder = Folder::new(
        "include \"common.conf\"\nhttp.listen = ${?LISTEN}\nstop_within = ${base.stop}\nmodules = [${FIRST}]\nbase = null\n",
    );
    folder.write(
        "common.conf",
        "base { stop = 7 s }\nhttp.listen = \"127.0.0.1:1\"\n",
        0o600,
    );
    let error = folder.load(&[("FIRST", "qrraiffd")]).unwrap_err();
    assert!(error.to_string().contains("base"), "`base` is not a key: {error}");

    let folder = Folder::new("include \"common.conf\"\nhttp.listen = ${?LISTEN}\nmodules = [${FIRST}]\n");
    folder.write(
        "common.conf",
        "stop_within = 7 s\nhttp.listen = \"127.0.0.1:1\"\n",
        0o600,
    );
    let (unset, _) = folder.load(&[("FIRST", "qrraiffd")]).unwrap();
    assert_eq!((unset.http.listen.port(), unset.stop_within_ms), (1, 7_000));
    let env = [("FIRST", "qrkhlynov"), ("LISTEN", "127.0.0.1:2")];
    let (set, _) = folder.load(&env).unwrap();
    assert_eq!(set.http.listen.port(), 2);
    assert_eq!(set.modules.first().unwrap().as_str(), "qrkhlynov");
}
