//! What leaves for a partner, claim by claim, in the form that its contract promises.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use zelf_protocol::oidc::Mount;
use zelf_protocol::oidc::attributes::{Address, Attributes, Place};
use zelf_protocol::oidc::authorize::{Found as AskedFor, parse};
use zelf_protocol::oidc::facts::{Device, Document, Facts, Found, Login, Method, Proof};
use zelf_protocol::oidc::partner::Partner;
use zelf_protocol::oidc::release::{CLAIMS, Told, claim, label, names, parts, supported, userinfo, values, verifiable};

const V2: &str = "http://itsme.services/v2/claim/";

fn an() -> Facts {
    Facts {
        attributes: Attributes {
            given_name: Some("An Maria".into()),
            family_name: Some("Peeters".into()),
            birthdate: Some("1978-11-01".into()),
            gender: Some("female".into()),
            nationalities: vec!["BEL".into(), "FRA".into()],
            place_of_birth: Some(Place { locality: Some("Gent".into()), country: Some("BEL".into()) }),
            address: Some(Address {
                street_address: Some("Grote Markt 1".into()),
                postal_code: Some("1000".into()),
                locality: Some("Brussel".into()),
                country: Some("BEL".into()),
            }),
            phone_number: Some("+32485694175".into()),
            email: Some("an@voorbeeld.be".into()),
            email_verified: false,
            national_number: Some("78110100258".into()),
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
            method: Method::Card,
            organization: None,
            at: 1_795_352_700,
            process: Some("proving-for-you".into()),
        }),
        device: Some(Device { id: "dev-for-you".into(), label: "Chrome · Android".into(), since: 1_795_000_000 }),
        login: Login {
            ip: Some("10.1.2.3".into()),
            found: Some(Found::Scanned),
            ongoing_call: Some(false),
            app_name: Some("zelf".into()),
            app_release: Some("0.1.0".into()),
        },
        language: Some("fr".into()),
        today: "2026-11-22".into(),
        now: 1_795_356_300,
        picture_url: Some("https://id.example/v2/picture".into()),
        photo: Some(vec![0xff, 0xd8, 1, 2]),
    }
}

/// The value of one claim, asked alone.
fn compat(name: &str, facts: &Facts) -> Option<Value> {
    values(Mount::Compat, &[name], &[name], facts, &[]).remove(name)
}

fn own(name: &str, facts: &Facts) -> Option<Value> {
    compat(&format!("{V2}{name}"), facts)
}

#[test]
fn every_claim_of_the_compatible_mount_has_its_form() {
    let an = an();
    for (name, value) in [
        ("name", json!("An Maria Peeters")),
        ("given_name", json!("An Maria")),
        ("family_name", json!("Peeters")),
        ("birthdate", json!("1978-11-01")),
        ("gender", json!("female")),
        ("locale", json!("FR")),
        ("picture", json!("https://id.example/v2/picture")),
        ("phone_number", json!("+32 485694175")),
        ("phone_number_verified", json!(true)),
        ("email", json!("an@voorbeeld.be")),
        ("email_verified", json!(false)),
        ("age_gte_16", json!(true)),
        ("age_gte_18", json!(true)),
        ("age_gte_21", json!(true)),
        ("age_gte_30", json!(true)),
        (
            "address",
            json!({ "street_address": "Grote Markt 1", "postal_code": "1000", "locality": "Brussel",
                    "formatted": "Grote Markt 1\n1000 Brussel" }),
        ),
        ("tag:sixdots.be,2016-06:claim_nationality", json!("BE")),
        ("tag:sixdots.be,2016-06:claim_city_of_birth", json!("Gent")),
        ("tag:sixdots.be,2016-06:claim_country_of_birth", json!("BEL")),
        ("tag:sixdots.be,2017-05:claim_photo", json!("/9gBAg==")),
        ("tag:sixdots.be,2020-03:claim_birthdate_as_string", json!("01.11.1978")),
        (
            "tag:sixdots.be,2016-06:claim_eid",
            json!({ "eid": "592123456712", "issuance_locality": "Gent", "validity_from": "2021-05-01",
                    "validity_to": "2031-05-01", "read_date": "2026-11-22T13:05:00Z", "national_number": "78110100258" }),
        ),
    ] {
        assert_eq!(compat(name, &an), Some(value), "{name}");
    }
    for (name, value) in [
        ("birthdate_as_string", json!("01.11.1978")),
        ("official_gender", json!("F")),
        ("claim_citizenship", json!("BE")),
        ("claim_citizenship_as_iso", json!("BEL")),
        ("place_of_birth", json!({ "formatted": "Gent, BEL", "city": "Gent", "country": "BEL" })),
        ("physical_person_photo", json!({ "format": "image/jpeg", "value": "/9gBAg==" })),
        ("BENationalNumber", json!("78110100258")),
        ("BEeidSn", json!("592123456712")),
        ("IDDocumentSN", json!("592123456712")),
        ("IDDocumentType", json!("I")),
        ("account", json!({ "activationDate": "2026-11-18T11:06:40.000Z", "activationMechanism": "CARD_READER" })),
        ("app", json!({ "appInstalledDate": "2026-11-18T11:06:40.000Z", "appName": "zelf", "appRelease": "0.1.0" })),
        (
            "claim_device",
            json!({ "deviceId": "dev-for-you", "deviceLabel": "Chrome · Android", "appName": "zelf", "appRelease": "0.1.0" }),
        ),
        ("identification_mode", json!("QR")),
        ("transaction_ip", json!("10.1.2.3")),
        ("ongoing_call", json!(false)),
    ] {
        assert_eq!(own(name, &an), Some(value), "{name}");
    }
    let device = compat("tag:sixdots.be,2017-05:claim_device", &an).unwrap();
    let inside: Value = serde_json::from_str(device.as_str().unwrap()).unwrap();
    assert_eq!(inside["deviceId"], "dev-for-you", "JSON inside a string");
}

