//! The `claims` parameter (OpenID Core §5.5), and what some of its members mean for the request itself.

use serde_json::Value;

use super::super::claims_request::{ClaimsRequest, Wanted};
use super::super::compat::template;
use super::super::partner::Partner;
use super::super::{ACR_SUBSTANTIAL, Mount, Pairs, single};
use super::read::{Wrong, invalid};
use super::{ACR_ADVANCED, ACR_BASIC, AuthorizationRequest, Confirm, ErrorCode};

/// Room for a text of 7,500 characters, each written as an escape.
const MAX_CLAIMS: usize = 48 * 1024;

pub(super) fn read(request: &mut AuthorizationRequest, pairs: &Pairs, partner: &Partner) -> Result<(), Wrong> {
    const WRONG: Wrong = invalid("claims must be a JSON object of at most 48 KiB with objects in it");
    let Some(text) = single(pairs, "claims")? else { return Ok(()) };
    if text.len() > MAX_CLAIMS {
        return Err(WRONG);
    }
    let value: Value = serde_json::from_str(text).map_err(|_| WRONG)?;
    let mut claims = ClaimsRequest::read(&value, partner).ok_or(WRONG)?;
    request.sub = whom(&mut claims, partner.mount)?;
    how(request, claims.id_token.remove("acr"))?;
    request.confirm = template(&value, partner.mount)?;
    request.claims = claims;
    Ok(())
}

/// The one person it may be. The compatible mount reads it under `userinfo` alone (reference §7).
fn whom(claims: &mut ClaimsRequest, mount: Mount) -> Result<Option<String>, Wrong> {
    let in_userinfo = claims.userinfo.remove("sub");
    let in_id_token = claims.id_token.remove("sub").filter(|_| mount == Mount::Standard);
    let mut named: Option<String> = None;
    for wanted in in_userinfo.into_iter().chain(in_id_token) {
        let sub = match wanted.value {
            None => continue,
            Some(Value::String(sub)) if !sub.is_empty() && sub.len() <= 64 => sub,
            Some(_) => return Err(invalid("the sub in claims must be a subject")),
        };
        if named.as_ref().is_some_and(|other| *other != sub) {
            return Err(invalid("claims name different people"));
        }
        named = Some(sub);
    }
    Ok(named)
}

/// OpenID Core §5.5.1.1: an essential `acr` that cannot be had makes the login fail.
fn how(request: &mut AuthorizationRequest, acr: Option<Wanted>) -> Result<(), Wrong> {
    let Some(wanted) = acr else { return Ok(()) };
    let values = wanted.value.iter().chain(&wanted.values).filter_map(Value::as_str);
    let values: Vec<String> = values.filter(|value| value.len() <= 128).map(str::to_owned).collect();
    let ours =
        |value: &String| value == ACR_SUBSTANTIAL || ACR_BASIC.iter().chain(&ACR_ADVANCED).any(|known| known == value);
    if wanted.essential && !values.is_empty() && !values.iter().any(ours) {
        return Err(Wrong(ErrorCode::UnmetAuthenticationRequirements, "none of the acr values can be had"));
    }
    request.acr_values.extend(values.into_iter().filter(ours));
    Ok(())
}

/// What is confirmed, when the claims hold a template (reference §9); the standard mount has `authorization_details` for it.
fn template(claims: &Value, mount: Mount) -> Result<Option<Confirm>, Wrong> {
    match mount {
        Mount::Standard => Ok(None),
        Mount::Compat => template::confirm(claims).map_err(|error| invalid(error.description())),
    }
}
