//! `zelf bench`: what a login costs. `docs/benchmark.md` tells how to read the numbers.

mod config;
mod console;
mod floor;
mod login;
mod partner;
mod proc;
mod report;
mod seed;
mod server;
mod window;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};
use demo::phone::Operator;
use reqwest::Client;
use tokio::sync::Mutex;

use floor::Floor;
use login::Account;
use partner::Partner;
use report::{Facts, Report};
use server::{Server, Site};
use window::{Field, Shape, Window};

/// Any failure of the bench itself, in words.
type Fail = Box<dyn std::error::Error + Send + Sync>;

/// Whoever knows it owns the bench's phones, and the bench's database holds nothing else.
const SEED: &str = "zelf bench";

#[derive(Args)]
pub struct BenchArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Full logins, one after another, as many side by side as asked.
    Login(LoginArgs),
    /// The helpdesk's console, with very many accounts.
    Console(console::ConsoleArgs),
}

#[derive(Args)]
struct LoginArgs {
    /// JSON instead of a table.
    #[arg(long)]
    json: bool,
    #[arg(long, default_value_t = 10_000)]
    accounts: u64,
    #[arg(long, default_value_t = 3)]
    windows: u32,
    /// Length of a window.
    #[arg(long, default_value_t = 10)]
    secs: u64,
    /// Logins side by side.
    #[arg(short, long, default_value_t = 32)]
    concurrency: usize,
    /// `sqlite:FILE` or `postgres://…`, empty; a fresh SQLite file when left out.
    #[arg(long)]
    database: Option<String>,
    /// Mix in refusals, silence, wrong codes and replays, and see that none is taken.
    #[arg(long)]
    faults: bool,
    /// Where config, database and logs lie; removed afterwards unless given.
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
    /// Another binary to measure.
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
}

pub async fn run(args: BenchArgs) -> ExitCode {
    let args = match args.what {
        What::Login(args) => args,
        What::Console(args) => {
            return match console::run(&args).await {
                Ok(true) => ExitCode::SUCCESS,
                Ok(false) => ExitCode::from(3),
                Err(e) => {
                    eprintln!("bench: {e}");
                    ExitCode::FAILURE
                }
            };
        }
    };
    let folder =
        args.keep.clone().unwrap_or_else(|| std::env::temp_dir().join(format!("zelf-bench-{}", std::process::id())));
    let outcome = login(&args, folder.clone()).await;
    if args.keep.is_none() && outcome.is_ok() {
        // What cannot be removed is the temporary folder's keeper's.
        let _ = std::fs::remove_dir_all(&folder);
    }
    match outcome {
        Ok(report) => {
            if args.json {
                println!("{:#}", report.to_json());
            } else {
                println!("{}", report.to_table());
            }
            if report.void().is_some() { ExitCode::from(3) } else { ExitCode::SUCCESS }
        }
        Err(e) => {
            eprintln!("bench: {e}");
            ExitCode::FAILURE
        }
    }
}

async fn login(args: &LoginArgs, folder: PathBuf) -> Result<Report, Fail> {
    let key = partner::key()?;
    let binary = args.binary.clone().map_or_else(std::env::current_exe, Ok)?;
    let site = Site::lay_out(&folder, &binary, args.database.as_deref(), &key)?;
    say("seeding");
    let seeding = site.seed(args.accounts, SEED)?;
    let http =
        Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(Duration::from_secs(30)).build()?;
    let (server, _) = site.start(&http).await?;
    let (server, start) = restart(&site, server, &http).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let rss_idle_kib = server.rss_kib();

    let field = Arc::new(field(args, &site, http, key).await?);
    let windows = measure(args, &field, &server).await?;
    let facts = Facts {
        variant: variant(args),
        commit: commit(),
        machine: proc::machine_line(),
        accounts: args.accounts,
        concurrency: args.concurrency,
        fsync_us: proc::fsync_micros(&site.folder)?,
        start_ms: start.as_secs_f64() * 1000.0,
        rss_idle_kib,
        rss_loaded_kib: server.rss_kib(),
        seed_seconds: seeding.as_secs_f64(),
    };
    Ok(Report { facts, windows })
}

