//! The end of a login: asked by the partner through the browser (OpenID RP-Initiated Logout 1.0), told to it behind the browser's
//! back (OpenID Back-Channel Logout 1.0).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::authorize::MAX_STATE;
use super::partner::Partner;
use super::{Pairs, single, uri};

/// `typ` of a logout token (Back-Channel Logout §2.4).
pub const TYP: &str = "logout+jwt";
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// A logout token counts for so long, seconds.
const LIFE: i64 = 120;

/// What the browser brought.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogoutRequest {
    pub id_token_hint: Option<String>,
    pub client_id: Option<String>,
    pub post_logout_redirect_uri: Option<String>,
    pub state: Option<String>,
    /// Best first.
    pub ui_locales: Option<String>,
}

impl LogoutRequest {
    /// `None` when a parameter is there twice or has control characters in it.
    pub fn parse(pairs: &Pairs) -> Option<LogoutRequest> {
        let read = |name: &str, max: usize| match single(pairs, name) {
            Ok(Some(text)) if text.len() > max || text.chars().any(char::is_control) => None,
            Ok(value) => Some(value.map(str::to_owned)),
            Err(_) => None,
        };
        Some(LogoutRequest {
            id_token_hint: read("id_token_hint", crate::jose::MAX_JWS_BYTES)?,
            client_id: read("client_id", 64)?,
            post_logout_redirect_uri: read("post_logout_redirect_uri", 1024)?,
            state: read("state", MAX_STATE)?,
            ui_locales: read("ui_locales", 256)?,
        })
    }

    /// `path` with what is asked in its query.
    pub fn at(&self, path: &str) -> String {
        let members = [
            ("id_token_hint", &self.id_token_hint),
            ("client_id", &self.client_id),
            ("post_logout_redirect_uri", &self.post_logout_redirect_uri),
            ("state", &self.state),
            ("ui_locales", &self.ui_locales),
        ];
        let said = |(name, value): (&'static str, &Option<String>)| value.clone().map(|value| (name, value));
        uri::with_query(path, &members.into_iter().filter_map(said).collect::<Vec<_>>())
    }
}

/// Where the browser goes afterwards: registered, character by character (RP-Initiated Logout §3).
pub fn back(partner: &Partner, wished: &str, state: Option<&str>) -> Option<String> {
    if !partner.post_logout_redirect_uris.iter().any(|registered| registered == wished) {
        return None;
    }
    let fields: Vec<(&'static str, String)> = state.map(|state| ("state", state.to_owned())).into_iter().collect();
    Some(uri::with_query(wished, &fields))
}

/// Claims of a logout token. Never a nonce: nobody can take it for an ID token.
pub fn token(issuer: &str, client_id: &str, sub: &str, sid: Option<&str>, jti: &str, now: i64) -> Value {
    let mut claims = json!({
        "iss": issuer, "aud": client_id, "sub": sub, "iat": now, "exp": now + LIFE, "jti": jti, "events": { EVENT: {} },
    });
    if let (Some(members), Some(sid)) = (claims.as_object_mut(), sid) {
        members.insert("sid".into(), sid.into());
    }
    claims
}
