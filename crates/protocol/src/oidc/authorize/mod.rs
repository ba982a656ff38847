//! The authorization request (RFC 6749 §4.1.1, OpenID Core §3.1.2.1), of both mounts.
//!
//! In steps, because a request may lie in a signed object, at an address or in a row: [`opening`] finds the partner and says
//! what must be fetched; the caller fetches; [`parse`] reads the parameters that count.

mod backchannel;
mod claims;
mod opening;
mod prompt;
mod proof;
pub(in crate::oidc) mod read;
mod scope;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use super::answer::{Answer, AuthorizeError, ErrorCode, PageError, RedirectError, Reply, ResponseMode};
use super::attributes::Scope;
pub use super::claims_request::{ClaimsRequest, Wanted};
use super::partner::Partners;
use super::{Mount, Pairs};
pub use opening::{Opening, PUSHED, Source, opening};
pub use prompt::{ACR_ADVANCED, ACR_BASIC, Prompt};
pub use read::{Found, MAX_STATE, parse};

/// A request that a registered partner made; also what the sealed form field carries while the person types.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthorizationRequest {
    pub client_id: String,
    pub redirect_uri: String,
    pub response_mode: ResponseMode,
    pub state: Option<String>,
    /// Always holds `openid`; scopes we do not know are gone.
    pub scopes: BTreeSet<Scope>,
    pub nonce: Option<String>,
    /// PKCE S256 challenge, 43 characters.
    pub code_challenge: Option<String>,
    /// Of our four languages, those asked for, best first.
    pub ui_locales: Vec<String>,
    pub login_hint: Option<String>,
    pub prompt: BTreeSet<Prompt>,
    pub max_age: Option<u32>,
    pub acr_values: Vec<String>,
    pub claims: ClaimsRequest,
    #[serde(default)]
    pub mount: Mount,
    /// Of the compatible mount: the code of the service that the scope names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The one person it may be: from `claims.userinfo.sub.value` or `id_token_hint`; pairwise, as this partner knows them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// What is confirmed, when it is more than a login.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<Confirm>,
    /// RFC 9396, as sent; each type is registered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorization_details: Vec<Value>,
    /// Thumbprint of the DPoP key that the code is bound to (RFC 9449 §10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpop_jkt: Option<String>,
    /// A refresh token is wished for and allowed (`offline_access`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub offline: bool,
    /// `h` of the signed request object, when there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_object: Option<String>,
    /// What the partner wrote for the person to compare (CIBA), at most 128 characters on one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binding_message: Option<String>,
    /// How the partner wishes to be told that a result waits (CIBA ping): the token that the call carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification: Option<NotificationToken>,
    /// The row in which it lies while the person types, when it is too large for a form field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stash: Option<String>,
}

/// `client_notification_token` (CIBA Core §7.1): speaks for us at the partner, so it is shown nowhere.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NotificationToken(pub String);

impl std::fmt::Debug for NotificationToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NotificationToken(…)")
    }
}

/// What a person confirms (reference §9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Confirm {
    Payment {
        /// Minor units (cents) of the currency.
        amount: u64,
        /// ISO 4217.
        currency: String,
        /// Without spaces, check digits right (ISO 13616).
        iban: String,
        /// Who gets it, when the partner says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        payee: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        communication: Option<String>,
    },
    Text {
        /// Canonical markup: text with `<b> <i> <u> <br>` only, `&lt; &gt; &amp;` for the rest.
        text: String,
    },
}

impl AuthorizationRequest {
    /// Reads a request whose parameters are all in the open, from decoded query or form pairs of the standard mount.
    ///
    /// # Errors
    /// As [`opening`] and [`parse`]; `invalid_request_object` or `invalid_request_uri` for one that is not in the open.
    pub fn parse(pairs: &Pairs, partners: &Partners) -> Result<Self, AuthorizeError> {
        let opening = opening(pairs, Mount::Standard, partners)?;
        match opening.source {
            Source::Open => parse(&opening.partner, pairs, &Found::default()),
            Source::Object(_) => {
                Err(opening.refuse(pairs, ErrorCode::InvalidRequestObject, "the request object was not read"))
            }
            Source::Address(_) | Source::Pushed(_) => {
                Err(opening.refuse(pairs, ErrorCode::InvalidRequestUri, "the request was not fetched"))
            }
        }
    }

    /// Turns the request down: `access_denied` when the person says no, and so on.
    pub fn refuse(&self, error: ErrorCode, description: &'static str) -> RedirectError {
        RedirectError {
            client_id: self.client_id.clone(),
            mount: self.mount,
            redirect_uri: self.redirect_uri.clone(),
            response_mode: self.response_mode,
            state: self.state.clone(),
            error,
            description,
        }
    }

    /// Answers with the authorization code.
    pub fn grant(&self, code: &str) -> Reply {
        Reply::new(self, vec![("code", code.to_owned())])
    }

    /// True for a datum that the person may leave out: asked one by one, and not as essential (OpenID Core §5.5.1).
    pub fn optional(&self, claim: &str) -> bool {
        let by_scope = self.scopes.iter().any(|scope| scope.claims_of(self.mount).contains(&claim));
        let by_name = self.claims.names(claim);
        by_name && !by_scope && !self.claims.essential(claim)
    }

    /// The language the partner wishes for, if it is one of ours.
    pub fn language(&self) -> Option<&str> {
        self.ui_locales.first().map(String::as_str)
    }

    /// The code itself is wished for: fingerprint or face will not do. Of several values the most constraining counts.
    pub fn wants_code(&self) -> bool {
        self.acr_values.iter().any(|value| ACR_ADVANCED.contains(&value.as_str()))
    }

    /// It may only be answered from a session that is there (OpenID Core §3.1.2.1): no page is shown.
    pub fn silent(&self) -> bool {
        self.prompt.contains(&Prompt::None)
    }
}
