//! One full login, played by browser, phone and relying party over real HTTP.

use std::time::Duration;

use demo::phone::web::{Browser, Page};
use demo::phone::{Device, Door, Operator, PhoneError, Verdict, Waiting, check_receipt, choose, compose, seed};
use protocol::jose::digest;
use protocol::phone::{AnswerBody, Pending, PendingBody, Request, Verified};
use reqwest::{Client, Url};
use serde_json::Value;

use super::Fail;
use super::partner::{Partner, REDIRECT_URI, Ticket};

/// What is played on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Play {
    Good,
    Refused,
    NeverAnswered,
    WrongCode,
    Replayed,
}

/// An account of the seed and what its phone remembers.
pub struct Account {
    device: Device,
    /// As a person types it: `0470 …`.
    national: String,
    head: String,
    sub: Option<String>,
}

impl Account {
    pub fn seeded(seed: &str, i: u64) -> Result<Self, Fail> {
        let national = seed::number(i).replacen("+32", "0", 1);
        Ok(Account { device: seed::device(seed, i)?, national, head: String::new(), sub: None })
    }
}

impl Account {
    pub fn forget_subject(&mut self) {
        self.sub = None;
    }
}

/// How a login failed.
#[derive(Debug)]
pub enum Failed {
    /// The server took what it must refuse: the run is void.
    WronglyAccepted(String),
    Other(String),
}

impl From<Fail> for Failed {
    fn from(e: Fail) -> Self {
        Failed::Other(e.to_string())
    }
}

impl From<PhoneError> for Failed {
    fn from(e: PhoneError) -> Self {
        Failed::Other(e.to_string())
    }
}

fn other(what: impl Into<String>) -> Failed {
    Failed::Other(what.into())
}

/// One of the simultaneous logins: its own nonce, the shared connections.
pub struct Actor<'a> {
    pub http: Client,
    pub login: Url,
    pub door: Door,
    pub operator: &'a Operator,
    pub partner: &'a Partner,
}

