//! What a world writes at each start: the server's configuration, the people's files, and what scripts must know.

use std::net::SocketAddr;
use std::path::Path;

use demo::holders::Holder;
use protocol::oidc::partner::SecretDigest;
use serde_json::{Value, json};
use words::Lang;

use super::kept::private;
use super::{NOTARY_ID, SCRIPT_ID, SERVICE_ID, World, today};
use crate::command::demo::staff::Invited;

impl World {
    /// `zelf.toml`.
    pub(super) fn config(&self, app_dist: &Path, banks: &Path) -> Result<String, String> {
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
console = "{console}"
data = "zelf"

[listen]
issuer = "{issuer_listen}"
app = "{app_listen}"
console = "127.0.0.1:{console_port}"
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
{help}
# Test identities are welcome here, and every page says so. Never in a live world.
[test_world]
enabled = true
inbox = "{inbox}"

[eid.test]
roots = ["pki/rsa-root.pem", "pki/ec-root.pem"]
base = "{register}"

{lan}
[[place]]
prefix = "127."
nl = "{nl}"
fr = "{fr}"
de = "{de}"
en = "{en}"

[[partner]]
id = "{SERVICE_ID}"
name = {{ nl = "{service_nl}", fr = "{service_fr}", de = "{service_de}", en = "{service_en}" }}
domain = "{host}"
redirect_uris = ["{service}/callback"]
scopes = ["profile", "email", "phone", "address"]
claims = ["urn:zelf:claim:national_number"]
biometrics = true
[partner.auth]
method = "private_key_jwt"
jwks = [{{ kty = "EC", crv = "P-256", x = "{x}", y = "{y}", kid = "{kid}" }}]

[[partner]]
id = "{SCRIPT_ID}"
name = {{ nl = "Testscript", fr = "Script de test", de = "Testskript", en = "Test script" }}
domain = "localhost"
redirect_uris = ["http://localhost:9/callback", "http://127.0.0.1:9/callback", "http://localhost:3000/callback"]
scopes = ["profile", "email", "phone", "address"]
[partner.auth]
method = "client_secret"
client_secret_sha256 = "{digest}"

# Wants a phone that has been in use for a day.
[[partner]]
id = "{NOTARY_ID}"
name = {{ nl = "Notaris Voorbeeld", fr = "Notaire Exemple", de = "Notariat Beispiel", en = "Example notary" }}
domain = "localhost"
redirect_uris = ["http://localhost:9/callback"]
scopes = ["profile"]
min_credential_age = 86400
[partner.auth]
method = "client_secret"
client_secret_sha256 = "{digest}"

# Services with a page of their own, and clients for tests: their private keys stand in demo.json.
{more}"#,
            more = self.more_partners()?,
            help = help(banks),
            issuer = self.url(p.issuer),
            app = self.url(p.app),
            console = self.console(),
            console_port = p.console,
            bank = self.url(p.bank),
            inbox = self.url(p.inbox),
            story = self.url(p.story),
            service = self.url(p.service),
            register = self.register(),
            host = self.host(),
            issuer_listen = self.bind(p.issuer),
            app_listen = self.bind(p.app),
            ops_port = p.ops,
            token = self.secrets.gateway_token,
            x = jwk.x,
            y = jwk.y,
            kid = key.kid(),
            digest = SecretDigest::of(&self.secrets.script_secret).hex(),
            lan = self.lan_config(),
        ))
    }

    fn lan_config(&self) -> String {
        let Some(lan) = &self.lan else { return String::new() };
        let [a, b, c, _] = lan.address.octets();
        let [nl, fr, de, en] = Lang::ALL.map(|lang| words::t(lang, "story.lan"));
        format!(
            "[tls]\ncertificate = {:?}\nkey = {:?}\n\n[outbound]\nroots = [{:?}]\n\n[[place]]\nprefix = \"{a}.{b}.{c}.\"\n\
             nl = \"{nl}\"\nfr = \"{fr}\"\nde = \"{de}\"\nen = \"{en}\"\n",
            lan.certificate, lan.key, lan.file
        )
    }

    /// A person file for each holder: `people/<id>.json`.
    pub(super) fn write_people(&self) -> Result<(), String> {
        let folder = self.dir.join("people");
        std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        self.holders.iter().try_for_each(|holder| private(&self.person_file(&holder.id), &holder.person.to_json()))
    }

    pub(super) fn person_file(&self, id: &str) -> std::path::PathBuf {
        self.dir.join("people").join(format!("{id}.json"))
    }

    fn eid_of(&self, holder: &Holder) -> Value {
        json!({ "person": self.person_file(&holder.id), "pin": holder.person.pin })
    }

    fn people(&self) -> Vec<Value> {
        let customer = |c: &demo::customers::Customer| {
            let mut told = c.summary(Lang::En);
            let holder = self.holders.iter().find(|holder| holder.id == c.id);
            if let (Some(told), Some(holder)) = (told.as_object_mut(), holder) {
                told.insert("eid".into(), self.eid_of(holder));
            }
            told
        };
        demo::customers::customers(today()).iter().map(customer).collect()
    }

    /// People with a card whom the bank does not know.
    fn others(&self) -> Vec<Value> {
        let customers = demo::customers::customers(today());
        let strangers = self.holders.iter().filter(|holder| customers.iter().all(|c| c.id != holder.id));
        let told = |h: &Holder| {
            json!({ "id": h.id, "name": h.name(), "birth_date": h.person.birth_date, "number": h.number,
                "note": h.note(Lang::En), "eid": self.eid_of(h) })
        };
        strangers.map(told).collect()
    }

    /// `demo.json`: everything a script needs.
    pub fn write_demo_json(&self, ops: SocketAddr, invited: &[Invited]) -> Result<(), String> {
        let p = &self.ports;
        let zelf = std::env::current_exe().map_err(|e| e.to_string())?;
        let bank = |b: &journeys::registry::Bank| json!({ "id": b.id, "name": b.name.en, "needs_app": b.needs_app, "issuer": b.issuer });
        let mut services = vec![
            json!({
                    "id": SERVICE_ID, "name": words::t(Lang::En, "service.name"), "url": self.url(p.service), "client_id": SERVICE_ID,
                    "auth": "private_key_jwt", "redirect_uris": [format!("{}/callback", self.url(p.service))],
                    "client_key": self.secrets.service_key
            }),
            json!({
                    "id": SCRIPT_ID, "name": "Test script", "url": "http://localhost:9", "client_id": SCRIPT_ID,
                    "auth": "client_secret", "client_secret": self.secrets.script_secret,
                    "redirect_uris": ["http://localhost:9/callback", "http://127.0.0.1:9/callback", "http://localhost:3000/callback"]
            }),
            json!({
                    "id": NOTARY_ID, "name": "Example notary", "url": "http://localhost:9", "client_id": NOTARY_ID,
                    "auth": "client_secret", "client_secret": self.secrets.script_secret,
                    "redirect_uris": ["http://localhost:9/callback"]
            }),
        ];
        services.extend(self.more_services()?);
        let staff = |i: &Invited| json!({ "name": i.name, "role": i.role.word(), "code": i.code });
        let demo = json!({
            "story": self.url(p.story),
            "issuer": self.url(p.issuer),
            "app": self.url(p.app),
            "service": self.url(p.service),
            "bank": self.url(p.bank),
            "inbox": self.url(p.inbox),
            "register": self.register(),
            "ops": format!("http://{ops}"),
            "console": self.console(),
            "staff": invited.iter().map(staff).collect::<Vec<_>>(),
            "ca": self.ca(),
            "zelf": zelf,
            "config": self.config_file,
            "banks": self.banks.all().iter().map(bank).collect::<Vec<_>>(),
            "pki": self.pki_folder(),
            "eid": { "pki": self.pki_folder(), "pki_url": self.register(), "others": self.others() },
            "customers": self.people(),
            "services": services,
        });
        let text = serde_json::to_string_pretty(&demo).map_err(|e| e.to_string())?;
        std::fs::write(self.dir.join("demo.json"), text).map_err(|e| e.to_string())
    }
}

/// Guides and help points of the repository that `banks` lies in; the guides' key ends the table of doors.
fn help(banks: &Path) -> String {
    let points = banks.with_file_name("help-points.toml");
    let guides = banks.parent().and_then(Path::parent).unwrap_or(banks).join("target/help/guides");
    let points = if points.is_file() { format!("[help]\npoints = {points:?}\n") } else { String::new() };
    format!("guides = {guides:?}\n\n{points}")
}
