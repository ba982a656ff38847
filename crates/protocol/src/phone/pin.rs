//! The code's key: derived from pepper and five digits, never stored, proven under seal (§5).

use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use crate::jose::{JoseError, PublicKey, SigningKey};
use crate::label::{PIN_ENROL, PIN_KEY, PIN_PROOF, join};
use crate::seal::{SealKey, Sealed, seal};

/// Order of P-256 minus one, big endian.
const ORDER_MINUS_ONE: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
    0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x50,
];

/// The private scalar of the code's key.
pub fn scalar(pepper: &[u8], device: &str, code: &str) -> Zeroizing<[u8; 32]> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, pepper);
    let mac = |i: &[u8]| hmac::sign(&key, &join(PIN_KEY, &[device.as_bytes(), i, code.as_bytes()]));
    let (one, two) = (mac(b"1"), mac(b"2"));
    let mut wide = Zeroizing::new([0_u8; 48]);
    for (to, from) in wide.iter_mut().zip(one.as_ref().iter().chain(two.as_ref().iter().take(16))) {
        *to = *from;
    }
    let mut k = Zeroizing::new(reduce(&wide));
    increment(&mut k);
    k
}

/// `wide` mod (n − 1), one bit at a time: runs once per typed code, and only on the phone's side.
fn reduce(wide: &[u8; 48]) -> [u8; 32] {
    let mut rest = [0_u8; 32];
    for bit in wide.iter().flat_map(|byte| (0..8).rev().map(move |i| (byte >> i) & 1)) {
        let mut carry = bit;
        for byte in rest.iter_mut().rev() {
            let out = *byte >> 7;
            *byte = (*byte << 1) | carry;
            carry = out;
        }
        if carry == 1 || rest >= ORDER_MINUS_ONE {
            let mut borrow = 0_i16;
            for (byte, n) in rest.iter_mut().rev().zip(ORDER_MINUS_ONE.iter().rev()) {
                let diff = i16::from(*byte) - i16::from(*n) - borrow;
                borrow = i16::from(diff < 0);
                *byte = diff.rem_euclid(256) as u8;
            }
        }
    }
    rest
}

fn increment(number: &mut [u8; 32]) {
    for byte in number.iter_mut().rev() {
        let (sum, overflow) = byte.overflowing_add(1);
        *byte = sum;
        if !overflow {
            return;
        }
    }
}

/// The code's key pair.
pub fn key(pepper: &[u8], device: &str, code: &str) -> Result<SigningKey, JoseError> {
    SigningKey::from_bare_scalar(&*scalar(pepper, device, code), "pin")
}

/// Phone side of enrolment: seals the public key with proof that its private half is held.
pub fn seal_enrolment(
    pin: &SigningKey,
    device: &str,
    activation: &str,
    vs: &PublicKey,
    kid: &str,
) -> Result<Sealed, JoseError> {
    let point = pin.public().point();
    let sig = pin.sign_bytes(&join(PIN_ENROL, &[device.as_bytes(), activation.as_bytes(), point]))?;
    seal(vs, kid, PIN_ENROL, &join(device, &[activation.as_bytes()]), &[&point[..], &sig].concat())
}

/// Vault side of enrolment: the code's public key, if the seal opens for this device and activation and the proof holds.
pub fn open_enrolment(vs: &SealKey, sealed: &Sealed, device: &str, activation: &str) -> Result<PublicKey, JoseError> {
    let plain = Zeroizing::new(vs.open(sealed, PIN_ENROL, &join(device, &[activation.as_bytes()]))?);
    let (point, sig) = plain.split_at_checked(65).ok_or(JoseError::Malformed)?;
    let key = PublicKey::from_point(point)?;
    key.verify(&join(PIN_ENROL, &[device.as_bytes(), activation.as_bytes(), point]), sig)?;
    Ok(key)
}

/// Phone side of an answer: proves the code for exactly this M2 (`input` = SHA-256 of its signing input).
pub fn seal_proof(pin: &SigningKey, input: &[u8; 32], vs: &PublicKey, kid: &str) -> Result<Sealed, JoseError> {
    let sig = pin.sign_bytes(&join(PIN_PROOF, &[input]))?;
    seal(vs, kid, PIN_PROOF, input, &sig)
}

/// Vault side of an answer: true when the seal opens for this M2 and the signature is by the enrolled key.
pub fn check_proof(vs: &SealKey, sealed: &Sealed, input: &[u8; 32], verifier: &PublicKey) -> Result<(), JoseError> {
    let sig = Zeroizing::new(vs.open(sealed, PIN_PROOF, input)?);
    verifier.verify(&join(PIN_PROOF, &[input]), &sig)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn vault() -> SealKey {
        let key = SigningKey::generate("vs").unwrap();
        SealKey::new(&key.scalar().unwrap(), key.public().clone(), key.kid().to_owned())
    }

    #[test]
    fn reduction_agrees_with_small_numbers() {
        let mut wide = [0; 48];
        wide[47] = 7;
        assert_eq!(reduce(&wide)[31], 7);
        wide = [0; 48];
        wide[16..].copy_from_slice(&ORDER_MINUS_ONE);
        assert_eq!(reduce(&wide), [0; 32]);
        wide[47] = 0x51;
        assert_eq!(reduce(&wide)[31], 1);
    }

    #[test]
    fn the_right_code_is_proven_and_another_is_not() {
        let vs = vault();
        let pin = key(&[7; 32], "dev_a", "27935").unwrap();
        let sealed = seal_enrolment(&pin, "dev_a", "act_a", vs.public(), vs.kid()).unwrap();
        let verifier = open_enrolment(&vs, &sealed, "dev_a", "act_a").unwrap();
        assert_eq!(open_enrolment(&vs, &sealed, "dev_b", "act_a").unwrap_err(), JoseError::BadSignature);

        let input = [9; 32];
        let good = seal_proof(&pin, &input, vs.public(), vs.kid()).unwrap();
        assert_eq!(check_proof(&vs, &good, &input, &verifier), Ok(()));
        assert!(check_proof(&vs, &good, &[8; 32], &verifier).is_err(), "a proof moved to another answer must not open");
        let wrong = key(&[7; 32], "dev_a", "27936").unwrap();
        let bad = seal_proof(&wrong, &input, vs.public(), vs.kid()).unwrap();
        assert_eq!(check_proof(&vs, &bad, &input, &verifier), Err(JoseError::BadSignature));
    }
}
