//! `zelf.toml`: what an operator decides. Everything has a default but the two addresses.

mod tokens;

use std::path::{Path, PathBuf};

use protocol::oidc::partner::Partner;
use serde::Deserialize;

pub use tokens::{Registration, Tokens};

/// The whole file. Unknown keys are refused: a slip must not pass for a setting.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Origin of the login pages and the OpenID provider.
    pub issuer: String,
    /// Origin of the phone app.
    pub app: String,
    /// Origin of the helpdesk's console, as its people open it.
    #[serde(default = "console")]
    pub console: String,
    #[serde(default = "zelf")]
    pub name: String,
    /// Folder of keys and embedded databases, from the file's own folder.
    #[serde(default = "data")]
    pub data: PathBuf,
    /// `sqlite:/path` or `postgres://…`; default: a file in `data`.
    pub database: Option<String>,
    /// Origin of the listener that asks for client certificates (`listen.mtls`, or a proxy's).
    pub mtls_issuer: Option<String>,
    #[serde(default)]
    pub listen: Listen,
    /// Absent: plain HTTP, for a proxy in front that speaks TLS.
    pub tls: Option<Tls>,
    #[serde(default)]
    pub outbound: Outbound,
    #[serde(default)]
    pub vault: Vault,
    #[serde(default)]
    pub rules: Rules,
    #[serde(default)]
    pub banks: Banks,
    #[serde(default)]
    pub eid: Eid,
    #[serde(default)]
    pub gateway: Gateway,
    #[serde(default)]
    pub limits: Limits,
    #[serde(default)]
    pub tokens: Tokens,
    #[serde(default)]
    pub registration: Registration,
    #[serde(default)]
    pub doors: Doors,
    #[serde(default)]
    pub help: Help,
    #[serde(default)]
    pub policy: Policy,
    #[serde(default)]
    pub test_world: TestWorld,
    #[serde(default, rename = "place")]
    pub places: Vec<Place>,
    #[serde(default, rename = "partner")]
    pub partners: Vec<Partner>,
}

fn console() -> String {
    "http://localhost:8407".into()
}

fn zelf() -> String {
    "zelf".into()
}

fn data() -> PathBuf {
    "data".into()
}

/// Addresses to listen at.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Listen {
    pub issuer: String,
    pub app: String,
    /// The helpdesk's console; keep it inside. Empty: none.
    pub console: String,
    /// The issuer's doors once more, asking for client certificates (RFC 8705); needs `[tls]`. Empty: none.
    pub mtls: String,
    /// Health and counters; keep it inside.
    pub ops: String,
}

impl Default for Listen {
    fn default() -> Self {
        Listen {
            issuer: "127.0.0.1:8401".into(),
            app: "127.0.0.1:8402".into(),
            console: "127.0.0.1:8407".into(),
            mtls: String::new(),
            ops: "127.0.0.1:8409".into(),
        }
    }
}

/// HTTPS on the listeners of issuer and app.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// PEM: our certificate, then those up to the root.
    pub certificate: PathBuf,
    /// PEM, readable by the server alone.
    pub key: PathBuf,
}

/// Calls to other people's machines.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Outbound {
    /// PEM files of authorities to believe besides the system's.
    pub roots: Vec<PathBuf>,
}

/// Where the vault is: in this process over its own database, or behind a socket (`zelf vault`).
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Vault {
    pub socket: Option<PathBuf>,
    pub database: Option<String>,
}

/// Rules that differ between operators.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rules {
    pub minimum_age: i32,
    /// ISO 3166-1 alpha-2; empty: every country.
    pub countries: Vec<String>,
    pub terms: String,
    pub time_zone: String,
    pub sms_per_day: i64,
    /// A closed account is kept, sealed, for so long; then it is erased.
    pub keep_closed_days: i64,
    /// A pushed authorization request waits so long for its browser, at most 600.
    pub pushed_request_seconds: i64,
    /// Life of a key made for tokens (`zelf keys`).
    pub key_days: u32,
}

impl Default for Rules {
    fn default() -> Self {
        Rules {
            minimum_age: 18,
            countries: Vec::new(),
            terms: "2026-11".into(),
            time_zone: "Europe/Brussels".into(),
            sms_per_day: 5,
            keep_closed_days: 30,
            pushed_request_seconds: 60,
            key_days: 730,
        }
    }
}

/// The registry of banks.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Banks {
    /// File of the registry (`deploy/banks.toml`); none: no bank.
    pub file: Option<PathBuf>,
    /// What `{bank}` in an issuer stands for.
    pub base: String,
}

/// Identity cards (docs/eid.md).
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Eid {
    /// Kinds of card that open an account; default: citizens and foreigners who live here.
    pub document_types: Option<Vec<u16>>,
    /// Cards of a test PKI, in a test world only.
    pub test: Option<TestCards>,
}

/// Whoever holds the keys of these roots makes cards at will.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestCards {
    /// PEM files.
    pub roots: Vec<PathBuf>,
    /// Where their revocation is asked.
    pub base: String,
}

/// Where SMS and mail leave (docs/protocol.md §7).
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Gateway {
    pub url: String,
    pub token: String,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway").field("url", &self.url).finish_non_exhaustive()
    }
}

/// What one network may start.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    pub activations_per_hour: u32,
    pub logins_per_quarter: u32,
}

impl Default for Limits {
    fn default() -> Self {
        let rates = web::limits::Rates::default();
        Limits { activations_per_hour: rates.activations_per_hour, logins_per_quarter: rates.logins_per_quarter }
    }
}

