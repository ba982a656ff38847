//! A partner fetches the answer to what it asked without a browser (CIBA Core §10.1, §11).

use std::sync::Arc;

use domain::approval::{Progress, REDEEM_SECONDS, Start, State};
use protocol::oidc::client_auth::Authenticated;
use protocol::oidc::partner::Grant;
use protocol::oidc::token::{TokenError, TokenErrorCode, TokenResponse};

use super::exchange::Burnt;
use super::refresh::NewChain;
use super::{Issue, Means, Possession, id_text, is_the_one, issue};
use crate::{Failure, World, ciba};

const fn error(error: TokenErrorCode, description: &'static str) -> TokenError {
    TokenError { error, description }
}

const INVALID: TokenError =
    error(TokenErrorCode::InvalidGrant, "this auth_req_id is not known to be this client's, or was used");
const PENDING: TokenError = error(TokenErrorCode::AuthorizationPending, "the person has not answered yet");
const EXPIRED: TokenError = error(TokenErrorCode::ExpiredToken, "the person did not answer in time");
const DENIED: TokenError = error(TokenErrorCode::AccessDenied, "the person refused");
const SOMEBODY_ELSE: TokenError =
    error(TokenErrorCode::AccessDenied, "somebody else approved than the one who was asked for");
const NOT_HERE: TokenError = error(TokenErrorCode::UnauthorizedClient, "this client may not use CIBA");

/// Tokens for an answer, once. What the partner proved itself with is burnt whatever the answer is.
///
/// # Errors
/// Inside: what the partner hears.
pub async fn redeem_answer(
    world: &World,
    client: &Authenticated,
    auth_req_id: &str,
    possession: &Possession,
) -> Result<Result<TokenResponse, TokenError>, Failure> {
    let partner = &client.partner;
    if partner.ciba.is_none() || !partner.grants.contains(&Grant::Ciba) {
        return Ok(Err(NOT_HERE));
    }
    let binding = match possession.binding(partner) {
        Ok(binding) => binding,
        Err(refused) => return Ok(Err(refused)),
    };
    let means = Means::of_id_token(world, partner).await?;
    let id = ciba::open(world, auth_req_id, &partner.id).map(id_text);
    let burnt = Burnt::of(client, possession);
    let now = world.now();
    let chain = NewChain::draw(world, partner, &binding, now);
    let (whose, name, sealer) = ((world.clone(), Arc::clone(partner)), partner.id.clone(), world.sealer.clone());
    let work = move |tx: &mut db::Tx<'_>| {
        if let Err(refused) = burnt.burn(tx)? {
            return Ok::<_, Failure>(Err(refused));
        }
        let Some(id) = &id else { return Ok(Err(INVALID)) };
        let Some((approval, login)) = store::approval::find(tx, &sealer, id)? else { return Ok(Err(EXPIRED)) };
        let ours = approval.start == Start::Ciba && approval.partner == name;
        if let Some(not_yet) = refusal(approval.progress(now), approval.state).filter(|_| ours) {
            return Ok(Err(not_yet));
        }
        if ours && !is_the_one(&whose.0, &whose.1, &approval, &login.authorization)? {
            return Ok(Err(SOMEBODY_ELSE));
        }
        let granted = if ours { store::grant::redeem(tx, &sealer, id, &name, now - REDEEM_SECONDS)? } else { None };
        let Some(granted) = granted else { return Ok(Err(INVALID)) };
        let refresh = chain.as_ref().map(|chain| chain.begin(tx, &granted)).transpose()?.flatten();
        Ok(Ok((granted, refresh)))
    };
    let (granted, refresh) = match world.db.run("ciba.redeem", work).await? {
        Ok(done) => done,
        Err(refused) => return Ok(Err(refused)),
    };
    issue(world, partner, &granted, &means, Issue { binding, refresh, scopes: None, first: true }).await.map(Ok)
}

/// Why there are no tokens; `None` when there may be.
fn refusal(progress: Progress, state: State) -> Option<TokenError> {
    match (progress, state) {
        (_, State::Redeemed { .. } | State::Revoked) => Some(INVALID),
        (Progress::Waiting, _) => Some(PENDING),
        (Progress::Expired | Progress::Late, _) => Some(EXPIRED),
        (Progress::Refused | Progress::Stopped | Progress::Spent, _) => Some(DENIED),
        (Progress::Approved, _) => None,
    }
}
