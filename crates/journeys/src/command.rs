//! A command as the door received it; opened here, once the key it must be signed with is known.

use protocol::jose::PublicKey;
use protocol::phone::Command;
use serde::de::DeserializeOwned;

use crate::{Failure, World};

/// A signed command and where it came from.
pub struct Signed {
    pub compact: String,
    /// The address it must be signed for.
    pub htu: String,
    /// Network of the sender.
    pub place: String,
}

impl Signed {
    /// The device that claims to have signed it.
    pub fn device(&self) -> Result<String, Failure> {
        let command = Command::parse(&self.compact)?;
        let device = command.device();
        if !protocol::phone::is_id("dev", device) {
            return Err(Failure::Malformed);
        }
        Ok(device.to_owned())
    }

    /// Checks signature, address and nonce; gives body and `jti`.
    pub fn open<B: DeserializeOwned>(&self, world: &World, key: &PublicKey) -> Result<(B, String), Failure> {
        let payload = Command::parse(&self.compact)?.verify::<B>(key, &self.htu)?;
        if !world.keys.command_nonce_holds(&payload.nonce, world.now()) {
            return Err(Failure::UseNonce);
        }
        Ok((payload.body, payload.jti))
    }

    /// The body before the signature is checked: only `activation/start` needs it, to find its own key.
    pub fn unverified<B: DeserializeOwned>(&self) -> Result<B, Failure> {
        Ok(Command::parse(&self.compact)?.unverified::<B>()?.body)
    }
}
