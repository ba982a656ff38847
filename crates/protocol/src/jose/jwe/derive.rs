//! Keys that are computed: Concat KDF of ECDH-ES (RFC 7518 §4.6.2), hashes of a client secret (OpenID Core §10.2), AES Key Wrap.

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::digest as hash;
use aws_lc_rs::key_wrap::{AES_128, AES_256, AesKek, KeyWrap as _};
use zeroize::Zeroizing;

use crate::jose::{Enc, JoseError, KeyAlg, PublicKey};

pub(super) type Key = Zeroizing<Vec<u8>>;

/// Party information of the key derivation, as it stands in the header (decoded).
#[derive(Debug, Default)]
pub(super) struct Parties {
    pub(super) apu: Vec<u8>,
    pub(super) apv: Vec<u8>,
}

/// The key that `alg` agrees on: content key for ECDH-ES, wrapping key for the others.
pub(super) fn agreed(
    private: &PrivateKey,
    public: &PublicKey,
    alg: KeyAlg,
    enc: Enc,
    parties: &Parties,
) -> Result<Key, JoseError> {
    let (name, length) = match alg {
        KeyAlg::EcdhEs => (enc.as_str(), enc.key_len()),
        KeyAlg::EcdhEsA128kw => (alg.as_str(), 16),
        _ => (alg.as_str(), 32),
    };
    let peer = UnparsedPublicKey::new(&ECDH_P256, public.point());
    agree(private, peer, JoseError::Unreadable, |shared| Ok(concat_kdf(shared, name, length, parties)))
}

/// NIST SP 800-56A §5.8.1 with SHA-256, `length` bytes.
fn concat_kdf(shared: &[u8], name: &str, length: usize, parties: &Parties) -> Key {
    let mut out = Zeroizing::new(Vec::with_capacity(length.next_multiple_of(32)));
    let mut round: u32 = 0;
    while out.len() < length {
        round += 1;
        let mut context = hash::Context::new(&hash::SHA256);
        context.update(&round.to_be_bytes());
        context.update(shared);
        for part in [name.as_bytes(), &parties.apu, &parties.apv] {
            context.update(&(part.len() as u32).to_be_bytes());
            context.update(part);
        }
        context.update(&(length as u32 * 8).to_be_bytes());
        out.extend_from_slice(context.finish().as_ref());
    }
    out.truncate(length);
    out
}

/// The content key of `dir`: the left of the SHA-2 hash that is long enough.
pub(super) fn from_secret(secret: &[u8], enc: Enc) -> Key {
    let wide = enc.key_len() > 32;
    let digest = hash::digest(if wide { &hash::SHA512 } else { &hash::SHA256 }, secret);
    Zeroizing::new(digest.as_ref().get(..enc.key_len()).unwrap_or_default().to_vec())
}

fn kek(key: &[u8]) -> Result<AesKek, JoseError> {
    AesKek::new(if key.len() == 16 { &AES_128 } else { &AES_256 }, key).map_err(|_| JoseError::Unreadable)
}

/// RFC 3394.
pub(super) fn wrap(key: &[u8], content: &[u8]) -> Result<Vec<u8>, JoseError> {
    let mut out = vec![0; content.len() + 8];
    kek(key)?.wrap(content, &mut out).map_err(|_| JoseError::BadKey)?;
    Ok(out)
}

/// `wrapped` must hold exactly `length` bytes.
pub(super) fn unwrap(key: &[u8], wrapped: &[u8], length: usize) -> Result<Key, JoseError> {
    if wrapped.len() != length + 8 {
        return Err(JoseError::Unreadable);
    }
    let mut out = Zeroizing::new(vec![0; length]);
    kek(key)?.unwrap(wrapped, &mut out).map_err(|_| JoseError::Unreadable)?;
    Ok(out)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::jose::{Jwk, unb64u};

    /// RFC 7518 appendix C.
    #[test]
    fn the_published_key_agreement_agrees() {
        let jwk = |x: &str, y: &str| {
            let jwk = Jwk { kty: "EC".into(), crv: "P-256".into(), x: x.into(), y: y.into() };
            PublicKey::from_jwk(&jwk).unwrap()
        };
        let alice = jwk("gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0", "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps");
        let bob = jwk("weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ", "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck");
        let private = |d: &str| PrivateKey::from_private_key(&ECDH_P256, &unb64u(d).unwrap()).unwrap();
        let parties = Parties { apu: b"Alice".to_vec(), apv: b"Bob".to_vec() };
        let sent = private("0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo");
        let got = private("VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw");
        for (ours, theirs) in [(sent, &bob), (got, &alice)] {
            let key = agreed(&ours, theirs, KeyAlg::EcdhEs, Enc::A128Gcm, &parties).unwrap();
            assert_eq!(*key, unb64u("VqqN6vgjbSBcIijNcacQGg").unwrap());
        }
    }

    /// RFC 3394 §4.1 and §4.6.
    #[test]
    fn the_published_key_wraps_agree() {
        let bytes = |n: u8| (0..n).collect::<Vec<u8>>();
        let data: Vec<u8> = (0..16).map(|n| n * 17).collect();
        let wrapped = wrap(&bytes(16), &data).unwrap();
        assert_eq!(wrapped[..8], 0x1FA6_8B0A_8112_B447_u64.to_be_bytes());
        assert_eq!(*unwrap(&bytes(16), &wrapped, 16).unwrap(), data);
        let wide = [data, bytes(16)].concat();
        let wrapped = wrap(&bytes(32), &wide).unwrap();
        assert_eq!(wrapped[..8], 0x28C9_F404_C4B8_10F4_u64.to_be_bytes());
        assert_eq!(*unwrap(&bytes(32), &wrapped, 32).unwrap(), wide);
        assert!(unwrap(&bytes(32), &wrapped, 16).is_err());
    }
}
