//! `qrpayd module`: what it says of each thing that can be wrong, and that it says no secret.

use anyhow::Context;
use secrecy::ExposeSecret;
use simulator::{ClientAuth, Merchant, Running, Simulator};
use std::process::Output;
use tempfile::TempDir;
use testkit::real::process::{self, fail, succeed};
use testkit::real::site::{CASH_LINK, DYNAMIC, write_secret};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const KEY: &str = "the-key-that-the-bank-gave";
const WRONG_KEY: &str = "a-key-of-another-shop";

/// A bank and settings for it; no broker and no daemon.
struct Shop {
    bank: Running,
    folder: TempDir,
    /// A line of the client's private key.
    key_line: String,
}

impl Shop {
    async fn open(client_auth: ClientAuth) -> anyhow::Result<Self> {
        let mut options = simulator::Options::new(vec![Merchant::new("MA000001", KEY)]);
        options.client_auth = client_auth;
        options.payer_bind = None;
        let bank = Simulator::start(options).await?;
        let identity = bank.issue_client("shop")?;
        let key = identity.key_pem.expose_secret();
        let shop = Self {
            folder: TempDir::new()?,
            key_line: key.lines().nth(1).context("the key has no lines")?.to_owned(),
            bank,
        };
        let files = [
            ("ca.pem", shop.bank.ca_pem.as_str()),
            ("shop.pem", &identity.chain_pem),
            ("shop.key", key),
            ("bank.key", KEY),
            ("wrong.key", WRONG_KEY),
        ];
        for (name, text) in files {
            write_secret(&shop.folder.path().join(name), text)?;
        }
        let settings = format!(
            "journal {{ url = \"sqlite:{}\" }}\nmodules = [\"{DYNAMIC}\"]\nregister_timeout = \"320 second\"\n\
             http.callback_listen = \"127.0.0.1:8081\"\n",
            shop.file("journal.db")
        );
        write_secret(&shop.folder.path().join("qrpayd.conf"), &settings)?;
        succeed(shop.run(&["migrate"], "C").await?)?;
        Ok(shop)
    }

