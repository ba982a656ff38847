//! Three ways to start a login, and what a browser sees of each: the code that changes, the link that cannot be sent on, and the
//! page of somebody who comes back in another browser.

use protocol::oidc::partner::{Partners, StartWay};
use protocol::phone::{AnswerBody, Decision};
use serde_json::json;
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Login, Partner, Phone, Reply, Town};

use crate::{AN, ELSEWHERE, HOME, JAN, each, once};

const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile/15E148 Safari/604.1";

/// Presses one of the buttons of the start page.
async fn starts(browser: &mut Browser, town: &Town, partner: &Partner, way: &str) -> Login {
    let (mut login, page) = browser.number_page(town, partner).await;
    let sent = browser.post(town, &format!("/login/{way}"), &[("req", &page.field("req"))]).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    login.wait = sent.location().to_owned();
    login
}

/// What a camera reads from the picture that the page shows now.
async fn seen(browser: &mut Browser, town: &Town, login: &Login) -> String {
    let picture = browser.get(town, &format!("/login/frame/{}", login.approval())).await;
    assert_eq!((picture.status, picture.header("content-type")), (200, "image/svg+xml"), "{}", picture.body);
    let text = picture.body.split_once("<desc>").unwrap().1.split_once("</desc>").unwrap().0;
    text.to_owned()
}

async fn scan(phone: &Phone, town: &Town, text: &str) -> Reply {
    phone.command(town, "scan", json!({ "text": text })).await
}

#[tokio::test]
async fn a_person_scans_the_code_and_the_browser_goes_on_by_itself() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let login = starts(&mut browser, &town, &gemeente, "qr").await;
        let page = browser.look(&town, &login).await;
        assert!(page.has("qr") && page.has("clock") && !page.has("match"), "{}", page.body);
        assert_eq!(page.attribute("qr", "src"), format!("/login/frame/{}", login.approval()));

        let first = seen(&mut browser, &town, &login).await;
        town.pass(2);
        let second = seen(&mut browser, &town, &login).await;
        assert_ne!(first, second, "every two seconds another code");
        scan(&phone, &town, &second).await.ok();

        let page = browser.look(&town, &login).await;
        assert!(page.has("scanned") && !page.has("qr"), "the code is gone for everybody else: {}", page.body);
        let gone = browser.get(&town, &format!("/login/frame/{}", login.approval())).await;
        assert_eq!(gone.status, 410);
        phone.approve(&town, "", CODE).await.ok();
        let code = browser.arrive(&town, &gemeente, &login).await;
        let (_, info) = gemeente.who(&town, &login, &code).await;
        assert_eq!(info["given_name"], "An");
    })
    .await;
}

#[tokio::test]
async fn a_code_that_nobody_scans_lapses_and_one_button_starts_again() {
    let town = once().await;
    let mut browser = Browser::at(HOME);
    let login = starts(&mut browser, &town, &town.partner("gemeente"), "qr").await;
    town.pass(599);
    assert!(browser.look(&town, &login).await.has("qr"));
    town.pass(1);
    let page = browser.look(&town, &login).await;
    assert!(page.has("retry") && page.has("back"), "{}", page.body);
    let gone = browser.get(&town, &format!("/login/frame/{}", login.approval())).await;
    assert_eq!(gone.status, 410);
    let again = browser.post(&town, "/login/retry", &[("req", &page.field("req"))]).await;
    assert!(again.has("start-qr") && again.has("phone"));
}

#[tokio::test]
async fn the_app_on_this_device_brings_the_browser_back() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        browser.agent = IPHONE.into();
        let login = starts(&mut browser, &town, &gemeente, "link").await;
        let page = browser.look(&town, &login).await;
        let link = page.attribute("open-app", "href");
        assert_eq!(link, format!("{}/r#{}", town.app, login.approval()));
        scan(&phone, &town, &link).await.ok();
        let back = phone.approve(&town, "", CODE).await.ok()["return_to"].as_str().unwrap().to_owned();

        let page = browser.look(&town, &login).await;
        assert_eq!((page.status, page.location()), (200, ""), "the page never goes on by itself");
        assert!(page.has("other-way") && !page.body.contains("http-equiv"), "{}", page.body);
        let sent = browser.get(&town, &back).await;
        assert_eq!(sent.status, 303, "{}", sent.body);
        assert!(sent.location().starts_with(&gemeente.redirect_uri) && sent.location().contains("code="));
    })
    .await;
}

