//! Writing that is drawn as it is signed: nothing hidden in it, nothing that turns it around.

/// Characters that a person cannot see, or that change how others are drawn: controls, directions (Unicode UAX #9), joiners,
/// fillers, tags. First and last of each range. The phone holds the same list (`phone/src/protocol/plain.ts`, held equal by
/// `vectors/hidden-characters.json`).
pub const HIDDEN: [(u32, u32); 16] = [
    (0x0000, 0x001f),
    (0x007f, 0x009f),
    (0x00ad, 0x00ad),
    (0x034f, 0x034f),
    (0x061c, 0x061c),
    (0x115f, 0x1160),
    (0x17b4, 0x17b5),
    (0x180b, 0x180f),
    (0x200b, 0x200f),
    (0x2028, 0x202e),
    (0x2060, 0x206f),
    (0x3164, 0x3164),
    (0xfeff, 0xfeff),
    (0xffa0, 0xffa0),
    (0xfff9, 0xfffb),
    (0xe0000, 0xe0fff),
];

/// True for a character that nobody would see as it is.
pub fn hidden(c: char) -> bool {
    let c = u32::from(c);
    HIDDEN.iter().any(|(first, last)| (*first..=*last).contains(&c))
}

/// One line of at most `most` characters, each of which a person can see.
pub fn line(text: &str, most: usize) -> bool {
    text.chars().count() <= most && !text.chars().any(hidden)
}

/// The text without what nobody would see: for words of our own and of the person, which nobody wrote to deceive.
pub fn shown(text: &str) -> String {
    text.chars().filter(|c| !hidden(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_what_the_phone_holds_for_hidden() {
        let file: serde_json::Value =
            serde_json::from_str(include_str!("../../../vectors/hidden-characters.json")).unwrap_or_default();
        let listed: Vec<(u32, u32)> =
            serde_json::from_value(file.get("ranges").cloned().unwrap_or_default()).unwrap_or_default();
        assert_eq!(listed, HIDDEN);
        for text in file
            .get("refused")
            .and_then(serde_json::Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|text| text.as_str())
        {
            assert!(!line(text, 100), "{text:?}");
        }
        for text in file
            .get("taken")
            .and_then(serde_json::Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|text| text.as_str())
        {
            assert!(line(text, 100), "{text:?}");
            assert_eq!(shown(text), text);
        }
    }

    #[test]
    fn a_line_is_as_long_as_it_may_be() {
        assert!(line("ééé", 3) && !line("éééé", 3));
        assert_eq!(shown("Jan\u{200b}\u{202e}sen"), "Jansen");
    }
}
