//! What a service may keep of an answer.

use protocol::phone::Answered;

use crate::{Vault, VaultError};

impl Vault {
    /// Signs the proof (M5) of an answer whose four messages hold together. `sub` is whom the service knows this person as: the
    /// caller says so, no message does.
    ///
    /// # Errors
    /// `Malformed` when a signature is not of this vault or of the phone, or the messages are not of one answer.
    pub fn attest(&self, answered: &Answered, sub: &str) -> Result<String, VaultError> {
        let (rq, rc, dc) = (self.keys.rq.public(), self.keys.rc.public(), self.keys.dc.public());
        let proof = answered.proof(sub, rq, rc, dc).map_err(|_| VaultError::Malformed)?;
        proof.sign(&self.keys.rc).map_err(|_| VaultError::Malformed)
    }
}
