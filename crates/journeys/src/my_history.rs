//! What was ever asked of a person, what became of it, and what proves it; what happened to the account, and what we sent.

use domain::approval::Asked;
use serde::Deserialize;
use serde_json::{Value, json};
use store::account::AccountRow;
use store::audit::Event;
use store::history::{Entry, Filter, Outcome};
use words::Lang;

use crate::own_phone::own;
use crate::{Failure, Signed, World};

/// Entries of one page.
const PAGE: usize = 30;
/// Events and messages told at once, newest first.
pub(crate) const MOST: i64 = 200;
/// The codes of an activation go out before there is an account: so long before it, messages to its contacts were its own.
const BEFORE_SECONDS: i64 = 3600;
/// What asks about the account itself is asked by us.
pub(crate) const OURSELVES: &str = "zelf";

/// The language something is told in; by default that of our messages.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Told {
    #[serde(default)]
    pub(crate) lang: Option<String>,
}

/// # Errors
/// `Malformed` for a language we do not speak.
pub(crate) fn lang_of(asked: Option<&str>, account: &AccountRow) -> Result<Lang, Failure> {
    match asked {
        Some(lang) => Lang::parse(lang).ok_or(Failure::Malformed),
        None => Ok(Lang::parse(&account.lang).unwrap_or(Lang::Nl)),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HistoryBody {
    #[serde(default)]
    before: Option<String>,
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    partner: Option<String>,
    #[serde(default)]
    lang: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EvidenceBody {
    rid: String,
}

/// One page, newest first.
pub async fn history(world: &World, signed: &Signed) -> Result<Value, Failure> {
    let (own, body, _) = own::<HistoryBody>(world, signed).await?;
    let lang = lang_of(body.lang.as_deref(), &own.account)?;
    let filter = Filter {
        before: body.before.as_deref().map(|cursor| read_cursor(cursor).ok_or(Failure::Malformed)).transpose()?,
        partner: body.partner.map(|id| if id == OURSELVES { String::new() } else { id }),
        outcome: body.state.as_deref().map(|word| Outcome::read(word).ok_or(Failure::Malformed)).transpose()?,
    };
    let (entries, next) = page(world, &own.account.id, filter, PAGE).await?;
    let entries: Vec<Value> = entries.iter().map(|entry| entry_of(world, entry, lang)).collect();
    Ok(json!({ "entries": entries, "next": next.map(|(at, id)| format!("{at}.{id}")) }))
}

/// As many as fit a page, and where the next one begins when there is more.
pub(crate) async fn page(
    world: &World,
    account: &str,
    filter: Filter,
    size: usize,
) -> Result<(Vec<Entry>, Option<(i64, String)>), Failure> {
    let (sealer, account, now) = (world.sealer.clone(), account.to_owned(), world.now());
    let limit = i64::try_from(size).unwrap_or(0) + 1;
    let read = world.db.read("my.history", move |tx| store::history::list(tx, &sealer, &account, &filter, limit, now));
    let mut entries = read.await?;
    let more = entries.len() > size;
    entries.truncate(size);
    let last = entries.last().filter(|_| more);
    let next = last.map(|entry| (entry.approval.created_at, entry.approval.id.clone()));
    Ok((entries, next))
}

/// `1795352700.apr_…`
fn read_cursor(text: &str) -> Option<(i64, String)> {
    let (at, id) = text.split_once('.')?;
    let at = at.parse().ok()?;
    protocol::phone::is_id(domain::id::APPROVAL, id).then(|| (at, id.to_owned()))
}

/// One request as its person reads it.
pub(crate) fn entry_of(world: &World, entry: &Entry, lang: Lang) -> Value {
    let a = &entry.approval;
    let asked = asked_of(&entry.asked, lang);
    json!({
        "rid": a.id,
        "kind": asked.kind,
        "partner": { "id": if a.partner.is_empty() { OURSELVES } else { &a.partner }, "name": name_of(world, &a.partner, lang) },
        "title": asked.title,
        "at": a.created_at,
        "decided": entry.decided_at,
        "state": Outcome::of(a, world.now()).word(),
        "claims": crate::facts::told(asked.claims),
        "place": asked.place.and_then(|address| world.settings.place(address, lang)),
        "browser": asked.browser,
        "evidence": entry.evidence,
    })
}

struct Described<'a> {
    kind: &'static str,
    title: &'static str,
    claims: &'a [String],
    place: Option<&'a str>,
    browser: Option<&'a str>,
}

fn asked_of<'a>(asked: &'a Asked, lang: Lang) -> Described<'a> {
    let ours = |title, place| Described { kind: "admin", title, claims: &[], place, browser: None };
    match asked {
        Asked::Login(login) => Described {
            kind: "login",
            title: words::t(lang, "approval.login"),
            claims: &login.claims,
            place: Some(&login.place),
            browser: Some(&login.browser),
        },
        Asked::NewPhone(phone) => ours(words::t(lang, "approval.new_phone"), Some(&*phone.place)),
        Asked::Act(act) => ours(crate::act::title(act, lang), None),
    }
}

/// What a service is called; its id when it is no longer one of ours, our own name for what we ask.
pub(crate) fn name_of(world: &World, partner: &str, lang: Lang) -> String {
    if partner.is_empty() {
        return world.settings.name.clone();
    }
    world.partners.find(partner).map_or_else(|| partner.to_owned(), |p| p.name.of(lang.code()).to_owned())
}

