//! The program: `zelf <command>`.

mod command;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "zelf", version, about = "Mobile identity that you can host yourself")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// What a login costs.
    Bench(command::bench::BenchArgs),
    /// A phone in the terminal.
    Phone(command::phone::PhoneArgs),
}

#[tokio::main]
async fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Bench(args) => command::bench::run(args).await,
        Command::Phone(args) => command::phone::run(args).await,
    }
}
