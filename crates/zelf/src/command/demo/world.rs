//! The addresses, files and people of a demo world.

mod kept;
mod keys;
mod partners;
mod written;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use demo::bank::{BankConfig, BankName, ClientRegistration, Gateway};
use demo::holders::Holder;
use demo::inbox::InboxConfig;
use demo::reader::ReaderConfig;
use demo::register::RegisterConfig;
use demo::story::{StoryConfig, StoryService};
use demo::trust::TrustConfig;
use eid_session::{Failure, HttpServer, Server, ServerAddress};
use eid_virtual::pki::TestPki;
use journeys::registry::Banks;
use protocol::jose::SigningKey;
use tokio::task::JoinSet;

use super::DemoArgs;
use super::lan::Lan;
use crate::command::serve::{listen, listen_with};
use crate::wire::{Wired, now};
use kept::{Ports, Secrets, remembered};
use keys::PartnerKeys;

pub use kept::private;

/// Client id of the demo municipality, and of a second entry for scripts that want a secret.
const SERVICE_ID: &str = "gemeente";
const SCRIPT_ID: &str = "script";
/// Client id of a service that does not trust phones that are new.
const NOTARY_ID: &str = "notaris";

/// A laid-out world.
pub struct World {
    dir: PathBuf,
    lan: Option<Lan>,
    ports: Ports,
    secrets: Secrets,
    keys: PartnerKeys,
    banks: Banks,
    pki: Arc<TestPki>,
    holders: Vec<Holder>,
    pub config_file: PathBuf,
}

impl World {
    /// Chooses ports, makes keys, writes `zelf.toml` and the people's files. `dir` is there.
    pub fn lay_out(dir: &Path, args: &DemoArgs) -> Result<World, String> {
        let dir = dir.canonicalize().map_err(|e| format!("{}: {e}", dir.display()))?;
        let absolute =
            |p: &Path| p.canonicalize().map_err(|e| format!("{}: {e} (run `cargo xtask demo`)", p.display()));
        let (app_dist, banks) = (absolute(&args.app_dist)?, absolute(&args.banks)?);
        let ports = Ports::kept(&dir.join("ports.json"), args.port)?;
        let secrets = remembered(&dir.join("service.key"), Secrets::make)?;
        let keys = remembered(&dir.join("partners.key"), PartnerKeys::make)?;
        let text = std::fs::read_to_string(&banks).map_err(|e| format!("{}: {e}", banks.display()))?;
        let pki = TestPki::load_or_create(&dir.join("pki"), &register(ports)).map_err(|e| e.to_string())?;
        let config_file = dir.join("zelf.toml");
        let holders = demo::holders::holders(today());
        let lan = if args.lan { Some(Lan::lay_out(&dir, args.lan_address)?) } else { None };
        let bank_url = url(lan.as_ref(), ports.bank);
        let world = World {
            dir,
            lan,
            ports,
            secrets,
            keys,
            banks: Banks::read(&text, &bank_url)?,
            pki: Arc::new(pki),
            holders,
            config_file,
        };
        world.write_people()?;
        std::fs::write(&world.config_file, world.config(&app_dist, &banks)?).map_err(|e| e.to_string())?;
        Ok(world)
    }

    fn url(&self, port: u16) -> String {
        url(self.lan.as_ref(), port)
    }

    fn host(&self) -> String {
        self.lan.as_ref().map_or_else(|| "localhost".to_owned(), |lan| lan.address.to_string())
    }

    /// Where a listener of the world stands.
    fn bind(&self, port: u16) -> String {
        self.lan.as_ref().map_or_else(|| local(port), |lan| lan.bind(port))
    }

    fn register(&self) -> String {
        register(self.ports)
    }

    /// Keys speak on a secure page only, which this machine is to itself.
    fn console(&self) -> String {
        format!("http://localhost:{}", self.ports.console)
    }

    fn pki_folder(&self) -> PathBuf {
        self.dir.join("pki")
    }

    /// The authority of a LAN world, PEM.
    pub fn ca(&self) -> Option<&Path> {
        self.lan.as_ref().map(|lan| &*lan.file)
    }

    /// Authorities that everybody in this world believes besides the system's.
    fn roots(&self) -> Vec<String> {
        self.lan.iter().map(|lan| lan.authority.clone()).collect()
    }

    fn service_key(&self) -> Result<SigningKey, String> {
        keys::ec(&self.secrets.service_key)
    }

