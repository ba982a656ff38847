//! From a person file to a card: keys, certificates, files and the National Register's signatures over them.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{self, SHA256, SHA384};
use aws_lc_rs::rand::SecureRandom as _;
use eid_card::CardFile;
use rcgen::{ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose, PublicKeyData as _};

use crate::certificates::Wanted;
use crate::civil;
pub use crate::fault::Fault;
use crate::person::{Person, PersonError};
use crate::pki::{self, Authority, Family, PkiError, Standing, TestPki};
use crate::written;
use crate::{Applet, CardImage, CardKey, photo};

/// Why there is no card.
#[derive(Debug)]
pub enum CardError {
    Person(PersonError),
    Pki(PkiError),
}

impl std::fmt::Display for CardError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            CardError::Person(e) => e.fmt(f),
            CardError::Pki(e) => e.fmt(f),
        }
    }
}

impl std::error::Error for CardError {}

impl From<PersonError> for CardError {
    fn from(error: PersonError) -> Self {
        CardError::Person(error)
    }
}

impl From<PkiError> for CardError {
    fn from(error: PkiError) -> Self {
        CardError::Pki(error)
    }
}

/// Personalises a card at `now` (unix seconds). Keys and certificate numbers are fresh; the chip number follows from the
/// national number, so that the same person's card is the same chip.
///
/// # Errors
/// [`CardError`]: what the person file or the test PKI lacks.
pub fn card(
    person: &Person,
    applet: Applet,
    pki: &TestPki,
    fault: Option<Fault>,
    now: i64,
) -> Result<CardImage, CardError> {
    let person = &dressed(person, fault, now);
    person.check()?;
    let stranger;
    let family = if fault == Some(Fault::UnknownRoot) {
        stranger = pki::stranger(applet, pki.base_url())?;
        &stranger
    } else {
        pki.family(applet)
    };
    let maker = Maker { person, applet, pki, family, fault, now };
    let mut files = BTreeMap::new();
    let authentication = maker.certificates(&mut files)?;
    let basic = if applet == Applet::V1_8 { Some(pki::new_key(applet)?) } else { None };
    let serial = chip_number(&person.national_number(), applet);
    maker.data(&mut files, serial, basic.as_ref())?;
    let cloned = fault == Some(Fault::ClonedChip);
    let basic = if cloned && basic.is_some() { Some(pki::new_key(applet)?) } else { basic };
    let mut image = CardImage {
        applet,
        serial: if cloned && basic.is_none() { chip_number("another chip", applet) } else { serial },
        files,
        authentication: key(applet, &authentication.0),
        signature: authentication.1.as_ref().map(|pair| key(applet, pair)),
        basic: basic.as_ref().map(|pair| key(applet, pair)),
        pin: person.pin.clone(),
        pin_tries: if fault == Some(Fault::BlockedPin) { 0 } else { 3 },
        activated: fault != Some(Fault::WrongState),
    };
    spoil(&mut image, person, fault);
    Ok(image)
}

/// The person that the fault makes of `person`.
fn dressed(person: &Person, fault: Option<Fault>, now: i64) -> Person {
    let mut person = person.clone();
    let today = civil::date(now);
    let month = 30 * 86_400;
    let young = |person: &mut Person, years: i32| {
        person.birth_date = civil::iso(civil::years_later(civil::date(now - 3 * month), -years));
        person.national_number.clear();
    };
    match fault {
        Some(Fault::Expired) => {
            person.valid_from = civil::iso(civil::years_later(today, -10));
            person.valid_to = civil::iso(civil::date(now - month));
        }
        Some(Fault::NotYet) => {
            person.valid_from = civil::iso(civil::date(now + month));
            person.valid_to = civil::iso(civil::years_later(today, 10));
        }
        Some(Fault::Minor) => young(&mut person, 16),
        Some(Fault::Kids) => {
            young(&mut person, 8);
            person.document_type = 6;
        }
        Some(Fault::Foreigner) => {
            person.document_type = 31;
            person.card_number.clear();
            person.nationality = written::foreign_nationality(&person.lang).into();
        }
        Some(Fault::NoAddress) => {
            [&mut person.street, &mut person.postcode, &mut person.city].into_iter().for_each(String::clear)
        }
        _ => {}
    }
    person
}

