//! The phone's two secrets: device key and pepper. A software phone holds them as bytes.

use aws_lc_rs::rand;
use protocol::jose::{SigningKey, b64u, unb64u};
use protocol::phone::pin;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::PhoneError;

/// How a device stands in the state file.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredDevice {
    /// Private scalar of `DK`, base64url of 32 bytes.
    pub key: String,
    /// Key of the code's derivation, base64url of 32 bytes.
    pub pepper: String,
}

/// A device ready to sign. No `Debug`: both members are secret.
pub struct Device {
    key: SigningKey,
    pepper: Zeroizing<Vec<u8>>,
}

impl Device {
    /// A new device key and pepper.
    pub fn generate() -> Result<Self, PhoneError> {
        let mut pepper = Zeroizing::new(vec![0; 32]);
        rand::fill(&mut pepper).map_err(|_| PhoneError::Internal("no entropy".into()))?;
        Ok(Device { key: SigningKey::generate("dev")?, pepper })
    }

    /// From known secrets: the load generator's derived phones.
    pub fn from_parts(key: SigningKey, pepper: &[u8]) -> Self {
        Device { key, pepper: Zeroizing::new(pepper.to_vec()) }
    }

    pub fn load(stored: &StoredDevice) -> Result<Self, PhoneError> {
        let broken = |_| PhoneError::State("the device key in the state file is damaged".into());
        let scalar = Zeroizing::new(unb64u(&stored.key).map_err(broken)?);
        let key = SigningKey::from_bare_scalar(&scalar, "dev").map_err(broken)?;
        Ok(Device { key, pepper: Zeroizing::new(unb64u(&stored.pepper).map_err(broken)?) })
    }

    pub fn store(&self) -> Result<StoredDevice, PhoneError> {
        Ok(StoredDevice { key: b64u(&*self.key.scalar()?), pepper: b64u(&*self.pepper) })
    }

    /// The next code's pepper counts from now on: base64url of 32 bytes.
    pub fn take_pepper(&mut self, pepper: &str) -> Result<(), PhoneError> {
        let broken = |_| PhoneError::State("the next pepper in the state file is damaged".into());
        self.pepper = Zeroizing::new(unb64u(pepper).map_err(broken)?);
        Ok(())
    }

    /// `dev_…`.
    pub fn id(&self) -> &str {
        self.key.kid()
    }

    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// The code's key pair, made for one use and dropped.
    pub fn pin_key(&self, code: &str) -> Result<SigningKey, PhoneError> {
        Ok(pin::key(&self.pepper, self.id(), code)?)
    }
}