#[test]
fn nothing_of_the_table_is_without_a_value_for_somebody_of_whom_all_is_known() {
    let an = an();
    for mount in [Mount::Standard, Mount::Compat] {
        let all: Vec<&str> = supported(mount).collect();
        let told = values(mount, &all, &all, &an, &[]);
        let missing: Vec<&&str> = all.iter().filter(|name| !told.contains_key(**name)).collect();
        assert!(missing.is_empty(), "{mount:?}: {missing:?}");
    }
}

#[test]
fn what_is_not_known_is_left_out_and_never_null() {
    for mount in [Mount::Standard, Mount::Compat] {
        let all: Vec<&str> = names(mount).collect();
        assert!(values(mount, &all, &all, &Facts::default(), &[]).is_empty());
    }
    let mut bank = an();
    bank.document = Some(Document { number: "592-1".into(), country: "FRA".into(), ..Document::default() });
    assert_eq!(own("BEeidSn", &bank), None, "no Belgian card");
    assert_eq!(own("IDDocumentType", &bank), None);
    bank.attributes.address = Some(Address { country: Some("FRA".into()), ..Address::default() });
    assert_eq!(compat("address", &bank), None, "Belgian addresses only");
}

/// Every country's number with who issues the document it stands in.
const NUMBERS: [(&str, &str); 12] = [
    ("RO", "ROU"),
    ("BG", "BGR"),
    ("CZ", "CZE"),
    ("SK", "SVK"),
    ("HR", "HRV"),
    ("LT", "LTU"),
    ("LV", "LVA"),
    ("MT", "MLT"),
    ("RS", "SRB"),
    ("MD", "MDA"),
    ("SI", "SVN"),
    ("SV", "SVN"),
];

#[test]
fn a_national_number_comes_only_from_a_document_of_its_country() {
    for (_, country) in NUMBERS {
        let mut guest = an();
        let document = guest.document.as_mut().unwrap();
        (document.country, document.national_number) = (country.into(), Some("1800101221144".into()));
        for (prefix, of) in NUMBERS {
            let told = own(&format!("{prefix}NationalNumber"), &guest);
            assert_eq!(told, (of == country).then(|| json!("1800101221144")), "{prefix} of a document of {country}");
        }
        assert_eq!(own("BENationalNumber", &guest), None, "not of a document of {country}");
    }
    for (prefix, _) in NUMBERS {
        assert_eq!(own(&format!("{prefix}NationalNumber"), &an()), None, "a Belgian document tells no {prefix} number");
    }
    let mut untold = an();
    untold.document.as_mut().unwrap().country.clear();
    assert_eq!(own("BENationalNumber", &untold), Some(json!("78110100258")), "the bank named no country");
}

#[test]
fn claims_that_are_never_told_may_be_registered_and_asked_all_the_same() {
    let v2 = |name: &str| format!("{V2}{name}");
    let never = [
        v2("student_attestation_ag"),
        v2("claim_luxtrust_ssn"),
        v2("claim_nl_bsn"),
        v2("transaction_info"),
        "tag:sixdots.be,2017-05:claim_transaction_info".to_owned(),
        "address_assurance_level".to_owned(),
    ];
    for name in &never {
        let known = claim(Mount::Compat, name).unwrap();
        assert_eq!((known.told, label(name)), (Told::Never, None), "{name}");
        assert_eq!(compat(name, &an()), None, "{name}");
        assert!(!names(Mount::Compat).any(|told| told == name), "{name}: nobody reads that it is shared");
    }
    let silent = CLAIMS.iter().filter(|claim| claim.told == Told::Never);
    assert_eq!(silent.count(), never.len(), "each is tried here");
    assert!(supported(Mount::Compat).all(|name| !name.ends_with("NationalNumber") || name == v2("BENationalNumber")));
}

