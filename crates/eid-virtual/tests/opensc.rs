//! Programs that know nothing of us read the virtual card through `pcscd`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use zelf_eid_virtual::person::Person;
use zelf_eid_virtual::personalise::{self, Fault};
use zelf_eid_virtual::pki::TestPki;
use zelf_eid_virtual::reader::{Inserted, Reader};
use zelf_eid_virtual::{Applet, VirtualCard};

/// 22 November 2026.
const NOW: i64 = 1_795_305_600;

fn pki() -> &'static TestPki {
    static PKI: OnceLock<TestPki> = OnceLock::new();
    PKI.get_or_init(|| TestPki::load_or_create(&tempfile::tempdir().unwrap().keep(), "http://127.0.0.1:1").unwrap())
}

fn chip(applet: Applet, fault: Option<Fault>) -> VirtualCard {
    VirtualCard::new(personalise::card(&Person::default(), applet, pki(), fault, NOW).unwrap())
}

struct Desk {
    reader: Reader,
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Desk {
        assert!(Reader::possible(), "pcscd and vsmartcard-vpcd are missing: cargo xtask test installs them");
        let folder = tempfile::Builder::new().prefix("zelf-reader").tempdir_in(Path::new("/tmp")).unwrap();
        Desk { reader: Reader::start(folder.path()).unwrap(), folder }
    }

    /// With a card in it that programs see.
    fn with(applet: Applet) -> (Desk, Inserted) {
        let desk = Desk::new();
        let card = desk.reader.insert(chip(applet, None)).unwrap();
        desk.wait_for(|said| said.contains("Belpic"));
        (desk, card)
    }

    /// Everything that a program says.
    fn says(&self, program: &str, args: &[&str]) -> String {
        let out = self.reader.program(program).args(args).output().unwrap();
        format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
    }

    fn wait_for(&self, enough: impl Fn(&str) -> bool) {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let said = self.says("opensc-tool", &["-n"]);
            if enough(&said) {
                return;
            }
            assert!(Instant::now() < until, "opensc-tool says: {said}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

#[test]
fn opensc_reads_both_generations() {
    for applet in [Applet::V1_7, Applet::V1_8] {
        let (desk, card) = Desk::with(applet);
        let who = desk.says("eidenv", &[]);
        let person = Person::default();
        for text in [&person.surname, &person.national_number(), &person.given_names, &person.birth_place, &person.city]
        {
            assert!(who.contains(text.as_str()), "{applet:?}: no {text} in {who}");
        }
        let dump = desk.says("pkcs15-tool", &["--dump"]);
        for text in ["BELPIC", "Basic PIN", "Authentication", "Signature", "CA", "Root", "3f00df005038"] {
            assert!(dump.contains(text), "{applet:?}: no {text} in {dump}");
        }
        assert_eq!(dump.matches("X.509 Certificate [").count(), 4, "{applet:?}: {dump}");
        let (kind, size) = if applet == Applet::V1_7 { ("RSA", "2048") } else { ("EC", "384") };
        assert_eq!(dump.matches(&format!("Private {kind} Key")).count(), 2, "{applet:?}: {dump}");
        assert!(dump.contains(size), "{applet:?}: {dump}");
        drop(card);
    }
}

/// OpenSC 0.23 does not sign with P-384 keys of these cards.
#[test]
fn opensc_signs_with_an_rsa_card() {
    use aws_lc_rs::digest::{SHA256, digest};
    use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
    use der::DecodePem as _;
    let (desk, _card) = Desk::with(Applet::V1_7);
    let place = |name: &str| desk.folder.path().join(name);
    let (input, output) = (place("hash"), place("signature"));
    std::fs::write(&input, digest(&SHA256, b"a text").as_ref()).unwrap();
    let files = ["-i", input.to_str().unwrap(), "-o", output.to_str().unwrap()];
    let said = desk.says(
        "pkcs15-crypt",
        &[&["--sign", "--pkcs1", "--sha-256", "--key", "02", "--pin", "1234", "--raw"], &files[..]].concat(),
    );
    let signature = std::fs::read(&output).unwrap_or_else(|_| panic!("no signature: {said}"));
    let pem = desk.says("pkcs15-tool", &["--read-certificate", "02"]);
    let pem = &pem[pem.find("-----BEGIN").unwrap()..pem.find("-----END").unwrap() + 25];
    let certificate = x509_cert::Certificate::from_pem(pem).unwrap();
    let key = certificate.tbs_certificate.subject_public_key_info.subject_public_key;
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.raw_bytes()).verify(b"a text", &signature).unwrap();
}

#[test]
fn a_card_that_is_pulled_out_is_gone() {
    let (desk, card) = Desk::with(Applet::V1_8);
    assert!(card.pull_out().is_some());
    desk.wait_for(|said| !said.contains("Belpic"));
}
