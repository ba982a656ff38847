//! A shop that was built for itsme®: its code on a screen, a phone that scans it, and everything its documents let it expect.

use eid_virtual::Applet;
use protocol::jose::{b64u, unb64u};
use serde_json::{Value, json};
use zelf_trials::town::card::{self, Computer};
use zelf_trials::town::partner::claims;
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone, Reply, Town};

use crate::firm::{CIBA_GRANT, Firm, text};
use crate::{AN, AN_E164, ELSEWHERE, HOME, JAN, each, once};

const V2: &str = "http://itsme.services/v2/claim/";
const BACKCHANNEL: &str = "/backchannel/authentication";
const SESSIONS: &str = "/user_discovery_sessions";

async fn shop(town: &Town) -> Firm {
    let v2 = |name: &str| format!("{V2}{name}");
    let services = json!([
        { "code": "SHOP_LOGIN", "kind": "authentication", "scopes": ["profile", "phone", "eid", "idDocument"],
          "claims": ["age_gte_18", v2("claim_citizenship_as_iso"), v2("identification_mode"), v2("transaction_ip"),
                     v2("account"), v2("RONationalNumber"), v2("student_attestation_ag"), "address_assurance_level"] },
        { "code": "SHOP_SHARE", "kind": "identification", "scopes": ["profile"] },
        { "code": "SHOP_PAY", "kind": "confirmation" },
    ]);
    Firm::opens(town, "shop", "/v2", json!({ "service": services })).await
}

/// What the image of the code says.
fn code(answer: &Value) -> String {
    let image = text(&answer["user_discovery_token"], "qr_code").replace('+', "-").replace('/', "_");
    let bytes = unb64u(image.trim_end_matches('=')).unwrap();
    assert!(bytes.starts_with(b"\x89PNG"), "an image");
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (_, said) = text.split_once("Description\0").unwrap();
    // Session, step and MAC, which has 22 characters; behind it the image goes on.
    let (head, rest) = said.split_once("/d#").unwrap();
    let parts: Vec<&str> = rest.splitn(3, '.').collect();
    format!("{head}/d#{}.{}.{}", parts[0], parts[1], &parts[2][..22])
}

async fn opens(town: &Town, shop: &Firm) -> Value {
    shop.posts_for(town, SESSIONS, BACKCHANNEL, &[("client_id", &shop.id)]).await.ok()
}

async fn looks(town: &Town, shop: &Firm, session: &str) -> Reply {
    shop.posts_for(town, &format!("{SESSIONS}/{session}"), BACKCHANNEL, &[]).await
}

async fn scans(town: &Town, phone: &Phone, text: &str) -> Reply {
    phone.command(town, "scan", json!({ "text": text })).await
}

/// The whole discovery: the token that names An.
pub async fn discovered(town: &Town, shop: &Firm, phone: &Phone) -> String {
    let opened = opens(town, shop).await;
    scans(town, phone, &code(&opened)).await.ok();
    let looked = looks(town, shop, &text(&opened, "user_discovery_session_id")).await.ok();
    text(&looked, "user_identifier_token")
}

/// The members of a signed request.
pub fn request(town: &Town, shop: &Firm, token: &str, scope: &str) -> Value {
    json!({ "iss": "shop", "aud": shop.issuer(town), "jti": format!("r{}", shop.throw()), "iat": town.now(),
            "nbf": town.now(), "exp": town.now() + 60, "scope": scope,
            "login_hint_token": { "type": "user_identifier_token", "value": token } })
}

async fn asks(town: &Town, shop: &Firm, request: &Value) -> Reply {
    shop.posts_for(town, BACKCHANNEL, "/token", &[("request", &shop.signs(request))]).await
}

async fn answered(town: &Town, shop: &Firm, phone: &mut Phone, request: &Value) -> Value {
    let asked = asks(town, shop, request).await.ok();
    phone.approve(town, "", CODE).await.ok();
    town.pass(2);
    shop.looks(town, &text(&asked, "auth_req_id")).await.ok()
}

