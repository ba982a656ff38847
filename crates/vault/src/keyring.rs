//! The vault's keys, from a file only its process can read. An HSM takes this file's place behind the same methods.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{hmac, rand};
use protocol::jose::{JoseError, PublicKey, SigningKey, b64u, unb64u};
use protocol::label::{CHALLENGE, VERIFIER, join};
use protocol::phone::{KeyEntry, KeysDocument, Role};
use protocol::seal::SealKey;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Why the keyring could not be had. Never tells what was in the file.
#[derive(Debug)]
pub enum KeyringError {
    Io(std::io::Error),
    Malformed,
    /// Made in a test world and opened by a live server, or the other way round.
    OtherWorld,
}

impl std::fmt::Display for KeyringError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            KeyringError::Io(e) => write!(f, "keyring file: {e}"),
            KeyringError::Malformed => write!(f, "keyring file is not one of ours"),
            KeyringError::OtherWorld => write!(f, "keys of a test world and of a live server never mix"),
        }
    }
}

impl std::error::Error for KeyringError {}

impl From<JoseError> for KeyringError {
    fn from(_: JoseError) -> Self {
        KeyringError::Malformed
    }
}

/// The file: private scalars and secrets, base64url.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
struct File {
    root: String,
    rq: String,
    rc: String,
    dc: String,
    vs: String,
    /// Wraps the PIN verifiers.
    kek: String,
    /// Makes the challenges.
    ck: String,
    /// `live` or `test`; a file of the first days says nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    world: String,
}

/// What is wrapped where.
#[derive(Clone, Copy)]
pub(crate) enum Place<'a> {
    /// The verifier of the code in use.
    Code { generation: i64 },
    /// The verifier of a code that waits for the old one's approval.
    Next { change: &'a str },
    /// Fingerprint or face.
    Bio { credential: &'a str },
}

impl Place<'_> {
    fn aad(self, device: &str) -> Vec<u8> {
        let device = device.as_bytes();
        match self {
            // As rows of the first days have it.
            Place::Code { generation: 1 } => join(VERIFIER, &[device]),
            Place::Code { generation } => join(VERIFIER, &[device, b"code", generation.to_string().as_bytes()]),
            Place::Next { change } => join(VERIFIER, &[device, b"next", change.as_bytes()]),
            Place::Bio { credential } => join(VERIFIER, &[device, b"bio", credential.as_bytes()]),
        }
    }
}

/// The loaded keys. No `Debug`.
pub struct Keyring {
    root: PublicKey,
    pub(crate) rq: SigningKey,
    pub(crate) rc: SigningKey,
    pub(crate) dc: SigningKey,
    pub(crate) vs: SealKey,
    kek: LessSafeKey,
    ck: hmac::Key,
    document: String,
}

