//! `zelf-eid show`: the person's own card, read and checked without a network.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use eid_card::{Address, Generation, Identity, Sex, Transport, TransportError};
use eid_proof::{Refusal, Roots, card, chip};
use eid_session::{CardRead, ChipAnswer, Failure, Leave, Reader, Slot, Trouble, ask_chip, read};
use serde_json::json;
use words::{Lang, fill, t};

use crate::reader::PcscReader;
use crate::{Look, surroundings};

/// Exit code 0 for a card that holds together, else that of the failure.
pub fn run(look: &Look) -> ExitCode {
    let lang = surroundings::lang();
    match shown(look, lang) {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some(failure)) => ExitCode::from(failure.exit_code()),
        Err(failure) => {
            complain(look, lang, &failure);
            ExitCode::from(failure.exit_code())
        }
    }
}

fn complain(look: &Look, lang: Lang, failure: &Failure) {
    if look.json {
        println!("{}", json!({ "error": failure.code(), "happened": failure.happened(lang) }));
    }
    eprintln!("{} {}", failure.happened(lang), failure.todo(lang));
    eprintln!("{}", fill(lang, "card.failed.code", &[("code", failure.code())]));
}

/// Prints the card; gives what does not hold, if anything.
fn shown(look: &Look, lang: Lang) -> Result<Option<Failure>, Failure> {
    let roots = roots(&look.root)?;
    if roots.has_test() {
        eprintln!("\n*** {} ***\n", t(lang, "card.show.test_root"));
    }
    let mut reader = PcscReader::default();
    let (read, answer) = patiently(&mut reader, Duration::from_secs(look.wait))?;
    let identity = Identity::parse(&read.files.identity).map_err(|_| Failure::CARD_FAILED)?;
    let address = Address::parse(&read.files.address).unwrap_or_default();
    let verdict = verdict(&read, answer.as_ref(), &roots);
    if look.json {
        println!("{}", object(&read, &identity, &address, verdict.as_ref().err(), roots.has_test()));
    } else {
        people(lang, &read, &identity, &address);
    }
    let failure = verdict.err().map(|refusal| Failure::of_server(refusal.code(), None));
    match &failure {
        Some(failure) => complain(&Look { json: false, root: Vec::new(), wait: 0 }, lang, failure),
        None if !look.json => println!("\n{}", t(lang, "card.show.good")),
        None => {}
    }
    Ok(failure)
}

/// The Belgian roots, and with a loud notice those of files.
///
/// # Errors
/// `certificate_chain` for a file that holds no root.
pub fn roots(files: &[PathBuf]) -> Result<Roots, Failure> {
    let none = || Failure::of_server("certificate_chain", None);
    let mut pems = Vec::new();
    for file in files {
        pems.push(std::fs::read_to_string(file).map_err(|_| none())?);
    }
    // Nothing is fetched here, so it does not matter where test revocation would be asked.
    Roots::belgium().with_test(&pems, "http://localhost").map_err(|_| none())
}

/// Until a card is in a reader.
///
/// # Errors
/// What is missing: `no_reader`, `no_card`, `card_wrong_way`.
fn wait(reader: &mut PcscReader, patience: Duration) -> Result<(), Failure> {
    let until = Instant::now() + patience;
    loop {
        let missing = match reader.look(Duration::from_millis(200)) {
            Slot::Card(_) => return Ok(()),
            Slot::NoReader => Failure::NO_READER,
            Slot::Empty => Failure::NO_CARD,
            Slot::Mute => Failure::CARD_WRONG_WAY,
        };
        if Instant::now() > until {
            return Err(missing);
        }
    }
}

/// The card in the reader, tried a few times: it may be on its way out or in.
///
/// # Errors
/// What is missing, or what the card did not do.
pub fn patiently(reader: &mut PcscReader, patience: Duration) -> Result<(CardRead, Option<ChipAnswer>), Failure> {
    let mut tries = 3;
    loop {
        wait(reader, patience)?;
        match whole(reader) {
            Err(failure) if tries > 0 && [Failure::CARD_FAILED, Failure::CARD_REMOVED].contains(&failure) => tries -= 1,
            done => return done,
        }
    }
}

fn whole(reader: &mut PcscReader) -> Result<(CardRead, Option<ChipAnswer>), Failure> {
    let mut done = Err(Trouble::Failed);
    let held = reader.hold(Leave::AsItIs, &mut |transport| done = everything(transport));
    match (held, done) {
        (Err(TransportError::Removed), Err(_)) => Err(Failure::CARD_REMOVED),
        (_, done) => done.map_err(|trouble| failure(&trouble)),
    }
}

