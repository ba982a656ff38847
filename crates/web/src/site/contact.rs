//! Writing to the helpdesk. Whatever was written, the answer is the same kind of page.

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::contact::{Contact, Missing, Typed};
use journeys::contact::{self, Puzzle, Status};
use pages::console::When;
use pages::contact::{CONTACT, ContactClock, ContactError, ContactForm, ContactStatus};
use protocol::altcha;
use serde::Deserialize;
use words::Lang;

use super::pages_of::{accepted, page, problem_after, problem_here, see_other};
use crate::Doors;
use crate::limits::What;
use crate::place::Caller;

#[derive(Default, Deserialize)]
pub struct Asked {
    lang: Option<String>,
    topic: Option<String>,
    sent: Option<String>,
}

/// `GET /help/contact?lang=&topic=`
pub async fn ask(headers: HeaderMap, query: Result<Query<Asked>, QueryRejection>) -> Response {
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let lang = query.lang.as_deref().and_then(Lang::parse).unwrap_or_else(|| accepted(&headers));
    let typed = Typed { topic: query.topic.unwrap_or_default(), call_back: "no".into(), ..Typed::default() };
    page(form(lang, &typed, None).render())
}

fn form(lang: Lang, typed: &Typed, error: Option<ContactError>) -> ContactForm<'_> {
    ContactForm {
        lang,
        topic: &typed.topic,
        name: &typed.name,
        reach: &typed.reach,
        text: &typed.text,
        call_back: &typed.call_back,
        old_number: &typed.old_number,
        new_number: &typed.new_number,
        error,
    }
}

#[derive(Deserialize)]
pub struct Sent {
    #[serde(default)]
    lang: String,
    #[serde(default)]
    topic: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    reach: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    call_back: String,
    #[serde(default)]
    old_number: String,
    #[serde(default)]
    new_number: String,
    #[serde(default)]
    altcha: String,
}

/// `POST /help/contact`
pub async fn send(
    State(doors): State<Doors>,
    headers: HeaderMap,
    caller: Caller,
    sent: Result<Form<Sent>, FormRejection>,
) -> Response {
    let sent = match sent {
        Ok(Form(sent)) => sent,
        Err(e) if e.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return problem_after(&doors, "too_large", "a message to the helpdesk");
        }
        Err(_) => return problem_after(&doors, "request_invalid", "a message to the helpdesk"),
    };
    let lang = Lang::parse(&sent.lang).unwrap_or_else(|| accepted(&headers));
    let altcha = sent.altcha;
    let typed = Typed {
        topic: sent.topic,
        name: sent.name,
        reach: sent.reach,
        text: sent.text,
        call_back: sent.call_back,
        old_number: sent.old_number,
        new_number: sent.new_number,
        lang: lang.code().to_owned(),
    };
    let kept = match Contact::read(&typed) {
        Err(missing) => Err(said(missing)),
        Ok(contact) => match judge(&doors, &caller, &altcha) {
            Err(error) => Err(error),
            Ok(puzzle) => keep(&doors, contact, puzzle).await,
        },
    };
    kept.unwrap_or_else(|error| {
        (StatusCode::UNPROCESSABLE_ENTITY, page(form(lang, &typed, Some(error)).render())).into_response()
    })
}

fn said(missing: Missing) -> ContactError {
    match missing {
        Missing::Topic => ContactError::Topic,
        Missing::Name => ContactError::Name,
        Missing::Reach => ContactError::Reach,
        Missing::ReachNoNumber => ContactError::ReachNoNumber,
        Missing::OldNumber => ContactError::OldNumber,
        Missing::NewNumber => ContactError::NewNumber,
        Missing::SameNumber => ContactError::SameNumber,
        Missing::Text => ContactError::Text,
    }
}

/// Who did the sum writes as often as a household may; who could not, a few times.
fn judge(doors: &Doors, caller: &Caller, answer: &str) -> Result<Option<Puzzle>, ContactError> {
    let (world, now) = (&doors.world, doors.world.now());
    let take = |what| {
        let wait = |until: i64| ContactError::Wait(((until - now + 59) / 60).max(1));
        doors.limits.take(what, &caller.network, now).map_err(wait)
    };
    if answer.is_empty() {
        take(What::NoScript)?;
        take(What::Contact)?;
        return Ok(None);
    }
    let solved = altcha::solved(&world.keys.altcha, answer, now).ok_or(ContactError::Robot)?;
    take(What::Contact)?;
    Ok(Some(Puzzle { id: solved.challenge, until: solved.expires }))
}

async fn keep(doors: &Doors, contact: Contact, puzzle: Option<Puzzle>) -> Result<Response, ContactError> {
    let lang = contact.lang.clone();
    match contact::send(&doors.world, contact, puzzle).await {
        Ok(Some(ticket)) => Ok(see_other(&format!("{CONTACT}/{ticket}?sent=1&lang={lang}"))),
        Ok(None) => Err(ContactError::Robot),
        Err(failure) => {
            tracing::error!(?failure, "a message to the helpdesk was not kept");
            Ok(problem_after(doors, "server_error", "a message to the helpdesk"))
        }
    }
}

/// `GET /help/contact/{ticket}`: for whoever knows the address.
pub async fn status(
    State(doors): State<Doors>,
    headers: HeaderMap,
    Path(ticket): Path<String>,
    query: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let lang = query.lang.as_deref().and_then(Lang::parse).unwrap_or_else(|| accepted(&headers));
    match contact::status(&doors.world, &ticket).await {
        Ok(Some(status)) => show(&doors, lang, &ticket, &status, query.sent.is_some()),
        Ok(None) => problem_here(&doors, &headers, "not_found", "no such ticket"),
        Err(failure) => {
            tracing::error!(?failure, "a ticket could not be read");
            problem_here(&doors, &headers, "server_error", "a ticket")
        }
    }
}

fn show(doors: &Doors, lang: Lang, ticket: &str, status: &Status, fresh: bool) -> Response {
    let time = |at: i64| doors.world.settings.local_time(at);
    let (target, settled) = (time(status.clock.target), status.clock.settled.map(time));
    let clock = contact::promised(&status.kind).then(|| ContactClock {
        target: &target,
        left: When(status.clock.minutes_left(doors.world.now())),
        settled: settled.as_deref(),
    });
    let shown = ContactStatus {
        lang,
        reference: &status.reference,
        state: &status.state,
        kind: &status.kind,
        call_back: &status.call_back,
        clock,
        fresh,
        lang_href: &format!("{CONTACT}/{ticket}?lang="),
    };
    page(shown.render())
}
