//! Canaries: one whole story with a code, a number, an address and a national number that stand nowhere else, and then every
//! place is searched that a thief could read: logs at the finest level, database files, metrics, answers to strangers.
//!
//! A program of its own, because the log of a whole process is searched.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::io::Write;
use std::sync::{Arc, Mutex};

use eid_virtual::Applet;
use eid_virtual::person::Person;
use protocol::jose::b64u;
use protocol::phone::{Decision, pin};
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;
use zelf_trials::town::bank::person;
use zelf_trials::town::card::Computer;
use zelf_trials::town::phone::{CameBack, come_back};
use zelf_trials::town::{Browser, Phone, Reply, Town};

const CODE: &str = "73915";
const NUMBER: &str = "0479 31 41 59";
const E164: &str = "+32479314159";
const MAIL: &str = "kanarie@vogelpiek.be";
const GIVEN: &str = "Kanarietje";
const BORN: &str = "1971-02-28";
const STAFF_PASSWORD: &str = "kanarie in losse woorden";
const STAFF_LETTER: &str = "Vogelvrouw Kanarie";
const STREET: &str = "Vogelpiekstraat";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Log;

    fn make_writer(&'a self) -> Log {
        self.clone()
    }
}

/// What must not be found: name and bytes.
type Secret = (&'static str, Vec<u8>);

fn found(heap: &[u8], secrets: &[Secret]) -> Vec<&'static str> {
    // One character per byte: the standard library's search is quick even in a debug build.
    let text = |bytes: &[u8]| bytes.iter().map(|b| char::from(*b)).collect::<String>();
    let heap = text(heap);
    secrets.iter().filter(|(_, needle)| heap.contains(&text(needle))).map(|(name, _)| *name).collect()
}

/// What nobody but the phone ever has, as bytes and as they would be written.
fn of_the_phone(phone: &Phone) -> Vec<Secret> {
    let device_key = phone.key.scalar().unwrap().to_vec();
    let code_key = pin::scalar(&phone.pepper, phone.id(), CODE).to_vec();
    let code_point = pin::key(&phone.pepper, phone.id(), CODE).unwrap().public().point().to_vec();
    let mut all = Vec::new();
    for (name, bytes) in [
        ("the pepper", phone.pepper.to_vec()),
        ("the device key", device_key),
        ("the code's private key", code_key),
        ("the code's public key", code_point[1..33].to_vec()),
    ] {
        let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        // As a Debug list of numbers, too.
        let listed = format!("{:?}", &bytes[..8]);
        all.push((name, b64u(&bytes).into_bytes()));
        all.push((name, hex.into_bytes()));
        all.push((name, listed.trim_matches(['[', ']']).as_bytes().to_vec()));
        all.push((name, bytes));
    }
    all
}

/// What the server holds in memory and in its key files only.
fn of_the_server(town: &Town) -> Vec<Secret> {
    let mut all = Vec::new();
    for (name, file) in [("a platform key", "platform.keys"), ("a vault key", "vault.keys")] {
        let text = std::fs::read_to_string(town.folder.join(file)).unwrap();
        let mut rest = vec![serde_json::from_str::<serde_json::Value>(&text).unwrap()];
        let before = all.len();
        while let Some(value) = rest.pop() {
            match value {
                serde_json::Value::Object(members) => rest.extend(members.into_iter().map(|(_, value)| value)),
                serde_json::Value::Array(items) => rest.extend(items),
                // What is shorter is no key: which world it is.
                serde_json::Value::String(written) if written.len() > 40 => {
                    all.push((name, protocol::jose::unb64u(&written).unwrap()));
                    all.push((name, written.into_bytes()));
                }
                _ => {}
            }
        }
        assert!(all.len() >= before + 2 * 7, "{file} holds seven keys or more");
    }
    all
}

/// What stands in the clear nowhere on disk and in no log.
fn of_the_person(national: &str) -> Vec<Secret> {
    let plain = |name, text: &str| (name, text.as_bytes().to_vec());
    vec![
        plain("the number", "479314159"),
        plain("the number as typed", NUMBER),
        plain("the number grouped", "479 31 41 59"),
        plain("the mail address", MAIL),
        plain("the national number", national),
        plain("the first name", GIVEN),
        plain("the birth date", BORN),
        plain("the street", STREET),
    ]
}

fn files(town: &Town, ending: &str) -> Vec<u8> {
    let mut heap = Vec::new();
    for entry in std::fs::read_dir(&town.folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().contains(ending) {
            heap.extend(std::fs::read(path).unwrap());
        }
    }
    heap
}

