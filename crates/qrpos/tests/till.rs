//! The real till in a pseudo-terminal, against a daemon that only pretends.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "helpers of the tests")]

#[path = "../../register/tests/fake_daemon/mod.rs"]
mod fake_daemon;
mod window;

use fake_daemon::{FakeDaemon, TOKEN, Trouble, script};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use window::{ENTER, ESC, F2, F5, F8, Window};

/// Buyers decide at once.
const QUICK: Duration = Duration::from_millis(30);

struct Shop {
    fake: FakeDaemon,
    journal: TempDir,
}

impl Shop {
    async fn open() -> Self {
        Self {
            fake: FakeDaemon::start(QUICK).await,
            journal: tempfile::tempdir().unwrap(),
        }
    }

    fn till(&self, args: &[&str]) -> Window {
        let folder = self.journal.path().to_str().unwrap();
        let env = [
            ("QRPOS_SERVER", self.fake.url.as_str()),
            ("QRPOS_TOKEN", TOKEN),
            ("QRPOS_TERMINAL", "7"),
            ("QRPOS_JOURNAL", folder),
            ("TZ", "UTC"),
        ];
        let mut all = vec!["till", "--modules", "qrraiffd,qrraiffd_variable,qrpodeli"];
        all.extend(args);
        Window::open(Path::new(env!("CARGO_BIN_EXE_qrpos")), &all, &env)
    }
}

/// Runs a cashier's work, which blocks, beside the daemon.
async fn work<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_a_refund_a_sticker_and_the_totals() {
    let shop = Shop::open().await;
    let mut till = shop.till(&[]);
    let (code, restored) = work(move || {
        till.wait_for("Главное меню");
        till.keys("1");
        till.wait_for("Чек 1");
        till.keys("Молоко «Луговое» 2*50\rХлеб 50\r");
        till.wait_for("Итого 150,00 ₽");
        till.keys(F2);
        till.wait_for("Чем платит покупатель?");
        till.keys("1");
        till.wait_for("вся сумма 150,00 ₽");
        till.keys("100\r");
        till.wait_for("Осталось оплатить: 50,00 ₽");
        till.keys(ENTER);
        till.wait_for("Чем платит покупатель?");
        till.keys("0");
        till.wait_for("без сдачи");
        till.keys("60\r");
        till.wait_for("Сдача: 10,00 ₽");
        till.keys(ENTER);
        till.wait_for("Чек 2");
        till.keys(ESC);
        till.wait_for("Главное меню");

        till.keys("2");
        till.wait_for("Номер чека");
        till.keys("1\r\r");
        till.wait_for("Какую оплату вернуть?");
        till.keys("\r40\r");
        till.wait_for("Возвращено 40,00 ₽");
        till.keys(ENTER);
        till.wait_for("Главное меню");

        till.keys("3");
        till.wait_for("Проверка статического QR-кода");
        till.keys("1");
        till.wait_for("Отсканируйте QR-код с наклейки");
        till.keys("https://qr.nspk.ru/AS1000670LSS7DN18SJQDNP4B05KLJL2?type=01&bank=100000000001&crc=C08B\r");
        till.wait_for("QR-код привязан к этой кассе");
        till.keys(ENTER);
        till.wait_for("Итоги смены");
        till.keys("2");
        let totals = till.wait_for("Закрыто чеков: 1");
        assert!(
            totals.contains("1 × 100,00 ₽")
                && totals.contains("1 × 40,00 ₽")
                && totals.contains("1 × 50,00 ₽"),
            "{totals}"
        );
        till.keys(F8);
        till.wait_for("Закрыть смену 1?");
        till.keys(ENTER);
        till.wait_for("Смена 1 закрыта");
        till.keys(ENTER);
        till.wait_for("смена 2");
        till.keys("0");
        till.ended()
    })
    .await;
    assert_eq!(code, 0);
    assert!(restored, "the terminal is given back");
    let pay = &shop.fake.bodies("pay")[0];
    assert_eq!(
        (
            &pay["amount"],
            &pay["receipt"]["number"],
            &pay["receipt"]["shift"]
        ),
        (&10_000.into(), &"1".into(), &1.into())
    );
    assert_eq!(pay["receipt"]["items"][0]["quantity"], "2");
    assert_eq!(shop.fake.bodies("refund")[0]["amount"], 4_000);
}

/// Begins a payment of that sum with the first means.
fn pay(till: &mut Window, sum: &str) {
    till.wait_for("Главное меню");
    till.keys("1");
    till.wait_for("Товар и цена");
    till.keys(sum);
    till.keys("\r\r");
    till.wait_for("Чем платит покупатель?");
    till.keys("1");
    till.wait_for("вся сумма");
    till.keys(ENTER);
}

/// A sum in rubles whose kopecks choose the script.
fn sum(script: i64) -> String {
    format!("150,{script:02}")
}

