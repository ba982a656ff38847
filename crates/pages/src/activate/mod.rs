//! Activation with an identity card: the pages between "who are you" and the token that the phone asks.
//!
//! Three steps: details, card, phone. Each page works without scripts; `activate.js` and `robot.js` only save waiting.

mod card;
mod ended;
mod finish;
mod form;
mod live;
mod reader;
mod terms;
mod token;

pub use ended::{ActivateDone, ActivateEnded};
pub use finish::{ActivateFinish, ActivateWait};
pub use form::{ActivateForm, FormError};
pub use live::CardState;
pub use reader::ActivateReader;
pub(crate) use terms::agreement;
pub use token::{ActivateToken, Token};

use maud::{Markup, html};
use words::{Lang, fill, t};

use crate::icons::Icon;

/// Where the form is asked, and posts: `form`, `country`, `phone`, `email`, `no_email=1`, `location=1`, `terms=1`, `altcha`.
pub const ACTIVATE: &str = "/activate";
/// The robot check, as JSON.
pub const CHALLENGE: &str = "/activate/challenge";
/// Where the waiting page without scripts goes on: `?form=`.
pub const CONTINUE: &str = "/activate/continue";
/// Back to the form with what was typed: a post.
pub const CHANGE: &str = "/activate/change";
/// After a card was read to block; a post makes a token of the same proof.
pub const BLOCKED: &str = "/activate/blocked";
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

/// Which of the three steps a page belongs to.
#[derive(Clone, Copy)]
enum Step {
    Details,
    Card,
    Phone,
}

impl Step {
    fn draw(self, lang: Lang) -> Markup {
        let (at, what) = match self {
            Step::Details => ("1", t(lang, "site.activate.step.details")),
            Step::Card => ("2", t(lang, "site.activate.step.card")),
            Step::Phone => ("3", t(lang, "site.activate.step.phone")),
        };
        html! {
            div.progress {
                p { (fill(lang, "site.activate.step", &[("at", at), ("what", what)])) }
                progress max="3" value=(at) aria-hidden="true" {}
            }
        }
    }
}

pub(crate) fn explain(text: &str) -> Markup {
    html! { p.error id="error" role="alert" { (Icon::Warning.draw(24)) span { (text) } } }
}

/// A button that posts nothing but itself.
fn button(action: &str, id: &str, class: &str, text: &str) -> Markup {
    html! { form method="post" action=(action) { button.button.(class) id=(id) type="submit" { (text) } } }
}
