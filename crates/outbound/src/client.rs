//! One HTTP client for every call outward: time-outs, a size cap, no redirects, no surprise.

use std::time::Duration;

use reqwest::{RequestBuilder, StatusCode, header};

/// A whole call takes at most this long.
pub const TIMEOUT: Duration = Duration::from_secs(10);
/// Largest answer read, in bytes.
pub const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Why no usable answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallError {
    /// No connection, no answer in time, or the other side is failing (5xx).
    Unreachable,
    /// The answer was longer than [`MAX_ANSWER_BYTES`].
    TooLarge,
    /// Not an address this client calls: `https`, or `http` on this machine.
    Forbidden,
}

/// What came back, whatever its status below 500.
pub struct Answer {
    pub status: StatusCode,
    /// Media type without parameters, lower case.
    pub content_type: String,
    pub body: Vec<u8>,
}

/// The client itself; cheap to clone.
#[derive(Clone)]
pub struct Http(reqwest::Client);

impl Http {
    /// # Errors
    /// When the system's trust roots or TLS cannot be set up.
    pub fn new() -> Result<Self, reqwest::Error> {
        Http::trusting(&[])
    }

    /// Believes these authorities (PEM) besides the system's.
    ///
    /// # Errors
    /// As [`Http::new`], and for a text that is no certificate.
    pub fn trusting(roots: &[String]) -> Result<Self, reqwest::Error> {
        let roots =
            roots.iter().map(|pem| reqwest::Certificate::from_pem(pem.as_bytes())).collect::<Result<Vec<_>, _>>()?;
        let client = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .connect_timeout(TIMEOUT / 2)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent("zelf/0.1")
            .tls_certs_merge(roots)
            .build()?;
        Ok(Http(client))
    }

    /// # Errors
    /// `Forbidden` for an address this client does not call.
    pub fn get(&self, url: &str) -> Result<RequestBuilder, CallError> {
        callable(url).then(|| self.0.get(url)).ok_or(CallError::Forbidden)
    }

    /// # Errors
    /// `Forbidden` for an address this client does not call.
    pub fn post(&self, url: &str) -> Result<RequestBuilder, CallError> {
        callable(url).then(|| self.0.post(url)).ok_or(CallError::Forbidden)
    }
}

/// Sends, and reads the answer up to the cap.
///
/// # Errors
/// `Unreachable`, `TooLarge`.
pub async fn send(request: RequestBuilder) -> Result<Answer, CallError> {
    let mut response = request.send().await.map_err(|_| CallError::Unreachable)?;
    let status = response.status();
    if status.is_server_error() {
        return Err(CallError::Unreachable);
    }
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let content_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| CallError::Unreachable)? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ANSWER_BYTES {
            return Err(CallError::TooLarge);
        }
    }
    Ok(Answer { status, content_type, body })
}

/// `https` anywhere; plain `http` only to this machine (demo, tests, a gateway beside us).
pub fn callable(url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else { return false };
    let Some(host) = url.host_str() else { return false };
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    let loopback = host == "localhost" || address.is_ok_and(|ip| ip.is_loopback());
    let anonymous = url.username().is_empty() && url.password().is_none();
    anonymous && (url.scheme() == "https" || (url.scheme() == "http" && loopback))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_stays_on_this_machine() {
        for good in ["https://bank.example/x", "http://localhost:8404/belfius", "http://127.0.0.1:1/", "http://[::1]/"]
        {
            assert!(callable(good), "{good}");
        }
        for bad in [
            "http://bank.example/",
            "http://localhost.bank.example/",
            "http://user@localhost/",
            "file:///etc/passwd",
            "ftp://localhost/",
            "//localhost",
            "",
        ] {
            assert!(!callable(bad), "{bad}");
        }
    }
}
