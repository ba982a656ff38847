//! Who is asking: `private_key_jwt` (RFC 7523, FAPI 2.0 §5.3.2.1) with the client's published keys.

use std::collections::HashMap;
use std::time::Duration;

use protocol::jose::jwt::{Jwks, Jwt};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::problem::OAuthError;
use super::rows::first_use;
use super::{ClientRegistration, Form, World};

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Clocks may differ by this much.
pub(super) const LEEWAY_SECONDS: i64 = 10;
/// Longest life of an assertion.
const MAX_LIFE_SECONDS: i64 = 300;
const KEYS_LIVE_SECONDS: i64 = 300;
/// An unknown `kid` makes us look again, but not more often than this.
const REFETCH_SECONDS: i64 = 5;
const MAX_JWKS_BYTES: usize = 64 * 1024;

/// The registered clients and the keys they published.
pub(super) struct Clients {
    registered: Vec<ClientRegistration>,
    http: reqwest::Client,
    keys: Mutex<HashMap<String, (Jwks, i64)>>,
}

#[derive(Deserialize)]
struct Assertion {
    iss: String,
    sub: String,
    /// FAPI 2.0: the issuer, as one string; a list does not parse.
    aud: String,
    exp: i64,
    #[serde(default)]
    iat: Option<i64>,
    #[serde(default)]
    nbf: Option<i64>,
    jti: String,
}

impl Clients {
    pub(super) fn new(registered: Vec<ClientRegistration>, roots: &[String]) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::none())
            .tls_certs_merge(crate::front::certificates(roots))
            .build()?;
        Ok(Clients { registered, http, keys: Mutex::default() })
    }

    /// The bank's line to others.
    pub(super) fn http(&self) -> reqwest::Client {
        self.http.clone()
    }

    fn registration(&self, client_id: &str) -> Option<&ClientRegistration> {
        self.registered.iter().find(|c| c.client_id == client_id)
    }

    async fn keys(&self, client: &ClientRegistration, kid: Option<&str>, now: i64) -> Result<Jwks, OAuthError> {
        let mut kept = self.keys.lock().await;
        if let Some((keys, fetched)) = kept.get(&client.client_id) {
            let age = now - fetched;
            let knows = !keys.candidates(kid).is_empty();
            if age < REFETCH_SECONDS || (age < KEYS_LIVE_SECONDS && knows) {
                return Ok(keys.clone());
            }
        }
        let keys = self.fetch(&client.jwks_uri).await.ok_or(OAuthError::client("its keys cannot be read"))?;
        kept.insert(client.client_id.clone(), (keys.clone(), now));
        Ok(keys)
    }

    async fn fetch(&self, uri: &str) -> Option<Jwks> {
        let mut response = self.http.get(uri).send().await.ok()?.error_for_status().ok()?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.ok()? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_JWKS_BYTES {
                return None;
            }
        }
        serde_json::from_slice(&body).ok()
    }
}

/// The client that signed the assertion in `form`, for this issuer, now, and for the first time.
pub(super) async fn authenticate<'a>(
    world: &'a World,
    issuer: &str,
    form: &Form,
) -> Result<&'a ClientRegistration, OAuthError> {
    if form.get("client_assertion_type") != Some(ASSERTION_TYPE) {
        return Err(OAuthError::client("private_key_jwt is required"));
    }
    let compact = form.get("client_assertion").ok_or(OAuthError::client("no assertion"))?;
    let jwt = Jwt::parse(compact).map_err(|_| OAuthError::client("the assertion is not an ES256 JWT"))?;
    let claimed: Assertion = jwt.unverified().map_err(|_| OAuthError::client("the assertion lacks a claim"))?;
    let client = world.clients.registration(&claimed.sub).ok_or(OAuthError::client("unknown client"))?;
    let now = world.now();
    let keys = world.clients.keys(client, jwt.header.kid.as_deref(), now).await?;
    let claims: Assertion = keys.verify(&jwt).map_err(|_| OAuthError::client("the assertion's signature is wrong"))?;
    check(&claims, client, issuer, form.get("client_id"), now).map_err(OAuthError::client)?;
    let what = format!("assertion {} {}", claims.sub, claims.jti);
    let fresh = world.rows.run(|tx| first_use(tx, &what, claims.exp + LEEWAY_SECONDS).map_err(OAuthError::from))?;
    if fresh { Ok(client) } else { Err(OAuthError::client("the assertion was used before")) }
}

fn check(
    claims: &Assertion,
    client: &ClientRegistration,
    issuer: &str,
    client_id: Option<&str>,
    now: i64,
) -> Result<(), &'static str> {
    if claims.iss != client.client_id || claims.sub != client.client_id {
        return Err("iss and sub must be the client");
    }
    if client_id.is_some_and(|id| id != client.client_id) {
        return Err("client_id is another client");
    }
    if claims.aud != issuer {
        return Err("the assertion is for another issuer");
    }
    if claims.exp <= now - LEEWAY_SECONDS || claims.exp > now + MAX_LIFE_SECONDS + LEEWAY_SECONDS {
        return Err("the assertion has expired or lives too long");
    }
    if claims.iat.is_some_and(|t| t > now + LEEWAY_SECONDS) || claims.nbf.is_some_and(|t| t > now + LEEWAY_SECONDS) {
        return Err("the assertion is from the future");
    }
    if claims.jti.is_empty() || claims.jti.len() > 128 {
        return Err("jti is missing or too long");
    }
    Ok(())
}
