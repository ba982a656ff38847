//! Files of a card as they come over the wire: decoded, within bounds.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use eid_card::Files;
use protocol::eid::FilesBody;

use crate::certificate;
use crate::{Kind, Refusal};

/// Most that each file may hold, in bytes: what cards hold, with room to spare.
pub const IDENTITY: usize = 2048;
pub const ADDRESS: usize = 1024;
pub const SIGNATURE: usize = 512;
pub const PHOTO: usize = 16 * 1024;
pub const CHIP_KEY: usize = 256;

/// base64url without padding, of at most `most` bytes.
///
/// # Errors
/// `too_large`, `malformed`.
pub(crate) fn bytes(text: &str, most: usize) -> Result<Vec<u8>, Refusal> {
    if text.len() > most.div_ceil(3) * 4 {
        return Err(Kind::TooLarge.because("a file"));
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Kind::Malformed.because("base64url"))?;
    if bytes.len() > most { Err(Kind::TooLarge.because("a file")) } else { Ok(bytes) }
}

/// The files of a proof.
///
/// # Errors
/// `too_large`, `malformed`.
pub fn decode(body: &FilesBody) -> Result<Files, Refusal> {
    Ok(Files {
        identity: bytes(&body.identity, IDENTITY)?,
        identity_signature: bytes(&body.identity_signature, SIGNATURE)?,
        address: bytes(&body.address, ADDRESS)?,
        address_signature: bytes(&body.address_signature, SIGNATURE)?,
        photo: bytes(&body.photo, PHOTO)?,
        chip_key: body.chip_key.as_deref().map(|text| bytes(text, CHIP_KEY)).transpose()?,
        authentication: bytes(&body.authentication, certificate::MAX)?,
        signature: None,
        issuer: bytes(&body.issuer, certificate::MAX)?,
        root: bytes(&body.root, certificate::MAX)?,
        register: bytes(&body.register, certificate::MAX)?,
    })
}

/// The files of a card for a proof; the signature certificate stays at home.
pub fn encode(files: &Files) -> FilesBody {
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    FilesBody {
        identity: text(&files.identity),
        identity_signature: text(&files.identity_signature),
        address: text(&files.address),
        address_signature: text(&files.address_signature),
        photo: text(&files.photo),
        chip_key: files.chip_key.as_deref().map(text),
        authentication: text(&files.authentication),
        issuer: text(&files.issuer),
        root: text(&files.root),
        register: text(&files.register),
    }
}

/// Bounds for files that did not come over the wire.
///
/// # Errors
/// `too_large`.
pub(crate) fn within(files: &Files) -> Result<(), Refusal> {
    let lengths = [
        (files.identity.len(), IDENTITY),
        (files.identity_signature.len(), SIGNATURE),
        (files.address.len(), ADDRESS),
        (files.address_signature.len(), SIGNATURE),
        (files.photo.len(), PHOTO),
        (files.chip_key.as_ref().map_or(0, Vec::len), CHIP_KEY),
    ];
    if lengths.iter().all(|(length, most)| length <= most) { Ok(()) } else { Err(Kind::TooLarge.because("a file")) }
}
