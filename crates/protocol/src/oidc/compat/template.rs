//! What a person confirms: a payment or a text, told as claims of a request object (reference: Confirmation).
//!
//! ```json
//! {"userinfo": {
//!   "http://itsme.services/v2/claim/claim_approval_template_name": {"essential": true, "value": "adv_payment"},
//!   "http://itsme.services/v2/claim/claim_approval_amount_key":    {"essential": true, "value": "1234"},
//!   "http://itsme.services/v2/claim/claim_approval_currency_key":  {"essential": true, "value": "EUR"},
//!   "http://itsme.services/v2/claim/claim_approval_iban_key":      {"essential": true, "value": "BE68 5390 0754 7034"}}}
//! ```
//! The amount is in minor units: `"1234"` with `EUR` is 12,34 euro.

use serde_json::Value;

use super::{CLAIM, markup, money};
use crate::oidc::authorize::Confirm;

/// The names of before.
const LEGACY: &str = "tag:sixdots.be,2016-08:";

const NAME: &str = "claim_approval_template_name";
const AMOUNT: &str = "claim_approval_amount_key";
const CURRENCY: &str = "claim_approval_currency_key";
const IBAN: &str = "claim_approval_iban_key";
const TEXT: &str = "claim_approval_text_key";
const ALL: [&str; 5] = [NAME, AMOUNT, CURRENCY, IBAN, TEXT];

/// Most digits of an amount: far beyond any payment, far below what a `u64` holds.
const MAX_DIGITS: usize = 15;

/// Why nothing can be shown for confirmation. All are the partner's mistakes (`invalid_request`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateError {
    /// Claims of a template without its name.
    NameMissing,
    NameUnknown,
    /// A claim twice, or claims of another template beside those of this one.
    NotOne,
    /// A claim without a string in `value`.
    ValueMissing,
    AmountInvalid,
    CurrencyUnknown,
    IbanInvalid,
    TextEmpty,
    TextTooLong,
    CharacterNotAllowed,
}

impl TemplateError {
    /// English, for the partner's developer.
    pub fn description(self) -> &'static str {
        match self {
            TemplateError::NameMissing => "claim_approval_template_name is missing",
            TemplateError::NameUnknown => "claim_approval_template_name must be adv_payment or free_text",
            TemplateError::NotOne => "exactly one approval template, each of its claims once",
            TemplateError::ValueMissing => "each approval claim of the template needs a string in value",
            TemplateError::AmountInvalid => "the amount must be a whole number of minor units, from 1, in digits only",
            TemplateError::CurrencyUnknown => "the currency must be an ISO 4217 code",
            TemplateError::IbanInvalid => "the IBAN does not hold",
            TemplateError::TextEmpty => "the text is empty",
            TemplateError::TextTooLong => "the text is longer than 7500 characters",
            TemplateError::CharacterNotAllowed => "the text holds a character that is not in ISO-8859-15",
        }
    }
}

/// True for a claim that belongs to a template, by either of its names.
pub fn is_approval_claim(name: &str) -> bool {
    short(name).is_some()
}

/// What the `claims` parameter asks to confirm, in its `userinfo` or its `id_token` set; `None` when nothing.
///
/// # Errors
/// The first mistake of the template.
pub fn confirm(claims: &Value) -> Result<Option<Confirm>, TemplateError> {
    let found = Found::read(claims)?;
    let [name, amount, currency, iban, text] = found.0;
    let of_payment = amount.is_some() || currency.is_some() || iban.is_some();
    match name {
        None if of_payment || text.is_some() => Err(TemplateError::NameMissing),
        None => Ok(None),
        Some("adv_payment") if text.is_some() => Err(TemplateError::NotOne),
        Some("adv_payment") => payment(amount, currency, iban).map(Some),
        Some("free_text") if of_payment => Err(TemplateError::NotOne),
        Some("free_text") => {
            let text = markup::canonical(text.ok_or(TemplateError::ValueMissing)?)?;
            Ok(Some(Confirm::Text { text }))
        }
        Some(_) => Err(TemplateError::NameUnknown),
    }
}

fn payment(amount: Option<&str>, currency: Option<&str>, iban: Option<&str>) -> Result<Confirm, TemplateError> {
    let missing = TemplateError::ValueMissing;
    let (amount, currency, iban) = (amount.ok_or(missing)?, currency.ok_or(missing)?, iban.ok_or(missing)?);
    let digits = !amount.is_empty() && amount.len() <= MAX_DIGITS && amount.bytes().all(|b| b.is_ascii_digit());
    let amount: u64 = if digits { amount.parse().unwrap_or(0) } else { 0 };
    if amount == 0 {
        return Err(TemplateError::AmountInvalid);
    }
    if !money::known_currency(currency) {
        return Err(TemplateError::CurrencyUnknown);
    }
    let iban = money::iban(iban).ok_or(TemplateError::IbanInvalid)?;
    Ok(Confirm::Payment { amount, currency: currency.to_owned(), iban, payee: None, communication: None })
}

/// The values of the five claims, in the order of [`ALL`].
struct Found<'a>([Option<&'a str>; 5]);

impl<'a> Found<'a> {
    fn read(claims: &'a Value) -> Result<Self, TemplateError> {
        let mut found = [None; 5];
        for (name, asked) in ["userinfo", "id_token"].iter().filter_map(|set| claims.get(set)?.as_object()).flatten() {
            let place = short(name).and_then(|name| ALL.iter().position(|known| *known == name));
            let Some(slot) = place.and_then(|place| found.get_mut(place)) else { continue };
            if slot.is_some() {
                return Err(TemplateError::NotOne);
            }
            let value = asked.get("value").and_then(Value::as_str);
            *slot = Some(value.ok_or(TemplateError::ValueMissing)?);
        }
        Ok(Found(found))
    }
}

fn short(name: &str) -> Option<&str> {
    let name = name.strip_prefix(CLAIM).or_else(|| name.strip_prefix(LEGACY))?;
    ALL.contains(&name).then_some(name)
}
