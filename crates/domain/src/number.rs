//! Phone numbers, by libphonenumber's rules. Only numbers that can receive an SMS identify a person here.

use rlibphonenumber::enums::Region;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType};
use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;

/// Why a valid number cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotMobile {
    Landline,
    Premium,
    Other,
}

impl NotMobile {
    pub fn code(self) -> &'static str {
        match self {
            NotMobile::Landline => "landline",
            NotMobile::Premium => "premium",
            NotMobile::Other => "other",
        }
    }
}

/// A mobile number in E.164 (`+32468758960`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MobileNumber(String);

impl MobileNumber {
    /// Reads what a person typed after choosing a country (ISO 3166-1 alpha-2); a number that begins with `+` speaks for
    /// itself. `served` lists the countries we send SMS to; empty means all.
    ///
    /// # Errors
    /// `NumberInvalid`, `NumberNotMobile`, `CountryNotServed`.
    pub fn read(country: &str, typed: &str, served: &[String]) -> Result<MobileNumber, Refusal> {
        if typed.len() > 40 || !typed.chars().all(|c| c.is_ascii_digit() || " +-./()\u{a0}".contains(c)) {
            return Err(Refusal::NumberInvalid);
        }
        let region = Region::try_from(country).map_err(|_| Refusal::NumberInvalid)?;
        let number = PHONE_NUMBER_UTIL.parse(typed.trim(), Some(region)).map_err(|_| Refusal::NumberInvalid)?;
        if !number.is_valid() {
            return Err(Refusal::NumberInvalid);
        }
        match number.get_type() {
            PhoneNumberType::Mobile | PhoneNumberType::FixedLineOrMobile => {}
            PhoneNumberType::FixedLine => return Err(Refusal::NumberNotMobile(NotMobile::Landline)),
            PhoneNumberType::PremiumRate | PhoneNumberType::SharedCost => {
                return Err(Refusal::NumberNotMobile(NotMobile::Premium));
            }
            _ => return Err(Refusal::NumberNotMobile(NotMobile::Other)),
        }
        let home = number.get_region_code().map(|r| r.to_string()).unwrap_or_default();
        if !served.is_empty() && !served.contains(&home) {
            return Err(Refusal::CountryNotServed);
        }
        Ok(MobileNumber(number.format_as(PhoneNumberFormat::E164).into_owned()))
    }

    /// Takes a stored E.164 text.
    pub fn from_e164(text: &str) -> Option<MobileNumber> {
        let digits = text.strip_prefix('+')?;
        let fits = (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| MobileNumber(text.to_owned()))
    }

    pub fn e164(&self) -> &str {
        &self.0
    }

    /// As people read it: `+32 468 75 89 60`.
    pub fn grouped(&self) -> String {
        let parsed = PHONE_NUMBER_UTIL.parse(&self.0, None::<Region>);
        parsed.map_or_else(|_| self.0.clone(), |n| n.format_as(PhoneNumberFormat::International).into_owned())
    }

    /// Country code and last four digits: `+32 ••• •• 89 60`.
    pub fn masked(&self) -> String {
        let grouped = self.grouped();
        let country_end = grouped.find(' ').unwrap_or(0);
        let digits = grouped.chars().filter(char::is_ascii_digit).count();
        let mut seen = 0;
        let hide = |(at, c): (usize, char)| {
            if !c.is_ascii_digit() {
                return c;
            }
            seen += 1;
            if at < country_end || seen > digits - 4 { c } else { '•' }
        };
        grouped.char_indices().map(hide).collect()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn read(country: &str, typed: &str) -> Result<String, Refusal> {
        MobileNumber::read(country, typed, &[]).map(|n| n.0)
    }

    #[test]
    fn people_write_one_number_in_many_ways() {
        for typed in
            ["0468 75 89 60", "468758960", "+32 468 75 89 60", "0468/75.89.60", "0032468758960", "+32 (0)468 75 89 60"]
        {
            assert_eq!(read("BE", typed).as_deref(), Ok("+32468758960"), "{typed}");
        }
        assert_eq!(read("LU", "621 123 456").as_deref(), Ok("+352621123456"));
        assert_eq!(read("NL", "06 12345678").as_deref(), Ok("+31612345678"));
    }

    #[test]
    fn a_number_that_gets_no_sms_is_refused_with_its_reason() {
        assert_eq!(read("BE", "02 209 28 04"), Err(Refusal::NumberNotMobile(NotMobile::Landline)));
        assert_eq!(read("BE", "0900 12 345"), Err(Refusal::NumberNotMobile(NotMobile::Premium)));
        assert_eq!(read("BE", "0800 12 345"), Err(Refusal::NumberNotMobile(NotMobile::Other)));
        for bad in ["0468", "", "abc", "0468 75 89 60 99 99 99", "+999 123", "0468758960; DROP TABLE"] {
            assert_eq!(read("BE", bad), Err(Refusal::NumberInvalid), "{bad}");
        }
        assert_eq!(read("XX", "0468 75 89 60"), Err(Refusal::NumberInvalid));
    }

    #[test]
    fn countries_we_do_not_serve_are_named_so() {
        let served = ["BE".to_owned(), "NL".to_owned()];
        assert_eq!(MobileNumber::read("FR", "06 12 34 56 78", &served), Err(Refusal::CountryNotServed));
        assert!(MobileNumber::read("BE", "+31612345678", &served).is_ok(), "the number speaks for itself");
    }

    #[test]
    fn a_masked_number_keeps_country_and_last_four() {
        let number = MobileNumber::read("BE", "0468758960", &[]).unwrap();
        assert_eq!(number.grouped(), "+32 468 75 89 60");
        assert_eq!(number.masked(), "+32 ••• •• 89 60");
    }
}
