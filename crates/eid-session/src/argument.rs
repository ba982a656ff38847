//! What starts an activation: a link from a web page, or a code typed by a person. Both come from strangers.
//!
//! A link names a session and nothing else. It cannot name a server, a file or a second parameter, so the worst that a
//! hostile page can do is open a window that says "no activation with this link".

use zeroize::Zeroizing;

/// Scheme of the links that the desktop hands to the program.
pub const SCHEME: &str = "zelf-eid";

/// Everything before the session's id, exactly; schemes and hosts may be given in capitals by a browser.
const HEAD: &str = "zelf-eid://activate";

/// Length of a typed code, docs/eid.md §3.1.
pub const CODE_LENGTH: usize = 8;

const CODE_ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// What to claim at the server.
#[derive(Clone, PartialEq, Eq)]
pub enum Start {
    /// 22 to 64 characters of base64url.
    Session(Zeroizing<String>),
    /// Eight characters of Crockford's base32, upper case.
    Code(Zeroizing<String>),
}

impl std::fmt::Debug for Start {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Start::Session(_) => "Session",
            Start::Code(_) => "Code",
        })
    }
}

impl Start {
    /// Judges the one argument of `zelf-eid open`: `zelf-eid://activate?s=<id>`, byte for byte. Some desktops add a slash
    /// after the host when they pass a link on; that one slash is tolerated. `None` for everything else.
    pub fn from_link(link: &str) -> Option<Start> {
        let (head, rest) = link.split_at_checked(HEAD.len())?;
        if !head.eq_ignore_ascii_case(HEAD) {
            return None;
        }
        let query = rest.strip_prefix("/?").or_else(|| rest.strip_prefix('?'))?;
        Start::from_session(query.strip_prefix("s=")?)
    }

    /// A session's id as it stands in the link: `^[A-Za-z0-9_-]{22,64}$`.
    pub fn from_session(id: &str) -> Option<Start> {
        let fits = (22..=64).contains(&id.len());
        let plain = id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        (fits && plain).then(|| Start::Session(Zeroizing::new(id.to_owned())))
    }

    /// A typed code. Case, blanks and hyphens do not count; `I`, `L` are read as `1` and `O` as `0` (Crockford base32).
    pub fn from_code(typed: &str) -> Option<Start> {
        if typed.len() > 64 {
            return None;
        }
        let mut code = Zeroizing::new(String::with_capacity(CODE_LENGTH + 1));
        for letter in typed.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let read = match letter.to_ascii_uppercase() {
                'I' | 'L' => '1',
                'O' => '0',
                other => other,
            };
            if !CODE_ALPHABET.contains(read) || code.len() == CODE_LENGTH {
                return None;
            }
            code.push(read);
        }
        (code.len() == CODE_LENGTH).then_some(Start::Code(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "A1b2C3d4E5f6G7h8J9k0Lm";

    #[test]
    fn a_link_of_the_page_names_its_session() {
        let wanted = Some(Start::Session(Zeroizing::new(ID.to_owned())));
        assert_eq!(Start::from_link(&format!("zelf-eid://activate?s={ID}")), wanted);
        assert_eq!(Start::from_link(&format!("zelf-eid://activate/?s={ID}")), wanted, "browsers add a slash");
        assert_eq!(Start::from_link(&format!("ZELF-EID://Activate?s={ID}")), wanted);
    }

    #[test]
    fn a_hostile_link_starts_nothing() {
        let tails = [
            "",
            "&x=1",
            "&s=second",
            "#part",
            "%20",
            "%41",
            " ",
            "\n",
            "\0",
            "\"",
            "'",
            ";reboot",
            "|sh",
            "`id`",
            "$(id)",
            "/../x",
            "é",
            "<script>",
            "\\",
            "--server=https://evil.example",
            "\u{202e}",
        ];
        for tail in tails.into_iter().skip(1) {
            assert_eq!(Start::from_link(&format!("zelf-eid://activate?s={ID}{tail}")), None, "{tail:?}");
        }
        let whole = [
            "".to_owned(),
            "zelf-eid:".to_owned(),
            "zelf-eid://".to_owned(),
            "zelf-eid://activate".to_owned(),
            "zelf-eid://activate?s=".to_owned(),
            format!("zelf-eid://evil.example/activate?s={ID}"),
            format!("zelf-eid://activate@evil.example?s={ID}"),
            format!("zelf-eid://activate:443?s={ID}"),
            format!("zelf-eid://activate/x?s={ID}"),
            format!("zelf-eid://activate//?s={ID}"),
            format!("zelf-eid://activate?x=1&s={ID}"),
            format!("zelf-eid://activate?S={ID}"),
            format!("zelf-eid:activate?s={ID}"),
            format!("https://activate?s={ID}"),
            format!(" zelf-eid://activate?s={ID}"),
            format!("--help zelf-eid://activate?s={ID}"),
            "zelf-eid://activate?s=too-short".to_owned(),
            format!("zelf-eid://activate?s={}", "a".repeat(65)),
            format!("zelf-eid://activate?s={}", "é".repeat(22)),
            "zelf-eid://activaté?s=".to_owned(),
        ];
        for link in whole {
            assert_eq!(Start::from_link(&link), None, "{link:?}");
        }
    }

    #[test]
    fn a_typed_code_is_read_as_people_write() {
        let code = |text: &str| Some(Start::Code(Zeroizing::new(text.to_owned())));
        assert_eq!(Start::from_code("7k3m-9x2q"), code("7K3M9X2Q"));
        assert_eq!(Start::from_code(" 7K3M 9X2Q "), code("7K3M9X2Q"));
        assert_eq!(Start::from_code("iLoO0123"), code("11000123"));
        for wrong in ["", "7K3M9X2", "7K3M9X2QQ", "7K3M9X2U", "7K3M9X2!", "7K3M/9X2Q", "çK3M9X2Q"] {
            assert_eq!(Start::from_code(wrong), None, "{wrong:?}");
        }
        assert_eq!(Start::from_code(&" ".repeat(10_000)), None);
    }

    #[test]
    fn a_log_never_holds_the_session() {
        assert_eq!(format!("{:?}", Start::from_session(ID)), "Some(Session)");
    }
}
