//! How long each door takes: from the request's head read to the answer's head ready to be written. One table per process.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Instant;

use axum::extract::{MatchedPath, Request};

/// Upper bounds of the buckets, in microseconds.
const BOUNDS: [u64; 15] =
    [250, 500, 1_000, 1_500, 2_000, 3_000, 4_000, 5_000, 7_500, 10_000, 15_000, 25_000, 50_000, 100_000, 1_000_000];

#[derive(Default)]
struct Histogram {
    buckets: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
}

type Table = RwLock<HashMap<String, Arc<Histogram>>>;

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(Table::default)
}

/// A request under way.
pub(crate) struct Timing {
    histogram: Option<Arc<Histogram>>,
    started: Instant,
}

/// Starts the clock of the door that `request` came to.
pub(crate) fn start(request: &Request) -> Timing {
    let started = Instant::now();
    let histogram = request.extensions().get::<MatchedPath>().map(|door| histogram(door.as_str()));
    Timing { histogram, started }
}

fn histogram(door: &str) -> Arc<Histogram> {
    if let Some(known) = table().read().unwrap_or_else(PoisonError::into_inner).get(door) {
        return Arc::clone(known);
    }
    let mut doors = table().write().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(doors.entry(door.to_owned()).or_default())
}

impl Timing {
    /// Counts the time since the start.
    pub(crate) fn end(self) {
        let Some(histogram) = self.histogram else { return };
        let micros = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let at = BOUNDS.partition_point(|bound| *bound < micros);
        if let Some(bucket) = histogram.buckets.get(at) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        histogram.micros.fetch_add(micros, Ordering::Relaxed);
    }
}

/// All doors in Prometheus' text format: `zelf_door_seconds` by path.
pub(crate) fn write(text: &mut String) {
    let doors = table().read().unwrap_or_else(PoisonError::into_inner);
    let mut names: Vec<_> = doors.iter().collect();
    names.sort_by_key(|(name, _)| name.as_str());
    for (name, histogram) in names {
        let mut below = 0;
        let bounds = BOUNDS.iter().map(|bound| format!("{}", *bound as f64 / 1e6)).chain(["+Inf".to_owned()]);
        for (bound, bucket) in bounds.zip(&histogram.buckets) {
            below += bucket.load(Ordering::Relaxed);
            let _ = writeln!(text, "zelf_door_seconds_bucket{{door=\"{name}\",le=\"{bound}\"}} {below}");
        }
        let seconds = histogram.micros.load(Ordering::Relaxed) as f64 / 1e6;
        let _ = writeln!(text, "zelf_door_seconds_sum{{door=\"{name}\"}} {seconds}");
        let _ = writeln!(text, "zelf_door_seconds_count{{door=\"{name}\"}} {below}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_time_falls_into_the_first_bucket_that_holds_it() {
        let timing = || Timing { histogram: Some(histogram("/test-door")), started: Instant::now() };
        timing().end();
        let early = Instant::now().checked_sub(std::time::Duration::from_millis(20));
        Timing { started: early.unwrap_or_else(Instant::now), ..timing() }.end();
        let mut text = String::new();
        write(&mut text);
        let told = |line: &str| text.contains(&format!("zelf_door_seconds_{line}"));
        assert!(told("bucket{door=\"/test-door\",le=\"0.01\"} 1"), "{text}");
        assert!(told("bucket{door=\"/test-door\",le=\"0.05\"} 2"), "{text}");
        assert!(told("count{door=\"/test-door\"} 2"), "{text}");
    }
}
