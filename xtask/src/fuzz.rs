//! `fuzz`: coverage-guided fuzzing of every parser of strangers' bytes (`fuzz/`), with the stable compiler: LLVM's coverage pass is
//! asked for by its own name, libFuzzer comes as C++ with `libfuzzer-sys`. No sanitizer, which takes a nightly; the rooms are safe Rust.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::Instant;

use crate::jobs::{self, Desk, Job};
use crate::place;

/// Two cores are what a small machine has.
const AT_ONCE: usize = 2;

/// Parsers of the identity card, and how long each runs when nobody says.
const CARD: [&str; 6] = ["card_files", "card_session", "virtual_card", "certificates", "web_eid", "proof"];
const CARD_SECONDS: u32 = 60;
/// Parsers of the protocol, fuzzed at length before.
const PROTOCOL: [&str; 6] = ["jws", "jwt", "jwe", "key_set", "oidc", "sealed"];
const PROTOCOL_SECONDS: u32 = 15;

/// What `cargo xtask fuzz` was told.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    seconds: Option<u32>,
    /// All when empty.
    targets: Vec<String>,
}

impl Options {
    /// `[--seconds N] [target…]`
    ///
    /// # Errors
    /// A word that says nothing here.
    pub fn read(words: &[String]) -> Result<Options, String> {
        let mut options = Options::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if word == "--seconds" {
                let seconds = words.next().and_then(|n| n.parse().ok()).filter(|n| *n > 0);
                options.seconds = Some(seconds.ok_or("--seconds takes a number")?);
            } else if CARD.iter().chain(&PROTOCOL).any(|target| target == word) {
                options.targets.push(word.clone());
            } else {
                return Err(format!("`{word}` is no target: {} {}", CARD.join(" "), PROTOCOL.join(" ")));
            }
        }
        Ok(options)
    }

    fn plan(&self) -> VecDeque<(&'static str, u32)> {
        let chosen = |name: &str| self.targets.is_empty() || self.targets.iter().any(|target| target == name);
        let card = CARD.iter().map(|name| (*name, self.seconds.unwrap_or(CARD_SECONDS)));
        let protocol = PROTOCOL.iter().map(|name| (*name, self.seconds.unwrap_or(PROTOCOL_SECONDS)));
        card.chain(protocol).filter(|(name, _)| chosen(name)).collect()
    }
}

/// Fuzzes by itself.
///
/// # Errors
/// When a target found something.
pub fn alone(options: &Options) -> Result<(), String> {
    let done = jobs::together(1, 1, vec![Job::new("fuzz", |desk| run(desk, options))]);
    match done.into_iter().find_map(|job| job.failure) {
        Some(why) => Err(why),
        None => Ok(()),
    }
}

/// Builds all targets and runs them, two at a time.
///
/// # Errors
/// When one does not build or found something; the input lies in `target/fuzz/found`.
pub fn run(desk: &Desk, options: &Options) -> Result<(), String> {
    let host = host()?;
    desk.run(build(&host))?;
    let queue = Mutex::new(options.plan());
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((target, seconds)) = next(&queue) {
                    if let Err(why) = one(desk, &host, target, seconds) {
                        push(&failures, why);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

fn next(queue: &Mutex<VecDeque<(&'static str, u32)>>) -> Option<(&'static str, u32)> {
    queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop_front()
}

fn push(failures: &Mutex<Vec<String>>, why: String) {
    failures.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(why);
}

/// Instrumented by LLVM's pass; `--target` keeps build scripts and macros out of it.
fn build(host: &str) -> Command {
    let flags = [
        "--cfg fuzzing",
        "-Cpasses=sancov-module",
        "-Cllvm-args=-sanitizer-coverage-level=4",
        "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
        "-Cllvm-args=-sanitizer-coverage-pc-table",
        "-Cllvm-args=-sanitizer-coverage-trace-compares",
    ];
    let mut command = place::line(&format!("cargo build --release --manifest-path fuzz/Cargo.toml --target {host}"));
    command.env("RUSTFLAGS", flags.join(" ")).env("CARGO_TARGET_DIR", folder());
    command
}

fn folder() -> PathBuf {
    place::target().join("fuzz")
}

fn one(desk: &Desk, host: &str, target: &str, seconds: u32) -> Result<(), String> {
    let (grown, found) = (folder().join("corpus").join(target), folder().join("found"));
    for made in [&grown, &found] {
        std::fs::create_dir_all(made).map_err(|e| format!("{}: {e}", made.display()))?;
    }
    let mut command = place::command(&folder().join(host).join("release").join(target).to_string_lossy());
    command.args([format!("-max_total_time={seconds}"), format!("-artifact_prefix={}/{target}-", found.display())]);
    // Long inputs are slow and say little that shorter ones do not; a proof is as long as it is.
    let longest = if target == "proof" { 16_384 } else { 4096 };
    command.args(["-timeout=10", "-rss_limit_mb=2048", "-verbosity=0", "-print_funcs=0", "-print_final_stats=1"]);
    command.arg(format!("-max_len={longest}")).arg(&grown);
    let seeds = place::root().join("fuzz/corpus").join(target);
    if Path::is_dir(&seeds) {
        command.arg(seeds);
    }
    let started = Instant::now();
    let outcome = desk.run(command);
    let (passed, failed) = if outcome.is_ok() { (1, 0) } else { (0, 1) };
    // In the words that the table of `cargo xtask test` counts.
    desk.hear(&format!(
        "test result: {passed} passed; {failed} failed; fuzz {target}, {}",
        jobs::seconds(started.elapsed())
    ));
    outcome.map_err(|why| format!("{target}: {why}; the input lies in {}", found.display()))
}

/// The triple of this machine, as the compiler says it.
fn host() -> Result<String, String> {
    let out = place::line("rustc -vV").output().map_err(|e| format!("rustc: {e}"))?;
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    let host = said.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned);
    host.ok_or_else(|| "rustc does not say what machine this is".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Options, String> {
        Options::read(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn all_targets_or_those_asked_for() {
        assert_eq!(read("").map(|o| o.plan().len()), Ok(12));
        let asked = read("--seconds 5 jws proof").map(|o| o.plan());
        assert_eq!(asked, Ok(VecDeque::from([("proof", 5), ("jws", 5)])));
        for wrong in ["--seconds", "--seconds 0", "--seconds x", "jwz", "--fast"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_target_of_the_folder_is_run() {
        let text = std::fs::read_to_string(place::root().join("fuzz/Cargo.toml")).unwrap_or_default();
        let names = text.lines().filter_map(|line| line.strip_prefix("path = \"fuzz_targets/")?.strip_suffix(".rs\""));
        let mut listed: Vec<&str> = names.collect();
        let mut known: Vec<&str> = CARD.into_iter().chain(PROTOCOL).collect();
        listed.sort_unstable();
        known.sort_unstable();
        assert_eq!(listed, known);
    }
}
