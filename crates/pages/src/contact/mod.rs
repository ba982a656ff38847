//! Writing to the helpdesk, and what became of it. Nothing here says whether anybody has an account.

mod form;
mod status;

pub use form::{ContactError, ContactForm};
pub use status::{ContactClock, ContactStatus};

/// Where the form is asked, and posts; a ticket follows for its answer.
pub const CONTACT: &str = "/help/contact";
