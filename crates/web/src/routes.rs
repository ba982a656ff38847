//! Every door in one table: method, path, who may knock. The router is made from it, and the test of all doors reads it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, get, on};
use axum::{Router, middleware};
use domain::helpdesk::Right;

use crate::site::activate;
use crate::{Doors, console, eid, oidc, phone, security, site};

/// No body is larger than this; single doors take less.
const MAX_BODY_BYTES: usize = 64 * 1024;
/// Of a form that may hold a request object, with the proof of its client beside it.
const MAX_REQUEST_BYTES: usize = 128 * 1024;
/// Where such forms come.
const TAKES_OBJECTS: [&str; 4] = ["/authorize", "/par", "/bc-authorize", "/v2/backchannel/authentication"];

/// Who may knock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// Anybody; changes nobody's state.
    Public,
    /// Anybody may start something of their own; counted per network.
    Start,
    /// A command signed by a device key we know.
    Device,
    /// An answer signed by a device key we know.
    Answer,
    /// The browser that holds the request's cookie.
    Browser,
    /// Whoever holds a sealed request of ours.
    SealedRequest,
    /// A partner that proves itself.
    Partner,
    /// The holder of an access token.
    Token,
    /// The browser that comes back from a bank with our `state`.
    BankReturn,
    /// The browser that holds the cookie of an activation with an identity card.
    Enrolment,
    /// The card program that claimed such an activation.
    Ticket,
    /// Somebody inside the helpdesk's console whose role has this right.
    Staff(Right),
}

/// One door.
pub struct Entry {
    pub method: &'static str,
    pub path: &'static str,
    pub guard: Guard,
    door: MethodRouter<Doors>,
}

fn door<T: 'static>(method: &'static str, path: &'static str, guard: Guard, handler: impl Handler<T, Doors>) -> Entry {
    let filter = match method {
        "POST" => MethodFilter::POST,
        "PUT" => MethodFilter::PUT,
        "DELETE" => MethodFilter::DELETE,
        _ => MethodFilter::GET,
    };
    Entry { method, path, guard, door: on(filter, handler) }
}

