//! Simulated providers alone: prints their addresses and serves until Ctrl-C.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Parser;
use secrecy::{ExposeSecret as _, SecretString};
use simulator::{
    ClientAuth, ClientIdentity, Kind, Merchant, Options, Running, Simulator, Street, StreetOptions, catalogue,
};

/// Simulated providers with a payer's page, for trying things out. No real money moves.
///
/// Without --provider it is a Raiffeisenbank SBP service whose shops are chosen freely.
#[derive(Parser)]
#[command(name = "banksim")]
struct Arguments {
    /// Address to listen on.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
    /// Port of the bank's HTTPS door; 0 = a free one. Further providers take the ports behind it.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Port of the payer's page (plain HTTP); 0 = a free one.
    #[arg(long, default_value_t = 0)]
    payer_port: u16,
    /// A shop as `sbpMerchantId:secretKey`; may be given several times.
    #[arg(long = "merchant", required_unless_present = "providers")]
    merchants: Vec<String>,
    /// A provider by its name, or `all`; may be given several times. Each has one shop.
    #[arg(long = "provider", conflicts_with_all = ["merchants", "mtls"], requires = "secret")]
    providers: Vec<String>,
    /// The shop's secret at each of these providers: its key, password or token.
    #[arg(long, requires = "providers", hide_env_values = true, env = "BANKSIM_SECRET")]
    secret: Option<SecretString>,
    /// Where notifications go. With --provider: what stands before the module's name in it.
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
    if let Some(secret) = arguments.secret.clone() {
        return street(&arguments, secret).await;
    }
    let mtls = arguments.mtls;
    let ca_file = arguments.ca_file.clone();
    let running = Simulator::start(options(&arguments)?)
        .await
        .context("the simulated bank did not start")?;
    std::fs::write(&ca_file, &running.ca_pem)
        .with_context(|| format!("cannot write {}", ca_file.display()))?;
    announce(&running, &ca_file)?;
    if mtls {
        write_client(&running.issue_client("qr client")?, &ca_file, "banksim")?;
    }
    tokio::signal::ctrl_c().await.context("cannot wait for Ctrl-C")?;
    running.stop().await;
    Ok(())
}

/// The chosen providers, each with its own port and, if it wants one, a client certificate beside the CA file.
async fn street(arguments: &Arguments, secret: SecretString) -> Result<()> {
    let mut options = StreetOptions::new(kinds(&arguments.providers)?, secret);
    options.bind = SocketAddr::new(arguments.host, arguments.port);
    options.payer_bind = Some(SocketAddr::new(arguments.host, arguments.payer_port));
    options.callback_base.clone_from(&arguments.callback);
    options.seed = arguments.seed;
    let street = Street::open(options)
        .await
        .context("the simulated providers did not start")?;
    let ca_file = &arguments.ca_file;
    std::fs::write(ca_file, &street.ca_pem).with_context(|| format!("cannot write {}", ca_file.display()))?;
    for house in &street.houses {
        println!("{:<11} {}", house.about.name, house.base_url);
        if house.about.certificate != simulator::provider::Certificate::NotAsked {
            write_client(&house.identity, ca_file, &format!("banksim-{}", house.about.name))?;
        }
    }
    println!("payer       {}", street.payer_url.as_deref().unwrap_or("-"));
    println!("control     {}", street.control_url.as_deref().unwrap_or("-"));
    println!("CA file     {}", std::path::absolute(ca_file)?.display());
    tokio::signal::ctrl_c().await.context("cannot wait for Ctrl-C")?;
    street.stop().await;
    Ok(())
}

fn kinds(names: &[String]) -> Result<Vec<&'static Kind>> {
    if names.iter().any(|name| name == "all") {
        return Ok(catalogue::KINDS.iter().collect());
    }
    let known = || {
        let names: Vec<_> = catalogue::KINDS.iter().map(|kind| kind.about.name).collect();
        names.join(", ")
    };
    let find = |name: &String| {
        catalogue::kind(name)
            .with_context(|| format!("--provider {name}: there is none. Choose of: {}, all", known()))
    };
    names.iter().map(find).collect()
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

fn write_client(client: &ClientIdentity, ca_file: &Path, name: &str) -> Result<()> {
    let (chain, key) = (
        ca_file.with_file_name(format!("{name}-client.pem")),
        ca_file.with_file_name(format!("{name}-client-key.pem")),
    );
    std::fs::write(&chain, &client.chain_pem).with_context(|| format!("cannot write {}", chain.display()))?;
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
