//! J18, J35, J36, J36b: what is stored of me, what was asked of me, with whom I shared, what was sent to me; a copy of it all, and
//! an end to it all.

use eid_virtual::Applet;
use protocol::jose::{PublicKey, b64u, digest};
use protocol::phone::{Answer, Decision, DeviceCertificate, KeysDocument, Receipt, Request, Role};
use serde_json::{Value, json};
use zelf_trials::town::card::{self, Computer};
use zelf_trials::town::phone::{CODE, e164};
use zelf_trials::town::{Browser, Login, Phone, Town};

use crate::{AN, AN_E164, ELSEWHERE, HOME, JAN, each, once};

const MAIL: &str = "an@voorbeeld.be";

/// An, who gave a mail address.
async fn an_with_mail(town: &Town) -> Phone {
    let mut phone = Phone::new(town, HOME);
    phone.start(town).await;
    phone.type_number(town, AN).await.ok();
    phone.command(town, "activation/email", json!({ "email": MAIL })).await.ok();
    phone.command(town, "activation/bank", json!({ "bank": "belfius" })).await.ok();
    let back = phone.sign_at_bank(town, "an").await;
    let view = phone.command(town, "activation/return", json!({ "proof": back.proof })).await.ok();
    let code = town.sms_code(&e164(view["number"].as_str().unwrap())).await;
    phone.type_sms(town, &code).await.ok();
    assert_eq!(phone.finish(town, CODE).await.ok()["step"], "active");
    phone
}

async fn my(town: &Town, phone: &Phone, what: &str) -> Value {
    phone.command(town, &format!("my/{what}"), json!({})).await.ok()
}

fn fact<'a>(data: &'a Value, claim: &str) -> &'a Value {
    let facts = data["facts"].as_array().unwrap();
    facts.iter().find(|fact| fact["claim"] == claim).unwrap_or_else(|| panic!("no {claim} in {facts:?}"))
}

#[tokio::test]
async fn a_person_sees_everything_that_is_stored_and_where_it_came_from() {
    each(async |town| {
        let mut phone = an_with_mail(&town).await;
        let since = town.now();
        town.pass(3600);
        let data = my(&town, &phone, "data").await;
        let stored = zelf_trials::town::bank::an();
        let a = &stored.attributes;
        let expected = [
            ("given_name", a.given_name.clone(), "bank", since),
            ("family_name", a.family_name.clone(), "bank", since),
            ("birthdate", a.birthdate.clone(), "bank", since),
            ("gender", a.gender.clone(), "bank", since),
            ("nationalities", a.nationalities.first().cloned(), "bank", since),
            ("urn:zelf:claim:national_number", a.national_number.clone(), "bank", since),
            ("phone_number", Some("+32 468 75 89 60".into()), "you", since),
            ("email", Some(MAIL.into()), "you", since),
        ];
        for (claim, value, source, at) in expected {
            let Some(value) = value else { continue };
            assert_eq!(*fact(&data, claim), json!({ "claim": claim, "value": value, "source": source, "at": at }));
        }
        let document: String = stored.document_number.chars().filter(char::is_ascii_alphanumeric).collect();
        let last = &document[document.len() - 4..];
        assert_eq!(data["proof"]["document"], format!("•••• {last}"));
        assert_eq!((&data["proof"]["method"], &data["proof"]["source"]), (&json!("bank"), &json!("Belfius")));
        assert_eq!(data["phone"], json!({ "name": "Chrome on Linux", "since": since, "id": phone.id() }));
        assert_eq!(data["account"], json!({ "since": since, "recovered_by": null, "limited": null }));
        assert_eq!(data["language"], "nl");
        phone.command(&town, "language", json!({ "lang": "de" })).await.ok();
        assert_eq!(my(&town, &phone, "data").await["language"], "de");
        town.pass(60);
        phone.command(&town, "act/email", json!({ "email": "an@elders.be" })).await.ok();
        phone.approve(&town, "", CODE).await.ok();
        let data = my(&town, &phone, "data").await;
        assert_eq!(
            (&fact(&data, "email")["value"], &fact(&data, "email")["at"]),
            (&json!("an@elders.be"), &json!(town.now()))
        );
        assert_eq!(fact(&data, "phone_number")["at"], since, "the number is as it was");
        let slip = phone.command(&town, "my/data", json!({ "lang": "la" })).await;
        assert_eq!(slip.refusal(), (400, "malformed".into()));
    })
    .await;
}

