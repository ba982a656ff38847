//! The addresses, files and people of a demo world.

mod kept;
mod written;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use demo::bank::{BankConfig, BankName, ClientRegistration};
use demo::holders::Holder;
use demo::inbox::InboxConfig;
use demo::reader::ReaderConfig;
use demo::register::RegisterConfig;
use demo::service::{Auth, ServiceConfig};
use demo::story::StoryConfig;
use eid_session::{Failure, HttpServer, Server, ServerAddress};
use eid_virtual::pki::TestPki;
use journeys::registry::Banks;
use protocol::jose::{SigningKey, unb64u};
use tokio::task::JoinSet;

use crate::command::serve::listen;
use crate::wire::{Wired, now};
use kept::{Ports, Secrets, remembered};

/// Client id of the demo municipality, and of a second entry for scripts that want a secret.
const SERVICE_ID: &str = "gemeente";
const SCRIPT_ID: &str = "script";

/// A laid-out world.
pub struct World {
    dir: PathBuf,
    ports: Ports,
    secrets: Secrets,
    banks: Banks,
    pki: Arc<TestPki>,
    holders: Vec<Holder>,
    pub config_file: PathBuf,
}

impl World {
    /// Chooses ports, makes keys, writes `zelf.toml` and the people's files.
    pub fn lay_out(dir: &Path, port: u16, app_dist: &Path, banks: &Path) -> Result<World, String> {
        let dir = dir.canonicalize().map_err(|e| format!("{}: {e}", dir.display()))?;
        let absolute =
            |p: &Path| p.canonicalize().map_err(|e| format!("{}: {e} (run `cargo xtask demo`)", p.display()));
        let (app_dist, banks) = (absolute(app_dist)?, absolute(banks)?);
        let ports = Ports::kept(&dir.join("ports.json"), port)?;
        let secrets = remembered(&dir.join("service.key"), Secrets::make)?;
        let text = std::fs::read_to_string(&banks).map_err(|e| format!("{}: {e}", banks.display()))?;
        let pki = TestPki::load_or_create(&dir.join("pki"), &register(ports)).map_err(|e| e.to_string())?;
        let config_file = dir.join("zelf.toml");
        let holders = demo::holders::holders(today());
        let bank_url = format!("http://localhost:{}", ports.bank);
        let world = World {
            dir,
            ports,
            secrets,
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
        format!("http://{}:{port}", self.host())
    }

    fn host(&self) -> &str {
        "localhost"
    }

    /// Where a listener of the world stands.
    fn bind(&self, port: u16) -> String {
        local(port)
    }

    fn register(&self) -> String {
        register(self.ports)
    }

    fn pki_folder(&self) -> PathBuf {
        self.dir.join("pki")
    }

    fn ca_file(&self) -> Option<PathBuf> {
        None
    }

    fn lan_config(&self) -> String {
        String::new()
    }

    fn service_key(&self) -> Result<SigningKey, String> {
        let scalar = unb64u(&self.secrets.service_key).map_err(|e| e.to_string())?;
        SigningKey::from_bare_scalar(&scalar, "svc").map_err(|e| e.to_string())
    }

    /// Starts the bank, the service, the inbox, the register and the story page: they know our public addresses and nothing else.
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
            clock: Arc::new(now),
        })
        .map_err(|e| e.to_string())?;
        listen(&mut tasks, &self.bind(p.bank), bank).await?;
        let inbox = InboxConfig { token: self.secrets.gateway_token.clone(), frame_ancestors: frame_ancestors.clone() };
        listen(&mut tasks, &self.bind(p.inbox), demo::inbox::router(inbox)).await?;
        let register = RegisterConfig { pki: Arc::clone(&self.pki), clock: Arc::new(now) };
        listen(&mut tasks, &local(p.register), demo::register::router(register)).await?;
        let service = ServiceConfig {
            base_url: self.url(p.service),
            issuer: issuer.clone(),
            client_id: SERVICE_ID.into(),
            auth: Auth::PrivateKeyJwt(Arc::new(self.service_key()?)),
            frame_ancestors,
        };
        listen(&mut tasks, &self.bind(p.service), demo::service::router(service)).await?;
        let story = StoryConfig {
            issuer,
            app: self.url(p.app),
            service: self.url(p.service),
            inbox: self.url(p.inbox),
            bank: self.url(p.bank),
            customers: demo::customers::customers(today()),
            reader: self.reader(&wired.world.settings.issuer),
        };
        listen(&mut tasks, &self.bind(p.story), demo::story::router(story)).await?;
        Ok(tasks)
    }

    /// The card reader of the story page.
    fn reader(&self, issuer: &str) -> ReaderConfig {
        let server = issuer.to_owned();
        let connect = move || {
            let address = ServerAddress::parse(&server).ok_or(Failure::SERVER_NONE)?;
            Ok(Box::new(HttpServer::new(address, now)?) as Box<dyn Server + Send>)
        };
        ReaderConfig {
            pki: Arc::clone(&self.pki),
            holders: self.holders.clone(),
            server: issuer.to_owned(),
            connect: Arc::new(connect),
            card_command: format!(
                "zelf virtual-card --applet 1.8 --pki {} --person {} --connect localhost:35963",
                self.pki_folder().display(),
                self.person_file("an").display()
            ),
            clock: Arc::new(now),
        }
    }

    /// The addresses, as a short table.
    pub fn table(&self) -> String {
        let p = &self.ports;
        let rows = [
            ("story", p.story, "start here: everything on one page"),
            ("app", p.app, "the phone app"),
            ("service", p.service, "a municipality to log in to"),
            ("issuer", p.issuer, "login pages and OpenID provider"),
            ("bank", p.bank, "the demo bank"),
            ("inbox", p.inbox, "SMS and mail"),
        ];
        rows.map(|(name, port, what)| format!("  {name:<8} {:<24} {what}", self.url(port))).join("\n")
    }
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
