//! The helpdesk: who gets in, what they see, what takes two of them, and that they never stand in a citizen's place.

use domain::helpdesk::{Right, Role};
use journeys::helpdesk::log::{self, Checked};
use serde_json::json;
use web::routes::{self, Guard};
use zelf_trials::town::desk::{Authenticator, PRESENT};
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone, Reply, Town, Worker};

use crate::{AN, AN_E164, HOME, each, once};

const NEW: &str = "0472 33 44 55";
const NEW_E164: &str = "+32472334455";
const WHY: &str = "called back about a lost phone";

/// The clock as people read it, without its minutes.
fn hours(reply: &Reply) -> String {
    reply.text("clock").split(" min").next().unwrap().to_owned()
}

/// Somebody writes that their number changed; the address of the answer.
async fn writes(town: &Town, old: &str, new: &str) -> String {
    let form = [
        ("lang", "en"),
        ("topic", "new_number"),
        ("name", "An Peeters"),
        ("reach", "02 279 22 11"),
        ("call_back", "morning"),
        ("old_number", old),
        ("new_number", new),
    ];
    let reply = Browser::at("10.20.30.40").post(town, "/help/contact", &form).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    reply.location().to_owned()
}

fn reference(ticket: &str) -> String {
    ticket.rsplit('/').next().unwrap().split('-').next().unwrap().to_owned()
}

#[tokio::test]
async fn an_invitation_opens_once_and_from_then_on_password_and_key_do() {
    each(async |town: Town| {
        let (mut jo, code) = Worker::invited(&town, "jo.maes", Role::Lead).await;
        assert_eq!(jo.gives_password(&town).await.status, 422, "no password yet");
        let wrong = jo.join(&town, "AAAA-AAAA-AAAA-AAAA").await;
        assert_eq!((wrong.status, wrong.has("error")), (422, true));
        let kind = code.to_lowercase().replace('-', " ");
        assert_eq!(jo.join(&town, &kind).await.location(), "/");
        assert_eq!(jo.get(&town, "/").await.location(), "/cases");
        // The same code does not open a second time, with another key.
        let mut thief = Worker { key: Authenticator::default(), browser: Browser::at("10.66.0.1"), ..jo };
        assert_eq!(thief.join(&town, &code).await.status, 422);
        let mut jo = thief;
        jo.browser = Browser::at("10.7.0.1");
        assert_eq!(jo.gives_password(&town).await.location(), "/login/key");
        assert_eq!(jo.uses_key(&town).await.status, 422, "another key than the one registered");
        assert_eq!(jo.get(&town, "/cases").await.location(), "/login");
    })
    .await;
}

#[tokio::test]
async fn a_password_alone_is_nobody_and_a_key_that_did_not_check_is_none() {
    let town = once().await;
    let mut jo = Worker::joined(&town, "jo.maes", Role::Agent).await;
    jo.browser.cookies.clear();
    jo.gives_password(&town).await;
    for path in ["/cases", "/search", "/", "/log"] {
        assert_eq!(jo.get(&town, path).await.location(), "/login", "{path}: after the password alone");
    }
    jo.key.flags = PRESENT;
    assert_eq!(jo.uses_key(&town).await.status, 422, "presence is not verification");
    jo.key.flags = 5;
    jo.gives_password(&town).await;
    assert_eq!(jo.uses_key(&town).await.location(), "/");
    // A copy of the key counts from where it was copied.
    jo.key.count -= 1;
    jo.browser.cookies.clear();
    jo.gives_password(&town).await;
    assert_eq!(jo.uses_key(&town).await.status, 422, "a counter that does not grow");
}

