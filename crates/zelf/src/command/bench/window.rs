//! One timed window: C logins side by side, and what they cost the server.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use demo::phone::{Door, Operator};
use reqwest::{Client, Url};
use serde::Serialize;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use super::login::{Account, Actor, Failed, Play};
use super::partner::Partner;
use super::server::Server;
use super::{Fail, proc};

/// Faults of a hundred logins when they are asked for: 2 refused, 3 never answered, 1 wrong code, 1 replayed.
const FAULTS: [(u64, Play); 7] = [
    (7, Play::Refused),
    (57, Play::Refused),
    (17, Play::NeverAnswered),
    (47, Play::NeverAnswered),
    (87, Play::NeverAnswered),
    (27, Play::WrongCode),
    (77, Play::Replayed),
];

/// What all windows share.
pub struct Field {
    pub http: Client,
    pub login: Url,
    pub operator: Operator,
    pub partner: Partner,
    /// Split between the actors, so that no phone is in two logins at once.
    pub accounts: Vec<Mutex<Vec<Account>>>,
    pub faults: bool,
    /// Database processes whose time counts too.
    pub database: Option<&'static str>,
}

/// How long, and what is looked at.
#[derive(Clone, Copy)]
pub struct Shape {
    pub time: Duration,
    /// One login in so many is verified to the last signature.
    pub check_every: u64,
    /// So many logins begin in a second, at even intervals; without it each follows the one before.
    pub rate: Option<f64>,
}

/// What one window gave.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Window {
    pub logins: u64,
    /// Faults played and rightly refused.
    pub faults: u64,
    pub failed: u64,
    pub wrongly_accepted: u64,
    pub seconds: f64,
    pub server_cpu_us: f64,
    pub floor_us: f64,
    pub floor_ratio: f64,
    pub statements: f64,
    /// Of the server's own clock, per second, whether anybody logs in or not.
    pub clock_statements: f64,
    pub commits: f64,
    pub logical_transactions: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// Share of one core that somebody else took, and share the hypervisor took, in percent.
    pub others_percent: f64,
    pub steal_percent: f64,
    /// First of the failures, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_failure: Option<String>,
}

impl Window {
    /// A neighbour took so much that the caches were not ours either.
    pub fn is_noisy(&self) -> bool {
        self.steal_percent > 5.0 || self.others_percent > 20.0
    }
}

#[derive(Default)]
struct Tally {
    started: AtomicU64,
    logins: AtomicU64,
    faults: AtomicU64,
    failed: AtomicU64,
    wrongly_accepted: AtomicU64,
    first_failure: Mutex<Option<String>>,
    latencies: Mutex<Vec<Duration>>,
}

/// Runs one window and measures the server around it.
pub async fn run(field: &Arc<Field>, server: &Server, shape: Shape) -> Result<Window, Fail> {
    let tally = Arc::new(Tally::default());
    let before = Reading::take(field, server).await?;
    let start = Instant::now();
    let mut actors = JoinSet::new();
    for at in 0..field.accounts.len() {
        actors.spawn(act(Arc::clone(field), at, shape, start, Arc::clone(&tally)));
    }
    while let Some(ended) = actors.join_next().await {
        ended?;
    }
    let seconds = start.elapsed().as_secs_f64();
    let after = Reading::take(field, server).await?;
    Ok(weigh(&tally, &before, &after, seconds).await)
}

/// Counters and clocks at one moment.
struct Reading {
    counters: HashMap<String, f64>,
    server: u64,
    /// Generator, server and database.
    ours: u64,
    machine: proc::Machine,
}

/// Transactions that run so many times a second however many people log in.
const CLOCK: [&str; 5] = ["call_partners.claim", "deliver.claim", "partners.refresh", "tidy", "tidy.erase"];

impl Reading {
    async fn take(field: &Field, server: &Server) -> Result<Self, Fail> {
        Ok(Reading {
            counters: server.counters().await?,
            server: proc::cpu_micros(server.pid(), field.database),
            // The server is our child.
            ours: proc::cpu_micros(std::process::id(), field.database),
            machine: proc::Machine::now(),
        })
    }

    fn counter(&self, name: &str) -> f64 {
        self.counters.get(name).copied().unwrap_or(f64::NAN)
    }

