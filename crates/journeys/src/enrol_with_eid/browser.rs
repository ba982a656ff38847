//! What the browser at the computer does: begin, look, bring the secret back, see the token.

use domain::account::email_holds;
use domain::activation::Contact;
use domain::enrolment::{Ended, Enrolment, Proof, Purpose, Stage, Start};
use domain::number::MobileNumber;
use domain::refusal::{Refusal, WaitReason};
use protocol::eid::{State, WebEidToken};
use protocol::jose::{b64u, unb64u};
use words::Lang;

use super::{EidProblem, judge, rows};
use crate::activate_phone::person_hash;
use crate::keys::PlatformKeys;
use crate::{Failure, World, block};

/// What the form says.
pub struct Begin {
    /// Drawn when the form was sealed, so that sending it twice makes one enrolment.
    pub id: String,
    /// Secret of this browser's cookie.
    pub browser: String,
    pub number: MobileNumber,
    pub email: Option<String>,
    pub lang: Lang,
    pub place: String,
    pub terms: String,
    pub purpose: Purpose,
}

/// A solved robot check, good for one enrolment.
pub struct Puzzle {
    pub id: String,
    pub until: i64,
}

/// How a beginning ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// Now, or by the same form before.
    Yes,
    /// The robot check was used for another form.
    PuzzleUsed,
}

/// The token as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    pub expires: i64,
}

/// Everything this browser may know of its enrolment.
pub struct Seen {
    pub state: State,
    pub lang: Lang,
    pub purpose: Purpose,
    /// Grouped as people read it.
    pub number: String,
    /// `+32468758960`
    pub e164: String,
    pub email: Option<String>,
    /// For the link and for typing, while a card program may come.
    pub session: Option<String>,
    pub code: Option<String>,
    pub token: Option<Token>,
    /// After a card was read to block: whether there was an account to block.
    pub blocked: Option<bool>,
    /// The person has an account: told once the card has proven who it is.
    pub known: bool,
    pub first_name: Option<String>,
    /// When a failed attempt must wait, until when.
    pub until: Option<i64>,
    /// The same browser may go on with another session.
    pub may_try_again: bool,
}

/// How the return ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finished {
    /// The token, or that the account is blocked.
    Back(Purpose),
    /// Not the browser that began: the enrolment is over, and both sides are told.
    OtherBrowser,
    Unknown,
}

/// How six typed digits ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digits {
    /// As [`Finished::Back`].
    Back(Purpose),
    Wrong {
        left: i64,
    },
    Ended,
}

/// Number and address as they will be used. Says nothing of whether the number is known; refuses who must wait (rule R13), except
/// to block.
pub async fn check(
    world: &World,
    purpose: Purpose,
    country: &str,
    number: &str,
    email: Option<&str>,
    place: &str,
) -> Result<(MobileNumber, Option<String>), Failure> {
    let number = MobileNumber::read(country, number, &world.settings.countries)?;
    let email = email.map(str::trim).filter(|e| !e.is_empty());
    if email.is_some_and(|e| !email_holds(e)) {
        return Err(Refusal::EmailInvalid.into());
    }
    if purpose == Purpose::Block {
        return Ok((number, None));
    }
    let (key, now) = (world.keys.waiting_key(number.e164(), place), world.now());
    let until = world.db.read("eid.waiting", move |tx| store::waiting_time::until(tx, &key, now)).await?;
    match until {
        Some(until) => Err(Refusal::Wait { until, reason: WaitReason::FailedAttempt }.into()),
        None => Ok((number, email.map(str::to_owned))),
    }
}

