//! What binds a person, and how a service says how sure it must be.

use protocol::phone::Decision;
use serde_json::{Value, json};
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone};

use crate::client::{Client, told};
use crate::{AN, HOME, each, once};

fn payment(amount: &str) -> Value {
    json!({ "type": "payment_initiation", "instructedAmount": { "currency": "EUR", "amount": amount },
            "creditorName": "Bakkerij Peeters", "creditorAccount": { "iban": "BE68 5390 0754 7034" },
            "remittanceInformationUnstructured": "Factuur 12" })
}

fn types() -> Value {
    json!({ "authorization_details": ["payment_initiation", "confirm_text", "account_information"] })
}

#[tokio::test]
async fn a_payment_is_seen_approved_and_granted_as_it_was_seen() {
    each(async |town| {
        let client = Client::opens(&town, "bureau", types()).await;
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let details = json!([payment("123.50"), { "type": "account_information", "accounts": ["BE1", "BE2"] }]);
        let form = client.form(&[("authorization_details", &details.to_string())]);
        let page = client.opened(&town, &mut browser, &form).await;
        let (waits, number) = client.asked(&town, &mut browser, &page).await;
        let shown = phone.waiting(&town).await.verified.payload;
        assert_eq!(shown.kind, "payment");
        let values: Vec<&str> = shown.fields.iter().map(|field| field.v.as_str()).collect();
        for seen in [
            "123,50 EUR",
            "Bakkerij Peeters",
            "BE68 5390 0754 7034",
            "Factuur 12",
            "account_information · accounts: BE1, BE2",
        ] {
            assert!(values.contains(&seen), "{seen}: {values:?}");
        }
        phone.approve(&town, &number, CODE).await.ok();
        let code = told(&browser.get(&town, &waits).await, "code");
        let tokens = client.exchanges(&town, &code).await.ok();
        assert_eq!(tokens["authorization_details"], details);
        let token = tokens["access_token"].as_str().unwrap();
        let info = client.firm.posts(&town, "/introspect", &[("token", token)]).await.ok();
        assert_eq!((&info["active"], &info["authorization_details"]), (&json!(true), &details));
    })
    .await;
}

#[tokio::test]
async fn what_nobody_would_see_is_not_asked() {
    let town = once().await;
    let client = Client::opens(&town, "bureau", types()).await;
    let pushed = async |details: Value| {
        let reply = client.pushes(&town, &client.form(&[("authorization_details", &details.to_string())])).await;
        (reply.status, reply.json()["error"].clone())
    };
    let refused = (400, json!("invalid_authorization_details"));
    assert_eq!(pushed(json!([payment("1"), payment("2")])).await, refused, "one thing at a time");
    let text = json!({ "type": "confirm_text", "text": "Ja" });
    assert_eq!(pushed(json!([payment("1"), text])).await, refused);
    let mut more = payment("1");
    more["debtorAccount"] = json!({ "iban": "BE71096123456769" });
    assert_eq!(pushed(json!([more])).await, refused, "a member that no screen has");
    let mut hidden = payment("1");
    hidden["creditorName"] = json!("Bak\u{200b}kerij");
    assert_eq!(pushed(json!([hidden])).await, refused);
    assert_eq!(pushed(json!([{ "type": "account_information", "to\u{202e}": 1 }])).await, refused);

    let open = client.form(&[("authorization_details", &json!([payment("1")]).to_string())]);
    let back = Browser::at(HOME).get(&town, &client.link(&town, &open)).await;
    assert_eq!(told(&back, "error"), "invalid_request", "neither pushed nor signed");
    let object = client.object(&town, &json!({ "authorization_details": [payment("1")] }));
    let signed = client.form(&[("request", &object)]);
    let page = Browser::at(HOME).get(&town, &client.link(&town, &signed)).await;
    assert_eq!(page.status, 200, "signed, it may pass through a browser: {}", page.body);
}

