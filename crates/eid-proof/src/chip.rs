//! The chip itself is there: INTERNAL AUTHENTICATE of applet 1.8.

use der::Decode as _;
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use crate::key::{Curve, Hash, PublicKey, Scheme};
use crate::{Kind, Refusal};

/// Whether `signature` (96 bytes, r‖s) is that of the key in EF 4040 over SHA-384 of `challenge`.
///
/// # Errors
/// `chip_mismatch` when the file holds no P-384 key, `chip_signature`.
pub fn signature(chip_key: &[u8], challenge: &[u8], signature: &[u8]) -> Result<(), Refusal> {
    let info = SubjectPublicKeyInfoOwned::from_der(chip_key).map_err(|_| Kind::ChipMismatch.because("chip's key"))?;
    let Some(key @ PublicKey::Ec(Curve::P384, _)) = PublicKey::of(&info) else {
        return Err(Kind::ChipMismatch.because("kind of the chip's key"));
    };
    if key.verifies(Scheme::EcRaw(Hash::Sha384), challenge, signature) {
        Ok(())
    } else {
        Err(Kind::ChipSignature.because("signature over the challenge"))
    }
}
