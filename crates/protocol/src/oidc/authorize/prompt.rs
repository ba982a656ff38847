//! How the person is asked: `prompt`, `max_age`, `display`, `login_hint`, `acr_values`.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::super::{Mount, Pairs, single};
use super::ErrorCode;
use super::read::{Wrong, invalid, line, short_line};

/// Fingerprint, face or the code, as the phone has it; both ages of the name.
pub const ACR_BASIC: [&str; 2] = ["http://itsme.services/v2/claim/acr_basic", "tag:sixdots.be,2016-06:acr_basic"];

/// The code itself.
pub const ACR_ADVANCED: [&str; 3] = [
    "http://itsme.services/v2/claim/acr_advanced",
    "tag:sixdots.be,2016-06:acr_advanced",
    "tag:sixdots.be,2016-06:acr_secured",
];

const MAX_HINT: usize = 128;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    Login,
    Consent,
    SelectAccount,
    /// Stands alone: no page may be shown.
    None,
}

pub(super) fn prompt(pairs: &Pairs) -> Result<BTreeSet<Prompt>, Wrong> {
    let known = |name: &str| match name {
        "login" => Ok(Prompt::Login),
        "consent" => Ok(Prompt::Consent),
        "select_account" => Ok(Prompt::SelectAccount),
        "none" => Ok(Prompt::None),
        _ => Err(invalid("prompt is not one we know")),
    };
    let asked = single(pairs, "prompt")?.unwrap_or_default().split(' ').filter(|word| !word.is_empty());
    let prompt = asked.map(known).collect::<Result<BTreeSet<_>, _>>()?;
    if prompt.contains(&Prompt::None) && prompt.len() > 1 {
        return Err(invalid("prompt none must stand alone"));
    }
    Ok(prompt)
}

pub(super) fn max_age(pairs: &Pairs) -> Result<Option<u32>, Wrong> {
    let digits = single(pairs, "max_age")?;
    let read = |text: &str| match text.bytes().all(|b| b.is_ascii_digit()) {
        true => text.parse().map_err(|_| invalid("max_age is too large")),
        false => Err(invalid("max_age must be a number of seconds")),
    };
    digits.map(read).transpose()
}

/// Our pages fit every screen; the compatible mount knows `page` alone (reference §4).
pub(super) fn display(pairs: &Pairs, mount: Mount) -> Result<(), Wrong> {
    match (mount, single(pairs, "display")?) {
        (Mount::Compat, Some(other)) if other != "page" => {
            Err(Wrong(ErrorCode::UnsupportedDisplay, "display must be page"))
        }
        _ => Ok(()),
    }
}

/// The compatible mount writes numbers `32+123456789`, and ignores a hint that is none.
pub(super) fn login_hint(pairs: &Pairs, mount: Mount) -> Result<Option<String>, Wrong> {
    if mount == Mount::Standard {
        return Ok(line(pairs, "login_hint", MAX_HINT, "login_hint is too long")?.map(str::to_owned));
    }
    let hint = single(pairs, "login_hint")?.filter(|hint| short_line(hint, MAX_HINT));
    Ok(hint.map(|hint| match hint.split_once('+') {
        Some((country, rest)) if !country.is_empty() && country.bytes().all(|b| b.is_ascii_digit()) => {
            format!("+{country}{rest}")
        }
        _ => hint.to_owned(),
    }))
}

pub(super) fn acr_values(pairs: &Pairs) -> Result<Vec<String>, Wrong> {
    let acr = line(pairs, "acr_values", 512, "acr_values is too long")?.unwrap_or_default();
    Ok(acr.split(' ').filter(|value| !value.is_empty()).map(str::to_owned).collect())
}
