//! A Belgian identity card made of software, for tests and the demo: a person file becomes a card of its own test PKI.

mod applet;
mod applet_keys;
mod applet_pin;
mod certificates;
pub mod civil;
mod fault;
pub mod person;
pub mod personalise;
mod photo;
pub mod pkcs15;
pub mod pki;
pub mod reader;
pub mod responder;
pub mod vpcd;
pub mod web_eid;
mod written;

use std::collections::BTreeMap;

pub use applet::{Pad, VirtualCard};

/// Generation of the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applet {
    /// RSA-2048.
    V1_7,
    /// ECC P-384.
    V1_8,
}

/// A private key of the card.
pub enum CardKey {
    /// PKCS#8.
    Rsa2048(Vec<u8>),
    /// PKCS#8.
    P384(Vec<u8>),
}

/// Everything a chip holds. The personaliser makes it, the applet serves it.
pub struct CardImage {
    pub applet: Applet,
    /// 16-byte chip number.
    pub serial: [u8; 16],
    /// Path below MF (`[0xDF, 0x01, 0x40, 0x31]`, `[0x2F, 0x00]`) → content as stored, padding included.
    pub files: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Key 82.
    pub authentication: CardKey,
    /// Key 83; absent for minors.
    pub signature: Option<CardKey>,
    /// Key 81 of 1.8.
    pub basic: Option<CardKey>,
    /// Digits, 4 to 12.
    pub pin: String,
    pub pin_tries: u8,
    /// GET CARD DATA life cycle: `0F` activated, `07` not yet.
    pub activated: bool,
}
