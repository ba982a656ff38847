//! Everything that is known at the moment data leaves for a partner. What is `None` is not known, and is not released.

use serde::{Deserialize, Serialize};

use super::attributes::Attributes;

/// The identity document behind an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Document {
    /// As printed; separators are left out on release.
    pub number: String,
    /// ICAO 9303 document code: `I` and a letter for cards, `P` for passports; empty when nobody told.
    pub kind: String,
    /// ISO 3166-1 alpha-3.
    pub country: String,
    /// `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    /// Last day, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<String>,
    /// The town that delivered it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_at: Option<String>,
    /// The person's number in the register of the country that issued it, where that is another one than Belgium.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub national_number: Option<String>,
}

/// Facts about a person, a phone and one request. Personal data: no `Debug`.
#[derive(Clone, Default)]
pub struct Facts {
    pub attributes: Attributes,
    pub document: Option<Document>,
    pub proof: Option<Proof>,
    pub device: Option<Device>,
    pub login: Login,
    /// Language of the app: one of [`super::LANGUAGES`].
    pub language: Option<String>,
    /// `YYYY-MM-DD` where the operator is; ages are counted on it.
    pub today: String,
    /// Unix seconds.
    pub now: i64,
    /// Where the picture is fetched, when there is one.
    pub picture_url: Option<String>,
    /// The stored photo's bytes, when the person keeps one with us.
    pub photo: Option<Vec<u8>>,
}

/// Who vouched for the identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Bank,
    /// The chip of an identity card.
    Card,
}

/// How and when the person was proven.
#[derive(Clone)]
pub struct Proof {
    pub method: Method,
    /// Name of the bank.
    pub organization: Option<String>,
    /// Unix seconds.
    pub at: i64,
    /// A name for this proving, different for each sector (OpenID Identity Assurance `verification_process`).
    pub process: Option<String>,
}

/// The phone that answered.
#[derive(Clone)]
pub struct Device {
    /// The same for one partner, different for each.
    pub id: String,
    /// What the phone calls itself.
    pub label: String,
    /// When the account was opened on it, unix seconds.
    pub since: i64,
}

/// How a request found its phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    Number,
    Scanned,
    /// The app was on the same device.
    SameDevice,
}

/// The request itself.
#[derive(Clone, Default)]
pub struct Login {
    /// Address of the phone that answered.
    pub ip: Option<String>,
    pub found: Option<Found>,
    pub ongoing_call: Option<bool>,
    /// Name of the app.
    pub app_name: Option<String>,
    pub app_release: Option<String>,
}
