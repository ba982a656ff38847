//! What is known of a person, a phone and a request: drawn on the phone before, released after.

use domain::account::Profile;
use domain::approval::{Approval, LoginRequest, Start};
use domain::enrolment::CardData;
use protocol::jose::{b64u, unb64u};
use protocol::label;
use protocol::oidc::facts::{Device, Facts, Found, Login, Method, Proof};
use protocol::oidc::partner::Partner;
use protocol::oidc::{Mount, release};
use store::StoreError;
use store::approval::Kept;

use crate::{Failure, World};

/// What the phone can be shown: the person, in this language.
pub(crate) fn of_person(
    world: &World,
    partner: &Partner,
    profile: &Profile,
    card: Option<&CardData>,
    lang: &str,
    now: i64,
) -> Facts {
    let mut attributes = profile.attributes();
    if let Some(address) = card.and_then(|card| card.address.clone()) {
        attributes.address = Some(address);
    }
    let today = world.settings.today(now);
    let photo = card.and_then(|card| card.photo.as_deref()).and_then(|photo| unb64u(photo).ok());
    let picture = format!("{}{PICTURE}", world.settings.issuer_of(partner.mount));
    Facts {
        attributes,
        document: profile.document.clone(),
        proof: Some(proof(world, partner, profile)),
        device: None,
        login: Login::default(),
        language: Some(lang.to_owned()),
        now,
        today: format!("{:04}-{:02}-{:02}", today.year, today.month, today.day),
        picture_url: photo.as_ref().map(|_| picture),
        photo,
    }
}

/// Path of the picture, under the issuer of either mount.
pub const PICTURE: &str = "/picture";

/// Everything that may leave for this partner now. Rows are read only for what the caller has not.
pub(crate) async fn at_release(
    world: &World,
    partner: &Partner,
    approval: &Approval,
    login: &LoginRequest,
    known: Option<(&Profile, &Kept)>,
) -> Result<Facts, Failure> {
    let gone = |what: &str| Failure::Internal(format!("an approval's {what} is gone"));
    let asked = login.authorization.all_claims(partner);
    let wants = |fits: fn(&str) -> bool| asked.iter().any(|name| fits(name));
    let (card, phone) = (wants(release::from_card), wants(release::of_phone));
    let account = approval.account.clone().ok_or_else(|| gone("account"))?;
    let rows = match known.filter(|_| !phone) {
        Some((profile, kept)) => Rows {
            card: if card { kept.card.open(&world.sealer, &account)? } else { None },
            profile: profile.clone(),
            lang: kept.lang.clone(),
            activated_at: None,
            phone: None,
        },
        None => {
            let device = approval.device.clone().unwrap_or_default();
            rows(world, account, device, (card, phone)).await?.ok_or_else(|| gone("account"))?
        }
    };
    let mut facts = of_person(world, partner, &rows.profile, rows.card.as_ref(), &rows.lang, world.now());
    facts.language = facts.language.filter(|lang| !lang.is_empty());
    let since = login.credential.as_ref().map(|credential| credential.since).or(rows.activated_at);
    let label = rows.phone;
    facts.device = label.zip(since).map(|(label, since)| Device {
        id: for_sector(world, label::PARTNER_DEVICE, partner, approval.device.as_deref().unwrap_or_default()),
        label,
        since,
    });
    facts.login = Login {
        ip: login.credential.as_ref().and_then(|credential| credential.ip.clone()),
        found: found(partner.mount, approval.start),
        ongoing_call: login.credential.as_ref().map(|credential| credential.ongoing_call),
        app_name: Some(world.settings.name.clone()),
        app_release: Some(env!("CARGO_PKG_VERSION").to_owned()),
    };
    Ok(facts)
}

struct Rows {
    profile: Profile,
    lang: String,
    activated_at: Option<i64>,
    card: Option<CardData>,
    /// What the phone calls itself.
    phone: Option<String>,
}

async fn rows(
    world: &World,
    account: String,
    device: String,
    (card, phone): (bool, bool),
) -> Result<Option<Rows>, Failure> {
    let sealer = world.sealer.clone();
    let read = world.db.read("release.facts", move |tx| {
        let card = if card { store::card_data::kept(tx, &sealer, &account)? } else { None };
        let about = if phone { store::device::about(tx, &device)? } else { None };
        let found = store::account::find(tx, &sealer, &account)?;
        Ok::<_, StoreError>(found.map(|row| Rows {
            profile: row.profile,
            lang: row.lang,
            activated_at: Some(row.activated_at),
            card,
            phone: about.map(|(label, _)| label),
        }))
    });
    Ok(read.await?)
}

/// On the compatible mount a partner's own request always began with a code that the phone scanned.
fn found(mount: Mount, start: Start) -> Option<Found> {
    match (start, mount) {
        (Start::Number, _) => Some(Found::Number),
        (Start::Qr, _) | (Start::Ciba, Mount::Compat) => Some(Found::Scanned),
        (Start::Link, _) => Some(Found::SameDevice),
        (Start::Ciba, Mount::Standard) | (Start::Silent, _) => None,
    }
}

fn proof(world: &World, partner: &Partner, profile: &Profile) -> Proof {
    let proof = &profile.proof;
    let bank = world.banks.find(&proof.source).filter(|_| proof.method == "bank");
    Proof {
        method: if proof.method == "eid" { Method::Card } else { Method::Bank },
        organization: bank.map(|bank| bank.name.en.clone()),
        at: proof.proven_at,
        process: Some(for_sector(world, label::PROCESS, partner, &proof.evidence_sha256)),
    }
}

/// A name that only partners of one sector know.
fn for_sector(world: &World, use_label: &str, partner: &Partner, of: &str) -> String {
    let whole = world.keys.derived(use_label, &[partner.sector().as_bytes(), of.as_bytes()]);
    b64u(whole.get(..16).unwrap_or_default())
}

/// Names of claims as the app has words for them: of the long names of the compatible mount, what they stand for, once.
pub(crate) fn told(claims: &[String]) -> Vec<String> {
    let short = |name: &String| {
        let long = name.starts_with("http") || name.starts_with("tag:");
        let words = release::label(name).filter(|_| long).and_then(|label| label.strip_prefix("claim."));
        words.map_or_else(|| name.clone(), str::to_owned)
    };
    let mut told: Vec<String> = Vec::new();
    for name in claims.iter().map(short) {
        if !told.contains(&name) {
            told.push(name);
        }
    }
    told
}
