//! Every claim about a person, a phone or a request: the one list behind discovery, registration, documentation and the
//! words on the phone.

use crate::oidc::Mount;
use crate::oidc::attributes::{NATIONAL_NUMBER, Scope};

/// The form of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text,
    /// `YYYY-MM-DD`; on the standard mount `YYYY` when only the year is known.
    Date,
    Flag,
    /// Standard: E.164. Compatible: a space after the country code.
    Phone,
    /// Standard: `nl fr de en`. Compatible: in capitals.
    Language,
    Url,
    /// ISO 3166-1 alpha-3, one or a list.
    Country,
    Object,
    /// An object that says something of other claims of the same request, by their names.
    Metadata,
}

impl Format {
    /// For the partners' documentation.
    pub fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Date => "date",
            Format::Flag => "true or false",
            Format::Phone => "phone number",
            Format::Language => "language",
            Format::Url => "address",
            Format::Country => "country",
            Format::Object => "object",
            Format::Metadata => "object by claim name",
        }
    }
}

/// Where a claim can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offered {
    Both,
    Only(Mount),
}

/// Whether a value can come. A claim that has none yet, or never, may be asked and registered all the same, so that a request
/// written for another provider stands as it is (OpenID Core §5.3.2: what is not there is left out).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    WhenKnown,
    /// There is a place for the value, and no way yet in which somebody's account gets one.
    NotYet,
    Never,
}

impl Told {
    /// For the partners' documentation.
    pub fn name(self) -> &'static str {
        match self {
            Told::WhenKnown => "when known",
            Told::NotYet => "not yet",
            Told::Never => "never",
        }
    }
}

/// One claim.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    pub name: &'static str,
    pub offered: Offered,
    pub format: Format,
    /// Key of the words that a person reads for it; empty for what goes with another claim and tells nothing more.
    pub label: &'static str,
    /// English, for the partners' documentation.
    pub about: &'static str,
    pub told: Told,
}

impl Claim {
    pub fn on(&self, mount: Mount) -> bool {
        self.offered == Offered::Both || self.offered == Offered::Only(mount)
    }

    /// The scope that stands for it on this mount, if there is one.
    pub fn scope(&self, mount: Mount) -> Option<Scope> {
        Scope::of(mount).iter().copied().find(|scope| scope.claims_of(mount).contains(&self.name))
    }
}

const fn both(name: &'static str, format: Format, label: &'static str, about: &'static str) -> Claim {
    Claim { name, offered: Offered::Both, format, label, about, told: Told::WhenKnown }
}

const fn standard(name: &'static str, format: Format, label: &'static str, about: &'static str) -> Claim {
    Claim { name, offered: Offered::Only(Mount::Standard), format, label, about, told: Told::WhenKnown }
}

const fn compat(name: &'static str, format: Format, label: &'static str, about: &'static str) -> Claim {
    Claim { name, offered: Offered::Only(Mount::Compat), format, label, about, told: Told::WhenKnown }
}

/// The number of a person in the register of another country than Belgium.
const fn number(name: &'static str, about: &'static str) -> Claim {
    Claim { told: Told::NotYet, ..compat(name, Format::Text, "claim.national_number", about) }
}

/// Asked without a mistake, and never answered.
const fn silent(name: &'static str, format: Format, about: &'static str) -> Claim {
    Claim { told: Told::Never, ..compat(name, format, "", about) }
}

/// A claim of the compatible mount by its last word.
macro_rules! v2 {
    ($name:literal) => {
        concat!("http://itsme.services/v2/claim/", $name)
    };
}
pub(crate) use v2;

