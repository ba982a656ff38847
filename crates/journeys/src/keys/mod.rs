//! The platform's own keys: hashes of numbers and persons, codes and tokens, sealed columns, the provider's signatures.
//! None of them can sign for a phone, open a PIN proof or make a receipt: those live in the vault.

mod due;
mod file;
mod live;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use protocol::jose::{SigningKey, b64u, unb64u};
use protocol::label;
use protocol::oidc::keys::{Kind, OpKeys};
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

pub use due::{WARN_SECONDS, day, due, due_certificate};
pub use file::{KeyFile, KeyRules, KeyState, Listed};
use live::Live;

/// How often a running server looks whether its keys were rotated.
const LOOK: Duration = Duration::from_secs(2);

/// Loaded keys. No `Debug`.
pub struct PlatformKeys {
    number: hmac::Key,
    person: hmac::Key,
    otp: hmac::Key,
    nonce: hmac::Key,
    pub(crate) code: [u8; 32],
    pub(crate) token: [u8; 32],
    pub(crate) pairwise: [u8; 32],
    /// Seals what browsers carry for us.
    pub cookie: [u8; 32],
    /// Signs the challenges of the robot check.
    pub altcha: [u8; 32],
    /// Seals columns.
    pub columns: [u8; 32],
    live: Arc<Live>,
}

impl PlatformKeys {
    /// Reads `path`, or makes fresh keys there (mode 0600). `fill` draws the randomness. A file of an earlier version is completed.
    ///
    /// # Errors
    /// A sentence for the operator; never what was in the file.
    pub fn load_or_create(path: &Path, rules: KeyRules, fill: impl Fn(&mut [u8])) -> Result<PlatformKeys, String> {
        let file = match std::fs::read_to_string(path) {
            Ok(text) => {
                let mut file = KeyFile::read(&Zeroizing::new(text))?;
                if file.complete(rules)? {
                    file.write(path)?;
                }
                file
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                let file = KeyFile::fresh(rules, fill)?;
                file.write(path)?;
                file
            }
            Err(e) => return Err(format!("{}: {e}", path.display())),
        };
        Self::of(path, rules, &file)
    }

    fn of(path: &Path, rules: KeyRules, file: &KeyFile) -> Result<PlatformKeys, String> {
        let bad = |_| "the key file is not one of ours".to_owned();
        let bytes = |text: &str| unb64u(text).map(Zeroizing::new).map_err(bad);
        let secret = hmac::Key::new(hmac::HMAC_SHA256, &bytes(&file.secret)?);
        let derive = |label: &str| -> [u8; 32] {
            let mut out = [0; 32];
            out.copy_from_slice(hmac::sign(&secret, label.as_bytes()).as_ref());
            out
        };
        let mac = |label: &str| hmac::Key::new(hmac::HMAC_SHA256, &derive(label));
        let pairwise =
            bytes(&file.pairwise)?.as_slice().try_into().map_err(|_| "the key file is not one of ours".to_owned())?;
        Ok(PlatformKeys {
            number: mac(label::NUMBER),
            person: mac(label::PERSON),
            otp: mac(label::SMS),
            nonce: mac(label::NONCE),
            altcha: derive(label::ALTCHA),
            code: derive(label::AUTH_CODE),
            token: derive(label::ACCESS_TOKEN),
            cookie: derive(label::COOKIE),
            columns: derive(label::ATTRIBUTES),
            pairwise,
            live: Arc::new(Live::new(path.to_owned(), rules, file)?),
        })
    }

    /// The provider's keys as they are now; ask again for the next token.
    pub fn op(&self) -> Arc<OpKeys> {
        Arc::clone(&self.live.get().op)
    }

