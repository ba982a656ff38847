//! What the program can be told to do.

pub mod phone;
mod phone_serve;
