//! What a person does to their own account with the code: number, mail address, fingerprint, code, a new phone, the end.
//!
//! Each is asked by the phone ([`ask`]), drawn as a request of its own ([`draw`]), approved like a login, and carried out in
//! the transaction that records the answer ([`carry_out`]).

mod ask;
mod carry_out;
mod draw;

pub(crate) use ask::{Asking, ask, host, qr_text};
pub use ask::{biometrics, close, code, email, new_phone};
pub(crate) use carry_out::{Prepared, forget, prepare};
pub(crate) use draw::{draw, title};