#[tokio::test]
async fn what_a_card_told_is_shown_until_it_is_forgotten() {
    let town = once().await;
    let (_, token) = Computer::with_token(&town, HOME, AN, &card::an(), Applet::V1_8).await;
    let mut phone = Phone::new(&town, ELSEWHERE);
    phone.start(&town).await;
    phone.type_number(&town, AN).await.ok();
    phone.command(&town, "activation/eid", json!({})).await.ok();
    let code = town.sms_code(AN_E164).await;
    phone.command(&town, "activation/sms", json!({ "code": code, "token": token })).await.ok();
    phone.finish(&town, CODE).await.ok();
    let data = my(&town, &phone, "data").await;
    assert_eq!((&fact(&data, "address")["source"], &fact(&data, "picture")["source"]), (&json!("eid"), &json!("eid")));
    assert!(data["photo"].as_str().is_some_and(|photo| photo.len() > 100));
    assert_eq!(data["proof"]["method"], "eid");
    phone.command(&town, "settings", json!({ "sharing": false })).await.ok();
    let data = my(&town, &phone, "data").await;
    assert!(data["photo"].is_null() && !data.to_string().contains("\"address\""), "{data}");
}

/// One request of each outcome, oldest first.
async fn a_week(town: &Town, phone: &mut Phone) -> Login {
    let gemeente = town.partner("gemeente");
    let mut browser = Browser::at(HOME);
    let approved = browser.login(town, &gemeente, AN).await;
    phone.approve(town, &approved.number, CODE).await.ok();
    for dec in [Decision::Reject, Decision::Fraud] {
        town.pass(60);
        Browser::at(HOME).login(town, &gemeente, AN).await;
        phone.decline(town, dec).await.ok();
    }
    town.pass(60);
    let stopped = browser.login(town, &town.partner("club"), AN).await;
    let page = browser.look(town, &stopped).await;
    browser.post(town, "/login/cancel", &[("req", &page.field("req"))]).await;
    town.pass(60);
    Browser::at(ELSEWHERE).login(town, &town.partner("club"), AN).await;
    town.pass(180);
    approved
}

