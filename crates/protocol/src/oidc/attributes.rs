//! What we know of a person, and which of it a partner gets (OpenID Core §5.1, §5.4, §5.5).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Mount;
use super::release::v2;

/// The national number: only ever as an explicit claim of a partner that is allowed it.
pub const NATIONAL_NUMBER: &str = "urn:zelf:claim:national_number";

/// What is stored of a person, in the order we show it; [`super::release::CLAIMS`] has all that can leave.
pub const CLAIMS: [&str; 13] = [
    "name",
    "given_name",
    "family_name",
    "birthdate",
    "gender",
    "nationalities",
    "place_of_birth",
    "address",
    "phone_number",
    "phone_number_verified",
    "email",
    "email_verified",
    NATIONAL_NUMBER,
];

/// A scope we know. Others are ignored (OpenID Core §3.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Scope {
    Openid,
    Profile,
    Email,
    Phone,
    Address,
    /// Of the compatible mount: national number and number of a Belgian card.
    Eid,
    /// Of the compatible mount: the identity document.
    IdDocument,
}

impl Scope {
    pub const ALL: [Scope; 7] =
        [Scope::Openid, Scope::Profile, Scope::Email, Scope::Phone, Scope::Address, Scope::Eid, Scope::IdDocument];

    /// Those that a mount knows.
    pub fn of(mount: Mount) -> &'static [Scope] {
        let [standard @ .., _, _] = &Self::ALL;
        match mount {
            Mount::Standard => standard,
            Mount::Compat => &Self::ALL,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Openid => "openid",
            Scope::Profile => "profile",
            Scope::Email => "email",
            Scope::Phone => "phone",
            Scope::Address => "address",
            Scope::Eid => "eid",
            Scope::IdDocument => "idDocument",
        }
    }

    pub fn parse(name: &str) -> Option<Scope> {
        Scope::ALL.into_iter().find(|scope| scope.as_str() == name)
    }

    /// The claims it stands for on this mount.
    pub fn claims_of(self, mount: Mount) -> &'static [&'static str] {
        match (self, mount) {
            (Scope::Openid, _) | (Scope::Eid | Scope::IdDocument, Mount::Standard) => &[],
            (Scope::Profile, Mount::Standard) => &["name", "given_name", "family_name", "birthdate", "gender"],
            (Scope::Profile, Mount::Compat) => {
                &["name", "given_name", "family_name", "birthdate", "gender", "locale", "picture"]
            }
            (Scope::Email, _) => &["email", "email_verified"],
            (Scope::Phone, _) => &["phone_number", "phone_number_verified"],
            (Scope::Address, _) => &["address"],
            (Scope::Eid, Mount::Compat) => &[v2!("BENationalNumber"), v2!("BEeidSn")],
            (Scope::IdDocument, Mount::Compat) => &[
                v2!("IDDocumentSN"),
                v2!("IDDocumentType"),
                v2!("IDIssuingCountry"),
                v2!("validityFrom"),
                v2!("validityTo"),
            ],
        }
    }
}

/// What we know of a person. Personal data: no `Debug`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Attributes {
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    /// `YYYY-MM-DD`, or `YYYY` alone.
    pub birthdate: Option<String>,
    /// `female` or `male`, as the identity document says.
    pub gender: Option<String>,
    /// ISO 3166-1 alpha-3 (OpenID Identity Assurance).
    pub nationalities: Vec<String>,
    pub place_of_birth: Option<Place>,
    pub address: Option<Address>,
    /// E.164; proven by SMS before an account exists.
    pub phone_number: Option<String>,
    pub email: Option<String>,
    /// True once a code or link sent there came back.
    pub email_verified: bool,
    pub national_number: Option<String>,
}

/// OpenID Identity Assurance, `place_of_birth`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Place {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// OpenID Core §5.1.1; `formatted` is made on release.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Address {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

impl Address {
    pub(super) fn claim(&self) -> Value {
        let town = [self.postal_code.as_deref(), self.locality.as_deref()].into_iter().flatten();
        let town = town.collect::<Vec<_>>().join(" ");
        let lines = [self.street_address.as_deref(), Some(town.as_str()), self.country.as_deref()];
        let formatted = lines.into_iter().flatten().filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n");
        let mut claim = json!(self);
        if let Some(members) = claim.as_object_mut() {
            members.insert("formatted".into(), formatted.into());
        }
        claim
    }
}

/// The values of the named claims; what we do not know is left out (OpenID Core §5.3.2).
pub fn pick(attributes: &Attributes, names: &[&str]) -> Map<String, Value> {
    let values = names.iter().filter_map(|name| Some(((*name).to_owned(), attributes.claim(name)?)));
    values.collect()
}

impl Attributes {
    /// The value of one claim.
    pub fn claim(&self, name: &str) -> Option<Value> {
        let text = |value: &Option<String>| value.clone().map(Value::String);
        match name {
            "name" => self.full_name().map(Value::String),
            "given_name" => text(&self.given_name),
            "family_name" => text(&self.family_name),
            "birthdate" => text(&self.birthdate),
            "gender" => text(&self.gender),
            "nationalities" => (!self.nationalities.is_empty()).then(|| json!(self.nationalities)),
            "place_of_birth" => self.place_of_birth.as_ref().map(|place| json!(place)),
            "address" => self.address.as_ref().map(Address::claim),
            "phone_number" => text(&self.phone_number),
            "phone_number_verified" => self.phone_number.as_ref().map(|_| Value::Bool(true)),
            "email" => text(&self.email),
            "email_verified" => self.email.as_ref().map(|_| Value::Bool(self.email_verified)),
            NATIONAL_NUMBER => text(&self.national_number),
            _ => None,
        }
    }

    pub(super) fn full_name(&self) -> Option<String> {
        let parts: Vec<&str> = [&self.given_name, &self.family_name].into_iter().filter_map(|n| n.as_deref()).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }
}
