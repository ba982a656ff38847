//! `/.well-known/openid-configuration` (OpenID Discovery §3, RFC 8414, RFC 9207).

use serde_json::{Value, json};

use super::attributes::Scope;
use super::release;
use super::{ACR_SUBSTANTIAL, LANGUAGES, Mount};

/// Paths under the issuer.
pub const CONFIGURATION: &str = "/.well-known/openid-configuration";
pub const AUTHORIZE: &str = "/authorize";
pub const TOKEN: &str = "/token";
pub const USERINFO: &str = "/userinfo";
pub const JWKS: &str = "/jwks.json";
pub const INTROSPECT: &str = "/introspect";
pub const REVOKE: &str = "/revoke";
pub const LOGOUT: &str = "/logout";
pub const EVIDENCE: &str = "/evidence";
pub const REGISTER: &str = "/register";

/// Claims of the protocol itself.
const TOKEN_CLAIMS: [&str; 9] = ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr"];

/// The metadata document. `issuer` has no slash at its end.
pub fn metadata(issuer: &str) -> Value {
    let at = |path: &str| format!("{issuer}{path}");
    let claims: Vec<&str> = TOKEN_CLAIMS.into_iter().chain(release::names(Mount::Standard)).collect();
    let scopes: Vec<&str> = Scope::of(Mount::Standard).iter().map(|scope| scope.as_str()).collect();
    json!({
        "issuer": issuer,
        "authorization_endpoint": at(AUTHORIZE),
        "token_endpoint": at(TOKEN),
        "userinfo_endpoint": at(USERINFO),
        "jwks_uri": at(JWKS),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["ES256", "RS256"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_basic", "client_secret_post"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": scopes,
        "claim_types_supported": ["normal"],
        "claims_supported": claims,
        "acr_values_supported": [ACR_SUBSTANTIAL],
        "ui_locales_supported": LANGUAGES,
        "authorization_response_iss_parameter_supported": true,
        "claims_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
    })
}