    /// Starts the bank, the services, the inbox, the register and the story page: they know our public addresses and nothing else.
    pub async fn start_others(&self, wired: &Wired) -> Result<JoinSet<()>, String> {
        let p = &self.ports;
        let issuer = wired.world.settings.issuer.clone();
        let frame_ancestors = vec![self.url(p.story)];
        let mut tasks = JoinSet::new();
        let bank = demo::bank::router(BankConfig {
            base: self.url(p.bank),
            database: self.dir.join("bank.db"),
            banks: self.banks.all().iter().map(|b| BankName { id: b.id.clone(), name: b.name.nl.clone() }).collect(),
            clients: vec![ClientRegistration {
                client_id: "zelf".into(),
                jwks_uri: format!("{issuer}/bank/jwks.json"),
                redirect_uris: vec![format!("{}/bank/return", self.url(p.app))],
            }],
            frame_ancestors: frame_ancestors.clone(),
            roots: self.roots(),
            gateway: Some(Gateway { url: self.url(p.inbox), token: self.secrets.gateway_token.clone() }),
            clock: Arc::new(now),
        })
        .map_err(|e| e.to_string())?;
        let tls = self.lan.as_ref().map(|lan| &lan.tls);
        listen_with(&mut tasks, &self.bind(p.bank), bank, tls).await?;
        let inbox = InboxConfig { token: self.secrets.gateway_token.clone(), frame_ancestors };
        listen_with(&mut tasks, &self.bind(p.inbox), demo::inbox::router(inbox), tls).await?;
        let register = RegisterConfig { pki: Arc::clone(&self.pki), clock: Arc::new(now) };
        listen(&mut tasks, &local(p.register), demo::register::router(register)).await?;
        for (port, service) in self.pages(&issuer)? {
            listen_with(&mut tasks, &self.bind(port), demo::service::router(service), tls).await?;
        }
        let story = StoryConfig {
            issuer,
            app: self.url(p.app),
            service: self.url(p.service),
            services: vec![
                StoryService { id: "town", url: self.url(p.service) },
                StoryService { id: "energy", url: self.url(p.energy) },
                StoryService { id: "housing", url: self.url(p.housing) },
                StoryService { id: "fund", url: self.url(p.fund) },
            ],
            inbox: self.url(p.inbox),
            bank: self.url(p.bank),
            customers: demo::customers::customers(today()),
            reader: self.reader(&wired.world.settings.issuer),
        };
        listen_with(&mut tasks, &self.bind(p.story), demo::story::router(story), tls).await?;
        if let Some(lan) = &self.lan {
            let trust = TrustConfig { certificate: lan.der(), name: lan.name.clone(), app: self.url(p.app) };
            listen(&mut tasks, &self.bind(p.trust), demo::trust::router(trust)).await?;
        }
        Ok(tasks)
    }

    /// The card reader of the story page.
    fn reader(&self, issuer: &str) -> ReaderConfig {
        let (server, roots) = (issuer.to_owned(), self.roots());
        let connect = move || {
            let address = ServerAddress::parse(&server).ok_or(Failure::SERVER_NONE)?;
            Ok(Box::new(HttpServer::trusting(address, now, &roots)?) as Box<dyn Server + Send>)
        };
        ReaderConfig {
            pki: Arc::clone(&self.pki),
            holders: self.holders.clone(),
            server: issuer.to_owned(),
            connect: Arc::new(connect),
            card_command: format!(
                "zelf virtual-card --applet 1.8 --pki {} --pki-url {} --person {} --connect localhost:35963",
                self.pki_folder().display(),
                self.register(),
                self.person_file("an").display()
            ),
            clock: Arc::new(now),
        }
    }

    /// For a LAN world: two codes to scan, and how to trust and to stop trusting.
    pub fn invitation(&self) -> Option<String> {
        let lan = self.lan.as_ref()?;
        let (trust, app) = (format!("http://{}:{}/", lan.address, self.ports.trust), self.url(self.ports.app));
        let (first, second) = (pages::qr::text(&trust), pages::qr::text(&app));
        let width = first.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        let mut told = format!("\n  {:<width$}   {}\n", "1. trust, once", "2. the app");
        let (mut left, mut right) = (first.lines(), second.lines());
        loop {
            let (one, two) = (left.next(), right.next());
            if one.is_none() && two.is_none() {
                break;
            }
            told.push_str(&format!("  {:<width$}   {}\n", one.unwrap_or_default(), two.unwrap_or_default()));
        }
        Some(format!(
            "{told}
  Trust on Android: open {trust}, get the certificate; Settings > Security > Encryption & credentials > Install > CA certificate.
  Trust on iOS: the same address; Settings > Profile Downloaded > Install; General > About > Certificate Trust Settings > on.
  Remove: Android Settings > ... > User credentials; iOS Settings > General > VPN & Device Management; its name is \"{name}\".
  A browser on a computer: Settings > Certificates > Authorities > import {file}; remove it there too.
  SHA-256 {fingerprint}

  Everybody in this network can play along. The authority is good for {address} alone; its key stays in {key}.",
            name = lan.name,
            file = lan.file.display(),
            fingerprint = lan.fingerprint(),
            address = lan.address,
            key = self.dir.join("lan-ca.key").display(),
        ))
    }

    /// The addresses, as a short table.
    pub fn table(&self) -> String {
        let p = &self.ports;
        let rows = [
            ("story", p.story, "start here: everything on one page"),
            ("app", p.app, "the phone app"),
            ("service", p.service, "a municipality to log in to"),
            ("energy", p.energy, "an energy supplier to share data with"),
            ("housing", p.housing, "a landlord to pay, and rules to confirm"),
            ("fund", p.fund, "a health fund that speaks the /v2 contract"),
            ("issuer", p.issuer, "login pages and OpenID provider"),
            ("bank", p.bank, "the demo bank"),
            ("inbox", p.inbox, "SMS and mail"),
        ];
        let told = rows.map(|(name, port, what)| (name, self.url(port), what));
        let register = ("register", self.register(), "which identity cards are in trouble");
        let console = ("console", self.console(), "the helpdesk; its people are invited below");
        let all: Vec<_> = told.into_iter().chain([register, console]).collect();
        let lines: Vec<_> = all.iter().map(|(name, at, what)| format!("  {name:<8} {at:<26} {what}")).collect();
        lines.join("\n")
    }
}

fn url(lan: Option<&Lan>, port: u16) -> String {
    lan.map_or_else(|| format!("http://localhost:{port}"), |lan| format!("https://{}:{port}", lan.address))
}

fn local(port: u16) -> String {
    format!("127.0.0.1:{port}")
}

/// Where the certificates of this world's cards say that they are asked about. What is said there is signed, so plain HTTP does.
fn register(ports: Ports) -> String {
    format!("http://localhost:{}/eid", ports.register)
}

fn today() -> jiff::civil::Date {
    jiff::Timestamp::from_second(now()).unwrap_or_default().to_zoned(jiff::tz::TimeZone::UTC).date()
}
