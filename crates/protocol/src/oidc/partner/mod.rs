//! What the provider knows of a relying party: one `[[partner]]` table of `zelf.toml`.
//!
//! ```toml
//! [[partner]]
//! id = "gemeente"
//! name = { nl = "Gemeente Voorbeeld", fr = "Commune Exemple", de = "Gemeinde Beispiel", en = "Example Town" }
//! domain = "gemeente.example"
//! redirect_uris = ["https://gemeente.example/login/zelf"]
//! scopes = ["profile", "email"]
//! claims = ["nationalities"]
//! [partner.auth]
//! method = "client_secret"                       # or "private_key_jwt" with jwks = [{ kty = "EC", … }]
//! client_secret_sha256 = "<64 hexadecimal digits>"
//! ```

mod auth;
mod judge;
mod service;
mod wishes;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use auth::{CertificateName, ClientAuth, SecretDigest};
pub use service::{Service, ServiceKind};
pub use wishes::{Bound, Ciba, Delivery, Grant, Mount, Sealing, Security, StartWay};

use super::attributes::Scope;
use super::uri::RedirectUri;
use crate::jose::SigAlg;

/// A relying party as registered. Believed only after [`Partners::new`]. Written as JSON it reads back as the same.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partner {
    /// `client_id`: 1 to 64 of `A-Z a-z 0-9 . _ -`.
    pub id: String,
    pub name: Names,
    /// Host name that the phone shows under the name.
    pub domain: String,
    /// Compared character by character. Services of the compatible mount have their own.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    pub auth: ClientAuth,
    /// Which contract it speaks.
    #[serde(default)]
    pub mount: Mount,
    /// Of the compatible mount: what it does, one service for each flow.
    #[serde(default, rename = "service")]
    pub services: Vec<Service>,
    /// Its keys (RFC 7517 §5): for assertions, request objects, and to encrypt to it.
    #[serde(default)]
    pub jwks: Option<Value>,
    /// Where its keys are, in place of `jwks`.
    #[serde(default)]
    pub jwks_uri: Option<String>,
    #[serde(default)]
    pub security: Security,
    /// Choices of yesterday: no PKCE, RSA-OAEP, RS256 under FAPI, CIBA without typed numbers. Off unless it must be.
    #[serde(default)]
    pub legacy: bool,
    #[serde(default = "code_only")]
    pub grants: BTreeSet<Grant>,
    /// Access tokens are bound to a key or certificate; FAPI always binds.
    #[serde(default)]
    pub bound_tokens: Option<Bound>,
    /// `RS256`, `PS256`, `ES256`, `EdDSA`, or `HS256` for who has a secret in our database. See [`Partner::id_token_alg`].
    #[serde(default)]
    pub id_token_alg: Option<SigAlg>,
    #[serde(default, deserialize_with = "wishes::or_none")]
    pub id_token_encryption: Option<crate::jose::Encryption>,
    /// Unsigned JSON when both are absent.
    #[serde(default, deserialize_with = "wishes::or_none")]
    pub userinfo: Sealing,
    /// JARM, when the request asks for it.
    #[serde(default)]
    pub response: Sealing,
    /// Request objects must be signed; compat confirmations always must.
    #[serde(default)]
    pub signed_requests: bool,
    /// What it signs its requests with: any other algorithm is refused (OpenID Registration §2), and at the backchannel a request that
    /// is not signed (CIBA Core §4). Not said: any that we take.
    #[serde(default)]
    pub request_alg: Option<SigAlg>,
    /// Addresses that `request_uri` may name, compared exactly (a fragment is left out).
    #[serde(default)]
    pub request_uris: BTreeSet<String>,
    #[serde(default)]
    pub require_par: bool,
    #[serde(default)]
    pub ciba: Option<Ciba>,
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<String>,
    #[serde(default)]
    pub backchannel_logout_uri: Option<String>,
    /// `type`s of `authorization_details` it may send (RFC 9396).
    #[serde(default)]
    pub authorization_details: BTreeSet<String>,
    /// May ask `verified_claims` (OpenID Identity Assurance).
    #[serde(default)]
    pub verified_claims: bool,
    /// How its requests may reach a phone; empty: any way.
    #[serde(default)]
    pub starts: BTreeSet<StartWay>,
    /// A login in a browser may be used again by this partner, without the phone, for so many seconds (`prompt=none`); 0: never.
    #[serde(default)]
    pub session_seconds: i64,
    /// Why it asks data, as the phone shows it.
    #[serde(default)]
    pub purpose: Option<Names>,
    #[serde(default)]
    pub sector_identifier_uri: Option<String>,
    #[serde(default)]
    pub logo_uri: Option<String>,
    #[serde(default)]
    pub policy_uri: Option<String>,
    #[serde(default)]
    pub tos_uri: Option<String>,
    #[serde(default)]
    pub initiate_login_uri: Option<String>,
    /// Scopes beside `openid` that it may ask.
    #[serde(default)]
    pub scopes: BTreeSet<Scope>,
    /// Single claims that it may ask beside those of its scopes (`claims` parameter, OpenID Core §5.5).
    #[serde(default)]
    pub claims: BTreeSet<String>,
    /// Partners of one sector see the same `sub`. See [`Partner::sector`] for the default.
    #[serde(default)]
    pub sector: Option<String>,
    /// Not said: yes at the standard mount, no at the compatible one and for `legacy`. FAPI always requires it.
    #[serde(default)]
    pub require_pkce: Option<bool>,
    /// Fingerprint or face may answer for the code.
    #[serde(default)]
    pub biometrics: bool,
    /// Seconds a phone must have been in use before it may approve this partner's requests.
    #[serde(default)]
    pub min_credential_age: i64,
}