#[test]
fn claims_about_claims_speak_of_those_that_were_asked_too() {
    let an = an();
    let v2 = |name: &str| format!("{V2}{name}");
    let (from, to, country, card, document) =
        (v2("validityFrom"), v2("validityTo"), v2("IDIssuingCountry"), v2("BEeidSn"), v2("IDDocumentSN"));
    for alone in [&from, &to, &country, &v2("verificationDate"), &v2("issuance_locality")] {
        assert_eq!(compat(alone, &an), None, "{alone} alone tells nothing");
    }
    let asked = |here: &[&String], all: &[&String], without: &[String]| {
        let (here, all): (Vec<&str>, Vec<&str>) =
            (here.iter().map(|n| n.as_str()).collect(), all.iter().map(|n| n.as_str()).collect());
        values(Mount::Compat, &here, &all, &an, without)
    };
    let told = asked(&[&from, &to, &country], &[&from, &to, &country, &card, &document], &[]);
    assert_eq!(told[&from], json!({ &card: "2021-05-01T00:00:00.000Z" }));
    assert_eq!(told[&to], json!({ &card: "2031-05-01T00:00:00.000Z", &document: "2031-05-01T00:00:00.000Z" }));
    assert_eq!(told[&country], json!({ &card: "BEL", &document: "BEL" }));
    let date = v2("verificationDate");
    let told = asked(&[&date], &[&date, &"name".to_owned()], &[]);
    assert_eq!(told[&date], json!({ "name": "2026-11-22T13:05:00.000Z" }));
    // Of what the person left out, nothing is told either.
    assert!(asked(&[&from], &[&from, &card], std::slice::from_ref(&card)).is_empty());
}

#[test]
fn ages_change_on_the_birthday_and_a_year_alone_says_what_it_can() {
    let mut someone = an();
    let mut is = |born: &str, today: &str, name: &str| {
        someone.attributes.birthdate = Some(born.into());
        someone.today = today.into();
        compat(name, &someone)
    };
    assert_eq!(is("2008-11-22", "2026-11-21", "age_gte_18"), Some(json!(false)));
    assert_eq!(is("2008-11-22", "2026-11-22", "age_gte_18"), Some(json!(true)));
    assert_eq!(is("2008-02-29", "2026-02-28", "age_gte_18"), Some(json!(false)));
    assert_eq!(is("2008-02-29", "2026-03-01", "age_gte_18"), Some(json!(true)));
    assert_eq!(is("2008", "2025-12-31", "age_gte_18"), Some(json!(false)));
    assert_eq!(is("2008", "2026-06-01", "age_gte_18"), None, "nobody knows");
    assert_eq!(is("2008", "2027-01-01", "age_gte_18"), Some(json!(true)));
    assert_eq!(is("2008", "2027-01-01", "birthdate"), None, "no date");
    assert_eq!(is("2008", "2027-01-01", &format!("{V2}birthdate_as_string")), Some(json!("2008")));
    assert_eq!(is("soon", "2027-01-01", "age_gte_18"), None);
}

#[test]
fn a_number_has_a_space_behind_its_country() {
    let mut someone = an();
    for (number, told) in [
        ("+32485694175", "+32 485694175"),
        ("+31612345678", "+31 612345678"),
        ("+352621123456", "+352 621123456"),
        ("+15551234567", "+1 5551234567"),
        ("+79161234567", "+7 9161234567"),
        ("+3", "+3"),
    ] {
        someone.attributes.phone_number = Some(number.into());
        assert_eq!(compat("phone_number", &someone), Some(json!(told)));
    }
}

#[test]
fn what_a_person_leaves_out_stays_out_with_what_would_tell_it_all_the_same() {
    let an = an();
    let all: Vec<&str> = names(Mount::Compat).collect();
    let told = |left_out: &str| values(Mount::Compat, &all, &all, &an, &[left_out.to_owned()]);
    let without = told("name");
    assert!(["name", "given_name", "family_name"].iter().all(|name| !without.contains_key(*name)));
    assert!(!told("email").contains_key("email_verified"));
    assert!(!told("birthdate").contains_key(&format!("{V2}birthdate_as_string")), "the same in other words");
    assert!(told("birthdate").contains_key("age_gte_18"), "another question");
}

