//! Builds the world from the config: the only place with the real clock and real chance.

use std::path::PathBuf;
use std::sync::Arc;

use domain::identity::Identity;
use journeys::enrol_with_eid::CardRules;
use journeys::keys::{KeyRules, PlatformKeys};
use journeys::partners::Registry;
use journeys::ports::{
    BankConnector, BankFailure, BankOpened, BankRequest, Boxed, Clock, Courier, Entropy, HostCertificate,
    PartnerAnswer, PartnerCallError, PartnerHttp, RevocationSource,
};
use journeys::registry::Banks;
use journeys::settings::{Place, Settings};
use journeys::world::Parts;
use journeys::{Signals, World};
use outbound::bank::{BankClient, BankError, BankProof, OpenRequest, Pending};
use outbound::client::Http;
use outbound::gateway::Gateway;
use outbound::partner::{CallError as PartnerCall, PartnerClient};
use outbound::revocation::Revocation;
use protocol::oidc::attributes::{Address, Attributes, Place as Birthplace};
use protocol::oidc::facts::Document;
use protocol::oidc::partner::Partners;
use store::outbox::Message;

use crate::config::Config;
use crate::expiry;

/// A sentence for the operator.
pub type Problem = String;

/// Everything that runs: the world of the doors, and the vault when it lives in this process.
pub struct Wired {
    pub world: World,
    pub vault: Option<Arc<vault::Vault>>,
    pub doors: web::Doors,
    pub ops: web::ops::Ops,
}

struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> i64 {
        now()
    }
}

/// Unix seconds.
#[expect(clippy::disallowed_methods, reason = "the one place where the real clock is read")]
pub fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(i64::MAX))
}

struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        fill(bytes);
    }
}

/// Random bytes of the operating system; without them nothing may go on.
pub fn fill(bytes: &mut [u8]) {
    if aws_lc_rs::rand::fill(bytes).is_err() {
        std::process::abort();
    }
}

/// Opens databases and keys, and wires everything together.
pub async fn wire(config: &Config) -> Result<Wired, Problem> {
    std::fs::create_dir_all(&config.data).map_err(|e| format!("{}: {e}", config.data.display()))?;
    let (client, vault) = open_vault(config).await?;
    let db = open_db(&config.database_url())?;
    db.migrate("platform", store::MIGRATIONS, now()).await.map_err(|e| e.to_string())?;
    let rules = key_rules(config);
    let keys = PlatformKeys::load_or_create(&config.data.join("platform.keys"), rules, fill)?;
    let sealer = store::Sealer::new(&keys.columns).ok_or("the column key has the wrong length")?;
    let roots = pems(&config.outbound.roots)?;
    let http = Http::trusting(&roots).map_err(|e| e.to_string())?;
    let redirect = format!("{}/bank/return", config.app);
    let bank = BankClient::new(http.clone(), "zelf", keys.bank_signer(), redirect);
    let world = World::new(Parts {
        db: db.clone(),
        sealer: Arc::new(sealer),
        vault: client,
        keys,
        settings: settings(config)?,
        partners: Registry::new(Partners::new(config.partners.iter().cloned()).map_err(|e| e.to_string())?),
        partner_http: Box::new(RealPartners(
            PartnerClient::new(&roots, partner_rules(config)).map_err(|e| e.to_string())?,
        )),
        partner_keys: journeys::partner_keys::Cache::default(),
        partner_logos: journeys::partner_logo::Cache::default(),
        banks: banks(config)?,
        bank: Box::new(OidcBanks(Arc::new(bank))),
        revocation: Box::new(HttpRevocation(Revocation::new().map_err(|e| e.to_string())?)),
        cards: cards(config)?,
        courier: Box::new(HttpCourier(Gateway::new(http, config.gateway.url.clone(), config.gateway.token.clone()))),
        clock: Box::new(SystemClock),
        entropy: Box::new(SystemEntropy),
        signals: Signals::default(),
    });
    journeys::partners::refresh(&world).await.map_err(|e| format!("registered partners: {e:?}"))?;
    let mut databases = vec![("platform", db)];
    databases.extend(vault.as_ref().map(|v| ("vault", v.db().clone())));
    let doors = web::Doors::new(world.clone(), door_settings(config)?, app_files(config)?)
        .with_help(help_points(config)?, guides(config)?);
    let mut ops = web::ops::Ops::new(world.clone(), databases);
    if let Some(tls) = &config.tls {
        ops = ops.with_certificate(tls.certificate.display().to_string(), expiry::of_certificate(&tls.certificate)?);
    }
    Ok(Wired { world, vault, doors, ops })
}

/// How this server makes keys, now.
pub fn key_rules(config: &Config) -> KeyRules {
    KeyRules { test_world: config.test_world.enabled, days: config.rules.key_days, now: now() }
}

fn open_db(url: &str) -> Result<db::Db, Problem> {
    db::Db::open(url).map_err(|e| e.to_string())
}

