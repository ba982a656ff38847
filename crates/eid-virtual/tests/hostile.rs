//! Everything that reads a card's bytes, on a corpus (`fuzz/corpus`) and its mutations. `FUZZ_SECONDS` says how long each part
//! runs; the same bodies are libFuzzer targets in `fuzz/`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use eid_card::scripted::{Scripted, play};
use eid_card::{Address, BirthDate, Card, Identity, Pin, Transport, TransportError, address, apdu, der};
use zelf_eid_virtual::person::Person;
use zelf_eid_virtual::pki::TestPki;
use zelf_eid_virtual::{Applet, VirtualCard, personalise};

const NOW: i64 = 1_795_000_000;

fn chip(applet: Applet) -> VirtualCard {
    let folder = tempfile::tempdir().unwrap();
    let pki = TestPki::load_or_create(folder.path(), "http://127.0.0.1:1").unwrap();
    VirtualCard::new(personalise::card(&Person::default(), applet, &pki, None, NOW).unwrap())
}

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(name)
}

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let files = std::fs::read_dir(folder(name)).unwrap();
    let all: Vec<_> = files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect();
    assert!(!all.is_empty(), "no corpus in fuzz/corpus/{name}");
    all
}

/// xorshift64*: the same run each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap() % most.max(1)
    }

    fn byte(&mut self) -> u8 {
        let telling = [0, 1, 0x7F, 0x80, 0x81, 0x82, 0xFE, 0xFF, 0x30, 0x61, 0x6C, 0x90];
        if self.below(2) == 0 {
            telling.get(self.below(12)).copied().unwrap()
        } else {
            u8::try_from(self.below(256)).unwrap()
        }
    }

    /// One to six small changes: a byte replaced, removed, put in, a piece doubled, the end cut off.
    fn change(&mut self, seed: &[u8]) -> Vec<u8> {
        let mut bytes = seed.to_vec();
        for _ in 0..=self.below(6) {
            let at = self.below(bytes.len());
            match self.below(5) {
                0 if !bytes.is_empty() => drop(bytes.splice(at..=at, [self.byte()])),
                1 if !bytes.is_empty() => drop(bytes.remove(at)),
                2 => bytes.insert(at, self.byte()),
                3 => {
                    let piece: Vec<u8> = bytes.iter().skip(at).take(self.below(40)).copied().collect();
                    drop(bytes.splice(at..at, piece));
                }
                _ => bytes.truncate(bytes.len() - self.below(bytes.len().min(20))),
            }
        }
        bytes
    }
}

/// Runs `body` on the corpus and then on mutations for as long as asked.
fn hunt(corpus: &[Vec<u8>], mut body: impl FnMut(&[u8])) {
    let seconds = std::env::var("FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    corpus.iter().for_each(|seed| body(seed));
    let (until, mut chance, mut runs) = (Instant::now() + Duration::from_secs(seconds), Chance(0x5EED), 0_u64);
    while Instant::now() < until {
        let seed = corpus.get(chance.below(corpus.len())).unwrap();
        let input = chance.change(seed);
        let began = Instant::now();
        body(&input);
        assert!(began.elapsed() < Duration::from_secs(2), "slow on {input:02X?}");
        runs += 1;
    }
    println!("{runs} inputs");
}

#[test]
fn files() {
    hunt(&corpus("card_files"), |bytes| {
        let _ = Identity::parse(bytes);
        let _ = Address::parse(bytes);
        let _ = (address::signed_part(bytes), der::element(bytes));
        if let Some(date) = std::str::from_utf8(bytes).ok().and_then(BirthDate::parse) {
            let _ = date.latest();
        }
    });
}

#[test]
fn answers_of_a_card() {
    hunt(&corpus("card_session"), |bytes| {
        play(bytes);
        // More questions than answers are not asked.
        let mut scripted = Scripted::new(bytes);
        let _ = Card::open(&mut scripted).map(|mut card| card.read_all(&mut |_| {}));
        assert!(scripted.commands <= bytes.len() + 1);
    });
}

#[test]
fn commands_to_a_virtual_card() {
    let pin = apdu::verify(&Pin::new("1234").ok().unwrap()).to_vec();
    let commands = [
        apdu::select_applet(),
        apdu::select_path(&[0xDF, 0x01, 0x40, 0x31]),
        apdu::read_binary(0, 0xFC),
        apdu::card_data(true),
        pin,
        apdu::set_environment(2, 0x83),
        apdu::sign(&[7; 48]),
        apdu::internal_authenticate(&[7; 48]),
        apdu::get_response(96),
        [&[0, 0x24, 0, 1, 16][..], &[0x24; 16]].concat(),
    ];
    let mut card = chip(Applet::V1_8);
    hunt(&commands, |command| {
        let answer = card.transmit(command);
        assert!((2..=258).contains(&answer.len()), "{command:02X?}");
    });
}

/// Keeps what crosses the wire.
struct Recorder(VirtualCard, Vec<u8>);

impl Transport for Recorder {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let answer = self.0.transmit(command);
        self.1.push(u8::try_from(answer.len()).map_err(|_| TransportError::Failed)?);
        self.1.extend(&answer);
        Ok(answer)
    }
}

/// `cargo test -p zelf-eid-virtual --test hostile -- --ignored`: the corpus anew, from virtual cards.
#[test]
#[ignore = "writes files"]
fn write_the_corpus() {
    for (applet, name) in [(Applet::V1_7, "17"), (Applet::V1_8, "18")] {
        let mut card = Card::open(Recorder(chip(applet), Vec::new())).ok().unwrap();
        let files = card.read_all(&mut |_| {}).unwrap();
        for (file, bytes) in [("identity", &files.identity), ("address", &files.address), ("register", &files.register)]
        {
            std::fs::write(folder("card_files").join(format!("{file}-{name}")), bytes).unwrap();
        }
        std::fs::write(folder("card_session").join(format!("read-{name}")), card.into_transport().1).unwrap();
    }
    std::fs::write(folder("card_files").join("birth-date"), "21.MÄR  1981").unwrap();
}
