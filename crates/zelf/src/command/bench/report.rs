//! The numbers, as a table for people and as JSON for gates.

use serde::Serialize;
use serde_json::{Value, json};

use super::window::Window;

/// What was measured outside the windows.
#[derive(Serialize)]
pub struct Facts {
    pub variant: String,
    pub commit: String,
    pub machine: String,
    pub accounts: u64,
    pub concurrency: usize,
    pub fsync_us: u64,
    pub start_ms: f64,
    pub rss_idle_kib: u64,
    pub rss_loaded_kib: u64,
    pub seed_seconds: f64,
}

pub struct Report {
    pub facts: Facts,
    pub windows: Vec<Window>,
}

impl Report {
    /// The windows that count: quiet ones, or all when there is none.
    fn counting(&self) -> Vec<&Window> {
        let quiet: Vec<&Window> = self.windows.iter().filter(|w| !w.is_noisy()).collect();
        if quiet.is_empty() { self.windows.iter().collect() } else { quiet }
    }

    fn sorted(&self, of: impl Fn(&Window) -> f64) -> Vec<f64> {
        let mut values: Vec<f64> = self.counting().into_iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values
    }

    fn median(&self, of: impl Fn(&Window) -> f64) -> f64 {
        let values = self.sorted(of);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    }

    /// Why the run is worth nothing, if it is.
    pub fn void(&self) -> Option<String> {
        let wrong: u64 = self.windows.iter().map(|w| w.wrongly_accepted).sum();
        let failed: u64 = self.windows.iter().map(|w| w.failed).sum();
        let logins: u64 = self.windows.iter().map(|w| w.logins).sum();
        let first = self.windows.iter().find_map(|w| w.first_failure.clone()).unwrap_or_default();
        match (wrong, failed, logins) {
            (1.., ..) => Some(format!("{wrong} wrongly accepted: {first}")),
            (_, _, 0) => Some(format!("no login came through: {first}")),
            (_, failed, logins) if failed * 100 > logins => Some(format!("{failed} of {logins} failed: {first}")),
            _ => None,
        }
    }

    pub fn to_json(&self) -> Value {
        let cpu = self.median(|w| w.server_cpu_us);
        let best = self.sorted(|w| w.server_cpu_us).first().copied().unwrap_or(f64::NAN);
        let mut out = json!({
            "logins_per_core_second": round(1e6 / cpu, 1),
            "best_logins_per_core_second": round(1e6 / best, 1),
            "floor_ratio": round(self.median(|w| w.floor_ratio), 4),
            "server_cpu_us": round(cpu, 1),
            "floor_us": round(self.median(|w| w.floor_us), 1),
            "commits": round(self.median(|w| w.commits), 3),
            "logical_transactions": round(self.median(|w| w.logical_transactions), 3),
            "statements": round(self.median(|w| w.statements), 3),
            "void": self.void(),
            "quiet_windows": self.windows.iter().filter(|w| !w.is_noisy()).count(),
            "windows": self.windows,
        });
        if let (Some(out), Value::Object(facts)) = (out.as_object_mut(), json!(self.facts)) {
            out.extend(facts);
        }
        out
    }

    pub fn to_table(&self) -> String {
        let cpu = self.median(|w| w.server_cpu_us);
        let f = &self.facts;
        let mib = |kib: u64| kib as f64 / 1024.0;
        let mut lines = vec![
            format!("{} · commit {} · {}", f.variant, f.commit, f.machine),
            String::new(),
            format!("{:<34}{:>12}", "logins per core-second", format!("{:.0}", 1e6 / cpu)),
            format!("{:<34}{:>12}", "server CPU per login", format!("{cpu:.0} us")),
            format!("{:<34}{:>12}", "crypto floor per login", format!("{:.0} us", self.median(|w| w.floor_us))),
            format!("{:<34}{:>12}", "floor ratio", format!("{:.3}", self.median(|w| w.floor_ratio))),
            format!("{:<34}{:>12}", "durable commits per login", format!("{:.2}", self.median(|w| w.commits))),
            format!(
                "{:<34}{:>12}",
                "write transactions per login",
                format!("{:.2}", self.median(|w| w.logical_transactions))
            ),
            format!("{:<34}{:>12}", "statements per login", format!("{:.2}", self.median(|w| w.statements))),
            format!("{:<34}{:>12}", "server RSS, idle", format!("{:.1} MiB", mib(f.rss_idle_kib))),
            format!("{:<34}{:>12}", "server RSS, after the load", format!("{:.1} MiB", mib(f.rss_loaded_kib))),
            format!("{:<34}{:>12}", "start on an existing database", format!("{:.0} ms", f.start_ms)),
            format!("{:<34}{:>12}", "one fsync on this disk", format!("{} us", f.fsync_us)),
            format!("{:<34}{:>12}", "accounts / logins side by side", format!("{} / {}", f.accounts, f.concurrency)),
            String::new(),
            format!(
                "{:>6} {:>7} {:>7} {:>7} {:>8} {:>8} {:>6} {:>8} {:>8} {:>7} {:>6}",
                "window",
                "logins",
                "faults",
                "failed",
                "cpu us",
                "floor",
                "ratio",
                "p50 ms",
                "p99 ms",
                "others",
                "steal"
            ),
        ];
        lines.extend(self.windows.iter().enumerate().map(|(at, w)| row(at + 1, w)));
        lines.extend(self.void().map(|why| format!("\nVOID: {why}")));
        lines.join("\n")
    }
}

fn row(at: usize, w: &Window) -> String {
    let noisy = if w.is_noisy() { " noisy" } else { "" };
    format!(
        "{at:>6} {:>7} {:>7} {:>7} {:>8.0} {:>8.0} {:>6.3} {:>8.1} {:>8.1} {:>6.1}% {:>5.1}%{noisy}",
        w.logins,
        w.faults,
        w.failed,
        w.server_cpu_us,
        w.floor_us,
        w.floor_ratio,
        w.p50_ms,
        w.p99_ms,
        w.others_percent,
        w.steal_percent
    )
}

fn round(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(windows: Vec<Window>) -> Report {
        let facts = Facts {
            variant: "v".into(),
            commit: "c".into(),
            machine: "m".into(),
            accounts: 1,
            concurrency: 1,
            fsync_us: 1,
            start_ms: 1.0,
            rss_idle_kib: 1,
            rss_loaded_kib: 1,
            seed_seconds: 1.0,
        };
        Report { facts, windows }
    }

    fn window(cpu: f64, steal: f64) -> Window {
        Window { logins: 100, server_cpu_us: cpu, steal_percent: steal, ..Window::default() }
    }

    #[test]
    fn a_noisy_window_does_not_count() {
        let r = report(vec![window(2000.0, 0.0), window(9000.0, 30.0), window(2000.0, 1.0)]);
        assert_eq!(r.to_json().get("logins_per_core_second"), Some(&json!(500.0)));
        assert_eq!(r.to_json().get("quiet_windows"), Some(&json!(2)));
        let r = report(vec![window(4000.0, 30.0)]);
        assert_eq!(r.to_json().get("logins_per_core_second"), Some(&json!(250.0)));
    }

    #[test]
    fn one_wrong_acceptance_voids_the_run() {
        assert_eq!(report(vec![window(1.0, 0.0)]).void(), None);
        assert!(report(vec![window(1.0, 0.0), Window { wrongly_accepted: 1, ..window(1.0, 0.0) }]).void().is_some());
        assert!(report(vec![Window { failed: 2, ..window(1.0, 0.0) }]).void().is_some());
        assert!(report(Vec::new()).void().is_some());
    }
}
