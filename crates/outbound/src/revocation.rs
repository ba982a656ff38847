//! Asking issuers of certificates: OCSP by POST (RFC 6960 appendix A), revocation lists and certificates of CAs by GET.
//! Plain HTTP, as the issuers offer it: what comes back is signed, and judged by `eid-proof`. Which addresses may be asked is decided
//! there too.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE};

use crate::client::{CallError, send};

/// One attempt takes at most this long; there are two.
const PATIENCE: Duration = Duration::from_secs(5);
/// A list is kept until its nextUpdate, but no longer than this many seconds.
const KEPT: i64 = 600;
/// More lists than Belgium has are not kept.
const LISTS: usize = 32;

/// The client; one for the whole server, as it keeps lists.
pub struct Revocation {
    client: reqwest::Client,
    lists: Mutex<HashMap<String, Kept>>,
}

struct Kept {
    until: i64,
    list: Vec<u8>,
}

impl Revocation {
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub fn new() -> Result<Revocation, reqwest::Error> {
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent("zelf/0.1")
            .build()?;
        Ok(Revocation { client, lists: Mutex::default() })
    }

    /// The answer to `body` (an OCSP request), or what lies at `url` when there is none. `now` in unix seconds.
    ///
    /// # Errors
    /// No usable answer after two attempts; the text is for the log.
    pub async fn fetch(&self, url: &str, body: Option<Vec<u8>>, now: i64) -> Result<Vec<u8>, String> {
        if body.is_none()
            && let Some(list) = self.kept(url, now)
        {
            return Ok(list);
        }
        let answer = match self.attempt(url, body.clone()).await {
            Err(Failure::Passing(_)) => self.attempt(url, body.clone()).await,
            settled => settled,
        };
        let answer = answer.map_err(|(Failure::Passing(why) | Failure::Lasting(why))| format!("{url}: {why}"))?;
        if body.is_none() {
            self.keep(url, &answer, now);
        }
        Ok(answer)
    }

    async fn attempt(&self, url: &str, body: Option<Vec<u8>>) -> Result<Vec<u8>, Failure> {
        let request = match body {
            Some(body) => self
                .client
                .post(url)
                .header(CONTENT_TYPE, "application/ocsp-request")
                .header(ACCEPT, "application/ocsp-response")
                .body(body),
            None => self.client.get(url),
        };
        match send(request).await {
            Ok(answer) if answer.status.is_success() => Ok(answer.body),
            Ok(answer) => Err(Failure::Lasting(format!("status {}", answer.status.as_u16()))),
            Err(CallError::Unreachable) => Err(Failure::Passing("no answer".into())),
            Err(other) => Err(Failure::Lasting(format!("{other:?}"))),
        }
    }

    fn kept(&self, url: &str, now: i64) -> Option<Vec<u8>> {
        let lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        lists.get(url).filter(|kept| now < kept.until).map(|kept| kept.list.clone())
    }

    fn keep(&self, url: &str, answer: &[u8], now: i64) {
        let Some(until) = eid_proof::crl::next_update(answer) else { return };
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        lists.retain(|_, kept| now < kept.until);
        if lists.len() < LISTS {
            lists.insert(url.to_owned(), Kept { until: until.min(now + KEPT), list: answer.to_vec() });
        }
    }
}

enum Failure {
    /// Worth another attempt.
    Passing(String),
    Lasting(String),
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use std::sync::Arc;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    const LIST: &[u8] = include_bytes!("../../eid-proof/tests/proof/vectors/list.crl");
    const NOW: i64 = 1_795_305_600;

    /// Answers each connection with the next of `answers`; the last one again and again. Gives the address and what was asked.
    async fn server(answers: Vec<Vec<u8>>) -> (String, Arc<Mutex<Vec<String>>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/list", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heard = asked.clone();
        tokio::spawn(async move {
            for at in 0.. {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = vec![0; 2000];
                let read = stream.read(&mut request).await.unwrap();
                heard.lock().unwrap().push(String::from_utf8_lossy(&request[..read]).into_owned());
                let answer: &Vec<u8> = &answers[at.min(answers.len() - 1)];
                let _ = stream.write_all(answer).await;
            }
        });
        (url, asked)
    }

    fn http(status: &str, body: &[u8]) -> Vec<u8> {
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
        [head.as_bytes(), body].concat()
    }

    #[tokio::test]
    async fn a_question_is_posted_and_never_kept() {
        let (url, asked) = server(vec![http("200 OK", b"first"), http("200 OK", b"second")]).await;
        let source = Revocation::new().unwrap();
        for expected in [b"first".as_slice(), b"second"] {
            assert_eq!(source.fetch(&url, Some(b"question".to_vec()), NOW).await.unwrap(), expected);
        }
        let asked = asked.lock().unwrap();
        assert!(asked[0].starts_with("POST /list") && asked[0].contains("application/ocsp-request"));
        assert!(asked[0].ends_with("question"));
    }

    #[tokio::test]
    async fn a_list_is_kept_for_its_time() {
        let (url, asked) = server(vec![http("200 OK", LIST)]).await;
        let source = Revocation::new().unwrap();
        for at in [NOW, NOW + 60, NOW + KEPT - 1] {
            assert_eq!(source.fetch(&url, None, at).await.unwrap(), LIST);
        }
        assert_eq!(asked.lock().unwrap().len(), 1);
        source.fetch(&url, None, NOW + KEPT).await.unwrap();
        assert_eq!(asked.lock().unwrap().len(), 2);
        let (url, asked) = server(vec![http("200 OK", b"no list")]).await;
        for _ in 0..2 {
            source.fetch(&url, None, NOW).await.unwrap();
        }
        assert_eq!(asked.lock().unwrap().len(), 2);
    }

    #[tokio::test]
    async fn a_failing_responder_gets_a_second_chance_and_no_third() {
        let source = Revocation::new().unwrap();
        let (url, _) = server(vec![http("503 Busy", b""), http("200 OK", b"well")]).await;
        assert_eq!(source.fetch(&url, None, NOW).await.unwrap(), b"well");
        let (url, asked) = server(vec![http("503 Busy", b"")]).await;
        assert!(source.fetch(&url, None, NOW).await.is_err());
        assert_eq!(asked.lock().unwrap().len(), 2);
    }

    #[tokio::test]
    async fn redirects_refusals_and_floods_are_no_answers() {
        let source = Revocation::new().unwrap();
        let away = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".to_vec();
        for answer in [away, http("404 Not Found", b""), http("200 OK", &vec![7; 70_000]), b"nonsense\r\n\r\n".to_vec()]
        {
            let (url, _) = server(vec![answer]).await;
            assert!(source.fetch(&url, None, NOW).await.is_err());
        }
        assert!(source.fetch("http://127.0.0.1:1/", None, NOW).await.is_err());
    }
}
