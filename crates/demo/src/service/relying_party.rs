//! The OpenID side: where to send the browser, how to redeem the code, when to believe an ID token (Core §3.1.3.7).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use protocol::jose::jwt::{Jwks, Jwt};
use protocol::jose::{JoseError, b64u, sha256};
use reqwest::{Client, RequestBuilder, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use words::Lang;

use super::session::{Pending, Person};
use super::{Auth, ServiceConfig};

/// Clocks differ by so much, in seconds.
const SKEW_SECONDS: i64 = 30;

/// Why nobody was logged in.
#[derive(Debug)]
pub(super) enum Refused {
    /// `access_denied`: refused, stopped, or too late.
    Denied,
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
            Refused::Denied => "access_denied",
            Refused::OtherBrowser => "no such login in this browser",
            Refused::Provider(said) => said,
            Refused::Token(claim) => claim,
            Refused::Unreachable => "unreachable",
        }
    }
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    pushed_authorization_request_endpoint: String,
}

#[derive(Deserialize)]
struct Tokens {
    access_token: String,
    id_token: String,
}

/// What we check and keep of an ID token; further members are ignored.
#[derive(Deserialize)]
struct IdToken {
    iss: String,
    sub: String,
    aud: Value,
    exp: i64,
    iat: i64,
    #[serde(default)]
    nonce: String,
    #[serde(default)]
    auth_time: i64,
    #[serde(default)]
    acr: String,
    #[serde(default)]
    amr: Vec<String>,
}

/// The service as a client of the provider.
pub(super) struct RelyingParty {
    config: ServiceConfig,
    http: Client,
}

impl RelyingParty {
    pub(super) fn new(config: ServiceConfig) -> Self {
        let http = Client::builder()
            .timeout(Duration::from_secs(10))
            .redirect(reqwest::redirect::Policy::none())
            .tls_certs_merge(crate::front::certificates(&config.roots))
            .build()
            .unwrap_or_default();
        RelyingParty { config, http }
    }

    pub(super) fn issuer(&self) -> &str {
        &self.config.issuer
    }

    fn redirect_uri(&self) -> String {
        format!("{}/callback", self.config.base_url)
    }

