//! `authorization_details` (RFC 9396): rich requests, and the two types that our phone can show.

use serde_json::Value;

use super::authorize::read::Wrong;
use super::authorize::{Confirm, ErrorCode};
use super::compat::{canonical, fraction_digits, iban, in_latin_9, known_currency};
use super::partner::Partner;
use crate::plain;

/// A payment, as RFC 9396 §2 writes it.
pub const PAYMENT: &str = "payment_initiation";
/// A text to read and confirm: `{"type": "confirm_text", "text": "…"}`, with the tags `b i u br`.
pub const TEXT: &str = "confirm_text";

/// Of SEPA credit transfers, in characters.
const MAX_PAYEE: usize = 70;
const MAX_COMMUNICATION: usize = 140;

/// Largest value, in bytes: a text of 7,500 characters, each written as an escape.
const MAX_BYTES: usize = 48 * 1024;
/// What is shown word for word beside a text, in bytes.
const MAX_OTHER_BYTES: usize = 16 * 1024;
/// Most details in one request.
const MAX_DETAILS: usize = 8;

const fn wrong(description: &'static str) -> Wrong {
    Wrong(ErrorCode::InvalidAuthorizationDetails, description)
}

/// An array of objects, each of a type that this partner may send.
pub(super) fn read(text: Option<&str>, partner: &Partner) -> Result<Vec<Value>, Wrong> {
    let Some(text) = text else { return Ok(Vec::new()) };
    if text.len() > MAX_BYTES {
        return Err(wrong("authorization_details is longer than 48 KiB"));
    }
    let Ok(Value::Array(details)) = serde_json::from_str(text) else {
        return Err(wrong("authorization_details must be a JSON array"));
    };
    if details.is_empty() || details.len() > MAX_DETAILS {
        return Err(wrong("authorization_details must hold 1 to 8 objects"));
    }
    let other = details.iter().filter(|detail| !is_text(detail)).map(|detail| detail.to_string().len()).sum::<usize>();
    if other > MAX_OTHER_BYTES {
        return Err(wrong("authorization_details beside a text are longer than 16 KiB"));
    }
    for detail in &details {
        // A text has a form of its own, in which a new line is a space.
        if !is_text(detail) && !visible(detail) {
            return Err(wrong("authorization_details hold a character that cannot be seen"));
        }
        match detail.get("type").and_then(Value::as_str) {
            Some(kind) if partner.authorization_details.contains(kind) => {}
            Some(_) => return Err(wrong("a type of authorization_details is not registered for this client")),
            None => return Err(wrong("each of authorization_details must be an object with a type")),
        }
    }
    Ok(details)
}

fn is_text(detail: &Value) -> bool {
    detail.get("type").and_then(Value::as_str) == Some(TEXT)
}

/// The phone shows every member, word for word: no name or value may hold what it would not draw.
fn visible(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.chars().any(plain::hidden),
        Value::Array(items) => items.iter().all(visible),
        Value::Object(members) => {
            members.iter().all(|(name, value)| !name.chars().any(plain::hidden) && visible(value))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}

/// Nothing is granted that the screens of our own types do not show (RFC 9396 §5).
fn only(detail: &Value, path: &str, known: &[&str]) -> Result<(), Wrong> {
    match detail.pointer(path) {
        Some(Value::Object(members)) if members.keys().any(|name| !known.contains(&name.as_str())) => {
            Err(wrong("authorization_details hold a member that this type does not have"))
        }
        _ => Ok(()),
    }
}

/// What the person confirms, when a detail is one that our phone can show; at most one, for a person confirms one thing at a time.
pub(super) fn confirm(details: &[Value]) -> Result<Option<Confirm>, Wrong> {
    let mut found = None;
    for detail in details {
        let confirm = match detail.get("type").and_then(Value::as_str) {
            Some(PAYMENT) => payment(detail)?,
            Some(TEXT) => text(detail)?,
            _ => continue,
        };
        if found.replace(confirm).is_some() {
            return Err(wrong("authorization_details may hold one payment or text"));
        }
    }
    Ok(found)
}

/// The example of RFC 9396 §2, with its members.
fn payment(detail: &Value) -> Result<Confirm, Wrong> {
    let known = ["type", "instructedAmount", "creditorName", "creditorAccount", "remittanceInformationUnstructured"];
    only(detail, "", &known)?;
    only(detail, "/instructedAmount", &["currency", "amount"])?;
    only(detail, "/creditorAccount", &["iban"])?;
    let text = |path: &str| detail.pointer(path).and_then(Value::as_str);
    let currency = text("/instructedAmount/currency").filter(|code| known_currency(code));
    let currency = currency.ok_or(wrong("instructedAmount.currency must be an ISO 4217 code"))?;
    let amount = text("/instructedAmount/amount").and_then(|amount| minor_units(amount, fraction_digits(currency)));
    let amount = amount.ok_or(wrong("instructedAmount.amount must be a decimal number above zero, as a string"))?;
    let account = text("/creditorAccount/iban").and_then(iban).ok_or(wrong("creditorAccount.iban does not hold"))?;
    let line = |name: &str, max: usize| match detail.get(name) {
        None => Ok(None),
        Some(Value::String(line)) if line.chars().count() <= max && line.chars().all(in_latin_9) => {
            Ok(Some(line.clone()).filter(|line| !line.trim().is_empty()))
        }
        Some(_) => Err(wrong("creditorName and remittanceInformationUnstructured must be short lines in ISO-8859-15")),
    };
    Ok(Confirm::Payment {
        amount,
        currency: currency.to_owned(),
        iban: account,
        payee: line("creditorName", MAX_PAYEE)?,
        communication: line("remittanceInformationUnstructured", MAX_COMMUNICATION)?,
    })
}

fn text(detail: &Value) -> Result<Confirm, Wrong> {
    only(detail, "", &["type", "text"])?;
    let text = detail.get("text").and_then(Value::as_str).ok_or(wrong("a text to confirm needs a string in text"))?;
    let text = canonical(text).map_err(|error| wrong(error.description()))?;
    Ok(Confirm::Text { text })
}

/// `"123.5"` with two digits is 12350. No sign, no exponent, no more digits than the currency has.
fn minor_units(amount: &str, digits: u32) -> Option<u64> {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let digits = usize::try_from(digits).ok()?;
    let plain = !whole.is_empty() && whole.len() <= 13 && number(whole) && number(fraction);
    if !plain || fraction.len() > digits || (amount.contains('.') && fraction.is_empty()) {
        return None;
    }
    let minor: u64 = format!("{whole}{fraction:0<digits$}").parse().ok()?;
    (minor > 0).then_some(minor)
}
