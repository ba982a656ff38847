//! Help: answers found by what people type, each ending in one button that does the next step, and help nearby.
//!
//! The words of an answer stand in `texts/` under `help.a.<slug>.`: `title`, `what` (what happened), `steps` (one per line),
//! `button`, `words` (what else people type for it). This table says what a text cannot: where the button leads.

mod answer;
mod home;
mod local;
mod near;
mod search;
mod speech;

#[cfg(test)]
mod tests;

pub use answer::HelpAnswer;
pub use home::HelpHome;
pub use local::{Day, Kind, Local, Opening, Point};
pub use near::HelpNear;
pub use search::search;

use words::{Lang, lookup};

/// Where help begins.
pub const HELP: &str = "/help";
/// Help points in the neighbourhood.
pub const NEAR: &str = "/help/near";
/// Where people write to the helpdesk.
pub const CONTACT: &str = "/help/contact";

/// Where the button of an answer leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The phone app.
    App,
    /// Activating with an identity card, at a computer.
    Card,
    /// Blocking, with a code or the card.
    Block,
    Contact,
    Near,
    /// Where the state gives another PIN for an identity card; nearby help when the operator names no address.
    NewPin,
}

/// What stands beside the steps of an answer because a text cannot know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    Nothing,
    /// The banks of the registry, and whose app must be there first.
    Banks,
    /// Numbers to call when cards or codes are in other hands.
    Numbers,
    /// Where to forward a suspicious message, and those numbers.
    Report,
}

/// What people look for when they look for help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    Start,
    Card,
    Bank,
    Phone,
    Blocked,
    Login,
    Safe,
    Mine,
}

impl Theme {
    pub const ALL: [Theme; 8] =
        [Theme::Safe, Theme::Blocked, Theme::Phone, Theme::Start, Theme::Bank, Theme::Card, Theme::Login, Theme::Mine];

    fn key(self) -> &'static str {
        match self {
            Theme::Start => "help.theme.start",
            Theme::Card => "help.theme.card",
            Theme::Bank => "help.theme.bank",
            Theme::Phone => "help.theme.phone",
            Theme::Blocked => "help.theme.blocked",
            Theme::Login => "help.theme.login",
            Theme::Safe => "help.theme.safe",
            Theme::Mine => "help.theme.mine",
        }
    }
}

/// One question and where its answer leads.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    pub slug: &'static str,
    pub theme: Theme,
    pub next: Next,
    pub beside: Beside,
    /// Questions that people mix up with this one.
    pub alike: &'static [&'static str],
}

