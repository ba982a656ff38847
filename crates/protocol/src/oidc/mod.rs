//! OpenID Connect, provider side: what a relying party may send, and what it gets back.
//!
//! RFC 6749 (OAuth 2.0), RFC 7636 (PKCE), RFC 7523 (`private_key_jwt`), RFC 9207 (`iss`), OpenID Connect Core 1.0.
//! Everything here is pure: the clock and entropy are arguments, looking things up is the caller's.

mod answer;
pub mod attributes;
pub mod authorize;
pub mod ciba;
pub mod claims_request;
pub mod client_auth;
pub mod code;
pub mod compat;
pub mod discovery;
pub mod dpop;
pub mod facts;
pub mod id_token;
pub mod introspect;
pub mod keys;
pub mod logout;
pub mod mtls;
pub mod partner;
pub mod rar;
pub mod registration;
pub mod release;
pub mod request_object;
pub mod request_seal;
pub mod subject;
pub mod token;
mod uri;
pub mod verified;

pub use partner::Mount;
pub use uri::origin;

/// Authentication context of a login with phone and code: eIDAS level substantial.
pub const ACR_SUBSTANTIAL: &str = "http://eidas.europa.eu/LoA/substantial";

/// How: the five-digit code, a key in software, so more than one factor (RFC 8176).
pub const AMR: [&str; 3] = ["pin", "swk", "mfa"];

/// Languages of our pages, in the order we offer them.
pub const LANGUAGES: [&str; 4] = ["nl", "fr", "de", "en"];

/// Query or form parameters, decoded, in the order received.
pub type Pairs = [(String, String)];

/// A query as pairs, in order, repeats kept; `None` when a part of it is not form-encoded UTF-8.
pub fn query_pairs(query: &str) -> Option<Vec<(String, String)>> {
    let parts = query.split('&').filter(|part| !part.is_empty()).map(|part| part.split_once('=').unwrap_or((part, "")));
    parts.map(|(name, value)| Some((uri::decode(name)?, uri::decode(value)?))).collect()
}

/// The one value of `name`: `None` when absent or empty (RFC 6749 §3.1 treats both alike), `Err` when sent twice.
fn single<'a>(pairs: &'a Pairs, name: &str) -> Result<Option<&'a str>, Repeated> {
    let mut values = pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let first = values.next();
    if values.next().is_some() {
        return Err(Repeated);
    }
    Ok(first.filter(|value| !value.is_empty()))
}

/// A parameter that stands in the request more than once.
struct Repeated;
