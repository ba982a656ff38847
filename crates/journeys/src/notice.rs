//! Messages to citizens, in their language; never with a link.

use db::Tx;
use domain::account::Profile;
use domain::number::MobileNumber;
use store::outbox::{Envelope, Message};
use store::{Sealer, StoreError, outbox};
use words::Lang;

use crate::{Failure, World};

/// An SMS code is worthless after this.
const CODE_SECONDS: i64 = 300;
/// Any other message is tried for a day.
const NOTICE_SECONDS: i64 = 86_400;

/// A message ready to be written with the event that causes it.
pub(crate) struct Notice {
    id: String,
    kind: &'static str,
    pub(crate) recipient: Vec<u8>,
    seconds: i64,
    message: Message,
    /// Over the daily limit it silently stays away: a stranger must not learn that it would have left.
    pub(crate) quiet: bool,
}

impl Notice {
    pub(crate) fn insert(&self, tx: &mut Tx<'_>, sealer: &Sealer, now: i64) -> Result<(), StoreError> {
        let envelope =
            Envelope { id: &self.id, kind: self.kind, recipient: &self.recipient, now, expires_at: now + self.seconds };
        outbox::insert(tx, sealer, envelope, &self.message)
    }
}

fn lang(code: &str) -> Lang {
    Lang::parse(code).unwrap_or(Lang::Nl)
}

/// The control code; the last line lets the phone fill it in by itself (origin-bound one-time codes).
pub(crate) fn sms_code(world: &World, code_lang: &str, number: &MobileNumber, code: &str) -> Result<Notice, Failure> {
    let lang = lang(code_lang);
    let host = world.settings.app.split("://").nth(1).unwrap_or_default();
    let text = words::fill(lang, "sms.code", &[("code", code), ("name", &world.settings.name)]);
    Ok(Notice {
        id: world.id("msg"),
        kind: "sms",
        recipient: world.keys.number_hash(number.e164()),
        seconds: CODE_SECONDS,
        message: Message { to: number.e164().to_owned(), subject: None, text: format!("{text}\n\n@{host} #{code}") },
        quiet: false,
    })
}

/// The control code on the way with a card, which a stranger may ask for: limited per number *and* network, so that nobody
/// uses up what the person may get where they are.
pub(crate) fn token_sms(
    world: &World,
    code_lang: &str,
    number: &MobileNumber,
    place: &str,
    code: &str,
) -> Result<Notice, Failure> {
    let recipient = token_sms_recipient(world, number, place);
    Ok(Notice { recipient, quiet: true, ..sms_code(world, code_lang, number, code)? })
}

pub(crate) fn token_sms_recipient(world: &World, number: &MobileNumber, place: &str) -> Vec<u8> {
    world.keys.waiting_key(number.e164(), place)
}

/// "Your account is active on a phone": to the mail address, if there is one.
pub(crate) fn activated(world: &World, code_lang: &str, profile: &Profile) -> Result<Vec<Notice>, Failure> {
    let lang = lang(code_lang);
    let Some(email) = &profile.email else { return Ok(Vec::new()) };
    let values = [("name", world.settings.name.as_str()), ("first_name", profile.first_name())];
    Ok(vec![Notice {
        id: world.id("msg"),
        kind: "mail",
        recipient: world.keys.number_hash(email),
        seconds: NOTICE_SECONDS,
        message: Message {
            to: email.clone(),
            subject: Some(words::fill(lang, "mail.activated.subject", &values)),
            text: words::fill(lang, "mail.activated.text", &values),
        },
        quiet: false,
    }])
}

/// Number and mail address this person had before the activation hear that a new phone took over, also when they are the same:
/// whoever holds the old phone must know.
pub(crate) fn previous(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    account: &str,
    new_lang: &str,
    now: i64,
) -> Result<(), StoreError> {
    let Some(old) = store::account::find(tx, sealer, account)? else { return Ok(()) };
    let lang = lang(new_lang);
    let text = words::t(lang, "sms.new_phone").to_owned();
    let mut tell = |kind: &'static str, to: String, subject: Option<String>| {
        let id = format!("msg_new_phone_{kind}_{account}_{now}");
        let envelope = Envelope { id: &id, kind, recipient: account.as_bytes(), now, expires_at: now + NOTICE_SECONDS };
        outbox::insert(tx, sealer, envelope, &Message { to, subject, text: text.clone() })
    };
    if let Some(email) = old.profile.email {
        tell("mail", email, Some(words::t(lang, "mail.new_phone.subject").to_owned()))?;
    }
    tell("sms", old.profile.number.e164().to_owned(), None)
}
