//! Phones that nobody stores: phone `i` of a seed is computed, by the loader that enrols it and by the generator that
//! plays it. Bench and test worlds only; whoever knows the seed owns every one of them.
//!
//! `HKDF-SHA256(salt = empty, ikm = seed, info = label ␀ i ␀ try)`, 32 bytes; `i` as 8 bytes big endian, `try` one byte,
//! counted up from 0 until the bytes are a scalar of P-256 (about once in 2³² phones it is not 0).

use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use protocol::jose::SigningKey;
use protocol::label::join;
use zeroize::Zeroizing;

use super::{Device, PhoneError};

/// Every seeded phone has this code.
pub const CODE: &str = "27935";
/// The number block holds ten million phones.
pub const MAX_PHONES: u64 = 10_000_000;

const DEVICE: &str = "zelf/bench/device";
const PEPPER: &str = "zelf/bench/pepper";

/// `+3247xxxxxxx`.
pub fn number(i: u64) -> String {
    format!("+3247{:07}", i % MAX_PHONES)
}

/// Device key and pepper of phone `i`.
pub fn device(seed: &str, i: u64) -> Result<Device, PhoneError> {
    Ok(Device::from_parts(device_key(seed, i)?, &*derive(seed, PEPPER, i, 0)?))
}

/// `DK` of phone `i`.
pub fn device_key(seed: &str, i: u64) -> Result<SigningKey, PhoneError> {
    for attempt in 0..=u8::MAX {
        if let Ok(key) = SigningKey::from_bare_scalar(&*derive(seed, DEVICE, i, attempt)?, "dev") {
            return Ok(key);
        }
    }
    Err(PhoneError::Internal("no scalar in 256 tries".into()))
}

/// Pepper of phone `i`.
pub fn pepper(seed: &str, i: u64) -> Result<Zeroizing<[u8; 32]>, PhoneError> {
    derive(seed, PEPPER, i, 0)
}

struct Len32;

impl KeyType for Len32 {
    fn len(&self) -> usize {
        32
    }
}

fn derive(seed: &str, label: &str, i: u64, attempt: u8) -> Result<Zeroizing<[u8; 32]>, PhoneError> {
    let info = join(label, &[&i.to_be_bytes(), &[attempt]]);
    let mut out = Zeroizing::new([0; 32]);
    Salt::new(HKDF_SHA256, &[])
        .extract(seed.as_bytes())
        .expand(&[&info], Len32)
        .and_then(|okm| okm.fill(&mut *out))
        .map_err(|_| PhoneError::Internal("derivation failed".into()))?;
    Ok(out)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_phone_is_the_same_every_time_and_unlike_its_neighbour() {
        let one = device("s", 1).unwrap();
        assert_eq!(one.id(), device("s", 1).unwrap().id());
        assert_ne!(one.id(), device("s", 2).unwrap().id());
        assert_ne!(one.id(), device("t", 1).unwrap().id());
        assert_ne!(*pepper("s", 1).unwrap(), *derive("s", DEVICE, 1, 0).unwrap());
    }

    #[test]
    fn the_derivation_is_written_in_stone() {
        // Seeded databases are kept as files; another derivation would strand them.
        assert_eq!(number(42), "+32470000042");
        assert_eq!(device_key("zelf", 42).unwrap().kid(), "dev_4UhUoke_Y1pn1p7cne8B9i");
    }
}
