//! A platform authenticator made of software: fingerprint or face of a phone that has neither (WebAuthn Level 3, ES256).

use aws_lc_rs::rand;
use protocol::jose::{SigningKey, b64u, sha256, unb64u};
use protocol::phone::{Bio, bio_challenge, bio_enrol_challenge};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::PhoneError;

/// User present, user verified (§6.1).
const UP: u8 = 0x01;
const UV: u8 = 0x04;
/// Attested credential data follows.
const AT: u8 = 0x40;

/// A P-256 key as SPKI (RFC 5480) and as COSE (RFC 9053), up to its coordinates.
const SPKI: &[u8] =
    b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";
const COSE_X: &[u8] = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20";
const COSE_Y: &[u8] = b"\x22\x58\x20";

/// How it stands in the state file.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredAuthenticator {
    /// Private scalar, base64url.
    pub key: String,
    /// Credential id, base64url.
    pub id: String,
    pub count: u32,
}

/// One credential for one app. Its parts may be bent, so that tests can misbehave. No `Debug`: it holds a key.
pub struct Authenticator {
    key: SigningKey,
    /// Credential id.
    pub id: Vec<u8>,
    /// What its client data says.
    pub origin: String,
    pub rp_id: String,
    /// Flags of an assertion.
    pub flags: u8,
    /// Counts assertions.
    pub count: u32,
}

impl Authenticator {
    /// A new credential for the app at `app`.
    pub fn new(app: &str) -> Result<Self, PhoneError> {
        let mut id = vec![0; 32];
        rand::fill(&mut id).map_err(|_| PhoneError::Internal("no entropy".into()))?;
        Ok(Self::with(SigningKey::generate("bio")?, id, 0, app))
    }

    fn with(key: SigningKey, id: Vec<u8>, count: u32, app: &str) -> Self {
        let origin = app.trim_end_matches('/').to_owned();
        let host = origin.split("://").nth(1).unwrap_or_default();
        let rp_id = host.split(':').next().unwrap_or_default().to_owned();
        Authenticator { key, id, origin, rp_id, flags: UP | UV, count }
    }

    pub fn load(stored: &StoredAuthenticator, app: &str) -> Result<Self, PhoneError> {
        let broken = |_| PhoneError::State("the fingerprint in the state file is damaged".into());
        let scalar = zeroize::Zeroizing::new(unb64u(&stored.key).map_err(broken)?);
        let key = SigningKey::from_bare_scalar(&scalar, "bio").map_err(broken)?;
        Ok(Self::with(key, unb64u(&stored.id).map_err(broken)?, stored.count, app))
    }

    pub fn store(&self) -> Result<StoredAuthenticator, PhoneError> {
        Ok(StoredAuthenticator { key: b64u(&*self.key.scalar()?), id: b64u(&self.id), count: self.count })
    }

    /// 65-byte public point.
    pub fn point(&self) -> [u8; 65] {
        *self.key.public().point()
    }

    /// The `credential` of `act/biometrics` for `device`.
    pub fn credential(&self, device: &str) -> Value {
        let client_data = self.client_data("webauthn.create", &bio_enrol_challenge(device));
        let [_, xy @ ..] = self.point();
        let (x, y) = xy.split_at(32);
        let length = u16::try_from(self.id.len()).unwrap_or_default().to_be_bytes();
        let attested = [&[0; 16][..], &length, &self.id, COSE_X, x, COSE_Y, y].concat();
        let data = [self.header(self.flags | AT), attested].concat();
        json!({
            "id": b64u(&self.id), "public_key": b64u([SPKI, &self.point()].concat()),
            "authenticator_data": b64u(data), "client_data": b64u(client_data),
        })
    }

    /// Proves the M2 whose signing input has this SHA-256. The finger is always the right one.
    pub fn prove(&mut self, input: &[u8; 32]) -> Result<Bio, PhoneError> {
        self.assert(&bio_challenge(input))
    }

    /// An assertion over any challenge.
    pub fn assert(&mut self, challenge: &[u8]) -> Result<Bio, PhoneError> {
        self.count += 1;
        let (data, client_data) = (self.header(self.flags), self.client_data("webauthn.get", challenge));
        let signature = self.key.sign_bytes(&[&data[..], &sha256(client_data.as_bytes())].concat())?;
        Ok(Bio {
            id: b64u(&self.id),
            authenticator_data: b64u(data),
            client_data: b64u(client_data),
            signature: b64u(der(&signature)),
        })
    }

    fn client_data(&self, kind: &str, challenge: &[u8]) -> String {
        json!({ "type": kind, "challenge": b64u(challenge), "origin": self.origin, "crossOrigin": false }).to_string()
    }

    fn header(&self, flags: u8) -> Vec<u8> {
        [&sha256(self.rp_id.as_bytes())[..], &[flags], &self.count.to_be_bytes()].concat()
    }
}

/// r ‖ s as authenticators write it: SEQUENCE of two INTEGERs.
fn der(signature: &[u8]) -> Vec<u8> {
    let integer = |bytes: &[u8]| {
        let start = bytes.iter().position(|b| *b != 0).unwrap_or(bytes.len().saturating_sub(1));
        let bytes = bytes.get(start..).unwrap_or_default();
        let sign: &[u8] = if bytes.first().is_some_and(|b| *b >= 0x80) { &[0] } else { &[] };
        [&[2, (sign.len() + bytes.len()) as u8], sign, bytes].concat()
    };
    let (r, s) = signature.split_at(signature.len() / 2);
    let both = [integer(r), integer(s)].concat();
    [&[0x30, both.len() as u8][..], &both].concat()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use protocol::webauthn::{Expect, assert, register};

    use super::*;

    fn bytes(value: &Value) -> Vec<u8> {
        unb64u(value.as_str().unwrap()).unwrap()
    }

    #[test]
    fn what_it_registers_and_proves_is_webauthn() {
        fn expect(challenge: &[u8; 32]) -> Expect<'_> {
            Expect { origin: "https://app.example:8402", rp_id: "app.example", challenge }
        }
        let mut finger = Authenticator::new("https://app.example:8402/").unwrap();
        let told = finger.credential("dev_a");
        let [client, data, spki] = ["client_data", "authenticator_data", "public_key"].map(|m| bytes(&told[m]));
        let challenge = bio_enrol_challenge("dev_a");
        let made = register(expect(&challenge), &client, &data, &spki).unwrap();
        assert_eq!((made.point, made.id), (finger.point(), finger.id.clone()));
        // DER leaves zeros away and adds them: enough signatures see both.
        for round in 1..200_u32 {
            let input = sha256(&round.to_be_bytes());
            let challenge = bio_challenge(&input);
            let bio = finger.prove(&input).unwrap();
            let [client, data, sig] =
                [&bio.client_data, &bio.authenticator_data, &bio.signature].map(|t| unb64u(t).unwrap());
            assert_eq!(assert(expect(&challenge), &made.point, &client, &data, &sig), Ok(round));
        }
        let again = Authenticator::load(&finger.store().unwrap(), "https://app.example:8402").unwrap();
        assert_eq!((again.point(), again.count), (finger.point(), 199));
    }
}
