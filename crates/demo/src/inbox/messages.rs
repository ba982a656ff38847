//! Messages kept, newest first when asked for; each id once.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

/// So many are kept.
const MOST: usize = 500;

/// SMS or mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Sms,
    Mail,
}

/// A message as a sender hands it over.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Incoming {
    id: String,
    to: String,
    #[serde(default)]
    subject: Option<String>,
    text: String,
}

impl Incoming {
    /// Of a size and form that a gateway would take.
    pub(super) fn is_sound(&self, kind: Kind) -> bool {
        let within = |text: &str, most| !text.is_empty() && text.len() <= most;
        let address = match kind {
            Kind::Sms => self.to.starts_with('+') && digits(&self.to).len() >= 7 && self.subject.is_none(),
            Kind::Mail => self.to.contains('@') && self.subject.as_deref().is_some_and(|s| within(s, 300)),
        };
        address && within(&self.id, 200) && within(&self.to, 320) && within(&self.text, 8000)
    }

    pub(super) fn arrived(self, kind: Kind, at: i64) -> Message {
        Message { id: self.id, kind, to: self.to, subject: self.subject, text: self.text, at }
    }
}

/// A message as it lies in the inbox.
#[derive(Clone, Serialize)]
pub(super) struct Message {
    pub id: String,
    pub kind: Kind,
    pub to: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    pub text: String,
    /// Seconds since 1970 UTC.
    pub at: i64,
}

impl Message {
    /// Numbers are compared by their digits, so `+32 468 75 89 60` finds `+32468758960`; addresses without case.
    pub(super) fn is_to(&self, to: &str) -> bool {
        match self.kind {
            Kind::Sms => digits(&self.to) == digits(to),
            Kind::Mail => self.to.eq_ignore_ascii_case(to.trim()),
        }
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The inbox's memory.
pub(super) struct Messages {
    kept: Mutex<VecDeque<Message>>,
    arriving: broadcast::Sender<Message>,
}

impl Default for Messages {
    fn default() -> Self {
        Messages { kept: Mutex::default(), arriving: broadcast::channel(64).0 }
    }
}

impl Messages {
    /// Keeps and tells, unless a message with this id of this kind is there.
    pub(super) fn add(&self, message: Message) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.iter().any(|old| old.id == message.id && old.kind == message.kind) {
            return;
        }
        kept.truncate(MOST - 1);
        kept.push_front(message.clone());
        // Nobody may be listening.
        let _ = self.arriving.send(message);
    }

    /// Newest first; all, or those to one number or address.
    pub(super) fn to(&self, to: Option<&str>) -> Vec<Message> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().filter(|message| to.is_none_or(|to| message.is_to(to))).cloned().collect()
    }

    pub(super) fn follow(&self) -> broadcast::Receiver<Message> {
        self.arriving.subscribe()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn sms(id: &str, to: &str) -> Message {
        Message { id: id.into(), kind: Kind::Sms, to: to.into(), subject: None, text: "30899".into(), at: 1 }
    }

    fn ids(messages: &Messages, to: Option<&str>) -> Vec<String> {
        messages.to(to).into_iter().map(|m| m.id).collect()
    }

    #[test]
    fn the_newest_comes_first_and_each_once() {
        let messages = Messages::default();
        for id in ["a", "b", "a", "c"] {
            messages.add(sms(id, "+32468758960"));
        }
        assert_eq!(ids(&messages, None), ["c", "b", "a"]);
        for n in 0..600 {
            messages.add(sms(&n.to_string(), "+32468758960"));
        }
        assert_eq!(ids(&messages, None).len(), MOST);
    }

    #[test]
    fn a_number_is_found_as_people_write_it() {
        let messages = Messages::default();
        messages.add(sms("an", "+32468758960"));
        messages.add(sms("jan", "+32470110248"));
        assert_eq!(ids(&messages, Some("+32 468 75 89 60")), ["an"]);
        assert_eq!(ids(&messages, Some("+32 468 75 89 6")), [""; 0]);
    }

    #[test]
    fn a_message_without_form_is_refused() {
        let sound = |kind, json: &str| serde_json::from_str::<Incoming>(json).is_ok_and(|m| m.is_sound(kind));
        assert!(sound(Kind::Sms, r#"{"id":"1","to":"+32468758960","text":"x"}"#));
        assert!(sound(Kind::Mail, r#"{"id":"1","to":"a@b.be","subject":"s","text":"x"}"#));
        for bad in [
            r#"{"id":"1","to":"0468758960","text":"x"}"#,
            r#"{"id":"","to":"+32468758960","text":"x"}"#,
            r#"{"id":"1","to":"+32468758960","text":""}"#,
            r#"{"id":"1","to":"+32468758960","text":"x","more":1}"#,
            r#"{"id":"1","to":"+32468758960","subject":"s","text":"x"}"#,
            r#"{"id":1,"to":"+32468758960","text":"x"}"#,
            "[]",
            "{",
        ] {
            assert!(!sound(Kind::Sms, bad), "{bad}");
        }
        assert!(!sound(Kind::Mail, r#"{"id":"1","to":"a@b.be","text":"x"}"#));
    }

    #[test]
    fn who_listens_hears_what_arrives() {
        let messages = Messages::default();
        let mut ear = messages.follow();
        messages.add(sms("a", "+32468758960"));
        messages.add(sms("a", "+32468758960"));
        assert_eq!(ear.try_recv().unwrap().id, "a");
        assert!(ear.try_recv().is_err());
    }
}