#[tokio::test]
async fn a_service_that_wants_the_code_gets_no_finger() {
    let town = once().await;
    let client = Client::opens(&town, "bureau", json!({ "biometrics": true })).await;
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    phone.finger_on(&town, CODE).await.ok();
    let mut browser = Browser::at(HOME);
    let open = async |browser: &mut Browser, acr: &str| {
        let page = browser.get(&town, &client.link(&town, &client.form(&[("acr_values", acr)]))).await;
        client.asked(&town, browser, &page).await
    };
    let basic = "http://itsme.services/v2/claim/acr_basic";
    let (_, number) = open(&mut browser, basic).await;
    assert_eq!(phone.waiting(&town).await.verified.payload.uv, "pin_or_bio");
    phone.approve_bio(&town, &number).await.ok();
    for acr in ["http://itsme.services/v2/claim/acr_advanced", "tag:sixdots.be,2016-06:acr_advanced"] {
        for asked in [acr.to_owned(), format!("{basic} {acr}")] {
            let (waits, number) = open(&mut browser, &asked).await;
            let waiting = phone.waiting(&town).await;
            assert_eq!(waiting.verified.payload.uv, "pin", "{asked}");
            let answer = phone.say(&waiting, Decision::Approve, &number);
            let touched = phone.compose_bio(&waiting, &answer);
            let said = phone.deliver(&town, &touched).await;
            assert!((400..500).contains(&said.status), "a finger is not enough: {} {}", said.status, said.body);
            phone.approve(&town, &number, CODE).await.ok();
            let code = told(&browser.get(&town, &waits).await, "code");
            client.exchanges(&town, &code).await.ok();
        }
    }
}

/// A text to confirm as a service writes it: with the letters themselves, or with an escape for each (as many libraries do).
fn asks_text(text: &str, escaped: bool) -> String {
    let details = json!([{ "type": "confirm_text", "text": text }]).to_string();
    if !escaped {
        return details;
    }
    details.chars().map(|c| if c.is_ascii() { c.to_string() } else { format!("\\u{:04x}", u32::from(c)) }).collect()
}

#[tokio::test]
async fn a_text_has_7500_characters_however_they_are_written() {
    let town = once().await;
    let (v2, back) = ("http://itsme.services/v2/claim/claim_approval_", "https://akte.example/cb");
    let at = "https://akte.example/object";
    let service = json!([{ "code": "AKTE", "kind": "confirmation", "redirect_uris": [back] }]);
    let notary = crate::firm::Firm::opens(
        &town,
        "akte",
        "/v2",
        json!({ "scopes": [], "service": service, "request_uris": [at] }),
    )
    .await;
    let asks = async |text: &str, escaped: bool| {
        let claims = json!({ "userinfo": {
            format!("{v2}template_name"): { "essential": true, "value": "free_text" },
            format!("{v2}text_key"): { "essential": true, "value": text } } })
        .to_string();
        let escape = |c: char| if c.is_ascii() { c.to_string() } else { format!("\\u{:04x}", u32::from(c)) };
        let claims: String = if escaped { claims.chars().map(escape).collect() } else { claims };
        let object = notary.signs(&json!({
            "iss": "akte", "aud": format!("{}/v2", town.issuer), "nbf": town.now(), "exp": town.now() + 300,
            "client_id": "akte", "redirect_uri": back, "response_type": "code", "scope": "openid service:AKTE",
            "claims": claims, "state": "s1",
        }));
        // An address has no room for so many escapes: then the object lies at the service.
        let carries = if escaped { ("request_uri", at) } else { ("request", object.as_str()) };
        town.web.serves(at, &object);
        let pairs = [
            ("client_id", "akte"),
            ("response_type", "code"),
            ("scope", "openid service:AKTE"),
            ("redirect_uri", back),
            carries,
        ];
        let link = reqwest::Url::parse_with_params(&format!("{}/v2/authorization", town.issuer), pairs).unwrap();
        Browser::at(HOME).get(&town, link.as_str()).await
    };
    for escaped in [false, true] {
        for letter in ["a", "é", "€"] {
            let page = asks(&letter.repeat(7_500), escaped).await;
            assert_eq!(page.status, 200, "7500 times {letter}, escaped: {escaped}: {}", page.body);
            let refused = asks(&letter.repeat(7_501), escaped).await;
            assert_eq!(refused.status, 302, "7501 times {letter}: {}", refused.body);
            assert!(
                refused.location().starts_with(back) && refused.location().contains("error="),
                "{}",
                refused.location()
            );
        }
        for outside in ["ő", "漢", "😀"] {
            let refused = asks(&format!("Akkoord {outside}"), escaped).await;
            assert_eq!(refused.status, 302, "{outside} is not in ISO-8859-15: {}", refused.body);
            assert!(refused.location().contains("error="), "{}", refused.location());
        }
    }
}

