//! What is stored of a person, and where it came from.

use domain::account::Profile;
use domain::enrolment::CardData;
use domain::number::MobileNumber;
use protocol::jose::unb64u;
use protocol::oidc::attributes::{CLAIMS, pick};
use serde_json::{Value, json};
use store::StoreError;
use store::account::AccountRow;
use store::audit::Event;
use words::Lang;

use crate::my_history::{MOST, Told, lang_of};
use crate::own_phone::{Own, own};
use crate::{Failure, Signed, World};

/// Photo of a card, as OpenID names it. Its bytes stand beside the facts.
const PICTURE: &str = "picture";

/// Rows that tell what is known.
pub(crate) struct Known {
    own: Own,
    card: Option<CardData>,
    /// Name of this phone, and since when it acts.
    phone: (String, i64),
    events: Vec<Event>,
}

/// `my/data`.
pub async fn data(world: &World, signed: &Signed) -> Result<Value, Failure> {
    let (own, told, _) = own::<Told>(world, signed).await?;
    let lang = lang_of(told.lang.as_deref(), &own.account)?;
    let known = known(world, own).await?;
    Ok(known.told(world, lang))
}

pub(crate) async fn known(world: &World, own: Own) -> Result<Known, Failure> {
    let (sealer, account, device) = (world.sealer.clone(), own.account.id.clone(), own.device.id.clone());
    let read = world.db.read("my.data", move |tx| {
        let card = store::card_data::find(tx, &sealer, &account)?;
        let phone = store::device::about(tx, &device)?;
        Ok::<_, StoreError>((card, phone, store::audit::events(tx, &account, MOST)?))
    });
    let (card, phone, events) = read.await?;
    Ok(Known { own, card, phone: phone.ok_or(Failure::DeviceUnknown)?, events })
}

impl Known {
    pub(crate) fn account(&self) -> &AccountRow {
        &self.own.account
    }

    /// As the app shows it.
    pub(crate) fn told(&self, world: &World, lang: Lang) -> Value {
        let account = &self.own.account;
        let proof = &account.profile.proof;
        json!({
            "facts": self.facts(),
            "photo": self.card.as_ref().and_then(|card| card.photo.clone()),
            "proof": {
                "method": proof.method,
                "source": source(world, &proof.method, &proof.source, lang),
                "document": masked(&proof.document_number),
                "at": proof.proven_at,
            },
            "phone": { "name": self.phone.0, "since": self.phone.1, "id": self.own.device.id },
            "account": {
                "since": account.created_at,
                "recovered_by": Some(&account.recovered_by).filter(|by| !by.is_empty()),
                "limited": domain::account::limited(account.limited_until, world.now()),
            },
            "language": account.lang,
        })
    }

    /// All of the proof: in the person's own copy nothing is masked.
    pub(crate) fn proof(&self) -> Value {
        json!(self.own.account.profile.proof)
    }

    /// The identity document, as partners may know it.
    pub(crate) fn document(&self) -> Value {
        json!(self.own.account.profile.document)
    }

    pub(crate) fn settings(&self) -> Value {
        json!(self.own.device.settings)
    }

    /// Each datum with the words of its value, whence it is and since when.
    fn facts(&self) -> Vec<Value> {
        let profile = &self.own.account.profile;
        let mut attributes = profile.attributes();
        if let Some(address) = self.card.as_ref().and_then(|card| card.address.clone()) {
            attributes.address = Some(address);
        }
        let stored = pick(&attributes, &CLAIMS);
        // The whole name is made of its parts, and that a number is proven is no datum of the person.
        let told = CLAIMS.into_iter().filter(|claim| *claim != "name" && !claim.ends_with("_verified"));
        let mut facts: Vec<Value> =
            told.filter_map(|claim| Some(self.fact(profile, claim, stored.get(claim)?))).collect();
        if let Some(photo) = self.card.as_ref().and_then(|card| card.photo.as_ref()) {
            let bytes = unb64u(photo).map_or(0, |bytes| bytes.len());
            facts.push(self.fact(profile, PICTURE, &Value::String(format!("JPEG, {bytes} B"))));
        }
        facts
    }

    fn fact(&self, profile: &Profile, claim: &str, value: &Value) -> Value {
        let (source, at) = match claim {
            "phone_number" => ("you", self.changed("number")),
            "email" => ("you", self.changed("email")),
            _ => (profile.proof.method.as_str(), profile.proof.proven_at),
        };
        json!({ "claim": claim, "value": text(claim, value), "source": source, "at": at })
    }

    /// When it was last given: with a change since the last activation, or with that.
    fn changed(&self, what: &str) -> i64 {
        let change = self.events.iter().find(|event| event.action == "changed" && event.detail == what);
        change.map_or(0, |event| event.at).max(self.own.account.activated_at)
    }
}

/// One line as it is stored: codes stay codes, for the app has words for them.
fn text(claim: &str, value: &Value) -> String {
    match value {
        Value::String(number) if claim == "phone_number" => {
            MobileNumber::from_e164(number).map_or_else(|| number.clone(), |number| number.grouped())
        }
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(|item| text("", item)).collect::<Vec<_>>().join(", "),
        Value::Object(parts) => match parts.get("formatted").and_then(Value::as_str) {
            Some(formatted) => formatted.replace('\n', ", "),
            None => {
                let parts = ["locality", "country"].into_iter().filter_map(|name| parts.get(name)?.as_str());
                parts.collect::<Vec<_>>().join(", ")
            }
        },
        other => other.to_string(),
    }
}

/// The bank's name; of a card, the country.
fn source(world: &World, method: &str, source: &str, lang: Lang) -> String {
    let bank = world.banks.find(source).filter(|_| method == "bank");
    bank.map_or_else(|| source.to_owned(), |bank| bank.name.of(lang.code()).to_owned())
}

/// `•••• 4567`: enough to know the card by, not enough to use it.
fn masked(document: &str) -> Option<String> {
    let signs: Vec<char> = document.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    let last = signs.get(signs.len().saturating_sub(4)..).filter(|last| !last.is_empty())?;
    Some(format!("•••• {}", last.iter().collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn a_document_is_known_by_its_last_four_signs() {
        assert_eq!(masked("592-1234567-12").as_deref(), Some("•••• 6712"));
        assert_eq!(masked("12").as_deref(), Some("•••• 12"));
        assert_eq!(masked(""), None);
    }
}
