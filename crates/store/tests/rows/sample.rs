//! Databases and people to try the rows with.

use std::collections::BTreeSet;

use db::{Db, Tx};
use domain::account::{Device, Profile, ProofSummary};
use domain::activation::{Activation, Start};
use domain::approval::{Approval, Asked, LoginRequest, Room, State, WAIT_SECONDS};
use domain::number::MobileNumber;
use protocol::jose::Jwk;
use protocol::oidc::attributes::{Attributes, Scope};
use protocol::oidc::authorize::{AuthorizationRequest, ResponseMode};
use protocol::phone::Settings;
use zelf_store::account::Opening;
use zelf_store::approval::Evidence;
use zelf_store::summon::Origin;
use zelf_store::{MIGRATIONS, Sealer, StoreError, account, approval, device};

/// In 2040: seconds must not stop fitting in 2038.
pub const NOW: i64 = 2_222_222_222;

/// Runs `check` on a SQLite file and on PostgreSQL; whatever statement it used must not scan.
pub async fn each(check: impl AsyncFn(Db)) {
    for postgres in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let file = format!("sqlite:{}", folder.path().join("rows.db").display());
        let db = Db::open(&if postgres { pg_in_a_folder::database() } else { file }).unwrap();
        db.migrate("platform", MIGRATIONS, NOW).await.unwrap();
        check(db.clone()).await;
        crate::plan::judge(&db, db.stats().texts()).await;
    }
}

pub fn sealer() -> Sealer {
    Sealer::new(&[7; 32]).unwrap()
}

/// One transaction that may fail.
pub async fn attempt<T, F>(db: &Db, work: F) -> Result<T, StoreError>
where
    F: FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    T: Send + 'static,
{
    db.run("test", work).await
}

/// One transaction that must not.
pub async fn run<T, F>(db: &Db, work: F) -> T
where
    F: FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    T: Send + 'static,
{
    attempt(db, work).await.unwrap()
}

/// The same transaction `count` times at once; what each came to.
pub async fn race<T, F>(db: &Db, count: i64, work: impl Fn(i64) -> F) -> Vec<Result<T, StoreError>>
where
    F: FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    T: Send + 'static,
{
    let racers: Vec<_> = (0..count)
        .map(|turn| {
            let (db, work) = (db.clone(), work(turn));
            tokio::spawn(async move { db.run("race", work).await })
        })
        .collect();
    let mut results = Vec::new();
    for racer in racers {
        results.push(racer.await.unwrap());
    }
    results
}

pub fn winners(results: Vec<Result<bool, StoreError>>) -> usize {
    results.into_iter().filter(|won| *won.as_ref().unwrap()).count()
}

/// `table.column row` of a row that fits no state.
pub fn misfit<T>(result: Result<T, StoreError>) -> String {
    match result {
        Err(StoreError::Inconsistent { table, column, row }) => format!("{table}.{column} {row}"),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was read"),
    }
}

pub async fn count(db: &Db, sql: &'static str) -> i64 {
    run(db, move |tx| Ok(tx.row(sql, &[])?.unwrap().columns().int()?)).await
}

pub fn profile(first: &str, number: &str) -> Profile {
    Profile {
        number: MobileNumber::from_e164(number).unwrap(),
        email: Some("an@voorbeeld.be".into()),
        attributes: Attributes { given_name: Some(first.into()), ..Attributes::default() },
        document: None,
        proof: ProofSummary {
            method: "bank".into(),
            source: "kbc".into(),
            source_subject: "s".into(),
            document_number: "592-1234567-12".into(),
            evidence_sha256: String::new(),
            proven_at: NOW,
        },
    }
}

pub fn phone(id: &str, account: &str) -> Device {
    Device {
        id: id.into(),
        account: account.into(),
        point: vec![4; 65],
        head: String::new(),
        last_receipt: None,
        last_answer: String::new(),
        settings: Settings::default(),
        careful_until: 0,
    }
}

pub fn start(id: &str, device: &str) -> Activation {
    let start = Start {
        device: device.into(),
        jwk: Jwk { kty: "EC".into(), crv: "P-256".into(), x: "x".into(), y: "y".into() },
        lang: "nl".into(),
        terms: "2026-11".into(),
        device_name: "Chrome on Linux".into(),
        place: "2001:db8::/48".into(),
    };
    Activation::start(id.into(), start, NOW)
}

pub fn waiting(id: &str, device: Option<&str>, account: Option<&str>, now: i64) -> Approval {
    Approval {
        start: domain::approval::Start::Number,
        uv: String::new(),
        id: id.into(),
        device: device.map(str::to_owned),
        account: account.map(str::to_owned),
        partner: "gemeente".into(),
        match_number: "47".into(),
        created_at: now,
        expires_at: now + WAIT_SECONDS,
        state: State::Waiting,
    }
}

pub fn request(place: &str) -> Asked {
    Asked::Login(Box::new(login(place)))
}

pub fn login(place: &str) -> LoginRequest {
    LoginRequest {
        authorization: AuthorizationRequest {
            client_id: "gemeente".into(),
            redirect_uri: "https://gemeente.example/back".into(),
            response_mode: ResponseMode::Query,
            state: Some("s".into()),
            scopes: BTreeSet::from([Scope::Openid]),
            ui_locales: vec!["nl".into()],
            ..AuthorizationRequest::default()
        },
        claims: vec!["given_name".into()],
        browser: "Chrome".into(),
        place: place.into(),
        credential: None,
        without: Vec::new(),
        auth_time: None,
        session: None,
    }
}

/// HMAC of the number of person `n`.
pub fn number(n: u8) -> [u8; 32] {
    [n; 32]
}

/// Somebody who knows a number comes from `lane`.
pub fn stranger(lane: &str) -> Origin {
    Origin { lane: lane.into(), known: None, room: Room::STRANGER }
}

/// An account is opened, in Dutch, with a block code that nobody else has.
pub fn opening<'a>(number: &'a [u8], profile: &'a Profile) -> Opening<'a> {
    Opening { number, profile, block_mac: "block_x", lang: "nl", recovered_by: "", limited_until: 0, now: NOW }
}

/// What proves an answer.
pub fn evidence() -> Evidence {
    Evidence { m1: "M1".into(), m2: "M2".into(), m3: "M3".into(), bio: None }
}

/// Person `n`: account `acc_n` with phone `dev_n`.
pub async fn person(db: &Db, n: u8) {
    run(db, move |tx| {
        let (account, first) = (format!("acc_{n}"), format!("Person-{n}"));
        let profile = profile(&first, &format!("+3246800000{n}"));
        let (number, block_mac) = (number(n), format!("block_{n}"));
        let opening = Opening { block_mac: &block_mac, ..opening(&number, &profile) };
        assert!(account::insert(tx, &sealer(), &account, &[100 + n; 32], opening)?);
        device::replace(tx, &phone(&format!("dev_{n}"), &account), "M4", "Chrome", NOW)
    })
    .await;
}

/// A request to person `n` that waits since `now`.
pub async fn ask(db: &Db, id: &'static str, n: u8, now: i64) {
    run(db, move |tx| {
        let approval = waiting(id, Some(&format!("dev_{n}")), Some(&format!("acc_{n}")), now);
        approval::insert(tx, &sealer(), &approval, &number(n), "lane", &request(id))
    })
    .await;
}
