//! The authorization request (RFC 6749 §4.1.1, OpenID Core §3.1.2.1, RFC 7636 §4.3).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use super::answer::{Answer, AuthorizeError, ErrorCode, PageError, RedirectError, ResponseMode};
use super::attributes::{self, CLAIMS, Scope};
use super::partner::{Partner, Partners};
use super::{LANGUAGES, Mount, Pairs, Repeated, single};

const MAX_STATE: usize = 512;
const MAX_CLAIMS: usize = 4096;

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

/// `none` never gets this far: every login here is made anew on the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    Login,
    Consent,
    SelectAccount,
}

/// Names of single claims asked for (OpenID Core §5.5); names we do not know are gone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimsRequest {
    pub id_token: BTreeSet<String>,
    pub userinfo: BTreeSet<String>,
}

impl AuthorizationRequest {
    /// Reads a request from decoded query or form pairs. Parameters we do not know are ignored.
    ///
    /// # Errors
    /// The first refusal, in the order: partner, redirect URI, repeated parameters, the rest.
    pub fn parse(pairs: &Pairs, partners: &Partners) -> Result<Self, AuthorizeError> {
        let invalid = AuthorizeError::Page(PageError::RequestInvalid);
        let required = |name| single(pairs, name).ok().flatten().ok_or(invalid.clone());
        let client_id = required("client_id")?;
        let partner = partners.find(client_id).ok_or(AuthorizeError::Page(PageError::ClientUnknown))?;
        let redirect_uri = required("redirect_uri")?;
        if !partner.redirect_uris.iter().any(|registered| registered == redirect_uri) {
            return Err(AuthorizeError::Page(PageError::RedirectUriNotRegistered));
        }
        let state = single(pairs, "state").ok().flatten().filter(|state| short_line(state, MAX_STATE));
        let response_mode = match single(pairs, "response_mode") {
            Ok(Some("form_post")) => ResponseMode::FormPost,
            _ => ResponseMode::Query,
        };
        let mut request = AuthorizationRequest::empty(&partner, redirect_uri, response_mode, state);
        match request.fill(pairs, &partner) {
            Ok(()) => Ok(request),
            Err(Wrong(error, description)) => Err(AuthorizeError::Redirect(request.refuse(error, description))),
        }
    }

    fn empty(partner: &Partner, redirect_uri: &str, response_mode: ResponseMode, state: Option<&str>) -> Self {
        AuthorizationRequest {
            client_id: partner.id.clone(),
            redirect_uri: redirect_uri.to_owned(),
            response_mode,
            state: state.map(str::to_owned),
            scopes: BTreeSet::new(),
            nonce: None,
            code_challenge: None,
            ui_locales: Vec::new(),
            login_hint: None,
            prompt: BTreeSet::new(),
            max_age: None,
            acr_values: Vec::new(),
            claims: ClaimsRequest::default(),
            mount: partner.mount,
            service: None,
            sub: None,
            confirm: None,
            authorization_details: Vec::new(),
            dpop_jkt: None,
            offline: false,
            request_object: None,
            binding_message: None,
        }
    }

    fn fill(&mut self, pairs: &Pairs, partner: &Partner) -> Result<(), Wrong> {
        response(pairs)?;
        line(pairs, "state", MAX_STATE, "state is longer than 512 bytes or has control characters")?;
        let nonce = line(pairs, "nonce", MAX_STATE, "nonce is longer than 512 bytes or has control characters")?;
        self.nonce = nonce.map(str::to_owned);
        self.scopes = scopes(pairs, partner)?;
        self.code_challenge = code_challenge(pairs, partner)?;
        self.prompt = prompt(pairs)?;
        self.max_age = max_age(pairs)?;
        self.claims = claims(pairs)?;
        let locales = line(pairs, "ui_locales", 256, "ui_locales is too long")?;
        self.ui_locales = languages(locales.unwrap_or_default());
        self.login_hint = line(pairs, "login_hint", 128, "login_hint is too long")?.map(str::to_owned);
        let acr = line(pairs, "acr_values", 512, "acr_values is too long")?.unwrap_or_default();
        self.acr_values = acr.split(' ').filter(|value| !value.is_empty()).map(str::to_owned).collect();
        Ok(())
    }