#[tokio::test]
async fn a_link_that_was_sent_on_logs_nobody_in() {
    let town = once().await;
    let gemeente = town.partner("gemeente");
    let mut an = Phone::activate(&town, HOME, AN, "an").await;
    let (mut thief, mut hers) = (Browser::at(ELSEWHERE), Browser::at(HOME));
    let login = starts(&mut thief, &town, &gemeente, "link").await;
    let link = thief.look(&town, &login).await.attribute("open-app", "href");
    // He mails her the link, and she approves.
    scan(&an, &town, &link).await.ok();
    let back = an.approve(&town, "", CODE).await.ok()["return_to"].as_str().unwrap().to_owned();
    // Her browser has the token and no cookie.
    let page = hers.get(&town, &back).await;
    assert_eq!((page.status, page.location(), page.text("error-code").as_str()), (400, "", "session_lost"));
    assert_eq!(page.attribute("front", "href"), "https://gemeente.example/");
    // His has the cookie and no token, however he asks.
    let bare = format!("/login/return/{}", login.approval());
    for guess in
        [bare.clone(), format!("{bare}?rt="), format!("{bare}?rt={}", "A".repeat(22)), format!("{bare}?rt=a&rt=b")]
    {
        let tried = thief.get(&town, &guess).await;
        assert_eq!((tried.status, tried.location()), (303, login.wait.as_str()), "{guess}");
    }
    assert_eq!(thief.look(&town, &login).await.location(), "");
}

#[tokio::test]
async fn a_code_and_a_number_go_on_without_a_token_and_a_token_of_theirs_is_worth_nothing() {
    let town = once().await;
    let gemeente = town.partner("gemeente");
    let mut an = Phone::activate(&town, HOME, AN, "an").await;
    let mut browser = Browser::at(HOME);
    let login = browser.login(&town, &gemeente, AN).await;
    let answered = an.approve(&town, &login.number, CODE).await.ok();
    assert!(answered.get("return_to").is_none_or(serde_json::Value::is_null), "{answered}");
    let other = browser.get(&town, &format!("/login/return/{}?rt=x", login.approval())).await;
    assert_eq!(other.location(), login.wait);
    browser.arrive(&town, &gemeente, &login).await;
}

#[tokio::test]
async fn a_refusal_reaches_the_page_of_a_link_too() {
    let town = once().await;
    let mut an = Phone::activate(&town, HOME, AN, "an").await;
    let mut browser = Browser::at(HOME);
    let login = starts(&mut browser, &town, &town.partner("gemeente"), "link").await;
    let link = browser.look(&town, &login).await.attribute("open-app", "href");
    scan(&an, &town, &link).await.ok();
    an.decline(&town, Decision::Reject).await.ok();
    let page = browser.look(&town, &login).await;
    assert!(page.has("retry") && page.attribute("back", "href").contains("error=access_denied"), "{}", page.body);
}

#[tokio::test]
async fn a_refusal_on_this_device_brings_the_browser_to_the_service_with_access_denied() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut an = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let login = starts(&mut browser, &town, &gemeente, "link").await;
        let link = browser.look(&town, &login).await.attribute("open-app", "href");
        scan(&an, &town, &link).await.ok();
        let back = an.decline(&town, Decision::Reject).await.ok()["return_to"].as_str().unwrap().to_owned();
        let sent = browser.get(&town, &back).await;
        assert_eq!(sent.status, 303, "{}", sent.body);
        assert!(sent.location().starts_with(&gemeente.redirect_uri), "{}", sent.location());
        assert!(sent.location().contains("error=access_denied") && !sent.location().contains("code="));
        assert!(sent.location().contains("state="), "the service knows which login it was");
    })
    .await;
}

