//! Work that takes a while: run side by side, told while it runs, kept in a log each, shown whole when it fails.

use std::fs::File;
use std::io::{IsTerminal, Read, Write};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::place;

/// One thing to do, named as the table names it.
pub struct Job<'a> {
    pub name: &'static str,
    work: Work<'a>,
}

type Work<'a> = Box<dyn FnOnce(&Desk) -> Result<(), String> + Send + 'a>;

impl<'a> Job<'a> {
    pub fn new(name: &'static str, work: impl FnOnce(&Desk) -> Result<(), String> + Send + 'a) -> Self {
        Job { name, work: Box::new(work) }
    }

    /// A job that is one command.
    pub fn command(name: &'static str, command: Command) -> Self {
        Job::new(name, move |desk| desk.run(command))
    }
}

/// What became of a job.
pub struct Done {
    pub name: &'static str,
    pub took: Duration,
    pub failure: Option<String>,
    /// Everything its commands said.
    pub said: String,
}

/// Where a job's commands run: their words go to its log and, shortened, to the line on the screen.
pub struct Desk {
    log: Mutex<(Option<File>, String)>,
    now: Mutex<String>,
}

impl Desk {
    fn new(name: &str) -> Desk {
        let folder = place::root().join("target/logs");
        let file =
            std::fs::create_dir_all(&folder).and_then(|()| File::create(folder.join(format!("{name}.log")))).ok();
        Desk { log: Mutex::new((file, String::new())), now: Mutex::default() }
    }

    /// Runs `command` to its end. Cargo is asked for its progress, which becomes "123/310".
    pub fn run(&self, mut command: Command) -> Result<(), String> {
        let shown = shown(&command);
        self.hear(&format!("$ {shown}"));
        let (mut reader, writer) = std::io::pipe().map_err(|e| e.to_string())?;
        let copy = writer.try_clone().map_err(|e| e.to_string())?;
        command.env("CARGO_TERM_PROGRESS_WHEN", "always").env("CARGO_TERM_PROGRESS_WIDTH", "100").env("NO_COLOR", "1");
        command.env("CARGO_TERM_COLOR", "never");
        let mut child = command
            .stdin(std::process::Stdio::null())
            .stdout(writer)
            .stderr(copy)
            .spawn()
            .map_err(|e| format!("{shown}: {e}"))?;
        drop(command); // holds the pipe's other end
        self.listen(&mut reader);
        let status = child.wait().map_err(|e| e.to_string())?;
        if status.success() { Ok(()) } else { Err(format!("`{shown}` ended with {status}")) }
    }

    /// Notes a line of our own.
    pub fn hear(&self, line: &str) {
        let line = line.trim_end();
        if let Some(progress) = progress(line) {
            *lock(&self.now) = progress;
            return;
        }
        if line.is_empty() {
            return;
        }
        let mut log = lock(&self.log);
        if let Some(file) = &mut log.0 {
            let _ = writeln!(file, "{line}");
        }
        log.1.push_str(line);
        log.1.push('\n');
        if !line.trim_start().starts_with("Compiling") && !line.trim_start().starts_with("Checking") {
            *lock(&self.now) = line.trim().chars().take(60).collect();
        }
    }

    fn listen(&self, reader: &mut impl Read) {
        let mut pending = Vec::new();
        let mut bytes = [0; 4096];
        while let Ok(n @ 1..) = reader.read(&mut bytes) {
            pending.extend_from_slice(bytes.get(..n).unwrap_or_default());
            while let Some(end) = pending.iter().position(|b| *b == b'\n' || *b == b'\r') {
                let line: Vec<u8> = pending.drain(..=end).collect();
                self.hear(&String::from_utf8_lossy(&line));
            }
        }
        self.hear(&String::from_utf8_lossy(&pending));
    }
}

/// "123/310 crates" out of cargo's `Building [==>  ] 123/310: serde, tokio`; quiet cargo leaves the word out.
fn progress(line: &str) -> Option<String> {
    let line = line.trim_start();
    let rest = line.strip_prefix("Building ").unwrap_or(line).strip_prefix('[')?;
    let counted = rest.split_once("] ")?.1;
    let count = counted.split(':').next().unwrap_or(counted).trim();
    let (at, of) = count.split_once('/')?;
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    (number(at) && number(of)).then(|| format!("{count} crates"))
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|w| w.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Seconds as people read them.
pub fn seconds(time: Duration) -> String {
    let s = time.as_secs();
    if s < 10 {
        format!("{:.1} s", time.as_secs_f32())
    } else if s < 120 {
        format!("{s} s")
    } else {
        format!("{} min {:02} s", s / 60, s % 60)
    }
}

/// Runs `jobs` side by side as step `at` of `of` and says how they fare; every job is run to its end.
pub fn together(at: usize, of: usize, jobs: Vec<Job<'_>>) -> Vec<Done> {
    let started = Instant::now();
    let desks: Vec<(&'static str, Desk)> = jobs.iter().map(|job| (job.name, Desk::new(job.name))).collect();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let teller = scope.spawn(|| tell(at, of, started, &desks, &over));
        let running: Vec<_> =
            jobs.into_iter().zip(&desks).map(|(job, (_, desk))| scope.spawn(move || one(at, of, job, desk))).collect();
        let done = running.into_iter().filter_map(|handle| handle.join().ok()).collect();
        over.store(true, Ordering::Relaxed);
        teller.thread().unpark();
        done
    })
}

