//! Reads the SMS from a test world's inbox, as a person reads it from the screen.

use std::time::Duration;

use reqwest::{Client, Url};
use serde::Deserialize;
use serde_json::Value;

use super::{PhoneError, door};

#[derive(Deserialize)]
struct Message {
    id: Value,
    kind: String,
    text: String,
}

/// A test world's inbox, for one number.
pub struct Inbox {
    http: Client,
    url: Url,
}

impl Inbox {
    /// `{inbox}/messages?to=+32…`
    pub fn new(http: Client, inbox: &str, number: &str) -> Result<Self, PhoneError> {
        let base = format!("{}/messages", inbox.trim_end_matches('/'));
        let url = Url::parse_with_params(&base, [("to", number)]).map_err(|_| PhoneError::InputNeeded("inbox"))?;
        Ok(Inbox { http, url })
    }

    /// Ids of what lies there now.
    pub async fn seen(&self) -> Result<Vec<String>, PhoneError> {
        Ok(self.messages().await?.iter().map(|m| m.id.to_string()).collect())
    }

    /// The code in the newest SMS that was not `seen`; waits up to 20 s for it.
    pub async fn code(&self, seen: &[String]) -> Result<String, PhoneError> {
        for _ in 0..80 {
            let new = self.messages().await?.into_iter().filter(|m| !seen.contains(&m.id.to_string()));
            if let Some(code) = new.filter(|m| m.kind == "sms").find_map(|m| five_digits(&m.text)) {
                return Ok(code);
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        Err(PhoneError::InputNeeded("sms"))
    }

    /// Newest first.
    async fn messages(&self) -> Result<Vec<Message>, PhoneError> {
        door::read(door::send(&|| self.http.get(self.url.clone())).await?).await
    }
}

/// The first five digits that stand alone.
fn five_digits(text: &str) -> Option<String> {
    text.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 5).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::five_digits;

    #[test]
    fn the_code_is_the_five_digits_that_stand_alone() {
        assert_eq!(five_digits("zelf-code 30899. Typ hem enkel in de app.").as_deref(), Some("30899"));
        assert_eq!(five_digits("Bel 070123456 of typ 12 en 00420").as_deref(), Some("00420"));
        assert_eq!(five_digits("geen code: 123456"), None);
    }
}