#[tokio::test]
async fn the_token_of_a_refusal_gives_nothing_but_the_refusal() {
    let town = once().await;
    let gemeente = town.partner("gemeente");
    let mut an = Phone::activate(&town, HOME, AN, "an").await;
    let (mut his, mut hers) = (Browser::at(ELSEWHERE), Browser::at(HOME));
    let refused = starts(&mut his, &town, &gemeente, "link").await;
    let link = his.look(&town, &refused).await.attribute("open-app", "href");
    scan(&an, &town, &link).await.ok();
    let back = an.decline(&town, Decision::Reject).await.ok()["return_to"].as_str().unwrap().to_owned();
    // A browser that did not begin it learns nothing and goes nowhere.
    let page = hers.get(&town, &back).await;
    assert_eq!((page.status, page.location(), page.text("error-code").as_str()), (400, "", "session_lost"));
    // Nor does it fit another request of the same browser, whatever became of that one.
    let approved = starts(&mut his, &town, &gemeente, "link").await;
    let link = his.look(&town, &approved).await.attribute("open-app", "href");
    scan(&an, &town, &link).await.ok();
    let yes = an.approve(&town, "", CODE).await.ok()["return_to"].as_str().unwrap().to_owned();
    let token = |address: &str| address.split_once("rt=").unwrap().1.to_owned();
    for (request, word) in [(&approved, token(&back)), (&refused, token(&yes))] {
        let tried = his.get(&town, &format!("/login/return/{}?rt={word}", request.approval())).await;
        assert_eq!((tried.status, tried.location()), (303, request.wait.as_str()));
    }
    assert_ne!(token(&back), token(&yes));
}

#[tokio::test]
async fn an_answer_of_before_beside_another_request_gives_no_way_back() {
    let town = once().await;
    let gemeente = town.partner("gemeente");
    let mut an = Phone::activate(&town, HOME, AN, "an").await;
    let mut browser = Browser::at(HOME);
    browser.login(&town, &gemeente, AN).await;
    let waiting = an.waiting(&town).await;
    let refusal = an.compose(&waiting, &an.say(&waiting, Decision::Reject, ""), None);
    let reply = an.deliver(&town, &refusal).await;
    an.keep(&refusal, &reply);
    let login = starts(&mut browser, &town, &gemeente, "link").await;
    let link = browser.look(&town, &login).await.attribute("open-app", "href");
    scan(&an, &town, &link).await.ok();
    let mixed = AnswerBody { m1: an.waiting(&town).await.m1, ..refusal };
    let told = an.deliver(&town, &mixed).await.json();
    assert!(told.get("return_to").is_none_or(serde_json::Value::is_null), "{told}");
}

#[tokio::test]
async fn whoever_reports_a_link_as_fraud_is_led_nowhere() {
    let town = once().await;
    let mut an = Phone::activate(&town, HOME, AN, "an").await;
    let mut browser = Browser::at(HOME);
    let login = starts(&mut browser, &town, &town.partner("gemeente"), "link").await;
    let link = browser.look(&town, &login).await.attribute("open-app", "href");
    scan(&an, &town, &link).await.ok();
    let told = an.decline(&town, Decision::Fraud).await.ok();
    assert!(told.get("return_to").is_none_or(serde_json::Value::is_null), "{told}");
}

#[tokio::test]
async fn only_the_first_phone_has_the_code() {
    let town = once().await;
    let (an, jan) = (Phone::activate(&town, HOME, AN, "an").await, Phone::activate(&town, ELSEWHERE, JAN, "jan").await);
    let mut browser = Browser::at(HOME);
    let login = starts(&mut browser, &town, &town.partner("gemeente"), "qr").await;
    let text = seen(&mut browser, &town, &login).await;
    scan(&an, &town, &text).await.ok();
    assert_eq!(scan(&jan, &town, &text).await.refusal(), (409, "taken".into()));
    assert!(jan.pending(&town).await.is_empty());
}

#[tokio::test]
async fn the_picture_is_for_the_browser_that_began() {
    let town = once().await;
    let (mut browser, mut other) = (Browser::at(HOME), Browser::at(ELSEWHERE));
    let login = starts(&mut browser, &town, &town.partner("gemeente"), "qr").await;
    for door in ["frame", "events"] {
        let reply = other.get(&town, &format!("/login/{door}/{}", login.approval())).await;
        assert_eq!((reply.status, reply.body.as_str()), (403, ""), "{door}");
    }
    let page = other.look(&town, &login).await;
    assert_eq!((page.status, page.text("error-code").as_str()), (400, "session_lost"));
    assert!(page.has("front") && !page.has("qr"));
    // A login by number has no picture, with its own cookie either.
    let mut third = Browser::at(HOME);
    let typed = third.login(&town, &town.partner("gemeente"), AN).await;
    assert_eq!(third.get(&town, &format!("/login/frame/{}", typed.approval())).await.status, 410);
}

