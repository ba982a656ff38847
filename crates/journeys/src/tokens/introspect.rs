//! A partner asks about its own tokens, or gives them back.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::approval::State;
use protocol::oidc::attributes::Scope;
use protocol::oidc::code::{AccessToken, RefreshToken};
use protocol::oidc::introspect::Active;
use protocol::oidc::partner::Partner;
use store::grant::Granted;
use store::refresh::Chain;

use super::facts::{acr, subject_of};
use super::issue::mask;
use super::refresh::chain_id;
use super::{access_seconds, id_text};
use crate::{Failure, World};

/// One of the partner's own tokens. Everything else is `None`: nobody learns about somebody else's.
enum Own {
    Access(AccessToken),
    Refresh(RefreshToken),
}

fn own(world: &World, partner: &Partner, token: &str, now: i64) -> Option<Own> {
    let refresh = || RefreshToken::open(&world.keys.token, token, &partner.id).map(Own::Refresh);
    AccessToken::open(&world.keys.token, token, now).map(Own::Access).or_else(refresh)
}

/// What the token is worth now; `None` when nothing, or when it is not this partner's (RFC 7662 §2.2).
pub async fn introspect(world: &World, partner: &Arc<Partner>, token: &str) -> Result<Option<Active>, Failure> {
    let now = world.now();
    let Some(own) = own(world, partner, token, now) else { return Ok(None) };
    let (name, sealer, idle_since) =
        (partner.id.clone(), world.sealer.clone(), now - world.settings.tokens.refresh_idle_seconds);
    match own {
        Own::Access(token) => {
            let id = id_text(token.id);
            let found =
                world.db.read("tokens.introspect", move |tx| store::grant::find(tx, &sealer, &id, &name)).await?;
            let Some(granted) = found else { return Ok(None) };
            let mut active = active(world, partner, &granted)?;
            let scopes = granted.login.authorization.scopes.iter().filter(|s| token.scopes & mask(&[**s].into()) != 0);
            active.scope = words(scopes);
            (active.exp, active.iat) = (token.exp, token.exp - access_seconds(partner.mount));
            active.token_type = Some(token.binding.token_type());
            active.cnf = token.binding.confirmation();
            Ok(Some(active))
        }
        Own::Refresh(token) => {
            let (id, generation) = (chain_id(token.id), i64::from(token.generation));
            let work = move |tx: &mut db::Tx<'_>| {
                let alive = |chain: &Chain| {
                    chain.generation == generation
                        && chain.ended_at.is_none()
                        && chain.expires_at > now
                        && chain.used_at > idle_since
                };
                let Some(chain) = store::refresh::find(tx, &id, &name)?.filter(alive) else { return Ok(None) };
                let granted = store::grant::find(tx, &sealer, &chain.approval, &name)?;
                Ok::<_, store::StoreError>(granted.map(|granted| (chain, granted)))
            };
            let Some((chain, granted)) = world.db.read("tokens.introspect_refresh", work).await? else {
                return Ok(None);
            };
            let mut active = active(world, partner, &granted)?;
            (active.exp, active.iat) = (chain.expires_at, chain.used_at);
            Ok(Some(active))
        }
    }
}

fn words<'a>(scopes: impl Iterator<Item = &'a Scope>) -> String {
    scopes.map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")
}

fn active(world: &World, partner: &Partner, granted: &Granted) -> Result<Active, Failure> {
    let Granted { approval, login, .. } = granted;
    let auth_time = match approval.state {
        State::Redeemed { at } => Some(login.auth_time.unwrap_or(at)),
        _ => None,
    };
    let scopes: &BTreeSet<Scope> = &login.authorization.scopes;
    Ok(Active {
        iss: world.settings.issuer_of(partner.mount),
        client_id: partner.id.clone(),
        sub: subject_of(world, partner, approval)?,
        aud: partner.id.clone(),
        scope: words(scopes.iter()),
        token_type: None,
        exp: 0,
        iat: 0,
        auth_time,
        acr: Some(acr(partner.mount, approval, &login.authorization)),
        cnf: None,
        authorization_details: login.authorization.authorization_details.clone(),
    })
}

/// The grant behind a token of this partner ends, with every token made from it (RFC 7009 §2.1). What we do not know is nothing
/// to end.
pub async fn revoke(world: &World, partner: &Arc<Partner>, token: &str) -> Result<(), Failure> {
    let now = world.now();
    // An access token that is over cannot say what it was: nothing is left to end but its chain, which has a token of its own.
    let Some(own) = own(world, partner, token, now) else { return Ok(()) };
    let name = partner.id.clone();
    let work = move |tx: &mut db::Tx<'_>| {
        let approval = match &own {
            Own::Access(token) => Some(id_text(token.id)),
            Own::Refresh(token) => store::refresh::find(tx, &chain_id(token.id), &name)?.map(|chain| chain.approval),
        };
        if let Some(approval) = approval {
            store::grant::void(tx, &approval, &name, now)?;
        }
        Ok::<_, store::StoreError>(())
    };
    Ok(world.db.run("tokens.revoke", work).await?)
}
