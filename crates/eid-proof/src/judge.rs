//! A whole proof in two steps: [`plan`] checks what needs no network and says what to ask; [`Plan::judge`] weighs the answers.

use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use eid_card::{Address, BirthDate, Day, Sex};
use protocol::eid::ProofBody;

use crate::card::{self, Checked};
use crate::revocation::{self, Fetch};
use crate::{Kind, Refusal, Roots, chip, crl, files, ocsp, web_eid};

/// What the signatures must answer to.
#[derive(Clone, Copy)]
pub struct Expect<'a> {
    /// Ours, `https://host[:port]`.
    pub origin: &'a str,
    /// base64 text, as given.
    pub nonce: &'a str,
    /// 48 bytes, for the chip.
    pub challenge: &'a [u8],
}

/// What the operator accepts.
#[derive(Clone)]
pub struct Rules {
    /// In Brussels.
    pub today: Day,
    pub document_types: Vec<u16>,
}

/// Citizens, and the foreigners' cards of people who live here: A to N, EU, EU+, and their forms since 2021. Not Kids-ID (6, 61–69), bootstrap
/// (7) and habilitation (8) cards.
pub const DOCUMENT_TYPES: [u16; 22] =
    [1, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 27, 28, 31, 32, 33, 34, 35, 36];

/// A person, as proven.
#[derive(Clone, PartialEq, Eq)]
pub struct Holder {
    /// All that the card tells, blank between.
    pub given_names: String,
    pub family_name: String,
    /// 11 digits, check digits hold.
    pub national_number: String,
    /// From the identity file, or from the number alone; parts may be unknown. `Display` is ISO 8601, [`BirthDate::latest`] the day
    /// for age.
    pub birthdate: Option<BirthDate>,
    pub sex: Option<Sex>,
    /// Hexadecimal, of the authentication certificate.
    pub certificate_serial: String,
    /// base64url SHA-256 over all files and the token.
    pub evidence_sha256: String,
    /// Believed only because test roots are pinned.
    pub test: bool,
}

/// What only the card's files tell.
#[derive(Clone, PartialEq, Eq)]
pub struct CardFacts {
    pub birth_place: String,
    /// A word in the card's language.
    pub nationality: String,
    /// `None`: the card holds none.
    pub address: Option<Address>,
    /// JPEG, never decoded here.
    pub photo: Vec<u8>,
    pub card_number: String,
    pub valid_from: Day,
    pub valid_to: Day,
    /// Town that delivered the card.
    pub municipality: String,
    pub document_type: u16,
}

/// A card that was believed.
#[derive(Clone, PartialEq, Eq)]
pub struct Proven {
    pub holder: Holder,
    pub card: CardFacts,
}

impl CardFacts {
    /// Citizens' cards, whatever the word for it.
    pub fn belgian(&self) -> bool {
        matches!(self.document_type, 1 | 6 | 7 | 8)
    }
}

/// A proof that holds as far as it could be checked without network.
pub struct Plan {
    checked: Checked,
    token: web_eid::Token,
    chip_signature: Option<Vec<u8>>,
    question: ocsp::Question,
    fetches: Vec<Fetch>,
    evidence: String,
}

/// Checks a proof at `now` (unix seconds); `chance` is fresh randomness for OCSP.
///
/// # Errors
/// The first thing that does not hold.
pub fn plan(body: &ProofBody, roots: &Roots, chance: [u8; 16], now: i64) -> Result<Plan, Refusal> {
    let card = files::decode(&body.files)?;
    let serial = files::bytes(&body.serial, 16)?;
    let token = web_eid::read(&body.token)?;
    let chip_signature = body.chip_signature.as_deref().map(|text| files::bytes(text, 96)).transpose()?;
    let checked = card::check(card, &serial, roots, now)?;
    if token.certificate.der() != checked.authentication.der() {
        return Err(Kind::Possession.because("the token is another certificate's"));
    }
    let question = ocsp::question(&checked.authentication, &checked.issuer, chance)?;
    let mut fetches = vec![
        revocation::ask_ocsp(&checked.authentication, &checked.root, &question)?,
        revocation::ask_list(&checked.register, &checked.register_root)?,
    ];
    if !checked.one_root() {
        fetches.push(revocation::ask_list(&checked.issuer, &checked.root)?);
    }
    let evidence = evidence(body);
    Ok(Plan { checked, token, chip_signature, question, fetches, evidence })
}

