//! A login that lasts in a browser, and how it ends there and at the services.

use serde_json::json;
use zelf_trials::town::partner::claims;
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Login, Partner, Phone, Reply, Town};

use crate::{AN, HOME, each};

const BACK: &str = "https://archief.example/uit";

async fn logged_in(town: &Town, phone: &mut Phone, browser: &mut Browser, partner: &Partner) -> (Login, String) {
    let login = browser.login(town, partner, AN).await;
    phone.approve(town, &login.number, CODE).await.ok();
    let code = browser.arrive(town, partner, &login).await;
    let tokens = partner.exchange(town, &login, &code).await.ok();
    (login, tokens["id_token"].as_str().unwrap().to_owned())
}

const DOOR: &str = "https://archief.example/logout";

/// Every logout token that was posted, after those that are due.
async fn told(town: &Town) -> Vec<String> {
    journeys::call_partners::once(&town.world).await.unwrap();
    let posted = town.web.posted().into_iter().filter(|posted| posted.url == DOOR);
    posted.map(|posted| posted.body.strip_prefix("logout_token=").unwrap().to_owned()).collect()
}

fn with(path: &str, query: &[(&str, &str)]) -> String {
    let url = reqwest::Url::parse_with_params(&format!("http://x{path}"), query).unwrap();
    format!("{}?{}", url.path(), url.query().unwrap_or_default())
}

fn code_of(page: &Reply) -> (u16, String) {
    (page.status, page.text("error-code"))
}

#[tokio::test]
async fn a_service_that_shows_its_id_token_needs_no_question() {
    each(async |town| {
        let archive = town.partner("archief");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let (_, hint) = logged_in(&town, &mut phone, &mut browser, &archive).await;
        assert!(browser.cookies.contains_key("zelf_session"));
        // As old as it may be.
        town.pass(7200);
        let query = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", BACK), ("state", "a b")];
        let out = browser.get(&town, &with("/logout", &query)).await;
        assert_eq!((out.status, out.location()), (303, "https://archief.example/uit?state=a%20b"));
        assert!(!browser.cookies.contains_key("zelf_session"));
        let again = browser.get(&town, &with("/logout", &query)).await;
        assert_eq!(again.status, 303, "twice is once");
        let posted = browser.post(&town, "/logout", &[("id_token_hint", &hint)]).await;
        assert_eq!((posted.status, posted.has("title")), (200, true), "no address: a page of ours");
    })
    .await;
}

#[tokio::test]
async fn without_a_hint_the_person_is_asked() {
    each(async |town| {
        let archive = town.partner("archief");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        logged_in(&town, &mut phone, &mut browser, &archive).await;
        let query = [("client_id", "archief"), ("post_logout_redirect_uri", BACK), ("ui_locales", "fr-BE nl")];
        let question = browser.get(&town, &with("/logout", &query)).await;
        assert_eq!(question.status, 200);
        assert!(question.has("logout") && question.body.contains("lang=\"fr\""), "{}", question.body);
        let req = question.field("req");
        let stay = browser.post(&town, "/logout", &[("req", &req), ("answer", "no")]).await;
        assert_eq!(stay.status, 200);
        assert!(browser.cookies.contains_key("zelf_session"));
        let out = browser.post(&town, "/logout", &[("req", &req), ("answer", "yes")]).await;
        assert_eq!((out.status, out.location()), (303, BACK));
        assert!(!browser.cookies.contains_key("zelf_session"));
    })
    .await;
}

#[tokio::test]
async fn a_hint_that_is_none_leads_nowhere() {
    each(async |town| {
        let (archive, club) = (town.partner("archief"), town.partner("club"));
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let (_, hint) = logged_in(&town, &mut phone, &mut browser, &archive).await;
        let (_, other) = logged_in(&town, &mut phone, &mut Browser::at(HOME), &club).await;
        let mut forged = hint.clone();
        forged.replace_range(hint.len() - 8.., "AAAAAAAA");
        let unsigned = format!("{}.{}.", "eyJhbGciOiJub25lIn0", hint.split('.').nth(1).unwrap());
        let wrong = "id_token_hint_invalid";
        let unknown = "post_logout_redirect_uri_not_registered";
        for (query, code) in [
            (vec![("id_token_hint", forged.as_str())], wrong),
            (vec![("id_token_hint", &unsigned)], wrong),
            (vec![("id_token_hint", "a.b.c.d.e")], wrong),
            (vec![("id_token_hint", &hint), ("client_id", "club")], wrong),
            (vec![("id_token_hint", &other), ("post_logout_redirect_uri", BACK)], unknown),
            (vec![("id_token_hint", &hint), ("post_logout_redirect_uri", "https://archief.example/uit/")], unknown),
            (vec![("post_logout_redirect_uri", BACK)], unknown),
            (vec![("client_id", "nobody")], "client_unknown"),
        ] {
            let page = browser.get(&town, &with("/logout", &query)).await;
            assert_eq!(code_of(&page), (400, code.into()), "{query:?}");
            assert_eq!(page.location(), "");
        }
        assert!(browser.cookies.contains_key("zelf_session"), "nothing of this ended anything");
    })
    .await;
}

#[tokio::test]
async fn whoever_holds_a_login_hears_that_it_is_over() {
    each(async |town| {
        let archive = town.partner("archief");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let (_, hint) = logged_in(&town, &mut phone, &mut browser, &archive).await;
        let before = claims(&hint);
        town.web.takes(DOOR, 200);
        assert_eq!(town.count("partner_call").await, 0);
        browser.get(&town, &with("/logout", &[("id_token_hint", &hint)])).await;
        assert_eq!(town.count("partner_call").await, 1);
        let heard = told(&town).await;
        assert_eq!((heard.len(), town.count("partner_call").await), (1, 0));
        let token = claims(&heard[0]);
        for same in ["iss", "aud", "sub", "sid"] {
            assert_eq!(token[same], before[same], "{same}");
        }
        assert_eq!((&token["iat"], &token["exp"]), (&json!(town.now()), &json!(town.now() + 120)));
        assert!(token["events"]["http://schemas.openid.net/event/backchannel-logout"].is_object());
        assert!(token.get("nonce").is_none() && !token["jti"].as_str().unwrap().is_empty());

        // Consent that ends is told, and an account that is blocked; to a partner that is away, later.
        logged_in(&town, &mut phone, &mut browser, &archive).await;
        phone.command(&town, "my/partners/withdraw", json!({ "partner": "archief" })).await.ok();
        assert_eq!(told(&town).await.len(), 2);
        logged_in(&town, &mut phone, &mut browser, &archive).await;
        phone.command(&town, "block", json!({})).await.ok();
        town.web.takes(DOOR, 503);
        assert_eq!((told(&town).await.len(), town.count("partner_call").await), (3, 1));
        town.web.takes(DOOR, 204);
        assert_eq!(told(&town).await.len(), 3, "not at once");
        town.pass(3);
        let heard = told(&town).await;
        assert_eq!((heard.len(), town.count("partner_call").await), (4, 0));
        assert_eq!(claims(&heard[3]).get("sid"), None, "everything of this person");
    })
    .await;
}
