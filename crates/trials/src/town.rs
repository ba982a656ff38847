//! The town: one server in this process, its doors on loopback, a clock in hand, and everybody it talks to played by us.
//!
//! Nothing happens by itself: time passes with [`Town::pass`], messages leave with [`Town::deliver`], rows are swept with
//! [`Town::tidy`], the vault writes its good news with [`Town::settle`].

pub mod bank;
pub mod browser;
pub mod card;
pub mod desk;
pub mod mutual;
mod outside;
pub mod partner;
pub mod partner_web;
pub mod phone;
mod reply;
pub mod tables;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use axum::Router;
use db::Db;
use journeys::enrol_with_eid::CardRules;
use journeys::keys::{KeyRules, PlatformKeys};
use journeys::partners::{self, Origin, Registration, Registry, Secret};
use journeys::ports::BankConnector;
use journeys::registry::Banks;
use journeys::settings::{Place, Settings};
use journeys::world::Parts;
use journeys::{Signals, World, deliver, tidy};
use protocol::oidc::partner::Partners;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub use bank::DoubleBank;
pub use browser::{Browser, Login};
pub use desk::Worker;
pub use mutual::{Identity, Mutual, Wishes};
use outside::{Dice, Hand};
pub use outside::{Post, Sent};
pub use partner::Partner;
pub use partner_web::PartnerWeb;
pub use phone::Phone;
pub use reply::Reply;

/// A Sunday in November 2026, five past two in Brussels.
pub const NOW: i64 = 1_795_352_700;
/// The initial access token of partners that register themselves.
pub const REGISTRATION: &str = "welcome-0123456789abcdef";
pub const TERMS: &str = "2026-11";

/// One server and its people.
pub struct Town {
    pub world: World,
    pub doors: web::Doors,
    pub ops: web::ops::Ops,
    pub vault: Arc<vault::Vault>,
    pub clock: Arc<AtomicI64>,
    pub bank: DoubleBank,
    pub post: Post,
    /// What partners' own machines say, and what was posted there.
    pub web: PartnerWeb,
    /// The register's responders do not answer.
    pub strike: Arc<AtomicBool>,
    /// Seconds that their clock is ahead of ours.
    pub ahead: Arc<AtomicI64>,
    pub issuer: String,
    pub app: String,
    pub console: String,
    /// The door that asks for certificates, where somebody wished for one.
    pub mutual: Option<Mutual>,
    pub http: reqwest::Client,
    /// Keys and, on SQLite, the databases.
    pub folder: PathBuf,
    pub partners: Vec<Arc<Partner>>,
    url: Option<String>,
    wishes: Wishes,
    tasks: JoinSet<()>,
    _keep: Arc<tempfile::TempDir>,
}

/// Who plays the banks.
enum Banker {
    Double(DoubleBank),
    Real(Box<dyn BankConnector>),
}

impl Town {
    pub async fn on_sqlite() -> Town {
        Town::build(None, false, Wishes::default()).await
    }

    /// On a PostgreSQL database, platform and vault side by side in it.
    pub async fn on(url: String) -> Town {
        Town::build(Some(url), false, Wishes::default()).await
    }

    /// With more than the usual, on SQLite or on this PostgreSQL database.
    pub async fn with(wishes: Wishes, url: Option<String>) -> Town {
        Town::build(url, false, wishes).await
    }

    /// With the demo bank behind the real connector, on SQLite.
    pub async fn with_real_bank() -> Town {
        Town::build(None, true, Wishes::default()).await
    }

