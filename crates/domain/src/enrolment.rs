//! A person at a computer with an identity card: from "here is my number" to a token that the phone takes.
//!
//! An [`Enrolment`] is its [`Stage`]; a stage owns what it needs, so that what a card told is gone as soon as nobody needs it.

mod ended;

pub use ended::Ended;
pub use protocol::eid::Purpose;

use protocol::eid::Progress;
use protocol::oidc::attributes::Address;
use serde::{Deserialize, Serialize};

use crate::activation::Contact;
use crate::identity::Identity;
use crate::refusal::{Refusal, WaitReason};

/// An enrolment lives so long, from its start.
pub const TTL_SECONDS: i64 = 30 * 60;
/// A session of the card program and its code; also the time a program has from its claim to its proof.
pub const SESSION_SECONDS: i64 = 10 * 60;
pub const MAX_SESSIONS: i64 = 10;
/// The browser extension signs within this.
pub const WEB_NONCE_SECONDS: i64 = 5 * 60;
/// From the card's proof to the return in the browser that began.
pub const RETURN_SECONDS: i64 = 5 * 60;
pub const DIGITS_TRIES: i64 = 3;
/// Rule R17.
pub const TOKEN_SECONDS: i64 = 5 * 60;
pub const MAX_TOKENS: i64 = 10;
/// After a failed attempt the next one waits (rule R13).
pub const FAILED_WAIT_SECONDS: i64 = crate::activation::FAILED_WAIT_SECONDS;

/// The alphabet of tokens: 32 signs, none like another in print or by hand, and case counts.
pub const TOKEN_ALPHABET: &[u8; 32] = b"ABDEFGHJLMNQRTYabdefghmnrty23457";

/// What a card tells that an account needs only with the person's consent.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CardData {
    pub address: Option<Address>,
    /// base64url JPEG.
    pub photo: Option<String>,
}

/// What the card proved.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    pub identity: Identity,
    pub data: CardData,
}

/// Nobody has claimed the session yet.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiting {
    pub expires_at: i64,
    /// For the browser extension: what its nonce is made of, and until when.
    pub web_nonce: Option<(String, i64)>,
    /// Why the session before this one came to nothing.
    pub note: Option<Ended>,
}

/// A card program works on it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claimed {
    pub expires_at: i64,
    /// What nonce and challenge are made of; gone before the verdict.
    pub random: Option<String>,
    pub progress: Option<Progress>,
    pub left: Option<u8>,
}

/// The card was right; the browser that began must bring the secret back.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proven {
    pub proof: Proof,
    pub expires_at: i64,
    pub left: i64,
}

/// The token is on the screen.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    pub proof: Proof,
    pub generation: i64,
    pub expires_at: i64,
}

/// The card was read to block, and the account of the person it proved has stopped.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blocked {
    /// For a token, should the person want the account back now.
    pub proof: Proof,
    /// There was an account to block.
    pub account: bool,
}

/// A phone took the token.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taken {
    pub activation: String,
    /// What the phone calls itself.
    pub device: String,
    pub first_name: String,
    pub known: bool,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Waiting(Waiting),
    Claimed(Claimed),
    Proven(Box<Proven>),
    Token(Box<Shown>),
    Blocked(Box<Blocked>),
    Phone(Taken),
    Active(Taken),
    Ended { ended: Ended, until: Option<i64> },
}

impl Stage {
    /// The word in the row, and in `State.step`.
    pub fn word(&self) -> &'static str {
        match self {
            Stage::Waiting(_) => "waiting",
            Stage::Claimed(_) => "claimed",
            Stage::Proven(_) => "proven",
            Stage::Token(_) => "token",
            Stage::Blocked(_) => "blocked",
            Stage::Phone(_) => "phone",
            Stage::Active(_) => "active",
            Stage::Ended { .. } => "ended",
        }
    }
}

/// One enrolment of one browser.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enrolment {
    pub id: String,
    /// MAC of the secret in the browser's cookie.
    pub browser_mac: String,
    pub contact: Contact,
    pub lang: String,
    pub place: String,
    pub terms: String,
    /// What the card is read for.
    #[serde(default)]
    pub purpose: Purpose,
    pub expires_at: i64,
    /// How many sessions were opened; the current one is made of this number.
    pub sessions: i64,
    pub stage: Stage,
}

/// What a browser says when it begins.
pub struct Start {
    pub browser_mac: String,
    pub contact: Contact,
    pub lang: String,
    pub place: String,
    pub terms: String,
    pub purpose: Purpose,
}

impl Enrolment {
    pub fn start(id: String, start: Start, now: i64) -> Enrolment {
        let Start { browser_mac, contact, lang, place, terms, purpose } = start;
        let stage = Stage::Waiting(Waiting { expires_at: now + SESSION_SECONDS, web_nonce: None, note: None });
        let expires_at = now + TTL_SECONDS;
        Enrolment { id, browser_mac, contact, lang, place, terms, purpose, expires_at, sessions: 1, stage }
    }

