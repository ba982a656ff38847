//! Requests get their challenge and signature at the moment a phone fetches them: reading costs no write.

use protocol::phone::{DeviceState, DeviceStatus, Field, Request, RequestingParty, UV_PIN, UV_PIN_OR_BIO};
use serde::{Deserialize, Serialize};

use crate::{Vault, VaultError};

/// A request before the vault adds device, sequence and challenge.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Draft {
    pub rid: String,
    pub kind: String,
    pub lang: String,
    pub title: String,
    pub rp: RequestingParty,
    pub from: String,
    #[serde(default)]
    pub purpose: Option<String>,
    pub fields: Vec<Field>,
    #[serde(default)]
    pub text: Option<String>,
    pub claims: Vec<String>,
    pub wants_match: bool,
    /// Fingerprint or face will do, if the phone has it on.
    pub bio: bool,
    pub iat: i64,
    pub exp: i64,
}

/// What a phone gets when it asks what is waiting.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Issued {
    pub device: DeviceStatus,
    /// Number of the last answer this device gave.
    pub seq: i64,
    /// Of the code: 1, and one more with every change.
    pub generation: i64,
    /// Credential id of fingerprint or face, when it is on.
    pub bio: Option<String>,
    /// Compact M1s in the order of the drafts.
    pub requests: Vec<String>,
}

impl Vault {
    /// Signs `drafts` for `device`, whose last receipt has digest `head`.
    pub async fn issue(&self, device: String, head: String, drafts: Vec<Draft>) -> Result<Issued, VaultError> {
        let row = self.row(&device).await?;
        let seq = row.seq + 1;
        let status = self.status_of(&row);
        let touchable = row.bio.is_some() && status.state == DeviceState::Active;
        let sign = |draft: Draft| {
            let chal = self.keys.challenge(&device, &draft.rid, seq);
            let request = Request {
                v: 1,
                rid: draft.rid,
                kind: draft.kind,
                dev: device.clone(),
                lang: draft.lang,
                title: draft.title,
                rp: draft.rp,
                from: draft.from,
                purpose: draft.purpose,
                fields: draft.fields,
                text: draft.text,
                claims: draft.claims,
                uv: if touchable && draft.bio { UV_PIN_OR_BIO } else { UV_PIN }.into(),
                wants_match: draft.wants_match,
                head: head.clone(),
                seq,
                chal,
                iat: draft.iat,
                exp: draft.exp,
            };
            request.sign(&self.keys.rq).map_err(|_| VaultError::Malformed)
        };
        let requests = drafts.into_iter().map(sign).collect::<Result<_, _>>()?;
        Ok(Issued { device: status, seq: row.seq, generation: row.generation, bio: row.bio, requests })
    }
}
