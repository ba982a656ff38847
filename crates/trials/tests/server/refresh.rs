//! A service keeps its access: refresh tokens, what they are worth to a thief, and how they end.

use serde_json::Value;
use zelf_trials::town::partner::claims;
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Partner, Phone, Reply, Town};

use crate::{AN, HOME, each};

/// Logged in at the archive, which may come back: its tokens.
async fn tokens(town: &Town, phone: &mut Phone, partner: &Partner) -> Value {
    let mut browser = Browser::at(HOME);
    let login = browser.login(town, partner, AN).await;
    phone.approve(town, &login.number, CODE).await.ok();
    let code = browser.arrive(town, partner, &login).await;
    partner.exchange(town, &login, &code).await.ok()
}

fn text<'a>(tokens: &'a Value, name: &str) -> &'a str {
    tokens[name].as_str().unwrap_or_else(|| panic!("no {name} in {tokens}"))
}

async fn refresh(town: &Town, partner: &Partner, token: &str, more: &[(&'static str, &str)]) -> Reply {
    let mut form = vec![("grant_type", "refresh_token".to_owned()), ("refresh_token", token.to_owned())];
    form.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
    partner.ask_at(town, "/token", form).await
}

#[tokio::test]
async fn each_refresh_token_counts_once_and_whoever_copies_one_ends_the_chain() {
    each(async |town| {
        let archive = town.partner("archief");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let first = tokens(&town, &mut phone, &archive).await;
        assert!(text(&first, "scope").split(' ').any(|scope| scope == "offline_access"), "{first}");
        town.pass(601);
        assert_eq!(archive.userinfo(&town, text(&first, "access_token")).await.status, 401, "ten minutes");
        let second = refresh(&town, &archive, text(&first, "refresh_token"), &[]).await.ok();
        let info = archive.userinfo(&town, text(&second, "access_token")).await.ok();
        let (before, after) = (claims(text(&first, "id_token")), claims(text(&second, "id_token")));
        for same in ["iss", "sub", "aud", "auth_time", "sid"] {
            assert_eq!(before[same], after[same], "{same}");
        }
        assert_eq!((&info["sub"], after.get("nonce")), (&after["sub"], None));
        // Somebody copied the first one.
        town.pass(31);
        let copied = refresh(&town, &archive, text(&first, "refresh_token"), &[]).await;
        assert_eq!(copied.refusal(), (400, "invalid_grant".into()));
        let own = refresh(&town, &archive, text(&second, "refresh_token"), &[]).await;
        assert_eq!(own.refusal(), (400, "invalid_grant".into()), "the chain is over");
        assert_eq!(
            archive.userinfo(&town, text(&second, "access_token")).await.refusal(),
            (401, "invalid_token".into())
        );
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_was_lost_is_given_once_more_and_soon_to_the_same_key() {
    each(async |town| {
        let archive = town.partner("archief");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let first = tokens(&town, &mut phone, &archive).await;
        let first = text(&first, "refresh_token");
        let lost = refresh(&town, &archive, first, &[]).await.ok();
        town.pass(30);
        let again = refresh(&town, &archive, first, &[]).await.ok();
        assert_eq!(again["refresh_token"], lost["refresh_token"], "one chain, not two");
        archive.userinfo(&town, text(&again, "access_token")).await.ok();
        let second = text(&again, "refresh_token");
        let third = refresh(&town, &archive, second, &[]).await.ok();
        // Now the first one is two behind.
        assert_eq!(refresh(&town, &archive, first, &[]).await.refusal(), (400, "invalid_grant".into()));
        let over = refresh(&town, &archive, text(&third, "refresh_token"), &[]).await;
        assert_eq!(over.refusal(), (400, "invalid_grant".into()));

        let first = tokens(&town, &mut phone, &archive).await;
        let first = text(&first, "refresh_token");
        let own = refresh(&town, &archive, first, &[]).await.ok();
        refresh(&town, &archive, first, &[]).await.ok();
        assert_eq!(refresh(&town, &archive, first, &[]).await.refusal(), (400, "invalid_grant".into()), "not twice");
        let over = refresh(&town, &archive, text(&own, "refresh_token"), &[]).await;
        assert_eq!(over.refusal(), (400, "invalid_grant".into()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_bring_one_token_at_once_all_but_the_holder_and_one_lost_answer_end_the_chain() {
    each(async |town| {
        let archive = town.partner("archief");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let first = tokens(&town, &mut phone, &archive).await;
        let first = text(&first, "refresh_token");
        let bring = || refresh(&town, &archive, first, &[]);
        let (a, b, c, d) = tokio::join!(bring(), bring(), bring(), bring());
        let given: Vec<Value> = [a, b, c, d].iter().filter(|reply| reply.status == 200).map(Reply::json).collect();
        assert_eq!(given.len(), 2);
        for tokens in &given {
            let reply = refresh(&town, &archive, text(tokens, "refresh_token"), &[]).await;
            assert_eq!(reply.refusal(), (400, "invalid_grant".into()), "copied");
            assert_eq!(archive.userinfo(&town, text(tokens, "access_token")).await.status, 401);
        }
    })
    .await;
}

#[tokio::test]
async fn a_code_that_comes_twice_takes_back_the_refresh_token_too() {
    each(async |town| {
        let archive = town.partner("archief");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let login = browser.login(&town, &archive, AN).await;
        phone.approve(&town, &login.number, CODE).await.ok();
        let code = browser.arrive(&town, &archive, &login).await;
        let tokens = archive.exchange(&town, &login, &code).await.ok();
        assert_eq!(archive.exchange(&town, &login, &code).await.refusal(), (400, "invalid_grant".into()));
        let refreshed = refresh(&town, &archive, text(&tokens, "refresh_token"), &[]).await;
        assert_eq!(refreshed.refusal(), (400, "invalid_grant".into()));
    })
    .await;
}

#[tokio::test]
async fn a_refresh_token_is_its_partners_own_and_opens_no_more_than_was_granted() {
    each(async |town| {
        let (archive, railway, town_hall) = (town.partner("archief"), town.partner("spoor"), town.partner("gemeente"));
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let first = tokens(&town, &mut phone, &archive).await;
        let token = text(&first, "refresh_token");
        assert_eq!(refresh(&town, &town_hall, token, &[]).await.refusal(), (400, "unauthorized_client".into()));
        assert_eq!(refresh(&town, &railway, token, &[]).await.refusal(), (400, "invalid_dpop_proof".into()));
        for made_up in ["", "AAAA", &"A".repeat(48), text(&first, "access_token")] {
            let reply = refresh(&town, &archive, made_up, &[]).await;
            let error = if made_up.is_empty() { "invalid_request" } else { "invalid_grant" };
            assert_eq!(reply.refusal(), (400, error.into()), "{made_up}");
        }
        let more = refresh(&town, &archive, token, &[("scope", "openid address")]).await;
        assert_eq!(more.refusal(), (400, "invalid_scope".into()));
        let less = refresh(&town, &archive, token, &[("scope", "openid email")]).await.ok();
        let info = archive.userinfo(&town, text(&less, "access_token")).await.ok();
        assert!(info.get("email").is_some() || info.get("name").is_none(), "{info}");
        assert_eq!(info.get("name"), None, "the name was not asked for this time: {info}");
        let again = refresh(&town, &archive, text(&less, "refresh_token"), &[]).await.ok();
        let info = archive.userinfo(&town, text(&again, "access_token")).await.ok();
        assert!(info.get("name").is_some(), "what was granted stays granted: {info}");
    })
    .await;
}

#[tokio::test]
async fn a_refresh_token_ends_when_it_lies_idle_and_when_the_person_says_so() {
    each(async |town| {
        let archive = town.partner("archief");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut current = tokens(&town, &mut phone, &archive).await;
        for _ in 0..6 {
            town.pass(29 * 86_400);
            current = refresh(&town, &archive, text(&current, "refresh_token"), &[]).await.ok();
        }
        town.pass(7 * 86_400);
        let late = refresh(&town, &archive, text(&current, "refresh_token"), &[]).await;
        assert_eq!(late.refusal(), (400, "invalid_grant".into()), "180 days are over");
        let idle = tokens(&town, &mut phone, &archive).await;
        town.pass(30 * 86_400 + 1);
        let late = refresh(&town, &archive, text(&idle, "refresh_token"), &[]).await;
        assert_eq!(late.refusal(), (400, "invalid_grant".into()), "30 days unused");

        let kept = tokens(&town, &mut phone, &archive).await;
        let body = serde_json::json!({ "partner": "archief" });
        phone.command(&town, "my/partners/withdraw", body).await.ok();
        let reply = refresh(&town, &archive, text(&kept, "refresh_token"), &[]).await;
        assert_eq!(reply.refusal(), (400, "invalid_grant".into()), "consent was withdrawn");
        town.pass(200 * 86_400);
        while town.tidy().await > 0 {}
        assert_eq!(town.count("refresh_token").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_service_hears_what_its_tokens_are_worth_and_gives_them_back() {
    each(async |town| {
        let (archive, town_hall) = (town.partner("archief"), town.partner("gemeente"));
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let tokens = tokens(&town, &mut phone, &archive).await;
        let about = |token: &str| vec![("token", token.to_owned()), ("token_type_hint", "refresh_token".to_owned())];
        let (access, refresh_token) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
        let told = archive.ask_at(&town, "/introspect", about(access)).await.ok();
        assert_eq!((&told["active"], &told["client_id"]), (&true.into(), &"archief".into()));
        assert_eq!(
            (&told["sub"], &told["exp"]),
            (&claims(text(&tokens, "id_token"))["sub"], &(town.now() + 600).into())
        );
        assert_eq!(told["scope"], "openid profile email");
        let told = archive.ask_at(&town, "/introspect", about(refresh_token)).await.ok();
        assert_eq!((&told["active"], told.get("token_type")), (&true.into(), None));
        for token in [access, refresh_token, "AAAA"] {
            let told = town_hall.ask_at(&town, "/introspect", about(token)).await.ok();
            assert_eq!(told, serde_json::json!({ "active": false }), "nobody hears about another's token");
            assert_eq!(town_hall.ask_at(&town, "/revoke", about(token)).await.status, 200, "nor ends it");
        }
        archive.userinfo(&town, access).await.ok();
        let still = archive.ask_at(&town, "/introspect", about(refresh_token)).await.ok();
        assert_eq!(still["active"], true, "nor its refresh token");
        assert_eq!(archive.ask_at(&town, "/revoke", vec![]).await.refusal(), (400, "invalid_request".into()));
        assert_eq!(archive.ask_at(&town, "/revoke", about(refresh_token)).await.status, 200);
        assert_eq!(archive.ask_at(&town, "/revoke", about(refresh_token)).await.status, 200, "twice is once");
        assert_eq!(archive.userinfo(&town, access).await.status, 401);
        for token in [access, refresh_token] {
            let told = archive.ask_at(&town, "/introspect", about(token)).await.ok();
            assert_eq!(told, serde_json::json!({ "active": false }));
        }
        assert_eq!(refresh(&town, &archive, refresh_token, &[]).await.refusal(), (400, "invalid_grant".into()));
    })
    .await;
}
