//! The last step of every activation: the chosen code goes to the vault, account and phone stand, old phones are cut off.

use domain::activation::{Activation, Ended, FromCard, Known, LastCommand, Stage};
use domain::refusal::Refusal;
use protocol::jose::PublicKey;
use protocol::phone::{IdentityProof, View};
use protocol::seal::Sealed;
use serde::Deserialize;
use store::activation;
use store::activation::ActivationRow;

use crate::activate_phone::person_hash;
use crate::activation_steps::{authenticate, save, view, wrong_step};
use crate::new_phone::Word;
use crate::{Failure, Signed, World, enrol_with_eid, new_phone, notice};

/// How long a card's address and photo wait for the person's word.
const CARD_DATA_SECONDS: i64 = 86_400;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FinishBody {
    sealed: Sealed,
}

/// The chosen code goes to the vault, then account and phone stand in one transaction; old phones are cut off at the end.
pub async fn finish(world: &World, signed: &Signed) -> Result<View, Failure> {
    let (row, (body, jti)) = authenticate::<FinishBody>(world, signed).await?;
    if let Stage::Active { .. } = row.activation.stage {
        return view(world, &row.activation).await;
    }
    let now = world.now();
    let choosing = match row.activation.choosing(now) {
        Ok(choosing) => choosing.clone(),
        Err(Refusal::WrongStep) => return wrong_step(world, &row.activation).await,
        Err(other) => return Err(other.into()),
    };
    let account = choosing.known.as_ref().map_or_else(|| world.id(domain::id::ACCOUNT), |k| k.account.clone());
    let identity = &choosing.identity;
    let enrolment = vault::Enrolment {
        device: row.activation.device.clone(),
        activation: row.activation.id.clone(),
        jwk: row.activation.jwk.clone(),
        sealed: body.sealed,
        account_commitment: world.keys.account_commitment(&account, &row.activation.device),
        proof: IdentityProof {
            method: identity.method.clone(),
            evidence_sha256: identity.evidence_sha256.clone(),
            ts: identity.proven_at,
        },
    };
    let certificate = match world.vault.enrol(enrolment, now).await {
        Ok(certificate) => certificate,
        Err(vault::VaultError::Malformed) => return Err(Refusal::CodeRejected.into()),
        Err(other) => return Err(other.into()),
    };
    let opened = Opened::new(world, &row.activation, choosing, account, certificate, &jti)?;
    let topics = opened.card.as_ref().map(|c| c.enrolment.clone());
    let (activation, cut_off) = match opened.store(world, row.version, now).await {
        Ok(done) => done,
        Err(Halt::Stopped) => return stopped(world, row, now).await,
        Err(Halt::Taken) => return ended(world, row, Ended::NumberTaken, now).await,
        Err(Halt::Failure(failure)) => return Err(failure),
    };
    topics.iter().for_each(|topic| world.signals.ring(topic));
    for device in cut_off {
        world.vault.revoke(device).await?;
    }
    view(world, &activation).await
}

/// The old phone or the computer said no.
pub(crate) async fn stopped(world: &World, row: ActivationRow, now: i64) -> Result<View, Failure> {
    if let Some(card) = row.activation.choosing(now).ok().and_then(|choosing| choosing.card.as_ref()) {
        enrol_with_eid::phone_stopped(world, &card.enrolment, now).await?;
    }
    ended(world, row, Ended::Stopped, now).await
}

async fn ended(world: &World, row: ActivationRow, why: Ended, now: i64) -> Result<View, Failure> {
    let next = row.activation.clone().end(why, now);
    let (_, current) = save(world, "activate.stopped", row.version, next, None).await?;
    view(world, &current.activation).await
}

/// Why the last transaction did not go through.
enum Halt {
    /// The old phone or the computer said no.
    Stopped,
    /// Person or number got an account meanwhile.
    Taken,
    Failure(Failure),
}

