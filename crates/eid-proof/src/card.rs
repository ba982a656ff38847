//! Everything that a card's files prove without network and without a token.

use eid_card::{Address, Day, FileError, Files, Identity};

use crate::certificate::Certificate;
use crate::national_number::NationalNumber;
use crate::roots::{Root, Roots};
use crate::{Kind, Refusal, chain, files, holder, register, web_eid};

/// Files that hold together: signed by the Register, certificates under a pinned root, one holder.
#[derive(Clone)]
pub struct Checked {
    pub files: Files,
    pub identity: Identity,
    pub address: Address,
    pub authentication: Certificate,
    pub(crate) issuer: Certificate,
    pub(crate) register: Certificate,
    pub(crate) root: Root,
    pub(crate) register_root: Root,
}

impl Checked {
    /// Register and citizens' CA stand under the same root.
    pub(crate) fn one_root(&self) -> bool {
        self.root.certificate.der() == self.register_root.certificate.der()
    }

    /// Believed only because test roots are pinned.
    pub fn test(&self) -> bool {
        self.root.test.is_some() || self.register_root.test.is_some()
    }
}

/// Checks the files of the chip with number `serial` at `now` (unix seconds).
///
/// # Errors
/// The first thing that does not hold; a card or certificate whose time is over is told only when all signatures hold.
pub fn check(files: Files, serial: &[u8], roots: &Roots, now: i64) -> Result<Checked, Refusal> {
    files::within(&files)?;
    let register = Certificate::parse(&files.register)?;
    let register_root = chain::verify(&register, None, roots, now)?.clone();
    register::purpose(&register)?;
    register::signatures(&files, &register)?;
    let identity = Identity::parse(&files.identity).map_err(|e| unreadable(e, "identity file"))?;
    let address = Address::parse(&files.address).map_err(|e| unreadable(e, "address file"))?;
    register::hashes(&files, &identity)?;
    if identity.chip_number.as_slice() != serial {
        return Err(Kind::ChipMismatch.because("number of the chip"));
    }
    NationalNumber::parse(&identity.national_number).ok_or(Kind::NationalNumber.because("check digits"))?;
    let authentication = Certificate::parse(&files.authentication)?;
    let issuer = Certificate::parse(&files.issuer)?;
    let found = chain::verify(&authentication, Some(&issuer), roots, now);
    let root = found.map_err(|refusal| if_card_is_over(refusal, &identity, now))?.clone();
    web_eid::purpose(&authentication)?;
    holder::same(&identity, &authentication)?;
    if root.test.is_some() != register_root.test.is_some() {
        return Err(Kind::CertificateChain.because("a test root and a genuine one"));
    }
    Ok(Checked { files, identity, address, authentication, issuer, register, root, register_root })
}

fn unreadable(error: FileError, why: &'static str) -> Refusal {
    match error {
        FileError::TooLarge => Kind::TooLarge.because(why),
        _ => Kind::Malformed.because(why),
    }
}

/// A card and its certificates run out together: people are told of the card.
fn if_card_is_over(refusal: Refusal, identity: &Identity, now: i64) -> Refusal {
    if refusal.kind != Kind::CertificateExpired {
        return refusal;
    }
    // A day either way: certificates end in UTC, cards in Brussels.
    let day = |days: i64| today(now + days * 86_400);
    if identity.valid_to < day(1) {
        Kind::CardExpired.because("card and certificate")
    } else if identity.valid_from > day(-1) {
        Kind::CardNotYet.because("card and certificate")
    } else {
        refusal
    }
}

/// The civil date (UTC) of a moment; the card's own last resort, rules bring their own.
fn today(now: i64) -> Day {
    let time =
        u64::try_from(now).ok().and_then(|s| der::DateTime::from_unix_duration(std::time::Duration::from_secs(s)).ok());
    let day = time.and_then(|time| Day::new(time.year(), time.month(), time.day()));
    day.unwrap_or(Day { year: 1970, month: 1, day: 1 })
}
