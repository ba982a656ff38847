//! A partner pushes its request before it sends a browser (RFC 9126).

use protocol::jose::b64u;
use protocol::oidc::Pairs;
use protocol::oidc::authorize::{self, AuthorizationRequest, AuthorizeError, ErrorCode, Found, PUSHED, PageError};
use protocol::oidc::client_auth::Authenticated;
use protocol::oidc::token::TokenError;

use crate::read_request::{Misread, object, sub_of_hint};
use crate::tokens::{Burnt, Possession};
use crate::{Failure, World};

/// What the partner gets for it.
pub struct Pushed {
    pub request_uri: String,
    pub expires_in: i64,
}

/// Why nothing is kept.
pub enum Refused {
    /// The request is none: `error` and `error_description` (RFC 9126 §2.3).
    Request(ErrorCode, &'static str),
    /// Assertion or proof came before.
    Client(TokenError),
}

/// Keeps the request of a partner that proved itself; what it proved itself with is burnt in the same transaction.
///
/// # Errors
/// Inside: [`Refused`].
pub async fn push(
    world: &World,
    client: &Authenticated,
    form: &Pairs,
    possession: &Possession,
) -> Result<Result<Pushed, Refused>, Failure> {
    let dpop_jkt = possession.dpop.as_ref().map(|proof| proof.jkt.clone());
    let request = match read(world, client, form, dpop_jkt).await {
        Ok(request) => request,
        Err(Misread::Refused(error, why)) => return Ok(Err(Refused::Request(error, why))),
        Err(Misread::Failed(failure)) => return Err(failure),
    };
    let (id, seconds) = (b64u(world.entropy::<32>()), world.settings.par_seconds);
    let request_uri = format!("{PUSHED}{id}");
    let (sealer, expires_at) = (world.sealer.clone(), world.now() + seconds);
    let burnt = Burnt::of(client, possession);
    let work = move |tx: &mut db::Tx<'_>| {
        if let Err(refused) = burnt.burn(tx)? {
            return Ok::<_, store::StoreError>(Err(refused));
        }
        store::pushed::insert(tx, &sealer, &id, &request, false, expires_at)?;
        Ok(Ok(()))
    };
    let kept = world.db.run("push", work).await?;
    Ok(kept.map(|()| Pushed { request_uri, expires_in: seconds }).map_err(Refused::Client))
}

async fn read(
    world: &World,
    client: &Authenticated,
    form: &Pairs,
    dpop_jkt: Option<String>,
) -> Result<AuthorizationRequest, Misread> {
    let partner = &client.partner;
    let invalid = |why| Misread::Refused(ErrorCode::InvalidRequest, why);
    if form.iter().any(|(name, _)| name == "request_uri") {
        return Err(invalid("request_uri cannot be pushed"));
    }
    if form.iter().any(|(name, value)| name == "client_id" && *value != partner.id) {
        return Err(invalid("client_id is another one than that of the authentication"));
    }
    let own = form.iter().filter(|(name, _)| name != "client_id" && !OF_CLIENT.contains(&name.as_str()));
    let mut pairs = vec![("client_id".to_owned(), partner.id.clone())];
    pairs.extend(own.cloned());
    let mut found = Found { dpop_jkt, pushed: true, ..Found::default() };
    let mut objects = form.iter().filter(|(name, _)| name == "request").map(|(_, compact)| compact);
    match (objects.next(), objects.next()) {
        (None, _) if partner.must_sign() => return Err(invalid("this client must sign its requests")),
        (None, _) => {}
        // RFC 9126 §3: whoever pushes an object says everything in it.
        (Some(compact), None) => {
            let (merged, signed) = object(world, partner, compact, &pairs, true).await?;
            pairs = merged;
            found.object = signed.object;
        }
        (Some(_), Some(_)) => return Err(invalid("a parameter is sent more than once")),
    }
    found.hint = sub_of_hint(world, partner, &pairs).await?;
    authorize::parse(partner, &pairs, &found).map_err(|refused| match refused {
        AuthorizeError::Redirect(error) => Misread::Refused(error.error, error.description),
        AuthorizeError::Page(PageError::RedirectUriNotRegistered) => {
            invalid("redirect_uri is not registered for this client")
        }
        AuthorizeError::Page(_) => invalid("client_id or redirect_uri is missing"),
    })
}

/// Parameters by which the partner proved itself: no part of the request.
const OF_CLIENT: [&str; 3] = ["client_secret", "client_assertion", "client_assertion_type"];
