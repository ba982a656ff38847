//! Signed userinfo: who the person is, how the bank knows, and what was signed for.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, header};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use protocol::jose::b64u;
use serde_json::{Map, Value, json};

use super::problem::OAuthError;
use super::rows::{Granted, token};
use super::{Bank, dpop, notice};
use crate::customers::{Customer, customer_of_card};

pub(super) async fn answer(
    State(bank): State<Bank>,
    Path(id): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, OAuthError> {
    let issuer = bank.known_issuer(&id)?;
    let granted = allowed(&bank, &id, &issuer, &method, &headers)?;
    let customer = customer_of_card(&granted.card, bank.today()).ok_or(OAuthError::BROKEN)?;
    let key = bank.rows.key(&id).ok_or(OAuthError::NO_BANK)?;
    let head = json!({ "alg": "ES256", "typ": "JWT", "kid": key.kid() });
    let claims = userinfo(&bank, &id, &granted, &customer);
    let signed = key.sign_with(&head, &claims).map_err(|_| OAuthError::BROKEN)?;
    notice::send(&bank, &id, &granted, &customer);
    let headers = [(header::CONTENT_TYPE, "application/jwt"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, signed).into_response())
}

fn allowed(bank: &Bank, id: &str, issuer: &str, method: &Method, headers: &HeaderMap) -> Result<Granted, OAuthError> {
    let authorization = super::header(headers, "authorization").ok_or(OAuthError::token("no token"))?;
    let (scheme, secret) = authorization.split_once(' ').ok_or(OAuthError::token("no token"))?;
    if !scheme.eq_ignore_ascii_case("dpop") {
        return Err(OAuthError::token("the token is DPoP-bound"));
    }
    let now = bank.now();
    let as_token = |e: OAuthError| OAuthError::token(e.description);
    let proof =
        dpop::check(headers, method.as_str(), &format!("{issuer}/userinfo"), Some(secret), now).map_err(as_token)?;
    let (fresh, granted) = bank.rows.run(|tx| Ok::<_, OAuthError>((proof.spend(tx)?, token(tx, secret, id, now)?)))?;
    let granted = granted.ok_or(OAuthError::token("the token is unknown or too old"))?;
    if granted.jkt != proof.jkt {
        return Err(OAuthError::token("the token is bound to another key"));
    }
    if fresh { Ok(granted) } else { Err(OAuthError::token("the proof was used before")) }
}

fn userinfo(bank: &Bank, id: &str, granted: &Granted, customer: &Customer) -> Value {
    let asked = &granted.asked;
    let mut out = json!({
        "iss": bank.issuer(id), "aud": asked.client_id, "sub": bank.rows.subject(id, &asked.client_id, &customer.id),
        "iat": bank.now(), "txn": granted.txn, "authorization_details_sha256": b64u(asked.details_hash()),
        "verified_claims": { "verification": verification(bank, id, granted, customer), "claims": claims(asked, customer) },
    });
    if asked.phone_number
        && let Some(object) = out.as_object_mut()
    {
        let digits: String = customer.known_number().chars().filter(|c| *c != ' ').collect();
        object.insert("phone_number".into(), digits.into());
    }
    out
}

/// How the bank knows: it read the chip of the identity card, on that day.
fn verification(bank: &Bank, id: &str, granted: &Granted, customer: &Customer) -> Value {
    let organization = bank.bank(id).map(|b| b.name.as_str()).unwrap_or_default();
    let read = noon(customer.document_read);
    json!({
        "trust_framework": "eidas", "assurance_level": "high", "time": read,
        "evidence": [{
            "type": "document",
            "check_details": [{
                "check_method": "vcrypt", "organization": organization, "txn": granted.txn, "time": read,
            }],
            "document_details": {
                "type": "idcard", "document_number": customer.document_number, "issuer": { "country": "BEL" },
                "date_of_expiry": customer.document_expiry.to_string(),
            },
        }],
    })
}

/// Only what was asked for.
fn claims(asked: &super::rows::Asked, customer: &Customer) -> Map<String, Value> {
    let all = json!({
        "given_name": customer.given_name, "family_name": customer.family_name,
        "birthdate": customer.birth_date.to_string(), "gender": customer.gender.claim(), "nationalities": ["BEL"],
        "place_of_birth": { "locality": customer.birth_place },
        "address": {
            "street_address": customer.street_address, "postal_code": customer.postal_code,
            "locality": customer.locality, "country": "BEL",
        },
        "urn:zelf:claim:national_number": customer.national_number(),
    });
    let wanted = |name: &String| asked.claims.contains(name);
    all.as_object().cloned().unwrap_or_default().into_iter().filter(|(name, _)| wanted(name)).collect()
}

fn noon(day: Date) -> String {
    format!("{day}T12:00:00Z")
}
