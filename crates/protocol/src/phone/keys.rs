//! The operator's keys, as the phone learns and pins them (§2).

use serde::{Deserialize, Serialize};

use crate::jose::{JoseError, Jwk, Jws, PublicKey, SigningKey};
use crate::label::TYP_KEYS;

/// What a server key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Signs requests (M1).
    Rq,
    /// Signs receipts (M3).
    Rc,
    /// Signs device certificates (M4).
    Dc,
    /// Opens sealed PIN proofs.
    Vs,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyEntry {
    pub kid: String,
    pub role: Role,
    pub jwk: Jwk,
}

/// Payload of the `zelf-keys+jws` document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysDocument {
    pub v: u8,
    pub iat: i64,
    pub keys: Vec<KeyEntry>,
}

impl KeysDocument {
    pub fn sign(&self, root: &SigningKey) -> Result<String, JoseError> {
        root.sign(TYP_KEYS, self)
    }

    /// Reads a document signed by `root`.
    pub fn verify(compact: &str, root: &PublicKey) -> Result<KeysDocument, JoseError> {
        let jws = Jws::parse(compact, TYP_KEYS)?;
        if jws.kid() != root.name("root") {
            return Err(JoseError::UnknownKey);
        }
        jws.verify(root)
    }

    /// The key `kid`, only if it has this role.
    pub fn key(&self, role: Role, kid: &str) -> Result<PublicKey, JoseError> {
        let entry = self.keys.iter().find(|k| k.role == role && k.kid == kid).ok_or(JoseError::UnknownKey)?;
        PublicKey::from_jwk(&entry.jwk)
    }

    /// The newest key of a role: what to seal to.
    pub fn current(&self, role: Role) -> Option<&KeyEntry> {
        self.keys.iter().find(|k| k.role == role)
    }
}

/// `GET /.well-known/zelf`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WellKnown {
    pub issuer: String,
    pub app: String,
    pub name: String,
    pub keys: String,
    pub root: Jwk,
    pub test_world: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inbox: Option<String>,
}
