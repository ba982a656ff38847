//! `zelf demo`: the whole world on this machine: our server, and a bank, four services, an inbox and a story page that are not
//! ours.

mod lan;
mod staff;
#[cfg(test)]
mod tests;
mod world;

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{serve, telemetry};
use crate::config::Config;
use crate::wire;

/// Options of `zelf demo`.
#[derive(Args)]
pub struct DemoArgs {
    /// Where the world keeps its data: target/demo, with --lan target/demo-lan.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// First of fourteen ports on this machine; 0 takes free ones.
    #[arg(long, default_value_t = 8400)]
    port: u16,
    /// For phones: everything over HTTPS on the local network.
    #[arg(long)]
    lan: bool,
    /// This machine's address there, when it is not found by itself.
    #[arg(long, requires = "lan", value_name = "IPV4")]
    lan_address: Option<Ipv4Addr>,
    /// Forget the world before; what phones were told to trust stays.
    #[arg(long)]
    reset: bool,
    /// The built phone app.
    #[arg(long, default_value = "phone/dist")]
    app_dist: PathBuf,
    /// The registry of banks.
    #[arg(long, default_value = "deploy/banks.toml")]
    banks: PathBuf,
}

pub async fn run(args: DemoArgs) -> ExitCode {
    telemetry::start(true);
    match play(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("zelf demo: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// Its folder, its files.
fn lay_out(args: &DemoArgs) -> Result<world::World, String> {
    let usual = if args.lan { "target/demo-lan" } else { "target/demo" };
    let dir = args.dir.clone().unwrap_or_else(|| usual.into());
    if args.reset && dir.exists() {
        forget(&dir)?;
    }
    std::fs::create_dir_all(&dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    world::World::lay_out(&dir, args)
}

async fn play(args: DemoArgs) -> Result<(), String> {
    let world = lay_out(&args)?;
    let config = Config::read(&world.config_file)?;
    let wired = wire::wire(&config).await?;
    let mut others = world.start_others(&wired).await?;
    let invited = staff::invite(&wired.world).await?;
    let running = serve::start(&config, wired).await?;
    world.write_demo_json(running.ops, &invited)?;
    println!("{}", world.table());
    if let Some(invitation) = world.invitation() {
        println!("{invitation}");
    }
    if !invited.is_empty() {
        println!("{}", staff::table(&invited));
    }
    println!("ready");
    tokio::select! {
        () = serve::stopped() => {}
        Some(ended) = others.join_next() => eprintln!("zelf demo: a part of the world ended: {ended:?}"),
    }
    others.shutdown().await;
    running.stop().await;
    Ok(())
}

/// Removes what a demo world wrote, and nothing else that may lie in the folder.
fn forget(dir: &std::path::Path) -> Result<(), String> {
    const WRITTEN: [&str; 11] = [
        "zelf",
        "pki",
        "people",
        "bank.db",
        "bank.db-wal",
        "bank.db-shm",
        "service.key",
        "partners.key",
        "zelf.toml",
        "demo.json",
        "ports.json",
    ];
    for name in WRITTEN {
        let path = dir.join(name);
        let gone = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        match gone {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(format!("{}: {e}", path.display())),
            _ => {}
        }
    }
    Ok(())
}