#[tokio::test]
async fn a_phone_scans_the_shops_code_and_its_person_logs_in() {
    each(async |town| {
        let shop = shop(&town).await;
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let opened = opens(&town, &shop).await;
        assert_eq!(opened["status"], "PENDING_USER_DISCOVERY");
        assert!(text(&opened["user_discovery_token"], "expires_at").starts_with("2026-11-22T"));
        let session = text(&opened, "user_discovery_session_id");
        town.pass(2);
        let second = looks(&town, &shop, &session).await.ok();
        assert_ne!(code(&opened), code(&second), "a new code each time");
        scans(&town, &phone, &code(&second)).await.ok();
        town.pass(2);
        let found = looks(&town, &shop, &session).await.ok();
        assert_eq!(found["status"], "USER_DISCOVERED");
        assert!(found.get("user_discovery_token").is_none());
        let token = text(&found, "user_identifier_token");
        let asked =
            asks(&town, &shop, &request(&town, &shop, &token, "openid service:SHOP_LOGIN profile phone")).await.ok();
        assert_eq!((&asked["expires_in"], &asked["interval"]), (&json!(120), &json!(2)));
        let id = text(&asked, "auth_req_id");
        let early = shop.looks(&town, &id).await;
        assert_eq!(early.refusal(), (400, "authorization_pending".into()));
        assert_eq!(early.json()["detail"], early.json()["error_description"], "both names");
        phone.approve(&town, "", CODE).await.ok();
        town.pass(2);
        let tokens = shop.looks(&town, &id).await.ok();
        let id_token = claims(&text(&tokens, "id_token"));
        assert_eq!(id_token["iss"], shop.issuer(&town));
        assert_eq!(id_token["acr"], format!("{V2}acr_advanced"), "the code was typed");
        assert_eq!(text(&id_token, "sub").len(), 36);
        let info = shop.userinfo(&town, &tokens).await.ok();
        assert_eq!((&info["phone_number"], &info["locale"]), (&json!("+32 468758960"), &json!("NL")));
        assert_eq!((&info["name"], &info["sub"]), (&json!("An Van Linden"), &id_token["sub"]));
    })
    .await;
}

#[tokio::test]
async fn claims_come_where_they_were_asked_and_the_phone_shows_them_all() {
    let town = once().await;
    let shop = shop(&town).await;
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    let token = discovered(&town, &shop, &phone).await;
    let mut asked = request(&town, &shop, &token, "openid service:SHOP_LOGIN eid idDocument");
    let v2 = |name: &str| format!("{V2}{name}");
    asked["claims"] = json!({
        "id_token": { "age_gte_18": null, v2("identification_mode"): null, v2("unheard_of"): null },
        "userinfo": { v2("claim_citizenship_as_iso"): null, v2("transaction_ip"): null, v2("account"): null, v2("RONationalNumber"): null,
                      v2("student_attestation_ag"): null, "address_assurance_level": { "essential": true },
                      "email": { "essential": true } },
    });
    let asked = asks(&town, &shop, &asked).await.ok();
    let shown = phone.waiting(&town).await.verified.payload;
    for claim in ["age_gte_18", &v2("BEeidSn"), &v2("claim_citizenship_as_iso"), &v2("account")] {
        assert!(shown.fields.iter().any(|field| field.c.as_deref() == Some(claim)), "{claim}: {:?}", shown.fields);
    }
    assert!(shown.fields.iter().all(|field| field.c.as_deref() != Some("email")), "not registered for this service");
    let untold = [v2("RONationalNumber"), v2("student_attestation_ag"), "address_assurance_level".to_owned()];
    assert!(
        shown.fields.iter().all(|field| !field.c.as_ref().is_some_and(|c| untold.contains(c))),
        "nobody shares them"
    );
    phone.approve(&town, "", CODE).await.ok();
    let tokens = shop.looks(&town, &text(&asked, "auth_req_id")).await.ok();
    let id_token = claims(&text(&tokens, "id_token"));
    assert_eq!((&id_token["age_gte_18"], &id_token[v2("identification_mode")]), (&json!(true), &json!("QR")));
    let info = shop.userinfo(&town, &tokens).await.ok();
    assert_eq!(info[v2("claim_citizenship_as_iso")], "BEL");
    assert_eq!(info[v2("transaction_ip")], HOME);
    assert_eq!(info[v2("BEeidSn")], "592000000012");
    assert_eq!(info[v2("validityTo")][v2("IDDocumentSN")], "2031-05-01T00:00:00.000Z");
    assert_eq!(info[v2("account")]["activationMechanism"], "ID_PROVIDER");
    assert!(info.get("email").is_none() && info.get("age_gte_18").is_none(), "{info}");
    assert!(info.as_object().unwrap().values().all(|value| !value.is_null()));
    assert!(untold.iter().all(|name| info.get(name).is_none()), "asked without a mistake, and left out: {info}");
}