    async fn build(url: Option<String>, real_bank: bool, wishes: Wishes) -> Town {
        let keep = Arc::new(tempfile::tempdir().unwrap());
        let folder = keep.path().join("one");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("platform.keys"), platform_keys()).unwrap();
        let clock = Arc::new(AtomicI64::new(NOW));
        let (site, app) = (listen("127.0.0.1:0").await, listen("127.0.0.1:0").await);
        let console = listen("127.0.0.1:0").await;
        let mut tasks = JoinSet::new();
        let bank_base = match real_bank {
            true => bank::serve_demo_bank(&mut tasks, &folder, &clock, &site.1, &app.1).await,
            false => "http://127.0.0.1:1".into(),
        };
        let partners = partner::all();
        let town = Ground {
            keep,
            folder,
            url,
            clock,
            partners,
            bank_base,
            real_bank,
            wishes,
            post: Post::default(),
            web: PartnerWeb::default(),
            strike: Arc::default(),
            ahead: Arc::default(),
            bank: DoubleBank::default(),
        };
        town.open(site, app, console, tasks).await
    }

    /// The power went: nothing was settled, no task ended well. The files as they lie on disk at this moment (SQLite) or the
    /// database as it stands (PostgreSQL) are opened again, at the same addresses, with the same keys.
    pub async fn after_a_power_cut(mut self) -> Town {
        let folder = self.folder.with_file_name(format!("{}-again", self.folder.file_name().unwrap().display()));
        std::fs::create_dir(&folder).unwrap();
        for entry in std::fs::read_dir(&self.folder).unwrap() {
            let path = entry.unwrap().path();
            // The shared-memory file does not survive a power cut.
            if !path.to_string_lossy().ends_with("-shm") {
                std::fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
            }
        }
        self.tasks.shutdown().await;
        let ground = Ground {
            keep: Arc::clone(&self._keep),
            folder,
            url: self.url.clone(),
            clock: Arc::clone(&self.clock),
            partners: self.partners.clone(),
            bank_base: "http://127.0.0.1:1".into(),
            real_bank: false,
            wishes: self.wishes,
            post: self.post.clone(),
            web: self.web.clone(),
            strike: Arc::clone(&self.strike),
            ahead: Arc::clone(&self.ahead),
            bank: self.bank.clone(),
        };
        let bare = |address: &str| address.trim_start_matches("http://").to_owned();
        let (site, app) = (listen(&bare(&self.issuer)).await, listen(&bare(&self.app)).await);
        let console = listen(&bare(&self.console)).await;
        ground.open(site, app, console, JoinSet::new()).await
    }

    pub fn now(&self) -> i64 {
        self.clock.load(Ordering::SeqCst)
    }

    pub fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Everything due leaves.
    pub async fn deliver(&self) {
        while deliver::once(&self.world).await.unwrap() > 0 {}
    }

    pub async fn tidy(&self) -> u64 {
        tidy::once(&self.world).await.unwrap()
    }

    pub async fn settle(&self) {
        self.vault.settle().await.unwrap();
    }

    /// The newest SMS code for this number, delivered first.
    pub async fn sms_code(&self, e164: &str) -> String {
        self.deliver().await;
        let sms = self.post.to(e164).into_iter().rfind(|m| m.text.contains(" #"));
        let sms = sms.unwrap_or_else(|| panic!("no SMS for {e164}"));
        sms.text.rsplit(" #").next().unwrap().trim().to_owned()
    }

    /// A partner registered by command while the server runs, as `partner add --file` would read it.
    pub async fn registers(&self, partner: serde_json::Value) {
        self.registers_with(partner, Secret::Forget).await;
    }

    /// As [`Town::registers`], with a secret in the clear for what is signed or encrypted with it.
    pub async fn registers_with(&self, partner: serde_json::Value, secret: Secret) {
        let partner = serde_json::from_value(partner).unwrap();
        let registration = Registration { partner, origin: Origin::Command, secret, token_mac: String::new() };
        partners::put(&self.world, registration, true).await.unwrap();
    }

    pub fn partner(&self, id: &str) -> Arc<Partner> {
        Arc::clone(self.partners.iter().find(|p| p.id == id).unwrap())
    }
}

/// What a server is built on.
struct Ground {
    keep: Arc<tempfile::TempDir>,
    folder: PathBuf,
    url: Option<String>,
    clock: Arc<AtomicI64>,
    partners: Vec<Arc<Partner>>,
    bank_base: String,
    real_bank: bool,
    wishes: Wishes,
    post: Post,
    web: PartnerWeb,
    strike: Arc<AtomicBool>,
    ahead: Arc<AtomicI64>,
    bank: DoubleBank,
}

type Door = (TcpListener, String);

