//! The person of the files is the person of the certificate.

use eid_card::Identity;

use crate::certificate::Certificate;
use crate::{Kind, Refusal};

/// National number equal; surname and first given name equal but for case, accents, blanks and hyphens.
///
/// # Errors
/// `holder_mismatch`.
pub fn same(identity: &Identity, certificate: &Certificate) -> Result<(), Refusal> {
    let wrong = |why| Err(Kind::HolderMismatch.because(why));
    if certificate.national_number().as_deref() != Some(identity.national_number.as_str()) {
        return wrong("national number");
    }
    if certificate.surname().map(|name| folded(&name)) != Some(folded(&identity.surname)) {
        return wrong("surname");
    }
    // Some people have no given names.
    let given = certificate.given_names().unwrap_or_default();
    let first = |names: &str| folded(names.split([' ', ',']).find(|name| !name.is_empty()).unwrap_or_default());
    if first(&given) == first(&identity.given_names) { Ok(()) } else { wrong("given names") }
}

/// Letters of a name without case and accents; nothing else.
pub fn folded(name: &str) -> String {
    name.chars().flat_map(char::to_lowercase).flat_map(plain).filter(|c| c.is_alphanumeric()).collect()
}

/// Lower-case Latin letters of Latin-1 and Latin Extended-A without their marks.
fn plain(c: char) -> impl Iterator<Item = char> {
    const PAIRS: [(&str, &str); 24] = [
        ("àáâãäåāăą", "a"),
        ("æ", "ae"),
        ("çćĉċč", "c"),
        ("ďđð", "d"),
        ("èéêëēĕėęě", "e"),
        ("ĝğġģ", "g"),
        ("ĥħ", "h"),
        ("ìíîïĩīĭįı", "i"),
        ("ĳ", "ij"),
        ("ĵ", "j"),
        ("ķĸ", "k"),
        ("ĺļľŀł", "l"),
        ("ñńņňŉŋ", "n"),
        ("òóôõöøōŏő", "o"),
        ("œ", "oe"),
        ("ŕŗř", "r"),
        ("śŝşšș", "s"),
        ("ß", "ss"),
        ("ţťŧț", "t"),
        ("þ", "th"),
        ("ùúûüũūŭůűų", "u"),
        ("ŵ", "w"),
        ("ýÿŷ", "y"),
        ("źżž", "z"),
    ];
    // Combining marks follow their letter in decomposed text, and go.
    let mark = ('\u{300}'..='\u{36F}').contains(&c);
    let known = PAIRS.iter().find(|(marked, _)| marked.contains(c)).map(|(_, letters)| *letters);
    let other = (known.is_none() && !mark).then_some(c);
    known.unwrap_or_default().chars().chain(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_as_people_would() {
        for (one, other) in [
            ("D'Hondt-Müller", "DHONDT MULLER"),
            ("Angèle", "ANGELE"),
            ("Ange\u{300}le", "Angèle"),
            ("Çelik", "celik"),
            ("Łukasz", "Lukasz"),
            ("Groß", "GROSS"),
            ("İnan", "inan"),
        ] {
            assert_eq!(folded(one), folded(other), "{one}");
        }
        assert_ne!(folded("Peeters"), folded("Peters"));
        assert_ne!(folded("Иван"), folded("Петр"));
    }
}
