//! Fingerprint or face in place of the code (docs/life.md §8).
//!
//! An assertion cannot be guessed as a code can, so nothing is counted: it is checked, then challenge and sequence are burnt in one
//! transaction that also remembers what it proved. Whoever comes second finds the number taken.

use protocol::jose::unb64u;
use protocol::phone::{Answer, Bio, DeviceState, UV_BIO, Verified, bio_challenge};
use protocol::webauthn::{self, Expect};
use serde::{Deserialize, Serialize};

use crate::keyring::Place;
use crate::row::bio::BioRow;
use crate::{Attempt, Vault, VaultError, Verdict, lock, row};

/// A WebAuthn credential on a phone, and where its assertions come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BioCredential {
    /// Credential id, base64url.
    pub id: String,
    /// 65-byte uncompressed point.
    pub point: Vec<u8>,
    /// The authenticator's counter when it was registered; 0 where it does not count.
    pub sign_count: u32,
    pub backup_eligible: bool,
    /// Host of the app.
    pub rp_id: String,
    /// Exact origin of the app.
    pub origin: String,
}

impl Vault {
    /// Switches fingerprint or face on (in place of the one before) or off.
    ///
    /// # Errors
    /// `Malformed` for a key that is not a point; `Unknown` without such a device.
    pub async fn set_bio(&self, device: String, credential: Option<BioCredential>) -> Result<(), VaultError> {
        let (writing, ..) = self.known.writing(&device);
        let Some(credential) = credential else {
            let forget = move |tx: &mut db::Tx<'_>| {
                let _writing = &writing;
                row::bio::forget(tx, &device)
            };
            self.db.run("vault.bio_off", forget).await?;
            return Ok(());
        };
        let key = protocol::jose::PublicKey::from_point(&credential.point).map_err(|_| VaultError::Malformed)?;
        if !key.on_curve() || unb64u(&credential.id).is_err() {
            return Err(VaultError::Malformed);
        }
        let text = serde_json::to_vec(&credential).map_err(|_| VaultError::Malformed)?;
        let place = Place::Bio { credential: &credential.id };
        let sealed = self.keys.wrap(&device, place, &text).map_err(|_| VaultError::Malformed)?;
        let put = move |tx: &mut db::Tx<'_>| {
            let _writing = &writing;
            row::bio::put(tx, &device, &credential.id, &sealed, credential.sign_count.into())
        };
        if self.db.run("vault.bio_on", put).await? { Ok(()) } else { Err(VaultError::Unknown) }
    }

    pub(crate) async fn approve_bio(
        &self,
        attempt: Attempt,
        answer: &Verified<Answer>,
        now: i64,
    ) -> Result<Verdict, VaultError> {
        let given = attempt.bio.ok_or(VaultError::Malformed)?;
        let id = attempt.device.clone();
        let read = move |tx: &mut db::Tx<'_>| Ok::<_, db::DbError>((row::find(tx, &id)?, row::bio::find(tx, &id)?));
        let (row, bio) = self.db.read("vault.bio", read).await?;
        let row = row.ok_or(VaultError::Unknown)?;
        let status = self.status_of(&row);
        if status.state == DeviceState::Locked || row.seq != answer.payload.seq - 1 {
            return self.explain(attempt.device, answer, now).await;
        }
        let proven = bio.and_then(|bio| {
            let count = self.judge(&attempt.device, &bio, &given, &answer.input_digest)?;
            attempt.matched.then_some((bio, count))
        });
        match self.touch(attempt.device.clone(), answer, proven).await? {
            Some((true, generation, certificate)) => self.receipt(answer, UV_BIO, generation, certificate, now),
            Some((false, ..)) => Ok(Verdict::BioRejected(status)),
            None => self.explain(attempt.device, answer, now).await,
        }
    }

    /// Burns challenge and sequence, and remembers what was proven. `None`: somebody was first, or it is locked by now.
    async fn touch(
        &self,
        device: String,
        answer: &Verified<Answer>,
        proven: Option<(BioRow, i64)>,
    ) -> Result<Option<(bool, i64, String)>, VaultError> {
        let (digest, seq) = (answer.digest.clone(), answer.payload.seq);
        let fresh = lock(&self.forgiven).remove(&device);
        let (writing, ..) = self.known.writing(&device);
        let touch = move |tx: &mut db::Tx<'_>| {
            let _writing = &writing;
            if let Some(right) = fresh {
                row::forgive(tx, &device, right)?;
            }
            let Some((generation, certificate)) = row::touch(tx, &device, seq, &digest)? else { return Ok(None) };
            let good = match &proven {
                Some((bio, count)) => row::bio::proved(tx, &device, bio, &digest, *count)?,
                None => false,
            };
            Ok::<_, db::DbError>(Some((good, generation, certificate)))
        };
        Ok(self.db.run("vault.touch", touch).await?)
    }

    /// The authenticator's counter, if the assertion is by the credential in use and over exactly this answer.
    fn judge(&self, device: &str, row: &BioRow, given: &Bio, input: &[u8; 32]) -> Option<i64> {
        let place = Place::Bio { credential: &row.credential };
        let text = self.keys.unwrap(device, place, &row.sealed).ok()?;
        let credential: BioCredential = serde_json::from_slice(&text).ok()?;
        if given.id != row.credential || credential.id != row.credential {
            return None;
        }
        let expect = Expect { origin: &credential.origin, rp_id: &credential.rp_id, challenge: &bio_challenge(input) };
        let point = credential.point.as_slice().try_into().ok()?;
        let (client_data, data) = (unb64u(&given.client_data).ok()?, unb64u(&given.authenticator_data).ok()?);
        let signature = unb64u(&given.signature).ok()?;
        let count = webauthn::assert(expect, point, &client_data, &data, &signature).ok()?.into();
        // A counter that does not rise is a copy at work (WebAuthn §6.1.1); many do not count at all.
        let rises = count > row.sign_count || (count == 0 && row.sign_count == 0);
        rises.then_some(count)
    }
}
