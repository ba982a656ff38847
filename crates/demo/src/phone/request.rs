//! A request as it waits on the phone: verified, drawn, and judged before anybody may answer it.

use std::collections::BTreeSet;

use protocol::phone::{Request, Verified};
use serde_json::{Value, json};

use super::PhoneError;

/// What a service may ask, and what concerns the account itself.
const KINDS: [&str; 5] = ["login", "share", "payment", "text", "admin"];

/// A request whose signature, device and time were checked.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The compact M1, exact bytes.
    pub m1: String,
    pub verified: Verified<Request>,
    /// Server's seconds left, counted from its own clock.
    pub expires_in: i64,
    /// Claims that the person keeps back, sorted.
    pub(super) without: Vec<String>,
}

impl Waiting {
    /// Judges a verified request against the server's clock.
    ///
    /// # Errors
    /// `Untrusted` for one that no honest server makes: another kind, no challenge, made in the future.
    pub fn judge(m1: String, verified: Verified<Request>, now: i64) -> Result<Self, PhoneError> {
        let request = &verified.payload;
        let challenge = protocol::jose::unb64u(&request.chal).map_err(|_| PhoneError::Untrusted("request"))?;
        let odd = request.iat > now + 60 || request.exp <= request.iat || challenge.len() != 32;
        if odd
            || !KINDS.contains(&request.kind.as_str())
            || !request.uv_known()
            || (request.kind == "text") != request.text.is_some()
            || request.lines().iter().any(|l| undrawable(l))
        {
            return Err(PhoneError::Untrusted("request"));
        }
        let expires_in = request.exp - now;
        Ok(Waiting { m1, verified, expires_in, without: Vec::new() })
    }

    pub fn request(&self) -> &Request {
        &self.verified.payload
    }

    pub fn rid(&self) -> &str {
        &self.request().rid
    }

    /// The same, with these claims kept back.
    ///
    /// # Errors
    /// `InputNeeded("without")` for one that the service cannot do without, or never asked.
    pub(super) fn keeping_back(&self, claims: &[String]) -> Result<Waiting, PhoneError> {
        let optional = |claim: &String| self.request().fields.iter().any(|f| f.o && f.c.as_ref() == Some(claim));
        if !claims.iter().all(optional) {
            return Err(PhoneError::InputNeeded("without"));
        }
        let without: BTreeSet<String> = claims.iter().cloned().collect();
        Ok(Waiting { without: without.into_iter().collect(), ..self.clone() })
    }

    /// What `zelf phone pending` prints for it.
    pub fn to_json(&self) -> Value {
        let r = self.request();
        json!({
            "rid": r.rid, "kind": r.kind, "uv": r.uv, "title": r.title, "who": r.rp.name, "domain": r.rp.domain, "from": r.from,
            "fields": r.fields, "claims": r.claims, "match": r.wants_match, "expires_in": self.expires_in,
            "lines": r.lines(), "purpose": r.purpose, "text": r.text,
        })
    }
}

/// Control characters and marks that turn the direction of writing: with them, what is drawn is not what is signed.
fn undrawable(line: &str) -> bool {
    line.chars().any(|c| {
        c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    })
}

/// The one that is meant: by `rid`, else the newest, as a person answers what was just started.
pub fn choose<'a>(waiting: &'a [Waiting], rid: Option<&str>) -> Result<&'a Waiting, PhoneError> {
    let Some(rid) = rid else {
        return waiting.iter().max_by_key(|w| w.request().iat).ok_or(PhoneError::NothingPending);
    };
    waiting.iter().find(|w| w.rid() == rid).ok_or(PhoneError::NothingPending)
}
