//! `zelf partner`: services that log people in, registered while the server runs. Those of `zelf.toml` are shown and checked too, and
//! changed there.

mod read;
mod show;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use journeys::check_partner::{self, Finding, Rules, Weight};
use journeys::partners::{self, NotWritten, Origin, Registration, Secret};
use journeys::{Failure, World, usual_sealing};
use protocol::oidc::partner::Partner;
use serde_json::{Value, json};

pub use read::AddArgs;
pub(super) use read::{Read, documents};
pub(super) use show::table;

use super::telemetry;
use crate::config::{Certificates, Config};
use crate::wire;

/// Options of `zelf partner`.
#[derive(Args)]
pub struct PartnerArgs {
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
    /// Register a partner; prints its client secret, once.
    Add(Box<AddArgs>),
    /// All of them, with where they come from.
    List,
    /// One of them, as zelf.toml would write it.
    Show { id: String },
    /// A new client secret; the old one stops working at once.
    RotateSecret { id: String },
    /// Forget a partner. What people approved before stays in their history.
    Remove { id: String },
    /// Look for what may go wrong; ends with 1 when something breaks. Without an id: all partners.
    Check {
        id: Option<String>,
        /// Look at the registration alone, call nobody.
        #[arg(long)]
        offline: bool,
        /// Look at a request of this partner instead: an authorization URL, or a file with one, with a request object, or with the
        /// members of one as JSON.
        #[arg(long, value_name = "URL|FILE", requires = "id")]
        request: Option<String>,
    },
}

