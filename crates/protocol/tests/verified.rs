//! What a service hears of how a person was proven, when it says how it wants it (OpenID Identity Assurance §5 and §6).
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use zelf_protocol::oidc::verified::{AskedVerified, Assurance, answer};

const AT: i64 = 1_795_352_700;

fn by_bank() -> Assurance {
    Assurance {
        time: "2026-11-22T13:05:00Z".into(),
        method: "bank".into(),
        source: "Bank".into(),
        now: AT + 3600,
        ..Assurance::default()
    }
}

fn pick(name: &str) -> Option<Value> {
    match name {
        "birthdate" => Some(json!("1978-11-01")),
        "given_name" => Some(json!("An")),
        _ => None,
    }
}

fn asked(verification: &Value, claims: &Value) -> Option<Value> {
    let asked: AskedVerified =
        serde_json::from_value(json!({ "verification": verification, "claims": claims })).unwrap();
    answer(&[asked], &by_bank(), pick)
}

/// The verification that is told for a wish about it; `None` when nothing is told at all.
fn verification(wish: &Value) -> Option<Value> {
    asked(wish, &json!({ "birthdate": {} })).map(|told| told["verification"].clone())
}

#[test]
fn every_wish_about_the_verification_is_kept_or_nothing_is_told() {
    let electronic =
        |check: Value| json!({ "evidence": [{ "type": { "value": "electronic_record" }, "check_details": [check] }] });
    for (wish, told) in [
        (json!({ "trust_framework": { "value": "eidas" } }), true),
        (json!({ "trust_framework": { "value": "de_aml" } }), false),
        (json!({ "trust_framework": { "values": ["de_aml", "eidas"] } }), true),
        (json!({ "trust_framework": { "values": ["de_aml", "uk_tfida"] } }), false),
        (json!({ "assurance_level": { "essential": true, "value": "substantial" } }), true),
        (json!({ "assurance_level": { "value": "high" } }), false),
        (json!({ "shoe_size": null }), true),
        (json!({ "shoe_size": { "essential": true } }), false),
        (json!({ "shoe_size": { "value": 42 } }), false),
        (json!({ "time": { "max_age": 3600 } }), true),
        (json!({ "time": { "max_age": 3599 } }), false),
        (json!({ "time": { "essential": true, "max_age": 60 } }), false),
        (json!({ "time": { "max_age": -1 } }), false),
        (json!({ "time": { "max_age": "soon" } }), false),
        (json!({ "time": { "max_age": null } }), true),
        (json!({ "assurance_level": { "max_age": 3600 } }), false),
        (json!({ "evidence": [{ "type": { "value": "electronic_record" } }] }), true),
        (json!({ "evidence": [{ "type": { "value": "document" } }] }), false),
        (
            json!({ "evidence": [{ "type": { "value": "document" } }, { "type": { "value": "electronic_record" } }] }),
            true,
        ),
        (electronic(json!({ "check_method": { "value": "data" } })), true),
        (electronic(json!({ "check_method": { "value": "vcrypt" } })), false),
        (electronic(json!({ "organization": { "values": ["Bank", "Andere"] } })), true),
        (electronic(json!({ "time": { "max_age": 3600 } })), true),
        (electronic(json!({ "time": { "max_age": 10 } })), false),
        (json!({ "evidence": "all" }), false),
    ] {
        assert_eq!(verification(&wish).is_some(), told, "{wish}");
    }
}

#[test]
fn what_was_asked_is_told_and_no_more() {
    let told = verification(
        &json!({ "evidence": [{ "type": { "value": "electronic_record" }, "record": { "type": null } }] }),
    );
    assert_eq!(
        told.unwrap(),
        json!({ "trust_framework": "eidas",
                "evidence": [{ "type": "electronic_record", "record": { "type": "bank_account" } }] })
    );
    assert_eq!(verification(&json!({ "trust_framework": null })).unwrap(), json!({ "trust_framework": "eidas" }));
}

#[test]
fn a_claim_has_the_value_that_was_asked_or_is_left_out() {
    let framework = json!({ "trust_framework": null });
    let claims = |wish: Value| asked(&framework, &wish).map(|told| told["claims"].clone());
    assert_eq!(
        claims(json!({ "birthdate": { "value": "1978-11-01" } })).unwrap(),
        json!({ "birthdate": "1978-11-01" })
    );
    assert_eq!(
        claims(json!({ "birthdate": { "value": "1978-11-02" }, "given_name": {} })).unwrap(),
        json!({ "given_name": "An" })
    );
    assert_eq!(claims(json!({ "birthdate": { "essential": true, "value": "1978-11-02" }, "given_name": {} })), None);
    assert_eq!(claims(json!({ "gender": { "essential": true }, "given_name": {} })), None, "not known");
    assert_eq!(claims(json!({ "gender": {} })), None, "no claim, no answer");
}

#[test]
fn of_several_wishes_those_that_hold_are_answered() {
    let wish = |framework: &str| -> AskedVerified {
        serde_json::from_value(json!({ "verification": { "trust_framework": { "value": framework } },
                                       "claims": { "birthdate": {} } }))
        .unwrap()
    };
    let told =
        |frameworks: &[&str]| answer(&frameworks.iter().map(|one| wish(one)).collect::<Vec<_>>(), &by_bank(), pick);
    assert!(told(&["eidas", "de_aml"]).unwrap().is_object());
    assert_eq!(told(&["eidas", "eidas"]).unwrap().as_array().map(Vec::len), Some(2));
    assert_eq!(told(&["de_aml"]), None);
}
