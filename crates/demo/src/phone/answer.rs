//! Answering a request: M2, the sealed proof of the code, and the receipt that comes back.

use std::time::{SystemTime, UNIX_EPOCH};

use protocol::jose::{Jws, digest};
use protocol::label::TYP_ANSWER;
use protocol::phone::{
    Answer, AnswerBody, AnswerOk, Decision, DeviceState, Outcome, Receipt, UV_BIO, UV_NONE, UV_PIN, Verified, pin,
};
use serde_json::{Value, json};

use super::authenticator::Authenticator;
use super::device::Device;
use super::request::{Waiting, choose};
use super::state::Outstanding;
use super::trust::Operator;
use super::{Phone, PhoneError};

/// What the person decides.
#[derive(Clone)]
pub enum Verdict {
    /// With the five digits, and the number the browser shows when the request asks for it.
    Approve {
        code: String,
        matched: Option<String>,
    },
    /// With fingerprint or face, where the request allows it.
    Touch {
        matched: Option<String>,
    },
    Refuse,
    /// "I did not start this."
    Fraud,
}

/// An answer that the server acknowledged with a receipt.
#[derive(Clone, Debug)]
pub struct Answered {
    pub receipt: Verified<Receipt>,
    /// Where a browser on the same device goes on.
    pub return_to: Option<String>,
}

impl Answered {
    pub fn to_json(&self) -> Value {
        let r = &self.receipt.payload;
        let mut told =
            json!({ "rid": r.rid, "dec": r.dec, "res": r.res, "seq": r.seq, "receipt": self.receipt.digest });
        if let (Some(told), Some(to)) = (told.as_object_mut(), &self.return_to) {
            told.insert("return_to".into(), json!(to));
        }
        told
    }
}

/// Signs M2 over `waiting`, and proves the code under seal when it approves. Sends nothing.
pub fn compose(
    device: &Device,
    operator: &Operator,
    waiting: &Waiting,
    prev: &str,
    verdict: &Verdict,
) -> Result<AnswerBody, PhoneError> {
    let m2 = sign(device, waiting, prev, verdict)?;
    let pin = match verdict {
        Verdict::Approve { code, .. } => {
            let (kid, key) = operator.seal_to()?;
            let input = Jws::parse(&m2, TYP_ANSWER)?.input_digest();
            Some(pin::seal_proof(&device.pin_key(code)?, &input, &key, kid)?)
        }
        _ => None,
    };
    Ok(AnswerBody { m1: waiting.m1.clone(), m2, pin, bio: None })
}

/// As [`compose`], proven by `finger`.
///
/// # Errors
/// `InputNeeded("code")` when the request wants the code.
pub fn compose_touch(
    device: &Device,
    finger: &mut Authenticator,
    waiting: &Waiting,
    prev: &str,
    verdict: &Verdict,
) -> Result<AnswerBody, PhoneError> {
    if !waiting.request().allows_bio() {
        return Err(PhoneError::InputNeeded("code"));
    }
    let m2 = sign(device, waiting, prev, verdict)?;
    let bio = finger.prove(&Jws::parse(&m2, TYP_ANSWER)?.input_digest())?;
    Ok(AnswerBody { m1: waiting.m1.clone(), m2, pin: None, bio: Some(bio) })
}

/// M2.
fn sign(device: &Device, waiting: &Waiting, prev: &str, verdict: &Verdict) -> Result<String, PhoneError> {
    let request = waiting.request();
    let (dec, matched, uv) = match verdict {
        Verdict::Approve { matched, .. } => (Decision::Approve, wanted_match(waiting, matched.as_deref())?, UV_PIN),
        Verdict::Touch { matched } => (Decision::Approve, wanted_match(waiting, matched.as_deref())?, UV_BIO),
        Verdict::Refuse => (Decision::Reject, String::new(), UV_NONE),
        Verdict::Fraud => (Decision::Fraud, String::new(), UV_NONE),
    };
    let answer = Answer {
        v: 1,
        rid: request.rid.clone(),
        rq: waiting.verified.digest.clone(),
        shown: request.shown(),
        lang: request.lang.clone(),
        dec,
        matched,
        without: if dec == Decision::Approve { waiting.without.clone() } else { Vec::new() },
        chal: request.chal.clone(),
        seq: request.seq,
        prev: prev.to_owned(),
        uv: uv.into(),
        ts: unix_now(),
        app: concat!("cli ", env!("CARGO_PKG_VERSION")).into(),
    };
    Ok(answer.sign(device.key())?)
}

/// Checks that M3 is the receipt of exactly this answer.
pub fn check_receipt(operator: &Operator, body: &AnswerBody, m3: &str) -> Result<Verified<Receipt>, PhoneError> {
    let receipt = operator.receipt(m3)?;
    let answer: Answer = Jws::parse(&body.m2, TYP_ANSWER)?.unverified()?;
    let r = &receipt.payload;
    let outcome = match answer.dec {
        Decision::Approve => Outcome::Ok,
        Decision::Reject => Outcome::Rejected,
        Decision::Fraud => Outcome::Fraud,
    };
    let same = r.v == 1
        && r.rid == answer.rid
        && r.rq == digest(&body.m1)
        && r.apr == digest(&body.m2)
        && (r.dec, r.res) == (answer.dec, outcome)
        && (r.seq, &r.prev) == (answer.seq, &answer.prev)
        && r.uv.m == answer.uv;
    if same { Ok(receipt) } else { Err(PhoneError::Untrusted("receipt")) }
}

