//! What an operator decides, as journeys see it.

use jiff::tz::TimeZone;
use words::Lang;

/// Values from `zelf.toml`, with the defaults of the house.
#[derive(Clone)]
pub struct Settings {
    /// Origin of the login pages and the OpenID provider, without a slash at the end.
    pub issuer: String,
    /// Origin of the phone app.
    pub app: String,
    /// Origin of the helpdesk's console.
    pub console: String,
    /// What citizens call us.
    pub name: String,
    /// Version of the terms a person must accept.
    pub terms: String,
    pub minimum_age: i32,
    /// Countries whose numbers get SMS (ISO 3166-1 alpha-2); empty: all.
    pub countries: Vec<String>,
    pub time_zone: TimeZone,
    /// Test identities are accepted; every page says so.
    pub test_world: bool,
    pub inbox: Option<String>,
    /// SMS a number may get in 24 hours.
    pub sms_per_day: i64,
    /// A closed account is kept, sealed, for so long; then it is erased.
    pub keep_closed_seconds: i64,
    /// A pushed request waits so long for its browser (RFC 9126).
    pub par_seconds: i64,
    /// Networks and what a person calls them.
    pub places: Vec<Place>,
    pub tokens: TokenRules,
    pub registration: crate::register::RegistrationRules,
}

/// What tokens of partners are worth.
#[derive(Clone, Debug)]
pub struct TokenRules {
    /// A code counts for so long after the approval, seconds; for FAPI partners at most 60.
    pub code_seconds: i64,
    /// A refresh token that lies unused for so long is over, seconds.
    pub refresh_idle_seconds: i64,
    /// A chain of refresh tokens lives no longer, seconds.
    pub refresh_seconds: i64,
    /// DPoP proofs must carry a nonce of ours (RFC 9449 §8).
    pub dpop_nonce: bool,
    /// Origin of the doors that ask for a client certificate; none: there are no such doors.
    pub mtls_issuer: Option<String>,
}

impl Default for TokenRules {
    fn default() -> Self {
        TokenRules {
            code_seconds: domain::approval::REDEEM_SECONDS,
            refresh_idle_seconds: 30 * 86_400,
            refresh_seconds: 180 * 86_400,
            dpop_nonce: false,
            mtls_issuer: None,
        }
    }
}

/// A network with a name people know.
#[derive(Clone)]
pub struct Place {
    /// Leading part of the address, e.g. `127.` or `10.1.`.
    pub prefix: String,
    pub name: [String; 4],
}

impl Settings {
    /// The issuer that partners of this mount know.
    pub fn issuer_of(&self, mount: protocol::oidc::Mount) -> String {
        format!("{}{}", self.issuer, mount.path())
    }

    /// Addresses at which partners of this mount find a door: the issuer's, and the one that asks for certificates.
    pub fn addresses(&self, mount: protocol::oidc::Mount, path: &str) -> Vec<String> {
        let origins = std::iter::once(&self.issuer).chain(&self.tokens.mtls_issuer);
        origins.map(|origin| format!("{origin}{}{path}", mount.path())).collect()
    }

    /// Day and time where the operator is: `22-11-2026 14:05`.
    pub fn local_time(&self, now: i64) -> String {
        let at = jiff::Timestamp::from_second(now).unwrap_or_default().to_zoned(self.time_zone.clone());
        at.strftime("%d-%m-%Y %H:%M").to_string()
    }

    /// Today where the operator is.
    pub fn today(&self, now: i64) -> domain::date::Date {
        let at = jiff::Timestamp::from_second(now).unwrap_or_default().to_zoned(self.time_zone.clone());
        let (year, month, day) = (i32::from(at.year()), at.month().unsigned_abs(), at.day().unsigned_abs());
        domain::date::Date::new(year, month, day).unwrap_or(domain::date::Date::of(now))
    }

    /// What a person calls the network of this address, if anybody told us.
    pub fn place(&self, address: &str, lang: Lang) -> Option<&str> {
        let [nl, fr, de, en] = self.places.iter().find(|p| address.starts_with(&p.prefix)).map(|p| &p.name)?;
        Some(match lang {
            Lang::Nl => nl,
            Lang::Fr => fr,
            Lang::De => de,
            Lang::En => en,
        })
    }
}
