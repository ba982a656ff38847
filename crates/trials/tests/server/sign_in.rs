//! Seed 001: a person logs in to a service with the phone, refuses, waits too long, mistypes.

use protocol::phone::Decision;
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone};

use crate::{AN, ELSEWHERE, HOME, each, once};

const NOBODY: &str = "0468 75 89 61";

#[tokio::test]
async fn a_person_logs_in_with_number_and_code() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let login = browser.login(&town, &gemeente, AN).await;
        let waiting = phone.waiting(&town).await;
        let request = &waiting.verified.payload;
        assert_eq!((request.title.as_str(), request.rp.name.as_str()), ("Inloggen", "De gemeente"));
        assert_eq!(request.rp.domain, "gemeente.example");
        assert!(request.from.contains("Stadhuis") && request.from.contains("Chrome"), "{}", request.from);
        assert!(request.wants_match && request.fields.iter().any(|f| f.v.starts_with("An")));
        phone.approve(&town, &login.number, CODE).await.ok();
        assert!(phone.pending(&town).await.is_empty());

        let code = browser.arrive(&town, &gemeente, &login).await;
        assert_eq!(code.len(), 36);
        assert_eq!(browser.arrive(&town, &gemeente, &login).await, code, "a reload gives the same code");
        let (claims, info) = gemeente.who(&town, &login, &code).await;
        assert_eq!((&info["given_name"], &info["phone_number"]), (&"An".into(), &"+32468758960".into()));
        assert_eq!((&info["sub"], &claims["nonce"]), (&claims["sub"], &login.nonce.as_str().into()));
        assert!(info.get("urn:zelf:claim:national_number").is_none(), "not asked, not given");
    })
    .await;
}

#[tokio::test]
async fn who_refuses_is_asked_no_more_and_the_browser_hears_it() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        for dec in [Decision::Reject, Decision::Fraud] {
            let mut browser = Browser::at(HOME);
            let login = browser.login(&town, &gemeente, AN).await;
            phone.decline(&town, dec).await.ok();
            let page = browser.look(&town, &login).await;
            assert_eq!(page.status, 200);
            assert!(page.has("retry") && !page.has("match"), "{dec:?}");
            let back = page.attribute("back", "href");
            assert!(back.starts_with(&gemeente.redirect_uri) && back.contains("error=access_denied"), "{back}");
            assert!(phone.pending(&town).await.is_empty());
        }
        assert_eq!(town.ask_vault("SELECT tries FROM pin_state").await, 0, "a refusal is no wrong code");
    })
    .await;
}

#[tokio::test]
async fn after_three_minutes_it_is_over_and_one_button_tries_again() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let login = browser.login(&town, &gemeente, AN).await;
        let ready = phone.approval(&phone.waiting(&town).await, &login.number, CODE);
        town.pass(179);
        assert_eq!(browser.look(&town, &login).await.attribute("clock", "data-left"), "1");
        town.pass(1);
        let page = browser.look(&town, &login).await;
        assert!(page.has("retry") && !page.has("match"));
        assert!(phone.pending(&town).await.is_empty());
        assert_eq!(phone.deliver(&town, &ready).await.refusal(), (410, "request_gone".into()));

        let form = browser.post(&town, "/login/retry", &[("req", &page.field("req"))]).await;
        let sent = browser.type_number(&town, &form, AN).await;
        let waiting = browser.get(&town, sent.location()).await;
        phone.approve(&town, &waiting.text("match"), CODE).await.ok();
        assert_eq!(browser.get(&town, sent.location()).await.status, 303);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_number_fails_like_a_wrong_code_and_ends_the_request() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let login = browser.login(&town, &gemeente, AN).await;
        let wrong = if login.number == "10" { "11" } else { "10" };
        let number = phone.approve(&town, wrong, CODE).await;
        assert!(phone.pending(&town).await.is_empty(), "one guess at the number");
        assert!(browser.look(&town, &login).await.has("retry"));

        let login = browser.login(&town, &gemeente, AN).await;
        let code = phone.approve(&town, &login.number, "00000").await;
        assert_eq!(number.refusal(), code.refusal());
        let keys =
            |reply: &zelf_trials::town::Reply| reply.json().as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&number), keys(&code), "which of the two was wrong is not told");
        assert_eq!((&number.json()["left"], &code.json()["left"]), (&4.into(), &3.into()));
        phone.approve(&town, &login.number, CODE).await.ok();
    })
    .await;
}

/// A page with what is this login's own taken out.
fn plain(page: &zelf_trials::town::Reply, login: &zelf_trials::town::Login) -> String {
    let req = page.attribute("cancel", "id");
    let body = page.body.replace(&page.field("req"), "REQ").replace(&login.approval(), "APPROVAL");
    let body = body.replace(&format!(">{}<", login.number), ">NN<");
    format!("{req}{}", body.replace("89 60", "89 xx").replace("89 61", "89 xx"))
}

