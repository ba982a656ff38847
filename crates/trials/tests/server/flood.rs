//! Strangers who know a number: they cannot lock its owner out, and they cannot flood the phone.

use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone};

use crate::{AN, ELSEWHERE, HOME, each, once};

#[tokio::test]
async fn the_fourth_unanswered_start_from_one_place_reaches_nobody() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut stranger = Browser::at(ELSEWHERE);
        for n in 1..=9 {
            let login = stranger.login(&town, &gemeente, AN).await;
            assert_eq!(phone.pending(&town).await.len(), n.min(3), "start {n}");
            assert_eq!(stranger.look(&town, &login).await.status, 200, "and the stranger cannot tell");
        }
        // From home there is room still, also in a browser that nobody knows: the owner gets through.
        let mut home = Browser::at(HOME);
        let login = home.login(&town, &gemeente, AN).await;
        let rid = login.approval();
        let mine = phone.pending(&town).await.into_iter().find(|w| w.verified.payload.rid == rid).unwrap();
        let body = phone.approval(&mine, &login.number, CODE);
        let reply = phone.deliver(&town, &body).await;
        phone.keep(&body, &reply);
        reply.ok();
        home.arrive(&town, &gemeente, &login).await;
    })
    .await;
}

#[tokio::test]
async fn whoever_starts_and_stops_again_has_rung_all_the_same() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut stranger = Browser::at(ELSEWHERE);
        for n in 1..=5 {
            let login = stranger.login(&town, &gemeente, AN).await;
            assert_eq!(phone.pending(&town).await.len(), usize::from(n <= 3), "start {n}");
            let page = stranger.look(&town, &login).await;
            let stopped = stranger.post(&town, "/login/cancel", &[("req", &page.field("req"))]).await;
            assert_eq!((stopped.status, stopped.has("onward")), (200, true));
            assert!(phone.pending(&town).await.is_empty());
        }
        Browser::at(HOME).login(&town, &gemeente, AN).await;
        assert_eq!(phone.pending(&town).await.len(), 1, "nobody else is kept out");
    })
    .await;
}

#[tokio::test]
async fn a_crowd_at_the_door_does_not_keep_a_known_browser_out() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut home = Browser::at(HOME);
        let login = home.login(&town, &gemeente, AN).await;
        phone.approve(&town, &login.number, CODE).await.ok();
        home.arrive(&town, &gemeente, &login).await;
        let before = town.ask_vault("SELECT seq * 1000 + tries FROM pin_state").await;

        for n in 0..30 {
            Browser::at(&format!("10.20.{n}.1")).login(&town, &gemeente, AN).await;
        }
        assert_eq!(phone.pending(&town).await.len(), 6, "so many from all strangers together");
        let mut unknown = Browser::at(HOME);
        let lost = unknown.login(&town, &gemeente, AN).await;
        assert!(phone.pending(&town).await.iter().all(|w| w.verified.payload.rid != lost.approval()));
        let after = town.ask_vault("SELECT seq * 1000 + tries FROM pin_state").await;
        assert_eq!(before, after, "nothing strangers do touches the counter");

        let login = home.login(&town, &gemeente, AN).await;
        let mine = phone.pending(&town).await.into_iter().find(|w| w.verified.payload.rid == login.approval()).unwrap();
        let body = phone.approval(&mine, &login.number, CODE);
        phone.deliver(&town, &body).await.ok();
        home.arrive(&town, &gemeente, &login).await;
        town.pass(16 * 60);
        Browser::at(ELSEWHERE).login(&town, &gemeente, AN).await;
        assert_eq!(phone.pending(&town).await.len(), 1, "after a quarter of an hour the door is free");
    })
    .await;
}

#[tokio::test]
async fn somebody_elses_known_browser_is_no_key_to_this_door() {
    let town = once().await;
    let gemeente = town.partner("gemeente");
    let phone = Phone::activate(&town, HOME, AN, "an").await;
    let mut jan = Phone::activate(&town, ELSEWHERE, crate::JAN, "jan").await;
    let mut his = Browser::at(ELSEWHERE);
    let login = his.login(&town, &gemeente, crate::JAN).await;
    jan.approve(&town, &login.number, CODE).await.ok();
    his.arrive(&town, &gemeente, &login).await;
    for n in 0..6 {
        Browser::at(&format!("10.20.{n}.1")).login(&town, &gemeente, AN).await;
    }
    let lost = his.login(&town, &gemeente, AN).await;
    assert!(phone.pending(&town).await.iter().all(|w| w.verified.payload.rid != lost.approval()));
}

#[tokio::test]
async fn a_network_that_starts_too_many_logins_is_told_to_wait() {
    let town = once().await;
    let gemeente = town.partner("gemeente");
    let mut browser = Browser::at(ELSEWHERE);
    let (_, page) = browser.number_page(&town, &gemeente).await;
    for n in 0..120 {
        assert_eq!(browser.type_number(&town, &page, AN).await.status, 303, "{n}");
    }
    let told = browser.type_number(&town, &page, AN).await;
    assert!(told.status == 200 && told.has("error"), "{}", told.status);
    assert_eq!(Browser::at(HOME).type_number(&town, &page, AN).await.status, 303);
}

#[tokio::test]
async fn nobody_chooses_their_own_network_by_writing_a_header() {
    let town = once().await;
    let gemeente = town.partner("gemeente");
    let phone = Phone::activate(&town, HOME, AN, "an").await;
    let (_, page) = Browser::at(ELSEWHERE).number_page(&town, &gemeente).await;
    let req = page.field("req");
    for n in 0..6 {
        // What the caller wrote, and what the proxy in front added: in the same line, or in one of its own.
        let request = town.http.post(format!("{}/login", town.issuer));
        let request = match n % 2 {
            0 => request.header("x-forwarded-for", format!("10.77.{n}.1, {ELSEWHERE}")),
            _ => request.header("x-forwarded-for", format!("10.77.{n}.1")).header("x-forwarded-for", ELSEWHERE),
        };
        let form = [("req", req.as_str()), ("country", "BE"), ("phone", AN)];
        assert_eq!(request.form(&form).send().await.unwrap().status(), 303);
    }
    assert_eq!(phone.pending(&town).await.len(), 3, "all of them came from one place");
}
