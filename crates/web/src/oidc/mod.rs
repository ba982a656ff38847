//! The OpenID provider's machine doors.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use journeys::tokens;
use protocol::oidc::token::{TokenError, TokenRequest, bearer};
use protocol::oidc::{client_auth, discovery};
use serde_json::{Value, json};

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

/// `GET /.well-known/openid-configuration`.
pub async fn configuration(State(doors): State<Doors>) -> Response {
    cacheable(discovery::metadata(&doors.world.settings.issuer))
}

/// `GET /jwks.json`.
pub async fn jwks(State(doors): State<Doors>) -> Response {
    cacheable(doors.world.keys.op().jwks(doors.world.now()))
}

/// `GET /bank/jwks.json`: our keys as the banks' client.
pub async fn bank_jwks(State(doors): State<Doors>) -> Response {
    cacheable(doors.world.keys.bank_jwks(doors.world.now()))
}

fn cacheable(body: Value) -> Response {
    let headers = [(header::CACHE_CONTROL, "public, max-age=300"), (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    (headers, Json(body)).into_response()
}

fn refused(error: &TokenError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = (status, [(header::CACHE_CONTROL, "no-store")], Json(error)).into_response();
    if status == StatusCode::UNAUTHORIZED {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Basic realm=\"zelf\""));
    }
    response
}

fn authorization(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()
}

fn form(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Option<Vec<(String, String)>> {
    let media = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let bytes = body.ok()?;
    let is_form = media.split(';').next()?.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded");
    is_form.then(|| std::str::from_utf8(&bytes).ok().map(pairs)).flatten()
}

/// `POST /token`.
pub async fn token(State(doors): State<Doors>, headers: HeaderMap, body: Result<Bytes, BytesRejection>) -> Response {
    let world = &doors.world;
    let Some(form) = form(&headers, body) else { return refused(&TokenError::invalid_request("a form is expected")) };
    let endpoint = format!("{}{}", world.settings.issuer, discovery::TOKEN);
    let audiences = [world.settings.issuer.as_str(), endpoint.as_str()];
    let client =
        match client_auth::authenticate(authorization(&headers), &form, &world.partners.all(), &audiences, world.now())
        {
            Ok(client) => client,
            Err(error) => return refused(&error),
        };
    let request = match TokenRequest::parse(&form) {
        Ok(request) => request,
        Err(error) => return refused(&error),
    };
    match tokens::exchange(world, &client, &request).await {
        Ok(Ok(tokens)) => ([(header::CACHE_CONTROL, "no-store")], Json(tokens)).into_response(),
        Ok(Err(error)) => refused(&error),
        Err(failure) => {
            tracing::error!(?failure, partner = client.partner.id, "the token request failed");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// `GET` and `POST /userinfo`.
pub async fn userinfo(State(doors): State<Doors>, headers: HeaderMap, body: Result<Bytes, BytesRejection>) -> Response {
    let form = form(&headers, body).unwrap_or_default();
    let opened = match bearer(authorization(&headers), &form) {
        Some(token) => tokens::userinfo(&doors.world, token).await,
        None => Ok(None),
    };
    match opened {
        Ok(Some(claims)) => ([(header::CACHE_CONTROL, "no-store")], Json(claims)).into_response(),
        Ok(None) => {
            let challenge = [(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")];
            (StatusCode::UNAUTHORIZED, challenge, Json(json!({ "error": "invalid_token" }))).into_response()
        }
        Err(failure) => {
            tracing::error!(?failure, "userinfo failed");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
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
