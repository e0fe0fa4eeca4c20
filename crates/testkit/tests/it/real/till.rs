//! The full-screen till in a pseudo-terminal against the real daemon, through both doors: a sale whose code is read off the
//! screen, a kill in the middle of a payment, a refund by receipt, a sticker that is tied, the totals.

use super::window::{ENTER, ESC, F2, Window};
use simulator::bank::PayerAction;
use testkit::environment::binary;
use testkit::real::site::{CASH_LINK, DOORS, DYNAMIC, Door, Site};
use testkit::real::store::Kind;

/// Dots along a module's edge in the picture that the phone takes.
const DOTS: usize = 4;

/// The code on the screen as a phone reads it, once it is there.
fn scan(till: &mut Window) -> String {
    till.wait_for("Осталось времени");
    let text = till.text();
    let rows: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
    let is_dark = |x: usize, y: usize| {
        let half = y / DOTS;
        let character = rows.get(half / 2).and_then(|row| row.get(x / DOTS));
        match character {
            Some('█') => true,
            Some('▀') => half.is_multiple_of(2),
            Some('▄') => !half.is_multiple_of(2),
            _ => false,
        }
    };
    let (width, height) = (80 * DOTS, 24 * 2 * DOTS);
    let grey = |x, y| if is_dark(x, y) { 0 } else { 255 };
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, grey);
    let codes = picture.detect_grids();
    codes.first().unwrap().decode().unwrap().1
}

fn open(site: &Site, door: Door, program: &std::path::Path) -> Window {
    let journal = site.folder.path().join("till");
    let (url, broker) = (
        format!("http://{}", site.http_wire.address()),
        site.host.url(&site.host.broker),
    );
    let modules = format!("{DYNAMIC},{CASH_LINK}");
    let journal = journal.display().to_string();
    let mut env = vec![("QRPOS_JOURNAL", journal.as_str()), ("TZ", "UTC")];
    match door {
        Door::Http => env.extend([
            ("QRPOS_SERVER", url.as_str()),
            ("QRPOS_TOKEN", site.token.as_str()),
        ]),
        Door::Amqp => env.push(("QRPOS_AMQP", broker.as_str())),
    }
    Window::open(program, &["till", "--modules", &modules], &env)
}

/// Goes from the menu or from a new receipt to the code of a payment of that sum.
fn sell(till: &mut Window, sum: &str) -> String {
    till.wait_for("Товар и цена");
    till.keys(&format!("{sum}\r"));
    till.wait_for(&format!("Итого {sum},00 ₽"));
    till.keys(F2);
    till.wait_for("Чем платит покупатель?");
    till.keys("1");
    till.wait_for("вся сумма");
    till.keys(ENTER);
    scan(till)
}

/// The cashier's day. It blocks, as cashiers do.
fn day(site: &Site, door: Door, program: &std::path::Path) -> anyhow::Result<()> {
    let mut till = open(site, door, program);
    till.wait_for("Главное меню");
    till.keys("1");
    let payload = sell(&mut till, "150");
    site.buyer(&payload, PayerAction::Pay)?;
    till.wait_for("Чек 1 оплачен");
    till.keys(ENTER);

    let payload = sell(&mut till, "200");
    till.kill();
    site.buyer(&payload, PayerAction::Pay)?;
    let mut till = open(site, door, program);
    till.wait_for("Чек 2 оплачен");
    till.keys(ENTER);

    let payload = sell(&mut till, "70");
    till.keys(ESC);
    till.wait_for("Не оплачено: 70,00 ₽");
    anyhow::ensure!(
        site.buyer(&payload, PayerAction::Pay).is_err(),
        "nobody can pay it any more"
    );
    till.keys(ENTER);
    till.wait_for("Чем платит покупатель?");
    till.keys("0");
    till.wait_for("без сдачи");
    till.keys(ENTER);
    till.wait_for("Чек 3 оплачен");
    till.keys(ENTER);
    till.wait_for("Чек 4");
    till.keys(ESC);

    till.wait_for("Главное меню");
    till.keys("2");
    till.wait_for("Номер чека");
    till.keys("1\r");
    till.wait_for("Номер смены");
    till.keys("1\r");
    till.wait_for("Какую оплату вернуть?");
    till.keys(ENTER);
    till.wait_for("вернуть всё, 150,00 ₽");
    till.keys("45\r");
    till.wait_for("Возвращено 45,00 ₽");
    till.keys(ENTER);

    let sticker = site.bank.bank.with(|bank, _| bank.print_sticker());
    for verdict in ["успешно привязан к этой кассе", "QR-код привязан к этой кассе"]
    {
        till.wait_for("Главное меню");
        till.keys("3");
        till.wait_for("Закрыть смену");
        till.keys("1");
        till.wait_for("Отсканируйте QR-код с наклейки");
        till.keys(&format!("{sticker}\r"));
        till.wait_for(verdict);
        till.keys(ENTER);
        till.wait_for("Закрыть смену");
        till.keys(ESC);
    }
    till.wait_for("Главное меню");
    till.keys("3");
    till.wait_for("Закрыть смену");
    till.keys("2");
    let totals = till.wait_for("Закрыто чеков: 3");
    for sum in ["2 × 350,00 ₽", "1 × 45,00 ₽", "1 × 70,00 ₽"] {
        anyhow::ensure!(totals.contains(sum), "{sum}\n{totals}");
    }
    till.keys(ESC);
    till.wait_for("Закрыть смену");
    till.keys(ESC);
    till.wait_for("Главное меню");
    till.keys("0");
    anyhow::ensure!(
        till.ended() == (0, true),
        "it ends well and gives the terminal back"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cashiers_day_at_the_full_screen_till_through_both_doors() -> anyhow::Result<()> {
    let program = binary("qrpos");
    for door in DOORS {
        let site = Site::open(Kind::Sqlite).await?;
        tokio::task::block_in_place(|| day(&site, door, &program))?;
        site.agree().await?;
        site.close().await?;
    }
    Ok(())
}