    /// Gives our client key at the banks, as it is at each call.
    pub fn bank_signer(&self) -> impl Fn() -> Arc<SigningKey> + Send + Sync + 'static {
        let live = Arc::clone(&self.live);
        move || Arc::clone(&live.get().bank_current)
    }

    /// Our JWK set as the banks' client.
    pub fn bank_jwks(&self, now: i64) -> Value {
        json!({ "keys": self.live.get().bank.jwks(now) })
    }

    /// Kind, name and end (Unix seconds) of every key in use.
    pub fn ends(&self) -> Vec<(Kind, String, i64)> {
        let live = self.live.get();
        let bank = live.bank.ends().into_iter().map(|(_, name, end)| (Kind::BankClient, name, end));
        live.op.ends().into_iter().chain(bank).collect()
    }

    /// Takes over what `zelf keys rotate` wrote; true when there was something.
    ///
    /// # Errors
    /// A sentence for the operator; the keys stay as they are.
    pub fn refresh(&self) -> Result<bool, String> {
        self.live.refresh()
    }

    /// How a number is looked up: nobody without this key can test one.
    pub fn number_hash(&self, e164: &str) -> Vec<u8> {
        hmac::sign(&self.number, &label::join(label::NUMBER, &[e164.as_bytes()])).as_ref().to_vec()
    }

    /// How a person is recognised (national number).
    pub fn person_hash(&self, national_number: &str) -> Vec<u8> {
        hmac::sign(&self.person, &label::join(label::PERSON, &[national_number.as_bytes()])).as_ref().to_vec()
    }

    /// What must wait: a number at a place.
    pub fn waiting_key(&self, e164: &str, place: &str) -> Vec<u8> {
        hmac::sign(&self.number, &label::join("zelf/wait/v1", &[e164.as_bytes(), place.as_bytes()])).as_ref().to_vec()
    }

    /// Commitment to an account in a device certificate: tells nothing, joins nothing.
    pub fn account_commitment(&self, account: &str, device: &str) -> String {
        let input = label::join(label::ACCOUNT_COMMITMENT, &[account.as_bytes(), device.as_bytes()]);
        b64u(hmac::sign(&self.person, &input))
    }

    /// MAC of a short code for one activation and use.
    pub fn code_mac(&self, use_label: &str, activation: &str, code: &str) -> String {
        b64u(hmac::sign(&self.otp, &label::join(use_label, &[activation.as_bytes(), code.as_bytes()])))
    }

    /// What stands for a document that proved somebody: a card by its number, a bank by its customer.
    pub fn document(&self, method: &str, source: &str, subject: &str, number: &str) -> String {
        let named: &[&[u8]] = match method {
            // A token of a browser extension names no card: whatever it was, no card does until another one is seen.
            "eid" if number.is_empty() => return "eid:".into(),
            "eid" => &[method.as_bytes(), number.as_bytes()],
            _ => &[method.as_bytes(), source.as_bytes(), subject.as_bytes()],
        };
        let mac = b64u(hmac::sign(&self.person, &label::join(label::DOCUMENT, named)));
        format!("{method}:{mac}")
    }

    /// As [`PlatformKeys::document`], of a proven identity.
    pub fn document_of(&self, identity: &domain::identity::Identity) -> String {
        self.document(&identity.method, &identity.source, &identity.source_subject, &identity.document_number)
    }

    /// Secret value bound to `parts`, for one use: repeatable, so that a page can be reloaded.
    pub fn derived(&self, use_label: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut out = [0; 32];
        out.copy_from_slice(hmac::sign(&self.otp, &label::join(use_label, parts)).as_ref());
        out
    }

    /// Constant-time comparison of two MACs.
    pub fn same(a: &str, b: &str) -> bool {
        bool::from(a.as_bytes().ct_eq(b.as_bytes()))
    }

    /// A nonce for phone commands, good for four to six minutes.
    pub fn command_nonce(&self, now: i64) -> String {
        self.nonce_of(now / 120)
    }

    pub(crate) fn command_nonce_holds(&self, nonce: &str, now: i64) -> bool {
        (0..3).any(|back| Self::same(nonce, &self.nonce_of(now / 120 - back)))
    }

    fn nonce_of(&self, bucket: i64) -> String {
        let tag = hmac::sign(&self.nonce, &label::join(label::NONCE, &[&bucket.to_be_bytes()]));
        b64u(tag.as_ref().get(..18).unwrap_or_default())
    }
}

/// Looks for rotated keys as long as the server runs.
pub async fn watch(world: crate::World) {
    for told in due(&world.keys.ends(), world.now()) {
        tracing::warn!("{told}");
    }
    loop {
        tokio::time::sleep(LOOK).await;
        match world.keys.refresh() {
            Ok(true) => tracing::info!("the keys were rotated"),
            Ok(false) => {}
            Err(problem) => tracing::error!(problem, "the rotated keys are not taken over"),
        }
    }
}
