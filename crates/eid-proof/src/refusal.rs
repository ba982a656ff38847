//! Why a card is not believed.

/// The codes of docs/eid.md §6 that a proof can end in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Malformed,
    TooLarge,
    IdentitySignature,
    AddressSignature,
    PhotoMismatch,
    ChipMismatch,
    ChipSignature,
    Possession,
    HolderMismatch,
    NationalNumber,
    CertificateChain,
    CertificateExpired,
    CertificatePurpose,
    CertificateRevoked,
    CertificateSuspended,
    RevocationInvalid,
    /// The responder said "later".
    RevocationUnreachable,
    CardExpired,
    CardNotYet,
    DocumentType,
}

/// A refusal: its code for people and programs, and a few words for the log that hold nothing personal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub kind: Kind,
    pub why: &'static str,
}

impl Kind {
    pub(crate) fn because(self, why: &'static str) -> Refusal {
        Refusal { kind: self, why }
    }

    /// As docs/eid.md §6 spells it.
    pub fn code(self) -> &'static str {
        match self {
            Kind::Malformed => "malformed",
            Kind::TooLarge => "too_large",
            Kind::IdentitySignature => "identity_signature",
            Kind::AddressSignature => "address_signature",
            Kind::PhotoMismatch => "photo_mismatch",
            Kind::ChipMismatch => "chip_mismatch",
            Kind::ChipSignature => "chip_signature",
            Kind::Possession => "possession",
            Kind::HolderMismatch => "holder_mismatch",
            Kind::NationalNumber => "national_number",
            Kind::CertificateChain => "certificate_chain",
            Kind::CertificateExpired => "certificate_expired",
            Kind::CertificatePurpose => "certificate_purpose",
            Kind::CertificateRevoked => "certificate_revoked",
            Kind::CertificateSuspended => "certificate_suspended",
            Kind::RevocationInvalid => "revocation_invalid",
            Kind::RevocationUnreachable => "revocation_unreachable",
            Kind::CardExpired => "card_expired",
            Kind::CardNotYet => "card_not_yet",
            Kind::DocumentType => "document_type",
        }
    }
}

impl Refusal {
    /// As docs/eid.md §6 spells it.
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code(), self.why)
    }
}

impl std::error::Error for Refusal {}