/// How the doors stand.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Doors {
    /// The built phone app (`phone/dist`).
    pub app_files: Option<PathBuf>,
    pub frame_ancestors: Vec<String>,
    pub behind_proxy: bool,
    /// Header in which the proxy tells the client certificate it saw (RFC 9440, escaped PEM or base64 DER).
    pub client_certificate_header: Option<String>,
    /// PEM files of authorities whose client certificates count by their name.
    pub client_authorities: Vec<PathBuf>,
    /// Address where people get the card program `zelf-eid`.
    pub card_program: Option<String>,
    /// The printable guides (`cargo xtask guides`).
    pub guides: Option<PathBuf>,
}

/// Help pages (docs/help.md).
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Help {
    /// File of the help points (`deploy/help-points.toml`); none: nobody nearby.
    pub points: Option<PathBuf>,
    /// What people type to find our site; default: the issuer's host.
    pub site: Option<String>,
}

/// What is asked of partners beyond what the protocol needs.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    pub partner_certificates: Certificates,
}

/// Which certificates the hosts of partners may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Certificates {
    /// Any that browsers believe.
    #[default]
    Any,
    /// Only those whose authority checked the organisation: OV or EV. Keys and requests are fetched from no other host.
    Ov,
}

/// Test identities: must be switched on by hand and is told on every page and in discovery.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TestWorld {
    pub enabled: bool,
    pub inbox: Option<String>,
}

/// A network and what people call it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    pub prefix: String,
    pub nl: String,
    pub fr: String,
    pub de: String,
    pub en: String,
}

impl Config {
    /// Reads the file; paths in it count from its own folder.
    ///
    /// # Errors
    /// A sentence that names file and place.
    pub fn read(path: &Path) -> Result<Config, String> {
        let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let mut config: Config = toml::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        config.data = folder.join(&config.data);
        let tls = config.tls.iter_mut().flat_map(|tls| [&mut tls.certificate, &mut tls.key]);
        tls.chain(&mut config.outbound.roots).for_each(|file| *file = folder.join(&*file));
        config.doors.client_authorities.iter_mut().for_each(|file| *file = folder.join(&*file));
        for file in
            [&mut config.banks.file, &mut config.doors.app_files, &mut config.doors.guides, &mut config.help.points]
                .into_iter()
                .flatten()
        {
            *file = folder.join(&*file);
        }
        if let Some(test) = &mut config.eid.test {
            if !config.test_world.enabled {
                return Err(format!("{}: [eid.test] needs [test_world] enabled = true", path.display()));
            }
            test.roots.iter_mut().for_each(|file| *file = folder.join(&*file));
        }
        if !(60..=3650).contains(&config.rules.key_days) {
            return Err(format!("{}: rules.key_days must be 60 to 3650", path.display()));
        }
        for origin in [&config.issuer, &config.app, &config.console].into_iter().chain(&config.mtls_issuer) {
            check_origin(origin)?;
        }
        if !config.listen.mtls.is_empty() && (config.tls.is_none() || config.mtls_issuer.is_none()) {
            return Err(format!("{}: listen.mtls needs [tls] and mtls_issuer", path.display()));
        }
        Ok(config)
    }

    pub fn database_url(&self) -> String {
        self.database.clone().unwrap_or_else(|| format!("sqlite:{}", self.data.join("zelf.db").display()))
    }

    /// The vault's own database: its own file beside SQLite, the same server beside PostgreSQL.
    pub fn vault_database_url(&self) -> String {
        let own_file = || format!("sqlite:{}", self.data.join("vault.db").display());
        self.vault.database.clone().unwrap_or_else(|| match &self.database {
            Some(url) if !url.starts_with("sqlite:") => url.clone(),
            _ => own_file(),
        })
    }
}

/// `https://…`, or `http://` on this machine; no path.
fn check_origin(origin: &str) -> Result<(), String> {
    let loopback = ["http://localhost", "http://127.0.0.1", "http://[::1]"].iter().any(|p| origin.starts_with(p));
    let rest = origin.split_once("://").map(|(_, rest)| rest).unwrap_or_default();
    if rest.is_empty() || rest.contains('/') || !(origin.starts_with("https://") || loopback) {
        return Err(format!("{origin:?} is not an origin: https://host, or http:// on this machine, without a path"));
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn two_addresses_are_enough() {
        let config: Config = toml::from_str("issuer = \"https://id.example\"\napp = \"https://app.example\"").unwrap();
        assert_eq!(config.rules.minimum_age, 18);
        assert!(!config.test_world.enabled);
        assert_eq!(config.vault_database_url(), "sqlite:data/vault.db");
    }

    #[test]
    fn a_slip_is_refused() {
        let slip = "issuer = \"https://id.example\"\napp = \"https://app.example\"\n[rules]\nminimum_ago = 16";
        assert!(toml::from_str::<Config>(slip).unwrap_err().to_string().contains("minimum_ago"));
        for bad in ["http://id.example", "https://id.example/", "id.example", "https://"] {
            assert!(check_origin(bad).is_err(), "{bad}");
        }
        assert!(check_origin("http://localhost:8401").is_ok());
    }

    #[test]
    fn test_cards_are_believed_in_a_test_world_only() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("zelf.toml");
        let text = "issuer = \"https://id.example\"\napp = \"https://app.example\"\n\
                    [eid.test]\nroots = [\"root.pem\"]\nbase = \"http://localhost:8404/eid\"\n";
        std::fs::write(&file, text).unwrap();
        assert!(Config::read(&file).unwrap_err().contains("test_world"));
        std::fs::write(&file, format!("{text}[test_world]\nenabled = true\n")).unwrap();
        let test = Config::read(&file).unwrap().eid.test.unwrap();
        assert_eq!(test.roots, [folder.path().join("root.pem")]);
    }
}
