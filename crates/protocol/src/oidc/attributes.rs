//! What we know of a person, and which of it a partner gets (OpenID Core §5.1, §5.4, §5.5).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::partner::Partner;

/// The national number: only ever as an explicit claim of a partner that is allowed it.
pub const NATIONAL_NUMBER: &str = "urn:zelf:claim:national_number";

/// Every claim about a person that we can release, in the order we show them.
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
#[serde(rename_all = "lowercase")]
pub enum Scope {
    Openid,
    Profile,
    Email,
    Phone,
    Address,
}

impl Scope {
    pub const ALL: [Scope; 5] = [Scope::Openid, Scope::Profile, Scope::Email, Scope::Phone, Scope::Address];

    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Openid => "openid",
            Scope::Profile => "profile",
            Scope::Email => "email",
            Scope::Phone => "phone",
            Scope::Address => "address",
        }
    }

    pub fn parse(name: &str) -> Option<Scope> {
        Scope::ALL.into_iter().find(|scope| scope.as_str() == name)
    }

    /// The claims it stands for.
    pub fn claims(self) -> &'static [&'static str] {
        match self {
            Scope::Openid => &[],
            Scope::Profile => &["name", "given_name", "family_name", "birthdate", "gender"],
            Scope::Email => &["email", "email_verified"],
            Scope::Phone => &["phone_number", "phone_number_verified"],
            Scope::Address => &["address"],
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
    fn claim(&self) -> Value {
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

/// The names of the claims that leave: asked by a scope or one by one (`asked`), and allowed to this partner.
pub fn released(scopes: &BTreeSet<Scope>, asked: &BTreeSet<String>, partner: &Partner) -> Vec<&'static str> {
    let wanted = |name: &str| asked.contains(name) || scopes.iter().any(|scope| scope.claims().contains(&name));
    CLAIMS.into_iter().filter(|name| wanted(name) && partner.may_ask(name)).collect()
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

    fn full_name(&self) -> Option<String> {
        let parts: Vec<&str> = [&self.given_name, &self.family_name].into_iter().filter_map(|n| n.as_deref()).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }
}
