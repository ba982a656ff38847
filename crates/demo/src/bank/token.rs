//! The token endpoint: a code, once, within a minute, by the client and key that asked.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use protocol::jose::{b64u, sha256};
use serde_json::json;

use super::problem::OAuthError;
use super::rows::{Code, Granted, put_token, take_code};
use super::{Bank, Form, client, dpop, random};

/// An access token is for one call to userinfo.
const LIFE_SECONDS: i64 = 60;
const ID_TOKEN_SECONDS: i64 = 300;

pub(super) async fn exchange(
    State(bank): State<Bank>,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, OAuthError> {
    let issuer = bank.known_issuer(&id)?;
    let client = client::authenticate(&bank, &issuer, &form).await?;
    if form.get("grant_type") != Some("authorization_code") {
        return Err(OAuthError::named("unsupported_grant_type", "only authorization_code"));
    }
    let now = bank.now();
    let proof = dpop::check(&headers, "POST", &format!("{issuer}/token"), None, now)?;
    let code = form.need("code", "code is missing", 128)?;
    // Burning stands alone, so that a wrong exchange costs the code too.
    let taken = bank.rows.run(|tx| {
        let fresh = proof.spend(tx)?;
        let code = take_code(tx, code, &id, now)?;
        Ok::<_, OAuthError>(if fresh { Some(code) } else { None })
    })?;
    let mut granted = match taken {
        Some(Code::Fresh(granted)) => granted,
        Some(Code::Used) => return Err(OAuthError::grant("the code was used before")),
        Some(Code::None) => return Err(OAuthError::grant("the code is unknown or too old")),
        None => return Err(OAuthError::dpop("the proof was used before")),
    };
    fits(&granted, &client.client_id, &form, &proof.jkt)?;
    granted.jkt = proof.jkt;
    let token = random(32);
    bank.rows.run(|tx| put_token(tx, &token, code, &id, &granted, now + LIFE_SECONDS).map_err(OAuthError::from))?;
    answer(&bank, &id, &granted, &token)
}

fn fits(granted: &Granted, client_id: &str, form: &Form, jkt: &str) -> Result<(), OAuthError> {
    let asked = &granted.asked;
    if asked.client_id != client_id {
        return Err(OAuthError::grant("the code was given to another client"));
    }
    if form.get("redirect_uri") != Some(&asked.redirect_uri) {
        return Err(OAuthError::grant("redirect_uri differs"));
    }
    if asked.dpop_jkt.as_deref().is_some_and(|bound| bound != jkt) {
        return Err(OAuthError::grant("the code is bound to another DPoP key"));
    }
    let verifier = form.need("code_verifier", "code_verifier is missing", 128)?;
    if verifier.len() < 43 || b64u(sha256(verifier.as_bytes())) != asked.code_challenge {
        return Err(OAuthError::grant("code_verifier is wrong"));
    }
    Ok(())
}

fn answer(bank: &Bank, id: &str, granted: &Granted, token: &str) -> Result<Response, OAuthError> {
    let now = bank.now();
    let asked = &granted.asked;
    let key = bank.rows.key(id).ok_or(OAuthError::NO_BANK)?;
    let customer = crate::customers::customer_of_card(&granted.card, bank.today()).ok_or(OAuthError::BROKEN)?;
    let claims = json!({
        "iss": bank.issuer(id), "sub": bank.rows.subject(id, &asked.client_id, &customer.id), "aud": asked.client_id,
        "iat": now, "exp": now + ID_TOKEN_SECONDS, "auth_time": granted.time, "nonce": asked.nonce,
        "amr": ["sc", "pin", "mfa"], "txn": granted.txn,
    });
    let head = json!({ "alg": "ES256", "typ": "JWT", "kid": key.kid() });
    let id_token = key.sign_with(&head, &claims).map_err(|_| OAuthError::BROKEN)?;
    // Written by hand: the client must get back the very bytes it sent.
    let body = format!(
        r#"{{"access_token":"{token}","token_type":"DPoP","expires_in":{LIFE_SECONDS},"id_token":"{id_token}","scope":"openid","authorization_details":{}}}"#,
        asked.details
    );
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, body).into_response())
}