/// The vault here, or the way to it.
async fn open_vault(config: &Config) -> Result<(vault::Client, Option<Arc<vault::Vault>>), Problem> {
    if let Some(path) = &config.vault.socket {
        return Ok((vault::Client::socket(path), None));
    }
    let vault = vault_here(config).await?;
    Ok((vault::Client::Here(Arc::clone(&vault)), Some(vault)))
}

/// Opens the vault in this process.
pub async fn vault_here(config: &Config) -> Result<Arc<vault::Vault>, Problem> {
    std::fs::create_dir_all(&config.data).map_err(|e| format!("{}: {e}", config.data.display()))?;
    let path = config.data.join("vault.keys");
    let keys = vault::Keyring::load_or_create(&path, config.test_world.enabled, now());
    let keys = keys.map_err(|e| format!("{}: {e}", path.display()))?;
    vault::Vault::open(open_db(&config.vault_database_url())?, keys, now()).await.map_err(|e| e.to_string())
}

fn pems(files: &[PathBuf]) -> Result<Vec<String>, Problem> {
    let read = |file: &PathBuf| std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()));
    files.iter().map(read).collect()
}

fn settings(config: &Config) -> Result<Settings, Problem> {
    let time_zone = jiff::tz::TimeZone::get(&config.rules.time_zone).map_err(|e| e.to_string())?;
    let place = |p: &crate::config::Place| Place {
        prefix: p.prefix.clone(),
        name: [p.nl.clone(), p.fr.clone(), p.de.clone(), p.en.clone()],
    };
    Ok(Settings {
        issuer: config.issuer.clone(),
        app: config.app.clone(),
        console: config.console.clone(),
        name: config.name.clone(),
        terms: config.rules.terms.clone(),
        minimum_age: config.rules.minimum_age,
        countries: config.rules.countries.clone(),
        time_zone,
        test_world: config.test_world.enabled,
        inbox: config.test_world.inbox.clone(),
        sms_per_day: config.rules.sms_per_day,
        par_seconds: config.rules.pushed_request_seconds.clamp(5, 600),
        keep_closed_seconds: config.rules.keep_closed_days.max(0) * 86_400,
        places: config.places.iter().map(place).collect(),
        registration: config.registration.rules(),
        tokens: config.tokens.rules(config.mtls_issuer.as_ref()),
    })
}

fn banks(config: &Config) -> Result<Banks, Problem> {
    let Some(file) = &config.banks.file else { return Ok(Banks::default()) };
    let text = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    Banks::read(&text, &config.banks.base).map_err(|e| format!("{}: {e}", file.display()))
}

/// Whose cards are believed. The genuine roots always; test roots where the config asks for them, which only a test world can.
fn cards(config: &Config) -> Result<CardRules, Problem> {
    let mut rules = CardRules::default();
    if let Some(types) = &config.eid.document_types {
        rules.document_types.clone_from(types);
    }
    if let Some(test) = &config.eid.test {
        rules.roots = rules.roots.with_test(&pems(&test.roots)?, &test.base).map_err(|e| e.to_string())?;
        tracing::warn!("cards of a test PKI are believed");
    }
    Ok(rules)
}

fn partner_rules(config: &Config) -> outbound::partner::Rules {
    let vetted = config.policy.partner_certificates == crate::config::Certificates::Ov;
    outbound::partner::Rules { test_world: config.test_world.enabled, vetted }
}

fn door_settings(config: &Config) -> Result<web::DoorSettings, Problem> {
    let authorities = web::tls::authorities(&config.doors.client_authorities)?;
    Ok(web::DoorSettings {
        frame_ancestors: config.doors.frame_ancestors.clone(),
        behind_proxy: config.doors.behind_proxy,
        client_certificate_header: config.doors.client_certificate_header.clone(),
        authorities,
        card_program: config.doors.card_program.clone(),
        rates: web::limits::Rates {
            activations_per_hour: config.limits.activations_per_hour,
            logins_per_quarter: config.limits.logins_per_quarter,
            ..web::limits::Rates::default()
        },
    })
}

fn app_files(config: &Config) -> Result<web::AppFiles, Problem> {
    match &config.doors.app_files {
        None => Ok(web::AppFiles::none()),
        Some(folder) => web::AppFiles::read(folder).map_err(|e| format!("{}: {e}", folder.display())),
    }
}

/// Whom people can turn to.
fn help_points(config: &Config) -> Result<pages::help::Local, Problem> {
    let mut local = match &config.help.points {
        None => pages::help::Local::default(),
        Some(file) => {
            let fault = |e: &dyn std::fmt::Display| format!("{}: {e}", file.display());
            let text = std::fs::read_to_string(file).map_err(|e| fault(&e))?;
            let local: pages::help::Local = toml::from_str(&text).map_err(|e| fault(&e))?;
            local.check().map_err(|e| fault(&e))?;
            local
        }
    };
    local.site = config.help.site.clone().unwrap_or_default();
    Ok(local)
}

