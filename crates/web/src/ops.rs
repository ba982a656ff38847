//! For the operator, on a listener of its own: health and counters (Prometheus text).

use std::fmt::Write as _;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use db::Db;
use journeys::{World, keys};

/// What the operator is told about.
#[derive(Clone)]
pub struct Ops {
    world: World,
    /// The databases whose cost is counted: the platform's, and the vault's when it lives here.
    databases: Vec<(&'static str, Db)>,
    /// File and end (Unix seconds) of the certificate that our own TLS shows.
    certificate: Option<(String, i64)>,
}

impl Ops {
    pub fn new(world: World, databases: Vec<(&'static str, Db)>) -> Ops {
        Ops { world, databases, certificate: None }
    }

    #[must_use]
    pub fn with_certificate(self, file: String, end: i64) -> Ops {
        Ops { certificate: Some((file, end)), ..self }
    }

    /// Keys and certificate that end soon, each with what to do.
    fn due(&self) -> Vec<String> {
        let now = self.world.now();
        let mut due = keys::due(&self.world.keys.ends(), now);
        due.extend(self.certificate.as_ref().and_then(|(file, end)| keys::due_certificate(file, *end, now)));
        due
    }
}

pub fn router(ops: Ops) -> Router {
    Router::new().route("/health", get(health)).route("/metrics", get(metrics)).with_state(ops)
}

async fn health(State(ops): State<Ops>) -> Response {
    for (name, db) in &ops.databases {
        let alive = db.ping().await;
        if let Err(error) = alive {
            tracing::error!(%error, name, "unhealthy");
            return (StatusCode::SERVICE_UNAVAILABLE, format!("database {name} does not answer\n")).into_response();
        }
    }
    let due = ops.due();
    if due.is_empty() {
        return "ok".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, due.join("\n") + "\n").into_response()
}

async fn metrics(State(ops): State<Ops>) -> Response {
    let mut text = String::new();
    let mut sums = [0_u64; 3];
    for (database, db) in &ops.databases {
        let totals = db.stats().totals();
        for (sum, part) in sums.iter_mut().zip([totals.statements, totals.commits, totals.transactions]) {
            *sum += part;
        }
        for (name, s) in db.stats().names() {
            let labels = format!("{{database=\"{database}\",name=\"{name}\"}}");
            for (metric, value) in [
                ("runs", s.runs),
                ("failures", s.failures),
                ("retries", s.retries),
                ("statements", s.statements),
                ("microseconds", s.micros),
            ] {
                let _ = writeln!(text, "zelf_tx_{metric}_total{labels} {value}");
            }
        }
    }
    let [statements, commits, transactions] = sums;
    let _ = writeln!(text, "zelf_statements_total {statements}");
    let _ = writeln!(text, "zelf_commits_total {commits}");
    let _ = writeln!(text, "zelf_logical_transactions_total {transactions}");
    crate::timing::write(&mut text);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}
