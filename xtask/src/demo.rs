//! `demo`: the whole world on this machine. `bench`: what a login costs it.

use std::net::Ipv4Addr;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::Instant;

use crate::jobs::{self, Job};
use crate::{browser, phone, place, tools};

/// How the world is started.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    reset: bool,
    open: bool,
    port: Option<u16>,
    lan: bool,
    lan_address: Option<Ipv4Addr>,
}

impl Options {
    /// Reads `[--reset] [--no-open] [--port BASE] [--lan [--lan-address IPV4]]`.
    ///
    /// # Errors
    /// Anything else, said by name.
    pub fn read(words: &[String]) -> Result<Options, String> {
        let mut options = Options { reset: false, open: true, port: None, lan: false, lan_address: None };
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            match word.as_str() {
                "--reset" => options.reset = true,
                "--no-open" => options.open = false,
                "--port" => {
                    let port = rest.next().and_then(|p| p.parse().ok());
                    options.port = Some(port.ok_or("--port wants a number up to 65535")?);
                }
                "--lan" => options.lan = true,
                "--lan-address" => {
                    let address = rest.next().and_then(|a| a.parse().ok());
                    options.lan_address = Some(address.ok_or("--lan-address wants an IPv4 address")?);
                    options.lan = true;
                }
                other => {
                    return Err(format!(
                        "`demo` does not know `{other}`: --reset, --no-open, --port BASE, --lan, --lan-address IPV4"
                    ));
                }
            }
        }
        Ok(options)
    }
}

/// Installs, builds, and becomes `zelf demo`: from here on Ctrl-C is its own.
///
/// # Errors
/// What could not be installed, built or started.
pub fn play(options: &Options) -> Result<(), String> {
    let started = Instant::now();
    done(jobs::together(1, 3, vec![Job::new("tools", tools::for_building)]))?;
    let server = Job::command("server", place::line("cargo build --locked -p zelf"));
    done(jobs::together(2, 3, vec![Job::new("phone", phone::build), server]))?;
    println!("[3/3] {:<28} built in {}; starting, Ctrl-C stops everything", "world", jobs::seconds(started.elapsed()));
    let dir = if options.lan { "target/demo-lan" } else { "target/demo" };
    let demo_json = place::root().join(dir).join("demo.json");
    let _ = std::fs::remove_file(&demo_json);
    if options.open && wanted() {
        browser::later(&demo_json)?;
    }
    let mut world = Command::new(place::zelf());
    world.current_dir(place::root()).args(["demo", "--dir", dir, "--app-dist", "phone/dist"]);
    if options.lan {
        world.arg("--lan");
    }
    if let Some(address) = options.lan_address {
        world.args(["--lan-address", &address.to_string()]);
    }
    if options.reset {
        world.arg("--reset");
    }
    if let Some(port) = options.port {
        world.args(["--port", &port.to_string()]);
    }
    Err(format!("zelf did not start: {}", world.exec()))
}

/// Whether anybody sits before a screen here.
fn wanted() -> bool {
    cfg!(target_os = "macos") || ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some())
}

fn done(jobs: Vec<jobs::Done>) -> Result<(), String> {
    let failed: Vec<&str> = jobs.iter().filter(|job| job.failure.is_some()).map(|job| job.name).collect();
    if failed.is_empty() { Ok(()) } else { Err(format!("Stopped: {} did not work; see above.", failed.join(", "))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_or_refused_by_name() {
        let read = |line: &str| Options::read(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        let plain = || Options { reset: false, open: true, port: None, lan: false, lan_address: None };
        assert_eq!(read(""), Ok(plain()));
        assert_eq!(
            read("--no-open --reset --port 9000"),
            Ok(Options { reset: true, open: false, port: Some(9000), ..plain() })
        );
        assert_eq!(read("--lan"), Ok(Options { lan: true, ..plain() }));
        let address = Some(Ipv4Addr::new(192, 168, 1, 5));
        assert_eq!(read("--lan-address 192.168.1.5"), Ok(Options { lan: true, lan_address: address, ..plain() }));
        assert!(read("--lan-address zelf.local").is_err_and(|why| why.contains("IPv4")));
        for wrong in ["--port", "--port 70000", "--port x", "--rest"] {
            assert!(read(wrong).is_err_and(|why| why.contains("--port")), "{wrong}");
        }
    }
}
