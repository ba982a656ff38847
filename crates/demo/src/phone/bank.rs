use reqwest::Client;

use super::PhoneError;

/// Who goes to the bank.
#[derive(Clone, Debug)]
pub struct Customer {
    /// Id at the demo bank: `an`, `guest-12`.
    pub id: String,
    /// The card's PIN, when it is not the one the bank lists for this customer.
    pub pin: Option<String>,
}

pub async fn visit(_http: &Client, _handover: &str, _app: &str, _customer: &Customer) -> Result<String, PhoneError> {
    Err(PhoneError::Bank("not yet".into()))
}
