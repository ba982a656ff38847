//! The last step of every activation: the chosen code goes to the vault, account and phone stand, old phones are cut off.

use domain::account::Device;
use domain::activation::{Activation, Ended, FromCard, Known, LastCommand, Stage};
use domain::life::{Act, By, NoWay, Standing};
use domain::refusal::Refusal;
use protocol::jose::PublicKey;
use protocol::phone::{IdentityProof, Settings, View};
use protocol::seal::Sealed;
use serde::Deserialize;
use store::account::AccountRow;
use store::activation;
use store::activation::ActivationRow;

use crate::activate_phone::person_hash;
use crate::activation_steps::{authenticate, save, view, wrong_step};
use crate::new_phone::Word;
use crate::{Failure, Signed, World, enrol_with_eid, new_phone, notice, written_code};

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
    let before = before(world, choosing.known.as_ref()).await?;
    let opened = Opened::new(world, &row.activation, choosing, account, before, certificate, &jti)?;
    let topics = opened.card.as_ref().map(|c| c.enrolment.clone());
    let (activation, cut_off) = match opened.store(world, row.version, now).await {
        Ok(done) => done,
        Err(Halt::Stopped) => return stopped(world, row, now).await,
        Err(Halt::Taken) => return ended(world, row, Ended::NumberTaken, now).await,
        Err(Halt::NoWay(why)) => return ended(world, row, why, now).await,
        Err(Halt::Failure(failure)) => return Err(failure),
    };
    topics.iter().for_each(|topic| world.signals.ring(topic));
    for device in cut_off {
        world.vault.revoke(device).await?;
    }
    view(world, &activation).await
}

/// The account as it was before, for whom there was one.
async fn before(world: &World, known: Option<&Known>) -> Result<Option<AccountRow>, Failure> {
    let Some(known) = known else { return Ok(None) };
    let (sealer, id) = (world.sealer.clone(), known.account.clone());
    Ok(world.db.read("activate.before", move |tx| store::account::find(tx, &sealer, &id)).await?)
}

