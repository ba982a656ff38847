//! What a partner chose: how strict, how signed, how started.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::jose::{Encryption, SigAlg};

/// Which contract a partner speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mount {
    /// The issuer itself.
    #[default]
    Standard,
    /// The issuer under `/v2`: what an itsme® integration expects.
    Compat,
}

impl Mount {
    /// What stands behind the issuer's address.
    pub fn path(self) -> &'static str {
        match self {
            Mount::Standard => "",
            Mount::Compat => "/v2",
        }
    }
}

/// How strict the requests of a partner must be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    #[default]
    Standard,
    /// FAPI 2.0 Security Profile: PAR, bound tokens, no RS256, the issuer as the only audience.
    Fapi2,
    /// The same with signed request objects and JARM (FAPI 2.0 Message Signing).
    Fapi2Signed,
}

/// A grant type at the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grant {
    #[serde(rename = "authorization_code")]
    AuthorizationCode,
    #[serde(rename = "refresh_token")]
    RefreshToken,
    #[serde(rename = "urn:openid:params:grant-type:ciba")]
    Ciba,
}

/// To what access tokens are bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// RFC 9449.
    Dpop,
    /// RFC 8705 §3.
    Mtls,
}

/// How a request reaches its phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartWay {
    /// The person types a phone number, and on the phone the two digits that the page shows.
    Number,
    /// The phone scans a code that changes every two seconds.
    Qr,
    /// The app is on the device that shows the page.
    Link,
}

/// How CIBA results are delivered (OpenID CIBA Core §5); push is not offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    Poll,
    Ping,
}

/// A partner that starts requests from its own side.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ciba {
    pub delivery: Delivery,
    /// Where a ping goes.
    #[serde(default)]
    pub notification_endpoint: Option<String>,
    /// Off only for legacy partners: the person types the two digits that the partner shows.
    #[serde(default = "yes")]
    pub typed_match: bool,
}

pub(super) fn yes() -> bool {
    true
}

/// A choice that may be `"none"`, said aloud: the same as saying nothing, but where something is chosen for who says nothing
/// (`zelf partner add` on the compatible mount).
pub(super) fn or_none<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(from: D) -> Result<T, D::Error> {
    match Value::deserialize(from)? {
        Value::Null => Ok(T::default()),
        Value::String(word) if word == "none" => Ok(T::default()),
        other => serde_json::from_value(other).map_err(D::Error::custom),
    }
}

/// How a JWT for the partner is signed and sealed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sealing {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign: Option<SigAlg>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypt: Option<Encryption>,
}
