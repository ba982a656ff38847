//! Civil dates, as identity documents write them.

use std::cmp::Ordering;

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    pub year: i32,
    pub month: u8,
    pub day: u8,
}

impl Date {
    /// Reads `YYYY-MM-DD`; `None` for anything else, including 31 February.
    pub fn parse(text: &str) -> Option<Date> {
        let mut parts = text.splitn(3, '-');
        let (y, m, d) = (parts.next()?, parts.next()?, parts.next()?);
        if y.len() != 4 || m.len() != 2 || d.len() != 2 || !text.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
            return None;
        }
        Date::new(y.parse().ok()?, m.parse().ok()?, d.parse().ok()?)
    }

    /// As [`Date::parse`], or a year alone: then its last day.
    pub fn latest(text: &str) -> Option<Date> {
        let year = (text.len() == 4).then(|| text.parse().ok()).flatten();
        year.map_or_else(|| Date::parse(text), |year: u16| Date::new(year.into(), 12, 31))
    }

    pub fn new(year: i32, month: u8, day: u8) -> Option<Date> {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let longest = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        (1..=longest).contains(&day).then_some(Date { year, month, day })
    }

    /// The UTC day of a unix time.
    pub fn of(seconds: i64) -> Date {
        // Days since 0000-03-01, in 400-year cycles (Howard Hinnant's civil_from_days).
        let days = seconds.div_euclid(86_400) + 719_468;
        let (cycle, rest) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_cycle = (rest - rest / 1_460 + rest / 36_524 - rest / 146_096) / 365;
        let day_of_year = rest - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_cycle + cycle * 400 + i64::from(month <= 2);
        Date { year: year as i32, month: month as u8, day: day as u8 }
    }

    /// Whole years lived on `today`; born on 29 February, one ages on 1 March.
    pub fn age_on(self, today: Date) -> i32 {
        let had_birthday = (today.month, today.day).cmp(&(self.month, self.day)) != Ordering::Less;
        today.year - self.year - i32::from(!had_birthday)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for bad in
            ["2001-02-29", "2001-13-01", "2001-00-01", "2001-1-1", "01-01-2001", "", "2001-01-01T", "２001-01-01"]
        {
            assert_eq!(Date::parse(bad), None, "{bad}");
        }
        assert!(Date::parse("2000-02-29").is_some());
    }

    #[test]
    fn eighteen_begins_on_the_birthday() {
        let born = Date::parse("2008-11-22").unwrap();
        assert_eq!(born.age_on(Date::parse("2026-11-21").unwrap()), 17);
        assert_eq!(born.age_on(Date::parse("2026-11-22").unwrap()), 18);
        let leap = Date::parse("2008-02-29").unwrap();
        assert_eq!(leap.age_on(Date::parse("2026-02-28").unwrap()), 17);
        assert_eq!(leap.age_on(Date::parse("2026-03-01").unwrap()), 18);
    }

    #[test]
    fn unix_times_fall_on_their_day() {
        assert_eq!(Date::of(0), Date::parse("1970-01-01").unwrap());
        assert_eq!(Date::of(951_782_400), Date::parse("2000-02-29").unwrap());
        assert_eq!(Date::of(1_795_305_599), Date::parse("2026-11-21").unwrap());
        assert_eq!(Date::of(-1), Date::parse("1969-12-31").unwrap());
    }
}
