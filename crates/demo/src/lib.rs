pub mod bank;
pub mod customers;
mod front;
pub mod inbox;
pub mod phone;
pub mod service;
pub mod story;
