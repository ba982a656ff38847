//! The proof that a service may keep: what the vault saw when it checked one answer, without the phone that gave it (§4).

use serde::{Deserialize, Serialize};

use super::message::{Answer, Decision, DeviceCertificate, Receipt, Request, Verified};
use crate::jose::{JoseError, Jws, PublicKey, SigningKey};
use crate::label::TYP_PROOF;

/// The four messages of one answer, compact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answered {
    pub m1: String,
    pub m2: String,
    pub m3: String,
    pub m4: String,
}

/// M5, `zelf-proof+jws`, signed by `rc`: somebody's phone gave this answer to exactly these lines. It names neither phone nor account,
/// so that two services cannot find out from it that they know the same person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    pub v: u8,
    pub rid: String,
    /// Id of the service, as M1 has it.
    pub rp: String,
    /// The person, as this service knows them: told by the provider, not by the phone.
    pub sub: String,
    pub kind: String,
    /// Digest of the lines that were drawn ([`Request::shown`]).
    pub shown: String,
    pub lang: String,
    pub dec: Decision,
    /// `pin`, `bio` or `none`.
    pub uv: String,
    /// Claims that the person left out, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    /// When the vault signed the receipt.
    pub ts: i64,
    pub rq: String,
    pub apr: String,
    pub rcp: String,
}

impl Answered {
    /// Reads all four and holds each against the others: M1 and M3 by `rq` and `rc`, M4 by `dc`, M2 by the key in M4.
    ///
    /// # Errors
    /// `BadSignature` or `UnknownKey` where a signature does not hold, `Malformed` where they are not of one answer.
    pub fn proof(&self, sub: &str, rq: &PublicKey, rc: &PublicKey, dc: &PublicKey) -> Result<Proof, JoseError> {
        let request = Request::verify(&self.m1, &rq.name("rq"), rq)?;
        let certificate = DeviceCertificate::verify(&self.m4, &dc.name("dc"), dc)?;
        let device = &certificate.payload.dev;
        let key = PublicKey::from_jwk(&certificate.payload.jwk)?;
        let answer = Answer::verify(&self.m2, device, &key)?;
        let receipt = Receipt::verify(&self.m3, &rc.name("rc"), rc)?;
        let one = request.payload.dev == *device
            && key.name("dev") == *device
            && answer.payload.answers(&request)
            && confirms(&receipt.payload, &request, &answer, &certificate);
        if !one {
            return Err(JoseError::Malformed);
        }
        let (request, digests) = (request.payload, [request.digest, answer.digest, receipt.digest]);
        let [rq, apr, rcp] = digests;
        Ok(Proof {
            v: 1,
            shown: request.shown(),
            rid: request.rid,
            rp: request.rp.id,
            sub: sub.to_owned(),
            kind: request.kind,
            lang: answer.payload.lang,
            dec: answer.payload.dec,
            uv: answer.payload.uv,
            without: answer.payload.without,
            ts: receipt.payload.ts,
            rq,
            apr,
            rcp,
        })
    }
}

fn confirms(
    receipt: &Receipt,
    request: &Verified<Request>,
    answer: &Verified<Answer>,
    certificate: &Verified<DeviceCertificate>,
) -> bool {
    receipt.rid == request.payload.rid
        && receipt.rq == request.digest
        && receipt.apr == answer.digest
        && receipt.dc == certificate.digest
        && receipt.dec == answer.payload.dec
        && receipt.uv.m == answer.payload.uv
        && receipt.seq == answer.payload.seq
}

impl Proof {
    pub fn sign(&self, key: &SigningKey) -> Result<String, JoseError> {
        key.sign(TYP_PROOF, self)
    }

    pub fn verify(compact: &str, kid: &str, key: &PublicKey) -> Result<Proof, JoseError> {
        let jws = Jws::parse(compact, TYP_PROOF)?;
        if jws.kid() != kid {
            return Err(JoseError::UnknownKey);
        }
        jws.verify(key)
    }

    /// The `kid` a compact proof claims.
    pub fn kid(compact: &str) -> Result<String, JoseError> {
        Ok(Jws::parse(compact, TYP_PROOF)?.kid().to_owned())
    }
}
