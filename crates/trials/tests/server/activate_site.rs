//! The activation site, up to the card: robots, forms that lie open, two clicks, two browsers, two card programs.

use serde_json::{Value, json};
use zelf_trials::town::card::solved;
use zelf_trials::town::{Browser, Reply, Town};

use crate::{AN, ELSEWHERE, HOME, JAN, once};

/// A form as it is filled in; `altcha` is empty without scripts.
fn filled<'a>(form: &'a str, altcha: &'a str) -> Vec<(&'static str, &'a str)> {
    let email = "an@voorbeeld.example";
    vec![
        ("form", form),
        ("country", "BE"),
        ("phone", AN),
        ("email", email),
        ("location", "1"),
        ("terms", "1"),
        ("altcha", altcha),
    ]
}

/// The form, sent.
async fn send(browser: &mut Browser, town: &Town, altcha: &str) -> Reply {
    let form = browser.get(town, "/activate?lang=nl").await.field("form");
    browser.post(town, "/activate", &filled(&form, altcha)).await
}

/// As far as the card.
async fn at_the_reader(browser: &mut Browser, town: &Town) -> Reply {
    let altcha = solved(town, browser).await;
    let sent = send(browser, town, &altcha).await;
    assert_eq!((sent.status, sent.location()), (303, "/activate/reader"), "{}", sent.body);
    browser.get(town, "/activate/reader").await
}

fn code(page: &Reply) -> String {
    page.text("code").chars().filter(char::is_ascii_alphanumeric).collect()
}

async fn program(town: &Town, door: &str, body: Value) -> Reply {
    let request = town.http.post(format!("{}/eid/v1/{door}", town.issuer)).json(&body);
    Reply::read(request.header("x-forwarded-for", HOME).send().await.unwrap()).await
}

async fn claim(town: &Town, code: &str) -> Reply {
    program(town, "claim", json!({ "v": 1, "program": "zelf-eid 0.1.0", "code": code })).await
}

/// Where the browser ends up.
async fn land(browser: &mut Browser, town: &Town, path: &str) -> Reply {
    let mut reply = browser.get(town, path).await;
    for _ in 0..3 {
        if reply.status != 303 {
            break;
        }
        let next = reply.location().to_owned();
        reply = browser.get(town, &next).await;
    }
    reply
}

#[tokio::test]
async fn a_solved_puzzle_opens_one_form() {
    let town = once().await;
    let (mut an, mut jan) = (Browser::at(HOME), Browser::at(ELSEWHERE));
    let altcha = solved(&town, &mut an).await;
    assert_eq!(send(&mut an, &town, &altcha).await.location(), "/activate/reader");
    let again = send(&mut jan, &town, &altcha).await;
    assert_eq!((again.status, again.has("error")), (200, true), "used twice");
    let altcha = solved(&town, &mut jan).await;
    town.pass(600);
    assert!(send(&mut jan, &town, &altcha).await.has("error"), "too old");
    assert_eq!(town.count("enrolment").await, 1);
}

#[tokio::test]
async fn without_scripts_half_a_minute_passes_and_three_an_hour_is_enough() {
    let town = once().await;
    let mut an = Browser::at(HOME);
    let sent = send(&mut an, &town, "").await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    let path = sent.location().to_owned();
    let waiting = an.get(&town, &path).await;
    assert!(
        waiting.body.contains("http-equiv=\"refresh\" content=\"30; url=/activate/continue?form="),
        "{}",
        waiting.body
    );
    town.pass(29);
    assert!(an.get(&town, &path).await.has("go-on"), "nobody skips the wait");
    assert_eq!(town.count("enrolment").await, 0);
    town.pass(1);
    for _ in 0..2 {
        assert_eq!(
            an.get(&town, &path).await.location(),
            "/activate/reader",
            "by itself, and as often as it is asked for"
        );
    }
    assert_eq!(town.count("enrolment").await, 1, "one form is one activation");
    for _ in 0..2 {
        assert_eq!(send(&mut Browser::at(HOME), &town, "").await.status, 303);
    }
    let mut fourth = Browser::at(HOME);
    let sent = send(&mut fourth, &town, "").await;
    assert_eq!((sent.status, sent.has("error")), (200, true));
    assert_eq!(send(&mut Browser::at(ELSEWHERE), &town, "").await.status, 303, "others are not kept out");
    let altcha = solved(&town, &mut fourth).await;
    assert_eq!(send(&mut fourth, &town, &altcha).await.status, 303, "with scripts one goes on");
}

