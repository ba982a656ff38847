//! `zelf bench console`: how long the helpdesk waits for its console when there are very many accounts.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use clap::Args;
use domain::helpdesk::Role;
use journeys::World;
use journeys::helpdesk::invite::{self, By, Registration};
use journeys::helpdesk::relying_party;
use protocol::jose::{b64u, sha256};
use reqwest::{Client, Method};
use tokio::task::JoinSet;

use super::{Fail, say, seed};
use crate::command::serve::listen;
use crate::config::Config;
use crate::wire;

/// What the console must answer within (issue: the life of an account).
const BAR: Duration = Duration::from_millis(50);
const WHY: &str = "called back about a lost phone";

#[derive(Args)]
pub struct ConsoleArgs {
    #[arg(long, default_value_t = 1_000_000)]
    accounts: u64,
    /// Open cases; ten lines of the log come with each.
    #[arg(long, default_value_t = 10_000)]
    cases: u64,
    /// Requests of each kind.
    #[arg(long, default_value_t = 300)]
    rounds: u64,
    /// Where config and database lie; removed afterwards unless given. One that is filled already is used as it is.
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
}

/// Runs it; true when every page was quick enough.
///
/// # Errors
/// What did not start or answer.
pub async fn run(args: &ConsoleArgs) -> Result<bool, Fail> {
    let own = std::env::temp_dir().join(format!("zelf-bench-{}", std::process::id()));
    let folder = args.keep.clone().unwrap_or(own);
    let outcome = measure(args, &folder).await;
    if args.keep.is_none() {
        // What cannot be removed is the temporary folder's keeper's.
        let _ = std::fs::remove_dir_all(&folder);
    }
    outcome
}

async fn measure(args: &ConsoleArgs, folder: &Path) -> Result<bool, Fail> {
    std::fs::create_dir_all(folder)?;
    let file = folder.join("zelf.toml");
    std::fs::write(
        &file,
        "issuer = \"http://localhost:1\"\napp = \"http://localhost:2\"\nconsole = \"http://localhost:3\"\n",
    )?;
    let filled = folder.join("filled");
    let wired = wire::wire(&Config::read(&file)?).await?;
    if !filled.exists() {
        say("seeding");
        seed::fill(&wired.world, args.accounts, args.cases).await?;
        std::fs::write(&filled, "")?;
    }
    let mut tasks = JoinSet::new();
    let address = listen(&mut tasks, "127.0.0.1:0", web::routes::console_router(wired.doors.clone())).await?;
    let http = Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let base = format!("http://{address}");
    let lead = Desk::open(&http, &base, &wired.world, Role::Lead).await?;
    let auditor = Desk::open(&http, &base, &wired.world, Role::Auditor).await?;
    say("measuring");
    let table = rounds(args, &lead, &auditor).await?;
    println!("console at {} accounts, {} open cases, {} requests of each kind", args.accounts, args.cases, args.rounds);
    println!("{:<16} {:>9} {:>9} {:>9}", "page", "p50 ms", "p99 ms", "worst ms");
    let mut quick = true;
    for (name, mut times) in table {
        times.sort_unstable();
        let at = |part: usize| times.get((times.len() * part / 100).min(times.len() - 1)).copied().unwrap_or_default();
        let [p50, p99, worst] = [at(50), at(99), at(100)].map(|time| time.as_secs_f64() * 1000.0);
        println!("{name:<16} {p50:>9.2} {p99:>9.2} {worst:>9.2}");
        quick &= at(99) < BAR;
    }
    println!("{}", if quick { "every page within 50 ms (p99)" } else { "TOO SLOW: a page took 50 ms or more (p99)" });
    tasks.shutdown().await;
    Ok(quick)
}

