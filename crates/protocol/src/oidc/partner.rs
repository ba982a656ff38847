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

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use super::attributes::{self, Scope};
use super::id_token::SigningAlg;
use super::uri::{self, RedirectUri};
use crate::jose::{JoseError, Jwk, PublicKey, sha256};

/// A relying party as registered. Believed only after [`Partners::new`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partner {
    /// `client_id`: 1 to 64 of `A-Z a-z 0-9 . _ -`.
    pub id: String,
    pub name: Names,
    /// Host name that the phone shows under the name.
    pub domain: String,
    /// Compared character by character.
    pub redirect_uris: Vec<String>,
    pub auth: ClientAuth,
    #[serde(default)]
    pub id_token_alg: SigningAlg,
    /// Scopes beside `openid` that it may ask.
    #[serde(default)]
    pub scopes: BTreeSet<Scope>,
    /// Single claims that it may ask beside those of its scopes (`claims` parameter, OpenID Core §5.5).
    #[serde(default)]
    pub claims: BTreeSet<String>,
    /// Partners of one sector see the same `sub`. See [`Partner::sector`] for the default.
    #[serde(default)]
    pub sector: Option<String>,
    #[serde(default = "yes")]
    pub require_pkce: bool,
    /// Fingerprint or face may answer for the code.
    #[serde(default)]
    pub biometrics: bool,
    /// Seconds a phone must have been in use before it may approve this partner's requests.
    #[serde(default)]
    pub min_credential_age: i64,
}

fn yes() -> bool {
    true
}

/// A name in each language.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    pub nl: String,
    pub fr: String,
    pub de: String,
    pub en: String,
}

impl Names {
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

/// How the partner proves who it is at the token endpoint.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientAuth {
    /// RFC 7523 with ES256; the keys stand in the file.
    PrivateKeyJwt { jwks: Vec<PartnerKey> },
    /// `client_secret_basic` and `client_secret_post`.
    ClientSecret { client_secret_sha256: SecretDigest },
}

/// A public key of a partner.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "RawKey")]
pub struct PartnerKey {
    pub kid: Option<String>,
    pub key: PublicKey,
}

/// As written; a private member (`d`) is an unknown field, so it never gets in by mistake.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKey {
    kty: String,
    crv: String,
    x: String,
    y: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    alg: Option<String>,
}

impl TryFrom<RawKey> for PartnerKey {
    type Error = JoseError;

    fn try_from(raw: RawKey) -> Result<Self, JoseError> {
        if raw.usage.is_some_and(|u| u != "sig") || raw.alg.is_some_and(|a| a != "ES256") {
            return Err(JoseError::BadKey);
        }
        let key = PublicKey::from_jwk(&Jwk { kty: raw.kty, crv: raw.crv, x: raw.x, y: raw.y })?;
        if key.on_curve() { Ok(PartnerKey { kid: raw.kid, key }) } else { Err(JoseError::BadKey) }
    }
}

/// SHA-256 of a client secret: enough because our secrets are 256 random bits, not words.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct SecretDigest([u8; 32]);

impl SecretDigest {
    pub fn of(secret: &str) -> Self {
        SecretDigest(sha256(secret.as_bytes()))
    }

    /// Compares in constant time.
    pub fn fits(&self, secret: &str) -> bool {
        self.0.ct_eq(&sha256(secret.as_bytes())).into()
    }

    /// As `zelf.toml` writes it.
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl std::fmt::Debug for SecretDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretDigest(…)")
    }
}

impl TryFrom<String> for SecretDigest {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const WRONG: &str = "client_secret_sha256 must be 64 hexadecimal digits";
        let digits: Vec<u8> = text.bytes().map(uri::hex).collect::<Option<_>>().ok_or(WRONG)?;
        let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |sum, d| sum << 4 | d)).collect();
        let digest = bytes.try_into().map_err(|_| WRONG)?;
        if text.len() == 64 { Ok(SecretDigest(digest)) } else { Err(WRONG) }
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
    /// # Errors
    /// The first mistake found.
    pub fn validate(&self) -> Result<(), PartnerError> {
        self.problem().map_or(Ok(()), |problem| Err(PartnerError { partner: self.id.clone(), problem }))
    }

    fn problem(&self) -> Option<String> {
        let id_char = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        if self.id.is_empty() || self.id.len() > 64 || !self.id.bytes().all(id_char) {
            return Some("id must be 1 to 64 letters, digits, dots, dashes or underscores".into());
        }
        let names = [&self.name.nl, &self.name.fr, &self.name.de, &self.name.en];
        // The name is one line of what the phone draws and signs.
        if names.iter().any(|n| n.trim().is_empty() || n.chars().count() > 64 || n.chars().any(char::is_control)) {
            return Some("name must be one line of 1 to 64 characters in nl, fr, de and en".into());
        }
        if let Err(why) = uri::domain(&self.domain) {
            return Some(format!("domain \"{}\" {why}", self.domain));
        }
        if let Some(unknown) = self.claims.iter().find(|c| !attributes::CLAIMS.contains(&c.as_str())) {
            return Some(format!("claims: \"{unknown}\" is not a claim we know"));
        }
        if let ClientAuth::PrivateKeyJwt { jwks } = &self.auth
            && (jwks.is_empty() || jwks.len() > 8)
        {
            return Some("auth.jwks must hold 1 to 8 keys".into());
        }
        if self
            .sector
            .as_ref()
            .is_some_and(|s| s.is_empty() || s.len() > 253 || !s.bytes().all(|b| b.is_ascii_graphic()))
        {
            return Some("sector must be a host name or an id".into());
        }
        self.redirect_problem()
    }

    fn redirect_problem(&self) -> Option<String> {
        if self.redirect_uris.is_empty() || self.redirect_uris.len() > 32 {
            return Some("redirect_uris must hold 1 to 32 addresses".into());
        }
        let mut seen = BTreeSet::new();
        for redirect in &self.redirect_uris {
            if let Err(why) = RedirectUri::parse(redirect) {
                return Some(format!("redirect_uris: \"{redirect}\" {why}"));
            }
            if !seen.insert(redirect) {
                return Some(format!("redirect_uris: \"{redirect}\" is there twice"));
            }
        }
        // Otherwise adding an address would silently give everybody another `sub` (OpenID Core §8.1).
        if self.sector.is_none() && self.hosts().len() > 1 {
            return Some("redirect_uris are on several hosts: say which sector they belong to".into());
        }
        None
    }

    /// The hosts it is sent back to, this machine left out.
    fn hosts(&self) -> BTreeSet<&str> {
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

    /// True when it may have this claim, if somebody asks for it and the person approves.
    pub fn may_ask(&self, claim: &str) -> bool {
        self.claims.contains(claim) || self.scopes.iter().any(|scope| scope.claims().contains(&claim))
    }
}

/// All partners of this provider, checked.
#[derive(Clone, Debug, Default)]
pub struct Partners(BTreeMap<String, Partner>);

impl Partners {
    /// # Errors
    /// The first partner that does not [`Partner::validate`], or whose id was there before.
    pub fn new(list: impl IntoIterator<Item = Partner>) -> Result<Self, PartnerError> {
        let mut all = BTreeMap::new();
        for partner in list {
            partner.validate()?;
            let id = partner.id.clone();
            if all.insert(id.clone(), partner).is_some() {
                return Err(PartnerError { partner: id, problem: "is there twice".into() });
            }
        }
        Ok(Partners(all))
    }

    pub fn find(&self, id: &str) -> Option<&Partner> {
        self.0.get(id)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Partner> {
        self.0.values()
    }
}