impl Actor<'_> {
    /// Plays one login from `/authorize` to `/userinfo`; with `check`, every signature that comes back is verified.
    pub async fn play(&self, account: &mut Account, play: Play, check: bool) -> Result<(), Failed> {
        let mut browser = Browser::new(self.http.clone());
        let (url, ticket) = self.partner.authorize().await?;
        let (waiting_page, matched) = self.start(&mut browser, &url, &account.national).await?;
        let approve = |code: &str| Verdict::Approve { code: code.to_owned(), matched: Some(matched.clone()) };
        match play {
            Play::NeverAnswered => {
                self.pending(account, check).await?;
                return self.still_waiting(&mut browser, &waiting_page).await;
            }
            Play::Refused => {
                self.answer(account, &Verdict::Refuse, check).await?;
                return self.sent_back_refused(&mut browser, &waiting_page).await;
            }
            Play::WrongCode => match self.answer(account, &approve("00000"), check).await {
                Ok(_) => return Err(Failed::WronglyAccepted("a wrong code".into())),
                Err(e) if e.is("not_accepted") => self.still_waiting(&mut browser, &waiting_page).await?,
                Err(e) => return Err(e.into()),
            },
            Play::Good | Play::Replayed => {}
        }
        let (body, m3) = self.answer(account, &approve(seed::CODE), check).await?;
        let code = self.come_back(&mut browser, &waiting_page, &ticket).await?;
        self.redeem(account, &code, &ticket, check).await?;
        if play == Play::Replayed {
            self.replay(&body, &m3, &code, &ticket).await?;
        }
        Ok(())
    }

    /// Browser: the provider's page, the number, the waiting page with its two digits.
    async fn start(&self, browser: &mut Browser, url: &Url, national: &str) -> Result<(Url, String), Failed> {
        let mut page = browser.get(url).await?;
        if let Some(own) = page.location.take() {
            // A pushed request opens one page: it is sent on to where that may be reloaded.
            page = browser.get(&own).await?;
        }
        let req = page.field("req").ok_or_else(|| other(format!("no form at /authorize: HTTP {}", page.status)))?;
        let form = [("req", req.as_str()), ("country", "BE"), ("phone", national)];
        let sent = browser.post_form(&self.login, &form).await?;
        let next = sent.location.ok_or_else(|| other(format!("no redirect from /login: HTTP {}", sent.status)))?;
        let page = browser.get(&next).await?;
        let matched = page.text("match").ok_or_else(|| other(format!("no number to match: HTTP {}", page.status)))?;
        Ok((next, matched))
    }

    /// Phone: what waits, newest last.
    async fn pending(&self, account: &Account, check: bool) -> Result<Waiting, PhoneError> {
        let body = PendingBody { lang: "nl".into(), wait: 0 };
        let answer: Pending = self.door.command(account.device.key(), "pending", &body).await?;
        let read = |m1: String| {
            let verified = if check {
                self.operator.request(&m1, account.device.id())?
            } else {
                Verified { payload: Request::unverified(&m1)?, digest: digest(&m1), input_digest: [0; 32] }
            };
            Waiting::judge(m1, verified, answer.now)
        };
        let requests = answer.requests.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
        choose(&requests, None).cloned()
    }

    async fn answer(
        &self,
        account: &mut Account,
        verdict: &Verdict,
        check: bool,
    ) -> Result<(AnswerBody, String), PhoneError> {
        let waiting = self.pending(account, check).await?;
        // A phone of an earlier run has moved on: the server's request says where the chain stands.
        account.head.clone_from(&waiting.request().head);
        let body = compose(&account.device, self.operator, &waiting, &account.head, verdict)?;
        let m3 = self.door.deliver(&body).await?.m3;
        if check {
            check_receipt(self.operator, &body, &m3)?;
        }
        account.head = digest(&m3);
        Ok((body, m3))
    }

    /// Browser: the waiting page sends it back with a code.
    async fn come_back(&self, browser: &mut Browser, page: &Url, ticket: &Ticket) -> Result<String, Failed> {
        for _ in 0..20 {
            let page = browser.get(page).await?;
            if let Some(back) = &page.location {
                let state = parameter(back, "state");
                let code = parameter(back, "code").filter(|_| back.as_str().starts_with(REDIRECT_URI));
                return match (code, state) {
                    (Some(code), Some(state)) if state == ticket.state => Ok(code),
                    _ => Err(other(format!("sent back without code or state: {}", back.path()))),
                };
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Err(other("the waiting page did not send the browser back"))
    }

    async fn redeem(&self, account: &mut Account, code: &str, ticket: &Ticket, check: bool) -> Result<(), Failed> {
        let page = self.partner.exchange(code, ticket).await?;
        let tokens = tokens(&page)?;
        let text = |name: &str| tokens.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let info = self.partner.userinfo(&text("access_token"), check).await?;
        if !check {
            return Ok(());
        }
        let sub = self.partner.check_id_token(&text("id_token"), ticket)?;
        let same = info.get("sub").and_then(Value::as_str) == Some(&sub);
        if !same || account.sub.as_ref().is_some_and(|before| *before != sub) {
            return Err(Failed::WronglyAccepted("another person's subject".into()));
        }
        account.sub = Some(sub);
        Ok(())
    }

    async fn still_waiting(&self, browser: &mut Browser, page: &Url) -> Result<(), Failed> {
        match browser.get(page).await?.location {
            Some(back) if parameter(&back, "code").is_some() => {
                Err(Failed::WronglyAccepted("a code without an answer".into()))
            }
            _ => Ok(()),
        }
    }

    /// A refusal ends in a page or an error at the relying party; never in a code.
    async fn sent_back_refused(&self, browser: &mut Browser, page: &Url) -> Result<(), Failed> {
        match browser.get(page).await?.location {
            Some(back) if parameter(&back, "code").is_some() => Err(Failed::WronglyAccepted("a refused login".into())),
            _ => Ok(()),
        }
    }

    /// The same answer again gets the same receipt; the same code again gets nothing.
    async fn replay(&self, body: &AnswerBody, m3: &str, code: &str, ticket: &Ticket) -> Result<(), Failed> {
        match self.door.deliver(body).await {
            Ok(again) if again.m3 != m3 => return Err(Failed::WronglyAccepted("an answer counted twice".into())),
            Ok(_) => {}
            Err(e) => return Err(other(format!("the same answer again: {e}"))),
        }
        match self.partner.exchange(code, ticket).await?.status {
            200 => Err(Failed::WronglyAccepted("a code used twice".into())),
            _ => Ok(()),
        }
    }
}

fn tokens(page: &Page) -> Result<Value, Failed> {
    if page.status != 200 {
        return Err(other(format!("/token: HTTP {}: {}", page.status, page.body)));
    }
    Ok(page.json()?)
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(n, _)| n == name).map(|(_, v)| v.into_owned())
}
