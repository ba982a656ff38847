//! The Web eID token (`web-eid:1.0`): the authentication key's signature over our server's origin and nonce.

use aws_lc_rs::digest::{Algorithm, SHA256, SHA384, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::eid::WebEidToken;

/// Which signature the card makes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Suite {
    /// Applet 1.8.
    Es384,
    /// Applet 1.7.
    Rs256,
}

impl Suite {
    fn hash(self) -> &'static Algorithm {
        match self {
            Suite::Es384 => &SHA384,
            Suite::Rs256 => &SHA256,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Suite::Es384 => "ES384",
            Suite::Rs256 => "RS256",
        }
    }
}

/// What the card signs: `H(H(origin) ‖ H(nonce))`, the nonce as the base64 text that it came as.
pub(crate) fn to_sign(suite: Suite, origin: &str, nonce: &str) -> Vec<u8> {
    let mut both = digest(suite.hash(), origin.as_bytes()).as_ref().to_vec();
    both.extend_from_slice(digest(suite.hash(), nonce.as_bytes()).as_ref());
    digest(suite.hash(), &both).as_ref().to_vec()
}

/// `signature`: raw r‖s or RSA, as the card gave it.
pub(crate) fn token(suite: Suite, certificate: &[u8], signature: &[u8]) -> WebEidToken {
    WebEidToken {
        unverified_certificate: STANDARD.encode(certificate),
        algorithm: suite.name().to_owned(),
        signature: STANDARD.encode(signature),
        format: "web-eid:1.0".to_owned(),
        app_version: crate::PROGRAM.to_owned(),
    }
}

/// SHA-384 of the challenge, for INTERNAL AUTHENTICATE.
pub(crate) fn challenge_hash(challenge: &[u8; 48]) -> [u8; 48] {
    let mut hash = [0; 48];
    hash.copy_from_slice(digest(&SHA384, challenge).as_ref());
    hash
}
