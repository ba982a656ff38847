//! WebAuthn (W3C, Level 3): what a browser brings back from `navigator.credentials.create` and `.get`. ES256 only, user
//! verification always, no attestation: whoever registers has been let in by something else.
//!
//! The browser gives the new key twice: as SPKI (`getPublicKey()`) and inside the authenticator data as COSE. We read the first
//! and demand that the second is the same key in its one canonical encoding, so that no CBOR is parsed.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use crate::jose::{PublicKey, sha256, unb64u};

/// Largest client data read, in bytes.
const MAX_CLIENT_DATA: usize = 4096;
/// Largest authenticator data read, in bytes: a credential id of 1023 and some extensions.
const MAX_AUTHENTICATOR_DATA: usize = 2048;
/// Longest DER signature with two 32-byte integers.
const MAX_SIGNATURE: usize = 72;
/// Length of a credential id, in bytes (§4, "credential ID").
const ID_BYTES: std::ops::RangeInclusive<usize> = 16..=1023;

/// Flags of the authenticator data (§6.1).
const UP: u8 = 0x01;
const UV: u8 = 0x04;
const BE: u8 = 0x08;
const BS: u8 = 0x10;
const AT: u8 = 0x40;
const ED: u8 = 0x80;
/// What we demand of every ceremony: somebody was there, and it was the one the authenticator knows.
const PERSON: u8 = UP | UV;

/// `SubjectPublicKeyInfo` of a P-256 key up to its point (RFC 5480).
const SPKI: &[u8] =
    b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";
/// A COSE key (RFC 9053 §7.1.1) `{1: 2, 3: -7, -1: 1, -2: x, -3: y}`, up to `x` and between `x` and `y`.
const COSE_X: &[u8] = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20";
const COSE_Y: &[u8] = b"\x22\x58\x20";

/// What the ceremony was started with.
#[derive(Clone, Copy, Debug)]
pub struct Expect<'a> {
    /// Exact origin of the page, e.g. `https://app.example`.
    pub origin: &'a str,
    /// The relying party: the host, or a parent of it.
    pub rp_id: &'a str,
    pub challenge: &'a [u8; 32],
}

/// A new credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// As the authenticator names it, 16 to 1023 bytes.
    pub id: Vec<u8>,
    /// 65-byte uncompressed point.
    pub point: [u8; 65],
    /// 0 where the authenticator does not count.
    pub sign_count: u32,
    /// May be copied to other devices of the person (a synced passkey).
    pub backup_eligible: bool,
}

/// Why it was refused. For the log: a person reads one sentence for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebAuthnError {
    TooLarge,
    Malformed,
    /// A registration where a login was due, or the other way round.
    WrongType,
    WrongOrigin,
    /// Asked from within another site's frame.
    CrossOrigin,
    WrongChallenge,
    WrongRelyingParty,
    /// Nobody was there, or the authenticator did not check who.
    NotVerified,
    /// Not a P-256 key, or not the same key twice.
    BadKey,
    BadSignature,
}

impl std::fmt::Display for WebAuthnError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for WebAuthnError {}

/// Checks a registration (§7.1 without attestation): `spki` is what `getPublicKey()` gave.
///
/// # Errors
/// Any of [`WebAuthnError`] but `BadSignature`.
pub fn register(
    expect: Expect<'_>,
    client_data: &[u8],
    authenticator_data: &[u8],
    spki: &[u8],
) -> Result<Credential, WebAuthnError> {
    registered(expect, client_data, authenticator_data, spki, PERSON)
}

/// Checks a login (§7.2): returns the authenticator's signature counter, which never falls unless it stays 0.
///
/// # Errors
/// Any of [`WebAuthnError`].
pub fn assert(
    expect: Expect<'_>,
    point: &[u8; 65],
    client_data: &[u8],
    authenticator_data: &[u8],
    signature_der: &[u8],
) -> Result<u32, WebAuthnError> {
    asserted(expect, point, client_data, authenticator_data, signature_der, PERSON)
}

fn registered(
    expect: Expect<'_>,
    client_data: &[u8],
    authenticator_data: &[u8],
    spki: &[u8],
    flags: u8,
) -> Result<Credential, WebAuthnError> {
    check_client_data(expect, "webauthn.create", client_data)?;
    let data = AuthenticatorData::parse(authenticator_data)?;
    data.check(expect, flags)?;
    let (id, key) = data.attested()?;
    let point = spki.strip_prefix(SPKI).ok_or(WebAuthnError::BadKey)?;
    let key_of_browser = PublicKey::from_point(point).map_err(|_| WebAuthnError::BadKey)?;
    if !key_of_browser.on_curve() || key != *point {
        return Err(WebAuthnError::BadKey);
    }
    Ok(Credential {
        id: id.to_vec(),
        point: *key_of_browser.point(),
        sign_count: data.sign_count,
        backup_eligible: data.flags & BE != 0,
    })
}

