//! The addresses, files and people of a demo world.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use demo::bank::{BankConfig, BankName, ClientRegistration};
use demo::inbox::InboxConfig;
use demo::service::{Auth, ServiceConfig};
use demo::story::StoryConfig;
use journeys::registry::Banks;
use protocol::jose::{SigningKey, b64u, unb64u};
use protocol::oidc::partner::SecretDigest;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::task::JoinSet;
use words::Lang;

use crate::command::serve::listen;
use crate::wire::{Wired, fill, now};

/// Client id of the demo municipality, and of a second entry for scripts that want a secret.
const SERVICE_ID: &str = "gemeente";
const SCRIPT_ID: &str = "script";

/// Ports of one world; kept, so that a second start finds cookies and phones where they were.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Ports {
    story: u16,
    issuer: u16,
    app: u16,
    service: u16,
    bank: u16,
    inbox: u16,
    ops: u16,
}

/// Secrets of the world's other people.
#[derive(Serialize, Deserialize)]
struct Secrets {
    service_key: String,
    script_secret: String,
    gateway_token: String,
}

/// A laid-out world.
pub struct World {
    dir: PathBuf,
    ports: Ports,
    secrets: Secrets,
    banks: Banks,
    pub config_file: PathBuf,
}

fn url(port: u16) -> String {
    format!("http://localhost:{port}")
}

impl World {
    /// Chooses ports, makes keys, writes `zelf.toml`.
    pub fn lay_out(dir: &Path, port: u16, app_dist: &Path, banks: &Path) -> Result<World, String> {
        let dir = dir.canonicalize().map_err(|e| format!("{}: {e}", dir.display()))?;
        let absolute =
            |p: &Path| p.canonicalize().map_err(|e| format!("{}: {e} (run `cargo xtask demo`)", p.display()));
        let (app_dist, banks) = (absolute(app_dist)?, absolute(banks)?);
        let ports = remembered(&dir.join("ports.json"), || Ports::choose(port))?;
        let secrets = remembered(&dir.join("service.key"), Secrets::make)?;
        let text = std::fs::read_to_string(&banks).map_err(|e| format!("{}: {e}", banks.display()))?;
        let registry = Banks::read(&text, &url(ports.bank))?;
        let config_file = dir.join("zelf.toml");
        let world = World { dir, ports, secrets, banks: registry, config_file };
        std::fs::write(&world.config_file, world.config(&app_dist, &banks)?).map_err(|e| e.to_string())?;
        Ok(world)
    }

    fn service_key(&self) -> Result<SigningKey, String> {
        let scalar = unb64u(&self.secrets.service_key).map_err(|e| e.to_string())?;
        SigningKey::from_bare_scalar(&scalar, "svc").map_err(|e| e.to_string())
    }

    fn config(&self, app_dist: &Path, banks: &Path) -> Result<String, String> {
        let p = &self.ports;
        let key = self.service_key()?;
        let jwk = key.public().jwk();
        let name = |key: &'static str| Lang::ALL.map(|lang| words::t(lang, key).to_owned());
        let [nl, fr, de, en] = name("story.here");
        let [service_nl, service_fr, service_de, service_en] = name("service.name");
        Ok(format!(
            r#"# Written by `zelf demo` at each start.
issuer = "{issuer}"
app = "{app}"
data = "zelf"

[listen]
issuer = "127.0.0.1:{issuer_port}"
app = "127.0.0.1:{app_port}"
ops = "127.0.0.1:{ops_port}"

[banks]
file = {banks:?}
base = "{bank}"

[gateway]
url = "{inbox}"
token = "{token}"

[limits]
activations_per_hour = 100000
logins_per_quarter = 100000

[doors]
app_files = {app_dist:?}
frame_ancestors = ["{story}"]

# Test identities are welcome here, and every page says so. Never in a live world.
[test_world]
enabled = true
inbox = "{inbox}"

[[place]]
prefix = "127."
nl = "{nl}"
fr = "{fr}"
de = "{de}"
en = "{en}"

[[partner]]
id = "{SERVICE_ID}"
name = {{ nl = "{service_nl}", fr = "{service_fr}", de = "{service_de}", en = "{service_en}" }}
domain = "localhost"
redirect_uris = ["{service}/callback"]
scopes = ["profile", "email", "phone", "address"]
claims = ["urn:zelf:claim:national_number"]
[partner.auth]
method = "private_key_jwt"
jwks = [{{ kty = "EC", crv = "P-256", x = "{x}", y = "{y}", kid = "{kid}" }}]

[[partner]]
id = "{SCRIPT_ID}"
name = {{ nl = "Testscript", fr = "Script de test", de = "Testskript", en = "Test script" }}
domain = "localhost"
redirect_uris = ["http://localhost:9/callback", "http://127.0.0.1:9/callback"]
scopes = ["profile", "email", "phone", "address"]
[partner.auth]
method = "client_secret"
client_secret_sha256 = "{digest}"
"#,
            issuer = url(p.issuer),
            app = url(p.app),
            bank = url(p.bank),
            inbox = url(p.inbox),
            story = url(p.story),
            service = url(p.service),
            issuer_port = p.issuer,
            app_port = p.app,
            ops_port = p.ops,
            token = self.secrets.gateway_token,
            x = jwk.x,
            y = jwk.y,
            kid = key.kid(),
            digest = SecretDigest::of(&self.secrets.script_secret).hex(),
        ))
    }

