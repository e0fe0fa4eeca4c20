//! Takes a payment over HTTP and says what became of it.
//!
//! `REGISTER_TOKEN=… sale http://127.0.0.1:8080 qrraiffd 17 till-7 150.00 receipt-123`
//!
//! The last word is the idempotency key: run again with the same one after a crash, and nothing is paid twice.
//! Ends with 0 when paid, 2 when finally not paid, 1 when there is no outcome: run it again with the same id.

use domain::{CallerId, Kopecks, State};
use protocol::Reply;
use register::{Pay, PaymentId, Register, RegisterError};
use std::error::Error;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [url, module, store, terminal, rubles, id] = words.as_slice() else {
        return Err("usage: sale URL MODULE STORE TERMINAL RUBLES ID".into());
    };
    let token = std::env::var("REGISTER_TOKEN")?;
    let register =
        Register::http(url, token.into(), store.parse()?, terminal.parse()?)?.with_module(module.parse()?);

    let mut pay = Pay::new(Kopecks::from_rubles(rubles)?);
    pay.id = CallerId::new(id.clone())?;
    let reply = sell(&register, pay).await?;
    Ok(verdict(&reply))
}

/// Shows the QR, follows the payment to its end and asks once more when the end was not heard.
async fn sell(register: &Register, pay: Pay) -> Result<Reply, RegisterError> {
    let payment = PaymentId::Caller(pay.id.clone());
    let mut replies = register.pay(pay).await;
    let mut last = None;
    while let Some(reply) = replies.next().await {
        match reply {
            Ok(reply) => {
                println!("{}", reply.message.en);
                if let Some(qr) = reply.code() {
                    println!("show as a QR code for {} ms: {}", qr.expires_in_ms, qr.payload);
                }
                last = Some(reply);
            }
            Err(RegisterError::Unknown { reason, .. }) => {
                eprintln!("the end was not heard: {reason}");
                return ask(register, payment).await;
            }
            Err(error) => return Err(error),
        }
    }
    match last {
        Some(reply) => Ok(reply),
        None => ask(register, payment).await,
    }
}

async fn ask(register: &Register, payment: PaymentId) -> Result<Reply, RegisterError> {
    let reply = register.status(payment).await?;
    println!("{}", reply.message.en);
    Ok(reply)
}

/// Only a final state closes the receipt, and only `paid` means money. A final reply without a state is about the
/// message, not about the payment: under the same id an earlier one may be under way.
fn verdict(reply: &Reply) -> ExitCode {
    match reply.state {
        Some(State::Paid) => ExitCode::SUCCESS,
        Some(state) if state.is_final() => ExitCode::from(2),
        _ => ExitCode::FAILURE,
    }
}
