//! Private keys that sign with RSA and Ed25519. P-256 has its own file ([`super::SigningKey`]).

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256};
use zeroize::Zeroizing;

use super::{JoseError, SigAlg, b64u, rsa_public, sha256};

/// An RSA key that signs RS256 and PS256. No `Debug`, no `Clone`.
pub struct RsaKey {
    pair: KeyPair,
    kid: String,
    n: String,
    e: String,
}

impl RsaKey {
    /// A fresh 2048-bit key named `prefix_…` after its thumbprint; takes some hundred milliseconds.
    pub fn generate(prefix: &str) -> Result<Self, JoseError> {
        KeyPair::generate(KeySize::Rsa2048).map_err(|_| JoseError::BadKey).and_then(|pair| RsaKey::named(pair, prefix))
    }

    /// # Errors
    /// `BadKey` for anything but an RSA key of at least 2048 bits.
    pub fn from_pkcs8(der: &[u8], prefix: &str) -> Result<Self, JoseError> {
        KeyPair::from_pkcs8(der).map_err(|_| JoseError::BadKey).and_then(|pair| RsaKey::named(pair, prefix))
    }

    fn named(pair: KeyPair, prefix: &str) -> Result<Self, JoseError> {
        let (n, e) = rsa_public::of_pkcs1(pair.public_key().as_ref()).ok_or(JoseError::BadKey)?;
        let (kid, n, e) = (rsa_public::name(prefix, n, e), b64u(n), b64u(e));
        Ok(RsaKey { pair, kid, n, e })
    }

    /// PKCS#8 DER, for the keyring file only.
    pub fn pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, JoseError> {
        let der: Pkcs8V1Der<'_> = self.pair.as_der().map_err(|_| JoseError::BadKey)?;
        Ok(Zeroizing::new(der.as_ref().to_vec()))
    }

    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Modulus and exponent, base64url.
    pub fn public(&self) -> (&str, &str) {
        (&self.n, &self.e)
    }

    /// # Errors
    /// `WrongAlgorithm` for anything but RS256 and PS256.
    pub fn sign_bytes(&self, alg: SigAlg, message: &[u8]) -> Result<Vec<u8>, JoseError> {
        let encoding = match alg {
            SigAlg::RS256 => &RSA_PKCS1_SHA256,
            SigAlg::PS256 => &RSA_PSS_SHA256,
            _ => return Err(JoseError::WrongAlgorithm),
        };
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let signed = self.pair.sign(encoding, &SystemRandom::new(), message, &mut signature);
        signed.map(|()| signature).map_err(|_| JoseError::BadSignature)
    }
}

/// An Ed25519 key. No `Debug`, no `Clone`.
pub struct EdKey {
    pair: Ed25519KeyPair,
    kid: String,
    x: String,
}

impl EdKey {
    /// A fresh key named `prefix_…` after its thumbprint.
    pub fn generate(prefix: &str) -> Result<Self, JoseError> {
        Ed25519KeyPair::generate().map_err(|_| JoseError::BadKey).map(|pair| EdKey::named(pair, prefix))
    }

    /// From the 32-byte seed.
    pub fn from_seed(seed: &[u8], prefix: &str) -> Result<Self, JoseError> {
        Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| JoseError::BadKey).map(|pair| EdKey::named(pair, prefix))
    }

    fn named(pair: Ed25519KeyPair, prefix: &str) -> Self {
        let x = b64u(pair.public_key().as_ref());
        let thumbprint = b64u(sha256(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#).as_bytes()));
        let kid = format!("{prefix}_{}", thumbprint.get(..22).unwrap_or(&thumbprint));
        EdKey { pair, kid, x }
    }

    /// The seed, for the keyring file only.
    pub fn seed(&self) -> Result<Zeroizing<Vec<u8>>, JoseError> {
        use aws_lc_rs::encoding::AsBigEndian as _;
        let seed = self.pair.seed().map_err(|_| JoseError::BadKey)?;
        let bytes = seed.as_be_bytes().map_err(|_| JoseError::BadKey)?;
        Ok(Zeroizing::new(bytes.as_ref().to_vec()))
    }

    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public key, base64url.
    pub fn public(&self) -> &str {
        &self.x
    }

    pub fn sign_bytes(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }
}
