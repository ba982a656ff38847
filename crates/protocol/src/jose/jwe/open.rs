//! Decrypting what partners encrypted to us.

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use aws_lc_rs::encoding::{AsBigEndian as _, AsDer as _, EcPrivateKeyBin, Pkcs8V1Der};
use aws_lc_rs::rand;
use aws_lc_rs::rsa::{KeySize, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use serde::Deserialize;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::derive::{self, Key, Parties};
use super::{MAX_JWE_BYTES, seal};
use crate::jose::{Enc, JoseError, Jwk, KeyAlg, PublicKey, b64u, rsa_public, strict, unb64u};

/// Header members that change what the bytes mean: not understood here, so refused.
const REFUSED: [&str; 7] = ["crit", "zip", "p2c", "p2s", "b64", "iv", "tag"];

/// An RSA key of ours to decrypt with. No `Debug`.
pub struct RsaPrivate {
    key: PrivateDecryptingKey,
    oaep: OaepPrivateDecryptingKey,
    kid: String,
    /// Modulus and exponent, big-endian without leading zeros.
    n: Vec<u8>,
    e: Vec<u8>,
}

impl RsaPrivate {
    /// A fresh 2048-bit key, named `prefix_…` after its thumbprint.
    pub fn generate(prefix: &str) -> Result<RsaPrivate, JoseError> {
        let key = PrivateDecryptingKey::generate(KeySize::Rsa2048).map_err(|_| JoseError::BadKey)?;
        RsaPrivate::named(key, prefix)
    }

    /// # Errors
    /// `BadKey` for anything but an RSA key of at least 2048 bits.
    pub fn from_pkcs8(der: &[u8], prefix: &str) -> Result<RsaPrivate, JoseError> {
        RsaPrivate::named(PrivateDecryptingKey::from_pkcs8(der).map_err(|_| JoseError::BadKey)?, prefix)
    }

    fn named(key: PrivateDecryptingKey, prefix: &str) -> Result<RsaPrivate, JoseError> {
        let spki = key.public_key().as_der().map_err(|_| JoseError::BadKey)?;
        let (n, e) = rsa_public::of_spki(spki.as_ref()).ok_or(JoseError::BadKey)?;
        let kid = rsa_public::name(prefix, n, e);
        let (n, e) = (n.to_vec(), e.to_vec());
        let oaep = OaepPrivateDecryptingKey::new(key.clone()).map_err(|_| JoseError::BadKey)?;
        Ok(RsaPrivate { key, oaep, kid, n, e })
    }

    /// PKCS#8 DER, for the keyring file only.
    pub fn pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, JoseError> {
        let der: Pkcs8V1Der<'_> = self.key.as_der().map_err(|_| JoseError::BadKey)?;
        Ok(Zeroizing::new(der.as_ref().to_vec()))
    }

    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Modulus and exponent, base64url.
    pub fn public(&self) -> (String, String) {
        (b64u(&self.n), b64u(&self.e))
    }

    fn content_key(&self, alg: KeyAlg, wrapped: &[u8], length: usize) -> Result<Key, JoseError> {
        // What does not decrypt is replaced by chance, so that the same path and the same error follow (RFC 7516 §11.5).
        let mut chance = Zeroizing::new(vec![0; length]);
        rand::fill(&mut chance).map_err(|_| JoseError::Unreadable)?;
        let mut out = Zeroizing::new(vec![0; self.oaep.min_output_size()]);
        match self.oaep.decrypt(seal::hashes(alg), wrapped, &mut out, None) {
            Ok(key) if key.len() == length => Ok(Zeroizing::new(key.to_vec())),
            _ => Ok(chance),
        }
    }
}

/// A P-256 key of ours to decrypt with. No `Debug`.
pub struct EcPrivate {
    key: PrivateKey,
    public: PublicKey,
    kid: String,
}

impl EcPrivate {
    /// A fresh key, named `prefix_…` after its thumbprint.
    pub fn generate(prefix: &str) -> Result<EcPrivate, JoseError> {
        EcPrivate::named(PrivateKey::generate(&ECDH_P256).map_err(|_| JoseError::BadKey)?, prefix)
    }

    /// From the 32-byte private scalar.
    pub fn from_scalar(scalar: &[u8], prefix: &str) -> Result<EcPrivate, JoseError> {
        EcPrivate::named(PrivateKey::from_private_key(&ECDH_P256, scalar).map_err(|_| JoseError::BadKey)?, prefix)
    }

    fn named(key: PrivateKey, prefix: &str) -> Result<EcPrivate, JoseError> {
        let public = PublicKey::from_point(key.compute_public_key().map_err(|_| JoseError::BadKey)?.as_ref())?;
        let kid = public.name(prefix);
        Ok(EcPrivate { key, public, kid })
    }

    /// The private scalar, for the keyring file only.
    pub fn scalar(&self) -> Result<Zeroizing<Vec<u8>>, JoseError> {
        let key: EcPrivateKeyBin<'_> = self.key.as_be_bytes().map_err(|_| JoseError::BadKey)?;
        Ok(Zeroizing::new(key.as_ref().to_vec()))
    }

    pub fn kid(&self) -> &str {
        &self.kid
    }

    pub fn public(&self) -> &PublicKey {
        &self.public
    }
}

/// Our private keys for this, old and next ones too.
#[derive(Clone, Default)]
pub struct Decryptor<'a> {
    pub rsa: Vec<&'a RsaPrivate>,
    pub ec: Vec<&'a EcPrivate>,
}

