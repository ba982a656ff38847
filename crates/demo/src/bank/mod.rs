//! The demo bank: an OpenID provider of its own (FAPI 2.0 profile) whose customers sign with bank card and card reader.
//!
//! One program plays every bank of the registry, each with its own issuer `{base}/{bank}` and key, its own database and
//! nothing of ours but the wire formats. `docs/bank-connector.md` tells how a program plays the customer.

mod authorize;
mod cards;
mod client;
mod desk;
mod discovery;
mod dpop;
mod notice;
mod page;
mod par;
mod problem;
mod rows;
mod sign;
mod token;
mod userinfo;

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::routing::{get, post};
use axum::{Router, http};

pub use notice::Gateway;
use problem::OAuthError;
use rows::Rows;

/// The clock: seconds since 1970 UTC. The program passes the real one, a test its own.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// One bank to play.
#[derive(Clone, Debug)]
pub struct BankName {
    /// Path segment of its issuer: lower-case letters, digits, `-`.
    pub id: String,
    pub name: String,
}

/// Who may ask the banks for proof of a person.
#[derive(Clone, Debug)]
pub struct ClientRegistration {
    pub client_id: String,
    pub jwks_uri: String,
    /// Compared exactly.
    pub redirect_uris: Vec<String>,
}

/// All the demo bank needs to know.
#[derive(Clone)]
pub struct BankConfig {
    /// `http://localhost:8404`, without a slash at the end.
    pub base: String,
    /// Its own SQLite file; the banks' keys and the cards' memories live there too.
    pub database: PathBuf,
    pub banks: Vec<BankName>,
    pub clients: Vec<ClientRegistration>,
    /// Origins that may show the bank's page in a frame (the demo's story page).
    pub frame_ancestors: Vec<String>,
    /// Authorities (PEM) that it believes besides the system's.
    pub roots: Vec<String>,
    /// Tells customers by SMS that their card was used; without one, nobody is told.
    pub gateway: Option<Gateway>,
    pub clock: Clock,
}

/// What every door of the bank shares.
struct World {
    config: BankConfig,
    rows: Rows,
    clients: client::Clients,
}

type Bank = Arc<World>;

impl World {
    fn now(&self) -> i64 {
        (self.config.clock)()
    }

    /// Today in UTC: near enough for ages and expiry dates in a demo.
    fn today(&self) -> jiff::civil::Date {
        jiff::Timestamp::from_second(self.now())
            .map(|t| t.to_zoned(jiff::tz::TimeZone::UTC).date())
            .unwrap_or(jiff::civil::Date::ZERO)
    }

    fn bank(&self, id: &str) -> Option<&BankName> {
        self.config.banks.iter().find(|b| b.id == id)
    }

    fn issuer(&self, bank: &str) -> String {
        format!("{}/{bank}", self.config.base)
    }

    /// The issuer of a bank that exists.
    fn known_issuer(&self, bank: &str) -> Result<String, OAuthError> {
        self.bank(bank).map(|b| self.issuer(&b.id)).ok_or(OAuthError::NO_BANK)
    }
}

/// Largest form any door reads, in bytes.
const MAX_FORM_BYTES: usize = 32 * 1024;

/// Opens the bank's database (made when missing) and lays out its doors.
///
/// # Errors
/// When the database cannot be opened or a key cannot be read.
pub fn router(config: BankConfig) -> Result<Router, Box<dyn Error + Send + Sync>> {
    let rows = Rows::open(&config.database, &config.banks)?;
    let clients = client::Clients::new(config.clients.clone(), &config.roots)?;
    let world = Arc::new(World { config, rows, clients });
    Ok(Router::new()
        .route("/static/{file}", get(page::asset))
        .route("/demo/customers", get(desk::customers))
        .route("/demo/reader", post(desk::reader))
        .route("/demo/unblock", post(desk::unblock))
        .route("/{bank}/.well-known/openid-configuration", get(discovery::metadata))
        .route("/{bank}/jwks.json", get(discovery::jwks))
        .route("/{bank}/par", post(par::push))
        .route("/{bank}/authorize", get(authorize::open))
        .route("/{bank}/sign/{session}", get(sign::show))
        .route("/{bank}/sign/{session}/card", post(sign::card))
        .route("/{bank}/sign/{session}/response", post(sign::response))
        .route("/{bank}/sign/{session}/refuse", post(sign::refuse))
        .route("/{bank}/token", post(token::exchange))
        .route("/{bank}/userinfo", get(userinfo::answer).post(userinfo::answer))
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
        .with_state(world))
}

/// `n` random bytes, base64url.
fn random(n: usize) -> String {
    let mut bytes = vec![0; n];
    // A failing system generator is not survivable; an empty value fails every uniqueness and length check downstream.
    match aws_lc_rs::rand::fill(&mut bytes) {
        Ok(()) => protocol::jose::b64u(bytes),
        Err(_) => String::new(),
    }
}

/// A form whose parameters each come once (RFC 6749 §3.1).
struct Form(Vec<(String, String)>);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = OAuthError;

    async fn from_request(request: Request, state: &S) -> Result<Self, OAuthError> {
        let parsed = axum::Form::<Vec<(String, String)>>::from_request(request, state).await;
        let axum::Form(pairs) = parsed.map_err(|_| OAuthError::request("not a form of at most 32 KiB"))?;
        let mut names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        let repeated = names.windows(2).any(|pair| pair.first() == pair.last());
        if repeated { Err(OAuthError::request("a parameter is repeated")) } else { Ok(Form(pairs)) }
    }
}

impl Form {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// A parameter that must be there, with a bounded value.
    fn need(&self, name: &str, missing: &'static str, max: usize) -> Result<&str, OAuthError> {
        match self.get(name) {
            Some(value) if !value.is_empty() && value.len() <= max => Ok(value),
            _ => Err(OAuthError::request(missing)),
        }
    }
}

/// Header value, when it is text and comes once.
fn header<'a>(headers: &'a http::HeaderMap, name: &str) -> Option<&'a str> {
    let mut all = headers.get_all(name).iter();
    let first = all.next()?.to_str().ok();
    if all.next().is_some() { None } else { first }
}
