//! A partner finds out whose phone scans its code, and may then ask that person something (reference §21). The partner shows the
//! code on a screen of its own.

use protocol::jose::{b64u, unb64u};
use protocol::label::DISCOVERED;
use protocol::oidc::client_auth::Authenticated;
use protocol::oidc::token::{TokenError, TokenErrorCode};
use protocol::phone::ScanOk;
use store::discovery::Session;

use crate::keys::PlatformKeys;
use crate::own_phone::Own;
use crate::start::{fresh, mac};
use crate::tokens::{Possession, burn};
use crate::{Failure, World};
use domain::approval::SCAN_STEP_SECONDS;
use domain::refusal::Refusal;

/// A session ends after so long.
const SESSION_SECONDS: i64 = 900;
/// A partner may ask so often, and gets a new code each time.
pub const INTERVAL_SECONDS: i64 = 2;
/// A code is good for about so long.
const CODE_SECONDS: i64 = 8;
const PREFIX: &str = "dsc";

/// How a session stands, for its partner.
pub struct Stand {
    pub id: String,
    pub found: Found,
}

pub enum Found {
    /// Nobody scanned yet: what the code says now, and until when (unix seconds).
    Pending { code: String, expires_at: i64 },
    /// `user_identifier_token`: names the person for one request.
    Discovered { token: String },
}

/// A partner that proved itself opens a session.
///
/// # Errors
/// Inside: what the partner hears.
pub async fn open(world: &World, client: &Authenticated) -> Result<Result<Stand, TokenError>, Failure> {
    if let Err(refused) = admitted(world, client).await? {
        return Ok(Err(refused));
    }
    let (id, now) = (world.id(PREFIX), world.now());
    let (row, partner) = (id.clone(), client.partner.id.clone());
    let insert = move |tx: &mut db::Tx<'_>| store::discovery::insert(tx, &row, &partner, now, now + SESSION_SECONDS);
    world.db.run("discover.open", insert).await?;
    let session = Session {
        id,
        partner: client.partner.id.clone(),
        account: None,
        created_at: now,
        expires_at: now + SESSION_SECONDS,
    };
    Ok(Ok(stand(world, session)))
}

/// How the session stands; `None` for one that is over, or another partner's.
///
/// # Errors
/// Inside: what the partner hears.
pub async fn look(
    world: &World,
    client: &Authenticated,
    id: &str,
) -> Result<Result<Option<Stand>, TokenError>, Failure> {
    if let Err(refused) = admitted(world, client).await? {
        return Ok(Err(refused));
    }
    let session = find(world, id).await?.filter(|session| session.partner == client.partner.id);
    Ok(Ok(session.map(|session| stand(world, session))))
}

/// Only who may use CIBA, and only by assertion: no secret opens this (reference §21).
async fn admitted(world: &World, client: &Authenticated) -> Result<Result<(), TokenError>, Failure> {
    if client.single_use.is_none() {
        return Ok(Err(TokenError::INVALID_CLIENT));
    }
    if client.partner.ciba.is_none() {
        let description = "this client may not use CIBA";
        return Ok(Err(TokenError { error: TokenErrorCode::UnauthorizedClient, description }));
    }
    burn(world, client, &Possession { dpop: None, certificate: None }).await
}

async fn find(world: &World, id: &str) -> Result<Option<Session>, Failure> {
    let (id, now) = (id.to_owned(), world.now());
    Ok(world.db.read("discover.find", move |tx| store::discovery::find(tx, &id, now)).await?)
}

fn stand(world: &World, session: Session) -> Stand {
    let found = match &session.account {
        Some(_) => Found::Discovered { token: token(world, &session.id, &session.partner) },
        None => {
            let now = world.now();
            Found::Pending { code: code(world, &session, now), expires_at: now + CODE_SECONDS }
        }
    };
    Stand { id: session.id, found }
}

/// `{app}/d#<session>.<step>.<mac>`: another one every two seconds, so that a picture of it is soon worth nothing.
fn code(world: &World, session: &Session, now: i64) -> String {
    let step = (now - session.created_at).max(0) / SCAN_STEP_SECONDS;
    format!("{}/d#{}.{step}.{}", world.settings.app, session.id, mac(&world.keys, &session.id, step))
}

/// What a phone scanned, if it is a code of a session.
pub(crate) struct Scanned<'a> {
    session: &'a str,
    frame: (i64, &'a str),
}

impl<'a> Scanned<'a> {
    pub(crate) fn read(app: &str, text: &'a str) -> Option<Scanned<'a>> {
        let rest = text.strip_prefix(app)?.strip_prefix("/d#")?;
        let mut parts = rest.split('.');
        let session = parts.next().filter(|id| protocol::phone::is_id(PREFIX, id))?;
        let frame = (parts.next()?.parse().ok()?, parts.next()?);
        parts.next().is_none().then_some(Scanned { session, frame })
    }
}

/// The phone scanned a code of a session: the partner may ask its person now. The first phone has it.
///
/// # Errors
/// `Expired` for a picture of the code, `Taken` when another phone was first, `Gone` when the session is over.
pub(crate) async fn scanned(world: &World, own: &Own, scanned: &Scanned<'_>) -> Result<ScanOk, Failure> {
    let session = find(world, scanned.session).await?.ok_or(Failure::Gone)?;
    let now = world.now();
    if !fresh(&world.keys, &session.id, session.created_at, scanned.frame, now) {
        return Err(Refusal::Expired.into());
    }
    let (id, account) = (session.id.clone(), own.account.id.clone());
    let taken = world.db.run("discover.claim", move |tx| store::discovery::claim(tx, &id, &account, now)).await?;
    if !taken {
        return Err(Refusal::Taken.into());
    }
    Ok(ScanOk { rid: session.id })
}

/// Names the person of a session to its partner; good once, and only while the session lasts.
fn token(world: &World, session: &str, partner: &str) -> String {
    let bytes = session.split_once('_').and_then(|(_, id)| unb64u(id).ok()).unwrap_or_default();
    let whole = world.keys.derived(DISCOVERED, &[session.as_bytes(), partner.as_bytes()]);
    b64u([bytes.as_slice(), whole.get(..16).unwrap_or_default()].concat())
}

/// The session behind such a token, if we made it for this partner.
pub(crate) fn session_of(world: &World, text: &str, partner: &str) -> Option<String> {
    let bytes = unb64u(text).ok().filter(|bytes| bytes.len() == 32)?;
    let session = format!("{PREFIX}_{}", b64u(bytes.get(..16)?));
    PlatformKeys::same(text, &token(world, &session, partner)).then_some(session)
}