#[tokio::test]
async fn a_payment_and_a_text_are_confirmed_as_they_stand() {
    let town = once().await;
    let shop = shop(&town).await;
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    let set = |members: &[(&str, &str)]| {
        let claim = |(name, value): &(&str, &str)| {
            (format!("{V2}claim_approval_{name}"), json!({ "essential": true, "value": value }))
        };
        json!({ "userinfo": members.iter().map(claim).collect::<serde_json::Map<_, _>>() })
    };
    let pay = set(&[
        ("template_name", "adv_payment"),
        ("amount_key", "123456"),
        ("currency_key", "EUR"),
        ("iban_key", "BE68 5390 0754 7034"),
    ]);
    let words = set(&[("template_name", "free_text"), ("text_key", "I <b>agree</b><script>x</script>")]);
    let confirms = async |claims: &Value, phone: &Phone| {
        let token = discovered(&town, &shop, phone).await;
        let mut asked = request(&town, &shop, &token, "openid service:SHOP_PAY");
        asked["claims"] = claims.clone();
        asks(&town, &shop, &asked).await
    };
    for (claims, kind, shown) in [(&pay, "payment", "1.234,56 EUR"), (&words, "text", "I <b>agree</b>x")] {
        let asked = confirms(claims, &phone).await.ok();
        let waiting = phone.waiting(&town).await.verified.payload;
        assert_eq!(waiting.kind, kind);
        assert!(waiting.lines().iter().any(|line| line.contains(shown)), "{:?}", waiting.lines());
        phone.approve(&town, "", CODE).await.ok();
        shop.looks(&town, &text(&asked, "auth_req_id")).await.ok();
        town.settle().await;
    }
    let mut wrong = pay.clone();
    wrong["userinfo"][format!("{V2}claim_approval_amount_key")]["value"] = json!("12,34");
    for claims in [&wrong, &json!({}), &json!({ "userinfo": { "name": null } })] {
        assert_eq!(confirms(claims, &phone).await.refusal(), (400, "invalid_request".into()), "{claims}");
    }
    assert!(phone.pending(&town).await.is_empty());
}

#[tokio::test]
async fn what_its_documents_contradict_is_taken_either_way() {
    let town = once().await;
    let shop = shop(&town).await;
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    let scope = "openid service:SHOP_LOGIN";
    let token = discovered(&town, &shop, &phone).await;
    // Times as text, a date in nbf, claims that are no JSON, the hint as a JWT.
    let mut odd = request(&town, &shop, &token, scope);
    odd["exp"] = json!((town.now() + 60).to_string());
    odd["iat"] = json!(town.now().to_string());
    odd["nbf"] = json!("2026-11-22T13:00:00Z");
    odd["claims"] = json!("{\"userinfo\": {name: null}");
    odd["login_hint_token"] = json!(shop.signs(&json!({ "type": "user_identifier_token", "value": token })));
    let tokens = answered(&town, &shop, &mut phone, &odd).await;
    let sub = text(&claims(&text(&tokens, "id_token")), "sub");
    town.settle().await;
    // A person it knows, by the name it knows.
    let mut known = request(&town, &shop, "", scope);
    known["login_hint_token"] = json!({ "type": "subject_code", "value": sub });
    let again = answered(&town, &shop, &mut phone, &known).await;
    assert_eq!(claims(&text(&again, "id_token"))["sub"], sub);
    // A token alone.
    let mut bare = request(&town, &shop, "", scope);
    bare["login_hint_token"] = json!(discovered(&town, &shop, &phone).await);
    answered(&town, &shop, &mut phone, &bare).await;
}