#[test]
fn a_number_that_was_refused_is_not_in_the_card_either() {
    let an = an();
    let eid = "tag:sixdots.be,2016-06:claim_eid";
    let all: Vec<&str> = names(Mount::Compat).collect();
    let card = |left_out: &[String]| values(Mount::Compat, &all, &all, &an, left_out).remove(eid);
    let left_out = card(&[format!("{V2}BENationalNumber")]).unwrap();
    assert_eq!(left_out.get("national_number"), None);
    assert_eq!(left_out["eid"], "592123456712", "the rest stays");
    assert_eq!(card(&[format!("{V2}BEeidSn")]).unwrap().get("eid"), None);
    let all_of_it =
        ["BENationalNumber", "BEeidSn", "issuance_locality", "validityFrom", "validityTo", "verificationDate"];
    assert_eq!(card(&all_of_it.map(|name| format!("{V2}{name}"))), None, "nothing is left of it");
    assert_eq!(card(&[eid.to_owned()]), None);
    let told = values(Mount::Compat, &all, &all, &an, &[eid.to_owned()]);
    assert!(told.contains_key(&format!("{V2}BEeidSn")), "asked by itself, and not refused by itself");
    assert!(parts("name").is_empty() && parts(eid).iter().any(|(member, _)| *member == "national_number"));
}

#[test]
fn the_table_holds_together() {
    for (at, one) in CLAIMS.iter().enumerate() {
        assert!(CLAIMS.iter().skip(at + 1).all(|other| other.name != one.name), "{} stands twice", one.name);
        assert!(!one.about.is_empty() && !one.format.name().is_empty());
        assert!(one.label.is_empty() || one.label.starts_with("claim."), "{}", one.name);
        for mount in [Mount::Standard, Mount::Compat] {
            assert_eq!(claim(mount, one.name).is_some(), one.on(mount));
        }
    }
    assert_eq!(label("name"), Some("claim.name"));
    assert_eq!((label("email_verified"), label("nothing")), (None, None));
    assert!(claim(Mount::Standard, "age_over_18").is_some() && claim(Mount::Compat, "age_over_18").is_none());
    assert!(verifiable("birthdate") && verifiable("age_over_18") && !verifiable("email") && !verifiable("age_over_99"));
}

#[test]
fn verified_claims_tell_how_we_know_and_only_to_whom_may_ask() {
    let partner = |may: bool| -> Partner {
        let name = "Firma";
        serde_json::from_value(json!({
            "id": "firm", "name": { "nl": name, "fr": name, "de": name, "en": name }, "domain": "firm.example",
            "redirect_uris": ["https://firm.example/cb"], "require_pkce": false, "scopes": ["profile"],
            "claims": ["age_over_18"], "verified_claims": may,
            "auth": { "method": "client_secret", "client_secret_sha256": "00".repeat(32) },
        }))
        .unwrap()
    };
    let told = |may: bool, verification: Value, without: &[String]| {
        let firm = partner(may);
        let claims = json!({ "userinfo": { "verified_claims": { "verification": verification,
            "claims": { "birthdate": null, "age_over_18": null, "email": null, "address": null } } } });
        let pairs = [
            ("client_id", "firm".to_owned()),
            ("redirect_uri", "https://firm.example/cb".to_owned()),
            ("response_type", "code".to_owned()),
            ("scope", "openid".to_owned()),
            ("claims", claims.to_string()),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value));
        let request = parse(&firm, &pairs, &AskedFor::default()).unwrap();
        let told = userinfo(&firm, &request, &an(), without);
        assert!(told.keys().all(|name| name == "verified_claims"), "nothing is told twice: {told:?}");
        told.get("verified_claims").cloned()
    };
    let answer = told(true, json!({ "trust_framework": null, "assurance_level": null, "time": null }), &[]).unwrap();
    assert_eq!(
        answer["claims"],
        json!({ "birthdate": "1978-11-01", "age_over_18": true }),
        "no address: not registered"
    );
    assert_eq!(answer["verification"]["assurance_level"], "substantial");
    assert_eq!(answer["verification"]["time"], "2026-11-22T13:05:00Z");
    assert!(answer["verification"].get("verification_process").is_none(), "it was not asked");
    let process = json!({ "trust_framework": null, "verification_process": null });
    let asked = told(true, process, &[]).unwrap();
    assert_eq!(asked["verification"], json!({ "trust_framework": "eidas", "verification_process": "proving-for-you" }));
    let another = json!({ "trust_framework": null, "verification_process": { "value": "another" } });
    assert!(told(true, another, &[]).is_none(), "another proving than the one that was meant");
    assert!(told(false, json!({ "trust_framework": null }), &[]).is_none());
    assert!(told(true, json!({ "trust_framework": { "value": "de_aml" } }), &[]).is_none(), "another framework");
    let less = told(true, json!({ "trust_framework": null }), &["birthdate".to_owned()]).unwrap();
    assert_eq!(less["claims"], json!({ "age_over_18": true }), "what was left out");
}
