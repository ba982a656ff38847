//! What can be wrong with a virtual card, on request.

use std::fmt;
use std::str::FromStr;

/// Named as on the command line: `--fault tampered-address`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The chip says "not activated"; its certificates are on hold.
    WrongState,
    Expired,
    NotYet,
    Revoked,
    Suspended,
    TamperedAddress,
    TamperedIdentity,
    BlockedPin,
    /// Sixteen years old: no signature certificate.
    Minor,
    /// Kids-ID of an eight-year-old.
    Kids,
    Foreigner,
    NoAddress,
    /// The authentication certificate names somebody else.
    WrongHolder,
    BadPhoto,
    /// Files of one chip on another: the chip's own key (1.8) or number (1.7) is another's.
    ClonedChip,
    UnknownRoot,
}

impl Fault {
    pub const ALL: [Fault; 16] = [
        Fault::WrongState,
        Fault::Expired,
        Fault::NotYet,
        Fault::Revoked,
        Fault::Suspended,
        Fault::TamperedAddress,
        Fault::TamperedIdentity,
        Fault::BlockedPin,
        Fault::Minor,
        Fault::Kids,
        Fault::Foreigner,
        Fault::NoAddress,
        Fault::WrongHolder,
        Fault::BadPhoto,
        Fault::ClonedChip,
        Fault::UnknownRoot,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Fault::WrongState => "wrong-state",
            Fault::Expired => "expired",
            Fault::NotYet => "not-yet",
            Fault::Revoked => "revoked",
            Fault::Suspended => "suspended",
            Fault::TamperedAddress => "tampered-address",
            Fault::TamperedIdentity => "tampered-identity",
            Fault::BlockedPin => "blocked-pin",
            Fault::Minor => "minor",
            Fault::Kids => "kids",
            Fault::Foreigner => "foreigner",
            Fault::NoAddress => "no-address",
            Fault::WrongHolder => "wrong-holder",
            Fault::BadPhoto => "bad-photo",
            Fault::ClonedChip => "cloned-chip",
            Fault::UnknownRoot => "unknown-root",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No fault of this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFault;

impl fmt::Display for UnknownFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = Fault::ALL.iter().map(|fault| fault.name()).collect();
        write!(f, "a fault is one of {}", names.join(", "))
    }
}

impl std::error::Error for UnknownFault {}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(name: &str) -> Result<Self, UnknownFault> {
        Fault::ALL.into_iter().find(|fault| fault.name() == name).ok_or(UnknownFault)
    }
}
