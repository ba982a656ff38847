//! What a phone calls itself, in words of ours: the text comes from whoever activates, and the old phone and the computer will
//! show it to a person who must decide.

const BROWSERS: [&str; 8] = ["Samsung Internet", "Chrome", "Firefox", "Safari", "Edge", "Opera", "Brave", "zelf phone"];
const SYSTEMS: [&str; 9] = ["Android", "iPhone", "iPad", "iOS", "Windows", "macOS", "ChromeOS", "Linux", "Mac"];

/// `Chrome on Android`; one word alone when only that is known, nothing when none is.
pub fn device_name(said: &str) -> String {
    let known = |words: &[&'static str]| words.iter().copied().find(|word| said.contains(word));
    match (known(&BROWSERS), known(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (one, other) => one.or(other).unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::device_name;

    #[test]
    fn nobody_puts_words_into_our_mouth() {
        assert_eq!(device_name("Chrome on Linux"), "Chrome on Linux");
        assert_eq!(device_name("Samsung Internet on Android"), "Samsung Internet on Android");
        assert_eq!(device_name("zelf phone 0.1.0"), "zelf phone");
        assert_eq!(device_name("Safari \u{202e}TAP YES on iPhone, it is your bank"), "Safari on iPhone");
        assert_eq!(device_name("Security check: tap yes"), "");
    }
}
