//! A bank's desk asks a customer who stands before it: no browser, two digits said aloud.

use protocol::phone::Decision;
use serde_json::{Value, json};
use zelf_trials::town::partner::claims;
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone, Reply, Town};

use crate::firm::{Firm, text};
use crate::{AN, AN_E164, ELSEWHERE, HOME, JAN, each, once};
use journeys::partners::Secret;

async fn desk(town: &Town) -> Firm {
    Firm::opens(town, "desk", "", json!({})).await
}

async fn asks(town: &Town, firm: &Firm, more: &[(&str, &str)]) -> Reply {
    let mut form = vec![("scope", "openid profile")];
    form.extend(more);
    firm.posts(town, "/bc-authorize", &form).await
}

/// A request for An: what the partner got.
async fn asked(town: &Town, firm: &Firm) -> Value {
    asks(town, firm, &[("login_hint", AN_E164), ("binding_message", "Desk 4")]).await.ok()
}

#[tokio::test]
async fn a_customer_at_the_desk_is_asked_and_answers() {
    each(async |town| {
        let desk = desk(&town).await;
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let waiting = asked(&town, &desk).await;
        let id = text(&waiting, "auth_req_id");
        assert_eq!((&waiting["expires_in"], &waiting["interval"]), (&json!(180), &json!(5)), "{waiting}");
        assert_eq!(desk.looks(&town, &id).await.refusal(), (400, "authorization_pending".into()));
        let shown = phone.waiting(&town).await;
        assert!(shown.verified.payload.fields.iter().any(|f| f.v == "Desk 4"), "the message stands on the phone");
        phone.approve(&town, &text(&waiting, "match_number"), CODE).await.ok();
        town.pass(5);
        let tokens = desk.looks(&town, &id).await.ok();
        let claims = claims(&text(&tokens, "id_token"));
        assert_eq!((&claims["aud"], &claims["iss"]), (&json!("desk"), &json!(town.issuer)));
        assert_eq!(desk.userinfo(&town, &tokens).await.ok()["family_name"], "Van Linden");
        // Once.
        town.pass(5);
        assert_eq!(desk.looks(&town, &id).await.refusal(), (400, "invalid_grant".into()));
        desk.userinfo(&town, &tokens).await.ok();
    })
    .await;
}

#[tokio::test]
async fn who_looks_too_often_is_told_to_slow_down() {
    let town = once().await;
    let desk = desk(&town).await;
    Phone::activate(&town, HOME, AN, "an").await;
    let id = text(&asked(&town, &desk).await, "auth_req_id");
    let looks = async |seconds: i64| {
        town.pass(seconds);
        desk.looks(&town, &id).await.error()
    };
    assert_eq!(looks(0).await, "authorization_pending");
    assert_eq!(looks(2).await, "slow_down");
    assert_eq!(looks(5).await, "slow_down", "ten seconds from now on");
    assert_eq!(looks(15).await, "authorization_pending");
}

#[tokio::test]
async fn nobody_answers_in_time_or_the_customer_says_no() {
    each(async |town| {
        let desk = desk(&town).await;
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let reply = asks(&town, &desk, &[("login_hint", AN_E164), ("requested_expiry", "40")]).await.ok();
        assert_eq!(reply["expires_in"], 40);
        town.pass(40);
        assert_eq!(desk.looks(&town, &text(&reply, "auth_req_id")).await.refusal(), (400, "expired_token".into()));
        for dec in [Decision::Reject, Decision::Fraud] {
            let id = text(&asked(&town, &desk).await, "auth_req_id");
            phone.decline(&town, dec).await.ok();
            assert_eq!(desk.looks(&town, &id).await.refusal(), (400, "access_denied".into()));
        }
    })
    .await;
}

