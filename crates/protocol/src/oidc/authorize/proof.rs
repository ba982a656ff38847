//! What binds the code to who asked: PKCE and DPoP.

use super::super::partner::Partner;
use super::super::{Pairs, single};
use super::read::{Wrong, invalid};

/// RFC 7636 §4.3, S256 only: `plain` proves nothing to who reads the request.
pub(super) fn code_challenge(pairs: &Pairs, partner: &Partner) -> Result<Option<String>, Wrong> {
    let method = single(pairs, "code_challenge_method")?;
    let Some(challenge) = single(pairs, "code_challenge")? else {
        return match method {
            None if !partner.needs_pkce() => Ok(None),
            _ => Err(invalid("code_challenge is missing")),
        };
    };
    if method != Some("S256") {
        return Err(invalid("code_challenge_method must be S256"));
    }
    if !digest(challenge) {
        return Err(invalid("code_challenge must be the 43 characters of a base64url SHA-256"));
    }
    Ok(Some(challenge.to_owned()))
}

/// RFC 9449 §10: by parameter, by the proof of a pushed request (§10.1), or both alike.
pub(super) fn dpop_jkt(pairs: &Pairs, proven: Option<&str>) -> Result<Option<String>, Wrong> {
    match (single(pairs, "dpop_jkt")?, proven) {
        (Some(said), _) if !digest(said) => Err(invalid("dpop_jkt must be the 43 characters of a base64url SHA-256")),
        (Some(said), Some(proven)) if said != proven => Err(invalid("dpop_jkt is not the key of the DPoP proof")),
        (said, proven) => Ok(said.or(proven).map(str::to_owned)),
    }
}

fn digest(text: &str) -> bool {
    crate::jose::unb64u(text).is_ok_and(|bytes| bytes.len() == 32)
}
