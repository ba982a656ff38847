//! The pages a citizen meets in a browser: each a plain struct with `render`, and `samples` so that a test can draw every page
//! in every language. Nothing here knows HTTP; `assets` says which files the pages link to.
//!
//! They live under `default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self';
//! connect-src 'self'; base-uri 'none'; form-action 'self'`: no inline style, no inline script. Forms post to [`LOGIN`] and its
//! neighbours here; browsers apply `form-action` to every redirect that follows, so whoever leaves us after a form passes [`Onward`].

pub mod activate;
pub mod assets;
pub mod block;
pub mod console;
pub mod contact;
pub mod countries;
pub mod help;
pub mod icons;
pub mod layout;
mod png;
pub mod qr;

mod bank_return;
mod deed;
mod elsewhere;
mod ended;
mod home;
mod login;
mod logout;
mod number;
mod onward;
mod opaque;
mod problem;
mod waiting;
mod waiting_link;
mod waiting_qr;

pub use bank_return::{BankReturn, BankReturnFailed};
pub use deed::Deed;
pub use elsewhere::{Elsewhere, SESSION_LOST};
pub use ended::{Ended, Why};
pub use home::SiteHome;
pub use login::{LoginStart, NumberError, ServiceLinks, Ways};
pub use logout::{LoggedOut, LogoutConfirm, LogoutFailed};
pub use onward::{Onward, To};
pub use problem::{CODES as PROBLEM_CODES, Problem};
pub use waiting::Waiting;
pub use waiting_link::WaitingLink;
pub use waiting_qr::WaitingQr;

use maud::{Markup, html};
use words::Lang;

/// Where the number form posts: `req`, `country`, `phone`, and `remember=1` when ticked.
pub const LOGIN: &str = "/login";
/// Where "scan a code" posts: `req`.
pub const START_QR: &str = "/login/qr";
/// Where "the app is on this device" posts: `req`.
pub const START_LINK: &str = "/login/link";
/// Where the question before a logout posts: `req`, `answer`.
pub const LOGOUT: &str = "/logout";
/// Where "stop" on the waiting page posts: `req`.
pub const CANCEL: &str = "/login/cancel";
/// Where "try again" posts: `req`.
pub const RETRY: &str = "/login/retry";

/// The way back to the service that asked, giving up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back<'a> {
    /// The service's error answer is in the address.
    Link(&'a str),
    /// The answer is made at that moment (signed, or a form): posts `req` to [`CANCEL`].
    Form,
}

/// The service that asks, as its partner file names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asker<'a> {
    pub name: &'a str,
    /// Host of its redirect address.
    pub domain: &'a str,
    /// Where its logo is, under our own address.
    pub logo: Option<&'a str>,
}

/// Drawn where a service's logo cannot be had.
pub const LOGO_STAND_IN: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32" viewBox="0 0 24 24" fill="none" stroke="#0B6464" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"><path d="M3 21h18M5 21V10m14 11V10M9 21v-7m6 7v-7M3 10l9-6 9 6z"/></svg>"##;

impl Asker<'static> {
    pub(crate) const SAMPLE: Asker<'static> =
        Asker { name: "Gemeente Voorbeeld", domain: "voorbeeld.example", logo: None };
}

impl Asker<'_> {
    pub(crate) fn draw(&self, line: &str) -> Markup {
        html! {
            div.asker id="asker" {
                @match self.logo {
                    // The name stands beside it.
                    Some(href) => img.logo src=(href) alt="" width="48" height="48";,
                    None => (icons::Icon::Building.draw(32)),
                }
                div {
                    span { (line) }
                    strong id="service-name" { (self.name) }
                    span id="service-domain" { (self.domain) }
                }
            }
        }
    }
}

/// Every sample of every page in `lang`, with the page's name.
pub fn samples(lang: Lang) -> Vec<(&'static str, Markup)> {
    fn named<T>(name: &'static str, pages: Vec<T>, draw: fn(&T) -> Markup) -> Vec<(&'static str, Markup)> {
        pages.iter().map(|page| (name, draw(page))).collect()
    }
    [
        named("home", SiteHome::samples(lang), SiteHome::render),
        named("login_start", LoginStart::samples(lang), LoginStart::render),
        named("waiting", Waiting::samples(lang), Waiting::render),
        named("waiting_qr", WaitingQr::samples(lang), WaitingQr::render),
        named("waiting_link", WaitingLink::samples(lang), WaitingLink::render),
        named("elsewhere", Elsewhere::samples(lang), Elsewhere::render),
        named("logout_confirm", LogoutConfirm::samples(lang), LogoutConfirm::render),
        named("logged_out", LoggedOut::samples(lang), LoggedOut::render),
        named("logout_failed", LogoutFailed::samples(lang), LogoutFailed::render),
        named("onward", Onward::samples(lang), Onward::render),
        named("ended", Ended::samples(lang), Ended::render),
        named("problem", Problem::samples(lang), Problem::render),
        named("bank_return", BankReturn::samples(lang), BankReturn::render),
        named("activate_form", activate::ActivateForm::samples(lang), activate::ActivateForm::render),
        named("activate_wait", activate::ActivateWait::samples(lang), activate::ActivateWait::render),
        named("activate_reader", activate::ActivateReader::samples(lang), activate::ActivateReader::render),
        named("activate_finish", activate::ActivateFinish::samples(lang), activate::ActivateFinish::render),
        named("activate_token", activate::ActivateToken::samples(lang), activate::ActivateToken::render),
        named("activate_done", activate::ActivateDone::samples(lang), activate::ActivateDone::render),
        named("block_form", block::BlockForm::samples(lang), block::BlockForm::render),
        named("blocked", block::Blocked::samples(lang), block::Blocked::render),
        named("card_blocked", block::CardBlocked::samples(lang), block::CardBlocked::render),
        named("activate_ended", activate::ActivateEnded::samples(lang), activate::ActivateEnded::render),
        named("help_home", help::HelpHome::samples(lang), help::HelpHome::render),
        named("help_answer", help::HelpAnswer::samples(lang), help::HelpAnswer::render),
        named("help_near", help::HelpNear::samples(lang), help::HelpNear::render),
        named("contact_form", contact::ContactForm::samples(lang), contact::ContactForm::render),
        named("contact_status", contact::ContactStatus::samples(lang), contact::ContactStatus::render),
        named("console_login", console::ConsoleLogin::samples(lang), console::ConsoleLogin::render),
        named("console_key", console::ConsoleKey::samples(lang), console::ConsoleKey::render),
        named("console_invitation", console::ConsoleInvitation::samples(lang), console::ConsoleInvitation::render),
        named("console_cases", console::ConsoleCases::samples(lang), console::ConsoleCases::render),
        named("console_case", console::ConsoleCase::samples(lang), console::ConsoleCase::render),
        named("console_search", console::ConsoleSearch::samples(lang), console::ConsoleSearch::render),
        named("console_account", console::ConsoleAccount::samples(lang), console::ConsoleAccount::render),
        named("console_log", console::ConsoleLog::samples(lang), console::ConsoleLog::render),
        named("console_people", console::ConsolePeople::samples(lang), console::ConsolePeople::render),
        named("bank_return_failed", BankReturnFailed::samples(lang), BankReturnFailed::render),
    ]
    .concat()
}
