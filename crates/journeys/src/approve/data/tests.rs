#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use protocol::oidc::Mount;
use protocol::oidc::attributes::{Attributes, Place};
use protocol::oidc::authorize::{Found, parse};
use protocol::oidc::facts::{Document, Proof};
use protocol::oidc::partner::Partner;
use serde_json::json;

use super::*;

const EID: &str = "tag:sixdots.be,2016-06:claim_eid";
const CITY: &str = "tag:sixdots.be,2016-06:claim_city_of_birth";
const COUNTRY: &str = "tag:sixdots.be,2016-06:claim_country_of_birth";

fn v2(name: &str) -> String {
    format!("http://itsme.services/v2/claim/{name}")
}

fn an() -> Facts {
    Facts {
        attributes: Attributes {
            given_name: Some("An".into()),
            family_name: Some("Peeters".into()),
            birthdate: Some("1978-11-01".into()),
            gender: Some("female".into()),
            nationalities: vec!["BEL".into()],
            place_of_birth: Some(Place { locality: Some("Gent".into()), country: Some("BEL".into()) }),
            national_number: Some("78110100258".into()),
            ..Attributes::default()
        },
        document: Some(Document {
            number: "592-1234567-12".into(),
            kind: "I".into(),
            country: "BEL".into(),
            valid_from: Some("2021-05-01".into()),
            valid_until: Some("2031-05-01".into()),
            issued_at: Some("Gent".into()),
            national_number: None,
        }),
        proof: Some(Proof {
            method: Method::Bank,
            organization: Some("Bank".into()),
            at: 1_795_352_700,
            process: None,
        }),
        today: "2026-11-22".into(),
        ..Facts::default()
    }
}

/// A request for these claims: `true` for what the service cannot do without.
fn asking(mount: Mount, claims: &[(&str, bool)], verified: bool) -> LoginRequest {
    let names: Vec<&str> = claims.iter().map(|(name, _)| *name).collect();
    let name = json!({ "nl": "Firma", "fr": "Firma", "de": "Firma", "en": "Firma" });
    let auth = json!({ "method": "client_secret", "client_secret_sha256": "00".repeat(32) });
    let mut partner = json!({
        "id": "firm", "name": name, "domain": "firm.example", "require_pkce": false, "verified_claims": verified,
        "redirect_uris": ["https://firm.example/cb"], "claims": names, "auth": auth,
    });
    if mount == Mount::Compat {
        partner["mount"] = json!("compat");
        partner["service"] = json!([{ "code": "S", "kind": "authentication", "claims": names,
                                       "redirect_uris": ["https://firm.example/s"] }]);
    }
    let partner: Partner = serde_json::from_value(partner).unwrap();
    let wishes: serde_json::Map<String, Value> =
        claims.iter().map(|(name, essential)| ((*name).to_owned(), json!({ "essential": essential }))).collect();
    let mut wishes = json!({ "userinfo": wishes });
    if verified {
        wishes["userinfo"]["verified_claims"] =
            json!({ "verification": { "trust_framework": null }, "claims": { "birthdate": null } });
    }
    let (scope, back) = match mount {
        Mount::Standard => ("openid", "https://firm.example/cb"),
        Mount::Compat => ("openid service:S", "https://firm.example/s"),
    };
    let pairs = [
        ("client_id", "firm"),
        ("redirect_uri", back),
        ("response_type", "code"),
        ("scope", scope),
        ("state", "s"),
        ("nonce", "n"),
        ("claims", &wishes.to_string()),
    ];
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let authorization = parse(&partner, &pairs, &Found::default()).unwrap();
    LoginRequest {
        claims: authorization.all_claims(&partner).into_iter().map(str::to_owned).collect(),
        authorization,
        browser: String::new(),
        place: String::new(),
        credential: None,
        without: Vec::new(),
        auth_time: None,
        session: None,
    }
}

fn drawn(claims: &[(&str, bool)]) -> Vec<Field> {
    fields(&an(), &asking(Mount::Compat, claims, false), Lang::En)
}

