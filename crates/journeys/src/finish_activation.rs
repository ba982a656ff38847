//! The last step of every activation: the chosen code goes to the vault, account and phone stand, old phones are cut off.

use domain::activation::{Activation, Ended, FromCard, LastCommand, Stage};
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
    let limited_until = match &choosing.known {
        None => 0,
        Some(known) => match new_phone::word(world, known, now).await? {
            Word::GoOn { limited_until } => limited_until,
            Word::Stop => return stopped(world, row, now).await,
        },
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
    let opened = Opened::new(world, &row.activation, choosing, account, limited_until, certificate, &jti)?;
    let topics = opened.card.as_ref().map(|c| c.enrolment.clone());
    let (activation, cut_off) = match opened.store(world, row.version, now).await? {
        Some(done) => done,
        None => return stopped(world, row, now).await,
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
    let next = row.activation.clone().end(Ended::Stopped, now);
    let (_, current) = save(world, "activate.stopped", row.version, next, None).await?;
    view(world, &current.activation).await
}

/// Everything the last transaction of an activation writes.
struct Opened {
    activation: Activation,
    profile: domain::account::Profile,
    device: domain::account::Device,
    account: String,
    is_new: bool,
    limited_until: i64,
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
        limited_until: i64,
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
            is_new: choosing.known.is_none(),
            limited_until,
            card: choosing.card,
            account,
            certificate,
            audit: world.id("aud"),
        })
    }

    /// `None` when the computer said no meanwhile.
    async fn store(self, world: &World, version: i64, now: i64) -> Result<Option<(Activation, Vec<String>)>, Failure> {
        let sealer = world.sealer.clone();
        let done = world.db.run("activate.finish", move |tx| {
            let o = &self;
            if let Some(card) = &o.card
                && !enrol_with_eid::active(tx, &sealer, &card.enrolment, &o.activation.id)?
            {
                return Ok(None);
            }
            let stands = if o.is_new {
                store::account::insert(tx, &sealer, &o.account, &o.number, &o.person, &o.profile, now)?
            } else {
                notice::previous(tx, &sealer, &o.account, &o.activation.lang, now)?;
                store::account::renew(tx, &sealer, &o.account, &o.number, &o.profile, o.limited_until, now)?
            };
            if !stands || !activation::save(tx, &sealer, &o.activation, version, None)? {
                return Err(Failure::Busy);
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
            let detail = if o.is_new { "new" } else { "again" };
            let line = store::audit::Line {
                id: &o.audit,
                at: now,
                action: "activated",
                actor: &o.device.id,
                subject: &o.account,
                detail,
            };
            store::audit::append(tx, &line)?;
            Ok(Some((o.activation.clone(), cut_off)))
        });
        done.await
    }
}
