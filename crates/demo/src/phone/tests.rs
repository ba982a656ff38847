//! The phone against a small operator: what a person does, and what goes wrong on the way.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::double::{MATCH, World};
use super::*;

pub(super) struct Hand {
    pub(super) world: Arc<World>,
    folder: TempDir,
}

fn plan() -> Plan {
    Plan {
        number: Some("+32468758960".into()),
        bank: Some("belfius".into()),
        customer: Some(Customer::new("an")),
        sms: Some("30899".into()),
        code: Some("27935".into()),
        ..Plan::default()
    }
}

pub(super) fn approve(code: &str) -> Verdict {
    Verdict::Approve { code: code.into(), matched: Some(MATCH.into()) }
}

impl Hand {
    pub(super) async fn new() -> Hand {
        Hand { world: World::start().await, folder: tempfile::tempdir().unwrap() }
    }

    fn home(&self) -> Home {
        Home::File(self.folder.path().join("phone.json"))
    }

    pub(super) async fn open(&self) -> Result<Phone, PhoneError> {
        Phone::open(Some(&self.world.address), self.home(), None).await
    }

    pub(super) async fn active(&self) -> Phone {
        let mut phone = self.open().await.unwrap();
        phone.activate(&plan()).await.unwrap();
        phone
    }
}

#[tokio::test]
async fn a_phone_activates_and_logs_in() {
    let hand = Hand::new().await;
    let mut phone = hand.active().await;
    let account = phone.account().unwrap();
    assert_eq!((account.first_name.as_str(), account.number.as_str()), ("An", "+32468758960"));
    assert_eq!(phone.answer(None, &approve("27935")).await.unwrap_err().exit_code(), 4);

    let rid = hand.world.ask();
    let waiting = phone.pending(0).await.unwrap().requests.remove(0).to_json();
    assert_eq!((&waiting["rid"], &waiting["who"], &waiting["match"]), (&json!(rid), &json!("Gemeente"), &json!(true)));
    assert_eq!(waiting["lines"], json!(["Inloggen", "Gemeente", "localhost", "hier", "Voornaam: An"]));
    let without = Verdict::Approve { code: "27935".into(), matched: None };
    assert_eq!(phone.answer(None, &without).await.unwrap_err().exit_code(), 12);
    let answered = phone.answer(Some(&rid), &approve("27935")).await.unwrap();
    assert_eq!(answered.to_json()["res"], "ok");
    assert_eq!(phone.account().unwrap().head, hand.world.lock().head);

    let mut later = hand.open().await.unwrap();
    hand.world.ask();
    assert_eq!(later.answer(None, &Verdict::Refuse).await.unwrap().to_json()["res"], "rejected");
    hand.world.ask();
    assert_eq!(later.answer(None, &Verdict::Fraud).await.unwrap().to_json()["res"], "fraud");
    assert_eq!(later.home().await.unwrap().head, later.account().unwrap().head);
    assert!(
        later.settings(&SettingsBody { biometrics: Some(true), ..SettingsBody::default() }).await.unwrap().biometrics
    );
}

#[tokio::test]
async fn the_state_file_is_its_owners_alone_and_holds_no_code() {
    let hand = Hand::new().await;
    hand.active().await;
    let path = hand.folder.path().join("phone.json");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!std::fs::read_to_string(&path).unwrap().contains("27935"));
    assert_eq!(std::fs::read_dir(hand.folder.path()).unwrap().count(), 1, "no half-written file stays behind");
    std::fs::write(&path, "{").unwrap();
    assert_eq!(hand.open().await.err().unwrap().exit_code(), 1);
}

#[tokio::test]
async fn a_half_finished_activation_goes_on_with_the_same_key() {
    let hand = Hand::new().await;
    let mut phone = hand.open().await.unwrap();
    let device = phone.device().id().to_owned();
    let no_bank = Plan { customer: None, ..plan() };
    assert_eq!(phone.activate(&no_bank).await.unwrap_err().exit_code(), 12);
    let no_code = Plan { code: None, ..plan() };
    assert_eq!(hand.open().await.unwrap().activate(&no_code).await.unwrap_err().exit_code(), 12);
    let mut phone = hand.open().await.unwrap();
    let weak = Plan { code: Some("12345".into()), ..plan() };
    assert_eq!(phone.activate(&weak).await.unwrap_err().code(), "code_weak");
    assert_eq!(phone.activate(&Plan { customer: None, sms: None, ..plan() }).await.unwrap().first_name, "An");
    assert_eq!(phone.device().id(), device);
}

