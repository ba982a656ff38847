//! Pushed authorization requests (RFC 9126): the only way to ask.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::jose::unb64u;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::problem::OAuthError;
use super::rows::{Asked, put_request, sweep};
use super::{Bank, ClientRegistration, Form, client, dpop, random};

/// The one thing a client can ask for (docs/protocol.md §6).
pub(super) const DETAILS_TYPE: &str = "urn:zelf:enrolment:1";
const URI_PREFIX: &str = "urn:ietf:params:oauth:request_uri:";
/// Long enough for somebody to find the way from the app to the bank; FAPI 2.0 asks for less than 600.
const LIFE_SECONDS: i64 = 300;

/// One element of `authorization_details`; the page shows every member.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Details {
    pub(super) r#type: String,
    pub(super) phone_masked: String,
    pub(super) device: String,
    pub(super) device_thumbprint: String,
    pub(super) terms: String,
    pub(super) session: String,
}

impl Details {
    /// From the parameter's exact text: a list of one, all strings short and printable.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let [details] = serde_json::from_str::<[Details; 1]>(text).map_err(|_| "not one enrolment as documented")?;
        let plain = |text: &str, max: usize| {
            !text.trim().is_empty() && text.chars().count() <= max && !text.chars().any(char::is_control)
        };
        let thumbprint = &details.device_thumbprint;
        let thumb_fits =
            thumbprint.len() == 22 && thumbprint.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        match () {
            () if details.r#type != DETAILS_TYPE => Err("another type"),
            () if !plain(&details.phone_masked, 40) => Err("phone_masked"),
            () if !plain(&details.device, 80) => Err("device"),
            () if !thumb_fits => Err("device_thumbprint"),
            () if !plain(&details.terms, 40) => Err("terms"),
            () if !plain(&details.session, 80) => Err("session"),
            () => Ok(details),
        }
    }
}

pub(super) async fn push(
    State(bank): State<Bank>,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, OAuthError> {
    let issuer = bank.known_issuer(&id)?;
    let client = client::authenticate(&bank, &issuer, &form).await?;
    let now = bank.now();
    let mut asked = read(&form, client)?;
    if headers.contains_key("dpop") {
        let proof = dpop::check(&headers, "POST", &format!("{issuer}/par"), None, now)?;
        if asked.dpop_jkt.as_ref().is_some_and(|jkt| *jkt != proof.jkt) {
            return Err(OAuthError::dpop("dpop_jkt names another key"));
        }
        asked.dpop_jkt = Some(proof.jkt);
    }
    let uri = format!("{URI_PREFIX}{}", random(24));
    bank.rows.run(|tx| {
        sweep(tx, now)?;
        put_request(tx, &uri, &id, &asked, now + LIFE_SECONDS).map_err(OAuthError::from)
    })?;
    let body = Json(json!({ "request_uri": uri, "expires_in": LIFE_SECONDS }));
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], body).into_response())
}

fn read(form: &Form, client: &ClientRegistration) -> Result<Asked, OAuthError> {
    if form.get("request_uri").is_some() || form.get("request").is_some() {
        return Err(OAuthError::request("request and request_uri have no place here"));
    }
    if form.get("response_type") != Some("code") {
        return Err(OAuthError::named("unsupported_response_type", "only code"));
    }
    if form.get("scope") != Some("openid") {
        return Err(OAuthError::named("invalid_scope", "only openid"));
    }
    let redirect_uri = form.need("redirect_uri", "redirect_uri is missing", 500)?;
    if !client.redirect_uris.iter().any(|uri| uri == redirect_uri) {
        return Err(OAuthError::request("redirect_uri is not registered"));
    }
    if form.get("code_challenge_method") != Some("S256") {
        return Err(OAuthError::request("PKCE with S256 is required"));
    }
    let code_challenge = form.need("code_challenge", "code_challenge is missing", 43)?;
    if unb64u(code_challenge).map(|hash| hash.len()) != Ok(32) {
        return Err(OAuthError::request("code_challenge is not a SHA-256 hash"));
    }
    let details = form.get("authorization_details").ok_or(OAuthError::details("missing"))?;
    Details::parse(details).map_err(OAuthError::details)?;
    let (claims, phone_number) = wanted(form.need("claims", "claims is missing", 4096)?)?;
    Ok(Asked {
        client_id: client.client_id.clone(),
        redirect_uri: redirect_uri.to_owned(),
        state: form.need("state", "state is missing", 200)?.to_owned(),
        nonce: form.need("nonce", "nonce is missing", 200)?.to_owned(),
        ui_locales: form.get("ui_locales").filter(|l| l.len() <= 60).unwrap_or_default().to_owned(),
        code_challenge: code_challenge.to_owned(),
        dpop_jkt: form.get("dpop_jkt").filter(|jkt| jkt.len() == 43).map(ToOwned::to_owned),
        details: details.to_owned(),
        claims,
        phone_number,
    })
}

/// The `claims` parameter: `{"userinfo":{"verified_claims":{"verification":…,"claims":{name:…}},"phone_number":…}}`
/// (OpenID Connect for Identity Assurance 1.0 §6).
fn wanted(claims: &str) -> Result<(Vec<String>, bool), OAuthError> {
    let claims: Value = serde_json::from_str(claims).map_err(|_| OAuthError::request("claims is not JSON"))?;
    let verified = claims.pointer("/userinfo/verified_claims");
    let framework = verified.and_then(|v| v.pointer("/verification/trust_framework"));
    if framework.and_then(|f| f.get("value")).and_then(Value::as_str).is_some_and(|f| f != "eidas") {
        return Err(OAuthError::request("another trust framework"));
    }
    let names = verified.and_then(|v| v.get("claims")).and_then(Value::as_object);
    let names = names.filter(|n| !n.is_empty()).ok_or(OAuthError::request("claims asks for no verified claim"))?;
    let phone_number = claims.pointer("/userinfo/phone_number").is_some();
    Ok((names.keys().cloned().collect(), phone_number))
}