#[tokio::test]
async fn every_request_is_in_the_history_the_refused_and_the_expired_too() {
    each(async |town| {
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        a_week(&town, &mut phone).await;
        let told = my(&town, &phone, "history").await;
        let entries = told["entries"].as_array().unwrap();
        let line = |e: &Value| {
            let text = |v: &Value| v.as_str().unwrap_or("-").to_owned();
            (text(&e["partner"]["name"]), text(&e["state"]), text(&e["place"]), e["evidence"].as_bool().unwrap())
        };
        let told_lines: Vec<_> = entries.iter().map(line).collect();
        let line = |name: &str, state: &str, place: &str, evidence| (name.into(), state.into(), place.into(), evidence);
        assert_eq!(
            told_lines,
            [
                line("De club", "expired", "-", false),
                line("De club", "stopped", "Stadhuis", false),
                line("De gemeente", "reported", "Stadhuis", true),
                line("De gemeente", "refused", "Stadhuis", true),
                line("De gemeente", "approved", "Stadhuis", true),
            ]
        );
        assert_eq!(told["next"], Value::Null);
        let approved = &entries[4];
        assert_eq!((&approved["kind"], &approved["title"]), (&json!("login"), &json!("Inloggen")));
        assert!(approved["browser"].as_str().unwrap().contains("Chrome"));
        assert!(approved["claims"].as_array().unwrap().contains(&json!("given_name")));
        assert!(approved["at"].as_i64() <= approved["decided"].as_i64());
        for (filter, expected) in [
            (json!({ "state": "approved" }), 1),
            (json!({ "state": "refused" }), 1),
            (json!({ "state": "reported" }), 1),
            (json!({ "state": "stopped" }), 1),
            (json!({ "state": "expired", "partner": "club" }), 1),
            (json!({ "state": "expired", "partner": "gemeente" }), 0),
            (json!({ "partner": "gemeente" }), 3),
            (json!({ "before": null, "state": null, "partner": null }), 5),
        ] {
            let told = phone.command(&town, "my/history", filter.clone()).await.ok();
            assert_eq!(told["entries"].as_array().unwrap().len(), expected, "{filter}");
        }
        let french = phone.command(&town, "my/history", json!({ "lang": "fr" })).await.ok();
        assert_eq!(french["entries"][4]["title"], words::t(words::Lang::Fr, "approval.login"));
        for slip in [
            json!({ "state": "redeemed" }),
            json!({ "before": "1" }),
            json!({ "before": "x.apr_AAAAAAAAAAAAAAAAAAAAAA" }),
            json!({ "before": "1.acc_AAAAAAAAAAAAAAAAAAAAAA" }),
            json!({ "before": "1.apr_' OR 1=1 --" }),
        ] {
            assert_eq!(phone.command(&town, "my/history", slip).await.refusal(), (400, "malformed".into()));
        }
        for (days, left) in [(89, 5), (2, 3)] {
            town.pass(days * 86_400);
            all_tidied(&town).await;
            let told = my(&town, &phone, "history").await;
            assert_eq!(told["entries"].as_array().unwrap().len(), left, "what nobody answered goes after 90 days");
        }
    })
    .await;
}

#[tokio::test]
async fn a_long_history_comes_in_pages_each_request_once_with_or_without_a_filter() {
    let town = once().await;
    let mut phone = Phone::activate(&town, HOME, AN, "an").await;
    let gemeente = town.partner("gemeente");
    for n in 0..35 {
        let login = Browser::at(HOME).login(&town, &gemeente, AN).await;
        match n % 5 {
            0 => phone.approve(&town, &login.number, CODE).await.ok(),
            _ => phone.decline(&town, Decision::Reject).await.ok(),
        };
    }
    for (state, expected, pages) in [(Value::Null, 35, 2), (json!("refused"), 28, 1), (json!("approved"), 7, 1)] {
        let (mut seen, mut before, mut asked) = (std::collections::BTreeSet::new(), Value::Null, 0);
        loop {
            let told = phone.command(&town, "my/history", json!({ "before": before, "state": state })).await.ok();
            let entries = told["entries"].as_array().unwrap();
            assert!(entries.len() <= 30);
            seen.extend(entries.iter().map(|e| e["rid"].as_str().unwrap().to_owned()));
            (before, asked) = (told["next"].clone(), asked + 1);
            if before.is_null() {
                break;
            }
        }
        assert_eq!((seen.len(), asked), (expected, pages), "{state}");
    }
}