#[tokio::test]
async fn a_number_nobody_has_looks_the_same_to_the_last_header() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        Phone::activate(&town, HOME, AN, "an").await;
        let mut seen: [Vec<String>; 2] = Default::default();
        let mut cost: [Vec<u64>; 2] = Default::default();
        for (at, number) in [AN, NOBODY].into_iter().enumerate() {
            let mut browser = Browser::at(ELSEWHERE);
            let (mut login, page) = browser.number_page(&town, &gemeente).await;
            let before = town.world.db.stats().totals();
            let sent = browser.type_number(&town, &page, number).await;
            let after = town.world.db.stats().totals();
            cost[at] = vec![after.statements - before.statements, after.transactions - before.transactions];
            login.wait = sent.location().to_owned();
            let names = |reply: &zelf_trials::town::Reply| {
                let skip = ["location", "set-cookie", "date", "content-length"];
                let all = reply.headers.iter().filter(|(k, _)| !skip.contains(&k.as_str()));
                format!("{} {:?}", reply.status, all.collect::<Vec<_>>())
            };
            seen[at].push(names(&sent));
            seen[at].push(sent.header("set-cookie").len().to_string());
            let mut wait = browser.look(&town, &login).await;
            login.number = wait.text("match");
            seen[at].push(names(&wait) + &plain(&wait, &login));
            town.pass(180);
            wait = browser.look(&town, &login).await;
            seen[at].push(names(&wait) + &plain(&wait, &login).replace(&login.state, "STATE"));
        }
        assert_eq!(seen[0], seen[1]);
        assert_eq!(cost[0], cost[1], "the same statements in the same transaction");
    })
    .await;
}

#[tokio::test]
async fn a_slip_in_the_number_is_told_before_anything_starts() {
    let town = once().await;
    let gemeente = town.partner("gemeente");
    let mut browser = Browser::at(HOME);
    let (_, page) = browser.number_page(&town, &gemeente).await;
    for typed in ["", "0468", "02 209 28 04", "0900 12 345", "<script>", "+999 12"] {
        let again = browser.type_number(&town, &page, typed).await;
        assert_eq!(again.status, 200, "{typed}");
        assert!(again.has("error") && !again.body.contains("<script>alert"), "{typed}");
    }
    assert_eq!(town.count("approval").await, 0);
}

#[tokio::test]
async fn a_remembered_number_is_filled_in_and_can_be_forgotten() {
    let town = once().await;
    let gemeente = town.partner("gemeente");
    let mut browser = Browser::at(HOME);
    let (_, page) = browser.number_page(&town, &gemeente).await;
    assert_eq!(page.attribute("phone", "value"), "");
    let form = [("req", page.field("req")), ("country", "BE".into()), ("phone", AN.into()), ("remember", "1".into())];
    let form: Vec<(&str, &str)> = form.iter().map(|(k, v)| (*k, v.as_str())).collect();
    assert_eq!(browser.post(&town, "/login", &form).await.status, 303);
    assert!(!browser.cookies["zelf_number"].contains("468758"), "sealed, not for who reads cookies");
    let (_, page) = browser.number_page(&town, &gemeente).await;
    assert_eq!(page.attribute("phone", "value"), AN);
    browser.type_number(&town, &page, AN).await;
    let (_, page) = browser.number_page(&town, &gemeente).await;
    assert_eq!(page.attribute("phone", "value"), "", "not ticked, not kept");
}

#[tokio::test]
async fn without_javascript_the_page_asks_again_by_itself() {
    let town = once().await;
    let gemeente = town.partner("gemeente");
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    let mut browser = Browser::at(HOME);
    let login = browser.login(&town, &gemeente, AN).await;
    let page = browser.look(&town, &login).await;
    assert!(page.body.contains("http-equiv=\"refresh\" content=\"2\""), "a meta refresh");
    phone.approve(&town, &login.number, CODE).await.ok();
    assert_eq!(browser.look(&town, &login).await.status, 303);
}

#[tokio::test]
async fn the_live_stream_says_when_to_look_again() {
    let town = once().await;
    let gemeente = town.partner("gemeente");
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    let mut browser = Browser::at(HOME);
    let login = browser.login(&town, &gemeente, AN).await;
    let cookies: Vec<String> = browser.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
    let url = format!("{}/login/events/{}", town.issuer, login.approval());
    let stream = town.http.get(url).header("cookie", cookies.join("; ")).send().await.unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    phone.approve(&town, &login.number, CODE).await.ok();
    let told = tokio::time::timeout(std::time::Duration::from_secs(5), stream.text()).await.unwrap().unwrap();
    assert!(told.contains("data: waiting") && told.contains("data: done"), "{told}");
}