impl Decryptor<'_> {
    /// The plain text of a compact JWE. A `kid` names the key; without one all keys of the type are tried.
    ///
    /// # Errors
    /// `Unreadable`, whatever is wrong with it; `TooLarge`.
    pub fn decrypt(&self, compact: &str) -> Result<Vec<u8>, JoseError> {
        let jwe = Parts::split(compact)?;
        let alg = jwe.header.alg;
        let named = |kid: &str| jwe.header.kid.as_deref().is_none_or(|wanted| wanted == kid);
        let mut opened = Err(JoseError::Unreadable);
        for key in self.rsa.iter().filter(|key| alg.is_rsa() && named(&key.kid)) {
            opened = key.content_key(alg, &jwe.wrapped, jwe.header.enc.key_len()).and_then(|key| jwe.open(&key));
            if opened.is_ok() {
                return opened;
            }
        }
        for key in self.ec.iter().filter(|key| alg.is_ec() && named(&key.kid)) {
            opened = jwe.agreed(key).and_then(|key| jwe.open(&key));
            if opened.is_ok() {
                return opened;
            }
        }
        opened
    }
}

/// The plain text of a JWE that a partner encrypted with its own secret (`dir`).
///
/// # Errors
/// As [`Decryptor::decrypt`].
pub fn decrypt_with_secret(secret: &[u8], compact: &str) -> Result<Vec<u8>, JoseError> {
    let jwe = Parts::split(compact)?;
    if jwe.header.alg != KeyAlg::Dir || !jwe.wrapped.is_empty() {
        return Err(JoseError::Unreadable);
    }
    jwe.open(&derive::from_secret(secret, jwe.header.enc))
}

#[derive(Deserialize)]
struct Header {
    alg: KeyAlg,
    enc: Enc,
    kid: Option<String>,
    epk: Option<Value>,
    apu: Option<String>,
    apv: Option<String>,
}

struct Parts<'a> {
    header: Header,
    /// The header as sent: what the tag covers beside the text.
    aad: &'a str,
    wrapped: Vec<u8>,
    iv: Vec<u8>,
    text: Vec<u8>,
    tag: Vec<u8>,
}

impl<'a> Parts<'a> {
    fn split(compact: &'a str) -> Result<Parts<'a>, JoseError> {
        if compact.len() > MAX_JWE_BYTES {
            return Err(JoseError::TooLarge);
        }
        Parts::read(compact).map_err(|_| JoseError::Unreadable)
    }

    fn read(compact: &'a str) -> Result<Parts<'a>, JoseError> {
        let mut parts = compact.split('.');
        let mut next = || parts.next().ok_or(JoseError::Malformed);
        let (aad, wrapped, iv, text, tag) = (next()?, next()?, next()?, next()?, next()?);
        if next().is_ok() {
            return Err(JoseError::Malformed);
        }
        let members: Map<String, Value> = strict::read(&unb64u(aad)?)?;
        if REFUSED.iter().any(|name| members.contains_key(*name)) {
            return Err(JoseError::Malformed);
        }
        let header = Header::deserialize(Value::Object(members)).map_err(|_| JoseError::Malformed)?;
        let (wrapped, iv, text, tag) = (unb64u(wrapped)?, unb64u(iv)?, unb64u(text)?, unb64u(tag)?);
        Ok(Parts { header, aad, wrapped, iv, text, tag })
    }

    fn open(&self, key: &[u8]) -> Result<Vec<u8>, JoseError> {
        self.header.enc.open(key, &self.iv, self.aad.as_bytes(), self.text.clone(), &self.tag)
    }

    /// The content key of the ECDH algorithms.
    fn agreed(&self, ours: &EcPrivate) -> Result<Key, JoseError> {
        let Header { alg, enc, .. } = self.header;
        let epk = self.header.epk.as_ref().ok_or(JoseError::Unreadable)?;
        let epk = Jwk::deserialize(epk).map_err(|_| JoseError::Unreadable)?;
        let public = PublicKey::from_jwk(&epk).map_err(|_| JoseError::Unreadable)?;
        let party = |text: &Option<String>| match text.as_deref() {
            Some(text) if text.len() > 1024 => Err(JoseError::Unreadable),
            Some(text) => unb64u(text).map_err(|_| JoseError::Unreadable),
            None => Ok(Vec::new()),
        };
        let parties = Parties { apu: party(&self.header.apu)?, apv: party(&self.header.apv)? };
        // A point off the curve does not parse in there.
        let agreed = derive::agreed(&ours.key, &public, alg, enc, &parties)?;
        match alg {
            KeyAlg::EcdhEs if self.wrapped.is_empty() => Ok(agreed),
            KeyAlg::EcdhEs => Err(JoseError::Unreadable),
            _ => derive::unwrap(&agreed, &self.wrapped, enc.key_len()),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    /// RFC 7520 §5.5. Its key has a name of its own, ours are thumbprints.
    #[test]
    fn the_published_ecdh_es_opens() {
        let file: Value = serde_json::from_str(include_str!("../../../tests/jose/published.json")).unwrap();
        let text = |name: &str| file["ecdh_es"][name].as_str().unwrap();
        let mut key = EcPrivate::from_scalar(&unb64u(text("scalar")).unwrap(), "x").unwrap();
        let open = |key: &EcPrivate| Decryptor { rsa: vec![], ec: vec![key] }.decrypt(text("compact"));
        assert_eq!(open(&key), Err(JoseError::Unreadable), "another key is meant");
        key.kid = "meriadoc.brandybuck@buckland.example".into();
        assert!(String::from_utf8(open(&key).unwrap()).unwrap().starts_with("You can trust us to stick with you"));
    }
}
