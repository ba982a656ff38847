//! A browser brings a partner's request: in the open, in a signed object, at an address, or by the name of one that was pushed.

use protocol::jose::KeySet;
use protocol::oidc::authorize::{self, AuthorizationRequest, AuthorizeError, ErrorCode, Found, Opening, Source};
use protocol::oidc::partner::Partner;
use protocol::oidc::request_object::{self, ObjectError};
use protocol::oidc::{Mount, Pairs, discovery};

use crate::id_token_hint::own_id_token;
use crate::partner_keys;
use crate::stash::{self, Place};
use crate::{Failure, World};

/// A request that is believed.
pub struct Request {
    pub authorization: AuthorizationRequest,
    /// Its name was good once: the page behind it needs an address of its own.
    pub pushed: bool,
}

/// Why a part of a request could not be read.
pub(crate) enum Misread {
    Refused(ErrorCode, &'static str),
    Failed(Failure),
}

impl From<Failure> for Misread {
    fn from(failure: Failure) -> Self {
        Misread::Failed(failure)
    }
}

/// Whether whoever comes may cause a call to a partner or a row of ours: anybody can bring a partner's request again.
pub type Permit<'a> = &'a (dyn Fn() -> bool + Send + Sync);

/// Reads what stands in the query or the form.
///
/// # Errors
/// Inside: what the person or the partner is told.
pub async fn read(
    world: &World,
    mount: Mount,
    pairs: &Pairs,
    permit: Permit<'_>,
) -> Result<Result<Request, AuthorizeError>, Failure> {
    let opening = match authorize::opening(pairs, mount, &world.partners.all()) {
        Ok(opening) => opening,
        Err(refused) => return Ok(Err(refused)),
    };
    if let Source::Pushed(id) = &opening.source {
        return pushed(world, &opening, id, pairs).await;
    }
    match resolved(world, &opening, pairs, permit).await {
        Ok((merged, found)) => finish(world, &opening, &merged, &found, permit).await,
        Err(Misread::Refused(error, why)) => Ok(Err(opening.refuse(pairs, error, why))),
        Err(Misread::Failed(failure)) => Err(failure),
    }
}

const TOO_OFTEN: &str = "too many requests from this network";

/// The parameters that count.
async fn resolved(
    world: &World,
    opening: &Opening,
    pairs: &Pairs,
    permit: Permit<'_>,
) -> Result<(Vec<(String, String)>, Found), Misread> {
    let alone = opening.partner.must_sign();
    let (merged, found) = match &opening.source {
        Source::Open | Source::Pushed(_) => (pairs.to_vec(), Found::default()),
        Source::Object(compact) => object(world, &opening.partner, compact, pairs, alone).await?,
        Source::Address(address) => {
            if !permit() {
                return Err(Misread::Refused(ErrorCode::TemporarilyUnavailable, TOO_OFTEN));
            }
            let compact = fetch(world, address).await?;
            object(world, &opening.partner, compact.trim(), pairs, alone).await?
        }
    };
    let hint = sub_of_hint(world, &opening.partner, &merged).await?;
    Ok((merged, Found { hint, ..found }))
}

async fn finish(
    world: &World,
    opening: &Opening,
    pairs: &Pairs,
    found: &Found,
    permit: Permit<'_>,
) -> Result<Result<Request, AuthorizeError>, Failure> {
    let mut authorization = match authorize::parse(&opening.partner, pairs, found) {
        Ok(authorization) => authorization,
        Err(refused) => return Ok(Err(refused)),
    };
    match stash::place(&authorization, found.object.is_some()) {
        Place::Form => {}
        Place::Row if !permit() => {
            let refused = authorization.refuse(ErrorCode::TemporarilyUnavailable, TOO_OFTEN);
            return Ok(Err(AuthorizeError::Redirect(refused)));
        }
        Place::Row => {
            let (id, sealer, until) = (stash::id_of(world, &authorization)?, world.sealer.clone(), stash::until(world));
            authorization.stash = Some(id.clone());
            let row = authorization.clone();
            world.db.run("stash", move |tx| store::pushed::stash(tx, &sealer, &id, &row, until)).await?;
        }
        Place::None => {
            let why = "the request is too large: push it, or sign it";
            return Ok(Err(AuthorizeError::Redirect(authorization.refuse(ErrorCode::InvalidRequest, why))));
        }
    }
    Ok(Ok(Request { authorization, pushed: false }))
}

/// Takes a pushed request: once. What else stands in the query counts for nothing (RFC 9126 §4).
async fn pushed(
    world: &World,
    opening: &Opening,
    id: &str,
    pairs: &Pairs,
) -> Result<Result<Request, AuthorizeError>, Failure> {
    let (sealer, id, partner, now) = (world.sealer.clone(), id.to_owned(), opening.partner.id.clone(), world.now());
    let (row, until) = (stash::id(world), stash::until(world));
    let work = move |tx: &mut db::Tx<'_>| {
        let Some(mut request) = store::pushed::take(tx, &sealer, &id, &partner, now)? else {
            return Ok::<_, store::StoreError>(None);
        };
        if let Place::Row = stash::place(&request, true) {
            request.stash = Some(row.clone());
            store::pushed::insert(tx, &sealer, &row, &request, true, until)?;
        }
        Ok(Some(request))
    };
    let taken = world.db.run("push.take", work).await?;
    // The registration may have changed since.
    let known =
        taken.filter(|request| opening.partner.redirects(request.service.as_deref()).contains(&request.redirect_uri));
    Ok(match known {
        Some(authorization) => Ok(Request { authorization, pushed: true }),
        None => Err(opening.refuse(pairs, ErrorCode::InvalidRequestUri, "request_uri is not known, used or expired")),
    })
}

