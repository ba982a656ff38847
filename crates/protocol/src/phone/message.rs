//! M1 to M4: request, answer, receipt, device certificate (§4). Bytes are signed as they stand; nothing is canonicalised.

use serde::{Deserialize, Serialize};

use crate::jose::{JoseError, Jwk, Jws, PublicKey, SigningKey, b64u, sha256};
use crate::label::{TYP_ANSWER, TYP_DEVICE, TYP_RECEIPT, TYP_REQUEST};

/// How an answer proves that the person is there, and what a request (M1) may allow.
pub const UV_PIN: &str = "pin";
pub const UV_BIO: &str = "bio";
pub const UV_NONE: &str = "none";
/// The code, or a fingerprint or face in its place.
pub const UV_PIN_OR_BIO: &str = "pin_or_bio";

/// A payload that was signed, with the digest `h(x)` of its exact bytes.
#[derive(Clone, Debug)]
pub struct Verified<P> {
    pub payload: P,
    /// `h(x)`, base64url SHA-256 of the compact JWS.
    pub digest: String,
    /// SHA-256 of the signing input.
    pub input_digest: [u8; 32],
}

fn verify<P: serde::de::DeserializeOwned>(
    compact: &str,
    typ: &str,
    kid: &str,
    key: &PublicKey,
) -> Result<Verified<P>, JoseError> {
    let jws = Jws::parse(compact, typ)?;
    if jws.kid() != kid {
        return Err(JoseError::UnknownKey);
    }
    Ok(Verified { payload: jws.verify(key)?, digest: jws.digest(), input_digest: jws.input_digest() })
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestingParty {
    pub id: String,
    pub name: String,
    pub domain: String,
}

/// One line of detail: label and value, in the language of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    pub l: String,
    pub v: String,
    /// The claim that the line tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub c: Option<String>,
    /// The person may leave it out.
    #[serde(default, skip_serializing_if = "is_false")]
    pub o: bool,
}

impl Field {
    /// A line that is not about a claim.
    pub fn line(l: impl Into<String>, v: impl Into<String>) -> Field {
        Field { l: l.into(), v: v.into(), c: None, o: false }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// M1, `zelf-req+jws`: what the phone must draw and answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    pub v: u8,
    pub rid: String,
    pub kind: String,
    pub dev: String,
    pub lang: String,
    pub title: String,
    pub rp: RequestingParty,
    pub from: String,
    /// Why the data is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    pub fields: Vec<Field>,
    /// A text to confirm: `<b> <i> <u> <br>` and `&lt; &gt; &amp;`, nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    pub claims: Vec<String>,
    /// [`UV_PIN`] or [`UV_PIN_OR_BIO`].
    pub uv: String,
    #[serde(rename = "match")]
    pub wants_match: bool,
    pub head: String,
    pub seq: i64,
    pub chal: String,
    pub iat: i64,
    pub exp: i64,
}

impl Request {
    pub fn sign(&self, key: &SigningKey) -> Result<String, JoseError> {
        key.sign(TYP_REQUEST, self)
    }

    pub fn verify(compact: &str, kid: &str, key: &PublicKey) -> Result<Verified<Request>, JoseError> {
        verify(compact, TYP_REQUEST, kid, key)
    }

    /// The `kid` a compact M1 claims.
    pub fn kid(compact: &str) -> Result<String, JoseError> {
        Ok(Jws::parse(compact, TYP_REQUEST)?.kid().to_owned())
    }

    /// Payload whose signature nobody checked: for finding the row it speaks of.
    pub fn unverified(compact: &str) -> Result<Request, JoseError> {
        Jws::parse(compact, TYP_REQUEST)?.unverified()
    }

    /// True when fingerprint or face may stand in for the code.
    pub fn allows_bio(&self) -> bool {
        self.uv == UV_PIN_OR_BIO
    }

    /// True when this M1 asks for a proof that we know.
    pub fn uv_known(&self) -> bool {
        [UV_PIN, UV_PIN_OR_BIO].contains(&self.uv.as_str())
    }

    /// The lines a person sees, in order.
    pub fn lines(&self) -> Vec<String> {
        let head = [&self.title, &self.rp.name, &self.rp.domain, &self.from].map(String::clone);
        let purpose = self.purpose.iter().cloned();
        let fields = self.fields.iter().map(|f| format!("{}: {}", f.l, f.v));
        head.into_iter().chain(purpose).chain(fields).chain(self.text.iter().cloned()).collect()
    }