fn asserted(
    expect: Expect<'_>,
    point: &[u8; 65],
    client_data: &[u8],
    authenticator_data: &[u8],
    signature_der: &[u8],
    flags: u8,
) -> Result<u32, WebAuthnError> {
    check_client_data(expect, "webauthn.get", client_data)?;
    let data = AuthenticatorData::parse(authenticator_data)?;
    data.check(expect, flags)?;
    if data.flags & AT != 0 || (data.flags & ED == 0) != data.rest.is_empty() {
        return Err(WebAuthnError::Malformed);
    }
    if signature_der.len() > MAX_SIGNATURE {
        return Err(WebAuthnError::TooLarge);
    }
    let signed = [authenticator_data, &sha256(client_data)].concat();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point)
        .verify(&signed, signature_der)
        .map_err(|_| WebAuthnError::BadSignature)?;
    Ok(data.sign_count)
}

/// §5.8.1. Members may be added by browsers, so unknown ones pass; a known one that comes twice does not.
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: Option<bool>,
}

fn check_client_data(expect: Expect<'_>, kind: &str, json: &[u8]) -> Result<(), WebAuthnError> {
    if json.len() > MAX_CLIENT_DATA {
        return Err(WebAuthnError::TooLarge);
    }
    let data: ClientData = serde_json::from_slice(json).map_err(|_| WebAuthnError::Malformed)?;
    if data.kind != kind {
        return Err(WebAuthnError::WrongType);
    }
    if data.origin != expect.origin {
        return Err(WebAuthnError::WrongOrigin);
    }
    if data.cross_origin == Some(true) {
        return Err(WebAuthnError::CrossOrigin);
    }
    let challenge = unb64u(&data.challenge).map_err(|_| WebAuthnError::Malformed)?;
    if !bool::from(challenge.as_slice().ct_eq(expect.challenge)) {
        return Err(WebAuthnError::WrongChallenge);
    }
    Ok(())
}

/// §6.1: rpIdHash (32) ‖ flags (1) ‖ signCount (4) ‖ the rest.
struct AuthenticatorData<'a> {
    rp_id_hash: &'a [u8],
    flags: u8,
    sign_count: u32,
    rest: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Self, WebAuthnError> {
        if bytes.len() > MAX_AUTHENTICATOR_DATA {
            return Err(WebAuthnError::TooLarge);
        }
        let (rp_id_hash, bytes) = bytes.split_at_checked(32).ok_or(WebAuthnError::Malformed)?;
        let (flags, bytes) = bytes.split_first().ok_or(WebAuthnError::Malformed)?;
        let (count, rest) = bytes.split_first_chunk::<4>().ok_or(WebAuthnError::Malformed)?;
        Ok(AuthenticatorData { rp_id_hash, flags: *flags, sign_count: u32::from_be_bytes(*count), rest })
    }

    fn check(&self, expect: Expect<'_>, flags: u8) -> Result<(), WebAuthnError> {
        if self.rp_id_hash != sha256(expect.rp_id.as_bytes()) {
            return Err(WebAuthnError::WrongRelyingParty);
        }
        if self.flags & flags != flags {
            return Err(WebAuthnError::NotVerified);
        }
        // Backed up without being eligible for it: no authenticator says so (§7.1 step 17).
        if self.flags & (BE | BS) == BS {
            return Err(WebAuthnError::Malformed);
        }
        Ok(())
    }

    /// §6.5.1: aaguid (16) ‖ length (2) ‖ credential id ‖ COSE key, and extensions only where the flag says so. The key as point.
    fn attested(&self) -> Result<(&'a [u8], Vec<u8>), WebAuthnError> {
        if self.flags & AT == 0 {
            return Err(WebAuthnError::Malformed);
        }
        let (_aaguid, rest) = self.rest.split_at_checked(16).ok_or(WebAuthnError::Malformed)?;
        let (length, rest) = rest.split_first_chunk::<2>().ok_or(WebAuthnError::Malformed)?;
        let length = usize::from(u16::from_be_bytes(*length));
        if !ID_BYTES.contains(&length) {
            return Err(WebAuthnError::Malformed);
        }
        let (id, rest) = rest.split_at_checked(length).ok_or(WebAuthnError::Malformed)?;
        let rest = rest.strip_prefix(COSE_X).ok_or(WebAuthnError::BadKey)?;
        let (x, rest) = rest.split_at_checked(32).ok_or(WebAuthnError::BadKey)?;
        let rest = rest.strip_prefix(COSE_Y).ok_or(WebAuthnError::BadKey)?;
        let (y, rest) = rest.split_at_checked(32).ok_or(WebAuthnError::BadKey)?;
        if (self.flags & ED == 0) != rest.is_empty() {
            return Err(WebAuthnError::Malformed);
        }
        Ok((id, [&[4][..], x, y].concat()))
    }
}

#[cfg(test)]
mod tests;
