//! Another code: staged beside the one in use, promoted once the old one has approved it (docs/life.md §4).
//!
//! At every moment exactly one verifier counts: the one in `pin_state`. Promotion is one transaction.

use std::fmt::Write as _;

use protocol::jose::sha256;
use protocol::phone::{is_id, pin};
use protocol::seal::Sealed;
use serde::{Deserialize, Serialize};

use crate::keyring::Place;
use crate::{Vault, VaultError, row};

/// What is shown of a new code before the old one approves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StagedCode {
    /// First 8 hex digits of the SHA-256 of the new code's public point.
    pub mark: String,
}

impl Vault {
    /// Unseals the new code's key and keeps it aside under the name `change` (`chg_…`). A newer one takes its place.
    ///
    /// # Errors
    /// `Malformed` when the seal does not open for this device and change; `Unknown` without such a device.
    pub async fn stage_code(&self, device: String, change: String, sealed: Sealed) -> Result<StagedCode, VaultError> {
        if !is_id("chg", &change) {
            return Err(VaultError::Malformed);
        }
        let next = pin::open_enrolment(&self.keys.vs, &sealed, &device, &change).map_err(|_| VaultError::Malformed)?;
        let place = Place::Next { change: &change };
        let wrapped = self.keys.wrap(&device, place, next.point()).map_err(|_| VaultError::Malformed)?;
        let staged = self.db.run("vault.stage", move |tx| row::staged::put(tx, &device, &change, &wrapped)).await?;
        if staged { Ok(StagedCode { mark: mark(next.point()) }) } else { Err(VaultError::Unknown) }
    }

    /// The staged code becomes the code, its generation one more. `false` when nothing of that name is staged (any more), so that
    /// repeating it repeats nothing. Call it only once the old code approved `change`.
    pub async fn promote_code(&self, device: String, change: String) -> Result<bool, VaultError> {
        let (id, name) = (device.clone(), change.clone());
        let found = self.db.read("vault.staged", move |tx| row::staged::find(tx, &id, &name)).await?;
        let Some((generation, staged)) = found else { return Ok(false) };
        let place = Place::Next { change: &change };
        let rewrapped = self
            .keys
            .unwrap(&device, place, &staged)
            .and_then(|point| self.keys.wrap(&device, Place::Code { generation: generation + 1 }, &point));
        let verifier = rewrapped.map_err(|_| VaultError::Failed("a staged code that does not open".into()))?;
        let (writing, ..) = self.known.writing(&device);
        let promote = move |tx: &mut db::Tx<'_>| {
            let _writing = &writing;
            row::staged::promote(tx, &device, &change, generation, &verifier)
        };
        Ok(self.db.run("vault.promote", promote).await?)
    }

    /// Forgets a staged code.
    pub async fn drop_staged(&self, device: String) -> Result<(), VaultError> {
        self.db.run("vault.drop_staged", move |tx| row::staged::drop(tx, &device)).await?;
        Ok(())
    }
}

fn mark(point: &[u8]) -> String {
    sha256(point).iter().take(4).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
