//! A health fund that was built for itsme®, in the browser: signed and encrypted requests, templates, sealed answers, and what it hears
//! when something is wrong.

use std::collections::BTreeMap;

use protocol::jose::jwe::{self, Decryptor, RsaPrivate};
use protocol::jose::jwt::Jwt;
use protocol::jose::{Enc, Encryption, KeyAlg, KeySet, SigAlg, unb64u};
use protocol::phone::Decision;
use serde_json::{Value, json};
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone, Reply, Town};

use crate::firm::{Firm, text};
use crate::{AN, HOME, each, once};

const V2: &str = "http://itsme.services/v2/claim/";
const BACK: &str = "https://fonds.example/aangemeld";
const SHARED: &str = "https://fonds.example/gedeeld";
const PAID: &str = "https://fonds.example/betaald";
const OBJECT: &str = "https://fonds.example:443/request.jwt";
const LOGIN: &str = "openid service:FONDS_LOGIN profile";

struct Fund {
    firm: Firm,
    key: RsaPrivate,
}

impl Fund {
    async fn opens(town: &Town) -> Fund {
        let key = RsaPrivate::generate("fonds").unwrap();
        let (n, e) = key.public();
        let enc = json!({ "kty": "RSA", "n": n, "e": e, "kid": key.kid(), "use": "enc", "alg": "RSA-OAEP-256" });
        let how = json!({ "alg": "RSA-OAEP-256", "enc": "A128CBC-HS256" });
        let services = json!([
            { "code": "FONDS_LOGIN", "kind": "authentication", "redirect_uris": [BACK], "scopes": ["profile", "phone", "eid"],
              "claims": ["age_gte_18", "email", format!("{V2}claim_citizenship_as_iso")] },
            { "code": "FONDS_SHARE", "kind": "identification", "redirect_uris": [SHARED], "scopes": ["profile"] },
            { "code": "FONDS_PAY", "kind": "confirmation", "redirect_uris": [PAID] },
        ]);
        let more = json!({
            "service": services, "scopes": [], "ciba": null, "grants": ["authorization_code"], "id_token_alg": "RS256",
            "jwks": { "keys": [enc] }, "id_token_encryption": how, "userinfo": { "sign": "RS256", "encrypt": how },
            "request_uris": [OBJECT],
        });
        Fund { firm: Firm::opens(town, "fonds", "/v2", more).await, key }
    }

    /// A request object: signed, then encrypted to us, as its documents want it.
    async fn object(&self, town: &Town, members: &Value) -> String {
        let mut claims = json!({ "iss": "fonds", "aud": self.firm.issuer(town), "client_id": "fonds", "response_type": "code",
            "iat": town.now(), "exp": town.now() + 300 });
        claims.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let how = Encryption { alg: KeyAlg::RsaOaep256, enc: Enc::A128CbcHs256 };
        let key = ours(town).await.encryption_key(how.alg).unwrap();
        jwe::encrypt(&key, how, Some("JWT"), self.firm.signs(&claims).as_bytes()).unwrap()
    }

    fn address(&self, town: &Town, pairs: &[(&str, &str)]) -> String {
        let url = format!("{}/v2/authorization", town.issuer);
        let known = [("client_id", "fonds"), ("response_type", "code"), ("state", "s1"), ("nonce", "n1")];
        let pairs = known.iter().filter(|(name, _)| pairs.iter().all(|(other, _)| other != name)).chain(pairs);
        reqwest::Url::parse_with_params(&url, pairs.filter(|(_, value)| !value.is_empty())).unwrap().into()
    }

    /// Code in, tokens out, as its documents tell: the assertion is for the token address.
    async fn redeems(&self, town: &Town, code: &str, redirect_uri: &str) -> Reply {
        let form = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect_uri)];
        self.firm.posts_for(town, "/token", "/token", &form).await
    }

    /// What the fund reads: decrypted with its key, verified with ours.
    async fn unsealed(&self, town: &Town, jwe: &str) -> Value {
        let header: Value = serde_json::from_slice(&unb64u(jwe.split('.').next().unwrap()).unwrap()).unwrap();
        assert_eq!(
            (&header["alg"], &header["enc"], &header["cty"], &header["kid"]),
            (&json!("RSA-OAEP-256"), &json!("A128CBC-HS256"), &json!("JWT"), &json!(self.key.kid()))
        );
        let jws = Decryptor { rsa: vec![&self.key], ec: Vec::new() }.decrypt(jwe).unwrap();
        let jws = String::from_utf8(jws).unwrap();
        let jwt = Jwt::parse(&jws).unwrap();
        assert!(jwt.header.kid.is_some(), "its documents want a kid");
        ours(town).await.claims(&jwt, &[SigAlg::RS256]).unwrap()
    }

    /// ID token and userinfo for a code.
    async fn learns(&self, town: &Town, code: &str, redirect_uri: &str) -> (Value, Value) {
        let tokens = self.redeems(town, code, redirect_uri).await.ok();
        assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(3600)));
        let id_token = self.unsealed(town, &text(&tokens, "id_token")).await;
        let info = self.firm.userinfo(town, &tokens).await;
        assert_eq!((info.status, info.header("content-type")), (200, "application/jwt"));
        (id_token, self.unsealed(town, &info.body).await)
    }
}

