//! The numbers, as a table for people and as JSON for gates.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::variant::Variant;
use super::window::Window;

/// What was measured outside the windows.
#[derive(Serialize)]
pub struct Facts {
    pub database: String,
    pub faults: bool,
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

/// At half of what one core does, begun at even intervals: what the token door takes, by the server's own clock.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct HalfLoad {
    pub logins_per_second: f64,
    /// Upper bounds of the server's buckets, in ms.
    pub token_p50_ms: f64,
    pub token_p99_ms: f64,
}

/// One kind of relying party.
pub struct Measured {
    pub variant: Variant,
    pub windows: Vec<Window>,
    pub half_load: Option<HalfLoad>,
}

pub struct Report {
    pub facts: Facts,
    pub measured: Vec<Measured>,
    /// Requests per core-second for metadata and key set, in turn.
    pub documents: Option<f64>,
}

impl Measured {
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

    /// Why it is worth nothing, if it is.
    fn void(&self) -> Option<String> {
        let wrong: u64 = self.windows.iter().map(|w| w.wrongly_accepted).sum();
        let failed: u64 = self.windows.iter().map(|w| w.failed).sum();
        let logins: u64 = self.windows.iter().map(|w| w.logins).sum();
        let first = self.windows.iter().find_map(|w| w.first_failure.clone()).unwrap_or_default();
        let name = self.variant.name();
        match (wrong, failed, logins) {
            (1.., ..) => Some(format!("{name}: {wrong} wrongly accepted: {first}")),
            (_, _, 0) => Some(format!("{name}: no login came through: {first}")),
            (_, failed, logins) if failed * 100 > logins => {
                Some(format!("{name}: {failed} of {logins} failed: {first}"))
            }
            _ => None,
        }
    }

    pub fn logins_per_core_second(&self) -> f64 {
        1e6 / self.median(|w| w.server_cpu_us)
    }

    fn to_json(&self) -> Value {
        let cpu = self.median(|w| w.server_cpu_us);
        let best = self.sorted(|w| w.server_cpu_us).first().copied().unwrap_or(f64::NAN);
        json!({
            "logins_per_core_second": round(1e6 / cpu, 1),
            "best_logins_per_core_second": round(1e6 / best, 1),
            "floor_ratio": round(self.median(|w| w.floor_ratio), 4),
            "server_cpu_us": round(cpu, 1),
            "floor_us": round(self.median(|w| w.floor_us), 1),
            "commits": round(self.median(|w| w.commits), 3),
            "logical_transactions": round(self.median(|w| w.logical_transactions), 3),
            "statements": round(self.median(|w| w.statements), 3),
            "clock_statements_per_second": round(self.median(|w| w.clock_statements), 1),
            "half_load": self.half_load,
            "void": self.void(),
            "quiet_windows": self.windows.iter().filter(|w| !w.is_noisy()).count(),
            "windows": self.windows,
        })
    }
}

impl Report {
    /// Why the run is worth nothing, if it is.
    pub fn void(&self) -> Option<String> {
        if self.measured.is_empty() {
            return Some("nothing was measured".into());
        }
        self.measured.iter().find_map(Measured::void)
    }

    /// The first variant's numbers at the top, as gates read them, and every variant's under its name.
    pub fn to_json(&self) -> Value {
        let mut out = match self.measured.first().map(Measured::to_json) {
            Some(Value::Object(first)) => first,
            _ => Map::new(),
        };
        let all = self.measured.iter().map(|m| (m.variant.name().to_owned(), m.to_json())).collect::<Map<_, _>>();
        out.insert("variants".into(), Value::Object(all));
        out.insert("documents_per_core_second".into(), json!(self.documents.map(|d| round(d, 0))));
        out.insert("void".into(), json!(self.void()));
        if let Value::Object(facts) = json!(self.facts) {
            out.extend(facts);
        }
        Value::Object(out)
    }

    pub fn to_table(&self) -> String {
        let f = &self.facts;
        let faults = if f.faults { ", with faults" } else { "" };
        let mut lines = vec![format!("{}{faults} · commit {} · {}", f.database, f.commit, f.machine), String::new()];
        lines.push(self.line("", |m| m.variant.name().into()));
        lines.push(self.line("logins per core-second", |m| format!("{:.0}", m.logins_per_core_second())));
        lines.push(self.line("server CPU per login", |m| format!("{:.0} us", m.median(|w| w.server_cpu_us))));
        lines.push(self.line("crypto floor per login", |m| format!("{:.0} us", m.median(|w| w.floor_us))));
        lines.push(self.line("floor ratio", |m| format!("{:.3}", m.median(|w| w.floor_ratio))));
        lines.push(self.line("durable commits per login", |m| format!("{:.2}", m.median(|w| w.commits))));
        lines.push(
            self.line("write transactions per login", |m| format!("{:.2}", m.median(|w| w.logical_transactions))),
        );
        lines.push(self.line("statements per login", |m| format!("{:.2}", m.median(|w| w.statements))));
        lines.push(
            self.line("statements of the clock, per second", |m| format!("{:.1}", m.median(|w| w.clock_statements))),
        );
        let half = |m: &Measured, of: fn(&HalfLoad) -> f64| {
            m.half_load.as_ref().map_or("-".into(), |h| format!("{:.1}", of(h)))
        };
        lines.push(self.line("half load: logins per second", |m| half(m, |h| h.logins_per_second)));
        lines.push(self.line("half load: token door p50, at most ms", |m| half(m, |h| h.token_p50_ms)));
        lines.push(self.line("half load: token door p99, at most ms", |m| half(m, |h| h.token_p99_ms)));
        lines.push(String::new());
        let mib = |kib: u64| format!("{:.1} MiB", kib as f64 / 1024.0);
        let one = |what: &str, value: String| format!("{what:<38}{value:>12}");
        if let Some(documents) = self.documents {
            lines.push(one("metadata and keys per core-second", format!("{documents:.0}")));
        }
        lines.push(one("server RSS, idle", mib(f.rss_idle_kib)));
        lines.push(one("server RSS, after the load", mib(f.rss_loaded_kib)));
        lines.push(one("start on an existing database", format!("{:.0} ms", f.start_ms)));
        lines.push(one("one fsync on this disk", format!("{} us", f.fsync_us)));
        lines.push(one("accounts / logins side by side", format!("{} / {}", f.accounts, f.concurrency)));
        lines.push(String::new());
        lines.push(HEAD.into());
        for m in &self.measured {
            lines.extend(
                m.windows.iter().enumerate().map(|(at, w)| row(&format!("{} {}", m.variant.name(), at + 1), w)),
            );
        }
        lines.extend(self.void().map(|why| format!("\nVOID: {why}")));
        lines.join("\n")
    }

    fn line(&self, what: &str, of: impl Fn(&Measured) -> String) -> String {
        let cells: String = self.measured.iter().map(|m| format!("{:>12}", of(m))).collect();
        format!("{what:<38}{cells}").trim_end().to_owned()
    }
}

const HEAD: &str = "    window  logins  faults  failed   cpu us    floor  ratio   p50 ms   p99 ms  others  steal";

fn row(name: &str, w: &Window) -> String {
    let noisy = if w.is_noisy() { " noisy" } else { "" };
    format!(
        "{name:>10} {:>7} {:>7} {:>7} {:>8.0} {:>8.0} {:>6.3} {:>8.1} {:>8.1} {:>6.1}% {:>5.1}%{noisy}",
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
            database: "d".into(),
            faults: false,
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
        Report {
            facts,
            measured: vec![Measured { variant: Variant::Plain, windows, half_load: None }],
            documents: None,
        }
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
