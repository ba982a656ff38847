//! The browser waits for the phone: a page that asks again by itself, with a live stream where there is JavaScript.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use domain::approval::Progress;
use futures_core::Stream;
use journeys::sign_in::{self, Watch};
use journeys::{Failure, World};
use maud::html;
use pages::{Ended, Waiting, Why};
use serde::Deserialize;
use tokio::sync::mpsc;
use words::Lang;

use super::login::{add_cookie, back_link, denied, go, send, who};
use super::pages_of::{page, problem_after, problem_here};
use super::{
    KNOWN_COOKIE, KNOWN_SECONDS, KnownCookie, LoginCookie, LoginState, browser_id, login_cookie_name, open_cookie,
    seal_cookie,
};
use crate::Doors;
use crate::security::{FormTarget, cookie, read_cookie};

/// A stream lives so long; the browser opens the next one by itself.
const STREAM_SECONDS: u64 = 240;

/// The browser's own request, or nothing: the cookie must say so.
fn own(doors: &Doors, headers: &HeaderMap, approval: &str) -> Option<LoginCookie> {
    let sealed = read_cookie(doors, headers, &login_cookie_name(approval))?;
    open_cookie::<LoginCookie>(&doors.world, sealed).filter(|c| c.approval == approval)
}

/// `GET /login/wait/{approval}`.
pub async fn wait(State(doors): State<Doors>, headers: HeaderMap, Path(approval): Path<String>) -> Response {
    let Some(login) = own(&doors, &headers, &approval) else {
        return problem_here(&doors, &headers, "session_lost", "no cookie for this request");
    };
    match sign_in::watch(&doors.world, &approval).await {
        Ok(watch) => show(&doors, &headers, &login, &watch).await,
        Err(Failure::Gone) => problem_here(&doors, &headers, "request_expired", "swept"),
        Err(failure) => problem_here(&doors, &headers, "server_error", &format!("{failure:?}")),
    }
}

async fn show(doors: &Doors, headers: &HeaderMap, login: &LoginCookie, watch: &Watch) -> Response {
    let lang = Lang::parse(&login.lang).unwrap_or(Lang::Nl);
    let state = LoginState {
        authorization: watch.request.authorization.clone(),
        lang: login.lang.clone(),
        approval: Some(login.approval.clone()),
    };
    let why = match watch.progress {
        Progress::Waiting => return waiting(doors, login, watch, &state, lang),
        Progress::Approved => return granted(doors, headers, watch).await,
        Progress::Refused => Why::Refused,
        Progress::Stopped => Why::Stopped,
        Progress::Expired => Why::Expired,
    };
    let back = back_link(doors, &state, "the request was not approved");
    let req = state.seal(&doors.world);
    let mut response =
        page(Ended { lang, asker: who(doors, &state, lang).asker(), why, req: &req, back_href: &back }.render());
    FormTarget::allow(&mut response, &watch.request.authorization.redirect_uri);
    response
}

fn waiting(doors: &Doors, login: &LoginCookie, watch: &Watch, state: &LoginState, lang: Lang) -> Response {
    let who = who(doors, state, lang);
    let waiting = Waiting {
        lang,
        asker: who.asker(),
        req: &state.seal(&doors.world),
        match_number: &watch.approval.match_number,
        number: &login.number,
        left: u32::try_from(watch.approval.expires_at - watch.now).unwrap_or(0),
        stream_href: &format!("/login/events/{}", login.approval),
        app_href: &doors.world.settings.app,
    };
    let mut response = page(waiting.render());
    FormTarget::allow(&mut response, &watch.request.authorization.redirect_uri);
    response
}

async fn granted(doors: &Doors, headers: &HeaderMap, watch: &Watch) -> Response {
    let answer = match watch.granted(&doors.world).await {
        Ok(answer) => answer,
        Err(failure) => return problem_here(doors, headers, "server_error", &format!("{failure:?}")),
    };
    let mut response = go(&answer);
    super::session::remember(doors, headers, &mut response, watch);
    if let Some(account) = watch.account() {
        let old = read_cookie(doors, headers, KNOWN_COOKIE).and_then(|c| open_cookie::<KnownCookie>(&doors.world, c));
        let browser = old.map_or_else(|| browser_id(&doors.world), |k| k.browser);
        let known = KnownCookie { browser, account: account.to_owned() };
        add_cookie(
            &mut response,
            &cookie(doors, KNOWN_COOKIE, &seal_cookie(&doors.world, &known, KNOWN_SECONDS), KNOWN_SECONDS),
        );
    }
    response
}

/// Events from a channel.
pub(super) struct Events(pub(super) mpsc::Receiver<Event>);

impl Stream for Events {
    type Item = Result<Event, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|event| event.map(Ok))
    }
}

/// `GET /login/events/{approval}`: `event: state`, `data: waiting` at once, `data: done` when the page should be asked again.
pub async fn events(State(doors): State<Doors>, headers: HeaderMap, Path(approval): Path<String>) -> Response {
    if own(&doors, &headers, &approval).is_none() {
        return StatusCode::FORBIDDEN.into_response();
    }
    let (sender, receiver) = mpsc::channel(2);
    tokio::spawn(follow(doors.world.clone(), approval, sender));
    Sse::new(Events(receiver)).keep_alive(KeepAlive::default()).into_response()
}

async fn follow(world: World, approval: String, sender: mpsc::Sender<Event>) {
    let event = |data: &str| Event::default().event("state").data(data);
    if sender.send(event("waiting")).await.is_err() {
        return;
    }
    tokio::select! {
        // The browser went away.
        () = sender.closed() => {}
        _ = sign_in::watch_until_decided(&world, &approval, STREAM_SECONDS) => {
            let _ = sender.send(event("done")).await;
        }
    }
}

#[derive(Deserialize)]
pub struct CancelForm {
    req: String,
}

/// `POST /login/cancel`: the person stops here; the service hears `access_denied`.
pub async fn cancel(
    State(doors): State<Doors>,
    headers: HeaderMap,
    form: Result<Form<CancelForm>, FormRejection>,
) -> Response {
    let Some(state) = form.ok().and_then(|Form(form)| LoginState::open(&doors.world, &form.req)) else {
        return problem_after(&doors, "request_expired", "no sealed request");
    };
    if let Some(approval) = state.approval.as_deref().filter(|a| own(&doors, &headers, a).is_some())
        && let Err(failure) = sign_in::cancel(&doors.world, approval).await
    {
        tracing::error!(?failure, "a request could not be cancelled");
    }
    send(&doors, &denied(&state, "the person stopped")).await
}

/// `response_mode=form_post`: a form that sends itself, with a button where there is no JavaScript.
pub(crate) fn form_post(action: &str, fields: &[(&'static str, String)]) -> Response {
    let form = html! {
        (maud::DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { "zelf" } }
            body {
                form id="answer" method="post" action=(action) {
                    @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
                    button type="submit" { "→" }
                }
                script src="/static/form-post.js" {}
            }
        }
    };
    let mut response = page(form);
    FormTarget::allow(&mut response, action);
    response
}