/// A form was right. Twice the same is once. `puzzle` is none where its sender waited instead.
pub async fn begin(world: &World, begin: Begin, puzzle: Option<Puzzle>) -> Result<Begun, Failure> {
    if !protocol::phone::is_id(domain::id::ENROLMENT, &begin.id) {
        return Err(Failure::Malformed);
    }
    let start = Start {
        browser_mac: rows::browser_mac(world, &begin.id, &begin.browser),
        contact: Contact { number: begin.number, email: begin.email },
        lang: begin.lang.code().to_owned(),
        place: begin.place,
        terms: begin.terms,
        purpose: begin.purpose,
    };
    rows::insert(world, Enrolment::start(begin.id, start, world.now()), puzzle).await
}

/// A solved puzzle that pays for something that is no enrolment. `false` when it was used.
pub async fn use_once(world: &World, what: &str, until: i64) -> Result<bool, Failure> {
    let what = what.to_owned();
    Ok(world.db.run("puzzle.use", move |tx| store::used_token::burn(tx, "activate", &what, until)).await?)
}

pub async fn seen(world: &World, id: &str, browser: &str) -> Result<Seen, Failure> {
    let row = rows::of_browser(world, id, browser).await?;
    let mut seen = told(world, &row.enrolment);
    if let Stage::Token(shown) = &row.enrolment.stage {
        seen.known = has_account(world, &shown.proof).await?;
    }
    Ok(seen)
}

/// The card has proven who this is, in this very browser: only now may it be told.
async fn has_account(world: &World, proof: &Proof) -> Result<bool, Failure> {
    let person = person_hash(world, &proof.identity.attributes)?;
    let known = world.db.read("eid.known", move |tx| store::account::known(tx, &person, &[])).await?;
    Ok(known.0.is_some())
}

/// Waits until the state differs from `since`, at most so many seconds.
pub async fn wait_for_news(
    world: &World,
    id: &str,
    browser: &str,
    since: &State,
    seconds: u64,
) -> Result<Seen, Failure> {
    let listener = world.signals.listen(id);
    let until = tokio::time::Instant::now() + std::time::Duration::from_secs(seconds);
    loop {
        let seen = seen(world, id, browser).await?;
        let same = State { now: since.now, ..seen.state.clone() } == *since;
        if !same || tokio::time::Instant::now() >= until {
            return Ok(seen);
        }
        listener.wait().await;
    }
}

/// Where it stands, for browser and card program alike.
pub(super) fn state(e: &Enrolment, now: i64) -> State {
    let mut state = State {
        step: e.stage.word().to_owned(),
        progress: None,
        left: None,
        error: None,
        expires: e.expires_at,
        now,
        device: None,
    };
    match &e.stage {
        Stage::Waiting(w) => {
            state.expires = w.expires_at;
            state.error = w.note.as_ref().map(|n| n.code().to_owned());
        }
        Stage::Claimed(c) => {
            state.expires = c.expires_at;
            (state.progress, state.left) = (c.progress, c.left);
        }
        Stage::Proven(p) => state.expires = p.expires_at,
        Stage::Blocked(_) => {}
        Stage::Token(t) => state.expires = t.expires_at,
        Stage::Phone(t) | Stage::Active(t) => state.device = Some(t.device.clone()),
        Stage::Ended { ended, .. } => state.error = Some(ended.code().to_owned()),
    }
    let final_state = matches!(e.stage, Stage::Active(_) | Stage::Blocked(_) | Stage::Ended { .. });
    if now >= e.expires_at && !final_state {
        state.step = "ended".into();
        state.error = Some("expired".into());
    }
    state
}

