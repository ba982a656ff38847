//! A request reaches its phone by a code that changes, by a link on the same device, by a number; and nobody else's phone or
//! browser gets anything from it (security: no relayed pictures, no forwarded links).

use domain::approval::{Approval, Progress};
use journeys::start::{Begun, Typed};
use journeys::{sign_in, start};
use protocol::oidc::authorize::AuthorizationRequest;
use protocol::phone::Decision;
use serde_json::json;
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Login, Partner, Phone, Reply, Town};

use crate::{AN, ELSEWHERE, HOME, JAN, each};

/// From the service's button to the page that offers a code or a link.
async fn offer(town: &Town, browser: &mut Browser, partner: &Partner, way: &str) -> Login {
    let (mut login, page) = browser.number_page(town, partner).await;
    let sent = browser.post(town, &format!("/login/{way}"), &[("req", &page.field("req"))]).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    login.wait = sent.location().to_owned();
    login
}

async fn row(town: &Town, login: &Login) -> Approval {
    sign_in::watch(&town.world, &login.approval()).await.unwrap().approval
}

/// What the camera sees on the page at this moment.
async fn seen(town: &Town, login: &Login) -> String {
    start::frame(&town.world, &row(town, login).await, town.now())
}

async fn scan(phone: &Phone, town: &Town, text: &str) -> Reply {
    phone.command(town, "scan", json!({ "text": text })).await
}

#[tokio::test]
async fn a_code_is_scanned_and_the_browser_goes_on_without_a_number() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let login = offer(&town, &mut browser, &gemeente, "qr").await;
        assert_eq!(browser.look(&town, &login).await.status, 200);
        assert!(phone.pending(&town).await.is_empty(), "nobody is asked before somebody scans");
        let scanned = scan(&phone, &town, &seen(&town, &login).await).await.ok();
        assert_eq!(scanned["rid"], login.approval());
        let waiting = phone.waiting(&town).await;
        assert!(!waiting.verified.payload.wants_match, "the code on the page is proof enough of being there");
        phone.approve(&town, "", CODE).await.ok();
        let code = browser.arrive(&town, &gemeente, &login).await;
        let (claims, info) = gemeente.who(&town, &login, &code).await;
        assert_eq!((&info["given_name"], &info["sub"]), (&"An".into(), &claims["sub"]));
    })
    .await;
}

#[tokio::test]
async fn a_picture_of_the_code_is_worth_nothing_after_eight_seconds() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(ELSEWHERE);
        let login = offer(&town, &mut browser, &gemeente, "qr").await;
        let picture = seen(&town, &login).await;
        town.pass(8);
        assert_eq!(scan(&phone, &town, &picture).await.refusal(), (410, "expired".into()));
        assert!(phone.pending(&town).await.is_empty());
        let ahead = start::frame(&town.world, &row(&town, &login).await, town.now() + 2);
        assert_eq!(scan(&phone, &town, &ahead).await.refusal(), (410, "expired".into()), "no code of the future");
        let (app, code) = picture.split_once('#').unwrap();
        let forged = format!("{app}#{}", code.replace(".0.", ".4."));
        assert_eq!(scan(&phone, &town, &forged).await.refusal(), (410, "expired".into()), "no code of one's own");
        town.pass(1);
        let old = seen(&town, &login).await;
        town.pass(6);
        scan(&phone, &town, &old).await.ok();
    })
    .await;
}

#[tokio::test]
async fn the_first_phone_to_scan_has_the_request() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let an = Phone::activate(&town, HOME, AN, "an").await;
        let jan = Phone::activate(&town, ELSEWHERE, JAN, "jan").await;
        let mut browser = Browser::at(HOME);
        let login = offer(&town, &mut browser, &gemeente, "qr").await;
        let text = seen(&town, &login).await;
        let (one, other) = tokio::join!(scan(&an, &town, &text), scan(&jan, &town, &text));
        let statuses = [one.status, other.status];
        assert!(statuses == [200, 409] || statuses == [409, 200], "{statuses:?}");
        let winner = if one.status == 200 { &an } else { &jan };
        assert_eq!(scan(winner, &town, &text).await.status, 200, "the same phone may scan twice");
        assert_eq!(an.pending(&town).await.len() + jan.pending(&town).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn ten_minutes_without_a_phone_and_three_with_one() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let login = offer(&town, &mut browser, &gemeente, "qr").await;
        town.pass(599);
        scan(&phone, &town, &seen(&town, &login).await).await.ok();
        town.pass(179);
        assert_eq!(phone.pending(&town).await.len(), 1);
        town.pass(1);
        assert!(phone.pending(&town).await.is_empty());
        let login = offer(&town, &mut browser, &gemeente, "qr").await;
        town.pass(600);
        assert_eq!(scan(&phone, &town, &seen(&town, &login).await).await.refusal(), (409, "taken".into()));
    })
    .await;
}