    /// Turns the request down: `access_denied` when the person says no, and so on.
    pub fn refuse(&self, error: ErrorCode, description: &'static str) -> RedirectError {
        RedirectError {
            redirect_uri: self.redirect_uri.clone(),
            response_mode: self.response_mode,
            state: self.state.clone(),
            error,
            description,
        }
    }

    /// Answers with the authorization code.
    pub fn grant(&self, code: &str, issuer: &str) -> Answer {
        let fields = vec![("code", code.to_owned())];
        Answer::new(&self.redirect_uri, self.response_mode, fields, self.state.as_deref(), issuer)
    }

    /// Claims that userinfo will give: those of the scopes (OpenID Core §5.4) and those asked there one by one.
    pub fn userinfo_claims(&self, partner: &Partner) -> Vec<&'static str> {
        attributes::released(&self.scopes, &self.claims.userinfo, partner)
    }

    /// Claims that the ID token will give: only those asked there one by one.
    pub fn id_token_claims(&self, partner: &Partner) -> Vec<&'static str> {
        attributes::released(&BTreeSet::new(), &self.claims.id_token, partner)
    }

    /// Everything the partner will learn: what the phone shows.
    pub fn all_claims(&self, partner: &Partner) -> Vec<&'static str> {
        let asked = self.claims.id_token.union(&self.claims.userinfo).cloned().collect();
        attributes::released(&self.scopes, &asked, partner)
    }

    /// The code must be typed: a fingerprint will not do (`acr_advanced` under either of its names).
    pub fn wants_code(&self) -> bool {
        self.acr_values.iter().any(|acr| acr.ends_with("acr_advanced"))
    }

    /// True for a datum that the person may leave out: asked one by one, and not as essential (OpenID Core §5.5.1).
    pub fn optional(&self, _claim: &str) -> bool {
        false
    }

    /// The language the partner wishes for, if it is one of ours.
    pub fn language(&self) -> Option<&str> {
        self.ui_locales.first().map(String::as_str)
    }
}

