//! The full-screen till at the demo, where the bank asks more than a QR: Alfa-Bank's terminal number, a social card's
//! reservation and its confirmation, the code on the buyer's phone, and refunds that are whole or none.

use super::window::{ENTER, ESC, F2, Window};
use anyhow::Context;
use simulator::social::{CARD, GOOD};
use testkit::environment::binary;
use testkit::real::demo::Demo;
use testkit::real::process::{self, succeed};
use tokio::runtime::Handle;

const STICKER: &str = "qralpha_variable";
const MODULES: &str = "qralpha_variable,soc_processing,qrpodeli";

/// The sticker is checked, and tied when the cashier has typed the number that the bank issued. The second time nothing is
/// asked.
fn ties(till: &mut Window, sticker: &str, number: &str) {
    till.wait_for("Главное меню");
    till.keys("3");
    till.wait_for("Закрыть смену");
    till.keys("1");
    till.wait_for("Отсканируйте QR-код с наклейки");
    till.keys(&format!("{sticker}\r"));
    till.wait_for("Номер терминала, выданный банком");
    till.keys("7-01\r");
    till.wait_for("состоит из цифр");
    till.keys(&"\x7f".repeat(4));
    till.keys(&format!("{number}\r"));
    till.wait_for("успешно привязан к этой кассе");
    till.keys(ENTER);
    till.wait_for("Закрыть смену");
    till.keys("1");
    till.wait_for("Отсканируйте QR-код с наклейки");
    till.keys(&format!("{sticker}\r"));
    till.wait_for("QR-код привязан к этой кассе");
    till.keys(ENTER);
    till.wait_for("Закрыть смену");
    till.keys(ESC);
}

/// Bread by the social card, beer by the sticker.
fn mixed_basket(till: &mut Window, buyer: impl Fn()) {
    till.wait_for("Главное меню");
    till.keys("1");
    till.wait_for("Товар и цена");
    till.keys(&format!("{GOOD} Хлеб 45\rПиво 60\r"));
    till.wait_for("Итого 105,00 ₽");
    till.keys(F2);
    till.wait_for("Чем платит покупатель?");
    till.keys("2");
    till.wait_for("Токен карты");
    till.keys(&format!("{CARD}\r"));
    let reserved = till.wait_for("Покупатель согласен?");
    assert!(
        reserved.contains("Хлеб") && !reserved.contains("Пиво"),
        "{reserved}"
    );
    assert!(reserved.contains("45,00 ₽"), "{reserved}");
    till.keys(ENTER);
    till.wait_for("Оплачено 45,00 ₽");
    till.wait_for("Осталось оплатить: 60,00 ₽");
    till.keys(ENTER);
    till.wait_for("Чем платит покупатель?");
    till.keys("1");
    till.wait_for("вся сумма 60,00 ₽");
    till.keys(ENTER);
    till.wait_for("Покупатель сканирует наклейку");
    buyer();
    till.keys(ENTER);
    till.wait_for("Чек 1 оплачен");
    till.keys(ENTER);
}

fn by_code(till: &mut Window, code: &str) {
    till.wait_for("Товар и цена");
    till.keys("200\r");
    till.wait_for("Итого 200,00 ₽");
    till.keys(F2);
    till.wait_for("Чем платит покупатель?");
    till.keys("3");
    till.wait_for("вся сумма");
    till.keys(ENTER);
    till.wait_for("Отсканируйте QR-код с телефона покупателя");
    till.keys(&format!("{code}\r"));
    till.wait_for("Чек 2 оплачен");
    assert!(
        !till.text().contains(code),
        "the buyer's code is nobody's business"
    );
    till.keys(ENTER);
    till.wait_for("Чек 3");
    till.keys(ESC);
}

/// A part of a social payment is refused before the attempt; the whole goes back.
fn gives_back(till: &mut Window) {
    till.wait_for("Главное меню");
    till.keys("2");
    till.wait_for("Номер чека");
    till.keys("1\r");
    till.wait_for("Номер смены");
    till.keys("\r");
    let payments = till.wait_for("Какую оплату вернуть?");
    let social = payments
        .lines()
        .position(|line| line.contains("45,00"))
        .zip(payments.lines().position(|line| line.contains("60,00")));
    let (social, other) = social.unwrap();
    if social > other {
        till.keys("\x1b[B");
    }
    till.keys(ENTER);
    till.wait_for("Вернуть можно только всё сразу: 45,00 ₽");
    till.keys("20\r");
    till.wait_for("Часть этой оплаты банк не возвращает");
    till.keys(&"\x7f".repeat(2));
    till.keys(ENTER);
    till.wait_for("Возвращено 45,00 ₽");
    till.keys(ENTER);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_banks_ask_beyond_a_qr_is_answered_at_the_till() -> anyhow::Result<()> {
    let demo = Demo::start()?;
    // The demo's register has its sticker already; here a new one is tied.
    let row = ["config", "delete", STICKER, "terminal", "1"];
    succeed(process::run(process::command(demo.config.as_ref(), &row)).await?)?;
    let sticker = demo.sticker("alfa").await?;
    let code = demo.code("podeli").await?;
    let shop = qrpayd::demo::shops::of_module(STICKER).context("no such shop")?;
    let number = shop.terminal_number.context("the bank issued no number")?;
    let folder = tempfile::tempdir()?;
    let journal = folder.path().display().to_string();
    let env = [
        ("QRPOS_SERVER", demo.address.as_str()),
        ("QRPOS_TOKEN", &demo.token),
        ("QRPOS_JOURNAL", &journal),
        ("TZ", "UTC"),
    ];
    let mut till = Window::open(&binary("qrpos"), &["till", "--modules", MODULES], &env);
    tokio::task::block_in_place(|| {
        ties(&mut till, &sticker, number);
        let buyer = || Handle::current().block_on(demo.pays(&sticker)).unwrap();
        mixed_basket(&mut till, buyer);
        by_code(&mut till, &code);
        gives_back(&mut till);
        till.wait_for("Главное меню");
        till.keys("0");
        assert_eq!(till.ended(), (0, true));
    });
    Ok(())
}
