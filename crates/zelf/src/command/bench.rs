//! `zelf bench`: what a login costs. `docs/benchmark.md` tells how to read the numbers.

mod config;
mod console;
mod documents;
mod floor;
mod half_load;
mod login;
mod partner;
mod partner_keys;
mod proc;
mod report;
mod seed;
mod server;
mod variant;
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
use partner::{Keys, Partner};
use report::{Facts, Measured, Report};
use server::{Server, Site};
use variant::Variant;
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
    /// A folder with very many accounts, to be measured with `zelf bench login --keep`.
    Seed(SeedArgs),
    /// The helpdesk's console, with very many accounts.
    Console(console::ConsoleArgs),
}

#[derive(Args)]
struct SeedArgs {
    #[arg(long)]
    accounts: u64,
    /// Those of them whose phones log in, spread over the whole table.
    #[arg(long, default_value_t = 10_000)]
    active: u64,
    /// Where config, keys and database are laid.
    #[arg(long, value_name = "FOLDER")]
    keep: PathBuf,
    /// As of `bench login`.
    #[arg(long)]
    database: Option<String>,
}

#[derive(Args)]
struct LoginArgs {
    /// JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// Which relying parties: plain, compat, fapi, rs256; several with commas between.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "plain")]
    variant: Vec<Variant>,
    /// Seconds at half load, for the time the token door takes; 0: not measured.
    #[arg(long, default_value_t = 0)]
    half_load: u64,
    #[arg(long, default_value_t = 10_000)]
    accounts: u64,
    #[arg(long, default_value_t = 3)]
    windows: u32,
    /// Phones that log in, in turn, each once before it is measured.
    #[arg(long, default_value_t = 2_000)]
    phones: u64,
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
    /// Where config, database and logs lie; removed afterwards unless given. One that was seeded is used as it is.
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
    /// Another binary to measure.
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
}

