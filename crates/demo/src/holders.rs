//! Whose identity cards there are: the customers of the demo bank, and people whom the bank does not know.

use eid_virtual::person::{Person, Sex};
use jiff::ToSpan as _;
use jiff::civil::Date;
use words::{Lang, t};

use crate::customers::{Customer, Gender, customers};

/// Somebody with an identity card.
#[derive(Clone)]
pub struct Holder {
    pub id: String,
    pub person: Person,
    /// Mobile number.
    pub number: String,
    note: Option<fn(Lang) -> &'static str>,
}

impl Holder {
    pub fn name(&self) -> String {
        format!("{} {}", self.person.given_names, self.person.surname)
    }

    /// What makes this card worth choosing.
    pub fn note(&self, lang: Lang) -> &'static str {
        self.note.map_or("", |text| text(lang))
    }
}

/// Everybody, customers first.
pub fn holders(today: Date) -> Vec<Holder> {
    let mut all: Vec<Holder> = customers(today).iter().map(Holder::of_customer).collect();
    all.push(foreigner(today));
    all
}

impl Holder {
    /// The PIN is that of the customer's bank card: one number less to remember in a demo.
    fn of_customer(customer: &Customer) -> Holder {
        let sex = match customer.gender {
            Gender::Female => Sex::Female,
            Gender::Male => Sex::Male,
        };
        let expiry = customer.document_expiry;
        let issued = expiry.checked_sub(10.years()).unwrap_or(customer.document_read);
        let person = Person::from_parts(
            &customer.given_name,
            &customer.family_name,
            sex,
            &customer.birth_date.to_string(),
            &customer.national_number(),
            customer.birth_place,
            &customer.street_address,
            customer.postal_code,
            customer.locality,
        );
        let person = Person {
            card_number: customer.document_number.clone(),
            valid_from: issued.to_string(),
            valid_to: expiry.to_string(),
            lang: if customer.locality == "Liège" { "fr" } else { "nl" }.into(),
            pin: customer.pin.clone(),
            ..person
        };
        let note: Option<fn(Lang) -> &'static str> = match &*customer.id {
            "emma" => Some(|lang| t(lang, "story.holder.emma")),
            "georges" => Some(|lang| t(lang, "story.holder.georges")),
            _ => None,
        };
        Holder { id: customer.id.clone(), person, number: customer.number.clone(), note }
    }
}

/// A Polish citizen who lives in Ghent: no customer of the bank, so the card is the only way in.
fn foreigner(today: Date) -> Holder {
    let person = Person {
        given_names: "Aleksy".into(),
        third_initial: String::new(),
        surname: "Zielinski".into(),
        sex: Sex::Male,
        birth_date: "1991-02-17".into(),
        birth_place: "Gdynia".into(),
        nationality: "Polen".into(),
        municipality: "Gent".into(),
        street: "Dok 14".into(),
        postcode: "9000".into(),
        city: "Gent".into(),
        document_type: 31,
        valid_from: today.checked_sub(2.years()).unwrap_or(today).to_string(),
        valid_to: today.checked_add(3.years()).unwrap_or(today).to_string(),
        pin: "8260".into(),
        ..Person::default()
    };
    Holder {
        id: "aleksy".into(),
        person,
        number: "+32 493 17 02 91".into(),
        note: Some(|lang| t(lang, "story.holder.aleksy")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_can_be_given_a_card() {
        for today in [Date::constant(2026, 11, 22), Date::constant(2028, 2, 29), Date::constant(2040, 1, 1)] {
            let all = holders(today);
            assert_eq!(all.len(), 8);
            for holder in &all {
                assert_eq!(holder.person.check(), Ok(()), "{}", holder.id);
                assert!(holder.person.validity(0).is_ok(), "{}", holder.id);
            }
            let mut numbers: Vec<&str> = all.iter().map(|h| h.number.as_str()).collect();
            numbers.sort_unstable();
            numbers.dedup();
            assert_eq!(numbers.len(), all.len(), "each has a telephone of their own");
        }
    }
}