async fn ours(town: &Town) -> KeySet {
    let request = town.http.get(format!("{}/v2/jwkSet", town.issuer));
    KeySet::parse(&Reply::read(request.send().await.unwrap()).await.body).unwrap()
}

/// The parameters with which the browser is sent to this address.
fn back(reply: &Reply, to: &str) -> BTreeMap<String, String> {
    assert_eq!(reply.status, 302, "{}", reply.body);
    assert!(reply.location().starts_with(&format!("{to}?")), "{}", reply.location());
    let url = reqwest::Url::parse(reply.location()).unwrap();
    let answer: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    assert!(!answer.contains_key("iss"), "nothing that its library does not know");
    answer
}

/// From the fund's button to the page that waits: its address and the two digits.
async fn typed(town: &Town, browser: &mut Browser, address: &str) -> (String, String) {
    let page = browser.get(town, address).await;
    assert!(page.status == 200 && page.has("phone"), "{} {}", page.status, page.body);
    let waits = browser.type_number(town, &page, AN).await;
    assert_eq!(waits.status, 303, "{}", waits.body);
    let waits = waits.location().to_owned();
    let number = browser.get(town, &waits).await.text("match");
    (waits, number)
}

#[tokio::test]
async fn a_member_logs_in_and_the_fund_alone_reads_who_it_is() {
    each(async |town| {
        let fund = Fund::opens(&town).await;
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let claims = json!({ "id_token": { "age_gte_18": null, "family_name": null },
                             "userinfo": { "email": { "essential": true }, format!("{V2}claim_citizenship_as_iso"): null } });
        let object = fund
            .object(
                &town,
                &json!({ "scope": "openid service:FONDS_LOGIN profile phone eid", "redirect_uri": BACK, "claims": claims,
                         "state": "inside", "nonce": "n2", "acr_values": format!("{V2}acr_advanced") }),
            )
            .await;
        let address = fund.address(&town, &[("scope", LOGIN), ("redirect_uri", BACK), ("request", &object)]);
        let (waits, number) = typed(&town, &mut browser, &address).await;
        phone.approve(&town, &number, CODE).await.ok();
        let answer = back(&browser.get(&town, &waits).await, BACK);
        assert_eq!((answer["state"].as_str(), answer["code"].len()), ("inside", 36), "what is signed counts");

        let (id_token, info) = fund.learns(&town, &answer["code"], BACK).await;
        assert_eq!((&id_token["iss"], &id_token["aud"]), (&json!(fund.firm.issuer(&town)), &json!("fonds")));
        assert_eq!((&id_token["nonce"], &id_token["acr"]), (&json!("n2"), &json!(format!("{V2}acr_advanced"))));
        assert_eq!(id_token["exp"].as_i64().unwrap() - id_token["iat"].as_i64().unwrap(), 300);
        assert_eq!((&id_token["age_gte_18"], &id_token["family_name"]), (&json!(true), &json!("Van Linden")));
        assert_eq!(text(&id_token, "sub").len(), 36);
        assert_eq!((&info["sub"], &info["iss"], &info["aud"]), (&id_token["sub"], &id_token["iss"], &id_token["aud"]));
        assert_eq!(info["exp"].as_i64().unwrap(), town.now() + 300);
        assert_eq!((&info["phone_number"], &info["locale"]), (&json!("+32 468758960"), &json!("NL")));
        assert_eq!((&info[format!("{V2}claim_citizenship_as_iso")], &info["given_name"]), (&json!("BEL"), &json!("An")));
        assert!(info[format!("{V2}BEeidSn")].is_string(), "{info}");
        assert!(info.get("email").is_none(), "she gave none: what is not there is left out");

        // A code counts once; its second use takes back what the first one gave.
        let again = fund.redeems(&town, &answer["code"], BACK).await;
        assert_eq!(again.refusal(), (400, "invalid_grant".into()));
        assert_eq!(again.json()["detail"], again.json()["error_description"]);
    })
    .await;
}

