//! The files of a card that matter to us.

use std::fmt;

/// What was read off a card, each file as read; certificates cut at their DER length.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Files {
    /// EF 4031.
    pub identity: Vec<u8>,
    /// EF 4032, padding included: it is signed with the address.
    pub identity_signature: Vec<u8>,
    /// EF 4033, empty when the card holds none.
    pub address: Vec<u8>,
    /// EF 4034, empty when the card holds none.
    pub address_signature: Vec<u8>,
    /// EF 4035, JPEG.
    pub photo: Vec<u8>,
    /// EF 4040 on applet 1.8: SubjectPublicKeyInfo.
    pub chip_key: Option<Vec<u8>>,
    /// EF 5038, empty when the card holds no such certificate.
    pub authentication: Vec<u8>,
    /// EF 5039; minors have none.
    pub signature: Option<Vec<u8>>,
    /// EF 503A, Citizen CA or Foreigner CA.
    pub issuer: Vec<u8>,
    /// EF 503B: to compare with the pinned roots, never to trust.
    pub root: Vec<u8>,
    /// EF 503C, National Register.
    pub register: Vec<u8>,
}

/// Personal data stay out of logs.
impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Files(identity {} bytes)", self.identity.len())
    }
}

/// A file by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardFile {
    Identity,
    IdentitySignature,
    Address,
    AddressSignature,
    Photo,
    ChipKey,
    Authentication,
    Signature,
    Issuer,
    Root,
    Register,
}

impl CardFile {
    /// In the order they are read.
    pub const ALL: [CardFile; 11] = [
        CardFile::Identity,
        CardFile::IdentitySignature,
        CardFile::Address,
        CardFile::AddressSignature,
        CardFile::Photo,
        CardFile::ChipKey,
        CardFile::Authentication,
        CardFile::Signature,
        CardFile::Issuer,
        CardFile::Root,
        CardFile::Register,
    ];

    /// Path below the master file.
    pub fn path(self) -> [u8; 4] {
        match self {
            CardFile::Identity => [0xDF, 0x01, 0x40, 0x31],
            CardFile::IdentitySignature => [0xDF, 0x01, 0x40, 0x32],
            CardFile::Address => [0xDF, 0x01, 0x40, 0x33],
            CardFile::AddressSignature => [0xDF, 0x01, 0x40, 0x34],
            CardFile::Photo => [0xDF, 0x01, 0x40, 0x35],
            CardFile::ChipKey => [0xDF, 0x01, 0x40, 0x40],
            CardFile::Authentication => [0xDF, 0x00, 0x50, 0x38],
            CardFile::Signature => [0xDF, 0x00, 0x50, 0x39],
            CardFile::Issuer => [0xDF, 0x00, 0x50, 0x3A],
            CardFile::Root => [0xDF, 0x00, 0x50, 0x3B],
            CardFile::Register => [0xDF, 0x00, 0x50, 0x3C],
        }
    }

    /// Holds a certificate, to be cut at its DER length.
    pub fn is_certificate(self) -> bool {
        matches!(
            self,
            CardFile::Authentication | CardFile::Signature | CardFile::Issuer | CardFile::Root | CardFile::Register
        )
    }
}
