//! One activation at the card: claim, show who asks, read, PIN, sign, upload, return. No window and no reader here; those come in
//! as [`Reader`] and [`Person`], the server as [`Server`].
//!
//! ```text
//! argument ─► activation ─┬─ door     the server's four doors        (answers: judged before use)
//!                         ├─ chip     what is asked of the card      (token: Web eID)
//!                         └─ person   what is told and asked         (desk: the same over channels; conversation: as screens)
//! ```

mod activation;
mod address;
mod answers;
mod argument;
mod chip;
mod conversation;
mod desk;
mod door;
mod failure;
mod person;
mod reader;
mod token;

pub use activation::activate;
pub use address::ServerAddress;
pub use answers::Asks;
pub use argument::{CODE_LENGTH, SCHEME, Start};
pub use chip::{CardRead, ChipAnswer, Trouble, ask_chip, read};
pub use conversation::{Conversation, Step};
pub use desk::{Answer, Desk, Front, Out, desk};
pub use door::{HttpServer, MAX_ANSWER, Server};
pub use failure::Failure;
pub use person::{Back, Consent, Event, Holder, Pace, Person, PinAnswer, PinAsk};
pub use protocol::eid::Purpose;
pub use reader::{Leave, Reader, Slot};

/// What the program calls itself.
pub const PROGRAM: &str = concat!("zelf-eid ", env!("CARGO_PKG_VERSION"));