/// All of them, in the order that people tell such things.
pub const CLAIMS: [Claim; 68] = [
    both("name", Format::Text, "claim.name", "Given names and family name."),
    both("given_name", Format::Text, "claim.given_name", "Given names; some people have none."),
    both("family_name", Format::Text, "claim.family_name", "Family name."),
    both("birthdate", Format::Date, "claim.birthdate", "Date of birth."),
    compat(
        v2!("birthdate_as_string"),
        Format::Text,
        "claim.birthdate",
        "Date of birth, DD.MM.YYYY or what is known of it.",
    ),
    standard("age_over_16", Format::Flag, "claim.age_over_16", "Sixteen or older today."),
    standard("age_over_18", Format::Flag, "claim.age_over_18", "Eighteen or older today."),
    standard("age_over_21", Format::Flag, "claim.age_over_21", "Twenty-one or older today."),
    compat("age_gte_16", Format::Flag, "claim.age_over_16", "Sixteen or older today."),
    compat("age_gte_18", Format::Flag, "claim.age_over_18", "Eighteen or older today."),
    compat("age_gte_21", Format::Flag, "claim.age_over_21", "Twenty-one or older today."),
    compat("age_gte_30", Format::Flag, "claim.age_over_30", "Thirty or older today."),
    both("gender", Format::Text, "claim.gender", "female or male, as the document says."),
    compat(v2!("official_gender"), Format::Text, "claim.gender", "F or M, as the document says."),
    standard("nationalities", Format::Country, "claim.nationalities", "Nationalities, as a list."),
    compat(v2!("claim_citizenship"), Format::Text, "claim.nationalities", "BE for Belgians, else the country's code."),
    compat(v2!("claim_citizenship_as_iso"), Format::Country, "claim.nationalities", "The first nationality."),
    standard("place_of_birth", Format::Object, "claim.place_of_birth", "locality and country."),
    compat(v2!("place_of_birth"), Format::Object, "claim.place_of_birth", "formatted, city and country."),
    both("address", Format::Object, "claim.address", "Registered address; on the compatible mount Belgian ones only."),
    both("phone_number", Format::Phone, "claim.phone_number", "Mobile number, proven by SMS."),
    both("phone_number_verified", Format::Flag, "", "Always true."),
    both("email", Format::Text, "claim.email", "E-mail address that the person gave."),
    both("email_verified", Format::Flag, "", "True once a message sent there was answered."),
    both("locale", Format::Language, "claim.locale", "Language of the person's app."),
    both("picture", Format::Url, "claim.picture", "Where the photo is, with the access token."),
    compat(v2!("physical_person_photo"), Format::Object, "claim.picture", "The photo itself: format and base64 value."),
    standard(
        NATIONAL_NUMBER,
        Format::Text,
        "claim.national_number",
        "Belgian national register number, eleven digits.",
    ),
    compat(
        v2!("BENationalNumber"),
        Format::Text,
        "claim.national_number",
        "Belgian national register number, eleven digits.",
    ),
    number(v2!("RONationalNumber"), "Of a document that Romania issued."),
    number(v2!("BGNationalNumber"), "Of a document that Bulgaria issued."),
    number(v2!("CZNationalNumber"), "Of a document that Czechia issued."),
    number(v2!("SKNationalNumber"), "Of a document that Slovakia issued."),
    number(v2!("HRNationalNumber"), "Of a document that Croatia issued."),
    number(v2!("LTNationalNumber"), "Of a document that Lithuania issued."),
    number(v2!("LVNationalNumber"), "Of a document that Latvia issued."),
    number(v2!("MTNationalNumber"), "Of a document that Malta issued."),
    number(v2!("RSNationalNumber"), "Of a document that Serbia issued."),
    number(v2!("MDNationalNumber"), "Of a document that Moldova issued."),
    number(v2!("SINationalNumber"), "Of a document that Slovenia issued."),
    number(v2!("SVNationalNumber"), "As SINationalNumber."),
    compat(
        v2!("BEeidSn"),
        Format::Text,
        "claim.document_number",
        "Number of a Belgian identity card, without separators.",
    ),
    compat(v2!("IDDocumentSN"), Format::Text, "claim.document_number", "Number of the identity document."),
    compat(
        v2!("IDDocumentType"),
        Format::Text,
        "claim.document_type",
        "ICAO code of the document: I… card, P… passport.",
    ),
    compat(
        v2!("IDIssuingCountry"),
        Format::Metadata,
        "claim.document_country",
        "The country that issued the document.",
    ),
    compat(
        v2!("issuance_locality"),
        Format::Metadata,
        "claim.document_locality",
        "The town that delivered the document.",
    ),
    compat(
        v2!("validityFrom"),
        Format::Metadata,
        "claim.document_valid_from",
        "Since when the card is valid; with BEeidSn.",
    ),
    compat(
        v2!("validityTo"),
        Format::Metadata,
        "claim.document_valid_until",
        "Until when; with BEeidSn or IDDocumentSN.",
    ),
    compat(v2!("verificationDate"), Format::Metadata, "claim.verification_date", "When the document was last read."),
    compat(v2!("account"), Format::Object, "claim.account", "activationDate, activationMechanism."),
    compat(v2!("app"), Format::Object, "claim.this_phone", "appInstalledDate, appName, appRelease."),
    compat(
        v2!("claim_device"),
        Format::Object,
        "claim.this_phone",
        "The phone: deviceId, deviceLabel, appName, appRelease.",
    ),
    compat(v2!("identification_mode"), Format::Text, "claim.this_phone", "QR, MSISDN or a2a."),
    compat(v2!("transaction_ip"), Format::Text, "claim.network_address", "Network address of the phone that approved."),
    compat(v2!("ongoing_call"), Format::Flag, "claim.ongoing_call", "The person was on the phone when approving."),
    compat("tag:sixdots.be,2016-06:claim_nationality", Format::Text, "claim.nationalities", "As claim_citizenship."),
    compat("tag:sixdots.be,2016-06:claim_city_of_birth", Format::Text, "claim.place_of_birth", "Town of birth."),
    compat("tag:sixdots.be,2016-06:claim_country_of_birth", Format::Text, "claim.place_of_birth", "Country of birth."),
    compat(
        "tag:sixdots.be,2016-06:claim_eid",
        Format::Object,
        "claim.identity_card",
        "The card, with the national number.",
    ),
    compat(
        "tag:sixdots.be,2017-05:claim_device",
        Format::Text,
        "claim.this_phone",
        "As claim_device, JSON in a string.",
    ),
    compat("tag:sixdots.be,2017-05:claim_photo", Format::Text, "claim.picture", "The photo, base64."),
    compat(
        "tag:sixdots.be,2020-03:claim_birthdate_as_string",
        Format::Text,
        "claim.birthdate",
        "As birthdate_as_string.",
    ),
    silent("address_assurance_level", Format::Text, "Its levels are written down nowhere."),
    silent(v2!("student_attestation_ag"), Format::Text, "An access grant to a store of data that we do not keep."),
    silent(v2!("claim_luxtrust_ssn"), Format::Text, "Luxembourg's number: no document tells it."),
    silent(v2!("claim_nl_bsn"), Format::Text, "The Dutch number: only those may have it whom Dutch law names."),
    silent(v2!("transaction_info"), Format::Object, "Withdrawn in 2024."),
    silent("tag:sixdots.be,2017-05:claim_transaction_info", Format::Text, "As transaction_info."),
];

/// Claims that the proof of an identity covers, so that they can be told as verified (OpenID Identity Assurance).
pub fn verifiable(name: &str) -> bool {
    const NAMES: [&str; 8] = [
        "given_name",
        "family_name",
        "name",
        "birthdate",
        "gender",
        "nationalities",
        "place_of_birth",
        NATIONAL_NUMBER,
    ];
    NAMES.contains(&name)
        || name == "address"
        || (name.starts_with("age_over_") && claim(Mount::Standard, name).is_some())
}

/// The claim of this name that this mount knows.
pub fn claim(mount: Mount, name: &str) -> Option<&'static Claim> {
    CLAIMS.iter().find(|claim| claim.name == name && claim.on(mount))
}

/// Key of the words for a claim of either mount; `None` for what is not told by itself.
pub fn label(name: &str) -> Option<&'static str> {
    CLAIMS.iter().find(|claim| claim.name == name).map(|claim| claim.label).filter(|label| !label.is_empty())
}
