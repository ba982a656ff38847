//! A partner registers itself, reads, changes and removes its registration (RFC 7591, RFC 7592). Off unless the operator gave an initial
//! access token.

use protocol::jose::b64u;
use protocol::oidc::partner::{Partner, SecretDigest};
use protocol::oidc::registration::{Given, Metadata, RegistrationError, answer, sector_holds, sector_host};
use serde_json::Value;
use store::partner::{Origin, Secret};
use zeroize::Zeroizing;

use crate::keys::PlatformKeys;
use crate::partners::{self, NotWritten, Registration, Stored};
use crate::{Failure, World};

/// Whether clients register themselves, and how.
#[derive(Clone, Debug, Default)]
pub struct RegistrationRules {
    /// Digest of the initial access token; none: nobody registers.
    pub initial_token: Option<SecretDigest>,
    /// Clients of yesterday, without PKCE, are let in.
    pub without_pkce: bool,
    /// `session_seconds` of those that register themselves; 0: each of their logins asks the phone.
    pub session_seconds: i64,
}

/// Why nothing is registered.
#[derive(Debug)]
pub enum NotRegistered {
    /// No, or the wrong, access token.
    Unauthorized,
    Wrong(RegistrationError),
}

type Answer = Result<Result<Value, NotRegistered>, Failure>;

fn secret(world: &World) -> Zeroizing<String> {
    Zeroizing::new(b64u(world.entropy::<32>()))
}

/// How a registration access token is kept.
fn token_mac(world: &World, client_id: &str, token: &str) -> String {
    b64u(world.keys.derived("zelf/registration/v1", &[client_id.as_bytes(), token.as_bytes()]))
}

fn address(world: &World, client_id: &str) -> String {
    format!("{}/register/{client_id}", world.settings.issuer)
}

/// A new partner. `body` is client metadata in JSON.
pub async fn register(world: &World, initial_token: Option<&str>, body: &[u8]) -> Answer {
    let rules = &world.settings.registration;
    let allowed = rules.initial_token.as_ref().is_some_and(|digest| initial_token.is_some_and(|t| digest.fits(t)));
    if !allowed {
        return Ok(Err(NotRegistered::Unauthorized));
    }
    let client_id = format!("dyn_{}", b64u(world.entropy::<16>()));
    let (own, token) = (secret(world), secret(world));
    let made = match make(world, &client_id, &own, body).await {
        Ok(made) => made,
        Err(wrong) => return Ok(Err(NotRegistered::Wrong(wrong))),
    };
    let kept = Registration {
        partner: made.partner.clone(),
        origin: Origin::Dynamic,
        secret: Secret::Set(own.clone()),
        token_mac: token_mac(world, &client_id, &token),
    };
    if let Err(wrong) = put(world, kept, &made.asked, false).await? {
        return Ok(Err(NotRegistered::Wrong(wrong)));
    }
    let shown = made.metadata.wants_secret().then_some(own.as_str());
    let at = address(world, &client_id);
    Ok(Ok(answer(&made.asked, &made.partner, shown, Some(&token), &at, world.now())))
}

/// The registration as it stands, for whoever holds its access token.
pub async fn read(world: &World, client_id: &str, token: Option<&str>) -> Answer {
    let Some(stored) = own(world, client_id, token).await? else { return Ok(Err(NotRegistered::Unauthorized)) };
    let (at, id) = (address(world, client_id), client_id.to_owned());
    let asked = world.db.read("register.asked", move |tx| store::partner::asked(tx, &id)).await?;
    let asked: Value = asked.and_then(|asked| serde_json::from_str(&asked).ok()).unwrap_or_default();
    Ok(Ok(answer(&asked, &stored.partner, None, token, &at, stored.changed_at)))
}

/// Other metadata in place of all that was there (RFC 7592 §2.2). The secret is new each time, since only its digest is kept.
pub async fn change(world: &World, client_id: &str, token: Option<&str>, body: &[u8]) -> Answer {
    let Some(stored) = own(world, client_id, token).await? else { return Ok(Err(NotRegistered::Unauthorized)) };
    let fresh = secret(world);
    let made = match make(world, client_id, &fresh, body).await {
        Ok(made) => made,
        Err(wrong) => return Ok(Err(NotRegistered::Wrong(wrong))),
    };
    let kept = Registration {
        partner: made.partner.clone(),
        origin: Origin::Dynamic,
        secret: Secret::Set(fresh.clone()),
        token_mac: stored.token_mac,
    };
    if let Err(wrong) = put(world, kept, &made.asked, true).await? {
        return Ok(Err(NotRegistered::Wrong(wrong)));
    }
    let shown = made.metadata.wants_secret().then_some(fresh.as_str());
    let at = address(world, client_id);
    Ok(Ok(answer(&made.asked, &made.partner, shown, token, &at, world.now())))
}

/// The partner is gone, and with it what it holds. `false`: that is nobody's token.
pub async fn remove(world: &World, client_id: &str, token: Option<&str>) -> Result<bool, Failure> {
    if own(world, client_id, token).await?.is_none() {
        return Ok(false);
    }
    partners::remove(world, client_id).await?;
    Ok(true)
}

async fn own(world: &World, client_id: &str, token: Option<&str>) -> Result<Option<Stored>, Failure> {
    let (Some(token), Some(_)) = (token, &world.settings.registration.initial_token) else { return Ok(None) };
    let mac = token_mac(world, client_id, token);
    let stored = partners::stored(world, client_id).await?;
    Ok(stored.filter(|s| s.origin == Origin::Dynamic && PlatformKeys::same(&s.token_mac, &mac)))
}

async fn put(
    world: &World,
    kept: Registration,
    asked: &Value,
    replace: bool,
) -> Result<Result<(), RegistrationError>, Failure> {
    match partners::put_asked(world, kept, Some(asked.to_string()), replace).await {
        Ok(()) => Ok(Ok(())),
        Err(NotWritten::Invalid(wrong)) => Ok(Err(RegistrationError::metadata(wrong.problem))),
        Err(NotWritten::InFile | NotWritten::Taken) => Err(Failure::Busy),
        Err(NotWritten::Failed(failure)) => Err(failure),
    }
}

struct Made {
    asked: Value,
    metadata: Metadata,
    partner: Partner,
}

async fn make(world: &World, client_id: &str, secret: &str, body: &[u8]) -> Result<Made, RegistrationError> {
    let metadata = Metadata::read(body)?;
    let sector = sector(world, &metadata).await?;
    let rules = &world.settings.registration;
    let (require_pkce, session_seconds) = (!rules.without_pkce, rules.session_seconds);
    let partner = metadata.partner(&Given { client_id, secret, sector, require_pkce, session_seconds })?;
    Ok(Made { asked: metadata.kept(), metadata, partner })
}

/// OpenID Core §8.1: the document at `sector_identifier_uri` lists every redirect address.
async fn sector(world: &World, metadata: &Metadata) -> Result<Option<String>, RegistrationError> {
    let Some(uri) = &metadata.sector_identifier_uri else { return Ok(None) };
    let wrong = |why: &str| RegistrationError::metadata(format!("sector_identifier_uri {why}"));
    let host = sector_host(uri).ok_or_else(|| wrong("is not an https address"))?;
    let found = world.partner_http.get(uri).await.map_err(|_| wrong("could not be fetched"))?;
    if found.status == 200 && sector_holds(&found.body, &metadata.redirect_uris) {
        Ok(Some(host))
    } else {
        Err(wrong("does not list every redirect_uri"))
    }
}
