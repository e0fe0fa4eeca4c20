//! What the log must never hold.

use super::id;
use serde_json::json;
use simulator::bank::{Endpoint, PayerAction};
use simulator::{Fault, When};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use testkit::bank::SECRET_KEY;
use testkit::till::Till;
use testkit::world::World;
use tracing::level_filters::LevelFilter;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn secrets_never_reach_the_log() {
    const CUSTOMER_CODE: &str = "4606910100000000123456789";
    const CARD_TOKEN: &str = "card-of-zinaida-2200700000000001";
    const CASHIER: &str = "Zinaida Kuzminichna";
    const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.invented.token";
    const PHONE: &str = "79001234567";
    let lines = Lines::default();
    let into = lines.clone();
    let subscriber = || {
        let into = into.clone();
        tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_writer(move || into.clone())
            .with_ansi(false)
            .finish()
    };
    // With a single one, tracing asks the thread that comes first to each place in the code whether anybody listens;
    // that may be another test's thread, where nobody does.
    let _second = tracing::Dispatch::new(subscriber());
    let _guard = tracing::subscriber::set_default(subscriber());

    let world = World::new(1, json!({})).await.unwrap();
    let till = Till::new("1");
    let fields = json!({
        "amount": 15_000, "purpose": format!("token={TOKEN}"),
        "receipt": {"number": "7", "cashier": CASHIER},
    });
    let pay = |id: &str| till.message("pay", id, &fields).unwrap();
    world
        .bank
        .fault(Some(Endpoint::RegisterQr), Fault::MalformedJson, When::Next(1));
    let shown = world.show(pay("p1")).await.unwrap();
    // The bank's own words may hold personal data.
    world.bank.set_rewrite(Some(Box::new(|asked, answer| {
        if asked.path.contains("/payment-info") {
            answer.status = 400;
            let message = format!("the payer +{PHONE} has no such account");
            answer.body = json!({"code": "ERROR.SOMETHING", "message": message, "phone": PHONE})
                .to_string()
                .into_bytes();
        }
    })));
    world.pass(3_000).await;
    world.bank.set_rewrite(None);
    world.buyer(&shown, PayerAction::Pay).unwrap();
    world.ended(id(&shown)).await.unwrap();
    world
        .finish(till.refund("r1", "p1", None).unwrap())
        .await
        .unwrap();
    world
        .send(
            till.message(
                "pay",
                "p1",
                &json!({"amount": 1, "customer_code": CUSTOMER_CODE, "card_token": CARD_TOKEN}),
            )
            .unwrap(),
        )
        .await
        .unwrap();
    let signed = world.bank.lock().take_callbacks(world.bank.now()).remove(0);
    world.deliver("qrraiffd", "00", &signed.body).await;
    world.deliver("qrraiffd", &signed.signature, &signed.body).await;

    let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(
        log.contains("now paid") && log.contains("now refunded"),
        "the log tells the story:\n{log}"
    );
    assert!(
        log.contains("TRACE") || log.contains("DEBUG"),
        "and all of it:\n{log}"
    );
    for secret in [
        SECRET_KEY,
        CUSTOMER_CODE,
        CARD_TOKEN,
        CASHIER,
        TOKEN,
        PHONE,
        signed.signature.as_str(),
    ] {
        let leaks: Vec<_> = log.lines().filter(|line| line.contains(secret)).collect();
        assert!(leaks.is_empty(), "`{secret}` stands in the log: {leaks:#?}");
    }
}