/// 16 bytes that look like a chip's own number.
fn chip_number(of: &str, applet: Applet) -> [u8; 16] {
    let hash = digest::digest(&SHA256, format!("zelf/virtual-chip\0{applet:?}\0{of}").as_bytes());
    let mut number = [0; 16];
    number.iter_mut().zip(hash.as_ref()).for_each(|(place, byte)| *place = *byte);
    number
}

fn key(applet: Applet, pair: &KeyPair) -> CardKey {
    match applet {
        Applet::V1_7 => CardKey::Rsa2048(pair.serialize_der()),
        Applet::V1_8 => CardKey::P384(pair.serialize_der()),
    }
}

/// Everything that is at hand while a card is made.
struct Maker<'a> {
    person: &'a Person,
    applet: Applet,
    pki: &'a TestPki,
    family: &'a Family,
    fault: Option<Fault>,
    now: i64,
}

/// Files as a card has them: certificates in fixed room, filled up with zeros.
type FilesOfCard = BTreeMap<Vec<u8>, Vec<u8>>;

impl Maker<'_> {
    /// Keys 82 and 83 with their certificates, and those of the CAs.
    fn certificates(&self, files: &mut FilesOfCard) -> Result<(KeyPair, Option<KeyPair>), CardError> {
        let foreign = (11..=36).contains(&self.person.document_type);
        let authority = if foreign { &self.family.foreigner } else { &self.family.citizen };
        let [auth_policy, sign_policy] = policies(self.applet, foreign);
        let other = Person {
            national_number: String::new(),
            surname: "Andersma".into(),
            birth_date: "1971-02-03".into(),
            ..self.person.clone()
        };
        let holder = if self.fault == Some(Fault::WrongHolder) { &other } else { self.person };
        let wanted = self.leaf(holder, "Authentication", auth_policy, authority)?;
        let usages = vec![KeyUsagePurpose::DigitalSignature];
        let wanted = Wanted { usages, extended: vec![ExtendedKeyUsagePurpose::ClientAuth], ..wanted };
        let authentication = pki::signer(wanted, pki::new_key(self.applet)?, &authority.issuer)?;
        self.store(files, CardFile::Authentication, &authentication.der);
        let signature = if self.minor() {
            files.insert(CardFile::Signature.path().to_vec(), vec![0; 2500]);
            None
        } else {
            let wanted = self.leaf(self.person, "Signature", sign_policy, authority)?;
            let wanted = Wanted { usages: vec![KeyUsagePurpose::ContentCommitment], ..wanted };
            let signature = pki::signer(wanted, pki::new_key(self.applet)?, &authority.issuer)?;
            self.store(files, CardFile::Signature, &signature.der);
            Some(signature.key)
        };
        self.store(files, CardFile::Issuer, &authority.der);
        self.store(files, CardFile::Root, &self.family.root.der);
        self.store(files, CardFile::Register, &self.family.register.der);
        Ok((authentication.key, signature))
    }

    fn minor(&self) -> bool {
        let today = civil::date(self.now);
        let (year, known) = self.person.born().unwrap_or((1900, None));
        let (month, day) = known.unwrap_or((12, 31));
        civil::years_later(today, -18) < (year, month, day)
    }

    /// What the holder's two certificates share; notes in the PKI when they shall be in trouble.
    fn leaf(&self, holder: &Person, role: &str, policy: &'static str, ca: &Authority) -> Result<Wanted, CardError> {
        let mut serial = [0; 16];
        aws_lc_rs::rand::SystemRandom::new().fill(&mut serial).map_err(|_| PkiError::Text)?;
        let [first, ..] = &mut serial;
        *first = *first & 0x3F | 0x40;
        let standing = match self.fault {
            Some(Fault::Revoked) => Standing::Revoked,
            Some(Fault::Suspended | Fault::WrongState) => Standing::Suspended,
            _ => Standing::Good,
        };
        if standing != Standing::Good {
            self.pki.set_standing(&serial, standing, self.now)?;
        }
        let (from, to) = self.person.validity(self.now)?;
        let base = self.pki.base_url();
        let first_name = holder.given_names.split(' ').next().unwrap_or_default();
        Ok(Wanted {
            common_name: format!("{first_name} {} ({role})", holder.surname).trim().to_owned(),
            subject_number: holder.national_number(),
            surname: holder.surname.clone(),
            given_names: holder.given_names.clone(),
            policy: Some(policy),
            ocsp: Some(format!("{base}/ocsp")),
            issuer_at: Some(format!("{base}/crt/{}.crt", ca.name)),
            crl: Some(format!("{base}/crl/{}.crl", ca.name)),
            serial: serial.to_vec(),
            valid: (civil::unix(from), civil::unix(to) + 86_399),
            ..Wanted::default()
        })
    }

    fn store(&self, files: &mut FilesOfCard, file: CardFile, der: &[u8]) {
        let room = if self.applet == Applet::V1_8 { 1100 } else { 1500 };
        files.insert(file.path().to_vec(), padded(der, room));
    }

    /// Identity, address, photo and chip key, signed by the National Register.
    fn data(&self, files: &mut FilesOfCard, serial: [u8; 16], basic: Option<&KeyPair>) -> Result<(), CardError> {
        let hash = if self.applet == Applet::V1_8 { &SHA384 } else { &SHA256 };
        let photo = photo::jpeg(serial[0]);
        let chip_key = basic.map(|pair| pair.subject_public_key_info());
        let hashes = written::Hashes {
            photo: digest::digest(hash, &photo).as_ref().to_vec(),
            chip_key: chip_key.as_ref().map(|spki| digest::digest(&SHA384, spki).as_ref().to_vec()),
        };
        let identity = written::identity(self.person, serial, &hashes, self.now)?;
        // DER of ECDSA has no fixed length, the card's file has.
        let room = if self.applet == Applet::V1_8 { 128 } else { 256 };
        let register = &self.family.register;
        let identity_signature = padded(&register.sign(&identity)?, room);
        let address = written::address(self.person);
        let signed = [eid_card::address::signed_part(&address), &identity_signature].concat();
        let address_signature = padded(&register.sign(&signed)?, room);
        let all = [
            (CardFile::Identity, identity),
            (CardFile::IdentitySignature, identity_signature),
            (CardFile::Address, address),
            (CardFile::AddressSignature, address_signature),
            (CardFile::Photo, photo),
        ];
        files.extend(all.map(|(file, bytes)| (file.path().to_vec(), bytes)));
        files.extend(chip_key.map(|spki| (CardFile::ChipKey.path().to_vec(), spki)));
        Ok(())
    }
}

