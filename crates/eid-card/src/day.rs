//! Dates as a card writes them.

use std::fmt;

/// A day of the civil calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    pub year: u16,
    pub month: u8,
    pub day: u8,
}

impl Day {
    /// A day that exists, between the years 1 and 9999.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Day> {
        let sound = (1..=9999).contains(&year) && day >= 1 && day <= days_in(year, month);
        sound.then_some(Day { year, month, day })
    }

    /// `DD.MM.YYYY`, as in the validity of a card.
    pub fn parse(text: &str) -> Option<Day> {
        let mut parts = text.split('.');
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || (day.len(), month.len(), year.len()) != (2, 2, 4) {
            return None;
        }
        let year = digits(year)?;
        Day::new(year, u8::try_from(digits(month)?).ok()?, u8::try_from(digits(day)?).ok()?)
    }
}

/// `2026-11-22`.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// A birth date of which day or month may be unknown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BirthDate {
    pub year: u16,
    pub month: Option<u8>,
    pub day: Option<u8>,
}

/// Months of the three languages; a card of one language may carry a month of another.
const MONTHS: [&[&str]; 12] = [
    &["JAN"],
    &["FEV", "FÉV", "FEB"],
    &["MARS", "MAAR", "MÄR", "MAR", "MRT"],
    &["AVR", "APR"],
    &["MAI", "MEI"],
    &["JUIN", "JUN"],
    &["JUIL", "JUL"],
    &["AOUT", "AOÛT", "AUG"],
    &["SEPT", "SEP"],
    &["OCT", "OKT"],
    &["NOV"],
    &["DEC", "DÉC", "DEZ"],
];

impl BirthDate {
    /// `DD MMMM YYYY`, `DD.MMM.YYYY` or a mixture, any of day and month left out or `00`; at most 24 bytes.
    pub fn parse(text: &str) -> Option<BirthDate> {
        let text = text.trim_matches(separator);
        if text.len() > 24 {
            return None;
        }
        let (before, year) = text.split_at_checked(text.len().checked_sub(4)?)?;
        let year = digits(year).filter(|year| *year >= 1)?;
        let before = before.trim_matches(separator);
        let after = before.trim_start_matches(|c: char| c.is_ascii_digit());
        let day = before.strip_suffix(after)?;
        let month = after.trim_matches(separator);
        let date = BirthDate { year, month: part(month, month_of)?, day: part(day, day_of)? };
        let longest = date.month.map_or(31, |month| days_in(year, month));
        (date.day.unwrap_or(1) <= longest).then_some(date)
    }

    /// The latest day it can be: for age, in doubt younger.
    pub fn latest(self) -> Day {
        let month = self.month.unwrap_or(12);
        let day = self.day.unwrap_or_else(|| days_in(self.year, month));
        Day { year: self.year, month, day }
    }

    /// Completed years on `today`; who is born on 29 February has a birthday on 1 March. Zero before birth.
    pub fn age_on(self, today: Day) -> u16 {
        let born = self.latest();
        let had = (today.month, today.day) >= (born.month, born.day);
        today.year.saturating_sub(born.year).saturating_sub(u16::from(!had))
    }
}

/// `1981-12-21`, `1981-12`, `1981`.
impl fmt::Display for BirthDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        match (self.month, self.day) {
            (Some(month), Some(day)) => write!(f, "-{month:02}-{day:02}"),
            (Some(month), None) => write!(f, "-{month:02}"),
            (None, _) => Ok(()),
        }
    }
}

impl fmt::Debug for BirthDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BirthDate")
    }
}

fn separator(c: char) -> bool {
    c == '.' || c == ' '
}

/// `None` when the part is there and wrong; `Some(None)` when it is not there.
fn part(text: &str, read: impl Fn(&str) -> Option<u8>) -> Option<Option<u8>> {
    if text.bytes().all(|byte| byte == b'0') { Some(None) } else { read(text).map(Some) }
}

fn day_of(text: &str) -> Option<u8> {
    u8::try_from(digits(text)?).ok().filter(|day| (1..=31).contains(day))
}

fn month_of(text: &str) -> Option<u8> {
    let name = text.to_uppercase();
    let at = MONTHS.iter().position(|names| names.contains(&name.as_str()))?;
    u8::try_from(at + 1).ok()
}

fn digits(text: &str) -> Option<u16> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

fn days_in(year: u16, month: u8) -> u8 {
    let leap = (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    match month {
        2 => 28 + u8::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn born(text: &str) -> String {
        BirthDate::parse(text).map_or_else(|| "-".to_owned(), |date| date.to_string())
    }

    #[test]
    fn validity_dates() {
        assert_eq!(Day::parse("29.02.2024").unwrap().to_string(), "2024-02-29");
        for wrong in
            ["29.02.2023", "1.2.2023", "00.01.2023", "01.13.2023", "01.01.2023.", "+1.01.2023", "01.01.0000", ""]
        {
            assert_eq!(Day::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn birth_dates_in_three_languages() {
        for (text, day) in [
            ("21 DEC  1981", "1981-12-21"),
            ("01 MARS 1999", "1999-03-01"),
            ("01 MAAR 1999", "1999-03-01"),
            ("01.MÄR.1999", "1999-03-01"),
            ("01.mär 1999 ", "1999-03-01"),
            ("17 AOUT 2001", "2001-08-17"),
            ("17 SEPT 2001", "2001-09-17"),
            ("17.DEZ.2001", "2001-12-17"),
            (" 7 MEI  2001", "2001-05-07"),
            ("1981", "1981"),
            ("        1981", "1981"),
            ("   JUN  1981", "1981-06"),
            ("00 JUN  1981", "1981-06"),
            ("00.00.1981", "1981"),
        ] {
            assert_eq!(born(text), day, "{text}");
        }
    }

    #[test]
    fn dates_that_do_not_exist() {
        for wrong in [
            "",
            "81",
            "31 JUN 1981",
            "30 FEB 1980",
            "29 FEB 1981",
            "32 JAN 1981",
            "12 XYZ 1981",
            "01 JAN 0000",
            "1 1 1981",
            "é981",
        ] {
            assert_eq!(born(wrong), "-", "{wrong}");
        }
        assert_eq!(born("29 FEB 1980"), "1980-02-29");
    }

    #[test]
    fn in_doubt_younger() {
        let today = Day::new(2026, 11, 22).unwrap();
        let age = |text: &str, on: Day| BirthDate::parse(text).unwrap().age_on(on);
        assert_eq!(age("22 NOV 2008", today), 18);
        assert_eq!(age("23 NOV 2008", today), 17);
        assert_eq!(age("2008", today), 17);
        assert_eq!(age("NOV 2008", today), 17);
        assert_eq!(age("2007", today), 18);
        assert_eq!(age("29 FEB 2008", Day::new(2026, 2, 28).unwrap()), 17);
        assert_eq!(age("29 FEB 2008", Day::new(2026, 3, 1).unwrap()), 18);
        assert_eq!(age("2030", today), 0);
    }
}