/// Guides are made by a command of their own: until it has run there are none.
fn guides(config: &Config) -> Result<web::AppFiles, Problem> {
    match config.doors.guides.as_ref().filter(|folder| folder.is_dir()) {
        None => Ok(web::AppFiles::none()),
        Some(folder) => web::AppFiles::read(folder).map_err(|e| format!("{}: {e}", folder.display())),
    }
}

struct OidcBanks(Arc<BankClient>);

impl BankConnector for OidcBanks {
    fn open(&self, request: BankRequest) -> Boxed<'_, Result<BankOpened, BankFailure>> {
        Box::pin(async move {
            let ask = OpenRequest {
                phone_masked: request.phone_masked,
                device: request.device,
                device_thumbprint: request.device_thumbprint,
                terms: request.terms,
                session: request.session,
                locale: request.lang,
                state: request.state,
            };
            let opened =
                self.0.open(&request.issuer, &ask, request.now, request.entropy).await.map_err(bank_failure)?;
            let pending = serde_json::to_string(&opened.pending).map_err(|e| BankFailure::Refused(e.to_string()))?;
            Ok(BankOpened { url: opened.url, pending })
        })
    }

    fn finish(
        &self,
        pending: String,
        code: String,
        iss: String,
        now: i64,
        entropy: [u8; 32],
    ) -> Boxed<'_, Result<Identity, BankFailure>> {
        Box::pin(async move {
            let pending: Pending = serde_json::from_str(&pending).map_err(|e| BankFailure::Refused(e.to_string()))?;
            let proof = self.0.finish(&pending, &code, &iss, now, entropy).await.map_err(bank_failure)?;
            Ok(identity(proof, now))
        })
    }
}

fn bank_failure(error: BankError) -> BankFailure {
    match error {
        BankError::Unreachable => BankFailure::Unreachable,
        other => BankFailure::Refused(other.to_string()),
    }
}

/// What the bank said, in our words.
fn identity(proof: BankProof, now: i64) -> Identity {
    let a = proof.address;
    Identity {
        method: "bank".into(),
        source: String::new(),
        source_subject: proof.sub,
        attributes: Attributes {
            given_name: Some(proof.given_name),
            family_name: Some(proof.family_name),
            birthdate: Some(proof.birthdate),
            gender: Some(proof.gender),
            nationalities: proof.nationalities,
            place_of_birth: proof
                .place_of_birth
                .map(|locality| Birthplace { locality: Some(locality), ..Birthplace::default() }),
            address: Some(Address {
                street_address: Some(a.street_address),
                postal_code: Some(a.postal_code),
                locality: Some(a.locality),
                country: Some(a.country),
            }),
            national_number: Some(proof.national_number),
            ..Attributes::default()
        },
        document: Some(Document {
            number: proof.document_number.clone(),
            kind: "I".into(),
            country: proof.document_country.unwrap_or_default(),
            valid_until: Some(proof.date_of_expiry.clone()),
            ..Document::default()
        }),
        document_number: proof.document_number,
        document_expiry: proof.date_of_expiry,
        evidence_sha256: protocol::jose::b64u(protocol::jose::sha256(proof.evidence.as_bytes())),
        proven_at: now,
    }
}

struct HttpRevocation(Revocation);

impl RevocationSource for HttpRevocation {
    fn fetch(&self, url: String, body: Option<Vec<u8>>) -> Boxed<'_, Result<Vec<u8>, String>> {
        Box::pin(async move { self.0.fetch(&url, body, now()).await })
    }
}

struct HttpCourier(Gateway);

impl Courier for HttpCourier {
    fn send<'a>(&'a self, kind: &'a str, id: &'a str, message: &'a Message) -> Boxed<'a, Result<(), String>> {
        Box::pin(async move { self.0.send(kind, id, &message.to, message.subject.as_deref(), &message.text).await })
    }
}

struct RealPartners(PartnerClient);

impl PartnerHttp for RealPartners {
    fn get<'a>(&'a self, url: &'a str) -> Boxed<'a, Result<PartnerAnswer, PartnerCallError>> {
        Box::pin(async move {
            let a = self.0.get(url).await.map_err(partner_call)?;
            let certificate = a.certificate.map(|c| HostCertificate { ends_at: c.ends_at, vetted: c.vetted });
            let (content_type, max_age, body, took) = (a.content_type, a.max_age, a.body, a.took);
            Ok(PartnerAnswer { status: a.status, content_type, max_age, body, certificate, took })
        })
    }

    fn post<'a>(
        &'a self,
        url: &'a str,
        content_type: &'a str,
        bearer: Option<&'a str>,
        body: Vec<u8>,
    ) -> Boxed<'a, Result<u16, PartnerCallError>> {
        Box::pin(async move { self.0.post(url, content_type, bearer, body).await.map_err(partner_call) })
    }
}

fn partner_call(error: PartnerCall) -> PartnerCallError {
    match error {
        PartnerCall::Forbidden(why) => PartnerCallError::Forbidden(why.into()),
        PartnerCall::Unreachable(why) => PartnerCallError::Unreachable(why),
        PartnerCall::TooLarge => PartnerCallError::TooLarge,
    }
}