#[tokio::test]
async fn on_one_device_the_person_comes_back_with_the_phones_word() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let login = offer(&town, &mut browser, &gemeente, "link").await;
        scan(&phone, &town, &format!("{}/r#{}", town.app, login.approval())).await.ok();
        let answer = phone.approve(&town, "", CODE).await.ok();
        let back = answer["return_to"].as_str().unwrap().to_owned();
        assert_eq!(browser.look(&town, &login).await.status, 200, "the page that began does not go on by itself");
        let returned = browser.get(&town, &back).await;
        assert_eq!(returned.status, 303, "{}", returned.body);
        assert!(returned.location().starts_with(&gemeente.redirect_uri), "{}", returned.location());
    })
    .await;
}

#[tokio::test]
async fn a_forwarded_link_logs_nobody_in() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut victim = Phone::activate(&town, HOME, AN, "an").await;
        let mut attacker = Browser::at(ELSEWHERE);
        let login = offer(&town, &mut attacker, &gemeente, "link").await;
        // The victim opens the link from a mail, and even approves.
        scan(&victim, &town, &format!("{}/r#{}", town.app, login.approval())).await.ok();
        let answer = victim.approve(&town, "", CODE).await.ok();
        let back = answer["return_to"].as_str().unwrap().to_owned();
        assert_eq!(attacker.look(&town, &login).await.status, 200, "the attacker's page stays where it is");
        let guess = format!("/login/return/{}?rt={}", login.approval(), "A".repeat(22));
        let guessed = attacker.get(&town, &guess).await;
        assert!(!guessed.location().starts_with(&gemeente.redirect_uri), "without the phone's word it leads nowhere");
        let mut own = Browser::at(HOME);
        let page = own.get(&town, &back).await;
        assert_ne!(page.status, 303, "the victim's browser never began a login");
        assert!(!page.body.contains("code="), "no code on any page");
    })
    .await;
}

#[tokio::test]
async fn a_code_is_no_link_and_a_link_is_no_code() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let qr = offer(&town, &mut browser, &gemeente, "qr").await;
        let as_link = format!("{}/r#{}", town.app, qr.approval());
        assert_eq!(scan(&phone, &town, &as_link).await.refusal(), (410, "request_gone".into()));
        let link = offer(&town, &mut browser, &gemeente, "link").await;
        assert_eq!(scan(&phone, &town, &seen(&town, &link).await).await.refusal(), (410, "request_gone".into()));
        let number = browser.login(&town, &gemeente, AN).await;
        let as_link = format!("{}/r#{}", town.app, number.approval());
        assert_eq!(scan(&phone, &town, &as_link).await.refusal(), (410, "request_gone".into()));
        assert_eq!(scan(&phone, &town, "https://elsewhere.example/q#x").await.refusal(), (410, "request_gone".into()));
    })
    .await;
}

#[tokio::test]
async fn who_does_not_want_to_be_found_by_number_is_not_and_nobody_can_tell() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        phone.command(&town, "settings", json!({ "by_number": false })).await.ok();
        assert_eq!(phone.command(&town, "home", json!({})).await.ok()["by_number"], false);
        let mut browser = Browser::at(HOME);
        browser.login(&town, &gemeente, AN).await;
        assert!(phone.pending(&town).await.is_empty());
        let login = offer(&town, &mut browser, &gemeente, "qr").await;
        scan(&phone, &town, &seen(&town, &login).await).await.ok();
        phone.decline(&town, Decision::Reject).await.ok();
        phone.command(&town, "settings", json!({ "by_number": true })).await.ok();
        browser.login(&town, &gemeente, AN).await;
        assert_eq!(phone.pending(&town).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_code_is_given_as_long_as_it_counts_which_is_a_minute_under_fapi() {
    let town = crate::once().await;
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    for (id, seconds) in [("beurs", 60), ("gemeente", 180)] {
        let authorization = AuthorizationRequest { client_id: id.into(), ..AuthorizationRequest::default() };
        let (network, browser) = ("10.1".into(), "Firefox".into());
        let begun = Begun { authorization, browser, address: HOME.into(), network, known: None };
        let started = start::by_number(&town.world, Typed { begun, country: "BE".into(), number: AN.into() }).await;
        let id = started.unwrap().approval;
        let look = async || sign_in::watch(&town.world, &id).await.unwrap();
        phone.approve(&town, &look().await.approval.match_number, CODE).await.ok();
        town.pass(seconds - 1);
        assert_eq!(look().await.progress, Progress::Approved);
        town.pass(1);
        assert_eq!(look().await.progress, Progress::Late);
        town.settle().await;
    }
}
