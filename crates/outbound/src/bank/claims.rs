//! What the bank vouches for: ID token and signed userinfo, checked claim by claim.

use protocol::jose::jwt::{Jwks, Jwt};
use protocol::jose::{b64u, sha256};
use serde::{Deserialize, Serialize};

use super::{BankError, Pending};

/// Clocks may differ by this much.
const LEEWAY_SECONDS: i64 = 60;
/// Userinfo is asked for and signed on the spot.
const FRESH_SECONDS: i64 = 120;
/// Longest single value taken over, in characters.
const MAX_CHARS: usize = 200;

/// Where somebody lives, as the identity card says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    pub street_address: String,
    pub postal_code: String,
    pub locality: String,
    /// ISO 3166-1 alpha-3.
    pub country: String,
}

/// A person as the bank knows them, with the proof. Dates are `YYYY-MM-DD`; nothing is judged yet.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankProof {
    pub issuer: String,
    /// The bank's name for this person towards us: the same each time.
    pub sub: String,
    pub given_name: String,
    pub family_name: String,
    pub birthdate: String,
    /// `female` or `male`.
    pub gender: String,
    /// ISO 3166-1 alpha-3.
    pub nationalities: Vec<String>,
    pub place_of_birth: Option<String>,
    pub address: Address,
    /// Eleven digits; not checked here.
    pub national_number: String,
    pub document_number: String,
    /// Who issued it, ISO 3166-1 alpha-3, when the bank says.
    pub document_country: Option<String>,
    /// In the past: the bank has not read the person's new card.
    pub date_of_expiry: String,
    /// When the bank verified (RFC 3339).
    pub verified_at: String,
    pub assurance_level: String,
    /// The number the bank knows, E.164.
    pub phone_number: Option<String>,
    /// When the person signed; seconds since 1970.
    pub auth_time: i64,
    /// The bank's number for this transaction.
    pub txn: String,
    /// The exact userinfo JWS: evidence.
    pub evidence: String,
}

impl std::fmt::Debug for BankProof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BankProof").field("issuer", &self.issuer).field("txn", &self.txn).finish_non_exhaustive()
    }
}

/// What both tokens are held against.
pub(super) struct Expected<'a> {
    pub(super) pending: &'a Pending,
    pub(super) client_id: &'a str,
    pub(super) now: i64,
}

/// `aud` may be a string or a list (RFC 7519 §4.1.3); only us, alone, is accepted.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    fn is_only(&self, client: &str) -> bool {
        match self {
            Audience::One(one) => one == client,
            Audience::Many(many) => matches!(many.as_slice(), [one] if one == client),
        }
    }
}

#[derive(Deserialize)]
struct IdToken {
    iss: String,
    aud: Audience,
    sub: String,
    iat: i64,
    exp: i64,
    auth_time: i64,
    nonce: String,
}

#[derive(Deserialize)]
struct UserInfo {
    iss: String,
    aud: Audience,
    sub: String,
    iat: i64,
    txn: String,
    authorization_details_sha256: String,
    #[serde(default)]
    phone_number: Option<String>,
    verified_claims: VerifiedClaims,
}

#[derive(Deserialize)]
struct VerifiedClaims {
    verification: Verification,
    claims: Claims,
}

#[derive(Deserialize)]
struct Verification {
    trust_framework: String,
    assurance_level: String,
    time: String,
    evidence: Vec<Evidence>,
}

#[derive(Deserialize)]
struct Evidence {
    r#type: String,
    #[serde(default)]
    document_details: Option<Document>,
}

#[derive(Deserialize)]
struct Document {
    r#type: String,
    document_number: String,
    #[serde(default)]
    issuer: Option<Issuer>,
    date_of_expiry: String,
}

#[derive(Deserialize)]
struct Issuer {
    #[serde(default)]
    country: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    given_name: String,
    family_name: String,
    birthdate: String,
    gender: String,
    nationalities: Vec<String>,
    #[serde(default)]
    place_of_birth: Option<Place>,
    address: Address,
    #[serde(rename = "urn:zelf:claim:national_number")]
    national_number: String,
}

#[derive(Deserialize)]
struct Place {
    locality: String,
}

/// Checks both tokens against what was asked, and one against the other.
pub(super) fn read(
    keys: &Jwks,
    expected: &Expected<'_>,
    id_token: &str,
    userinfo: &str,
) -> Result<BankProof, BankError> {
    let id: IdToken = opened(keys, id_token, "id_token_malformed", "id_token_signature")?;
    check_id_token(&id, expected).map_err(BankError::Invalid)?;
    let info: UserInfo = opened(keys, userinfo, "userinfo_malformed", "userinfo_signature")?;
    check_userinfo(&info, &id, expected).map_err(BankError::Invalid)?;
    let proof = proof(info, id.auth_time, userinfo).map_err(BankError::Invalid)?;
    check_forms(&proof).map_err(BankError::Invalid)?;
    Ok(proof)
}

