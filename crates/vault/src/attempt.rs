//! An answer: count, then check, then sign the receipt.

use protocol::jose::{PublicKey, digest};
use protocol::phone::{
    Answer, Bio, Decision, DeviceState, DeviceStatus, Outcome, Receipt, Request, UV_BIO, UV_NONE, UV_PIN,
    UserVerification, Verified, pin,
};
use protocol::seal::Sealed;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use crate::keyring::Place;
use crate::row::PinRow;
use crate::{MAX_TRIES, Vault, VaultError, lock, row};

/// An answer as the web tier hands it over. `point` is the device's public key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Attempt {
    pub device: String,
    pub point: Vec<u8>,
    pub m1: String,
    pub m2: String,
    pub pin: Option<Sealed>,
    /// In place of `pin`, where M1 allows it.
    pub bio: Option<Bio>,
    /// Whether the number the person typed is the one the browser shows. A wrong number fails exactly like a wrong code.
    pub matched: bool,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// M3 and its digest.
    Accepted { m3: String, digest: String, dec: Decision },
    /// Code, number or proof was wrong; which one is not told. The attempt is counted.
    NotAccepted(DeviceStatus),
    /// Fingerprint or face did not prove this answer, or the number was wrong. Nothing is counted; the challenge is gone.
    BioRejected(DeviceStatus),
    /// Too early after the last wrong code; nothing was counted.
    Wait(DeviceStatus),
    /// Too many wrong codes; nothing was counted now.
    Locked(DeviceStatus),
}

/// Removes the mark of an answer being checked, whatever happens.
struct Checking<'a>(&'a Vault, String);

impl Drop for Checking<'_> {
    fn drop(&mut self) {
        lock(&self.0.checking).remove(&self.1);
    }
}

impl Vault {
    /// Counts, checks, signs.
    ///
    /// # Errors
    /// Nothing was counted: `Unknown`, `Malformed`, `Expired`, `OutOfStep`, `Busy`.
    pub async fn attempt(&self, attempt: Attempt, now: i64) -> Result<Verdict, VaultError> {
        self.attempt_read(attempt, None, now).await
    }

    /// As [`Vault::attempt`] for a caller in this very process that has verified M2 already: the signature of the same bytes by
    /// the same key is not checked twice.
    pub(crate) async fn attempt_read(
        &self,
        attempt: Attempt,
        answer: Option<Verified<Answer>>,
        now: i64,
    ) -> Result<Verdict, VaultError> {
        let (request, answer) = self.read(&attempt, answer)?;
        if request.payload.exp <= now {
            return Err(VaultError::Expired);
        }
        if !lock(&self.checking).insert(answer.digest.clone()) {
            return Err(VaultError::Busy);
        }
        let _checking = Checking(self, answer.digest.clone());
        match answer.payload.dec {
            Decision::Approve if answer.payload.uv == UV_BIO => self.approve_bio(attempt, &answer, now).await,
            Decision::Approve => self.approve(attempt, &answer, now).await,
            Decision::Reject | Decision::Fraud => self.refuse(attempt, &answer, now).await,
        }
    }

