//! Services of a partner of the itsme®-compatible mount: each is one flow, chosen by the scope `service:CODE`.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Names;
use crate::oidc::attributes::Scope;

/// What a service is for (reference: one type per service).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceKind {
    /// Log in; may also ask data.
    Authentication,
    /// Asks at least one datum.
    Identification,
    /// A payment or a text, in a request object.
    Confirmation,
}

/// One service.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// 1 to 45 of `A-Z a-z 0-9 . _ -`.
    pub code: String,
    pub kind: ServiceKind,
    /// What the phone shows in place of the partner's name.
    #[serde(default)]
    pub name: Option<Names>,
    /// Why the data is asked, as the phone shows it.
    #[serde(default)]
    pub purpose: Option<Names>,
    /// Compared character by character; none for services that only use CIBA.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    #[serde(default)]
    pub scopes: BTreeSet<Scope>,
    /// Single claims that it may ask beside those of its scopes.
    #[serde(default)]
    pub claims: BTreeSet<String>,
}
