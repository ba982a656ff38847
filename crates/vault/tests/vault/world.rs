//! A vault on a database, and what tests ask of both.

use std::path::PathBuf;
use std::sync::Arc;

use db::{Db, DbError, args};
use protocol::jose::PublicKey;
use protocol::phone::{DeviceStatus, Field, KeysDocument, RequestingParty};
use zelf_vault::{Draft, Keyring, Vault, VaultError, Verdict};

use crate::phone::Phone;

/// One hour into the first day of a month's window, in 2039: seconds must not stop fitting in 2038.
pub const NOW: i64 = 850 * 30 * 86_400 + 3_600;
pub const DAY: i64 = 86_400;

pub struct World {
    pub vault: Arc<Vault>,
    pub keys: KeysDocument,
    pub folder: PathBuf,
    url: String,
}

/// Runs `check` on a SQLite file and on PostgreSQL.
pub async fn each(check: impl AsyncFn(World)) {
    for postgres in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let file = format!("sqlite:{}", folder.path().join("vault.db").display());
        let url = if postgres { pg_in_a_folder::database() } else { file };
        check(World::open(url, folder.path().to_owned()).await).await;
    }
}

impl World {
    async fn open(url: String, folder: PathBuf) -> World {
        let ring = Keyring::load_or_create(&folder.join("keyring.json"), true, NOW).unwrap();
        let vault = Vault::open(Db::open(&url).unwrap(), ring, NOW).await.unwrap();
        let (document, root) = vault.keys_document();
        let keys = KeysDocument::verify(&document, &PublicKey::from_jwk(&root).unwrap()).unwrap();
        World { vault, keys, folder, url }
    }

    /// The process died (nothing settled) and another one opens the same database with the same keys.
    pub async fn after_a_crash(self) -> World {
        drop(self.vault);
        World::open(self.url, self.folder).await
    }

    /// A phone whose code is `code`.
    pub async fn phone(&self, code: &str) -> Phone {
        let phone = Phone::new(&self.keys);
        self.vault.enrol(phone.enrolment(code), NOW).await.unwrap();
        phone
    }

    /// A fresh M1 for `phone`.
    pub async fn ask(&self, phone: &Phone, now: i64) -> String {
        let issued = self.vault.issue(phone.device.clone(), phone.head.clone(), vec![draft("apr_one", now)]).await;
        issued.unwrap().requests.remove(0)
    }

    /// Asks and answers with `code`.
    pub async fn try_code(&self, phone: &Phone, code: &str, now: i64) -> Result<Verdict, VaultError> {
        let m1 = self.ask(phone, now).await;
        self.vault.attempt(phone.approve(&m1, code), now).await
    }

    /// Answers with the right code and keeps the receipt.
    pub async fn log_in(&self, phone: &mut Phone, code: &str, now: i64) {
        let attempt = phone.approve(&self.ask(phone, now).await, code);
        let verdict = self.vault.attempt(attempt.clone(), now).await.unwrap();
        phone.keep(&attempt, &verdict);
    }

    pub async fn status(&self, phone: &Phone) -> DeviceStatus {
        self.vault.status(phone.device.clone()).await.unwrap().device
    }

    /// Everything the database holds of this device, as text to compare.
    pub async fn row(&self, phone: &Phone) -> String {
        let device = phone.device.clone();
        let read = move |tx: &mut db::Tx<'_>| tx.row("SELECT * FROM pin_state WHERE device = $1", args![&device]);
        format!("{:?}", self.vault.db().read("test.row", read).await.unwrap().unwrap())
    }

    /// `seq`, `tries`, `not_before` and `state` as they stand on disk.
    pub async fn on_disk(&self, phone: &Phone) -> (i64, i64, i64, String) {
        let device = phone.device.clone();
        let text = "SELECT seq, tries, not_before, state FROM pin_state WHERE device = $1";
        let read = move |tx: &mut db::Tx<'_>| tx.row(text, args![&device]);
        let mut c = self.vault.db().read("test.disk", read).await.unwrap().unwrap().columns();
        (c.int().unwrap(), c.int().unwrap(), c.int().unwrap(), c.text().unwrap())
    }
}

/// A transaction that stands before the phone's row: nobody's count gets through until it is let go.
pub struct Held {
    release: std::sync::mpsc::Sender<()>,
    done: tokio::task::JoinHandle<Result<(), DbError>>,
}

impl World {
    pub async fn hold(&self, phone: &Phone) -> Held {
        let (started, mut holding) = tokio::sync::mpsc::unbounded_channel();
        let (release, released) = std::sync::mpsc::channel();
        let (db, device) = (self.vault.db().clone(), phone.device.clone());
        let hold = move |tx: &mut db::Tx<'_>| {
            // SQLite's one writer needs no lock to be kept busy.
            if tx.is_postgres() {
                tx.row("SELECT device FROM pin_state WHERE device = $1 FOR UPDATE", args![&device])?;
            }
            let _ = started.send(());
            let _ = released.recv();
            Ok(())
        };
        let done = tokio::spawn(async move { db.run("test.hold", hold).await });
        holding.recv().await.unwrap();
        Held { release, done }
    }
}

impl Held {
    pub async fn let_go(self) {
        self.release.send(()).unwrap();
        self.done.await.unwrap().unwrap();
    }
}

pub fn draft(rid: &str, now: i64) -> Draft {
    Draft {
        rid: rid.into(),
        kind: "login".into(),
        lang: "nl".into(),
        title: "Inloggen".into(),
        rp: RequestingParty { id: "gemeente".into(), name: "Gemeente Voorbeeld".into(), domain: "localhost".into() },
        from: "deze computer".into(),
        fields: vec![Field::line("Voornaam", "An")],
        claims: vec!["given_name".into()],
        purpose: None,
        text: None,
        wants_match: true,
        bio: false,
        iat: now,
        exp: now + 180,
    }
}

pub fn not_accepted(verdict: Result<Verdict, VaultError>) -> DeviceStatus {
    match verdict {
        Ok(Verdict::NotAccepted(status)) => status,
        other => panic!("expected a refused code: {other:?}"),
    }
}
