//! How statements to a partner of the compatible mount are sealed when nobody says it: as software that moves from itsme® expects it
//! (reference §11, §12).

use protocol::jose::{Enc, Encryption, KeyAlg, KeySet};
use protocol::oidc::Mount;
use protocol::oidc::partner::{ClientAuth, Partner, Sealing};

use crate::World;
use crate::partner_keys;

/// What a registration says nothing of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unsaid {
    pub id_token: bool,
    pub userinfo: bool,
}

/// Fills in what is unsaid, and leaves everything as it is on the standard mount. `secret`: the client secret is at hand, so that a key
/// can be made of it. Keys at an address are looked at; where nobody answers it is believed that there is an RSA key, since whoever
/// moves has one: what is meant to be encrypted never goes out in the open for a moment's silence.
pub async fn choose(world: &World, partner: &mut Partner, unsaid: Unsaid, secret: bool) {
    if partner.mount != Mount::Compat || unsaid == Unsaid::default() {
        return;
    }
    let Some(how) = encryption(world, partner, secret).await else { return };
    if unsaid.id_token {
        partner.id_token_encryption = Some(how);
    }
    if unsaid.userinfo {
        partner.userinfo = Sealing { sign: Some(partner.id_token_alg()), encrypt: Some(how) };
    }
}

async fn encryption(world: &World, partner: &Partner, secret: bool) -> Option<Encryption> {
    if matches!(partner.auth, ClientAuth::ClientSecret { .. }) {
        return secret.then_some(Encryption { alg: KeyAlg::Dir, enc: Enc::A256Gcm });
    }
    let alg = match &partner.jwks_uri {
        None => meant(&partner_keys::inline(partner)),
        Some(url) => {
            match world.partner_http.get(url).await.map(|answer| partner_keys::read(&answer, KeySet::usable)) {
                Ok(Ok(keys)) => meant(&keys),
                Ok(Err(_)) | Err(_) => Some(KeyAlg::RsaOaep256),
            }
        }
    };
    alg.map(|alg| Encryption { alg, enc: Enc::A128CbcHs256 })
}

/// The best of what its keys for encryption take.
fn meant(keys: &KeySet) -> Option<KeyAlg> {
    [KeyAlg::RsaOaep256, KeyAlg::RsaOaep, KeyAlg::EcdhEs, KeyAlg::EcdhEsA256kw, KeyAlg::EcdhEsA128kw]
        .into_iter()
        .find(|alg| keys.is_meant_for(*alg))
}
