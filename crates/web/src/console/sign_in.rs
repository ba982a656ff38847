//! Coming in and going out.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use journeys::helpdesk::invite::{self, Registration};
use journeys::helpdesk::sign_in::{self, Assertion};
use journeys::helpdesk::{Denied, relying_party, session};
use pages::console::{ConsoleInvitation, ConsoleKey, ConsoleLogin, KEY, LOGIN, NEW_KEY, Trouble};
use words::Lang;

use super::fields::{Fields, Sent};
use super::{COOKIE, LANG_COOKIE, cookie, lang_of, read_cookie, refused, trouble, with_cookie, word};
use crate::Doors;
use crate::place::Caller;
use crate::site::{page, see_other};

/// `GET /login`
pub async fn login_page(State(doors): State<Doors>, headers: HeaderMap) -> Response {
    page(ConsoleLogin { lang: lang_of(&doors, &headers), name: "", trouble: None }.render())
}

/// `POST /login`
pub async fn login(State(doors): State<Doors>, headers: HeaderMap, caller: Caller, fields: Fields) -> Response {
    let name = fields.get("name");
    match sign_in::password(&doors.world, &caller.network, name, fields.get("password")).await {
        Ok(value) => stepped(&doors, &value, KEY),
        Err(denied) => {
            let (lang, trouble) = (lang_of(&doors, &headers), Some(trouble(&doors, &denied)));
            refused(ConsoleLogin { lang, name, trouble }.render())
        }
    }
}

fn stepped(doors: &Doors, value: &str, to: &str) -> Response {
    with_cookie(see_other(to), &cookie(doors, COOKIE, value, None))
}

fn cookie_of(doors: &Doors, headers: &HeaderMap) -> String {
    read_cookie(doors, headers, COOKIE).unwrap_or_default().to_owned()
}

/// Back to the beginning, saying why.
fn again(doors: &Doors, headers: &HeaderMap, denied: &Denied) -> Response {
    let trouble = if matches!(denied, Denied::Outside) { Trouble::Word(word(denied)) } else { trouble(doors, denied) };
    refused(ConsoleLogin { lang: lang_of(doors, headers), name: "", trouble: Some(trouble) }.render())
}

/// `GET /login/key`
pub async fn key_page(State(doors): State<Doors>, headers: HeaderMap) -> Response {
    match sign_in::ask_key(&doors.world, &cookie_of(&doors, &headers)).await {
        Ok(ask) => ceremony(&doors, &headers, &ask, false),
        Err(_) => see_other(LOGIN),
    }
}

fn ceremony(doors: &Doors, headers: &HeaderMap, ask: &sign_in::AskKey, registers: bool) -> Response {
    let shown = ConsoleKey {
        lang: lang_of(doors, headers),
        staff: &ask.staff,
        challenge: &ask.challenge,
        keys: &ask.keys.join(" "),
        relying_party: relying_party(&doors.world.settings.console),
        registers,
    };
    page(shown.render())
}

/// `POST /login/key`
pub async fn key(State(doors): State<Doors>, headers: HeaderMap, caller: Caller, fields: Fields) -> Response {
    let proof = Assertion {
        id: fields.get("id").to_owned(),
        client_data: fields.get("client_data").to_owned(),
        authenticator_data: fields.get("authenticator_data").to_owned(),
        signature: fields.get("signature").to_owned(),
    };
    match sign_in::key(&doors.world, &caller.network, &cookie_of(&doors, &headers), &proof).await {
        Ok(value) => stepped(&doors, &value, "/"),
        Err(denied) => again(&doors, &headers, &denied),
    }
}

/// `GET /invitation`
pub async fn invitation(State(doors): State<Doors>, headers: HeaderMap) -> Response {
    page(ConsoleInvitation { lang: lang_of(&doors, &headers), name: "", trouble: None }.render())
}

/// `POST /invitation`
pub async fn accept(State(doors): State<Doors>, headers: HeaderMap, caller: Caller, fields: Fields) -> Response {
    let name = fields.get("name");
    let accepted =
        invite::accept(&doors.world, &caller.network, name, fields.get("code"), fields.get("password")).await;
    match accepted {
        Ok(value) => stepped(&doors, &value, NEW_KEY),
        Err(denied) => {
            let (lang, trouble) = (lang_of(&doors, &headers), Some(trouble(&doors, &denied)));
            refused(ConsoleInvitation { lang, name, trouble }.render())
        }
    }
}

/// `GET /invitation/key`
pub async fn new_key_page(State(doors): State<Doors>, headers: HeaderMap) -> Response {
    match invite::ask_key(&doors.world, &cookie_of(&doors, &headers)).await {
        Ok(ask) => ceremony(&doors, &headers, &ask, true),
        Err(_) => see_other(LOGIN),
    }
}

/// `POST /invitation/key`
pub async fn new_key(State(doors): State<Doors>, headers: HeaderMap, fields: Fields) -> Response {
    let new = Registration {
        client_data: fields.get("client_data").to_owned(),
        authenticator_data: fields.get("authenticator_data").to_owned(),
        spki: fields.get("spki").to_owned(),
    };
    match invite::register(&doors.world, &cookie_of(&doors, &headers), &new).await {
        Ok(value) => stepped(&doors, &value, "/"),
        Err(denied) => again(&doors, &headers, &denied),
    }
}

/// `POST /logout`
pub async fn logout(State(doors): State<Doors>, headers: HeaderMap, _: Sent) -> Response {
    let left = session::leave(&doors.world, &cookie_of(&doors, &headers)).await;
    if let Err(denied) = left {
        return again(&doors, &headers, &denied);
    }
    with_cookie(see_other(LOGIN), &cookie(&doors, COOKIE, "", Some(0)))
}

/// `GET /language/{lang}`
pub async fn language(State(doors): State<Doors>, Path(lang): Path<String>) -> Response {
    let lang = Lang::parse(&lang).unwrap_or(Lang::Nl);
    with_cookie(see_other("/"), &cookie(&doors, LANG_COOKIE, lang.code(), Some(365 * 86_400)))
}
