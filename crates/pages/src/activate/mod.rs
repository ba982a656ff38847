//! Activation with an identity card: the pages between "who are you" and the token that the phone asks.
//!
//! Four steps: details, check, card, phone. Each page works without scripts; `activate.js` and `robot.js` only save waiting.

mod card;
mod ended;
mod finish;
mod form;
mod live;
mod reader;
mod review;
mod token;

pub use ended::{ActivateDone, ActivateEnded};
pub use finish::{ActivateFinish, ActivateWait};
pub use form::{ActivateForm, FormError};
pub use live::CardState;
pub use reader::ActivateReader;
pub use review::ActivateReview;
pub use token::{ActivateToken, Token};

use maud::{Markup, html};
use words::{Lang, fill, t};

use crate::icons::Icon;
use crate::qr;

/// Where the form is asked, and posts: `form`, `country`, `phone`, `email`, `no_email=1`, `location=1`, `altcha`.
pub const ACTIVATE: &str = "/activate";
/// The robot check, as JSON.
pub const CHALLENGE: &str = "/activate/challenge";
/// Where the waiting page without scripts goes on: `?form=`.
pub const CONTINUE: &str = "/activate/continue";
/// Where the review posts: `form`, `terms=1`.
pub const CONFIRM: &str = "/activate/confirm";
/// The card's page; a post asks for a new session and code.
pub const READER: &str = "/activate/reader";
/// Live state.
pub const EVENTS: &str = "/activate/events";
/// Where the secret or the six digits go: `secret` or `digits`.
pub const FINISH: &str = "/activate/finish";
/// The token's page; a post asks for a new one.
pub const TOKEN: &str = "/activate/token";
/// Gives up.
pub const STOP: &str = "/activate/stop";
/// Web eID, spoken by the page's script: a nonce, and the token made with it.
pub const WEB_EID: &str = "/activate/web-eid";

/// Which of the four steps a page belongs to.
#[derive(Clone, Copy)]
enum Step {
    Details,
    Check,
    Card,
    Phone,
}

impl Step {
    fn draw(self, lang: Lang) -> Markup {
        let (at, what) = match self {
            Step::Details => ("1", t(lang, "site.activate.step.details")),
            Step::Check => ("2", t(lang, "site.activate.step.check")),
            Step::Card => ("3", t(lang, "site.activate.step.card")),
            Step::Phone => ("4", t(lang, "site.activate.step.phone")),
        };
        html! {
            div.progress {
                p { (fill(lang, "site.activate.step", &[("at", at), ("what", what)])) }
                progress max="4" value=(at) aria-hidden="true" {}
            }
        }
    }
}

fn explain(text: &str) -> Markup {
    html! { p.error id="error" role="alert" { (Icon::Warning.draw(24)) span { (text) } } }
}

/// The way to the app: a code to scan, and the address for whoever cannot.
fn get_app(lang: Lang, app: &str) -> Markup {
    let shown = app.trim_start_matches("https://").trim_end_matches('/');
    html! {
        div.get-app {
            (qr::svg(app, t(lang, "site.activate.app.label")))
            div {
                p { (t(lang, "site.activate.app.scan")) }
                p { (t(lang, "site.activate.app.type")) " " a id="app-link" href=(app) target="_blank" rel="noopener" { (shown) } }
            }
        }
    }
}

/// A button that posts nothing but itself.
fn button(action: &str, id: &str, class: &str, text: &str) -> Markup {
    html! { form method="post" action=(action) { button.button.(class) id=(id) type="submit" { (text) } } }
}
