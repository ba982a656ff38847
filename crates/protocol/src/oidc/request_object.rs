//! Request objects (RFC 9101, OpenID Core §6): an authorization request as a JWT that the partner signed.

use serde_json::{Map, Value};

use super::authorize::ErrorCode;
use super::authorize::read::Wrong;
use super::partner::{Partner, Security};
use super::{Mount, Pairs};
use crate::jose::jwt::Jwt;
use crate::jose::{JoseError, KeySet, MAX_OBJECT_BYTES, NumericDate, SigAlg, digest};
use crate::oidc::single;

/// How far ahead of ours a partner's clock may be, seconds.
const CLOCK_AHEAD: i64 = 10;
/// FAPI 2.0 Message Signing §5.3.1: an object is at most so old, and lives at most so long, seconds.
const MAX_LIFE: i64 = 3600;

/// What a partner may sign requests with. FAPI 2.0 leaves RS256 out.
const STANDARD: [SigAlg; 5] = [SigAlg::ES256, SigAlg::ES384, SigAlg::PS256, SigAlg::EdDSA, SigAlg::RS256];

/// Claims of the envelope: none of them is a parameter.
const ENVELOPE: [&str; 7] = ["iss", "aud", "exp", "nbf", "iat", "jti", "sub"];

/// Why an object is not believed.
#[derive(Debug, PartialEq, Eq)]
pub enum ObjectError {
    /// No key of the partner made this signature: it may have new ones.
    Signature,
    /// English, for the partner's developer.
    Wrong(&'static str),
    /// What is inside and outside do not agree, where the compatible mount has another word for it (reference §4).
    Mismatch(&'static str),
}

impl From<ObjectError> for Wrong {
    fn from(error: ObjectError) -> Self {
        match error {
            ObjectError::Signature => {
                Wrong(ErrorCode::InvalidRequestObject, "the request object is not signed with a key of this client")
            }
            ObjectError::Wrong(why) => Wrong(ErrorCode::InvalidRequestObject, why),
            ObjectError::Mismatch(why) => Wrong(ErrorCode::InvalidRequest, why),
        }
    }
}

impl ObjectError {
    /// `error` and `error_description` of the answer.
    pub fn told(self) -> (ErrorCode, &'static str) {
        let Wrong(error, description) = self.into();
        (error, description)
    }
}

/// An object that is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestObject {
    /// Its parameters, as a query would hold them.
    pub pairs: Vec<(String, String)>,
    /// `h` of the compact JWS.
    pub digest: String,
    /// Nothing in it bounds its age: whoever holds a copy could bring it for ever.
    pub undated: bool,
}

/// Reads a compact JWS, already taken out of a JWE where it was in one. `audiences`: what `aud` may name.
///
/// # Errors
/// [`ObjectError`].
pub fn read(
    compact: &str,
    partner: &Partner,
    keys: &KeySet,
    audiences: &[&str],
    now: i64,
) -> Result<RequestObject, ObjectError> {
    let jwt = Jwt::parse_within(compact, MAX_OBJECT_BYTES).map_err(|error| match error {
        JoseError::WrongAlgorithm => ObjectError::Wrong("the request object must be signed with a key of the client"),
        _ => ObjectError::Wrong("the request object is not a JWT"),
    })?;
    // RFC 9101 §10.8: a JWT made for something else is no request.
    let typ = jwt.header.typ.as_deref().map(|typ| typ.trim_start_matches("application/").to_ascii_lowercase());
    if !matches!(typ.as_deref(), None | Some("oauth-authz-req+jwt" | "jwt")) {
        return Err(ObjectError::Wrong("the typ of the request object must be oauth-authz-req+jwt"));
    }
    keys.verify(&jwt, algorithms(partner)).map_err(|error| match error {
        JoseError::WrongAlgorithm => {
            ObjectError::Wrong("the request object is signed with an algorithm not allowed here")
        }
        _ => ObjectError::Signature,
    })?;
    let claims: Map<String, Value> =
        jwt.claims().map_err(|_| ObjectError::Wrong("the request object does not hold an object"))?;
    let undated = envelope(&claims, partner, audiences, now)?;
    Ok(RequestObject { pairs: parameters(claims)?, digest: digest(compact), undated })
}

/// What a partner may sign requests with: the one algorithm that it registered, or all that its profile takes.
pub(super) fn algorithms(partner: &Partner) -> &[SigAlg] {
    match &partner.request_alg {
        Some(alg) => std::slice::from_ref(alg),
        None if partner.fapi() && !partner.legacy => &SigAlg::FAPI,
        None => &STANDARD,
    }
}

/// Whether it holds, and whether nothing bounds its age.
fn envelope(claims: &Map<String, Value>, partner: &Partner, audiences: &[&str], now: i64) -> Result<bool, ObjectError> {
    let strict = partner.fapi() || partner.security == Security::Fapi2Signed;
    let text = |name: &str| claims.get(name).map(|value| value.as_str().unwrap_or_default());
    if text("iss").is_some_and(|iss| iss != partner.id) || (strict && text("iss").is_none()) {
        return Err(ObjectError::Wrong("iss of the request object must be the client_id"));
    }
    if text("client_id").is_some_and(|id| id != partner.id) {
        let why = "client_id of the request object is another one";
        return Err(match partner.mount {
            Mount::Standard => ObjectError::Wrong(why),
            Mount::Compat => ObjectError::Mismatch(why),
        });
    }
    // A client assertion is signed with the same key: it must never pass for a request.
    if text("sub").is_some_and(|sub| sub == partner.id) {
        return Err(ObjectError::Wrong("sub of the request object must not be the client_id"));
    }
    let audience = match claims.get("aud") {
        None => !strict,
        Some(Value::String(aud)) => audiences.contains(&aud.as_str()),
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).any(|aud| audiences.contains(&aud)),
        Some(_) => false,
    };
    if !audience {
        return Err(ObjectError::Wrong("aud of the request object must be the issuer"));
    }
    times(claims, strict, now)
}

