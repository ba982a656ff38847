//! The helpdesk's console: plain pages, wide, for people who work here all day. `console.js` only speaks with the security key.

mod account;
mod case;
mod frame;
mod log;
mod people;
mod sign_in;

pub use account::{ConsoleAccount, ConsoleSearch, Fact, Query};
pub use case::{CaseLine, ConsoleCase, ConsoleCases, Letter, Proposed};
pub use frame::{Desk, Trouble, When};
pub use log::{ConsoleLog, LogLine};
pub use people::{ConsolePeople, Member};
pub use sign_in::{ConsoleInvitation, ConsoleKey, ConsoleLogin};

pub const LOGIN: &str = "/login";
/// The key of whoever gave the password.
pub const KEY: &str = "/login/key";
pub const INVITATION: &str = "/invitation";
/// The new key of whoever gave the invitation's code.
pub const NEW_KEY: &str = "/invitation/key";
pub const LOGOUT: &str = "/logout";
pub const CASES: &str = "/cases";
/// `{reference}` follows; below it `decide`, `refuse`, `close`.
pub const CASE: &str = "/case/";
pub const SEARCH: &str = "/search";
/// A sealed look follows; below it `block`, `hold`, `number`, `release`.
pub const LOOK: &str = "/look/";
pub const LOG: &str = "/log";
pub const PEOPLE: &str = "/staff";
/// The language follows.
pub const LANGUAGE: &str = "/language/";