impl Ground {
    async fn open(self, site: Door, app: Door, console: Door, mut tasks: JoinSet<()>) -> Town {
        let now = self.clock.load(Ordering::SeqCst);
        let file = |name: &str| format!("sqlite:{}", self.folder.join(name).display());
        let (platform, vault) = match &self.url {
            Some(url) => (url.clone(), url.clone()),
            None => (file("platform.db"), file("vault.db")),
        };
        let db = Db::open(&platform).unwrap();
        db.migrate("platform", store::MIGRATIONS, now).await.unwrap();
        let ring = vault::Keyring::load_or_create(&self.folder.join("vault.keys"), true, now).unwrap();
        let vault = vault::Vault::open(Db::open(&vault).unwrap(), ring, now).await.unwrap();
        let rules = KeyRules { test_world: true, days: 730, now };
        let keys =
            PlatformKeys::load_or_create(&self.folder.join("platform.keys"), rules, |_| panic!("keys were given"))
                .unwrap();
        let banker = match self.real_bank {
            true => Banker::Real(bank::connector(&keys, &app.1)),
            false => Banker::Double(self.bank.clone()),
        };
        let mutual = if self.wishes.mutual { Some(Mutual::found(&self.folder).await) } else { None };
        let mut settings = settings(&site.1, &app.1, &console.1);
        settings.tokens.dpop_nonce = self.wishes.dpop_nonce;
        settings.tokens.mtls_issuer = mutual.as_ref().map(|(mutual, ..)| mutual.origin.clone());
        let world = World::new(Parts {
            db: db.clone(),
            sealer: Arc::new(store::Sealer::new(&keys.columns).unwrap()),
            vault: vault::Client::Here(Arc::clone(&vault)),
            keys,
            settings,
            partners: Registry::new(Partners::new(self.partners.iter().map(|p| p.registered())).unwrap()),
            partner_http: Box::new(self.web.clone()),
            partner_keys: journeys::partner_keys::Cache::default(),
            partner_logos: journeys::partner_logo::Cache::default(),
            banks: Banks::read(include_str!("../../../deploy/banks.toml"), &self.bank_base).unwrap(),
            bank: match banker {
                Banker::Double(double) => Box::new(double),
                Banker::Real(real) => real,
            },
            revocation: Box::new(card::Register {
                clock: Arc::clone(&self.clock),
                strike: Arc::clone(&self.strike),
                ahead: Arc::clone(&self.ahead),
            }),
            cards: cards(),
            courier: Box::new(self.post.clone()),
            clock: Box::new(Hand(Arc::clone(&self.clock))),
            entropy: Box::new(Dice(AtomicU64::new(0), self.folder.as_os_str().len() as u64 + now.unsigned_abs())),
            signals: Signals::default(),
        });
        partners::refresh(&world).await.unwrap();
        let settings = web::DoorSettings {
            frame_ancestors: Vec::new(),
            behind_proxy: true,
            client_certificate_header: Some("x-client-certificate".into()),
            authorities: web::tls::authorities(mutual.as_ref().map(|(mutual, ..)| mutual.root_file.clone()).as_slice())
                .unwrap(),
            rates: web::limits::Rates::default(),
            card_program: None,
        };
        let doors = web::Doors::new(world.clone(), settings, web::AppFiles::none());
        let mutual = mutual.map(|(mutual, listener, tls)| {
            Mutual::serve(&mut tasks, listener, web::routes::site_router(doors.clone()), &tls);
            mutual
        });
        serve(&mut tasks, site.0, web::routes::site_router(doors.clone()));
        serve(&mut tasks, app.0, web::routes::app_router(doors.clone()));
        serve(&mut tasks, console.0, web::routes::console_router(doors.clone()));
        Town {
            ops: web::ops::Ops::new(world.clone(), vec![("platform", db), ("vault", vault.db().clone())]),
            world,
            doors,
            vault,
            clock: self.clock,
            bank: self.bank,
            post: self.post,
            web: self.web,
            strike: self.strike,
            ahead: self.ahead,
            issuer: site.1,
            app: app.1,
            console: console.1,
            mutual,
            http: client(),
            folder: self.folder,
            partners: self.partners,
            url: self.url,
            wishes: self.wishes,
            tasks,
            _keep: self.keep,
        }
    }
}

/// A client that looks at redirects before it follows them.
pub fn client() -> reqwest::Client {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

async fn listen(address: &str) -> Door {
    let listener = TcpListener::bind(address).await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    (listener, base)
}

pub(crate) fn serve(tasks: &mut JoinSet<()>, listener: TcpListener, router: Router) {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tasks.spawn(async move { axum::serve(listener, service).await.unwrap() });
}

/// Made once per process: an RSA key takes a while.
fn platform_keys() -> &'static str {
    static KEYS: OnceLock<String> = OnceLock::new();
    KEYS.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path: &Path = &folder.path().join("platform.keys");
        let rules = KeyRules { test_world: true, days: 730, now: NOW };
        PlatformKeys::load_or_create(path, rules, |bytes| aws_lc_rs::rand::fill(bytes).unwrap()).unwrap();
        std::fs::read_to_string(path).unwrap()
    })
}

/// The trials' cards are believed.
fn cards() -> CardRules {
    let rules = CardRules::default();
    let roots = rules.roots.clone().with_test(&card::pki().root_pems(), card::REGISTER).unwrap();
    CardRules { roots, ..rules }
}

fn settings(issuer: &str, app: &str, console: &str) -> Settings {
    let everywhere = |prefix: &str, nl: &str| Place { prefix: prefix.into(), name: std::array::from_fn(|_| nl.into()) };
    Settings {
        issuer: issuer.into(),
        app: app.into(),
        console: console.into(),
        name: "zelf".into(),
        terms: TERMS.into(),
        minimum_age: 18,
        countries: Vec::new(),
        time_zone: jiff::tz::TimeZone::get("Europe/Brussels").unwrap(),
        test_world: true,
        inbox: None,
        sms_per_day: 10,
        par_seconds: 60,
        keep_closed_seconds: 30 * 86_400,
        places: vec![everywhere("10.1.", "Stadhuis")],
        tokens: journeys::settings::TokenRules::default(),
        registration: journeys::register::RegistrationRules {
            initial_token: Some(protocol::oidc::partner::SecretDigest::of(REGISTRATION)),
            without_pkce: false,
            session_seconds: 900,
        },
    }
}