/// Everything a person does, slips included.
async fn live(town: &Town) -> Phone {
    let mut phone = Phone::new(town, "10.1.2.3");
    phone.start(town).await;
    phone.type_number(town, "0479 31").await;
    phone.type_number(town, NUMBER).await.ok();
    phone.command(town, "activation/email", json!({ "email": MAIL })).await.ok();
    phone.command(town, "activation/bank", json!({ "bank": "belfius" })).await.ok();
    let CameBack { proof, .. } = phone.sign_at_bank(town, "kanarie").await;
    phone.command(town, "activation/return", json!({ "typed": "000000" })).await;
    phone.command(town, "activation/return", json!({ "proof": proof })).await.ok();
    phone.type_sms(town, "00000").await;
    town.post.strike(true);
    town.deliver().await;
    town.post.strike(false);
    town.pass(40);
    let sms = town.sms_code(E164).await;
    phone.type_sms(town, &sms).await.ok();
    phone.finish(town, CODE).await.ok();
    town.deliver().await;

    let gemeente = town.partner("gemeente");
    let mut browser = Browser::at("10.1.2.3");
    let login = browser.login(town, &gemeente, NUMBER).await;
    phone.approve(town, &login.number, "73916").await;
    phone.approve(town, &login.number, CODE).await.ok();
    let code = browser.arrive(town, &gemeente, &login).await;
    gemeente.who(town, &login, &code).await;
    gemeente.exchange(town, &login, &code).await;
    browser.login(town, &gemeente, NUMBER).await;
    phone.decline(town, Decision::Fraud).await.ok();
    read_card(town).await;
    town.settle().await;
    town.tidy().await;
    phone
}

/// The same person with an identity card: one enrolment stops with the token on the screen, another goes on to a phone that keeps
/// address and photo.
async fn read_card(town: &Town) {
    let national = person(GIVEN, "Vogel", BORN, 998).attributes.national_number.unwrap();
    let sex = eid_virtual::person::Sex::Female;
    let street = format!("{STREET} 7");
    let card = Person::from_parts(GIVEN, "Vogel", sex, BORN, &national, "Gent", &street, "9000", "Gent");
    let (_, _) = Computer::with_token(town, "10.1.2.3", NUMBER, &card, Applet::V1_8).await;
    let (_, token) = Computer::with_token(town, "10.1.2.3", NUMBER, &card, Applet::V1_7).await;
    let mut phone = Phone::new(town, "10.1.2.3");
    phone.start(town).await;
    phone.type_number(town, NUMBER).await.ok();
    phone.command(town, "activation/eid", json!({})).await.ok();
    let code = town.sms_code(E164).await;
    phone.command(town, "activation/sms", json!({ "code": code, "token": token })).await.ok();
    phone.finish(town, CODE).await.ok();
    phone.command(town, "settings", json!({ "sharing": true })).await.ok();
}

/// The helpdesk gets busy with the same person. Gives what must be found nowhere: password, invitation, sessions, and what was
/// written to us.
async fn help(town: &Town) -> Vec<Secret> {
    use domain::helpdesk::Role;
    let (mut jo, code) = zelf_trials::town::Worker::invited(town, "jo.maes", Role::Lead).await;
    jo.password = STAFF_PASSWORD.into();
    jo.join(town, "AAAA-AAAA-AAAA-AAAA").await;
    jo.join(town, &code).await;
    let first = jo.browser.cookies["desk"].clone();
    jo.gives_password(town).await;
    let half = jo.browser.cookies["desk"].clone();
    jo.uses_key(town).await;
    let form = [
        ("topic", "other"),
        ("name", STAFF_LETTER),
        ("reach", "vogel@vogelpiek.be"),
        ("text", "Mijn vogelkooi staat open."),
        ("lang", "nl"),
    ];
    let sent = Browser::at("10.1.2.3").post(town, "/help/contact", &form).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    let ticket = sent.location().rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
    jo.get(town, &format!("/case/{}", ticket.split('-').next().unwrap())).await;
    let look = jo.looks(town, NUMBER, "called back about a bird cage").await;
    jo.get(town, &look).await;
    let csrf = jo.csrf(town).await;
    let plain = |name, text: &str| (name, text.as_bytes().to_vec());
    vec![
        plain("the staff's password", STAFF_PASSWORD),
        plain("the invitation", &code),
        plain("the invitation without hyphens", &code.replace('-', "")),
        plain("a session that began", &first),
        plain("a session half-way", &half),
        plain("a session inside", &jo.browser.cookies["desk"]),
        plain("a form's value", &csrf),
        plain("the ticket's secret", ticket.split('-').nth(1).unwrap()),
        plain("who wrote", STAFF_LETTER),
        plain("what was written", "vogelkooi"),
    ]
}

