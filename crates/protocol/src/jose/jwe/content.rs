//! Content encryption: AES-GCM and AES-CBC with HMAC (RFC 7518 §5).

use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{
    AES_128, AES_256, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey, PaddedBlockEncryptingKey,
    UnboundCipherKey,
};
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;
use subtle::ConstantTimeEq as _;

use crate::jose::{Enc, JoseError};

impl Enc {
    /// Bytes of the content encryption key.
    pub(super) fn key_len(self) -> usize {
        match self {
            Enc::A128Gcm => 16,
            Enc::A256Gcm | Enc::A128CbcHs256 => 32,
            Enc::A256CbcHs512 => 64,
        }
    }

    pub(super) fn iv_len(self) -> usize {
        match self {
            Enc::A128Gcm | Enc::A256Gcm => 12,
            Enc::A128CbcHs256 | Enc::A256CbcHs512 => 16,
        }
    }

    fn tag_len(self) -> usize {
        if self == Enc::A256CbcHs512 { 32 } else { 16 }
    }

    /// Ciphertext and tag. `key` and `iv` have the lengths above.
    pub(super) fn seal(self, key: &[u8], iv: &[u8], aad: &[u8], plain: &[u8]) -> Result<(Vec<u8>, Vec<u8>), JoseError> {
        let mut text = plain.to_vec();
        if let Some(key) = self.gcm(key)? {
            let nonce = Nonce::try_assume_unique_for_key(iv).map_err(|_| JoseError::BadKey)?;
            let tag = key.seal_in_place_separate_tag(nonce, Aad::from(aad), &mut text);
            let tag = tag.map_err(|_| JoseError::BadKey)?.as_ref().to_vec();
            return Ok((text, tag));
        }
        let (mac, cipher) = self.halves(key)?;
        let iv128 = FixedLength::try_from(iv).map_err(|_| JoseError::BadKey)?;
        PaddedBlockEncryptingKey::cbc_pkcs7(cipher)
            .and_then(|cipher| cipher.less_safe_encrypt(&mut text, EncryptionContext::Iv128(iv128)))
            .map_err(|_| JoseError::BadKey)?;
        let tag = self.mac(&mac, aad, iv, &text);
        Ok((text, tag))
    }

    /// The plain text; the tag is checked before anything is decrypted.
    pub(super) fn open(
        self,
        key: &[u8],
        iv: &[u8],
        aad: &[u8],
        mut text: Vec<u8>,
        tag: &[u8],
    ) -> Result<Vec<u8>, JoseError> {
        if iv.len() != self.iv_len() || tag.len() != self.tag_len() {
            return Err(JoseError::Unreadable);
        }
        if let Some(key) = self.gcm(key)? {
            let nonce = Nonce::try_assume_unique_for_key(iv).map_err(|_| JoseError::Unreadable)?;
            text.extend_from_slice(tag);
            let length = key.open_in_place(nonce, Aad::from(aad), &mut text).map_err(|_| JoseError::Unreadable)?.len();
            text.truncate(length);
            return Ok(text);
        }
        let (mac, cipher) = self.halves(key)?;
        if !bool::from(self.mac(&mac, aad, iv, &text).ct_eq(tag)) {
            return Err(JoseError::Unreadable);
        }
        let iv128 = FixedLength::try_from(iv).map_err(|_| JoseError::Unreadable)?;
        let cipher = PaddedBlockDecryptingKey::cbc_pkcs7(cipher).map_err(|_| JoseError::Unreadable)?;
        let plain = cipher.decrypt(&mut text, DecryptionContext::Iv128(iv128)).map_err(|_| JoseError::Unreadable)?;
        Ok(plain.to_vec())
    }

    fn gcm(self, key: &[u8]) -> Result<Option<LessSafeKey>, JoseError> {
        let algorithm = match self {
            Enc::A128Gcm => &AES_128_GCM,
            Enc::A256Gcm => &AES_256_GCM,
            Enc::A128CbcHs256 | Enc::A256CbcHs512 => return Ok(None),
        };
        let key = UnboundKey::new(algorithm, key).map_err(|_| JoseError::Unreadable)?;
        Ok(Some(LessSafeKey::new(key)))
    }

    /// MAC key first, cipher key second (RFC 7518 §5.2.2.1).
    fn halves(self, key: &[u8]) -> Result<(hmac::Key, UnboundCipherKey), JoseError> {
        let wide = self == Enc::A256CbcHs512;
        let (mac, cipher) = key.split_at_checked(self.key_len() / 2).ok_or(JoseError::Unreadable)?;
        let cipher = UnboundCipherKey::new(if wide { &AES_256 } else { &AES_128 }, cipher);
        let hash = if wide { hmac::HMAC_SHA512 } else { hmac::HMAC_SHA256 };
        Ok((hmac::Key::new(hash, mac), cipher.map_err(|_| JoseError::Unreadable)?))
    }

    fn mac(self, key: &hmac::Key, aad: &[u8], iv: &[u8], text: &[u8]) -> Vec<u8> {
        let mut context = hmac::Context::with_key(key);
        context.update(aad);
        context.update(iv);
        context.update(text);
        context.update(&(aad.len() as u64 * 8).to_be_bytes());
        context.sign().as_ref().get(..self.tag_len()).unwrap_or_default().to_vec()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.chars().filter_map(|c| c.to_digit(16)).map(|d| d as u8).collect();
        digits.chunks(2).map(|pair| pair.iter().fold(0, |sum, d| sum << 4 | d)).collect()
    }

    /// RFC 7518 appendix B.1 and B.3.
    #[test]
    fn the_published_cbc_and_hmac_vectors_agree() {
        let plain = "A cipher system must not be required to be secret, and it must be able to fall into the hands of the enemy \
                     without inconvenience";
        let aad = "The second principle of Auguste Kerckhoffs";
        let iv = hex("1af38c2dc2b96ffdd86694092341bc04");
        let key: Vec<u8> = (0..64).collect();
        for (enc, tag) in [
            (Enc::A128CbcHs256, "652c3fa36b0a7c5b3219fab3a30bc1c4"),
            (Enc::A256CbcHs512, "4dd3b4c088a7f45c216839645b2012bf2e6269a8c56a816dbc1b267761955bc5"),
        ] {
            let key = &key[..enc.key_len()];
            let (text, made) = enc.seal(key, &iv, aad.as_bytes(), plain.as_bytes()).unwrap();
            assert_eq!(made, hex(tag));
            assert_eq!(enc.open(key, &iv, aad.as_bytes(), text, &made).unwrap(), plain.as_bytes());
        }
    }
}
