//! Four services that know nothing of zelf but what any partner is told (docs/partners/README.md): a municipality, a supplier of energy, a
//! landlord, and a health fund. The first three are relying parties as they should be written: PKCE, state, nonce, and an ID token
//! that is checked. The fund's integration was written for the `/v2` contract ([`compat`]).

pub mod compat;
mod page;
mod provider;
mod relying_party;
mod session;
mod site;

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use protocol::jose::SigningKey;
use serde::Deserialize;
use words::Lang;

use crate::front::{self, Policy};
use compat::{CompatKeys, CompatParty};
use page::{Notice, Page};
use provider::Refused;
use relying_party::RelyingParty;
use session::{Pending, Person, Sessions};
use site::Ask;

pub use site::Site;

/// How the service proves itself at the token endpoint.
#[derive(Clone)]
pub enum Auth {
    PrivateKeyJwt(Arc<SigningKey>),
    ClientSecretPost(String),
    ClientSecretBasic(String),
    /// The `/v2` contract: RS256, everything signed and sealed.
    Compat(Arc<CompatKeys>),
}

/// All the service needs to know.
#[derive(Clone)]
pub struct ServiceConfig {
    /// `http://localhost:8403`, without a slash at the end; the redirect URI is `{base_url}/callback`.
    pub base_url: String,
    pub issuer: String,
    pub client_id: String,
    pub auth: Auth,
    /// Origins that may show the service in a frame.
    pub frame_ancestors: Vec<String>,
    /// Authorities (PEM) that it believes besides the system's.
    pub roots: Vec<String>,
    pub site: Site,
}

/// Which contract the service speaks.
enum Party {
    Standard(RelyingParty),
    Compat(CompatParty),
}

impl Party {
    fn issuer(&self) -> &str {
        match self {
            Party::Standard(party) => party.issuer(),
            Party::Compat(party) => party.issuer(),
        }
    }

    async fn authorization_url(&self, pending: &Pending, lang: Lang) -> Result<String, Refused> {
        match self {
            Party::Standard(party) => party.authorization_url(pending, lang).await,
            Party::Compat(party) => party.authorization_url(pending, lang).await,
        }
    }

    async fn redeem(&self, code: &str, pending: &Pending) -> Result<Person, Refused> {
        match self {
            Party::Standard(party) => party.redeem(code, pending).await,
            Party::Compat(party) => party.redeem(code, pending).await,
        }
    }
}

#[derive(Clone)]
struct Service {
    site: Site,
    party: Arc<Party>,
    sessions: Arc<Sessions>,
    /// Cookies are shared by all ports of a host, so they carry the client's name.
    cookie_prefix: String,
}

impl Service {
    fn session_cookie(&self) -> String {
        format!("{}_session", self.cookie_prefix)
    }

    /// Who is in, in this browser.
    fn who(&self, headers: &HeaderMap) -> Option<Arc<Person>> {
        front::cookie(headers, &self.session_cookie()).and_then(|id| self.sessions.find(id))
    }

    fn login_cookie(&self) -> String {
        format!("{}_login", self.cookie_prefix)
    }
}

/// The service's site. Sessions live in memory: after a restart, people log in again.
pub fn router(config: ServiceConfig) -> Router {
    let policy = Policy { referrer: "same-origin", shows: vec![], shown_by: config.frame_ancestors.clone() };
    let site = config.site;
    let party = match config.auth.clone() {
        Auth::Compat(keys) => Party::Compat(CompatParty::new(config.clone(), keys)),
        _ => Party::Standard(RelyingParty::new(config.clone())),
    };
    let service = Service {
        site,
        cookie_prefix: config.client_id.chars().filter(char::is_ascii_alphanumeric).collect(),
        party: Arc::new(party),
        sessions: Arc::default(),
    };
    let routes = Router::new()
        .route("/", get(home))
        .route("/login", get(login))
        .route("/jwks.json", get(jwks))
        .route("/callback", get(callback))
        .route("/evidence", get(evidence))
        .route("/logout", post(logout))
        .route("/static/{file}", get(|uri: Uri| async move { front::asset(&uri, &[&page::STYLE]) }))
        .fallback(|| async { Redirect::to("/") })
        .with_state(service);
    front::dress(routes, &policy)
}

#[derive(Deserialize)]
struct LangQuery {
    lang: Option<String>,
}

async fn home(State(service): State<Service>, headers: HeaderMap, Query(query): Query<LangQuery>) -> Response {
    let lang = front::language(query.lang.as_deref(), &headers);
    let session = service.who(&headers);
    let person = session.as_deref();
    front::page(StatusCode::OK, lang, Page { site: service.site, lang, person, notice: None }.render())
}

