//! A login that lasts in a browser, and how it ends there and at the services.

use serde_json::json;
use zelf_trials::town::partner::claims;
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Login, Partner, Phone, Reply, Town};

use crate::{AN, ELSEWHERE, HOME, JAN, each};

const BACK: &str = "https://archief.example/uit";

async fn logged_in(town: &Town, phone: &mut Phone, browser: &mut Browser, partner: &Partner) -> (Login, String) {
    logged_in_as(town, phone, browser, partner, AN).await
}

async fn logged_in_as(
    town: &Town,
    phone: &mut Phone,
    browser: &mut Browser,
    partner: &Partner,
    number: &str,
) -> (Login, String) {
    let login = browser.login(town, partner, number).await;
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
        let long = "x".repeat(4096);
        let query = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", BACK), ("state", &long)];
        assert!(browser.get(&town, &with("/logout", &query)).await.location().ends_with(&long));
        let query = [("client_id", "archief"), ("post_logout_redirect_uri", BACK), ("state", &long)];
        let question = browser.get(&town, &with("/logout", &query)).await;
        let answer = browser.post(&town, "/logout", &[("req", &question.field("req")), ("answer", "yes")]).await;
        assert!(answer.attribute("onward", "href").ends_with(&long), "{}", answer.body);
        let posted = browser.post(&town, "/logout", &[("id_token_hint", &hint)]).await;
        assert_eq!((posted.status, posted.location()), (303, with("/logout", &[("id_token_hint", &hint)]).as_str()));
        let page = browser.get(&town, posted.location()).await;
        assert_eq!((page.status, page.has("title"), page.has("logout")), (200, true, false), "a page of ours");
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
        assert_eq!((out.status, out.location(), out.attribute("onward", "href")), (200, "", BACK.into()));
        assert!(!browser.cookies.contains_key("zelf_session"));
    })
    .await;
}

/// Whoever gets hold of a person's browser for one link, and knows an ID token of their own.
#[tokio::test]
async fn somebody_elses_id_token_logs_nobody_out() {
    each(async |town| {
        let archive = town.partner("archief");
        let mut an = Phone::activate(&town, HOME, AN, "an").await;
        let mut jan = Phone::activate(&town, HOME, JAN, "jan").await;
        let mut browser = Browser::at(HOME);
        logged_in(&town, &mut an, &mut browser, &archive).await;
        let (_, own) = logged_in_as(&town, &mut jan, &mut Browser::at(ELSEWHERE), &archive, JAN).await;
        town.web.takes(DOOR, 200);
        let link = with("/logout", &[("id_token_hint", own.as_str()), ("post_logout_redirect_uri", BACK)]);
        let question = browser.get(&town, &link).await;
        assert_eq!((question.status, question.has("logout")), (200, true), "{}", question.body);
        assert!(browser.cookies.contains_key("zelf_session"));
        assert_eq!((told(&town).await.len(), town.count("partner_call").await), (0, 0));
        // What the person then says counts.
        let out = browser.post(&town, "/logout", &[("req", &question.field("req")), ("answer", "yes")]).await;
        assert_eq!((out.status, out.attribute("onward", "href")), (200, BACK.into()));
        assert!(!browser.cookies.contains_key("zelf_session"));
        assert_eq!(told(&town).await.len(), 2, "An's login and the one that the token names");
    })
    .await;
}

/// A page elsewhere that sends a form here: the browser keeps our cookies back (SameSite), and takes those we set.
#[tokio::test]
async fn a_form_of_another_site_ends_nothing_and_takes_no_cookie() {
    each(async |town| {
        let archive = town.partner("archief");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let (_, hint) = logged_in(&town, &mut phone, &mut browser, &archive).await;
        let query = [("client_id", "archief"), ("post_logout_redirect_uri", BACK), ("state", "x")];
        let mut attacker = Browser::at(ELSEWHERE);
        let theirs = attacker.get(&town, &with("/logout", &query)).await.field("req");
        let own = browser.get(&town, &with("/logout", &query)).await.field("req");
        for form in [
            vec![("req", theirs.as_str()), ("answer", "yes")],
            vec![("req", &own), ("answer", "yes")],
            vec![("id_token_hint", &hint), ("post_logout_redirect_uri", BACK)],
        ] {
            let sent = Browser::at(HOME).post(&town, "/logout", &form).await;
            assert_eq!(sent.status, 303, "{form:?}");
            assert!(sent.location().starts_with("/logout?"), "{}", sent.location());
            assert!(sent.headers.get("set-cookie").is_none(), "{form:?}");
        }
        assert_eq!(town.count("partner_call").await, 0, "nobody was logged out");
        // The cookies come along again where that leads to: there the person is asked.
        let led = browser.post(&town, "/logout", &[("req", &theirs), ("answer", "yes")]).await;
        assert_eq!((led.status, led.location()), (303, with("/logout", &query).replace('+', "%20").as_str()));
        let question = browser.get(&town, led.location()).await;
        assert!(question.has("logout") && browser.cookies.contains_key("zelf_session"));
        let out = browser.post(&town, "/logout", &[("req", &question.field("req")), ("answer", "yes")]).await;
        assert_eq!((out.status, out.attribute("onward", "href")), (200, format!("{BACK}?state=x")));
        assert_eq!(town.count("partner_call").await, 1);
    })
    .await;
}

#[tokio::test]
async fn whoever_cannot_be_logged_out_by_a_service_can_log_out_here() {
    each(async |town| {
        let archive = town.partner("archief");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        logged_in(&town, &mut phone, &mut browser, &archive).await;
        let failed = browser.get(&town, "/logout?id_token_hint=AAAA").await;
        assert_eq!(code_of(&failed), (400, "id_token_hint_invalid".into()));
        let question = browser.get(&town, &failed.attribute("logout", "href")).await;
        let out = browser.post(&town, "/logout", &[("req", &question.field("req")), ("answer", "yes")]).await;
        assert_eq!(out.status, 200);
        assert!(!browser.cookies.contains_key("zelf_session"));
    })
    .await;
}

/// A partner that lets us wait keeps nobody else waiting, and is not overrun.
#[tokio::test]
async fn partners_are_told_side_by_side() {
    each(async |town| {
        let archive = town.partner("archief");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut hints = Vec::new();
        for _ in 0..10 {
            hints.push(logged_in(&town, &mut phone, &mut Browser::at(HOME), &archive).await.1);
        }
        for hint in &hints {
            Browser::at(HOME).get(&town, &with("/logout", &[("id_token_hint", hint)])).await;
        }
        assert_eq!(town.count("partner_call").await, 10);
        town.web.takes(DOOR, 200);
        town.web.takes_its_time(std::time::Duration::from_millis(20));
        assert_eq!(told(&town).await.len(), 10);
        assert_eq!(town.web.most_at_once(DOOR), journeys::call_partners::AT_ONCE);
        assert_eq!(town.count("partner_call").await, 0);
        let again = with("/logout", &[("id_token_hint", &hints[0])]);
        Browser::at(HOME).get(&town, &again).await;
        assert_eq!(told(&town).await.len(), 10, "a hint that comes again tells nobody anything");
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
