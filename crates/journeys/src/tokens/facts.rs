//! What is known of a person and a login, for whom it may concern.

use domain::approval::{Approval, CredentialFacts, LoginRequest};
use protocol::oidc::authorize::AuthorizationRequest;
use protocol::oidc::partner::Partner;
use protocol::oidc::{ACR_SUBSTANTIAL, AMR, Mount, attributes, subject};
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

/// What the login was worth.
pub(super) fn acr(mount: Mount, approval: &Approval, asked: &AuthorizationRequest) -> String {
    let _ = (mount, approval, asked);
    ACR_SUBSTANTIAL.to_owned()
}

/// How the person answered (RFC 8176).
pub(super) fn amr(approval: &Approval) -> [&'static str; 3] {
    if approval.uv == "bio" { ["user", "swk", "mfa"] } else { AMR }
}

/// Claims that the request wants in the ID token itself.
pub(super) async fn claims_for(
    world: &World,
    partner: &Partner,
    approval: &Approval,
    login: &LoginRequest,
) -> Result<Map<String, Value>, Failure> {
    let wanted = login.authorization.id_token_claims(partner);
    if wanted.is_empty() {
        return Ok(Map::new());
    }
    let (sealer, account) = (world.sealer.clone(), approval.account.clone().unwrap_or_default());
    let found = world.db.read("sign_in.profile", move |tx| store::account::find(tx, &sealer, &account)).await?;
    let row = found.ok_or_else(|| Failure::Internal("an approval's account is gone".into()))?;
    let mut claims = attributes::pick(&row.profile.attributes(), &wanted);
    withhold(&mut claims, &login.without);
    Ok(claims)
}

/// What the person left out stays out, with what would tell it all the same.
pub(super) fn withhold(claims: &mut Map<String, Value>, without: &[String]) {
    for name in without {
        claims.remove(name);
        let along: &[&str] = match name.as_str() {
            "name" => &["given_name", "family_name"],
            "email" => &["email_verified"],
            "phone_number" => &["phone_number_verified"],
            _ => &[],
        };
        along.iter().for_each(|name| drop(claims.remove(*name)));
    }
}

pub(crate) fn subject_of(world: &World, partner: &Partner, approval: &Approval) -> Result<String, Failure> {
    let account =
        approval.account.as_deref().ok_or_else(|| Failure::Internal("an approved request has an account".into()))?;
    Ok(subject::pairwise(&world.keys.pairwise, partner.sector(), &id_bytes(account)?))
}