type Times = Vec<(&'static str, Vec<Duration>)>;

async fn rounds(args: &ConsoleArgs, lead: &Desk<'_>, auditor: &Desk<'_>) -> Result<Times, Fail> {
    let mut times: Times =
        ["search", "nobody", "look", "cases", "case", "log", "log by staff"].map(|n| (n, Vec::new())).into();
    for round in 0..args.rounds {
        let i = round.wrapping_mul(0x9e37_79b9) % args.accounts.min(1_000_000);
        let (number, nobody) = (seed::number(i), format!("+32499{round:06}"));
        let case = format!("/case/{}", seed::reference(round % args.cases.max(1)));
        let (search, look) = lead.search(&number).await?;
        let all = [
            search,
            lead.search(&nobody).await?.0,
            lead.get(&look).await?,
            lead.get("/cases").await?,
            lead.get(&case).await?,
            auditor.get("/log").await?,
            auditor.get("/log?by=staff&value=seed").await?,
        ];
        for ((_, times), took) in times.iter_mut().zip(all) {
            times.push(took);
        }
    }
    Ok(times)
}

/// Somebody inside.
struct Desk<'a> {
    http: &'a Client,
    base: &'a str,
    cookie: String,
    csrf: String,
}

impl<'a> Desk<'a> {
    /// Joins by an invitation, with a key made of software.
    async fn open(http: &'a Client, base: &'a str, world: &World, role: Role) -> Result<Desk<'a>, Fail> {
        let name = format!("bench.{}", b64u(world.entropy::<6>()).to_lowercase().replace(['_', '-'], "x"));
        let failed = |e| format!("{e:?}");
        let code = invite::add(world, By::Operator, &name, role).await.map_err(failed)?;
        let half = invite::accept(world, "bench", &name, &code, "four loose words here").await.map_err(failed)?;
        let ask = invite::ask_key(world, &half).await.map_err(failed)?;
        let new = new_key(&world.settings.console, &ask.challenge)?;
        let cookie = invite::register(world, &half, &new).await.map_err(failed)?;
        let mut desk = Desk { http, base, cookie, csrf: String::new() };
        let page = if role == Role::Auditor { "/log" } else { "/cases" };
        let body = desk.send(Method::GET, page, &[]).await?.1.text().await?;
        let csrf = body.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        csrf.ok_or("the page has no form of a session")?.clone_into(&mut desk.csrf);
        Ok(desk)
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        form: &[(&str, &str)],
    ) -> Result<(Duration, reqwest::Response), Fail> {
        let request =
            self.http.request(method, format!("{}{path}", self.base)).header("cookie", format!("desk={}", self.cookie));
        let request = if form.is_empty() { request } else { request.form(form) };
        let start = Instant::now();
        let answer = request.send().await?;
        if answer.status().is_client_error() || answer.status().is_server_error() {
            return Err(format!("{path}: {}", answer.status()).into());
        }
        Ok((start.elapsed(), answer))
    }

    async fn get(&self, path: &str) -> Result<Duration, Fail> {
        let start = Instant::now();
        self.send(Method::GET, path, &[]).await?.1.bytes().await?;
        Ok(start.elapsed())
    }

    /// The time, and where the account is shown.
    async fn search(&self, number: &str) -> Result<(Duration, String), Fail> {
        let form = [("query", "number"), ("typed", number), ("reason", WHY), ("csrf", self.csrf.as_str())];
        let (took, answer) = self.send(Method::POST, "/search", &form).await?;
        let location = answer.headers().get("location").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        Ok((took, location))
    }
}

/// What a browser would bring from a new key.
fn new_key(origin: &str, challenge: &str) -> Result<Registration, Fail> {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).map_err(|e| e.to_string())?;
    let point = pair.public_key().as_ref();
    let (x, y) = (point.get(1..33).unwrap_or_default(), point.get(33..).unwrap_or_default());
    let id = sha256(point);
    let client = format!(r#"{{"type":"webauthn.create","challenge":"{challenge}","origin":"{origin}"}}"#);
    let head = [&sha256(relying_party(origin).as_bytes())[..], &[0x45], &[0; 4], &[0; 16], &[0, 32], &id].concat();
    let data = [&head[..], b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20", x, b"\x22\x58\x20", y].concat();
    let spki =
        b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";
    Ok(Registration {
        client_data: b64u(client),
        authenticator_data: b64u(data),
        spki: b64u([&spki[..], point].concat()),
    })
}
