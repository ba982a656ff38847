//! What the mount under `/v2` offers: as existing integrations read it (reference §3).

use serde_json::{Map, Value, json};

use super::super::{LANGUAGES, Mount};
use super::{Offer, claims, scopes};
use crate::oidc::authorize::{ACR_ADVANCED, ACR_BASIC};

/// Paths under its issuer.
pub const AUTHORIZE: &str = "/authorization";
pub const TOKEN: &str = "/token";
pub const USERINFO: &str = "/userinfo";
pub const PICTURE: &str = "/picture";
pub const JWKS: &str = "/jwkSet";
pub const DISCOVERY: &str = "/user_discovery_sessions";
pub const BACKCHANNEL: &str = "/backchannel/authentication";
pub const EVIDENCE: &str = "/evidence";

/// RS256 first: the only one that such integrations know.
const SIGNED: [&str; 4] = ["RS256", "ES256", "PS256", "EdDSA"];
const KEY_ALGS: [&str; 2] = ["RSA-OAEP-256", "RSA-OAEP"];
const ENCS: [&str; 2] = ["A128CBC-HS256", "A256GCM"];
const AUTH_METHODS: [&str; 5] =
    ["private_key_jwt", "client_secret_post", "client_secret_basic", "tls_client_auth", "self_signed_tls_client_auth"];

pub(super) fn metadata(offer: &Offer) -> Value {
    let issuer = format!("{}{}", offer.issuer, Mount::Compat.path());
    let mut all = Map::new();
    for part in [endpoints(&issuer), requests(), answers(), certificates(offer)] {
        if let Value::Object(members) = part {
            all.extend(members);
        }
    }
    Value::Object(all)
}

fn endpoints(issuer: &str) -> Value {
    let at = |path: &str| format!("{issuer}{path}");
    json!({
        "issuer": issuer,
        "authorization_endpoint": at(AUTHORIZE),
        "token_endpoint": at(TOKEN),
        "userinfo_endpoint": at(USERINFO),
        "jwks_uri": at(JWKS),
        "backchannel_authentication_endpoint": at(BACKCHANNEL),
        "user_discovery_sessions_endpoint": at(DISCOVERY),
        "zelf_evidence_endpoint": at(EVIDENCE),
    })
}

fn requests() -> Value {
    json!({
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "urn:openid:params:grant-type:ciba"],
        "scopes_supported": scopes(Mount::Compat),
        "code_challenge_methods_supported": ["S256"],
        "display_values_supported": ["page"],
        "ui_locales_supported": LANGUAGES,
        "claims_parameter_supported": true,
        "request_parameter_supported": true,
        "request_uri_parameter_supported": true,
        "require_request_uri_registration": true,
        "request_object_signing_alg_values_supported": SIGNED,
        "request_object_encryption_alg_values_supported": KEY_ALGS,
        "request_object_encryption_enc_values_supported": ENCS,
        "token_endpoint_auth_methods_supported": AUTH_METHODS,
        "token_endpoint_auth_signing_alg_values_supported": SIGNED,
        "backchannel_token_delivery_modes_supported": ["poll", "ping"],
        "backchannel_authentication_request_signing_alg_values_supported": SIGNED,
        "backchannel_user_code_parameter_supported": false,
        "dpop_signing_alg_values_supported": ["ES256", "PS256", "EdDSA"],
    })
}

fn answers() -> Value {
    let with_secret = [&SIGNED[..], &["HS256"]].concat();
    let with_dir = [&KEY_ALGS[..], &["ECDH-ES", "dir"]].concat();
    json!({
        "subject_types_supported": ["pairwise"],
        "claim_types_supported": ["normal"],
        "claims_supported": claims(Mount::Compat),
        "acr_values_supported": [ACR_BASIC[0], ACR_ADVANCED[0]],
        "id_token_signing_alg_values_supported": with_secret,
        "id_token_encryption_alg_values_supported": with_dir,
        "id_token_encryption_enc_values_supported": ENCS,
        "userinfo_signing_alg_values_supported": with_secret,
        "userinfo_encryption_alg_values_supported": with_dir,
        "userinfo_encryption_enc_values_supported": ENCS,
        "authorization_response_iss_parameter_supported": false,
        "tls_client_certificate_bound_access_tokens": true,
    })
}

fn certificates(offer: &Offer) -> Value {
    let Some(origin) = &offer.mtls else { return json!({}) };
    let at = |path: &str| format!("{origin}{}{path}", Mount::Compat.path());
    json!({ "mtls_endpoint_aliases": {
        "token_endpoint": at(TOKEN),
        "userinfo_endpoint": at(USERINFO),
        "backchannel_authentication_endpoint": at(BACKCHANNEL),
    }})
}
