//! `zelf staff`: people of the helpdesk, let in by whoever holds the machine; and the log of what they did, checked.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use domain::helpdesk::Role;
use journeys::World;
use journeys::helpdesk::Denied;
use journeys::helpdesk::invite::{self, By};
use journeys::helpdesk::log::{self, Checked};

use super::telemetry;
use crate::config::Config;
use crate::wire;

/// Options of `zelf staff`.
#[derive(Args)]
pub struct StaffArgs {
    /// The configuration file.
    #[arg(long, default_value = "zelf.toml", global = true)]
    config: PathBuf,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Let somebody in: prints the code of the invitation, once.
    Add {
        name: String,
        /// agent, lead, auditor or admin.
        #[arg(long)]
        role: String,
    },
    /// A fresh code for somebody who lost password or key; both are worth nothing from then on.
    Invite { name: String },
    /// Out, at once.
    Remove { name: String },
    /// Everybody.
    List,
    /// Follow the log from its first line to its last.
    VerifyLog {
        /// A line noted earlier, as NUMBER:DIGEST: it must stand there still.
        #[arg(long, value_name = "NUMBER:DIGEST")]
        noted: Option<String>,
    },
}

pub async fn run(args: StaffArgs) -> ExitCode {
    telemetry::start(true);
    match act(&args).await {
        Ok(told) => {
            println!("{told}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("zelf staff: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn act(args: &StaffArgs) -> Result<String, String> {
    let config = Config::read(&args.config)?;
    let world = &wire::wire(&config).await?.world;
    let invited =
        |name: &str, code: &str| format!("{name}: {code}\nopen {}/invitation within 72 hours", config.console);
    match &args.what {
        What::Add { name, role } => {
            let role = Role::read(role).ok_or("a role is agent, lead, auditor or admin")?;
            let code = invite::add(world, By::Operator, name, role).await.map_err(|e| said(&e))?;
            Ok(invited(name, &code))
        }
        What::Invite { name } => {
            let code = invite::again(world, By::Operator, name).await.map_err(|e| said(&e))?;
            Ok(invited(name, &code))
        }
        What::Remove { name } => {
            invite::remove(world, By::Operator, name).await.map_err(|e| said(&e))?;
            Ok(format!("{name} is out"))
        }
        What::List => list(world).await,
        What::VerifyLog { noted } => verify(world, noted.as_deref()).await,
    }
}

async fn list(world: &World) -> Result<String, String> {
    let members = invite::list(world, By::Operator).await.map_err(|e| said(&e))?;
    let line = |m: &invite::Member| {
        let state = if m.password.is_some() { "joined" } else { "invited" };
        format!("{:<32} {:<8} {state}", m.name, m.role.word())
    };
    Ok(members.iter().map(line).collect::<Vec<_>>().join("\n"))
}

/// The last line's number and digest are worth noting somewhere else: whoever owns the database could write a whole log anew.
async fn verify(world: &World, noted: Option<&str>) -> Result<String, String> {
    if let Some(noted) = noted {
        let (number, digest) = noted.split_once(':').ok_or("a noted line is NUMBER:DIGEST")?;
        let number: i64 = number.parse().map_err(|_| "a noted line is NUMBER:DIGEST")?;
        let stands = log::digest_of(world, number).await.map_err(|e| format!("{e:?}"))?;
        if stands.as_deref() != Some(digest) {
            return Err(format!("line {number} is not the one that was noted"));
        }
    }
    match log::verify(world).await.map_err(|e| format!("{e:?}"))? {
        Checked::Whole { lines, digest } => Ok(format!("{lines} lines, unbroken; note {lines}:{digest}")),
        Checked::Broken { line } => Err(format!("the log is broken at line {line}")),
    }
}

fn said(denied: &Denied) -> String {
    match denied {
        Denied::Name => "a name is 2 to 32 of a-z, 0-9, dot and hyphen, and begins with a letter".into(),
        Denied::NameTaken => "that name is taken".into(),
        Denied::Stale => "there is nobody of that name".into(),
        other => format!("{other:?}"),
    }
}
