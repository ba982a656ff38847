//! The token that the Web eID extension would make with a virtual card, for tests of that way in.

use aws_lc_rs::digest::{SHA256, SHA384, digest};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use eid_card::{Card, CardError, CardFile, Pin, SignatureAlgorithm};
use protocol::eid::WebEidToken;

use crate::VirtualCard;

/// A `web-eid:1.0` token over `origin` (`https://host[:port]`) and `nonce` (text as the server sent it).
///
/// # Errors
/// What the card refuses: wrong or blocked PIN, not activated, no certificate.
pub fn token(card: &mut VirtualCard, pin: &Pin, origin: &str, nonce: &str) -> Result<WebEidToken, CardError> {
    let mut card = Card::open(card)?;
    let missing = CardError::FileMissing(CardFile::Authentication);
    let certificate = card.read(CardFile::Authentication)?.ok_or(missing)?;
    let (name, hash) = match card.algorithm() {
        SignatureAlgorithm::RsaSha256 => ("RS256", &SHA256),
        SignatureAlgorithm::EcdsaSha384 => ("ES384", &SHA384),
    };
    let signed = [digest(hash, origin.as_bytes()).as_ref(), digest(hash, nonce.as_bytes()).as_ref()].concat();
    card.verify(pin)?;
    let signature = card.sign_authentication(card.algorithm(), digest(hash, &signed).as_ref())?;
    card.log_off()?;
    Ok(WebEidToken {
        unverified_certificate: BASE64_STANDARD.encode(certificate),
        algorithm: name.to_owned(),
        signature: BASE64_STANDARD.encode(signature),
        format: "web-eid:1.0".to_owned(),
        app_version: concat!("https://localhost/zelf-virtual-card/", env!("CARGO_PKG_VERSION")).to_owned(),
    })
}
