//! `scope`: what is asked, of which service, and whether for longer than now.

use std::collections::BTreeSet;

use super::super::attributes::Scope;
use super::super::partner::{Grant, Partner};
use super::super::{Mount, Pairs, single};
use super::read::{Wrong, line};
use super::{AuthorizationRequest, ErrorCode, Prompt};

const SERVICE: &str = "service:";

/// The service that the scope names: `Some(None)` on the standard mount, where there are none; `None` when it is not exactly
/// one, or not one of this partner.
pub(super) fn service(pairs: &Pairs, partner: &Partner) -> Option<Option<String>> {
    if partner.mount == Mount::Standard {
        return Some(None);
    }
    let scope = single(pairs, "scope").ok().flatten().unwrap_or_default();
    let mut codes = scope.split(' ').filter_map(|word| word.strip_prefix(SERVICE));
    let code = codes.next()?;
    if codes.next().is_some() {
        return None;
    }
    partner.service(code).map(|service| Some(service.code.clone()))
}

/// An address that any service of this partner, or itself, may be sent back to.
pub(super) fn any_redirect(partner: &Partner, redirect_uri: &str) -> bool {
    let of_services = partner.services.iter().flat_map(|service| &service.redirect_uris);
    partner.redirect_uris.iter().chain(of_services).any(|registered| registered == redirect_uri)
}

pub(super) fn scopes(request: &mut AuthorizationRequest, pairs: &Pairs, partner: &Partner) -> Result<(), Wrong> {
    let asked = line(pairs, "scope", 512, "scope is too long")?.unwrap_or_default();
    let scopes: BTreeSet<Scope> =
        asked.split(' ').filter_map(Scope::parse).filter(|scope| Scope::of(partner.mount).contains(scope)).collect();
    if !scopes.contains(&Scope::Openid) {
        return Err(Wrong(ErrorCode::InvalidScope, "scope must contain openid"));
    }
    if partner.mount == Mount::Compat && request.service.is_none() {
        return Err(Wrong(ErrorCode::InvalidScope, "scope must name exactly one service of this client"));
    }
    let allowed = partner.scopes_of(request.service.as_deref());
    if scopes.iter().any(|scope| *scope != Scope::Openid && !allowed.contains(scope)) {
        return Err(Wrong(ErrorCode::InvalidScope, "a scope is not registered for this client"));
    }
    request.scopes = scopes;
    request.offline = offline(asked, &request.prompt, partner);
    Ok(())
}

/// OpenID Core §11: without the person's consent, asked for by name, `offline_access` is ignored.
fn offline(asked: &str, prompt: &BTreeSet<Prompt>, partner: &Partner) -> bool {
    asked.split(' ').any(|word| word == "offline_access")
        && partner.grants.contains(&Grant::RefreshToken)
        && (prompt.contains(&Prompt::Consent) || partner.legacy)
}
