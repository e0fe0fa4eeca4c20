//! The repository's own tools. `cargo xtask test` checks everything from a bare machine on; `cargo xtask tidy` checks
//! the rules that no compiler knows; `cargo xtask bench` measures.

mod bench;
mod install;
mod new_provider;
mod processes;
mod repository;
mod services;
mod stopwatch;
mod tally;
mod test;
mod tidy;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The repository's own tools")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Installs what is missing, starts the servers that the tests need, checks and tests everything
    Test(test::Options),
    /// Measures payments a second, latencies and memory, beside what the machine gives by itself
    Bench(bench::Options),
    /// Begins a new provider: a profile that loads, its place in the lists, and the steps that follow
    NewProvider(new_provider::Options),
    /// Checks the rules of the house: layering, floats, clocks, links, file lengths and the like
    Tidy,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().task {
        Task::Test(options) => test::run(&options),
        Task::Bench(options) => bench::run(&options),
        Task::NewProvider(options) => new_provider::run(&options),
        Task::Tidy => tidy::run(),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