    fn to(self, stage: Stage) -> Enrolment {
        Enrolment { stage, ..self }
    }

    fn alive(&self, now: i64) -> Result<(), Refusal> {
        if now >= self.expires_at { Err(Refusal::Expired) } else { Ok(()) }
    }

    /// Nothing comes of it any more.
    pub fn over(&self, now: i64) -> bool {
        matches!(self.stage, Stage::Ended { .. } | Stage::Active(_)) || now >= self.expires_at
    }

    /// A fresh session: the program stopped half-way, the card was not the right one, or the code is old.
    pub fn again(self, note: Option<Ended>, now: i64) -> Result<Enrolment, Refusal> {
        self.alive(now)?;
        match &self.stage {
            Stage::Ended { until: Some(until), .. } if now < *until => {
                return Err(Refusal::Wait { until: *until, reason: WaitReason::FailedAttempt });
            }
            Stage::Token(_) | Stage::Blocked(_) | Stage::Phone(_) | Stage::Active(_) => return Err(Refusal::WrongStep),
            Stage::Ended { ended, .. } if !ended.may_try_again() => return Err(Refusal::WrongStep),
            _ => {}
        }
        if self.sessions >= MAX_SESSIONS {
            return Err(Refusal::Wait { until: self.expires_at, reason: WaitReason::TooMany });
        }
        let stage = Stage::Waiting(Waiting { expires_at: now + SESSION_SECONDS, web_nonce: None, note });
        Ok(Enrolment { sessions: self.sessions + 1, stage, ..self })
    }

    /// A card program comes. The second one ends it: two programs on one session is no accident that we may guess about.
    pub fn claim(self, random: String, now: i64) -> Result<Enrolment, Refusal> {
        self.alive(now)?;
        match &self.stage {
            Stage::Waiting(w) if now < w.expires_at => {
                let expires_at = (now + SESSION_SECONDS).min(self.expires_at);
                Ok(self.to(Stage::Claimed(Claimed { expires_at, random: Some(random), progress: None, left: None })))
            }
            Stage::Claimed(_) => Ok(self.end(Ended::TwoPrograms, now)),
            _ => Err(Refusal::Expired),
        }
    }

    /// What the card program does now.
    pub fn progress(self, progress: Progress, left: Option<u8>, now: i64) -> Result<Enrolment, Refusal> {
        self.alive(now)?;
        match self.stage.clone() {
            Stage::Claimed(c) if now < c.expires_at => {
                Ok(self.to(Stage::Claimed(Claimed { progress: Some(progress), left, ..c })))
            }
            _ => Err(Refusal::Expired),
        }
    }

    /// A proof arrives: nonce and challenge are gone before anybody looks at it.
    pub fn take_nonce(self, now: i64) -> Result<(Enrolment, String), Refusal> {
        self.alive(now)?;
        match self.stage.clone() {
            Stage::Claimed(c) if now < c.expires_at => {
                let random = c.random.ok_or(Refusal::Expired)?;
                Ok((self.to(Stage::Claimed(Claimed { random: None, ..c })), random))
            }
            _ => Err(Refusal::Expired),
        }
    }

    /// The browser extension wants a nonce.
    pub fn web_nonce(self, random: String, now: i64) -> Result<Enrolment, Refusal> {
        self.alive(now)?;
        match self.stage.clone() {
            Stage::Waiting(w) => {
                Ok(self.to(Stage::Waiting(Waiting { web_nonce: Some((random, now + WEB_NONCE_SECONDS)), ..w })))
            }
            _ => Err(Refusal::WrongStep),
        }
    }

    /// As [`Enrolment::take_nonce`], for the browser extension.
    pub fn take_web_nonce(self, now: i64) -> Result<(Enrolment, String), Refusal> {
        self.alive(now)?;
        let Stage::Waiting(w) = self.stage.clone() else { return Err(Refusal::WrongStep) };
        let Some((random, until)) = w.web_nonce.clone() else { return Err(Refusal::Expired) };
        let next = self.to(Stage::Waiting(Waiting { web_nonce: None, ..w }));
        if now >= until { Err(Refusal::Expired) } else { Ok((next, random)) }
    }

    /// The card was right.
    pub fn proven(self, proof: Proof, now: i64) -> Result<Enrolment, Refusal> {
        let Stage::Claimed(_) = self.stage else { return Err(Refusal::WrongStep) };
        let back_by = now + RETURN_SECONDS;
        let stage = Stage::Proven(Box::new(Proven { proof, expires_at: back_by, left: DIGITS_TRIES }));
        Ok(Enrolment { expires_at: self.expires_at.max(back_by), stage, ..self })
    }

