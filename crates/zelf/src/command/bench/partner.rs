//! The relying party of the benchmark: its key, its assertions, and what it checks of an answer.

use std::sync::Mutex;

use aws_lc_rs::rand;
use demo::phone::unix_now;
use demo::phone::web::{Browser, Page};
use protocol::jose::jwt::{Jwks, Jwt};
use protocol::jose::{SigningKey, b64u, sha256};
use reqwest::{Client, Url};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Fail;

pub const CLIENT_ID: &str = "bench";
pub const REDIRECT_URI: &str = "http://127.0.0.1:9/back";
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const ASSERTION_SECONDS: i64 = 55;

/// Of the provider's metadata (OpenID Discovery §3), what we use.
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    jwks_uri: String,
}

pub struct Partner {
    http: Client,
    key: SigningKey,
    issuer: String,
    authorize: Url,
    token: Url,
    userinfo: Url,
    jwks: Jwks,
    /// Signed before the timed window, so that the generator's signing does not stand in the server's way.
    assertions: Mutex<Vec<String>>,
}

/// What this login's browser carries and what must come back.
pub struct Ticket {
    pub state: String,
    nonce: String,
    verifier: String,
}

/// Key of the partner, made before the server so that its config can name it.
pub fn key() -> Result<SigningKey, Fail> {
    Ok(SigningKey::generate("bench")?)
}

impl Partner {
    pub async fn discover(http: Client, issuer: &str, key: SigningKey) -> Result<Self, Fail> {
        let url = format!("{issuer}/.well-known/openid-configuration");
        let metadata: Metadata = http.get(url).send().await?.error_for_status()?.json().await?;
        let jwks = http.get(metadata.jwks_uri).send().await?.error_for_status()?.json().await?;
        Ok(Partner {
            http,
            key,
            jwks,
            authorize: metadata.authorization_endpoint.parse()?,
            token: metadata.token_endpoint.parse()?,
            userinfo: metadata.userinfo_endpoint.parse()?,
            issuer: metadata.issuer,
            assertions: Mutex::default(),
        })
    }

    /// Signs `n` assertions (RFC 7523 §3) for the window that starts now.
    pub fn presign(&self, n: usize) -> Result<(), Fail> {
        let fresh = (0..n).map(|_| self.assertion()).collect::<Result<Vec<_>, _>>()?;
        *self.assertions.lock().map_err(|_| "lock")? = fresh;
        Ok(())
    }

    fn assertion(&self) -> Result<String, Fail> {
        let now = unix_now();
        let claims = json!({
            "iss": CLIENT_ID, "sub": CLIENT_ID, "aud": self.issuer, "jti": random()?,
            "iat": now, "exp": now + ASSERTION_SECONDS,
        });
        Ok(self.key.sign_with(&json!({ "alg": "ES256", "kid": self.key.kid(), "typ": "JWT" }), &claims)?)
    }

    /// Where the browser is sent, and the ticket to check its return with.
    pub fn authorize(&self) -> Result<(Url, Ticket), Fail> {
        let ticket = Ticket { state: random()?, nonce: random()?, verifier: format!("{}{}", random()?, random()?) };
        let mut url = self.authorize.clone();
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", CLIENT_ID),
            ("redirect_uri", REDIRECT_URI),
            ("scope", "openid profile"),
            ("state", &ticket.state),
            ("nonce", &ticket.nonce),
            ("code_challenge", &b64u(sha256(ticket.verifier.as_bytes()))),
            ("code_challenge_method", "S256"),
            ("ui_locales", "nl"),
        ]);
        Ok((url, ticket))
    }

    /// `POST /token`; the answer as it came.
    pub async fn exchange(&self, code: &str, ticket: &Ticket) -> Result<Page, Fail> {
        let kept = self.assertions.lock().map_err(|_| "lock")?.pop();
        let assertion = kept.map_or_else(|| self.assertion(), Ok)?;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", &ticket.verifier),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", &assertion),
        ];
        Ok(Browser::new(self.http.clone()).post_form(&self.token, &form).await?)
    }

    /// Signature and claims of the ID token (OpenID Core §3.1.3.7); answers `sub`.
    pub fn check_id_token(&self, id_token: &str, ticket: &Ticket) -> Result<String, Fail> {
        let claims: Value = self.jwks.verify(&Jwt::parse(id_token)?)?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
        let exp = claims.get("exp").and_then(Value::as_i64).unwrap_or_default();
        let right = text("iss") == self.issuer
            && text("aud") == CLIENT_ID
            && text("nonce") == ticket.nonce
            && !text("acr").is_empty()
            && exp > unix_now();
        if right { Ok(text("sub").to_owned()) } else { Err(format!("wrong ID token: {claims}").into()) }
    }

    pub async fn userinfo(&self, access_token: &str) -> Result<Value, Fail> {
        let request = self.http.get(self.userinfo.clone()).bearer_auth(access_token);
        Ok(request.send().await?.error_for_status()?.json().await?)
    }
}

fn random() -> Result<String, Fail> {
    let mut bytes = [0; 24];
    rand::fill(&mut bytes).map_err(|_| "no entropy")?;
    Ok(b64u(bytes))
}
