//! A person's account is being taken to a new phone: the old one, if it is alive, is asked. Its yes, with the code, vouches for
//! the new phone; its no ends the attempt; without either the account may only log in for a day.

use db::Tx;
use domain::account::LIMITED_SECONDS;
use domain::activation::{Activation, ChoosingCode, Known};
use domain::approval::{Approval, Asked, NewPhone, Start, State};
use store::{Sealer, StoreError};

use crate::{Failure, World, enrol_with_eid};

/// The old phone has so long to answer, and never longer than the attempt.
const ANSWER_SECONDS: i64 = 15 * 60;

/// The question, ready to be written with the event that causes it.
pub(crate) struct Ask {
    pub(crate) device: String,
    pub(crate) approval: Approval,
    request: Asked,
}

impl Ask {
    pub(crate) fn new(world: &World, activation: &Activation, account: &str, device: String, now: i64) -> Ask {
        let approval = Approval {
            start: Start::Number,
            uv: String::new(),
            id: world.id(domain::id::APPROVAL),
            device: Some(device.clone()),
            account: Some(account.to_owned()),
            partner: String::new(),
            match_number: String::new(),
            created_at: now,
            expires_at: (now + ANSWER_SECONDS).min(activation.expires_at),
            state: State::Waiting,
        };
        let request = Asked::NewPhone(NewPhone {
            activation: activation.id.clone(),
            device: activation.device_name.clone(),
            place: activation.place.clone(),
        });
        Ask { device, approval, request }
    }

    /// Not counted among the logins before this number's door: its key is the account.
    pub(crate) fn insert(&self, tx: &mut Tx<'_>, sealer: &Sealer) -> Result<(), StoreError> {
        let account = self.approval.account.as_deref().unwrap_or_default();
        store::approval::insert(tx, sealer, &self.approval, account.as_bytes(), "new-phone", &self.request)
    }
}

/// What the old phone said, as far as it said anything.
pub(crate) enum Word {
    /// Until when the account is limited; 0: the old phone vouched.
    GoOn { limited_until: i64 },
    /// "That is not me."
    Stop,
}

/// Part of the transaction that cuts the old phone off: a "no" that came a moment before still counts.
pub(crate) fn word(tx: &mut Tx<'_>, known: Option<&Known>, now: i64) -> Result<Word, StoreError> {
    let Some(known) = known else { return Ok(Word::GoOn { limited_until: 0 }) };
    let limited = Word::GoOn { limited_until: now + LIMITED_SECONDS };
    let Some(asked) = &known.asked else { return Ok(limited) };
    Ok(match store::approval::state(tx, asked)? {
        Some(State::Approved { .. }) => Word::GoOn { limited_until: 0 },
        Some(State::Rejected | State::Fraud) => Word::Stop,
        // Nothing but the old phone's word brought this one here.
        _ if known.by_old_phone => Word::Stop,
        _ => limited,
    })
}

/// The old phone said no, or the person at the computer: nothing is left to choose a code for.
pub(crate) async fn stopped_elsewhere(world: &World, choosing: &ChoosingCode, now: i64) -> Result<bool, Failure> {
    let by_phone = match &choosing.known {
        Some(known) => {
            let known = known.clone();
            let word = world.db.read("new_phone.word", move |tx| word(tx, Some(&known), now)).await?;
            matches!(word, Word::Stop)
        }
        None => false,
    };
    match &choosing.card {
        Some(card) if !by_phone => enrol_with_eid::is_stopped(world, &card.enrolment).await,
        _ => Ok(by_phone),
    }
}
