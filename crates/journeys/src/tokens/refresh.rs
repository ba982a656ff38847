//! Refresh tokens: a chain for each grant, in which each token counts once. Whoever brings one that was used ends the chain, for
//! somebody copied it (RFC 9700 §4.14.2). An answer may be lost on its way, though: for [`AGAIN_SECONDS`] the same partner with the
//! same key may bring the last one once more, and gets what it was to have. FAPI partners keep one token (FAPI 2.0 §5.3.2.1: no
//! rotation).

use std::collections::BTreeSet;

use protocol::jose::b64u;
use protocol::oidc::attributes::Scope;
use protocol::oidc::client_auth::Authenticated;
use protocol::oidc::code::{Binding, RefreshToken};
use protocol::oidc::partner::{Grant, Partner};
use protocol::oidc::token::{RefreshRequest, TokenError, TokenErrorCode, TokenResponse};
use store::StoreError;
use store::grant::Granted;
use store::refresh::{Chain, Own};

use super::exchange::Burnt;
use super::{Issue, Means, Possession, issue};
use crate::{Failure, World};

/// Whoever heard no answer asks again within so long.
const AGAIN_SECONDS: i64 = 30;

/// A chain that may begin, drawn before the transaction.
#[derive(Clone)]
pub(super) struct NewChain {
    bytes: [u8; 16],
    token: String,
    bound: String,
    now: i64,
    expires_at: i64,
}

pub(super) fn chain_id(bytes: [u8; 16]) -> String {
    format!("rft_{}", b64u(bytes))
}

fn thumbprint(binding: &Binding) -> String {
    match binding {
        Binding::Bearer => String::new(),
        Binding::Dpop(jkt) => jkt.clone(),
        Binding::Mtls(x5t) => x5t.clone(),
    }
}

impl NewChain {
    /// `None` for a partner that gets no refresh tokens.
    pub(super) fn draw(world: &World, partner: &Partner, binding: &Binding, now: i64) -> Option<NewChain> {
        if !partner.grants.contains(&Grant::RefreshToken) {
            return None;
        }
        let bytes = world.entropy();
        let token = RefreshToken { id: bytes, generation: 0 }.seal(&world.keys.token, &partner.id);
        let expires_at = now + world.settings.tokens.refresh_seconds;
        Some(NewChain { bytes, token, bound: thumbprint(binding), now, expires_at })
    }

    /// Begins it, if the request wished for one; gives the token.
    pub(super) fn begin(&self, tx: &mut db::Tx<'_>, granted: &Granted) -> Result<Option<String>, StoreError> {
        if !granted.login.authorization.offline {
            return Ok(None);
        }
        let chain = Chain {
            id: chain_id(self.bytes),
            approval: granted.approval.id.clone(),
            partner: granted.approval.partner.clone(),
            account: granted.approval.account.clone().unwrap_or_default(),
            generation: 0,
            bound: self.bound.clone(),
            created_at: self.now,
            used_at: self.now,
            ended_at: None,
            expires_at: self.expires_at,
        };
        store::refresh::insert(tx, &chain)?;
        Ok(Some(self.token.clone()))
    }
}

/// A refresh token becomes new tokens. It is bound to its partner, which proves itself each time; so the key of the access tokens
/// may change (RFC 9449 §5), but a chain that began bound stays bound to some key.
///
/// # Errors
/// Inside: what the partner hears.
pub async fn refresh(
    world: &World,
    client: &Authenticated,
    request: &RefreshRequest,
    possession: &Possession,
) -> Result<Result<TokenResponse, TokenError>, Failure> {
    let partner = &client.partner;
    if !partner.grants.contains(&Grant::RefreshToken) {
        let description = "this client may not use refresh tokens";
        return Ok(Err(TokenError { error: TokenErrorCode::UnauthorizedClient, description }));
    }
    let binding = match possession.binding(partner) {
        Ok(binding) => binding,
        Err(refused) => return Ok(Err(refused)),
    };
    let means = match request.scopes.as_ref().is_none_or(|scopes| scopes.contains(&Scope::Openid)) {
        true => Means::of_id_token(world, partner).await?,
        false => Means::default(),
    };
    let now = world.now();
    let idle_since = now - world.settings.tokens.refresh_idle_seconds;
    let opened = RefreshToken::open(&world.keys.token, &request.token, &partner.id);
    let (burnt, name, sealer) = (Burnt::of(client, possession), partner.id.clone(), world.sealer.clone());
    let (step, bound, scopes) = (i64::from(!partner.fapi()), thumbprint(&binding), request.scopes.clone());
    let work = move |tx: &mut db::Tx<'_>| {
        if let Err(refused) = burnt.burn(tx)? {
            return Ok::<_, Failure>(Err(refused));
        }
        let Some(opened) = opened else { return Ok(Err(TokenError::INVALID_REFRESH)) };
        let (id, generation) = (chain_id(opened.id), i64::from(opened.generation));
        let Some(chain) = store::refresh::find(tx, &id, &name)? else { return Ok(Err(TokenError::INVALID_REFRESH)) };
        if bound.is_empty() && !chain.bound.is_empty() {
            return Ok(Err(TokenError::INVALID_DPOP));
        }
        let Some(granted) = store::grant::find(tx, &sealer, &chain.approval, &name)? else {
            return Ok(Err(TokenError::INVALID_REFRESH));
        };
        if !scopes.as_ref().is_none_or(|scopes| scopes.is_subset(&granted.login.authorization.scopes)) {
            let description = "a scope was not granted";
            return Ok(Err(TokenError { error: TokenErrorCode::InvalidScope, description }));
        }
        let own = Own { id: &id, partner: &name, generation, bound: &bound };
        if store::refresh::turn(tx, own, step, idle_since, now)?
            || store::refresh::again(tx, own, now - AGAIN_SECONDS, now)?
        {
            return Ok(Ok(granted));
        }
        // Read once more: another server may have turned it in between.
        let chain = store::refresh::find(tx, &id, &name)?;
        if let Some(chain) = chain.filter(|chain| generation < chain.generation && chain.ended_at.is_none()) {
            store::grant::void(tx, &chain.approval, &name, now)?;
        }
        Ok(Err(TokenError::INVALID_REFRESH))
    };
    let granted = match world.db.run("sign_in.refresh", work).await? {
        Ok(granted) => granted,
        Err(refused) => return Ok(Err(refused)),
    };
    let refresh = opened.map(|token| next(world, partner, token, &request.token));
    let scopes: Option<BTreeSet<Scope>> = request.scopes.clone();
    issue(world, partner, &granted, &means, Issue { binding, refresh, scopes, first: false }).await.map(Ok)
}

/// The token that counts from now on.
fn next(world: &World, partner: &Partner, token: RefreshToken, shown: &str) -> String {
    if partner.fapi() {
        return shown.to_owned();
    }
    let generation = token.generation.saturating_add(1);
    RefreshToken { generation, ..token }.seal(&world.keys.token, &partner.id)
}
