//! The guard: nobody passes without being inside and having the right.

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::helpdesk::Right;
use journeys::helpdesk::session;
use pages::console::{ConsoleLogin, LOGIN, Trouble};

use super::{COOKIE, lang_of, read_cookie};
use crate::Doors;
use crate::site::{page, see_other};

/// Lets through whoever holds a session that is inside and whose role has this right; the handler finds them as `Staff`.
pub async fn guard(State((doors, right)): State<(Doors, Right)>, mut request: Request, next: Next) -> Response {
    let cookie = read_cookie(&doors, request.headers(), COOKIE).map(str::to_owned);
    let staff = match cookie {
        Some(cookie) => session::who(&doors.world, &cookie).await,
        None => Ok(None),
    };
    match staff {
        Ok(Some(staff)) if staff.role.may(right) => {
            request.extensions_mut().insert(staff);
            next.run(request).await
        }
        Ok(Some(_)) => said(&doors, &request, "not_yours", StatusCode::FORBIDDEN),
        Ok(None) if request.method() == Method::GET => see_other(LOGIN),
        Ok(None) => said(&doors, &request, "outside", StatusCode::FORBIDDEN),
        Err(error) => {
            tracing::error!(?error, "the console cannot say who is inside");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

fn said(doors: &Doors, request: &Request, word: &str, status: StatusCode) -> Response {
    let lang = lang_of(doors, request.headers());
    (status, page(ConsoleLogin { lang, name: "", trouble: Some(Trouble::Word(word)) }.render())).into_response()
}
