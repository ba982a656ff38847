//! The tokens themselves.

use std::collections::BTreeSet;

use domain::approval::State;
use protocol::oidc::Mount;
use protocol::oidc::attributes::Scope;
use protocol::oidc::code::{ALL_SCOPES, AccessToken, Binding};
use protocol::oidc::id_token::{IdToken, at_hash};
use protocol::oidc::partner::{ClientAuth, Partner};
use protocol::oidc::token::TokenResponse;
use store::grant::Granted;

use super::facts::{acr, amr, claims_for, risk, subject_of};
use super::seal::Means;
use super::{access_seconds, id_bytes, sid, statement_seconds};
use crate::{Failure, World};

/// How tokens are made.
pub(crate) struct Issue {
    pub(crate) binding: Binding,
    pub(crate) refresh: Option<String>,
    /// Fewer scopes than were granted.
    pub(crate) scopes: Option<BTreeSet<Scope>>,
    /// Not by a refresh token: the ID token carries the request's nonce.
    pub(crate) first: bool,
}

/// Scopes as bits of an access token.
pub(super) fn mask(scopes: &BTreeSet<Scope>) -> u16 {
    let bit = |scope: &Scope| Scope::ALL.iter().position(|known| known == scope).map_or(0, |at| 1u16 << (at & 15));
    scopes.iter().fold(0, |mask, scope| mask | bit(scope))
}

/// What is granted to `partner`, as the token endpoint answers it. `means`: of its ID token.
pub(crate) async fn issue(
    world: &World,
    partner: &Partner,
    granted: &Granted,
    means: &Means,
    how: Issue,
) -> Result<TokenResponse, Failure> {
    let Granted { approval, login, .. } = granted;
    let (now, asked) = (world.now(), &login.authorization);
    let seconds = access_seconds(partner.mount);
    let token = AccessToken {
        id: id_bytes(&approval.id)?,
        exp: now + seconds,
        scopes: how.scopes.as_ref().map_or(ALL_SCOPES, mask),
        binding: how.binding,
    };
    let access_token = token.seal(&world.keys.token).ok_or(Failure::Malformed)?;
    let granted_scopes = how.scopes.as_ref().unwrap_or(&asked.scopes);
    let id_token = match granted_scopes.contains(&Scope::Openid) {
        true => Some(id_token(world, partner, granted, means, (&access_token, how.first)).await?),
        false => None,
    };
    let mut scope: Vec<String> = granted_scopes.iter().map(|s| s.as_str().to_owned()).collect();
    scope.extend(how.refresh.is_some().then(|| "offline_access".to_owned()));
    scope.extend(asked.service.as_ref().map(|code| format!("service:{code}")));
    Ok(TokenResponse {
        access_token,
        token_type: token.binding.token_type(),
        expires_in: seconds,
        id_token,
        refresh_token: how.refresh,
        scope: scope.join(" "),
        authorization_details: asked.authorization_details.clone(),
    })
}

async fn id_token(
    world: &World,
    partner: &Partner,
    granted: &Granted,
    means: &Means,
    (access_token, first): (&str, bool),
) -> Result<String, Failure> {
    let Granted { approval, login, receipt } = granted;
    let (State::Redeemed { at } | State::Approved { at }) = approval.state else {
        return Err(Failure::Internal("redeemed rows are redeemed".into()));
    };
    let (now, asked) = (world.now(), &login.authorization);
    let issuer = world.settings.issuer_of(partner.mount);
    let subject = subject_of(world, partner, approval)?;
    let exp = now + statement_seconds(partner.mount);
    let (acr, amr) = (acr(partner.mount, approval, asked), amr(approval));
    let at = login.auth_time.unwrap_or(at);
    let mut token = IdToken::new(&issuer, &subject, &partner.id, at, now, exp);
    (token.acr, token.amr) = (&acr, &amr);
    token.nonce = asked.nonce.as_deref().filter(|_| first);
    token.at_hash = Some(at_hash(partner.id_token_alg(), access_token));
    token.attributes = claims_for(world, partner, approval, login).await?;
    let own = &mut token.attributes;
    own.insert("sid".into(), sid(world, login.session.as_deref().unwrap_or(&approval.id))?.into());
    if partner.mount == Mount::Compat && matches!(partner.auth, ClientAuth::ClientSecret { .. }) {
        // Clients with a secret are used to it there (reference §10).
        own.insert("nbf".into(), now.into());
    }
    own.extend(receipt.as_ref().map(|m3| ("zelf_evidence".to_owned(), protocol::jose::digest(m3).into())));
    own.extend(login.credential.iter().flat_map(|facts| risk(facts, at)));
    if world.settings.test_world {
        own.insert("zelf_test_world".into(), true.into());
    }
    means.seal(world, Some(partner.id_token_alg()), partner.id_token_encryption, "JWT", &token)
}
