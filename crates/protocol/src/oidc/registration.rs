//! Partners that register themselves (RFC 7591, OpenID Dynamic Client Registration 1.0): metadata in, a [`Partner`] out.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::partner::{Names, Partner, SecretDigest};
use super::uri::RedirectUri;

/// Scopes that whoever registers itself may ask.
const SCOPES: [&str; 4] = ["profile", "email", "phone", "address"];

/// `error` of RFC 7591 §3.2.2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationError {
    pub error: &'static str,
    pub description: String,
}

const METADATA: &str = "invalid_client_metadata";
const REDIRECT: &str = "invalid_redirect_uri";

impl RegistrationError {
    /// Every `error` there is (RFC 7591 §3.2.2).
    pub const ALL: [&'static str; 2] = [METADATA, REDIRECT];

    pub fn metadata(description: impl Into<String>) -> Self {
        RegistrationError { error: METADATA, description: description.into() }
    }

    fn redirect(description: impl Into<String>) -> Self {
        RegistrationError { error: REDIRECT, description: description.into() }
    }
}

/// Client metadata; members we do not know are ignored (RFC 7591 §2). Those that change nothing here are only told back.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Metadata {
    pub redirect_uris: Vec<String>,
    token_endpoint_auth_method: Option<String>,
    grant_types: Option<BTreeSet<String>>,
    response_types: Option<Vec<String>>,
    client_name: Option<String>,
    scope: Option<String>,
    subject_type: Option<String>,
    pub sector_identifier_uri: Option<String>,
    jwks: Option<Value>,
    jwks_uri: Option<String>,
    logo_uri: Option<String>,
    policy_uri: Option<String>,
    tos_uri: Option<String>,
    initiate_login_uri: Option<String>,
    request_uris: Option<Vec<String>>,
    post_logout_redirect_uris: Option<Vec<String>>,
    backchannel_logout_uri: Option<String>,
    id_token_signed_response_alg: Option<String>,
    id_token_encrypted_response_alg: Option<String>,
    id_token_encrypted_response_enc: Option<String>,
    userinfo_signed_response_alg: Option<String>,
    userinfo_encrypted_response_alg: Option<String>,
    userinfo_encrypted_response_enc: Option<String>,
    authorization_signed_response_alg: Option<String>,
    authorization_encrypted_response_alg: Option<String>,
    authorization_encrypted_response_enc: Option<String>,
    tls_client_auth_subject_dn: Option<String>,
    tls_client_auth_san_dns: Option<String>,
    tls_client_auth_san_uri: Option<String>,
    tls_client_auth_san_ip: Option<String>,
    tls_client_auth_san_email: Option<String>,
    request_object_signing_alg: Option<String>,
    dpop_bound_access_tokens: bool,
    tls_client_certificate_bound_access_tokens: bool,
    require_pushed_authorization_requests: bool,
    require_signed_request_object: bool,
    authorization_details_types: BTreeSet<String>,
    application_type: Option<String>,
    client_uri: Option<String>,
    contacts: Option<Vec<String>>,
    software_id: Option<String>,
    software_version: Option<String>,
}

/// What the provider adds.
pub struct Given<'a> {
    pub client_id: &'a str,
    /// In the clear, for methods with a secret.
    pub secret: &'a str,
    /// Host that the addresses belong to together, where a `sector_identifier_uri` was fetched and holds them all.
    pub sector: Option<String>,
    /// Off only where the operator lets clients of yesterday in.
    pub require_pkce: bool,
    /// As [`Partner::session_seconds`]: the operator's choice, never the client's.
    pub session_seconds: i64,
}

impl Metadata {
    /// # Errors
    /// `invalid_client_metadata`.
    pub fn read(body: &[u8]) -> Result<Metadata, RegistrationError> {
        serde_json::from_slice(body)
            .map_err(|error| RegistrationError::metadata(format!("not client metadata: {error}")))
    }

    /// True for a client that proves itself with a secret, which the answer must hold.
    pub fn wants_secret(&self) -> bool {
        matches!(self.method(), "client_secret_basic" | "client_secret_post")
    }

    fn method(&self) -> &str {
        self.token_endpoint_auth_method.as_deref().unwrap_or("client_secret_basic")
    }

    /// What the client said of what we know: told back to it, and kept so that it can be read again (RFC 7592 §2.1).
    pub fn kept(&self) -> Value {
        let mut kept = serde_json::to_value(self).unwrap_or_default();
        if let Some(members) = kept.as_object_mut() {
            members.retain(|_, value| !value.is_null());
        }
        kept
    }