    /// Digest of [`Request::lines`]: binds the answer to what was drawn.
    pub fn shown(&self) -> String {
        b64u(sha256(self.lines().join("\n").as_bytes()))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    Approve,
    Reject,
    Fraud,
}

/// M2, `zelf-apr+jws`: the person's answer, by the device key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    pub v: u8,
    pub rid: String,
    pub rq: String,
    pub shown: String,
    pub lang: String,
    pub dec: Decision,
    #[serde(rename = "match")]
    pub matched: String,
    /// Claims that the person left out, sorted; only such as M1 lets be left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    pub chal: String,
    pub seq: i64,
    pub prev: String,
    /// [`UV_PIN`], [`UV_BIO`] or [`UV_NONE`].
    pub uv: String,
    pub ts: i64,
    pub app: String,
}

impl Answer {
    pub fn sign(&self, key: &SigningKey) -> Result<String, JoseError> {
        key.sign(TYP_ANSWER, self)
    }

    pub fn verify(compact: &str, device: &str, key: &PublicKey) -> Result<Verified<Answer>, JoseError> {
        verify(compact, TYP_ANSWER, device, key)
    }

    /// The device a compact M2 claims to come from.
    pub fn device(compact: &str) -> Result<String, JoseError> {
        Ok(Jws::parse(compact, TYP_ANSWER)?.kid().to_owned())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Ok,
    Rejected,
    Fraud,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserVerification {
    /// `pin`, `bio` or `none`.
    pub m: String,
    /// Generation of the code.
    #[serde(rename = "gen")]
    pub generation: i64,
}

/// M3, `zelf-rcp+jws`: the vault's receipt. Holds nothing that depends on the code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    pub v: u8,
    pub rid: String,
    pub rq: String,
    pub apr: String,
    pub dec: Decision,
    pub res: Outcome,
    pub uv: UserVerification,
    pub dc: String,
    pub seq: i64,
    pub prev: String,
    pub ts: i64,
}

impl Receipt {
    pub fn sign(&self, key: &SigningKey) -> Result<String, JoseError> {
        key.sign(TYP_RECEIPT, self)
    }

    pub fn verify(compact: &str, kid: &str, key: &PublicKey) -> Result<Verified<Receipt>, JoseError> {
        verify(compact, TYP_RECEIPT, kid, key)
    }

    pub fn kid(compact: &str) -> Result<String, JoseError> {
        Ok(Jws::parse(compact, TYP_RECEIPT)?.kid().to_owned())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityProof {
    pub method: String,
    pub evidence_sha256: String,
    pub ts: i64,
}

/// M4, `zelf-dev+jws`: the device certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceCertificate {
    pub v: u8,
    pub dev: String,
    pub acctc: String,
    pub jwk: Jwk,
    pub att: String,
    pub cap: String,
    pub proof: IdentityProof,
    pub nbf: i64,
    pub exp: i64,
}

impl DeviceCertificate {
    pub fn sign(&self, key: &SigningKey) -> Result<String, JoseError> {
        key.sign(TYP_DEVICE, self)
    }

    pub fn verify(compact: &str, kid: &str, key: &PublicKey) -> Result<Verified<DeviceCertificate>, JoseError> {
        verify(compact, TYP_DEVICE, kid, key)
    }

    pub fn kid(compact: &str) -> Result<String, JoseError> {
        Ok(Jws::parse(compact, TYP_DEVICE)?.kid().to_owned())
    }
}

impl Answer {
    /// True when this answer belongs to exactly that request, as it was drawn, and proves the person in a way it allows.
    pub fn answers(&self, request: &Verified<Request>) -> bool {
        let r = &request.payload;
        self.v == 1
            && self.rid == r.rid
            && self.rq == request.digest
            && self.shown == r.shown()
            && self.lang == r.lang
            && self.chal == r.chal
            && self.seq == r.seq
            && self.prev == r.head
            && self.leaves_out_what_it_may(r)
            && self.proves_as(r)
    }

    fn leaves_out_what_it_may(&self, request: &Request) -> bool {
        let optional = |claim: &String| request.fields.iter().any(|f| f.o && f.c.as_ref() == Some(claim));
        self.without.is_sorted_by(|a, b| a < b) && self.without.iter().all(optional)
    }

    fn proves_as(&self, request: &Request) -> bool {
        match (self.dec, self.uv.as_str()) {
            (Decision::Approve, UV_PIN) => true,
            (Decision::Approve, UV_BIO) => request.allows_bio(),
            (Decision::Approve, _) => false,
            (_, uv) => uv == UV_NONE,
        }
    }
}
