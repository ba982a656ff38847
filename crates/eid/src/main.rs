//! `zelf-eid`: reads an identity card for one server, in a window or on the command line.

mod activate;
mod bench;
mod browser;
mod config;
mod reader;
mod register;
mod show;
mod surroundings;
mod terminal;
#[cfg(feature = "window")]
mod window;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use eid_session::{Failure, Start};

#[derive(Parser)]
#[command(name = "zelf-eid", version, about = "Reads a Belgian identity card for one service, and for nobody else")]
struct Command {
    #[command(subcommand)]
    task: Option<Task>,
    /// The server to work for, https://host; otherwise that of the configuration file or the build.
    #[arg(long, global = true, value_name = "URL")]
    server: Option<String>,
}

#[derive(Subcommand)]
enum Task {
    /// Reads the card, checks it without a network, and prints it
    Show(Look),
    /// Measures reading and checking the card in the reader
    Bench {
        #[command(flatten)]
        look: Look,
        #[arg(long, default_value_t = 20)]
        rounds: usize,
    },
    /// Lets links of activation pages open this program
    Register,
    /// Takes part in an activation, here in the terminal
    Activate(Activate),
    /// Opens the window for a link of the activation page (what the desktop calls)
    Open {
        /// zelf-eid://activate?s=…
        link: String,
    },
}

#[derive(Args)]
struct Look {
    /// JSON on standard output
    #[arg(long)]
    json: bool,
    /// Also trusts this root certificate (PEM): for test cards only
    #[arg(long, value_name = "FILE")]
    root: Vec<PathBuf>,
    /// Seconds to wait for a reader and a card
    #[arg(long, default_value_t = 5)]
    wait: u64,
}

#[derive(Args)]
struct Activate {
    /// Session of the link
    #[arg(long, conflicts_with = "code", required_unless_present = "code", allow_hyphen_values = true)]
    session: Option<String>,
    /// The eight characters on the activation page
    #[arg(long)]
    code: Option<String>,
    /// Reads the PIN from the first line of standard input, and asks nothing more; for scripts
    #[arg(long)]
    pin_stdin: bool,
    /// Prints the address and the six digits instead of opening the browser
    #[arg(long)]
    no_open: bool,
    /// One JSON object per line on standard output
    #[arg(long)]
    json: bool,
    /// Seconds to wait for a reader and a card
    #[arg(long, default_value_t = 600)]
    wait: u64,
}

impl Activate {
    fn start(&self) -> Result<Start, Failure> {
        match (&self.session, &self.code) {
            (Some(id), _) => Start::from_session(id).ok_or(Failure::LINK_INVALID),
            (None, Some(code)) => Start::from_code(code).ok_or(Failure::CODE_INVALID),
            (None, None) => Err(Failure::LINK_INVALID),
        }
    }
}

fn main() -> ExitCode {
    surroundings::leave_no_core();
    let command = Command::parse();
    let server = command.server.as_deref();
    match command.task {
        Some(Task::Show(look)) => show::run(&look),
        Some(Task::Bench { look, rounds }) => bench::run(&look, rounds),
        Some(Task::Register) => register::run(),
        Some(Task::Activate(arguments)) => activate::run(&arguments, server),
        Some(Task::Open { link }) => open_window(Some(&link), server),
        None => open_window(None, server),
    }
}

#[cfg(feature = "window")]
fn open_window(link: Option<&str>, server: Option<&str>) -> ExitCode {
    window::run(link, server)
}

#[cfg(not(feature = "window"))]
fn open_window(_: Option<&str>, _: Option<&str>) -> ExitCode {
    eprintln!("zelf-eid: built without a window; use zelf-eid activate");
    ExitCode::from(2)
}