impl<E: Into<Failure>> From<E> for Halt {
    fn from(error: E) -> Self {
        Halt::Failure(error.into())
    }
}

/// Everything the last transaction of an activation writes.
struct Opened {
    activation: Activation,
    profile: domain::account::Profile,
    device: domain::account::Device,
    account: String,
    known: Option<Known>,
    card: Option<FromCard>,
    certificate: String,
    number: Vec<u8>,
    person: Vec<u8>,
    notices: Vec<notice::Notice>,
    audit: String,
}

impl Opened {
    fn new(
        world: &World,
        activation: &Activation,
        choosing: domain::activation::ChoosingCode,
        account: String,
        certificate: String,
        jti: &str,
    ) -> Result<Opened, Failure> {
        let identity = choosing.identity;
        let key = PublicKey::from_jwk(&activation.jwk)?;
        let profile = domain::account::Profile {
            number: choosing.contact.number,
            email: choosing.contact.email,
            proof: domain::account::ProofSummary {
                method: identity.method,
                source: identity.source,
                source_subject: identity.source_subject,
                document_number: identity.document_number,
                evidence_sha256: identity.evidence_sha256,
                proven_at: identity.proven_at,
            },
            attributes: identity.attributes,
        };
        let finished = activation.clone().finish(account.clone(), certificate.clone())?;
        Ok(Opened {
            activation: Activation { last: Some(LastCommand { jti: jti.to_owned(), refusal: None }), ..finished },
            number: world.keys.number_hash(profile.number.e164()),
            person: person_hash(world, &profile.attributes)?,
            notices: notice::activated(world, &activation.lang, &profile)?,
            device: domain::account::Device {
                id: activation.device.clone(),
                account: account.clone(),
                point: key.point().to_vec(),
                head: String::new(),
                last_receipt: None,
                last_answer: String::new(),
                settings: protocol::phone::Settings::default(),
            },
            profile,
            known: choosing.known,
            card: choosing.card,
            account,
            certificate,
            audit: world.id("aud"),
        })
    }

    async fn store(self, world: &World, version: i64, now: i64) -> Result<(Activation, Vec<String>), Halt> {
        let sealer = world.sealer.clone();
        let done = world.db.run("activate.finish", move |tx| {
            let o = &self;
            if let Some(card) = &o.card
                && !enrol_with_eid::active(tx, &sealer, &card.enrolment, &o.activation.id)?
            {
                return Err(Halt::Stopped);
            }
            let Word::GoOn { limited_until } = new_phone::word(tx, o.known.as_ref(), now)? else {
                return Err(Halt::Stopped);
            };
            let stands = if o.known.is_none() {
                store::account::insert(tx, &sealer, &o.account, &o.number, &o.person, &o.profile, now)?
            } else {
                notice::previous(tx, &sealer, &o.account, &o.activation.lang, now)?;
                store::account::renew(tx, &sealer, &o.account, &o.number, &o.profile, limited_until, now)?
            };
            if !stands {
                return Err(Halt::Taken);
            }
            if !activation::save(tx, &sealer, &o.activation, version, None)? {
                return Err(Failure::Busy.into());
            }
            let cut_off = store::device::replace(tx, &o.device, &o.certificate, &o.activation.device_name, now)?;
            // Until the person has said whether we may keep them, address and photo wait in a row that is swept.
            match &o.card {
                Some(card) => store::card_data::put(tx, &sealer, &o.account, &card.data, now + CARD_DATA_SECONDS)?,
                None => store::card_data::forget(tx, &o.account)?,
            }
            for notice in &o.notices {
                notice.insert(tx, &sealer, now)?;
            }
            let detail = if o.known.is_none() { "new" } else { "again" };
            let line = store::audit::Line {
                id: &o.audit,
                at: now,
                action: "activated",
                actor: &o.device.id,
                subject: &o.account,
                detail,
            };
            store::audit::append(tx, &line)?;
            Ok((o.activation.clone(), cut_off))
        });
        done.await
    }
}
