//! A new device: its code's public key is unsealed, wrapped and stored, its certificate signed.

use protocol::jose::{Jwk, PublicKey, digest};
use protocol::phone::{DeviceCertificate, IdentityProof, pin};
use protocol::seal::Sealed;
use serde::{Deserialize, Serialize};

use crate::keyring::Place;
use crate::{Vault, VaultError, row};

/// A certificate lives five years at most; a new device is a new key.
const CERTIFICATE_SECONDS: i64 = 5 * 365 * 86_400;

/// Everything a new device brings.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Enrolment {
    pub device: String,
    pub activation: String,
    pub jwk: Jwk,
    pub sealed: Sealed,
    /// Salted commitment to the account.
    pub account_commitment: String,
    pub proof: IdentityProof,
}

impl Vault {
    /// The device certificate (M4).
    ///
    /// # Errors
    /// `Malformed` when the seal does not open for this device and activation, or the device's key is not a point;
    /// `OutOfStep` when the device was used already.
    pub async fn enrol(&self, enrolment: Enrolment, now: i64) -> Result<String, VaultError> {
        let Enrolment { device, activation, jwk, sealed, account_commitment, proof } = enrolment;
        let key = PublicKey::from_jwk(&jwk).map_err(|_| VaultError::Malformed)?;
        if key.name("dev") != device || !key.on_curve() {
            return Err(VaultError::Malformed);
        }
        let verifier =
            pin::open_enrolment(&self.keys.vs, &sealed, &device, &activation).map_err(|_| VaultError::Malformed)?;
        let wrapped = self
            .keys
            .wrap(&device, Place::Code { generation: 1 }, verifier.point())
            .map_err(|_| VaultError::Malformed)?;
        let certificate = DeviceCertificate {
            v: 1,
            dev: device.clone(),
            acctc: account_commitment,
            jwk,
            att: "none".into(),
            // An app in a browser is at most substantial, whatever the bank says of the person.
            cap: "substantial".into(),
            proof,
            nbf: now,
            exp: now + CERTIFICATE_SECONDS,
        };
        let certificate = certificate.sign(&self.keys.dc).map_err(|_| VaultError::Malformed)?;
        let dc = digest(&certificate);
        let (writing, ..) = self.known.writing(&device);
        let enrol = move |tx: &mut db::Tx<'_>| {
            let _writing = &writing;
            row::enrol(tx, &device, &wrapped, &dc, now)
        };
        let stored = self.db.run("vault.enrol", enrol).await?;
        if stored == 0 { Err(VaultError::OutOfStep { seq: 1 }) } else { Ok(certificate) }
    }
}
