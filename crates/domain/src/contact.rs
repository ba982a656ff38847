//! What somebody writes to the helpdesk. Nobody proves anything here, so nothing follows from it but a case.

use serde::{Deserialize, Serialize};

use crate::account::email_holds;
use crate::number::MobileNumber;

/// What it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    Blocked,
    NewNumber,
    NewPhone,
    Suspicious,
    Other,
}

impl Topic {
    pub const ALL: [Topic; 5] = [Topic::Blocked, Topic::NewNumber, Topic::NewPhone, Topic::Suspicious, Topic::Other];

    pub fn word(self) -> &'static str {
        match self {
            Topic::Blocked => "blocked",
            Topic::NewNumber => "new_number",
            Topic::NewPhone => "new_phone",
            Topic::Suspicious => "suspicious",
            Topic::Other => "other",
        }
    }

    pub fn read(word: &str) -> Option<Topic> {
        Topic::ALL.into_iter().find(|topic| topic.word() == word)
    }
}

/// When somebody likes to be called back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallBack {
    No,
    Morning,
    Afternoon,
    Evening,
}

impl CallBack {
    pub const ALL: [CallBack; 4] = [CallBack::No, CallBack::Morning, CallBack::Afternoon, CallBack::Evening];

    pub fn word(self) -> &'static str {
        match self {
            CallBack::No => "no",
            CallBack::Morning => "morning",
            CallBack::Afternoon => "afternoon",
            CallBack::Evening => "evening",
        }
    }

    pub fn read(word: &str) -> Option<CallBack> {
        CallBack::ALL.into_iter().find(|when| when.word() == word)
    }
}

/// Longest text, in characters.
pub const TEXT_CHARS: usize = 2000;

/// The form as typed.
#[derive(Clone, Default)]
pub struct Typed {
    pub topic: String,
    pub name: String,
    /// Number or mail address.
    pub reach: String,
    pub text: String,
    pub call_back: String,
    pub old_number: String,
    pub new_number: String,
    pub lang: String,
}

/// A message that can be answered; what its sealed row holds.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    pub topic: Topic,
    pub name: String,
    pub reach: String,
    pub text: String,
    pub call_back: CallBack,
    pub lang: String,
    /// Only for a new number.
    pub old_number: Option<MobileNumber>,
    pub new_number: Option<MobileNumber>,
}

/// The first field that is not in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    Topic,
    Name,
    Reach,
    /// Called back at a mail address.
    ReachNoNumber,
    OldNumber,
    NewNumber,
    SameNumber,
    Text,
}

impl Contact {
    /// Reads the form. Numbers without a country code are Belgian.
    ///
    /// # Errors
    /// [`Missing`].
    pub fn read(typed: &Typed) -> Result<Contact, Missing> {
        let line = |text: &str, most: usize| -> Option<String> {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            (!text.is_empty() && text.chars().count() <= most && !text.contains(char::is_control)).then_some(text)
        };
        let topic = Topic::read(&typed.topic).ok_or(Missing::Topic)?;
        let name = line(&typed.name, 100).ok_or(Missing::Name)?;
        let call_back = CallBack::read(&typed.call_back).unwrap_or(CallBack::No);
        let reach = line(&typed.reach, 254).ok_or(Missing::Reach)?;
        let reach = match (telephone(&reach), email_holds(&reach)) {
            (Some(number), _) => number,
            (None, true) if call_back == CallBack::No => reach,
            (None, true) => return Err(Missing::ReachNoNumber),
            (None, false) => return Err(Missing::Reach),
        };
        let (old_number, new_number) = if topic == Topic::NewNumber { numbers(typed)? } else { (None, None) };
        let text = typed.text.replace("\r\n", "\n").trim().to_owned();
        let plain = |c: char| !c.is_control() || c == '\n' || c == '\t';
        let enough = !text.is_empty() || topic == Topic::NewNumber;
        if !enough || text.chars().count() > TEXT_CHARS || !text.chars().all(plain) {
            return Err(Missing::Text);
        }
        let lang = if ["nl", "fr", "de", "en"].contains(&typed.lang.as_str()) { &typed.lang } else { "nl" };
        Ok(Contact { topic, name, reach, text, call_back, lang: lang.to_owned(), old_number, new_number })
    }
}

fn numbers(typed: &Typed) -> Result<(Option<MobileNumber>, Option<MobileNumber>), Missing> {
    let mobile = |text: &str| MobileNumber::read("BE", text, &[]);
    let old = mobile(&typed.old_number).map_err(|_| Missing::OldNumber)?;
    let new = mobile(&typed.new_number).map_err(|_| Missing::NewNumber)?;
    if old == new {
        return Err(Missing::SameNumber);
    }
    Ok((Some(old), Some(new)))
}

/// Any telephone that can be called, as typed: eight to fifteen digits.
fn telephone(text: &str) -> Option<String> {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let plain = text.chars().all(|c| c.is_ascii_digit() || " ./-+()".contains(c));
    (plain && (8..=15).contains(&digits)).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed() -> Typed {
        Typed {
            topic: "blocked".into(),
            name: "An  Peeters".into(),
            reach: "02 279 22 11".into(),
            text: "Mijn account is geblokkeerd.\r\nWat nu?".into(),
            call_back: "morning".into(),
            lang: "nl".into(),
            ..Typed::default()
        }
    }

    fn why(change: impl Fn(&mut Typed)) -> Option<Missing> {
        let mut typed = typed();
        change(&mut typed);
        Contact::read(&typed).err()
    }

    #[test]
    fn a_message_is_kept_as_it_was_meant() {
        let contact = Contact::read(&typed());
        assert!(contact.as_ref().is_ok_and(|c| c.name == "An Peeters" && c.text.contains(".\nWat")));
        assert_eq!(why(|t| t.lang = "xx".into()), None);
        assert_eq!(why(|t| (t.reach, t.call_back) = ("an@voorbeeld.be".into(), "no".into())), None);
        assert_eq!(why(|t| (t.topic, t.text) = ("new_number".into(), String::new())), Some(Missing::OldNumber));
    }

    #[test]
    fn what_cannot_be_answered_is_sent_back() {
        use Missing::*;
        type Spoil = (Missing, fn(&mut Typed));
        let cases: [Spoil; 9] = [
            (Topic, |t| t.topic = "money".into()),
            (Name, |t| t.name = "   ".into()),
            (Name, |t| t.name = "a".repeat(101)),
            (Name, |t| t.name = "An\u{0}".into()),
            (Reach, |t| t.reach = "12".into()),
            (Reach, |t| t.reach = "call me".into()),
            (ReachNoNumber, |t| t.reach = "an@voorbeeld.be".into()),
            (Text, |t| t.text = "a".repeat(TEXT_CHARS + 1)),
            (Text, |t| t.text = " \n ".into()),
        ];
        for (missing, change) in cases {
            assert_eq!(why(change), Some(missing));
        }
        let number = |old: &'static str, new: &'static str| {
            why(move |t| (t.topic, t.old_number, t.new_number) = ("new_number".into(), old.into(), new.into()))
        };
        assert_eq!(number("0468 75 89 60", "0470 11 02 48"), None);
        assert_eq!(number("0468 75 89 60", "02 279 22 11"), Some(NewNumber));
        assert_eq!(number("0468 75 89 60", "+32468758960"), Some(SameNumber));
    }
}
