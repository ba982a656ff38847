//! What each bank says of itself (OpenID Connect Discovery 1.0, RFC 8414) and its public key.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::Bank;
use super::par::DETAILS_TYPE;
use super::problem::OAuthError;

pub(super) async fn metadata(State(bank): State<Bank>, Path(id): Path<String>) -> Result<Json<Value>, OAuthError> {
    let issuer = bank.known_issuer(&id)?;
    Ok(Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "pushed_authorization_request_endpoint": format!("{issuer}/par"),
        "jwks_uri": format!("{issuer}/jwks.json"),
        "require_pushed_authorization_requests": true,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "scopes_supported": ["openid"],
        "subject_types_supported": ["pairwise"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "userinfo_signing_alg_values_supported": ["ES256"],
        "dpop_signing_alg_values_supported": ["ES256"],
        "authorization_response_iss_parameter_supported": true,
        "authorization_details_types_supported": [DETAILS_TYPE],
        "claims_parameter_supported": true,
        "verified_claims_supported": true,
        "trust_frameworks_supported": ["eidas"],
        "ui_locales_supported": ["nl", "fr", "de", "en"],
    })))
}

pub(super) async fn jwks(State(bank): State<Bank>, Path(id): Path<String>) -> Result<Json<Value>, OAuthError> {
    let key = bank.rows.key(&id).ok_or(OAuthError::NO_BANK)?;
    let jwk = key.public().jwk();
    Ok(Json(json!({ "keys": [{
        "kty": jwk.kty, "crv": jwk.crv, "x": jwk.x, "y": jwk.y, "kid": key.kid(), "use": "sig", "alg": "ES256",
    }] })))
}
