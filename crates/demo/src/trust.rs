//! The one page of a LAN world over plain HTTP: the certificate to trust, how to trust it, and how to remove it again. A phone
//! cannot fetch it from a site that it does not trust yet.

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use maud::{Markup, html};
use pages::layout::Layout;
use serde::Deserialize;
use std::sync::Arc;
use words::{Lang, fill, t};

use crate::front::{self, Policy};

/// Where the certificate lies.
const FILE: &str = "/zelf-demo.crt";

/// All the page needs to know.
#[derive(Clone)]
pub struct TrustConfig {
    /// DER.
    pub certificate: Vec<u8>,
    /// What phones call it in their lists.
    pub name: String,
    /// Where the app is.
    pub app: String,
}

/// `GET /`, the certificate, the stylesheet.
pub fn router(config: TrustConfig) -> Router {
    let policy = Policy { referrer: "no-referrer", shows: vec![], shown_by: vec![] };
    let routes = Router::new()
        .route("/", get(show))
        .route(FILE, get(certificate))
        .route("/static/{file}", get(|uri: Uri| async move { front::asset(&uri, &[]) }))
        .fallback(|| async { Redirect::to("/") })
        .with_state(Arc::new(config));
    front::dress(routes, &policy)
}

/// The media type that makes iOS and Android offer to install it.
async fn certificate(State(config): State<Arc<TrustConfig>>) -> Response {
    ([(header::CONTENT_TYPE, "application/x-x509-ca-cert")], config.certificate.clone()).into_response()
}

#[derive(Deserialize)]
struct LangQuery {
    lang: Option<String>,
}

async fn show(State(config): State<Arc<TrustConfig>>, headers: HeaderMap, Query(query): Query<LangQuery>) -> Response {
    let lang = front::language(query.lang.as_deref(), &headers);
    front::page(StatusCode::OK, lang, render(lang, &config))
}

fn steps(lines: [&str; 3]) -> Markup {
    html! { ol.steps { @for line in lines { li { span { (line) } } } } }
}

fn render(lang: Lang, config: &TrustConfig) -> Markup {
    let title = t(lang, "story.trust.title");
    let named = |key: &'static str| fill(lang, key, &[("name", &config.name)]);
    let main = html! {
        div.card {
            h1 { (title) }
            p { (t(lang, "story.trust.lead")) }
            a.button href=(FILE) { (t(lang, "story.trust.get")) }
            div { h2 { "Android" }
                (steps([&named("story.trust.android"), t(lang, "story.trust.check"), &named("story.trust.android_remove")])) }
            div { h2 { "iPhone, iPad" }
                (steps([&named("story.trust.ios"), t(lang, "story.trust.check"), &named("story.trust.ios_remove")])) }
            a.button.second href=(config.app) { (t(lang, "story.trust.app")) }
        }
    };
    Layout { lang_href: Some("/?lang="), help: false, ..Layout::new(lang, title, main) }.render()
}
