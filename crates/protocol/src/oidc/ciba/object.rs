//! The signed request of the backchannel (CIBA Core §7.1.1).

use serde_json::{Map, Value};

use crate::jose::jwt::Jwt;
use crate::jose::{JoseError, KeySet, MAX_OBJECT_BYTES, NumericDate, digest};
use crate::oidc::Mount;
use crate::oidc::client_auth::SingleUse;
use crate::oidc::partner::Partner;
use crate::oidc::request_object::algorithms;

/// How far ahead of ours a partner's clock may be, seconds.
const CLOCK_AHEAD: i64 = 10;
/// FAPI-CIBA §5.2.2: at most so long from `nbf` to `exp`, seconds. On the compatible mount, from now.
const MAX_LIFE: i64 = 3600;
/// Members that are no parameters.
const ENVELOPE: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

/// Why an object is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectError {
    /// No key of the partner made this signature: it may have new ones.
    Signature,
    /// English, for the partner's developer.
    Wrong(&'static str),
}

/// An object that is believed.
#[derive(Debug)]
pub struct RequestObject {
    pub pairs: Vec<(String, String)>,
    /// `h` of the compact JWS.
    pub digest: String,
    /// Its name, to be burnt: its `jti`, or what it says where it has none.
    pub single_use: SingleUse,
}

/// Reads a compact JWS, already taken out of a JWE where it was in one. The compatible mount takes times as text and leaves
/// out `claims` that are no JSON, as its documents show them (reference §21).
///
/// # Errors
/// [`ObjectError`].
pub fn object(
    compact: &str,
    partner: &Partner,
    keys: &KeySet,
    audiences: &[String],
    now: i64,
) -> Result<RequestObject, ObjectError> {
    let wrong = ObjectError::Wrong;
    let jwt = Jwt::parse_within(compact, MAX_OBJECT_BYTES)
        .map_err(|_| wrong("request must be a JWT signed with a key of the client"))?;
    let typ = jwt.header.typ.as_deref().map(str::to_ascii_lowercase);
    if !matches!(typ.as_deref(), None | Some("jwt" | "oauth-authz-req+jwt")) {
        return Err(wrong("the typ of the request is that of something else"));
    }
    let claims: Map<String, Value> = keys.claims(&jwt, algorithms(partner)).map_err(|error| match error {
        JoseError::UnknownKey | JoseError::BadSignature => ObjectError::Signature,
        _ => wrong("request must be a JWT signed with a key and an algorithm of the client"),
    })?;
    let lenient = partner.mount == Mount::Compat;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(&partner.id) || text("client_id").is_some_and(|id| id != partner.id) {
        return Err(wrong("iss of the request must be the client_id"));
    }
    // A client assertion is signed with the same key: it must never pass for a request.
    if text("sub") == Some(&partner.id) {
        return Err(wrong("sub of the request must not be the client_id"));
    }
    let named = |aud: &Value| aud.as_str().is_some_and(|aud| audiences.iter().any(|known| known == aud));
    let audience = match claims.get("aud") {
        Some(Value::Array(all)) => all.iter().any(named),
        Some(aud) => named(aud),
        None => false,
    };
    if !audience {
        return Err(wrong("aud of the request must be the issuer"));
    }
    let exp = times(&claims, lenient, now).ok_or(wrong("exp, nbf and iat of the request do not hold"))?;
    let jti = text("jti").filter(|jti| !jti.is_empty() && jti.len() <= 255);
    if jti.is_none() && !lenient {
        return Err(wrong("jti of the request is missing"));
    }
    let name = match jti {
        Some(jti) => jti.to_owned(),
        // Without the signature, which may be another one for the same words.
        None => format!("#{}", digest(compact.rsplit_once('.').map_or(compact, |(signed, _)| signed))),
    };
    let single_use = SingleUse { jti: format!("request:{name}"), expires: exp };
    Ok(RequestObject { pairs: parameters(claims, lenient), digest: digest(compact), single_use })
}

/// When it ends, if it is in its time.
fn times(claims: &Map<String, Value>, lenient: bool, now: i64) -> Option<i64> {
    let time = |name: &str| match claims.get(name) {
        Some(Value::String(digits)) if lenient => digits.parse::<i64>().ok(),
        Some(value) => NumericDate::of(value).map(|NumericDate(seconds)| seconds),
        None => None,
    };
    let (exp, nbf, iat) = (time("exp"), time("nbf"), time("iat"));
    let soon = now + CLOCK_AHEAD;
    let early = |at: Option<i64>| at.is_some_and(|at| at > soon);
    if early(nbf) || early(iat) || exp.is_some_and(|exp| exp <= now) {
        return None;
    }
    match (exp, nbf, iat) {
        // Neither is demanded there, but one of them: else the request would never grow old.
        (Some(exp), ..) if lenient => Some(exp).filter(|exp| *exp <= soon.saturating_add(MAX_LIFE)),
        (None, _, Some(iat)) if lenient => Some(iat.saturating_add(MAX_LIFE)).filter(|exp| *exp > now),
        (Some(exp), Some(nbf), Some(_)) if exp <= nbf.saturating_add(MAX_LIFE) => Some(exp),
        _ => None,
    }
}

/// Members as a form would hold them: text as it is, everything else as JSON.
fn parameters(claims: Map<String, Value>, lenient: bool) -> Vec<(String, String)> {
    let text = |value: Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    };
    let usable = |name: &str, text: &str| {
        !(lenient && name == "claims") || serde_json::from_str::<Map<String, Value>>(text).is_ok()
    };
    let members = claims.into_iter().filter(|(name, _)| !ENVELOPE.contains(&name.as_str()));
    let pairs = members.filter_map(|(name, value)| Some((name, text(value)?)));
    pairs.filter(|(name, text)| usable(name, text)).collect()
}
