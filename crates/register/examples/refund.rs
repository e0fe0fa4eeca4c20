//! Gives a payment back over RabbitMQ: all that is left of it, or a part.
//!
//! `REGISTER_AMQP=amqp://ukm:…@127.0.0.1:5672/%2f refund qrraiffd 17 till-7 receipt-123 refund-123 [50.00]`
//!
//! `receipt-123` is the id the payment was made under, `refund-123` the refund's own idempotency key.
//! Ends with 0 when given back, 2 when finally not, 1 when there is no outcome: run it again with the same id.

use domain::{CallerId, Kopecks, State};
use register::{PaymentId, Refund, Register};
use std::error::Error;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [module, store, terminal, payment, id, part @ ..] = words.as_slice() else {
        return Err("usage: refund MODULE STORE TERMINAL PAYMENT_ID ID [RUBLES]".into());
    };
    let url = std::env::var("REGISTER_AMQP")?;
    let register = Register::amqp(url.into(), module.parse()?, store.parse()?, terminal.parse()?)?;

    let mut refund = Refund::new(PaymentId::Caller(CallerId::new(payment.clone())?));
    refund.id = CallerId::new(id.clone())?;
    refund.amount = part
        .first()
        .map(|rubles| Kopecks::from_rubles(rubles))
        .transpose()?;
    let reply = register.refund(refund).await.last().await?;
    println!("{}", reply.message.en);
    Ok(match reply.state {
        Some(State::Refunded) => ExitCode::SUCCESS,
        Some(state) if state.is_final() => ExitCode::from(2),
        _ => ExitCode::FAILURE,
    })
}
