//! Six words that two people compare: the first six bytes of a digest, each a word four languages share (docs/life.md §6).

use std::sync::LazyLock;

use crate::jose::sha256;

static WORDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    // Ours, from this repository; a test reads all of it.
    serde_json::from_str(include_str!("../../../../texts/six-words.json")).unwrap_or_default()
});

/// The six words of `text`.
pub fn words(text: &str) -> [&'static str; 6] {
    let digest = sha256(text.as_bytes());
    let [a, b, c, d, e, f, ..] = digest;
    [a, b, c, d, e, f].map(|byte| WORDS.get(usize::from(byte)).map_or("", String::as_str))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn there_are_256_different_words_that_anybody_can_type() {
        assert_eq!(WORDS.len(), 256);
        assert_eq!(WORDS.iter().collect::<HashSet<_>>().len(), 256);
        let plain = |word: &String| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase());
        assert!(WORDS.iter().all(plain), "{:?}", WORDS.iter().find(|w| !plain(w)));
    }

    #[test]
    fn another_phone_has_other_words() {
        let one = words("zelf:new:act_AAAAAAAAAAAAAAAAAAAAAA:dev_AAAAAAAAAAAAAAAAAAAAAA");
        let two = words("zelf:new:act_AAAAAAAAAAAAAAAAAAAAAA:dev_AAAAAAAAAAAAAAAAAAAAAB");
        assert_ne!(one, two);
        assert!(one.iter().chain(&two).all(|word| !word.is_empty()));
    }
}
