//! What binds an enrolment to its browser.

use axum::http::HeaderMap;
use journeys::Failure;
use journeys::enrol_with_eid::seen;
use protocol::jose::b64u;
use serde::{Deserialize, Serialize};
use words::Lang;

use super::super::{open_cookie, seal_cookie};
use crate::Doors;
use crate::security::{cookie, read_cookie};

const COOKIE: &str = "activate";
/// The row decides how long an activation lives; the cookie outlives it.
const COOKIE_SECONDS: i64 = 7200;
/// A cookie is given to forms for so long. A form is good for as long again; together that is less than a row's life, so that the
/// id of a row that was swept never comes back.
const FRESH_SECONDS: i64 = 900;

/// Set with the form, before any row exists, so that a second click finds the same secret.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct EnrolmentCookie {
    pub(super) enrolment: String,
    pub(super) browser: String,
    lang: String,
    #[serde(default)]
    made: i64,
}

impl EnrolmentCookie {
    pub(super) fn new(doors: &Doors, lang: Lang) -> EnrolmentCookie {
        let world = &doors.world;
        let browser = b64u(world.entropy::<18>());
        EnrolmentCookie { enrolment: world.id("enr"), browser, lang: lang.code().to_owned(), made: world.now() }
    }

    pub(super) fn of(doors: &Doors, headers: &HeaderMap) -> Option<EnrolmentCookie> {
        open_cookie(&doors.world, read_cookie(doors, headers, COOKIE)?)
    }

    /// The cookie for a form, and whether it must not be set because something runs under the browser's own.
    pub(super) async fn for_form(doors: &Doors, own: Option<EnrolmentCookie>, lang: Lang) -> (EnrolmentCookie, bool) {
        let Some(own) = own else { return (EnrolmentCookie::new(doors, lang), false) };
        match seen(&doors.world, &own.enrolment, &own.browser).await {
            Ok(seen) => {
                let over = [super::ENDED, super::BLOCKED].contains(&super::page_of(&seen.state.step));
                (EnrolmentCookie::new(doors, lang), !over)
            }
            Err(Failure::Gone) if doors.world.now() < own.made + FRESH_SECONDS => {
                (EnrolmentCookie { lang: lang.code().to_owned(), ..own }, false)
            }
            Err(_) => (EnrolmentCookie::new(doors, lang), false),
        }
    }

    pub(super) fn set(&self, doors: &Doors) -> String {
        cookie(doors, COOKIE, &seal_cookie(&doors.world, self, COOKIE_SECONDS), COOKIE_SECONDS)
    }

    pub(super) fn lang(&self) -> Lang {
        Lang::parse(&self.lang).unwrap_or(Lang::Nl)
    }
}