/// Doors of the login site and the OpenID provider.
pub fn site() -> Vec<Entry> {
    use Guard::*;
    vec![
        door("GET", "/", Public, site::front),
        door("GET", "/health", Public, site::health),
        door("GET", "/static/{file}", Public, site::asset),
        door("GET", "/.well-known/zelf", Public, phone::well_known),
        door("GET", "/.well-known/openid-configuration", Public, oidc::configuration),
        door("GET", "/.well-known/oauth-authorization-server", Public, oidc::configuration),
        door("GET", "/v2/.well-known/openid-configuration", Public, oidc::v2_configuration),
        door("GET", "/v2/.well-known/oauth-authorization-server", Public, oidc::v2_configuration),
        door("GET", "/.well-known/openid-configuration/v2", Public, oidc::v2_configuration),
        door("GET", "/.well-known/oauth-authorization-server/v2", Public, oidc::v2_configuration),
        door("GET", "/jwks.json", Public, oidc::jwks),
        door("GET", "/bank/jwks.json", Public, oidc::bank_jwks),
        door("GET", "/authorize", Public, oidc::authorize),
        door("POST", "/authorize", Public, oidc::authorize_form),
        door("GET", "/v2/authorization", Public, oidc::v2_authorization),
        door("GET", "/logo/{client_id}", Public, site::logo),
        door("GET", "/login", SealedRequest, site::show),
        door("POST", "/login", Start, site::login),
        door("POST", "/login/qr", Start, site::by_qr),
        door("POST", "/login/link", Start, site::by_link),
        door("GET", "/login/frame/{approval}", Browser, site::frame),
        door("GET", "/login/return/{approval}", Browser, site::come_back),
        door("POST", "/login/retry", SealedRequest, site::retry),
        door("POST", "/login/cancel", Browser, site::cancel),
        door("GET", "/login/wait/{approval}", Browser, site::wait),
        door("GET", "/login/events/{approval}", Browser, site::events),
        door("GET", "/login/problem/{code}/{id}", Public, site::problem_page),
        door("GET", "/help", Public, site::help::home),
        door("GET", "/help/a/{slug}", Public, site::help::answer),
        door("GET", "/help/contact", Public, site::contact::ask),
        door("POST", "/help/contact", Start, site::contact::send),
        door("GET", "/help/contact/{ticket}", SealedRequest, site::contact::status),
        door("GET", "/help/near", Public, site::help::near),
        door("GET", "/help/guides/{file}", Public, site::help::guide),
        door("GET", "/activate", Public, activate::ask),
        door("POST", "/activate", Start, activate::send),
        door("GET", "/activate/challenge", Public, activate::challenge),
        door("GET", "/activate/continue", Enrolment, activate::go_on),
        door("POST", "/activate/change", Enrolment, activate::change),
        door("GET", "/activate/reader", Enrolment, activate::reader),
        door("POST", "/activate/reader", Enrolment, activate::again),
        door("GET", "/activate/events", Enrolment, activate::events),
        door("POST", "/activate/web-eid/challenge", Enrolment, activate::web_eid_challenge),
        door("POST", "/activate/web-eid", Enrolment, activate::web_eid),
        door("GET", "/activate/finish", Public, activate::arrive),
        door("POST", "/activate/finish", Enrolment, activate::finish),
        door("GET", "/activate/token", Enrolment, activate::token),
        door("POST", "/activate/token", Enrolment, activate::new_token),
        door("GET", "/activate/blocked", Enrolment, activate::blocked),
        door("POST", "/activate/blocked", Enrolment, activate::activates),
        door("POST", "/activate/stop", Enrolment, activate::stop),
        door("GET", "/activate/ended", Enrolment, activate::ended),
        door("GET", "/block", Public, site::block_page),
        door("POST", "/block", Start, site::block),
        door("GET", "/block/card", Public, activate::ask_to_block),
        door("POST", "/block/card", Start, activate::send_to_block),
        door("POST", "/eid/v1/claim", Start, eid::claim),
        door("POST", "/eid/v1/progress", Ticket, eid::progress),
        door("POST", "/eid/v1/proof", Ticket, eid::proof),
        door("POST", "/eid/v1/state", Ticket, eid::state),
        door("POST", "/par", Partner, oidc::push),
        door("POST", "/token", Partner, oidc::token),
        door("GET", "/userinfo", Token, oidc::userinfo),
        door("POST", "/userinfo", Token, oidc::userinfo),
        door("GET", "/evidence", Token, oidc::evidence),
        door("POST", "/register", Start, oidc::register),
        door("GET", "/register/{client_id}", Partner, oidc::registration),
        door("PUT", "/register/{client_id}", Partner, oidc::change),
        door("DELETE", "/register/{client_id}", Partner, oidc::unregister),
        door("GET", "/logout", Browser, oidc::logout),
        door("POST", "/logout", Browser, oidc::logout_form),
        door("POST", "/introspect", Partner, oidc::introspect),
        door("POST", "/revoke", Partner, oidc::revoke),
        door("GET", "/picture", Token, oidc::picture),
        door("POST", "/bc-authorize", Partner, oidc::backchannel),
        door("GET", "/v2/jwkSet", Public, oidc::jwks),
        door("POST", "/v2/token", Partner, oidc::v2::token),
        door("GET", "/v2/userinfo", Token, oidc::v2::userinfo),
        door("GET", "/v2/picture", Token, oidc::v2::picture),
        door("GET", "/v2/evidence", Token, oidc::v2::evidence),
        door("POST", "/v2/user_discovery_sessions", Partner, oidc::v2::open_session),
        door("POST", "/v2/user_discovery_sessions/{id}", Partner, oidc::v2::look_at_session),
        door("POST", "/v2/backchannel/authentication", Partner, oidc::v2::backchannel),
    ]
}

