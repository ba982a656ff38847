//! What leaves for a partner: which claims, with which values, in the form that its contract promises.

mod asked;
mod compat;
mod document;
mod standard;
mod table;
mod time;

use serde_json::{Map, Value};

pub(crate) use table::v2;
pub(crate) use time::seconds;
pub use time::utc;

pub use table::{CLAIMS, Claim, Format, Offered, Told, claim, label, verifiable};

use super::Mount;
use super::authorize::AuthorizationRequest;
use super::facts::{Facts, Method, Proof};
use super::partner::Partner;
use super::verified::{self, AskedVerified, Assurance};

/// The names that a mount has a place for, in the order we tell them.
pub fn names(mount: Mount) -> impl Iterator<Item = &'static str> {
    CLAIMS.iter().filter(move |claim| claim.on(mount) && claim.told != Told::Never).map(|claim| claim.name)
}

/// Those of them that an account can have a value for today (OpenID Discovery §3, `claims_supported`).
pub fn supported(mount: Mount) -> impl Iterator<Item = &'static str> {
    CLAIMS.iter().filter(move |claim| claim.on(mount) && claim.told == Told::WhenKnown).map(|claim| claim.name)
}

/// What the ID token tells of the person beside the claims of the protocol. `without`: what the person left out.
pub fn id_token(
    partner: &Partner,
    request: &AuthorizationRequest,
    facts: &Facts,
    without: &[String],
) -> Map<String, Value> {
    let asked = (request.id_token_claims(partner), &request.claims.id_token_verified);
    both(partner, request, asked, facts, without)
}

/// What userinfo tells beside `sub`.
pub fn userinfo(
    partner: &Partner,
    request: &AuthorizationRequest,
    facts: &Facts,
    without: &[String],
) -> Map<String, Value> {
    let asked = (request.userinfo_claims(partner), &request.claims.userinfo_verified);
    both(partner, request, asked, facts, without)
}

/// Claims as they are, and `verified_claims` for who may ask them. Of a claim that must have a value and has another, nothing
/// is told.
fn both(
    partner: &Partner,
    request: &AuthorizationRequest,
    (plain, verified): (Vec<&'static str>, &Vec<AskedVerified>),
    facts: &Facts,
    without: &[String],
) -> Map<String, Value> {
    let all = request.all_claims(partner);
    let mut told = values(partner.mount, &plain, &all, facts, without);
    if let Some(proof) = facts.proof.as_ref().filter(|_| partner.verified_claims) {
        let may = |name: &str| all.contains(&name) && !withheld(name, without);
        let pick = |name: &str| standard::value(name, facts).filter(|_| may(name));
        if let Some(answer) = verified::answer(verified, &assurance(proof, facts.now), pick) {
            told.insert("verified_claims".into(), answer);
        }
    }
    told
}

fn assurance(proof: &Proof, now: i64) -> Assurance {
    Assurance {
        time: utc(proof.at),
        method: if proof.method == Method::Card { "eid" } else { "bank" }.into(),
        source: proof.organization.clone().unwrap_or_default(),
        now,
        process: proof.process.clone().unwrap_or_default(),
    }
}

/// The values of the claims in `here`; what is not known is left out (OpenID Core §5.3.2). `all` is what the request asks in
/// any place: claims about claims speak of those.
pub fn values(mount: Mount, here: &[&str], all: &[&str], facts: &Facts, without: &[String]) -> Map<String, Value> {
    let kept = |name: &&str| !withheld(name, without);
    let all: Vec<&str> = all.iter().copied().filter(kept).collect();
    let told = here.iter().filter(|name| kept(name));
    let value = |name: &str| value(mount, name, &all, facts).and_then(|value| kept_parts(name, value, without));
    told.filter_map(|name| Some(((*name).to_owned(), value(name)?))).collect()
}

/// Members of a claim that tells several things at once, each with the key of its words: each is a line on the phone.
/// Empty for a claim that tells one.
pub fn parts(name: &str) -> &'static [(&'static str, &'static str)] {
    if name == document::EID { &document::EID_PARTS } else { &[] }
}

/// Of a claim with parts, those that were not left out under another name.
fn kept_parts(name: &str, mut value: Value, without: &[String]) -> Option<Value> {
    let parts = parts(name);
    let Some(members) = value.as_object_mut().filter(|_| !parts.is_empty()) else { return Some(value) };
    let left_out = |words: &str| without.iter().any(|name| label(name) == Some(words));
    members.retain(|member, _| !parts.iter().any(|(part, words)| part == member && left_out(words)));
    (!members.is_empty()).then_some(value)
}

/// What the person left out stays out, with what would tell it all the same.
fn withheld(name: &str, without: &[String]) -> bool {
    let along = match name {
        "given_name" | "family_name" => "name",
        "email_verified" => "email",
        "phone_number_verified" => "phone_number",
        other => other,
    };
    let same_words = |left_out: &str| label(name).is_some_and(|words| label(left_out) == Some(words));
    without.iter().any(|left_out| left_out == name || left_out == along || same_words(left_out))
}

/// True for a claim that address or photo of a card may fill.
pub fn from_card(name: &str) -> bool {
    label(name).is_some_and(|label| label == "claim.address" || label == "claim.picture")
}

/// True for a claim about the phone that answered.
pub fn of_phone(name: &str) -> bool {
    matches!(label(name), Some("claim.this_phone" | "claim.account"))
}

/// The claim that tells from where on the network a request was approved.
pub const TRANSACTION_IP: &str = v2!("transaction_ip");

fn value(mount: Mount, name: &str, all: &[&str], facts: &Facts) -> Option<Value> {
    match mount {
        Mount::Standard => standard::value(name, facts),
        Mount::Compat => document::metadata(name, all, facts).or_else(|| compat::value(name, facts)),
    }
}

/// Standard base64, with its padding (RFC 4648 §4).
pub fn base64(bytes: &[u8]) -> String {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// What kind of image this is.
pub fn media_type(image: &[u8]) -> &'static str {
    match image {
        [0xff, 0xd8, ..] => "image/jpeg",
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0, 0, 0, 12, b'j', b'P', ..] => "image/jp2",
        _ => "application/octet-stream",
    }
}
