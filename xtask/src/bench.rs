//! `bench`: measurements in release mode. Logins by the server's own command; a card by the card program at a reader of its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::jobs::{self, Job};
use crate::{place, tools};

/// `login …` (or options alone): how many logins a core does. `console …`: how long the helpdesk waits. `seed …`: a folder with very many accounts. `card [--rounds N]`: how long a card takes over pcscd.
///
/// # Errors
/// What did not build, start or end well.
pub fn run(words: &[String]) -> Result<(), String> {
    match words.split_first() {
        Some((first, rest)) if first == "card" => card(rest),
        Some((first, rest)) if first == "login" => server("login", rest),
        Some((first, rest)) if first == "console" => server("console", rest),
        Some((first, rest)) if first == "seed" => server("seed", rest),
        _ => server("login", words),
    }
}

fn build(line: &str) -> Result<(), String> {
    let done = jobs::together(1, 1, vec![Job::command("release", place::line(line))]);
    if done.iter().any(|job| job.failure.is_some()) {
        Err("Stopped: it did not build; see above.".into())
    } else {
        Ok(())
    }
}

fn server(what: &str, words: &[String]) -> Result<(), String> {
    build("cargo build --locked --release -p zelf")?;
    let mut bench = Command::new(place::target().join("release/zelf"));
    ended(bench.current_dir(place::root()).args(["bench", what]).args(words))
}

fn ended(command: &mut Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("it ended with {status}")),
        Err(error) => Err(format!("it did not start: {error}")),
    }
}

/// Both generations, each in a `pcscd` of its own.
fn card(words: &[String]) -> Result<(), String> {
    let tools = jobs::together(1, 2, vec![Job::new("tools", tools::for_testing)]);
    if tools.iter().any(|job| job.failure.is_some()) {
        return Err("Stopped: the tools are missing; see above.".into());
    }
    build("cargo build --locked --release -p zelf")?;
    // The window has no part in it.
    build("cargo build --locked --release -p zelf-eid --no-default-features")?;
    let folder = place::target().join("bench-card");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let person = folder.join("person.json");
    std::fs::write(&person, "{}").map_err(|e| e.to_string())?;
    for applet in ["1.7", "1.8"] {
        println!("applet {applet}");
        measure(&folder, &person, applet, words)?;
    }
    Ok(())
}

fn measure(folder: &Path, person: &Path, applet: &str, words: &[String]) -> Result<(), String> {
    let pki = folder.join("pki");
    let mut reader = Command::new(place::target().join("release/zelf"));
    reader.args(["virtual-card", "--applet", applet]).arg("--person").arg(person);
    reader.arg("--pki").arg(&pki).arg("--reader").arg(folder.join(format!("reader-{applet}")));
    let mut reader = Stops(reader.stdout(Stdio::piped()).spawn().map_err(|e| format!("zelf did not start: {e}"))?);
    let told = reader.0.stdout.take().ok_or("no output")?;
    let mut lines = BufReader::new(told).lines().map_while(Result::ok);
    let socket = lines.find_map(|line| line.strip_prefix("PCSCLITE_CSOCK_NAME=").map(str::to_owned));
    let socket = socket.ok_or("the virtual reader did not say where it is")?;
    // The next line says that the card is made and inserted.
    lines.next().ok_or("the virtual card was not inserted")?;
    let mut bench = Command::new(place::target().join("release/zelf-eid"));
    bench.arg("bench").env("PCSCLITE_CSOCK_NAME", socket).args(words);
    for root in ["rsa-root.pem", "ec-root.pem"] {
        bench.arg("--root").arg(pki.join(root));
    }
    ended(&mut bench)
}

/// A child that ends with us, its own children too.
struct Stops(Child);

impl Drop for Stops {
    fn drop(&mut self) {
        // SIGTERM, so that it takes its daemon along.
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}
