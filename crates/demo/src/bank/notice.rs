//! The bank's own word to its customer, at the number that the bank knows: somebody used your card to activate zelf.

use serde_json::json;
use words::{Lang, fill};

use super::Bank;
use super::par::Details;
use super::rows::Granted;
use crate::customers::Customer;

/// Where the bank's SMS leave.
#[derive(Clone, Debug)]
pub struct Gateway {
    /// `http://localhost:8405`, without a slash at the end.
    pub url: String,
    pub token: String,
}

/// Sends the notice of one signature, in the language the customer signed in. The gateway keeps one message per id, so asking twice
/// tells once; a gateway that is away costs the notice and nothing else.
pub(super) fn send(bank: &Bank, id: &str, granted: &Granted, customer: &Customer) {
    let Some(gateway) = bank.config.gateway.clone() else { return };
    let name = bank.bank(id).map(|b| b.name.clone()).unwrap_or_default();
    let text = text(&granted.asked.ui_locales, &name, &granted.asked.details);
    let to: String = customer.known_number().chars().filter(|c| *c != ' ').collect();
    let message = json!({ "id": format!("bank-{}", granted.txn), "to": to, "text": text });
    let http = bank.clients.http();
    tokio::spawn(async move {
        let sent = http
            .post(format!("{}/sms", gateway.url))
            .bearer_auth(&gateway.token)
            .header("content-type", "application/json")
            .body(message.to_string())
            .send()
            .await;
        if !sent.is_ok_and(|answer| answer.status().is_success()) {
            tracing::warn!("the demo bank could not send its notice");
        }
    });
}

/// The zelf number stands in it as the signature showed it: masked.
fn text(locales: &str, bank: &str, details: &str) -> String {
    let lang = locales.split([' ', '-']).find_map(Lang::parse).unwrap_or(Lang::Nl);
    let number = Details::parse(details).map(|details| details.phone_masked).unwrap_or_default();
    fill(lang, "bank.notice", &[("bank", bank), ("number", &number)])
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn the_notice_names_the_bank_and_the_masked_number_and_no_code() {
        let details = r#"[{"type":"urn:zelf:enrolment:1","phone_masked":"+32 ••• •• 89 60","device":"Chrome","device_thumbprint":"AAAAAAAAAAAAAAAAAAAAAA","terms":"2026-11","session":"s"}]"#;
        for locales in ["nl", "fr-BE", "de en", "xx en", ""] {
            let text = text(locales, "KBC", details);
            assert!(text.starts_with("KBC") && text.contains("+32 ••• •• 89 60"), "{text}");
            assert!(
                !text.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() == 5),
                "nothing in it looks like a code"
            );
            assert!(!text.contains("://") && text.chars().count() <= 320);
        }
    }
}
