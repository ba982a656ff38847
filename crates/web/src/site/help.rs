//! Help pages: search, answers, help nearby, printable guides. They read nothing of anybody.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use journeys::World;
use pages::help::{Around, HelpAnswer, HelpHome, HelpNear, Local, find};
use serde::Deserialize;
use words::Lang;

use super::pages_of::{accepted, page, problem_here};
use crate::{AppFiles, Doors};

/// What the operator told about help, and the guides that were printed.
pub struct HelpShelf {
    local: Local,
    /// Banks by name in each language, as `Lang::ALL`; true: its own app first.
    banks: Vec<[String; 4]>,
    needs_app: Vec<bool>,
    guides: AppFiles,
    names: Vec<String>,
}

impl HelpShelf {
    /// `guides`: the folder that `cargo xtask guides` filled, read at start.
    pub fn new(mut local: Local, world: &World, guides: AppFiles) -> Arc<HelpShelf> {
        if local.site.is_empty() {
            local.site = world.settings.issuer.split_once("://").map_or("", |(_, host)| host).to_owned();
        }
        let banks = world.banks.all();
        let name = |bank: &journeys::registry::Bank| Lang::ALL.map(|lang| bank.name.of(lang.code()).to_owned());
        Arc::new(HelpShelf {
            local,
            banks: banks.iter().map(name).collect(),
            needs_app: banks.iter().map(|bank| bank.needs_app).collect(),
            names: guides.names().map(|name| name.trim_start_matches('/').to_owned()).collect(),
            guides,
        })
    }

    fn banks(&self, lang: Lang) -> Vec<(String, bool)> {
        let at = Lang::ALL.iter().position(|l| *l == lang).unwrap_or_default();
        let names = self.banks.iter().map(|names| names.get(at).cloned().unwrap_or_default());
        names.zip(self.needs_app.iter().copied()).collect()
    }
}

/// `?lang=` and what was typed.
#[derive(Default, Deserialize)]
pub struct Asked {
    lang: Option<String>,
    q: Option<String>,
}

type Typed = Result<Query<Asked>, QueryRejection>;

fn read(typed: Typed, headers: &HeaderMap) -> (Lang, String) {
    let asked = typed.map(|Query(asked)| asked).unwrap_or_default();
    let lang = asked.lang.as_deref().and_then(Lang::parse).unwrap_or_else(|| accepted(headers));
    let query: String = asked.q.unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect();
    (lang, query)
}

fn around<'a>(doors: &'a Doors, banks: &'a [(String, bool)]) -> Around<'a> {
    let settings = &doors.world.settings;
    Around {
        local: &doors.help.local,
        app_href: &settings.app,
        minimum_age: settings.minimum_age,
        banks,
        guides: &doors.help.names,
    }
}

/// `GET /help`, `GET /help?q=…`.
pub async fn home(State(doors): State<Doors>, headers: HeaderMap, typed: Typed) -> Response {
    let (lang, query) = read(typed, &headers);
    page(HelpHome { lang, query: &query, around: around(&doors, &[]) }.render())
}

/// `GET /help/a/{slug}`.
pub async fn answer(
    State(doors): State<Doors>,
    headers: HeaderMap,
    Path(slug): Path<String>,
    typed: Typed,
) -> Response {
    let (lang, _) = read(typed, &headers);
    let Some(answer) = find(&slug) else { return problem_here(&doors, &headers, "not_found", "no such answer") };
    let banks = doors.help.banks(lang);
    page(HelpAnswer { lang, answer, around: around(&doors, &banks) }.render())
}

/// `GET /help/near`, `GET /help/near?q=…`.
pub async fn near(State(doors): State<Doors>, headers: HeaderMap, typed: Typed) -> Response {
    let (lang, query) = read(typed, &headers);
    page(HelpNear { lang, query: &query, around: around(&doors, &[]) }.render())
}

/// `GET /help/guides/{file}`: by its exact name, from memory.
pub async fn guide(State(doors): State<Doors>, headers: HeaderMap, Path(file): Path<String>) -> Response {
    let Some((media, bytes)) = doors.help.guides.get(&format!("/{file}")) else {
        return problem_here(&doors, &headers, "not_found", "no such guide");
    };
    ([(header::CONTENT_TYPE, *media), (header::CACHE_CONTROL, "no-cache")], bytes.clone()).into_response()
}
