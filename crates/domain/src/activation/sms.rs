//! A control code on its way to a number: three tries each, three codes, pauses between.

use serde::{Deserialize, Serialize};

use super::{
    Activation, ChoosingCode, Ended, Known, MAX_SMS, SMS_SECONDS, SMS_TRIES, SmsCheck, Stage, TOKEN_TRIES, TokenCheck,
    TokenSms,
};
use crate::refusal::{Refusal, WaitReason};

/// Pause before the second and third SMS.
const RESEND_SECONDS: [i64; 2] = [30, 60];

/// A code that was sent, as its MAC.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsCode {
    pub code_mac: String,
    pub expires_at: i64,
    pub left: i64,
    pub sent: i64,
    pub resend_at: i64,
}

impl SmsCode {
    pub fn first(code_mac: String, now: i64) -> SmsCode {
        let [pause, _] = RESEND_SECONDS;
        SmsCode { code_mac, expires_at: now + SMS_SECONDS, left: SMS_TRIES, sent: 1, resend_at: now + pause }
    }

    /// Another code in place of this one. `until` is when the attempt ends.
    pub(crate) fn again(&self, code_mac: String, now: i64, until: i64) -> Result<SmsCode, Refusal> {
        if self.sent >= MAX_SMS {
            return Err(Refusal::Wait { until, reason: WaitReason::TooMany });
        }
        if now < self.resend_at {
            return Err(Refusal::Wait { until: self.resend_at, reason: WaitReason::Resend });
        }
        let [_, pause] = RESEND_SECONDS;
        let (expires_at, resend_at) = (now + SMS_SECONDS, now + pause);
        Ok(SmsCode { code_mac, expires_at, left: SMS_TRIES, sent: self.sent + 1, resend_at })
    }

    /// One try less.
    pub(crate) fn take(&self, now: i64) -> Result<SmsCode, Refusal> {
        if self.left <= 0 || now >= self.expires_at {
            return Err(Refusal::SmsWrong { left: 0 });
        }
        Ok(SmsCode { left: self.left - 1, ..self.clone() })
    }

    /// The last try of the last code was taken.
    pub(super) fn spent(&self) -> bool {
        self.left == 0 && self.sent >= MAX_SMS
    }
}

/// A try of an SMS code that was counted: what to compare with, and what is due when it is right.
pub struct SmsTry {
    pub code_mac: String,
    pub left: i64,
    before: Stage,
}

impl SmsTry {
    /// What the bank proved; `None` on the way with a token.
    pub fn check(&self) -> Option<&SmsCheck> {
        if let Stage::Sms(check) = &self.before { Some(check) } else { None }
    }
}

impl Activation {
    /// Another SMS; kills the code before it.
    pub fn resend(self, code_mac: String, now: i64) -> Result<Activation, Refusal> {
        self.alive(now)?;
        let until = self.expires_at;
        match self.stage.clone() {
            Stage::Sms(c) => {
                let sms = c.sms.again(code_mac, now, until)?;
                Ok(self.to(Stage::Sms(Box::new(SmsCheck { sms, ..*c }))))
            }
            Stage::TokenSms(t) => {
                let sms = t.sms.again(code_mac, now, until)?;
                let codes = self.one_more_code()?;
                Ok(Activation { codes, ..self.to(Stage::TokenSms(Box::new(TokenSms { sms, ..*t }))) })
            }
            _ => Err(Refusal::WrongStep),
        }
    }

    /// Takes one try of the SMS code and tells the MAC to compare with. With the last try of the last SMS the attempt is
    /// ended already; [`Activation::sms_proven`] on the one before revives nothing else.
    pub fn take_sms_try(self, now: i64) -> Result<(Activation, SmsTry), Refusal> {
        self.alive(now)?;
        let before = self.stage.clone();
        let (sms, stage) = match before.clone() {
            Stage::Sms(c) => {
                let sms = c.sms.take(now)?;
                (sms.clone(), Stage::Sms(Box::new(SmsCheck { sms, ..*c })))
            }
            Stage::TokenSms(t) => {
                let sms = t.sms.take(now)?;
                (sms.clone(), Stage::TokenSms(Box::new(TokenSms { sms, ..*t })))
            }
            _ => return Err(Refusal::WrongStep),
        };
        let next = if sms.spent() { self.end(Ended::SmsExhausted, now) } else { self.to(stage) };
        Ok((next, SmsTry { code_mac: sms.code_mac, left: sms.left, before }))
    }

    /// The code was right. `tried` is what [`Activation::take_sms_try`] gave; `known` counts on the way with a bank.
    pub fn sms_proven(self, tried: SmsTry, known: Option<Known>) -> Activation {
        match tried.before {
            Stage::Sms(c) => {
                let choosing = ChoosingCode { contact: c.contact, identity: c.identity, known, card: None };
                self.to(Stage::Code(Box::new(choosing)))
            }
            Stage::TokenSms(t) => self.to(Stage::Token(Box::new(TokenCheck { number: t.number, left: TOKEN_TRIES }))),
            other => self.to(other),
        }
    }
}
