//! A phone in a few lines: device key, pepper, and the chain of receipts it holds.

use protocol::jose::{PublicKey, SigningKey, b64u, digest, sha256};
use protocol::phone::{Answer, Decision, IdentityProof, KeysDocument, Receipt, Request, Role, pin};
use protocol::seal::Sealed;
use zelf_vault::{Attempt, Enrolment, Verdict};

use crate::world::NOW;

pub const CODE: &str = "27935";
pub const WRONG: &str = "40618";
const ACTIVATION: &str = "act_AAAAAAAAAAAAAAAAAAAAAA";

pub struct Phone {
    pub key: SigningKey,
    pub device: String,
    pub pepper: [u8; 32],
    /// Digest of the last receipt.
    pub head: String,
    pub keys: KeysDocument,
}

impl Phone {
    pub fn new(keys: &KeysDocument) -> Phone {
        let key = SigningKey::generate("dev").unwrap();
        let mut pepper = [0; 32];
        aws_lc_rs::rand::fill(&mut pepper).unwrap();
        Phone { device: key.kid().to_owned(), key, pepper, head: String::new(), keys: keys.clone() }
    }

    pub fn vs(&self) -> (PublicKey, &str) {
        let kid = &self.keys.current(Role::Vs).unwrap().kid;
        (self.keys.key(Role::Vs, kid).unwrap(), kid)
    }

    pub fn pin(&self, code: &str) -> SigningKey {
        pin::key(&self.pepper, &self.device, code).unwrap()
    }

    pub fn enrolment(&self, code: &str) -> Enrolment {
        let (vs, kid) = self.vs();
        Enrolment {
            device: self.device.clone(),
            activation: ACTIVATION.into(),
            jwk: self.key.public().jwk(),
            sealed: pin::seal_enrolment(&self.pin(code), &self.device, ACTIVATION, &vs, kid).unwrap(),
            account_commitment: b64u([5; 32]),
            proof: IdentityProof { method: "bank".into(), evidence_sha256: b64u([6; 32]), ts: NOW },
        }
    }

    /// What an honest phone answers to `m1`.
    pub fn answer(&self, m1: &str, dec: Decision) -> Answer {
        let kid = Request::kid(m1).unwrap();
        let request = Request::verify(m1, &kid, &self.keys.key(Role::Rq, &kid).unwrap()).unwrap();
        let r = &request.payload;
        let approve = dec == Decision::Approve;
        Answer {
            v: 1,
            rid: r.rid.clone(),
            rq: request.digest.clone(),
            shown: r.shown(),
            lang: r.lang.clone(),
            dec,
            matched: if approve { "47".into() } else { String::new() },
            without: Vec::new(),
            chal: r.chal.clone(),
            seq: r.seq,
            prev: self.head.clone(),
            uv: if approve { "pin".into() } else { "none".into() },
            ts: r.iat + 5,
            app: "test 1".into(),
        }
    }

    pub fn proof(&self, m2: &str, code: &str) -> Sealed {
        let input = sha256(m2.rsplit_once('.').unwrap().0.as_bytes());
        let (vs, kid) = self.vs();
        pin::seal_proof(&self.pin(code), &input, &vs, kid).unwrap()
    }

    /// `answer` signed, with the proof of `code` beside it.
    pub fn send(&self, m1: &str, answer: &Answer, code: Option<&str>) -> Attempt {
        let m2 = answer.sign(&self.key).unwrap();
        let pin = code.map(|code| self.proof(&m2, code));
        let point = self.key.public().point().to_vec();
        Attempt { device: self.device.clone(), point, m1: m1.into(), m2, pin, bio: None, matched: true }
    }

    pub fn approve(&self, m1: &str, code: &str) -> Attempt {
        self.send(m1, &self.answer(m1, Decision::Approve), Some(code))
    }

    pub fn refuse(&self, m1: &str, dec: Decision) -> Attempt {
        self.send(m1, &self.answer(m1, dec), None)
    }

    /// Checks the receipt as a phone must, and hangs it on the chain.
    pub fn keep(&mut self, attempt: &Attempt, verdict: &Verdict) -> Receipt {
        let Verdict::Accepted { m3, digest: told, .. } = verdict else { panic!("not accepted: {verdict:?}") };
        let kid = Receipt::kid(m3).unwrap();
        let receipt = Receipt::verify(m3, &kid, &self.keys.key(Role::Rc, &kid).unwrap()).unwrap();
        assert_eq!(receipt.digest, *told);
        assert_eq!(receipt.payload.apr, digest(&attempt.m2), "a receipt for another answer");
        assert_eq!(receipt.payload.rq, digest(&attempt.m1), "a receipt for another request");
        assert_eq!(receipt.payload.prev, self.head, "the chain has a gap");
        self.head = receipt.digest;
        receipt.payload
    }
}