fn times(claims: &Map<String, Value>, strict: bool, now: i64) -> Result<bool, ObjectError> {
    let time = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(value) => match NumericDate::of(value) {
            Some(NumericDate(seconds)) => Ok(Some(seconds)),
            None => Err(ObjectError::Wrong("exp, nbf and iat of the request object must be numbers")),
        },
    };
    let (exp, nbf, iat) = (time("exp")?, time("nbf")?, time("iat")?);
    if exp.is_some_and(|exp| exp <= now) {
        return Err(ObjectError::Wrong("the request object is expired"));
    }
    let soon = now.saturating_add(CLOCK_AHEAD);
    if nbf.is_some_and(|nbf| nbf > soon) || iat.is_some_and(|iat| iat > soon) {
        return Err(ObjectError::Wrong("the request object is from the future"));
    }
    let recent = |at: i64| at >= now.saturating_sub(MAX_LIFE);
    match (strict, nbf, exp) {
        (false, _, _) => Ok(exp.is_none() && !iat.or(nbf).is_some_and(recent)),
        (true, Some(nbf), Some(exp)) if recent(nbf) && exp <= nbf.saturating_add(MAX_LIFE) => Ok(false),
        _ => Err(ObjectError::Wrong("nbf and exp of the request object must be there and within an hour")),
    }
}

/// Members as a query would hold them: text as it is, everything else as JSON.
fn parameters(claims: Map<String, Value>) -> Result<Vec<(String, String)>, ObjectError> {
    if claims.contains_key("request") || claims.contains_key("request_uri") {
        return Err(ObjectError::Wrong("a request object holds no request or request_uri"));
    }
    let text = |value: Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    };
    let parameters = claims.into_iter().filter(|(name, _)| !ENVELOPE.contains(&name.as_str()));
    Ok(parameters.filter_map(|(name, value)| Some((name, text(value)?))).collect())
}

/// The parameters that count when `object` came with these: its own, and those it says nothing of, unless `alone`. Where both
/// speak of the client or of `response_type` they say the same (OpenID Core §6.1, RFC 9101 §5). What is asked of the person
/// is what was signed: `claims` and `authorization_details` beside the object never count, and of a `scope` beside an object
/// without one no more than which login it is.
///
/// # Errors
/// English, for the partner's developer.
pub fn merge(object: &RequestObject, pairs: &Pairs, alone: bool) -> Result<Vec<(String, String)>, &'static str> {
    for name in ["client_id", "response_type"] {
        let (inside, outside) = (single(&object.pairs, name), single(pairs, name));
        match (inside.ok().flatten(), outside.map_err(|_| "a parameter is sent more than once")?) {
            (Some(inside), Some(outside)) if inside != outside => {
                return Err("client_id and response_type are others in the request object");
            }
            _ => {}
        }
    }
    let mut merged = object.pairs.clone();
    let has = |name: &str| object.pairs.iter().any(|(known, _)| known == name);
    let outside = pairs.iter().filter(|(name, _)| !has(name));
    merged.extend(outside.filter_map(|(name, value)| match name.as_str() {
        "request" | "request_uri" | "claims" | "authorization_details" => None,
        "client_id" => Some((name.clone(), value.clone())),
        _ if alone => None,
        "scope" => Some((name.clone(), login_alone(value))),
        _ => Some((name.clone(), value.clone())),
    }));
    Ok(merged)
}

/// Of a scope, the words that ask for no data.
fn login_alone(scope: &str) -> String {
    let words = scope.split(' ').filter(|word| *word == "openid" || word.starts_with("service:"));
    words.collect::<Vec<_>>().join(" ")
}
