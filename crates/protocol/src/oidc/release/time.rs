//! Days and times as text.

/// Year, month and day of `YYYY-MM-DD`.
pub(super) fn day(text: &str) -> Option<(i32, u8, u8)> {
    let shaped = text.len() == 10
        && text.bytes().enumerate().all(|(i, b)| match i {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        });
    let part = |from: usize, to: usize| text.get(from..to).filter(|_| shaped);
    Some((part(0, 4)?.parse().ok()?, part(5, 7)?.parse().ok()?, part(8, 10)?.parse().ok()?))
}

/// Whether somebody is `years` old today. Of whom only the year is known: `None` in the year it happens.
/// Born on 29 February, one ages on 1 March.
pub(super) fn has_reached(years: i32, birthdate: &str, today: &str) -> Option<bool> {
    let today = day(today)?;
    if let Some((year, month, born)) = day(birthdate) {
        return Some(today >= (year.checked_add(years)?, month, born));
    }
    let year: i32 = (birthdate.len() == 4).then(|| birthdate.parse().ok()).flatten()?;
    let turns = year.checked_add(years)?;
    (today.0 != turns).then_some(today.0 > turns)
}

/// `2026-11-22T14:05:00Z` of unix seconds.
pub fn utc(seconds: i64) -> String {
    format!("{}Z", clock(seconds))
}

/// `2026-11-22T14:05:00.000Z`.
pub(super) fn utc_millis(seconds: i64) -> String {
    format!("{}.000Z", clock(seconds))
}

/// The first moment of a day.
pub(super) fn midnight(date: &str) -> Option<String> {
    day(date).map(|_| format!("{date}T00:00:00.000Z"))
}

/// Unix seconds of `2026-11-22T14:05:00Z`, or of the first moment of a day.
pub(crate) fn seconds(text: &str) -> Option<i64> {
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00:00Z"));
    let (year, month, day) = day(date)?;
    let mut parts = time.strip_suffix('Z')?.splitn(3, ':');
    let mut part = |below: i64| parts.next()?.parse().ok().filter(|n| (0..below).contains(n));
    let (hour, minute, second): (i64, i64, i64) = (part(24)?, part(60)?, part(61)?);
    // Days since 0000-03-01 (Howard Hinnant's days_from_civil).
    let (year, month, day) = (i64::from(year), i64::from(month), i64::from(day));
    let year = if month <= 2 { year - 1 } else { year };
    let shifted = (month + 9) % 12;
    let days =
        year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (153 * shifted + 2) / 5 + day
            - 1
            - 719_468;
    Some(days * 86_400 + hour * 3600 + minute * 60 + second)
}

fn clock(seconds: i64) -> String {
    // Days since 0000-03-01, in 400-year cycles (Howard Hinnant's civil_from_days).
    let days = seconds.div_euclid(86_400) + 719_468;
    let (cycle, rest) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_cycle = (rest - rest / 1_460 + rest / 36_524 - rest / 146_096) / 365;
    let day_of_year = rest - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_cycle + cycle * 400 + i64::from(month <= 2);
    let second = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_as_it_is_written() {
        for at in [0, 951_782_399, 951_782_400, 1_795_352_700, 4_102_444_799] {
            assert_eq!(seconds(&utc(at)), Some(at));
        }
        assert_eq!(seconds("1970-01-02"), Some(86_400));
        for nonsense in
            ["", "soon", "1970-01-02T", "1970-01-02T00:00:00", "1970-01-02T24:00:00Z", "1970-01-02T00:-1:00Z"]
        {
            assert_eq!(seconds(nonsense), None, "{nonsense}");
        }
    }
}