fn told(world: &World, e: &Enrolment) -> Seen {
    let now = world.now();
    let state = state(e, now);
    let mut seen = Seen {
        lang: Lang::parse(&e.lang).unwrap_or(Lang::Nl),
        purpose: e.purpose,
        number: e.contact.number.grouped(),
        e164: e.contact.number.e164().to_owned(),
        email: e.contact.email.clone(),
        session: None,
        code: None,
        token: None,
        blocked: None,
        known: false,
        first_name: None,
        until: None,
        may_try_again: e.clone().again(None, now).is_ok(),
        state,
    };
    match &e.stage {
        Stage::Waiting(_) if seen.state.step == "waiting" => {
            let session = rows::session(world, e);
            (seen.session, seen.code) = (Some(session.id), Some(session.code));
        }
        Stage::Token(t) => {
            seen.first_name = Some(t.proof.identity.first_name().to_owned());
            seen.token = Some(Token { text: rows::token(world, &e.id, t.generation), expires: t.expires_at });
        }
        Stage::Blocked(b) => {
            seen.first_name = Some(b.proof.identity.first_name().to_owned());
            seen.blocked = Some(b.account);
        }
        Stage::Phone(t) | Stage::Active(t) => {
            seen.first_name = Some(t.first_name.clone());
            seen.known = t.known;
        }
        Stage::Ended { until, .. } => seen.until = *until,
        _ => {}
    }
    seen
}

/// A new session and code.
pub async fn again(world: &World, id: &str, browser: &str) -> Result<(), Failure> {
    let now = world.now();
    rows::change(world, "eid.again", id, browser, |e| e.again(None, now)).await.map(|_| ())
}

/// The browser extension wants something to sign.
pub async fn web_eid_nonce(world: &World, id: &str, browser: &str) -> Result<String, Failure> {
    let (now, random) = (world.now(), b64u(world.entropy::<32>()));
    let next = rows::change(world, "eid.web_nonce", id, browser, |e| e.web_nonce(random.clone(), now)).await?;
    nonce(&next, &random)
}

/// The nonce that commits to what this person confirmed.
pub(super) fn nonce(e: &Enrolment, random: &str) -> Result<String, Failure> {
    let random = unb64u(random)?;
    let random = random.get(..32).ok_or(Failure::Malformed)?;
    Ok(protocol::eid::nonce(random, e.contact.number.e164(), e.contact.email.as_deref(), &e.terms, &e.id))
}

/// The extension signed: names and number, no address, no photo. No return leg: it is this browser that speaks.
pub async fn web_eid(world: &World, id: &str, browser: &str, token: WebEidToken) -> Result<(), EidProblem> {
    let now = world.now();
    let row = rows::of_browser(world, id, browser).await?;
    let (next, random) = row.enrolment.take_web_nonce(now).map_err(Failure::from)?;
    if !rows::save(world, "eid.web_nonce.take", row.version, next.clone(), None).await? {
        return Err(Failure::Busy.into());
    }
    let nonce = nonce(&next, &random)?;
    let expected = judge::Expected { nonce, challenge: Vec::new(), purpose: next.purpose, now };
    let (next, problem) = match judge::token(world, &token, expected).await {
        Ok(proof) => (blocks(world, next.returned(Some(proof), now).map_err(Failure::from)?).await?, None),
        Err(verdict) => verdict.settle(next, now)?,
    };
    if !rows::save(world, "eid.web", row.version + 1, next, None).await? {
        return Err(Failure::Busy.into());
    }
    problem.map_or(Ok(()), Err)
}

/// A card that was read to block does so now: before the page says it, and again if that page was never made.
async fn blocks(world: &World, returned: Enrolment) -> Result<Enrolment, Failure> {
    let Stage::Blocked(blocked) = &returned.stage else { return Ok(returned) };
    let number = blocked.proof.identity.attributes.national_number.as_deref();
    let number = number.ok_or_else(|| Failure::Internal("a card without a national number".into()))?;
    let account = block::by_person(world, number).await?;
    tracing::info!(enrolment = returned.id, account, "a card was read to block");
    Ok(returned.found(account))
}

