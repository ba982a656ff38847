//! From "I want this" to a phone that can act: number, e-mail, bank, SMS, code, in this order and no other.
//!
//! An [`Activation`] is its [`Stage`]; what a stage needs lives in that stage. Transitions consume the activation and give
//! the next one; a [`Refusal`] leaves the stored one as it was. Tries are taken in a transition of their own before anything
//! is compared, so that the count is on disk first.

mod device_name;
mod ended;
mod sms;
mod token;
mod vouch;

pub use device_name::device_name;
pub use ended::Ended;
pub use sms::{SmsCode, SmsTry};
pub use token::{TOKEN_TRIES, TokenCheck, TokenSms};

use protocol::jose::Jwk;
use serde::{Deserialize, Serialize};

use crate::account::email_holds;
use crate::identity::{Identity, Unfit};
use crate::number::MobileNumber;
use crate::refusal::{Refusal, WaitReason};

/// An attempt lives so long, from its start.
pub const TTL_SECONDS: i64 = 30 * 60;
/// After a failed attempt the next one waits (rule R13).
pub const FAILED_WAIT_SECONDS: i64 = 20 * 60;
/// The bank's page is open so long.
pub const HANDOVER_SECONDS: i64 = 10 * 60;
pub const MAX_HANDOVERS: i64 = 5;
pub const RETURN_TRIES: i64 = 5;
pub const SMS_SECONDS: i64 = 5 * 60;
pub const SMS_TRIES: i64 = 3;
pub const MAX_SMS: i64 = 3;

/// How to reach the person: proven (number) or said (e-mail, optional, rule R19).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    pub number: MobileNumber,
    pub email: Option<String>,
}

/// At the bank, or back from it with `returned`.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandOver {
    pub contact: Contact,
    pub bank: String,
    pub url: String,
    pub expires_at: i64,
    /// What the connector needs to finish; opaque here.
    pub pending: String,
    pub returned: Option<Return>,
}

/// The bank has confirmed; the phone must still show that it was this phone that sent the person there.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Return {
    pub identity: Identity,
    /// MACs of the long proof and of the six digits.
    pub proof_mac: String,
    pub typed_mac: String,
    pub left: i64,
}

/// A code is on its way to the number.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsCheck {
    pub contact: Contact,
    pub identity: Identity,
    pub sms: SmsCode,
    /// The person whom the bank proved has an account.
    #[serde(default)]
    pub known: bool,
}

/// Number and identity are proven; the person chooses a code.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChoosingCode {
    pub contact: Contact,
    pub identity: Identity,
    /// This person has an account: finishing moves it to this phone.
    pub known: Option<Known>,
    /// What a card told besides, and the enrolment it came from.
    pub card: Option<FromCard>,
}

/// The account that a person has already.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    pub account: String,
    /// The request to the old phone, if there is one that can answer.
    pub asked: Option<String>,
    /// The old phone scanned this one: nothing else proves it.
    #[serde(default)]
    pub by_old_phone: bool,
}

/// An enrolment with a card that led here.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FromCard {
    pub enrolment: String,
    pub data: crate::enrolment::CardData,
}

/// Whose attempt ended: what the wait is kept for.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Whom {
    pub number: MobileNumber,
    pub national_number: Option<String>,
}

impl Stage {
    fn whom(&self) -> Option<Box<Whom>> {
        let (contact, identity) = match self {
            Stage::HandOver(h) => (&h.contact, h.returned.as_ref().map(|r| &r.identity)),
            Stage::Sms(s) => (&s.contact, Some(&s.identity)),
            Stage::Code(c) => (&c.contact, Some(&c.identity)),
            Stage::TokenSms(t) => return Some(Box::new(Whom { number: t.number.clone(), national_number: None })),
            Stage::Token(t) => return Some(Box::new(Whom { number: t.number.clone(), national_number: None })),
            _ => return None,
        };
        let national_number = identity.and_then(|i| i.attributes.national_number.clone());
        Some(Box::new(Whom { number: contact.number.clone(), national_number }))
    }
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Number,
    Email {
        number: MobileNumber,
    },
    /// An old phone is asked to vouch for this one.
    Vouch,
    Bank {
        contact: Contact,
    },
    HandOver(Box<HandOver>),
    Sms(Box<SmsCheck>),
    TokenSms(Box<TokenSms>),
    Token(Box<TokenCheck>),
    Code(Box<ChoosingCode>),
    Active {
        account: String,
        first_name: String,
        certificate: String,
    },
    Refused {
        ended: Ended,
        until: Option<i64>,
        whom: Option<Box<Whom>>,
    },
}

