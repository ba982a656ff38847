//! A partner's public keys (RFC 7517 §5).

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::jwe::EncryptionKey;
use super::jwt::Jwt;
use super::verify_key::{Material, Purpose};
use super::{JoseError, KeyAlg, SigAlg, VerifyKey, strict, verify_key};

/// Most keys in a set.
pub const MAX_KEYS: usize = 32;
/// Largest key set we read, in bytes.
pub const MAX_SET_BYTES: usize = 64 * 1024;

/// Public keys of one party, all believed to be well-formed; types we do not know were left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeySet(Vec<VerifyKey>);

impl KeySet {
    /// From `{"keys": […]}`.
    ///
    /// # Errors
    /// `TooLarge`, `Malformed`; `BadKey` for a private key, a weak one, one that is not on its curve.
    pub fn parse(json: &str) -> Result<KeySet, JoseError> {
        if json.len() > MAX_SET_BYTES {
            return Err(JoseError::TooLarge);
        }
        KeySet::from_value(&strict::read(json.as_bytes())?)
    }

    /// From a set that somebody keeps at an address: keys of no use to us are left out (RFC 7517 §5), weak and mistaken ones
    /// as well, so that one of them does not take the good ones with it.
    ///
    /// # Errors
    /// `TooLarge`, `Malformed`; `BadKey` when a private key stands there for everybody to read.
    pub fn usable(json: &str) -> Result<KeySet, JoseError> {
        if json.len() > MAX_SET_BYTES {
            return Err(JoseError::TooLarge);
        }
        let set: Value = strict::read(json.as_bytes())?;
        let keys = set.get("keys").and_then(Value::as_array).ok_or(JoseError::Malformed)?;
        if keys.len() > MAX_KEYS {
            return Err(JoseError::TooLarge);
        }
        if keys.iter().any(verify_key::is_private) {
            return Err(JoseError::BadKey);
        }
        Ok(KeySet(keys.iter().filter_map(|key| VerifyKey::known(key).ok().flatten()).collect()))
    }

    /// From a JSON object with `keys`.
    ///
    /// # Errors
    /// As [`KeySet::parse`].
    pub fn from_value(set: &Value) -> Result<KeySet, JoseError> {
        KeySet::from_keys(set.get("keys").and_then(Value::as_array).ok_or(JoseError::Malformed)?)
    }

    /// From JWKs one by one.
    ///
    /// # Errors
    /// As [`KeySet::parse`].
    pub fn from_keys(keys: &[Value]) -> Result<KeySet, JoseError> {
        if keys.len() > MAX_KEYS {
            return Err(JoseError::TooLarge);
        }
        let known: Result<Vec<Option<VerifyKey>>, JoseError> = keys.iter().map(VerifyKey::known).collect();
        Ok(KeySet(known?.into_iter().flatten().collect()))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = &VerifyKey> {
        self.0.iter()
    }

    /// The names that stand in the set.
    pub fn kids(&self) -> Vec<String> {
        self.0.iter().filter_map(|key| key.kid.clone()).collect()
    }

    /// Checks a token's signature. A `kid` in its header leaves only the key of that name, or keys without one.
    ///
    /// # Errors
    /// `WrongAlgorithm` when it is not among `allowed`, `UnknownKey` when no key may have signed it, else `BadSignature`.
    pub fn verify(&self, jwt: &Jwt<'_>, allowed: &[SigAlg]) -> Result<(), JoseError> {
        let alg = jwt.header.alg;
        if !allowed.contains(&alg) {
            return Err(JoseError::WrongAlgorithm);
        }
        let kid = jwt.header.kid.as_deref();
        let named = |key: &&VerifyKey| kid.is_none() || key.kid.is_none() || key.kid.as_deref() == kid;
        let mut found = Err(JoseError::UnknownKey);
        for key in self.0.iter().filter(named).filter(|key| key.takes(alg)) {
            found = key.verify(jwt, allowed);
            if found.is_ok() {
                break;
            }
        }
        found
    }

    /// Checks a token's signature, then reads its claims.
    ///
    /// # Errors
    /// As [`KeySet::verify`]; `Malformed` for claims of another shape.
    pub fn claims<P: DeserializeOwned>(&self, jwt: &Jwt<'_>, allowed: &[SigAlg]) -> Result<P, JoseError> {
        self.verify(jwt, allowed)?;
        jwt.claims()
    }

    /// The key to encrypt to with `alg`: `use` is `enc`, else absent; the first that fits.
    pub fn encryption_key(&self, alg: KeyAlg) -> Option<EncryptionKey> {
        let fits = |key: &&VerifyKey| key.alg.as_deref().is_none_or(|name| name == alg.as_str());
        let of = |purpose: Purpose| {
            let keys = self.0.iter().filter(move |key| key.purpose == purpose).filter(fits);
            keys.filter_map(|key| encryption_key(key, alg)).next()
        };
        of(Purpose::Encrypt).or_else(|| of(Purpose::Any))
    }

    /// True when a key says that it is for encrypting (`use` is `enc`) and takes `alg`.
    pub fn is_meant_for(&self, alg: KeyAlg) -> bool {
        let meant = self.0.iter().filter(|key| key.purpose == Purpose::Encrypt);
        let fits = |key: &&VerifyKey| key.alg.as_deref().is_none_or(|name| name == alg.as_str());
        meant.filter(fits).any(|key| encryption_key(key, alg).is_some())
    }
}

fn encryption_key(key: &VerifyKey, alg: KeyAlg) -> Option<EncryptionKey> {
    let kid = key.kid.clone();
    match &key.material {
        Material::Rsa { n, e } if alg.is_rsa() => EncryptionKey::rsa(n, e, kid).ok(),
        Material::P256(public) if alg.is_ec() => Some(EncryptionKey::ec(public.clone(), kid)),
        _ => None,
    }
}
