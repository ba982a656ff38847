//! Whom a partner means: exactly one hint (CIBA Core §7.1).

use serde::Deserialize;

use super::BackchannelError;
use crate::jose::unb64u;
use crate::oidc::{Mount, Pairs, single};

/// Most bytes of a hint.
const MAX_HINT: usize = 4096;

/// Whom the partner names.
#[derive(Debug, PartialEq, Eq)]
pub enum Hint {
    /// `login_hint`: a mobile number, E.164.
    Number(String),
    /// `id_token_hint`: an ID token of ours; nothing of it is believed yet.
    IdToken(String),
    /// `login_hint_token` of the compatible mount.
    Token(LoginHintToken),
}

/// What a `login_hint_token` holds.
#[derive(Debug, PartialEq, Eq)]
pub enum LoginHintToken {
    /// What a discovery session ended with.
    Discovered(String),
    /// What this partner calls the person.
    Subject(String),
}

impl Hint {
    pub(super) fn read(mount: Mount, pairs: &Pairs) -> Result<Hint, BackchannelError> {
        let value =
            |name| single(pairs, name).map_err(|_| BackchannelError::invalid("a parameter is sent more than once"));
        let hints = (value("login_hint")?, value("id_token_hint")?, value("login_hint_token")?);
        match (mount, hints) {
            (Mount::Standard, (Some(number), None, None)) => number_of(number),
            (Mount::Standard, (None, Some(token), None)) => Ok(Hint::IdToken(token.to_owned())),
            (Mount::Compat, (None, None, Some(token))) => LoginHintToken::read(token).map(Hint::Token),
            (Mount::Standard, _) => Err(BackchannelError::invalid("exactly one of login_hint and id_token_hint")),
            (Mount::Compat, _) => Err(BackchannelError::invalid("login_hint_token, and no other hint")),
        }
    }
}

/// `+32468758960`, also with spaces or as a `tel:` address (RFC 3966).
fn number_of(hint: &str) -> Result<Hint, BackchannelError> {
    let text = hint.strip_prefix("tel:").unwrap_or(hint);
    let number: String = text.chars().filter(|c| !" -".contains(*c)).collect();
    let holds = number
        .strip_prefix('+')
        .is_some_and(|digits| (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()));
    if holds {
        Ok(Hint::Number(number))
    } else {
        Err(BackchannelError::invalid("login_hint must be a mobile number, +32…"))
    }
}

#[derive(Deserialize)]
struct Body {
    r#type: String,
    value: String,
}

impl LoginHintToken {
    /// An object, a JWT with such an object in it (the request object around it is signed, so its own signature says nothing
    /// more), or the token itself.
    fn read(text: &str) -> Result<LoginHintToken, BackchannelError> {
        const WRONG: BackchannelError = BackchannelError::invalid("login_hint_token is none that we know");
        if text.len() > MAX_HINT {
            return Err(WRONG);
        }
        let body: Body = if text.starts_with('{') {
            serde_json::from_str(text).map_err(|_| WRONG)?
        } else if let Some(payload) = payload(text) {
            serde_json::from_slice(&unb64u(payload).map_err(|_| WRONG)?).map_err(|_| WRONG)?
        } else {
            return Ok(LoginHintToken::Discovered(text.to_owned()));
        };
        match body.r#type.as_str() {
            "user_identifier_token" => Ok(LoginHintToken::Discovered(body.value)),
            "subject_code" => Ok(LoginHintToken::Subject(body.value)),
            _ => Err(WRONG),
        }
    }
}

fn payload(text: &str) -> Option<&str> {
    let mut parts = text.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    parts.next().is_none().then_some(payload)
}
