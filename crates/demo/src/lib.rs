
pub mod bank;
pub mod customers;
pub mod phone;
