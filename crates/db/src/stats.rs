//! What each named transaction cost: tests state budgets from it, operators see it in the metrics.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Totals of one transaction name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NameStats {
    pub runs: u64,
    pub failures: u64,
    pub retries: u64,
    pub statements: u64,
    pub micros: u64,
    pub writes: bool,
}

/// Totals of the whole database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Read-write transactions that were committed, each counted by itself.
    pub transactions: u64,
    /// Durable commits the disk saw; fewer than `transactions` when the writer groups them.
    pub commits: u64,
    pub statements: u64,
}

/// Counters of one database.
#[derive(Default)]
pub struct Stats {
    names: Mutex<BTreeMap<&'static str, NameStats>>,
    texts: Mutex<HashMap<(usize, usize), &'static str>>,
    transactions: AtomicU64,
    commits: AtomicU64,
    statements: AtomicU64,
}

/// One run, as the engines report it.
pub(crate) struct Run {
    pub(crate) name: &'static str,
    pub(crate) statements: u64,
    pub(crate) retries: u64,
    pub(crate) took: Duration,
    pub(crate) ok: bool,
    pub(crate) writes: bool,
}

impl Stats {
    pub(crate) fn record(&self, run: &Run) {
        self.statements.fetch_add(run.statements, Ordering::Relaxed);
        if run.writes && run.ok {
            self.transactions.fetch_add(1, Ordering::Relaxed);
        }
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = names.entry(run.name).or_default();
        entry.runs += 1;
        entry.failures += u64::from(!run.ok);
        entry.retries += run.retries;
        entry.statements += run.statements;
        entry.micros += u64::try_from(run.took.as_micros()).unwrap_or(u64::MAX);
        entry.writes |= run.writes;
        tracing::trace!(
            name = run.name,
            statements = run.statements,
            took_us = run.took.as_micros(),
            ok = run.ok,
            "tx"
        );
    }

    pub(crate) fn commit(&self) {
        self.commits.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn text(&self, sql: &'static str) {
        self.texts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry((sql.as_ptr().addr(), sql.len()))
            .or_insert(sql);
    }

    pub fn totals(&self) -> Totals {
        Totals {
            transactions: self.transactions.load(Ordering::Relaxed),
            commits: self.commits.load(Ordering::Relaxed),
            statements: self.statements.load(Ordering::Relaxed),
        }
    }

    pub fn names(&self) -> BTreeMap<&'static str, NameStats> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Every statement text used so far: tests ask the planner about each.
    pub fn texts(&self) -> BTreeSet<&'static str> {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner).values().copied().collect()
    }
}
