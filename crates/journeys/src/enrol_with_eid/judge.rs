//! What a card must prove to be believed.

use domain::enrolment::{CardData, Ended, Enrolment, Proof, Purpose};
use domain::identity::{Identity, Unfit};
use eid_card::Sex;
use eid_proof::judge::{DOCUMENT_TYPES, Expect, Holder, Rules};
use eid_proof::revocation::Fetch;
use eid_proof::token::Step;
use eid_proof::{Kind, Roots};
use protocol::eid::{ProofBody, WebEidToken};
use protocol::jose::b64u;
use protocol::oidc::attributes::{Address, Attributes, Place};
use protocol::oidc::facts::Document;

use super::EidProblem;
use crate::{Failure, World};

/// What an operator decides about cards.
#[derive(Clone)]
pub struct CardRules {
    pub roots: Roots,
    /// Kinds of card that open an account.
    pub document_types: Vec<u16>,
}

impl Default for CardRules {
    fn default() -> Self {
        CardRules { roots: Roots::belgium(), document_types: DOCUMENT_TYPES.to_vec() }
    }
}

/// What the proof must answer to.
pub(super) struct Expected {
    pub nonce: String,
    /// Empty for a Web eID token alone.
    pub challenge: Vec<u8>,
    pub purpose: Purpose,
    pub now: i64,
}

/// Why a card was not believed.
pub(super) enum Verdict {
    Refused(String),
    /// This person's last attempt failed too recently.
    Waits(i64),
    /// The certificates could not be asked about: nobody is believed without.
    Unreachable(String),
    Failed(Failure),
}

impl From<Failure> for Verdict {
    fn from(failure: Failure) -> Self {
        Verdict::Failed(failure)
    }
}

impl Verdict {
    /// What becomes of the enrolment, and what is told.
    pub(super) fn settle(self, e: Enrolment, now: i64) -> Result<(Enrolment, Option<EidProblem>), EidProblem> {
        Ok(match self {
            Verdict::Refused(code) => {
                let problem = EidProblem::new(&code, 422);
                (e.end(Ended::Card(code), now), Some(problem))
            }
            Verdict::Waits(until) => {
                let problem = EidProblem::Code { code: "person_waits".into(), status: 422, until: Some(until) };
                (e.end_waiting(until), Some(problem))
            }
            Verdict::Unreachable(why) => {
                tracing::warn!(why, "certificates could not be asked about");
                let code = "revocation_unreachable";
                let note = Ended::Card(code.into());
                // No session is left to go on with: say why, and let the person start again.
                let next = e.clone().again(Some(note.clone()), now).unwrap_or_else(|_| e.end(note, now));
                (next, Some(EidProblem::new(code, 503)))
            }
            Verdict::Failed(failure) => return Err(failure.into()),
        })
    }
}

/// A whole card: files, chip, possession, certificates, person.
pub(super) async fn card(world: &World, body: &ProofBody, expected: Expected) -> Result<Proof, Verdict> {
    let now = expected.now;
    let plan = eid_proof::judge::plan(body, &world.cards.roots, world.entropy(), now).map_err(refused)?;
    let expect = Expect { origin: &world.settings.issuer, nonce: &expected.nonce, challenge: &expected.challenge };
    // First of all: files alone, without card and PIN, make us ask nobody and tell nothing.
    plan.possession(expect).map_err(refused)?;
    may_try(world, plan.national_number(), &expected).await?;
    let mut answers = Vec::new();
    for fetch in plan.fetches() {
        answers.push(ask(world, fetch).await?);
    }
    let today = world.settings.today(now);
    let rules = Rules { today: day(today)?, document_types: world.cards.document_types.clone() };
    let proven = plan.judge(&answers, expect, &rules, now).map_err(refused)?;
    let (holder, card) = (proven.holder, proven.card);
    let mut identity = identity(world, holder, now)?;
    identity.document = Some(Document {
        number: card.card_number.clone(),
        kind: if card.belgian() { "I" } else { "IR" }.into(),
        country: "BEL".into(),
        valid_from: Some(card.valid_from.to_string()),
        valid_until: Some(card.valid_to.to_string()),
        issued_at: Some(card.municipality.clone()).filter(|town| !town.is_empty()),
        national_number: None,
    });
    identity.document_number = card.card_number.clone();
    identity.document_expiry = card.valid_to.to_string();
    if card.belgian() {
        identity.attributes.nationalities = vec!["BEL".into()];
    }
    identity.attributes.place_of_birth = Some(Place { locality: Some(card.birth_place.clone()), ..Place::default() })
        .filter(|_| !card.birth_place.is_empty());
    let address = card.address.map(|a| Address {
        street_address: Some(a.street),
        postal_code: Some(a.postcode),
        locality: Some(a.municipality),
        // The card names no country: an address in the National Register is in Belgium.
        country: Some("BE".into()),
    });
    let photo = (!card.photo.is_empty()).then(|| b64u(&card.photo));
    fit(world, identity, CardData { address, photo }, today)
}

