//! A command of the phone: a JWS by the device key over method, address, the server's nonce and a body (§3).

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::jose::{JoseError, Jws, PublicKey, SigningKey};
use crate::label::TYP_COMMAND;

/// The signed payload. `B` is the command's own body and refuses unknown fields itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payload<B> {
    pub v: u8,
    pub htm: String,
    pub htu: String,
    pub nonce: String,
    pub jti: String,
    pub body: B,
}

/// A command as received: parsed, its signature not yet checked.
pub struct Command<'a> {
    jws: Jws<'a>,
}

impl<'a> Command<'a> {
    /// # Errors
    /// As [`Jws::parse`].
    pub fn parse(compact: &'a str) -> Result<Self, JoseError> {
        Ok(Command { jws: Jws::parse(compact.trim(), TYP_COMMAND)? })
    }

    /// The device id in `kid`.
    pub fn device(&self) -> &str {
        self.jws.kid()
    }

    /// The body before the signature is checked: for `activation/start`, which brings its own key.
    pub fn unverified<B: DeserializeOwned>(&self) -> Result<Payload<B>, JoseError> {
        self.jws.unverified()
    }

    /// Checks signature, version and address.
    ///
    /// # Errors
    /// `BadSignature`, or `Malformed` for another method, address or version.
    pub fn verify<B: DeserializeOwned>(&self, key: &PublicKey, htu: &str) -> Result<Payload<B>, JoseError> {
        let payload: Payload<B> = self.jws.verify(key)?;
        if payload.v != 1 || payload.htm != "POST" || payload.htu != htu || payload.jti.len() > 64 {
            return Err(JoseError::Malformed);
        }
        Ok(payload)
    }
}

impl<B: Serialize> Payload<B> {
    /// The phone's side: signs the command.
    pub fn sign(&self, key: &SigningKey) -> Result<String, JoseError> {
        key.sign(TYP_COMMAND, self)
    }
}
