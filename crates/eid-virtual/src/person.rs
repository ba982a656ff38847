//! The person file: who a virtual card belongs to. Everything has a default, so `{}` is a person too.

use serde::{Deserialize, Serialize};

use crate::civil::{self, Ymd};

/// As the National Register writes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    #[default]
    Female,
    Male,
}

/// A card's holder. JSON; unknown members are refused so that a misspelt one is noticed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Person {
    /// The first two, separated by a blank.
    pub given_names: String,
    /// Initial of the third, or empty.
    pub third_initial: String,
    pub surname: String,
    /// 11 digits; empty: reckoned from birth date and sex with the day's last serial number, which nobody bears.
    pub national_number: String,
    /// `YYYY-MM-DD`; `YYYY` alone where day and month are unknown.
    pub birth_date: String,
    pub birth_place: String,
    pub sex: Sex,
    /// In words, as printed; empty: Belgian in the card's language.
    pub nationality: String,
    /// 12 digits (foreigners' cards: `B` and nine); empty: made from the national number.
    pub card_number: String,
    /// `YYYY-MM-DD`; empty: a year before the card is made.
    pub valid_from: String,
    /// `YYYY-MM-DD`; empty: ten years after `valid_from`.
    pub valid_to: String,
    /// Municipality of delivery.
    pub municipality: String,
    pub street: String,
    pub postcode: String,
    pub city: String,
    /// 1 citizen, 6 Kids-ID, 11–18 foreigners.
    pub document_type: u8,
    pub special_status: u8,
    /// `nl`, `fr`, `de`: language of the words on the card.
    pub lang: String,
    /// 4 to 12 digits.
    pub pin: String,
}

impl Default for Person {
    fn default() -> Self {
        Person {
            given_names: "Noor Marie".into(),
            third_initial: "L".into(),
            surname: "Voorbeeld".into(),
            national_number: String::new(),
            birth_date: "1985-07-30".into(),
            birth_place: "Leuven".into(),
            sex: Sex::Female,
            nationality: String::new(),
            card_number: String::new(),
            valid_from: String::new(),
            valid_to: String::new(),
            municipality: "Leuven".into(),
            street: "Voorbeeldstraat 12".into(),
            postcode: "3000".into(),
            city: "Leuven".into(),
            document_type: 1,
            special_status: 0,
            lang: "nl".into(),
            pin: "1234".into(),
        }
    }
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person").field("document_type", &self.document_type).finish_non_exhaustive()
    }
}

/// What a person file cannot say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonError {
    /// Not JSON, or a member that does not exist.
    Json,
    BirthDate,
    Validity,
    NationalNumber,
    CardNumber,
    Pin,
    /// Longer than the card's field, or a control character.
    Text,
}

impl std::fmt::Display for PersonError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            PersonError::Json => "the person file is not JSON with the members that a person has",
            PersonError::BirthDate => "birth_date is neither YYYY-MM-DD nor YYYY",
            PersonError::Validity => "valid_from and valid_to must be YYYY-MM-DD, in this order",
            PersonError::NationalNumber => "national_number must have 11 digits",
            PersonError::CardNumber => "card_number must have 12 digits, or a letter and nine",
            PersonError::Pin => "pin must have 4 to 12 digits",
            PersonError::Text => "a name or place is longer than a card holds",
        })
    }
}

impl std::error::Error for PersonError {}

impl Person {
    /// A demo's customer: names, birth date `YYYY-MM-DD`, sex and address; the rest as usual.
    #[expect(clippy::too_many_arguments, reason = "one argument per word of the customer's own record")]
    pub fn from_parts(
        given_names: &str,
        surname: &str,
        sex: Sex,
        birth_date: &str,
        national_number: &str,
        birth_place: &str,
        street: &str,
        postcode: &str,
        city: &str,
    ) -> Self {
        Person {
            given_names: given_names.into(),
            third_initial: String::new(),
            surname: surname.into(),
            sex,
            birth_date: birth_date.into(),
            national_number: national_number.into(),
            birth_place: birth_place.into(),
            municipality: city.into(),
            street: street.into(),
            postcode: postcode.into(),
            city: city.into(),
            ..Person::default()
        }
    }

    /// Reads a person file.
    ///
    /// # Errors
    /// [`PersonError`]: the first thing wrong.
    pub fn from_json(text: &str) -> Result<Self, PersonError> {
        let person: Person = serde_json::from_str(text).map_err(|_| PersonError::Json)?;
        person.check()?;
        Ok(person)
    }