    /// Where the browser goes to log in.
    pub(super) async fn authorization_url(&self, pending: &Pending, lang: Lang) -> Result<String, Refused> {
        let endpoint = self.discover().await?.authorization_endpoint;
        let redirect_uri = self.redirect_uri();
        let challenge = b64u(sha256(pending.verifier.as_bytes()));
        let mut parameters = vec![
            ("response_type", "code"),
            ("client_id", &self.config.client_id),
            ("redirect_uri", &redirect_uri),
            ("scope", self.config.site.scope()),
            ("state", &pending.state),
            ("nonce", &pending.nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("ui_locales", lang.code()),
        ];
        let claims = self.config.site.claims(pending.sub.as_deref()).map(|claims| claims.to_string());
        let details = self.config.site.details(pending.ask, lang).map(|details| details.to_string());
        parameters.extend(claims.as_deref().map(|claims| ("claims", claims)));
        parameters.extend(details.as_deref().map(|details| ("authorization_details", details)));
        if details.is_some() {
            return self.pushed(&endpoint, &parameters).await;
        }
        Url::parse_with_params(&endpoint, parameters).map(String::from).map_err(|_| Refused::Unreachable)
    }

    /// RFC 9126: what is confirmed goes from server to server, so that no address bar carries it.
    async fn pushed(&self, endpoint: &str, parameters: &[(&'static str, &str)]) -> Result<String, Refused> {
        #[derive(Deserialize)]
        struct Pushed {
            request_uri: String,
        }
        let provider = self.discover().await?;
        let form = parameters.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let pushed: Pushed = ask(self.authenticate(&provider.pushed_authorization_request_endpoint, form)?).await?;
        let short = [("client_id", self.config.client_id.as_str()), ("request_uri", pushed.request_uri.as_str())];
        Url::parse_with_params(endpoint, short).map(String::from).map_err(|_| Refused::Unreachable)
    }

    /// Code → tokens → who it is.
    pub(super) async fn redeem(&self, code: &str, pending: &Pending) -> Result<Person, Refused> {
        let provider = self.discover().await?;
        let redirect_uri = self.redirect_uri();
        let form = vec![
            ("grant_type", "authorization_code".to_owned()),
            ("code", code.to_owned()),
            ("redirect_uri", redirect_uri),
            ("code_verifier", pending.verifier.clone()),
        ];
        let request = self.authenticate(&provider.token_endpoint, form)?;
        let tokens: Tokens = ask(request).await?;
        let jwks: Jwks = ask(self.http.get(&provider.jwks_uri)).await?;
        let id = self.believe(&tokens.id_token, &jwks, &pending.nonce, now())?;
        let mut claims: Map<String, Value> =
            ask(self.http.get(&provider.userinfo_endpoint).bearer_auth(&tokens.access_token)).await?;
        // Core §5.3.2: the answer may be used only when it is about the same person.
        if claims.remove("sub").as_ref().and_then(Value::as_str) != Some(&id.sub) {
            return Err(Refused::Token("sub"));
        }
        Ok(Person { sub: id.sub, acr: id.acr, amr: id.amr, auth_time: id.auth_time, ask: pending.ask, claims })
    }

    async fn discover(&self) -> Result<Discovery, Refused> {
        let url = format!("{}/.well-known/openid-configuration", self.config.issuer);
        let found: Discovery = ask(self.http.get(url)).await?;
        // Discovery §4.3.
        if found.issuer == self.config.issuer { Ok(found) } else { Err(Refused::Token("issuer")) }
    }

    fn authenticate(&self, endpoint: &str, mut form: Vec<(&'static str, String)>) -> Result<RequestBuilder, Refused> {
        let post = self.http.post(endpoint);
        let client_id = &self.config.client_id;
        let request = match &self.config.auth {
            Auth::ClientSecretBasic(secret) => post.basic_auth(client_id, Some(secret)),
            Auth::ClientSecretPost(secret) => {
                form.retain(|(name, _)| *name != "client_id");
                form.extend([("client_id", client_id.clone()), ("client_secret", secret.clone())]);
                post
            }
            // Another contract, another party.
            Auth::Compat(_) => return Err(Refused::Unreachable),
            Auth::PrivateKeyJwt(key) => {
                let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                let assertion = self.assertion(key).map_err(|_| Refused::Unreachable)?;
                form.extend([("client_assertion_type", kind.to_owned()), ("client_assertion", assertion)]);
                post
            }
        };
        Ok(request.form(&form))
    }

    /// RFC 7523 §3; the audience is the issuer.
    fn assertion(&self, key: &protocol::jose::SigningKey) -> Result<String, JoseError> {
        let mut jti = [0; 16];
        aws_lc_rs::rand::fill(&mut jti).map_err(|_| JoseError::BadKey)?;
        let (id, now) = (&self.config.client_id, now());
        let claims =
            json!({ "iss": id, "sub": id, "aud": self.config.issuer, "jti": b64u(jti), "iat": now, "exp": now + 60 });
        key.sign_with(&json!({ "alg": "ES256", "typ": "JWT", "kid": key.kid() }), &claims)
    }

    fn believe(&self, compact: &str, jwks: &Jwks, nonce: &str, now: i64) -> Result<IdToken, Refused> {
        let jwt = Jwt::parse(compact).map_err(|_| Refused::Token("form"))?;
        let token: IdToken = jwks.verify(&jwt).map_err(|_| Refused::Token("signature"))?;
        let client = self.config.client_id.as_str();
        let for_us = match &token.aud {
            Value::String(one) => one == client,
            Value::Array(all) => matches!(all.as_slice(), [Value::String(one)] if one == client),
            _ => false,
        };
        let checks = [
            ("iss", token.iss == self.config.issuer),
            ("aud", for_us),
            ("nonce", token.nonce == nonce),
            ("exp", token.exp > now - SKEW_SECONDS),
            ("iat", token.iat <= now + SKEW_SECONDS),
        ];
        match checks.iter().find(|(_, holds)| !holds) {
            Some((claim, _)) => Err(Refused::Token(claim)),
            None => Ok(token),
        }
    }
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

#[expect(clippy::disallowed_methods, reason = "other people have a clock of their own")]
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
