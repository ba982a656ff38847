//! `zelf demo`: the whole world on this machine: our server, and a bank, a service, an inbox and a story page that are not
//! ours.

mod world;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{serve, telemetry};
use crate::config::Config;
use crate::wire;

/// Options of `zelf demo`.
#[derive(Args)]
pub struct DemoArgs {
    /// Where the world keeps its data.
    #[arg(long, default_value = "target/demo")]
    dir: PathBuf,
    /// First of eleven ports on this machine; 0 takes free ones.
    #[arg(long, default_value_t = 8400)]
    port: u16,
    /// Forget the world before.
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

async fn play(args: DemoArgs) -> Result<(), String> {
    if args.reset && args.dir.exists() {
        forget(&args.dir)?;
    }
    std::fs::create_dir_all(&args.dir).map_err(|e| format!("{}: {e}", args.dir.display()))?;
    let world = world::World::lay_out(&args.dir, args.port, &args.app_dist, &args.banks)?;
    let config = Config::read(&world.config_file)?;
    let wired = wire::wire(&config).await?;
    let mut others = world.start_others(&wired).await?;
    let running = serve::start(&config, wired).await?;
    world.write_demo_json(running.ops)?;
    println!("{}", world.table());
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
    const WRITTEN: [&str; 10] = [
        "zelf",
        "pki",
        "people",
        "bank.db",
        "bank.db-wal",
        "bank.db-shm",
        "service.key",
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
