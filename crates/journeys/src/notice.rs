//! Messages to citizens, in their language; never with a link. That one was written, and what it was, stands in `told`.

use db::Tx;
use domain::account::Profile;
use domain::number::MobileNumber;
use store::account::AccountRow;
use store::outbox::{Envelope, Message};
use store::{Sealer, StoreError, outbox, told};
use words::Lang;

use crate::{Failure, World, written_code};

/// An SMS code is worthless after this.
const CODE_SECONDS: i64 = 300;
/// Any other message is tried for a day.
const NOTICE_SECONDS: i64 = 86_400;
/// A stop holds three days (docs/life.md §5).
const STOP_SECONDS: i64 = 72 * 3600;

/// A message ready to be written with the event that causes it.
#[derive(Clone)]
pub(crate) struct Notice {
    id: String,
    kind: &'static str,
    /// What the daily limit counts.
    pub(crate) recipient: Vec<u8>,
    /// HMAC of number or address, whatever the limit counts.
    contact: Vec<u8>,
    account: Option<String>,
    /// The word in `told`, and in texts `app.told.<what>`.
    what: &'static str,
    seconds: i64,
    message: Message,
    /// Over the daily limit it silently stays away: a stranger must not learn that it would have left.
    pub(crate) quiet: bool,
}

impl Notice {
    pub(crate) fn insert(&self, tx: &mut Tx<'_>, sealer: &Sealer, now: i64) -> Result<(), StoreError> {
        let envelope =
            Envelope { id: &self.id, kind: self.kind, recipient: &self.recipient, now, expires_at: now + self.seconds };
        outbox::insert(tx, sealer, envelope, &self.message)?;
        let line = told::Line {
            id: &self.id,
            recipient: &self.contact,
            account: self.account.as_deref(),
            kind: self.kind,
            what: self.what,
            at: now,
        };
        told::insert(tx, line)
    }

    fn sms(world: &World, number: &MobileNumber, what: &'static str, text: String) -> Notice {
        let contact = world.keys.number_hash(number.e164());
        Notice {
            id: world.id("msg"),
            kind: "sms",
            recipient: contact.clone(),
            contact,
            account: None,
            what,
            seconds: NOTICE_SECONDS,
            message: Message { to: number.e164().to_owned(), subject: None, text },
            quiet: false,
        }
    }

    fn mail(world: &World, address: &str, what: &'static str, subject: String, text: String) -> Notice {
        let contact = world.keys.number_hash(address);
        Notice {
            id: world.id("msg"),
            kind: "mail",
            recipient: contact.clone(),
            contact,
            account: None,
            what,
            seconds: NOTICE_SECONDS,
            message: Message { to: address.to_owned(), subject: Some(subject), text },
            quiet: false,
        }
    }

    fn of(self, account: &str) -> Notice {
        // Notices are not counted among the codes that a day allows.
        Notice { account: Some(account.to_owned()), recipient: account.as_bytes().to_vec(), ..self }
    }
}

/// A notice to all contacts an account had, with the code that stops what it tells.
#[derive(Clone)]
pub(crate) struct WithStop {
    notices: Vec<Notice>,
    /// None: it is told, and cannot be stopped.
    mac: Option<String>,
    account: String,
    what: &'static str,
    /// `domain` of the document behind the event, `""` where there is none.
    document: String,
}

impl WithStop {
    /// The same news without a code: these contacts may be those of whom the person stopped.
    pub(crate) fn without_code(self, world: &World, row: &AccountRow) -> WithStop {
        let lang = lang(&row.lang);
        let values = [("name", world.settings.name.as_str())];
        let text = words::fill(lang, "sms.new_phone_after_stop", &values);
        let subject = words::fill(lang, "mail.new_phone.subject", &values);
        WithStop { notices: to_contacts(world, row, self.what, &text, &subject), mac: None, ..self }
    }

