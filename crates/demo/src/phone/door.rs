//! The way to the server: signed commands, one fresh nonce after another, the same body again when the line drops.

use std::sync::Mutex;
use std::time::Duration;

use aws_lc_rs::rand;
use protocol::jose::{SigningKey, b64u};
use protocol::phone::{AnswerBody, AnswerOk, Payload};
use reqwest::{Client, RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::PhoneError;

/// Pauses before each new try on a broken line.
const PAUSES: [Duration; 4] =
    [Duration::ZERO, Duration::from_millis(200), Duration::from_millis(800), Duration::from_secs(2)];

/// HTTP towards one operator's app address.
pub struct Door {
    http: Client,
    app: String,
    nonce: Mutex<Option<String>>,
}

/// A client that follows no redirect and waits no longer than the longest poll.
pub fn http() -> Result<Client, PhoneError> {
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(40))
        .user_agent(concat!("zelf-phone/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|e| PhoneError::Internal(e.to_string()))
}

impl Door {
    pub fn new(http: Client, app: &str) -> Self {
        Door { http, app: app.trim_end_matches('/').to_owned(), nonce: Mutex::new(None) }
    }

    /// The app's address, without a slash at the end.
    pub fn app(&self) -> &str {
        &self.app
    }

    pub fn http(&self) -> &Client {
        &self.http
    }

    /// `POST {app}/api/v1/<command>` (docs/protocol.md §3). One `jti` for all tries, so that it counts once.
    pub async fn command<B: Serialize, A: DeserializeOwned>(
        &self,
        key: &SigningKey,
        command: &str,
        body: &B,
    ) -> Result<A, PhoneError> {
        let url = format!("{}/api/v1/{command}", self.app);
        let jti = jti()?;
        let body = serde_json::to_value(body).map_err(|e| PhoneError::Internal(e.to_string()))?;
        let mut fresh = false;
        loop {
            let nonce = self.take_nonce().await?;
            let payload =
                Payload { v: 1, htm: "POST".into(), htu: url.clone(), nonce, jti: jti.clone(), body: body.clone() };
            let signed = payload.sign(key)?;
            let post = || self.http.post(&url).header("content-type", "application/jose").body(signed.clone());
            match self.answer(post).await {
                Err(e) if e.is("use_nonce") && !fresh => fresh = true,
                other => return other,
            }
        }
    }

    /// `POST {app}/api/v1/answer`: M2 authenticates itself.
    pub async fn deliver(&self, body: &AnswerBody) -> Result<AnswerOk, PhoneError> {
        let url = format!("{}/api/v1/answer", self.app);
        self.answer(|| self.http.post(&url).json(body)).await
    }

    /// The kept nonce, or one from the server. Each is used once: commands run side by side.
    async fn take_nonce(&self) -> Result<String, PhoneError> {
        let kept = self.nonce.lock().map_err(|_| PhoneError::Internal("lock".into()))?.take();
        if let Some(nonce) = kept {
            return Ok(nonce);
        }
        let url = format!("{}/api/v1/nonce", self.app);
        let answer: Value = self.answer(|| self.http.get(&url)).await?;
        let nonce = answer.get("nonce").and_then(Value::as_str);
        let nonce = nonce.ok_or_else(|| PhoneError::Network("no nonce in the answer".into()))?;
        if let Ok(mut kept) = self.nonce.lock() {
            kept.take_if(|header| header == nonce);
        }
        Ok(nonce.to_owned())
    }

    async fn answer<A: DeserializeOwned>(&self, request: impl Fn() -> RequestBuilder) -> Result<A, PhoneError> {
        let response = send(&request).await?;
        if let Some(nonce) = response.headers().get("zelf-nonce").and_then(|v| v.to_str().ok())
            && let Ok(mut kept) = self.nonce.lock()
        {
            *kept = Some(nonce.to_owned());
        }
        read(response).await
    }
}

/// Sends; a broken line is tried again with the same bytes, and so is `503`.
pub async fn send(request: &impl Fn() -> RequestBuilder) -> Result<Response, PhoneError> {
    let mut last = PhoneError::Network("not tried".into());
    for pause in PAUSES {
        tokio::time::sleep(pause).await;
        match request().send().await {
            Ok(response) if response.status().as_u16() == 503 => last = refusal(response).await,
            Ok(response) => return Ok(response),
            Err(e) => last = network(&e),
        }
    }
    Err(last)
}

/// A JSON answer, or the refusal it carries.
pub async fn read<A: DeserializeOwned>(response: Response) -> Result<A, PhoneError> {
    if !response.status().is_success() {
        return Err(refusal(response).await);
    }
    response.json().await.map_err(|e| PhoneError::Network(format!("unreadable answer: {}", innermost(&e))))
}

async fn refusal(response: Response) -> PhoneError {
    let status = response.status().as_u16();
    let mut data: Map<String, Value> = response.json().await.unwrap_or_default();
    match data.remove("error") {
        Some(Value::String(code)) => PhoneError::Refused { status, code, data },
        _ => PhoneError::Network(format!("HTTP {status} without an error code")),
    }
}

/// A broken line.
pub fn network(e: &dyn std::error::Error) -> PhoneError {
    PhoneError::Network(innermost(e))
}

/// The cause at the bottom: reqwest's own text only names the address.
fn innermost(e: &dyn std::error::Error) -> String {
    let mut cause = e;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

fn jti() -> Result<String, PhoneError> {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes).map_err(|_| PhoneError::Internal("no entropy".into()))?;
    Ok(b64u(bytes))
}