    /// Starts the bank, the service, the inbox and the story page: they know our public addresses and nothing else.
    pub async fn start_others(&self, wired: &Wired) -> Result<JoinSet<()>, String> {
        let p = &self.ports;
        let issuer = wired.world.settings.issuer.clone();
        let frame_ancestors = vec![url(p.story)];
        let mut tasks = JoinSet::new();
        let bank = demo::bank::router(BankConfig {
            base: url(p.bank),
            database: self.dir.join("bank.db"),
            banks: self.banks.all().iter().map(|b| BankName { id: b.id.clone(), name: b.name.nl.clone() }).collect(),
            clients: vec![ClientRegistration {
                client_id: "zelf".into(),
                jwks_uri: format!("{issuer}/bank/jwks.json"),
                redirect_uris: vec![format!("{}/bank/return", url(p.app))],
            }],
            frame_ancestors: frame_ancestors.clone(),
            clock: Arc::new(now),
        })
        .map_err(|e| e.to_string())?;
        listen(&mut tasks, &local(p.bank), bank).await?;
        let inbox = InboxConfig { token: self.secrets.gateway_token.clone(), frame_ancestors: frame_ancestors.clone() };
        listen(&mut tasks, &local(p.inbox), demo::inbox::router(inbox)).await?;
        let service = ServiceConfig {
            base_url: url(p.service),
            issuer: issuer.clone(),
            client_id: SERVICE_ID.into(),
            auth: Auth::PrivateKeyJwt(Arc::new(self.service_key()?)),
            frame_ancestors,
        };
        listen(&mut tasks, &local(p.service), demo::service::router(service)).await?;
        let story = StoryConfig {
            issuer,
            app: url(p.app),
            service: url(p.service),
            inbox: url(p.inbox),
            bank: url(p.bank),
            customers: demo::customers::customers(today()),
        };
        listen(&mut tasks, &local(p.story), demo::story::router(story)).await?;
        Ok(tasks)
    }

    /// Everything a script needs.
    pub fn write_demo_json(&self, ops: SocketAddr) -> Result<(), String> {
        let p = &self.ports;
        let zelf = std::env::current_exe().map_err(|e| e.to_string())?;
        let bank = |b: &journeys::registry::Bank| json!({ "id": b.id, "name": b.name.en, "needs_app": b.needs_app, "issuer": b.issuer });
        let demo = json!({
            "story": url(p.story),
            "issuer": url(p.issuer),
            "app": url(p.app),
            "service": url(p.service),
            "bank": url(p.bank),
            "inbox": url(p.inbox),
            "ops": format!("http://{ops}"),
            "zelf": zelf,
            "config": self.config_file,
            "banks": self.banks.all().iter().map(bank).collect::<Vec<_>>(),
            "customers": demo::customers::customers(today()).iter().map(|c| c.summary(Lang::En)).collect::<Vec<_>>(),
            "services": [
                {
                    "id": SERVICE_ID, "name": words::t(Lang::En, "service.name"), "url": url(p.service), "client_id": SERVICE_ID,
                    "auth": "private_key_jwt", "redirect_uris": [format!("{}/callback", url(p.service))],
                    "client_key": self.secrets.service_key
                },
                {
                    "id": SCRIPT_ID, "name": "Test script", "url": "http://localhost:9", "client_id": SCRIPT_ID,
                    "auth": "client_secret", "client_secret": self.secrets.script_secret,
                    "redirect_uris": ["http://localhost:9/callback", "http://127.0.0.1:9/callback"]
                }
            ],
        });
        let text = serde_json::to_string_pretty(&demo).map_err(|e| e.to_string())?;
        std::fs::write(self.dir.join("demo.json"), text).map_err(|e| e.to_string())
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
        rows.map(|(name, port, what)| format!("  {name:<8} {:<24} {what}", url(port))).join("\n")
    }
}

fn local(port: u16) -> String {
    format!("127.0.0.1:{port}")
}

fn today() -> jiff::civil::Date {
    jiff::Timestamp::from_second(now()).unwrap_or_default().to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// Reads `path`, or makes the value and keeps it there, readable by its owner alone.
fn remembered<T: Serialize + for<'a> Deserialize<'a>>(
    path: &Path,
    make: impl FnOnce() -> Result<T, String>,
) -> Result<T, String> {
    if let Ok(text) = std::fs::read_to_string(path) {
        return serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()));
    }
    let value = make()?;
    let text = serde_json::to_string_pretty(&value).map_err(|e| e.to_string())?;
    std::fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))?;
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(path, private).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(value)
}

impl Ports {
    fn choose(base: u16) -> Result<Ports, String> {
        let mut held = Vec::new();
        let mut next = |offset: u16| -> Result<u16, String> {
            if base != 0 {
                return base.checked_add(offset).ok_or_else(|| "that port is too high".to_owned());
            }
            let listener = TcpListener::bind("127.0.0.1:0").map_err(|e| e.to_string())?;
            let port = listener.local_addr().map_err(|e| e.to_string())?.port();
            held.push(listener);
            Ok(port)
        };
        Ok(Ports {
            story: next(0)?,
            issuer: next(1)?,
            app: next(2)?,
            service: next(3)?,
            bank: next(4)?,
            inbox: next(5)?,
            ops: next(9)?,
        })
    }
}

impl Secrets {
    fn make() -> Result<Secrets, String> {
        let secret = || {
            let mut bytes = [0; 24];
            fill(&mut bytes);
            b64u(bytes)
        };
        let key = SigningKey::generate("svc").and_then(|k| k.scalar()).map_err(|e| e.to_string())?;
        Ok(Secrets { service_key: b64u(&*key), script_secret: secret(), gateway_token: secret() })
    }
}