/// Kills and starts again, three times: the median start on a database that exists.
async fn restart(site: &Site, mut server: Server, http: &Client) -> Result<(Server, Duration), Fail> {
    let mut starts = Vec::new();
    for _ in 0..3 {
        server.kill()?;
        let (again, start) = site.start(http).await?;
        server = again;
        starts.push(start);
    }
    starts.sort_unstable();
    Ok((server, starts.get(1).copied().unwrap_or_default()))
}

async fn field(args: &LoginArgs, site: &Site, http: Client, key: protocol::jose::SigningKey) -> Result<Field, Fail> {
    let actors = args.concurrency.max(1);
    let mut accounts: Vec<Vec<Account>> = (0..actors).map(|_| Vec::new()).collect();
    for i in 0..args.accounts.min(demo::phone::seed::MAX_PHONES) {
        let actor = usize::try_from(i)? % actors;
        if let Some(mine) = accounts.get_mut(actor) {
            mine.push(Account::seeded(SEED, i)?);
        }
    }
    Ok(Field {
        login: format!("{}/login", site.issuer).parse()?,
        operator: Operator::discover(&http, &site.issuer, None).await?,
        partner: Partner::discover(http.clone(), &site.issuer, key).await?,
        accounts: accounts.into_iter().map(Mutex::new).collect(),
        faults: args.faults,
        database: is_postgres(args).then_some("postgres"),
        http,
    })
}

/// Warm-up with everything checked, then the windows, each between two looks at the floor.
async fn measure(args: &LoginArgs, field: &Arc<Field>, server: &Server) -> Result<Vec<Window>, Fail> {
    say("warming up");
    let warm = window::run(field, server, Shape { time: Duration::from_secs(3), check_every: 1 }).await?;
    if warm.logins == 0 || warm.wrongly_accepted > 0 {
        return Ok(vec![warm]);
    }
    let expected = warm.logins as f64 / warm.seconds * args.secs as f64 * 1.5;
    let floor = Arc::new(Floor::new()?);
    let mut windows = Vec::new();
    for at in 1..=args.windows {
        say(&format!("window {at} of {}", args.windows));
        field.partner.presign(expected as usize)?;
        let before = look(&floor).await?;
        let shape = Shape { time: Duration::from_secs(args.secs), check_every: 50 };
        let mut window = window::run(field, server, shape).await?;
        window.floor_us = f64::midpoint(before, look(&floor).await?);
        window.floor_ratio = window.floor_us / window.server_cpu_us;
        windows.push(window);
    }
    Ok(windows)
}

async fn look(floor: &Arc<Floor>) -> Result<f64, Fail> {
    let floor = Arc::clone(floor);
    tokio::task::spawn_blocking(move || floor.measure(Duration::from_secs(2))).await?
}

fn is_postgres(args: &LoginArgs) -> bool {
    // `postgres://…` or libpq's `host=… dbname=…`.
    args.database.as_ref().is_some_and(|d| !d.starts_with("sqlite:"))
}

fn variant(args: &LoginArgs) -> String {
    let database = if is_postgres(args) { "PostgreSQL" } else { "SQLite synchronous=FULL" };
    let faults = if args.faults { ", with faults" } else { "" };
    format!("login: private_key_jwt, PKCE, ES256 ID token, userinfo, phone polls, no TLS; {database}{faults}")
}

fn commit() -> String {
    let git = std::process::Command::new("git").args(["rev-parse", "--short", "HEAD"]).output();
    let text = git.ok().filter(|o| o.status.success()).and_then(|o| String::from_utf8(o.stdout).ok());
    text.map_or_else(|| "unknown".into(), |t| t.trim().to_owned())
}

/// Progress for a person; results go to stdout.
fn say(what: &str) {
    eprintln!("bench: {what}");
}