/// Policies of the authentication and of the signature certificate.
fn policies(applet: Applet, foreign: bool) -> [&'static str; 2] {
    match (applet, foreign) {
        (Applet::V1_7, false) => ["2.16.56.12.1.1.2.2", "2.16.56.12.1.1.2.1"],
        (Applet::V1_7, true) => ["2.16.56.12.1.1.7.2", "2.16.56.12.1.1.7.1"],
        (Applet::V1_8, false) => ["2.16.56.13.6.1.1.1000", "2.16.56.13.6.1.2.1000"],
        (Applet::V1_8, true) => ["2.16.56.13.6.2.1.1000", "2.16.56.13.6.2.2.1000"],
    }
}

fn padded(bytes: &[u8], room: usize) -> Vec<u8> {
    let mut all = bytes.to_vec();
    all.resize(room.max(bytes.len()), 0);
    all
}

/// Faults of bytes that were right when they were signed.
fn spoil(image: &mut CardImage, person: &Person, fault: Option<Fault>) {
    let mut change = |file: CardFile, text: &str| {
        let bytes = image.files.get_mut(file.path().as_slice());
        let Some(bytes) = bytes else { return };
        let at = bytes.windows(text.len().max(1)).position(|window| window == text.as_bytes());
        if let Some(byte) = at.and_then(|at| bytes.get_mut(at)) {
            *byte = if *byte == b'X' { b'Y' } else { b'X' };
        }
    };
    match fault {
        Some(Fault::TamperedIdentity) => change(CardFile::Identity, &person.surname),
        Some(Fault::TamperedAddress) => change(CardFile::Address, &person.street),
        Some(Fault::BadPhoto) => {
            image.files.insert(CardFile::Photo.path().to_vec(), photo::jpeg(image.serial[0].wrapping_add(5)));
        }
        _ => {}
    }
}