fn code_only() -> BTreeSet<Grant> {
    BTreeSet::from([Grant::AuthorizationCode])
}

/// A name in each language.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    pub nl: String,
    pub fr: String,
    pub de: String,
    pub en: String,
}

impl Names {
    pub(super) fn all(&self) -> [&str; 4] {
        [&self.nl, &self.fr, &self.de, &self.en]
    }

    /// The name in `lang`; English for a language we do not speak.
    pub fn of(&self, lang: &str) -> &str {
        match lang {
            "nl" => &self.nl,
            "fr" => &self.fr,
            "de" => &self.de,
            _ => &self.en,
        }
    }
}

/// A mistake in the configuration, told to the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerError {
    pub partner: String,
    pub problem: String,
}

impl std::fmt::Display for PartnerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "partner \"{}\": {}", self.partner, self.problem)
    }
}

impl std::error::Error for PartnerError {}

impl Partner {
    /// How its ID tokens are signed: as registered, else ES256, and on the compatible mount RS256, which is all that such software knows.
    pub fn id_token_alg(&self) -> SigAlg {
        self.id_token_alg.unwrap_or(match self.mount {
            Mount::Standard => SigAlg::ES256,
            Mount::Compat => SigAlg::RS256,
        })
    }

    /// The same for what others must be able to check too: a secret that both sides know proves nothing to them.
    pub fn public_alg(&self) -> SigAlg {
        match self.id_token_alg() {
            SigAlg::HS256 => SigAlg::RS256,
            alg => alg,
        }
    }

    /// The hosts it is sent back to, this machine left out.
    pub(super) fn hosts(&self) -> BTreeSet<&str> {
        let parsed = self.redirect_uris.iter().filter_map(|uri| RedirectUri::parse(uri).ok());
        parsed.filter(|uri| !uri.loopback).map(|uri| uri.host).collect()
    }

    /// What pairwise subjects are made for: `sector` as written, else the one host it is sent back to, else its id.
    pub fn sector(&self) -> &str {
        match &self.sector {
            Some(sector) => sector,
            None => self.hosts().first().copied().unwrap_or(&self.id),
        }
    }

