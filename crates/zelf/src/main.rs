//! The program: `zelf <command>`.

mod command;
mod config;
mod expiry;
mod wire;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Many small values live for one request. This one gives out first what was freed last: allocators that go round their pages
/// wait for memory at nearly every value, a twentieth of a login.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[derive(Parser)]
#[command(name = "zelf", version, about = "Mobile identity that you can host yourself")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server.
    Serve(command::serve::ServeArgs),
    /// Run the vault in a process of its own.
    Vault(command::vault::VaultArgs),
    /// Run the whole demo world on this machine.
    Demo(command::demo::DemoArgs),
    /// What a login costs.
    Bench(command::bench::BenchArgs),
    /// The keys that sign tokens and open what partners encrypt.
    Keys(command::keys::KeysArgs),
    /// People of the helpdesk.
    Staff(command::staff::StaffArgs),
    /// Services that log people in.
    Partner(command::partner::PartnerArgs),
    /// What a partner of the compatible mount does.
    Service(command::service::ServiceArgs),
    /// Fill a database with computed phones, for benchmarks.
    Seed(command::seed::SeedArgs),
    /// A phone in the terminal.
    Phone(Box<command::phone::PhoneArgs>),
    /// An identity card made of software, for tests and the demo.
    VirtualCard(Box<command::virtual_card::VirtualCardArgs>),
}

#[tokio::main]
async fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Serve(args) => command::serve::run(args).await,
        Command::Vault(args) => command::vault::run(args).await,
        Command::Demo(args) => command::demo::run(args).await,
        Command::Bench(args) => command::bench::run(args).await,
        Command::Keys(args) => command::keys::run(&args),
        Command::Staff(args) => command::staff::run(args).await,
        Command::Partner(args) => command::partner::run(args).await,
        Command::Service(args) => command::service::run(args).await,
        Command::Seed(args) => command::seed::run(args).await,
        Command::Phone(args) => command::phone::run(*args).await,
        Command::VirtualCard(args) => command::virtual_card::run(*args).await,
    }
}
