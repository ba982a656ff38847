//! What the commands print.

use journeys::check_partner::{Finding, Weight};
use protocol::jose::{Encryption, SigAlg};
use protocol::oidc::partner::{Mount, Partner};
use serde_json::{Value, json};

/// Lines whose words stand below each other.
pub fn table(rows: &[Vec<String>]) -> String {
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let line = |row: &Vec<String>| {
        let cell = |(at, text): (usize, &String)| format!("{text:<width$}", width = width(at).unwrap_or_default());
        row.iter().enumerate().map(cell).collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

pub(super) fn mount(partner: &Partner) -> &'static str {
    match partner.mount {
        Mount::Standard => "standard",
        Mount::Compat => "compat",
    }
}

/// What a partner needs to know of itself, from `{client_id, client_secret?, issuer?}`.
pub(super) fn registered(told: &Value) -> String {
    let text = |name: &str| told.get(name).and_then(Value::as_str);
    let mut rows = vec![vec!["client_id".to_owned(), text("client_id").unwrap_or_default().to_owned()]];
    if let Some(secret) = text("client_secret") {
        rows.push(vec!["client_secret".into(), format!("{secret}   (shown this once)")]);
    }
    if let Some(issuer) = text("issuer") {
        rows.push(vec!["issuer".into(), issuer.to_owned()]);
        rows.push(vec!["discovery".into(), format!("{issuer}/.well-known/openid-configuration")]);
    }
    for member in ["id_token", "userinfo"] {
        rows.extend(text(member).map(|how| vec![member.to_owned(), how.to_owned()]));
    }
    table(&rows)
}

/// How statements to this partner are made: `{id_token, userinfo}`, each in words.
pub(super) fn statements(partner: &Partner) -> Value {
    let words = |sign: Option<SigAlg>, encrypt: Option<Encryption>| match (sign, encrypt) {
        (None, None) => "plain JSON".to_owned(),
        (Some(alg), None) => format!("signed with {}", alg.as_str()),
        (None, Some(how)) => format!("encrypted with {} and {}", how.alg.as_str(), how.enc.as_str()),
        (Some(alg), Some(how)) => {
            format!("signed with {}, then encrypted with {} and {}", alg.as_str(), how.alg.as_str(), how.enc.as_str())
        }
    };
    json!({
        "id_token": words(Some(partner.id_token_alg()), partner.id_token_encryption),
        "userinfo": words(partner.userinfo.sign, partner.userinfo.encrypt),
    })
}

/// As `zelf.toml` would write it, or as JSON; what was left out stays out.
pub(super) fn one(partner: &Partner, json: bool) -> Result<String, String> {
    let whole = serde_json::to_value(partner).map_err(|e| e.to_string())?;
    let mut spare = spare(whole);
    if let (Mount::Compat, Some(members)) = (partner.mount, spare.as_object_mut()) {
        // Left out it would be what the mount's custom says, when it is read again.
        for member in ["id_token_encryption", "userinfo"] {
            members.entry(member).or_insert_with(|| "none".into());
        }
    }
    if json {
        return Ok(spare.to_string());
    }
    toml::to_string(&json!({ "partner": [spare] })).map_err(|e| e.to_string())
}

/// Without what is empty, off, or the default.
fn spare(mut value: Value) -> Value {
    let usual = [
        ("mount", json!("standard")),
        ("security", json!("standard")),
        ("grants", json!(["authorization_code"])),
        ("min_credential_age", json!(0)),
        ("session_seconds", json!(0)),
    ];
    if let Some(members) = value.as_object_mut() {
        let empty = |v: &Value| match v {
            Value::Null | Value::Bool(false) => true,
            Value::Array(all) => all.is_empty(),
            Value::Object(all) => all.is_empty(),
            _ => false,
        };
        members.retain(|name, v| !empty(v) && !usual.iter().any(|(n, default)| n == name && default == v));
        members.values_mut().for_each(nulls);
    }
    value
}

/// TOML has no null.
fn nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, v| !v.is_null());
            members.values_mut().for_each(nulls);
        }
        Value::Array(all) => all.iter_mut().for_each(nulls),
        _ => {}
    }
}

pub(super) fn findings(all: &[(String, Vec<Finding>)]) -> String {
    let one = |(id, found): &(String, Vec<Finding>)| {
        if found.is_empty() {
            return format!("{id}: nothing to say");
        }
        let line = |f: &Finding| {
            let weight = if f.weight == Weight::Breaks { "breaks" } else { "care  " };
            format!("  {weight}  {}: {}\n          {}", f.about, f.what, f.todo)
        };
        format!("{id}\n{}", found.iter().map(line).collect::<Vec<_>>().join("\n"))
    };
    all.iter().map(one).collect::<Vec<_>>().join("\n")
}

pub(super) fn findings_json(all: &[(String, Vec<Finding>)]) -> String {
    let one = |(id, found): &(String, Vec<Finding>)| json!({ "partner": id, "findings": found });
    Value::Array(all.iter().map(one).collect()).to_string()
}