#[tokio::test]
async fn a_member_pays_from_a_request_that_lies_at_an_address() {
    each(async |town| {
        let fund = Fund::opens(&town).await;
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let set = |members: &[(&str, &str)], sub: Option<&str>| {
            let claim = |(name, value): &(&str, &str)| {
                (format!("{V2}claim_approval_{name}"), json!({ "essential": true, "value": value }))
            };
            let mut userinfo: serde_json::Map<String, Value> = members.iter().map(claim).collect();
            userinfo.extend(sub.map(|sub| ("sub".to_owned(), json!({ "value": sub }))));
            json!({ "scope": "openid service:FONDS_PAY", "redirect_uri": PAID, "claims": { "userinfo": userinfo } })
        };
        let pay = [
            ("template_name", "adv_payment"),
            ("amount_key", "4250"),
            ("currency_key", "EUR"),
            ("iban_key", "BE68539007547034"),
        ];
        let address = fund
            .address(&town, &[("scope", "openid service:FONDS_PAY"), ("redirect_uri", PAID), ("request_uri", OBJECT)]);
        town.web.serves(OBJECT.replace(":443", "").as_str(), fund.object(&town, &set(&pay, None)).await);
        let (waits, number) = typed(&town, &mut browser, &address).await;
        let shown = phone.waiting(&town).await.verified.payload;
        assert_eq!(shown.kind, "payment");
        assert!(shown.lines().iter().any(|line| line.contains("42,50 EUR")), "{:?}", shown.lines());
        phone.approve(&town, &number, CODE).await.ok();
        let answer = back(&browser.get(&town, &waits).await, PAID);
        assert_eq!(answer["state"], "s1", "the object says nothing of it");
        let (id_token, _) = fund.learns(&town, &answer["code"], PAID).await;
        let sub = text(&id_token, "sub");
        town.settle().await;

        // The fund knows her now: no number is asked, and she agrees to a text.
        let words = [("template_name", "free_text"), ("text_key", "Ik ga <b>akkoord</b>")];
        town.web.serves(OBJECT.replace(":443", "").as_str(), fund.object(&town, &set(&words, Some(&sub))).await);
        let sent = browser.get(&town, &address).await;
        assert!(sent.location().starts_with("/login/wait/"), "{} {}", sent.status, sent.body);
        let number = browser.get(&town, sent.location()).await.text("match");
        let shown = phone.waiting(&town).await.verified.payload;
        assert_eq!(shown.kind, "text");
        phone.approve(&town, &number, CODE).await.ok();
        let answer = back(&browser.get(&town, sent.location()).await, PAID);
        assert_eq!(fund.learns(&town, &answer["code"], PAID).await.0["sub"], sub);
    })
    .await;
}

