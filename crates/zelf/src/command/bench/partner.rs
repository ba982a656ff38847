//! The relying party of the benchmark: its requests, and what it checks of an answer.

use std::sync::Mutex;

use aws_lc_rs::rand;
use demo::phone::unix_now;
use demo::phone::web::{Browser, Page};
use protocol::jose::jwt::Jwt;
use protocol::jose::{KeySet, SigAlg, b64u, sha256};
use reqwest::{Client, Url};
use serde::Deserialize;
use serde_json::Value;

use super::Fail;
pub use super::partner_keys::{Keys, jws};
use super::variant::Variant;

pub const REDIRECT_URI: &str = "http://127.0.0.1:9/back";
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Of the provider's metadata (OpenID Discovery §3), what we use.
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    jwks_uri: String,
    pushed_authorization_request_endpoint: Option<String>,
}

pub struct Partner {
    http: Client,
    keys: Keys,
    metadata: Metadata,
    jwks: KeySet,
    /// Signed before the timed window, so that the generator's signing does not stand in the server's way.
    assertions: Mutex<Vec<String>>,
}

/// What this login's browser carries and what must come back.
pub struct Ticket {
    pub state: String,
    nonce: String,
    verifier: String,
}

impl Partner {
    /// # Errors
    /// The provider has no such endpoints.
    pub async fn discover(http: Client, issuer: &str, keys: Keys) -> Result<Self, Fail> {
        let url = format!("{issuer}{}/.well-known/openid-configuration", keys.variant.mount());
        let metadata: Metadata = http.get(url).send().await?.error_for_status()?.json().await?;
        let jwks = http.get(&metadata.jwks_uri).send().await?.error_for_status()?.text().await?;
        Ok(Partner { http, keys, jwks: KeySet::parse(&jwks)?, metadata, assertions: Mutex::default() })
    }

    pub fn variant(&self) -> Variant {
        self.keys.variant
    }

    /// The provider's documents that clients fetch again and again.
    pub fn documents(&self, issuer: &str) -> [String; 2] {
        let configuration = format!("{issuer}{}/.well-known/openid-configuration", self.keys.variant.mount());
        [configuration, self.metadata.jwks_uri.clone()]
    }

    /// Where assertions are addressed to: FAPI takes the issuer alone, integrations of the compatible mount its token endpoint.
    fn audience(&self) -> &str {
        if self.keys.variant.is_compat() { &self.metadata.token_endpoint } else { &self.metadata.issuer }
    }

    /// Signs `n` assertions for the window that starts now.
    pub fn presign(&self, n: usize) -> Result<(), Fail> {
        let fresh = (0..n).map(|_| self.keys.assertion(self.audience())).collect::<Result<Vec<_>, _>>()?;
        *self.assertions.lock().map_err(|_| "lock")? = fresh;
        Ok(())
    }

    fn assertion(&self) -> Result<String, Fail> {
        let kept = self.assertions.lock().map_err(|_| "lock")?.pop();
        kept.map_or_else(|| self.keys.assertion(self.audience()), Ok)
    }