#[tokio::test]
async fn the_code_is_read_from_the_inbox_of_a_test_world_only_when_it_is_new() {
    let hand = Hand::new().await;
    let mut phone = hand.open().await.unwrap();
    // The only message lay there before the bank: not ours.
    let none = tokio::time::timeout(Duration::from_secs(2), phone.activate(&Plan { sms: None, ..plan() })).await;
    assert!(none.is_err(), "an old code was taken");
    assert_eq!(phone.activate(&plan()).await.unwrap().first_name, "An");
}

#[tokio::test]
async fn a_wrong_pin_or_a_no_at_the_bank_is_told() {
    let hand = Hand::new().await;
    let mut phone = hand.open().await.unwrap();
    let customer = Customer { pin: Some("0000".into()), ..Customer::new("an") };
    let wrong = phone.activate(&Plan { customer: Some(customer), ..plan() }).await.unwrap_err();
    assert_eq!((wrong.exit_code(), &wrong.to_json()["detail"]), (13, &json!("pin_wrong")));
    let customer = Customer { refuses: true, ..Customer::new("an") };
    let no = phone.activate(&Plan { customer: Some(customer), ..plan() }).await.unwrap_err();
    assert_eq!((no.exit_code(), no.code()), (3, "bank_refused"));
}

#[tokio::test]
async fn a_lost_reply_costs_nothing_and_loses_nothing() {
    let hand = Hand::new().await;
    let mut phone = hand.active().await;
    hand.world.ask();
    hand.world.lock().mute = 1;
    assert_eq!(phone.answer(None, &approve("27935")).await.unwrap_err().exit_code(), 8);
    // Another process, later: the same body gets the same receipt.
    let mut phone = hand.open().await.unwrap();
    assert!(phone.settle().await.unwrap().is_some());
    assert_eq!(phone.account().unwrap().head, hand.world.lock().head);
    assert_eq!(hand.world.lock().counted, 1);
    hand.world.ask();
    phone.answer(None, &approve("27935")).await.unwrap();
}

#[tokio::test]
async fn a_wrong_code_is_counted_and_five_lock() {
    let hand = Hand::new().await;
    let mut phone = hand.active().await;
    hand.world.ask();
    for left in (1..5).rev() {
        let e = phone.answer(None, &approve("11119")).await.unwrap_err();
        assert_eq!((e.exit_code(), &e.to_json()["left"]), (6, &json!(left)));
    }
    assert_eq!(phone.answer(None, &approve("11119")).await.unwrap_err().exit_code(), 7);
    assert_eq!(phone.answer(None, &approve("27935")).await.unwrap_err().exit_code(), 7);
    assert_eq!(hand.world.lock().counted, 5, "a locked phone sends nothing more");
}

#[tokio::test]
async fn a_request_that_no_request_key_signed_is_not_shown() {
    let hand = Hand::new().await;
    let mut phone = hand.active().await;
    hand.world.ask();
    hand.world.lock().wrong_key = true;
    assert_eq!(phone.pending(0).await.unwrap_err().exit_code(), 11);
}

#[tokio::test]
async fn a_chain_that_moved_without_us_is_noticed() {
    let hand = Hand::new().await;
    let mut phone = hand.active().await;
    let old = std::fs::read(hand.folder.path().join("phone.json")).unwrap();
    hand.world.ask();
    phone.answer(None, &approve("27935")).await.unwrap();
    // An old copy of the file is put back.
    std::fs::write(hand.folder.path().join("phone.json"), old).unwrap();
    let mut copy = hand.open().await.unwrap();
    assert_eq!(copy.pending(0).await.unwrap_err().exit_code(), 10);
    assert_eq!(copy.home().await.unwrap_err().exit_code(), 10);
}