#[tokio::test]
async fn a_wrong_number_typed_ends_the_request() {
    let town = once().await;
    let desk = desk(&town).await;
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    let waiting = asked(&town, &desk).await;
    let wrong = if text(&waiting, "match_number") == "10" { "11" } else { "10" };
    assert_ne!(phone.approve(&town, wrong, CODE).await.status, 200);
    assert_eq!(desk.looks(&town, &text(&waiting, "auth_req_id")).await.error(), "access_denied");
}

#[tokio::test]
async fn a_number_that_nobody_has_is_answered_like_any_other() {
    let town = once().await;
    let desk = desk(&town).await;
    Phone::activate(&town, HOME, AN, "an").await;
    let (known, unknown) =
        (asked(&town, &desk).await, asks(&town, &desk, &[("login_hint", "+32470123456")]).await.ok());
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&known), names(&unknown));
    let id = text(&unknown, "auth_req_id");
    assert_eq!(id.len(), text(&known, "auth_req_id").len());
    assert_eq!(desk.looks(&town, &id).await.error(), "authorization_pending");
    town.pass(180);
    assert_eq!(desk.looks(&town, &id).await.error(), "expired_token");
}

#[tokio::test]
async fn another_partners_request_is_nothing_here() {
    let town = once().await;
    let (desk, other) = (desk(&town).await, Firm::opens(&town, "other", "", json!({})).await);
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    let waiting = asked(&town, &desk).await;
    let id = text(&waiting, "auth_req_id");
    phone.approve(&town, &text(&waiting, "match_number"), CODE).await.ok();
    for wrong in [id.as_str(), "x", &"A".repeat(43)] {
        assert_eq!(other.looks(&town, wrong).await.refusal(), (400, "invalid_grant".into()));
    }
    desk.looks(&town, &id).await.ok();
}

#[tokio::test]
async fn a_known_customer_is_named_by_an_id_token() {
    let town = once().await;
    let (desk, other) = (desk(&town).await, Firm::opens(&town, "other", "", json!({})).await);
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    let waiting = asked(&town, &desk).await;
    phone.approve(&town, &text(&waiting, "match_number"), CODE).await.ok();
    let token = text(&desk.looks(&town, &text(&waiting, "auth_req_id")).await.ok(), "id_token");
    town.settle().await;
    let again = asks(&town, &desk, &[("id_token_hint", &token)]).await.ok();
    phone.approve(&town, &text(&again, "match_number"), CODE).await.ok();
    desk.looks(&town, &text(&again, "auth_req_id")).await.ok();
    for hint in [token.as_str(), "x.y.z"] {
        assert_eq!(asks(&town, &other, &[("id_token_hint", hint)]).await.refusal(), (400, "invalid_request".into()));
    }
}

#[tokio::test]
async fn strangers_who_know_a_number_do_not_keep_a_partner_out_nor_a_partner_them() {
    each(async |town| {
        let (desk, other) = (desk(&town).await, Firm::opens(&town, "other", "", json!({})).await);
        let phone = Phone::activate(&town, HOME, AN, "an").await;
        let gemeente = town.partner("gemeente");
        for n in 0..8 {
            Browser::at(&format!("10.20.{n}.1")).login(&town, &gemeente, AN).await;
        }
        assert_eq!(phone.pending(&town).await.len(), 6, "so many from all strangers");
        asked(&town, &desk).await;
        assert_eq!(phone.pending(&town).await.len(), 7);
        for _ in 0..5 {
            asked(&town, &desk).await;
        }
        assert_eq!(phone.pending(&town).await.len(), 9, "no partner rings without end");
        asked(&town, &other).await;
        assert_eq!(phone.pending(&town).await.len(), 10, "nor instead of another");
        for _ in 0..3 {
            Browser::at(ELSEWHERE).login(&town, &gemeente, AN).await;
        }
        town.pass(16 * 60);
        for _ in 0..3 {
            asked(&town, &desk).await;
            asked(&town, &other).await;
        }
        Browser::at(ELSEWHERE).login(&town, &gemeente, AN).await;
        assert_eq!(phone.pending(&town).await.len(), 7, "nor do partners keep strangers out");
    })
    .await;
}

