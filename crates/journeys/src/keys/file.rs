//! `platform.keys`: read, completed, rotated and written as one whole.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use protocol::jose::{b64u, unb64u};
use protocol::oidc::keys::{self, Kind, Rotated, Stored, StoredKey, StoredRing};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// How keys are made and which ones are believed.
#[derive(Clone, Copy, Debug)]
pub struct KeyRules {
    /// Keys of a test world and of a live server never mix.
    pub test_world: bool,
    /// Life of a fresh key.
    pub days: u32,
    /// Unix seconds.
    pub now: i64,
}

/// The file. No `Debug`.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct KeyFile {
    /// `live` or `test`.
    #[serde(default)]
    world: String,
    /// One secret; the MAC and sealing keys of [`super::PlatformKeys`] are derived from it by label.
    pub(super) secret: String,
    /// Pairwise subjects: never changes, or every service would see strangers.
    pub(super) pairwise: String,
    pub(super) op: Option<Stored>,
    pub(super) bank: Option<StoredRing>,
    // Before there was rotation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    es256: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rs256: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bank_client: Option<String>,
}

/// What a key does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Published; takes over at the next rotation.
    Next,
    Current,
    /// Published for two days after it was replaced.
    Old,
}

/// A key without its secret; times in Unix seconds.
#[derive(Clone, Debug)]
pub struct Listed {
    pub kind: Kind,
    pub state: KeyState,
    pub kid: String,
    pub created_at: i64,
    pub not_after: i64,
}

/// How names of this kind begin.
pub(super) fn prefix(kind: Kind, test_world: bool) -> &'static str {
    match (kind, test_world) {
        (Kind::BankClient, true) => "test-bc",
        (Kind::BankClient, false) => "bc",
        _ => keys::prefix(test_world),
    }
}

fn world_of(rules: KeyRules) -> &'static str {
    if rules.test_world { "test" } else { "live" }
}

const UNMARKED: &str = "platform.keys does not say for which world it was made, and a live server takes no keys of a demo: \
    if they are a live server's own, add \"world\": \"live\" to the file";
const NOT_OURS: &str = "the key file is not one of ours";

impl KeyFile {
    /// Fresh keys; `fill` draws the randomness of the secrets.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub fn fresh(rules: KeyRules, fill: impl Fn(&mut [u8])) -> Result<KeyFile, String> {
        let secret = || {
            let mut bytes = Zeroizing::new([0; 32]);
            fill(&mut *bytes);
            b64u(*bytes)
        };
        let mut file = KeyFile {
            world: world_of(rules).to_owned(),
            secret: secret(),
            pairwise: secret(),
            op: None,
            bank: None,
            es256: None,
            rs256: None,
            bank_client: None,
        };
        file.complete(rules)?;
        Ok(file)
    }

    /// # Errors
    /// A sentence for the operator; never what was in the file.
    pub fn read(text: &str) -> Result<KeyFile, String> {
        serde_json::from_str(text).map_err(|_| NOT_OURS.to_owned())
    }

    /// Makes what a file of an earlier version lacks; true when something was.
    ///
    /// # Errors
    /// A file of the other world, or on a live server of nobody knows which; a key that could not be made.
    pub fn complete(&mut self, rules: KeyRules) -> Result<bool, String> {
        let world = world_of(rules);
        match self.world.as_str() {
            "" if rules.test_world => world.clone_into(&mut self.world),
            // It may come from a demo, whose secrets others know.
            "" => return Err(UNMARKED.into()),
            same if same == world => {}
            "test" => return Err("platform.keys was made in a test world: a live server needs keys of its own".into()),
            _ => return Err("platform.keys belongs to a live server: a test world needs keys of its own".into()),
        }
        if self.op.is_some() && self.bank.is_some() {
            return Ok(false);
        }
        let mut op = Stored::generate(rules.now, rules.days).map_err(bad)?;
        keep(&mut op.sig_ec, self.es256.take(), rules)?;
        keep(&mut op.sig_rsa, self.rs256.take(), rules)?;
        let mut bank = StoredRing::generate(Kind::BankClient, rules.now, rules.days).map_err(bad)?;
        keep(&mut bank, self.bank_client.take(), rules)?;
        self.op.get_or_insert(op);
        self.bank.get_or_insert(bank);
        Ok(true)
    }

    /// True when the keys were made in a test world.
    pub fn is_test(&self) -> bool {
        self.world == "test"
    }

    /// # Errors
    /// A file of an earlier version that was not [`KeyFile::complete`]d.
    pub fn ring(&mut self, kind: Kind) -> Result<&mut StoredRing, String> {
        match kind {
            Kind::BankClient => self.bank.as_mut(),
            _ => self.op.as_mut().and_then(|op| op.ring(kind)),
        }
        .ok_or_else(|| NOT_OURS.to_owned())
    }

    /// # Errors
    /// A sentence for the operator.
    pub fn rotate(&mut self, kind: Kind, at_once: bool, rules: KeyRules) -> Result<Rotated, String> {
        self.ring(kind)?.rotate(kind, at_once, rules.now, rules.days).map_err(bad)
    }

    /// Every key of the file, by kind: the next one, the current one, old ones.
    ///
    /// # Errors
    /// A key that is none.
    pub fn list(&mut self) -> Result<Vec<Listed>, String> {
        let test = self.is_test();
        let mut all = Vec::new();
        for kind in Kind::ALL {
            let ring = self.ring(kind)?;
            let next = ring.next.iter().map(|key| (KeyState::Next, key));
            let rest = ring.old.iter().map(|key| (KeyState::Old, key));
            for (state, key) in next.chain([(KeyState::Current, &ring.current)]).chain(rest) {
                let secret = key.secret().map_err(|_| NOT_OURS.to_owned())?;
                let kid = kind.kid(&secret, prefix(kind, test)).map_err(|_| NOT_OURS.to_owned())?;
                all.push(Listed { kind, state, kid, created_at: key.created_at, not_after: key.not_after });
            }
        }
        Ok(all)
    }

    /// Writes the file beside itself and moves it into place (mode 0600), durable before this returns.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub fn write(&self, path: &Path) -> Result<(), String> {
        let io = |e: std::io::Error| format!("{}: {e}", path.display());
        let text = Zeroizing::new(serde_json::to_string_pretty(self).map_err(|e| e.to_string())?);
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let aside = path.with_extension("keys.new");
        // One that a crash left behind may be half written.
        match std::fs::remove_file(&aside) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(io(e)),
            _ => {}
        }
        let mut out = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside).map_err(io)?;
        out.write_all(text.as_bytes()).and_then(|()| out.sync_all()).map_err(io)?;
        std::fs::rename(&aside, path).map_err(io)?;
        std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(io)
    }
}

fn bad<E>(_: E) -> String {
    "a key could not be made".to_owned()
}

/// Puts a key of an earlier version in the place of a fresh one.
fn keep(ring: &mut StoredRing, before: Option<String>, rules: KeyRules) -> Result<(), String> {
    if let Some(before) = before {
        let secret = unb64u(&before).map(Zeroizing::new).map_err(|_| NOT_OURS.to_owned())?;
        ring.current = StoredKey::new(&secret, rules.now, rules.days);
    }
    Ok(())
}
