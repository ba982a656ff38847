//! A card reader and the card program in a pane of the story page: the whole of an activation with an identity card without
//! hardware. The program is the real one (`eid-session`); the card is `eid-virtual`'s; only the screen is ours.

mod bay;
mod page;
mod program;
mod visitor;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use eid_virtual::pki::TestPki;
use protocol::jose::b64u;
use serde::Deserialize;
use serde_json::json;

use crate::front;
use crate::holders::Holder;
pub(crate) use page::{SCRIPT, STYLE};
pub use program::Connect;
use visitor::{Choice, Visitor};

/// A chip answers in some milliseconds.
const PER_COMMAND: Duration = Duration::from_millis(12);
const COOKIE: &str = "reader";
/// More people than this do not sit before one demo.
const VISITORS: usize = 64;

/// All the panel needs to know.
#[derive(Clone)]
pub struct ReaderConfig {
    pub pki: Arc<TestPki>,
    pub holders: Vec<Holder>,
    /// Origin of the one server that the card program works for.
    pub server: String,
    pub connect: Connect,
    /// What puts a card of this world into a reader of pcscd.
    pub card_command: String,
    pub clock: Arc<dyn Fn() -> i64 + Send + Sync>,
}

impl ReaderConfig {
    /// The server as people read it.
    fn host(&self) -> &str {
        self.server.split_once("://").map_or(&*self.server, |(_, host)| host)
    }
}

#[derive(Clone)]
struct Panel {
    config: Arc<ReaderConfig>,
    visitors: Arc<Mutex<Visitors>>,
}

/// Each browser has a reader of its own.
#[derive(Default)]
struct Visitors {
    all: HashMap<String, Arc<Mutex<Visitor>>>,
    order: Vec<String>,
}

impl Panel {
    fn visitor(&self, id: &str) -> Option<Arc<Mutex<Visitor>>> {
        self.visitors.lock().unwrap_or_else(PoisonError::into_inner).all.get(id).cloned()
    }

    fn welcome(&self, id: &str) -> Arc<Mutex<Visitor>> {
        let mut visitors = self.visitors.lock().unwrap_or_else(PoisonError::into_inner);
        if visitors.order.len() >= VISITORS {
            let oldest = visitors.order.remove(0);
            visitors.all.remove(&oldest);
        }
        let visitor = Arc::new(Mutex::new(Visitor::new()));
        visitors.order.push(id.to_owned());
        visitors.all.insert(id.to_owned(), Arc::clone(&visitor));
        visitor
    }
}

/// `GET /reader`, `GET /reader/state`, `POST /reader/{act}`.
pub(crate) fn routes(config: ReaderConfig) -> Router {
    Router::new()
        .route("/reader", get(show))
        .route("/reader/state", get(state))
        .route("/reader/{act}", post(act))
        .with_state(Panel { config: Arc::new(config), visitors: Arc::default() })
}

#[derive(Deserialize)]
struct LangQuery {
    lang: Option<String>,
}

async fn show(State(panel): State<Panel>, headers: HeaderMap, Query(query): Query<LangQuery>) -> Response {
    let lang = front::language(query.lang.as_deref(), &headers);
    if let Some(visitor) = front::cookie(&headers, COOKIE).and_then(|id| panel.visitor(id)) {
        return front::page(StatusCode::OK, lang, drawn(&panel, &visitor, lang));
    }
    let mut id = [0; 16];
    if aws_lc_rs::rand::fill(&mut id).is_err() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let id = b64u(id);
    let drawn = drawn(&panel, &panel.welcome(&id), lang);
    let cookie = front::set_cookie(COOKIE, &id, 86_400);
    (AppendHeaders([(header::SET_COOKIE, cookie)]), front::page(StatusCode::OK, lang, drawn)).into_response()
}

fn drawn(panel: &Panel, visitor: &Mutex<Visitor>, lang: words::Lang) -> maud::Markup {
    let mut visitor = visitor.lock().unwrap_or_else(PoisonError::into_inner);
    visitor.program.talk.look();
    page::render(lang, &panel.config, &visitor)
}

/// `{"turn": …, "open": …}`: what is shown now, and, once, what the browser shall open.
async fn state(State(panel): State<Panel>, headers: HeaderMap) -> Response {
    let Some(visitor) = front::cookie(&headers, COOKIE).and_then(|id| panel.visitor(id)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut visitor = visitor.lock().unwrap_or_else(PoisonError::into_inner);
    visitor.program.talk.look();
    Json(json!({ "turn": visitor.turn(), "open": visitor.program.take_open() })).into_response()
}

#[derive(Deserialize)]
struct Act {
    #[serde(default)]
    holder: String,
    #[serde(default)]
    applet: String,
    #[serde(default)]
    fault: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    pin: String,
}

async fn act(
    State(panel): State<Panel>,
    headers: HeaderMap,
    Path(act): Path<String>,
    form: Result<Form<Act>, FormRejection>,
) -> Response {
    let Ok(Form(form)) = form else { return StatusCode::BAD_REQUEST.into_response() };
    let Some(visitor) = front::cookie(&headers, COOKIE).and_then(|id| panel.visitor(id)) else {
        return Redirect::to("/reader").into_response();
    };
    if act == "card" {
        let Some(choice) = Choice::read(&form.holder, &form.applet, &form.fault) else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        return put_in(panel, visitor, choice).await;
    }
    let mut visitor = visitor.lock().unwrap_or_else(PoisonError::into_inner);
    visitor.program.talk.look();
    match &*act {
        "out" => visitor.pull_out(),
        "new" => visitor.forget_cards(),
        "code" => visitor.start(&form.code, &panel.config.connect, PER_COMMAND),
        "yes" => visitor.program.talk.go_on(&form.pin),
        "pin" => visitor.program.talk.give_pin(&form.pin),
        "digits" => visitor.program.talk.show_digits(),
        "stop" => visitor.program.talk.stop(),
        "again" => visitor.program.talk.again(),
        _ => return StatusCode::NOT_FOUND.into_response(),
    }
    Redirect::to("/reader").into_response()
}

/// A new card takes a moment to make: its keys are real.
async fn put_in(panel: Panel, visitor: Arc<Mutex<Visitor>>, choice: Choice) -> Response {
    let made = tokio::task::spawn_blocking(move || {
        let known = visitor.lock().unwrap_or_else(PoisonError::into_inner).knows(&choice);
        let card = if known { None } else { Some(choice.make(&panel.config)?) };
        visitor.lock().unwrap_or_else(PoisonError::into_inner).put_in(choice, card);
        Ok::<(), String>(())
    });
    match made.await {
        Ok(Ok(())) => Redirect::to("/reader").into_response(),
        Ok(Err(why)) => {
            tracing::error!(why, "no card could be made");
            StatusCode::UNPROCESSABLE_ENTITY.into_response()
        }
        Err(error) => {
            tracing::error!(%error, "no card could be made");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
