//! What people of the helpdesk may do, and what it takes (docs/helpdesk.md): never in a citizen's place, never without a reason,
//! and what opens something only two by two.

use serde::{Deserialize, Serialize};

/// What somebody is. One person has one role, so that nobody is two people by wearing two hats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Handles cases, looks, proposes.
    Agent,
    /// Besides: is the second person, and holds accounts.
    Lead,
    /// Reads the log of what everybody did.
    Auditor,
    /// Lets people in and out; sees no citizen.
    Admin,
}

/// What a door of the console asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Right {
    /// Being let in at all.
    Inside,
    Cases,
    Look,
    Block,
    Propose,
    Hold,
    /// Being the second person.
    Decide,
    ReadLog,
    Staff,
}

impl Role {
    pub const ALL: [Role; 4] = [Role::Agent, Role::Lead, Role::Auditor, Role::Admin];

    pub fn word(self) -> &'static str {
        match self {
            Role::Agent => "agent",
            Role::Lead => "lead",
            Role::Auditor => "auditor",
            Role::Admin => "admin",
        }
    }

    pub fn read(word: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.word() == word)
    }

    pub fn may(self, right: Right) -> bool {
        use Right::*;
        match right {
            Inside => true,
            // Blocking only protects: whoever takes the call does it at once.
            Cases | Look | Block | Propose => matches!(self, Role::Agent | Role::Lead),
            Hold | Decide => self == Role::Lead,
            ReadLog => self == Role::Auditor,
            Staff => self == Role::Admin,
        }
    }
}

/// A login name: 2 to 32 of `a`–`z`, `0`–`9`, `.`, `-`, beginning with a letter.
pub fn name_holds(name: &str) -> bool {
    (2..=32).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-')
}

/// Shortest password, in characters. The key does the rest.
pub const PASSWORD_CHARS: usize = 12;

/// Long enough, not endless, and not the name.
pub fn password_holds(password: &str, name: &str) -> bool {
    let chars = password.chars().count();
    (PASSWORD_CHARS..=200).contains(&chars) && !password.to_lowercase().contains(name)
}

/// Why somebody looks or acts: read by auditors, and by the citizen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(String);

/// What is wrong with a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadReason {
    /// Ten characters and two words at least.
    TooShort,
    TooLong,
    /// Numbers and addresses of people have no place in the log.
    Personal,
}

impl Reason {
    /// Reads what was typed: 10 to 200 characters, two words, no control character; nothing that looks like a telephone
    /// or national number (nine digits, however divided) or a mail address.
    ///
    /// # Errors
    /// [`BadReason`].
    pub fn read(typed: &str) -> Result<Reason, BadReason> {
        let text = typed.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.chars().count() < 10 || !text.contains(' ') || text.contains(char::is_control) {
            return Err(BadReason::TooShort);
        }
        if text.chars().count() > 200 {
            return Err(BadReason::TooLong);
        }
        if text.contains('@') || longest_number(&text) >= 9 {
            return Err(BadReason::Personal);
        }
        Ok(Reason(text))
    }

    /// A case is a reason.
    pub fn of_case(reference: &str) -> Reason {
        Reason(reference.to_owned())
    }

    pub fn text(&self) -> &str {
        &self.0
    }
}

/// Most digits in a row, seeing through what people divide numbers with.
fn longest_number(text: &str) -> usize {
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        if c.is_numeric() {
            run += 1;
            longest = longest.max(run);
        } else if !" ./-+()".contains(c) {
            run = 0;
        }
    }
    longest
}

/// Why a second person does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotYou {
    /// Whoever proposed cannot decide, whatever their role.
    Same,
    NotALead,
}

/// May `second` decide what `first` proposed?
///
/// # Errors
/// [`NotYou`].
pub fn may_decide(first: &str, second: &str, role: Role) -> Result<(), NotYou> {
    if first == second {
        return Err(NotYou::Same);
    }
    if !role.may(Right::Decide) {
        return Err(NotYou::NotALead);
    }
    Ok(())
}

/// A case is answered within this.
pub const CASE_SECONDS: i64 = 24 * 3600;
/// Cases and what people wrote are kept so long after they began.
pub const CASE_KEPT_SECONDS: i64 = 90 * 86_400;

/// The clock that citizen and helpdesk see alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// When it should be settled, unix seconds.
    pub target: i64,
    pub settled: Option<i64>,
}

impl Clock {
    /// Minutes left, begun ones counted; negative when late; 0 when settled.
    pub fn minutes_left(self, now: i64) -> i64 {
        if self.settled.is_some() { 0 } else { (self.target - now + 59).div_euclid(60) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_holds_everything() {
        use Right::*;
        let rights = [Cases, Look, Block, Propose, Hold, Decide, ReadLog, Staff];
        for role in Role::ALL {
            assert!(rights.iter().any(|right| !role.may(*right)), "{role:?} may do everything");
            assert_eq!(Role::read(role.word()), Some(role));
        }
        assert!(!Role::Admin.may(Look) && !Role::Auditor.may(Look) && !Role::Agent.may(Decide));
    }

    #[test]
    fn two_are_two_different_people() {
        assert_eq!(may_decide("an", "bo", Role::Lead), Ok(()));
        assert_eq!(may_decide("an", "an", Role::Lead), Err(NotYou::Same));
        assert_eq!(may_decide("an", "bo", Role::Agent), Err(NotYou::NotALead));
    }

    #[test]
    fn a_reason_says_something_and_nothing_personal() {
        let reads = |text: &str| Reason::read(text).map(|r| r.0);
        assert_eq!(reads("  called back\nabout a stolen phone "), Ok("called back about a stolen phone".into()));
        assert!(reads("since 22-11-2026 no SMS arrives").is_ok());
        for short in ["", "x", "aaaaaaaaaaaaaaa", "a b", " \u{0} \u{0} called back"] {
            assert_eq!(reads(short), Err(BadReason::TooShort), "{short}");
        }
        for personal in [
            "caller 0468 75 89 60 asks",
            "born 85.07.30-033.28 asks",
            "mail of an@voorbeeld.be bounced",
            "٠١٢٣٤٥٦٧٨٩ asks this",
        ] {
            assert_eq!(reads(personal), Err(BadReason::Personal), "{personal}");
        }
        assert_eq!(reads(&"long ".repeat(50)), Err(BadReason::TooLong));
    }

    #[test]
    fn the_clock_runs_to_its_target_and_stops_when_settled() {
        let clock = Clock { target: 1_000_000, settled: None };
        assert_eq!(clock.minutes_left(1_000_000 - CASE_SECONDS), 24 * 60);
        assert_eq!(clock.minutes_left(999_999), 1);
        assert_eq!(clock.minutes_left(1_000_060), -1);
        assert_eq!(Clock { settled: Some(5), ..clock }.minutes_left(6), 0);
    }

    #[test]
    fn names_and_passwords_have_a_form() {
        for good in ["an", "an.peeters", "j-2"] {
            assert!(name_holds(good), "{good}");
        }
        for bad in ["", "a", "An", "2an", "an peeters", "an/../x", "é.n"] {
            assert!(!name_holds(bad), "{bad}");
        }
        assert!(password_holds("vier losse woorden", "an.peeters"));
        assert!(!password_holds("kort", "an.peeters") && !password_holds("An.Peeters-1234", "an.peeters"));
    }
}
