//! Long values that nobody reads.

use maud::Render;

/// A sealed value of a kilobyte or more, in base64url: a look at all of it together is much cheaper than at each letter.
pub(crate) struct Opaque<'a>(pub(crate) &'a str);

impl Render for Opaque<'_> {
    fn render_to(&self, page: &mut String) {
        // Without an early exit, so that it is done many letters at a time.
        let odd = self.0.bytes().fold(false, |odd, b| odd | matches!(b, b'&' | b'<' | b'>' | b'"' | b'\''));
        if odd { self.0.render_to(page) } else { page.push_str(self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_plain_is_made_safe() {
        for (text, drawn) in [("aZ09-_", "aZ09-_"), ("a\"><b>&'", "a&quot;&gt;&lt;b&gt;&amp;'")] {
            assert_eq!(Opaque(text).render().into_string(), drawn);
            assert_eq!(Opaque(text).render().into_string(), text.render().into_string());
        }
    }
}