/// Doors of the phone app.
pub fn app() -> Vec<Entry> {
    use Guard::*;
    vec![
        door("GET", "/.well-known/zelf", Public, phone::well_known),
        door("GET", "/bank/return", BankReturn, phone::came_back),
        door("GET", "/static/{file}", Public, site::asset),
        door("GET", "/api/v1/nonce", Public, phone::nonce),
        door("POST", "/api/v1/activation/start", Start, phone::activation_start),
        door("POST", "/api/v1/activation/get", Device, phone::activation_get),
        door("POST", "/api/v1/activation/number", Device, phone::activation_number),
        door("POST", "/api/v1/activation/email", Device, phone::activation_email),
        door("POST", "/api/v1/activation/bank", Device, phone::activation_bank),
        door("POST", "/api/v1/activation/return", Device, phone::activation_return),
        door("POST", "/api/v1/activation/sms", Device, phone::activation_sms),
        door("POST", "/api/v1/activation/resend", Device, phone::activation_resend),
        door("POST", "/api/v1/activation/finish", Device, phone::activation_finish),
        door("POST", "/api/v1/activation/eid", Device, phone::activation_eid),
        door("POST", "/api/v1/activation/token", Device, phone::activation_token),
        door("POST", "/api/v1/activation/cancel", Device, phone::activation_cancel),
        door("POST", "/api/v1/activation/vouch", Device, phone::activation_vouch),
        door("POST", "/api/v1/block", Device, phone::block_account),
        door("POST", "/api/v1/block-code", Device, phone::block_code),
        door("POST", "/api/v1/careful", Device, phone::careful),
        door("POST", "/api/v1/mute", Device, phone::mute),
        door("POST", "/api/v1/language", Device, phone::language),
        door("POST", "/api/v1/act/number", Device, phone::act_number),
        door("POST", "/api/v1/act/number/code", Device, phone::act_number_code),
        door("POST", "/api/v1/act/email", Device, phone::act_email),
        door("POST", "/api/v1/act/biometrics", Device, phone::act_biometrics),
        door("POST", "/api/v1/act/code", Device, phone::act_code),
        door("POST", "/api/v1/act/new-phone", Device, phone::act_new_phone),
        door("POST", "/api/v1/act/close", Device, phone::act_close),
        door("POST", "/api/v1/my/data", Device, phone::my_data),
        door("POST", "/api/v1/my/history", Device, phone::my_history),
        door("POST", "/api/v1/my/events", Device, phone::my_events),
        door("POST", "/api/v1/my/evidence", Device, phone::my_evidence),
        door("POST", "/api/v1/my/partners", Device, phone::my_partners),
        door("POST", "/api/v1/my/partners/withdraw", Device, phone::my_partners_withdraw),
        door("POST", "/api/v1/my/messages", Device, phone::my_messages),
        door("POST", "/api/v1/my/export", Device, phone::my_export),
        door("POST", "/api/v1/home", Device, phone::home),
        door("POST", "/api/v1/settings", Device, phone::settings),
        door("POST", "/api/v1/scan", Device, phone::scan),
        door("POST", "/api/v1/pending", Device, phone::pending),
        door("POST", "/api/v1/answer", Answer, phone::answer_request),
    ]
}