/// The parameters in a request object and beside it, and what is known of it. `alone`: what is beside it does not count.
pub(crate) async fn object(
    world: &World,
    partner: &Partner,
    compact: &str,
    pairs: &Pairs,
    alone: bool,
) -> Result<(Vec<(String, String)>, Found), Misread> {
    let refused = |why| Misread::Refused(ErrorCode::InvalidRequestObject, why);
    let opened;
    let mut jws = compact;
    if encrypted(compact) {
        let plain = world.keys.op().decrypt(compact, world.now());
        let plain = plain.map_err(|_| refused("the request object is not encrypted to a key of ours"))?;
        opened = String::from_utf8(plain).map_err(|_| refused("the request object is not a JWT"))?;
        jws = &opened;
    }
    let issuer = world.settings.issuer_of(partner.mount);
    let endpoint = match partner.mount {
        Mount::Standard => format!("{issuer}{}", discovery::AUTHORIZE),
        Mount::Compat => format!("{issuer}{}", discovery::compat::AUTHORIZE),
    };
    let audiences = match partner.mount {
        // The older libraries of such integrations name the address (reference §4).
        Mount::Compat => vec![issuer.as_str(), endpoint.as_str()],
        Mount::Standard => vec![issuer.as_str()],
    };
    let now = world.now();
    let judged = |keys: &KeySet| request_object::read(jws, partner, keys, &audiences, now);
    let object = match judged(partner_keys::of(world, partner, false).await.as_ref()) {
        Err(ObjectError::Signature) => judged(partner_keys::of(world, partner, true).await.as_ref()),
        other => other,
    };
    let object = object.map_err(|error| {
        let (error, why) = error.told();
        Misread::Refused(error, why)
    })?;
    let merged = request_object::merge(&object, pairs, alone);
    let merged = merged.map_err(|why| Misread::Refused(ErrorCode::InvalidRequest, why))?;
    Ok((merged, Found { undated: object.undated, object: Some(object.digest), ..Found::default() }))
}

/// Five parts: a JWE, with the JWS inside.
fn encrypted(compact: &str) -> bool {
    compact.bytes().filter(|b| *b == b'.').count() == 4
}

/// What a registered address holds.
async fn fetch(world: &World, address: &str) -> Result<String, Misread> {
    let refused = |why| Misread::Refused(ErrorCode::InvalidRequestUri, why);
    let answer = world.partner_http.get(address).await.map_err(|error| {
        tracing::info!(address, %error, "a request object was not fetched");
        refused("request_uri could not be fetched")
    })?;
    if answer.status != 200 {
        return Err(refused("request_uri does not answer with 200"));
    }
    String::from_utf8(answer.body).map_err(|_| refused("request_uri does not hold a JWT"))
}

/// Whom an ID token of ours for this partner names.
pub(crate) async fn sub_of_hint(world: &World, partner: &Partner, pairs: &Pairs) -> Result<Option<String>, Misread> {
    let mut hints = pairs.iter().filter(|(name, value)| name == "id_token_hint" && !value.is_empty());
    let Some((_, compact)) = hints.next() else { return Ok(None) };
    match own_id_token(world, partner, compact).await? {
        Some(hint) => Ok(Some(hint.sub)),
        None => {
            Err(Misread::Refused(ErrorCode::InvalidRequest, "id_token_hint is not an ID token of ours for this client"))
        }
    }
}