    /// The file's text.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Whether a card can be made for this person.
    ///
    /// # Errors
    /// [`PersonError`]: the first thing wrong.
    pub fn check(&self) -> Result<(), PersonError> {
        let digits =
            |t: &str, from: usize, to: usize| (from..=to).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit());
        self.born().ok_or(PersonError::BirthDate)?;
        if !digits(&self.national_number(), 11, 11) {
            return Err(PersonError::NationalNumber);
        }
        let card = self.card_number();
        let foreign = card.get(1..).is_some_and(|rest| digits(rest, 9, 9));
        if !digits(&card, 12, 12) && !foreign {
            return Err(PersonError::CardNumber);
        }
        if !digits(&self.pin, 4, 12) {
            return Err(PersonError::Pin);
        }
        let fits = |text: &str, bytes: usize| text.len() <= bytes && !text.chars().any(char::is_control);
        let texts = [
            (&self.given_names, 75),
            (&self.third_initial, 3),
            (&self.surname, 90),
            (&self.birth_place, 60),
            (&self.nationality, 65),
            (&self.municipality, 47),
            (&self.street, 60),
            (&self.postcode, 6),
            (&self.city, 47),
        ];
        if texts.iter().all(|(text, bytes)| fits(text, *bytes)) { Ok(()) } else { Err(PersonError::Text) }
    }

    /// Birth date: year, and month with day where they are known.
    pub fn born(&self) -> Option<(i32, Option<(u8, u8)>)> {
        if self.birth_date.len() == 4 {
            return Some((self.birth_date.parse().ok()?, None));
        }
        civil::parse(&self.birth_date).map(|(year, month, day)| (year, Some((month, day))))
    }

    /// The given national number, or one with serial number 997 (998 for women).
    pub fn national_number(&self) -> String {
        if !self.national_number.is_empty() {
            return self.national_number.clone();
        }
        let (year, known) = self.born().unwrap_or((1900, None));
        let (month, day) = known.unwrap_or((0, 0));
        let serial = if self.sex == Sex::Male { 997 } else { 998 };
        let head = format!("{:02}{month:02}{day:02}{serial}", year.rem_euclid(100));
        let century = if year >= 2000 { 2_000_000_000_u64 } else { 0 };
        format!("{head}{:02}", 97 - (century + head.parse::<u64>().unwrap_or(0)) % 97)
    }

    /// The given card number, or one made from the national number.
    pub fn card_number(&self) -> String {
        if !self.card_number.is_empty() {
            return self.card_number.clone();
        }
        let seed = self.national_number().parse::<u64>().unwrap_or(0) % 9_999_991;
        if (11..=36).contains(&self.document_type) {
            return format!("B{:09}", 100_000_000 + seed);
        }
        let ten = 5_920_000_000 + seed;
        let check = if ten % 97 == 0 { 97 } else { ten % 97 };
        format!("{ten:010}{check:02}")
    }

    /// First and last day of the card, as made at `now`.
    ///
    /// # Errors
    /// [`PersonError::Validity`].
    pub fn validity(&self, now: i64) -> Result<(Ymd, Ymd), PersonError> {
        let parse = |text: &str, otherwise: Ymd| {
            if text.is_empty() { Ok(otherwise) } else { civil::parse(text).ok_or(PersonError::Validity) }
        };
        let from = parse(&self.valid_from, civil::years_later(civil::date(now), -1))?;
        let to = parse(&self.valid_to, civil::years_later(from, 10))?;
        if from <= to { Ok((from, to)) } else { Err(PersonError::Validity) }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn an_empty_file_is_a_whole_person() {
        let person = Person::from_json("{}").unwrap();
        assert_eq!(person.national_number(), "85073099833");
        assert_eq!(person.card_number().len(), 12);
        assert_eq!(Person::from_json(&person.to_json()).unwrap(), person);
    }

    #[test]
    fn a_wrong_file_says_what_is_wrong() {
        let wrong = [
            ("7", PersonError::Json),
            (r#"{"surnam":"X"}"#, PersonError::Json),
            (r#"{"birth_date":"30-07-1985"}"#, PersonError::BirthDate),
            (r#"{"national_number":"85.07.30-033.28"}"#, PersonError::NationalNumber),
            (r#"{"card_number":"12"}"#, PersonError::CardNumber),
            (r#"{"pin":"12a4"}"#, PersonError::Pin),
            (r#"{"third_initial":"LONG"}"#, PersonError::Text),
        ];
        for (text, error) in wrong {
            assert_eq!(Person::from_json(text).unwrap_err(), error, "{text}");
        }
        let turned = Person { valid_from: "2026-01-02".into(), valid_to: "2026-01-01".into(), ..Person::default() };
        assert_eq!(turned.validity(0).unwrap_err(), PersonError::Validity);
    }
}
