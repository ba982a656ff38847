//! OpenSSL judges the test PKI: chains, OCSP answers, revocation lists, the National Register's signatures.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::Command;

use eid_card::{CardFile, der};
use eid_virtual::person::Person;
use eid_virtual::personalise::{self, Fault};
use eid_virtual::pki::TestPki;
use eid_virtual::{Applet, CardImage};
use zelf_eid_virtual as eid_virtual;

fn now() -> i64 {
    i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap()
}

/// What openssl said, and whether it was content.
fn openssl(dir: &Path, line: &str) -> (bool, String) {
    let out = Command::new("openssl").args(line.split(' ')).current_dir(dir).output().expect("openssl is installed");
    let said = [out.stdout, out.stderr].concat();
    (out.status.success(), String::from_utf8_lossy(&said).into_owned())
}

fn content(dir: &Path, line: &str) -> String {
    match openssl(dir, line) {
        (true, said) => said,
        (false, said) => panic!("openssl {line}\n{said}"),
    }
}

fn file(image: &CardImage, file: CardFile) -> Vec<u8> {
    image.files.get(file.path().as_slice()).unwrap().clone()
}

/// Writes a card's certificates as PEM files, cut at their length.
fn lay_out(dir: &Path, image: &CardImage, names: &[(CardFile, &str)]) {
    for (ef, name) in names {
        let padded = file(image, *ef);
        std::fs::write(dir.join(format!("{name}.der")), der::element(&padded).unwrap()).unwrap();
        content(dir, &format!("x509 -inform DER -in {name}.der -out {name}.pem"));
    }
}

const ALL: [(CardFile, &str); 5] = [
    (CardFile::Authentication, "auth"),
    (CardFile::Signature, "sign"),
    (CardFile::Issuer, "issuer"),
    (CardFile::Root, "root"),
    (CardFile::Register, "register"),
];

fn pki(dir: &Path) -> TestPki {
    TestPki::load_or_create(&dir.join("pki"), "http://127.0.0.1:1/eid").unwrap()
}

#[test]
fn chains_hold_for_openssl() {
    let dir = tempfile::tempdir().unwrap();
    let (dir, pki) = (dir.path(), pki(dir.path()));
    for (applet, fault) in [(Applet::V1_7, None), (Applet::V1_8, None), (Applet::V1_8, Some(Fault::Foreigner))] {
        let image = personalise::card(&Person::default(), applet, &pki, fault, now()).unwrap();
        lay_out(dir, &image, &ALL);
        for leaf in ["auth", "sign"] {
            content(dir, &format!("verify -x509_strict -CAfile root.pem -untrusted issuer.pem {leaf}.pem"));
        }
        content(dir, "verify -x509_strict -CAfile root.pem register.pem");
        assert!(!openssl(dir, "verify -CAfile register.pem -untrusted issuer.pem auth.pem").0);
        let said = content(dir, "x509 -in auth.pem -noout -text");
        assert!(said.contains("CN = Noor Voorbeeld (Authentication), SN = Voorbeeld, GN = Noor Marie"), "{said}");
        assert!(said.contains("serialNumber = 85073099833"), "{said}");
        if applet == Applet::V1_8 {
            assert_eq!(file(&image, CardFile::Authentication).len(), 1100);
        }
    }
}

