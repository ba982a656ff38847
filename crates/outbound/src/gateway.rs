//! SMS and mail leave through an HTTP gateway (docs/protocol.md §7): the demo's inbox, or an aggregator's adapter.

use serde_json::json;

use crate::client::{Http, send};

/// One gateway for both kinds.
pub struct Gateway {
    http: Http,
    url: String,
    token: String,
}

impl Gateway {
    /// `url` without a slash at the end; `token` goes into `Authorization: Bearer`.
    pub fn new(http: Http, url: String, token: String) -> Gateway {
        Gateway { http, url, token }
    }

    /// Hands one message over; `kind` is `sms` or `mail`. `id` lets the gateway drop repeats.
    ///
    /// # Errors
    /// A word for the log; never the message.
    pub async fn send(&self, kind: &str, id: &str, to: &str, subject: Option<&str>, text: &str) -> Result<(), String> {
        if self.url.is_empty() {
            return Err("no gateway is configured".into());
        }
        let body = match subject {
            Some(subject) => json!({ "id": id, "to": to, "subject": subject, "text": text }),
            None => json!({ "id": id, "to": to, "text": text }),
        };
        let request = self.http.post(&format!("{}/{kind}", self.url)).map_err(|e| format!("{e:?}"))?;
        let answer = send(request.bearer_auth(&self.token).json(&body)).await.map_err(|e| format!("{e:?}"))?;
        if answer.status.is_success() { Ok(()) } else { Err(format!("the gateway answered {}", answer.status)) }
    }
}
