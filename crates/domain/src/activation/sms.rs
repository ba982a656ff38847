//! A control code on its way to a number: three tries each, three codes, pauses between.

use serde::{Deserialize, Serialize};

use super::{MAX_SMS, SMS_SECONDS, SMS_TRIES};
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
    pub(super) fn again(&self, code_mac: String, now: i64, until: i64) -> Result<SmsCode, Refusal> {
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
    pub(super) fn take(&self, now: i64) -> Result<SmsCode, Refusal> {
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
