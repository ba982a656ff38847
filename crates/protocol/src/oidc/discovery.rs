//! `/.well-known/openid-configuration` and `/.well-known/oauth-authorization-server` (OpenID Discovery §3, RFC 8414) of both
//! mounts, with the paths of the partners' doors.

pub mod compat;
mod standard;

use serde_json::Value;

use super::attributes::Scope;
use super::{Mount, release};

/// Paths under the issuer.
pub const CONFIGURATION: &str = "/.well-known/openid-configuration";
/// The same document, under the name of RFC 8414.
pub const SERVER: &str = "/.well-known/oauth-authorization-server";
pub const AUTHORIZE: &str = "/authorize";
pub const PUSH: &str = "/par";
pub const TOKEN: &str = "/token";
pub const USERINFO: &str = "/userinfo";
pub const JWKS: &str = "/jwks.json";
pub const INTROSPECT: &str = "/introspect";
pub const REVOKE: &str = "/revoke";
pub const LOGOUT: &str = "/logout";
pub const REGISTER: &str = "/register";
pub const BACKCHANNEL: &str = "/bc-authorize";
pub const EVIDENCE: &str = "/evidence";

/// Claims of the protocol itself.
const TOKEN_CLAIMS: [&str; 10] = ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid"];

/// What differs from server to server.
#[derive(Clone, Debug, Default)]
pub struct Offer {
    /// The standard issuer, without a slash at its end.
    pub issuer: String,
    /// Origin of the doors that ask for a client certificate (RFC 8705 §5).
    pub mtls: Option<String>,
    /// Partners may register themselves (RFC 7591).
    pub registration: bool,
}

/// The metadata document of a mount.
pub fn metadata(mount: Mount, offer: &Offer) -> Value {
    match mount {
        Mount::Standard => standard::metadata(offer),
        Mount::Compat => compat::metadata(offer),
    }
}

fn scopes(mount: Mount) -> Vec<&'static str> {
    Scope::of(mount).iter().map(|scope| scope.as_str()).collect()
}

fn claims(mount: Mount) -> Vec<&'static str> {
    TOKEN_CLAIMS.into_iter().chain(release::supported(mount)).collect()
}
