//! The national number: check digits, and what can be read out of it when nothing else is there.

use eid_card::{BirthDate, Day, Sex};

/// A national number whose check digits hold. 11 digits `YYMMDD SSS CC`, CC = 97 − (N mod 97); for births from 2000 on N is the
/// first nine digits with a 2 in front, so the check digits tell the century.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct NationalNumber {
    year: u16,
    month: u8,
    day: u8,
    serial: u16,
}

impl NationalNumber {
    /// `None` when it has not eleven digits, or the check digits fit no century.
    pub fn parse(text: &str) -> Option<NationalNumber> {
        if text.len() != 11 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let part = |from: usize, to: usize| text.get(from..to)?.parse::<u64>().ok();
        let (head, check) = (part(0, 9)?, part(9, 11)?);
        let century = [(0, 1900), (2_000_000_000, 2000)];
        let (_, century) = century.into_iter().find(|(front, _)| 97 - (front + head) % 97 == check)?;
        let small = |value: u64| u8::try_from(value).ok();
        Some(NationalNumber {
            year: century + u16::try_from(part(0, 2)?).ok()?,
            month: small(part(2, 4)?)?,
            day: small(part(4, 6)?)?,
            serial: u16::try_from(part(6, 9)?).ok()?,
        })
    }

    /// The birth date as far as the number tells: bis numbers carry 20 or 40 in the month; month 00 tells the year at most.
    pub fn birth_date(self) -> Option<BirthDate> {
        let month = self.month % 20;
        if self.month >= 60 || month > 12 {
            return None;
        }
        if month == 0 {
            return Some(BirthDate { year: self.year, month: None, day: None });
        }
        let day = (self.day != 0).then_some(self.day);
        Day::new(self.year, month, self.day.max(1))?;
        Some(BirthDate { year: self.year, month: Some(month), day })
    }

    /// Odd serial numbers are men's; bis numbers with 20 in the month do not tell.
    pub fn sex(self) -> Option<Sex> {
        match self.month {
            20..40 => None,
            _ if self.serial % 2 == 1 => Some(Sex::Man),
            _ => Some(Sex::Woman),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn told(number: &str) -> (String, Option<Sex>) {
        let number = NationalNumber::parse(number).unwrap();
        (number.birth_date().map_or_else(|| "-".into(), |date| date.to_string()), number.sex())
    }

    #[test]
    fn examples_of_the_registers_own_papers() {
        assert_eq!(told("85073003328"), ("1985-07-30".into(), Some(Sex::Man)));
        assert_eq!(told("17073003384"), ("2017-07-30".into(), Some(Sex::Man)));
        assert_eq!(told("01050399864"), ("2001-05-03".into(), Some(Sex::Woman)));
    }

    fn with_check(head: &str, century: u64) -> String {
        format!("{head}{:02}", 97 - (century * 1_000_000_000 + head.parse::<u64>().unwrap()) % 97)
    }

    #[test]
    fn numbers_that_do_not_tell_a_day() {
        assert_eq!(told(&with_check("850000033", 0)), ("1985".into(), Some(Sex::Man)));
        assert_eq!(told(&with_check("850700033", 0)), ("1985-07".into(), Some(Sex::Man)));
        assert_eq!(told(&with_check("852730034", 0)), ("1985-07-30".into(), None));
        assert_eq!(told(&with_check("854730034", 0)), ("1985-07-30".into(), Some(Sex::Woman)));
        assert_eq!(told(&with_check("857100034", 0)).0, "-");
        assert_eq!(told(&with_check("850231034", 0)).0, "-");
    }

    #[test]
    fn every_wrong_digit_is_seen() {
        let right = "85073003328";
        for at in 0..11 {
            for digit in '0'..='9' {
                let mut wrong: Vec<char> = right.chars().collect();
                if wrong.get(at) == Some(&digit) {
                    continue;
                }
                *wrong.get_mut(at).unwrap() = digit;
                let wrong: String = wrong.into_iter().collect();
                // 2 000 000 000 mod 97 is not 0, so another century may fit; the same year may not.
                let read = NationalNumber::parse(&wrong);
                assert!(read.is_none_or(|n| n.year >= 2000), "{wrong}");
            }
        }
        for wrong in ["", "8507300332", "850730033288", "85.07.30-033.28", "8507300332é"] {
            assert!(NationalNumber::parse(wrong).is_none());
        }
    }
}
