//! The machines of partners: addresses that say what a test wants, and keep what is posted to them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use journeys::ports::{Boxed, PartnerAnswer, PartnerCallError, PartnerHttp};

/// A web in a test's hands; nobody answers at an address that was not set up.
#[derive(Clone, Default)]
pub struct PartnerWeb(Arc<Mutex<Sites>>);

#[derive(Default)]
struct Sites {
    answers: HashMap<String, Result<PartnerAnswer, PartnerCallError>>,
    statuses: HashMap<String, u16>,
    got: Vec<String>,
    posted: Vec<Posted>,
    /// Calls under way now, and the most there ever were.
    open: HashMap<String, (usize, usize)>,
    /// How long each call takes.
    patience: Duration,
}

/// One call that arrived.
#[derive(Clone, Debug)]
pub struct Posted {
    pub url: String,
    pub content_type: String,
    pub bearer: Option<String>,
    pub body: String,
}

impl PartnerWeb {
    /// From now on `url` says this, with status 200.
    pub fn serves(&self, url: &str, body: impl ToString) {
        let body = body.to_string().into_bytes();
        self.answers(url, PartnerAnswer { status: 200, body, ..PartnerAnswer::default() });
    }

    /// From now on `url` answers this.
    pub fn answers(&self, url: &str, answer: PartnerAnswer) {
        self.0.lock().unwrap().answers.insert(url.into(), Ok(answer));
    }

    /// From now on `url` fails in this way.
    pub fn fails(&self, url: &str, error: PartnerCallError) {
        self.0.lock().unwrap().answers.insert(url.into(), Err(error));
    }

    /// From now on what is posted to `url` is answered with this status.
    pub fn takes(&self, url: &str, status: u16) {
        self.0.lock().unwrap().statuses.insert(url.into(), status);
    }

    /// From now on each call that is posted takes so long.
    pub fn takes_its_time(&self, patience: Duration) {
        self.0.lock().unwrap().patience = patience;
    }

    /// The most calls that were ever under way to `url` at the same time.
    pub fn most_at_once(&self, url: &str) -> usize {
        self.0.lock().unwrap().open.get(url).map_or(0, |(_, most)| *most)
    }

    /// How often `url` was asked.
    pub fn asked(&self, url: &str) -> usize {
        self.0.lock().unwrap().got.iter().filter(|got| *got == url).count()
    }

    /// What arrived, oldest first.
    pub fn posted(&self) -> Vec<Posted> {
        self.0.lock().unwrap().posted.clone()
    }
}

impl PartnerWeb {
    fn under_way(&self, url: &str, more: isize) {
        let mut sites = self.0.lock().unwrap();
        let (now, most) = sites.open.entry(url.into()).or_default();
        *now = now.saturating_add_signed(more);
        *most = (*now).max(*most);
    }
}

fn nobody() -> PartnerCallError {
    PartnerCallError::Unreachable("nobody lives there".into())
}

impl PartnerHttp for PartnerWeb {
    fn get<'a>(&'a self, url: &'a str) -> Boxed<'a, Result<PartnerAnswer, PartnerCallError>> {
        let answer = {
            let mut sites = self.0.lock().unwrap();
            sites.got.push(url.to_owned());
            sites.answers.get(url).cloned().unwrap_or_else(|| Err(nobody()))
        };
        Box::pin(async move {
            // A network takes its time: whoever asks at the same moment gets a turn.
            tokio::task::yield_now().await;
            answer
        })
    }

    fn post<'a>(
        &'a self,
        url: &'a str,
        content_type: &'a str,
        bearer: Option<&'a str>,
        body: Vec<u8>,
    ) -> Boxed<'a, Result<u16, PartnerCallError>> {
        let mut sites = self.0.lock().unwrap();
        let posted = Posted {
            url: url.into(),
            content_type: content_type.into(),
            bearer: bearer.map(str::to_owned),
            body: String::from_utf8_lossy(&body).into_owned(),
        };
        sites.posted.push(posted);
        let status = sites.statuses.get(url).copied().ok_or_else(nobody);
        let patience = sites.patience;
        Box::pin(async move {
            self.under_way(url, 1);
            tokio::time::sleep(patience).await;
            self.under_way(url, -1);
            status
        })
    }
}
