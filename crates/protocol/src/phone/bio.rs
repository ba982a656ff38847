//! Fingerprint or face in place of the code: a WebAuthn assertion over exactly one M2 (docs/life.md §8).

use serde::{Deserialize, Serialize};

use crate::jose::sha256;
use crate::label::{BIO, BIO_ENROL, join};

/// A WebAuthn assertion as it travels: every member base64url without padding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bio {
    /// Credential id.
    pub id: String,
    pub authenticator_data: String,
    /// `clientDataJSON`.
    pub client_data: String,
    /// ES256 in DER, as authenticators make it.
    pub signature: String,
}

/// What the authenticator signs for the M2 whose signing input has this SHA-256.
pub fn bio_challenge(input_digest: &[u8; 32]) -> [u8; 32] {
    sha256(&join(BIO, &[input_digest]))
}

/// What the authenticator signs when it is registered for `device`. It need not be fresh: the command that brings the credential
/// is, and the code approves it.
pub fn bio_enrol_challenge(device: &str) -> [u8; 32] {
    sha256(&join(BIO_ENROL, &[device.as_bytes()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_answer_has_another_challenge() {
        let expected = sha256(&[&b"zelf/bio/v1\0"[..], &[7; 32]].concat());
        assert_eq!(bio_challenge(&[7; 32]), expected);
        assert_ne!(bio_challenge(&[8; 32]), expected);
        assert_eq!(bio_enrol_challenge("dev_a"), sha256(b"zelf/bio-enrol/v1\0dev_a"));
    }
}