#[tokio::test]
async fn what_the_key_signed_opens_once() {
    let town = once().await;
    let mut jo = Worker::joined(&town, "jo.maes", Role::Agent).await;
    jo.gives_password(&town).await;
    let page = jo.get(&town, "/login/key").await;
    let challenge = page.attribute("key", "data-challenge");
    let (origin, rp) = (town.console.clone(), page.attribute("key", "data-rp"));
    let fields = jo.key.get(&origin, &rp, &challenge);
    let form: Vec<_> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let half = jo.browser.cookies.clone();
    assert_eq!(jo.post(&town, "/login/key", &form).await.location(), "/");
    jo.browser.cookies = half;
    let again = jo.post(&town, "/login/key", &form).await;
    assert_eq!((again.status, again.has("error")), (422, true), "the same words a second time");
    // For another site than this.
    jo.gives_password(&town).await;
    let challenge = jo.get(&town, "/login/key").await.attribute("key", "data-challenge");
    let fields = jo.key.get("https://console.evil.example", &rp, &challenge);
    let form: Vec<_> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
    assert_eq!(jo.post(&town, "/login/key", &form).await.status, 422);
}

#[tokio::test]
async fn guessing_ends_after_five_and_says_nothing_about_names() {
    let town = once().await;
    let mut jo = Worker::joined(&town, "jo.maes", Role::Agent).await;
    let right = std::mem::replace(&mut jo.password, "not the password".into());
    let known = jo.gives_password(&town).await;
    let mut nobody = Worker::invited(&town, "li.wu", Role::Agent).await.0;
    nobody.name = "nobody.here".into();
    let unknown = nobody.gives_password(&town).await;
    let plain = |reply: &Reply, name: &str| reply.body.replace(name, "NAME");
    assert_eq!(plain(&known, "jo.maes"), plain(&unknown, "nobody.here"));
    for _ in 0..4 {
        jo.gives_password(&town).await;
    }
    jo.password = right;
    let refused = jo.gives_password(&town).await;
    assert!(refused.status == 422 && refused.body.contains("15 min"), "{}", refused.body);
    town.pass(901);
    jo.logs_in(&town).await;
    assert_eq!(town.ask("SELECT COUNT(*) FROM staff_log WHERE action = 'login_failed'").await, 5, "jo's, not nobody's");
}

#[tokio::test]
async fn a_session_ends_when_nobody_is_there_when_the_day_is_over_and_when_somebody_is_let_out() {
    let town = once().await;
    let mut jo = Worker::joined(&town, "jo.maes", Role::Agent).await;
    town.pass(29 * 60);
    assert_eq!(jo.get(&town, "/cases").await.status, 200);
    town.pass(31 * 60);
    assert_eq!(jo.get(&town, "/cases").await.location(), "/login");
    jo.logs_in(&town).await;
    for _ in 0..17 {
        town.pass(28 * 60);
        assert_eq!(jo.get(&town, "/cases").await.status, 200);
    }
    town.pass(10 * 60);
    assert_eq!(jo.get(&town, "/cases").await.location(), "/login", "eight hours are over");
    jo.logs_in(&town).await;
    let mut boss = Worker::joined(&town, "bo.baas", Role::Admin).await;
    assert_eq!(boss.submit(&town, "/staff/remove", &[("name", "jo.maes")]).await.location(), "/staff?done=remove");
    assert_eq!(jo.get(&town, "/cases").await.location(), "/login");
    assert_eq!(jo.gives_password(&town).await.status, 422);
    let own = boss.submit(&town, "/staff/remove", &[("name", "bo.baas")]).await;
    assert_eq!(own.location(), "/staff?error=not_yours");
    let left = boss.submit(&town, "/logout", &[]).await;
    assert_eq!(left.location(), "/login");
    assert_eq!(boss.get(&town, "/staff").await.location(), "/login");
    town.pass(9 * 3600);
    town.tidy().await;
    assert_eq!((town.count("staff_session").await, town.count("staff_try").await), (0, 0));
}

