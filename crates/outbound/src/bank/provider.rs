//! What a bank publishes of itself, kept for ten minutes, and its plain answers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use protocol::jose::jwt::{Jwks, Jwt};
use reqwest::{RequestBuilder, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::BankError;
use crate::client::{Answer, Http, callable, send};

/// Metadata and keys are asked for again after this long.
const LIFE_SECONDS: i64 = 600;
/// A `kid` we do not know makes us look for new keys, but not more often than this.
const REFETCH_SECONDS: i64 = 30;

/// Discovery (OpenID Connect Discovery 1.0 §4.2): the members we use.
#[derive(Clone, Deserialize)]
pub(super) struct Metadata {
    issuer: String,
    pub(super) authorization_endpoint: String,
    pub(super) token_endpoint: String,
    pub(super) userinfo_endpoint: String,
    pub(super) pushed_authorization_request_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// A bank as it described itself.
pub(super) struct Provider {
    metadata: Metadata,
    pub(super) keys: Jwks,
    fetched: i64,
}

impl std::ops::Deref for Provider {
    type Target = Metadata;

    fn deref(&self) -> &Metadata {
        &self.metadata
    }
}

#[derive(Default)]
pub(super) struct Cache(Mutex<HashMap<String, Arc<Provider>>>);

impl Cache {
    pub(super) async fn provider(&self, http: &Http, issuer: &str, now: i64) -> Result<Arc<Provider>, BankError> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(issuer).cloned();
        match kept {
            Some(provider) if (0..LIFE_SECONDS).contains(&(now - provider.fetched)) => Ok(provider),
            _ => self.fetch(http, issuer, now).await,
        }
    }

    /// The same provider, looked up again when one of `tokens` names a key it did not have.
    pub(super) async fn knowing(
        &self,
        http: &Http,
        provider: Arc<Provider>,
        tokens: &[&str],
        now: i64,
    ) -> Result<Arc<Provider>, BankError> {
        let known = tokens.iter().all(|token| {
            let kid = Jwt::parse(token).ok().and_then(|jwt| jwt.header.kid);
            !provider.keys.candidates(kid.as_deref()).is_empty()
        });
        if known || now - provider.fetched < REFETCH_SECONDS {
            return Ok(provider);
        }
        self.fetch(http, &provider.issuer, now).await
    }

    async fn fetch(&self, http: &Http, issuer: &str, now: i64) -> Result<Arc<Provider>, BankError> {
        let metadata: Metadata = post(http.get(&format!("{issuer}/.well-known/openid-configuration"))?).await?;
        if metadata.issuer != issuer {
            return Err(BankError::Invalid("metadata_issuer"));
        }
        if !metadata.authorization_response_iss_parameter_supported {
            return Err(BankError::Invalid("metadata_iss_parameter"));
        }
        if !callable(&metadata.authorization_endpoint) {
            return Err(BankError::Invalid("metadata_authorization_endpoint"));
        }
        let keys: Jwks = post(http.get(&metadata.jwks_uri)?).await?;
        let provider = Arc::new(Provider { metadata, keys, fetched: now });
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(issuer.to_owned(), Arc::clone(&provider));
        Ok(provider)
    }
}

/// RFC 9126 §2.2.
#[derive(Deserialize)]
pub(super) struct Pushed {
    pub(super) request_uri: String,
    pub(super) expires_in: i64,
}

/// RFC 6749 §5.1, RFC 9396 §7.
#[derive(Deserialize)]
pub(super) struct Granted {
    pub(super) access_token: String,
    pub(super) token_type: String,
    pub(super) id_token: String,
    /// The bank's very bytes.
    pub(super) authorization_details: Box<RawValue>,
}

/// Sends and reads JSON.
pub(super) async fn post<T: DeserializeOwned>(call: RequestBuilder) -> Result<T, BankError> {
    let answer = send(call).await?;
    if !answer.status.is_success() {
        return Err(refusal(&answer));
    }
    serde_json::from_slice(&answer.body).map_err(|_| BankError::Invalid("answer_malformed"))
}

/// Sends and reads a signed answer (`application/jwt`), still unbelieved.
pub(super) async fn signed(call: RequestBuilder) -> Result<String, BankError> {
    let answer = send(call).await?;
    if !answer.status.is_success() {
        return Err(refusal(&answer));
    }
    if answer.content_type != "application/jwt" {
        return Err(BankError::Invalid("userinfo_not_signed"));
    }
    String::from_utf8(answer.body).map_err(|_| BankError::Invalid("answer_malformed"))
}

/// What an OAuth error means to us.
fn refusal(answer: &Answer) -> BankError {
    #[derive(Deserialize)]
    struct Body {
        error: String,
    }
    if answer.status == StatusCode::TOO_MANY_REQUESTS {
        return BankError::Unreachable;
    }
    let error = serde_json::from_slice::<Body>(&answer.body).map(|body| body.error);
    match error.as_deref() {
        Ok("access_denied") => BankError::Refused,
        Ok("temporarily_unavailable" | "server_error") => BankError::Unreachable,
        Ok("invalid_grant") => BankError::Invalid("code_refused"),
        Ok("invalid_client") => BankError::Invalid("client_refused"),
        Ok("invalid_dpop_proof" | "use_dpop_nonce") => BankError::Invalid("dpop_refused"),
        Ok("invalid_token") => BankError::Invalid("token_refused"),
        _ => BankError::Invalid("request_refused"),
    }
}
