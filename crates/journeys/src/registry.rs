//! The banks a citizen can choose, from a file (`deploy/banks.toml`).

use protocol::oidc::partner::Names;
use serde::Deserialize;

/// One bank.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bank {
    pub id: String,
    pub name: Names,
    /// The bank's OpenID issuer.
    pub issuer: String,
    /// Its own app must be on the phone first (rule R8).
    #[serde(default)]
    pub needs_app: bool,
}

/// The registry, in the order citizens see it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Banks {
    #[serde(default, rename = "bank")]
    banks: Vec<Bank>,
}

impl Banks {
    /// Reads the registry; `{bank}` in an issuer stands for `base`.
    ///
    /// # Errors
    /// The reader's own message, or the id that stands twice.
    pub fn read(text: &str, base: &str) -> Result<Banks, String> {
        let mut banks: Banks = toml::from_str(text).map_err(|e| e.to_string())?;
        for index in 0..banks.banks.len() {
            let (before, rest) = banks.banks.split_at_mut(index);
            let Some(bank) = rest.first_mut() else { continue };
            if before.iter().any(|b| b.id == bank.id) {
                return Err(format!("bank {} stands twice", bank.id));
            }
            bank.issuer = bank.issuer.replace("{bank}", base);
        }
        Ok(banks)
    }

    pub fn find(&self, id: &str) -> Option<&Bank> {
        self.banks.iter().find(|b| b.id == id)
    }

    pub fn all(&self) -> &[Bank] {
        &self.banks
    }
}