#[tokio::test]
async fn a_request_that_is_not_in_order_asks_nobody() {
    let town = once().await;
    let desk = desk(&town).await;
    let phone = Phone::activate(&town, HOME, AN, "an").await;
    let long = "a".repeat(129);
    let hint = ("login_hint", AN_E164);
    let cases: [(&[(&str, &str)], &str); 11] = [
        (&[], "invalid_request"),
        (&[hint, ("id_token_hint", "a.b.c")], "invalid_request"),
        (&[("login_hint_token", "abc")], "invalid_request"),
        (&[("login_hint", "an@voorbeeld.be")], "invalid_request"),
        (&[("login_hint", "0468 75 89 60")], "invalid_request"),
        (&[hint, ("user_code", "1234")], "invalid_user_code"),
        (&[hint, ("binding_message", &long)], "invalid_binding_message"),
        (&[hint, ("binding_message", "a\nb")], "invalid_binding_message"),
        (&[hint, ("binding_message", "a\u{202e}b")], "invalid_binding_message"),
        (&[hint, ("requested_expiry", "-1")], "invalid_request"),
        (&[hint, ("scope", "openid")], "invalid_request"),
    ];
    for (more, error) in cases {
        assert_eq!(asks(&town, &desk, more).await.refusal(), (400, error.into()), "{more:?}");
    }
    assert_eq!(desk.posts(&town, "/bc-authorize", &[hint, ("scope", "profile")]).await.error(), "invalid_scope");
    assert_eq!(desk.posts(&town, "/bc-authorize", &[hint, ("scope", "openid email")]).await.error(), "invalid_scope");
    assert!(phone.pending(&town).await.is_empty());
}

#[tokio::test]
async fn only_who_was_admitted_may_ask() {
    let town = once().await;
    let plain = Firm::opens(&town, "plain", "", json!({ "ciba": null })).await;
    let refused = asks(&town, &plain, &[("login_hint", AN_E164)]).await;
    assert_eq!(refused.refusal(), (400, "unauthorized_client".into()));
    let strict = Firm::opens(&town, "strict", "", json!({ "signed_requests": true })).await;
    assert_eq!(asks(&town, &strict, &[("login_hint", AN_E164)]).await.refusal(), (400, "invalid_request".into()));
    let claims = |now: i64, jti: &str| {
        json!({ "iss": "strict", "aud": town.issuer, "iat": now, "nbf": now, "exp": now + 60, "jti": jti,
                "scope": "openid", "login_hint": AN_E164 })
    };
    let sends =
        async |claims: &Value| strict.posts(&town, "/bc-authorize", &[("request", &strict.signs(claims))]).await;
    let good = claims(town.now(), "a");
    sends(&good).await.ok();
    assert_eq!(sends(&good).await.refusal(), (400, "invalid_request".into()), "a request counts once");
    for (name, value) in [
        ("iss", json!("desk")),
        ("aud", json!("https://elsewhere.example")),
        ("exp", json!(town.now())),
        ("nbf", json!(town.now() + 600)),
        ("jti", Value::Null),
        ("iat", json!("1")),
        ("sub", json!("strict")),
    ] {
        let mut bad = claims(town.now(), name);
        bad[name] = value;
        assert_eq!(sends(&bad).await.refusal(), (400, "invalid_request".into()), "{name}");
    }
    let other = Firm::opens(&town, "other", "", json!({})).await;
    let forged = other.signs(&claims(town.now(), "f"));
    let refused = strict.posts(&town, "/bc-authorize", &[("request", &forged)]).await;
    assert_eq!(refused.refusal(), (400, "invalid_request_object".into()));
}