pub async fn run(args: BenchArgs) -> ExitCode {
    let args = match args.what {
        What::Login(args) => args,
        What::Seed(args) => {
            return match seed_folder(&args) {
                Ok(()) => ExitCode::SUCCESS,
                Err(e) => {
                    eprintln!("bench: {e}");
                    ExitCode::FAILURE
                }
            };
        }
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

/// What a seeded folder holds.
#[derive(Clone, Copy, serde::Serialize, serde::Deserialize)]
struct Seeded {
    accounts: u64,
    active: u64,
    seconds: f64,
}

fn seed_folder(args: &SeedArgs) -> Result<(), Fail> {
    let site = Site::lay_out(&args.keep, &std::env::current_exe()?, args.database.as_deref(), "")?;
    let seeded = seed_site(&site, args.accounts, args.active)?;
    say(&format!("{} accounts in {:.0} s", seeded.accounts, seeded.seconds));
    Ok(())
}

fn seed_site(site: &Site, accounts: u64, active: u64) -> Result<Seeded, Fail> {
    say("seeding");
    let took = site.seed(accounts, active.min(accounts), SEED)?;
    let seeded = Seeded { accounts, active: active.min(accounts), seconds: took.as_secs_f64() };
    std::fs::write(site.folder.join("seeded.json"), serde_json::to_vec(&seeded)?)?;
    Ok(seeded)
}

async fn login(args: &LoginArgs, folder: PathBuf) -> Result<Report, Fail> {
    let keys = args.variant.iter().map(|variant| Keys::new(*variant)).collect::<Result<Vec<_>, _>>()?;
    let partners: String = keys.iter().map(Keys::toml).collect();
    let binary = args.binary.clone().map_or_else(std::env::current_exe, Ok)?;
    let site = Site::lay_out(&folder, &binary, args.database.as_deref(), &partners)?;
    let seeded = match std::fs::read(site.folder.join("seeded.json")) {
        Ok(told) => serde_json::from_slice(&told)?,
        Err(_) => seed_site(&site, args.accounts, 10_000)?,
    };
    let http =
        Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(Duration::from_secs(30)).build()?;
    let (server, _) = site.start(&http).await?;
    let (server, start) = restart(&site, server, &http).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let rss_idle_kib = server.rss_kib();

    let mut accounts = phones(args, seeded.active)?;
    let (mut measured, mut documents) = (Vec::new(), Vec::new());
    for keys in keys {
        let field = Arc::new(field(args, &site, http.clone(), keys, accounts).await?);
        documents.extend(field.partner.documents(&site.issuer));
        measured.push(measure(args, &field, &server).await?);
        accounts = Arc::into_inner(field).ok_or("an actor did not end")?.accounts;
    }
    documents.sort();
    documents.dedup();
    say("metadata and keys");
    let documents = documents::measure(&server, &documents, Duration::from_secs(3)).await?;
    let facts = Facts {
        database: if is_postgres(args) { "PostgreSQL" } else { "SQLite synchronous=FULL" }.into(),
        faults: args.faults,
        commit: commit(),
        machine: proc::machine_line(),
        accounts: seeded.accounts,
        concurrency: args.concurrency,
        fsync_us: proc::fsync_micros(&site.folder)?,
        start_ms: start.as_secs_f64() * 1000.0,
        rss_idle_kib,
        rss_loaded_kib: server.rss_kib(),
        seed_seconds: seeded.seconds,
    };
    Ok(Report { facts, measured, documents: Some(documents) })
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

/// The phones that log in, split between the actors.
fn phones(args: &LoginArgs, active: u64) -> Result<Vec<Mutex<Vec<Account>>>, Fail> {
    let actors = args.concurrency.max(1);
    let mut accounts: Vec<Vec<Account>> = (0..actors).map(|_| Vec::new()).collect();
    for n in 0..active.min(args.phones) {
        // Spread over all that were seeded.
        let i = n * active / active.min(args.phones).max(1);
        let actor = usize::try_from(n)? % actors;
        if let Some(mine) = accounts.get_mut(actor) {
            mine.push(Account::seeded(SEED, i)?);
        }
    }
    Ok(accounts.into_iter().map(Mutex::new).collect())
}

async fn field(
    args: &LoginArgs,
    site: &Site,
    http: Client,
    keys: Keys,
    accounts: Vec<Mutex<Vec<Account>>>,
) -> Result<Field, Fail> {
    for actor in &accounts {
        // Another relying party knows them by other names.
        actor.lock().await.iter_mut().for_each(Account::forget_subject);
    }
    Ok(Field {
        login: format!("{}/login", site.issuer).parse()?,
        operator: Operator::discover(&http, &site.issuer, None).await?,
        partner: Partner::discover(http.clone(), &site.issuer, keys).await?,
        accounts,
        faults: args.faults,
        database: is_postgres(args).then_some("postgres"),
        http,
    })
}

/// Warm-up with everything checked, then the windows, each between two looks at the floor.
async fn measure(args: &LoginArgs, field: &Arc<Field>, server: &Server) -> Result<Measured, Fail> {
    let variant = field.partner.variant();
    say(&format!("{}: warming up", variant.name()));
    let shape = |secs: u64, check_every| Shape { time: Duration::from_secs(secs), check_every, rate: None };
    let mut warm = window::run(field, server, shape(3, 1)).await?;
    if warm.logins == 0 || warm.wrongly_accepted > 0 {
        return Ok(Measured { variant, windows: vec![warm], half_load: None });
    }
    // Those who log in have done so before: the first login with a service writes what is shared with it.
    let mut met = warm.logins;
    while met < args.phones.min(args.accounts) {
        warm = window::run(field, server, shape(3, 50)).await?;
        if warm.logins == 0 || warm.wrongly_accepted > 0 {
            return Ok(Measured { variant, windows: vec![warm], half_load: None });
        }
        met += warm.logins;
    }
    let mut rate = warm.logins as f64 / warm.seconds;
    let floor = Arc::new(Floor::new(variant)?);
    let mut windows = Vec::new();
    for at in 1..=args.windows {
        say(&format!("{}: window {at} of {}", variant.name(), args.windows));
        // Pushing needs one more each.
        field.partner.presign((rate * args.secs as f64 * 3.0) as usize)?;
        let before = look(&floor, variant).await?;
        let mut window: Window = window::run(field, server, shape(args.secs, 50)).await?;
        window.floor_us = f64::midpoint(before, look(&floor, variant).await?);
        window.floor_ratio = window.floor_us / window.server_cpu_us;
        rate = window.logins as f64 / window.seconds;
        windows.push(window);
    }
    let half_load = match args.half_load {
        0 => None,
        secs => Some(half_load::measure(field, server, rate / 2.0, Duration::from_secs(secs)).await?),
    };
    Ok(Measured { variant, windows, half_load })
}

async fn look(floor: &Arc<Floor>, variant: Variant) -> Result<f64, Fail> {
    let floor = Arc::clone(floor);
    tokio::task::spawn_blocking(move || floor.measure(variant, Duration::from_secs(2))).await?
}

fn is_postgres(args: &LoginArgs) -> bool {
    // `postgres://…` or libpq's `host=… dbname=…`.
    args.database.as_ref().is_some_and(|d| !d.starts_with("sqlite:"))
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
