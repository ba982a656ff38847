//! The OpenID provider's machine doors.

mod answers;
mod authorize;
mod call;
mod ciba;
pub mod client;
mod evidence;
mod introspect;
mod key_set;
mod logout;
mod par;
mod picture;
mod register;
mod token;
mod userinfo;
pub mod v2;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

pub use answers::{no_door, no_method};
pub use authorize::{authorize, authorize_form, v2_authorization};
pub use call::{Authorities, Call, PeerCertificates};
pub use ciba::{Polls, ask as backchannel};
pub use evidence::evidence;
pub use introspect::{introspect, revoke};
pub use logout::{logout, logout_form};
pub use par::push;
pub use picture::picture;
pub use register::{change, register, registration, unregister};
pub use token::token;
pub use userinfo::userinfo;

use crate::Doors;

/// `application/x-www-form-urlencoded` as pairs, in order, repeats kept (RFC 6749 §3.1 forbids them: the parser decides).
pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|p| !p.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

fn decode(text: &str) -> String {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    let digit = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16));
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let mut ahead = bytes.clone();
                match (digit(ahead.next()), digit(ahead.next())) {
                    (Some(high), Some(low)) => {
                        out.push((high * 16 + low) as u8);
                        bytes = ahead;
                    }
                    _ => out.push(b'%'),
                }
            }
            other => out.push(other),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// `GET /.well-known/openid-configuration` and `/.well-known/oauth-authorization-server`.
pub async fn configuration(State(doors): State<Doors>) -> Response {
    prebuilt(doors.metadata.standard.clone())
}

/// `GET /v2/.well-known/openid-configuration`, and the forms of RFC 8414 §3.1 and §5.
pub async fn v2_configuration(State(doors): State<Doors>) -> Response {
    prebuilt(doors.metadata.compat.clone())
}

fn prebuilt(body: Bytes) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "public, max-age=300"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, body).into_response()
}

/// `GET /jwks.json`.
pub async fn jwks(State(doors): State<Doors>) -> Response {
    prebuilt(key_set::body(&doors.world))
}

/// `GET /bank/jwks.json`: our keys as the banks' client.
pub async fn bank_jwks(State(doors): State<Doors>) -> Response {
    cacheable(doors.world.keys.bank_jwks(doors.world.now()))
}

fn cacheable(body: Value) -> Response {
    let headers = [(header::CACHE_CONTROL, "public, max-age=300"), (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    (headers, Json(body)).into_response()
}

#[cfg(test)]
mod tests {
    use super::pairs;

    #[test]
    fn forms_are_decoded_and_repeats_kept() {
        let p = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            pairs("a=1&a=2&b=x+y%2Bz&c&=d&%zz=%"),
            [p("a", "1"), p("a", "2"), p("b", "x y+z"), p("c", ""), p("", "d"), p("%zz", "%")]
        );
        assert_eq!(pairs(""), []);
    }
}