#[tokio::test]
async fn a_screen_without_a_place_for_digits_is_only_one_of_yesterday() {
    let town = once().await;
    let off = json!({ "delivery": "poll", "typed_match": false });
    let modern = Firm::opens(&town, "modern", "", json!({ "ciba": off })).await;
    let old = Firm::opens(&town, "old", "", json!({ "ciba": off, "legacy": true })).await;
    assert!(asked(&town, &modern).await["match_number"].is_string());
    assert!(asked(&town, &old).await.get("match_number").is_none());
}

#[tokio::test]
async fn a_partner_that_wishes_so_is_called_when_the_answer_is_there() {
    each(async |town| {
        let address = "https://desk.example/zelf/ping";
        let ciba = json!({ "delivery": "ping", "notification_endpoint": address });
        let desk = Firm::opens(&town, "desk", "", json!({ "ciba": ciba })).await;
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let hint = ("login_hint", AN_E164);
        assert_eq!(asks(&town, &desk, &[hint]).await.refusal(), (400, "invalid_request".into()));
        let short = asks(&town, &desk, &[hint, ("client_notification_token", "short")]).await;
        assert_eq!(short.refusal(), (400, "invalid_request".into()));
        let token = "8d67dc78-7faa-4d41-aabd-67707b374255";
        for dec in [Decision::Approve, Decision::Reject] {
            let waiting = asks(&town, &desk, &[hint, ("client_notification_token", token)]).await.ok();
            calls(&town).await;
            let before = town.web.posted().len();
            match dec {
                Decision::Approve => phone.approve(&town, &text(&waiting, "match_number"), CODE).await.ok(),
                _ => phone.decline(&town, dec).await.ok(),
            };
            // Whatever the partner answers, it is called once.
            town.web.takes(address, 500);
            for _ in 0..3 {
                calls(&town).await;
                town.pass(10);
            }
            let posted = town.web.posted();
            assert_eq!(posted.len(), before + 1);
            let ping = &posted[before];
            assert_eq!((ping.url.as_str(), ping.bearer.as_deref()), (address, Some(token)));
            let body: Value = serde_json::from_str(&ping.body).unwrap();
            assert_eq!(body, json!({ "auth_req_id": waiting["auth_req_id"] }));
            let looked = desk.looks(&town, &text(&waiting, "auth_req_id")).await;
            match dec {
                Decision::Approve => assert!(looked.ok()["access_token"].is_string()),
                _ => assert_eq!(looked.refusal(), (400, "access_denied".into())),
            }
            town.settle().await;
        }
    })
    .await;
}

async fn calls(town: &Town) {
    journeys::call_partners::once(&town.world).await.unwrap();
}

/// Asks, the customer says yes, the answer is fetched.
async fn answered(town: &Town, desk: &Firm, phone: &mut Phone, more: &[(&str, &str)]) -> Reply {
    let waiting = asks(town, desk, more).await.ok();
    phone.approve(town, &text(&waiting, "match_number"), CODE).await.ok();
    town.settle().await;
    desk.looks(town, &text(&waiting, "auth_req_id")).await
}

#[tokio::test]
async fn nobody_answers_for_another_customer() {
    each(async |town| {
        let desk = desk(&town).await;
        let mut an = Phone::activate(&town, HOME, AN, "an").await;
        let mut jan = Phone::activate(&town, ELSEWHERE, JAN, "jan").await;
        let of_an = answered(&town, &desk, &mut an, &[("login_hint", AN_E164)]).await.ok();
        let of_jan = answered(&town, &desk, &mut jan, &[("login_hint", "+32470110248")]).await.ok();
        let token = text(&of_an, "id_token");
        let wants = |tokens: &Value| {
            let sub = claims(&text(tokens, "id_token"))["sub"].clone();
            json!({ "userinfo": { "sub": { "value": sub } } }).to_string()
        };
        let (an_alone, jan_alone) = (wants(&of_an), wants(&of_jan));
        let nobody = json!({ "id_token": { "sub": { "value": "nobody" } } }).to_string();

        // By number nobody knows beforehand whose it is: the wrong person's yes is worth nothing, however often it is fetched.
        for wrong in [&an_alone, &nobody] {
            let waiting = asks(&town, &desk, &[("login_hint", "+32470110248"), ("claims", wrong)]).await.ok();
            jan.approve(&town, &text(&waiting, "match_number"), CODE).await.ok();
            town.settle().await;
            for _ in 0..2 {
                town.pass(5);
                let looked = desk.looks(&town, &text(&waiting, "auth_req_id")).await;
                assert_eq!(looked.refusal(), (400, "access_denied".into()));
            }
        }
        answered(&town, &desk, &mut jan, &[("login_hint", "+32470110248"), ("claims", &jan_alone)]).await.ok();

        // By name it is known: as for somebody nobody knows.
        for wrong in [&jan_alone, &nobody] {
            let refused = asks(&town, &desk, &[("id_token_hint", &token), ("claims", wrong)]).await;
            assert_eq!(refused.refusal(), (400, "unknown_user_id".into()));
        }
        answered(&town, &desk, &mut an, &[("id_token_hint", &token), ("claims", &an_alone)]).await.ok();
    })
    .await;
}

