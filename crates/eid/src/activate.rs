//! `zelf-eid activate`: one activation in the terminal.

use std::process::ExitCode;
use std::time::Duration;

use eid_session::{Failure, HttpServer, Pace};

use crate::reader::PcscReader;
use crate::terminal::Terminal;
use crate::{Activate, config, surroundings};

/// Exit code 0, or that of [`Failure::exit_code`].
pub fn run(arguments: &Activate, server: Option<&str>) -> ExitCode {
    let mut terminal = Terminal {
        lang: surroundings::lang(),
        pin_stdin: arguments.pin_stdin,
        no_open: arguments.no_open,
        json: arguments.json,
    };
    match activate(arguments, server, &mut terminal) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            terminal.failed(&failure);
            ExitCode::from(failure.exit_code())
        }
    }
}

fn activate(arguments: &Activate, server: Option<&str>, terminal: &mut Terminal) -> Result<(), Failure> {
    let start = arguments.start()?;
    let mut server = HttpServer::new(config::server(server)?, surroundings::now)?;
    let mut pace = Pace { patience: Duration::from_secs(arguments.wait), ..Pace::default() };
    if arguments.no_open {
        // Whoever asked for the address opens it after us.
        pace.watch = Duration::ZERO;
    }
    eid_session::activate(&mut server, &mut PcscReader::default(), terminal, &start, pace)
}