/// The exact bytes of request, answer, receipt and device certificate, and the list of the keys they are signed with: whoever
/// has them can check them without us.
pub async fn evidence(world: &World, signed: &Signed) -> Result<Value, Failure> {
    let (own, body, _) = own::<EvidenceBody>(world, signed).await?;
    let (sealer, account) = (world.sealer.clone(), own.account.id);
    let found =
        world.db.read("my.evidence", move |tx| store::history::evidence(tx, &sealer, &account, &body.rid)).await?;
    let (evidence, certificate) = found.ok_or(Failure::Gone)?;
    let (keys, _) = world.vault.keys_document().await?;
    let mut told = json!({ "m1": evidence.m1, "m2": evidence.m2, "m3": evidence.m3, "m4": certificate, "keys": keys });
    if let (Some(bio), Some(members)) = (evidence.bio, told.as_object_mut()) {
        members.insert("bio".into(), json!(bio));
    }
    Ok(told)
}

/// What happened to the account.
pub async fn events(world: &World, signed: &Signed) -> Result<Value, Failure> {
    let (own, told, _) = own::<Told>(world, signed).await?;
    let lang = lang_of(told.lang.as_deref(), &own.account)?;
    Ok(json!({ "events": events_of(world, &own.account.id, lang).await? }))
}

pub(crate) async fn events_of(world: &World, account: &str, lang: Lang) -> Result<Vec<Value>, Failure> {
    let account = account.to_owned();
    let events = world.db.read("my.events", move |tx| store::audit::events(tx, &account, MOST)).await?;
    Ok(events.iter().filter_map(|event| event_of(world, event, lang)).collect())
}

/// A stable word, and what a person may read beside it. Never an id: a line we have no word for is not told.
fn event_of(world: &World, event: &Event, lang: Lang) -> Option<Value> {
    let helpdesk = event.actor == "helpdesk";
    let staff = helpdesk.then(|| event.detail.clone());
    let (what, detail) = match (event.action.as_str(), event.detail.as_str()) {
        ("activated", "new") => ("activated", None),
        ("activated", _) => ("reactivated", None),
        ("blocked", _) if event.actor == "stop_code" => ("stopped", None),
        ("blocked", _) => ("blocked", staff),
        ("locked", _) => ("blocked", None),
        ("held", _) => ("held", staff),
        ("released", _) => ("released", staff),
        ("changed", word) => (changed(word)?, None),
        ("number_lost", _) => ("number_lost", None),
        ("helpdesk_looked", why) => ("looked", Some(why.to_owned())),
        ("withdrawn", partner) => ("withdrawn", Some(name_of(world, partner, lang))),
        ("exported", _) => ("exported", None),
        _ => return None,
    };
    Some(json!({ "at": event.at, "what": what, "detail": detail, "by": by(event) }))
}

fn changed(word: &str) -> Option<&'static str> {
    Some(match word {
        "number" => "number",
        "email" => "email",
        "code" => "code",
        "biometrics_on" => "biometrics_on",
        "biometrics_off" => "biometrics_off",
        "vouch" => "vouched",
        "close" => "closed",
        "still_mine" => "still_mine",
        _ => return None,
    })
}

/// Who did it: `citizen` on the phone, or one of the words of docs/life.md §1; nobody for what others caused.
fn by(event: &Event) -> Option<&str> {
    Some(match event.actor.as_str() {
        "" => return None,
        _ if event.action == "helpdesk_looked" => "helpdesk",
        actor @ ("helpdesk" | "card" | "block_code" | "stop_code") => actor,
        _ if event.action == "blocked" && event.detail == "wrong_codes" => "wrong_codes",
        _ if event.action == "locked" => "wrong_codes",
        _ => "citizen",
    })
}

/// Everything we sent; never its words.
pub async fn messages(world: &World, signed: &Signed) -> Result<Value, Failure> {
    let (own, Told { .. }, _) = own::<Told>(world, signed).await?;
    Ok(json!({ "messages": messages_of(world, &own.account).await? }))
}

pub(crate) async fn messages_of(world: &World, account: &AccountRow) -> Result<Vec<Value>, Failure> {
    // A number that others have now is not the account's any more.
    let number = match account.number_lost {
        true => Vec::new(),
        false => world.keys.number_hash(account.profile.number.e164()),
    };
    let email = account.profile.email.as_deref().map_or_else(Vec::new, |email| world.keys.number_hash(email));
    let (id, since) = (account.id.clone(), account.created_at - BEFORE_SECONDS);
    let (to_number, to_email) = (number.clone(), email.clone());
    let told = world.db.read("my.messages", move |tx| store::told::list(tx, &id, &to_number, &to_email, since, MOST));
    let to = |recipient: &[u8], kind: &str| match kind {
        "mail" if recipient == email.as_slice() => "email",
        "mail" => "old_email",
        _ if recipient == number.as_slice() => "number",
        _ => "old_number",
    };
    let told = told.await?;
    let message =
        |m: &store::told::Told| json!({ "at": m.at, "kind": m.kind, "what": m.what, "to": to(&m.recipient, &m.kind) });
    Ok(told.iter().map(message).collect())
}
