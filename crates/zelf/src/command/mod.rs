//! What the program can be told to do.

pub mod bench;
pub mod demo;
pub mod keys;
pub mod partner;
pub mod phone;
mod phone_serve;
pub mod seed;
pub mod serve;
pub mod service;
pub mod staff;
mod telemetry;
pub mod vault;
pub mod virtual_card;