    /// Where the browser is sent, and the ticket to check its return with.
    pub async fn authorize(&self) -> Result<(Url, Ticket), Fail> {
        let ticket = Ticket { state: random()?, nonce: random()?, verifier: format!("{}{}", random()?, random()?) };
        let id = self.keys.variant.client_id();
        let challenge = b64u(sha256(ticket.verifier.as_bytes()));
        let scope = if self.keys.variant.is_compat() { "openid service:LOGIN profile" } else { "openid profile" };
        let parameters = [
            ("response_type", "code"),
            ("client_id", id.as_str()),
            ("redirect_uri", REDIRECT_URI),
            ("scope", scope),
            ("state", &ticket.state),
            ("nonce", &ticket.nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("ui_locales", "nl"),
        ];
        let mut url: Url = self.metadata.authorization_endpoint.parse()?;
        if self.keys.variant == Variant::Fapi {
            let pushed = self.push(&id, &parameters).await?;
            url.query_pairs_mut().extend_pairs([("client_id", id.as_str()), ("request_uri", &pushed)]);
        } else {
            url.query_pairs_mut().extend_pairs(parameters);
        }
        Ok((url, ticket))
    }

    /// RFC 9126, with a signed request object.
    async fn push(&self, id: &str, parameters: &[(&str, &str)]) -> Result<String, Fail> {
        let endpoint =
            self.metadata.pushed_authorization_request_endpoint.as_deref().ok_or("no endpoint to push to")?;
        let (assertion, request) = (self.assertion()?, self.keys.request_object(&self.metadata.issuer, parameters)?);
        let form = [
            ("client_id", id),
            ("request", &request),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", &assertion),
        ];
        let answer = self.http.post(endpoint).form(&form).send().await?;
        let (status, body) = (answer.status(), answer.text().await?);
        let body: Value = serde_json::from_str(&body).map_err(|_| format!("pushing: HTTP {status}: {body}"))?;
        let uri = body.get("request_uri").and_then(Value::as_str);
        Ok(uri.ok_or_else(|| format!("pushing: HTTP {status}: {body}"))?.to_owned())
    }

    /// `POST` to the token endpoint; the answer as it came.
    pub async fn exchange(&self, code: &str, ticket: &Ticket) -> Result<Page, Fail> {
        let assertion = self.assertion()?;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", &ticket.verifier),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", &assertion),
        ];
        let url: Url = self.metadata.token_endpoint.parse()?;
        if self.keys.variant != Variant::Fapi {
            return Ok(Browser::new(self.http.clone()).post_form(&url, &form).await?);
        }
        let proof = self.keys.dpop("POST", url.as_str(), None)?;
        let answer = self.http.post(url.clone()).header("DPoP", proof).form(&form).send().await?;
        Ok(Page { status: answer.status().as_u16(), location: None, body: answer.text().await?, url })
    }

    /// Signature and claims of the ID token (OpenID Core §3.1.3.7); answers `sub`.
    pub fn check_id_token(&self, id_token: &str, ticket: &Ticket) -> Result<String, Fail> {
        let token = self.keys.decrypt(id_token)?;
        if self.keys.variant.is_compat() && token == id_token {
            return Err("the ID token is not encrypted".into());
        }
        let claims: Value = self.jwks.claims(&Jwt::parse(&token)?, &[self.keys.variant.alg()])?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
        let exp = claims.get("exp").and_then(Value::as_i64).unwrap_or_default();
        let right = text("iss") == self.metadata.issuer
            && text("aud") == self.keys.variant.client_id()
            && text("nonce") == ticket.nonce
            && !text("acr").is_empty()
            && exp > unix_now();
        if right { Ok(text("sub").to_owned()) } else { Err(format!("wrong ID token: {claims}").into()) }
    }

    /// Claims of userinfo; signatures are looked at only with `check`.
    pub async fn userinfo(&self, access_token: &str, check: bool) -> Result<Value, Fail> {
        let url = &self.metadata.userinfo_endpoint;
        let request = if self.keys.variant == Variant::Fapi {
            let proof = self.keys.dpop("GET", url, Some(access_token))?;
            self.http.get(url).header("Authorization", format!("DPoP {access_token}")).header("DPoP", proof)
        } else {
            self.http.get(url).bearer_auth(access_token)
        };
        let answer = request.send().await?.error_for_status()?.text().await?;
        if !check {
            return Ok(Value::Null);
        }
        if !self.keys.variant.is_compat() {
            return Ok(serde_json::from_str(&answer)?);
        }
        let token = self.keys.decrypt(answer.trim())?;
        let allowed: [SigAlg; 1] = [self.keys.variant.alg()];
        Ok(self.jwks.claims(&Jwt::parse(&token)?, &allowed)?)
    }
}

pub fn random() -> Result<String, Fail> {
    let mut bytes = [0; 24];
    rand::fill(&mut bytes).map_err(|_| "no entropy")?;
    Ok(b64u(bytes))
}