    /// The same with a merchant for both modules, and the client certificate in the rows.
    async fn configured(client_auth: ClientAuth) -> anyhow::Result<Self> {
        let shop = Self::open(client_auth).await?;
        let url = format!("url={}", shop.bank.base_url);
        let (ca, key) = (
            format!("ca={}", shop.file("ca.pem")),
            format!("secretKey_file={}", shop.file("bank.key")),
        );
        let (cert, pkey) = (
            format!("cert={}", shop.file("shop.pem")),
            format!("pkey={}", shop.file("shop.key")),
        );
        let values = [url.as_str(), &ca, &key, &cert, &pkey];
        shop.set(CASH_LINK, &values).await?;
        shop.set(DYNAMIC, &values).await?;
        shop.set(DYNAMIC, &["sbpMerchantId=MA000001"]).await?;
        Ok(shop)
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    async fn set(&self, module: &str, values: &[&str]) -> anyhow::Result<()> {
        let arguments = [&["config", "set", module, "merchant", "0"], values].concat();
        succeed(self.run(&arguments, "C").await?).map(drop)
    }

    /// Runs a command in a language of the system; nothing that it says holds a secret.
    async fn run(&self, arguments: &[&str], locale: &str) -> anyhow::Result<Output> {
        let mut command = process::command(&self.folder.path().join("qrpayd.conf"), arguments);
        command.env("LANG", locale);
        let output = process::run(command).await?;
        for said in [&output.stdout, &output.stderr] {
            let said = String::from_utf8_lossy(said);
            for secret in [KEY, WRONG_KEY, &self.key_line] {
                assert!(!said.contains(secret), "{said}");
            }
        }
        Ok(output)
    }

    /// What a test of the dynamic module says that must find nothing.
    async fn good(&self, more: &[&str]) -> anyhow::Result<String> {
        let arguments = [&["module", "test"], more].concat();
        succeed(self.run(&arguments, "C").await?)
    }

    /// The same with a fault to find, whose line must hold these words; in both languages.
    async fn bad(&self, english: &[&str], russian: &[&str]) -> anyhow::Result<String> {
        let mut all = String::new();
        for (locale, level, words) in [
            ("C", "fault: ", english),
            ("ru_RU.UTF-8", "неисправно: ", russian),
        ] {
            let output = self.run(&["module", "test", DYNAMIC], locale).await?;
            assert_eq!(output.status.code(), Some(1));
            let said = fail(&output)?;
            let faults: Vec<_> = said.lines().filter(|line| line.starts_with(level)).collect();
            let [line] = faults.as_slice() else {
                anyhow::bail!("one fault was expected: {said}")
            };
            assert!(words.iter().all(|word| line.contains(word)), "{words:?}: {said}");
            all.push_str(&said);
        }
        Ok(all)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_is_good_with_and_without_a_client_certificate() -> anyhow::Result<()> {
    for (auth, module) in [
        (ClientAuth::OwnCa, DYNAMIC),
        (ClientAuth::OwnCa, CASH_LINK),
        (ClientAuth::NotAsked, DYNAMIC),
    ] {
        let asked = matches!(auth, ClientAuth::OwnCa);
        let shop = Shop::configured(auth).await?;
        let certificate = if asked {
            "our certificate (file "
        } else {
            shop.set(module, &["cert=", "pkey="]).await?;
            "does not demand one"
        };
        let said = shop.good(&[module]).await?;
        let words = [
            "uses merchant 0",
            "every required key is there",
            "the times nest",
            "takes connections",
            "was verified by `ca` (file ",
            certificate,
            "the bank took the key: `secretKey` (file ",
            "/callback/",
            "127.0.0.1:8081",
        ];
        for word in words {
            let found = said
                .lines()
                .any(|line| line.starts_with("ok: ") && line.contains(word));
            assert!(found, "{word}: {said}");
        }
        assert!(!said.contains("fault: "), "{said}");
        assert_eq!(
            said.contains("is not switched on"),
            module == CASH_LINK,
            "only one is switched on: {said}"
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_the_register_are_named() -> anyhow::Result<()> {
    let shop = Shop::configured(ClientAuth::OwnCa).await?;
    let run = async |arguments: &[&str]| succeed(shop.run(arguments, "C").await?);
    run(&["config", "set", DYNAMIC, "terminal", "till-7", "qrTtl=30"]).await?;
    let said = shop
        .good(&[DYNAMIC, "--store", "17", "--terminal", "till-7"])
        .await?;
    assert!(
        said.contains("ok: store `17`, which qrraiffd_stores does not list, uses merchant 0"),
        "{said}"
    );
    assert!(
        said.contains("ok: register `till-7` overrides: `qrTtl`"),
        "{said}"
    );
    assert!(
        said.contains("warning: the times do not nest") && said.contains("1820 s or more"),
        "{said}"
    );
    let said = shop.good(&[DYNAMIC, "--terminal", "8", "--lang", "ru"]).await?;
    assert!(said.contains("норма: у кассы `8` нет своих настроек"), "{said}");
    run(&["config", "set", DYNAMIC, "store", "17", "5"]).await?;
    let output = shop
        .run(&["module", "test", DYNAMIC, "--store", "17"], "C")
        .await?;
    let said = fail(&output)?;
    assert!(
        said.contains("fault: there is no merchant 5, and store `17` uses it"),
        "{said}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_key_is_named_with_its_place() -> anyhow::Result<()> {
    let shop = Shop::configured(ClientAuth::OwnCa).await?;
    let file = shop.file("wrong.key");
    shop.set(DYNAMIC, &[&format!("secretKey_file={file}")]).await?;
    let said = shop
        .bad(
            &["refused the key (HTTP 401)", "`secretKey`", &file, "merchant 0"],
            &["не принял ключ (HTTP 401)", "`secretKey`", &file, "договор 0"],
        )
        .await?;
    assert!(said.contains("ok: our certificate"), "{said}");
    shop.set(DYNAMIC, &["secretKey_file=", &format!("secretKey={WRONG_KEY}")])
        .await?;
    shop.bad(
        &["`secretKey`", "written in the settings themselves: merchant 0"],
        &["`secretKey`", "записан прямо в настройках: договор 0"],
    )
    .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn roots_that_do_not_fit_are_named() -> anyhow::Result<()> {
    let shop = Shop::configured(ClientAuth::NotAsked).await?;
    let other = Shop::open(ClientAuth::NotAsked).await?;
    let file = other.file("ca.pem");
    shop.set(DYNAMIC, &[&format!("ca={file}")]).await?;
    let said = shop
        .bad(
            &[
                "127.0.0.1 is not trusted",
                "`ca`",
                &file,
                "get the root certificate",
            ],
            &[
                "127.0.0.1 нет доверия",
                "`ca`",
                &file,
                "возьмите корневой сертификат",
            ],
        )
        .await?;
    assert!(
        said.contains("takes connections") && !said.contains("took the key"),
        "{said}"
    );
    shop.set(DYNAMIC, &[&format!("ca={}", shop.file("shop.key"))])
        .await?;
    shop.bad(
        &["the root certificates `ca`", "BEGIN CERTIFICATE"],
        &["корневые сертификаты `ca`", "BEGIN CERTIFICATE"],
    )
    .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_certificate_that_is_missing_or_foreign_is_named() -> anyhow::Result<()> {
    let shop = Shop::configured(ClientAuth::OwnCa).await?;
    shop.set(DYNAMIC, &["cert=", "pkey="]).await?;
    shop.bad(
        &[
            "demands a client certificate and none is set",
            "`cert` and `pkey`",
        ],
        &["требует сертификат клиента", "`cert` и `pkey`"],
    )
    .await?;
    let other = Shop::open(ClientAuth::NotAsked).await?;
    let file = other.file("shop.pem");
    let (cert, pkey) = (format!("cert={file}"), format!("pkey={}", other.file("shop.key")));
    shop.set(DYNAMIC, &[&cert, &pkey]).await?;
    let said = shop
        .bad(
            &["refused our client certificate", &file],
            &["не принял наш сертификат", &file],
        )
        .await?;
    assert!(!said.contains(&other.key_line), "{said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_leads_nowhere_is_named() -> anyhow::Result<()> {
    let shop = Shop::configured(ClientAuth::OwnCa).await?;
    let closed = TcpListener::bind("127.0.0.1:0").await?.local_addr()?;
    shop.set(DYNAMIC, &[&format!("url=https://{closed}")]).await?;
    let at = closed.to_string();
    shop.bad(
        &["nobody listens at", &at, "firewall"],
        &["никто не слушает", &at, "сетевой экран"],
    )
    .await?;
    shop.set(DYNAMIC, &["url=https://no-such-bank.invalid"]).await?;
    shop.bad(
        &["the name no-such-bank.invalid cannot be found", "DNS"],
        &["имя no-such-bank.invalid не находится", "DNS"],
    )
    .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_without_notifications_promises_none() -> anyhow::Result<()> {
    let shop = Shop::open(ClientAuth::NotAsked).await?;
    let row = [
        "url=https://no-such-bank.invalid",
        "token=secret",
        "merchantId=MA0000000001",
        "account=40702810900000000001",
    ];
    shop.set("qrgazprom", &row).await?;
    let said = fail(&shop.run(&["module", "test", "qrgazprom"], "C").await?)?;
    assert!(said.contains("reads no notifications of the bank"), "{said}");
    assert!(!said.contains("/callback/"), "{said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_configured_is_named() -> anyhow::Result<()> {
    let shop = Shop::open(ClientAuth::NotAsked).await?;
    shop.bad(
        &["no merchant at all", "qrpayd config set qrraiffd merchant 0"],
        &["ни одного договора", "qrpayd config set qrraiffd merchant 0"],
    )
    .await?;
    shop.set(DYNAMIC, &["url=https://pay-test.invalid"]).await?;
    shop.bad(
        &["`secretKey` is missing", "secret key from the bank's cabinet"],
        &["не хватает ключа `secretKey`", "Секретный ключ партнёра"],
    )
    .await?;
    shop.set(DYNAMIC, &["secretKey_file=/nowhere/key"]).await?;
    shop.bad(
        &["`secretKey_file`", "merchant 0", "/nowhere/key"],
        &["`secretKey_file`", "договор 0", "/nowhere/key"],
    )
    .await?;
    let said = fail(&shop.run(&["module", "test", "qrnobody"], "C").await?)?;
    assert!(
        said.contains("fault: this qrpayd has no module `qrnobody`; it has: qrraiffd, qrraiffd_variable"),
        "{said}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn modules_are_listed() -> anyhow::Result<()> {
    let shop = Shop::open(ClientAuth::NotAsked).await?;
    shop.set(DYNAMIC, &["url=https://pay-test.invalid"]).await?;
    let said = succeed(shop.run(&["module", "list"], "C").await?)?;
    let lines: Vec<_> = said.lines().collect();
    let [dynamic, cash_link, rest @ ..] = lines.as_slice() else {
        anyhow::bail!("{said}")
    };
    assert_eq!(rest.len() + 2, connectors::registry().iter().len(), "{said}");
    for word in [
        DYNAMIC,
        " on ",
        "Raiffeisenbank, dynamic QR",
        "configured: merchants 1",
    ] {
        assert!(dynamic.contains(word), "{said}");
    }
    for word in [CASH_LINK, " off ", "not configured"] {
        assert!(cash_link.contains(word), "{said}");
    }
    let said = succeed(shop.run(&["module", "list"], "ru_RU.UTF-8").await?)?;
    assert!(said.contains("включён") && said.contains("не настроен"), "{said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_the_banks_is_named() -> anyhow::Result<()> {
    let shop = Shop::configured(ClientAuth::OwnCa).await?;
    shop.set(DYNAMIC, &[&format!("url={}/wrong", shop.bank.base_url)])
        .await?;
    let said = shop
        .bad(
            &["is not the bank's service", "check `url` (merchant 0)"],
            &["отвечает не сервис банка", "проверьте `url` (договор 0)"],
        )
        .await?;
    assert!(said.contains("ok: our certificate"), "{said}");
    // Speaks HTTP where HTTPS is meant.
    let plain = TcpListener::bind("127.0.0.1:0").await?;
    let address = plain.local_addr()?;
    let serving = tokio::spawn(async move {
        while let Ok((mut stream, _)) = plain.accept().await {
            // What came is read first: closing with unread bytes would throw the answer away. The client may have
            // gone already.
            let _ = stream.read(&mut [0; 4_096]).await;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    shop.set(DYNAMIC, &[&format!("url=https://{address}")]).await?;
    shop.bad(
        &["no TLS connection to 127.0.0.1", "may not speak HTTPS"],
        &["не установить TLS", "может быть не HTTPS"],
    )
    .await?;
    serving.abort();
    Ok(())
}
