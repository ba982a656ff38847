//! A code becomes tokens.

use domain::approval::{Approval, LoginRequest, REDEEM_SECONDS, State};
use protocol::oidc::client_auth::Authenticated;
use protocol::oidc::code::{AccessToken, AuthCode};
use protocol::oidc::id_token::{IdToken, at_hash};
use protocol::oidc::partner::Partner;
use protocol::oidc::token::{TokenError, TokenRequest, TokenResponse};

use super::facts::{profile_claims, risk, subject_of};
use super::{TOKEN_SECONDS, id_bytes, id_text};
use crate::{Failure, World};

/// The token request of a partner that proved itself. The assertion and the code are burnt before the code is checked.
pub async fn exchange(
    world: &World,
    client: &Authenticated,
    request: &TokenRequest,
) -> Result<Result<TokenResponse, TokenError>, Failure> {
    let partner = &client.partner;
    let now = world.now();
    let opened = AuthCode::open(&world.keys.code, &request.code, &partner.id).map(id_text);
    let single_use = client.single_use.as_ref().map(|s| (s.jti.clone(), s.expires));
    let (id, name, sealer) = (opened.unwrap_or_default(), partner.id.clone(), world.sealer.clone());
    let work = move |tx: &mut db::Tx<'_>| {
        if let Some((jti, expires)) = &single_use
            && !store::used_token::burn(tx, &name, jti, *expires)?
        {
            return Ok::<_, Failure>(Err(TokenError::INVALID_CLIENT));
        }
        if id.is_empty() {
            return Ok(Err(TokenError::INVALID_GRANT));
        }
        let redeemed = store::approval::redeem(tx, &sealer, &id, &name, now - REDEEM_SECONDS)?;
        if redeemed.is_none() {
            store::approval::revoke(tx, &id, &name)?;
        }
        Ok(redeemed.ok_or(TokenError::INVALID_GRANT))
    };
    let (approval, login) = match world.db.run("sign_in.exchange", work).await? {
        Ok(redeemed) => redeemed,
        Err(refused) => return Ok(Err(refused)),
    };
    let asked = &login.authorization;
    if !request.fits(&asked.redirect_uri, asked.code_challenge.as_deref()) {
        let (id, name) = (approval.id.clone(), partner.id.clone());
        world.db.run("sign_in.misfit", move |tx| store::approval::revoke(tx, &id, &name)).await?;
        return Ok(Err(TokenError::INVALID_GRANT));
    }
    tokens(world, partner, &approval, &login, now).await.map(Ok)
}

async fn tokens(
    world: &World,
    partner: &Partner,
    approval: &Approval,
    login: &LoginRequest,
    now: i64,
) -> Result<TokenResponse, Failure> {
    let State::Redeemed { at } = approval.state else {
        return Err(Failure::Internal("redeemed rows are redeemed".into()));
    };
    let access_token = AccessToken::make(&world.keys.token, &id_bytes(&approval.id)?, now + TOKEN_SECONDS);
    let subject = subject_of(world, partner, approval)?;
    let mut token = IdToken::new(&world.settings.issuer, &subject, &partner.id, at, now, now + TOKEN_SECONDS);
    token.nonce = login.authorization.nonce.as_deref();
    token.at_hash = Some(at_hash(&access_token));
    let wanted = login.authorization.id_token_claims(partner);
    if !wanted.is_empty() {
        token.attributes = profile_claims(world, approval, &wanted).await?;
    }
    if let Some(facts) = &login.credential {
        token.attributes.extend(risk(facts, at));
    }
    let id_token = world.keys.op().sign(partner.id_token_alg, "JWT", &token)?;
    let scopes: Vec<&str> = login.authorization.scopes.iter().map(|s| s.as_str()).collect();
    Ok(TokenResponse {
        access_token,
        token_type: "Bearer",
        expires_in: TOKEN_SECONDS,
        id_token,
        scope: scopes.join(" "),
    })
}
