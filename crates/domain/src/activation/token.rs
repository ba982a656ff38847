//! The way with an identity card: the card was read at a computer, and an identification token joins it to this phone.
//! The SMS comes first, so that a token tells nothing to whoever does not hold the number.

use serde::{Deserialize, Serialize};

use super::{Activation, ChoosingCode, Ended, SmsCode, Stage};
use crate::number::MobileNumber;
use crate::refusal::{Refusal, WaitReason};

/// Codes one attempt may ask for, sent or not.
const MAX_CODES: i64 = 5;
/// Whoever brought the right token has this long to choose a code.
const CHOOSE_SECONDS: i64 = 15 * 60;
/// Wrong tokens one attempt may bring.
pub const TOKEN_TRIES: i64 = 5;

/// A code is on its way, if an enrolment waits for this number; if none does, nobody can tell.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenSms {
    pub number: MobileNumber,
    pub sms: SmsCode,
}

/// The number is proven; the token is asked.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenCheck {
    pub number: MobileNumber,
    pub left: i64,
}

impl Activation {
    /// The person holds a token: a code leaves, or seems to.
    pub fn with_token(self, code_mac: String, now: i64) -> Result<Activation, Refusal> {
        self.alive(now)?;
        let number = match &self.stage {
            Stage::Email { number } => number.clone(),
            Stage::Bank { contact } => contact.number.clone(),
            Stage::HandOver(h) if h.returned.is_none() => h.contact.number.clone(),
            _ => return Err(Refusal::WrongStep),
        };
        let codes = self.one_more_code()?;
        let asked = TokenSms { number, sms: SmsCode::first(code_mac, now) };
        Ok(Activation { codes, ..self.to(Stage::TokenSms(Box::new(asked))) })
    }

    /// Codes are counted over all numbers of one attempt: typing another number and back gives nobody more tries.
    pub(super) fn one_more_code(&self) -> Result<i64, Refusal> {
        if self.codes >= MAX_CODES {
            return Err(Refusal::Wait { until: self.expires_at, reason: WaitReason::TooMany });
        }
        Ok(self.codes + 1)
    }

    /// The number that asks for a token, where one is due.
    pub fn token_number(&self) -> Option<&MobileNumber> {
        match &self.stage {
            Stage::Email { number } => Some(number),
            Stage::Bank { contact } => Some(&contact.number),
            Stage::HandOver(h) if h.returned.is_none() => Some(&h.contact.number),
            Stage::TokenSms(t) => Some(&t.number),
            Stage::Token(t) => Some(&t.number),
            _ => None,
        }
    }

    /// Takes one try of the token. With the last one the attempt is ended already; [`Activation::token_proven`] revives it.
    pub fn take_token_try(self, now: i64) -> Result<(Activation, TokenCheck), Refusal> {
        self.alive(now)?;
        let Stage::Token(check) = self.stage.clone() else { return Err(Refusal::WrongStep) };
        let taken = TokenCheck { left: check.left - 1, ..*check };
        let spent = taken.left <= 0;
        let next =
            if spent { self.end(Ended::TokenExhausted, now) } else { self.to(Stage::Token(Box::new(taken.clone()))) };
        Ok((next, taken))
    }

    /// The token was right: what the card proved is this phone's.
    pub fn token_proven(self, choosing: ChoosingCode, now: i64) -> Activation {
        let expires_at = self.with_time_to_choose(now);
        Activation { expires_at, ..self.to(Stage::Code(Box::new(choosing))) }
    }

    /// Until when the attempt lives once the token is right.
    pub fn with_time_to_choose(&self, now: i64) -> i64 {
        self.expires_at.max(now + CHOOSE_SECONDS)
    }
}