impl Keyring {
    /// Reads `path`, or makes a fresh keyring there (mode 0600) when there is none.
    pub fn load_or_create(path: &Path, test_world: bool, now: i64) -> Result<Keyring, KeyringError> {
        let world = if test_world { "test" } else { "live" };
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let text = Zeroizing::new(text);
                let keys = Self::read(&text, world, now)?;
                Self::mark(path, &text, world)?;
                Ok(keys)
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Self::create(path, world, now),
            Err(e) => Err(KeyringError::Io(e)),
        }
    }

    fn create(path: &Path, world: &str, now: i64) -> Result<Keyring, KeyringError> {
        let key = || -> Result<String, KeyringError> { Ok(b64u(&*SigningKey::generate("x")?.scalar()?)) };
        let secret = || -> Result<String, KeyringError> {
            let mut bytes = Zeroizing::new([0; 32]);
            rand::fill(&mut *bytes).map_err(|_| KeyringError::Malformed)?;
            Ok(b64u(*bytes))
        };
        let (root, rq, rc, dc, vs) = (key()?, key()?, key()?, key()?, key()?);
        let file = File { root, rq, rc, dc, vs, kek: secret()?, ck: secret()?, world: world.to_owned() };
        let text = Zeroizing::new(serde_json::to_string_pretty(&file).map_err(|_| KeyringError::Malformed)?);
        let mut out = std::fs::OpenOptions::new();
        let mut out = out.write(true).create_new(true).mode(0o600).open(path).map_err(KeyringError::Io)?;
        out.write_all(text.as_bytes()).and_then(|()| out.sync_all()).map_err(KeyringError::Io)?;
        Self::read(&text, world, now)
    }

    /// A file of the first days belongs from now on to the world that opened it.
    fn mark(path: &Path, text: &str, world: &str) -> Result<(), KeyringError> {
        let mut file: File = serde_json::from_str(text).map_err(|_| KeyringError::Malformed)?;
        if !file.world.is_empty() {
            return Ok(());
        }
        world.clone_into(&mut file.world);
        let text = Zeroizing::new(serde_json::to_string_pretty(&file).map_err(|_| KeyringError::Malformed)?);
        // Beside it and then in its place: half a keyring would be none.
        let mut beside = path.as_os_str().to_owned();
        beside.push(".new");
        let mut out = std::fs::OpenOptions::new();
        let mut out =
            out.write(true).create(true).truncate(true).mode(0o600).open(&beside).map_err(KeyringError::Io)?;
        out.write_all(text.as_bytes()).and_then(|()| out.sync_all()).map_err(KeyringError::Io)?;
        std::fs::rename(&beside, path).map_err(KeyringError::Io)
    }

    fn read(text: &str, world: &str, now: i64) -> Result<Keyring, KeyringError> {
        let file: File = serde_json::from_str(text).map_err(|_| KeyringError::Malformed)?;
        if !file.world.is_empty() && file.world != world {
            return Err(KeyringError::OtherWorld);
        }
        let key = |text: &str, role: &str| -> Result<SigningKey, KeyringError> {
            Ok(SigningKey::from_bare_scalar(&Zeroizing::new(unb64u(text)?), role)?)
        };
        let (root, rq, rc, dc) =
            (key(&file.root, "root")?, key(&file.rq, "rq")?, key(&file.rc, "rc")?, key(&file.dc, "dc")?);
        let vs = key(&file.vs, "vs")?;
        let entry = |role, key: &SigningKey| KeyEntry { kid: key.kid().to_owned(), role, jwk: key.public().jwk() };
        let keys = vec![entry(Role::Rq, &rq), entry(Role::Rc, &rc), entry(Role::Dc, &dc), entry(Role::Vs, &vs)];
        let document = KeysDocument { v: 1, iat: now, keys }.sign(&root)?;
        let kek =
            UnboundKey::new(&AES_256_GCM, &Zeroizing::new(unb64u(&file.kek)?)).map_err(|_| KeyringError::Malformed)?;
        Ok(Keyring {
            root: root.public().clone(),
            vs: SealKey::new(&vs.scalar()?, vs.public().clone(), vs.kid().to_owned()),
            rq,
            rc,
            dc,
            kek: LessSafeKey::new(kek),
            ck: hmac::Key::new(hmac::HMAC_SHA256, &Zeroizing::new(unb64u(&file.ck)?)),
            document,
        })
    }

    pub(crate) fn document(&self) -> &str {
        &self.document
    }

    pub(crate) fn root(&self) -> &PublicKey {
        &self.root
    }

    /// The challenge of request `rid` while the device's next answer is number `seq`: any attempt changes `seq`, and with it
    /// every challenge given before is dead. Nothing needs to be written to hand one out.
    pub(crate) fn challenge(&self, device: &str, rid: &str, seq: i64) -> String {
        let tag = hmac::sign(&self.ck, &join(CHALLENGE, &[device.as_bytes(), rid.as_bytes(), &seq.to_be_bytes()]));
        b64u(tag)
    }

    /// Wraps `plain` for its place in the rows of `device`; moved to another it opens nothing.
    pub(crate) fn wrap(&self, device: &str, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, JoseError> {
        let mut nonce = [0; NONCE_LEN];
        rand::fill(&mut nonce).map_err(|_| JoseError::BadKey)?;
        let mut sealed = plain.to_vec();
        let aad = Aad::from(place.aad(device));
        self.kek
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed)
            .map_err(|_| JoseError::BadKey)?;
        Ok([&nonce[..], &sealed].concat())
    }

    pub(crate) fn unwrap_verifier(
        &self,
        device: &str,
        place: Place<'_>,
        wrapped: &[u8],
    ) -> Result<PublicKey, JoseError> {
        PublicKey::from_point(&self.unwrap(device, place, wrapped)?)
    }

    pub(crate) fn unwrap(
        &self,
        device: &str,
        place: Place<'_>,
        wrapped: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, JoseError> {
        let (nonce, sealed) = wrapped.split_at_checked(NONCE_LEN).ok_or(JoseError::BadKey)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| JoseError::BadKey)?;
        let mut sealed = Zeroizing::new(sealed.to_vec());
        let aad = Aad::from(place.aad(device));
        let length = self.kek.open_in_place(nonce, aad, &mut sealed).map_err(|_| JoseError::BadKey)?.len();
        sealed.truncate(length);
        Ok(sealed)
    }
}
