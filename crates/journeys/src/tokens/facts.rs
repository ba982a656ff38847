//! What is known of a person and a login, for whom it may concern.

use domain::approval::{Approval, CredentialFacts, LoginRequest};
use protocol::oidc::authorize::{ACR_ADVANCED, ACR_BASIC, AuthorizationRequest};
use protocol::oidc::partner::Partner;
use protocol::oidc::{ACR_SUBSTANTIAL, AMR, Mount, release};
use serde_json::{Map, Value};

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

/// What the login was worth. The compatible mount tells whether the code itself was used, by the name that was asked for; the standard
/// one answers the first value that was asked and met (OpenID Core §5.5.1.1), else the level of assurance.
pub(super) fn acr(mount: Mount, approval: &Approval, asked: &AuthorizationRequest) -> String {
    let names: &[&str] = match (mount, approval.uv.as_str()) {
        (Mount::Standard, uv) => {
            let met = |value: &&str| match *value {
                ACR_SUBSTANTIAL => true,
                basic if ACR_BASIC.contains(&basic) => true,
                advanced => ACR_ADVANCED.contains(&advanced) && uv != "bio",
            };
            return asked.acr_values.iter().map(String::as_str).find(met).unwrap_or(ACR_SUBSTANTIAL).to_owned();
        }
        (Mount::Compat, "bio") => &ACR_BASIC,
        (Mount::Compat, _) => &ACR_ADVANCED,
    };
    let legacy = asked.acr_values.iter().any(|value| value.starts_with("tag:"));
    names.get(usize::from(legacy)).copied().unwrap_or_default().to_owned()
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
    let asked = &login.authorization;
    if asked.id_token_claims(partner).is_empty() && asked.claims.id_token_verified.is_empty() {
        return Ok(Map::new());
    }
    let facts = crate::facts::at_release(world, partner, approval, login, None).await?;
    Ok(release::id_token(partner, asked, &facts, &login.without))
}

/// True unless the partner asked for one person (OpenID Core §5.5.1) and another one approved.
pub(crate) fn is_the_one(
    world: &World,
    partner: &Partner,
    approval: &Approval,
    asked: &AuthorizationRequest,
) -> Result<bool, Failure> {
    match &asked.sub {
        Some(wanted) => Ok(*wanted == subject_of(world, partner, approval)?),
        None => Ok(true),
    }
}

pub(crate) fn subject_of(world: &World, partner: &Partner, approval: &Approval) -> Result<String, Failure> {
    let account =
        approval.account.as_deref().ok_or_else(|| Failure::Internal("an approved request has an account".into()))?;
    super::subject(world, partner, account)
}
