//! `zelf service`: what a partner of the compatible mount does, one service for each flow.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use journeys::World;
use journeys::partners::{self, Registration, Secret};
use protocol::oidc::partner::{Mount, Partner, Service, ServiceKind};
use serde_json::{Map, Value, json};

use super::partner::{documents, known, said, stored, table};
use super::telemetry;
use crate::config::Config;
use crate::wire;

/// Options of `zelf service`.
#[derive(Args)]
pub struct ServiceArgs {
    /// The configuration file.
    #[arg(long, default_value = "zelf.toml", global = true)]
    config: PathBuf,
    /// Answer in JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Add a service to a partner.
    Add(Box<AddArgs>),
    /// The services of a partner.
    List { partner: String },
    /// Take a service away.
    Remove { partner: String, code: String },
}

/// Options of `zelf service add`.
#[derive(Args)]
struct AddArgs {
    partner: String,
    /// What its requests name in the scope (service:CODE).
    #[arg(required_unless_present = "file")]
    code: Option<String>,
    /// A file with everything: the same as a [[partner.service]] table of zelf.toml, or several of them.
    #[arg(long, conflicts_with = "code")]
    file: Option<PathBuf>,
    /// Overwrite a service of that code.
    #[arg(long)]
    replace: bool,
    /// authentication, identification or confirmation.
    #[arg(long, default_value = "authentication")]
    kind: String,
    /// Where people return to; may be given again.
    #[arg(long, value_name = "URL")]
    redirect_uri: Vec<String>,
    /// profile, email, phone, address, eid, idDocument; may be given again.
    #[arg(long)]
    scope: Vec<String>,
    /// A single claim; may be given again.
    #[arg(long)]
    claim: Vec<String>,
    /// What people see in place of the partner's name, in all languages.
    #[arg(long)]
    name: Option<String>,
    /// Why the data is asked, in all languages.
    #[arg(long)]
    purpose: Option<String>,
}

pub async fn run(args: ServiceArgs) -> ExitCode {
    telemetry::start(true);
    match act(&args).await {
        Ok(told) => {
            println!("{told}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("zelf service: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn act(args: &ServiceArgs) -> Result<String, String> {
    let config = Config::read(&args.config)?;
    let world = &wire::wire(&config).await?.world;
    match &args.what {
        What::Add(add) => added(world, add).await,
        What::List { partner } => Ok(list(&*known(world, partner)?, args.json)),
        What::Remove { partner, code } => {
            change(world, partner, |p| {
                let before = p.services.len();
                p.services.retain(|service| service.code != *code);
                if p.services.len() < before { Ok(()) } else { Err(format!("{partner} has no service {code:?}")) }
            })
            .await?;
            Ok(format!("{code} is removed: its requests are refused from now on"))
        }
    }
}

/// Reads a registration of the database, changes it, writes it.
async fn change(world: &World, id: &str, how: impl FnOnce(&mut Partner) -> Result<(), String>) -> Result<(), String> {
    let mut stored = stored(world, id).await?;
    how(&mut stored.partner)?;
    let partners::Stored { partner, origin, token_mac, .. } = stored;
    let registration = Registration { partner, origin, secret: Secret::Keep, token_mac };
    partners::put(world, registration, true).await.map_err(|e| said(e, id))
}

async fn added(world: &World, add: &AddArgs) -> Result<String, String> {
    let read = match &add.file {
        Some(file) => documents(file, "service")?,
        None => vec![from_flags(add)],
    };
    let read: Result<Vec<Service>, _> = read.into_iter().map(serde_json::from_value).collect();
    let services = read.map_err(|e| e.to_string())?;
    let told: Vec<String> = services.iter().map(|s| format!("scope  openid service:{}", s.code)).collect();
    change(world, &add.partner, |partner| {
        if partner.mount != Mount::Compat {
            return Err(format!("{} speaks the standard contract, which has no services", partner.id));
        }
        for service in services {
            match partner.services.iter_mut().find(|before| before.code == service.code) {
                Some(before) if add.replace => *before = service,
                Some(_) => {
                    return Err(format!("there is a service {:?} already; --replace overwrites it", service.code));
                }
                None => partner.services.push(service),
            }
        }
        Ok(())
    })
    .await?;
    Ok(told.join("\n"))
}

fn from_flags(add: &AddArgs) -> Value {
    let everywhere = |text: &String| json!({ "nl": text, "fr": text, "de": text, "en": text });
    let mut service = Map::new();
    service.insert("code".into(), json!(add.code));
    service.insert("kind".into(), json!(add.kind));
    service.insert("redirect_uris".into(), json!(add.redirect_uri));
    service.insert("scopes".into(), json!(add.scope));
    service.insert("claims".into(), json!(add.claim));
    service.insert("name".into(), json!(add.name.as_ref().map(everywhere)));
    service.insert("purpose".into(), json!(add.purpose.as_ref().map(everywhere)));
    Value::Object(service)
}

fn list(partner: &Partner, json: bool) -> String {
    if json {
        return json!(partner.services).to_string();
    }
    let kind = |kind: ServiceKind| match kind {
        ServiceKind::Authentication => "authentication",
        ServiceKind::Identification => "identification",
        ServiceKind::Confirmation => "confirmation",
    };
    let line = |s: &Service| vec![s.code.clone(), kind(s.kind).to_owned(), s.redirect_uris.join(" ")];
    table(&partner.services.iter().map(line).collect::<Vec<_>>())
}