#[tokio::test]
async fn each_role_passes_its_own_doors_and_no_others() {
    let town = once().await;
    let path = |entry: &routes::Entry| {
        let path = entry.path.replace("{reference}", "K7QM4TXP").replace("{look}", "AAAA").replace("{lang}", "nl");
        path.replace("{file}", "none")
    };
    for role in Role::ALL {
        let mut worker = Worker::joined(&town, &format!("w.{}", role.word()), role).await;
        for entry in routes::console() {
            let Guard::Staff(right) = entry.guard else { continue };
            if entry.path == "/logout" {
                continue;
            }
            let path = path(&entry);
            let reply = match entry.method {
                "GET" => worker.get(&town, &path).await,
                _ => worker.submit(&town, &path, &[("reason", WHY)]).await,
            };
            let passed = reply.status != 403;
            assert_eq!(passed, role.may(right), "{role:?} at {} {path}: {}", entry.method, reply.status);
        }
    }
}

#[tokio::test]
async fn a_form_without_the_sessions_value_does_nothing() {
    let town = once().await;
    Phone::activate(&town, HOME, AN, "an").await;
    let mut jo = Worker::joined(&town, "jo.maes", Role::Lead).await;
    let look = jo.looks(&town, AN, WHY).await;
    let other = Worker::joined(&town, "mo.diallo", Role::Lead).await.csrf(&town).await;
    let before = town.tables().await;
    for csrf in ["", "x", other.as_str()] {
        for path in [format!("{look}/block"), format!("{look}/hold"), "/search".into(), "/logout".into()] {
            let reply = jo.post(&town, &path, &[("reason", WHY), ("csrf", csrf)]).await;
            assert_eq!(reply.status, 403, "{path}");
        }
    }
    assert!(town.tables().await == before);
    // Another person's look is not mine, nor one that has lain about.
    let mut mo = Worker::joined(&town, "ma.roux", Role::Lead).await;
    assert_eq!(mo.get(&town, &look).await.location(), "/search?error=stale");
    assert_eq!(jo.get(&town, &look).await.status, 200);
    town.pass(901);
    assert_eq!(jo.get(&town, &look).await.location(), "/search?error=stale");
}

#[tokio::test]
async fn nothing_is_shown_without_a_reason_and_every_search_is_written_down() {
    each(async |town: Town| {
        let an = Phone::activate(&town, HOME, AN, "an").await;
        let mut jo = Worker::joined(&town, "jo.maes", Role::Agent).await;
        let lines = "SELECT COUNT(*) FROM staff_log";
        let before = town.ask(lines).await;
        for (reason, error) in [("", "reason"), ("x", "reason"), ("bel 0468 75 89 60 terug", "national number")] {
            let form = [("query", "number"), ("typed", AN), ("reason", reason)];
            let reply = jo.submit(&town, "/search", &form).await;
            assert_eq!(reply.status, 422);
            assert!(!reply.body.contains("An P") && reply.has("error"), "{error}");
        }
        for typed in ["04", "", "*", "%", "0468 75 89", "An"] {
            let reply = jo.submit(&town, "/search", &[("query", "number"), ("typed", typed), ("reason", WHY)]).await;
            assert_eq!(reply.status, 422, "{typed}");
        }
        assert_eq!(town.ask(lines).await, before, "nothing was looked at");
        let nobody = jo.submit(&town, "/search", &[("query", "number"), ("typed", NEW), ("reason", WHY)]).await;
        assert!(nobody.status == 200 && nobody.has("nobody"));
        let look = jo.looks(&town, AN, WHY).await;
        let page = jo.get(&town, &look).await;
        assert_eq!(page.text("number"), "+32 ••• •• 89 60");
        for secret in ["468758960", "468 75 89 60", "Linden", an.id(), &jo.password] {
            assert!(!page.body.contains(secret), "{secret}");
        }
        assert_eq!(town.ask("SELECT COUNT(*) FROM staff_log WHERE action = 'searched'").await, 1);
        assert_eq!(town.ask("SELECT COUNT(*) FROM staff_log WHERE action = 'looked'").await, 1);
        let rows = town.tables().await;
        assert!(!rows["staff_log"].iter().any(|row| row.contains("472334455")), "no numbers in the log");
        // The citizen reads who looked, and why.
        let told = rows["audit"].iter().filter(|row| row.contains("helpdesk_looked")).collect::<Vec<_>>();
        assert!(told.len() == 1 && told[0].contains(WHY) && told[0].contains("jo.maes"), "{told:?}");
        let events = an.command(&town, "my/events", json!({})).await.ok();
        assert!(events["events"].as_array().unwrap().iter().any(|e| e["what"] == "looked"), "{events}");
        let national = zelf_trials::town::bank::an().attributes.national_number.unwrap();
        let form = [("query", "national"), ("typed", national.as_str()), ("reason", WHY)];
        assert_eq!(jo.submit(&town, "/search", &form).await.status, 303);
    })
    .await;
}