#[tokio::test]
async fn a_form_that_lay_open_is_asked_again_with_what_was_typed() {
    let town = once().await;
    let mut an = Browser::at(HOME);
    let form = an.get(&town, "/activate?lang=nl").await.field("form");
    let rows = town.tables().await;
    town.pass(901);
    let altcha = solved(&town, &mut an).await;
    let late = an.post(&town, "/activate", &filled(&form, &altcha)).await;
    assert!(late.has("error") && late.attribute("phone", "value") == AN, "{}", late.body);
    assert!(town.tables().await == rows, "nothing began");
    // Sent once more, it goes on.
    let sent = an.post(&town, "/activate", &filled(&late.field("form"), &altcha)).await;
    assert_eq!(sent.location(), "/activate/reader", "{}", sent.body);
}

#[tokio::test]
async fn terms_are_asked_for_and_two_clicks_are_one_activation() {
    let town = once().await;
    let mut an = Browser::at(HOME);
    let form = an.get(&town, "/activate?lang=nl").await.field("form");
    let altcha = solved(&town, &mut an).await;
    let before = town.tables().await;
    let without: Vec<_> = filled(&form, &altcha).into_iter().filter(|(name, _)| *name != "terms").collect();
    let asked = an.post(&town, "/activate", &without).await;
    assert!(asked.status == 200 && asked.has("error") && asked.has("terms"), "{}", asked.body);
    assert!(town.tables().await == before, "no row without agreement");
    let (mut other_click, mut other_tab) = (an.clone(), an.clone());
    let (first, second) = tokio::join!(
        async { an.post(&town, "/activate", &filled(&form, &altcha)).await.location().to_owned() },
        async { other_click.post(&town, "/activate", &filled(&form, &altcha)).await.location().to_owned() }
    );
    assert_eq!((&*first, &*second), ("/activate/reader", "/activate/reader"));
    let tab = other_tab.get(&town, "/activate").await.field("form");
    let altcha = solved(&town, &mut other_tab).await;
    let third = other_tab.post(&town, "/activate", &filled(&tab, &altcha)).await;
    assert_eq!(third.location(), "/activate/reader", "the one that is under way");
    let codes = [an.get(&town, "/activate/reader").await, other_click.get(&town, "/activate/reader").await];
    assert_eq!(code(&codes[0]).len(), 8);
    assert_eq!(code(&codes[0]), code(&codes[1]));
    assert_eq!(town.count("enrolment").await, 1);
}

#[tokio::test]
async fn who_sees_a_slip_in_the_number_changes_it_and_the_old_code_is_dead() {
    let town = once().await;
    let mut an = Browser::at(HOME);
    let page = at_the_reader(&mut an, &town).await;
    assert_eq!((page.text("number"), page.text("email")), ("+32 468 75 89 60".into(), "an@voorbeeld.example".into()));
    let back = an.post(&town, "/activate/change", &[]).await;
    assert!(back.location().starts_with("/activate?form="), "{}", back.location());
    assert_ne!(claim(&town, &code(&page)).await.status, 200, "what was begun is over");
    let form = an.get(&town, back.location()).await;
    assert_eq!(form.attribute("phone", "value"), "+32 468 75 89 60");
    assert_eq!(form.attribute("email", "value"), "an@voorbeeld.example");
    let altcha = solved(&town, &mut an).await;
    let sealed = form.field("form");
    let mut fields = filled(&sealed, &altcha).into_iter().filter(|f| f.0 != "phone").collect::<Vec<_>>();
    fields.push(("phone", JAN));
    assert_eq!(an.post(&town, "/activate", &fields).await.location(), "/activate/reader");
    assert_eq!(an.get(&town, "/activate/reader").await.text("number"), "+32 470 11 02 48");
}

#[tokio::test]
async fn what_stands_in_an_address_bar_shows_nothing_in_another_browser() {
    let town = once().await;
    let (mut an, mut thief) = (Browser::at(HOME), Browser::at(ELSEWHERE));
    let sent = send(&mut an, &town, "").await;
    let form = sent.location().split('=').nth(1).unwrap().to_owned();
    town.pass(30);
    let theirs = thief.get(&town, sent.location()).await;
    assert!(theirs.status == 404 && !theirs.body.contains("75 89 60"), "{}", theirs.body);
    let empty = thief.get(&town, &format!("/activate?form={form}")).await;
    assert_eq!((empty.attribute("phone", "value"), empty.attribute("email", "value")), (String::new(), String::new()));
    // Sent from there it begins nothing of hers, and nothing at all before the thief has looked at a form of their own.
    let altcha = solved(&town, &mut thief).await;
    assert!(thief.post(&town, "/activate", &filled(&form, &altcha)).await.has("error"));
    // Even a thief with an activation of their own.
    let _ = at_the_reader(&mut thief, &town).await;
    assert_eq!(thief.get(&town, sent.location()).await.status, 404);
    assert_eq!(an.get(&town, sent.location()).await.location(), "/activate/reader", "hers is as it was");
}

