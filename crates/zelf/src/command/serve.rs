//! `zelf serve`: the server, in the foreground.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use axum::Router;
use clap::Args;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use web::tls::{self, Tls};

use super::telemetry;
use crate::config::Config;
use crate::wire::{self, Wired};

/// Options of `zelf serve`.
#[derive(Args)]
pub struct ServeArgs {
    /// The configuration file.
    #[arg(long, default_value = "zelf.toml")]
    config: PathBuf,
    /// Write the addresses here (JSON) once every listener stands.
    #[arg(long)]
    ready_file: Option<PathBuf>,
}

pub async fn run(args: ServeArgs) -> ExitCode {
    telemetry::start(false);
    match serve(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("zelf serve: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(args: ServeArgs) -> Result<(), String> {
    let config = Config::read(&args.config)?;
    let wired = wire::wire(&config).await?;
    let mut running = start(&config, wired).await?;
    if let Some(file) = &args.ready_file {
        let addresses =
            serde_json::json!({ "issuer": config.issuer, "app": config.app, "ops": running.ops.to_string() });
        std::fs::write(file, addresses.to_string()).map_err(|e| format!("{}: {e}", file.display()))?;
    }
    tracing::info!(issuer = config.issuer, app = config.app, ops = %running.ops, "serving");
    tokio::select! {
        () = stopped() => {}
        Some(ended) = running.tasks.join_next() => tracing::error!(?ended, "a part of the server ended"),
    }
    running.stop().await;
    Ok(())
}

/// A server that runs.
pub struct Running {
    pub ops: SocketAddr,
    tasks: JoinSet<()>,
    vault: Option<std::sync::Arc<vault::Vault>>,
}

impl Running {
    /// Ends everything; the vault's good news is written first.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
        if let Some(vault) = self.vault
            && let Err(error) = vault.settle().await
        {
            tracing::error!(%error, "the vault could not settle");
        }
    }
}

/// Starts listeners and the work beside them.
pub async fn start(config: &Config, wired: Wired) -> Result<Running, String> {
    let Wired { world, vault, doors, ops } = wired;
    let mut tasks = JoinSet::new();
    if let Some(files) = config.tls.as_ref().filter(|_| !config.listen.mtls.is_empty()) {
        let asking = Tls::asking(&files.certificate, &files.key)?;
        listen_with(&mut tasks, &config.listen.mtls, web::routes::site_router(doors.clone()), Some(&asking)).await?;
    }
    let tls = config.tls.as_ref().map(|tls| Tls::read(&tls.certificate, &tls.key)).transpose()?;
    let tls = tls.as_ref();
    let console = doors.clone();
    listen_with(&mut tasks, &config.listen.issuer, web::routes::site_router(doors.clone()), tls).await?;
    listen_with(&mut tasks, &config.listen.app, web::routes::app_router(doors), tls).await?;
    if !config.listen.console.is_empty() {
        // A security key speaks on a secure page only: TLS here, or a proxy in front, or this very machine.
        let tls = tls.filter(|_| config.console.starts_with("https://"));
        listen_with(&mut tasks, &config.listen.console, web::routes::console_router(console), tls).await?;
    }
    let ops = listen(&mut tasks, &config.listen.ops, web::ops::router(ops)).await?;
    tasks.spawn(journeys::deliver::run(world.clone()));
    tasks.spawn(journeys::call_partners::run(world.clone()));
    tasks.spawn(journeys::keys::watch(world.clone()));
    tasks.spawn(journeys::partners::run(world.clone()));
    tasks.spawn(journeys::tidy::run(world));
    if let Some(vault) = vault.clone() {
        tasks.spawn(settle(vault));
    }
    Ok(Running { ops, tasks, vault })
}

/// Writes the vault's good news every second.
pub async fn settle(vault: std::sync::Arc<vault::Vault>) {
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        if let Err(error) = vault.settle().await {
            tracing::error!(%error, "the vault could not settle");
        }
    }
}

/// Serves `router` at `address`, over TLS where there is a certificate.
pub async fn listen_with(
    tasks: &mut JoinSet<()>,
    address: &str,
    router: Router,
    tls: Option<&Tls>,
) -> Result<SocketAddr, String> {
    match tls {
        Some(tls) => tls::listen(tasks, address, router, tls).await,
        None => listen(tasks, address, router).await,
    }
}

/// Serves `router` at `address`; gives the address the system chose.
pub async fn listen(tasks: &mut JoinSet<()>, address: &str, router: Router) -> Result<SocketAddr, String> {
    let listener = TcpListener::bind(address).await.map_err(|e| format!("{address}: {e}"))?;
    let chosen = listener.local_addr().map_err(|e| e.to_string())?;
    tasks.spawn(async move {
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        if let Err(error) = axum::serve(listener, service).await {
            tracing::error!(%error, "a listener ended");
        }
    });
    Ok(chosen)
}

/// Ctrl-C, or SIGTERM from a service manager.
pub async fn stopped() {
    let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    match terminate {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}