    /// Statements that the clock causes.
    fn ticks(&self) -> f64 {
        let of = |name: &&str| format!("zelf_tx_statements_total{{database=\"platform\",name=\"{name}\"}}");
        CLOCK.iter().filter_map(|name| self.counters.get(&of(name))).sum()
    }
}

async fn weigh(tally: &Tally, before: &Reading, after: &Reading, seconds: f64) -> Window {
    let logins = tally.logins.load(Ordering::Relaxed);
    let per_login = |total: f64| total / (logins.max(1) as f64);
    let counted = |name: &str| per_login(after.counter(name) - before.counter(name));
    let ticks = after.ticks() - before.ticks();
    let micros = |after: u64, before: u64| after.saturating_sub(before) as f64;
    let percent = |micros: f64| micros / (seconds * 10_000.0);
    let others = micros(after.machine.busy, before.machine.busy) - micros(after.ours, before.ours);
    let mut latencies = tally.latencies.lock().await;
    latencies.sort_unstable();
    Window {
        logins,
        faults: tally.faults.load(Ordering::Relaxed),
        failed: tally.failed.load(Ordering::Relaxed),
        wrongly_accepted: tally.wrongly_accepted.load(Ordering::Relaxed),
        seconds,
        server_cpu_us: per_login(micros(after.server, before.server)),
        statements: counted("zelf_statements_total") - per_login(ticks),
        clock_statements: ticks / seconds,
        commits: counted("zelf_commits_total"),
        logical_transactions: counted("zelf_logical_transactions_total"),
        p50_ms: quantile(&latencies, 50),
        p99_ms: quantile(&latencies, 99),
        others_percent: percent(others.max(0.0)),
        steal_percent: percent(micros(after.machine.steal, before.machine.steal)),
        first_failure: tally.first_failure.lock().await.clone(),
        ..Window::default()
    }
}

/// One actor: login after login until the window closes.
async fn act(field: Arc<Field>, at: usize, shape: Shape, begun: Instant, tally: Arc<Tally>) {
    let actor = Actor {
        http: field.http.clone(),
        login: field.login.clone(),
        door: Door::new(field.http.clone(), &field.operator.known.app),
        operator: &field.operator,
        partner: &field.partner,
    };
    let Some(mine) = field.accounts.get(at) else { return };
    let mut accounts = mine.lock().await;
    let (deadline, mut slot) = (begun + shape.time, at);
    while Instant::now() < deadline {
        if let Some(rate) = shape.rate {
            let due = begun + Duration::from_secs_f64(slot as f64 / rate);
            slot += field.accounts.len();
            tokio::time::sleep_until(due.min(deadline).into()).await;
            if due >= deadline {
                return;
            }
        }
        let turn = tally.started.fetch_add(1, Ordering::Relaxed);
        let play = if field.faults { fault(turn) } else { Play::Good };
        let Some(account) = accounts.first_mut() else { return };
        let start = Instant::now();
        let outcome = actor.play(account, play, turn.is_multiple_of(shape.check_every)).await;
        // Round and round: the one just used goes to the end of the row.
        accounts.rotate_left(1);
        tally.count(play, outcome, start.elapsed()).await;
    }
}

fn fault(turn: u64) -> Play {
    FAULTS.iter().find(|(at, _)| turn % 100 == *at).map_or(Play::Good, |(_, play)| *play)
}

impl Tally {
    async fn count(&self, play: Play, outcome: Result<(), Failed>, took: Duration) {
        let words = match outcome {
            Ok(()) if matches!(play, Play::Refused | Play::NeverAnswered) => {
                self.faults.fetch_add(1, Ordering::Relaxed);
                return;
            }
            Ok(()) => {
                self.logins.fetch_add(1, Ordering::Relaxed);
                self.faults.fetch_add(u64::from(play != Play::Good), Ordering::Relaxed);
                self.latencies.lock().await.push(took);
                return;
            }
            Err(Failed::WronglyAccepted(what)) => {
                self.wrongly_accepted.fetch_add(1, Ordering::Relaxed);
                format!("wrongly accepted: {what}")
            }
            Err(Failed::Other(what)) => {
                self.failed.fetch_add(1, Ordering::Relaxed);
                what
            }
        };
        self.first_failure.lock().await.get_or_insert(words);
        // A server that refuses at once must not be hammered.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn quantile(sorted: &[Duration], percent: usize) -> f64 {
    sorted.get(sorted.len() * percent / 100).map_or(0.0, |d| d.as_secs_f64() * 1000.0)
}