fn one(at: usize, of: usize, job: Job<'_>, desk: &Desk) -> Done {
    let started = Instant::now();
    let failure = (job.work)(desk).err();
    let took = started.elapsed();
    let said = std::mem::take(&mut lock(&desk.log).1);
    *lock(&desk.now) = String::new();
    let mark = if failure.is_some() { "failed" } else { "done" };
    say(&format!("[{at}/{of}] {:<28} {mark:<7} {}", job.name, seconds(took)));
    if let Some(why) = &failure {
        let lines: Vec<&str> = said.lines().collect();
        let tail = lines.get(lines.len().saturating_sub(200)..).unwrap_or_default();
        // A failure may stand far above the end.
        let told = failures(&lines);
        eprintln!("{}\n{}\n{why}\n(whole log: target/logs/{}.log)", tail.join("\n"), told.join("\n"), job.name);
    }
    Done { name: job.name, took, failure, said }
}

/// What failed, as cargo and node tell it: the names, and what was said by each test that cargo ran, at most 150 lines.
fn failures<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let mut told = Vec::new();
    let mut inside = false;
    for line in lines {
        // libtest heads what a failed test said with its name, and ends all of them with the list of names.
        if line.starts_with("---- ") && line.ends_with(" stdout ----") {
            inside = true;
        } else if line.starts_with("failures:") {
            inside = false;
        }
        if inside || line.ends_with("... FAILED") || line.trim_start().starts_with("✖ ") {
            told.push(*line);
        }
    }
    told.truncate(150);
    told
}

fn say(line: &str) {
    let clear = if std::io::stdout().is_terminal() { "\r\x1b[2K" } else { "" };
    println!("{clear}{line}");
}

/// One moving line on a terminal; elsewhere a line now and then, so that a log shows life.
fn tell(at: usize, of: usize, started: Instant, desks: &[(&'static str, Desk)], over: &AtomicBool) {
    let terminal = std::io::stdout().is_terminal();
    let pause = Duration::from_millis(if terminal { 150 } else { 20_000 });
    loop {
        std::thread::park_timeout(pause);
        if over.load(Ordering::Relaxed) {
            return;
        }
        let states = desks
            .iter()
            .filter_map(|(name, desk)| Some((*name, lock(&desk.now).clone())).filter(|(_, now)| !now.is_empty()));
        let told: Vec<String> = states.map(|(name, now)| format!("{name}: {now}")).collect();
        let line: String =
            format!("[{at}/{of}] {}  {}", seconds(started.elapsed()), told.join("  ·  ")).chars().take(110).collect();
        if terminal {
            print!("\r\x1b[2K{line}");
            let _ = std::io::stdout().flush();
        } else if !told.is_empty() {
            println!("{line}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_wherever_it_stands() {
        let log = "test a ... ok\ntest b ... FAILED\nfailures:\n\n---- b stdout ----\nleft: 1\n\nfailures:\n    b\ntest c ... ok";
        let lines: Vec<&str> = log.lines().collect();
        assert_eq!(failures(&lines), ["test b ... FAILED", "---- b stdout ----", "left: 1", ""]);
    }

    #[test]
    fn cargos_progress_becomes_a_count() {
        assert_eq!(progress("    Building [=====>      ] 123/310: serde, tokio").as_deref(), Some("123/310 crates"));
        assert_eq!(progress("[=>   ] 95/378: serde").as_deref(), Some("95/378 crates"));
        assert_eq!(progress("[3/4] a step of its own"), None);
        assert_eq!(progress("   Compiling serde v1.0.0"), None);
        assert_eq!(progress("Building [half"), None);
    }

    #[test]
    fn a_job_keeps_what_its_commands_said_and_how_they_ended() {
        let well = Job::new("test-well", |desk| desk.run(place::line("echo hello")));
        let badly = Job::new("test-badly", |desk| desk.run(place::line("false")));
        let absent = Job::new("test-absent", |desk| desk.run(place::line("no-such-program-here")));
        let done = together(1, 1, vec![well, badly, absent]);
        let told: Vec<(bool, bool)> = done.iter().map(|d| (d.failure.is_some(), d.said.contains("\nhello"))).collect();
        assert_eq!(told, [(false, true), (true, false), (true, false)]);
    }
}