#[tokio::test]
async fn whoever_writes_learns_nothing_about_accounts_and_sees_the_clock() {
    each(async |town: Town| {
        Phone::activate(&town, HOME, AN, "an").await;
        let mut pages = Vec::new();
        for old in [AN, "0499 99 88 77"] {
            let ticket = writes(&town, old, NEW).await;
            let page = Browser::at(HOME).get(&town, &ticket).await;
            assert_eq!(hours(&page), "24 h 00", "{}", page.body);
            assert!(!page.body.contains("8960") && !page.body.contains("Peeters"));
            let [a, b] = [reference(&ticket), page.text("reference")];
            let secret = ticket.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
            pages.push(page.body.replace(&secret, "").replace(&b, "").replace(&a, ""));
        }
        assert_eq!(pages[0], pages[1]);
        let ticket = writes(&town, AN, NEW).await;
        let bare = ticket.split('?').next().unwrap();
        let (head, _) = bare.split_at(bare.len() - 1);
        for wrong in [format!("{head}0"), head.to_owned(), format!("/help/contact/{}", reference(&ticket))] {
            if wrong != bare {
                assert_eq!(Browser::at(HOME).get(&town, &wrong).await.status, 404, "{wrong}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn without_the_sum_a_network_writes_three_times_and_a_sum_is_good_once() {
    let town = once().await;
    let mut browser = Browser::at("10.5.5.5");
    let form = |altcha: &str| {
        [("topic", "other"), ("name", "An"), ("reach", "an@voorbeeld.be"), ("text", "Hallo daar"), ("lang", "en")]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .into_iter()
            .chain([("altcha".to_owned(), altcha.to_owned())])
            .collect::<Vec<_>>()
    };
    let mut send = async |altcha: &str| {
        let form = form(altcha);
        let form: Vec<_> = form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        browser.post(&town, "/help/contact", &form).await.status
    };
    assert_eq!([send("").await, send("").await, send("").await, send("").await], [303, 303, 303, 422]);
    let number = 4_321;
    let random = [9; 12];
    let until = town.now() + 600;
    let made = protocol::altcha::Challenge::new(&town.world.keys.altcha, random, number, until);
    let answer = json!({ "algorithm": made.algorithm, "challenge": made.challenge, "number": number, "salt": made.salt,
        "signature": made.signature });
    use base64::Engine as _;
    let solved = base64::prelude::BASE64_STANDARD.encode(answer.to_string());
    assert_eq!([send(&solved).await, send(&solved).await, send("AAAA").await], [303, 422, 422]);
    assert_eq!(town.count("contact").await, 4);
}

/// From a message to a look at the account, by somebody of this role.
async fn finds(town: &Town, worker: &mut Worker, reference: &str) -> String {
    let form = [("query", "reference"), ("typed", reference), ("reason", reference)];
    let reply = worker.submit(town, "/search", &form).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    reply.location().to_owned()
}

#[tokio::test]
async fn a_number_changes_when_two_people_say_so_and_both_sides_see_one_clock() {
    each(async |town: Town| {
        let an = Phone::activate(&town, HOME, AN, "an").await;
        let ticket = writes(&town, AN, NEW).await;
        let case = reference(&ticket);
        let mut jo = Worker::joined(&town, "jo.maes", Role::Agent).await;
        let mut mo = Worker::joined(&town, "mo.diallo", Role::Lead).await;
        let mut li = Worker::joined(&town, "li.wu", Role::Lead).await;
        town.pass(3 * 3600);
        for worker in [&mut jo, &mut mo, &mut li] {
            worker.logs_in(&town).await;
        }
        let theirs = Browser::at(HOME).get(&town, &ticket).await;
        let ours = jo.get(&town, &format!("/case/{case}")).await;
        let said = |reply: &Reply| reply.text("clock").chars().filter(char::is_ascii_digit).collect::<String>();
        assert_eq!((said(&theirs), said(&ours)), ("2100".into(), "2100".into()));

        // A lead proposes, and cannot be the second person.
        let look = finds(&town, &mut mo, &case).await;
        let form = [("reference", case.as_str()), ("number", NEW), ("reason", WHY)];
        let proposed = mo.submit(&town, &format!("{look}/number"), &form).await;
        assert_eq!(proposed.location(), format!("/case/{case}?done=number"));
        let decide = format!("/case/{case}/decide");
        let same = mo.submit(&town, &decide, &[("reason", WHY)]).await;
        assert_eq!(same.location(), format!("/case/{case}?error=same_person"));
        assert_eq!(jo.submit(&town, &decide, &[("reason", WHY)]).await.status, 403, "an agent never decides");
        let silent = li.submit(&town, &decide, &[("reason", "")]).await;
        assert_eq!(silent.location(), format!("/case/{case}?error=reason_short"));
        assert_eq!(town.ask("SELECT COUNT(*) FROM account WHERE limited_until > 0").await, 0, "nothing happened yet");
        assert_eq!(Browser::at(HOME).get(&town, &ticket).await.attribute("state", "data-state"), "proposed");

        let done = li.submit(&town, &decide, &[("reason", "number was called back, all fits")]).await;
        assert_eq!(done.location(), format!("/case/{case}?done=decide"));
        let again = li.submit(&town, &decide, &[("reason", WHY)]).await;
        assert_eq!(again.location(), format!("/case/{case}?error=stale"));
        let theirs = Browser::at(HOME).get(&town, &ticket).await;
        assert_eq!(theirs.attribute("state", "data-state"), "done");
        assert!(!theirs.has("target"), "the clock has stopped");

        // The old number hears of it, with a code that stops it; the account may only log in.
        town.deliver().await;
        assert!(town.post.to(AN_E164).iter().any(|sms| sms.text.contains('-')), "{:?}", town.post.to(AN_E164));
        let home = an.command(&town, "home", json!({})).await.ok();
        assert!(home["limited"].as_i64().unwrap() > town.now(), "{home}");
        assert_eq!(log::verify(&town.world).await.unwrap(), whole(&town).await);
    })
    .await;
}

async fn whole(town: &Town) -> Checked {
    let lines = town.ask("SELECT COUNT(*) FROM staff_log").await;
    Checked::Whole { lines, digest: log::digest_of(&town.world, lines).await.unwrap().unwrap() }
}

/// Two of the staff agree to steal An's account: a new number is all they get, and with it neither a login nor a phone.
#[tokio::test]
async fn two_who_collude_still_need_her_card_or_her_phone() {
    let town = once().await;
    let mut an = Phone::activate(&town, HOME, AN, "an").await;
    let case = reference(&writes(&town, AN, NEW).await);
    let mut mo = Worker::joined(&town, "mo.diallo", Role::Lead).await;
    let mut li = Worker::joined(&town, "li.wu", Role::Lead).await;
    let look = finds(&town, &mut mo, &case).await;
    let form = [("reference", case.as_str()), ("number", NEW), ("reason", WHY)];
    mo.submit(&town, &format!("{look}/number"), &form).await;
    let done = li.submit(&town, &format!("/case/{case}/decide"), &[("reason", WHY)]).await;
    assert!(done.location().ends_with("?done=decide"), "{}", done.location());

    // Their phone, with their SIM, stops at the bank or the card: the number alone gives nothing.
    let mut theirs = Phone::new(&town, "10.66.6.6");
    theirs.start(&town).await;
    theirs.type_number(&town, NEW).await.ok();
    for (command, body) in [
        ("activation/sms", json!({ "code": "12345" })),
        ("activation/finish", json!({ "sealed": { "kid": "vs_x", "enc": "", "ct": "" } })),
    ] {
        assert_ne!(theirs.command(&town, command, body).await.status, 200, "{command}");
    }
    assert!(town.post.to(NEW_E164).iter().all(|sms| !sms.text.contains(" #")), "no code leaves before a proof");
    // A login with the new number waits on her phone, which shows it; nobody else can answer.
    let gemeente = town.partner("gemeente");
    let login = Browser::at("10.66.6.6").login(&town, &gemeente, NEW).await;
    assert!(
        theirs.command(&town, "pending", json!({ "lang": "nl" })).await.error().starts_with("device"),
        "not a phone of hers"
    );
    an.approve(&town, &login.number, CODE).await.ok();
}

#[tokio::test]
async fn what_is_held_is_let_go_by_two_and_is_then_still_blocked() {
    each(async |town: Town| {
        let an = Phone::activate(&town, HOME, AN, "an").await;
        let mut jo = Worker::joined(&town, "jo.maes", Role::Agent).await;
        let mut mo = Worker::joined(&town, "mo.diallo", Role::Lead).await;
        let mut li = Worker::joined(&town, "li.wu", Role::Lead).await;
        let look = jo.looks(&town, AN, WHY).await;
        assert!(jo.get(&town, &look).await.has("act-block") && !jo.get(&town, &look).await.has("act-hold"));
        assert_eq!(jo.submit(&town, &format!("{look}/hold"), &[("reason", WHY)]).await.status, 403);
        let bare = jo.submit(&town, &format!("{look}/block"), &[]).await;
        assert_eq!(bare.location(), format!("{look}?error=reason_short"));
        let blocked = jo.submit(&town, &format!("{look}/block"), &[("reason", WHY)]).await;
        assert_eq!(blocked.location(), format!("{look}?done=block"));
        assert_eq!(jo.get(&town, &look).await.attribute("standing", "data-standing"), "blocked");
        assert_eq!(an.command(&town, "home", json!({})).await.refusal(), (401, "device_ended".into()));

        let look = mo.looks(&town, AN, WHY).await;
        mo.submit(&town, &format!("{look}/hold"), &[("reason", WHY)]).await;
        assert_eq!(mo.get(&town, &look).await.attribute("standing", "data-standing"), "held");
        let proposed = mo.submit(&town, &format!("{look}/release"), &[("reason", WHY)]).await;
        let case = proposed.location().trim_start_matches("/case/").split('?').next().unwrap().to_owned();
        let decide = format!("/case/{case}/decide");
        assert!(mo.submit(&town, &decide, &[("reason", WHY)]).await.location().ends_with("error=same_person"));
        assert_eq!(mo.get(&town, &look).await.attribute("standing", "data-standing"), "held");
        assert!(li.submit(&town, &decide, &[("reason", WHY)]).await.location().ends_with("done=decide"));
        assert_eq!(mo.get(&town, &look).await.attribute("standing", "data-standing"), "blocked");
    })
    .await;
}

/// No door of the console, with the cookie of its mightiest people, leads to an approval, a code, a token or a phone; and that
/// cookie opens nothing elsewhere.
#[tokio::test]
async fn nobody_of_the_staff_can_be_a_citizen() {
    let words =
        ["approve", "answer", "token", "userinfo", "authorize", "activat", "code", "device", "pin", "sms", "enrol"];
    for entry in routes::console() {
        assert!(!words.iter().any(|word| entry.path.contains(word)), "{} {}", entry.method, entry.path);
    }
    let town = once().await;
    let an = Phone::activate(&town, HOME, AN, "an").await;
    let mut mo = Worker::joined(&town, "mo.diallo", Role::Lead).await;
    let counted = town.tables().await["pin_state"].clone();
    let look = mo.looks(&town, AN, WHY).await;
    let login = Browser::at(HOME).login(&town, &town.partner("gemeente"), AN).await;
    let cookies = mo.browser.cookies.clone();
    let mut outside = Browser { cookies, ..Browser::at("10.7.0.1") };
    for path in [login.wait.as_str(), "/userinfo", "/activate/token", "/activate/reader"] {
        assert!(outside.get(&town, path).await.status >= 400, "{path}");
    }
    // Everything the pages say, in one heap: neither her number, nor what waits on her phone.
    let mut heap = String::new();
    for path in [look.as_str(), "/cases", "/search"] {
        heap.push_str(&mo.get(&town, path).await.body);
    }
    let number = format!(">{}<", login.number);
    for secret in [number.as_str(), "468758960", an.id(), &login.approval(), "gemeente", CODE] {
        assert!(!heap.contains(secret), "{secret}");
    }
    assert_eq!(town.tables().await["pin_state"], counted, "no try was taken");
}

#[tokio::test]
async fn a_line_that_is_changed_or_cut_off_breaks_the_log() {
    let changes: [(&'static str, i64); 4] = [
        ("UPDATE staff_log SET reason = 'something else entirely' WHERE seq = 2", 2),
        ("UPDATE staff_log SET staff = 'li.wu' WHERE seq = 3", 3),
        ("DELETE FROM staff_log WHERE seq = 2", 2),
        ("DELETE FROM staff_log WHERE seq = 4", 4),
    ];
    for (change, at) in changes {
        let town = once().await;
        Worker::joined(&town, "jo.maes", Role::Agent).await;
        Worker::joined(&town, "mo.diallo", Role::Lead).await;
        assert_eq!(log::verify(&town.world).await.unwrap(), whole(&town).await);
        let changed: Result<u64, db::DbError> =
            town.world.db.run("test.change", move |tx| tx.execute(change, db::args![])).await;
        assert_eq!(changed.unwrap(), 1);
        assert_eq!(log::verify(&town.world).await.unwrap(), Checked::Broken { line: at }, "{change}");
    }
}

#[tokio::test]
async fn many_who_write_at_once_keep_one_row() {
    each(async |town: Town| {
        Phone::activate(&town, HOME, AN, "an").await;
        let mut workers = Vec::new();
        for at in 0..4 {
            workers.push(Worker::joined(&town, &format!("w{at}.maes"), Role::Agent).await);
        }
        let town = &town;
        let looks = workers.into_iter().map(|mut worker| async move {
            for _ in 0..3 {
                worker.looks(town, AN, WHY).await;
            }
        });
        let looks: Vec<_> = looks.map(Box::pin).collect();
        let mut all = looks;
        // All at once, in this one thread: each waits for the database in turn.
        std::future::poll_fn(|cx| {
            all.retain_mut(|look| look.as_mut().poll(cx).is_pending());
            if all.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
        assert_eq!(town.ask("SELECT COUNT(*) FROM staff_log WHERE action = 'looked'").await, 12);
        assert_eq!(log::verify(&town.world).await.unwrap(), whole(town).await);
    })
    .await;
}

#[tokio::test]
async fn an_auditor_reads_everything_that_was_done_and_nobody_else_does() {
    let town = once().await;
    Phone::activate(&town, HOME, AN, "an").await;
    let mut jo = Worker::joined(&town, "jo.maes", Role::Agent).await;
    jo.looks(&town, AN, WHY).await;
    let mut au = Worker::joined(&town, "au.dit", Role::Auditor).await;
    let page = au.get(&town, "/log").await;
    assert!(page.body.contains(WHY) && page.body.contains("data-action=\"looked\""));
    let mine = au.get(&town, "/log?by=staff&value=au.dit").await;
    assert!(!mine.body.contains(WHY) && mine.body.contains("data-action=\"joined\""));
    assert!(!Role::Lead.may(Right::ReadLog));
}
