//! Every way an activation at the card can end badly: one code for the log, one sentence and one next step for the person.

use std::borrow::Cow;

use words::Lang;

/// A code of docs/eid.md §6 or of the program itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    code: Cow<'static, str>,
    /// The person may try again after this many seconds (`person_waits`).
    pub wait: Option<i64>,
}

macro_rules! own_codes {
    ($($name:ident = $code:literal;)*) => {
        impl Failure {
            $(pub const $name: Failure = Failure::own($code);)*
            /// Codes that the program itself gives.
            pub const OWN: &'static [&'static str] = &[$($code),*];
        }
    };
}

own_codes! {
    NO_READER = "no_reader";
    NO_CARD = "no_card";
    CARD_WRONG_WAY = "card_wrong_way";
    CARD_UNKNOWN = "card_unknown";
    CARD_OUTDATED = "card_outdated";
    CARD_NOT_ACTIVATED = "card_not_activated";
    CARD_REMOVED = "card_removed";
    CARD_FAILED = "card_failed";
    PIN_WRONG = "pin_wrong";
    PIN_BLOCKED = "pin_blocked";
    PIN_CANCELLED = "pin_cancelled";
    PIN_TIMEOUT = "pin_timeout";
    SERVER_UNREACHABLE = "server_unreachable";
    SERVER_NONSENSE = "server_nonsense";
    SERVER_NONE = "server_none";
    LINK_INVALID = "link_invalid";
    CODE_INVALID = "code_invalid";
    STOPPED = "stopped";
    EXPIRED = "expired";
}

impl Failure {
    const fn own(code: &'static str) -> Failure {
        Failure { code: Cow::Borrowed(code), wait: None }
    }

    /// A refusal by the server. A code that no sentence exists for is nonsense: the server is another one than we know.
    pub fn of_server(code: &str, wait: Option<i64>) -> Failure {
        match words::lookup(Lang::En, &format!("card.error.{code}")) {
            Some(_) => Failure { code: Cow::Owned(code.to_owned()), wait },
            None => Failure::SERVER_NONSENSE,
        }
    }

    pub fn code(&self) -> &str {
        &self.code
    }

    /// What happened.
    pub fn happened(&self, lang: Lang) -> &'static str {
        words::lookup(lang, &format!("card.error.{}", self.code)).unwrap_or_default()
    }

    /// What to do about it.
    pub fn todo(&self, lang: Lang) -> String {
        let text = words::lookup(lang, &format!("card.todo.{}", self.code)).unwrap_or_default();
        let Some(wait) = self.wait else { return text.to_owned() };
        let minutes = (wait.max(1) + 59) / 60;
        words::fill(lang, "card.wait_minutes", &[("minutes", &minutes.to_string())])
    }

    /// Another card, or the same one put in again, may help: the activation itself is not over.
    pub fn is_about_card(&self) -> bool {
        self.exit_code() == 3
    }

    /// Exit code of the command line: 2 the argument or configuration, 3 the card or its reader, 4 the PIN, 5 the server cannot
    /// be used, 6 the server refuses, 7 the person or the clock ended it.
    pub fn exit_code(&self) -> u8 {
        match &*self.code {
            "link_invalid" | "code_invalid" | "server_none" => 2,
            "no_reader" | "no_card" | "card_wrong_way" | "card_unknown" | "card_outdated" | "card_not_activated"
            | "card_removed" | "card_failed" => 3,
            "pin_wrong" | "pin_blocked" | "pin_cancelled" | "pin_timeout" => 4,
            "server_unreachable" | "server_nonsense" | "busy" | "revocation_unreachable" => 5,
            "stopped" | "expired" => 7,
            _ => 6,
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.code)
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    /// docs/eid.md §6.
    const SERVER: &str = "malformed too_large session_unknown session_expired session_taken identity_signature \
        address_signature photo_mismatch chip_mismatch chip_signature possession holder_mismatch national_number \
        certificate_chain certificate_expired certificate_purpose certificate_revoked certificate_suspended \
        revocation_invalid card_expired card_not_yet document_type too_young person_waits revocation_unreachable busy \
        two_programs other_browser digits_exhausted token_exhausted stopped expired";

    #[test]
    fn every_code_has_a_sentence_and_a_next_step_in_every_language() {
        let own = Failure::OWN.iter().copied();
        for code in SERVER.split_whitespace().chain(own) {
            let failure = Failure::of_server(code, None);
            assert_eq!(failure.code(), code);
            for lang in Lang::ALL {
                assert!(failure.happened(lang).len() > 15, "{code} {lang:?}");
                assert!(failure.todo(lang).len() > 15, "{code} {lang:?}");
            }
        }
    }

    #[test]
    fn a_code_nobody_knows_is_nonsense() {
        for code in ["", "x", "card.error.", "../en", "pin_wrong\u{0}"] {
            assert_eq!(Failure::of_server(code, None), Failure::SERVER_NONSENSE);
        }
    }

    #[test]
    fn a_wait_is_said_in_whole_minutes() {
        let wait = Failure::of_server("person_waits", Some(61));
        assert!(wait.todo(Lang::En).contains("2 minutes"), "{}", wait.todo(Lang::En));
    }

    #[test]
    fn an_expired_card_is_the_servers_word_and_ends_the_activation() {
        assert_eq!(Failure::of_server("card_expired", None).exit_code(), 6);
        assert_eq!(Failure::CARD_UNKNOWN.exit_code(), 3);
    }
}
