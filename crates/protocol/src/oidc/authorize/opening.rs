//! The first look at a request: whose it is, and where its parameters lie.

use std::sync::Arc;

use super::super::partner::{Partner, Partners};
use super::super::{Mount, Pairs, single};
use super::read::{MAX_STATE, Wrong, invalid, mode, short_line};
use super::{AuthorizationRequest, AuthorizeError, ErrorCode, PageError, scope};

/// What a pushed request is called by (RFC 9126 §2.2).
pub const PUSHED: &str = "urn:ietf:params:oauth:request_uri:";

/// Where the parameters lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Here.
    Open,
    /// In this request object (RFC 9101).
    Object(String),
    /// In the request object at this address, which is registered.
    Address(String),
    /// In the row of this id (RFC 9126).
    Pushed(String),
}

/// A partner we know wants something.
#[derive(Clone, Debug)]
pub struct Opening {
    pub partner: Arc<Partner>,
    pub source: Source,
}

/// Finds the partner and where its request lies.
///
/// # Errors
/// `client_unknown` and `request_invalid` on a page; a refusal when the partner asks in a way it may not.
pub fn opening(pairs: &Pairs, mount: Mount, partners: &Partners) -> Result<Opening, AuthorizeError> {
    let client_id = single(pairs, "client_id").ok().flatten().ok_or(AuthorizeError::Page(PageError::RequestInvalid))?;
    let known = partners.find(client_id).filter(|partner| partner.mount == mount);
    let partner = known.ok_or(AuthorizeError::Page(PageError::ClientUnknown))?;
    let mut opening = Opening { partner, source: Source::Open };
    let source = source(pairs, &opening.partner).and_then(|source| may(&opening.partner, &source).map(|()| source));
    opening.source = source.map_err(|Wrong(error, description)| opening.refuse(pairs, error, description))?;
    Ok(opening)
}

fn source(pairs: &Pairs, partner: &Partner) -> Result<Source, Wrong> {
    match (single(pairs, "request")?, single(pairs, "request_uri")?) {
        (None, None) => Ok(Source::Open),
        (Some(_), Some(_)) => Err(invalid("request and request_uri are both there")),
        (Some(object), None) => Ok(Source::Object(object.to_owned())),
        (None, Some(address)) => match address.strip_prefix(PUSHED) {
            Some(id) => Ok(Source::Pushed(id.to_owned())),
            None => registered(address, partner),
        },
    }
}

/// Only what the partner registered is ever fetched: the rest of the world is none of our business.
fn registered(address: &str, partner: &Partner) -> Result<Source, Wrong> {
    let asked = bare(address);
    match partner.request_uris.iter().map(|registered| bare(registered)).any(|registered| registered == asked) {
        true => Ok(Source::Address(asked)),
        false => Err(Wrong(ErrorCode::InvalidRequestUri, "request_uri is not registered for this client")),
    }
}

/// Without its fragment, which only tells versions apart (OpenID Core §6.2), and without the port that https has anyway.
fn bare(address: &str) -> String {
    let address = address.split('#').next().unwrap_or_default();
    let Some(rest) = address.strip_prefix("https://") else { return address.to_owned() };
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    format!("https://{}{path}", authority.strip_suffix(":443").unwrap_or(authority))
}

fn may(partner: &Partner, source: &Source) -> Result<(), Wrong> {
    match source {
        Source::Pushed(_) => Ok(()),
        _ if partner.must_push() => Err(invalid("this client must push its requests")),
        Source::Open if partner.must_sign() => Err(invalid("this client must sign its requests")),
        _ => Ok(()),
    }
}

impl Opening {
    /// A refusal before the parameters are known: it goes back only where the query alone may be answered to.
    pub fn refuse(&self, pairs: &Pairs, error: ErrorCode, description: &'static str) -> AuthorizeError {
        let redirect_uri = single(pairs, "redirect_uri").ok().flatten();
        let Some(redirect_uri) = redirect_uri.filter(|uri| scope::any_redirect(&self.partner, uri)) else {
            return AuthorizeError::Page(PageError::RequestInvalid);
        };
        let state = single(pairs, "state").ok().flatten().filter(|state| short_line(state, MAX_STATE));
        let asked = AuthorizationRequest {
            client_id: self.partner.id.clone(),
            redirect_uri: redirect_uri.to_owned(),
            response_mode: mode(pairs, self.partner.mount).unwrap_or_default(),
            state: state.map(str::to_owned),
            mount: self.partner.mount,
            ..AuthorizationRequest::default()
        };
        AuthorizeError::Redirect(asked.refuse(error, description))
    }
}
