//! The data that a request asks, one line each, with the person's own values.

use domain::approval::LoginRequest;
use domain::date::Date;
use domain::number::MobileNumber;
use protocol::oidc::facts::{Facts, Method};
use protocol::oidc::release::{self, CLAIMS, Claim, Format};
use protocol::phone::Field;
use serde_json::Value;
use words::Lang;

/// Labels of what only the moment of the answer tells, and of what no line can hold: words stand for the value.
const IN_WORDS: [(&str, &str); 5] = [
    ("claim.this_phone", "claim.value.this_phone"),
    ("claim.account", "claim.value.account"),
    ("claim.network_address", "claim.value.network_address"),
    ("claim.ongoing_call", "claim.value.ongoing_call"),
    ("claim.picture", "claim.value.picture"),
];
const PICTURE: &str = "claim.picture";
/// Between two values under one label.
const BETWEEN: &str = " · ";

/// One line to be.
struct Line {
    label: &'static str,
    /// The first claim that tells it: what is left out there is left out everywhere.
    claim: &'static str,
    values: Vec<String>,
}

impl Line {
    /// What stands there already is not said twice.
    fn add(&mut self, value: String) {
        if !self.values.iter().any(|told| *told == value || told.split(", ").any(|part| part == value)) {
            self.values.push(value);
        }
    }
}

/// Each datum that will be shared, with its value, in the order people tell it: one line for each label, with every value
/// that goes under it. The whole name stands for its parts.
pub(super) fn fields(facts: &Facts, request: &LoginRequest, lang: Lang) -> Vec<Field> {
    let names: Vec<&str> = request.claims.iter().map(String::as_str).collect();
    let mount = request.authorization.mount;
    let values = release::values(mount, &names, &names, facts, &[]);
    let whole_name = values.contains_key("name");
    let mut lines: Vec<Line> = Vec::new();
    for claim in CLAIMS.iter().filter(|claim| claim.on(mount) && names.contains(&claim.name)) {
        if whole_name && NAME_PARTS.contains(&claim.name) {
            continue;
        }
        for (label, value) in told(claim, values.get(claim.name), lang) {
            match lines.iter_mut().find(|line| line.label == label) {
                Some(line) => line.add(value),
                None => lines.push(Line { label, claim: claim.name, values: vec![value] }),
            }
        }
    }
    let drawn = lines.into_iter().filter_map(|line| {
        // Of what stands for several, nothing may be left out unless all of it may.
        let o = names.iter().filter(|name| tells(name, line.label)).all(|name| request.authorization.optional(name));
        let words = words::lookup(lang, line.label)?;
        Some(Field { c: Some(line.claim.to_owned()), o, ..Field::line(words, line.values.join(BETWEEN)) })
    });
    drawn.chain(verified(facts, request, lang)).collect()
}

const NAME_PARTS: [&str; 2] = ["given_name", "family_name"];

/// True for a claim that tells something under this label.
fn tells(name: &str, label: &str) -> bool {
    release::label(name) == Some(label)
        || release::parts(name).iter().any(|(_, words)| *words == label)
        || (label == "claim.name" && NAME_PARTS.contains(&name))
}

/// Who confirmed these data and when, for a service that asks it (OpenID Identity Assurance).
fn verified(facts: &Facts, request: &LoginRequest, lang: Lang) -> Option<Field> {
    let asked = &request.authorization.claims;
    if asked.id_token_verified.is_empty() && asked.userinfo_verified.is_empty() {
        return None;
    }
    let proof = facts.proof.as_ref()?;
    let who = match (proof.method, &proof.organization) {
        (Method::Card, _) => words::t(lang, "claim.value.card"),
        (Method::Bank, Some(bank)) => bank,
        (Method::Bank, None) => words::t(lang, "claim.value.bank"),
    };
    let when = readable("", &Value::String(release::utc(proof.at)), lang);
    let line = Field::line(words::t(lang, "claim.verified"), format!("{who}, {when}"));
    Some(Field { c: Some("verified_claims".into()), ..line })
}

/// Labels and values of one claim.
fn told(claim: &Claim, value: Option<&Value>, lang: Lang) -> Vec<(&'static str, String)> {
    if let Some((label, words)) = IN_WORDS.iter().find(|(label, _)| *label == claim.label) {
        let known = *label != PICTURE || value.is_some();
        return known.then(|| (*label, words::t(lang, words).to_owned())).into_iter().collect();
    }
    let Some(value) = value else { return Vec::new() };
    let parts = release::parts(claim.name).iter().filter_map(|(member, label)| Some((*label, value.get(*member)?)));
    let parts: Vec<_> = parts.map(|(label, part)| (label, readable("", part, lang))).collect();
    match (claim.format, claim.label) {
        _ if !parts.is_empty() => parts,
        (_, "") => Vec::new(),
        (Format::Metadata, label) => {
            let first = value.as_object().and_then(|about| about.values().next());
            first.map(|value| (label, readable("", value, lang))).into_iter().collect()
        }
        (_, label) => vec![(label, readable(label, value, lang))],
    }
}

/// A value as people write it; the same fact in two notations reads the same.
fn readable(label: &str, value: &Value, lang: Lang) -> String {
    let part = |v: &Value| readable("", v, lang);
    match value {
        Value::String(text) if label == "claim.birthdate" => day(text).replace('.', "-"),
        Value::String(text) if label == "claim.gender" && text == "F" => part(&"female".into()),
        Value::String(text) if label == "claim.gender" && text == "M" => part(&"male".into()),
        Value::String(text) if label == "claim.nationalities" && text == "BE" => part(&"BEL".into()),
        Value::String(text) if label == "claim.phone_number" => {
            let number: String = text.chars().filter(|c| *c != ' ').collect();
            MobileNumber::from_e164(&number).map_or_else(|| text.clone(), |number| number.grouped())
        }
        // The time in a claim about a document is always midnight, or of no interest.
        Value::String(text) if text.ends_with('Z') && text.contains('T') => day(text.get(..10).unwrap_or(text)),
        Value::String(text) => {
            words::lookup(lang, &format!("claim.value.{text}")).map_or_else(|| day(text), str::to_owned)
        }
        Value::Bool(yes) => words::t(lang, if *yes { "claim.yes" } else { "claim.no" }).to_owned(),
        Value::Array(items) => items.iter().map(part).collect::<Vec<_>>().join(", "),
        Value::Object(parts) => {
            let named = |name: &str| parts.get(name).map(part);
            let town = [named("postal_code"), named("locality").or_else(|| named("city"))];
            let town = town.into_iter().flatten().collect::<Vec<_>>().join(" ");
            let lines = [named("street_address"), Some(town).filter(|t| !t.is_empty()), named("country")];
            lines.into_iter().flatten().collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

/// `12-03-1955`, as the documents of our citizens write it; what is no date stays as it is.
fn day(text: &str) -> String {
    Date::parse(text).map_or_else(|| text.to_owned(), |d| format!("{:02}-{:02}-{}", d.day, d.month, d.year))
}

#[cfg(test)]
mod tests;
