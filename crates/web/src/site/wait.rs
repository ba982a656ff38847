//! The browser waits for the phone: a page that asks again by itself, with a live stream where there is JavaScript.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use domain::approval::{Progress, Start, State as Stands};
use futures_core::Stream;
use journeys::sign_in::{self, Watch};
use journeys::{Failure, World, reply};
use pages::{Ended, Waiting, WaitingLink, WaitingQr, Why};
use serde::Deserialize;
use tokio::sync::mpsc;
use words::Lang;

use super::elsewhere::elsewhere;
use super::login::{add_cookie, back, back_link, deed, denied, who};
use super::onward::{go, go_after_form, service_of};
use super::pages_of::{page, problem_after, problem_after_in, problem_in};
use super::qr::{code, scanned};
use super::{
    KNOWN_COOKIE, KNOWN_SECONDS, KnownCookie, LoginCookie, LoginState, browser_id, login_cookie_name, open_cookie,
    seal_cookie,
};
use crate::Doors;
use crate::security::{cookie, read_cookie};

/// A stream lives so long; the browser opens the next one by itself.
const STREAM_SECONDS: u64 = 240;

/// The browser's own request, or nothing: the cookie must say so.
pub(super) fn own(doors: &Doors, headers: &HeaderMap, approval: &str) -> Option<LoginCookie> {
    let sealed = read_cookie(doors, headers, &login_cookie_name(approval))?;
    open_cookie::<LoginCookie>(&doors.world, sealed).filter(|c| c.approval == approval)
}

/// `GET /login/wait/{approval}`.
pub async fn wait(State(doors): State<Doors>, headers: HeaderMap, Path(approval): Path<String>) -> Response {
    let Some(login) = own(&doors, &headers, &approval) else {
        return elsewhere(&doors, &headers, &approval, false).await;
    };
    match sign_in::watch(&doors.world, &approval).await {
        Ok(watch) => show(&doors, &headers, &login, &watch).await,
        Err(Failure::Gone) => problem_in(&doors, login.lang(), "request_expired", "swept"),
        Err(failure) => problem_in(&doors, login.lang(), "server_error", &format!("{failure:?}")),
    }
}

/// For the service, when the phone said no or nothing.
pub(super) const NOT_APPROVED: &str = "the request was not approved";

/// What the page of a request carries on.
pub(super) fn state_of(login: &LoginCookie, watch: &Watch) -> LoginState {
    LoginState {
        authorization: watch.request.authorization.clone(),
        lang: login.lang.clone(),
        approval: Some(login.approval.clone()),
    }
}

async fn show(doors: &Doors, headers: &HeaderMap, login: &LoginCookie, watch: &Watch) -> Response {
    let lang = login.lang();
    let state = state_of(login, watch);
    let why = match watch.progress {
        Progress::Waiting => return waiting(doors, login, watch, &state, lang),
        // The service has its answer: the same one sent again would void the login (RFC 6749 §4.1.2).
        _ if matches!(watch.approval.state, Stands::Redeemed { .. }) => Why::Spent,
        // The app itself brings such a browser back: whoever began a login and sent its link on gets nowhere from here.
        Progress::Approved if watch.approval.start == Start::Link => return waiting(doors, login, watch, &state, lang),
        Progress::Approved => return granted(doors, headers, lang, watch).await,
        Progress::Refused => Why::Refused,
        Progress::Stopped => Why::Stopped,
        Progress::Expired => Why::Expired,
        Progress::Late => Why::Late,
        Progress::Spent => Why::Spent,
    };
    let back_href = back_link(doors, &state, NOT_APPROVED);
    let back = back(back_href.as_deref());
    let req = state.seal(&doors.world);
    let who = who(doors, &state, lang);
    let deed = deed(&state.authorization);
    page(Ended { lang, asker: who.asker(), deed, why, req: &req, back }.render())
}

fn waiting(doors: &Doors, login: &LoginCookie, watch: &Watch, state: &LoginState, lang: Lang) -> Response {
    let who = who(doors, state, lang);
    let (asker, deed, req) = (who.asker(), deed(&state.authorization), state.seal(&doors.world));
    let left = u32::try_from(watch.approval.expires_at - watch.now).unwrap_or(0);
    let stream_href = format!("/login/events/{}", login.approval);
    let settings = &doors.world.settings;
    let drawn = match watch.approval.start {
        Start::Qr => {
            let frame_href = format!("/login/frame/{}", login.approval);
            let scanned = scanned(watch);
            let (frame_href, stream_href) = (&frame_href, &stream_href);
            WaitingQr { lang, asker, deed, req: &req, scanned, frame_href, left, stream_href }.render()
        }
        Start::Link => {
            let app_href = format!("{}/r#{}", settings.app, login.approval);
            let approved = watch.progress == Progress::Approved;
            let (app_href, stream_href) = (&app_href, &stream_href);
            WaitingLink { lang, asker, deed, req: &req, app_href, approved, left, stream_href }.render()
        }
        Start::Number | Start::Ciba | Start::Silent => Waiting {
            lang,
            asker,
            deed,
            req: &req,
            match_number: &watch.approval.match_number,
            number: Some(login.number.as_str()).filter(|number| !number.is_empty()),
            left,
            stream_href: &stream_href,
            app_href: &settings.app,
        }
        .render(),
    };
    page(drawn)
}