    /// The partner that this metadata describes, checked.
    ///
    /// # Errors
    /// [`RegistrationError`].
    pub fn partner(&self, given: &Given<'_>) -> Result<Partner, RegistrationError> {
        let domain = self.domain(given)?;
        let members = self.members(given, &domain)?;
        let partner: Partner =
            serde_json::from_value(Value::Object(members)).map_err(|e| RegistrationError::metadata(e.to_string()))?;
        partner.validate().map_err(|wrong| RegistrationError::metadata(wrong.problem))?;
        Ok(partner)
    }

    /// What the phone shows: the one host that the browser is sent back to, else that of the document which lists them all.
    /// This machine is a host like any other.
    fn domain(&self, given: &Given<'_>) -> Result<String, RegistrationError> {
        let host = |uri: &String| match RedirectUri::parse(uri) {
            Ok(parsed) if parsed.loopback => Ok("localhost".to_owned()),
            Ok(parsed) => Ok(parsed.host.to_owned()),
            Err(why) => Err(RegistrationError::redirect(format!("\"{uri}\" {why}"))),
        };
        let mut hosts: BTreeSet<String> = self.redirect_uris.iter().map(host).collect::<Result<_, _>>()?;
        let first = hosts.pop_first().ok_or(RegistrationError::redirect("redirect_uris is missing"))?;
        match (hosts.is_empty(), &given.sector) {
            (true, _) => Ok(first),
            (false, Some(sector)) => Ok(sector.clone()),
            (false, None) => {
                Err(RegistrationError::metadata("redirect_uris on several hosts need a sector_identifier_uri"))
            }
        }
    }

    fn auth(&self, given: &Given<'_>) -> Result<Value, RegistrationError> {
        Ok(match self.method() {
            "client_secret_basic" | "client_secret_post" => {
                json!({ "method": "client_secret", "client_secret_sha256": SecretDigest::of(given.secret).hex() })
            }
            "private_key_jwt" => json!({ "method": "private_key_jwt" }),
            "tls_client_auth" => self.certificate()?,
            "self_signed_tls_client_auth" => json!({ "method": "self_signed_tls_client_auth" }),
            _ => return Err(RegistrationError::metadata("token_endpoint_auth_method is not supported")),
        })
    }

    /// RFC 8705 §2.1.2: exactly one of them.
    fn certificate(&self) -> Result<Value, RegistrationError> {
        let names = [
            ("subject_dn", &self.tls_client_auth_subject_dn),
            ("san_dns", &self.tls_client_auth_san_dns),
            ("san_uri", &self.tls_client_auth_san_uri),
            ("san_ip", &self.tls_client_auth_san_ip),
            ("san_email", &self.tls_client_auth_san_email),
        ];
        let mut said = names.into_iter().filter_map(|(kind, name)| Some((kind, name.as_deref()?)));
        match (said.next(), said.next()) {
            (Some((kind, name)), None) => Ok(json!({ "method": "tls_client_auth", kind: name })),
            _ => {
                Err(RegistrationError::metadata("exactly one of tls_client_auth_subject_dn and tls_client_auth_san_…"))
            }
        }
    }

    fn members(&self, given: &Given<'_>, domain: &str) -> Result<Map<String, Value>, RegistrationError> {
        let code_only = |types: &Vec<String>| types.iter().any(|kind| kind != "code");
        if self.response_types.as_ref().is_some_and(code_only) {
            return Err(RegistrationError::metadata("response_types must be code"));
        }
        if self.subject_type.as_deref().is_some_and(|kind| kind != "pairwise" && kind != "public") {
            return Err(RegistrationError::metadata("subject_type is not supported"));
        }
        let name = self.client_name.clone().unwrap_or_else(|| domain.to_owned());
        let names = Names { nl: name.clone(), fr: name.clone(), de: name.clone(), en: name };
        let asked = |scope: &&str| self.scope.as_ref().is_none_or(|all| all.split(' ').any(|s| s == *scope));
        let mut members = Map::new();
        let mut set = |name: &str, value: Value| {
            if !value.is_null() {
                members.insert(name.to_owned(), value);
            }
        };
        set("id", given.client_id.into());
        set("name", json!(names));
        set("domain", domain.into());
        set("redirect_uris", json!(self.redirect_uris));
        set("auth", self.auth(given)?);
        set("scopes", json!(SCOPES.iter().filter(|scope| asked(scope)).collect::<Vec<_>>()));
        set("grants", json!(self.grants()?));
        set("require_pkce", given.require_pkce.into());
        set("session_seconds", given.session_seconds.into());
        set("sector", json!(given.sector));
        set("sector_identifier_uri", json!(self.sector_identifier_uri));
        set("jwks", json!(self.jwks));
        set("jwks_uri", json!(self.jwks_uri));
        set("logo_uri", json!(self.logo_uri));
        set("policy_uri", json!(self.policy_uri));
        set("tos_uri", json!(self.tos_uri));
        set("initiate_login_uri", json!(self.initiate_login_uri));
        set("request_uris", json!(self.request_uris));
        set("post_logout_redirect_uris", json!(self.post_logout_redirect_uris));
        set("backchannel_logout_uri", json!(self.backchannel_logout_uri));
        set("id_token_alg", self.id_token_signed_response_alg.as_deref().unwrap_or("RS256").into());
        let id_token = (&self.id_token_encrypted_response_alg, &self.id_token_encrypted_response_enc);
        set("id_token_encryption", encryption(id_token)?);
        let userinfo = (&self.userinfo_encrypted_response_alg, &self.userinfo_encrypted_response_enc);
        set("userinfo", sealing(self.userinfo_signed_response_alg.as_ref(), userinfo)?);
        let response = (&self.authorization_encrypted_response_alg, &self.authorization_encrypted_response_enc);
        set("response", sealing(self.authorization_signed_response_alg.as_ref(), response)?);
        set("bound_tokens", self.bound().into());
        set("require_par", self.require_pushed_authorization_requests.into());
        set("signed_requests", self.require_signed_request_object.into());
        set("request_alg", json!(self.request_object_signing_alg));
        set("authorization_details", json!(self.authorization_details_types));
        Ok(members)
    }