    /// Everything that can be refused without touching a counter: signatures, bindings, challenge.
    fn read(
        &self,
        attempt: &Attempt,
        answer: Option<Verified<Answer>>,
    ) -> Result<(Verified<Request>, Verified<Answer>), VaultError> {
        let bad = |_| VaultError::Malformed;
        let request = Request::verify(&attempt.m1, self.keys.rq.kid(), self.keys.rq.public()).map_err(bad)?;
        let key = PublicKey::from_point(&attempt.point).map_err(bad)?;
        // The web tier says which key is the device's; the device's name says whether that is so.
        if key.name("dev") != attempt.device {
            return Err(VaultError::Malformed);
        }
        let same = |answer: &Verified<Answer>| {
            answer.digest == digest(&attempt.m2) && Answer::device(&attempt.m2).is_ok_and(|id| id == attempt.device)
        };
        let answer = match answer.filter(same) {
            Some(answer) => answer,
            None => Answer::verify(&attempt.m2, &attempt.device, &key).map_err(bad)?,
        };
        let r = &request.payload;
        let expected = self.keys.challenge(&attempt.device, &r.rid, r.seq);
        // One proof, and the one that M2 speaks of.
        let fits =
            attempt.bio.is_some() == (answer.payload.uv == UV_BIO) && !(attempt.bio.is_some() && attempt.pin.is_some());
        let live = bool::from(expected.as_bytes().ct_eq(r.chal.as_bytes()));
        if r.dev != attempt.device || !live || !fits || !answer.payload.answers(&request) {
            return Err(VaultError::Malformed);
        }
        Ok((request, answer))
    }

