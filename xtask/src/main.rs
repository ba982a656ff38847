//! The project's own verbs. `cargo xtask demo` plays the whole story in a browser, `cargo xtask test` proves it.

mod bench;
mod browser;
mod demo;
mod fuzz;
mod generated;
mod jobs;
mod partners;
mod phone;
mod place;
mod suite;
mod tools;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask <verb>

  demo   the whole world on this machine, in a browser
           --reset      start the story again: forget everything
           --no-open    open no browser
           --port BASE  first of the ports (8400)
           --lan        for phones: over HTTPS on the local network; says how to trust it and how to stop
           --lan-address IPV4  this machine's address there, when it is not found by itself
  test   everything that CI runs; ends in `N passed, N failed`
           --quick      without the browser tests and without fuzzing
  check  formatting and lints
  fuzz   everything that reads strangers' bytes, with bytes that find their way; names of targets, or all
           --seconds N  each
  gen    write generated files anew; with --fresh also those that hold randomness or another project's data
  bench  in release mode: `bench login …` logins per core-second (options of `zelf bench login`);
         `bench console …` the helpdesk's pages at a million accounts;
         `bench card [--rounds N]` reading and checking an identity card over pcscd, both generations
  shots  photographs of every screen, to target/shots
  guides printable guides with today's screens, and every help page as a file, to target/help
           --site URL   where people find the login pages (http://localhost:8401)
           --app URL    where people find the app (http://localhost:8402)
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (verb, rest) = words.split_first().map_or(("help", [].as_slice()), |(v, rest)| (v.as_str(), rest));
    let done = match verb {
        "demo" => demo::Options::read(rest).and_then(|options| demo::play(&options)),
        "test" => options(rest, &["--quick"]).and_then(|()| suite::everything(rest.iter().any(|w| w == "--quick"))),
        "fuzz" => fuzz::Options::read(rest).and_then(|options| fuzz::alone(&options)),
        "check" => options(rest, &[]).and_then(|()| suite::check()),
        "gen" => options(rest, &["--fresh"]).and_then(|()| generated::write(!rest.is_empty())),
        "bench" => bench::run(rest),
        "shots" => options(rest, &[]).and_then(|()| suite::shots()),
        "guides" => suite::guides(rest),
        "open-when-ready" => browser::open_when_ready(rest),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => Err(format!("`{other}` is not a verb here.\n\n{HELP}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn options(given: &[String], known: &[&str]) -> Result<(), String> {
    match given.iter().find(|w| !known.contains(&w.as_str())) {
        Some(unknown) => Err(format!("`{unknown}` is not known here.\n\n{HELP}")),
        None => Ok(()),
    }
}
