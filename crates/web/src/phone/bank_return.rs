//! `GET /bank/return`: the browser comes back from the bank.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use journeys::enrol_with_bank::{Arrival, CameBack, came_back as finish};
use pages::{BankReturn, BankReturnFailed, Problem};
use serde::Deserialize;
use words::Lang;

use crate::site::page;
use crate::{Doors, problem};

#[derive(Default, Deserialize)]
pub struct Parameters {
    #[serde(default)]
    state: String,
    code: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

pub async fn came_back(
    State(doors): State<Doors>,
    headers: HeaderMap,
    query: Result<Query<Parameters>, QueryRejection>,
) -> Response {
    // What cannot be read carries no state we know.
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let accept = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let lang = Lang::negotiate(accept);
    let app = &doors.world.settings.app;
    let outcome = match (query.code, query.error) {
        (Some(code), None) => Ok(code),
        (_, error) => Err(error.unwrap_or_else(|| "no_code".into())),
    };
    let home = format!("{app}/");
    match finish(&doors.world, CameBack { state: query.state, iss: query.iss, outcome }).await {
        Ok(Arrival::Confirmed { proof, typed }) => {
            let href = format!("{app}/#return={proof}");
            page(BankReturn { lang, app_href: &href, digits: &typed }.render())
        }
        Ok(Arrival::Cancelled | Arrival::Refused) => {
            page(BankReturnFailed { lang, app_href: &home, refused: true }.render())
        }
        Ok(Arrival::Unknown) => {
            (StatusCode::NOT_FOUND, page(BankReturnFailed { lang, app_href: &home, refused: false }.render()))
                .into_response()
        }
        Ok(Arrival::Unreachable) => oops(&doors, lang, "the bank does not answer"),
        Err(failure) => oops(&doors, lang, &format!("{failure:?}")),
    }
}

fn oops(doors: &Doors, lang: Lang, why: &str) -> Response {
    let id = problem::occurrence(doors);
    tracing::error!(id, why, "the return from a bank could not be finished");
    let problem =
        Problem { lang, code: "server_error", id: &id, back_href: Some(&doors.world.settings.app), lang_href: None };
    (StatusCode::SERVICE_UNAVAILABLE, page(problem.render())).into_response()
}