/// A Web eID token alone: names and number.
pub(super) async fn token(world: &World, token: &WebEidToken, expected: Expected) -> Result<Proof, Verdict> {
    let (nonce, now) = (&*expected.nonce, expected.now);
    let mut issuers = Vec::new();
    let plan = loop {
        match eid_proof::token::plan(token, &world.cards.roots, &issuers, world.entropy(), now).map_err(refused)? {
            Step::Ready(plan) => break plan,
            Step::Issuer(fetch) if issuers.is_empty() => issuers.push(ask(world, &fetch).await?),
            Step::Issuer(_) => return Err(Verdict::Refused("certificate_chain".into())),
        }
    };
    plan.possession(&world.settings.issuer, nonce).map_err(refused)?;
    may_try(world, plan.national_number(), &expected).await?;
    let mut answers = Vec::new();
    for fetch in plan.fetches() {
        answers.push(ask(world, fetch).await?);
    }
    let holder = plan.judge(&answers, &world.settings.issuer, nonce, now).map_err(refused)?;
    let today = world.settings.today(now);
    let mut identity = identity(world, holder, now)?;
    // The certificate, which is in its time today, stands for the card.
    identity.document_expiry = format!("{:04}-{:02}-{:02}", today.year, today.month, today.day);
    fit(world, identity, CardData::default(), today)
}

fn refused(refusal: eid_proof::Refusal) -> Verdict {
    tracing::info!(code = refusal.code(), why = refusal.why, "a card was not believed");
    match refusal.kind {
        Kind::RevocationUnreachable => Verdict::Unreachable(refusal.why.to_owned()),
        _ => Verdict::Refused(refusal.code().to_owned()),
    }
}

/// One wait per person after a failed attempt, wherever it was (rule R13). Blocking waits for nothing.
async fn may_try(world: &World, national_number: &str, expected: &Expected) -> Result<(), Verdict> {
    if expected.purpose == Purpose::Block {
        return Ok(());
    }
    let (key, now) = (world.keys.person_hash(national_number), expected.now);
    let until = world.db.read("eid.person_waits", move |tx| store::waiting_time::until(tx, &key, now)).await;
    match until.map_err(|e| Verdict::Failed(e.into()))? {
        Some(until) => Err(Verdict::Waits(until)),
        None => Ok(()),
    }
}

async fn ask(world: &World, fetch: &Fetch) -> Result<Vec<u8>, Verdict> {
    let answer = world.revocation.fetch(fetch.url.clone(), fetch.body()).await.map_err(Verdict::Unreachable)?;
    if answer.len() > fetch.most() { Err(Verdict::Refused("revocation_invalid".into())) } else { Ok(answer) }
}

fn day(today: domain::date::Date) -> Result<eid_card::Day, Verdict> {
    let year = u16::try_from(today.year).ok();
    let day = year.and_then(|year| eid_card::Day::new(year, today.month, today.day));
    day.ok_or_else(|| Verdict::Failed(Failure::Internal("today is no day".into())))
}

/// The holder in our words. Test identities never pass where the operator did not ask for them.
fn identity(world: &World, holder: Holder, now: i64) -> Result<Identity, Verdict> {
    if holder.test && !world.settings.test_world {
        return Err(Verdict::Refused("certificate_chain".into()));
    }
    let birthdate = holder.birthdate.map(|b| match (b.month, b.day) {
        (Some(_), Some(_)) => b.to_string(),
        // OpenID Core §5.1: the year alone when the rest is unknown.
        _ => format!("{:04}", b.year),
    });
    let gender = holder.sex.and_then(|sex| match sex {
        Sex::Woman => Some("female".to_owned()),
        Sex::Man => Some("male".to_owned()),
        Sex::Other => None,
    });
    Ok(Identity {
        method: "eid".into(),
        source: "be".into(),
        source_subject: holder.certificate_serial,
        attributes: Attributes {
            given_name: Some(holder.given_names),
            family_name: Some(holder.family_name),
            birthdate,
            gender,
            national_number: Some(holder.national_number),
            ..Attributes::default()
        },
        document_number: String::new(),
        document_expiry: String::new(),
        document: None,
        evidence_sha256: holder.evidence_sha256,
        proven_at: now,
    })
}

/// Age and number, by the same law as for a bank's word.
fn fit(world: &World, identity: Identity, data: CardData, today: domain::date::Date) -> Result<Proof, Verdict> {
    match identity.judge(today, world.settings.minimum_age) {
        Ok(()) => Ok(Proof { identity, data }),
        Err(Unfit::TooYoung) => Err(Verdict::Refused("too_young".into())),
        Err(Unfit::Outdated) => Err(Verdict::Refused("card_expired".into())),
        Err(Unfit::Implausible) => Err(Verdict::Refused("national_number".into())),
    }
}