#[tokio::test]
async fn another_operator_at_the_same_address_is_not_believed() {
    let hand = Hand::new().await;
    hand.active().await;
    let other = World::start().await;
    let e = Phone::open(Some(&other.address), hand.home(), None).await.err().unwrap();
    assert_eq!((e.exit_code(), &e.to_json()["detail"]), (11, &json!("keys")));
}

#[tokio::test]
async fn no_server_is_a_network_error() {
    let home = Home::Memory;
    let e = Phone::open(Some("http://127.0.0.1:9"), home, None).await.err().unwrap();
    assert_eq!(e.exit_code(), 8);
}

/// A daemon for one phone, its events, and the address of its door.
async fn daemon(hand: &Hand, auto: Auto) -> (tokio::sync::mpsc::UnboundedReceiver<Event>, String) {
    let (events, received) = tokio::sync::mpsc::unbounded_channel();
    let book = MatchBook::default();
    let (at, door) = listen("127.0.0.1:0".parse().unwrap(), book.clone()).await.unwrap();
    tokio::spawn(async move { door.await.unwrap() });
    let pause = Duration::from_millis(50);
    let servant = Servant { phone: hand.active().await, auto, code: "27935".into(), pause, book, events };
    tokio::spawn(servant.run());
    (received, format!("http://{at}/match"))
}

async fn until(events: &mut tokio::sync::mpsc::UnboundedReceiver<Event>, wanted: &str) -> Event {
    loop {
        let event = tokio::time::timeout(Duration::from_secs(5), events.recv()).await.unwrap().unwrap();
        if event["event"] == wanted {
            return event;
        }
    }
}

