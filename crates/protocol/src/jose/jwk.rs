//! P-256 keys as the world writes them.

use aws_lc_rs::encoding::AsBigEndian as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{self, EcdsaKeyPair, KeyPair as _, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

use super::{Header, JoseError, b64u, sha256, unb64u};

/// A public P-256 key, exactly four members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jwk {
    pub kty: String,
    pub crv: String,
    pub x: String,
    pub y: String,
}

/// A P-256 public key whose coordinates have the right form; the curve equation is checked at each verification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    point: [u8; 65],
}

impl PublicKey {
    /// From the 65-byte uncompressed form.
    pub fn from_point(point: &[u8]) -> Result<Self, JoseError> {
        let point: [u8; 65] = point.try_into().map_err(|_| JoseError::BadKey)?;
        if point.first() != Some(&4) {
            return Err(JoseError::BadKey);
        }
        Ok(PublicKey { point })
    }

    pub fn from_jwk(jwk: &Jwk) -> Result<Self, JoseError> {
        if jwk.kty != "EC" || jwk.crv != "P-256" {
            return Err(JoseError::BadKey);
        }
        let (x, y) = (unb64u(&jwk.x)?, unb64u(&jwk.y)?);
        if x.len() != 32 || y.len() != 32 {
            return Err(JoseError::BadKey);
        }
        PublicKey::from_point(&[&[4][..], &x, &y].concat())
    }

    /// True only for a point on the curve: worth asking once, before a key is stored.
    pub fn on_curve(&self) -> bool {
        signature::ParsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, self.point).is_ok()
    }

    pub fn jwk(&self) -> Jwk {
        let (x, y) = self.point.split_at(33);
        Jwk { kty: "EC".into(), crv: "P-256".into(), x: b64u(x.get(1..).unwrap_or_default()), y: b64u(y) }
    }

    pub fn point(&self) -> &[u8; 65] {
        &self.point
    }

    /// RFC 7638 thumbprint, base64url.
    pub fn thumbprint(&self) -> String {
        let jwk = self.jwk();
        b64u(sha256(format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, jwk.x, jwk.y).as_bytes()))
    }

    /// `prefix_` + 22 characters of the thumbprint: how devices and server keys are named (docs/protocol.md §1).
    pub fn name(&self, prefix: &str) -> String {
        let thumb = self.thumbprint();
        format!("{prefix}_{}", thumb.get(..22).unwrap_or(&thumb))
    }

    /// ECDSA over SHA-256 of `message`; `signature` is r ‖ s, 64 bytes.
    pub fn verify(&self, message: &[u8], sig: &[u8]) -> Result<(), JoseError> {
        if sig.len() != 64 {
            return Err(JoseError::BadSignature);
        }
        UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, &self.point)
            .verify(message, sig)
            .map_err(|_| JoseError::BadSignature)
    }
}

/// A private P-256 key. No `Debug`, no `Clone`: it stays where it was made.
pub struct SigningKey {
    pair: EcdsaKeyPair,
    public: PublicKey,
    kid: String,
}

impl SigningKey {
    /// A fresh key named `prefix_…` after its thumbprint.
    pub fn generate(prefix: &str) -> Result<Self, JoseError> {
        let pair =
            EcdsaKeyPair::generate(&signature::ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| JoseError::BadKey)?;
        Self::named(pair, prefix)
    }

    /// From the 32-byte private scalar and 65-byte public point.
    pub fn from_scalar(scalar: &[u8], point: &[u8], prefix: &str) -> Result<Self, JoseError> {
        let pair =
            EcdsaKeyPair::from_private_key_and_public_key(&signature::ECDSA_P256_SHA256_FIXED_SIGNING, scalar, point)
                .map_err(|_| JoseError::BadKey)?;
        Self::named(pair, prefix)
    }

    /// From the private scalar alone: the point is computed.
    pub fn from_bare_scalar(scalar: &[u8], prefix: &str) -> Result<Self, JoseError> {
        let private = aws_lc_rs::agreement::PrivateKey::from_private_key(&aws_lc_rs::agreement::ECDH_P256, scalar)
            .map_err(|_| JoseError::BadKey)?;
        let point = private.compute_public_key().map_err(|_| JoseError::BadKey)?;
        Self::from_scalar(scalar, point.as_ref(), prefix)
    }

    fn named(pair: EcdsaKeyPair, prefix: &str) -> Result<Self, JoseError> {
        let public = PublicKey::from_point(pair.public_key().as_ref())?;
        let kid = public.name(prefix);
        Ok(SigningKey { pair, public, kid })
    }

    /// The private scalar, for the keyring file only.
    pub fn scalar(&self) -> Result<zeroize::Zeroizing<Vec<u8>>, JoseError> {
        let key = self.pair.private_key().as_be_bytes().map_err(|_| JoseError::BadKey)?;
        Ok(zeroize::Zeroizing::new(key.as_ref().to_vec()))
    }

    pub fn kid(&self) -> &str {
        &self.kid
    }

    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// ECDSA over SHA-256 of `message`, r ‖ s.
    pub fn sign_bytes(&self, message: &[u8]) -> Result<Vec<u8>, JoseError> {
        let sig = self.pair.sign(&SystemRandom::new(), message).map_err(|_| JoseError::BadSignature)?;
        Ok(sig.as_ref().to_vec())
    }

    /// A compact JWS of our own kind: header `alg`, `typ`, `kid`.
    pub fn sign<P: Serialize>(&self, typ: &str, payload: &P) -> Result<String, JoseError> {
        let header = Header { alg: "ES256".into(), typ: typ.into(), kid: self.kid.clone() };
        self.sign_with(&header, payload)
    }

    /// A compact JWS with any header (JWTs for others, DPoP proofs).
    pub fn sign_with<H: Serialize, P: Serialize>(&self, header: &H, payload: &P) -> Result<String, JoseError> {
        let header = serde_json::to_vec(header).map_err(|_| JoseError::Malformed)?;
        let payload = serde_json::to_vec(payload).map_err(|_| JoseError::Malformed)?;
        let input = format!("{}.{}", b64u(header), b64u(payload));
        let sig = self.sign_bytes(input.as_bytes())?;
        Ok(format!("{input}.{}", b64u(sig)))
    }
}
