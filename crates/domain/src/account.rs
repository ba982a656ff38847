//! A person's account and the phone that acts for it.

use protocol::oidc::attributes::Attributes;
use protocol::oidc::facts::Document;
use protocol::phone::Settings;
use serde::{Deserialize, Serialize};

use crate::number::MobileNumber;

/// What an account's sealed column holds.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    pub number: MobileNumber,
    pub email: Option<String>,
    pub attributes: Attributes,
    /// How the person was proven last: method, bank, document.
    pub proof: ProofSummary,
    /// The identity document, where bank or card told enough of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Document>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofSummary {
    pub method: String,
    pub source: String,
    pub source_subject: String,
    pub document_number: String,
    pub evidence_sha256: String,
    pub proven_at: i64,
}

impl Profile {
    /// What a service may be given: the identity with the proven number and the stated address.
    pub fn attributes(&self) -> Attributes {
        Attributes {
            phone_number: Some(self.number.e164().to_owned()),
            email: self.email.clone(),
            ..self.attributes.clone()
        }
    }

    pub fn first_name(&self) -> &str {
        first_of(&self.attributes, &self.proof.method)
    }
}

/// What a person is called. A card tells all given names, a bank the one in use; the family name of whoever has no other.
pub(crate) fn first_of<'a>(attributes: &'a Attributes, method: &str) -> &'a str {
    let given = attributes.given_name.as_deref().filter(|names| !names.trim().is_empty());
    let given = given.and_then(|names| if method == "eid" { names.split_whitespace().next() } else { Some(names) });
    given.or(attributes.family_name.as_deref()).unwrap_or_default()
}

/// "Somebody is on the phone with me" holds so long.
pub const CAREFUL_SECONDS: i64 = 30 * 60;
/// While it holds, a request is approved so long after it was made at the earliest.
pub const COOLING_SECONDS: i64 = 30;

/// An account that came back on a phone its old phone did not vouch for may only log in for so long.
pub const LIMITED_SECONDS: i64 = 24 * 3600;

/// Until when it may only log in, if it still is.
pub fn limited(limited_until: i64, now: i64) -> Option<i64> {
    (limited_until > now).then_some(limited_until)
}

/// A phone in use. `head` is the digest of its last receipt, `""` before the first.
#[derive(Clone)]
pub struct Device {
    pub id: String,
    pub account: String,
    /// 65-byte uncompressed public key.
    pub point: Vec<u8>,
    pub head: String,
    pub last_receipt: Option<String>,
    /// Digest of the answer that `last_receipt` is for.
    pub last_answer: String,
    pub settings: Settings,
    /// Until then its person may be talked into something.
    pub careful_until: i64,
}

/// E-mail addresses: enough to catch a slip, not to judge the world's mail systems (RFC 5321 lengths).
pub fn email_holds(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let label = |l: &str| {
        !l.is_empty()
            && l.len() <= 63
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    !local.is_empty()
        && local.len() <= 64
        && text.len() <= 254
        && !local.contains('@')
        && local.chars().all(|c| !c.is_whitespace() && !c.is_control() && !"<>()[]\\,;:\"".contains(c))
        && domain.contains('.')
        && domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::email_holds;

    #[test]
    fn slips_are_caught_and_real_addresses_pass() {
        for good in ["an@voorbeeld.be", "an.peeters+zelf@sub.voorbeeld.be", "josé@exämple.eu"] {
            assert!(email_holds(good), "{good}");
        }
        for bad in [
            "an",
            "an@",
            "@be",
            "an@be",
            "an@ voorbeeld.be",
            "an@voor..be",
            "a b@c.be",
            "an@-x.be",
            "an@x.be\nBcc: y@z.be",
            "<an@x.be>",
        ] {
            assert!(!email_holds(bad), "{bad}");
        }
    }
}