#[tokio::test]
async fn who_scanned_is_who_was_asked_for() {
    let town = once().await;
    let shop = shop(&town).await;
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    let scope = "openid service:SHOP_LOGIN";
    let token = discovered(&town, &shop, &phone).await;
    let tokens = answered(&town, &shop, &mut phone, &request(&town, &shop, &token, scope)).await;
    let sub = text(&claims(&text(&tokens, "id_token")), "sub");
    town.settle().await;
    let wants = |request: &mut Value, sub: &str| request["claims"] = json!({ "userinfo": { "sub": { "value": sub } } });
    let other = "x".repeat(36);
    for (hinted, wanted) in [(sub.as_str(), other.as_str()), (&other, &sub), (&other, &other)] {
        let mut known = request(&town, &shop, "", scope);
        known["login_hint_token"] = json!({ "type": "subject_code", "value": hinted });
        wants(&mut known, wanted);
        assert_eq!(asks(&town, &shop, &known).await.refusal(), (400, "unknown_user_id".into()), "{hinted} {wanted}");
    }
    let token = discovered(&town, &shop, &phone).await;
    let mut scanned = request(&town, &shop, &token, scope);
    wants(&mut scanned, &other);
    assert_eq!(asks(&town, &shop, &scanned).await.refusal(), (400, "unknown_user_id".into()));
    let token = discovered(&town, &shop, &phone).await;
    let mut scanned = request(&town, &shop, &token, scope);
    wants(&mut scanned, &sub);
    answered(&town, &shop, &mut phone, &scanned).await;
}

#[tokio::test]
async fn a_session_is_the_first_phones_and_the_partners_own() {
    each(async |town| {
        let shop = shop(&town).await;
        let other = Firm::opens(&town, "other", "/v2", json!({ "service": [] })).await;
        let (an, jan) =
            (Phone::activate(&town, HOME, AN, "an").await, Phone::activate(&town, ELSEWHERE, JAN, "jan").await);
        let opened = opens(&town, &shop).await;
        let session = text(&opened, "user_discovery_session_id");
        assert_eq!(looks(&town, &other, &session).await.refusal(), (400, "invalid_request".into()));
        assert_eq!(looks(&town, &shop, "dsc_AAAAAAAAAAAAAAAAAAAAAA").await.refusal(), (400, "invalid_request".into()));
        let first = code(&opened);
        town.pass(12);
        assert_eq!(scans(&town, &an, &first).await.error(), "expired", "a picture of the code");
        let second = code(&looks(&town, &shop, &session).await.ok());
        let (head, mac) = second.rsplit_once('.').unwrap();
        let forged = format!("{head}.{}", b64u([0; 16]));
        assert!(!mac.is_empty());
        assert_eq!(scans(&town, &an, &forged).await.error(), "expired");
        scans(&town, &an, &second).await.ok();
        scans(&town, &an, &second).await.ok();
        assert_eq!(scans(&town, &jan, &second).await.error(), "taken");
        town.pass(900);
        assert_eq!(looks(&town, &shop, &session).await.refusal(), (400, "invalid_request".into()));
        assert_eq!(scans(&town, &jan, &second).await.error(), "request_gone");
    })
    .await;
}

#[tokio::test]
async fn whoever_scanned_the_partners_code_is_asked_whatever_strangers_do() {
    let town = once().await;
    let shop = shop(&town).await;
    let phone = Phone::activate(&town, HOME, AN, "an").await;
    let gemeente = town.partner("gemeente");
    for n in 0..8 {
        Browser::at(&format!("10.20.{n}.1")).login(&town, &gemeente, AN).await;
    }
    let crowd = phone.pending(&town).await.len();
    for n in 1..=5 {
        let token = discovered(&town, &shop, &phone).await;
        asks(&town, &shop, &request(&town, &shop, &token, "openid service:SHOP_LOGIN")).await.ok();
        assert_eq!(phone.pending(&town).await.len(), crowd + n, "each scan is a wish of its own");
    }
}

