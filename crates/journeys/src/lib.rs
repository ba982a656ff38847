//! What people and partners do, one file per journey: the table of contents of the product.
//!
//! | Journey | File |
//! |---|---|
//! | get a phone going: number, e-mail, SMS, code | [`activate_phone`] |
//! | prove who you are at your bank | [`enrol_with_bank`] |
//! | prove who you are with your identity card | [`enrol_with_eid`] |
//! | choose a code: the phone is yours | [`finish_activation`] |
//! | an old phone vouches for a new one | `new_phone` |
//! | take an account to a new phone, the old one in hand | [`vouch`], [`act`] |
//! | look at my account, choose settings | [`my_phone`] |
//! | see what is stored of me, and where it came from | [`my_data`] |
//! | see what was asked of me, what proves it, what happened, what was sent | [`my_history`] |
//! | end a service's consent, take a copy of everything, be forgotten | [`my_rights`] |
//! | change number, mail address, code, fingerprint; close the account | [`act`], [`change_number`] |
//! | block an account | [`block`] |
//! | slow down, hear no more from somewhere | [`safety`] |
//! | see what waits, approve or refuse | [`approve`] |
//! | a service asks for a login | [`read_request`], [`push`], [`stash`] |
//! | log in to a service | [`sign_in`] |
//! | ask somebody without a browser | [`ciba`] |
//! | find out whose phone scans a partner's code | [`discover`] |
//! | write to the helpdesk | [`contact`] |
//! | be the helpdesk | [`helpdesk`] |
//! | what a partner gets for a yes: tokens, claims, evidence | [`tokens`] |
//! | log out, and tell whoever must know | [`logout`] |
//! | send what must leave | [`deliver`] |
//! | tell partners what they must hear | [`call_partners`] |
//! | register a partner by itself | [`register`] |
//! | remove what is over | [`tidy`] |
//!
//! A step reads rows, asks `domain`, writes rows in one named transaction; `vault` and the outside are called only between
//! transactions. No HTTP, no HTML.

pub mod act;
pub mod activate_phone;
mod activation_steps;
pub mod approve;
pub mod block;
pub mod call_partners;
pub mod change_number;
pub mod check_partner;
pub mod ciba;
mod command;
pub mod contact;
pub mod deliver;
pub mod discover;
pub mod enrol_with_bank;
pub mod enrol_with_eid;
mod facts;
mod failure;
pub mod finish_activation;
pub mod helpdesk;
mod id_token_hint;
pub mod keys;
mod lately;
pub mod logout;
pub mod my_data;
pub mod my_history;
pub mod my_phone;
pub mod my_rights;
mod new_phone;
mod notice;
mod own_phone;
pub mod partner_keys;
pub mod partner_logo;
pub mod partner_secret;
pub mod partners;
pub mod ports;
pub mod push;
pub mod read_request;
pub mod register;
pub mod registry;
pub mod reply;
pub mod safety;
pub mod session;
pub mod settings;
pub mod sign_in;
mod signals;
pub mod start;
pub mod stash;
pub mod tidy;
pub mod tokens;
pub mod usual_sealing;
pub mod vouch;
pub mod world;
mod written_code;

pub use command::Signed;
pub use failure::Failure;
pub use signals::Signals;
pub use world::World;
