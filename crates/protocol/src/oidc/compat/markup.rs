//! The free text that a person confirms: words in ISO-8859-15, with bold, italic, underlined and line breaks. What comes
//! out is canonical, so that phone, server and evidence hold the same bytes.

use super::template::TemplateError;

/// Longest text, in characters, markup left out.
pub const MAX_TEXT_CHARS: usize = 7_500;
/// Longest canonical markup in bytes: with it a request still fits what a phone reads.
pub const MAX_MARKUP_BYTES: usize = 24 * 1024;
/// Longest raw text in bytes: nobody writes more markup than words.
const MAX_RAW_BYTES: usize = 64 * 1024;

/// How often bold, italic and underlined are open at this place.
#[derive(Clone, Copy, Default)]
struct Open([u16; 3]);

const TAGS: [&str; 3] = ["b", "i", "u"];

impl Open {
    fn style(self) -> [bool; 3] {
        self.0.map(|depth| depth > 0)
    }

    fn turn(&mut self, tag: &str, closes: bool) {
        let depth = TAGS.iter().position(|t| *t == tag).and_then(|at| self.0.get_mut(at));
        if let Some(depth) = depth {
            *depth = if closes { depth.saturating_sub(1) } else { depth.saturating_add(1) };
        }
    }
}

/// What is written so far: runs of one style, breaks between them outside of any.
#[derive(Default)]
struct Page {
    out: String,
    style: [bool; 3],
    chars: usize,
    words: bool,
}

impl Page {
    fn restyle(&mut self, style: [bool; 3]) {
        if style == self.style {
            return;
        }
        for (tag, _) in TAGS.iter().zip(self.style).rev().filter(|(_, on)| *on) {
            self.out.push_str(&format!("</{tag}>"));
        }
        for (tag, _) in TAGS.iter().zip(style).filter(|(_, on)| *on) {
            self.out.push_str(&format!("<{tag}>"));
        }
        self.style = style;
    }

    fn letter(&mut self, c: char, style: [bool; 3]) -> Result<(), TemplateError> {
        let c = match c {
            '\n' | '\r' | '\t' | '\u{a0}' => ' ',
            '\u{ad}' => return Ok(()),
            other => other,
        };
        if !in_latin_9(c) {
            return Err(TemplateError::CharacterNotAllowed);
        }
        self.restyle(style);
        self.chars += 1;
        self.words |= c != ' ';
        match c {
            '<' => self.out.push_str("&lt;"),
            '>' => self.out.push_str("&gt;"),
            '&' => self.out.push_str("&amp;"),
            other => self.out.push(other),
        }
        self.short_enough()
    }

    fn line_break(&mut self) -> Result<(), TemplateError> {
        self.restyle([false; 3]);
        self.out.push_str("<br>");
        self.short_enough()
    }

    fn short_enough(&self) -> Result<(), TemplateError> {
        let fits = self.chars <= MAX_TEXT_CHARS && self.out.len() <= MAX_MARKUP_BYTES;
        if fits { Ok(()) } else { Err(TemplateError::TextTooLong) }
    }
}

/// The canonical markup: tags `b i u br` only, other tags gone and their content kept, every run of one style in its own
/// tags, nested in this order. A new line in the source is a space, as in HTML; a soft hyphen is nothing.
///
/// # Errors
/// `TextEmpty`, `TextTooLong`, `CharacterNotAllowed`.
pub(in crate::oidc) fn canonical(text: &str) -> Result<String, TemplateError> {
    if text.len() > MAX_RAW_BYTES {
        return Err(TemplateError::TextTooLong);
    }
    let (mut page, mut open) = (Page::default(), Open::default());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some((tag, after)) = tag(rest) {
            rest = after;
            match tag.name.as_str() {
                "br" => page.line_break()?,
                name => open.turn(name, tag.closes),
            }
        } else if let Some((c, after)) = entity(rest) {
            rest = after;
            page.letter(c, open.style())?;
        } else {
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
            if c == '\r' && rest.starts_with('\n') {
                continue;
            }
            page.letter(c, open.style())?;
        }
    }
    page.restyle([false; 3]);
    if page.words { Ok(page.out) } else { Err(TemplateError::TextEmpty) }
}

struct Tag {
    name: String,
    closes: bool,
}

/// A tag at the start of `text`: `<name …>`, `</name>`, `<!…>`. Anything else that begins with `<` is a word.
fn tag(text: &str) -> Option<(Tag, &str)> {
    let inside = text.strip_prefix('<')?;
    if !inside.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!') {
        return None;
    }
    if let Some(comment) = inside.strip_prefix("!--") {
        let (_, after) = comment.split_once("-->")?;
        return Some((Tag { name: String::new(), closes: false }, after));
    }
    let (inside, after) = inside.split_once('>')?;
    let closes = inside.starts_with('/');
    let name = inside.trim_start_matches('/');
    let name = name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    Some((Tag { name: name.to_ascii_lowercase(), closes }, after))
}

/// A character reference at the start of `text`; one we do not know is a word.
fn entity(text: &str) -> Option<(char, &str)> {
    let inside = text.strip_prefix('&')?;
    let (name, after) = inside.split_at_checked(inside.bytes().take(10).position(|b| b == b';')?)?;
    let after = after.strip_prefix(';')?;
    let c = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "euro" => '€',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    };
    Some((c, after))
}

/// The printable characters of ISO-8859-15.
pub(in crate::oidc) fn in_latin_9(c: char) -> bool {
    match c {
        ' '..='~' => true,
        '¤' | '¦' | '¨' | '´' | '¸' | '¼' | '½' | '¾' => false,
        '¡'..='ÿ' => true,
        '€' | 'Š' | 'š' | 'Ž' | 'ž' | 'Œ' | 'œ' | 'Ÿ' => true,
        _ => false,
    }
}
