//! The simulated bank alone: prints its addresses and serves until Ctrl-C.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Parser;
use secrecy::ExposeSecret as _;
use simulator::{ClientAuth, Merchant, Options, Running, Simulator};

/// A simulated Raiffeisenbank SBP service with a payer's page, for trying things out. No real money moves.
#[derive(Parser)]
#[command(name = "banksim")]
struct Arguments {
    /// Address to listen on.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
    /// Port of the bank's HTTPS door; 0 = a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Port of the payer's page (plain HTTP); 0 = a free one.
    #[arg(long, default_value_t = 0)]
    payer_port: u16,
    /// A shop as `sbpMerchantId:secretKey`; may be given several times.
    #[arg(long = "merchant", required = true)]
    merchants: Vec<String>,
    /// Where notifications go (for every shop).
    #[arg(long)]
    callback: Option<String>,
    /// Demand a client certificate; one is issued and written beside the CA file.
    #[arg(long)]
    mtls: bool,
    /// Where the certificate of the bank's authority is written.
    #[arg(long, default_value = "banksim-ca.pem")]
    ca_file: PathBuf,
    /// Seed of ids and faults.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let mtls = arguments.mtls;
    let ca_file = arguments.ca_file.clone();
    let running = Simulator::start(options(&arguments)?)
        .await
        .context("the simulated bank did not start")?;
    std::fs::write(&ca_file, &running.ca_pem)
        .with_context(|| format!("cannot write {}", ca_file.display()))?;
    announce(&running, &ca_file)?;
    if mtls {
        write_client(&running, &ca_file)?;
    }
    tokio::signal::ctrl_c().await.context("cannot wait for Ctrl-C")?;
    running.stop().await;
    Ok(())
}

fn options(arguments: &Arguments) -> Result<Options> {
    let mut merchants = arguments
        .merchants
        .iter()
        .map(|text| merchant(text))
        .collect::<Result<Vec<_>>>()?;
    for merchant in &mut merchants {
        merchant.callback_url.clone_from(&arguments.callback);
    }
    let mut keys: Vec<&str> = merchants
        .iter()
        .map(|merchant| merchant.secret_key.expose_secret())
        .collect();
    keys.sort_unstable();
    if keys.windows(2).any(|pair| pair.first() == pair.last()) {
        bail!(
            "two shops have the same key: the bank could not tell them apart. Give each --merchant its own key"
        );
    }
    let mut options = Options::new(merchants);
    options.bank.seed = arguments.seed;
    options.bind = SocketAddr::new(arguments.host, arguments.port);
    options.payer_bind = Some(SocketAddr::new(arguments.host, arguments.payer_port));
    options.client_auth = if arguments.mtls {
        ClientAuth::OwnCa
    } else {
        ClientAuth::NotAsked
    };
    Ok(options)
}

/// Not a `value_parser`: clap would repeat the key in its error.
fn merchant(text: &str) -> Result<Merchant> {
    match text.split_once(':') {
        Some((id, key)) if (1..=12).contains(&id.len()) && !key.is_empty() => Ok(Merchant::new(id, key)),
        _ => bail!(
            "--merchant: write it as sbpMerchantId:secretKey, for example MA000001:secret (the id has 1..12 characters)"
        ),
    }
}

fn announce(running: &Running, ca_file: &Path) -> Result<()> {
    println!("bank      {}", running.base_url);
    println!("payer     {}", running.payer_url.as_deref().unwrap_or("-"));
    println!("control   {}", running.control_url.as_deref().unwrap_or("-"));
    println!("CA file   {}", std::path::absolute(ca_file)?.display());
    Ok(())
}

fn write_client(running: &Running, ca_file: &Path) -> Result<()> {
    let client = running.issue_client("qr client")?;
    let (chain, key) = (
        ca_file.with_file_name("banksim-client.pem"),
        ca_file.with_file_name("banksim-client-key.pem"),
    );
    std::fs::write(&chain, client.chain_pem).with_context(|| format!("cannot write {}", chain.display()))?;
    write_key(&key, client.key_pem.expose_secret())
        .with_context(|| format!("cannot write {}", key.display()))?;
    println!("client    {} and {}", chain.display(), key.display());
    Ok(())
}

/// The key file is readable by its owner only.
fn write_key(path: &Path, key_pem: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(key_pem.as_bytes())
}
