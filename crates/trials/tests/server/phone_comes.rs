//! The phone without a screen comes to a request by itself: it scans what the page shows, or the page's link opened it.

use demo::phone::{Customer, Home, Phone, Plan, Verdict};
use journeys::{sign_in, start};
use zelf_trials::town::{Browser, Town};

use crate::{AN, AN_E164};

async fn an(town: &Town) -> Phone {
    let mut phone = Phone::open(Some(&town.app), Home::Memory, None).await.unwrap();
    let mut plan = Plan {
        number: Some(AN.into()),
        bank: Some("belfius".into()),
        customer: Some(Customer::new("an")),
        code: Some("27935".into()),
        ..Plan::default()
    };
    phone.activate(&plan).await.unwrap_err();
    plan.sms = Some(town.sms_code(AN_E164).await);
    phone.activate(&plan).await.unwrap();
    phone
}

fn yes() -> Verdict {
    Verdict::Approve { code: "27935".into(), matched: None }
}

/// What the code of this request says now.
async fn shown(town: &Town, approval: &str) -> String {
    let watch = sign_in::watch(&town.world, approval).await.unwrap();
    start::frame(&town.world, &watch.approval, town.now())
}

#[tokio::test]
async fn a_code_is_scanned_and_the_page_goes_on() {
    let town = Town::with_real_bank().await;
    let mut phone = an(&town).await;
    let gemeente = town.partner("gemeente");
    let mut browser = Browser::at("10.1.1.1");
    let (mut login, page) = browser.number_page(&town, &gemeente).await;
    login.wait = browser.post(&town, "/login/qr", &[("req", &page.field("req"))]).await.location().to_owned();
    let approval = login.approval();

    let early = shown(&town, &approval).await;
    town.pass(20);
    assert_eq!(phone.scan(&early).await.unwrap_err().code(), "expired", "a picture of the code");
    let rid = phone.scan(&shown(&town, &approval).await).await.unwrap();
    assert_eq!(rid, approval);
    let waiting = phone.pending(0).await.unwrap().requests.remove(0).to_json();
    assert_eq!((&waiting["rid"], &waiting["match"]), (&rid.as_str().into(), &false.into()));
    let answered = phone.answer(Some(&rid), &yes()).await.unwrap();
    assert_eq!(answered.return_to, None, "the page is on another device");
    let code = browser.arrive(&town, &gemeente, &login).await;
    let (_, info) = gemeente.who(&town, &login, &code).await;
    assert_eq!(info["given_name"], "An");
}

#[tokio::test]
async fn a_link_opens_the_phone_and_the_phone_sends_its_browser_back() {
    let town = Town::with_real_bank().await;
    let mut phone = an(&town).await;
    let gemeente = town.partner("gemeente");
    let mut browser = Browser::at("10.1.1.1");
    let (mut login, page) = browser.number_page(&town, &gemeente).await;
    login.wait = browser.post(&town, "/login/link", &[("req", &page.field("req"))]).await.location().to_owned();
    let approval = login.approval();

    phone.scan(&format!("{}/r#{approval}", town.app)).await.unwrap();
    let answered = phone.answer(Some(&approval), &yes()).await.unwrap();
    let back = answered.return_to.unwrap();
    let path = back.strip_prefix(&town.issuer).unwrap().to_owned();
    assert!(path.starts_with(&format!("/login/return/{approval}?rt=")), "{path}");
    assert_eq!(browser.look(&town, &login).await.status, 200, "the page by itself goes nowhere");
    let home = browser.get(&town, &path).await;
    assert!(home.location().starts_with(&gemeente.redirect_uri), "{}", home.body);
}

#[tokio::test]
async fn who_may_not_be_found_by_number_still_scans() {
    let town = Town::with_real_bank().await;
    let mut phone = an(&town).await;
    phone.settings(&protocol::phone::SettingsBody { by_number: Some(false), ..Default::default() }).await.unwrap();
    assert!(!phone.home().await.unwrap().by_number);
    let gemeente = town.partner("gemeente");
    let mut browser = Browser::at("10.1.1.1");
    browser.login(&town, &gemeente, AN).await;
    assert!(phone.pending(0).await.unwrap().requests.is_empty(), "the number reaches nobody");
    let (mut login, page) = browser.number_page(&town, &gemeente).await;
    login.wait = browser.post(&town, "/login/qr", &[("req", &page.field("req"))]).await.location().to_owned();
    phone.scan(&shown(&town, &login.approval()).await).await.unwrap();
    phone.answer(None, &yes()).await.unwrap();
    browser.arrive(&town, &gemeente, &login).await;
}
