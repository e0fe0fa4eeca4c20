//! The simulated DualConnector Service alone: prints its addresses and the settings for a register, and serves until
//! Ctrl-C.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use anyhow::{Context as _, Result};
use clap::Parser;
use simulator::clock;
use simulator::dualconnector::{Options, PinPad, start};

/// A simulated InPAS DualConnector Service with a pin-pad's page, for trying things out. No real money moves.
#[derive(Parser)]
#[command(name = "pinpadsim")]
struct Arguments {
    /// Address to listen on.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
    /// Port; 0 = a free one.
    #[arg(long, default_value_t = 9015)]
    port: u16,
    /// The terminal's id.
    #[arg(long, default_value = "11087928")]
    terminal: String,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let options = Options {
        terminal: arguments.terminal,
        ..Options::default()
    };
    let settings = options.register_settings();
    let pad = PinPad::new(options, clock::system());
    let address = SocketAddr::new(arguments.host, arguments.port);
    let running = start(pad, address)
        .await
        .with_context(|| format!("cannot listen on {address}"))?;
    println!("service   {}", running.url);
    println!("pin-pad   {}", running.page_url);
    println!(
        "settings for a register, beside url, timeout and journal (the codes are invented):\n{settings}"
    );
    tokio::signal::ctrl_c().await.context("cannot wait for Ctrl-C")?;
    running.stop();
    Ok(())
}
