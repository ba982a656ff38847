//! The `claims` parameter (OpenID Core §5.5): which single claims are asked, where, and how much they matter.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::Mount;
use super::compat::template::is_approval_claim;
use super::partner::Partner;
use super::release;
use super::verified::AskedVerified;

/// Most claims asked by name in one place.
const MAX_NAMES: usize = 64;
/// Longest name of a claim, in bytes.
const MAX_NAME: usize = 96;
/// Claims of the protocol that a request may say something about.
const PROTOCOL: [&str; 3] = ["sub", "acr", "auth_time"];

/// How one claim is wished for. All empty: if it is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Wanted {
    /// The person is told that it cannot be left out.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub essential: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
}

impl Wanted {
    /// Of one member: `null` or an object; members of it that we do not know are ignored (§5.5.1).
    pub(super) fn read(value: &Value) -> Option<Wanted> {
        match value {
            Value::Null => Some(Wanted::default()),
            Value::Object(members) => Some(Wanted {
                essential: members.get("essential").is_some_and(|e| e.as_bool() == Some(true)),
                value: members.get("value").filter(|value| !value.is_null()).cloned(),
                values: members.get("values").and_then(Value::as_array).cloned().unwrap_or_default(),
            }),
            _ => None,
        }
    }

    /// True for a value that was wished for, and for any where none was named.
    pub fn fits(&self, found: &Value) -> bool {
        self.value.as_ref().is_none_or(|value| value == found)
            && (self.values.is_empty() || self.values.contains(found))
    }
}

/// Names of single claims asked for; names we do not know are gone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClaimsRequest {
    #[serde(deserialize_with = "map_or_names")]
    pub id_token: BTreeMap<String, Wanted>,
    #[serde(deserialize_with = "map_or_names")]
    pub userinfo: BTreeMap<String, Wanted>,
    /// `verified_claims` (OpenID Identity Assurance), each wish apart.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub id_token_verified: Vec<AskedVerified>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub userinfo_verified: Vec<AskedVerified>,
}

impl ClaimsRequest {
    /// `None` for what is not an object with objects in it.
    pub(super) fn read(value: &Value, partner: &Partner) -> Option<ClaimsRequest> {
        let members = value.as_object()?;
        let (id_token, id_token_verified) = part(members, "id_token", partner)?;
        let (userinfo, userinfo_verified) = part(members, "userinfo", partner)?;
        Some(ClaimsRequest { id_token, userinfo, id_token_verified, userinfo_verified })
    }

    /// Asked for the ID token, verified ones too.
    pub fn id_token_names(&self) -> BTreeSet<String> {
        names(&self.id_token, &self.id_token_verified)
    }

    /// Asked for userinfo, verified ones too.
    pub fn userinfo_names(&self) -> BTreeSet<String> {
        names(&self.userinfo, &self.userinfo_verified)
    }

    /// Asked by its name, anywhere.
    pub(super) fn names(&self, name: &str) -> bool {
        self.wishes(name).next().is_some()
    }

    /// True when the partner says that it cannot do without.
    pub fn essential(&self, name: &str) -> bool {
        self.wishes(name).any(|wanted| wanted.essential)
    }

    fn wishes<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Wanted> {
        let verified = self.id_token_verified.iter().chain(&self.userinfo_verified).map(|asked| &asked.claims);
        [&self.id_token, &self.userinfo].into_iter().chain(verified).filter_map(move |part| part.get(name))
    }

    /// Something about the person is asked.
    pub(super) fn asks_data(&self) -> bool {
        let names = self.id_token_names().into_iter().chain(self.userinfo_names());
        names.into_iter().any(|name| !PROTOCOL.contains(&name.as_str()) && !is_approval_claim(&name))
    }
}

type Part = (BTreeMap<String, Wanted>, Vec<AskedVerified>);

fn part(members: &Map<String, Value>, name: &str, partner: &Partner) -> Option<Part> {
    let asked = match members.get(name) {
        None | Some(Value::Null) => return Some(Part::default()),
        Some(asked) => asked.as_object()?,
    };
    // Which claims the compatible mount knows is judged where they are given.
    let known = |name: &str| match partner.mount {
        Mount::Standard => release::claim(Mount::Standard, name).is_some() || PROTOCOL.contains(&name),
        Mount::Compat => name.len() <= MAX_NAME && !is_approval_claim(name),
    };
    let wanted = asked.iter().filter(|(name, _)| known(name)).take(MAX_NAMES);
    let wanted = wanted.map(|(name, value)| Some((name.clone(), Wanted::read(value)?))).collect::<Option<_>>()?;
    let verified = match asked.get("verified_claims") {
        Some(asked) if partner.verified_claims => AskedVerified::read(asked)?,
        _ => Vec::new(),
    };
    Some((wanted, verified))
}

fn names(plain: &BTreeMap<String, Wanted>, verified: &[AskedVerified]) -> BTreeSet<String> {
    plain.keys().chain(verified.iter().flat_map(|asked| asked.claims.keys())).cloned().collect()
}

/// Requests of before hold names alone.
fn map_or_names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Wanted>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Map(BTreeMap<String, Wanted>),
        Names(BTreeSet<String>),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::Map(map) => map,
        Either::Names(names) => names.into_iter().map(|name| (name, Wanted::default())).collect(),
    })
}
