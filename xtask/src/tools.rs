//! What must be on the machine: Rust and Node by hand, a C compiler and the tests' Debian packages by apt.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::jobs::Desk;
use crate::place;

/// Oldest Node the phone app builds with.
const NODE: (u32, u32) = (20, 19);

/// Debian packages of the card reader, and a file of each: the daemon, a reader without hardware, a program that knows nothing of us.
const CARD_READER: [(&str, &str); 3] = [
    ("pcscd", "/usr/sbin/pcscd"),
    ("vsmartcard-vpcd", "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"),
    ("opensc", "/usr/bin/opensc-tool"),
];

/// Debian packages of other people's OpenID clients, and a file of each.
const CLIENTS: [(&str, &str); 3] = [
    ("apache2-bin", "/usr/sbin/apache2"),
    ("libapache2-mod-auth-openidc", "/usr/lib/apache2/modules/mod_auth_openidc.so"),
    ("python3-venv", "/usr/share/python-wheels"),
];

/// Node, npm and a C compiler (aws-lc and SQLite are C).
pub fn for_building(desk: &Desk) -> Result<(), String> {
    let version =
        said("node", &["--version"]).ok_or("Node is missing: install Node 20.19 or newer from https://nodejs.org")?;
    let mut parts = version.trim().trim_start_matches('v').split('.').map(|p| p.parse::<u32>().unwrap_or(0));
    if (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) < NODE {
        return Err(format!("Node {} is too old: 20.19 or newer is needed", version.trim()));
    }
    said("npm", &["--version"]).ok_or("npm is missing: it comes with Node")?;
    if !found("cc") {
        apt(desk, &["build-essential"])?;
    }
    Ok(())
}

/// Also formatter, lints, a browser, PostgreSQL, a card reader and its library.
pub fn for_testing(desk: &Desk) -> Result<(), String> {
    for_building(desk)?;
    for (component, program) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if said("cargo", &[program, "--version"]).is_none() {
            desk.run(place::line(&format!("rustup component add {component}")))?;
        }
    }
    let mut missing = Vec::new();
    if chromium().is_none() {
        missing.push("chromium");
    }
    if !Path::new("/usr/lib/postgresql").is_dir() && !found("postgres") {
        missing.push("postgresql");
    }
    // The card program is linked with libpcsclite, which pkg-config finds.
    if said("pkg-config", &["--exists", "libpcsclite"]).is_none() {
        missing.extend(["pkg-config", "libpcsclite-dev"]);
    }
    missing.extend(
        CARD_READER.iter().chain(&CLIENTS).filter(|(_, file)| !Path::new(file).exists()).map(|(package, _)| *package),
    );
    if missing.is_empty() { Ok(()) } else { apt(desk, &missing) }
}

/// The browser the tests drive.
pub fn chromium() -> Option<&'static str> {
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
        .into_iter()
        .find(|p| Path::new(p).exists())
}

fn apt(desk: &Desk, packages: &[&str]) -> Result<(), String> {
    let by_hand = format!("please install by hand: {}", packages.join(" "));
    if !found("apt-get") {
        return Err(format!("no apt-get here; {by_hand}"));
    }
    let root = said("id", &["-u"]).is_some_and(|id| id.trim() == "0");
    let before = if root { "" } else { "sudo -n " };
    let run = |what: &str| {
        let mut command = place::line(&format!("{before}env DEBIAN_FRONTEND=noninteractive apt-get {what}"));
        command.stdin(Stdio::null());
        desk.run(command).map_err(|why| format!("{why}; {by_hand}"))
    };
    run("update -qq")?;
    run(&format!("install -y -qq --no-install-recommends {}", packages.join(" ")))
}

fn found(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(program).is_file()))
}

fn said(program: &str, args: &[&str]) -> Option<String> {
    let out = Command::new(program).args(args).current_dir(place::root()).output().ok()?;
    out.status.success().then(|| String::from_utf8_lossy(&out.stdout).into_owned())
}
