//! A new number for an account: proven by SMS first, then approved with the code.

use serde::{Deserialize, Serialize};

use crate::activation::SmsCode;
use crate::number::MobileNumber;
use crate::refusal::Refusal;

/// Proving takes no longer.
pub const SECONDS: i64 = 15 * 60;
/// The holder of a number that another person proved has so long to say "it is mine".
pub const CLAIM_SECONDS: i64 = 72 * 3600;

/// A code is on its way to the new number.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proving {
    pub number: MobileNumber,
    pub sms: SmsCode,
    pub proven: bool,
    pub expires_at: i64,
}

impl Proving {
    pub fn start(number: MobileNumber, code_mac: String, now: i64) -> Proving {
        Proving { number, sms: SmsCode::first(code_mac, now), proven: false, expires_at: now + SECONDS }
    }

    /// The same number again is another SMS for the same proof; another number starts anew, with the SMS counted on.
    pub fn again(&self, number: MobileNumber, code_mac: String, now: i64) -> Result<Proving, Refusal> {
        let sms = self.sms.again(code_mac, now, self.expires_at)?;
        Ok(Proving { number, sms, proven: false, expires_at: self.expires_at })
    }

    /// One try less; compare only after this is stored.
    pub fn take_try(&self, now: i64) -> Result<Proving, Refusal> {
        if now >= self.expires_at {
            return Err(Refusal::Expired);
        }
        Ok(Proving { sms: self.sms.take(now)?, ..self.clone() })
    }

    /// It was right: the code is worth nothing more.
    pub fn proven(self) -> Proving {
        Proving { sms: SmsCode { left: 0, ..self.sms }, proven: true, ..self }
    }
}