#[tokio::test]
async fn every_documented_refusal_has_its_word() {
    let town = once().await;
    let shop = shop(&town).await;
    let phone = Phone::activate(&town, HOME, AN, "an").await;
    let login = "openid service:SHOP_LOGIN";
    let refusal = async |request: &Value| asks(&town, &shop, request).await.refusal();
    let token = discovered(&town, &shop, &phone).await;
    asks(&town, &shop, &request(&town, &shop, &token, login)).await.ok();
    assert_eq!(refusal(&request(&town, &shop, &token, login)).await, (400, "expired_login_hint_token".into()), "once");
    for unknown in ["x", &b64u([7; 32])] {
        assert_eq!(refusal(&request(&town, &shop, unknown, login)).await, (400, "unknown_user_id".into()));
    }
    let mut stranger = request(&town, &shop, "", login);
    stranger["login_hint_token"] = json!({ "type": "subject_code", "value": "nobody" });
    assert_eq!(refusal(&stranger).await, (400, "unknown_user_id".into()));
    for scope in ["service:SHOP_LOGIN", "openid", "openid service:NONE", "openid service:SHOP_LOGIN email"] {
        let token = discovered(&town, &shop, &phone).await;
        assert_eq!(refusal(&request(&town, &shop, &token, scope)).await, (400, "invalid_scope".into()), "{scope}");
    }
    for (name, value) in [
        ("login_hint", json!("+32468758960")),
        ("id_token_hint", json!("a.b.c")),
        ("login_hint_token", json!({ "type": "other", "value": "x" })),
        ("login_hint_token", Value::Null),
        ("iss", json!("other")),
        ("aud", json!("https://elsewhere.example/v2")),
        ("exp", json!(town.now() - 1)),
    ] {
        let mut bad = request(&town, &shop, &token, login);
        bad[name] = value;
        assert_eq!(refusal(&bad).await, (400, "invalid_request".into()), "{name}");
    }
    // Plain parameters, and a share that asks nothing.
    let plain = shop.posts(&town, BACKCHANNEL, &[("scope", login), ("login_hint_token", "x")]).await;
    assert_eq!(plain.refusal(), (400, "invalid_request".into()));
    let token = discovered(&town, &shop, &phone).await;
    let empty = request(&town, &shop, &token, "openid service:SHOP_SHARE");
    assert_eq!(refusal(&empty).await, (400, "invalid_request".into()));
}

#[tokio::test]
async fn who_is_not_believed_or_in_a_hurry_hears_it_by_status() {
    let town = once().await;
    let shop = shop(&town).await;
    let session = text(&opens(&town, &shop).await, "user_discovery_session_id");
    looks(&town, &shop, &session).await.ok();
    let hurried = looks(&town, &shop, &session).await;
    assert_eq!(hurried.refusal(), (429, "slow_down".into()));
    assert!(hurried.json()["error_description"].is_string());
    let post = async |path: &str, form: &[(&str, &str)]| {
        let request = town.http.post(format!("{}{path}", shop.issuer(&town))).form(form);
        Reply::read(request.send().await.unwrap()).await
    };
    for path in [SESSIONS, &format!("{SESSIONS}/{session}"), BACKCHANNEL] {
        assert_eq!(post(path, &[("client_id", "shop")]).await.refusal(), (401, "invalid_client".into()), "{path}");
    }
    let assertion = shop.assertion(&town, "");
    let kind = ("client_assertion_type", protocol::oidc::client_auth::ASSERTION_TYPE);
    let twice = [kind, ("client_assertion", assertion.as_str())];
    assert_eq!(post(SESSIONS, &twice).await.status, 200);
    assert_eq!(post(SESSIONS, &twice).await.refusal(), (401, "invalid_client".into()), "an assertion counts once");
    let plain = Firm::opens(&town, "plain", "/v2", json!({ "ciba": null, "service": [] })).await;
    assert_eq!(plain.posts(&town, SESSIONS, &[]).await.refusal(), (400, "unauthorized_client".into()));
    assert_eq!(plain.posts(&town, BACKCHANNEL, &[]).await.refusal(), (400, "unauthorized_client".into()));
    let wrong = [("grant_type", CIBA_GRANT), ("auth_req_id", "x")];
    assert_eq!(post("/token", &wrong).await.refusal(), (401, "invalid_client".into()));
    assert_eq!(shop.posts(&town, "/token", &wrong).await.refusal(), (400, "invalid_grant".into()));
    // Another mount's partner does not exist here.
    let standard = Firm::opens(&town, "desk", "", json!({})).await;
    let assertion = standard.assertion(&town, "/v2/token");
    assert_eq!(post(SESSIONS, &[kind, ("client_assertion", &assertion)]).await.status, 401);
}

