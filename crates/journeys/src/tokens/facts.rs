//! What is known of a person and a login, for whom it may concern.

use domain::approval::{Approval, CredentialFacts};
use protocol::oidc::partner::Partner;
use protocol::oidc::{attributes, subject};
use serde_json::{Map, Value};

use super::id_bytes;
use crate::{Failure, World};

/// What a service may weigh (docs/life.md §9), as of the approval.
pub(super) fn risk(facts: &CredentialFacts, approved_at: i64) -> Map<String, Value> {
    let mut claims = Map::new();
    claims.insert("credential_age".into(), (approved_at - facts.since).max(0).into());
    if !facts.recovered_by.is_empty() {
        claims.insert("credential_recovered_by".into(), facts.recovered_by.clone().into());
    }
    claims.insert("credential_limited".into(), facts.limited.into());
    if facts.ongoing_call {
        claims.insert("ongoing_call".into(), true.into());
    }
    claims
}

pub(super) async fn profile_claims(
    world: &World,
    approval: &Approval,
    wanted: &[&'static str],
) -> Result<Map<String, Value>, Failure> {
    let (sealer, account) = (world.sealer.clone(), approval.account.clone().unwrap_or_default());
    let found = world.db.read("sign_in.profile", move |tx| store::account::find(tx, &sealer, &account)).await?;
    let row = found.ok_or_else(|| Failure::Internal("an approval's account is gone".into()))?;
    Ok(attributes::pick(&row.profile.attributes(), wanted))
}

pub(crate) fn subject_of(world: &World, partner: &Partner, approval: &Approval) -> Result<String, Failure> {
    let account =
        approval.account.as_deref().ok_or_else(|| Failure::Internal("an approved request has an account".into()))?;
    Ok(subject::pairwise(&world.keys.pairwise, partner.sector(), &id_bytes(account)?))
}