impl Stage {
    /// The word in the row's `stage` column.
    pub fn word(&self) -> &'static str {
        match self {
            Stage::Number => "number",
            Stage::Email { .. } => "email",
            Stage::Vouch => "vouch",
            Stage::Bank { .. } => "bank",
            Stage::HandOver(_) => "handover",
            Stage::Sms(_) => "sms",
            Stage::TokenSms(_) => "token_sms",
            Stage::Token(_) => "token",
            Stage::Code(_) => "code",
            Stage::Active { .. } => "active",
            Stage::Refused { .. } => "refused",
        }
    }
}

/// The last command that changed something, so that sending it twice counts once.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastCommand {
    pub jti: String,
    pub refusal: Option<Refusal>,
}

/// One attempt of one phone.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Activation {
    pub id: String,
    pub device: String,
    pub jwk: Jwk,
    pub lang: String,
    pub terms: String,
    pub device_name: String,
    /// Network the attempt was started from: waits are kept per number *and* place, so that a stranger elsewhere cannot
    /// make anybody wait.
    pub place: String,
    pub started_at: i64,
    pub expires_at: i64,
    pub handovers: i64,
    /// SMS codes asked for on the way with a card.
    #[serde(default)]
    pub codes: i64,
    pub last: Option<LastCommand>,
    pub stage: Stage,
}

/// What a phone says when it begins.
pub struct Start {
    pub device: String,
    pub jwk: Jwk,
    pub lang: String,
    pub terms: String,
    pub device_name: String,
    pub place: String,
}

impl Activation {
    pub fn start(id: String, start: Start, now: i64) -> Activation {
        let Start { device, jwk, lang, terms, device_name, place } = start;
        Activation {
            id,
            device,
            jwk,
            lang,
            terms,
            device_name,
            place,
            started_at: now,
            expires_at: now + TTL_SECONDS,
            handovers: 0,
            codes: 0,
            last: None,
            stage: Stage::Number,
        }
    }

    /// Nothing more can come of it: the phone may start anew.
    pub fn over(&self, now: i64) -> bool {
        matches!(self.stage, Stage::Refused { .. })
            || (now >= self.expires_at && !matches!(self.stage, Stage::Active { .. }))
    }

    fn to(self, stage: Stage) -> Activation {
        Activation { stage, ..self }
    }

    fn alive(&self, now: i64) -> Result<(), Refusal> {
        if now >= self.expires_at { Err(Refusal::Expired) } else { Ok(()) }
    }

    /// A number; may be given again until the bank has confirmed.
    pub fn number(self, number: MobileNumber, now: i64) -> Result<Activation, Refusal> {
        self.alive(now)?;
        match &self.stage {
            Stage::Number | Stage::Email { .. } | Stage::Vouch | Stage::Bank { .. } => {
                Ok(self.to(Stage::Email { number }))
            }
            Stage::HandOver(h) if h.returned.is_none() => Ok(self.to(Stage::Email { number })),
            // A slip in the number: no code will come, so let it be mended.
            Stage::TokenSms(t) if t.sms.sent < MAX_SMS && t.number != number => Ok(self.to(Stage::Email { number })),
            _ => Err(Refusal::WrongStep),
        }
    }

    /// An address, or none (rule R19).
    pub fn email(self, email: Option<String>, now: i64) -> Result<Activation, Refusal> {
        self.alive(now)?;
        let email = email.map(|e| e.trim().to_owned());
        if email.as_deref().is_some_and(|e| !email_holds(e)) {
            return Err(Refusal::EmailInvalid);
        }
        let number = match &self.stage {
            Stage::Email { number } => number.clone(),
            Stage::Bank { contact } => contact.number.clone(),
            Stage::HandOver(h) if h.returned.is_none() => h.contact.number.clone(),
            _ => return Err(Refusal::WrongStep),
        };
        Ok(self.to(Stage::Bank { contact: Contact { number, email } }))
    }

    /// Who is asked, and how to reach the person: what the bank is told. Whoever was not asked for an address, or did not
    /// answer, has none (who comes back keeps the old one).
    pub fn contact_for_bank(&self, now: i64) -> Result<Contact, Refusal> {
        self.alive(now)?;
        match &self.stage {
            _ if self.handovers >= MAX_HANDOVERS => {
                Err(Refusal::Wait { until: self.expires_at, reason: WaitReason::TooMany })
            }
            Stage::Email { number } => Ok(Contact { number: number.clone(), email: None }),
            Stage::Bank { contact } => Ok(contact.clone()),
            Stage::HandOver(h) if h.returned.is_none() => Ok(h.contact.clone()),
            _ => Err(Refusal::WrongStep),
        }
    }