#[tokio::test]
async fn the_photo_of_a_card_is_shown_to_whom_its_person_shares_it_with() {
    let town = once().await;
    let claims = json!([
        "picture",
        format!("{V2}physical_person_photo"),
        format!("{V2}validityFrom"),
        format!("{V2}issuance_locality")
    ]);
    let services =
        json!([{ "code": "SHOP_LOGIN", "kind": "authentication", "scopes": ["address", "eid"], "claims": claims }]);
    let shop = Firm::opens(&town, "shop", "/v2", json!({ "service": services })).await;
    let mut phone = by_card(&town).await;
    let wish = async |phone: &mut Phone| {
        let token = discovered(&town, &shop, phone).await;
        let mut asked = request(&town, &shop, &token, "openid service:SHOP_LOGIN address eid");
        asked["claims"] = json!({ "userinfo": { "picture": null, format!("{V2}physical_person_photo"): null,
                                                format!("{V2}validityFrom"): null, format!("{V2}issuance_locality"): null } });
        let tokens = answered(&town, &shop, phone, &asked).await;
        town.settle().await;
        tokens
    };
    let picture = async |tokens: &Value| {
        let request = town.http.get(format!("{}/picture", shop.issuer(&town)));
        request.bearer_auth(text(tokens, "access_token")).send().await.unwrap()
    };
    // Before the person said that we may keep it, nobody gets it.
    let tokens = wish(&mut phone).await;
    let info = shop.userinfo(&town, &tokens).await.ok();
    assert!(info.get("picture").is_none() && info.get("address").is_none(), "{info}");
    assert_eq!(picture(&tokens).await.status(), 404);
    phone.command(&town, "settings", json!({ "sharing": true })).await.ok();
    let tokens = wish(&mut phone).await;
    let info = shop.userinfo(&town, &tokens).await.ok();
    assert_eq!(info["picture"], format!("{}/picture", shop.issuer(&town)));
    assert_eq!(info[format!("{V2}physical_person_photo")]["format"], "image/jpeg");
    assert!(info["address"]["formatted"].is_string(), "{info}");
    assert!(info[format!("{V2}validityFrom")][format!("{V2}BEeidSn")].as_str().unwrap().ends_with("T00:00:00.000Z"));
    let photo = picture(&tokens).await;
    assert_eq!((photo.status().as_u16(), photo.headers()["content-type"].to_str().unwrap()), (200, "image/jpeg"));
    assert!(photo.bytes().await.unwrap().starts_with(&[0xff, 0xd8]));
    let standard = town.http.get(format!("{}/picture", town.issuer)).bearer_auth(text(&tokens, "access_token"));
    assert_eq!(standard.send().await.unwrap().status(), 401, "another mount's token");
}

/// An, proven by her identity card.
async fn by_card(town: &Town) -> Phone {
    let (_, token) = Computer::with_token(town, HOME, AN, &card::an(), Applet::V1_8).await;
    let mut phone = Phone::new(town, ELSEWHERE);
    phone.start(town).await;
    phone.type_number(town, AN).await.ok();
    phone.command(town, "activation/eid", json!({})).await.ok();
    let code = town.sms_code(AN_E164).await;
    phone.command(town, "activation/sms", json!({ "code": code, "token": token })).await.ok();
    phone.finish(town, CODE).await.ok();
    phone
}
