//! What the program can be told to do.

pub mod bench;
pub mod phone;
mod phone_serve;
