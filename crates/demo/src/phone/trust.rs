//! What the phone believes: keys that stand in a document under the pinned root, and nothing else.

use protocol::jose::{Jwk, PublicKey};
use protocol::phone::{DeviceCertificate, KeysDocument, Receipt, Request, Role, Verified, WellKnown};
use reqwest::Client;

use super::{PhoneError, door};

/// The operator as this phone knows it.
pub struct Operator {
    pub known: WellKnown,
    keys: KeysDocument,
}

impl Operator {
    /// Reads `{server}/.well-known/zelf`; with `pinned`, the keys must stand under that root and no other.
    pub async fn discover(http: &Client, server: &str, pinned: Option<&Jwk>) -> Result<Self, PhoneError> {
        let url = format!("{}/.well-known/zelf", server.trim_end_matches('/'));
        let known: WellKnown = door::read(door::send(&|| http.get(&url)).await?).await?;
        Self::trust(known, pinned)
    }

    /// # Errors
    /// `Untrusted` when the keys are not signed by the root.
    pub fn trust(known: WellKnown, pinned: Option<&Jwk>) -> Result<Self, PhoneError> {
        let root = pinned.unwrap_or(&known.root);
        let root = PublicKey::from_jwk(root).map_err(|_| PhoneError::Untrusted("root"))?;
        let keys = KeysDocument::verify(&known.keys, &root).map_err(|_| PhoneError::Untrusted("keys"))?;
        if keys.v != 1 {
            return Err(PhoneError::Untrusted("keys"));
        }
        Ok(Operator { known, keys })
    }

    fn key(&self, role: Role, kid: &str, what: &'static str) -> Result<PublicKey, PhoneError> {
        self.keys.key(role, kid).map_err(|_| PhoneError::Untrusted(what))
    }

    /// M1: signed by a request key and meant for this device.
    pub fn request(&self, m1: &str, device: &str) -> Result<Verified<Request>, PhoneError> {
        let wrong = |_| PhoneError::Untrusted("request");
        let kid = Request::kid(m1).map_err(wrong)?;
        let request = Request::verify(m1, &kid, &self.key(Role::Rq, &kid, "request")?).map_err(wrong)?;
        if request.payload.v != 1 || request.payload.dev != device {
            return Err(PhoneError::Untrusted("request"));
        }
        Ok(request)
    }

    /// M3: signed by a receipt key.
    pub fn receipt(&self, m3: &str) -> Result<Verified<Receipt>, PhoneError> {
        let wrong = |_| PhoneError::Untrusted("receipt");
        let kid = Receipt::kid(m3).map_err(wrong)?;
        Receipt::verify(m3, &kid, &self.key(Role::Rc, &kid, "receipt")?).map_err(wrong)
    }

    /// M4: signed by a device-certificate key, for exactly this device key.
    pub fn certificate(&self, m4: &str, device: &PublicKey) -> Result<Verified<DeviceCertificate>, PhoneError> {
        let wrong = |_| PhoneError::Untrusted("certificate");
        let kid = DeviceCertificate::kid(m4).map_err(wrong)?;
        let key = self.key(Role::Dc, &kid, "certificate")?;
        let certificate = DeviceCertificate::verify(m4, &kid, &key).map_err(wrong)?;
        if certificate.payload.jwk != device.jwk() || certificate.payload.dev != device.name("dev") {
            return Err(PhoneError::Untrusted("certificate"));
        }
        Ok(certificate)
    }

    /// What to seal the code's proof to: `kid` and key.
    pub fn seal_to(&self) -> Result<(&str, PublicKey), PhoneError> {
        let entry = self.keys.current(Role::Vs).ok_or(PhoneError::Untrusted("keys"))?;
        let key = PublicKey::from_jwk(&entry.jwk).map_err(|_| PhoneError::Untrusted("keys"))?;
        if key.name("vs") != entry.kid || !key.on_curve() {
            return Err(PhoneError::Untrusted("keys"));
        }
        Ok((&entry.kid, key))
    }
}
