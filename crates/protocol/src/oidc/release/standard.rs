//! Values on the standard mount (OpenID Core §5.1, OpenID Identity Assurance claims).

use serde_json::Value;

use super::time;
use crate::oidc::facts::Facts;

pub(super) fn value(name: &str, facts: &Facts) -> Option<Value> {
    match name {
        "locale" => facts.language.clone().map(Value::String),
        "picture" => facts.picture_url.clone().map(Value::String),
        _ => match name.strip_prefix("age_over_") {
            Some(years) => age(years, facts),
            None => facts.attributes.claim(name),
        },
    }
}

/// True when the person is so old today.
pub(super) fn age(years: &str, facts: &Facts) -> Option<Value> {
    let born = facts.attributes.birthdate.as_deref()?;
    time::has_reached(years.parse().ok()?, born, &facts.today).map(Value::Bool)
}