/// All files, and the chip's proof of itself where it can give one.
///
/// # Errors
/// As [`read`].
pub fn everything(transport: &mut dyn Transport) -> Result<(CardRead, Option<ChipAnswer>), Trouble> {
    let read = read(transport)?;
    let answer = if read.activated { ask_chip(transport)? } else { None };
    Ok((read, answer))
}

pub fn failure(trouble: &Trouble) -> Failure {
    match trouble {
        Trouble::Removed => Failure::CARD_REMOVED,
        Trouble::Unknown => Failure::CARD_UNKNOWN,
        Trouble::End(failure) => failure.clone(),
        _ => Failure::CARD_FAILED,
    }
}

/// Everything that can be checked without a network.
///
/// # Errors
/// The first thing that does not hold.
pub fn verdict(read: &CardRead, answer: Option<&ChipAnswer>, roots: &Roots) -> Result<(), Refusal> {
    let checked = card::check(read.files.clone(), &read.serial, roots, surroundings::now())?;
    match (&checked.files.chip_key, answer) {
        (Some(key), Some(answer)) => chip::signature(key, &answer.challenge, &answer.signature),
        _ => Ok(()),
    }
}

fn grouped(number: &str) -> String {
    let places = [0..2, 2..4, 4..6, 6..9, 9..11].map(|range| number.get(range));
    match places {
        [Some(year), Some(month), Some(day), Some(serial), Some(check)] => {
            format!("{year}.{month}.{day}-{serial}.{check}")
        }
        _ => number.to_owned(),
    }
}

fn applet(generation: Generation) -> &'static str {
    match generation {
        Generation::V1_7 => "1.7 (RSA-2048)",
        Generation::V1_8 => "1.8 (ECC P-384)",
    }
}

fn people(lang: Lang, read: &CardRead, identity: &Identity, address: &Address) {
    let sex = match identity.sex {
        Sex::Man => t(lang, "claim.value.male"),
        Sex::Woman => t(lang, "claim.value.female"),
        Sex::Other => "?",
    };
    let (from, to) = (identity.valid_from.to_string(), identity.valid_to.to_string());
    let rows = [
        ("claim.name", format!("{} {} {}", identity.given_names, identity.third_initial, identity.surname)),
        ("claim.birthdate", identity.birth_date.to_string()),
        ("claim.place_of_birth", identity.birth_place.clone()),
        ("claim.gender", sex.to_owned()),
        ("claim.nationalities", identity.nationality.clone()),
        ("claim.national_number", grouped(&identity.national_number)),
        ("claim.address", format!("{}, {} {}", address.street, address.postcode, address.municipality)),
        ("card.show.card_number", identity.card_number.clone()),
        ("card.show.valid", fill(lang, "card.show.span", &[("from", &from), ("to", &to)])),
        ("card.show.municipality", identity.municipality.clone()),
        ("card.show.document_type", identity.document_type.to_string()),
        ("card.show.photo", fill(lang, "card.show.bytes", &[("bytes", &read.files.photo.len().to_string())])),
        ("card.show.applet", applet(read.generation).to_owned()),
        ("card.show.tries", read.tries.to_string()),
    ];
    for (label, value) in rows {
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        let value = if value == "," { "–" } else { &value };
        println!("{:<26} {value}", format!("{}:", t(lang, label)));
    }
}

fn object(
    read: &CardRead,
    identity: &Identity,
    address: &Address,
    refusal: Option<&Refusal>,
    test_root: bool,
) -> serde_json::Value {
    json!({
        "given_names": identity.given_names,
        "third_initial": identity.third_initial,
        "surname": identity.surname,
        "birth_date": identity.birth_date.to_string(),
        "birth_place": identity.birth_place,
        "sex": match identity.sex { Sex::Man => "male", Sex::Woman => "female", Sex::Other => "other" },
        "nationality": identity.nationality,
        "national_number": identity.national_number,
        "address": { "street": address.street, "postcode": address.postcode, "municipality": address.municipality },
        "card_number": identity.card_number,
        "valid_from": identity.valid_from.to_string(),
        "valid_to": identity.valid_to.to_string(),
        "municipality": identity.municipality,
        "document_type": identity.document_type,
        "photo_bytes": read.files.photo.len(),
        "applet": match read.generation { Generation::V1_7 => "1.7", Generation::V1_8 => "1.8" },
        "activated": read.activated,
        "pin_tries": read.tries,
        "verified": refusal.is_none(),
        "error": refusal.map(Refusal::code),
        "why": refusal.map(|refusal| refusal.why),
        "revocation": "not checked",
        "test_root": test_root,
    })
}
