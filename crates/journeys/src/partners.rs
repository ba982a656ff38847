//! The partners that this server knows: those of `zelf.toml`, which only a restart changes, and those of the database, which a command or
//! they themselves register while it runs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use db::Db;
use protocol::oidc::partner::{Partner, PartnerError, Partners};
use store::partner::{Entry, Registered};

pub use store::partner::{Origin, Secret};

use crate::{Failure, World};

/// How often the number of the last change is looked at.
const LOOK: Duration = Duration::from_secs(2);

/// Shared; reading takes no longer than a clone.
#[derive(Default)]
pub struct Registry {
    file: Partners,
    known: RwLock<Known>,
}

#[derive(Clone, Default)]
struct Known {
    all: Arc<Partners>,
    /// Of the last change that is in `all`.
    version: i64,
    /// Id → why a row of the database is left out.
    problems: BTreeMap<String, String>,
}

impl Registry {
    /// Begins with those of `zelf.toml`; those of the database come with [`refresh`].
    pub fn new(file: Partners) -> Registry {
        let known = Known { all: Arc::new(file.clone()), ..Known::default() };
        Registry { file, known: RwLock::new(known) }
    }

    /// All of them, as they are now.
    pub fn all(&self) -> Arc<Partners> {
        Arc::clone(&self.read().all)
    }

    pub fn find(&self, id: &str) -> Option<Arc<Partner>> {
        self.all().find(id)
    }

    /// True for a partner of `zelf.toml`: no command touches it.
    pub fn in_file(&self, id: &str) -> bool {
        self.file.find(id).is_some()
    }

    /// Rows of the database that are left out, and why.
    pub fn problems(&self) -> BTreeMap<String, String> {
        self.read().problems.clone()
    }

    /// These and no others, until the database changes something: what a trial registers by hand.
    pub fn replace(&self, all: Partners) {
        self.known.write().unwrap_or_else(PoisonError::into_inner).all = Arc::new(all);
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// As [`refresh`].
    pub async fn look(&self, db: &Db) -> Result<bool, Failure> {
        let known = self.read().version;
        let news = db.read("partners.refresh", move |tx| {
            let version = store::partner::version(tx)?;
            if version == known {
                return Ok::<_, store::StoreError>(None);
            }
            let changed = store::partner::changed(tx, if version < known { 0 } else { known })?;
            let ids = store::partner::ids(tx)?.into_iter().collect();
            Ok(Some(News { since: known, version, ids, changed }))
        });
        let Some(news) = news.await? else { return Ok(false) };
        self.apply(news);
        Ok(true)
    }

    fn apply(&self, news: News) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        // A slower reader must not undo what a faster one saw; but a restored backup counts from lower again.
        if news.since != known.version && news.version < known.version {
            return;
        }
        let mut all = Partners::clone(&known.all);
        all.retain(|id| news.ids.contains(id) || self.in_file(id));
        known.problems.retain(|id, _| news.ids.contains(id));
        for row in news.changed {
            known.problems.remove(&row.id);
            let put = if self.in_file(&row.id) {
                Err("stands in zelf.toml too: that one counts".to_owned())
            } else {
                read(&row).and_then(|partner| all.put(partner).map_err(|e| e.problem))
            };
            if let Err(problem) = put {
                tracing::error!(partner = row.id, problem, "a registered partner is left out");
                if !self.in_file(&row.id) {
                    all.remove(&row.id);
                }
                known.problems.insert(row.id, problem);
            }
        }
        known.all = Arc::new(all);
        known.version = news.version;
    }
}

fn read(row: &Registered) -> Result<Partner, String> {
    let partner: Partner = serde_json::from_str(&row.body).map_err(|e| e.to_string())?;
    if partner.id == row.id { Ok(partner) } else { Err(format!("its row holds a partner called \"{}\"", partner.id)) }
}

/// What the database holds beyond what was known.
struct News {
    since: i64,
    version: i64,
    ids: BTreeSet<String>,
    changed: Vec<Registered>,
}

