//! The authorization endpoint: from a pushed request to the page where the customer signs.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::problem::Refusal;
use super::rows::{Asked, Session, Step, open_session, request, session};
use super::{Bank, page, random};

/// A session lives this long; so does its challenge.
const LIFE_SECONDS: i64 = 300;

#[derive(Deserialize)]
pub(super) struct Knock {
    client_id: Option<String>,
    request_uri: Option<String>,
}

/// Loading the page twice leads to the same session (people reload, browsers preload); answering it once ends it
/// (FAPI 2.0 §5.3.2.2, note on request_uri).
pub(super) async fn open(
    State(bank): State<Bank>,
    Path(id): Path<String>,
    headers: HeaderMap,
    knock: Result<Query<Knock>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let place = knock.map_err(|_| Refusal::Malformed).and_then(|Query(knock)| enter(&bank, &id, &knock));
    match place {
        Ok(session) => {
            let url = format!("{}/sign/{session}", bank.issuer(&id));
            (StatusCode::SEE_OTHER, [(header::LOCATION, url), (header::CACHE_CONTROL, "no-store".into())])
                .into_response()
        }
        Err(refusal) => page::refused(&bank, &id, &headers, None, refusal),
    }
}

fn enter(bank: &Bank, id: &str, knock: &Knock) -> Result<String, Refusal> {
    bank.bank(id).ok_or(Refusal::NotFound)?;
    let (Some(client_id), Some(uri)) = (&knock.client_id, &knock.request_uri) else { return Err(Refusal::Malformed) };
    let now = bank.now();
    bank.rows.run(|tx| {
        let (asked, opened) = request(tx, uri, id, now)?.ok_or(Refusal::RequestUsed)?;
        if asked.client_id != *client_id {
            return Err(Refusal::RequestUsed);
        }
        match opened {
            Some(known) => match session(tx, &known, id)? {
                Some(session) if session.step != Step::Done && session.expires > now => Ok(session.id),
                _ => Err(Refusal::RequestUsed),
            },
            None => {
                let session = fresh(asked, now);
                open_session(tx, uri, id, &session)?;
                Ok(session.id)
            }
        }
    })
}

fn fresh(asked: Asked, now: i64) -> Session {
    Session {
        id: random(24),
        asked,
        step: Step::Card,
        card: None,
        nonce: random(16),
        wrong: 0,
        expires: now + LIFE_SECONDS,
    }
}
