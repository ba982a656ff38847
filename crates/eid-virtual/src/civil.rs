//! Civil dates and unix seconds, as far as a card needs them (proleptic Gregorian, UTC).

/// Year, month, day.
pub type Ymd = (i32, u8, u8);

const DAY: i64 = 86_400;

/// Midnight UTC of a civil date. Source: the usual days-from-civil reckoning with years that begin in March.
pub fn unix((year, month, day): Ymd) -> i64 {
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let month = (i64::from(month) + 9) % 12;
    let of_year = (153 * month + 2) / 5 + i64::from(day) - 1;
    (era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468) * DAY
}

/// The civil date (UTC) of a moment.
pub fn date(unix: i64) -> Ymd {
    let days = unix.div_euclid(DAY) + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (i32::try_from(year).unwrap_or(9999), u8::try_from(month).unwrap_or(1), u8::try_from(day).unwrap_or(1))
}

/// `date` some years later; 29 February becomes 28.
pub fn years_later((year, month, day): Ymd, years: i32) -> Ymd {
    (year + years, month, if month == 2 && day == 29 { 28 } else { day })
}

/// `YYYY-MM-DD`, of a day that exists.
pub fn parse(text: &str) -> Option<Ymd> {
    let (year, rest) = text.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    let digits = |t: &str, n: usize| t.len() == n && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
        return None;
    }
    let found = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    (date(unix(found)) == found && (1..=12).contains(&found.1)).then_some(found)
}

/// `YYYY-MM-DD`.
pub fn iso((year, month, day): Ymd) -> String {
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_both_ways() {
        assert_eq!(unix((1970, 1, 1)), 0);
        assert_eq!(unix((2026, 11, 22)), 1_795_305_600);
        for day in (-40_000..40_000).step_by(17) {
            assert_eq!(unix(date(day * DAY)), day * DAY);
        }
        assert_eq!(parse("2024-02-29"), Some((2024, 2, 29)));
        for wrong in ["2023-02-29", "2024-13-01", "24-01-01", "2024-1-1", "", "2024-00-10"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
        assert_eq!(iso(years_later((2024, 2, 29), 1)), "2025-02-28");
    }
}
