//! The browser leaves us for the service.

use axum::response::Response;
use pages::{Onward, To};
use protocol::oidc::Mount;
use protocol::oidc::authorize::Answer;
use words::Lang;

use super::pages_of::{found, page, see_other};
use crate::Doors;
use crate::security::LeavingForm;

/// Takes the browser where this answer says.
pub(crate) fn go(answer: &Answer, lang: Lang, service: &str) -> Response {
    match answer {
        Answer::Redirect { to, mount: Mount::Standard } => see_other(to),
        Answer::Redirect { to, mount: Mount::Compat } => found(to),
        Answer::FormPost { action, fields } => {
            let mut response = page(Onward { lang, service, to: To::Form { action, fields } }.render());
            response.extensions_mut().insert(LeavingForm);
            response
        }
    }
}

/// As [`go`] after a form of ours: a redirect would be held against the `form-action` of the page that had it.
pub(crate) fn go_after_form(answer: &Answer, lang: Lang, service: &str) -> Response {
    match answer {
        Answer::Redirect { to, .. } => leave(to, lang, service),
        form @ Answer::FormPost { .. } => go(form, lang, service),
    }
}

/// A page that goes on to `href` by itself.
pub(crate) fn leave(href: &str, lang: Lang, service: &str) -> Response {
    page(Onward { lang, service, to: To::Link(href) }.render())
}

/// What the service calls itself.
pub(crate) fn service_of(doors: &Doors, client_id: &str, lang: Lang) -> String {
    let partner = doors.world.partners.find(client_id);
    partner.map(|partner| partner.shown_name(None, lang.code()).to_owned()).unwrap_or_default()
}
