//! Other people's OpenID clients: their packages, and the run in which each logs a person in.

use std::process::Command;

use crate::jobs::Desk;
use crate::{phone, place};

/// Packages of npm and PyPI, then every client against a demo world of its own.
pub fn run(desk: &Desk) -> Result<(), String> {
    phone::packages(desk, "partners-e2e")?;
    python(desk)?;
    let mut command = place::line("node run.mjs");
    command.current_dir(place::root().join("partners-e2e")).env("ZELF", place::zelf());
    desk.run(command)
}

/// A folder of Python packages, made anew when what is wanted changed.
fn python(desk: &Desk) -> Result<(), String> {
    let folder = place::root().join("target/authlib");
    let wanted = place::root().join("partners-e2e/python/requirements.txt");
    let done = folder.join("zelf-installed");
    if place::up_to_date(&done, std::slice::from_ref(&wanted)) {
        return Ok(());
    }
    // The system's own Python: another one on the path may be without venv.
    let system = std::path::Path::new("/usr/bin/python3");
    let mut make = Command::new(if system.exists() { "/usr/bin/python3" } else { "python3" });
    make.args(["-m", "venv", "--clear"]).arg(&folder);
    desk.run(make)?;
    let mut install = Command::new(folder.join("bin/pip"));
    install.args(["install", "--quiet", "--disable-pip-version-check", "-r"]).arg(&wanted);
    desk.run(install)?;
    std::fs::write(&done, "").map_err(|e| format!("{}: {e}", done.display()))
}
