//! Values on the compatible mount (reference: claims).

use serde_json::{Map, Value, json};

use super::table::v2;
use super::{document, standard, time};
use crate::oidc::compat::CLAIM;
use crate::oidc::facts::{Facts, Found, Method};

pub(super) fn value(name: &str, facts: &Facts) -> Option<Value> {
    if let Some(short) = name.strip_prefix(CLAIM) {
        return own(short, facts).or_else(|| document::foreign_number(name, facts).map(Value::String));
    }
    if let Some(legacy) = name.strip_prefix("tag:sixdots.be,") {
        return of_before(legacy.split_once(':')?.1, facts);
    }
    match name {
        // The year alone is no date here; `birthdate_as_string` has it.
        "birthdate" => facts.attributes.birthdate.clone().filter(|date| time::day(date).is_some()).map(Value::String),
        "phone_number" => facts.attributes.phone_number.as_deref().map(|number| spaced(number).into()),
        "locale" => facts.language.as_deref().map(|language| language.to_ascii_uppercase().into()),
        "address" => address(facts),
        _ => match name.strip_prefix("age_gte_") {
            Some(years) => standard::age(years, facts),
            None => standard::value(name, facts),
        },
    }
}

/// Claims under the mount's own prefix.
fn own(short: &str, facts: &Facts) -> Option<Value> {
    match short {
        "birthdate_as_string" => written_date(facts).map(Value::String),
        "official_gender" => official_gender(facts).map(Value::from),
        "claim_citizenship" => citizenship(facts).map(Value::String),
        "claim_citizenship_as_iso" => facts.attributes.nationalities.first().cloned().map(Value::String),
        "place_of_birth" => place_of_birth(facts),
        "physical_person_photo" => photo(facts),
        "BENationalNumber" => document::belgian_number(facts).map(Value::String),
        "BEeidSn" => document::belgian_card(facts).map(Value::String),
        "IDDocumentSN" => document::number(facts).map(Value::String),
        "IDDocumentType" => {
            facts.document.as_ref().map(|d| d.kind.clone()).filter(|k| !k.is_empty()).map(Value::String)
        }
        "account" => account(facts),
        "app" => app(facts),
        "claim_device" => device(facts),
        "identification_mode" => facts.login.found.map(|found| mode(found).into()),
        "transaction_ip" => facts.login.ip.clone().map(Value::String),
        "ongoing_call" => facts.login.ongoing_call.map(Value::Bool),
        _ => None,
    }
}

/// Names of the first version, for clients that still ask them.
fn of_before(short: &str, facts: &Facts) -> Option<Value> {
    let birth = facts.attributes.place_of_birth.as_ref();
    match short {
        "claim_nationality" => citizenship(facts).map(Value::String),
        "claim_city_of_birth" => birth?.locality.clone().map(Value::String),
        "claim_country_of_birth" => birth?.country.clone().map(Value::String),
        "claim_eid" => document::eid(facts),
        "claim_device" => device(facts).map(|device| device.to_string().into()),
        "claim_photo" => facts.photo.as_ref().map(|photo| super::base64(photo).into()),
        "claim_birthdate_as_string" => written_date(facts).map(Value::String),
        _ => None,
    }
}

/// `01.11.1978`; the year alone when nothing else is known.
fn written_date(facts: &Facts) -> Option<String> {
    let born = facts.attributes.birthdate.clone()?;
    Some(time::day(&born).map_or(born, |(year, month, day)| format!("{day:02}.{month:02}.{year:04}")))
}

fn official_gender(facts: &Facts) -> Option<&'static str> {
    match facts.attributes.gender.as_deref()? {
        "female" => Some("F"),
        "male" => Some("M"),
        _ => None,
    }
}

fn citizenship(facts: &Facts) -> Option<String> {
    let first = facts.attributes.nationalities.first()?;
    Some(if first == "BEL" { "BE".to_owned() } else { first.clone() })
}

