//! The data that a request asks, one line each, with the person's own values.

use domain::approval::LoginRequest;
use domain::date::Date;
use domain::number::MobileNumber;
use protocol::oidc::facts::Facts;
use protocol::oidc::release::{self, CLAIMS, Claim, Format};
use protocol::phone::Field;
use serde_json::Value;
use words::Lang;

/// Words for what only the moment of the answer tells.
const THIS_PHONE: &str = "claim.this_phone";
const PICTURE: &str = "claim.picture";

/// Each datum that will be shared, with its value, in the order people tell it. The whole name stands for its parts, and of
/// several claims that tell the same the first stands for all: what is left out there is left out everywhere.
pub(super) fn fields(facts: &Facts, request: &LoginRequest, lang: Lang) -> Vec<Field> {
    let names: Vec<&str> = request.claims.iter().map(String::as_str).collect();
    let mount = request.authorization.mount;
    let values = release::values(mount, &names, &names, facts, &[]);
    let whole_name = values.contains_key("name");
    let mut lines: Vec<Field> = Vec::new();
    let mut told: Vec<&str> = Vec::new();
    for claim in CLAIMS.iter().filter(|claim| claim.on(mount) && names.contains(&claim.name)) {
        let part_of_name = whole_name && ["given_name", "family_name"].contains(&claim.name);
        let Some(label) = words::lookup(lang, claim.label).filter(|_| !part_of_name) else { continue };
        let Some(value) = said(claim, values.get(claim.name), lang) else { continue };
        if told.contains(&claim.label) {
            continue;
        }
        told.push(claim.label);
        // Of what stands for several, nothing may be left out unless all of it may.
        let alike = CLAIMS.iter().filter(|other| other.label == claim.label && names.contains(&other.name));
        let o = alike.map(|other| other.name).all(|name| request.authorization.optional(name));
        lines.push(Field { c: Some(claim.name.to_owned()), o, ..Field::line(label, value) });
    }
    lines
}

fn said(claim: &Claim, value: Option<&Value>, lang: Lang) -> Option<String> {
    match (claim.label, claim.format) {
        (THIS_PHONE, _) => Some(words::t(lang, "claim.value.this_phone").to_owned()),
        (PICTURE, _) => value.map(|_| words::t(lang, "claim.value.picture").to_owned()),
        (_, Format::Metadata) => value?.as_object()?.values().next().map(|value| readable("", value, lang)),
        _ => value.map(|value| readable(claim.name, value, lang)),
    }
}

fn readable(claim: &str, value: &Value, lang: Lang) -> String {
    let part = |v: &Value| readable("", v, lang);
    match value {
        Value::String(text) if claim == "birthdate" => day(text),
        Value::String(text) if claim == "phone_number" => {
            let number: String = text.chars().filter(|c| *c != ' ').collect();
            MobileNumber::from_e164(&number).map_or_else(|| text.clone(), |number| number.grouped())
        }
        // The time in a claim about a document is always midnight, or of no interest.
        Value::String(text) if text.ends_with('Z') && text.contains('T') => day(text.get(..10).unwrap_or(text)),
        Value::String(text) => {
            words::lookup(lang, &format!("claim.value.{text}")).map_or_else(|| text.clone(), str::to_owned)
        }
        Value::Bool(yes) => words::t(lang, if *yes { "claim.yes" } else { "claim.no" }).to_owned(),
        Value::Array(items) => items.iter().map(part).collect::<Vec<_>>().join(", "),
        Value::Object(parts) => {
            let named = |name: &str| parts.get(name).map(part);
            let town = [named("postal_code"), named("locality").or_else(|| named("city"))];
            let town = town.into_iter().flatten().collect::<Vec<_>>().join(" ");
            let lines = [named("street_address"), Some(town).filter(|t| !t.is_empty()), named("country")];
            let lines = lines.into_iter().flatten().collect::<Vec<_>>().join(", ");
            if lines.is_empty() { named("eid").unwrap_or_default() } else { lines }
        }
        other => other.to_string(),
    }
}

/// `12-03-1955`, as the documents of our citizens write it.
fn day(text: &str) -> String {
    Date::parse(text).map_or_else(|| text.to_owned(), |d| format!("{:02}-{:02}-{}", d.day, d.month, d.year))
}
