//! `zelf-eid bench`: how long reading and checking the card in the reader takes.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use eid_card::{Transport, TransportError};
use eid_proof::Roots;
use eid_session::{Failure, Leave, Reader};
use serde_json::json;
use words::t;

use crate::reader::PcscReader;
use crate::{Look, show, surroundings};

/// One round.
struct Round {
    /// Connecting, reading every file, asking the chip.
    read: Duration,
    /// Signatures, certificates, hashes.
    check: Duration,
    commands: usize,
}

pub fn run(look: &Look, rounds: usize) -> ExitCode {
    let lang = surroundings::lang();
    match measure(look, rounds.clamp(1, 10_000)) {
        Ok(rounds) => {
            report(look, &rounds);
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("{} {}", failure.happened(lang), failure.todo(lang));
            ExitCode::from(failure.exit_code())
        }
    }
}

fn measure(look: &Look, rounds: usize) -> Result<Vec<Round>, Failure> {
    let roots = show::roots(&look.root)?;
    if roots.has_test() {
        eprintln!("*** {} ***", t(surroundings::lang(), "card.show.test_root"));
    }
    let mut reader = PcscReader::default();
    // Not counted: waiting for the card, and for a driver that has just noticed it.
    show::patiently(&mut reader, Duration::from_secs(look.wait))?;
    (0..rounds).map(|_| round(&mut reader, &roots)).collect()
}

fn round(reader: &mut PcscReader, roots: &Roots) -> Result<Round, Failure> {
    let (since, mut commands, mut done) = (Instant::now(), 0, None);
    reader
        .hold(Leave::AsItIs, &mut |transport| {
            let mut counting = Counting { transport, commands: 0 };
            done = Some(show::everything(&mut counting));
            commands = counting.commands;
        })
        .map_err(|error| show::failure(&error.into()))?;
    let read = since.elapsed();
    let (card, answer) = done.ok_or(Failure::CARD_FAILED)?.map_err(|trouble| show::failure(&trouble))?;
    let since = Instant::now();
    show::verdict(&card, answer.as_ref(), roots).map_err(|refusal| Failure::of_server(refusal.code(), None))?;
    Ok(Round { read, check: since.elapsed(), commands })
}

struct Counting<'a> {
    transport: &'a mut dyn Transport,
    commands: usize,
}

impl Transport for Counting<'_> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.commands += 1;
        self.transport.transmit(command)
    }
}

fn report(look: &Look, rounds: &[Round]) {
    let of = |take: fn(&Round) -> Duration| {
        let mut all: Vec<f64> = rounds.iter().map(|round| take(round).as_secs_f64() * 1000.0).collect();
        all.sort_by(f64::total_cmp);
        let at = |place: usize| all.get(place).copied().map_or(0.0, |ms| (ms * 100.0).round() / 100.0);
        (at(all.len() / 2), at(all.len() - 1))
    };
    let (read, check, whole) = (of(|r| r.read), of(|r| r.check), of(|r| r.read + r.check));
    let commands = rounds.iter().map(|round| round.commands).max().unwrap_or(0);
    if look.json {
        let pair = |(median, worst): (f64, f64)| json!({ "median": median, "worst": worst });
        let object = json!({
            "rounds": rounds.len(), "commands": commands,
            "read_ms": pair(read), "check_ms": pair(check), "whole_ms": pair(whole),
        });
        println!("{object}");
        return;
    }
    println!("{} rounds, {commands} commands each", rounds.len());
    for (name, (median, worst)) in [("read", read), ("check", check), ("whole", whole)] {
        println!("{name:<6} median {median:>8.2} ms   worst {worst:>8.2} ms");
    }
}