#[tokio::test]
async fn evidence_holds_without_us() {
    each(async |town| {
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let login = a_week(&town, &mut phone).await;
        let rid = login.approval();
        let told = phone.command(&town, "my/evidence", json!({ "rid": rid })).await.ok();
        let text = |name: &str| told[name].as_str().unwrap();
        let (_, root) = town.vault.keys_document();
        let keys = KeysDocument::verify(text("keys"), &PublicKey::from_jwk(&root).unwrap()).unwrap();
        let kid = Request::kid(text("m1")).unwrap();
        let m1 = Request::verify(text("m1"), &kid, &keys.key(Role::Rq, &kid).unwrap()).unwrap();
        let kid = DeviceCertificate::kid(text("m4")).unwrap();
        let m4 = DeviceCertificate::verify(text("m4"), &kid, &keys.key(Role::Dc, &kid).unwrap()).unwrap();
        let device = PublicKey::from_jwk(&m4.payload.jwk).unwrap();
        let m2 = Answer::verify(text("m2"), &m4.payload.dev, &device).unwrap();
        let kid = Receipt::kid(text("m3")).unwrap();
        let m3 = Receipt::verify(text("m3"), &kid, &keys.key(Role::Rc, &kid).unwrap()).unwrap();
        assert!(m2.payload.answers(&m1) && m2.payload.rid == rid);
        assert_eq!((&m3.payload.rq, &m3.payload.apr, &m3.payload.dc), (&m1.digest, &m2.digest, &m4.digest));
        assert_eq!((m3.payload.dec, &*m4.payload.dev), (Decision::Approve, phone.id()));

        let history = phone.command(&town, "my/history", json!({ "state": "expired" })).await.ok();
        let unanswered = history["entries"][0]["rid"].clone();
        let jan = Phone::activate(&town, ELSEWHERE, JAN, "jan").await;
        for (who, rid) in [(&jan, json!(rid)), (&phone, unanswered), (&phone, json!("apr_none")), (&phone, json!(""))] {
            let reply = who.command(&town, "my/evidence", json!({ "rid": rid })).await;
            assert_eq!(reply.refusal(), (410, "request_gone".into()), "{rid}");
        }
        assert_eq!(my(&town, &jan, "history").await["entries"], json!([]), "another person's history is empty");
        assert_eq!(my(&town, &jan, "partners").await["partners"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_withdrawn_consent_opens_nothing_any_more_and_another_one_stays() {
    each(async |town| {
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut tokens = Vec::new();
        for id in ["gemeente", "ziekenfonds"] {
            let (partner, mut browser) = (town.partner(id), Browser::at(HOME));
            let login = browser.login(&town, &partner, AN).await;
            phone.approve(&town, &login.number, CODE).await.ok();
            let code = browser.arrive(&town, &partner, &login).await;
            let token = partner.exchange(&town, &login, &code).await.ok()["access_token"].as_str().unwrap().to_owned();
            tokens.push((partner, token));
        }
        let (mut browser, gemeente) = (Browser::at(HOME), town.partner("gemeente"));
        let unused = browser.login(&town, &gemeente, AN).await;
        phone.approve(&town, &unused.number, CODE).await.ok();
        let code = browser.arrive(&town, &gemeente, &unused).await;
        let shared = my(&town, &phone, "partners").await;
        let first = &shared["partners"].as_array().unwrap().iter().find(|p| p["id"] == "gemeente").unwrap().clone();
        assert_eq!((&first["name"], &first["domain"]), (&json!("De gemeente"), &json!("gemeente.example")));
        assert_eq!((&first["times"], &first["withdrawn"]), (&json!(2), &Value::Null));
        assert!(first["claims"].as_array().unwrap().contains(&json!("email")), "{first}");

        let jan = Phone::activate(&town, ELSEWHERE, JAN, "jan").await;
        jan.command(&town, "my/partners/withdraw", json!({ "partner": "gemeente" })).await.ok();
        for (partner, token) in &tokens {
            assert_eq!(partner.userinfo(&town, token).await.status, 200, "nobody ends another's consent");
        }
        town.pass(5);
        for _ in 0..2 {
            phone.command(&town, "my/partners/withdraw", json!({ "partner": "gemeente" })).await.ok();
        }
        assert_eq!(tokens[0].0.userinfo(&town, &tokens[0].1).await.status, 401);
        assert_eq!(tokens[1].0.userinfo(&town, &tokens[1].1).await.status, 200, "the other one stays");
        assert_eq!(gemeente.exchange(&town, &unused, &code).await.error(), "invalid_grant");
        let shared = my(&town, &phone, "partners").await;
        let ended = shared["partners"].as_array().unwrap().iter().find(|p| p["id"] == "gemeente").unwrap().clone();
        assert_eq!(ended["withdrawn"], town.now());
        let events = my(&town, &phone, "events").await;
        let withdrawn: Vec<_> =
            events["events"].as_array().unwrap().iter().filter(|e| e["what"] == "withdrawn").collect();
        assert_eq!(withdrawn.len(), 1, "twice is once");
        assert_eq!(withdrawn[0]["detail"], "De gemeente");
        for slip in ["", "zelf"] {
            let reply = phone.command(&town, "my/partners/withdraw", json!({ "partner": slip })).await;
            assert_eq!(reply.refusal(), (400, "malformed".into()));
        }

        // The next login asks anew, and is a consent again.
        let login = Browser::at(HOME).login(&town, &gemeente, AN).await;
        phone.approve(&town, &login.number, CODE).await.ok();
        let shared = my(&town, &phone, "partners").await;
        let anew = shared["partners"].as_array().unwrap().iter().find(|p| p["id"] == "gemeente").unwrap().clone();
        assert_eq!((&anew["times"], &anew["withdrawn"]), (&json!(3), &Value::Null));
    })
    .await;
}

#[tokio::test]
async fn every_message_and_event_is_told_and_never_a_code_or_an_id() {
    each(async |town| {
        let phone = an_with_mail(&town).await;
        town.deliver().await;
        let sent = town.post.to(AN_E164).len() + town.post.to(MAIL).len();
        let told = my(&town, &phone, "messages").await;
        let messages = told["messages"].as_array().unwrap();
        assert_eq!(messages.len(), sent, "{told}");
        let has = |kind: &str, what: &str, to: &str| {
            messages.iter().any(|m| m["kind"] == kind && m["what"] == what && m["to"] == to)
        };
        assert!(has("sms", "code", "number") && has("mail", "activated", "email"), "{told}");
        let code = town.post.to(AN_E164)[0].text.rsplit('#').next().unwrap().trim().to_owned();
        assert!(!told.to_string().contains(&code));

        let jan = Phone::activate(&town, ELSEWHERE, JAN, "jan").await;
        let theirs = my(&town, &jan, "messages").await;
        assert!(theirs["messages"].as_array().unwrap().iter().all(|m| m["to"] == "number"), "{theirs}");

        let account = account_of(&town, &phone).await;
        looked(&town, &account).await;
        let told = my(&town, &phone, "events").await;
        let whats: Vec<_> = told["events"].as_array().unwrap().iter().map(|e| e["what"].clone()).collect();
        assert_eq!(whats, ["looked", "activated"]);
        assert_eq!(told["events"][0]["detail"], "Mia Claes: belde over haar nummer");
        assert!(!told.to_string().contains("acc_") && !told.to_string().contains(phone.id()), "{told}");
        town.pass(60);
        let next = Phone::activate(&town, ELSEWHERE, AN, "an").await;
        let told = my(&town, &next, "events").await;
        assert_eq!((&told["events"][0]["what"], &told["events"][0]["by"]), (&json!("reactivated"), &json!("citizen")));
        assert_eq!(my(&town, &next, "data").await["account"]["recovered_by"], "bank");
    })
    .await;
}

async fn account_of(town: &Town, phone: &Phone) -> String {
    let id = phone.id().to_owned();
    let found = town.world.db.read("test.account", move |tx| store::device::find(tx, &id)).await;
    found.unwrap().unwrap().account
}

/// Somebody of the helpdesk opened this account.
async fn looked(town: &Town, account: &str) {
    let (account, at) = (account.to_owned(), town.now() + 1);
    let line = move |tx: &mut db::Tx<'_>| {
        let detail = "Mia Claes: belde over haar nummer";
        let actor = "helpdesk";
        store::audit::append(
            tx,
            &store::audit::Line { id: "aud_looked", at, action: "helpdesk_looked", actor, subject: &account, detail },
        )
    };
    town.world.db.run("test.looked", line).await.unwrap();
}

#[tokio::test]
async fn a_copy_of_everything_holds_everything_and_no_secret() {
    each(async |town| {
        let mut phone = an_with_mail(&town).await;
        let login = a_week(&town, &mut phone).await;
        let (mut browser, gemeente) = (Browser::at(HOME), town.partner("gemeente"));
        let again = browser.login(&town, &gemeente, AN).await;
        phone.approve(&town, &again.number, CODE).await.ok();
        let code = browser.arrive(&town, &gemeente, &again).await;
        let token = gemeente.exchange(&town, &again, &code).await.ok()["access_token"].as_str().unwrap().to_owned();
        town.settle().await;
        let copy = my(&town, &phone, "export").await;
        assert_eq!((&copy["format"], &copy["at"]), (&json!("zelf-export-1"), &json!(town.now())));
        for (part, of) in [("data", "data"), ("messages", "messages"), ("partners", "partners"), ("events", "events")] {
            let shown = my(&town, &phone, of).await;
            let shown = if part == "data" { &shown } else { &shown[of] };
            assert_eq!(&copy[part], shown, "{part}");
        }
        let history = copy["history"].as_array().unwrap();
        assert_eq!((history.len(), &copy["history_complete"]), (6, &json!(true)));
        let first = history.iter().find(|e| e["rid"] == login.approval()).unwrap();
        let evidence = phone.command(&town, "my/evidence", json!({ "rid": login.approval() })).await.ok();
        for part in ["m1", "m2", "m3", "m4"] {
            assert_eq!(first["evidence"][part], evidence[part]);
        }
        assert_eq!(copy["proof"]["document_number"], zelf_trials::town::bank::an().document_number);
        assert_eq!(copy["settings"]["sharing"], false);

        let text = copy.to_string();
        let hash = town.world.keys.number_hash(AN_E164);
        let (block, verifier) = (one_text(&town, BLOCK_MAC).await, vault_verifier(&town).await);
        let pepper = b64u(phone.pepper);
        let secrets =
            [token.as_str(), &code, &b64u(&hash), &hex(&hash), &block, &b64u(&verifier), &hex(&verifier), &pepper];
        for secret in secrets {
            assert!(secret.len() >= 16 && !text.contains(secret), "{secret}");
        }
        assert_eq!(copy["events"][0]["what"], "exported", "whoever takes a copy is seen to");
        let again = phone.command(&town, "my/export", json!({})).await;
        assert_eq!(again.refusal(), (429, "wait".into()), "a copy a minute is enough");
        town.pass(60);
        my(&town, &phone, "export").await;
    })
    .await;
}

const BLOCK_MAC: &str = "SELECT block_mac FROM account";

async fn one_text(town: &Town, sql: &'static str) -> String {
    let row: Result<_, db::DbError> = town.world.db.read("test.text", move |tx| tx.row(sql, &[])).await;
    row.unwrap().unwrap().columns().text().unwrap()
}

async fn vault_verifier(town: &Town) -> Vec<u8> {
    let sql = "SELECT verifier FROM pin_state";
    let row: Result<_, db::DbError> = town.vault.db().read("test.bytes", move |tx| tx.row(sql, &[])).await;
    row.unwrap().unwrap().columns().bytes().unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The account is closed, with the code.
async fn close(town: &Town, phone: &mut Phone) {
    phone.command(town, "act/close", json!({})).await.ok();
    phone.approve(town, "", CODE).await.ok();
    let cut_off = phone.command(town, "home", json!({})).await;
    assert_eq!(cut_off.refusal(), (401, "device_ended".into()));
    assert_eq!(cut_off.json()["why"], "closed");
}

/// Where any of `marks` still stands, but for the log's line that the account was erased.
async fn traces(town: &Town, marks: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for (table, rows) in town.tables().await {
        for row in rows.iter().filter(|row| !(table == "audit" && row.contains("\"erased\""))) {
            let marks = marks.iter().filter(|mark| row.contains(mark.as_str()));
            found.extend(marks.map(|mark| format!("{table}: {mark}")));
        }
    }
    found
}

async fn all_tidied(town: &Town) {
    while town.tidy().await > 0 {}
}

#[tokio::test]
async fn who_closes_is_a_stranger_at_once_and_a_new_person_when_they_return() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let login = browser.login(&town, &gemeente, AN).await;
        phone.approve(&town, &login.number, CODE).await.ok();
        let code = browser.arrive(&town, &gemeente, &login).await;
        let (before, _) = gemeente.who(&town, &login, &code).await;
        let old = account_of(&town, &phone).await;
        let old_phone = phone.id().to_owned();
        close(&town, &mut phone).await;
        let events = town.tables().await["account"].len();
        assert_eq!(events, 1, "sealed, and kept");

        let mut again = Phone::activate(&town, HOME, AN, "an").await;
        let data = my(&town, &again, "data").await;
        assert_eq!((&data["account"]["limited"], &data["account"]["recovered_by"]), (&Value::Null, &Value::Null));
        assert_eq!(
            my(&town, &again, "history").await["entries"],
            json!([]),
            "a new account knows nothing of the old one"
        );
        let new = account_of(&town, &again).await;
        assert_ne!(new, old);
        let login = browser.login(&town, &gemeente, AN).await;
        again.approve(&town, &login.number, CODE).await.ok();
        let code = browser.arrive(&town, &gemeente, &login).await;
        let (after, _) = gemeente.who(&town, &login, &code).await;
        assert_ne!(before["sub"], after["sub"], "services meet somebody new");

        town.pass(town.world.settings.keep_closed_seconds);
        all_tidied(&town).await;
        assert_eq!(traces(&town, &[old, old_phone]).await, Vec::<String>::new());
        assert_eq!((town.count("account").await, account_of(&town, &again).await), (1, new), "the new account stays");
        my(&town, &again, "data").await;
    })
    .await;
}

#[tokio::test]
async fn of_a_closed_account_nothing_is_left_when_its_time_is_over() {
    each(async |town| {
        let mut phone = an_with_mail(&town).await;
        a_week(&town, &mut phone).await;
        let account = account_of(&town, &phone).await;
        let keys = &town.world.keys;
        let national = zelf_trials::town::bank::an().attributes.national_number.unwrap();
        let hashes = [keys.number_hash(AN_E164), keys.number_hash(MAIL), keys.person_hash(&national)];
        let mut marks = vec![account.clone(), phone.id().to_owned(), format!("{:?}", account.as_bytes())];
        marks.extend(hashes.iter().map(|hash| format!("{hash:?}")));
        assert!(traces(&town, &marks).await.len() > 5, "they are found while they are there");
        close(&town, &mut phone).await;
        town.deliver().await;

        let keep = town.world.settings.keep_closed_seconds;
        town.pass(keep - 1);
        all_tidied(&town).await;
        assert_eq!((town.count("account").await, town.count("device").await), (1, 1), "kept until its time");
        assert!(!traces(&town, &marks[..1]).await.is_empty());
        let free: Vec<String> = hashes.iter().map(|hash| format!("{hash:?}")).collect();
        let held = traces(&town, &free).await;
        assert!(held.iter().all(|trace| !trace.starts_with("account")), "number and person are free: {held:?}");

        town.pass(1);
        all_tidied(&town).await;
        assert_eq!(traces(&town, &marks).await, Vec::<String>::new());
        let erased: Vec<String> = town.tables().await["audit"].clone();
        assert_eq!(erased.len(), 1, "{erased:?}");
        assert!(erased[0].contains(&account) && erased[0].contains("erased"));
        assert_eq!(phone.command(&town, "home", json!({})).await.refusal(), (401, "device_unknown".into()));
        assert_eq!(town.ask_vault("SELECT COUNT(*) FROM pin_state").await, 0);
    })
    .await;
}

#[tokio::test]
async fn the_keys_of_an_export_are_those_of_the_evidence() {
    let town = once().await;
    let phone = Phone::activate(&town, HOME, AN, "an").await;
    let copy = my(&town, &phone, "export").await;
    let root = serde_json::from_value(copy["root"].clone()).unwrap();
    assert!(KeysDocument::verify(copy["keys"].as_str().unwrap(), &PublicKey::from_jwk(&root).unwrap()).is_ok());
    assert_eq!(digest(copy["keys"].as_str().unwrap()), digest(&town.vault.keys_document().0));
}