/// The proof that the service keeps of what somebody confirmed, for that person.
async fn evidence(State(service): State<Service>, headers: HeaderMap) -> Response {
    let Some(proof) = service.who(&headers).and_then(|person| person.evidence.clone()) else {
        return Redirect::to("/").into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "application/jwt"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"evidence.jwt\""),
    ];
    (headers, proof).into_response()
}

/// The keys of a service that has them at an address.
async fn jwks(State(service): State<Service>) -> Response {
    match &*service.party {
        Party::Compat(party) => Json(party.jwks()).into_response(),
        Party::Standard(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

#[derive(Deserialize)]
struct Wish {
    #[serde(rename = "do")]
    what: Option<String>,
}

/// Off to the login page; what must come back is kept here, and a cookie says whose browser it is.
async fn login(State(service): State<Service>, headers: HeaderMap, Query(wish): Query<Wish>) -> Response {
    let lang = front::language(None, &headers);
    let sub = service.who(&headers).map(|person| person.sub.clone());
    let Some(pending) = Pending::fresh(Ask::parse(wish.what.as_deref()), sub) else {
        return problem(&service, &headers, lang, &Refused::Unreachable);
    };
    match service.party.authorization_url(&pending, lang).await {
        Ok(url) => {
            let cookie = front::set_cookie(&service.login_cookie(), &pending.state, 900);
            service.sessions.begin(pending);
            (AppendHeaders([(header::SET_COOKIE, cookie)]), Redirect::to(&url)).into_response()
        }
        Err(refused) => problem(&service, &headers, lang, &refused),
    }
}

#[derive(Deserialize)]
struct Answer {
    state: Option<String>,
    iss: Option<String>,
    code: Option<String>,
    error: Option<String>,
}

async fn callback(State(service): State<Service>, headers: HeaderMap, Query(answer): Query<Answer>) -> Response {
    let lang = front::language(None, &headers);
    let entered = finish(&service, &headers, answer).await;
    match entered.and_then(|person| service.sessions.enter(person).ok_or(Refused::Unreachable)) {
        Ok(id) => {
            let session = front::set_cookie(&service.session_cookie(), &id, session::SECONDS);
            let login = front::set_cookie(&service.login_cookie(), "", 0);
            (AppendHeaders([(header::SET_COOKIE, session), (header::SET_COOKIE, login)]), Redirect::to("/"))
                .into_response()
        }
        Err(refused) => problem(&service, &headers, lang, &refused),
    }
}

async fn finish(service: &Service, headers: &HeaderMap, answer: Answer) -> Result<Person, Refused> {
    let state = answer.state.filter(|s| front::cookie(headers, &service.login_cookie()) == Some(s.as_str()));
    let pending = state.and_then(|state| service.sessions.take(&state)).ok_or(Refused::OtherBrowser)?;
    // RFC 9207: an answer that names another issuer was meant for somebody else.
    if answer.iss.as_deref().is_some_and(|iss| iss != service.party.issuer()) {
        return Err(Refused::Token("iss"));
    }
    match (answer.code, answer.error.as_deref()) {
        (Some(code), None) => service.party.redeem(&code, &pending).await,
        (_, Some("access_denied")) => Err(Refused::Denied(pending.ask)),
        (_, error) => Err(Refused::Provider(error.unwrap_or("no code").to_owned())),
    }
}

/// What went wrong, to somebody who stays as they are: in, or not yet.
fn problem(service: &Service, headers: &HeaderMap, lang: Lang, refused: &Refused) -> Response {
    let site = service.site;
    let (status, notice) = match refused {
        Refused::Denied(ask) => (StatusCode::OK, Notice::Denied(*ask)),
        Refused::OtherBrowser => (StatusCode::BAD_REQUEST, Notice::OtherBrowser),
        Refused::Token(_) | Refused::Provider(_) => (StatusCode::BAD_GATEWAY, Notice::Failed),
        Refused::Unreachable => (StatusCode::BAD_GATEWAY, Notice::Unreachable),
    };
    tracing::info!(?site, why = refused.word(), "a service could not log somebody in");
    let session = service.who(headers);
    front::page(status, lang, Page { site, lang, person: session.as_deref(), notice: Some(notice) }.render())
}

async fn logout(State(service): State<Service>, headers: HeaderMap) -> Response {
    if let Some(id) = front::cookie(&headers, &service.session_cookie()) {
        service.sessions.leave(id);
    }
    let gone = front::set_cookie(&service.session_cookie(), "", 0);
    (AppendHeaders([(header::SET_COOKIE, gone)]), Redirect::to("/")).into_response()
}