/// What is wrong, before it is known where to send it.
struct Wrong(ErrorCode, &'static str);

const fn invalid(description: &'static str) -> Wrong {
    Wrong(ErrorCode::InvalidRequest, description)
}

impl From<Repeated> for Wrong {
    fn from(_: Repeated) -> Self {
        invalid("a parameter is sent more than once")
    }
}

fn short_line(text: &str, max: usize) -> bool {
    text.len() <= max && !text.chars().any(char::is_control)
}

/// A parameter that is one line of at most `max` bytes.
fn line<'a>(pairs: &'a Pairs, name: &str, max: usize, wrong: &'static str) -> Result<Option<&'a str>, Wrong> {
    match single(pairs, name)? {
        Some(text) if !short_line(text, max) => Err(invalid(wrong)),
        value => Ok(value),
    }
}

/// `response_type` and `response_mode`, and the ways of asking that we do not offer.
fn response(pairs: &Pairs) -> Result<(), Wrong> {
    for (name, error) in [
        ("request", ErrorCode::RequestNotSupported),
        ("request_uri", ErrorCode::RequestUriNotSupported),
        ("registration", ErrorCode::RegistrationNotSupported),
    ] {
        if single(pairs, name)?.is_some() {
            return Err(Wrong(error, "send plain parameters"));
        }
    }
    match single(pairs, "response_mode")? {
        None | Some("query" | "form_post") => {}
        Some(_) => return Err(invalid("response_mode must be query or form_post")),
    }
    match single(pairs, "response_type")? {
        Some("code") => Ok(()),
        None => Err(invalid("response_type is missing")),
        Some(_) => Err(Wrong(ErrorCode::UnsupportedResponseType, "response_type must be code")),
    }
}

fn scopes(pairs: &Pairs, partner: &Partner) -> Result<BTreeSet<Scope>, Wrong> {
    let asked = line(pairs, "scope", 512, "scope is too long")?.unwrap_or_default();
    let scopes: BTreeSet<Scope> = asked.split(' ').filter_map(Scope::parse).collect();
    if !scopes.contains(&Scope::Openid) {
        return Err(Wrong(ErrorCode::InvalidScope, "scope must contain openid"));
    }
    if scopes.iter().any(|scope| *scope != Scope::Openid && !partner.scopes.contains(scope)) {
        return Err(Wrong(ErrorCode::InvalidScope, "a scope is not registered for this client"));
    }
    Ok(scopes)
}

/// RFC 7636 §4.3, S256 only: `plain` proves nothing to who reads the request.
fn code_challenge(pairs: &Pairs, partner: &Partner) -> Result<Option<String>, Wrong> {
    let method = single(pairs, "code_challenge_method")?;
    let Some(challenge) = single(pairs, "code_challenge")? else {
        return match method {
            None if !partner.require_pkce => Ok(None),
            _ => Err(invalid("code_challenge is missing")),
        };
    };
    if method != Some("S256") {
        return Err(invalid("code_challenge_method must be S256"));
    }
    if !crate::jose::unb64u(challenge).is_ok_and(|bytes| bytes.len() == 32) {
        return Err(invalid("code_challenge must be the 43 characters of a base64url SHA-256"));
    }
    Ok(Some(challenge.to_owned()))
}

fn prompt(pairs: &Pairs) -> Result<BTreeSet<Prompt>, Wrong> {
    let asked: BTreeSet<&str> =
        single(pairs, "prompt")?.unwrap_or_default().split(' ').filter(|p| !p.is_empty()).collect();
    if asked.contains("none") {
        return Err(match asked.len() {
            1 => Wrong(ErrorCode::LoginRequired, "every login is approved on the phone"),
            _ => invalid("prompt none must stand alone"),
        });
    }
    let known = |name: &str| match name {
        "login" => Ok(Prompt::Login),
        "consent" => Ok(Prompt::Consent),
        "select_account" => Ok(Prompt::SelectAccount),
        _ => Err(invalid("prompt is not one we know")),
    };
    asked.into_iter().map(known).collect()
}

fn max_age(pairs: &Pairs) -> Result<Option<u32>, Wrong> {
    let digits = single(pairs, "max_age")?;
    let read = |text: &str| match text.bytes().all(|b| b.is_ascii_digit()) {
        true => text.parse().map_err(|_| invalid("max_age is too large")),
        false => Err(invalid("max_age must be a number of seconds")),
    };
    digits.map(read).transpose()
}

fn claims(pairs: &Pairs) -> Result<ClaimsRequest, Wrong> {
    const WRONG: Wrong = invalid("claims must be a JSON object of at most 4096 bytes with objects in it");
    let Some(text) = single(pairs, "claims")? else { return Ok(ClaimsRequest::default()) };
    if text.len() > MAX_CLAIMS {
        return Err(WRONG);
    }
    let Ok(Value::Object(members)) = serde_json::from_str(text) else { return Err(WRONG) };
    let names = |part: &str| match members.get(part) {
        None | Some(Value::Null) => Ok(BTreeSet::new()),
        Some(Value::Object(asked)) => Ok(asked.keys().filter(|n| CLAIMS.contains(&n.as_str())).cloned().collect()),
        Some(_) => Err(WRONG),
    };
    Ok(ClaimsRequest { id_token: names("id_token")?, userinfo: names("userinfo")? })
}

/// Of a list of BCP 47 tags, our languages in the same order, each once.
fn languages(tags: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for tag in tags.split(' ') {
        let primary = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        if LANGUAGES.contains(&primary.as_str()) && !out.contains(&primary) {
            out.push(primary);
        }
    }
    out
}