    async fn approve(&self, attempt: Attempt, answer: &Verified<Answer>, now: i64) -> Result<Verdict, VaultError> {
        let sealed = attempt.pin.ok_or(VaultError::Malformed)?;
        // Sealed to a key that is not ours (any more): the operator's doing, which costs the citizen no try.
        if sealed.kid != self.keys.vs.kid() {
            return Err(VaultError::Malformed);
        }
        let (device, digest, seq) = (attempt.device.clone(), answer.digest.clone(), answer.payload.seq);
        let forgiven = lock(&self.forgiven).remove(&attempt.device).unwrap_or(-1);
        // Transaction 1, durable before anything is checked.
        let (writing, known, moment) = self.known.writing(&attempt.device);
        let take = move |tx: &mut db::Tx<'_>| {
            let _writing = &writing;
            row::take(tx, &device, seq, &digest, now, forgiven)
        };
        let taken = self.db.run("vault.take", take).await?;
        let Some(taken) = taken else {
            if forgiven >= 0 {
                lock(&self.forgiven).entry(attempt.device.clone()).or_insert(forgiven);
            }
            return self.explain(attempt.device, answer, now).await;
        };
        if let Some(row) = known.filter(|row| row.generation == taken.generation) {
            let row = PinRow {
                state: taken.state.clone(),
                seq,
                tries: taken.tries,
                not_before: taken.not_before,
                last_answer: answer.digest.clone(),
                ..row
            };
            self.known.put(row, moment);
        }
        let checked = self
            .keys
            .unwrap_verifier(&attempt.device, Place::Code { generation: taken.generation }, &taken.verifier)
            .and_then(|verifier| pin::check_proof(&self.keys.vs, &sealed, &answer.input_digest, &verifier));
        if checked.is_err() || !attempt.matched {
            return Ok(Verdict::NotAccepted(DeviceStatus {
                state: if taken.tries >= MAX_TRIES { DeviceState::Locked } else { DeviceState::Active },
                left: (MAX_TRIES - taken.tries).max(0),
                not_before: taken.not_before,
            }));
        }
        self.good_news(&attempt.device, seq, taken.tries).await?;
        self.receipt(answer, UV_PIN, taken.generation, taken.certificate, now)
    }

    /// After a first right code the row is put right within a second, together with others; after several wrong ones a lock
    /// or a wait may stand in the row, so it is put right before anybody is answered.
    async fn good_news(&self, device: &str, seq: i64, tries: i64) -> Result<(), VaultError> {
        if tries == 1 {
            lock(&self.forgiven).insert(device.to_owned(), seq);
            return Ok(());
        }
        let (writing, ..) = self.known.writing(device);
        let device = device.to_owned();
        let forgive = move |tx: &mut db::Tx<'_>| {
            let _writing = &writing;
            row::forgive(tx, &device, seq)
        };
        self.db.run("vault.forgive", forgive).await?;
        Ok(())
    }

    async fn refuse(&self, attempt: Attempt, answer: &Verified<Answer>, now: i64) -> Result<Verdict, VaultError> {
        let (device, digest, seq) = (attempt.device.clone(), answer.digest.clone(), answer.payload.seq);
        let fresh = lock(&self.forgiven).remove(&attempt.device);
        let (writing, ..) = self.known.writing(&attempt.device);
        let stepped = self
            .db
            .run("vault.step", move |tx| {
                let _writing = &writing;
                if let Some(right) = fresh {
                    row::forgive(tx, &device, right)?;
                }
                match row::step(tx, &device, seq, &digest)? {
                    // The same refusal again, because its receipt was lost: there is no code in it to protect.
                    None => row::stepped(tx, &device, seq, &digest),
                    stepped => Ok(stepped),
                }
            })
            .await?;
        match stepped {
            Some((generation, certificate)) => self.receipt(answer, UV_NONE, generation, certificate, now),
            None => self.explain(attempt.device, answer, now).await,
        }
    }

    /// The row did not move: says why, without counting anything.
    pub(crate) async fn explain(
        &self,
        device: String,
        answer: &Verified<Answer>,
        now: i64,
    ) -> Result<Verdict, VaultError> {
        let (seq, digest) = (answer.payload.seq, answer.digest.clone());
        let read = move |tx: &mut db::Tx<'_>| {
            let proved = row::bio::find(tx, &device)?.is_some_and(|bio| bio.last_answer == digest);
            Ok::<_, db::DbError>((row::find(tx, &device)?, row::stepped(tx, &device, seq, &digest)?, proved))
        };
        let (row, stepped, proved) = self.db.read("vault.explain", read).await?;
        let row = row.ok_or(VaultError::Unknown)?;
        let status = self.status_of(&row);
        if row.last_answer == answer.digest && answer.payload.uv == UV_BIO {
            return match stepped {
                Some((generation, certificate)) if proved => self.receipt(answer, UV_BIO, generation, certificate, now),
                _ => Ok(Verdict::BioRejected(status)),
            };
        }
        if row.last_answer == answer.digest {
            // The same answer again. Counting sets `tries` above zero and only a right code takes it back: this one was right,
            // but nobody recorded its receipt yet.
            return match stepped {
                Some((generation, certificate)) if status.left == MAX_TRIES => {
                    self.receipt(answer, UV_PIN, generation, certificate, now)
                }
                _ => Ok(Verdict::NotAccepted(status)),
            };
        }
        if row.seq != answer.payload.seq - 1 {
            return Err(VaultError::OutOfStep { seq: row.seq });
        }
        if status.state == DeviceState::Locked || status.left == 0 {
            return Ok(Verdict::Locked(DeviceStatus { state: DeviceState::Locked, left: 0, ..status }));
        }
        // What is left are the waits and the day's and month's caps: tomorrow is soon enough to try again.
        let not_before = if status.not_before > now { status.not_before } else { (now / 86_400 + 1) * 86_400 };
        Ok(Verdict::Wait(DeviceStatus { not_before, ..status }))
    }

    pub(crate) fn receipt(
        &self,
        answer: &Verified<Answer>,
        method: &str,
        generation: i64,
        dc: String,
        now: i64,
    ) -> Result<Verdict, VaultError> {
        let a = &answer.payload;
        let receipt = Receipt {
            v: 1,
            rid: a.rid.clone(),
            rq: a.rq.clone(),
            apr: answer.digest.clone(),
            dec: a.dec,
            res: match a.dec {
                Decision::Approve => Outcome::Ok,
                Decision::Reject => Outcome::Rejected,
                Decision::Fraud => Outcome::Fraud,
            },
            uv: UserVerification { m: method.into(), generation },
            dc,
            seq: a.seq,
            prev: a.prev.clone(),
            ts: now,
        };
        let m3 = receipt.sign(&self.keys.rc).map_err(|_| VaultError::Malformed)?;
        Ok(Verdict::Accepted { digest: digest(&m3), m3, dec: a.dec })
    }
}