#[test]
fn answers_about_revocation_hold_for_openssl() {
    let dir = tempfile::tempdir().unwrap();
    let (dir, pki) = (dir.path(), pki(dir.path()));
    for applet in [Applet::V1_7, Applet::V1_8] {
        for (fault, verdict) in [
            (None, "auth.pem: good"),
            (Some(Fault::Revoked), "auth.pem: revoked"),
            (Some(Fault::Suspended), "certificateHold"),
        ] {
            let image = personalise::card(&Person::default(), applet, &pki, fault, now()).unwrap();
            lay_out(dir, &image, &ALL);
            content(dir, "ocsp -issuer issuer.pem -cert auth.pem -reqout request.der");
            let request = std::fs::read(dir.join("request.der")).unwrap();
            let (kind, answer) = pki.serve("/ocsp", &request, now()).unwrap();
            assert_eq!(kind, "application/ocsp-response");
            std::fs::write(dir.join("answer.der"), answer).unwrap();
            let said = content(
                dir,
                "ocsp -no_nonce -issuer issuer.pem -cert auth.pem -reqin request.der -respin answer.der -CAfile root.pem -verify_other issuer.pem",
            );
            assert!(said.contains("Response verify OK") && said.contains(verdict), "{said}");
            assert!(!said.contains("nonce"), "{said}");
        }
        let family = if applet == Applet::V1_7 { "rsa" } else { "ec" };
        for list in ["root", "citizen"] {
            let (_, crl) = pki.serve(&format!("/crl/{family}-{list}.crl"), b"", now()).unwrap();
            std::fs::write(dir.join("list.crl"), crl).unwrap();
            let issuer = if list == "root" { "root" } else { "issuer" };
            let said = content(dir, &format!("crl -inform DER -in list.crl -CAfile {issuer}.pem -noout -text"));
            assert!(said.contains("verify OK") && said.contains("Certificate Hold"), "{said}");
        }
    }
    assert!(pki.serve("/crl/../rsa-root.key.crl", b"", now()).is_none());
    assert_eq!(pki.ocsp(b"nonsense", now()), [0x30, 3, 0x0A, 1, 1]);
}

#[test]
fn the_registers_signatures_hold_for_openssl() {
    let dir = tempfile::tempdir().unwrap();
    let (dir, pki) = (dir.path(), pki(dir.path()));
    for (applet, hash) in [(Applet::V1_7, "sha256"), (Applet::V1_8, "sha384")] {
        for (fault, identity_holds, address_holds) in [
            (None, true, true),
            (Some(Fault::TamperedIdentity), false, true),
            (Some(Fault::TamperedAddress), true, false),
        ] {
            let image = personalise::card(&Person::default(), applet, &pki, fault, now()).unwrap();
            lay_out(dir, &image, &ALL);
            content(dir, "x509 -in register.pem -noout -pubkey -out key.pem");
            let signature = |ef| {
                let padded = file(&image, ef);
                if applet == Applet::V1_8 { der::element(&padded).unwrap().to_vec() } else { padded }
            };
            let mut address = file(&image, CardFile::Address);
            while address.last() == Some(&0) {
                address.pop();
            }
            address.extend(file(&image, CardFile::IdentitySignature));
            for (data, signature, holds) in [
                (file(&image, CardFile::Identity), signature(CardFile::IdentitySignature), identity_holds),
                (address, signature(CardFile::AddressSignature), address_holds),
            ] {
                std::fs::write(dir.join("data"), data).unwrap();
                std::fs::write(dir.join("signature"), signature).unwrap();
                let (well, said) = openssl(dir, &format!("dgst -{hash} -verify key.pem -signature signature data"));
                assert_eq!(well, holds, "{applet:?} {fault:?} {said}");
            }
        }
    }
}

#[test]
fn the_folder_keeps_its_keys_to_itself_and_itself() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let first = pki(dir.path()).root_pems();
    let again = TestPki::load_or_create(&dir.path().join("pki"), "http://127.0.0.1:2/other").unwrap();
    assert_eq!(again.root_pems(), first);
    let mut keys = 0;
    for entry in std::fs::read_dir(dir.path().join("pki")).unwrap().flatten() {
        if entry.path().extension().is_some_and(|e| e == "key") {
            assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0);
            keys += 1;
        }
    }
    assert_eq!(keys, 12);
    std::fs::write(dir.path().join("pki/ec-root.key"), "nothing").unwrap();
    let damaged = TestPki::load_or_create(&dir.path().join("pki"), "").err().unwrap().to_string();
    assert!(damaged.contains("ec-root.key"), "{damaged}");
}
