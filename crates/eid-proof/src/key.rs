//! Public keys and the signatures they verify.

use aws_lc_rs::digest::{self, SHA256, SHA384, SHA512};
use aws_lc_rs::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use der::oid::ObjectIdentifier;
use x509_cert::spki::SubjectPublicKeyInfoOwned;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
    P521,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub(crate) fn of(self, message: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Hash::Sha256 => &SHA256,
            Hash::Sha384 => &SHA384,
            Hash::Sha512 => &SHA512,
        };
        digest::digest(algorithm, message).as_ref().to_vec()
    }
}

/// How a signature is made and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// RSASSA-PKCS1-v1_5.
    Rsa(Hash),
    /// RSASSA-PSS with a salt as long as the hash.
    Pss(Hash),
    /// ECDSA, r‖s.
    EcRaw(Hash),
    /// ECDSA, DER.
    EcDer(Hash),
}

/// A key of a kind we verify with; RSA from 2048 bits up.
#[derive(Clone, Copy)]
pub(crate) enum PublicKey<'a> {
    /// PKCS#1 RSAPublicKey.
    Rsa(&'a [u8]),
    /// Uncompressed point.
    Ec(Curve, &'a [u8]),
}

impl<'a> PublicKey<'a> {
    pub(crate) fn of(info: &'a SubjectPublicKeyInfoOwned) -> Option<PublicKey<'a>> {
        let bits = info.subject_public_key.as_bytes()?;
        if info.algorithm.oid == RSA {
            return Some(PublicKey::Rsa(bits));
        }
        if info.algorithm.oid != EC {
            return None;
        }
        let curve: ObjectIdentifier = info.algorithm.parameters.as_ref()?.decode_as().ok()?;
        let curve = match curve {
            P256 => Curve::P256,
            P384 => Curve::P384,
            P521 => Curve::P521,
            _ => return None,
        };
        Some(PublicKey::Ec(curve, bits))
    }

    /// Whether `signature` is this key's over `message`; false also when key and scheme do not fit.
    pub(crate) fn verifies(self, scheme: Scheme, message: &[u8], signature: &[u8]) -> bool {
        let (bits, algorithm): (_, &dyn VerificationAlgorithm) = match (self, scheme) {
            (PublicKey::Rsa(bits), Scheme::Rsa(hash)) => (bits, rsa(hash)),
            (PublicKey::Rsa(bits), Scheme::Pss(hash)) => (bits, pss(hash)),
            (PublicKey::Ec(curve, bits), Scheme::EcRaw(hash)) => match raw(curve, hash) {
                Some(algorithm) => (bits, algorithm),
                None => return false,
            },
            (PublicKey::Ec(curve, bits), Scheme::EcDer(hash)) => match der(curve, hash) {
                Some(algorithm) => (bits, algorithm),
                None => return false,
            },
            _ => return false,
        };
        UnparsedPublicKey::new(algorithm, bits).verify(message, signature).is_ok()
    }
}

fn rsa(hash: Hash) -> &'static dyn VerificationAlgorithm {
    match hash {
        Hash::Sha256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        Hash::Sha384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        Hash::Sha512 => &signature::RSA_PKCS1_2048_8192_SHA512,
    }
}

fn pss(hash: Hash) -> &'static dyn VerificationAlgorithm {
    match hash {
        Hash::Sha256 => &signature::RSA_PSS_2048_8192_SHA256,
        Hash::Sha384 => &signature::RSA_PSS_2048_8192_SHA384,
        Hash::Sha512 => &signature::RSA_PSS_2048_8192_SHA512,
    }
}

/// Of raw signatures only the pairs that JOSE names (RFC 7518 §3.4).
fn raw(curve: Curve, hash: Hash) -> Option<&'static dyn VerificationAlgorithm> {
    Some(match (curve, hash) {
        (Curve::P256, Hash::Sha256) => &signature::ECDSA_P256_SHA256_FIXED,
        (Curve::P384, Hash::Sha384) => &signature::ECDSA_P384_SHA384_FIXED,
        (Curve::P521, Hash::Sha512) => &signature::ECDSA_P521_SHA512_FIXED,
        _ => return None,
    })
}

fn der(curve: Curve, hash: Hash) -> Option<&'static dyn VerificationAlgorithm> {
    Some(match (curve, hash) {
        (Curve::P256, Hash::Sha256) => &signature::ECDSA_P256_SHA256_ASN1,
        (Curve::P256, Hash::Sha384) => &signature::ECDSA_P256_SHA384_ASN1,
        (Curve::P384, Hash::Sha256) => &signature::ECDSA_P384_SHA256_ASN1,
        (Curve::P384, Hash::Sha384) => &signature::ECDSA_P384_SHA384_ASN1,
        (Curve::P521, Hash::Sha512) => &signature::ECDSA_P521_SHA512_ASN1,
        _ => return None,
    })
}