fn opened<T: serde::de::DeserializeOwned>(
    keys: &Jwks,
    token: &str,
    malformed: &'static str,
    signature: &'static str,
) -> Result<T, BankError> {
    let jwt = Jwt::parse(token).map_err(|_| BankError::Invalid(malformed))?;
    let keys = keys.candidates(jwt.header.kid.as_deref());
    // Signature first; only then the form, so that the two failures are told apart.
    keys.iter()
        .find_map(|key| jwt.verify::<serde_json::Value>(key).ok().map(|_| jwt.verify::<T>(key)))
        .ok_or(BankError::Invalid(signature))?
        .map_err(|_| BankError::Invalid(malformed))
}

fn check_id_token(id: &IdToken, expected: &Expected<'_>) -> Result<(), &'static str> {
    let now = expected.now;
    match () {
        () if id.iss != expected.pending.issuer => Err("id_token_iss"),
        () if !id.aud.is_only(expected.client_id) => Err("id_token_aud"),
        () if id.nonce != expected.pending.nonce => Err("id_token_nonce"),
        () if id.exp <= now - LEEWAY_SECONDS => Err("id_token_expired"),
        () if id.iat > now + LEEWAY_SECONDS || id.auth_time > now + LEEWAY_SECONDS => Err("id_token_from_the_future"),
        () if id.sub.is_empty() || id.sub.len() > 255 => Err("id_token_sub"),
        () => Ok(()),
    }
}

fn check_userinfo(info: &UserInfo, id: &IdToken, expected: &Expected<'_>) -> Result<(), &'static str> {
    let details = b64u(sha256(expected.pending.details.as_bytes()));
    match () {
        () if info.iss != expected.pending.issuer => Err("userinfo_iss"),
        () if !info.aud.is_only(expected.client_id) => Err("userinfo_aud"),
        () if info.sub != id.sub => Err("userinfo_sub"),
        () if (expected.now - info.iat).abs() > FRESH_SECONDS => Err("userinfo_iat"),
        () if info.authorization_details_sha256 != details => Err("userinfo_authorization_details"),
        () if info.verified_claims.verification.trust_framework != "eidas" => Err("trust_framework"),
        () => Ok(()),
    }
}

fn proof(info: UserInfo, auth_time: i64, evidence: &str) -> Result<BankProof, &'static str> {
    let VerifiedClaims { verification, claims } = info.verified_claims;
    let document = verification
        .evidence
        .into_iter()
        .filter(|e| e.r#type == "document")
        .filter_map(|e| e.document_details)
        .find(|d| d.r#type == "idcard")
        .ok_or("no_identity_card")?;
    Ok(BankProof {
        issuer: info.iss,
        sub: info.sub,
        given_name: claims.given_name,
        family_name: claims.family_name,
        birthdate: claims.birthdate,
        gender: claims.gender,
        nationalities: claims.nationalities,
        place_of_birth: claims.place_of_birth.map(|place| place.locality),
        address: claims.address,
        national_number: claims.national_number,
        document_number: document.document_number,
        document_country: document.issuer.and_then(|issuer| issuer.country).filter(|c| is_country(c)),
        date_of_expiry: document.date_of_expiry,
        verified_at: verification.time,
        assurance_level: verification.assurance_level,
        phone_number: info.phone_number,
        auth_time,
        txn: info.txn,
        evidence: evidence.to_owned(),
    })
}

/// ISO 3166-1 alpha-3.
fn is_country(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase())
}

/// Every value has the form its name promises.
fn check_forms(proof: &BankProof) -> Result<(), &'static str> {
    let text = |value: &str| {
        !value.trim().is_empty() && value.chars().count() <= MAX_CHARS && !value.chars().any(char::is_control)
    };
    let texts = [
        (&proof.given_name, "given_name"),
        (&proof.family_name, "family_name"),
        (&proof.document_number, "document_number"),
        (&proof.address.street_address, "address"),
        (&proof.address.postal_code, "address"),
        (&proof.address.locality, "address"),
        (&proof.address.country, "address"),
        (&proof.verified_at, "verification_time"),
        (&proof.assurance_level, "assurance_level"),
        (&proof.txn, "txn"),
    ];
    if let Some((_, name)) = texts.into_iter().find(|(value, _)| !text(value)) {
        return Err(name);
    }
    let digits = |value: &str, n: usize| value.len() == n && value.bytes().all(|b| b.is_ascii_digit());
    let phone = |number: &String| {
        number.strip_prefix('+').is_some_and(|rest| (5..=15).contains(&rest.len()) && digits(rest, rest.len()))
    };
    match () {
        () if !is_date(&proof.birthdate) => Err("birthdate"),
        () if !is_date(&proof.date_of_expiry) => Err("date_of_expiry"),
        () if !matches!(proof.gender.as_str(), "female" | "male") => Err("gender"),
        () if proof.nationalities.is_empty() || proof.nationalities.len() > 10 => Err("nationalities"),
        () if !proof.nationalities.iter().all(|n| text(n)) => Err("nationalities"),
        () if proof.place_of_birth.as_deref().is_some_and(|place| !text(place)) => Err("place_of_birth"),
        () if !digits(&proof.national_number, 11) => Err("national_number"),
        () if !proof.phone_number.as_ref().is_none_or(phone) => Err("phone_number"),
        () => Ok(()),
    }
}

/// `YYYY-MM-DD` in form.
fn is_date(text: &str) -> bool {
    let shape = |(at, byte): (usize, u8)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() };
    text.len() == 10 && text.bytes().enumerate().all(shape)
}
