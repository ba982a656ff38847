//! A stranger can do nothing to anyone's account: whatever he sends to whatever door, in whatever order, An's rows stay as they
//! are. He has an account, a phone, a browser and a number of his own, knows her number and every id of hers, and has guessed codes.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use web::routes;
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone, Town};

use crate::life::log_in;
use crate::{AN, ELSEWHERE, HOME, JAN, once};

/// Knocks in one storm, and storms.
const KNOCKS: usize = 150;
const STORMS: u64 = 4;

/// Everything of An's that a knock must not change. What he may cause is written elsewhere: a login that waits for her answer, an SMS
/// within her day's limit, a question whether a number is still hers.
const HERS: &[&str] = &["account", "device", "card_data", "consent", "stop", "mute", "number_change"];

/// What he knows of her.
struct Known {
    account: String,
    device: String,
    rid: String,
    activation: String,
}

/// One knock: which door, and which of the things he knows go where.
#[derive(Clone, Debug)]
struct Knock {
    door: prop::sample::Index,
    words: [prop::sample::Index; 6],
    how: u8,
}

fn knock() -> impl Strategy<Value = Knock> {
    (any::<prop::sample::Index>(), any::<[prop::sample::Index; 6]>(), 0..6_u8).prop_map(|(door, words, how)| Knock {
        door,
        words,
        how,
    })
}

/// Words that fit somewhere: her ids, her number, likely codes, and what breaks parsers.
fn words(hers: &Known) -> Vec<String> {
    let known = [&hers.account, &hers.device, &hers.rid, &hers.activation].map(String::clone);
    let fixed = [
        "",
        "BE",
        AN,
        "+32468758960",
        "an@voorbeeld.be",
        "12345",
        "55555",
        "nl",
        "gemeente",
        "belfius",
        "1",
        "0",
        "AAAA-AAAA",
        "AAAA-AAAA-AAAA-AAAA",
        "aB3dE4",
        "approve",
        "true",
        "null",
        "[]",
        "{}",
        "' OR 1=1 --",
        "%00",
        "\u{202e}",
    ];
    known.into_iter().chain(fixed.map(str::to_owned)).collect()
}

const FIELDS: &[&str] = &[
    "country",
    "number",
    "phone",
    "email",
    "code",
    "token",
    "rid",
    "account",
    "device",
    "activation",
    "partner",
    "lang",
    "on",
    "bank",
    "typed",
    "proof",
    "req",
    "form",
    "reference",
    "name",
    "password",
    "reason",
    "change",
    "before",
    "state",
    "wait",
    "altcha",
    "text",
];

/// A body whose fields he fills as he likes.
fn body(k: &Knock, all: &[String]) -> Vec<(String, String)> {
    let [a, b, c, d, e, f] = &k.words;
    let pair = |field: &prop::sample::Index, word: &prop::sample::Index| {
        ((*field.get(FIELDS)).to_owned(), word.get(all).clone())
    };
    vec![pair(a, b), pair(c, d), pair(e, f)]
}

async fn send(town: &Town, jan: &Phone, thief: &mut Browser, k: &Knock, all: &[String]) -> u16 {
    let site: Vec<_> = routes::site().into_iter().map(|e| (&town.issuer, e)).collect();
    let app = routes::app().into_iter().map(|e| (&town.app, e));
    let doors: Vec<_> = site.into_iter().chain(app).collect();
    let (base, entry) = k.door.get(&doors);
    let fields = body(k, all);
    let segment = fields.first().map(|(_, word)| word.replace(['/', '?', '#', '%', ' '], "")).unwrap_or_default();
    let path = ["{file}", "{approval}", "{code}", "{id}", "{slug}", "{ticket}"]
        .iter()
        .fold(entry.path.to_owned(), |path, name| path.replace(name, if segment.is_empty() { "x" } else { &segment }));
    if let Some(command) = path.strip_prefix("/api/v1/").filter(|_| entry.method == "POST" && k.how < 4) {
        let object: serde_json::Map<String, Value> = fields
            .into_iter()
            .map(|(name, word)| (name, serde_json::from_str(&word).unwrap_or(Value::String(word))))
            .collect();
        // Signed by his own phone: the door opens, and it is his own account that he is in.
        return jan.command(town, command, Value::Object(object)).await.status;
    }
    let query: Vec<_> = fields.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    match (entry.method, k.how) {
        ("GET", _) => {
            let url = reqwest::Url::parse_with_params(&format!("{base}{path}"), &query).unwrap();
            thief.get(town, url.as_str()).await.status
        }
        (_, 5) => {
            let object: serde_json::Map<String, Value> =
                fields.into_iter().map(|(name, word)| (name, Value::String(word))).collect();
            let request = town.http.post(format!("{base}{path}")).json(&object);
            request.header("x-forwarded-for", ELSEWHERE).send().await.unwrap().status().as_u16()
        }
        _ => thief.post(town, &format!("{base}{path}"), &query).await.status,
    }
}

