//! The bank connector: we are a client of each bank's OpenID provider (docs/protocol.md §6).
//!
//! [`BankClient::open`] pushes the request and says where to send the person; [`BankClient::finish`] takes what came back
//! and returns what the bank vouches for, or why it is not believed. Whether the person may have an account is judged
//! elsewhere.

mod claims;
mod provider;
mod speech;

use std::sync::Arc;

use protocol::jose::SigningKey;
use serde::{Deserialize, Serialize};

use crate::client::{CallError, Http};

pub use claims::{Address, BankProof};

/// What a bank connector can run into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BankError {
    /// The bank does not answer, or says that it cannot now: try later.
    Unreachable,
    /// The person, or the bank for the person, said no (`access_denied`).
    Refused,
    /// An answer that is not what it should be; the word says which check failed, for the log.
    Invalid(&'static str),
}

impl BankError {
    /// From the `error` parameter of the bank's answer at our redirect address (RFC 6749 §4.1.2.1).
    pub fn returned(error: &str) -> Self {
        match error {
            "access_denied" => BankError::Refused,
            "temporarily_unavailable" | "server_error" => BankError::Unreachable,
            _ => BankError::Invalid("returned_error"),
        }
    }
}

impl std::fmt::Display for BankError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BankError::Unreachable => f.write_str("the bank cannot be reached"),
            BankError::Refused => f.write_str("refused at the bank"),
            BankError::Invalid(what) => write!(f, "the bank's answer is invalid: {what}"),
        }
    }
}

impl std::error::Error for BankError {}

impl From<CallError> for BankError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Unreachable => BankError::Unreachable,
            CallError::TooLarge => BankError::Invalid("answer_too_large"),
            CallError::Forbidden => BankError::Invalid("address_not_callable"),
        }
    }
}

/// What the person is asked to sign at the bank.
#[derive(Clone, Debug)]
pub struct OpenRequest {
    /// `+32 ••• •• 89 60`.
    pub phone_masked: String,
    /// `Chrome on Linux`.
    pub device: String,
    /// First 22 characters of the device key's thumbprint.
    pub device_thumbprint: String,
    /// Version of the terms accepted.
    pub terms: String,
    /// The activation, `act_…`.
    pub session: String,
    /// `nl`, `fr`, `de` or `en`.
    pub locale: String,
    /// Comes back with the person; how the caller finds the [`Pending`] again.
    pub state: String,
}

/// Where to send the person, and what to keep until the return.
#[derive(Debug)]
pub struct Opened {
    pub url: String,
    /// After this the bank no longer knows the address; seconds since 1970.
    pub expires: i64,
    pub pending: Pending,
}

/// Kept sealed between hand-over and return: it holds the secrets of this one request.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pending {
    pub issuer: String,
    nonce: String,
    code_verifier: String,
    /// Private scalar of the DPoP key, base64url.
    dpop: String,
    /// `authorization_details` as it was sent.
    details: String,
}

impl std::fmt::Debug for Pending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pending").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// Gives the key that signs now: it may change while the server runs.
pub type ClientKey = Box<dyn Fn() -> Arc<SigningKey> + Send + Sync>;

/// Our side towards every bank.
pub struct BankClient {
    http: Http,
    client_id: String,
    key: ClientKey,
    redirect_uri: String,
    providers: provider::Cache,
}

impl BankClient {
    /// `key`'s public half stands in `{issuer}/bank/jwks.json` under its `kid`.
    pub fn new(
        http: Http,
        client_id: impl Into<String>,
        key: impl Fn() -> Arc<SigningKey> + Send + Sync + 'static,
        redirect_uri: impl Into<String>,
    ) -> Self {
        BankClient {
            http,
            client_id: client_id.into(),
            key: Box::new(key),
            redirect_uri: redirect_uri.into(),
            providers: provider::Cache::default(),
        }
    }

