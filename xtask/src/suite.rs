//! `test`: what CI runs, in the order that finds the cheap faults first; a failure does not hide the steps after it.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::jobs::{self, Done, Job};
use crate::{fuzz, generated, partners, phone, place, tools};

const FMT: &str = "cargo fmt --all --check";
const CLIPPY: &str = "cargo clippy --locked --workspace --all-targets --quiet -- -D warnings";

/// Everything, or everything but the browser.
///
/// # Errors
/// When anything failed.
pub fn everything(quick: bool) -> Result<(), String> {
    let started = Instant::now();
    let mut rounds: Vec<Vec<Job>> = vec![
        vec![Job::new("tools", tools::for_testing)],
        vec![Job::command("format", place::line(FMT))],
        vec![
            // All targets in one go: the tests then find everything built with the same features.
            Job::command("build", place::line("cargo build --locked --workspace --all-targets")),
            Job::new("phone", |desk| {
                phone::packages(desk, "phone")?;
                ["run check", "test", "run build"].iter().try_for_each(|verb| desk.run(phone::npm("phone", verb)))
            }),
        ],
        vec![Job::command("tests", place::line("cargo test --locked --workspace --no-fail-fast"))],
        vec![Job::new("jose", |desk| {
            phone::packages(desk, "partners-e2e/jose")?;
            desk.run(place::line("cargo test --locked --workspace --test jose_peer -- --ignored"))
        })],
        vec![Job::new("generated", generated::same)],
    ];
    if !quick {
        rounds.push(vec![Job::new("fuzz", |desk| fuzz::run(desk, &fuzz::Options::default()))]);
        rounds.push(vec![Job::new("partners", partners::run)]);
        rounds.push(vec![Job::new("browser", |desk| {
            phone::packages(desk, "e2e")?;
            desk.run(browser("npm test"))
        })]);
    }
    rounds.push(vec![Job::command("lints", place::line(CLIPPY))]);
    verdict(run(rounds), started.elapsed())
}

/// Formatting and lints alone.
///
/// # Errors
/// When either complains.
pub fn check() -> Result<(), String> {
    let started = Instant::now();
    verdict(
        run(vec![vec![Job::command("format", place::line(FMT))], vec![Job::command("lints", place::line(CLIPPY))]]),
        started.elapsed(),
    )
}

/// Photographs of every screen: the browser tests' own.
///
/// # Errors
/// When something did not build or a screen was not reached.
pub fn shots() -> Result<(), String> {
    let started = Instant::now();
    let rounds = vec![
        vec![Job::new("tools", tools::for_testing)],
        vec![
            Job::new("phone", phone::build),
            Job::command("server", place::line("cargo build --locked -p zelf -p zelf-eid")),
        ],
        vec![Job::new("browser", |desk| {
            phone::packages(desk, "e2e")?;
            desk.run(browser("npm run shots"))
        })],
    ];
    verdict(run(rounds), started.elapsed())
}

/// Printed guides and help pages as files, out of a demo world of its own (docs/help.md).
///
/// # Errors
/// Options it does not know; when something did not build, a screen was not reached, or a guide is not one page.
pub fn guides(words: &[String]) -> Result<(), String> {
    let known = words
        .chunks(2)
        .all(|pair| matches!(pair, [name, url] if matches!(name.as_str(), "--site" | "--app") && url.contains("://")));
    if !known {
        return Err("`guides` knows --site URL and --app URL".into());
    }
    let started = Instant::now();
    let play = format!("node guides/run.mjs {}", words.join(" "));
    let rounds = vec![
        vec![Job::new("tools", tools::for_testing)],
        vec![
            Job::new("phone", phone::build),
            Job::command("server", place::line("cargo build --locked -p zelf -p zelf-eid")),
        ],
        vec![Job::new("guides", |desk| {
            phone::packages(desk, "e2e")?;
            desk.run(browser(&play))
        })],
    ];
    verdict(run(rounds), started.elapsed())
}

fn browser(line: &str) -> Command {
    let mut command = place::line(line);
    command.current_dir(place::root().join("e2e")).env("ZELF", place::zelf());
    if let Some(chromium) = tools::chromium() {
        command.env("CHROMIUM", chromium);
    }
    command
}

fn run(rounds: Vec<Vec<Job<'_>>>) -> Vec<Done> {
    let of = rounds.len();
    let mut done = Vec::new();
    for (at, round) in rounds.into_iter().enumerate() {
        let ended = jobs::together(at + 1, of, round);
        // Without the tools or the build, all that follows would only repeat the complaint.
        let fatal = ended.iter().any(|d| d.failure.is_some() && matches!(d.name, "tools" | "build" | "server"));
        done.extend(ended);
        if fatal {
            break;
        }
    }
    done
}

fn verdict(done: Vec<Done>, took: Duration) -> Result<(), String> {
    println!("\n{:<12} {:>12} {:>8} {:>8}", "step", "time", "passed", "failed");
    let mut sum = Count::default();
    for step in &done {
        let count = Count::of(step);
        println!("{:<12} {:>12} {:>8} {:>8}", step.name, jobs::seconds(step.took), count.passed, count.failed);
        sum.passed += count.passed;
        sum.failed += count.failed;
    }
    println!("{:<12} {:>12}", "together", jobs::seconds(took));
    println!("\n{} passed, {} failed", sum.passed, sum.failed);
    if sum.failed == 0 { Ok(()) } else { Err(String::new()) }
}

/// Tests of a step; a step without tests of its own is one.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    passed: u32,
    failed: u32,
}

impl Count {
    fn of(step: &Done) -> Count {
        let mut count = Count::told(&step.said);
        if count == Count::default() && step.failure.is_none() {
            count.passed = 1;
        }
        if count.failed == 0 && step.failure.is_some() {
            count.failed = 1;
        }
        count
    }

    /// Adds up what cargo (`test result: ok. 3 passed; 0 failed`), vitest (`Tests  2 failed | 7 passed (9)`) and Node's
    /// runner (`ℹ pass 3`) say at their ends.
    fn told(said: &str) -> Count {
        let mut count = Count::default();
        for line in said.lines().map(str::trim_start) {
            if line.starts_with("test result:") || line.starts_with("Tests  ") {
                count.passed += number_before(line, "passed");
                count.failed += number_before(line, "failed");
            } else if let Some(n) = line.strip_prefix("ℹ pass ") {
                count.passed += n.trim().parse().unwrap_or(0);
            } else if let Some(n) = line.strip_prefix("ℹ fail ") {
                count.failed += n.trim().parse().unwrap_or(0);
            }
        }
        count
    }
}

fn number_before(line: &str, word: &str) -> u32 {
    let words: Vec<&str> = line.split([' ', ';', '|', '.']).filter(|w| !w.is_empty()).collect();
    let numbers = words.windows(2).filter_map(|pair| match pair {
        [number, after] if *after == word => number.parse::<u32>().ok(),
        _ => None,
    });
    numbers.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_runners_are_understood() {
        let said = "test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured\n      Tests  2 failed | 7 passed (9)\nℹ pass 4\nℹ fail 0\n";
        assert_eq!(Count::told(said), Count { passed: 14, failed: 3 });
    }

    #[test]
    fn a_step_that_fails_without_tests_counts_as_one() {
        let step = Done { name: "lints", took: Duration::ZERO, failure: Some("no".into()), said: String::new() };
        assert_eq!(Count::of(&step), Count { passed: 0, failed: 1 });
    }
}
