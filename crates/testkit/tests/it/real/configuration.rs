//! The daemon's commands: what they find, refuse, print and hide.

use domain::{Code, State};
use register::{Pay, Register};
use serde_json::{Value, json};
use simulator::bank::PayerAction;
use std::path::Path;
use testkit::real::process::{self, fail, succeed};
use testkit::real::replies::{ended, kopecks, next, qr};
use testkit::real::site::{CASH_LINK, DYNAMIC, Door, Site, write_secret};
use testkit::real::store::{KINDS, Kind};
use testkit::real::until;

/// Runs a command that must succeed; neither its words nor its warnings may hold a secret.
async fn good(site: &Site, arguments: &[&str]) -> anyhow::Result<String> {
    let output = site.command(arguments).await?;
    site.keeps_secrets(&String::from_utf8_lossy(&output.stderr))?;
    succeed(output)
}

/// Runs a command that must fail; its words, which hold no secret.
async fn refused(site: &Site, arguments: &[&str]) -> anyhow::Result<String> {
    let said = fail(&site.command(arguments).await?)?;
    site.keeps_secrets(&said)?;
    Ok(said)
}

#[tokio::test(flavor = "multi_thread")]
async fn set_refuses_what_is_wrong_and_names_row_and_key() -> anyhow::Result<()> {
    let site = Site::build(Kind::Sqlite, "").await?;
    let before = good(&site, &["config", "export", DYNAMIC]).await?;
    let cases: [(&[&str], &[&str]); 9] = [
        (
            &["merchant", "0", "qrTTL=5"],
            &["qrraiffd_merchants, row 0", "`qrTTL`", "did you mean `qrTtl`?"],
        ),
        (
            &["merchant", "0", "qrTtl=soon"],
            &["qrraiffd_merchants, row 0", "`qrTtl`", "whole number"],
        ),
        (&["merchant", "0", "qrTtl=0"], &["`qrTtl`", "from 1 to 1440"]),
        (&["merchant", "0", "url=bank.example"], &["`url`", "https://"]),
        (&["merchant", "0", "{\"url\": 7}"], &["`url`", "not a number"]),
        (&["merchant", "0", "qrTtl"], &["`qrTtl` is not key=value"]),
        (
            &["terminal", "5", "url=https://bank.example"],
            &["qrraiffd_terminals, row 5", "merchants table"],
        ),
        (&["merchant", "0", "{not json"], &["not a JSON object"]),
        (&["merchant", "zero", "qrTtl=5"], &["zero"]),
    ];
    for (row, words) in cases {
        let arguments = [&["config", "set", DYNAMIC], row].concat();
        let said = refused(&site, &arguments).await?;
        assert!(words.iter().all(|word| said.contains(word)), "{row:?}: {said}");
    }
    let said = refused(&site, &["config", "set", "qrnobody", "merchant", "0", "a=b"]).await?;
    assert!(said.contains("qrnobody") && said.contains(DYNAMIC), "{said}");
    assert_eq!(
        good(&site, &["config", "export", DYNAMIC]).await?,
        before,
        "nothing was written"
    );
    site.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_is_imported_and_secrets_are_masked() -> anyhow::Result<()> {
    for kind in KINDS {
        let site = Site::build(kind, "").await?;
        let secret = "written-into-the-row-itself";
        good(
            &site,
            &[
                "config",
                "set",
                DYNAMIC,
                "merchant",
                "7",
                "secretKey_file=",
                &format!("secretKey={secret}"),
                "sbpMerchantId=MA7",
                "url=https://bank.example",
            ],
        )
        .await?;
        good(&site, &["config", "set", DYNAMIC, "store", "17", "7"]).await?;
        good(
            &site,
            &[
                "config",
                "set",
                DYNAMIC,
                "terminal",
                "3",
                "qrTtl=4",
                "purpose=Касса %terminal%",
            ],
        )
        .await?;
        let exported = good(&site, &["config", "export", DYNAMIC]).await?;
        assert!(exported.contains(secret), "an export is complete");
        let list = good(&site, &["config", "list", DYNAMIC]).await?;
        let show = good(
            &site,
            &["config", "show", DYNAMIC, "--store", "17", "--terminal", "3"],
        )
        .await?;
        for shown in [&list, &show] {
            assert!(shown.contains("***") && !shown.contains(secret), "{shown}");
            site.keeps_secrets(shown)?;
        }
        let shown: Value = serde_json::from_str(&show)?;
        assert_eq!(
            (&shown["qrTtl"], &shown["sbpMerchantId"]),
            (&json!(4), &json!("MA7"))
        );
        let shown = good(
            &site,
            &["config", "show", DYNAMIC, "--store", "1", "--terminal", "1"],
        )
        .await?;
        site.keeps_secrets(&shown)?;

        let file = site.folder.path().join("rows.json");
        write_secret(&file, &exported)?;
        good(&site, &["config", "delete", DYNAMIC, "merchant", "7"]).await?;
        good(&site, &["config", "delete", DYNAMIC, "store", "17"]).await?;
        good(&site, &["config", "delete", DYNAMIC, "terminal", "3"]).await?;
        assert_ne!(good(&site, &["config", "export", DYNAMIC]).await?, exported);
        let name = file.display().to_string();
        good(&site, &["config", "import", &name]).await?;
        assert_eq!(
            good(&site, &["config", "export", DYNAMIC]).await?,
            exported,
            "{kind:?}"
        );

        let mut rows: Value = serde_json::from_str(&exported)?;
        rows["terminals"]["9"] = json!({ "qrTtl": "long" });
        rows["stores"]["18"] = json!(7);
        write_secret(&file, &rows.to_string())?;
        let said = refused(&site, &["config", "import", &name]).await?;
        assert!(said.contains("row 9") && said.contains("`qrTtl`"), "{said}");
        assert_eq!(
            good(&site, &["config", "export", DYNAMIC]).await?,
            exported,
            "all or nothing"
        );
        site.close().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_in_force_without_a_restart() -> anyhow::Result<()> {
    let site = Site::open(Kind::MariaDb).await?;
    let register = site.register(Door::Http, DYNAMIC)?;
    good(
        &site,
        &["config", "set", DYNAMIC, "terminal", "1", "max_amount=1000"],
    )
    .await?;
    until("a limit in force", async || {
        let reply = next(&mut register.pay(Pay::new(kopecks(1_001)?)).await).await?;
        let Some(error) = reply.error else {
            cancel(&register, &reply).await?;
            return Ok(None);
        };
        assert_eq!(error.code, Code::AmountOutOfRange);
        assert!(error.detail.unwrap().contains("10.00"));
        Ok(Some(()))
    })
    .await?;
    good(&site, &["config", "delete", DYNAMIC, "terminal", "1"]).await?;
    until("no limit in force", async || {
        let reply = next(&mut register.pay(Pay::new(kopecks(1_001)?)).await).await?;
        let lifted = reply.error.is_none();
        if lifted {
            cancel(&register, &reply).await?;
        }
        Ok(lifted.then_some(()))
    })
    .await?;
    site.agree().await?;
    site.close().await
}

async fn cancel(register: &Register, reply: &protocol::Reply) -> anyhow::Result<()> {
    let payment = register::PaymentId::Operation(reply.operation_id.unwrap());
    ended(&mut register.cancel(payment).await, State::Cancelled)
        .await
        .map(|_| ())
}

#[tokio::test(flavor = "multi_thread")]
async fn check_finds_every_fault() -> anyhow::Result<()> {
    let site = Site::build(Kind::Sqlite, "register_timeout = \"320 second\"").await?;
    let said = good(&site, &["check"]).await?;
    assert!(said.contains("settings are right, 2 modules"), "{said}");
    let set = |key: &'static str| ["config", "set", DYNAMIC, "merchant", "0", key];
    let undo = good(&site, &["config", "export", DYNAMIC]).await?;
    let file = site.folder.path().join("undo.json");
    write_secret(&file, &undo)?;
    let file = file.display().to_string();
    good(&site, &set("qrTtl=30")).await?;
    let said = good(&site, &["check"]).await?;
    assert!(
        said.contains("warning: ") && said.contains("register_timeout"),
        "{said}"
    );
    good(&site, &["config", "import", &file]).await?;
    let cases: [(&[&str], &[&str]); 6] = [
        (&set("timeout=295"), &["`timeout`", "10 seconds less than qrTtl"]),
        (
            &set("secretKey_file=/nowhere/key"),
            &["secretKey_file", "/nowhere/key"],
        ),
        (&set("ca=/nowhere/ca.pem"), &["`ca`", "/nowhere/ca.pem"]),
        (&set("pkey="), &["`cert`", "pkey"]),
        (&set("sbpMerchantId="), &["`sbpMerchantId` is missing"]),
        (
            &["config", "set", DYNAMIC, "store", "5", "12"],
            &["no merchant 12", "store `5`"],
        ),
    ];
    for (fault, words) in cases {
        good(&site, fault).await?;
        let said = refused(&site, &["check"]).await?;
        assert!(words.iter().all(|word| said.contains(word)), "{fault:?}: {said}");
        good(&site, &["config", "delete", DYNAMIC, "store", "5"]).await?;
        good(&site, &["config", "import", &file]).await?;
    }
    let mixed = site.folder.path().join("mixed.pem");
    write_secret(&mixed, &site.bank.ca_pem)?;
    good(
        &site,
        &[
            "config",
            "set",
            DYNAMIC,
            "merchant",
            "0",
            &format!("cert={}", mixed.display()),
        ],
    )
    .await?;
    assert!(refused(&site, &["check"]).await?.contains("certificate"));
    good(&site, &["config", "delete", CASH_LINK, "merchant", "0"]).await?;
    let said = refused(&site, &["check"]).await?;
    assert!(
        said.contains("no merchant is set") && said.contains("qrpayd config set"),
        "{said}"
    );
    assert!(said.contains("2 faults"), "both modules are looked at: {said}");
    site.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_settings_file_is_judged_with_line_and_key() -> anyhow::Result<()> {
    let folder = tempfile::TempDir::new()?;
    let config = folder.path().join("qrpayd.conf");
    let cases = [
        ("jurnal {}", ["qrpayd.conf:1", "did you mean `journal`"]),
        ("\nmodules = \"qrraiffd", ["qrpayd.conf:2", "qrpayd:"]),
        ("stop_within = 20", ["stop_within", "second"]),
        ("http { listen = here }", ["http.listen", "here"]),
        ("journal { url = \"postgres://x/y\" }", ["journal.url", "sqlite:"]),
    ];
    for (text, words) in cases {
        write_secret(&config, text)?;
        for command in ["check", "run", "migrate"] {
            let said = fail(&process::run(process::command(&config, &[command])).await?)?;
            assert!(words.iter().all(|word| said.contains(word)), "{command}: {said}");
        }
    }
    let said = fail(&process::run(process::command(Path::new("/nowhere.conf"), &["run"])).await?)?;
    assert!(said.contains("/nowhere.conf"), "{said}");
    let fresh = format!(
        "journal {{ url = \"sqlite:{}/new.db\" }}",
        folder.path().display()
    );
    write_secret(&config, &fresh)?;
    let set = ["config", "set", DYNAMIC, "merchant", "0", "qrTtl=5"];
    let said = fail(&process::run(process::command(&config, &set)).await?)?;
    assert!(
        said.contains("new.db") && said.contains("qrpayd migrate"),
        "{said}"
    );
    write_secret(&config, &format!("{fresh}\nmodules = [\"{DYNAMIC}\"]"))?;
    succeed(process::run(process::command(&config, &["migrate"])).await?)?;
    let said = fail(&process::run(process::command(&config, &["check"])).await?)?;
    assert!(said.contains("no merchant is set"), "{said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_that_does_not_exist_and_a_taken_port_keep_the_daemon_from_starting() -> anyhow::Result<()> {
    let mut site = Site::build(Kind::Sqlite, "modules = [\"qrnobody\"]").await?;
    assert!(site.start().await.is_err());
    let said = site.log.text();
    assert!(said.contains("qrnobody") && said.contains(DYNAMIC), "{said}");
    let said = refused(&site, &["check"]).await?;
    assert!(said.contains("qrnobody"), "{said}");
    site.close().await?;

    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    let taken = listener.local_addr()?;
    let mut site = Site::build(Kind::Sqlite, &format!("http.listen = \"{taken}\"")).await?;
    assert!(site.start().await.is_err());
    let said = site.log.text();
    assert!(
        said.contains("http.listen") && said.contains(&taken.to_string()),
        "{said}"
    );
    site.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_daemon_on_the_same_file_is_refused() -> anyhow::Result<()> {
    let site = Site::open(Kind::Sqlite).await?;
    for command in ["run", "migrate"] {
        let said = refused(&site, &[command]).await?;
        assert!(said.contains("in use by another qrpayd"), "{said}");
    }
    let mut replies = site
        .register(Door::Amqp, DYNAMIC)?
        .pay(Pay::new(kopecks(700)?))
        .await;
    let (_, payload) = qr(&mut replies).await?;
    site.buyer(&payload, PayerAction::Pay)?;
    ended(&mut replies, State::Paid).await?;
    site.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_are_listed_and_told_beside_the_daemon() -> anyhow::Result<()> {
    for kind in KINDS {
        let site = Site::open(kind).await?;
        let register = site.register(Door::Http, DYNAMIC)?;
        let mut paid = register.pay(Pay::new(kopecks(700)?)).await;
        let (_, payload) = qr(&mut paid).await?;
        site.buyer(&payload, PayerAction::Pay)?;
        let paid = ended(&mut paid, State::Paid)
            .await?
            .operation_id
            .unwrap()
            .to_string();
        let mut open = register.pay(Pay::new(kopecks(800)?)).await;
        let (shown, payload) = qr(&mut open).await?;
        let waits = shown.operation_id.unwrap().to_string();

        let all = good(&site, &["operations"]).await?;
        assert_eq!(all.lines().count(), 2, "{all}");
        let first = all.lines().next().unwrap();
        assert!(
            first.contains(&waits) && first.contains("awaiting_payment") && first.contains("8.00"),
            "{all}"
        );
        let open_ones = good(&site, &["operations", "--open"]).await?;
        assert!(
            open_ones.contains(&waits) && !open_ones.contains(&paid),
            "{open_ones}"
        );
        let others = good(&site, &["operations", "--module", CASH_LINK]).await?;
        assert!(others.is_empty(), "{others}");
        let story = good(&site, &["operation", &paid]).await?;
        for fact in ["accepted", "registered", "money_came", "\"state\":\"paid\""] {
            assert!(story.contains(fact), "{story}");
        }
        let unknown = refused(&site, &["operation", "01a20132-9bb8-7825-976e-72839fb6c0a7"]).await?;
        assert!(unknown.contains("qrpayd operations"), "{unknown}");

        site.buyer(&payload, PayerAction::Pay)?;
        ended(&mut open, State::Paid).await?;
        site.agree().await?;
        site.close().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_version_names_the_commit() -> anyhow::Result<()> {
    let mut command = std::process::Command::new(testkit::environment::binary("qrpayd"));
    command.arg("--version");
    let said = succeed(process::run(command).await?)?;
    let (name, rest) = said.trim().split_once(' ').unwrap();
    let (version, commit) = rest.split_once(' ').unwrap();
    assert_eq!((name, version.split('.').count()), ("qrpayd", 3), "{said}");
    let commit = commit.trim_matches(['(', ')']);
    assert!(
        commit == "unknown" || commit.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{said}"
    );
    Ok(())
}