/// Doors of the helpdesk's console. None of them leads to an approval, a code, a token or a phone.
pub fn console() -> Vec<Entry> {
    use Guard::*;
    use Right::{Block, Cases, Inside, Look, ReadLog, Staff as People};
    vec![
        door("GET", "/", Staff(Inside), console::front),
        door("GET", "/static/{file}", Public, site::asset),
        door("GET", "/language/{lang}", Public, console::language),
        door("GET", "/login", Public, console::login_page),
        door("POST", "/login", Start, console::login),
        door("GET", "/login/key", Browser, console::key_page),
        door("POST", "/login/key", Browser, console::key),
        door("GET", "/invitation", Public, console::invitation),
        door("POST", "/invitation", Start, console::accept),
        door("GET", "/invitation/key", Browser, console::new_key_page),
        door("POST", "/invitation/key", Browser, console::new_key),
        door("POST", "/logout", Staff(Inside), console::logout),
        door("GET", "/cases", Staff(Cases), console::cases),
        door("GET", "/case/{reference}", Staff(Cases), console::case),
        door("POST", "/case/{reference}/decide", Staff(Right::Decide), console::decide),
        door("POST", "/case/{reference}/refuse", Staff(Cases), console::refuse),
        door("POST", "/case/{reference}/close", Staff(Cases), console::close),
        door("GET", "/search", Staff(Look), console::search_form),
        door("POST", "/search", Staff(Look), console::search),
        door("GET", "/look/{look}", Staff(Look), console::look),
        door("POST", "/look/{look}/block", Staff(Block), console::block),
        door("POST", "/look/{look}/hold", Staff(Right::Hold), console::hold),
        door("POST", "/look/{look}/number", Staff(Right::Propose), console::number),
        door("POST", "/look/{look}/release", Staff(Right::Propose), console::release),
        door("GET", "/log", Staff(ReadLog), console::log),
        door("GET", "/staff", Staff(People), console::people),
        door("POST", "/staff/add", Staff(People), console::add),
        door("POST", "/staff/invite", Staff(People), console::invite),
        door("POST", "/staff/remove", Staff(People), console::remove),
    ]
}

/// Doors of the site that only partners' programs use: path → methods.
fn machines() -> &'static BTreeMap<&'static str, Vec<&'static str>> {
    static MACHINES: LazyLock<BTreeMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
        let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for entry in site().into_iter().filter(|entry| matches!(entry.guard, Guard::Partner | Guard::Token)) {
            all.entry(entry.path).or_default().push(entry.method);
        }
        all
    });
    &MACHINES
}

/// What `Allow` says at such a door; `None` at all others.
pub(crate) fn machine_methods(path: &str) -> Option<String> {
    machines().get(path).map(|methods| methods.join(", "))
}

/// True where only programs come: below or beside a door of theirs.
pub(crate) fn among_machines(path: &str) -> bool {
    let first = |path: &str| path.trim_start_matches('/').split('/').next().map(str::to_owned);
    machines().keys().any(|machine| first(machine) == first(path))
}

fn router(entries: Vec<Entry>) -> Router<Doors> {
    let wide = |entry: Entry| {
        let wide = TAKES_OBJECTS.contains(&entry.path);
        let door = if wide { entry.door.layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES)) } else { entry.door };
        Entry { door, ..entry }
    };
    entries.into_iter().map(wide).fold(Router::new(), |router, entry| router.route(entry.path, entry.door))
}

/// The login site, ready to serve.
pub fn site_router(doors: Doors) -> Router {
    router(site())
        .fallback(site::not_found)
        .method_not_allowed_fallback(site::method_not_allowed)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn_with_state(doors.clone(), security::site))
        .with_state(doors)
}

/// The phone app and its API, ready to serve.
pub fn app_router(doors: Doors) -> Router {
    router(app())
        .fallback_service(get(phone::file).with_state(doors.clone()))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn_with_state(doors.clone(), security::app))
        .with_state(doors)
}

/// The helpdesk's console, ready to serve: the guard of each door stands in the table, not in its handler.
pub fn console_router(doors: Doors) -> Router {
    let guarded = |entry: Entry| match entry.guard {
        Guard::Staff(right) => Entry {
            door: entry.door.route_layer(middleware::from_fn_with_state((doors.clone(), right), console::guard)),
            ..entry
        },
        _ => entry,
    };
    router(console().into_iter().map(guarded).collect())
        .fallback(console::not_found)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn_with_state(doors.clone(), security::console))
        .with_state(doors)
}
