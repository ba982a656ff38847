//! What the issuer itself offers.

use serde_json::{Map, Value, json};

use super::super::{ACR_SUBSTANTIAL, LANGUAGES, Mount, rar, release, verified};
use super::{
    AUTHORIZE, BACKCHANNEL, EVIDENCE, INTROSPECT, JWKS, LOGOUT, Offer, PUSH, REGISTER, REVOKE, TOKEN, USERINFO, claims,
    scopes,
};
use crate::oidc::authorize::{ACR_ADVANCED, ACR_BASIC};

/// What we sign with: RS256 because every provider must (OpenID Core §15.1).
const SIGNED_BY_US: [&str; 4] = ["RS256", "ES256", "PS256", "EdDSA"];
/// What partners sign with.
const SIGNED_BY_PARTNERS: [&str; 5] = ["RS256", "ES256", "ES384", "PS256", "EdDSA"];
/// RSA-OAEP (with SHA-1) opens what is encrypted to us; we encrypt with it to legacy partners alone.
const KEY_ALGS: [&str; 5] = ["RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A256KW", "ECDH-ES+A128KW", "RSA-OAEP"];
const ENCS: [&str; 4] = ["A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM"];
const AUTH_METHODS: [&str; 5] =
    ["private_key_jwt", "client_secret_basic", "client_secret_post", "tls_client_auth", "self_signed_tls_client_auth"];

/// Endpoints that also stand at the address that asks for a certificate.
const WITH_CERTIFICATE: [(&str, &str); 7] = [
    ("token_endpoint", TOKEN),
    ("userinfo_endpoint", USERINFO),
    ("pushed_authorization_request_endpoint", PUSH),
    ("introspection_endpoint", INTROSPECT),
    ("revocation_endpoint", REVOKE),
    ("backchannel_authentication_endpoint", BACKCHANNEL),
    ("registration_endpoint", REGISTER),
];

pub(super) fn metadata(offer: &Offer) -> Value {
    let mut all = Map::new();
    for part in [endpoints(offer), requests(), answers(), people(), assurance(), certificates(offer)] {
        if let Value::Object(members) = part {
            all.extend(members);
        }
    }
    Value::Object(all)
}

fn endpoints(offer: &Offer) -> Value {
    let at = |path: &str| format!("{}{path}", offer.issuer);
    let mut part = json!({
        "issuer": offer.issuer,
        "authorization_endpoint": at(AUTHORIZE),
        "pushed_authorization_request_endpoint": at(PUSH),
        "token_endpoint": at(TOKEN),
        "userinfo_endpoint": at(USERINFO),
        "jwks_uri": at(JWKS),
        "introspection_endpoint": at(INTROSPECT),
        "revocation_endpoint": at(REVOKE),
        "end_session_endpoint": at(LOGOUT),
        "backchannel_authentication_endpoint": at(BACKCHANNEL),
        "zelf_evidence_endpoint": at(EVIDENCE),
    });
    if let (true, Some(members)) = (offer.registration, part.as_object_mut()) {
        members.insert("registration_endpoint".into(), at(REGISTER).into());
    }
    part
}

/// How a partner may ask.
fn requests() -> Value {
    let scopes = [scopes(Mount::Standard), vec!["offline_access"]].concat();
    let mut part = json!({
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post", "jwt", "query.jwt", "form_post.jwt"],
        "grant_types_supported": ["authorization_code", "refresh_token", "urn:openid:params:grant-type:ciba"],
        "scopes_supported": scopes,
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "claims_parameter_supported": true,
        "request_parameter_supported": true,
        "request_uri_parameter_supported": true,
        "require_request_uri_registration": true,
        "require_pushed_authorization_requests": false,
        "require_signed_request_object": false,
        "request_object_signing_alg_values_supported": SIGNED_BY_PARTNERS,
        "request_object_encryption_alg_values_supported": KEY_ALGS,
        "request_object_encryption_enc_values_supported": ENCS,
        "backchannel_token_delivery_modes_supported": ["poll", "ping"],
        "backchannel_authentication_request_signing_alg_values_supported": SIGNED_BY_PARTNERS,
        "backchannel_user_code_parameter_supported": false,
        "dpop_signing_alg_values_supported": ["ES256", "PS256", "EdDSA"],
    });
    for endpoint in ["token", "introspection", "revocation"] {
        set(&mut part, &format!("{endpoint}_endpoint_auth_methods_supported"), json!(AUTH_METHODS));
        set(&mut part, &format!("{endpoint}_endpoint_auth_signing_alg_values_supported"), json!(SIGNED_BY_PARTNERS));
    }
    // Others are registered with their partners; these two our phone can show.
    set(&mut part, "authorization_details_types_supported", json!([rar::PAYMENT, rar::TEXT]));
    part
}

fn set(part: &mut Value, name: &str, value: Value) {
    if let Some(members) = part.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

/// How we answer.
fn answers() -> Value {
    let with_secret = [&SIGNED_BY_US[..], &["HS256"]].concat();
    let key_algs: Vec<&str> = KEY_ALGS.into_iter().filter(|alg| *alg != "RSA-OAEP").collect();
    let with_dir = [&key_algs[..], &["dir"]].concat();
    json!({
        "id_token_signing_alg_values_supported": with_secret,
        "id_token_encryption_alg_values_supported": with_dir,
        "id_token_encryption_enc_values_supported": ENCS,
        "userinfo_signing_alg_values_supported": with_secret,
        "userinfo_encryption_alg_values_supported": with_dir,
        "userinfo_encryption_enc_values_supported": ENCS,
        "authorization_signing_alg_values_supported": SIGNED_BY_US,
        "authorization_encryption_alg_values_supported": key_algs,
        "authorization_encryption_enc_values_supported": ENCS,
        "introspection_signing_alg_values_supported": SIGNED_BY_US,
        "authorization_response_iss_parameter_supported": true,
        "tls_client_certificate_bound_access_tokens": true,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
    })
}

/// Whom and what we know.
fn people() -> Value {
    json!({
        "subject_types_supported": ["pairwise"],
        "claim_types_supported": ["normal"],
        "claims_supported": claims(Mount::Standard),
        "acr_values_supported": [ACR_SUBSTANTIAL, ACR_BASIC[0], ACR_ADVANCED[0]],
        "ui_locales_supported": LANGUAGES,
        "display_values_supported": ["page"],
    })
}

/// OpenID Identity Assurance §9.
fn assurance() -> Value {
    let claims: Vec<&str> = release::supported(Mount::Standard).filter(|name| release::verifiable(name)).collect();
    json!({
        "verified_claims_supported": true,
        "trust_frameworks_supported": [verified::TRUST_FRAMEWORK],
        "evidence_supported": ["document", "electronic_record"],
        "documents_supported": ["idcard"],
        "documents_check_methods_supported": ["vcrypt"],
        "electronic_records_supported": ["bank_account"],
        "claims_in_verified_claims_supported": claims,
    })
}

fn certificates(offer: &Offer) -> Value {
    let Some(origin) = &offer.mtls else { return json!({}) };
    let offered = WITH_CERTIFICATE.into_iter().filter(|(_, path)| offer.registration || *path != REGISTER);
    let aliases: Map<String, Value> =
        offered.map(|(name, path)| (name.to_owned(), format!("{origin}{path}").into())).collect();
    json!({ "mtls_endpoint_aliases": aliases })
}