/// What the contacts of before are told. Of a comeback that the old phone vouched for, no document is to blame. And who comes
/// back after a stop is not stopped by whom they stopped.
fn told_before(world: &World, row: &AccountRow, known: Option<&Known>, document: &str) -> notice::WithStop {
    let by_old_phone = known.is_some_and(|known| known.by_old_phone);
    let document = if by_old_phone { String::new() } else { document.to_owned() };
    let told = notice::new_phone(world, row, document);
    if row.standing == Standing::Blocked(By::StopCode) { told.without_code(world, row) } else { told }
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

/// Nothing was proven anew: what the person chose to share on the phone of before, they share on this one.
fn with_old_choice(tx: &mut db::Tx<'_>, device: &Device) -> Result<Device, store::StoreError> {
    let before = store::device::of_account(tx, &device.account)?;
    let before = before.map(|id| store::device::find(tx, &id)).transpose()?.flatten();
    let sharing = before.is_some_and(|phone| phone.settings.sharing);
    Ok(Device { settings: Settings { sharing, ..device.settings }, ..device.clone() })
}

/// Why this account does not open by this proof, and when to try again.
pub(crate) fn no_way(row: &AccountRow, document: &str, now: i64) -> Option<(Ended, Option<i64>)> {
    match row.life(now).after(Act::Reactivate { distrusted: distrusted(row, document), vouched: false }) {
        Err(NoWay::Held) => Some((Ended::Held, None)),
        Err(NoWay::Distrusted) => Some((Ended::StoppedCard, None)),
        _ => None,
    }
}

/// With this document a comeback was stopped. Of a card that a browser extension read nobody knows which one it was: then no
/// card is believed.
fn distrusted(row: &AccountRow, document: &str) -> bool {
    let Some(stopped) = row.distrusted.as_deref() else { return false };
    let both_cards = stopped.starts_with("eid:") && document.starts_with("eid:");
    stopped == document || (both_cards && (stopped == "eid:" || document == "eid:"))
}

/// Why the last transaction did not go through.
enum Halt {
    /// The old phone or the computer said no.
    Stopped,
    /// Person or number got an account meanwhile.
    Taken,
    /// The account does not open this way.
    NoWay(Ended),
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
    device: Device,
    account: String,
    known: Option<Known>,
    card: Option<FromCard>,
    certificate: String,
    number: Vec<u8>,
    person: Vec<u8>,
    document: String,
    block_mac: String,
    notices: Vec<notice::Notice>,
    /// To the contacts the account had before.
    previous: Option<notice::WithStop>,
    audit: String,
}

impl Opened {
    fn new(
        world: &World,
        activation: &Activation,
        choosing: domain::activation::ChoosingCode,
        account: String,
        before: Option<AccountRow>,
        certificate: String,
        jti: &str,
    ) -> Result<Opened, Failure> {
        let identity = choosing.identity;
        let document = world.keys.document_of(&identity);
        let key = PublicKey::from_jwk(&activation.jwk)?;
        // Who comes back was not asked for an address, or did not want to type it again: the old one stays.
        let kept = before.as_ref().and_then(|row| row.profile.email.clone());
        let profile = domain::account::Profile {
            number: choosing.contact.number,
            email: choosing.contact.email.or(kept),
            proof: domain::account::ProofSummary {
                method: identity.method,
                source: identity.source,
                source_subject: identity.source_subject,
                document_number: identity.document_number,
                evidence_sha256: identity.evidence_sha256,
                proven_at: identity.proven_at,
            },
            attributes: identity.attributes,
            document: identity.document,
        };
        let finished = activation.clone().finish(account.clone(), certificate.clone())?;
        Ok(Opened {
            activation: Activation { last: Some(LastCommand { jti: jti.to_owned(), refusal: None }), ..finished },
            number: world.keys.number_hash(profile.number.e164()),
            person: person_hash(world, &profile.attributes)?,
            notices: notice::activated(world, &activation.lang, &account, &profile)?,
            previous: before.map(|row| told_before(world, &row, choosing.known.as_ref(), &document)),
            document,
            block_mac: {
                let code = written_code::block(world, &account, &activation.device);
                written_code::block_mac(world, &code)
            },
            device: Device {
                id: activation.device.clone(),
                account: account.clone(),
                point: key.point().to_vec(),
                head: String::new(),
                last_receipt: None,
                last_answer: String::new(),
                settings: Settings::default(),
                careful_until: 0,
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
            let recovered_by = match &o.known {
                Some(known) if known.by_old_phone => "old_phone",
                _ => o.profile.proof.method.as_str(),
            };
            let opening = store::account::Opening {
                number: &o.number,
                profile: &o.profile,
                block_mac: &o.block_mac,
                lang: &o.activation.lang,
                recovered_by,
                limited_until,
                now,
            };
            let stands = match &o.known {
                None => store::account::insert(tx, &sealer, &o.account, &o.person, opening)?,
                Some(known) => {
                    store::account::take(tx, &o.account)?;
                    o.may_return(tx, &sealer, known, limited_until, now)?;
                    let stands = if known.by_old_phone {
                        store::account::move_on(tx, &o.account, &o.block_mac, &o.activation.lang, now)?
                    } else {
                        store::account::renew(tx, &sealer, &o.account, opening)?
                    };
                    // What the phone of before was granted, and what waited for it, is over.
                    store::approval::end_of(tx, &o.account, "", now)?;
                    if let Some(previous) = o.previous.as_ref().filter(|_| stands) {
                        previous.insert(tx, &sealer, now)?;
                    }
                    stands
                }
            };
            if !stands {
                return Err(Halt::Taken);
            }
            if o.known.as_ref().is_none_or(|known| !known.by_old_phone) {
                // The number was proven just now: whoever claimed it before asks anew.
                store::number_claim::forget(tx, &o.number)?;
            }
            if !activation::save(tx, &sealer, &o.activation, version, None)? {
                return Err(Failure::Busy.into());
            }
            let moved = o.known.as_ref().is_some_and(|known| known.by_old_phone);
            let device = if moved { with_old_choice(tx, &o.device)? } else { o.device.clone() };
            let cut_off = store::device::replace(tx, &device, &o.certificate, &o.activation.device_name, now)?;
            // Until the person has said whether we may keep them, address and photo wait in a row that is swept. On a phone that the
            // old one vouched for they have said so before.
            match &o.card {
                Some(card) => store::card_data::put(tx, &sealer, &o.account, &card.data, now + CARD_DATA_SECONDS)?,
                None if moved => {}
                None => store::card_data::forget(tx, &o.account)?,
            }
            for notice in &o.notices {
                notice.insert(tx, &sealer, now)?;
            }
            let detail = if o.known.is_none() { "new" } else { recovered_by };
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

    /// What the law says of this comeback, at its last moment. A block that came after it began ends it as well: whoever
    /// blocked did not want it.
    fn may_return(
        &self,
        tx: &mut db::Tx<'_>,
        sealer: &store::Sealer,
        known: &Known,
        limited_until: i64,
        now: i64,
    ) -> Result<(), Halt> {
        let row = store::account::find(tx, sealer, &known.account)?.ok_or(Halt::Taken)?;
        // Blocked since this person proved who they are: whoever blocked did not want this phone. (A card that was itself read to
        // block proves anew when its person asks for the account back.)
        if row.standing != Standing::Open && row.state_at > self.profile.proof.proven_at.max(self.activation.started_at)
        {
            return Err(Halt::Stopped);
        }
        let act = if known.by_old_phone {
            Act::NewPhone
        } else {
            Act::Reactivate { distrusted: distrusted(&row, &self.document), vouched: limited_until == 0 }
        };
        match row.life(now).after(act) {
            Ok(_) => Ok(()),
            Err(NoWay::Held) => Err(Halt::NoWay(Ended::Held)),
            Err(NoWay::Distrusted) => Err(Halt::NoWay(Ended::StoppedCard)),
            Err(NoWay::Limited | NoWay::NoPhone | NoWay::Pointless) => Err(Halt::Stopped),
        }
    }
}
