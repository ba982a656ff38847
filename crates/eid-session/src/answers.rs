//! The server's answers are judged before anything is shown, signed or opened: even a server that was taken over must not make
//! the card sign for another site, or the browser open another address.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use protocol::eid::{Claimed, Purpose, Returned};
use words::Lang;

use crate::failure::Failure;

/// Who asks, and for whom: shown before anything happens.
#[derive(Clone, PartialEq, Eq)]
pub struct Asks {
    pub name: String,
    pub origin: String,
    /// Masked.
    pub number: String,
    /// Masked.
    pub email: Option<String>,
    pub test_world: bool,
    /// What the card is read for.
    pub purpose: Purpose,
    pub lang: Lang,
    /// Seconds until the server forgets this activation.
    pub seconds: i64,
}

/// What the card shall sign; never shown.
pub(crate) struct Task {
    pub(crate) ticket: String,
    pub(crate) nonce: String,
    pub(crate) challenge: [u8; 48],
}

/// Takes a claim's answer apart.
///
/// # Errors
/// `server_nonsense` for another origin than the configured one, a nonce or challenge of another size, text with control characters;
/// `expired` when nothing is left of its time.
pub(crate) fn claimed(claimed: Claimed, configured: &str) -> Result<(Asks, Task), Failure> {
    let texts = [Some(&claimed.name), Some(&claimed.number), claimed.email.as_ref()];
    let texts_fit = texts.into_iter().flatten().all(|text| is_showable(text));
    let ids_fit = is_id(&claimed.ticket) && is_nonce(&claimed.nonce);
    if claimed.origin != configured || !texts_fit || !ids_fit {
        return Err(Failure::SERVER_NONSENSE);
    }
    let challenge = URL_SAFE_NO_PAD.decode(&claimed.challenge).ok().and_then(|bytes| bytes.try_into().ok());
    let seconds = claimed.expires.saturating_sub(claimed.now);
    if seconds <= 0 {
        return Err(Failure::EXPIRED);
    }
    let asks = Asks {
        name: claimed.name,
        origin: claimed.origin,
        number: claimed.number,
        email: claimed.email,
        test_world: claimed.test_world,
        purpose: claimed.purpose,
        lang: Lang::parse(&claimed.lang).unwrap_or(Lang::Nl),
        seconds: seconds.min(3600),
    };
    let task =
        Task { ticket: claimed.ticket, nonce: claimed.nonce, challenge: challenge.ok_or(Failure::SERVER_NONSENSE)? };
    Ok((asks, task))
}

/// The address to open is the finish page of the configured origin with a secret behind `#`, nothing else.
///
/// # Errors
/// `server_nonsense`.
pub(crate) fn returned(returned: Returned, configured: &str) -> Result<Returned, Failure> {
    let secret = returned.url.strip_prefix(configured).and_then(|rest| rest.strip_prefix("/activate/finish#"));
    let digits = returned.digits.len() == 6 && returned.digits.bytes().all(|b| b.is_ascii_digit());
    let fits = secret.is_some_and(is_id) && digits && is_showable(&returned.first_name);
    fits.then_some(returned).ok_or(Failure::SERVER_NONSENSE)
}

fn is_id(text: &str) -> bool {
    (22..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

fn is_nonce(text: &str) -> bool {
    text.len() == 44 && STANDARD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}

/// One short line without control characters or marks that turn the direction of writing.
fn is_showable(text: &str) -> bool {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    text.chars().count() <= 120 && !text.chars().any(|c| c.is_control() || turns(c))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    const HERE: &str = "https://zelf.example";

    fn good() -> Claimed {
        Claimed {
            ticket: "t".repeat(22),
            name: "zelf".to_owned(),
            origin: HERE.to_owned(),
            number: "+32 ••• •• 89 60".to_owned(),
            email: Some("a•••@voorbeeld.be".to_owned()),
            terms: "2026-11".to_owned(),
            lang: "fr".to_owned(),
            nonce: STANDARD.encode([7; 32]),
            challenge: URL_SAFE_NO_PAD.encode([9; 48]),
            expires: 700,
            now: 100,
            test_world: true,
            purpose: Purpose::default(),
        }
    }

    #[test]
    fn a_good_claim_says_who_asks() {
        let (asks, task) = claimed(good(), HERE).ok().unwrap();
        assert_eq!((asks.lang, asks.seconds, asks.test_world), (Lang::Fr, 600, true));
        assert_eq!(task.challenge, [9; 48]);
    }

    #[test]
    fn a_claim_that_would_sign_for_another_site_is_nonsense() {
        let spoil: [fn(&mut Claimed); 9] = [
            |c| c.origin = "https://tax.example".to_owned(),
            |c| c.origin = "https://zelf.example/".to_owned(),
            |c| c.nonce = STANDARD.encode([7; 31]),
            |c| c.nonce = "x".repeat(44) + "=",
            |c| c.challenge = URL_SAFE_NO_PAD.encode([9; 47]),
            |c| c.ticket = "../../etc".to_owned(),
            |c| c.name = "zelf\n\u{1b}[2J".to_owned(),
            |c| c.number = "\u{202e}".to_owned(),
            |c| c.email = Some("a".repeat(200)),
        ];
        for spoil in spoil {
            let mut claim = good();
            spoil(&mut claim);
            assert_eq!(claimed(claim, HERE).err(), Some(Failure::SERVER_NONSENSE));
        }
        let mut late = good();
        late.expires = 100;
        assert_eq!(claimed(late, HERE).err(), Some(Failure::EXPIRED));
        let mut odd = good();
        (odd.expires, odd.now) = (i64::MAX, i64::MIN);
        assert!(claimed(odd, HERE).is_ok_and(|(asks, _)| asks.seconds == 3600));
    }

    #[test]
    fn only_our_own_finish_page_is_opened() {
        let answer =
            |url: String, digits: &str| Returned { url, digits: digits.to_owned(), first_name: "An".to_owned() };
        let secret = "s".repeat(22);
        assert!(returned(answer(format!("{HERE}/activate/finish#{secret}"), "012345"), HERE).is_ok());
        for (url, digits) in [
            (format!("{HERE}.evil.example/activate/finish#{secret}"), "012345"),
            (format!("https://evil.example/activate/finish#{secret}"), "012345"),
            (format!("{HERE}/activate/finish?x#{secret}"), "012345"),
            (format!("{HERE}/activate/finish#{secret} --x"), "012345"),
            (format!("{HERE}/activate/finish#"), "012345"),
            ("file:///etc/passwd".to_owned(), "012345"),
            (format!("{HERE}/activate/finish#{secret}"), "12345"),
            (format!("{HERE}/activate/finish#{secret}"), "12345a"),
        ] {
            assert!(returned(answer(url.clone(), digits), HERE).is_err(), "{url}");
        }
    }
}