impl Phone {
    /// Answers the request `rid` (or the newest one).
    ///
    /// The signed body is in the state file before it leaves, so that a crash or a broken line never loses the receipt.
    pub async fn answer(&mut self, rid: Option<&str>, verdict: &Verdict) -> Result<Answered, PhoneError> {
        self.answer_without(rid, verdict, &[]).await
    }

    /// As [`Phone::answer`]; the claims `without` are kept back.
    ///
    /// # Errors
    /// `InputNeeded("without")` for a claim that the service cannot do without.
    pub async fn answer_without(
        &mut self,
        rid: Option<&str>,
        verdict: &Verdict,
        without: &[String],
    ) -> Result<Answered, PhoneError> {
        // An interrupted change of the code: which pepper counts decides what is proven.
        self.settle_code().await?;
        let pending = self.pending(0).await?;
        let waiting = choose(&pending.requests, rid)?.keeping_back(without)?;
        self.answer_waiting(&waiting, verdict, &pending.device, pending.now).await
    }

    /// Answers a request that [`Phone::pending`] returned.
    pub async fn answer_waiting(
        &mut self,
        waiting: &Waiting,
        verdict: &Verdict,
        status: &protocol::phone::DeviceStatus,
        now: i64,
    ) -> Result<Answered, PhoneError> {
        if waiting.expires_in <= 0 {
            return Err(PhoneError::Expired);
        }
        if matches!(verdict, Verdict::Approve { .. } | Verdict::Touch { .. }) {
            may_try(status, now)?;
        }
        let head = self.account()?.head.clone();
        let body = match verdict {
            Verdict::Touch { .. } => self.touch(waiting, &head, verdict)?,
            _ => compose(&self.device, &self.operator, waiting, &head, verdict)?,
        };
        self.state.outstanding = Some(Outstanding { rid: waiting.rid().to_owned(), body: body.clone() });
        self.save()?;
        match self.door.deliver(&body).await {
            Ok(answer) => self.accept(&body, answer),
            Err(e @ PhoneError::Network(_)) => Err(e),
            Err(e) if e.exit_code() == 8 => Err(e),
            Err(e) => {
                self.state.outstanding = None;
                self.save()?;
                Err(e)
            }
        }
    }

    /// The counter is in the file before the proof leaves: a copy of it would be noticed.
    fn touch(&mut self, waiting: &Waiting, head: &str, verdict: &Verdict) -> Result<AnswerBody, PhoneError> {
        let stored = self.state.finger.as_ref().ok_or(PhoneError::InputNeeded("code"))?;
        let mut finger = Authenticator::load(stored, self.door.app())?;
        let body = compose_touch(&self.device, &mut finger, waiting, head, verdict)?;
        self.state.finger = Some(finger.store()?);
        Ok(body)
    }

    /// Takes M3 into the chain.
    fn accept(&mut self, body: &AnswerBody, AnswerOk { m3, return_to }: AnswerOk) -> Result<Answered, PhoneError> {
        let receipt = check_receipt(&self.operator, body, &m3)?;
        let account = self.state.account.as_mut().ok_or(PhoneError::NotActive)?;
        if receipt.payload.prev != account.head {
            return Err(PhoneError::OutOfStep);
        }
        account.head.clone_from(&receipt.digest);
        account.seq = receipt.payload.seq;
        self.state.outstanding = None;
        self.save()?;
        Ok(Answered { receipt, return_to })
    }

    /// Finishes what an earlier run may have left: sends the same body again, or finds its receipt at home.
    pub async fn settle(&mut self) -> Result<Option<Answered>, PhoneError> {
        let Some(Outstanding { body, .. }) = self.state.outstanding.clone() else { return Ok(None) };
        match self.door.deliver(&body).await {
            Ok(answer) => return self.accept(&body, answer).map(Some),
            Err(e @ PhoneError::Network(_)) => return Err(e),
            Err(e) if e.exit_code() == 8 => return Err(e),
            Err(_) => {}
        }
        let last = self.fetch_home().await?.last_receipt;
        if let Some(m3) = last.filter(|m3| check_receipt(&self.operator, &body, m3).is_ok()) {
            return self.accept(&body, AnswerOk { m3, return_to: None }).map(Some);
        }
        self.state.outstanding = None;
        self.save()?;
        Ok(None)
    }
}

fn may_try(status: &protocol::phone::DeviceStatus, now: i64) -> Result<(), PhoneError> {
    if status.state == DeviceState::Locked {
        return Err(PhoneError::Locked);
    }
    if status.not_before > now {
        return Err(PhoneError::Wait { until: status.not_before });
    }
    Ok(())
}

fn wanted_match(waiting: &Waiting, given: Option<&str>) -> Result<String, PhoneError> {
    match given {
        _ if !waiting.request().wants_match => Ok(String::new()),
        Some(number) => Ok(number.to_owned()),
        None => Err(PhoneError::InputNeeded("match")),
    }
}

/// Seconds since 1970; only told, never judged by: the server's clock decides.
#[expect(clippy::disallowed_methods, reason = "a phone is outside the world and has a clock of its own")]
pub fn unix_now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs().cast_signed())
}
