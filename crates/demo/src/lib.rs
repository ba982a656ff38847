pub mod bank;
pub mod customers;
mod front;
pub mod holders;
pub mod inbox;
pub mod phone;
pub mod register;
pub mod service;
pub mod story;
