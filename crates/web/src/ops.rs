//! For the operator, on a listener of its own: health and counters (Prometheus text).

use std::fmt::Write as _;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use db::Db;

/// The databases whose cost is counted: the platform's, and the vault's when it lives here.
#[derive(Clone)]
pub struct Ops(pub Vec<(&'static str, Db)>);

pub fn router(ops: Ops) -> Router {
    Router::new().route("/health", get(health)).route("/metrics", get(metrics)).with_state(ops)
}

async fn health(State(ops): State<Ops>) -> Response {
    for (name, db) in &ops.0 {
        let alive = db.ping().await;
        if let Err(error) = alive {
            tracing::error!(%error, name, "unhealthy");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    }
    "ok".into_response()
}

async fn metrics(State(ops): State<Ops>) -> Response {
    let mut text = String::new();
    let mut sums = [0_u64; 3];
    for (database, db) in &ops.0 {
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
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}