    fn bound(&self) -> Option<&'static str> {
        match (self.tls_client_certificate_bound_access_tokens, self.dpop_bound_access_tokens) {
            (true, _) => Some("mtls"),
            (false, true) => Some("dpop"),
            (false, false) => None,
        }
    }

    /// CIBA is not for whoever comes by itself.
    fn grants(&self) -> Result<BTreeSet<&'static str>, RegistrationError> {
        let Some(asked) = &self.grant_types else { return Ok(BTreeSet::from(["authorization_code"])) };
        let known = |name: &String| match name.as_str() {
            "authorization_code" => Ok("authorization_code"),
            "refresh_token" => Ok("refresh_token"),
            other => Err(RegistrationError::metadata(format!("grant_types: \"{other}\" is not supported"))),
        };
        asked.iter().map(known).collect()
    }
}

/// `enc` is A128CBC-HS256 where only `alg` is said (OpenID Registration §2).
fn encryption((alg, enc): (&Option<String>, &Option<String>)) -> Result<Value, RegistrationError> {
    match (alg, enc) {
        (Some(alg), enc) => Ok(json!({ "alg": alg, "enc": enc.as_deref().unwrap_or("A128CBC-HS256") })),
        (None, None) => Ok(Value::Null),
        (None, Some(_)) => Err(RegistrationError::metadata("an encryption enc without its alg")),
    }
}

fn sealing(sign: Option<&String>, how: (&Option<String>, &Option<String>)) -> Result<Value, RegistrationError> {
    let encrypt = encryption(how)?;
    let mut members = Map::new();
    members.extend(sign.map(|alg| ("sign".to_owned(), alg.as_str().into())));
    if !encrypt.is_null() {
        members.insert("encrypt".into(), encrypt);
    }
    Ok(Value::Object(members))
}

/// What the client hears (RFC 7591 §3.2.1): its metadata as [`Metadata::kept`], and what it needs to come back.
pub fn answer(
    asked: &Value,
    partner: &Partner,
    secret: Option<&str>,
    token: Option<&str>,
    address: &str,
    issued_at: i64,
) -> Value {
    let mut members = asked.as_object().cloned().unwrap_or_default();
    members.insert("client_id".into(), partner.id.clone().into());
    members.insert("client_id_issued_at".into(), issued_at.into());
    members.insert("registration_client_uri".into(), address.into());
    members.insert("redirect_uris".into(), json!(partner.redirect_uris));
    members.insert("grant_types".into(), json!(partner.grants));
    members.insert("response_types".into(), json!(["code"]));
    members.insert("subject_type".into(), "pairwise".into());
    members.insert("id_token_signed_response_alg".into(), json!(partner.id_token_alg()));
    members.entry("token_endpoint_auth_method").or_insert_with(|| partner.auth.name().into());
    if let Some(token) = token {
        members.insert("registration_access_token".into(), token.into());
    }
    if let Some(secret) = secret {
        members.insert("client_secret".into(), secret.into());
        members.insert("client_secret_expires_at".into(), 0.into());
    }
    Value::Object(members)
}

/// The addresses in a sector identifier document (OpenID Core §8.1): each registered one must be among them.
pub fn sector_holds(document: &[u8], redirect_uris: &[String]) -> bool {
    let listed: Result<BTreeSet<String>, _> = serde_json::from_slice(document);
    listed.is_ok_and(|listed| redirect_uris.iter().all(|uri| listed.contains(uri)))
}

/// Host of an address that names a sector.
pub fn sector_host(uri: &str) -> Option<String> {
    let parsed = RedirectUri::parse(uri).ok()?;
    uri.starts_with("https://").then(|| parsed.host.to_owned())
}