async fn hand_in(door: &str, matched: &str) -> (u16, Value) {
    let body = json!({ "number": "+32 468 75 89 60", "match": matched, "wait": 5 });
    let answer = http().unwrap().post(door).json(&body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn the_daemon_approves_with_the_number_that_is_handed_in() {
    let hand = Hand::new().await;
    let (mut events, door) = daemon(&hand, Auto::Approve).await;
    until(&mut events, "active").await;
    let rid = hand.world.ask();
    assert_eq!(until(&mut events, "request").await["rid"], json!(rid));
    assert_eq!(hand_in(&door, "46").await.0, 422, "a wrong number is refused like a wrong code");
    let (status, outcome) = hand_in(&door, MATCH).await;
    assert_eq!((status, &outcome["rid"], &outcome["res"]), (200, &json!(rid), &json!("ok")));
    let unknown = json!({ "number": "+32499000000", "match": "11" });
    assert_eq!(http().unwrap().post(&door).json(&unknown).send().await.unwrap().status(), 404);
    let page = http().unwrap().post(&door).header("origin", "http://evil.example").json(&unknown);
    assert_eq!(page.send().await.unwrap().status(), 403, "a web page may not knock");
}

#[tokio::test]
async fn the_daemon_errs_once_and_then_approves() {
    let hand = Hand::new().await;
    let (mut events, door) = daemon(&hand, Auto::WrongCodeOnce).await;
    hand.world.ask();
    assert_eq!(hand_in(&door, MATCH).await.0, 200);
    until(&mut events, "answered").await;
    assert_eq!(hand.world.lock().counted, 2);
}

#[tokio::test]
async fn the_daemon_refuses_without_any_number() {
    let hand = Hand::new().await;
    let (mut events, _) = daemon(&hand, Auto::Refuse).await;
    hand.world.ask();
    assert_eq!(until(&mut events, "answered").await["res"], "rejected");
}

/// A service that wants a name and would like an address.
fn share(request: &mut protocol::phone::Request) {
    let field = |l: &str, v: &str, c: &str, o| protocol::phone::Field {
        c: Some(c.into()),
        o,
        ..protocol::phone::Field::line(l, v)
    };
    request.kind = "share".into();
    request.purpose = Some("Om te leveren".into());
    request.fields = vec![
        field("Voornaam", "An", "given_name", false),
        field("E-mail", "an@voorbeeld.be", "email", true),
        field("Adres", "Kerkstraat 12", "address", true),
    ];
}

#[tokio::test]
async fn a_code_is_scanned_and_what_need_not_be_told_is_kept_back() {
    let hand = Hand::new().await;
    let mut phone = hand.active().await;
    let text = hand.world.offer(share);
    let rid = phone.scan(&text).await.unwrap();
    let waiting = phone.pending(0).await.unwrap().requests.remove(0).to_json();
    assert_eq!(
        (&waiting["rid"], &waiting["kind"], &waiting["purpose"]),
        (&json!(rid), &json!("share"), &json!("Om te leveren"))
    );
    let kept = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
    let yes = Verdict::Approve { code: "27935".into(), matched: None };
    let needed = phone.answer_without(Some(&rid), &yes, &kept(&["given_name"])).await.unwrap_err();
    assert_eq!((needed.exit_code(), &needed.to_json()["needed"]), (12, &json!("without")));
    phone.answer_without(Some(&rid), &yes, &kept(&["email", "address", "email"])).await.unwrap();
    assert_eq!(hand.world.lock().kept, ["address", "email"]);
    assert_eq!(phone.scan(&text).await.unwrap_err().code(), "taken");
    for strange in ["", "https://elsewhere.example/q#apr_AAAAAAAAAAAAAAAAAAAAAA.1.x", &text.replace("/q#", "/x#")] {
        assert_eq!(phone.scan(strange).await.unwrap_err().exit_code(), 12, "{strange}");
    }
}

#[tokio::test]
async fn a_text_without_its_kind_and_a_kind_without_its_text_are_not_shown() {
    for (kind, text) in [("login", Some("Ja")), ("text", None), ("vote", None)] {
        let hand = Hand::new().await;
        let mut phone = hand.active().await;
        let code = hand.world.offer(|r| (r.kind, r.text) = (kind.into(), text.map(Into::into)));
        phone.scan(&code).await.unwrap();
        assert_eq!(phone.pending(0).await.unwrap_err().exit_code(), 11, "{kind}");
    }
}

async fn knock(door: &str, path: &str, body: Option<Value>) -> (u16, Value) {
    let request = http().unwrap().post(door.replace("/match", path));
    let answer = match body {
        Some(body) => request.json(&body).send().await.unwrap(),
        None => request.send().await.unwrap(),
    };
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

#[tokio::test]
async fn the_daemon_scans_what_it_is_shown_in_the_middle_of_a_long_poll() {
    let hand = Hand::new().await;
    let (mut events, door) = daemon(&hand, Auto::Approve).await;
    until(&mut events, "active").await;
    let text = hand.world.offer(|_| ());
    let (status, outcome) = knock(&door, "/scan", Some(json!({ "text": text, "wait": 5 }))).await;
    assert_eq!((status, &outcome["res"]), (200, &json!("ok")));
    let (status, again) = knock(&door, "/scan", Some(json!({ "text": text, "wait": 5 }))).await;
    assert_eq!((status, &again["error"]), (422, &json!("taken")));
}

#[tokio::test]
async fn who_waits_for_a_word_does_what_it_says() {
    let hand = Hand::new().await;
    let (mut events, door) = daemon(&hand, Auto::Told).await;
    until(&mut events, "active").await;
    let text = hand.world.offer(share);
    let (status, taken) = knock(&door, "/scan", Some(json!({ "text": text, "wait": 5 }))).await;
    assert_eq!((status, taken["res"].is_null()), (200, true), "scanned, not answered");
    let body = json!({ "action": "approve", "without": ["email"], "wait": 5 });
    assert_eq!(knock(&door, "/answer", Some(body)).await.0, 200);
    assert_eq!(hand.world.lock().kept, ["email"]);
    let text = hand.world.offer(|_| ());
    knock(&door, "/scan", Some(json!({ "text": text, "wait": 5 }))).await;
    let (status, denied) = knock(&door, "/ciba?token=whatever&type=deny", None).await;
    assert_eq!((status, &denied["res"]), (200, &json!("rejected")));
    assert_eq!(knock(&door, "/ciba?action=perhaps", None).await.0, 400);
    assert_eq!(knock(&door, "/ciba?action=allow&number=%2B32499000000", None).await.0, 404);
}