    pub(crate) fn insert(&self, tx: &mut Tx<'_>, sealer: &Sealer, now: i64) -> Result<(), StoreError> {
        if self.notices.is_empty() {
            return Ok(());
        }
        if let Some(mac) = &self.mac {
            store::stop::insert(tx, mac, &self.account, self.what, &self.document, now + STOP_SECONDS)?;
        }
        self.notices.iter().try_for_each(|notice| notice.insert(tx, sealer, now))
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
    let notice = Notice::sms(world, number, "code", format!("{text}\n\n@{host} #{code}"));
    Ok(Notice { seconds: CODE_SECONDS, ..notice })
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
pub(crate) fn activated(
    world: &World,
    code_lang: &str,
    account: &str,
    profile: &Profile,
) -> Result<Vec<Notice>, Failure> {
    let lang = lang(code_lang);
    let Some(email) = &profile.email else { return Ok(Vec::new()) };
    let values = [("name", world.settings.name.as_str()), ("first_name", profile.first_name())];
    let subject = words::fill(lang, "mail.activated.subject", &values);
    let text = words::fill(lang, "mail.activated.text", &values);
    Ok(vec![Notice::mail(world, email, "activated", subject, text).of(account)])
}

/// The same words by SMS and mail, to the contacts that the account has now.
fn to_contacts(world: &World, row: &AccountRow, what: &'static str, text: &str, subject: &str) -> Vec<Notice> {
    let profile = &row.profile;
    let sms = (!row.number_lost).then(|| Notice::sms(world, &profile.number, what, text.to_owned()).of(&row.id));
    let mail = profile.email.as_ref();
    let mail = mail.map(|to| Notice::mail(world, to, what, subject.to_owned(), text.to_owned()).of(&row.id));
    sms.into_iter().chain(mail).collect()
}

/// "Your account is blocked."
pub(crate) fn blocked(world: &World, row: &AccountRow) -> Vec<Notice> {
    let lang = lang(&row.lang);
    let when = world.settings.local_time(world.now());
    let values = [("name", world.settings.name.as_str()), ("when", when.as_str())];
    let text = words::fill(lang, "sms.blocked", &values);
    to_contacts(world, row, "blocked", &text, &words::fill(lang, "mail.blocked.subject", &values))
}

/// "Your account is closed."
pub(crate) fn closed(world: &World, row: &AccountRow) -> Vec<Notice> {
    let lang = lang(&row.lang);
    let values = [("name", world.settings.name.as_str())];
    let text = words::fill(lang, "sms.closed", &values);
    to_contacts(world, row, "closed", &text, &words::fill(lang, "mail.closed.subject", &values))
}

/// "A copy of your data was taken in the app."
pub(crate) fn exported(world: &World, row: &AccountRow) -> Vec<Notice> {
    let lang = lang(&row.lang);
    let values = [("name", world.settings.name.as_str())];
    let text = words::fill(lang, "sms.exported", &values);
    to_contacts(world, row, "exported", &text, &words::fill(lang, "mail.exported.subject", &values))
}

/// Something that a thief would want happened: the contacts the account had before hear of it, and can stop it.
fn with_stop(
    world: &World,
    row: &AccountRow,
    what: &'static str,
    key: &'static str,
    subject: &'static str,
    document: String,
) -> WithStop {
    let lang = lang(&row.lang);
    let code = written_code::stop(world);
    let mac = written_code::stop_mac(world, &code);
    let values = [("name", world.settings.name.as_str()), ("code", &written_code::grouped(&code))];
    let (text, subject) = (words::fill(lang, key, &values), words::fill(lang, subject, &values));
    let notices = to_contacts(world, row, what, &text, &subject);
    WithStop { notices, mac: Some(mac), account: row.id.clone(), what, document }
}

/// A new phone took over. `row` is the account as it was before; also when the contacts stay the same: whoever holds the old
/// phone must know.
pub(crate) fn new_phone(world: &World, row: &AccountRow, document: String) -> WithStop {
    with_stop(world, row, "new_phone", "sms.new_phone", "mail.new_phone.subject", document)
}

pub(crate) fn number_changed(world: &World, row: &AccountRow) -> WithStop {
    with_stop(world, row, "number", "sms.number_changed", "mail.number_changed.subject", String::new())
}

pub(crate) fn email_changed(world: &World, row: &AccountRow) -> WithStop {
    with_stop(world, row, "email", "sms.email_changed", "mail.email_changed.subject", String::new())
}

/// "Somebody else proved your number": by mail, for the number may be theirs.
pub(crate) fn number_asked(world: &World, row: &AccountRow) -> Vec<Notice> {
    let lang = lang(&row.lang);
    let values = [("name", world.settings.name.as_str())];
    let subject = words::fill(lang, "mail.number_asked.subject", &values);
    let text = words::fill(lang, "mail.number_asked.text", &values);
    let mail = row.profile.email.as_ref();
    mail.map(|to| Notice::mail(world, to, "number_asked", subject, text).of(&row.id)).into_iter().collect()
}
