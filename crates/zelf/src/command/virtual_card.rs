//! `zelf virtual-card`: an identity card made of software, in a reader of `pcscd` or as a Web eID token.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, ValueEnum};
use eid_card::Pin;
use eid_virtual::person::Person;
use eid_virtual::personalise::{self, Fault};
use eid_virtual::pki::TestPki;
use eid_virtual::reader::{Reader, SOCKET_VARIABLE};
use eid_virtual::{Applet, VirtualCard, vpcd, web_eid};
use tokio::signal::unix::{SignalKind, signal};

/// How long a reader may take to come up.
const PATIENCE: Duration = Duration::from_secs(10);

/// Options of `zelf virtual-card`.
#[derive(Args)]
pub struct VirtualCardArgs {
    /// Generation of the card: 1.7 (RSA) or 1.8 (ECC).
    #[arg(long, value_enum, default_value = "1.8")]
    applet: Generation,
    /// Whose card, as JSON; somebody made up when left out.
    #[arg(long, value_name = "FILE")]
    person: Option<PathBuf>,
    /// What shall be wrong with it: expired, revoked, tampered-address, blocked-pin, …
    #[arg(long, value_name = "NAME")]
    fault: Option<Fault>,
    /// Keys of the test PKI; made when there are none.
    #[arg(long, value_name = "DIR", default_value = "test-pki")]
    pki: PathBuf,
    /// Where its revocation answers will be served.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:7080/pki")]
    pki_url: String,
    /// Put the card into this waiting reader (vpcd: 127.0.0.1:35963).
    #[arg(long, value_name = "HOST:PORT", required_unless_present_any = ["reader", "token"], conflicts_with_all = ["reader", "token"])]
    connect: Option<String>,
    /// Start a pcscd of our own in this folder and put the card into its reader.
    #[arg(long, value_name = "FOLDER", conflicts_with = "token")]
    reader: Option<PathBuf>,
    /// With --reader: leave it empty for cards that come with --connect.
    #[arg(long, requires = "reader")]
    empty: bool,
    /// Print a Web eID token made with the card.
    #[arg(long, requires_all = ["origin", "nonce"])]
    token: bool,
    /// Origin that the token is for.
    #[arg(long, requires = "token")]
    origin: Option<String>,
    /// Nonce that the token answers.
    #[arg(long, requires = "token")]
    nonce: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Generation {
    #[value(name = "1.7")]
    V1_7,
    #[value(name = "1.8")]
    V1_8,
}

pub async fn run(args: VirtualCardArgs) -> ExitCode {
    match act(&args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("zelf virtual-card: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn act(args: &VirtualCardArgs) -> Result<(), String> {
    if let (Some(origin), Some(nonce)) = (&args.origin, &args.nonce) {
        return token(args, origin, nonce);
    }
    match (&args.reader, &args.connect) {
        (Some(folder), _) => in_our_reader(args, folder).await,
        (None, Some(reader)) => in_reader(args, reader).await,
        (None, None) => Err("--connect, --reader or --token is missing".to_owned()),
    }
}

async fn in_our_reader(args: &VirtualCardArgs, folder: &Path) -> Result<(), String> {
    let reader = Reader::start(folder).map_err(|e| format!("no reader in {}: {e}", folder.display()))?;
    println!("{SOCKET_VARIABLE}={}", reader.socket().display());
    if args.empty {
        println!("The reader waits for cards at {}.", reader.address());
        return stopped().await;
    }
    in_reader(args, reader.address()).await
}

/// Inserts the card and serves it until somebody stops the program or the reader goes away.
async fn in_reader(args: &VirtualCardArgs, reader: &str) -> Result<(), String> {
    let person = person(args)?;
    let mut card = card(args, &person)?;
    let failed = |e: std::io::Error| format!("no reader at {reader}: {e}");
    let inserted = vpcd::insert_patiently(reader, PATIENCE).map_err(failed)?;
    let pull = inserted.pull().map_err(failed)?;
    println!(
        "The card of {} {} is in the reader at {reader}; Ctrl-C pulls it out.",
        person.given_names, person.surname
    );
    let serving = tokio::task::spawn_blocking(move || inserted.serve(&mut card));
    tokio::select! {
        ended = serving => {
            ended.map_err(|e| e.to_string())?.map_err(failed)?;
            Err(format!("the reader at {reader} went away"))
        }
        stop = stopped() => {
            pull.out();
            stop
        }
    }
}

/// Until Ctrl-C or SIGTERM.
async fn stopped() -> Result<(), String> {
    let mut end = signal(SignalKind::terminate()).map_err(|e| e.to_string())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed.map_err(|e| e.to_string()),
        _ = end.recv() => Ok(()),
    }
}

fn token(args: &VirtualCardArgs, origin: &str, nonce: &str) -> Result<(), String> {
    let person = person(args)?;
    let pin = Pin::new(&person.pin).map_err(|_| "the person's PIN is none".to_owned())?;
    let token = web_eid::token(&mut card(args, &person)?, &pin, origin, nonce).map_err(|e| e.to_string())?;
    println!("{}", serde_json::to_string(&token).map_err(|e| e.to_string())?);
    Ok(())
}

fn person(args: &VirtualCardArgs) -> Result<Person, String> {
    let Some(file) = &args.person else { return Ok(Person::default()) };
    let told = |problem: &dyn std::fmt::Display| format!("{}: {problem}", file.display());
    let text = std::fs::read_to_string(file).map_err(|e| told(&e))?;
    Person::from_json(&text).map_err(|e| told(&e))
}

fn card(args: &VirtualCardArgs, person: &Person) -> Result<VirtualCard, String> {
    let pki = TestPki::load_or_create(&args.pki, &args.pki_url).map_err(|e| e.to_string())?;
    let applet = match args.applet {
        Generation::V1_7 => Applet::V1_7,
        Generation::V1_8 => Applet::V1_8,
    };
    let now = jiff::Timestamp::now().as_second();
    let image = personalise::card(person, applet, &pki, args.fault, now).map_err(|e| e.to_string())?;
    Ok(VirtualCard::new(image))
}
