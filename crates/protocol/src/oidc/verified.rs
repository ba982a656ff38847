//! `verified_claims` (OpenID Connect for Identity Assurance 1.0): what a partner wants to know of how we know.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::claims_request::Wanted;
use super::release;

/// Most wishes in one place.
const MAX_ASKED: usize = 8;

/// The one trust framework under which we verify (eIDAS, Regulation (EU) 910/2014).
pub const TRUST_FRAMEWORK: &str = "eidas";
pub const ASSURANCE_LEVEL: &str = "substantial";

/// One wish.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedVerified {
    /// As asked: members of `verification`, each `null` or what it must be.
    pub verification: Map<String, Value>,
    pub claims: BTreeMap<String, Wanted>,
}

/// How a person's data was verified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assurance {
    /// RFC 3339, when the proof was made.
    pub time: String,
    /// `eid` or `bank`, as the journey that proved the person.
    pub method: String,
    /// Who vouched: an authority or a bank.
    pub source: String,
    /// When it is told, unix seconds: ages are counted on it.
    pub now: i64,
    /// A name for this proving that only partners of one sector know (`verification_process`); empty when there is none.
    pub process: String,
}

impl AskedVerified {
    /// An object, or several in an array. `None` when it is neither, or `verification` or `claims` are missing (§6).
    pub(super) fn read(asked: &Value) -> Option<Vec<AskedVerified>> {
        let all = match asked {
            Value::Null => return Some(Vec::new()),
            Value::Array(all) if all.len() <= MAX_ASKED => all.as_slice(),
            Value::Object(_) => std::slice::from_ref(asked),
            _ => return None,
        };
        all.iter().map(AskedVerified::one).collect()
    }

    fn one(asked: &Value) -> Option<AskedVerified> {
        let verification = asked.get("verification")?.as_object()?.clone();
        let wanted = asked.get("claims")?.as_object()?.iter().filter(|(name, _)| release::verifiable(name));
        let claims: BTreeMap<String, Wanted> =
            wanted.map(|(name, value)| Some((name.clone(), Wanted::read(value)?))).collect::<Option<_>>()?;
        Some(AskedVerified { verification, claims })
    }

    /// The answer to this wish: nothing when it is about another verification, when an essential claim is missing, or when
    /// none of its claims is there (§5.7). `pick` gives the claims that may leave.
    pub fn answer(&self, assurance: &Assurance, pick: impl Fn(&str) -> Option<Value>) -> Option<Value> {
        let verification = assurance.verification(&self.verification)?;
        let mut claims = Map::new();
        for (name, wanted) in &self.claims {
            match pick(name).filter(|value| wanted.fits(value)) {
                Some(value) => _ = claims.insert(name.clone(), value),
                None if wanted.essential => return None,
                None => {}
            }
        }
        (!claims.is_empty()).then(|| json!({ "verification": verification, "claims": claims }))
    }
}

/// The answers to several wishes: one as an object, more as an array.
pub fn answer(asked: &[AskedVerified], assurance: &Assurance, pick: impl Fn(&str) -> Option<Value>) -> Option<Value> {
    let mut answers: Vec<Value> = asked.iter().filter_map(|asked| asked.answer(assurance, &pick)).collect();
    match answers.len() {
        0 | 1 => answers.pop(),
        _ => Some(Value::Array(answers)),
    }
}

impl Assurance {
    /// Everything we say, narrowed to what was asked; `None` when something asked to have a value has another one.
    fn verification(&self, asked: &Map<String, Value>) -> Option<Map<String, Value>> {
        let full = self.full();
        let mut out = Map::new();
        // Always there (§5.4.2).
        out.insert("trust_framework".into(), full.get("trust_framework")?.clone());
        for (name, wish) in asked {
            match narrow(full.get(name), wish, self.now) {
                Narrowed::Is(value) => _ = out.insert(name.clone(), value),
                Narrowed::Missing => {}
                Narrowed::Misfit => return None,
            }
        }
        Some(out)
    }

    fn full(&self) -> Value {
        let evidence = match self.method.as_str() {
            "eid" => {
                json!({ "type": "document", "check_details": [{ "check_method": "vcrypt", "organization": self.source, "time": self.time }],
                             "document_details": { "type": "idcard" } })
            }
            _ => {
                json!({ "type": "electronic_record", "check_details": [{ "check_method": "data", "organization": self.source, "time": self.time }],
                         "record": { "type": "bank_account" } })
            }
        };
        let mut full = json!({ "trust_framework": TRUST_FRAMEWORK, "assurance_level": ASSURANCE_LEVEL, "time": self.time,
                               "evidence": [evidence] });
        if let Some(members) = full.as_object_mut().filter(|_| !self.process.is_empty()) {
            members.insert("verification_process".into(), self.process.clone().into());
        }
        full
    }
}

enum Narrowed {
    Is(Value),
    /// Not known, and not essential.
    Missing,
    Misfit,
}

/// What of `found` was asked by `wish`: `null` takes all, `value`, `values`, `max_age` and `essential` judge, an object asks members, an
/// array asks elements that fit.
fn narrow(found: Option<&Value>, wish: &Value, now: i64) -> Narrowed {
    let Some(members) = wish.as_object() else {
        return match (found, wish) {
            (Some(Value::Array(all)), Value::Array(wishes)) => elements(all, wishes, now),
            (Some(found), Value::Null) => Narrowed::Is(found.clone()),
            (Some(_), _) => Narrowed::Misfit,
            (None, _) => Narrowed::Missing,
        };
    };
    let judged = ["value", "values", "essential", "max_age"].iter().any(|word| members.contains_key(*word));
    match found {
        Some(found) if judged => match Wanted::read(wish) {
            Some(wanted) if wanted.fits(found) && young(found, members.get("max_age"), now) => {
                Narrowed::Is(found.clone())
            }
            _ => Narrowed::Misfit,
        },
        Some(Value::Object(object)) => {
            let mut out = Map::new();
            for (name, wish) in members {
                match narrow(object.get(name), wish, now) {
                    Narrowed::Is(value) => _ = out.insert(name.clone(), value),
                    Narrowed::Missing => {}
                    Narrowed::Misfit => return Narrowed::Misfit,
                }
            }
            Narrowed::Is(Value::Object(out))
        }
        Some(found) => Narrowed::Is(found.clone()),
        None if judged && (members.contains_key("value") || members.contains_key("values")) => Narrowed::Misfit,
        None if members.get("essential").is_some_and(|e| e.as_bool() == Some(true)) => Narrowed::Misfit,
        None => Narrowed::Missing,
    }
}

/// True for a date or time that is at most so many seconds ago (§6.3.2); anything else has no age that could be judged.
fn young(found: &Value, max_age: Option<&Value>, now: i64) -> bool {
    let Some(max_age) = max_age.filter(|age| !age.is_null()) else { return true };
    let at = found.as_str().and_then(release::seconds);
    at.zip(max_age.as_i64().filter(|age| *age >= 0)).is_some_and(|(at, age)| now.saturating_sub(at) <= age)
}

fn elements(all: &[Value], wishes: &[Value], now: i64) -> Narrowed {
    let fitting = |wish: &Value| {
        all.iter().find_map(|found| match narrow(Some(found), wish, now) {
            Narrowed::Is(value) => Some(value),
            Narrowed::Missing | Narrowed::Misfit => None,
        })
    };
    let found: Vec<Value> = wishes.iter().filter_map(fitting).collect();
    if found.is_empty() && !wishes.is_empty() { Narrowed::Misfit } else { Narrowed::Is(Value::Array(found)) }
}
