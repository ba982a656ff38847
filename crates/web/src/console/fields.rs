//! Forms of the console.

use axum::extract::{Form, FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use journeys::helpdesk::{Staff, session};

use crate::Doors;

/// What was typed into a form. Nothing of it is shown in logs: no `Debug`.
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// The field of this name; empty when it was not sent.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    async fn read(request: Request, doors: &Doors) -> Result<Fields, Response> {
        let cross = request.headers().get("sec-fetch-site").is_some_and(|site| site == "cross-site");
        if cross {
            return Err(StatusCode::FORBIDDEN.into_response());
        }
        let form = Form::<Vec<(String, String)>>::from_request(request, doors).await;
        form.map(|Form(fields)| Fields(fields)).map_err(|e| match e.status() {
            StatusCode::PAYLOAD_TOO_LARGE => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
            _ => StatusCode::BAD_REQUEST.into_response(),
        })
    }
}

/// A form of somebody who is not inside yet.
impl FromRequest<Doors> for Fields {
    type Rejection = Response;

    async fn from_request(request: Request, doors: &Doors) -> Result<Self, Response> {
        Fields::read(request, doors).await
    }
}

/// A form that belongs to the session of whoever sent it.
pub struct Sent {
    pub staff: Staff,
    pub fields: Fields,
}

impl FromRequest<Doors> for Sent {
    type Rejection = Response;

    async fn from_request(request: Request, doors: &Doors) -> Result<Self, Response> {
        // The guard put it there; without a guard there is nobody.
        let staff = request.extensions().get::<Staff>().cloned().ok_or(StatusCode::FORBIDDEN.into_response())?;
        let fields = Fields::read(request, doors).await?;
        if !session::form_holds(&staff, fields.get("csrf")) {
            return Err(StatusCode::FORBIDDEN.into_response());
        }
        Ok(Sent { staff, fields })
    }
}