pub(super) async fn granted(doors: &Doors, headers: &HeaderMap, lang: Lang, watch: &Watch) -> Response {
    let answer = match watch.granted(&doors.world).await {
        Ok(answer) => answer,
        Err(failure) => return problem_in(doors, lang, "server_error", &format!("{failure:?}")),
    };
    let mut response = go(&answer, lang, &service_of(doors, &watch.approval.partner, lang));
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

/// `GET /login/events/{approval}`: `event: state` with `waiting` or `scanned` at once, `scanned` when a phone took the code, `done`
/// when the page should be asked again; `event: frame` with a picture each time the code changes.
pub async fn events(State(doors): State<Doors>, headers: HeaderMap, Path(approval): Path<String>) -> Response {
    if own(&doors, &headers, &approval).is_none() {
        return StatusCode::FORBIDDEN.into_response();
    }
    let (sender, receiver) = mpsc::channel(2);
    tokio::spawn(follow(doors.world.clone(), approval, sender));
    Sse::new(Events(receiver)).keep_alive(KeepAlive::default()).into_response()
}

fn event(name: &str, data: &str) -> Event {
    Event::default().event(name).data(data)
}

async fn follow(world: World, approval: String, sender: mpsc::Sender<Event>) {
    let Ok(watch) = sign_in::watch(&world, &approval).await else { return };
    if code(&world, &watch).is_some() {
        return show_code(&world, &approval, &sender).await;
    }
    let state = if watch.approval.start == Start::Qr { "scanned" } else { "waiting" };
    if sender.send(event("state", state)).await.is_err() {
        return;
    }
    tokio::select! {
        // The browser went away.
        () = sender.closed() => {}
        _ = sign_in::watch_until_decided(&world, &approval, STREAM_SECONDS) => {
            let _ = sender.send(event("state", "done")).await;
        }
    }
}

/// Draws the code anew at each step until a phone has it or the time is over.
async fn show_code(world: &World, approval: &str, sender: &mpsc::Sender<Event>) {
    let _ = sender.send(event("state", "waiting")).await;
    let until = tokio::time::Instant::now() + Duration::from_secs(STREAM_SECONDS);
    let mut drawn = String::new();
    while tokio::time::Instant::now() < until {
        let listener = world.signals.listen(approval);
        let Ok(watch) = sign_in::watch(world, approval).await else { return };
        let Some(text) = code(world, &watch) else {
            let word = if watch.progress == Progress::Waiting { "scanned" } else { "done" };
            let _ = sender.send(event("state", word)).await;
            return;
        };
        if text != drawn {
            if sender.send(event("frame", &pages::qr::picture(&text))).await.is_err() {
                return;
            }
            drawn = text;
        }
        tokio::select! {
            () = sender.closed() => return,
            () = listener.wait() => {}
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
    let state = match form {
        Ok(Form(form)) => LoginState::open(&doors.world, &form.req).await,
        Err(_) => None,
    };
    let Some(state) = state else {
        return problem_after(&doors, "request_expired", "no sealed request");
    };
    stop(&doors, &headers, &state).await;
    let (reply, lang) = (denied(&state, "the person stopped"), state.lang());
    match reply::answer(&doors.world, &reply).await {
        Ok(answer) => go_after_form(&answer, lang, &service_of(&doors, &reply.client_id, lang)),
        Err(failure) => problem_after_in(&doors, lang, "server_error", &format!("{failure:?}")),
    }
}

/// The request that the browser waits for, if it is its own, waits no longer.
pub(super) async fn stop(doors: &Doors, headers: &HeaderMap, state: &LoginState) {
    if let Some(approval) = state.approval.as_deref().filter(|a| own(doors, headers, a).is_some())
        && let Err(failure) = sign_in::cancel(&doors.world, approval).await
    {
        tracing::error!(?failure, "a request could not be cancelled");
    }
}