#[tokio::test]
async fn the_likeliest_way_stands_first() {
    let town = once().await;
    let mut browser = Browser::at(HOME);
    let (_, page) = browser.number_page(&town, &town.partner("gemeente")).await;
    let at = |page: &Reply, id: &str| page.body.find(&format!("id=\"{id}\"")).unwrap();
    assert!(at(&page, "start-qr") < at(&page, "start-link") && at(&page, "start-link") < at(&page, "phone"));
    browser.agent = IPHONE.into();
    let (_, page) = browser.number_page(&town, &town.partner("gemeente")).await;
    assert!(at(&page, "start-link") < at(&page, "start-qr") && at(&page, "start-qr") < at(&page, "phone"));
}

/// The page that asks again for somebody whom the service knows.
async fn asks_again(browser: &mut Browser, town: &Town, partner: &Partner, sub: &str) -> (Login, Reply) {
    let login = partner.ask();
    let claims = json!({ "userinfo": { "sub": { "value": sub } } }).to_string();
    let url = reqwest::Url::parse_with_params(&partner.authorize_url(town, &login), [("claims", claims)]).unwrap();
    let page = browser.get(town, url.as_str()).await;
    (login, page)
}

#[tokio::test]
async fn somebody_the_service_knows_is_asked_at_once() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let login = browser.login(&town, &gemeente, AN).await;
        phone.approve(&town, &login.number, CODE).await.ok();
        let code = browser.arrive(&town, &gemeente, &login).await;
        let (first, _) = gemeente.who(&town, &login, &code).await;
        let sub = first["sub"].as_str().unwrap();

        let (mut login, sent) = asks_again(&mut browser, &town, &gemeente, sub).await;
        assert_eq!(sent.status, 303, "{}", sent.body);
        login.wait = sent.location().to_owned();
        let page = browser.look(&town, &login).await;
        assert!(page.has("known") && !page.has("phone"), "no number is asked: {}", page.body);
        phone.approve(&town, &page.text("match"), CODE).await.ok();
        let code = browser.arrive(&town, &gemeente, &login).await;
        let (again, _) = gemeente.who(&town, &login, &code).await;
        assert_eq!(again["sub"], sub);

        // A name that the service made up, or that another service has, is nobody's here.
        for (partner, name) in [("gemeente", "made-up"), ("club", sub)] {
            let (_, page) = asks_again(&mut browser, &town, &town.partner(partner), name).await;
            assert!(page.status == 200 && page.has("phone"), "{partner}: {}", page.body);
        }
    })
    .await;
}

#[tokio::test]
async fn a_service_that_demands_the_code_offers_nothing_else() {
    let town = once().await;
    let before = town.world.partners.all();
    let demanding = before.iter().map(|partner| {
        let mut partner = (**partner).clone();
        if partner.id == "gemeente" {
            partner.starts = [StartWay::Qr].into();
            partner.policy_uri = Some("https://gemeente.example/privacy".into());
            partner.tos_uri = Some("javascript:alert(1)".into());
        }
        partner
    });
    let partners = Partners::new(demanding.collect::<Vec<_>>()).unwrap();
    town.world.partners.replace(partners);
    let mut browser = Browser::at(HOME);
    let (_, page) = browser.number_page(&town, &town.partner("gemeente")).await;
    assert!(page.has("start-qr") && !page.has("start-link") && !page.has("phone"), "{}", page.body);
    assert_eq!(page.attribute("policy", "href"), "https://gemeente.example/privacy");
    assert!(!page.has("terms") && !page.body.contains("javascript"), "only addresses that are safe to follow");
    // Forms of another making get nowhere.
    let req = page.field("req");
    let typed = browser.type_number(&town, &page, AN).await;
    let linked = browser.post(&town, "/login/link", &[("req", &req)]).await;
    for bent in [typed, linked] {
        assert!(bent.location().starts_with("/login/problem/request_invalid/"), "{}", bent.location());
    }
    assert_eq!(browser.post(&town, "/login/qr", &[("req", &req)]).await.status, 303);
}