/// The secret came back, with the cookie of the browser that carried it.
pub async fn finish(world: &World, id: Option<&str>, browser: Option<&str>, secret: &str) -> Result<Finished, Failure> {
    let now = world.now();
    let cookie = id.zip(browser);
    let Some(row) = rows::of_return(world, secret).await? else {
        return Ok(match cookie {
            // A reload of the page that came back.
            Some((id, browser)) => came_back(world, id, browser).await.map_or(Finished::Unknown, Finished::Back),
            None => Finished::Unknown,
        });
    };
    let same = cookie.is_some_and(|(id, browser)| {
        let mac = rows::browser_mac(world, id, browser);
        id == row.enrolment.id && PlatformKeys::same(&mac, &row.enrolment.browser_mac)
    });
    let (next, finished) = if same {
        let purpose = row.enrolment.purpose;
        match row.enrolment.returned(None, now) {
            Ok(next) => (blocks(world, next).await?, Finished::Back(purpose)),
            Err(_) => return Ok(Finished::Unknown),
        }
    } else {
        (row.enrolment.end(Ended::OtherBrowser, now), Finished::OtherBrowser)
    };
    if rows::save(world, "eid.finish", row.version, next, None).await? { Ok(finished) } else { Err(Failure::Busy) }
}

async fn came_back(world: &World, id: &str, browser: &str) -> Option<Purpose> {
    let e = rows::of_browser(world, id, browser).await.ok()?.enrolment;
    let back = matches!(e.stage, Stage::Token(_) | Stage::Blocked(_) | Stage::Phone(_) | Stage::Active(_));
    back.then_some(e.purpose)
}

/// Six digits, typed into the page that began. The try is on disk before anything is compared.
pub async fn digits(world: &World, id: &str, browser: &str, typed: &str) -> Result<Digits, Failure> {
    let now = world.now();
    let row = rows::of_browser(world, id, browser).await?;
    if matches!(row.enrolment.stage, Stage::Token(_) | Stage::Blocked(_)) {
        return Ok(Digits::Back(row.enrolment.purpose));
    }
    let (next, left) = row.enrolment.take_digits_try(now)?;
    if !rows::save(world, "eid.digits.take", row.version, next.clone(), None).await? {
        return Err(Failure::Busy);
    }
    if matches!(next.stage, Stage::Ended { .. }) {
        return Ok(Digits::Ended);
    }
    let typed: String = typed.chars().filter(char::is_ascii_digit).collect();
    let right = PlatformKeys::same(&typed, &rows::back(world, &next).digits);
    let (next, answer) = match (right, left) {
        (true, _) => {
            let purpose = next.purpose;
            (blocks(world, next.returned(None, now)?).await?, Digits::Back(purpose))
        }
        (false, 0) => (next.end(Ended::DigitsExhausted, now), Digits::Ended),
        (false, left) => return Ok(Digits::Wrong { left }),
    };
    if rows::save(world, "eid.digits", row.version + 1, next, None).await? { Ok(answer) } else { Err(Failure::Busy) }
}

/// After blocking: the same card's proof becomes a token for a phone.
pub async fn activates(world: &World, id: &str, browser: &str) -> Result<(), Failure> {
    let (now, terms) = (world.now(), &world.settings.terms);
    rows::change(world, "eid.activates", id, browser, |e| e.activates(terms.clone(), now)).await.map(|_| ())
}

/// A new token in place of the one on the screen.
pub async fn new_token(world: &World, id: &str, browser: &str) -> Result<(), Failure> {
    let now = world.now();
    rows::change(world, "eid.new_token", id, browser, |e| e.new_token(now)).await.map(|_| ())
}

/// The person gives up, or says that a phone is not theirs: nothing comes of it any more.
pub async fn stop(world: &World, id: &str, browser: &str) -> Result<(), Failure> {
    let now = world.now();
    let stopped = rows::change(world, "eid.stop", id, browser, |e| match &e.stage {
        Stage::Active(_) | Stage::Blocked(_) | Stage::Ended { .. } => Err(Refusal::WrongStep),
        _ => Ok(e.end(Ended::Stopped, now)),
    });
    match stopped.await {
        Err(Failure::Refused(Refusal::WrongStep)) => Ok(()),
        other => other.map(|_| ()),
    }
}
