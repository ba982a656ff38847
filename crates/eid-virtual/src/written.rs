//! The identity and address files as the National Register writes them.

use eid_card::tlv;

use crate::civil::Ymd;
use crate::person::{Person, PersonError, Sex};

/// Hashes that the identity file carries.
pub struct Hashes {
    pub photo: Vec<u8>,
    /// Of EF 4040, applet 1.8.
    pub chip_key: Option<Vec<u8>>,
}

/// EF 4031. Without the structure version (tag 00): no card seen so far has it, and OpenSC stumbles over it.
///
/// # Errors
/// [`PersonError`] when a date is wrong.
pub fn identity(person: &Person, chip: [u8; 16], hashes: &Hashes, now: i64) -> Result<Vec<u8>, PersonError> {
    let (from, to) = person.validity(now)?;
    let dotted = |(year, month, day): Ymd| format!("{day:02}.{month:02}.{year:04}");
    let nationality = if person.nationality.is_empty() { belgian(&person.lang) } else { &person.nationality };
    let mut file = Vec::new();
    let mut put = |tag: u8, value: &[u8]| tlv::push(&mut file, tag, value);
    put(0x01, person.card_number().as_bytes());
    put(0x02, &chip);
    put(0x03, dotted(from).as_bytes());
    put(0x04, dotted(to).as_bytes());
    put(0x05, person.municipality.as_bytes());
    put(0x06, person.national_number().as_bytes());
    put(0x07, person.surname.as_bytes());
    put(0x08, person.given_names.as_bytes());
    put(0x09, person.third_initial.as_bytes());
    put(0x0A, nationality.as_bytes());
    put(0x0B, person.birth_place.as_bytes());
    put(0x0C, birth_date(person)?.as_bytes());
    put(0x0D, sex(person).as_bytes());
    put(0x0E, b"");
    put(0x0F, person.document_type.to_string().as_bytes());
    put(0x10, person.special_status.to_string().as_bytes());
    put(0x11, &hashes.photo);
    if let Some(hash) = &hashes.chip_key {
        put(0x1A, hash);
    }
    Ok(file)
}

/// EF 4033, filled up with zeros to 117 bytes.
pub fn address(person: &Person) -> Vec<u8> {
    let mut file = Vec::new();
    for (tag, text) in [(0x01, &person.street), (0x02, &person.postcode), (0x03, &person.city)] {
        tlv::push(&mut file, tag, text.as_bytes());
    }
    file.resize(file.len().max(117), 0);
    file
}

fn belgian(lang: &str) -> &'static str {
    match lang {
        "fr" => "Belge",
        "de" => "belgisch",
        _ => "Belg",
    }
}

/// A nationality that is not Belgian.
pub fn foreign_nationality(lang: &str) -> &'static str {
    match lang {
        "fr" => "Italie",
        "de" => "Italien",
        _ => "Italië",
    }
}

fn sex(person: &Person) -> &'static str {
    match (person.sex, person.lang.as_str()) {
        (Sex::Male, _) => "M",
        (Sex::Female, "fr") => "F",
        (Sex::Female, "de") => "W",
        (Sex::Female, _) => "V",
    }
}

const FRENCH: [&str; 12] = ["JAN", "FEV", "MARS", "AVR", "MAI", "JUIN", "JUIL", "AOUT", "SEPT", "OCT", "NOV", "DEC"];
const DUTCH: [&str; 12] = ["JAN", "FEB", "MAAR", "APR", "MEI", "JUN", "JUL", "AUG", "SEP", "OKT", "NOV", "DEC"];
const GERMAN: [&str; 12] = ["JAN", "FEB", "MÄR", "APR", "MAI", "JUN", "JUL", "AUG", "SEP", "OKT", "NOV", "DEZ"];

/// Twelve characters, `21 DEC  1981`; German `21.DEZ.1981`; the year alone when no more is known.
fn birth_date(person: &Person) -> Result<String, PersonError> {
    let (year, known) = person.born().ok_or(PersonError::BirthDate)?;
    let Some((month, day)) = known else { return Ok(format!("{year:04}")) };
    let name = |names: [&'static str; 12]| names.get(usize::from(month) - 1).copied().unwrap_or_default();
    Ok(match person.lang.as_str() {
        "fr" => format!("{day:02} {:<4} {year:04}", name(FRENCH)),
        "de" => format!("{day:02}.{}.{year:04}", name(GERMAN)),
        _ => format!("{day:02} {:<4} {year:04}", name(DUTCH)),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use eid_card::{Address, Identity};

    #[test]
    fn what_is_written_reads_back_in_every_language() {
        let hashes = Hashes { photo: vec![1; 48], chip_key: Some(vec![2; 48]) };
        for lang in ["nl", "fr", "de"] {
            for month in 1..=12 {
                let birth_date = format!("1981-{month:02}-21");
                let person = Person { lang: lang.into(), birth_date: birth_date.clone(), ..Person::default() };
                let read = Identity::parse(&identity(&person, [7; 16], &hashes, 1_795_305_600).unwrap()).unwrap();
                assert_eq!(read.birth_date.to_string(), birth_date, "{lang}");
                assert_eq!((read.surname.as_str(), read.chip_number), ("Voorbeeld", [7; 16]));
                assert_eq!(read.sex, eid_card::Sex::Woman);
                assert_eq!(read.national_number, person.national_number());
            }
        }
        let person = Person { birth_date: "1981".into(), ..Person::default() };
        let read = Identity::parse(&identity(&person, [7; 16], &hashes, 1_795_305_600).unwrap()).unwrap();
        assert_eq!(read.birth_date.to_string(), "1981");
        assert_eq!(Address::parse(&address(&person)).unwrap().postcode, "3000");
    }
}