#[tokio::test]
async fn a_long_text_among_the_details_fits_too() {
    let town = once().await;
    let client = Client::opens(&town, "bureau", types()).await;
    for escaped in [false, true] {
        let long = asks_text(&"a".repeat(7_500), escaped);
        let reply = client.pushes(&town, &client.form(&[("authorization_details", &long)])).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        let longer = asks_text(&"a".repeat(7_501), escaped);
        let reply = client.pushes(&town, &client.form(&[("authorization_details", &longer)])).await;
        assert_eq!(reply.json()["error"], "invalid_authorization_details", "{}", reply.body);
        let accents = asks_text(&"é".repeat(7_500), escaped);
        let reply = client.pushes(&town, &client.form(&[("authorization_details", &accents)])).await;
        assert_eq!(reply.status, 201, "with accents, escaped: {escaped}: {}", reply.body);
    }
}

#[tokio::test]
async fn who_vouched_is_told_on_the_phone_and_to_whom_may_ask() {
    each(async |town| {
        let client = Client::opens(&town, "bureau", json!({ "verified_claims": true, "claims": ["birthdate"] })).await;
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let mut ask = async |verification: Value| {
            let claims = json!({ "userinfo": { "verified_claims": { "verification": verification,
                "claims": { "birthdate": { "essential": true } } } } });
            let form = client.form(&[("claims", &claims.to_string()), ("scope", "openid")]);
            let page = browser.get(&town, &client.link(&town, &form)).await;
            let (waits, number) = client.asked(&town, &mut browser, &page).await;
            let shown = phone.waiting(&town).await.verified.payload;
            phone.approve(&town, &number, CODE).await.ok();
            let code = told(&browser.get(&town, &waits).await, "code");
            let tokens = client.exchanges(&town, &code).await.ok();
            (shown, client.firm.userinfo(&town, &tokens).await.ok())
        };
        let (shown, info) = ask(json!({ "trust_framework": { "value": "eidas" }, "time": { "max_age": 3600 } })).await;
        let line = shown.fields.iter().find(|field| field.l == "Wie uw gegevens bevestigde, en wanneer").unwrap();
        assert!(!line.v.is_empty() && line.c.as_deref() == Some("verified_claims") && !line.o, "{}", line.v);
        assert_eq!(info["verified_claims"]["verification"]["trust_framework"], "eidas");
        assert!(info["verified_claims"]["claims"]["birthdate"].is_string(), "{info}");
        assert!(info.get("birthdate").is_none(), "asked as verified, told as verified");
        town.pass(7200);
        let (_, info) = ask(json!({ "trust_framework": null, "time": { "max_age": 3600 } })).await;
        assert!(info.get("verified_claims").is_none(), "proven too long ago: {info}");
        let (_, info) = ask(json!({ "trust_framework": null, "time": { "max_age": 86_400 } })).await;
        assert!(info["verified_claims"]["verification"]["time"].is_string(), "{info}");
    })
    .await;
}
