//! Columns that hold personal data are sealed: AES-256-GCM, bound to table and row.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::rand;
use protocol::label::{ATTRIBUTES, join};
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::StoreError;

/// Seals and opens columns. No `Debug`.
pub struct Sealer {
    key: LessSafeKey,
}

impl Sealer {
    /// `None` when the key is not 32 bytes.
    pub fn new(key: &[u8]) -> Option<Sealer> {
        Some(Sealer { key: LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?) })
    }

    /// JSON of `value`, sealed for `table` and `row`. The nonce is drawn here: it is no decision and must never repeat.
    pub fn seal<T: Serialize>(&self, table: &'static str, row: &str, value: &T) -> Result<Vec<u8>, StoreError> {
        let fail = || StoreError::Inconsistent { table, column: "sealed", row: row.to_owned() };
        let mut nonce = [0; NONCE_LEN];
        rand::fill(&mut nonce).map_err(|_| fail())?;
        let mut body = serde_json::to_vec(value).map_err(|_| fail())?;
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad(table, row), &mut body)
            .map_err(|_| fail())?;
        Ok([&nonce[..], &body].concat())
    }

    /// # Errors
    /// `Inconsistent` for anything this key did not seal for this table and row.
    pub fn open<T: DeserializeOwned>(
        &self,
        table: &'static str,
        column: &'static str,
        row: &str,
        sealed: &[u8],
    ) -> Result<T, StoreError> {
        let fail = || StoreError::Inconsistent { table, column, row: row.to_owned() };
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN).ok_or_else(fail)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| fail())?;
        let mut body = Zeroizing::new(body.to_vec());
        let plain = self.key.open_in_place(nonce, aad(table, row), &mut body).map_err(|_| fail())?;
        serde_json::from_slice(plain).map_err(|_| fail())
    }
}

fn aad(table: &str, row: &str) -> Aad<Vec<u8>> {
    Aad::from(join(ATTRIBUTES, &[table.as_bytes(), row.as_bytes()]))
}
