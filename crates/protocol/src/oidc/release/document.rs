//! Claims about the identity document, and claims about claims.

use serde_json::{Map, Value};

use super::compat::{self, FROM_DOCUMENT};
use super::table::v2;
use super::time;
use crate::oidc::facts::Facts;

const BE_CARD: &str = v2!("BEeidSn");
const NUMBER: &str = v2!("IDDocumentSN");

/// The document's number without separators.
pub(super) fn number(facts: &Facts) -> Option<String> {
    let number: String = facts.document.as_ref()?.number.chars().filter(char::is_ascii_alphanumeric).collect();
    (!number.is_empty()).then(|| number.to_ascii_uppercase())
}

/// The number of a Belgian card: twelve digits, or on cards of foreigners a B and nine digits.
pub(super) fn belgian_card(facts: &Facts) -> Option<String> {
    let document = facts.document.as_ref()?;
    let number = number(facts)?;
    let card = document.country == "BEL" && (document.kind.is_empty() || document.kind.starts_with('I'));
    let foreigner = number.strip_prefix('B').is_some_and(|rest| rest.len() == 9 && all_digits(rest));
    (card && (twelve(&number) || foreigner)).then_some(number)
}

/// The Belgian number: from a Belgian document, or from one whose country nobody told.
pub(super) fn belgian_number(facts: &Facts) -> Option<String> {
    let country = facts.document.as_ref().map(|document| document.country.as_str()).unwrap_or_default();
    facts.attributes.national_number.clone().filter(|_| matches!(country, "" | "BEL"))
}

/// Which country's document tells the number of this name, ISO 3166-1 alpha-3.
const NUMBERS: [(&str, &str); 12] = [
    (v2!("RONationalNumber"), "ROU"),
    (v2!("BGNationalNumber"), "BGR"),
    (v2!("CZNationalNumber"), "CZE"),
    (v2!("SKNationalNumber"), "SVK"),
    (v2!("HRNationalNumber"), "HRV"),
    (v2!("LTNationalNumber"), "LTU"),
    (v2!("LVNationalNumber"), "LVA"),
    (v2!("MTNationalNumber"), "MLT"),
    (v2!("RSNationalNumber"), "SRB"),
    (v2!("MDNationalNumber"), "MDA"),
    // Two names for one: the documents of the contract contradict each other.
    (v2!("SINationalNumber"), "SVN"),
    (v2!("SVNationalNumber"), "SVN"),
];

/// The number in another country's register, only ever from a document of that country.
pub(super) fn foreign_number(name: &str, facts: &Facts) -> Option<String> {
    let (_, country) = NUMBERS.iter().find(|(claim, _)| *claim == name)?;
    let document = facts.document.as_ref().filter(|document| document.country == *country)?;
    document.national_number.clone().filter(|number| !number.is_empty())
}

fn twelve(number: &str) -> bool {
    number.len() == 12 && all_digits(number)
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

fn from_document(claim: &str) -> bool {
    FROM_DOCUMENT.contains(&claim) || NUMBERS.iter().any(|(number, _)| *number == claim)
}

/// An object keyed by the claims it speaks of; `None` for a name that is no metadata, and when it has nothing to say.
pub(super) fn metadata(name: &str, all: &[&str], facts: &Facts) -> Option<Value> {
    let document = facts.document.as_ref();
    let card: fn(&str) -> bool = |claim| claim == BE_CARD;
    let numbers: fn(&str) -> bool = |claim| claim == BE_CARD || claim == NUMBER;
    let (value, about): (Option<String>, fn(&str) -> bool) = match name {
        v2!("validityFrom") => (document?.valid_from.as_deref().and_then(time::midnight), card),
        v2!("validityTo") => (document?.valid_until.as_deref().and_then(time::midnight), numbers),
        v2!("IDIssuingCountry") => (Some(document?.country.clone()).filter(|c| !c.is_empty()), from_document),
        v2!("issuance_locality") => (document?.issued_at.clone(), numbers),
        v2!("verificationDate") => (facts.proof.as_ref().map(|proof| time::utc_millis(proof.at)), from_document),
        _ => return None,
    };
    let value = Value::String(value?);
    // Of what is left out because nobody knows it, nothing is told either.
    let known = |claim: &&&str| about(claim) && compat::value(claim, facts).is_some();
    let told: Map<String, Value> = all.iter().filter(known).map(|claim| ((*claim).to_owned(), value.clone())).collect();
    (!told.is_empty()).then_some(Value::Object(told))
}

/// The card as the first version told it.
pub(super) const EID: &str = "tag:sixdots.be,2016-06:claim_eid";
/// What is in it, each with the key of the words that a person reads for it.
pub(super) const EID_PARTS: [(&str, &str); 6] = [
    ("eid", "claim.document_number"),
    ("issuance_locality", "claim.document_locality"),
    ("validity_from", "claim.document_valid_from"),
    ("validity_to", "claim.document_valid_until"),
    ("read_date", "claim.verification_date"),
    ("national_number", "claim.national_number"),
];

/// The card with the national number.
pub(super) fn eid(facts: &Facts) -> Option<Value> {
    let document = facts.document.as_ref()?;
    compat::members([
        ("eid", Some(Value::String(belgian_card(facts)?))),
        ("issuance_locality", document.issued_at.clone().map(Value::String)),
        ("validity_from", document.valid_from.clone().map(Value::String)),
        ("validity_to", document.valid_until.clone().map(Value::String)),
        ("read_date", facts.proof.as_ref().map(|proof| Value::String(time::utc(proof.at)))),
        ("national_number", belgian_number(facts).map(Value::String)),
    ])
}
