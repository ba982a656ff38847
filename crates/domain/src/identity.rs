//! What a bank says of a person, and whether it is enough.

use serde::{Deserialize, Serialize};

use protocol::oidc::attributes::Attributes;
use protocol::oidc::facts::Document;

use crate::date::Date;

/// A proven identity, as the source told it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// `bank`, later `eid`.
    pub method: String,
    /// Bank id and the bank's own pairwise subject.
    pub source: String,
    pub source_subject: String,
    pub attributes: Attributes,
    /// Identity document number and its last day, `YYYY-MM-DD`.
    pub document_number: String,
    pub document_expiry: String,
    /// The document as partners may know it, where the source tells enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Document>,
    /// base64url SHA-256 of the source's signed statement.
    pub evidence_sha256: String,
    pub proven_at: i64,
}

/// Why a proven identity does not open an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    TooYoung,
    /// The bank has not read the person's current identity card (rule R7).
    Outdated,
    /// Names, dates or number do not hold together.
    Implausible,
}

impl Identity {
    /// Judges age, document and number on `today`.
    ///
    /// # Errors
    /// The first thing that is wrong; age last, so that a child with old data is told about the data by nobody.
    pub fn judge(&self, today: Date, minimum_age: i32) -> Result<(), Unfit> {
        let a = &self.attributes;
        let text = |v: &Option<String>| v.as_ref().is_some_and(|t| !t.trim().is_empty());
        // Of whom only the year is known, the latest day counts: in doubt younger.
        let year_only = a.birthdate.as_deref().is_some_and(|b| b.len() == 4);
        let born = a.birthdate.as_deref().and_then(Date::latest).ok_or(Unfit::Implausible)?;
        let national = a.national_number.as_deref().ok_or(Unfit::Implausible)?;
        let holds = national_number_holds(national, born) || (year_only && check_digits_hold(national, born.year));
        // A card may tell no given name: some people have one name only.
        let named = text(&a.given_name) || self.method == "eid";
        if !named || !text(&a.family_name) || !holds || (born > today && !year_only) {
            return Err(Unfit::Implausible);
        }
        if born.age_on(today) < minimum_age {
            return Err(Unfit::TooYoung);
        }
        let expires = Date::parse(&self.document_expiry).ok_or(Unfit::Outdated)?;
        if expires < today { Err(Unfit::Outdated) } else { Ok(()) }
    }

    /// What a person is called: a card tells all given names.
    pub fn first_name(&self) -> &str {
        crate::account::first_of(&self.attributes, &self.method)
    }
}

/// Belgian national register number: eleven digits, birth date first (day or month may be unknown, month may carry the
/// 20 or 40 of a bis number), check digits 97 − (the first nine mod 97), with a 2 in front for those born from 2000 on.
pub fn national_number_holds(number: &str, born: Date) -> bool {
    let part = |from: usize, to: usize| number.get(from..to).and_then(|t| t.parse::<i64>().ok()).unwrap_or(-1);
    let (year, month, day) = (part(0, 2), part(2, 4) % 20, part(4, 6));
    let dated = year == i64::from(born.year) % 100
        && (month == i64::from(born.month) || month == 0)
        && (day == i64::from(born.day) || day == 0 || month == 0);
    dated && check_digits_hold(number, born.year)
}

/// Year of birth and check digits alone, for people whose birth date is known by its year.
fn check_digits_hold(number: &str, born: i32) -> bool {
    if number.len() != 11 || !number.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let part = |from: usize, to: usize| number.get(from..to).and_then(|t| t.parse::<i64>().ok()).unwrap_or(-1);
    let head = part(0, 9) + if born >= 2000 { 2_000_000_000 } else { 0 };
    part(0, 2) == i64::from(born) % 100 && 97 - head % 97 == part(9, 11)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn person(born: &str, number: &str, expiry: &str) -> Identity {
        Identity {
            method: "bank".into(),
            source: "kbc".into(),
            source_subject: "s".into(),
            attributes: Attributes {
                given_name: Some("An".into()),
                family_name: Some("Peeters".into()),
                birthdate: Some(born.into()),
                national_number: Some(number.into()),
                ..Attributes::default()
            },
            document_number: "592-1234567-12".into(),
            document_expiry: expiry.into(),
            document: None,
            evidence_sha256: String::new(),
            proven_at: 0,
        }
    }

    const TODAY: Date = Date { year: 2026, month: 11, day: 22 };

    #[test]
    fn check_digits_are_counted_with_a_two_before_millennials() {
        // 85.07.30-033 28: the example of the National Register's own instructions.
        assert!(national_number_holds("85073003328", Date::parse("1985-07-30").unwrap()));
        assert!(!national_number_holds("85073003329", Date::parse("1985-07-30").unwrap()));
        assert!(!national_number_holds("85073003328", Date::parse("1985-07-31").unwrap()));
        let head = 100_512_001_i64 + 2_000_000_000;
        let number = format!("100512001{:02}", 97 - head % 97);
        assert!(national_number_holds(&number, Date::parse("2010-05-12").unwrap()));
        assert!(!national_number_holds("8507300332", Date::parse("1985-07-30").unwrap()));
    }

    #[test]
    fn an_expired_card_means_the_bank_has_not_read_the_new_one() {
        assert_eq!(person("1985-07-30", "85073003328", "2026-11-21").judge(TODAY, 18), Err(Unfit::Outdated));
        assert_eq!(person("1985-07-30", "85073003328", "2026-11-22").judge(TODAY, 18), Ok(()));
        assert_eq!(person("1985-07-30", "85073003328", "soon").judge(TODAY, 18), Err(Unfit::Outdated));
    }

    #[test]
    fn sixteen_is_too_young_unless_the_operator_says_otherwise() {
        let head = 100_512_001_i64 + 2_000_000_000;
        let number = format!("100512001{:02}", 97 - head % 97);
        assert_eq!(person("2010-05-12", &number, "2031-01-01").judge(TODAY, 18), Err(Unfit::TooYoung));
        assert_eq!(person("2010-05-12", &number, "2031-01-01").judge(TODAY, 16), Ok(()));
    }

    #[test]
    fn of_whom_only_the_year_is_known_the_latest_day_counts() {
        let number = |head: i64| format!("{head:09}{:02}", 97 - head % 97);
        assert_eq!(person("1985", &number(850_000_033), "2031-01-01").judge(TODAY, 18), Ok(()));
        let young = format!("080000033{:02}", 97 - 2_080_000_033_i64 % 97);
        assert_eq!(person("2008", &young, "2031-01-01").judge(TODAY, 18), Err(Unfit::TooYoung), "18 on 31 December");
        assert_eq!(person("1986", &number(850_000_033), "2031-01-01").judge(TODAY, 18), Err(Unfit::Implausible));
    }

    #[test]
    fn a_number_that_is_not_the_persons_is_implausible() {
        assert_eq!(person("1985-07-31", "85073003328", "2031-01-01").judge(TODAY, 18), Err(Unfit::Implausible));
        assert_eq!(person("2999-07-30", "85073003328", "2031-01-01").judge(TODAY, 18), Err(Unfit::Implausible));
    }
}