pub async fn run(args: PartnerArgs) -> ExitCode {
    telemetry::start(true);
    match act(&args).await {
        Ok((told, code)) => {
            println!("{told}");
            code
        }
        Err(problem) => {
            eprintln!("zelf partner: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn act(args: &PartnerArgs) -> Result<(String, ExitCode), String> {
    let config = Config::read(&args.config)?;
    let world = &wire::wire(&config).await?.world;
    let told = match &args.what {
        What::Add(add) => added(world, add, args.json).await?,
        What::List => list(world, args.json),
        What::Show { id } => show::one(&*known(world, id)?, args.json)?,
        What::RotateSecret { id } => rotate(world, id, args.json).await?,
        What::Remove { id } => remove(world, id).await?,
        What::Check { id, offline, request } => {
            let vetted = config.policy.partner_certificates == Certificates::Ov;
            let rules = Rules { offline: *offline, vetted };
            return match (id, request) {
                (Some(id), Some(request)) => check_request(world, id, request, rules, args.json).await,
                _ => check(world, id.as_deref(), rules, args.json).await,
            };
        }
    };
    Ok((told, ExitCode::SUCCESS))
}

/// A partner of file or database.
pub(super) fn known(world: &World, id: &str) -> Result<std::sync::Arc<Partner>, String> {
    let why = world.partners.problems().remove(id).map(|why| format!(" that can be read: {why}"));
    world.partners.find(id).ok_or_else(|| format!("there is no partner {id:?}{}", why.unwrap_or_default()))
}

/// A partner of the database, to be changed.
pub(super) async fn stored(world: &World, id: &str) -> Result<partners::Stored, String> {
    if world.partners.in_file(id) {
        return Err(in_file(id));
    }
    let stored = partners::stored(world, id).await.map_err(|e| failed(&e))?;
    stored.ok_or_else(|| format!("there is no partner {id:?}"))
}

fn in_file(id: &str) -> String {
    format!("{id:?} stands in the configuration file: change it there and restart the server")
}

fn failed(failure: &Failure) -> String {
    format!("{failure:?}")
}

pub(super) fn said(problem: NotWritten, id: &str) -> String {
    match problem {
        NotWritten::Invalid(error) => error.to_string(),
        NotWritten::InFile => in_file(id),
        NotWritten::Taken => format!("there is a partner {id:?} already; --replace overwrites it"),
        NotWritten::Failed(failure) => failed(&failure),
    }
}

async fn added(world: &World, add: &AddArgs, json: bool) -> Result<String, String> {
    let mut told = Vec::new();
    for Read { mut partner, secret, unsaid } in read::read(add, || world.entropy::<32>())? {
        usual_sealing::choose(world, &mut partner, unsaid, secret.is_some()).await;
        let id = partner.id.clone();
        let statements = show::statements(&partner);
        let issuer = format!("{}{}", world.settings.issuer, partner.mount.path());
        let kept = secret.clone().map_or(Secret::Keep, |secret| Secret::Set(secret.into()));
        let token_mac = match partners::stored(world, &id).await.map_err(|e| failed(&e))? {
            Some(before) if add.replace => before.token_mac,
            _ => String::new(),
        };
        let registration = Registration { partner, origin: Origin::Command, secret: kept, token_mac };
        partners::put(world, registration, add.replace).await.map_err(|e| said(e, &id))?;
        let mut registered = json!({ "client_id": id, "client_secret": secret, "issuer": issuer });
        if let (Value::Object(members), Value::Object(how)) = (&mut registered, statements) {
            members.extend(how);
        }
        told.push(registered);
    }
    if json {
        return Ok(one_or_all(told).to_string());
    }
    Ok(told.iter().map(show::registered).collect::<Vec<_>>().join("\n\n"))
}

fn one_or_all(mut all: Vec<Value>) -> Value {
    if all.len() == 1 { all.remove(0) } else { Value::Array(all) }
}

fn list(world: &World, json: bool) -> String {
    let all = world.partners.all();
    let origin = |p: &Partner| if world.partners.in_file(&p.id) { "file" } else { "database" };
    let problems = world.partners.problems();
    if json {
        let line = |p: &Partner| json!({ "id": p.id, "mount": p.mount, "from": origin(p), "name": p.name.en });
        let partners: Vec<Value> = all.iter().map(|p| line(p)).collect();
        return json!({ "partners": partners, "problems": problems }).to_string();
    }
    let line = |p: &Partner| vec![p.id.clone(), origin(p).to_owned(), show::mount(p).to_owned(), p.name.en.clone()];
    let mut text = table(&all.iter().map(|p| line(p)).collect::<Vec<_>>());
    for (id, problem) in problems {
        text.push_str(&format!("\n{id} is left out: {problem}"));
    }
    text
}

async fn rotate(world: &World, id: &str, json: bool) -> Result<String, String> {
    let mut stored = stored(world, id).await?;
    let secret = read::fresh_secret(&world.entropy());
    stored.partner.auth = read::secret_auth(&stored.partner.auth, &secret)
        .ok_or_else(|| format!("{id:?} proves itself with {}: it has no secret", stored.partner.auth.name()))?;
    let told = json!({ "client_id": id, "client_secret": secret });
    let registration = Registration {
        partner: stored.partner,
        origin: stored.origin,
        secret: Secret::Set(secret.into()),
        token_mac: stored.token_mac,
    };
    partners::put(world, registration, true).await.map_err(|e| said(e, id))?;
    Ok(if json { told.to_string() } else { show::registered(&told) })
}

async fn remove(world: &World, id: &str) -> Result<String, String> {
    if world.partners.in_file(id) {
        return Err(in_file(id));
    }
    match partners::remove(world, id).await.map_err(|e| failed(&e))? {
        true => Ok(format!("{id} is removed: its requests are refused from now on")),
        false => Err(format!("there is no partner {id:?}")),
    }
}

async fn check_request(
    world: &World,
    id: &str,
    request: &str,
    rules: Rules,
    json: bool,
) -> Result<(String, ExitCode), String> {
    let text = match request.contains("://") {
        true => request.to_owned(),
        false => std::fs::read_to_string(request).map_err(|e| format!("{request}: {e}"))?,
    };
    let found = check_partner::check_request(world, &*known(world, id)?, &text, rules).await;
    Ok(verdict(&[(id.to_owned(), found)], json))
}

/// What is said, and 1 when something breaks.
fn verdict(all: &[(String, Vec<Finding>)], json: bool) -> (String, ExitCode) {
    let breaks = all.iter().flat_map(|(_, found)| found).any(|f| f.weight == Weight::Breaks);
    let code = if breaks { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    (if json { show::findings_json(all) } else { show::findings(all) }, code)
}

async fn check(world: &World, id: Option<&str>, rules: Rules, json: bool) -> Result<(String, ExitCode), String> {
    let chosen = match id {
        Some(id) => vec![known(world, id)?],
        None => world.partners.all().iter().cloned().collect(),
    };
    let mut all: Vec<(String, Vec<Finding>)> = Vec::new();
    for partner in chosen {
        let found = check_partner::check(world, &partner, rules).await.map_err(|e| failed(&e))?;
        all.push((partner.id.clone(), found));
    }
    let left_out = world.partners.problems().into_iter().filter(|(other, _)| id.is_none_or(|id| id == other));
    all.extend(left_out.map(|(id, what)| {
        let todo = "Replace it (zelf partner add --replace) or remove it.".to_owned();
        (id, vec![Finding { weight: Weight::Breaks, about: "partner".into(), what, todo }])
    }));
    Ok(verdict(&all, json))
}
