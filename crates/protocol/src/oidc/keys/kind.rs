//! Kinds of keys, and what each must be able to do to stand in a ring.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::jose::jwe::{EcPrivate, RsaPrivate};
use crate::jose::{EdKey, JoseError, RsaKey, SigningKey};

/// What a key of the provider is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Signs ES256.
    SigEc,
    /// Signs RS256 and PS256.
    SigRsa,
    /// Signs EdDSA.
    SigEd,
    /// Decrypts RSA-OAEP.
    EncRsa,
    /// Decrypts ECDH-ES.
    EncEc,
    /// Our client key at the banks (ES256).
    BankClient,
}

impl Kind {
    pub const ALL: [Kind; 6] = [Kind::SigEc, Kind::SigRsa, Kind::SigEd, Kind::EncRsa, Kind::EncEc, Kind::BankClient];

    pub fn as_str(self) -> &'static str {
        match self {
            Kind::SigEc => "sig-ec",
            Kind::SigRsa => "sig-rsa",
            Kind::SigEd => "sig-ed",
            Kind::EncRsa => "enc-rsa",
            Kind::EncEc => "enc-ec",
            Kind::BankClient => "bank-client",
        }
    }

    /// Others seal to it; the rest sign.
    pub fn opens(self) -> bool {
        matches!(self, Kind::EncRsa | Kind::EncEc)
    }

    pub fn parse(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The secret bytes of a fresh key.
    ///
    /// # Errors
    /// `BadKey` when the machine cannot make one.
    pub fn generate(self) -> Result<Zeroizing<Vec<u8>>, JoseError> {
        match self {
            Kind::SigEc | Kind::BankClient => SigningKey::generate("")?.scalar(),
            Kind::SigRsa => RsaKey::generate("")?.pkcs8(),
            Kind::SigEd => EdKey::generate("")?.seed(),
            Kind::EncRsa => RsaPrivate::generate("")?.pkcs8(),
            Kind::EncEc => EcPrivate::generate("")?.scalar(),
        }
    }

    /// The name of the key with these secret bytes.
    ///
    /// # Errors
    /// `BadKey` when they are none of this kind.
    pub fn kid(self, secret: &[u8], prefix: &str) -> Result<String, JoseError> {
        match self {
            Kind::SigEc | Kind::BankClient => SigningKey::load(secret, prefix).map(|key| key.name().to_owned()),
            Kind::SigRsa => RsaKey::load(secret, prefix).map(|key| key.name().to_owned()),
            Kind::SigEd => EdKey::load(secret, prefix).map(|key| key.name().to_owned()),
            Kind::EncRsa => RsaPrivate::load(secret, prefix).map(|key| key.name().to_owned()),
            Kind::EncEc => EcPrivate::load(secret, prefix).map(|key| key.name().to_owned()),
        }
    }
}

/// A private key that can be kept in a file and published.
pub trait Made: Sized {
    const KIND: Kind;

    /// # Errors
    /// `BadKey`.
    fn load(secret: &[u8], prefix: &str) -> Result<Self, JoseError>;
    fn name(&self) -> &str;
    /// The public key with `kid`, `use`, and `alg` where there is only one.
    fn jwk(&self) -> Value;
}

impl Made for SigningKey {
    const KIND: Kind = Kind::SigEc;

    fn load(secret: &[u8], prefix: &str) -> Result<Self, JoseError> {
        SigningKey::from_bare_scalar(secret, prefix)
    }

    fn name(&self) -> &str {
        self.kid()
    }

    fn jwk(&self) -> Value {
        let ec = self.public().jwk();
        json!({ "kty": ec.kty, "crv": ec.crv, "x": ec.x, "y": ec.y, "kid": self.kid(), "use": "sig", "alg": "ES256" })
    }
}

impl Made for RsaKey {
    const KIND: Kind = Kind::SigRsa;

    fn load(secret: &[u8], prefix: &str) -> Result<Self, JoseError> {
        RsaKey::from_pkcs8(secret, prefix)
    }

    fn name(&self) -> &str {
        self.kid()
    }

    fn jwk(&self) -> Value {
        let (n, e) = self.public();
        json!({ "kty": "RSA", "n": n, "e": e, "kid": self.kid(), "use": "sig" })
    }
}

impl Made for EdKey {
    const KIND: Kind = Kind::SigEd;

    fn load(secret: &[u8], prefix: &str) -> Result<Self, JoseError> {
        EdKey::from_seed(secret, prefix)
    }

    fn name(&self) -> &str {
        self.kid()
    }

    fn jwk(&self) -> Value {
        json!({ "kty": "OKP", "crv": "Ed25519", "x": self.public(), "kid": self.kid(), "use": "sig", "alg": "EdDSA" })
    }
}

impl Made for RsaPrivate {
    const KIND: Kind = Kind::EncRsa;

    fn load(secret: &[u8], prefix: &str) -> Result<Self, JoseError> {
        RsaPrivate::from_pkcs8(secret, prefix)
    }

    fn name(&self) -> &str {
        self.kid()
    }

    fn jwk(&self) -> Value {
        let (n, e) = self.public();
        json!({ "kty": "RSA", "n": n, "e": e, "kid": self.kid(), "use": "enc" })
    }
}

impl Made for EcPrivate {
    const KIND: Kind = Kind::EncEc;

    fn load(secret: &[u8], prefix: &str) -> Result<Self, JoseError> {
        EcPrivate::from_scalar(secret, prefix)
    }

    fn name(&self) -> &str {
        self.kid()
    }

    fn jwk(&self) -> Value {
        let ec = self.public().jwk();
        json!({ "kty": ec.kty, "crv": ec.crv, "x": ec.x, "y": ec.y, "kid": self.kid(), "use": "enc" })
    }
}
