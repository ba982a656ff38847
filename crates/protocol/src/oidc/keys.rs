//! The provider's ID token keys: P-256 for ES256, RSA-2048 for RS256 (every OpenID provider must offer it, Core §15.1).

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use serde::Serialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::id_token::SigningAlg;
use crate::jose::{Header, JoseError, SigningKey, b64u, sha256};

const PREFIX: &str = "op";

/// Both keys of the provider. No `Debug`, no `Clone`.
pub struct OpKeys {
    es256: SigningKey,
    rs256: RsaKey,
}

impl OpKeys {
    /// Fresh keys; the RSA one takes some hundred milliseconds.
    pub fn generate() -> Result<Self, JoseError> {
        Ok(OpKeys { es256: SigningKey::generate(PREFIX)?, rs256: RsaKey::generate()? })
    }

    /// From what [`OpKeys::es256_scalar`] and [`OpKeys::rs256_pkcs8`] gave.
    pub fn load(es256_scalar: &[u8], rs256_pkcs8: &[u8]) -> Result<Self, JoseError> {
        Ok(OpKeys {
            es256: SigningKey::from_bare_scalar(es256_scalar, PREFIX)?,
            rs256: RsaKey::from_pkcs8(rs256_pkcs8)?,
        })
    }

    /// 32 bytes, for the keyring file only.
    pub fn es256_scalar(&self) -> Result<Zeroizing<Vec<u8>>, JoseError> {
        self.es256.scalar()
    }

    /// PKCS#8 DER, for the keyring file only.
    pub fn rs256_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, JoseError> {
        self.rs256.pkcs8()
    }

    /// The JWK set (RFC 7517 §5) that partners fetch.
    pub fn jwks(&self) -> Value {
        let ec = self.es256.public().jwk();
        json!({ "keys": [
            { "kty": ec.kty, "crv": ec.crv, "x": ec.x, "y": ec.y, "kid": self.es256.kid(), "use": "sig", "alg": "ES256" },
            { "kty": "RSA", "n": self.rs256.n, "e": self.rs256.e, "kid": self.rs256.kid, "use": "sig", "alg": "RS256" },
        ]})
    }

    /// A JWT: header `alg`, `typ` = `JWT`, `kid`.
    pub fn sign<C: Serialize>(&self, alg: SigningAlg, claims: &C) -> Result<String, JoseError> {
        let header = |alg: &str, kid: &str| Header { alg: alg.into(), typ: "JWT".into(), kid: kid.into() };
        match alg {
            SigningAlg::ES256 => self.es256.sign_with(&header("ES256", self.es256.kid()), claims),
            SigningAlg::RS256 => self.rs256.sign_with(&header("RS256", &self.rs256.kid), claims),
            _ => Err(JoseError::WrongAlgorithm),
        }
    }
}

/// An RSA key that signs with PKCS#1 v1.5 and SHA-256.
pub struct RsaKey {
    pair: KeyPair,
    kid: String,
    n: String,
    e: String,
}

impl RsaKey {
    /// A fresh 2048-bit key.
    pub fn generate() -> Result<Self, JoseError> {
        KeyPair::generate(KeySize::Rsa2048).map_err(|_| JoseError::BadKey).and_then(RsaKey::named)
    }

    /// # Errors
    /// `BadKey` for anything but an RSA key of at least 2048 bits.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, JoseError> {
        KeyPair::from_pkcs8(der).map_err(|_| JoseError::BadKey).and_then(RsaKey::named)
    }

    fn named(pair: KeyPair) -> Result<Self, JoseError> {
        let (n, e) = public_integers(pair.public_key().as_ref()).ok_or(JoseError::BadKey)?;
        let (n, e) = (b64u(n), b64u(e));
        let thumbprint = b64u(sha256(format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#).as_bytes()));
        let kid = format!("{PREFIX}_{}", thumbprint.get(..22).unwrap_or(&thumbprint));
        Ok(RsaKey { pair, kid, n, e })
    }

    fn pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, JoseError> {
        let der: Pkcs8V1Der<'_> = self.pair.as_der().map_err(|_| JoseError::BadKey)?;
        Ok(Zeroizing::new(der.as_ref().to_vec()))
    }

    fn sign_with<C: Serialize>(&self, header: &Header, claims: &C) -> Result<String, JoseError> {
        let header = serde_json::to_vec(header).map_err(|_| JoseError::Malformed)?;
        let claims = serde_json::to_vec(claims).map_err(|_| JoseError::Malformed)?;
        let input = format!("{}.{}", b64u(header), b64u(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input.as_bytes(), &mut signature)
            .map_err(|_| JoseError::BadSignature)?;
        Ok(format!("{input}.{}", b64u(signature)))
    }
}

/// Modulus and exponent, without leading zeros, of a DER `RSAPublicKey` (RFC 8017 appendix A.1.1).
fn public_integers(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (sequence, _) = element(der, 0x30)?;
    let (n, rest) = element(sequence, 0x02)?;
    let (e, _) = element(rest, 0x02)?;
    let bare = |integer: &'_ [u8]| integer.iter().take_while(|byte| **byte == 0).count();
    Some((n.get(bare(n)..)?, e.get(bare(e)..)?))
}

/// One DER element of this type: its content, and what follows it.
fn element(der: &[u8], kind: u8) -> Option<(&[u8], &[u8])> {
    let (found, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match usize::from(*first) {
        short @ 0..=127 => (short, rest),
        long => {
            let (bytes, rest) = rest.split_at_checked(long & 127)?;
            (bytes.iter().fold(0, |sum: usize, byte| sum << 8 | usize::from(*byte)), rest)
        }
    };
    if *found == kind { rest.split_at_checked(length) } else { None }
}