#[tokio::test]
async fn the_fund_hears_a_word_of_its_documents_for_each_mistake() {
    let town = once().await;
    let fund = Fund::opens(&town).await;
    let mut browser = Browser::at(HOME);
    let before = town.tables().await;
    let share = "openid service:FONDS_SHARE";
    let pay = "openid service:FONDS_PAY";
    let template = json!({ "userinfo": { format!("{V2}claim_approval_template_name"): { "value": "free_text" },
                                         format!("{V2}claim_approval_text_key"): { "value": "ja" } } });
    let confirms = fund.object(&town, &json!({ "scope": LOGIN, "redirect_uri": BACK, "claims": template })).await;
    let bare = fund.object(&town, &json!({ "scope": pay, "redirect_uri": PAID })).await;
    let bent = |amount: &str, iban: &str| {
        json!({ "userinfo": {
            format!("{V2}claim_approval_template_name"): { "value": "adv_payment" },
            format!("{V2}claim_approval_amount_key"): { "value": amount },
            format!("{V2}claim_approval_currency_key"): { "value": "EUR" },
            format!("{V2}claim_approval_iban_key"): { "value": iban } } })
    };
    let cents = fund
        .object(&town, &json!({ "scope": pay, "redirect_uri": PAID, "claims": bent("12,50", "BE68539007547034") }))
        .await;
    let iban = fund
        .object(&town, &json!({ "scope": pay, "redirect_uri": PAID, "claims": bent("1250", "BE68539007547035") }))
        .await;
    let elsewhere = fund.object(&town, &json!({ "scope": LOGIN, "redirect_uri": BACK, "aud": town.issuer })).await;
    let torn = &bare[..bare.len() - 8];
    let plain = template.to_string();
    type Pairs<'a> = &'a [(&'a str, &'a str)];
    let cases: [(&str, Pairs<'_>, &str); 20] = [
        (BACK, &[("scope", LOGIN), ("display", "popup")], "unsupported_display"),
        (BACK, &[("scope", LOGIN), ("response_type", "token")], "unsupported_response_type"),
        (BACK, &[("scope", LOGIN), ("response_type", "")], "invalid_request"),
        (BACK, &[("scope", "openid")], "invalid_scope"),
        (BACK, &[("scope", "service:FONDS_LOGIN")], "invalid_scope"),
        (BACK, &[("scope", "openid service:FONDS_LOGIN service:FONDS_PAY")], "invalid_scope"),
        (BACK, &[("scope", "openid service:OTHER")], "invalid_scope"),
        (BACK, &[("scope", "openid service:FONDS_LOGIN address")], "invalid_scope"),
        (BACK, &[("scope", LOGIN), ("claims", "{")], "invalid_request"),
        (BACK, &[("scope", LOGIN), ("claims", &plain)], "invalid_request"),
        (BACK, &[("scope", LOGIN), ("request", &confirms)], "invalid_request"),
        (BACK, &[("scope", LOGIN), ("request", torn)], "invalid_request_object"),
        (BACK, &[("scope", LOGIN), ("request", &elsewhere)], "invalid_request_object"),
        (BACK, &[("scope", LOGIN), ("request", "x"), ("request_uri", OBJECT)], "invalid_request"),
        (BACK, &[("scope", LOGIN), ("request_uri", "https://evil.example:443/r")], "invalid_request_uri"),
        (BACK, &[("scope", LOGIN), ("code_challenge", "abc"), ("code_challenge_method", "plain")], "invalid_request"),
        (SHARED, &[("scope", share)], "invalid_request"),
        (PAID, &[("scope", pay), ("claims", &plain)], "invalid_request"),
        (PAID, &[("scope", pay), ("request", &bare)], "invalid_request"),
        (PAID, &[("scope", pay), ("request", &cents)], "invalid_request"),
    ];
    for (to, pairs, error) in cases {
        let pairs = [&[("redirect_uri", to)], pairs].concat();
        let answer = back(&browser.get(&town, &fund.address(&town, &pairs)).await, to);
        assert_eq!((answer["error"].as_str(), answer["state"].as_str()), (error, "s1"), "{pairs:?}: {answer:?}");
    }
    let wrong = [("redirect_uri", PAID), ("scope", pay), ("request", iban.as_str())];
    assert_eq!(back(&browser.get(&town, &fund.address(&town, &wrong)).await, PAID)["error"], "invalid_request");
    // Never to an address that does not belong to this service, nor for somebody unknown.
    for pairs in [
        &[("scope", LOGIN), ("redirect_uri", SHARED)][..],
        &[("scope", LOGIN), ("redirect_uri", "https://fonds.example/")],
        &[("scope", LOGIN)],
        &[("scope", LOGIN), ("redirect_uri", BACK), ("client_id", "nobody")],
        &[("scope", LOGIN), ("redirect_uri", BACK), ("client_id", "gemeente")],
    ] {
        let page = browser.get(&town, &fund.address(&town, pairs)).await;
        assert_eq!((page.status, page.location()), (400, ""), "{pairs:?}");
        assert!(page.has("error-code"));
    }
    assert_eq!(town.tables().await, before, "nobody was asked, nothing was kept");
}

#[tokio::test]
async fn a_member_says_no_or_nothing() {
    each(async |town| {
        let fund = Fund::opens(&town).await;
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let address = fund.address(&town, &[("scope", LOGIN), ("redirect_uri", BACK)]);
        let (waits, _) = typed(&town, &mut browser, &address).await;
        phone.decline(&town, Decision::Reject).await.ok();
        let page = browser.get(&town, &waits).await;
        let link = page.attribute("back", "href");
        assert!(link.starts_with(BACK) && link.contains("error=access_denied") && link.contains("state=s1"), "{link}");
        assert!(!link.contains("iss="));
        let (waits, _) = typed(&town, &mut browser, &address).await;
        town.pass(600);
        let page = browser.get(&town, &waits).await;
        assert!(page.has("retry") && page.attribute("back", "href").contains("error=access_denied"), "{}", page.body);
        let (waits, _) = typed(&town, &mut browser, &address).await;
        let req = browser.get(&town, &waits).await.field("req");
        let stopped = browser.post(&town, "/login/cancel", &[("req", &req)]).await;
        let onward = stopped.attribute("onward", "href");
        assert!(onward.starts_with(BACK) && onward.contains("error=access_denied"), "{onward} {}", stopped.body);
    })
    .await;
}
