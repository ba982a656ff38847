//! The citizen's visit to the bank (docs/bank-connector.md): opens the hand-over, signs with card and reader, comes back.

use reqwest::{Client, Url};
use serde_json::{Value, json};

use super::PhoneError;
use super::web::{Browser, Page};

/// Who goes to the bank.
#[derive(Clone, Debug)]
pub struct Customer {
    /// Id at the demo bank: `an`, `guest-12`.
    pub id: String,
    /// Another PIN than the one the bank lists for this customer.
    pub pin: Option<String>,
    /// Says no on the bank's page.
    pub refuses: bool,
}

impl Customer {
    pub fn new(id: &str) -> Self {
        Customer { id: id.to_owned(), pin: None, refuses: false }
    }
}

/// The card as the customer holds it.
struct Card {
    number: String,
    pin: String,
}

/// Signs at the bank; answers the proof that stands in the link back to `app`, or `None` when the way back holds none
/// (the bank or the server said no: the activation's view tells why).
pub async fn visit(
    http: &Client,
    handover: &str,
    app: &str,
    customer: &Customer,
) -> Result<Option<String>, PhoneError> {
    let handover: Url = handover.parse().map_err(|_| PhoneError::Bank("the hand-over is no address".into()))?;
    let desk = |path: &str| handover.join(path).map_err(|e| PhoneError::Internal(e.to_string()));
    let mut browser = Browser::new(http.clone());

    let sign = browser.follow(&handover, |_| false).await?;
    let sign = fine(sign)?;
    let at = |step: &str| {
        let path = format!("{}/{step}", sign.url.path());
        sign.url.join(&path).map_err(|e| PhoneError::Internal(e.to_string()))
    };
    if customer.refuses {
        let left = browser.post_form(&at("refuse")?, &[("refuse", "yes")]).await?;
        return come_back(&mut browser, left, app).await;
    }
    let card = card_of(&mut browser, &desk("/demo/customers")?, customer).await?;
    let shown = fine(browser.post_form_for_json(&at("card")?, &[("card", &card.number)]).await?)?.json()?;
    let challenge = shown.get("challenge").and_then(Value::as_str).ok_or_else(|| no("no challenge"))?;
    let keys = json!({ "card": card.number, "challenge": challenge, "pin": card.pin });
    let read = fine(browser.post_json(&desk("/demo/reader")?, &keys).await?)?.json()?;
    let response = read.get("response").and_then(Value::as_str).ok_or_else(|| no("the reader shows nothing"))?;
    let left = browser.post_form_for_json(&at("response")?, &[("response", response)]).await?;
    come_back(&mut browser, left, app).await
}

/// The card in this customer's purse: from the desk's list.
async fn card_of(browser: &mut Browser, desk: &Url, customer: &Customer) -> Result<Card, PhoneError> {
    let mut desk = desk.clone();
    desk.query_pairs_mut().append_pair("id", &customer.id);
    let list = fine(browser.get_json(&desk).await?)?.json()?;
    let rows = list.as_array().map(Vec::as_slice).unwrap_or_default();
    let row = rows.iter().find(|c| c.get("id").and_then(Value::as_str) == Some(&customer.id));
    let row = row.ok_or_else(|| no("the bank has no such customer"))?;
    let text = |key: &str| row.get(key).and_then(Value::as_str).map(str::to_owned);
    let number = text("card").ok_or_else(|| no("the customer has no card"))?;
    let pin = customer.pin.clone().or_else(|| text("pin")).ok_or_else(|| no("the card's PIN is not known"))?;
    Ok(Card { number, pin })
}

/// Follows the bank's redirect to `{app}/bank/return` and reads the proof in the link to the app.
async fn come_back(browser: &mut Browser, left: Page, app: &str) -> Result<Option<String>, PhoneError> {
    let Some(home) = left.location.clone() else { return Err(refused(&left)) };
    if !home.as_str().starts_with(&format!("{app}/")) {
        return Err(no("the bank sends us somewhere else than home"));
    }
    let page = browser.follow(&home, |next| next.fragment().is_some()).await?;
    let link = page.location.as_ref().map(Url::to_string).or_else(|| page.attribute("to-app", "href"));
    Ok(link.as_deref().and_then(|l| l.split_once("#return=")).map(|(_, proof)| proof.to_owned()))
}

fn fine(page: Page) -> Result<Page, PhoneError> {
    if page.status == 200 { Ok(page) } else { Err(refused(&page)) }
}

/// The bank's own words for no: `{"error": …}`, else the status.
fn refused(page: &Page) -> PhoneError {
    let error = page.json().ok().and_then(|body| body.get("error").and_then(Value::as_str).map(str::to_owned));
    PhoneError::Bank(error.unwrap_or_else(|| format!("HTTP {} at {}", page.status, page.url.path())))
}

fn no(what: &str) -> PhoneError {
    PhoneError::Bank(what.to_owned())
}
