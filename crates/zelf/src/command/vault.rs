//! `zelf vault`: the vault in a process of its own, so that the web tier cannot reach its keys even when taken over.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::serve::{settle, stopped};
use super::telemetry;
use crate::config::Config;
use crate::wire;

/// Options of `zelf vault`.
#[derive(Args)]
pub struct VaultArgs {
    /// The configuration file; `vault.socket` says where to listen.
    #[arg(long, default_value = "zelf.toml")]
    config: PathBuf,
}

pub async fn run(args: VaultArgs) -> ExitCode {
    telemetry::start(false);
    match serve(&args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("zelf vault: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(args: &VaultArgs) -> Result<(), String> {
    let config = Config::read(&args.config)?;
    let socket = config.vault.socket.clone().ok_or("vault.socket is not set in the configuration")?;
    let vault = wire::vault_here(&config).await?;
    tracing::info!(socket = %socket.display(), "the vault listens");
    tokio::select! {
        () = stopped() => {}
        () = settle(vault.clone()) => {}
        ended = vault::serve(vault.clone(), &socket) => ended.map_err(|e| format!("{}: {e}", socket.display()))?,
    }
    vault.settle().await.map_err(|e| e.to_string())
}