    /// The browser that began is the one that came back; or its own extension spoke (`proof`).
    pub fn returned(self, proof: Option<Proof>, now: i64) -> Result<Enrolment, Refusal> {
        let proof = match (self.stage.clone(), proof) {
            (Stage::Proven(p), _) if now >= p.expires_at => return Err(Refusal::Expired),
            (Stage::Proven(p), _) => p.proof,
            (Stage::Waiting(_), Some(proof)) => proof,
            _ => return Err(Refusal::WrongStep),
        };
        // Whoever got this far has time for the phone.
        let expires_at = self.expires_at.max(now + TTL_SECONDS / 2);
        let stage = match self.purpose {
            Purpose::Activate => first_token(proof, now),
            Purpose::Block => Stage::Blocked(Box::new(Blocked { proof, account: false })),
        };
        Ok(Enrolment { expires_at, stage, ..self })
    }

    /// What blocking found: an account of this person that stopped, or none.
    pub fn found(self, account: bool) -> Enrolment {
        match self.stage.clone() {
            Stage::Blocked(blocked) => self.to(Stage::Blocked(Box::new(Blocked { account, ..*blocked }))),
            _ => self,
        }
    }

    /// After blocking, the person wants the account back on a phone: the same proof becomes a token. `terms` are those that the
    /// button named.
    pub fn activates(self, terms: String, now: i64) -> Result<Enrolment, Refusal> {
        self.alive(now)?;
        let Stage::Blocked(mut blocked) = self.stage.clone() else { return Err(Refusal::WrongStep) };
        // The same person, in the same browser, says so now: what was blocked before does not stop it.
        blocked.proof.identity.proven_at = now;
        let expires_at = self.expires_at.max(now + TTL_SECONDS / 2);
        let stage = first_token(blocked.proof, now);
        Ok(Enrolment { purpose: Purpose::Activate, terms, expires_at, stage, ..self })
    }

    /// One try of the six digits; compare after this is stored. With the last try it has ended.
    pub fn take_digits_try(self, now: i64) -> Result<(Enrolment, i64), Refusal> {
        self.alive(now)?;
        let Stage::Proven(p) = self.stage.clone() else { return Err(Refusal::WrongStep) };
        if now >= p.expires_at {
            return Err(Refusal::Expired);
        }
        let left = p.left - 1;
        let next = self.to(Stage::Proven(Box::new(Proven { left, ..*p })));
        if left < 0 { Ok((next.end(Ended::DigitsExhausted, now), 0)) } else { Ok((next, left)) }
    }

    /// A new token in place of the one on the screen.
    pub fn new_token(self, now: i64) -> Result<Enrolment, Refusal> {
        self.alive(now)?;
        let Stage::Token(t) = self.stage.clone() else { return Err(Refusal::WrongStep) };
        if t.generation >= MAX_TOKENS {
            return Err(Refusal::Wait { until: self.expires_at, reason: WaitReason::TooMany });
        }
        let expires_at = now + TOKEN_SECONDS;
        Ok(self.to(Stage::Token(Box::new(Shown { generation: t.generation + 1, expires_at, ..*t }))))
    }

    /// A phone brought the token: what the card proved goes with it, and nothing of it stays here.
    /// `until` is when the phone's attempt ends: so long a "that is not my phone" must be heard.
    pub fn taken(
        self,
        activation: String,
        device: String,
        known: bool,
        until: i64,
    ) -> Result<(Enrolment, Proof), Refusal> {
        let Stage::Token(shown) = self.stage.clone() else { return Err(Refusal::WrongStep) };
        let first_name = shown.proof.identity.first_name().to_owned();
        let stage = Stage::Phone(Taken { activation, device, first_name, known });
        Ok((Enrolment { expires_at: self.expires_at.max(until + 60), stage, ..self }, shown.proof))
    }

    /// The phone is ready.
    pub fn active(self, activation: &str) -> Result<Enrolment, Refusal> {
        match self.stage.clone() {
            Stage::Phone(taken) if taken.activation == activation => Ok(self.to(Stage::Active(taken))),
            _ => Err(Refusal::WrongStep),
        }
    }

    /// Comes to nothing, with the wait it earns.
    pub fn end(self, ended: Ended, now: i64) -> Enrolment {
        let until = ended.earns_wait().then_some(now + FAILED_WAIT_SECONDS);
        self.to(Stage::Ended { ended, until })
    }

    /// Comes to nothing because this person's last attempt failed too recently.
    pub fn end_waiting(self, until: i64) -> Enrolment {
        self.to(Stage::Ended { ended: Ended::PersonWaits, until: Some(until) })
    }
}

fn first_token(proof: Proof, now: i64) -> Stage {
    Stage::Token(Box::new(Shown { proof, generation: 1, expires_at: now + TOKEN_SECONDS }))
}

/// A token from 30 random bits and more.
pub fn token(secret: &[u8; 32]) -> String {
    let sign = |b: &u8| TOKEN_ALPHABET.get(usize::from(b & 31)).copied().map_or('A', char::from);
    secret.iter().take(6).map(sign).collect()
}

#[cfg(test)]
mod tests;
