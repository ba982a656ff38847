//! A code becomes tokens.

use protocol::oidc::client_auth::{Authenticated, SingleUse};
use protocol::oidc::code::AuthCode;
use protocol::oidc::partner::Grant;
use protocol::oidc::token::{CodeRequest, TokenError, TokenErrorCode, TokenResponse};
use store::grant::Granted;

use super::refresh::NewChain;
use super::{Issue, Means, Possession, code_seconds, id_text, issue};
use crate::{Failure, World};

/// The partner's assertion and DPoP proof, each burnt in its own name.
#[derive(Clone)]
pub(crate) struct Burnt {
    partner: String,
    assertion: Option<SingleUse>,
    proof: Option<(String, SingleUse)>,
}

impl Burnt {
    pub(crate) fn of(client: &Authenticated, possession: &Possession) -> Burnt {
        Burnt {
            partner: client.partner.id.clone(),
            assertion: client.single_use.clone(),
            proof: possession.dpop.as_ref().map(|p| (format!("dpop:{}", p.jkt), p.single_use.clone())),
        }
    }

    /// # Errors
    /// Inside: which of them came before.
    pub(crate) fn burn(&self, tx: &mut db::Tx<'_>) -> Result<Result<(), TokenError>, store::StoreError> {
        if let Some(once) = &self.assertion
            && !store::used_token::burn(tx, &self.partner, &once.jti, once.expires)?
        {
            return Ok(Err(TokenError::INVALID_CLIENT));
        }
        if let Some((maker, once)) = &self.proof
            && !store::used_token::burn(tx, maker, &once.jti, once.expires)?
        {
            return Ok(Err(TokenError::INVALID_DPOP));
        }
        Ok(Ok(()))
    }
}

/// Burns what may come once, for doors that do nothing else in the database.
///
/// # Errors
/// Inside: `invalid_client`, `invalid_dpop_proof` for what came before.
pub async fn burn(
    world: &World,
    client: &Authenticated,
    possession: &Possession,
) -> Result<Result<(), TokenError>, Failure> {
    let burnt = Burnt::of(client, possession);
    if burnt.assertion.is_none() && burnt.proof.is_none() {
        return Ok(Ok(()));
    }
    Ok(world.db.run("tokens.burn", move |tx| burnt.burn(tx)).await?)
}

/// The token request of a partner that proved itself. Assertion, proof and code are burnt before the code is checked; a code that
/// comes twice or does not fit takes back what was given for it (RFC 6749 §4.1.2).
///
/// # Errors
/// Inside: what the partner hears.
pub async fn exchange(
    world: &World,
    client: &Authenticated,
    request: &CodeRequest,
    possession: &Possession,
) -> Result<Result<TokenResponse, TokenError>, Failure> {
    let partner = &client.partner;
    if !partner.grants.contains(&Grant::AuthorizationCode) {
        let description = "this client may not use codes";
        return Ok(Err(TokenError { error: TokenErrorCode::UnauthorizedClient, description }));
    }
    let binding = match possession.binding(partner) {
        Ok(binding) => binding,
        Err(refused) => return Ok(Err(refused)),
    };
    let means = Means::of_id_token(world, partner).await?;
    let (now, approved_after) = (world.now(), world.now() - code_seconds(world, partner));
    let id = AuthCode::open(&world.keys.code, &request.code, &partner.id).map(id_text);
    let burnt = Burnt::of(client, possession);
    let chain = NewChain::draw(world, partner, &binding, now);
    let (name, sealer, request) = (partner.id.clone(), world.sealer.clone(), request.clone());
    let jkt = possession.dpop.as_ref().map(|proof| proof.jkt.clone());
    let changed = id.clone();
    let work = move |tx: &mut db::Tx<'_>| {
        if let Err(refused) = burnt.burn(tx)? {
            return Ok::<_, Failure>(Err(refused));
        }
        let Some(id) = &id else { return Ok(Err(TokenError::INVALID_GRANT)) };
        let granted = store::grant::redeem(tx, &sealer, id, &name, approved_after)?;
        let Some(granted) = granted.filter(|granted| fits(granted, &request, jkt.as_deref())) else {
            store::grant::void(tx, id, &name, now)?;
            return Ok(Err(TokenError::INVALID_GRANT));
        };
        let refresh = chain.as_ref().map(|chain| chain.begin(tx, &granted)).transpose()?.flatten();
        Ok(Ok((granted, refresh)))
    };
    let done = world.db.run("sign_in.exchange", work).await?;
    if let Some(id) = &changed {
        // The browser that looks again hears that the service has its answer.
        world.signals.lately.changed(id);
    }
    let (granted, refresh) = match done {
        Ok(done) => done,
        Err(refused) => return Ok(Err(refused)),
    };
    issue(world, partner, &granted, &means, Issue { binding, refresh, scopes: None, first: true }).await.map(Ok)
}

/// Redirect URI, PKCE and, where the code is bound to one, the DPoP key (RFC 9449 §10).
fn fits(granted: &Granted, request: &CodeRequest, jkt: Option<&str>) -> bool {
    let asked = &granted.login.authorization;
    request.fits(&asked.redirect_uri, asked.code_challenge.as_deref())
        && asked.dpop_jkt.as_deref().is_none_or(|bound| Some(bound) == jkt)
}
