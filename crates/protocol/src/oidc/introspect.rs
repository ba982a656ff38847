//! What a partner may hear about its own tokens (RFC 7662), plainly or signed (RFC 9701).

use serde::Serialize;
use serde_json::{Value, json};

use super::{Pairs, single};
use crate::oidc::token::TokenError;

/// Media type and `typ` of a signed answer (RFC 9701 §5).
pub const SIGNED_MEDIA: &str = "application/token-introspection+jwt";
pub const SIGNED_TYP: &str = "token-introspection+jwt";

/// The token that a form asks about (RFC 7662 §2.1, RFC 7009 §2.1); the hint is not needed.
///
/// # Errors
/// `invalid_request`.
pub fn token(form: &Pairs) -> Result<&str, TokenError> {
    single(form, "token_type_hint")?;
    single(form, "token")?.ok_or(TokenError::invalid_request("token is missing"))
}

/// A token that is alive.
#[derive(Clone, Debug, Serialize)]
pub struct Active {
    pub iss: String,
    pub client_id: String,
    pub sub: String,
    pub aud: String,
    /// Space separated.
    pub scope: String,
    /// `Bearer` or `DPoP`; absent for a refresh token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<&'static str>,
    pub exp: i64,
    pub iat: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_details: Vec<Value>,
}

/// The body: all that is told of a token that is not alive, or not theirs, is that.
pub fn body(active: Option<&Active>) -> Value {
    let Some(active) = active else { return json!({ "active": false }) };
    let mut body = json!(active);
    if let Some(members) = body.as_object_mut() {
        members.insert("active".into(), true.into());
    }
    body
}

/// Claims of the signed answer.
pub fn signed(issuer: &str, client_id: &str, body: &Value, now: i64) -> Value {
    json!({ "iss": issuer, "aud": client_id, "iat": now, "token_introspection": body })
}
