//! The phone's API (docs/protocol.md §3) and the app itself.

mod app;
mod bank_return;
mod commands;
mod my;

pub use app::{file, well_known};
pub use bank_return::came_back;
pub use commands::*;
pub use my::*;
