//! What both contracts have in common: the provider's metadata, its answers, and when an ID token is believed (Core §3.1.3.7).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::{Client, RequestBuilder};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::ServiceConfig;
use super::session::{Pending, Person};
use super::site::Ask;

/// Clocks differ by so much, in seconds.
const SKEW_SECONDS: i64 = 30;

/// Why nobody was logged in.
#[derive(Debug)]
pub(super) enum Refused {
    /// `access_denied`: what was asked was refused, stopped, or answered too late.
    Denied(Ask),
    /// The answer belongs to no login of this browser.
    OtherBrowser,
    /// The provider's error code.
    Provider(String),
    /// The claim that was wrong.
    Token(&'static str),
    Unreachable,
}

impl Refused {
    /// A word for the log.
    pub(super) fn word(&self) -> &str {
        match self {
            Refused::Denied(_) => "access_denied",
            Refused::OtherBrowser => "no such login in this browser",
            Refused::Provider(said) => said,
            Refused::Token(claim) => claim,
            Refused::Unreachable => "unreachable",
        }
    }
}

/// The addresses we use of the metadata.
#[derive(Deserialize)]
pub(super) struct Discovery {
    issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub userinfo_endpoint: String,
    pub jwks_uri: String,
    #[serde(default)]
    pub pushed_authorization_request_endpoint: String,
    #[serde(default)]
    pub zelf_evidence_endpoint: String,
}

#[derive(Deserialize)]
pub(super) struct Tokens {
    pub access_token: String,
    pub id_token: String,
}

/// What we check and keep of an ID token; further members are ignored.
#[derive(Deserialize)]
pub(super) struct IdToken {
    pub iss: String,
    pub sub: String,
    pub aud: Value,
    pub exp: i64,
    pub iat: i64,
    #[serde(default)]
    pub nonce: String,
    #[serde(default)]
    pub auth_time: i64,
    #[serde(default)]
    pub acr: String,
    #[serde(default)]
    pub amr: Vec<String>,
    /// Digest of the proof that may be fetched.
    #[serde(default)]
    pub zelf_evidence: Option<String>,
}

impl IdToken {
    /// # Errors
    /// The first claim that is not what it must be.
    pub(super) fn believe(&self, issuer: &str, client: &str, nonce: &str, now: i64) -> Result<(), Refused> {
        let for_us = match &self.aud {
            Value::String(one) => one == client,
            Value::Array(all) => matches!(all.as_slice(), [Value::String(one)] if one == client),
            _ => false,
        };
        let checks = [
            ("iss", self.iss == issuer),
            ("aud", for_us),
            ("nonce", self.nonce == nonce),
            ("exp", self.exp > now - SKEW_SECONDS),
            ("iat", self.iat <= now + SKEW_SECONDS),
        ];
        match checks.iter().find(|(_, holds)| !holds) {
            Some((claim, _)) => Err(Refused::Token(claim)),
            None => Ok(()),
        }
    }

    /// Who is in now. Userinfo may be used only when it is about the same person (Core §5.3.2).
    pub(super) fn person(self, mut claims: Map<String, Value>, pending: &Pending) -> Result<Person, Refused> {
        if claims.remove("sub").as_ref().and_then(Value::as_str) != Some(&self.sub) {
            return Err(Refused::Token("sub"));
        }
        let IdToken { sub, acr, amr, auth_time, .. } = self;
        Ok(Person { sub, acr, amr, auth_time, ask: pending.ask, claims, evidence: None })
    }
}

/// For calls from server to server.
pub(super) fn client(config: &ServiceConfig) -> Client {
    Client::builder()
        .timeout(Duration::from_secs(10))
        .redirect(reqwest::redirect::Policy::none())
        .tls_certs_merge(crate::front::certificates(&config.roots))
        .build()
        .unwrap_or_default()
}

/// The metadata of the provider that is called so (Discovery §4.3).
pub(super) async fn discover(http: &Client, issuer: &str) -> Result<Discovery, Refused> {
    let found: Discovery = ask(http.get(format!("{issuer}/.well-known/openid-configuration"))).await?;
    if found.issuer == issuer { Ok(found) } else { Err(Refused::Token("issuer")) }
}

/// Sends, and reads a JSON answer.
pub(super) async fn ask<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, Refused> {
    #[derive(Deserialize)]
    struct Said {
        error: String,
    }
    let answer = request.send().await.map_err(|_| Refused::Unreachable)?;
    let fine = answer.status().is_success();
    let body = answer.bytes().await.map_err(|_| Refused::Unreachable)?;
    if fine {
        return serde_json::from_slice(&body).map_err(|_| Refused::Provider("an answer of another form".into()));
    }
    Err(serde_json::from_slice::<Said>(&body).map_or(Refused::Unreachable, |said| Refused::Provider(said.error)))
}

/// Sends, and reads an answer that is text.
pub(super) async fn text(request: RequestBuilder) -> Result<String, Refused> {
    let answer = request.send().await.and_then(reqwest::Response::error_for_status);
    let body = answer.map_err(|_| Refused::Unreachable)?.text().await.map_err(|_| Refused::Unreachable)?;
    Ok(body.trim().to_owned())
}

#[expect(clippy::disallowed_methods, reason = "other people have a clock of their own")]
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
