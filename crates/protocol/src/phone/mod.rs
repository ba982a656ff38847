//! The phone`s messages.