impl Plan {
    /// What to fetch; the answers go to [`Plan::judge`] in this order.
    pub fn fetches(&self) -> &[Fetch] {
        &self.fetches
    }

    /// The national number, for "one wait per person" before anything is fetched.
    pub fn national_number(&self) -> &str {
        &self.checked.identity.national_number
    }

    /// Whether the card and its PIN were there and answered us. [`Plan::judge`] asks as well; ask before anything is fetched or told
    /// of the person, or whoever once read the files of a card can make us do both.
    ///
    /// # Errors
    /// `possession`, `chip_signature`.
    pub fn possession(&self, expect: Expect<'_>) -> Result<(), Refusal> {
        self.token.signed_by_holder(expect.origin, expect.nonce)?;
        match (&self.checked.files.chip_key, &self.chip_signature) {
            (Some(key), Some(signature)) => chip::signature(key, expect.challenge, signature),
            (Some(_), None) => Err(Kind::ChipSignature.because("missing")),
            (None, _) => Ok(()),
        }
    }

    /// The verdict.
    ///
    /// # Errors
    /// The first thing that does not hold: possession first, then the chip, rules, revocation.
    pub fn judge(self, answers: &[Vec<u8>], expect: Expect<'_>, rules: &Rules, now: i64) -> Result<Proven, Refusal> {
        let checked = &self.checked;
        self.possession(expect)?;
        self.within(rules)?;
        let (register_root, root) = (&checked.register_root.certificate, &checked.root.certificate);
        // A list says nothing about another root's CA: where the roots differ, there are two.
        match (answers, checked.one_root()) {
            ([answer, list], true) => {
                self.question.judge(answer, &checked.issuer, now)?;
                crl::judge(list, &[&checked.register, &checked.issuer], root, now)?;
            }
            ([answer, registers, issuers], false) => {
                self.question.judge(answer, &checked.issuer, now)?;
                crl::judge(registers, &[&checked.register], register_root, now)?;
                crl::judge(issuers, &[&checked.issuer], root, now)?;
            }
            _ => return Err(Kind::RevocationInvalid.because("answers are missing")),
        }
        Ok(self.proven())
    }

    fn within(&self, rules: &Rules) -> Result<(), Refusal> {
        let identity = &self.checked.identity;
        if !rules.document_types.contains(&identity.document_type) {
            return Err(Kind::DocumentType.because("not accepted"));
        }
        if identity.valid_to < rules.today {
            return Err(Kind::CardExpired.because("last day"));
        }
        if identity.valid_from > rules.today {
            return Err(Kind::CardNotYet.because("first day"));
        }
        Ok(())
    }

    fn proven(self) -> Proven {
        let test = self.checked.test();
        let Checked { files, identity, address, authentication, .. } = self.checked;
        Proven {
            holder: Holder {
                given_names: identity.given_names,
                family_name: identity.surname,
                national_number: identity.national_number,
                birthdate: Some(identity.birth_date),
                sex: Some(identity.sex).filter(|sex| *sex != Sex::Other),
                certificate_serial: hex(authentication.serial()),
                evidence_sha256: self.evidence,
                test,
            },
            card: CardFacts {
                birth_place: identity.birth_place,
                nationality: identity.nationality,
                address: (!address.is_empty()).then_some(address),
                photo: files.photo,
                card_number: identity.card_number,
                valid_from: identity.valid_from,
                valid_to: identity.valid_to,
                municipality: identity.municipality,
                document_type: identity.document_type,
            },
        }
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Every part with its length in front, so that no two proofs read the same.
pub(crate) fn hash_of(parts: &[&str]) -> String {
    let mut hash = Context::new(&SHA256);
    for part in parts {
        hash.update(&u64::try_from(part.len()).unwrap_or(0).to_be_bytes());
        hash.update(part.as_bytes());
    }
    URL_SAFE_NO_PAD.encode(hash.finish())
}

fn evidence(body: &ProofBody) -> String {
    let files = &body.files;
    let token = &body.token;
    hash_of(&[
        "zelf/eid-evidence/v1",
        &files.identity,
        &files.identity_signature,
        &files.address,
        &files.address_signature,
        &files.photo,
        files.chip_key.as_deref().unwrap_or_default(),
        &files.authentication,
        &files.issuer,
        &files.root,
        &files.register,
        &body.serial,
        body.chip_signature.as_deref().unwrap_or_default(),
        &token.unverified_certificate,
        &token.algorithm,
        &token.signature,
        &token.format,
    ])
}