#[tokio::test]
async fn the_page_says_what_the_program_says() {
    let town = once().await;
    let mut an = Browser::at(HOME);
    let page = at_the_reader(&mut an, &town).await;
    let link = page.attribute("start", "href");
    let session = link.strip_prefix("zelf-eid://activate?s=").unwrap().to_owned();
    let claimed =
        program(&town, "claim", json!({ "v": 1, "program": "zelf-eid 0.1.0", "session": session })).await.ok();
    assert_eq!(
        (claimed["number"].as_str(), claimed["email"].as_str()),
        (Some("+32 ••• •• 89 60"), Some("a•••@voorbeeld.example"))
    );
    let says = async |an: &mut Browser| an.get(&town, "/activate/reader").await;
    assert!(!says(&mut an).await.has("start"), "the link is used");
    let ticket = claimed["ticket"].clone();
    let done = program(&town, "progress", json!({ "ticket": ticket, "progress": "pin", "left": 1 })).await.ok();
    assert_eq!(done, json!({}));
    let page = says(&mut an).await;
    assert!(page.body.contains("data-key=\"claimed|pin|1|||"), "{}", page.body);
    assert_eq!(program(&town, "state", json!({ "ticket": ticket })).await.ok()["step"], "claimed");
    // The person closes the program, and may go on with a new code.
    program(&town, "progress", json!({ "ticket": ticket, "progress": "stopped" })).await.ok();
    let ended = land(&mut an, &town, "/activate/reader").await;
    assert!(ended.has("again") && ended.text("error-code") == "program_stopped", "{}", ended.body);
    assert_eq!(an.post(&town, "/activate/reader", &[]).await.location(), "/activate/reader");
    let fresh = says(&mut an).await;
    assert_ne!(fresh.attribute("start", "href"), link);
    assert_eq!(
        program(&town, "claim", json!({ "v": 1, "program": "x", "session": session })).await.refusal(),
        (404, "session_unknown".into())
    );
}

#[tokio::test]
async fn a_second_program_ends_it_and_both_sides_hear_why() {
    let town = once().await;
    let mut an = Browser::at(HOME);
    let page = at_the_reader(&mut an, &town).await;
    let typed = code(&page).to_lowercase();
    let ticket = claim(&town, &typed).await.ok()["ticket"].clone();
    assert_eq!(claim(&town, &typed).await.refusal(), (409, "session_taken".into()));
    assert_eq!(program(&town, "progress", json!({ "ticket": ticket, "progress": "pin" })).await.status, 409);
    let ended = land(&mut an, &town, "/activate/reader").await;
    assert_eq!(ended.text("error-code"), "two_programs", "{}", ended.body);
}

#[tokio::test]
async fn whoever_stops_stops_the_program_too() {
    let town = once().await;
    let mut an = Browser::at(HOME);
    let page = at_the_reader(&mut an, &town).await;
    assert_eq!(an.post(&town, "/activate/stop", &[]).await.location(), "/activate/ended");
    let ended = an.get(&town, "/activate/ended").await;
    assert!(ended.text("error-code") == "stopped" && ended.has("restart") && !ended.has("again"), "{}", ended.body);
    assert_ne!(claim(&town, &code(&page)).await.status, 200);
    assert_eq!(land(&mut an, &town, "/activate/token").await.text("error-code"), "stopped");
}

#[tokio::test]
async fn time_runs_out_at_the_reader_and_a_new_code_is_one_button_away() {
    let town = once().await;
    let mut an = Browser::at(HOME);
    let page = at_the_reader(&mut an, &town).await;
    town.pass(600);
    let late = an.get(&town, "/activate/reader").await;
    assert!(late.has("again") && !late.has("start"), "{}", late.body);
    an.post(&town, "/activate/reader", &[]).await;
    let fresh = an.get(&town, "/activate/reader").await;
    assert!(fresh.has("start") && code(&fresh) != code(&page));
    town.pass(1800);
    assert_eq!(land(&mut an, &town, "/activate/reader").await.text("error-code"), "expired");
}

#[tokio::test]
async fn the_stream_tells_the_state_at_once_and_to_nobody_else() {
    let town = once().await;
    let mut an = Browser::at(HOME);
    let _ = at_the_reader(&mut an, &town).await;
    let cookies: Vec<String> = an.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
    let url = format!("{}/activate/events", town.issuer);
    let mut stream = town.http.get(&url).header("cookie", cookies.join("; ")).send().await.unwrap();
    let first = String::from_utf8(stream.chunk().await.unwrap().unwrap().to_vec()).unwrap();
    assert!(first.starts_with("event: state\ndata: {\"step\":\"waiting\""), "{first}");
    assert_eq!(Browser::at(ELSEWHERE).get(&town, "/activate/events").await.status, 403);
}