/// Takes in what changed in the database; `true` when something did.
pub async fn refresh(world: &World) -> Result<bool, Failure> {
    world.partners.look(&world.db).await
}

/// Looks for changes until the task is dropped.
pub async fn run(world: World) {
    loop {
        tokio::time::sleep(LOOK).await;
        if let Err(error) = refresh(&world).await {
            tracing::error!(?error, "registered partners could not be read");
        }
    }
}

/// A partner to be kept in the database.
pub struct Registration {
    pub partner: Partner,
    pub origin: Origin,
    /// In the clear, for partners that sign or encrypt with it; see [`needs_secret`].
    pub secret: Secret,
    /// MAC of the registration access token; `""` for none.
    pub token_mac: String,
}

/// Why nothing was written.
#[derive(Debug)]
pub enum NotWritten {
    Invalid(PartnerError),
    /// Of `zelf.toml`: change it there.
    InFile,
    /// And replacing was not asked for.
    Taken,
    Failed(Failure),
}

impl<E: Into<Failure>> From<E> for NotWritten {
    fn from(e: E) -> Self {
        NotWritten::Failed(e.into())
    }
}

/// Writes a partner; this server knows it at once, others within seconds.
///
/// # Errors
/// [`NotWritten`].
pub async fn put(world: &World, registration: Registration, replace: bool) -> Result<(), NotWritten> {
    put_asked(world, registration, None, replace).await
}

/// As [`put`], with the metadata (JSON) of a partner that registers itself.
pub(crate) async fn put_asked(
    world: &World,
    registration: Registration,
    asked: Option<String>,
    replace: bool,
) -> Result<(), NotWritten> {
    let Registration { partner, origin, secret, token_mac } = registration;
    partner.validate().map_err(NotWritten::Invalid)?;
    if world.partners.in_file(&partner.id) {
        return Err(NotWritten::InFile);
    }
    let body = serde_json::to_string(&partner).map_err(|e| NotWritten::Failed(Failure::Internal(e.to_string())))?;
    let secret = if needs_secret(&partner) { secret } else { Secret::Forget };
    let entry = Entry { id: partner.id, origin, body, secret, token_mac, asked };
    let (sealer, now) = (Arc::clone(&world.sealer), world.now());
    let put = world.db.run("partners.put", move |tx| store::partner::put(tx, &sealer, &entry, replace, now)).await?;
    refresh(world).await?;
    if put { Ok(()) } else { Err(NotWritten::Taken) }
}

/// Forgets a partner; `false` when the database holds none of that id.
pub async fn remove(world: &World, id: &str) -> Result<bool, Failure> {
    let (id, now) = (id.to_owned(), world.now());
    let removed = world.db.run("partners.remove", move |tx| store::partner::remove(tx, &id, now)).await?;
    refresh(world).await?;
    Ok(removed)
}

/// A registration as the database holds it.
pub struct Stored {
    pub partner: Partner,
    pub origin: Origin,
    pub token_mac: String,
    pub changed_at: i64,
}

/// The registration of that id in the database, if there is one that can be read.
pub async fn stored(world: &World, id: &str) -> Result<Option<Stored>, Failure> {
    let id = id.to_owned();
    let row = world.db.read("partners.find", move |tx| store::partner::find(tx, &id)).await?;
    let stored = |row: Registered| {
        let partner = read(&row).ok()?;
        Some(Stored { partner, origin: row.origin, token_mac: row.token_mac, changed_at: row.changed_at })
    };
    Ok(row.and_then(stored))
}

/// True when its secret must be kept in the clear: something is signed or encrypted with it (OpenID Core §10).
pub fn needs_secret(partner: &Partner) -> bool {
    use protocol::jose::{Encryption, KeyAlg, SigAlg};
    let signs = [Some(partner.id_token_alg()), partner.userinfo.sign, partner.response.sign];
    let seals = [partner.id_token_encryption, partner.userinfo.encrypt, partner.response.encrypt];
    let dir = |e: &Encryption| e.alg == KeyAlg::Dir;
    signs.contains(&Some(SigAlg::HS256)) || seals.iter().flatten().any(dir)
}