    /// Pushes the request (RFC 9126). `now` in seconds since 1970; `entropy` fresh and secret.
    ///
    /// # Errors
    /// See [`BankError`].
    pub async fn open(
        &self,
        issuer: &str,
        request: &OpenRequest,
        now: i64,
        entropy: [u8; 32],
    ) -> Result<Opened, BankError> {
        let provider = self.providers.provider(&self.http, issuer, now).await?;
        let secrets = speech::Secrets::derive(&entropy)?;
        let details = speech::details(request)?;
        let assertion = speech::assertion(&(self.key)(), &self.client_id, issuer, now, &secrets.jti)?;
        let form = [
            ("client_id", self.client_id.as_str()),
            ("client_assertion_type", speech::ASSERTION_TYPE),
            ("client_assertion", &assertion),
            ("response_type", "code"),
            ("redirect_uri", &self.redirect_uri),
            ("scope", "openid"),
            ("state", &request.state),
            ("nonce", &secrets.nonce),
            ("ui_locales", &request.locale),
            ("code_challenge", &speech::challenge(&secrets.code_verifier)),
            ("code_challenge_method", "S256"),
            ("dpop_jkt", &secrets.dpop.public().thumbprint()),
            ("claims", speech::CLAIMS),
            ("authorization_details", &details),
        ];
        let pushed: provider::Pushed =
            provider::post(self.http.post(&provider.pushed_authorization_request_endpoint)?.form(&form)).await?;
        let url = speech::authorization_url(&provider.authorization_endpoint, &self.client_id, &pushed.request_uri)?;
        let pending = Pending {
            issuer: issuer.to_owned(),
            nonce: secrets.nonce,
            code_verifier: secrets.code_verifier,
            dpop: speech::scalar(&secrets.dpop)?,
            details,
        };
        Ok(Opened { url, expires: now.saturating_add(pushed.expires_in.clamp(0, 600)), pending })
    }

    /// Exchanges the code and reads who the person is. `iss` is the parameter that came back (RFC 9207).
    ///
    /// # Errors
    /// See [`BankError`]. A code is spent by the first try, whatever its outcome.
    pub async fn finish(
        &self,
        pending: &Pending,
        code: &str,
        iss: &str,
        now: i64,
        entropy: [u8; 32],
    ) -> Result<BankProof, BankError> {
        if iss != pending.issuer {
            return Err(BankError::Invalid("iss"));
        }
        let provider = self.providers.provider(&self.http, &pending.issuer, now).await?;
        let dpop = speech::dpop_key(&pending.dpop)?;
        let [jti_assertion, jti_token, jti_userinfo] = speech::three_jtis(&entropy);

        let assertion = speech::assertion(&(self.key)(), &self.client_id, &pending.issuer, now, &jti_assertion)?;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", &pending.code_verifier),
            ("client_id", &self.client_id),
            ("client_assertion_type", speech::ASSERTION_TYPE),
            ("client_assertion", &assertion),
        ];
        let proof = speech::proof(&dpop, "POST", &provider.token_endpoint, None, now, &jti_token)?;
        let call = self.http.post(&provider.token_endpoint)?.header("DPoP", proof).form(&form);
        let granted: provider::Granted = provider::post(call).await?;
        if !granted.token_type.eq_ignore_ascii_case("dpop") {
            return Err(BankError::Invalid("token_type"));
        }
        if granted.authorization_details.get() != pending.details {
            return Err(BankError::Invalid("authorization_details"));
        }

        let token = granted.access_token.as_str();
        let proof = speech::proof(&dpop, "GET", &provider.userinfo_endpoint, Some(token), now, &jti_userinfo)?;
        let call = self.http.get(&provider.userinfo_endpoint)?;
        let call = call.header("Authorization", format!("DPoP {token}")).header("DPoP", proof);
        let userinfo = provider::signed(call).await?;

        let expected = claims::Expected { pending, client_id: &self.client_id, now };
        let provider = self.providers.knowing(&self.http, provider, &[&granted.id_token, &userinfo], now).await?;
        claims::read(&provider.keys, &expected, &granted.id_token, &userinfo)
    }
}
