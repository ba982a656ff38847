//! Codes that everybody chooses, or that an acquaintance would try, are refused here: the server never sees one.
//! The rules of `phone/src/weak-code.ts`, without its list of popular oddities.

use super::PhoneError;

const RUNS: [&str; 7] =
    ["01234567890", "09876543210", "1357913579", "2468024680", "9753197531", "8642086420", "0246802468"];

/// # Errors
/// `CodeWeak` with the reason: `form`, `common`, `birthdate`, `number`.
pub fn check(code: &str, birthdate: Option<&str>, number: &str) -> Result<(), PhoneError> {
    let why = if code.len() != 5 || !code.bytes().all(|b| b.is_ascii_digit()) {
        "form"
    } else if is_common(code.as_bytes()) {
        "common"
    } else if birthdate.is_some_and(|date| is_from_birthdate(code, date)) {
        "birthdate"
    } else if is_from_number(code, number) {
        "number"
    } else {
        return Ok(());
    };
    Err(PhoneError::CodeWeak(why))
}

fn is_common(code: &[u8]) -> bool {
    let &[a, b, c, d, e] = code else { return true };
    let mirrored = (a, b) == (e, d);
    let few_digits = (b'0'..=b'9').filter(|digit| code.contains(digit)).count() <= 2;
    let in_run = |part: [u8; 4]| RUNS.iter().any(|run| run.as_bytes().windows(4).any(|four| four == part));
    let four_in_a_row = in_run([a, b, c, d]) || in_run([b, c, d, e]);
    let pairs = (a == b && c == d) || (b == c && d == e);
    let triple = code.windows(3).any(|three| matches!(three, [x, y, z] if x == y && y == z));
    let repeated = (a, b) == (c, d) || (a, b) == (d, e);
    mirrored || few_digits || four_in_a_row || pairs || triple || repeated
}

/// Five digits in a row of `YYYY-MM-DD`, day, month and year in any order, long or short.
fn is_from_birthdate(code: &str, birthdate: &str) -> bool {
    let parts: Vec<&str> = birthdate.split('-').collect();
    let &[year, month, day] = parts.as_slice() else { return false };
    let short = |part: &'_ str| part.trim_start_matches('0').to_owned();
    let (years, months, days) =
        ([year, year.get(2..).unwrap_or(year)], [month.to_owned(), short(month)], [day.to_owned(), short(day)]);
    let orders = |y: &str, m: &str, d: &str| {
        [[d, m, y], [d, y, m], [m, d, y], [m, y, d], [y, m, d], [y, d, m]].iter().any(|o| o.concat().contains(code))
    };
    years.iter().any(|y| months.iter().any(|m| days.iter().any(|d| orders(y, m, d))))
}

fn is_from_number(code: &str, number: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let national = number.strip_prefix("+32").map(|rest| format!("0{}", digits(rest)));
    digits(number).contains(code) || national.is_some_and(|n| n.contains(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(code: &str) -> Option<&'static str> {
        match check(code, Some("1955-03-12"), "+32 468 75 89 60") {
            Err(PhoneError::CodeWeak(why)) => Some(why),
            _ => None,
        }
    }

    #[test]
    fn a_code_that_everybody_chooses_is_refused() {
        for code in ["00000", "12345", "54321", "67890", "12121", "12321", "11223", "13579", "24680", "11122", "12312"]
        {
            assert_eq!(why(code), Some("common"), "{code}");
        }
        for code in ["30894", "47138", "73915", "61804", "58027", "27935"] {
            assert_eq!(why(code), None, "{code}");
        }
        for code in ["2793", "279355", "2793x", ""] {
            assert_eq!(why(code), Some("form"), "{code}");
        }
    }

    #[test]
    fn a_code_that_an_acquaintance_would_try_is_refused() {
        for code in ["12031", "31955", "19550", "12355", "95503", "55031", "03195", "31219"] {
            assert_eq!(why(code), Some("birthdate"), "{code}");
        }
        for code in ["46875", "87589", "58960", "04687", "75896"] {
            assert_eq!(why(code), Some("number"), "{code}");
        }
    }
}
