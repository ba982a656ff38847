//! The story page: the phone, the citizen's browser, card reader and inbox on one screen, with who you can be and what to do next.

mod page;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{Redirect, Response};
use axum::routing::get;
use serde::Deserialize;
use std::sync::Arc;

use crate::customers::Customer;
use crate::front::{self, Policy};
use crate::reader::{self, ReaderConfig};

/// A service that the browser pane can open.
#[derive(Clone)]
pub struct StoryService {
    /// `town`, `energy`, `housing`, `fund`.
    pub id: &'static str,
    pub url: String,
}

/// Public addresses of the demo world, without a slash at the end, and its people.
#[derive(Clone)]
pub struct StoryConfig {
    pub issuer: String,
    pub app: String,
    /// Where the browser pane begins.
    pub service: String,
    pub services: Vec<StoryService>,
    pub inbox: String,
    pub bank: String,
    pub customers: Vec<Customer>,
    pub reader: ReaderConfig,
}

/// The story page's site: `/` and its static files.
pub fn router(config: StoryConfig) -> Router {
    // The phone leads to the bank and back, the service to the issuer: all of them appear in a frame. So does our own card reader.
    let own = "'self'".to_owned();
    let origins = [&config.app, &config.service, &config.inbox, &config.bank, &config.issuer, &own];
    let services = config.services.iter().map(|service| &service.url).filter(|url| **url != config.service);
    let shows = origins.into_iter().chain(services).cloned().collect();
    let policy = Policy { referrer: "no-referrer", shows, shown_by: vec![own.clone()] };
    let reader = reader::routes(config.reader.clone());
    let files = [&*page::STYLE, &*page::SCRIPT, &*reader::STYLE, &*reader::SCRIPT];
    let routes = Router::new()
        .route("/", get(show))
        .route("/static/{file}", get(move |uri: Uri| async move { front::asset(&uri, &files) }))
        .with_state(Arc::new(config))
        .merge(reader)
        .fallback(|| async { Redirect::to("/") });
    front::dress(routes, &policy)
}

#[derive(Deserialize)]
struct Wanted {
    lang: Option<String>,
    chapter: Option<String>,
}

async fn show(State(config): State<Arc<StoryConfig>>, headers: HeaderMap, Query(wanted): Query<Wanted>) -> Response {
    let lang = front::language(wanted.lang.as_deref(), &headers);
    front::page(StatusCode::OK, lang, page::render(lang, &config, wanted.chapter.as_deref()))
}
