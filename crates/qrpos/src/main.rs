//! `qrpos`: a register you can type at.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    qrpos::cli::run().await.into()
}
