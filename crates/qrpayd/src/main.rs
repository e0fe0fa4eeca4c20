//! `qrpayd`: the server between a retailer's registers and the banks.

use clap::Parser;
use qrpayd::cli::{Cli, Command};
use qrpayd::{check, config, demo, module, operations, profiles, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("qrpayd: the system gives no threads to work with: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(obey(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("qrpayd: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn obey(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Command::Run { config } => run::run(&config).await,
        Command::Demo(options) => demo::demo(options).await,
        Command::Check { config } => check::check(&config).await,
        Command::Migrate { config } => run::migrate(&config).await,
        Command::Config { config, command } => config::obey(&config, command).await,
        Command::Module {
            config,
            lang,
            command,
        } => module::obey(&config, lang, command).await,
        Command::Profile { command } => profiles::obey(&command),
        Command::Operations {
            config,
            open,
            module,
            limit,
        } => operations::list(&config, open, module, limit).await,
        Command::Operation { config, id } => operations::show(&config, id).await,
    }
}