    /// The service behind `service:CODE`.
    pub fn service(&self, code: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.code == code)
    }

    /// Addresses it may be sent back to: its own, or those of the service.
    pub fn redirects(&self, service: Option<&str>) -> &[String] {
        match service {
            None => &self.redirect_uris,
            Some(code) => self.service(code).map_or(&[], |service| &service.redirect_uris),
        }
    }

    /// What the phone calls it, in `lang`.
    pub fn shown_name(&self, service: Option<&str>, lang: &str) -> &str {
        let named = service.and_then(|code| self.service(code)).and_then(|service| service.name.as_ref());
        named.unwrap_or(&self.name).of(lang)
    }

    /// Why it asks data, in `lang`; empty when it does not say.
    pub fn shown_purpose(&self, service: Option<&str>, lang: &str) -> &str {
        let own = service.and_then(|code| self.service(code)).and_then(|service| service.purpose.as_ref());
        own.or(self.purpose.as_ref()).map_or("", |purpose| purpose.of(lang))
    }

    /// Scopes that it, or this service of it, may ask.
    pub fn scopes_of(&self, service: Option<&str>) -> &BTreeSet<Scope> {
        service.and_then(|code| self.service(code)).map_or(&self.scopes, |service| &service.scopes)
    }

    /// As [`Partner::may_ask`], for a service.
    pub fn service_may_ask(&self, service: Option<&str>, claim: &str) -> bool {
        match service.and_then(|code| self.service(code)) {
            None => self.may_ask(claim),
            Some(s) => {
                s.claims.contains(claim) || s.scopes.iter().any(|scope| scope.claims_of(self.mount).contains(&claim))
            }
        }
    }

    /// FAPI 2.0, with or without message signing.
    pub fn fapi(&self) -> bool {
        self.security != Security::Standard
    }

    /// A request without a PKCE challenge is refused.
    pub fn needs_pkce(&self) -> bool {
        self.fapi() || self.require_pkce.unwrap_or(self.mount == Mount::Standard && !self.legacy)
    }

    /// Requests must be pushed (RFC 9126 §5); FAPI always pushes.
    pub fn must_push(&self) -> bool {
        self.require_par || self.fapi()
    }

    /// Only what stands in a signed object counts (RFC 9101 §10.5).
    pub fn must_sign(&self) -> bool {
        self.signed_requests || self.security == Security::Fapi2Signed
    }

    /// It takes signed answers alone (JARM; FAPI 2.0 Message Signing §5.4).
    pub fn must_sign_answers(&self) -> bool {
        self.security == Security::Fapi2Signed
    }

    /// To what its access tokens are bound: as registered; FAPI binds to DPoP where nothing is said.
    pub fn binding(&self) -> Option<Bound> {
        self.bound_tokens.or(self.fapi().then_some(Bound::Dpop))
    }

    /// True when requests may start this way.
    pub fn allows_start(&self, way: StartWay) -> bool {
        self.starts.is_empty() || self.starts.contains(&way)
    }

    /// True when it may have this claim, if somebody asks for it and the person approves.
    pub fn may_ask(&self, claim: &str) -> bool {
        self.claims.contains(claim) || self.scopes.iter().any(|scope| scope.claims_of(self.mount).contains(&claim))
    }
}

/// Why this is no address that a partner may register, for whoever wrote it.
pub fn redirect_problem(uri: &str) -> Option<&'static str> {
    RedirectUri::parse(uri).err()
}

/// All partners of this provider, checked.
#[derive(Clone, Debug, Default)]
pub struct Partners(BTreeMap<String, Arc<Partner>>);

impl Partners {
    /// # Errors
    /// The first partner that does not [`Partner::validate`], or whose id was there before.
    pub fn new(list: impl IntoIterator<Item = Partner>) -> Result<Self, PartnerError> {
        let mut all = BTreeMap::new();
        for partner in list {
            partner.validate()?;
            let id = partner.id.clone();
            if all.insert(id.clone(), Arc::new(partner)).is_some() {
                return Err(PartnerError { partner: id, problem: "is there twice".into() });
            }
        }
        Ok(Partners(all))
    }

    /// Puts one in, or in the place of its namesake.
    ///
    /// # Errors
    /// When it does not [`Partner::validate`]; whoever stood there stays.
    pub fn put(&mut self, partner: Partner) -> Result<(), PartnerError> {
        partner.validate()?;
        self.0.insert(partner.id.clone(), Arc::new(partner));
        Ok(())
    }

    pub fn remove(&mut self, id: &str) -> bool {
        self.0.remove(id).is_some()
    }

    /// Keeps those whose id says so.
    pub fn retain(&mut self, stays: impl Fn(&str) -> bool) {
        self.0.retain(|id, _| stays(id));
    }

    pub fn find(&self, id: &str) -> Option<Arc<Partner>> {
        self.0.get(id).cloned()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<Partner>> {
        self.0.values()
    }
}
