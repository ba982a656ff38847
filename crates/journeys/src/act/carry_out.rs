//! The person said yes with the code: the effect is part of the transaction that records it.

use domain::account::LIMITED_SECONDS;
use domain::act::Act;
use domain::activation::{Activation, Contact, Known};
use domain::identity::Identity;
use domain::refusal::Refusal;
use protocol::jose::unb64u;
use store::account::AccountRow;
use store::audit::Line;

use super::host;
use crate::block::{self, Ended};
use crate::notice::{Notice, WithStop};
use crate::own_phone::allowed;
use crate::{Failure, World, notice};

/// What is needed inside the transaction and must be made before it (it may run twice), after the vault has done its part.
pub(crate) struct Prepared {
    act: Act,
    account: String,
    request: String,
    device: String,
    stop: Option<WithStop>,
    notices: Vec<Notice>,
    number_hash: Vec<u8>,
    tomb: [u8; 32],
    erase_at: i64,
    audit: String,
}

/// The vault's part comes first: it can be repeated, and the answer is recorded only after it.
pub(crate) async fn prepare(
    world: &World,
    account: &str,
    device: &str,
    request: &str,
    act: Act,
) -> Result<Prepared, Failure> {
    let now = world.now();
    let (sealer, id) = (world.sealer.clone(), account.to_owned());
    let row = world.db.read("act.account", move |tx| store::account::find(tx, &sealer, &id)).await?;
    let row = row.ok_or(Failure::Gone)?;
    // Asked here already: what the vault does is not undone.
    if let Some(in_life) = act.in_life() {
        allowed(&row, in_life, now)?;
    }
    match &act {
        Act::Code { change, .. } => {
            world.vault.promote_code(device.to_owned(), change.clone()).await?;
        }
        Act::Biometrics { credential } => {
            let origin = world.settings.app.clone();
            let credential = credential.as_ref().map(|c| {
                let point = unb64u(&c.point).map_err(|_| Failure::Internal("a point of ours".into()))?;
                Ok::<_, Failure>(vault::BioCredential {
                    id: c.id.clone(),
                    point,
                    sign_count: c.sign_count,
                    backup_eligible: c.backup_eligible,
                    rp_id: host(&origin),
                    origin,
                })
            });
            world.vault.set_bio(device.to_owned(), credential.transpose()?).await?;
        }
        _ => {}
    }
    let stop = match &act {
        Act::Number { .. } => Some(notice::number_changed(world, &row)),
        Act::Email { .. } => Some(notice::email_changed(world, &row)),
        _ => None,
    };
    let number_hash = match &act {
        Act::Number { number } => world.keys.number_hash(number.e164()),
        _ => Vec::new(),
    };
    let notices = if act == (Act::Close {}) { notice::closed(world, &row) } else { Vec::new() };
    Ok(Prepared {
        act,
        account: account.to_owned(),
        request: request.to_owned(),
        device: device.to_owned(),
        stop,
        notices,
        number_hash,
        tomb: world.entropy(),
        erase_at: now + world.settings.keep_closed_seconds,
        audit: world.id("aud"),
    })
}

/// The person said no: what was staged for a yes goes.
pub(crate) async fn forget(world: &World, device: &str, act: &Act) -> Result<(), Failure> {
    if let Act::Code { .. } = act {
        world.vault.drop_staged(device.to_owned()).await?;
    }
    Ok(())
}

impl Prepared {
    /// # Errors
    /// Whatever would leave the account in a state that the law does not know: nothing is recorded then.
    pub(crate) fn carry_out(&self, tx: &mut db::Tx<'_>, sealer: &store::Sealer, now: i64) -> Result<Ended, Failure> {
        store::account::take(tx, &self.account)?;
        let row = store::account::find(tx, sealer, &self.account)?.ok_or(Failure::Gone)?;
        if let Some(in_life) = self.act.in_life() {
            allowed(&row, in_life, now)?;
        }
        let ended = self.effect(tx, sealer, &row, now)?;
        if let Some(stop) = &self.stop {
            stop.insert(tx, sealer, now)?;
        }
        self.notices.iter().try_for_each(|notice| notice.insert(tx, sealer, now))?;
        let line = Line {
            id: &self.audit,
            at: now,
            action: "changed",
            actor: &self.device,
            subject: &self.account,
            detail: self.act.word(),
        };
        store::audit::append(tx, &line)?;
        Ok(ended)
    }

    fn effect(
        &self,
        tx: &mut db::Tx<'_>,
        sealer: &store::Sealer,
        row: &AccountRow,
        now: i64,
    ) -> Result<Ended, Failure> {
        let mut profile = row.profile.clone();
        match &self.act {
            Act::Number { number } => {
                profile.number = number.clone();
                let until = now + LIMITED_SECONDS;
                store::number_change::forget(tx, &self.device)?;
                store::number_claim::forget(tx, &self.number_hash)?;
                if !store::account::change_number(tx, sealer, &row.id, &self.number_hash, &profile, until)? {
                    return Err(Refusal::NumberTaken { until: None }.into());
                }
            }
            Act::Email { email } => {
                profile.email.clone_from(email);
                store::account::save_profile(tx, sealer, &row.id, &profile)?;
            }
            Act::Biometrics { credential } => {
                let device = store::device::find(tx, &self.device)?.ok_or(Failure::DeviceUnknown)?;
                let settings = protocol::phone::Settings { biometrics: credential.is_some(), ..device.settings };
                store::device::set(tx, &self.device, settings)?;
            }
            Act::Vouch { activation, device, .. } => self.vouch(tx, sealer, row, activation, device, now)?,
            Act::Close {} => {
                if let Some(until) = store::stop::until(tx, &row.id, now)? {
                    return Err(Refusal::Limited { until }.into());
                }
                let ended = block::end(tx, row, "closed", now)?;
                store::closing::close(tx, &row.id, &self.tomb, self.erase_at, now)?;
                store::stop::forget(tx, &row.id)?;
                return Ok(ended);
            }
            Act::Code { .. } | Act::StillMine { .. } => {}
        }
        Ok(Ended::default())
    }

    /// The new phone may choose a code.
    fn vouch(
        &self,
        tx: &mut db::Tx<'_>,
        sealer: &store::Sealer,
        row: &AccountRow,
        activation: &str,
        device: &str,
        now: i64,
    ) -> Result<(), Failure> {
        let waiting = store::activation::of_device(tx, sealer, device)?;
        let waiting = waiting.filter(|w| w.activation.id == activation).ok_or(Failure::Gone)?;
        let known = Known { account: row.id.clone(), asked: Some(self.request.clone()), by_old_phone: true };
        let contact = Contact { number: row.profile.number.clone(), email: row.profile.email.clone() };
        let next: Activation =
            waiting.activation.vouched(contact, identity_of(row), known, now).map_err(|_| Failure::Gone)?;
        if store::activation::save(tx, sealer, &next, waiting.version, None)? { Ok(()) } else { Err(Failure::Gone) }
    }
}

/// The identity that the account has: proven then, and not again.
fn identity_of(row: &AccountRow) -> Identity {
    let proof = &row.profile.proof;
    Identity {
        method: proof.method.clone(),
        source: proof.source.clone(),
        source_subject: proof.source_subject.clone(),
        attributes: row.profile.attributes.clone(),
        document_number: proof.document_number.clone(),
        document_expiry: String::new(),
        document: row.profile.document.clone(),
        evidence_sha256: proof.evidence_sha256.clone(),
        proven_at: proof.proven_at,
    }
}
