//! The words people read, in four languages, from `texts/*.json`: one source for server and phone.
//!
//! A key is looked up by its dotted name; `{name}` in a text is filled by [`fill`]. A missing key shows as itself, and a
//! test of the house (`trials/tests/texts.rs`) keeps that from happening.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A language a citizen can read us in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lang {
    Nl,
    Fr,
    De,
    En,
}

impl Lang {
    pub const ALL: [Lang; 4] = [Lang::Nl, Lang::Fr, Lang::De, Lang::En];

    /// Two-letter ISO 639-1 code.
    pub fn code(self) -> &'static str {
        match self {
            Lang::Nl => "nl",
            Lang::Fr => "fr",
            Lang::De => "de",
            Lang::En => "en",
        }
    }

    /// Reads `nl`, `nl-BE`, `NL`; `None` for a language we do not speak.
    pub fn parse(tag: &str) -> Option<Lang> {
        let primary = tag.trim().split(['-', '_']).next()?;
        Lang::ALL.into_iter().find(|l| l.code().eq_ignore_ascii_case(primary))
    }

    /// First language we speak among space- or comma-separated tags (`ui_locales`, `Accept-Language`; weights are ignored
    /// because browsers already list by preference), else Dutch.
    pub fn negotiate(tags: &str) -> Lang {
        tags.split([',', ' ']).filter_map(|t| Lang::parse(t.split(';').next()?)).next().unwrap_or(Lang::Nl)
    }
}

type Book = HashMap<String, String>;

fn book(source: &str) -> Book {
    serde_json::from_str(source).unwrap_or_default()
}

static BOOKS: LazyLock<[Book; 4]> = LazyLock::new(|| {
    [
        book(include_str!("../../../texts/nl.json")),
        book(include_str!("../../../texts/fr.json")),
        book(include_str!("../../../texts/de.json")),
        book(include_str!("../../../texts/en.json")),
    ]
});

/// The text for `key`, or the key itself when there is none.
pub fn t(lang: Lang, key: &'static str) -> &'static str {
    lookup(lang, key).unwrap_or(key)
}

/// As [`t`], for keys made at run time (an error code, a country); `None` when there is no such text.
pub fn lookup(lang: Lang, key: &str) -> Option<&'static str> {
    let [nl, fr, de, en] = &*BOOKS;
    let book = match lang {
        Lang::Nl => nl,
        Lang::Fr => fr,
        Lang::De => de,
        Lang::En => en,
    };
    book.get(key).map(String::as_str)
}

/// The text for `key` with each `{name}` replaced by its value. Values are plain text; escaping is the page's work.
pub fn fill(lang: Lang, key: &'static str, values: &[(&str, &str)]) -> String {
    values.iter().fold(t(lang, key).to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_we_speak_wins() {
        assert_eq!(Lang::negotiate("es-ES, fr-BE;q=0.8, nl"), Lang::Fr);
        assert_eq!(Lang::negotiate("es"), Lang::Nl);
        assert_eq!(Lang::negotiate("de en"), Lang::De);
    }
}
