//! A request that reaches no browser: what a partner asks at the backchannel (CIBA Core §7.1).

use super::super::{Pairs, rar};
use super::read::{Found, Wrong, invalid, languages, line};
use super::{AuthorizationRequest, ErrorCode, claims, prompt, scope};
use crate::oidc::partner::Partner;

impl AuthorizationRequest {
    /// Reads the parameters that mean the same here as at the authorization endpoint.
    ///
    /// # Errors
    /// `error` and `error_description`.
    pub fn backchannel(
        partner: &Partner,
        pairs: &Pairs,
        found: &Found,
    ) -> Result<AuthorizationRequest, (ErrorCode, &'static str)> {
        read(partner, pairs, found).map_err(|Wrong(error, description)| (error, description))
    }
}

fn read(partner: &Partner, pairs: &Pairs, found: &Found) -> Result<AuthorizationRequest, Wrong> {
    let service = scope::service(pairs, partner);
    let service =
        service.ok_or(Wrong(ErrorCode::InvalidScope, "scope must name exactly one service of this client"))?;
    let mut request = AuthorizationRequest {
        client_id: partner.id.clone(),
        mount: partner.mount,
        service,
        request_object: found.object.clone(),
        ..AuthorizationRequest::default()
    };
    scope::scopes(&mut request, pairs, partner)?;
    let locales = line(pairs, "ui_locales", 256, "ui_locales is too long")?;
    request.ui_locales = languages(locales.unwrap_or_default());
    request.acr_values = prompt::acr_values(pairs)?;
    claims::read(&mut request, pairs, partner)?;
    request.whom(found)?;
    request.authorization_details = rar::read(super::super::single(pairs, "authorization_details")?, partner)?;
    let message = line(pairs, "binding_message", usize::MAX, "binding_message must be one line")?;
    if message.is_some_and(|text| text.chars().count() > MAX_MESSAGE) {
        return Err(invalid("binding_message is longer than 128 characters"));
    }
    request.binding_message = message.map(str::to_owned);
    // No browser stands between: the partner sent it itself.
    request.suits(partner, true)?;
    Ok(request)
}

/// Longest `binding_message`, in characters: what fits one screen.
pub const MAX_MESSAGE: usize = 128;
