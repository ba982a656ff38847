//! `zelf seed`: accounts whose phones are computed from a seed, for benchmarks and load tests. Never in a live world: whoever
//! knows the seed owns every one of them.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use demo::phone::seed;
use domain::account::{Device, Profile, ProofSummary};
use domain::number::MobileNumber;
use protocol::jose::PublicKey;
use protocol::jose::{b64u, sha256};
use protocol::oidc::attributes::Attributes;
use protocol::phone::{IdentityProof, KeysDocument, Role, Settings, pin};

use super::telemetry;
use crate::config::Config;
use crate::wire;

/// Phones enrolled in one transaction; fewer where they are spread over others.
const BATCH: u64 = 500;
const SPREAD: u64 = 4;

/// Options of `zelf seed`.
#[derive(Args)]
pub struct SeedArgs {
    #[arg(long, default_value = "zelf.toml")]
    config: PathBuf,
    /// How many accounts.
    #[arg(long)]
    accounts: u64,
    /// Those with a phone that can be computed, spread over the table; the others are copies that nobody can use. All, if not given.
    #[arg(long)]
    active: Option<u64>,
    /// What the phones are computed from.
    #[arg(long)]
    seed: String,
}

pub async fn run(args: SeedArgs) -> ExitCode {
    telemetry::start(true);
    match fill(&args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("zelf seed: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn fill(args: &SeedArgs) -> Result<(), String> {
    let config = Config::read(&args.config)?;
    if !config.test_world.enabled {
        return Err(format!("{}: only a world with [test_world] enabled = true is seeded", args.config.display()));
    }
    let wired = wire::wire(&config).await?;
    let world = &wired.world;
    let (document, root) = world.vault.keys_document().await.map_err(|e| e.to_string())?;
    let root = PublicKey::from_jwk(&root).map_err(|e| e.to_string())?;
    let keys = KeysDocument::verify(&document, &root).map_err(|e| e.to_string())?;
    let vs = keys.current(Role::Vs).ok_or("the vault has no sealing key")?;
    let (kid, vs) = (vs.kid.clone(), PublicKey::from_jwk(&vs.jwk).map_err(|e| e.to_string())?);
    let active = args.active.unwrap_or(args.accounts).clamp(1, args.accounts.max(1));
    let others = args.accounts.saturating_sub(active);
    let step = if others == 0 { BATCH } else { SPREAD };
    for first in (0..active.min(args.accounts)).step_by(usize::try_from(step).map_err(|e| e.to_string())?) {
        let mut batch = Vec::new();
        let mut enrolling = tokio::task::JoinSet::new();
        let last = (first + step).min(active);
        for i in first..last {
            let (seed, world, vs, kid) = (args.seed.clone(), world.clone(), vs.clone(), kid.clone());
            enrolling.spawn(async move { one(&world, &seed, i, &vs, &kid).await });
        }
        while let Some(made) = enrolling.join_next().await {
            batch.push(made.map_err(|e| e.to_string())??);
        }
        let model = batch.first().map(|made| (made.device.account.clone(), made.device.id.clone()));
        store(world, batch).await?;
        if let (Some((account, phone)), Some(vault)) = (model, &wired.vault) {
            copies(world, vault, (account, phone), (others * first / active, others * last / active, others)).await?;
        }
    }
    Ok(())
}

/// People who never come.
async fn copies(
    world: &journeys::World,
    vault: &vault::Vault,
    (account, phone): (String, String),
    (first, last, all): (u64, u64, u64),
) -> Result<(), String> {
    if first == last {
        return Ok(());
    }
    let number = |n: u64| i64::try_from(n).map_err(|e| e.to_string());
    let numbers = (number(first)?, number(last)?, number(all)?);
    vault.fill(phone.clone(), numbers).await.map_err(|e| e.to_string())?;
    let copy = move |tx: &mut db::Tx<'_>| store::fill::copies(tx, (&account, &phone), numbers);
    world.db.run("seed", copy).await.map_err(|e: store::StoreError| e.to_string())
}

struct Made {
    device: Device,
    certificate: String,
    profile: Profile,
    person: String,
}

/// Enrols phone `i` with the vault as any phone is enrolled.
async fn one(world: &journeys::World, seed: &str, i: u64, vs: &PublicKey, kid: &str) -> Result<Made, String> {
    let text = |e: protocol::jose::JoseError| e.to_string();
    let key = seed::device_key(seed, i).map_err(|e| format!("{e:?}"))?;
    let pepper = seed::pepper(seed, i).map_err(|e| format!("{e:?}"))?;
    let device = key.public().name("dev");
    let activation = id(domain::id::ACTIVATION, i);
    let code = pin::key(&*pepper, &device, seed::CODE).map_err(text)?;
    let sealed = pin::seal_enrolment(&code, &device, &activation, vs, kid).map_err(text)?;
    let account = id(domain::id::ACCOUNT, i);
    let now = world.now();
    let enrolment = vault::Enrolment {
        device: device.clone(),
        activation,
        jwk: key.public().jwk(),
        sealed,
        account_commitment: world.keys.account_commitment(&account, &device),
        proof: IdentityProof { method: "seed".into(), evidence_sha256: String::new(), ts: now },
    };
    let certificate = world.vault.enrol(enrolment, now).await.map_err(|e| e.to_string())?;
    let number = MobileNumber::from_e164(&seed::number(i)).ok_or("a seeded number is a number")?;
    Ok(Made {
        device: phone(device, account, key.public()),
        certificate,
        profile: person(number, i, now),
        person: format!("seed-{i}"),
    })
}

fn phone(id: String, account: String, key: &PublicKey) -> Device {
    Device {
        id,
        account,
        point: key.point().to_vec(),
        head: String::new(),
        last_receipt: None,
        last_answer: String::new(),
        settings: Settings::default(),
        careful_until: 0,
    }
}

fn person(number: MobileNumber, i: u64, now: i64) -> Profile {
    Profile {
        number,
        email: None,
        attributes: Attributes {
            given_name: Some("Proef".into()),
            family_name: Some(format!("Persoon {i}")),
            birthdate: Some("1980-01-01".into()),
            ..Attributes::default()
        },
        document: None,
        proof: ProofSummary {
            method: "seed".into(),
            source: "seed".into(),
            source_subject: i.to_string(),
            document_number: String::new(),
            evidence_sha256: String::new(),
            proven_at: now,
        },
    }
}

/// The same id for the same `i`, so that seeding twice adds nothing; without order, as those of people.
fn id(prefix: &str, i: u64) -> String {
    let digest = sha256(&i.to_be_bytes());
    format!("{prefix}_{}", b64u(digest.get(..16).unwrap_or_default()))
}

async fn store(world: &journeys::World, batch: Vec<Made>) -> Result<(), String> {
    let (sealer, now) = (world.sealer.clone(), world.now());
    let hashed: Vec<_> = batch
        .into_iter()
        .map(|m| (world.keys.number_hash(m.profile.number.e164()), world.keys.person_hash(&m.person), m))
        .collect();
    let write = move |tx: &mut db::Tx<'_>| {
        for (number, person, m) in &hashed {
            let opening = store::account::Opening {
                number,
                profile: &m.profile,
                // No code on paper comes to this.
                block_mac: &m.device.account,
                lang: "nl",
                recovered_by: "",
                limited_until: 0,
                now,
            };
            if store::account::insert(tx, &sealer, &m.device.account, person, opening)? {
                store::device::replace(tx, &m.device, &m.certificate, "seed", now)?;
            }
        }
        Ok::<_, store::StoreError>(())
    };
    world.db.run("seed", write).await.map_err(|e| e.to_string())
}
