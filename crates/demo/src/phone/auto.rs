//! What a phone of the daemon does by itself.

use std::str::FromStr;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auto {
    Approve,
    Refuse,
    /// "I did not start this."
    Fraud,
    /// Never answers, unless it is told what.
    Ignore,
    /// A wrong code first, then the right one.
    WrongCodeOnce,
    /// Approves, but takes its time.
    Slow,
    /// Answers when it is told to, and what.
    Told,
    /// One of the others, by the last two digits of the phone's number: a test person whose behaviour is in the number one types.
    ByNumber,
}

impl Auto {
    /// What a phone with this number does.
    #[must_use]
    pub fn of(self, number: &str) -> Auto {
        if self != Auto::ByNumber {
            return self;
        }
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        match digits.get(digits.len().saturating_sub(2)..).unwrap_or_default() {
            "02" => Auto::Refuse,
            "03" => Auto::Ignore,
            "04" => Auto::WrongCodeOnce,
            "05" => Auto::Slow,
            "06" => Auto::Told,
            _ => Auto::Approve,
        }
    }
}

impl FromStr for Auto {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "approve" => Auto::Approve,
            "refuse" => Auto::Refuse,
            "fraud" => Auto::Fraud,
            "ignore" => Auto::Ignore,
            "wrong-code-once" => Auto::WrongCodeOnce,
            "slow" => Auto::Slow,
            "told" => Auto::Told,
            "by-number" => Auto::ByNumber,
            _ => return Err("approve, refuse, fraud, ignore, wrong-code-once, slow, told or by-number".into()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_says_what_its_phone_does() {
        let of = |number| Auto::ByNumber.of(number);
        assert_eq!(of("+32470000001"), Auto::Approve);
        assert_eq!(of("+32 470 00 00 02"), Auto::Refuse);
        assert_eq!((of("+32470000003"), of("+32470000004")), (Auto::Ignore, Auto::WrongCodeOnce));
        assert_eq!((of("+32470000005"), of("+32470000006")), (Auto::Slow, Auto::Told));
        assert_eq!((of("+32470000047"), of("")), (Auto::Approve, Auto::Approve));
        assert_eq!(Auto::Refuse.of("+32470000001"), Auto::Refuse);
    }
}