#[tokio::test(flavor = "multi_thread")]
async fn esc_cancels_and_the_end_is_awaited() {
    let shop = Shop::open().await;
    let mut till = shop.till(&["--lang", "en"]);
    work(move || {
        till.wait_for("Main menu");
        till.keys("1");
        till.wait_for("Good and price");
        till.keys(&format!("{}\r\r", sum(script::WAITS)));
        till.wait_for("How does the buyer pay?");
        till.keys("1");
        till.wait_for("Enter takes all");
        till.keys(ENTER);
        let screen = till.wait_for("Time left 4:4");
        assert!(
            screen.contains('▀') && screen.contains('█'),
            "the code is drawn:\n{screen}"
        );
        till.keys(ESC);
        till.wait_for("Not paid");
        till.keys(ENTER);
        till.wait_for("How does the buyer pay?");
    })
    .await;
    assert_eq!(shop.fake.bodies("cancel").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_the_payment_is_found_and_its_receipt_closed() {
    let shop = Shop::open().await;
    let mut till = shop.till(&[]);
    work(move || {
        pay(&mut till, &sum(script::WAITS));
        till.wait_for("Осталось времени");
        till.kill();
    })
    .await;
    let path = shop.journal.path().join("till-1-7.jsonl");
    let mut text = std::fs::read_to_string(&path).unwrap();
    text.push_str("{\"entry\":\"ended\",\"id\":\"cut o");
    std::fs::write(&path, text).unwrap();

    let mut till = shop.till(&[]);
    let mut till = work(move || {
        till.wait_for("Операции с неизвестным исходом");
        till.wait_for("awaiting_payment");
        till.wait_for("была оборвана");
        till
    })
    .await;
    assert_eq!(
        shop.fake.bodies("pay").len(),
        1,
        "it is asked about, not repeated"
    );
    let code = work(move || {
        till.keys(F8);
        till.wait_for("Таких операций нет");
        till.keys(ESC);
        till.wait_for("Итого 150,05 ₽");
        till.keys(F2);
        till.wait_for("Осталось 150,05 ₽");
        till.keys("0");
        till.wait_for("без сдачи");
        till.keys(ENTER);
        till.wait_for("Чек 1 оплачен");
        till.keys(ENTER);
        till.wait_for("Чек 2");
        till.keys(ESC);
        till.wait_for("Главное меню");
        till.keys("0");
        till.ended().0
    })
    .await;
    assert_eq!(code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_a_payment_keeps_it_in_the_list_and_ends_with_code_3() {
    let shop = Shop::open().await;
    let fake = shop.fake.clone();
    let mut till = shop.till(&[]);
    let (code, restored) = work(move || {
        pay(&mut till, &sum(script::WAITS));
        till.wait_for("Осталось времени");
        // What is sent from now on is lost.
        fake.trouble([Trouble::LostOnTheWay; 10_000]);
        till.keys(ESC);
        till.wait_for("Отменяем");
        till.keys(ESC);
        till.wait_for("Не повторяйте оплату");
        till.keys(ENTER);
        till.wait_for("Операции с неизвестным исходом");
        till.keys(F5);
        till.keys(ESC);
        till.wait_for("Исход неизвестен 150,05 ₽");
        till.keys(ESC);
        till.wait_for("Отказаться от чека 1?");
        till.keys(ENTER);
        till.wait_for("Чек 1 отменён");
        till.keys(ENTER);
        till.wait_for("Операции с неизвестным исходом");
        till.keys(ESC);
        till.wait_for("исходом: 1");
        till.keys("0");
        till.wait_for("Выйти из кассы?");
        till.keys(ENTER);
        till.ended()
    })
    .await;
    assert_eq!((code, restored), (3, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scanned_code_reaches_the_daemon_and_never_the_screen_or_the_journal() {
    let shop = Shop::open().await;
    let mut till = shop.till(&[]);
    let seen = work(move || {
        till.wait_for("Главное меню");
        till.keys("1");
        till.wait_for("Товар и цена");
        till.keys("150\r\r");
        till.wait_for("Чем платит покупатель?");
        till.keys("3");
        till.wait_for("вся сумма");
        till.keys(ENTER);
        till.wait_for("Отсканируйте QR-код с телефона");
        till.keys("4620000000017");
        let seen = till.wait_for("Прочитано знаков: 13");
        till.keys("\n");
        till.wait_for("Чек 1 оплачен");
        seen
    })
    .await;
    assert!(!seen.contains("4620000000017"));
    assert_eq!(shop.fake.bodies("pay")[0]["customer_code"], "4620000000017");
    let written = std::fs::read_to_string(shop.journal.path().join("till-1-7.jsonl")).unwrap();
    assert!(!written.contains("4620000000017"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_may_change_its_size_and_the_system_may_end_the_till() {
    let shop = Shop::open().await;
    let mut till = shop.till(&[]);
    let (code, restored) = work(move || {
        till.wait_for("Главное меню");
        till.resize(60, 20);
        till.wait_for("Окно мало");
        till.resize(120, 40);
        till.wait_for("Главное меню");
        let pid = till.pid().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
        till.ended()
    })
    .await;
    assert_eq!((code, restored), (0, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_terminal_a_second_till_or_means_of_payment_nothing_is_started() {
    let shop = Shop::open().await;
    let run = |args: &'static [&'static str], server: String| {
        work(move || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_qrpos"));
            command
                .env_clear()
                .env("QRPOS_SERVER", server)
                .env("QRPOS_TOKEN", TOKEN);
            command.args(args).stdin(Stdio::null()).output().unwrap()
        })
    };
    let output = run(&["till", "--module", "qrraiffd"], shop.fake.url.clone()).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("needs a terminal")
    );

    let mut first = shop.till(&[]);
    let mut second = work(move || {
        first.wait_for("Главное меню");
        first
    })
    .await;
    let mut other = shop.till(&[]);
    let (code, words) = work(move || {
        let (code, _) = other.ended();
        (code, other.text())
    })
    .await;
    assert_eq!(code, 1);
    assert!(
        words
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .contains("in use by another till"),
        "{words}"
    );
    second.kill();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap().to_owned();
    let url = shop.fake.url.clone();
    let words = work(move || {
        let env = [
            ("QRPOS_SERVER", url.as_str()),
            ("QRPOS_TOKEN", TOKEN),
            ("QRPOS_JOURNAL", &path),
        ];
        let mut window = Window::open(Path::new(env!("CARGO_BIN_EXE_qrpos")), &["till"], &env);
        assert_eq!(window.ended().0, 1);
        window.text()
    })
    .await;
    assert!(words.contains("no means of payment"), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_settings_name_the_means_and_the_buyers_display_which_shows_the_code_too() {
    let fake = FakeDaemon::start(QUICK).await;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(folder.path().join("token"), TOKEN).unwrap();
    let settings = format!(
        "door = http\nhttp {{ server = \"{}\", token_file = token }}\nresponse_timeout = 320 second\nstore = 12\n\
         terminal = 34\nmodule = qrraiffd\noutputs = [ {{ kind = terminal }} {{ kind = display, port = \"file:{}\" }} ]\n",
        fake.url,
        path("display")
    );
    std::fs::write(folder.path().join("register.conf"), settings).unwrap();
    let (settings, journal) = (path("register.conf"), path("journal"));
    let mut till = work(move || {
        let args = ["--settings", &settings, "till", "--journal", &journal];
        let mut till = Window::open(Path::new(env!("CARGO_BIN_EXE_qrpos")), &args, &[]);
        pay(&mut till, &sum(script::WAITS));
        till.wait_for("местах: 1.");
        till
    })
    .await;
    let shown = std::fs::read(folder.path().join("display")).unwrap();
    assert!(String::from_utf8_lossy(&shown).contains("https://qr.nspk.ru/AD10006M8KH234K782OQM0L13JI31LQD"));
    assert_eq!(fake.bodies("pay")[0]["terminal"], "34");
    work(move || {
        till.keys(ESC);
        till.wait_for("Не оплачено");
    })
    .await;
    let after = std::fs::read(folder.path().join("display")).unwrap();
    assert!(after.len() > shown.len(), "the code is taken away");
    assert!(folder.path().join("journal/till-12-34.jsonl").is_file());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reservation_is_shown_confirmed_and_the_rest_taken_in_cash() {
    let shop = Shop::open().await;
    let mut till = shop.till(&["--modules", "soc_processing"]);
    work(move || {
        till.wait_for("Главное меню");
        till.keys("1");
        till.wait_for("Товар и цена");
        till.keys("Молоко 94,90\rХлеб 62,50\rПиво 42,68\r");
        till.wait_for("Итого 200,08 ₽");
        till.keys(F2);
        till.wait_for("Чем платит покупатель?");
        till.keys("4");
        till.wait_for("Токен карты");
        till.keys("social-token\r");
        let screen = till.wait_for("Можно списать 157,40 ₽");
        assert!(
            screen.contains("1. Молоко") && screen.contains("2. Хлеб") && !screen.contains("Пиво"),
            "{screen}"
        );
        till.keys(ENTER);
        till.wait_for("Осталось оплатить: 42,68 ₽");
        till.keys(ENTER);
        till.wait_for("Чем платит покупатель?");
        till.keys("0");
        till.wait_for("без сдачи, 42,68 ₽");
        till.keys(ENTER);
        till.wait_for("Чек 1 оплачен");
    })
    .await;
    assert_eq!(shop.fake.bodies("pay")[0]["card_token"], "social-token");
    assert_eq!(shop.fake.bodies("confirm").len(), 1);
}