/// Strangers knock with what they know; gives everything they were told.
async fn ask_around(town: &Town, phone: &Phone) -> Vec<u8> {
    let mut heap = Vec::new();
    let mut thief = Browser::at("10.9.9.9");
    let hint = format!("/authorize?client_id=nobody&login_hint={}", E164.replace('+', "%2B"));
    for path in [hint.as_str(), "/login/wait/apr_AAAAAAAAAAAAAAAAAAAAAA", "/userinfo", "/login?req=AAAA"] {
        let reply = thief.get(town, path).await;
        heap.extend(format!("{:?}{}", reply.headers, reply.body).into_bytes());
    }
    let (_, page) = thief.number_page(town, &town.partner("gemeente")).await;
    let stranger = Phone::new(town, "10.9.9.9");
    let mut payload = stranger.payload(town, "home", json!({ "code": CODE }));
    payload["kid"] = phone.id().into();
    for reply in [
        page,
        stranger.command(town, "home", json!({})).await,
        stranger.post(town, "home", stranger.sign(&payload)).await,
        come_back(town, &[("state", "x"), ("code", "kanarie")]).await.page,
        Reply::read(town.http.get(format!("{}/.well-known/zelf", town.app)).send().await.unwrap()).await,
    ] {
        heap.extend(format!("{:?}{}", reply.headers, reply.body).into_bytes());
    }
    heap
}

async fn metrics(town: &Town) -> Vec<u8> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/metrics", listener.local_addr().unwrap());
    let router = web::ops::router(town.ops.clone());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let text = town.http.get(url).send().await.unwrap().text().await.unwrap();
    assert!(text.contains("zelf_tx_runs_total"), "{text}");
    text.into_bytes()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_canaries_are_found_nowhere() {
    let log = Log::default();
    tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false).with_writer(log.clone()).init();
    for postgres in [false, true] {
        let town = if postgres { Town::on(pg_in_a_folder::database()).await } else { Town::on_sqlite().await };
        let canary = person(GIVEN, "Vogel", BORN, 998);
        let national = canary.attributes.national_number.clone().unwrap();
        town.bank.knows("kanarie", canary);
        let phone = live(&town).await;

        let kept: Vec<Secret> = [of_the_phone(&phone), of_the_server(&town), help(&town).await].concat();
        let person = of_the_person(&national);
        let mut code: Vec<Secret> = vec![("the code", CODE.as_bytes().to_vec())];

        let told = ask_around(&town, &phone).await;
        assert_eq!(found(&told, &kept), [""; 0], "strangers were told");
        assert_eq!(found(&told, &person), [""; 0], "strangers were told");
        let counted = metrics(&town).await;
        assert_eq!(found(&counted, &[kept.clone(), person.clone(), code.clone()].concat()), [""; 0], "metrics");

        let rows = format!("{:?}", town.tables().await).into_bytes();
        // Cells print as lists of numbers: texts are found as texts, keys in all their writings.
        assert_eq!(found(&rows, &[kept.clone(), person.clone()].concat()), [""; 0], "rows");
        if !postgres {
            let disk = files(&town, ".db");
            let open: Vec<Secret> = vec![("the device's name", phone.id().as_bytes().to_vec())];
            assert_eq!(found(&disk, &open), ["the device's name"], "database and log were read");
            assert_eq!(found(&disk, &[kept.clone(), person.clone()].concat()), [""; 0], "database files");
        }
        let logged = log.0.lock().unwrap().clone();
        let text = String::from_utf8_lossy(&logged);
        assert!(text.contains("a message did not leave") && text.contains("approve.answer"), "the log was written");
        // Five digits can be part of a longer number; a code would stand alone.
        let alone = |at: usize| {
            let around = |i: Option<usize>| i.and_then(|i| logged.get(i)).is_some_and(u8::is_ascii_alphanumeric);
            !around(at.checked_sub(1)) && !around(at.checked_add(5))
        };
        code.clear();
        assert!(!text.match_indices(CODE).any(|(at, _)| alone(at)), "the code was logged");
        assert_eq!(found(&logged, &[kept, person].concat()), [""; 0], "the log");
    }
    tracing::trace!("{MAIL} slips");
    assert_eq!(
        found(&log.0.lock().unwrap(), &of_the_person("no national number")),
        ["the mail address"],
        "a slip would be seen"
    );
}

#[test]
fn the_search_finds_what_is_there() {
    let secrets: Vec<Secret> = vec![("one", b"73915".to_vec()), ("two", vec![0, 1, 255])];
    assert_eq!(found(b"xx73915xx", &secrets), ["one"]);
    assert_eq!(found(&[9, 0, 1, 255, 9], &secrets), ["two"]);
    assert_eq!(found(b"7391", &secrets), [""; 0]);
}