#[tokio::test]
async fn an_id_token_keyed_with_a_secret_is_a_hint_and_nothing_else_is() {
    let town = once().await;
    let secret = || Secret::Set("desk-secret-0123456789abcdef0123456".to_owned().into());
    let out = "https://desk.example/out";
    let keyed = json!({ "id_token_alg": "HS256", "backchannel_logout_uri": out, "userinfo": { "sign": "HS256" } });
    let desk = Firm::opens_with(&town, "desk", "", keyed, secret()).await;
    let other = Firm::opens_with(&town, "other", "", json!({ "id_token_alg": "HS256" }), secret()).await;
    let plain = Firm::opens(&town, "plain", "", json!({ "userinfo": { "sign": "ES256" } })).await;
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    let tokens = answered(&town, &desk, &mut phone, &[("login_hint", AN_E164)]).await.ok();
    let token = text(&tokens, "id_token");
    answered(&town, &desk, &mut phone, &[("id_token_hint", &token)]).await.ok();
    let refused = async |firm: &Firm, hint: &str| {
        let refused = asks(&town, firm, &[("id_token_hint", hint)]).await;
        assert_eq!(refused.refusal(), (400, "invalid_request".into()), "{} {hint}", firm.id);
    };
    refused(&other, &token).await;
    let mut forged = token.clone();
    forged.replace_range(token.len() - 6.., "AAAAAA");
    refused(&desk, &forged).await;
    // What else we sign for a partner names the same person, and is no ID token.
    let told = desk.userinfo(&town, &tokens).await;
    assert_eq!(told.header("content-type"), "application/jwt");
    refused(&desk, &told.body).await;
    let plainly = answered(&town, &plain, &mut phone, &[("login_hint", AN_E164)]).await.ok();
    refused(&plain, &plain.userinfo(&town, &plainly).await.body).await;
    let bearer = text(&plainly, "access_token");
    let evidence = town.http.get(format!("{}/evidence", town.issuer)).bearer_auth(bearer).send().await.unwrap();
    let evidence = Reply::read(evidence).await;
    assert_eq!(evidence.header("content-type"), "application/jwt");
    refused(&plain, &evidence.body).await;
    // It ends its login as well, and the desk hears it in its own way.
    let asked = format!("{}/logout?id_token_hint={token}", town.issuer);
    assert_eq!(Reply::read(town.http.get(asked).send().await.unwrap()).await.status, 200);
    calls(&town).await;
    let posted = town.web.posted().into_iter().find(|posted| posted.url == out).unwrap();
    let logout = posted.body.strip_prefix("logout_token=").unwrap();
    let said: Value = protocol::jose::jwt::verify_hs256(logout, b"desk-secret-0123456789abcdef0123456").unwrap();
    assert_eq!((&said["aud"], &said["sub"]), (&json!("desk"), &claims(&token)["sub"]));
    refused(&desk, logout).await;
}
