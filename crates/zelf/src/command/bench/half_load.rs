//! What the token door takes when the server has half of what it can do: by its own clock, out of `/metrics`.

use std::sync::Arc;
use std::time::Duration;

use super::report::HalfLoad;
use super::server::Server;
use super::window::{self, Field, Shape};
use super::{Fail, say};

/// Plays `rate` logins a second for `time`.
pub async fn measure(field: &Arc<Field>, server: &Server, rate: f64, time: Duration) -> Result<HalfLoad, Fail> {
    say(&format!("half load: {rate:.0} logins a second"));
    field.partner.presign((rate * time.as_secs_f64() * 1.1) as usize)?;
    let door = format!("{}/token", field.partner.variant().mount());
    let before = buckets(&server.metrics().await?, &door);
    let played = window::run(field, server, Shape { time, check_every: 50, rate: Some(rate) }).await?;
    let after = buckets(&server.metrics().await?, &door);
    let counts: Vec<(f64, f64)> = after
        .iter()
        .enumerate()
        .map(|(at, (bound, below))| (*bound, below - before.get(at).map_or(0.0, |(_, below)| *below)))
        .collect();
    Ok(HalfLoad {
        logins_per_second: played.logins as f64 / played.seconds,
        token_p50_ms: quantile(&counts, 0.5),
        token_p99_ms: quantile(&counts, 0.99),
    })
}

/// Bound in ms → how many took no longer.
fn buckets(metrics: &str, door: &str) -> Vec<(f64, f64)> {
    let start = format!("zelf_door_seconds_bucket{{door=\"{door}\",le=\"");
    let read = |line: &str| {
        let (bound, count) = line.strip_prefix(&start)?.split_once("\"} ")?;
        Some((bound.parse::<f64>().unwrap_or(f64::INFINITY) * 1000.0, count.parse().ok()?))
    };
    metrics.lines().filter_map(read).collect()
}

fn quantile(counts: &[(f64, f64)], part: f64) -> f64 {
    let all = counts.last().map_or(0.0, |(_, count)| *count);
    counts.iter().find(|(_, below)| *below >= all * part && all > 0.0).map_or(f64::NAN, |(bound, _)| *bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_the_bound_that_so_many_stay_under() {
        let text = "zelf_door_seconds_bucket{door=\"/token\",le=\"0.001\"} 98\n\
                    zelf_door_seconds_bucket{door=\"/token\",le=\"0.005\"} 99\n\
                    zelf_door_seconds_bucket{door=\"/token\",le=\"+Inf\"} 100\n\
                    zelf_door_seconds_bucket{door=\"/v2/token\",le=\"0.001\"} 7\n";
        let read = buckets(text, "/token");
        assert_eq!(read, [(1.0, 98.0), (5.0, 99.0), (f64::INFINITY, 100.0)]);
        assert_eq!((quantile(&read, 0.5), quantile(&read, 0.99)), (1.0, 5.0));
        assert!(quantile(&buckets(text, "/none"), 0.5).is_nan());
    }
}
