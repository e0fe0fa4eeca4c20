//! `qrpayd module registry` beside the running demo: the bank's own register agrees with the journal of that day, and a journal
//! that knows nothing of the payments is told so.

use domain::State;
use register::{Pay, PaymentId, Refund};
use testkit::real::demo::Demo;
use testkit::real::process::{self, fail, succeed};
use testkit::real::replies::{ended, kopecks, qr};
use testkit::real::site::write_secret;

const MODULE: &str = "qrsber";

async fn paid(demo: &Demo, sum: i64) -> anyhow::Result<PaymentId> {
    let pay = Pay::new(kopecks(sum)?);
    let id = PaymentId::Caller(pay.id.clone());
    let mut replies = demo.register(MODULE)?.pay(pay).await;
    let (_, link) = qr(&mut replies).await?;
    demo.pays(&link).await?;
    ended(&mut replies, State::Paid).await?;
    Ok(id)
}

/// Today by the store's clock, with the days beside it: a test may run over midnight.
fn days() -> anyhow::Result<[String; 2]> {
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::Offset::from_seconds(180 * 60)?);
    let now = jiff::Timestamp::from_microsecond(simulator::clock::system()())?;
    let today = now.to_zoned(zone).date();
    Ok([today.yesterday()?.to_string(), today.tomorrow()?.to_string()])
}

#[tokio::test(flavor = "multi_thread")]
async fn the_banks_register_is_compared_with_the_journal() -> anyhow::Result<()> {
    let demo = Demo::start()?;
    let first = paid(&demo, 10_000).await?;
    paid(&demo, 5_500).await?;
    let mut refund = Refund::new(first);
    refund.amount = Some(kopecks(3_000)?);
    ended(&mut demo.register(MODULE)?.refund(refund).await, State::Refunded).await?;

    let [from, to] = days()?;
    let asked = [
        "module",
        "registry",
        MODULE,
        "--lang",
        "en",
        "--from",
        &from,
        "--to",
        &to,
        "--terminal",
        "1",
    ];
    let run = async |config: &str, arguments: &[&str]| {
        process::run(process::command(config.as_ref(), arguments)).await
    };
    let said = succeed(run(&demo.config, &asked).await?)?;
    assert!(
        said.contains("agree: 3 movements, paid 155.00, returned 30.00"),
        "{said}"
    );

    // The same bank beside a journal that has lost everything.
    let folder = tempfile::TempDir::new()?;
    let config = folder.path().join("qrpayd.conf");
    let journal = folder.path().join("journal.db");
    write_secret(
        &config,
        &format!(
            "journal {{ url = \"sqlite:{}\" }}\nmodules = [\"{MODULE}\"]\n",
            journal.display()
        ),
    )?;
    let config = config.display().to_string();
    succeed(run(&config, &["migrate"]).await?)?;
    let rows = succeed(run(&demo.config, &["config", "export", MODULE]).await?)?;
    let file = folder.path().join("rows.json");
    write_secret(&file, &rows)?;
    succeed(run(&config, &["config", "import", &file.display().to_string()]).await?)?;
    let said = fail(&run(&config, &asked).await?)?;
    assert!(
        said.contains("differ in 2 orders") && said.contains("not found in the journal"),
        "{said}"
    );
    assert!(
        said.contains("at the bank paid 100.00, returned 30.00; in the journal paid 0.00"),
        "{said}"
    );

    let none = ["module", "registry", "qrraiffd", "--from", &from];
    let said = fail(&run(&demo.config, &none).await?)?;
    assert!(
        said.contains("нет реестра") || said.contains("no register of operations"),
        "{said}"
    );
    let backwards = ["module", "registry", MODULE, "--from", &to, "--to", &from];
    assert!(fail(&run(&demo.config, &backwards).await?)?.contains("--to is before --from"));
    Ok(())
}
