//! A finger made of software: an assertion with everything as told, signed over just that.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use protocol::jose::{b64u, sha256};
use protocol::phone::{Bio, bio_challenge};
use std::sync::Arc;
use zelf_vault::BioCredential;

pub const ORIGIN: &str = "https://app.example:8402";
const RP_ID: &str = "app.example";

#[derive(Clone)]
pub struct Finger {
    pub key: Arc<EcdsaKeyPair>,
    pub id: Vec<u8>,
    pub kind: String,
    pub origin: String,
    pub rp_id: String,
    pub cross_origin: bool,
    pub flags: u8,
    pub count: u32,
    /// In place of the answer's.
    pub challenge: Option<[u8; 32]>,
}

impl Finger {
    pub fn new() -> Finger {
        let mut id = vec![0; 32];
        aws_lc_rs::rand::fill(&mut id).unwrap();
        Finger {
            key: Arc::new(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap()),
            id,
            kind: "webauthn.get".into(),
            origin: ORIGIN.into(),
            rp_id: RP_ID.into(),
            cross_origin: false,
            flags: 0x05,
            count: 0,
            challenge: None,
        }
    }

    pub fn credential(&self) -> BioCredential {
        BioCredential {
            id: b64u(&self.id),
            point: self.key.public_key().as_ref().to_vec(),
            sign_count: self.count,
            backup_eligible: false,
            rp_id: RP_ID.into(),
            origin: ORIGIN.into(),
        }
    }

    /// Proves `m2`.
    pub fn prove(&mut self, m2: &str) -> Bio {
        self.count += 1;
        let input = sha256(m2.rsplit_once('.').unwrap().0.as_bytes());
        let challenge = b64u(self.challenge.unwrap_or_else(|| bio_challenge(&input)));
        let (kind, origin, cross) = (&self.kind, &self.origin, self.cross_origin);
        let client_data =
            format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}","crossOrigin":{cross}}}"#);
        let data = [&sha256(self.rp_id.as_bytes())[..], &[self.flags], &self.count.to_be_bytes()].concat();
        let signed = [&data[..], &sha256(client_data.as_bytes())].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        Bio {
            id: b64u(&self.id),
            authenticator_data: b64u(data),
            client_data: b64u(client_data),
            signature: b64u(signature.as_ref()),
        }
    }
}