/// Her rows: those that name her account or her phone.
async fn hers(town: &Town, known: &Known) -> Vec<String> {
    let tables = town.tables().await;
    let mut rows: Vec<String> = HERS
        .iter()
        .flat_map(|table| tables.get(table).into_iter().flatten().map(move |row| format!("{table} {row}")))
        .filter(|row| row.contains(&known.account) || row.contains(&known.device))
        .collect();
    let vault = ["pin_state", "bio", "staged_code"];
    rows.extend(
        vault
            .iter()
            .flat_map(|table| tables.get(table).into_iter().flatten().cloned())
            .filter(|row| row.contains(&known.device)),
    );
    rows
}

async fn text(town: &Town, sql: &'static str) -> String {
    let found: Result<_, db::DbError> = town.world.db.read("test.text", move |tx| tx.row(sql, db::args![])).await;
    found.unwrap().unwrap().columns().text().unwrap()
}

#[tokio::test]
async fn a_stranger_can_do_nothing_to_anyones_account() {
    for storm in 0..STORMS {
        let town = once().await;
        let mut an = Phone::activate(&town, HOME, AN, "an").await;
        log_in(&town, &mut an, AN).await;
        town.settle().await;
        let known = Known {
            account: text(&town, "SELECT id FROM account").await,
            device: an.id().to_owned(),
            rid: text(&town, "SELECT id FROM approval").await,
            activation: text(&town, "SELECT id FROM activation").await,
        };
        let jan = Phone::activate(&town, ELSEWHERE, JAN, "jan").await;
        let mut thief = Browser::at(ELSEWHERE);
        let before = hers(&town, &known).await;
        assert!(before.len() >= 4, "there is something to lose: {before:?}");
        let all = words(&known);
        let mut runner = TestRunner::new_with_rng(
            ProptestConfig::default(),
            prop::test_runner::TestRng::from_seed(prop::test_runner::RngAlgorithm::ChaCha, &[storm as u8; 32]),
        );
        for _ in 0..KNOCKS {
            let k = knock().new_tree(&mut runner).unwrap().current();
            let status = send(&town, &jan, &mut thief, &k, &all).await;
            assert_ne!(status, 500, "{k:?}");
            let after = hers(&town, &known).await;
            assert_eq!(after, before, "{k:?} {:?} answered {status}", body(&k, &all));
        }
        // A login he started may wait for her; saying no is all it costs.
        for waiting in an.pending(&town).await {
            let rid = waiting.verified.payload.rid.clone();
            let no = an.compose(&waiting, &an.say(&waiting, protocol::phone::Decision::Reject, ""), None);
            let reply = an.deliver(&town, &no).await;
            an.keep(&no, &reply);
            assert!(matches!(reply.status, 200 | 409 | 410), "{rid}: {}", reply.body);
        }
        let login = Browser::at(HOME).login(&town, &town.partner("gemeente"), AN).await;
        let waiting = an.pending(&town).await.pop().unwrap();
        let body = an.approval(&waiting, &login.number, CODE);
        an.deliver(&town, &body).await.ok();
        assert_eq!(an.home(&town).await["email"], json!(null));
    }
}
