//! What the kernel says of processes and the machine (proc(5)). Times are in clock ticks of 10 ms, as Linux always gives
//! them to programs.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use super::Fail;

const TICK_MICROS: u64 = 10_000;

/// One process of /proc.
struct Process {
    parent: u32,
    name: String,
    /// User and system time of all its threads, and of children it has waited for, in ticks.
    ticks: u64,
}

/// Every process; one that ends while we look is left out.
fn processes() -> HashMap<u32, Process> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|e| e.file_name().to_str().and_then(|n| n.parse().ok()));
    pids.filter_map(|pid| Some((pid, read_stat(pid)?))).collect()
}

fn read_stat(pid: u32) -> Option<Process> {
    parse_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// `pid (name) state ppid …`; the name may hold spaces and brackets.
fn parse_stat(stat: &str) -> Option<Process> {
    let (start, rest) = stat.rsplit_once(") ")?;
    let name = start.split_once('(')?.1.to_owned();
    let fields: Vec<&str> = rest.split(' ').collect();
    let number = |at: usize| fields.get(at).and_then(|f| f.parse::<u64>().ok());
    // Counted from `state`, which is field 3: utime is 14, stime 15, cutime 16, cstime 17.
    let ticks = (11..15).map(number).sum::<Option<u64>>()?;
    Some(Process { parent: u32::try_from(number(1)?).ok()?, name, ticks })
}

/// CPU time in µs of `root` with all its descendants, and of every process called `named`.
pub fn cpu_micros(root: u32, named: Option<&str>) -> u64 {
    let all = processes();
    let mut mine = vec![root];
    let mut at = 0;
    while let Some(parent) = mine.get(at).copied() {
        mine.extend(all.iter().filter(|(_, p)| p.parent == parent).map(|(pid, _)| *pid));
        at += 1;
    }
    let counts = |pid: &u32, p: &Process| mine.contains(pid) || named.is_some_and(|n| p.name == n);
    all.iter().filter(|(pid, p)| counts(pid, p)).map(|(_, p)| p.ticks * TICK_MICROS).sum()
}

/// CPU time of the whole machine in µs.
#[derive(Clone, Copy, Default)]
pub struct Machine {
    pub busy: u64,
    pub steal: u64,
}

impl Machine {
    pub fn now() -> Machine {
        let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
        let first = stat.lines().next().unwrap_or_default();
        let ticks: Vec<u64> = first.split_whitespace().skip(1).filter_map(|f| f.parse().ok()).collect();
        let at = |i: usize| ticks.get(i).copied().unwrap_or_default() * TICK_MICROS;
        // user, nice, system, idle, iowait, irq, softirq, steal
        Machine { busy: at(0) + at(1) + at(2) + at(5) + at(6), steal: at(7) }
    }
}

/// Resident set of a process in KiB.
pub fn rss_kib(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"));
    line.and_then(|l| l.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

/// Nanoseconds this thread has been on a CPU (schedstat's first figure).
pub fn thread_nanos() -> u64 {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or_default()
}

/// `model, n cores, kernel`.
pub fn machine_line() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|l| l.strip_prefix("model name")).and_then(|l| l.split_once(": "));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{}, {cores} cores, Linux {}", model.map_or("unknown CPU", |(_, m)| m), kernel.trim())
}

/// Median time of a 4 KiB write and fsync in `folder`, in µs.
pub fn fsync_micros(folder: &Path) -> Result<u64, Fail> {
    use std::io::Write as _;
    let path = folder.join("fsync-probe");
    let mut file = fs::File::create(&path)?;
    let mut times = Vec::new();
    for _ in 0..33 {
        let start = std::time::Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        times.push(u64::try_from(start.elapsed().as_micros())?);
    }
    fs::remove_file(path)?;
    times.sort_unstable();
    Ok(times.get(times.len() / 2).copied().unwrap_or_default())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_does_not_shift_the_fields() {
        let line = "42 (tokio (rt) w) S 7 42 42 0 -1 4194560 1 2 3 4 100 20 3 1 20 0 5 0 999";
        let p = parse_stat(line).unwrap();
        assert_eq!((p.parent, p.name.as_str(), p.ticks), (7, "tokio (rt) w", 124));
        assert!(parse_stat("42 (x").is_none());
    }

    #[test]
    fn this_process_is_seen() {
        assert!(rss_kib(std::process::id()) > 0);
        assert!(processes().contains_key(&std::process::id()));
    }
}
