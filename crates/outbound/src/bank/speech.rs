//! What we say to a bank: the request's details, our assertion, the proofs of the DPoP key.

use protocol::jose::{Jwk, SigningKey, b64u, sha256, unb64u};
use protocol::label::join;
use serde::Serialize;

use super::{BankError, OpenRequest};

pub(super) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const DETAILS_TYPE: &str = "urn:zelf:enrolment:1";
/// An assertion lives this long.
const ASSERTION_SECONDS: i64 = 60;

/// What we ask of userinfo (OpenID Connect for Identity Assurance 1.0 §6).
pub(super) const CLAIMS: &str = concat!(
    r#"{"userinfo":{"verified_claims":{"verification":{"trust_framework":{"value":"eidas"},"assurance_level":null,"#,
    r#""time":null,"evidence":[{"type":{"value":"document"},"document_details":null,"check_details":null}]},"#,
    r#""claims":{"given_name":null,"family_name":null,"birthdate":null,"gender":null,"nationalities":null,"#,
    r#""place_of_birth":null,"address":null,"urn:zelf:claim:national_number":null}},"phone_number":null}}"#
);

const BROKEN: BankError = BankError::Invalid("own_key");

/// The secrets of one request, all from one draw of entropy.
pub(super) struct Secrets {
    pub(super) nonce: String,
    pub(super) code_verifier: String,
    pub(super) jti: String,
    pub(super) dpop: SigningKey,
}

impl Secrets {
    pub(super) fn derive(entropy: &[u8; 32]) -> Result<Self, BankError> {
        // A hash that is no scalar of P-256 is a one in 2^32 chance: the next one is taken.
        let dpop = (0..4_u8)
            .find_map(|n| SigningKey::from_bare_scalar(&derived(entropy, &[b"dpop", &[n]]), "dpop").ok())
            .ok_or(BROKEN)?;
        Ok(Secrets {
            nonce: short(entropy, b"nonce"),
            code_verifier: b64u(derived(entropy, &[b"verifier"])),
            jti: short(entropy, b"assertion"),
            dpop,
        })
    }
}

/// For the assertion and the two DPoP proofs of a return.
pub(super) fn three_jtis(entropy: &[u8; 32]) -> [String; 3] {
    [b"assertion".as_slice(), b"token", b"userinfo"].map(|use_| short(entropy, use_))
}

fn derived(entropy: &[u8; 32], purpose: &[&[u8]]) -> [u8; 32] {
    sha256(&join("zelf/bank-request/v1", &[&[entropy.as_slice()], purpose].concat()))
}

fn short(entropy: &[u8; 32], purpose: &[u8]) -> String {
    b64u(derived(entropy, &[purpose]).get(..16).unwrap_or_default())
}

/// `authorization_details`: these exact bytes are shown, signed and echoed.
pub(super) fn details(request: &OpenRequest) -> Result<String, BankError> {
    #[derive(Serialize)]
    struct Details<'a> {
        r#type: &'a str,
        phone_masked: &'a str,
        device: &'a str,
        device_thumbprint: &'a str,
        terms: &'a str,
        session: &'a str,
    }
    let details = Details {
        r#type: DETAILS_TYPE,
        phone_masked: &request.phone_masked,
        device: &request.device,
        device_thumbprint: &request.device_thumbprint,
        terms: &request.terms,
        session: &request.session,
    };
    serde_json::to_string(&[details]).map_err(|_| BROKEN)
}

/// PKCE S256 (RFC 7636 §4.2).
pub(super) fn challenge(verifier: &str) -> String {
    b64u(sha256(verifier.as_bytes()))
}

#[derive(Serialize)]
struct JwtHead<'a> {
    alg: &'static str,
    typ: &'static str,
    kid: &'a str,
}

/// `private_key_jwt` (RFC 7523 §3) for one issuer.
pub(super) fn assertion(
    key: &SigningKey,
    client_id: &str,
    issuer: &str,
    now: i64,
    jti: &str,
) -> Result<String, BankError> {
    #[derive(Serialize)]
    struct Claims<'a> {
        iss: &'a str,
        sub: &'a str,
        aud: &'a str,
        iat: i64,
        exp: i64,
        jti: &'a str,
    }
    let head = JwtHead { alg: "ES256", typ: "JWT", kid: key.kid() };
    let claims = Claims { iss: client_id, sub: client_id, aud: issuer, iat: now, exp: now + ASSERTION_SECONDS, jti };
    key.sign_with(&head, &claims).map_err(|_| BROKEN)
}

/// A DPoP proof (RFC 9449 §4.2); `token` at a resource.
pub(super) fn proof(
    key: &SigningKey,
    method: &str,
    url: &str,
    token: Option<&str>,
    now: i64,
    jti: &str,
) -> Result<String, BankError> {
    #[derive(Serialize)]
    struct Head {
        alg: &'static str,
        typ: &'static str,
        jwk: Jwk,
    }
    #[derive(Serialize)]
    struct Claims<'a> {
        jti: &'a str,
        htm: &'a str,
        htu: &'a str,
        iat: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        ath: Option<String>,
    }
    let head = Head { alg: "ES256", typ: "dpop+jwt", jwk: key.public().jwk() };
    let ath = token.map(|t| b64u(sha256(t.as_bytes())));
    key.sign_with(&head, &Claims { jti, htm: method, htu: url, iat: now, ath }).map_err(|_| BROKEN)
}

pub(super) fn scalar(key: &SigningKey) -> Result<String, BankError> {
    key.scalar().map(|scalar| b64u(scalar.as_slice())).map_err(|_| BROKEN)
}

pub(super) fn dpop_key(scalar: &str) -> Result<SigningKey, BankError> {
    let scalar = unb64u(scalar).map_err(|_| BROKEN)?;
    SigningKey::from_bare_scalar(&scalar, "dpop").map_err(|_| BROKEN)
}

/// Where the person goes: nothing but the client and the pushed request (RFC 9126 §4).
pub(super) fn authorization_url(endpoint: &str, client_id: &str, request_uri: &str) -> Result<String, BankError> {
    let mut url = reqwest::Url::parse(endpoint).map_err(|_| BankError::Invalid("metadata_authorization_endpoint"))?;
    url.query_pairs_mut().append_pair("client_id", client_id).append_pair("request_uri", request_uri);
    Ok(url.into())
}