fn read(fields: &[Field]) -> Vec<(&str, &str)> {
    fields.iter().map(|field| (field.l.as_str(), field.v.as_str())).collect()
}

#[test]
fn everything_in_the_card_of_the_first_version_has_a_line_of_its_own() {
    let lines = drawn(&[(EID, false)]);
    assert_eq!(
        read(&lines),
        [
            ("Number of your identity document", "592123456712"),
            ("Town that issued your card", "Gent"),
            ("Identity document valid from", "01-05-2021"),
            ("Identity document valid until", "01-05-2031"),
            ("When your identity was checked", "22-11-2026"),
            ("National register number", "78110100258"),
        ]
    );
    assert!(lines.iter().all(|line| line.o && line.c.as_deref() == Some(EID)));
}

#[test]
fn what_stands_for_several_is_refused_under_the_first_name_and_only_when_all_may_be() {
    let number = v2("BENationalNumber");
    let of = |needs: bool| {
        let lines = drawn(&[(&number, false), (EID, needs)]);
        lines.into_iter().filter(|line| line.v == "78110100258").collect::<Vec<_>>()
    };
    assert_eq!(of(false).len(), 1, "the same number is told once");
    assert_eq!((of(false)[0].c.as_deref(), of(false)[0].o), (Some(number.as_str()), true));
    assert!(!of(true)[0].o, "the card is needed, and the number is in it");
    let lines = drawn(&[("name", false), ("given_name", true)]);
    assert_eq!((lines.len(), lines[0].o), (1, false), "a first name that is needed keeps the whole name");
}

#[test]
fn two_values_under_one_label_are_both_told_and_one_in_two_notations_once() {
    let (born, sex, where_from) = (v2("birthdate_as_string"), v2("official_gender"), v2("claim_citizenship"));
    let (number, from, to) = (v2("IDDocumentSN"), v2("validityFrom"), v2("validityTo"));
    let card = v2("BEeidSn");
    let iso = v2("claim_citizenship_as_iso");
    let asked = ["birthdate", &born, "gender", &sex, &where_from, &iso, CITY, COUNTRY, &card, &number, &from, &to]
        .map(|name| (name, false));
    let lines = drawn(&asked);
    assert_eq!(
        read(&lines),
        [
            ("Date of birth", "01-11-1978"),
            ("Sex", "female"),
            ("Nationality", "Belgium"),
            ("Number of your identity document", "592123456712"),
            ("Identity document valid from", "01-05-2021"),
            ("Identity document valid until", "01-05-2031"),
            ("Place of birth", "Gent · Belgium"),
        ]
    );
    let whole = drawn(&[(&v2("place_of_birth"), false), (CITY, false), (COUNTRY, false)]);
    assert_eq!(read(&whole), [("Place of birth", "Gent, Belgium")], "said in the whole already");
}

#[test]
fn the_address_on_the_network_and_a_call_are_lines_of_their_own() {
    let (ip, call, phone, account) = (v2("transaction_ip"), v2("ongoing_call"), v2("claim_device"), v2("account"));
    let lines = drawn(&[(&ip, false), (&call, false), (&phone, false), (&account, false)]);
    let labels: Vec<&str> = lines.iter().map(|line| line.l.as_str()).collect();
    let words = [
        "Your activation",
        "About this phone and this request",
        "Internet address (IP) of this phone",
        "Whether you are on a call",
    ];
    assert_eq!(labels, words);
}

#[test]
fn who_confirmed_the_data_is_told_when_a_service_asks_it() {
    let lines = fields(&an(), &asking(Mount::Standard, &[("birthdate", true)], true), Lang::En);
    assert_eq!(
        read(&lines),
        [("Date of birth", "01-11-1978"), ("Who confirmed your data, and when", "Bank, 22-11-2026")]
    );
    let without = fields(&an(), &asking(Mount::Standard, &[("birthdate", true)], false), Lang::En);
    assert_eq!(without.len(), 1);
}