#[tokio::test]
async fn only_the_browser_that_started_it_gets_in() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let login = browser.login(&town, &gemeente, AN).await;
        phone.approve(&town, &login.number, CODE).await.ok();
        let mut stranger = Browser::at(HOME);
        let other = stranger.login(&town, &gemeente, NOBODY).await;
        let (name, value) = stranger.cookies.iter().find(|(k, _)| k.starts_with("zelf_login")).unwrap();
        let mut forger = Browser::at(HOME);
        forger.cookies.insert(format!("zelf_login_{}", &login.approval()[4..12]), value.clone());
        forger.cookies.insert(name.clone(), value.clone());
        for thief in [&mut Browser::at(HOME), &mut forger] {
            let page = thief.look(&town, &login).await;
            assert_eq!(page.status, 400);
            assert!(page.body.contains("session_lost") && page.location().is_empty(), "{}", page.body);
        }
        assert_eq!(stranger.look(&town, &other).await.status, 200);
        browser.arrive(&town, &gemeente, &login).await;
    })
    .await;
}

#[tokio::test]
async fn who_stops_in_the_browser_goes_back_and_the_phone_asks_no_more() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let login = browser.login(&town, &gemeente, AN).await;
        let ready = phone.approval(&phone.waiting(&town).await, &login.number, CODE);
        let page = browser.look(&town, &login).await;
        // Somebody who saw the page but has no cookie stops nothing.
        Browser::at(ELSEWHERE).post(&town, "/login/cancel", &[("req", &page.field("req"))]).await;
        assert_eq!(phone.pending(&town).await.len(), 1);
        let gone = browser.post(&town, "/login/cancel", &[("req", &page.field("req"))]).await;
        // No redirect: Chrome would hold the form's `form-action` against wherever the service leads its people next.
        let (on, refresh) =
            (gone.attribute("onward", "href"), gone.body.contains("http-equiv=\"refresh\" content=\"0;url="));
        assert_eq!((gone.status, refresh, gone.location()), (200, true, ""), "{}", gone.body);
        assert!(on.starts_with(&gemeente.redirect_uri) && on.contains("error=access_denied"), "{on}");
        assert!(phone.pending(&town).await.is_empty());
        assert_eq!(phone.deliver(&town, &ready).await.refusal(), (410, "request_gone".into()));
    })
    .await;
}

#[tokio::test]
async fn the_phone_hears_at_once_when_it_holds_the_line() {
    let town = once().await;
    let gemeente = town.partner("gemeente");
    let phone = Phone::activate(&town, HOME, AN, "an").await;
    let held = phone.command(&town, "pending", serde_json::json!({ "lang": "fr", "wait": 25 }));
    let start = async {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        Browser::at(HOME).login(&town, &gemeente, AN).await
    };
    let both = async { tokio::join!(held, start) };
    let (told, _) = tokio::time::timeout(std::time::Duration::from_secs(5), both).await.unwrap();
    assert_eq!(told.ok()["requests"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_answer_is_counted_once_however_often_it_arrives() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let login = Browser::at(HOME).login(&town, &gemeente, AN).await;
        let wrong = phone.approval(&phone.waiting(&town).await, &login.number, "00000");
        for _ in 0..3 {
            let reply = phone.deliver(&town, &wrong).await;
            assert_eq!((reply.refusal(), &reply.json()["left"]), ((422, "not_accepted".into()), &4.into()));
        }
        let right = phone.approval(&phone.waiting(&town).await, &login.number, CODE);
        let first = phone.deliver(&town, &right).await;
        let m3 = first.ok()["m3"].clone();
        assert_eq!(phone.deliver(&town, &right).await.ok()["m3"], m3);
        phone.keep(&right, &first);
        let home = phone.command(&town, "home", serde_json::json!({})).await.ok();
        assert_eq!(
            (&home["last_receipt"], &home["device"]["left"]),
            (&m3, &5.into()),
            "a lost receipt is found at home"
        );
        assert_eq!(home["head"], phone.head.as_str());
    })
    .await;
}

#[tokio::test]
async fn whoever_chooses_another_way_leaves_no_request_on_the_phone() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let login = browser.login(&town, &gemeente, AN).await;
        let page = browser.look(&town, &login).await;
        assert!(page.has("other-way"), "{}", page.body);
        let req = page.field("req");
        let mut other = Browser::at(ELSEWHERE);
        other.post(&town, "/login/retry", &[("req", &req)]).await;
        assert_eq!(phone.pending(&town).await.len(), 1, "nobody stops the login of another browser");
        let start = browser.post(&town, "/login/retry", &[("req", &req)]).await;
        assert!(start.status == 200 && start.has("phone"), "{}", start.body);
        assert!(phone.pending(&town).await.is_empty());
        let sent = browser.type_number(&town, &start, AN).await;
        let number = browser.get(&town, sent.location()).await.text("match");
        phone.approve(&town, &number, CODE).await.ok();
        // An approved login is not taken back.
        let req = browser.get(&town, sent.location()).await;
        assert_eq!(req.status, 303);
    })
    .await;
}
