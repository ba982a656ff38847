//! What people and partners do, one file per journey: the table of contents of the product.
//!
//! | Journey | File |
//! |---|---|
//! | get a phone going: number, e-mail, SMS, code | [`activate_phone`] |
//! | prove who you are at your bank | [`enrol_with_bank`] |
//! | prove who you are with your identity card | [`enrol_with_eid`] |
//! | choose a code: the phone is yours | [`finish_activation`] |
//! | an old phone vouches for a new one | `new_phone` |
//! | look at my account, choose settings | [`my_phone`] |
//! | see what waits, approve or refuse | [`approve`] |
//! | log in to a service | [`sign_in`] |
//! | send what must leave | [`deliver`] |
//! | remove what is over | [`tidy`] |
//!
//! A step reads rows, asks `domain`, writes rows in one named transaction; `vault` and the outside are called only between
//! transactions. No HTTP, no HTML.

pub mod activate_phone;
mod activation_steps;
pub mod approve;
mod command;
pub mod deliver;
pub mod enrol_with_bank;
pub mod enrol_with_eid;
mod failure;
pub mod finish_activation;
pub mod keys;
pub mod my_phone;
mod new_phone;
mod notice;
pub mod ports;
pub mod registry;
pub mod settings;
pub mod sign_in;
mod signals;
pub mod tidy;
pub mod world;

pub use command::Signed;
pub use failure::Failure;
pub use signals::Signals;
pub use world::World;
