//! Asks what a sticker is (a cash link). Ties nothing, so it may be run at any time.
//!
//! `REGISTER_TOKEN=… link http://127.0.0.1:8080 qrraiffd 17 till-7 https://qr.nspk.ru/…`
//!
//! The last word is what the scanner read. Ends with 0 when the daemon told what the sticker is, 1 otherwise.

use register::Register;
use std::error::Error;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [url, module, store, terminal, scanned] = words.as_slice() else {
        return Err("usage: link URL MODULE STORE TERMINAL SCANNED".into());
    };
    let token = std::env::var("REGISTER_TOKEN")?;
    let register =
        Register::http(url, token.into(), store.parse()?, terminal.parse()?)?.with_module(module.parse()?);

    let reply = register.link_check(scanned).await.last().await?;
    println!("{}", reply.message.en);
    let Some(link) = reply.link else {
        return Ok(ExitCode::from(1));
    };
    println!("{}: {:?}", link.link_id, link.verdict);
    Ok(ExitCode::SUCCESS)
}