fn place_of_birth(facts: &Facts) -> Option<Value> {
    let place = facts.attributes.place_of_birth.as_ref()?;
    let parts = [("city", place.locality.clone()), ("country", place.country.clone())];
    let mut told = members(parts.map(|(name, value)| (name, value.map(Value::String))))?;
    let formatted: Vec<&str> = [&place.locality, &place.country].into_iter().filter_map(Option::as_deref).collect();
    told.as_object_mut()?.insert("formatted".into(), formatted.join(", ").into());
    Some(told)
}

/// Without a country: only Belgian addresses are told.
fn address(facts: &Facts) -> Option<Value> {
    let address = facts.attributes.address.clone()?;
    let belgian = matches!(address.country.as_deref(), None | Some("BE" | "BEL"));
    belgian.then(|| crate::oidc::attributes::Address { country: None, ..address }.claim())
}

/// The photo as it is stored; cards hold one of 140 by 200.
fn photo(facts: &Facts) -> Option<Value> {
    let photo = facts.photo.as_deref()?;
    Some(json!({ "format": super::media_type(photo), "value": super::base64(photo) }))
}

fn account(facts: &Facts) -> Option<Value> {
    let since = facts.device.as_ref().map(|device| Value::String(time::utc_millis(device.since)));
    let mechanism = facts.proof.as_ref().map(|proof| match proof.method {
        Method::Bank => "ID_PROVIDER",
        Method::Card => "CARD_READER",
    });
    members([("activationDate", since), ("activationMechanism", mechanism.map(Value::from))])
}

fn app(facts: &Facts) -> Option<Value> {
    let since = facts.device.as_ref().map(|device| Value::String(time::utc_millis(device.since)));
    members([
        ("appInstalledDate", since),
        ("appName", facts.login.app_name.clone().map(Value::String)),
        ("appRelease", facts.login.app_release.clone().map(Value::String)),
    ])
}

fn device(facts: &Facts) -> Option<Value> {
    let device = facts.device.as_ref()?;
    members([
        ("deviceId", Some(Value::String(device.id.clone()))),
        ("deviceLabel", Some(Value::String(device.label.clone())).filter(|_| !device.label.is_empty())),
        ("appName", facts.login.app_name.clone().map(Value::String)),
        ("appRelease", facts.login.app_release.clone().map(Value::String)),
    ])
}

fn mode(found: Found) -> &'static str {
    match found {
        Found::Number => "MSISDN",
        Found::Scanned => "QR",
        Found::SameDevice => "a2a",
    }
}

/// An object of what is known; `None` when nothing is.
pub(super) fn members<const N: usize>(parts: [(&str, Option<Value>); N]) -> Option<Value> {
    let known = parts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let known: Map<String, Value> = known.collect();
    (!known.is_empty()).then_some(Value::Object(known))
}

/// `+32 485694175`: a space behind the country's calling code (ITU-T E.164).
fn spaced(number: &str) -> String {
    const TWO_DIGITS: &str = "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 \
        81 82 84 86 90 91 92 93 94 95 98";
    let digits = number.strip_prefix('+').unwrap_or(number);
    let length = match digits.get(..2) {
        Some(two) if two.starts_with(['1', '7']) => 1,
        Some(two) if TWO_DIGITS.split_whitespace().any(|code| code == two) => 2,
        _ => 3,
    };
    digits.split_at_checked(length).map_or_else(|| number.to_owned(), |(code, rest)| format!("+{code} {rest}"))
}

/// Names of claims whose values an identity document tells: claims about claims speak of these.
pub(super) const FROM_DOCUMENT: [&str; 20] = [
    "name",
    "given_name",
    "family_name",
    "birthdate",
    v2!("birthdate_as_string"),
    "age_gte_16",
    "age_gte_18",
    "age_gte_21",
    "age_gte_30",
    "gender",
    v2!("official_gender"),
    v2!("claim_citizenship"),
    v2!("claim_citizenship_as_iso"),
    v2!("place_of_birth"),
    "picture",
    v2!("physical_person_photo"),
    v2!("BENationalNumber"),
    v2!("BEeidSn"),
    v2!("IDDocumentSN"),
    v2!("IDDocumentType"),
];
