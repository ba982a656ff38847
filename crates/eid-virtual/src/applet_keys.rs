//! The chip's private keys at work.

use aws_lc_rs::digest::{self, Digest};
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use aws_lc_rs::signature::{
    ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512,
    RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
};

use crate::CardKey;
use crate::applet::{Answer, status};

/// What MSE SET chose.
#[derive(Clone, Copy)]
pub(crate) struct Environment {
    pub(crate) algorithm: u8,
    pub(crate) key: u8,
}

/// Signs with the key's own set of algorithms. The crypto library signs no SHA-1 and no MD5, so this card refuses them.
pub(crate) fn sign(key: &CardKey, algorithm: u8, input: &[u8]) -> Answer {
    match key {
        CardKey::Rsa2048(pkcs8) => sign_rsa(pkcs8, algorithm, input),
        CardKey::P384(pkcs8) => sign_p384(pkcs8, algorithm, input),
    }
}

type Rsa = (&'static dyn RsaEncoding, &'static digest::Algorithm);

fn sign_rsa(pkcs8: &[u8], algorithm: u8, input: &[u8]) -> Answer {
    let ((encoding, hash), input): (Rsa, &[u8]) = match algorithm {
        0x01 => digest_info(input).ok_or(status::WRONG_DATA)?,
        0x08 => ((&RSA_PKCS1_SHA256, &digest::SHA256), input),
        0x20 => ((&RSA_PSS_SHA256, &digest::SHA256), input),
        _ => return Err(status::NO_REFERENCE),
    };
    let digest = Digest::import_less_safe(input, hash).map_err(|_| status::WRONG_DATA)?;
    let pair = RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| status::CONDITIONS)?;
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign_digest(encoding, &digest, &mut signature).map_err(|_| status::CONDITIONS)?;
    Ok(signature)
}

/// A DigestInfo (RFC 8017 §9.2) that the caller made: its hash and the algorithm it names.
fn digest_info(input: &[u8]) -> Option<(Rsa, &[u8])> {
    let known: [(u8, Rsa); 3] = [
        (1, (&RSA_PKCS1_SHA256, &digest::SHA256)),
        (2, (&RSA_PKCS1_SHA384, &digest::SHA384)),
        (3, (&RSA_PKCS1_SHA512, &digest::SHA512)),
    ];
    known.into_iter().find_map(|(arc, rsa)| {
        let length = u8::try_from(rsa.1.output_len()).ok()?;
        // SEQUENCE { SEQUENCE { 2.16.840.1.101.3.4.2.arc, NULL }, OCTET STRING }
        let mut head = vec![0x30, 17 + length, 0x30, 13, 0x06, 9, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, arc];
        head.extend([0x05, 0x00, 0x04, length]);
        Some((rsa, input.strip_prefix(head.as_slice())?))
    })
}

/// ECDSA takes the hash as a number of at most 384 bits: shorter ones are filled up in front, longer ones cut behind.
fn sign_p384(pkcs8: &[u8], algorithm: u8, input: &[u8]) -> Answer {
    let lengths: &[usize] = match algorithm {
        0x01 | 0x08 => &[32],
        0x02 | 0x10 => &[48],
        0x04 | 0x20 => &[64],
        0x40 => &[20, 28, 32, 48, 64],
        _ => return Err(status::NO_REFERENCE),
    };
    if !lengths.contains(&input.len()) {
        return Err(status::WRONG_DATA);
    }
    let mut hash = vec![0; 48_usize.saturating_sub(input.len())];
    hash.extend(input.iter().take(48));
    let digest = Digest::import_less_safe(&hash, &digest::SHA384).map_err(|_| status::WRONG_DATA)?;
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, pkcs8).map_err(|_| status::CONDITIONS)?;
    Ok(pair.sign_digest(&digest).map_err(|_| status::CONDITIONS)?.as_ref().to_vec())
}

/// GET CHALLENGE.
pub(crate) fn random(length: usize) -> Answer {
    let mut bytes = vec![0; length];
    SystemRandom::new().fill(&mut bytes).map_err(|_| status::CONDITIONS)?;
    Ok(bytes)
}