    /// The bank took the request: the person goes there now.
    pub fn hand_over(self, bank: String, url: String, pending: String, now: i64) -> Result<Activation, Refusal> {
        let contact = self.contact_for_bank(now)?;
        let expires_at = (now + HANDOVER_SECONDS).min(self.expires_at);
        let handovers = self.handovers + 1;
        let stage = Stage::HandOver(Box::new(HandOver { contact, bank, url, expires_at, pending, returned: None }));
        Ok(Activation { handovers, ..self.to(stage) })
    }

    /// The bank sent the person back without confirming (they changed their mind): choose again.
    pub fn bank_cancelled(self) -> Result<Activation, Refusal> {
        match self.stage.clone() {
            Stage::HandOver(h) if h.returned.is_none() => Ok(self.to(Stage::Bank { contact: h.contact })),
            _ => Err(Refusal::WrongStep),
        }
    }

    /// The bank confirmed an identity that was judged: `Err` ends the attempt.
    pub fn bank_confirmed(self, back: Return, judged: Result<(), Unfit>, now: i64) -> Result<Activation, Refusal> {
        self.alive(now)?;
        match (self.stage.clone(), judged) {
            (Stage::HandOver(h), _) if h.returned.is_some() => Err(Refusal::WrongStep),
            (Stage::HandOver(h), Ok(())) => {
                Ok(self.to(Stage::HandOver(Box::new(HandOver { returned: Some(back), ..*h }))))
            }
            (Stage::HandOver(_), Err(unfit)) => Ok(self.end(
                match unfit {
                    Unfit::TooYoung => Ended::TooYoung,
                    Unfit::Outdated => Ended::BankDataOutdated,
                    Unfit::Implausible => Ended::BankRefused,
                },
                now,
            )),
            _ => Err(Refusal::WrongStep),
        }
    }

    /// Ends the attempt, with the wait it earns.
    pub fn end(self, ended: Ended, now: i64) -> Activation {
        let until = ended.earns_wait().then_some(now + FAILED_WAIT_SECONDS);
        let whom = self.stage.whom();
        self.to(Stage::Refused { ended, until, whom })
    }

    /// Ends the attempt; another may do better at `until`.
    pub fn end_until(self, ended: Ended, until: i64) -> Activation {
        self.to(Stage::Refused { ended, until: Some(until), whom: None })
    }

    /// Ends the attempt because an earlier one failed too recently.
    pub fn end_waiting(self, until: i64) -> Activation {
        self.to(Stage::Refused { ended: Ended::Wait, until: Some(until), whom: None })
    }

    /// Takes one try at joining the return to this phone. Compare `proof_mac`/`typed_mac` only after this is stored.
    pub fn take_return_try(self, now: i64) -> Result<(Activation, Return), Refusal> {
        self.alive(now)?;
        let Stage::HandOver(mut h) = self.stage.clone() else { return Err(Refusal::WrongStep) };
        let Some(back) = h.returned.as_mut() else { return Err(Refusal::WrongStep) };
        back.left -= 1;
        let taken = back.clone();
        let next = if taken.left < 0 { self.end(Ended::ReturnExhausted, now) } else { self.to(Stage::HandOver(h)) };
        Ok((next, taken))
    }

    /// The return was joined: an SMS leaves for the number. `known`: the person has an account.
    pub fn joined(self, code_mac: String, known: bool, now: i64) -> Result<Activation, Refusal> {
        let Stage::HandOver(h) = self.stage.clone() else { return Err(Refusal::WrongStep) };
        let Some(back) = h.returned else { return Err(Refusal::WrongStep) };
        let sms = SmsCode::first(code_mac, now);
        let check = SmsCheck { contact: h.contact, identity: back.identity, sms, known };
        Ok(self.to(Stage::Sms(Box::new(check))))
    }

    pub fn choosing(&self, now: i64) -> Result<&ChoosingCode, Refusal> {
        self.alive(now)?;
        match &self.stage {
            Stage::Code(choosing) => Ok(choosing),
            _ => Err(Refusal::WrongStep),
        }
    }

    /// The code is in the vault and the account stands.
    pub fn finish(self, account: String, certificate: String) -> Result<Activation, Refusal> {
        let Stage::Code(choosing) = &self.stage else { return Err(Refusal::WrongStep) };
        let first_name = choosing.identity.first_name().to_owned();
        Ok(self.to(Stage::Active { account, first_name, certificate }))
    }
}