const fn answer(slug: &'static str, theme: Theme, next: Next, alike: &'static [&'static str]) -> Answer {
    Answer { slug, theme, next, beside: Beside::Nothing, alike }
}

impl Answer {
    const fn beside(self, beside: Beside) -> Answer {
        Answer { beside, ..self }
    }

    /// A text of this answer; empty when it has none of that name.
    pub(crate) fn text(&self, lang: Lang, part: &str) -> String {
        labelled(lang, lookup(lang, &format!("help.a.{}.{part}", self.slug)).unwrap_or_default())
    }
}

/// Every question that has an answer, in the order in which the list shows them under their themes.
pub static ANSWERS: [Answer; 36] = [
    answer("suspicious-message", Theme::Safe, Next::Block, &["caller", "approve-not-mine", "stop"])
        .beside(Beside::Report),
    answer("caller", Theme::Safe, Next::Block, &["suspicious-message", "approve-not-mine"]).beside(Beside::Numbers),
    answer("approve-not-mine", Theme::Safe, Next::App, &["caller", "lost-phone"]).beside(Beside::Numbers),
    answer("stop", Theme::Safe, Next::Block, &["suspicious-message", "blocked"]).beside(Beside::Numbers),
    answer("lost-phone", Theme::Safe, Next::Block, &["new-phone", "stop"]).beside(Beside::Numbers),
    answer("forgotten-code", Theme::Blocked, Next::App, &["blocked", "pin-lost"]),
    answer("blocked", Theme::Blocked, Next::App, &["unblock", "held", "stop"]),
    answer("unblock", Theme::Blocked, Next::App, &["blocked", "already-account"]),
    answer("held", Theme::Blocked, Next::Contact, &["blocked", "get-help"]),
    answer("new-phone", Theme::Phone, Next::App, &["lost-phone", "already-account", "new-number"]),
    answer("new-number", Theme::Phone, Next::App, &["number-taken", "new-phone"]),
    answer("storage-gone", Theme::Phone, Next::App, &["new-phone", "already-account"]),
    answer("update", Theme::Phone, Next::App, &["suspicious-message", "internet"]),
    answer("internet", Theme::Phone, Next::App, &["update", "authentication-stopped"]),
    answer("already-account", Theme::Start, Next::App, &["new-phone", "number-taken"]),
    answer("wait-20-minutes", Theme::Start, Next::App, &["token-expired", "bank-data-old"]),
    answer("no-sms", Theme::Start, Next::App, &["foreign-number", "bank-sms-other-number"]),
    answer("number-taken", Theme::Start, Next::App, &["already-account", "new-number"]),
    answer("foreign-number", Theme::Start, Next::App, &["new-number", "no-chip"]),
    answer("no-email", Theme::Start, Next::App, &["my-data"]),
    answer("too-young", Theme::Start, Next::Near, &["no-chip", "credit-card"]),
    answer("bank-refused", Theme::Bank, Next::Card, &["bank-data-old", "bank-app-missing", "wait-20-minutes"]),
    answer("bank-not-listed", Theme::Bank, Next::Card, &["bank-app-missing", "credit-card"]).beside(Beside::Banks),
    answer("bank-app-missing", Theme::Bank, Next::App, &["bank-not-listed", "bank-data-old"]).beside(Beside::Banks),
    answer("bank-data-old", Theme::Bank, Next::Card, &["bank-not-listed", "no-chip"]),
    answer("credit-card", Theme::Bank, Next::App, &["bank-not-listed", "no-chip"]),
    answer("bank-sms-other-number", Theme::Bank, Next::App, &["suspicious-message", "new-number"]),
    answer("pin-lost", Theme::Card, Next::NewPin, &["forgotten-code", "reader-not-seen"]),
    answer("reader-not-seen", Theme::Card, Next::Card, &["token-expired", "pin-lost"]),
    answer("token-expired", Theme::Card, Next::Card, &["wait-20-minutes", "reader-not-seen"]),
    answer("no-chip", Theme::Card, Next::Near, &["bank-data-old", "too-young"]),
    answer("no-request", Theme::Login, Next::App, &["internet", "authentication-stopped"]),
    answer("authentication-stopped", Theme::Login, Next::Contact, &["internet", "approve-not-mine"]),
    answer("get-help", Theme::Mine, Next::Contact, &["suspicious-message", "my-data"]),
    answer("my-data", Theme::Mine, Next::App, &["close", "no-email"]),
    answer("close", Theme::Mine, Next::App, &["my-data", "blocked"]),
];

/// Puts the labels in: `{app.menu.my_data}` in an answer is what the app's own button says, so that they cannot drift apart.
fn labelled(lang: Lang, text: &str) -> String {
    let mut parts = text.split('{');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('}').and_then(|(key, rest)| Some((lookup(lang, key)?, rest))) {
            Some((label, rest)) => whole.extend([label, rest]),
            None => whole.extend(["{", part]),
        }
    }
    whole
}

/// The answer called `slug`.
pub fn find(slug: &str) -> Option<&'static Answer> {
    ANSWERS.iter().find(|answer| answer.slug == slug)
}

/// Address of an answer.
pub fn href(slug: &str, lang: Lang) -> String {
    format!("{HELP}/a/{slug}?lang={}", lang.code())
}

/// What the help pages know of their surroundings.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    pub local: &'a Local,
    /// Origin of the phone app.
    pub app_href: &'a str,
    /// Whoever is younger cannot have an account, in years.
    pub minimum_age: i32,
    /// Banks by name; true: the bank's own app must be on the phone first.
    pub banks: &'a [(String, bool)],
    /// File names of the printable guides that are there.
    pub guides: &'a [String],
}

impl Around<'_> {
    /// Fills what texts leave open.
    pub(crate) fn fill(&self, text: &str) -> String {
        text.replace("{site}", &self.local.site).replace("{age}", &self.minimum_age.to_string())
    }
}

#[cfg(test)]
pub(crate) fn every_slug() -> Vec<&'static str> {
    ANSWERS.iter().map(|answer| answer.slug).collect()
}
