//! Modulus and exponent out of DER, and the names made of them.

use super::{b64u, sha256};

/// Of a DER `RSAPublicKey` (RFC 8017 appendix A.1.1), without leading zeros.
pub(crate) fn of_pkcs1(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (sequence, _) = element(der, 0x30)?;
    let (n, rest) = element(sequence, 0x02)?;
    let (e, _) = element(rest, 0x02)?;
    let bare = |integer: &'_ [u8]| integer.iter().take_while(|byte| **byte == 0).count();
    Some((n.get(bare(n)..)?, e.get(bare(e)..)?))
}

/// Of a DER `SubjectPublicKeyInfo` (RFC 5280 §4.1).
pub(crate) fn of_spki(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (sequence, _) = element(der, 0x30)?;
    let (_algorithm, rest) = element(sequence, 0x30)?;
    let (bits, _) = element(rest, 0x03)?;
    of_pkcs1(bits.strip_prefix(&[0])?)
}

/// `prefix_` + 22 characters of the RFC 7638 thumbprint.
pub(crate) fn name(prefix: &str, n: &[u8], e: &[u8]) -> String {
    let thumbprint = thumbprint(n, e);
    format!("{prefix}_{}", thumbprint.get(..22).unwrap_or(&thumbprint))
}

pub(crate) fn thumbprint(n: &[u8], e: &[u8]) -> String {
    b64u(sha256(format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, b64u(e), b64u(n)).as_bytes()))
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
