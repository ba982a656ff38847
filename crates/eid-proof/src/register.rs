//! Signatures of the National Register over the identity and address files.

use aws_lc_rs::digest::{self, SHA256, SHA384};
use eid_card::address::signed_part;
use eid_card::{Files, Identity, der};

use crate::certificate::Certificate;
use crate::key::{Hash, PublicKey, Scheme};
use crate::{Kind, Refusal};

/// Policies of National Register certificates, oldest roots first.
const POLICIES: [&str; 5] =
    ["2.16.56.1.1.1.4", "2.16.56.9.1.1.4", "2.16.56.10.1.1.4", "2.16.56.12.1.1.4", "2.16.56.13.6.0.1"];

/// Whether a certificate is one of the National Register, as far as it says itself.
///
/// # Errors
/// `certificate_purpose`.
pub fn purpose(certificate: &Certificate) -> Result<(), Refusal> {
    if !certificate.policies().iter().any(|policy| POLICIES.contains(&policy.as_str())) {
        return Err(Kind::CertificatePurpose.because("no policy of the Register"));
    }
    if certificate.signs() || certificate.binds() {
        Ok(())
    } else {
        Err(Kind::CertificatePurpose.because("the Register's key usage"))
    }
}

/// Both signatures. The identity file is signed as it was read. The address is signed without its trailing zeros and followed by
/// the identity signature's file as it was read, padding included: it belongs to this identity and to no other.
///
/// # Errors
/// `identity_signature`, `address_signature`.
pub fn signatures(files: &Files, register: &Certificate) -> Result<(), Refusal> {
    let key = register.key().ok_or(Kind::IdentitySignature.because("kind of key"))?;
    if !holds(key, &files.identity, &files.identity_signature) {
        return Err(Kind::IdentitySignature.because("signature"));
    }
    // A card without an address has nothing there to sign.
    if files.address.is_empty() && files.address_signature.is_empty() {
        return Ok(());
    }
    let signed = [signed_part(&files.address), &files.identity_signature].concat();
    if holds(key, &signed, &files.address_signature) {
        Ok(())
    } else {
        Err(Kind::AddressSignature.because("signature"))
    }
}

/// RSA: the file is the signature. ECDSA: DER, and what follows it is room.
fn holds(key: PublicKey<'_>, message: &[u8], file: &[u8]) -> bool {
    match key {
        PublicKey::Rsa(_) => key.verifies(Scheme::Rsa(Hash::Sha256), message, file),
        PublicKey::Ec(..) => {
            let Some(signature) = der::element(file) else { return false };
            let room = file.get(signature.len()..).unwrap_or_default();
            room.iter().all(|byte| *byte == 0) && key.verifies(Scheme::EcDer(Hash::Sha384), message, signature)
        }
    }
}

/// Photo and chip key are those whose hashes the signed identity file carries. SHA-1 (20 bytes) is refused: cards with it are
/// expired.
///
/// # Errors
/// `photo_mismatch`, `chip_mismatch`.
pub fn hashes(files: &Files, identity: &Identity) -> Result<(), Refusal> {
    let photo = match identity.photo_hash.len() {
        32 => digest::digest(&SHA256, &files.photo),
        48 => digest::digest(&SHA384, &files.photo),
        _ => return Err(Kind::PhotoMismatch.because("length of the hash")),
    };
    if photo.as_ref() != identity.photo_hash.as_slice() {
        return Err(Kind::PhotoMismatch.because("hash"));
    }
    match (&identity.chip_key_hash, &files.chip_key) {
        (None, None) => Ok(()),
        (Some(hash), Some(key)) if digest::digest(&SHA384, key).as_ref() == hash.as_slice() => Ok(()),
        (Some(_), Some(_)) => Err(Kind::ChipMismatch.because("hash of the chip's key")),
        (Some(_), None) => Err(Kind::ChipMismatch.because("the chip's key is missing")),
        (None, Some(_)) => Err(Kind::ChipMismatch.because("a chip's key that nobody signed")),
    }
}
