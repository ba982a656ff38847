//! The button that partners copy: one piece, no script, readable and large enough.

fn snippet() -> String {
    let page = crate::file("button.md");
    let after = page.split_once("<!-- snippet: button -->").unwrap().1;
    let code = after.split_once("```html\n").unwrap().1.split_once("\n```").unwrap().0;
    code.to_owned()
}

/// Relative luminance of `#rrggbb` (WCAG 2.2).
fn luminance(color: &str) -> f64 {
    let part = |at: usize| f64::from(u8::from_str_radix(&color[at..at + 2], 16).unwrap()) / 255.0;
    let line = |c: f64| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
    0.2126 * line(part(1)) + 0.7152 * line(part(3)) + 0.0722 * line(part(5))
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Each value of a property, in order.
fn values<'a>(css: &'a str, property: &str) -> Vec<&'a str> {
    let start = format!(" {property}: ");
    css.split(start.as_str()).skip(1).map(|rest| rest.split([';', ' ', '}']).next().unwrap()).collect()
}

#[test]
fn it_is_one_link_with_words_and_nothing_from_elsewhere() {
    let snippet = snippet();
    for foreign in ["<script", "http:", "https:", "url(", "@import", "onclick", "<img"] {
        assert!(!snippet.contains(foreign), "{foreign}");
    }
    assert_eq!(snippet.matches("<a ").count(), 1);
    let link = snippet.split_once("<a ").unwrap().1;
    assert!(link.contains("lang=\"en\"") && link.contains("<span>Log in with zelf</span>"));
    assert!(link.contains("aria-hidden=\"true\"") && link.contains("focusable=\"false\""), "the mark is decoration");
    assert!(!link.contains("aria-label"), "the words are the name");
}

#[test]
fn it_is_large_enough_shows_its_focus_and_reads_in_light_and_dark() {
    let snippet = snippet();
    let height: u32 = values(&snippet, "min-height")[0].trim_end_matches("px").parse().unwrap();
    assert!(height >= 44, "{height}");
    assert!(snippet.contains(":focus-visible { outline: 3px solid") && snippet.contains("forced-colors: active"));
    let (light, dark) = snippet.split_once("prefers-color-scheme: dark").unwrap();
    for (css, page) in [(light, "#fbf8f3"), (dark, "#12181f")] {
        let (text, grounds) = (values(css, "color")[0], values(css, "background"));
        assert_eq!(grounds.len(), 2, "at rest and under the pointer");
        for ground in grounds {
            assert!(contrast(text, ground) >= 4.5, "{text} on {ground}");
            assert!(contrast(ground, page) >= 3.0, "{ground} on {page}");
        }
    }
}

#[test]
fn its_words_are_there_in_four_languages() {
    let page = crate::file("button.md");
    for (lang, words) in [
        ("nl", "Inloggen met zelf"),
        ("fr", "Se connecter avec zelf"),
        ("de", "Mit zelf anmelden"),
        ("en", "Log in with zelf"),
    ] {
        assert!(page.contains(&format!("| `{lang}` | {words} |")), "{lang}");
    }
}
