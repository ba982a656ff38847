//! Hostile bytes: one flipped bit, one cut, one splice, and noise.

use crate::protocol::jose::jwt::Jwt;
use crate::protocol::jose::{Jws, PublicKey, b64u, unb64u};
use crate::protocol::phone::{Answer, Command, KeysDocument, Payload, PendingBody, Receipt, Request};
use proptest::prelude::*;
use serde_json::Value;

use super::{each_row, path, public, read, text};

/// One approval of the other side's file: M1, M2, M3 and the keys that signed them.
struct Approval {
    parts: [(String, PublicKey); 3],
}

impl Approval {
    fn load() -> Self {
        let file: Value = serde_json::from_slice(&std::fs::read(path("protocol.json")).unwrap()).unwrap();
        let row = &file["receipts"][0];
        let keys = KeysDocument::verify(text(row, "keys"), &public(&row["root"])).unwrap();
        let by = |kid: String| PublicKey::from_jwk(&keys.keys.iter().find(|k| k.kid == kid).unwrap().jwk).unwrap();
        let (m1, m2, m3) = (text(row, "m1"), text(row, "m2"), text(row, "m3"));
        let parts = [
            (m1.to_owned(), by(Request::kid(m1).unwrap())),
            (m2.to_owned(), public(&row["device"])),
            (m3.to_owned(), by(Receipt::kid(m3).unwrap())),
        ];
        Approval { parts }
    }

    /// True when part `at`, read as what it is, verifies.
    fn accepts(&self, at: usize, compact: &str) -> bool {
        let key = &self.parts[at].1;
        match at {
            0 => Request::verify(compact, &key.name("rq"), key).is_ok(),
            1 => Answer::verify(compact, &key.name("dev"), key).is_ok(),
            _ => Receipt::verify(compact, &key.name("rc"), key).is_ok(),
        }
    }
}

fn flip(compact: &str, bit: usize) -> Option<String> {
    let mut bytes = compact.as_bytes().to_vec();
    bytes[bit / 8 % compact.len()] ^= 1 << (bit % 8);
    String::from_utf8(bytes).ok()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_flipped_bit_survives(at in 0..3_usize, bit in any::<usize>()) {
        let approval = Approval::load();
        let whole = &approval.parts[at].0;
        prop_assert!(approval.accepts(at, whole));
        if let Some(flipped) = flip(whole, bit / 8) {
            prop_assert!(!approval.accepts(at, &flipped));
        }
    }

    #[test]
    fn no_parser_panics_on_noise(noise in ".{0,400}", typ in prop::sample::select(vec!["zelf-req+jws", "zelf-cmd+jws", ""])) {
        let _ = Jws::parse(&noise, typ).map(|jws| jws.unverified::<Request>());
        let _ = Command::parse(&noise).map(|c| c.unverified::<PendingBody>());
        let _ = Jwt::parse(&noise).map(|jwt| jwt.unverified::<Value>());
        let _ = unb64u(&noise);
    }

    #[test]
    fn no_parser_panics_on_noise_in_our_form(header in any::<Vec<u8>>(), payload in any::<Vec<u8>>(), sig in any::<Vec<u8>>()) {
        let good = b64u(br#"{"alg":"ES256","typ":"zelf-req+jws","kid":"rq_x"}"#);
        for header in [b64u(&header), good] {
            let compact = format!("{header}.{}.{}", b64u(&payload), b64u(&sig));
            prop_assert!(Request::unverified(&compact).is_err());
            let _ = Jwt::parse(&compact).map(|jwt| jwt.unverified::<Value>());
        }
    }
}

#[test]
fn no_cut_and_no_splice_survives() {
    let approval = Approval::load();
    for at in 0..3 {
        let whole = &approval.parts[at].0;
        for end in 0..whole.len() {
            assert!(!approval.accepts(at, &whole[..end]), "cut at {end}");
        }
        let (body, sig) = whole.rsplit_once('.').unwrap();
        for (other, _) in approval.parts.iter().filter(|(o, _)| o != whole) {
            let (other_body, other_sig) = other.rsplit_once('.').unwrap();
            assert!(!approval.accepts(at, &format!("{body}.{other_sig}")));
            assert!(!approval.accepts(at, &format!("{other_body}.{sig}")));
        }
    }
}

/// Rightly signed, yet not one of ours: members too many, too few, twice, of another kind.
#[test]
fn a_payload_of_another_shape_is_refused() {
    let file: Value = serde_json::from_slice(&std::fs::read(path("protocol-rust.json")).unwrap()).unwrap();
    for row in file["refused_payload"].as_array().unwrap() {
        let key = public(&row["jwk"]);
        let jws = Jws::parse(text(row, "jws"), text(row, "typ")).unwrap();
        let error = match text(row, "typ") {
            "zelf-req+jws" => jws.verify::<Request>(&key).unwrap_err(),
            "zelf-apr+jws" => jws.verify::<Answer>(&key).unwrap_err(),
            _ => jws.verify::<Payload<PendingBody>>(&key).unwrap_err(),
        };
        // Not the signature: the shape alone is at fault.
        assert_eq!(error, protocol::jose::JoseError::Malformed, "{}", text(row, "why"));
    }
}

#[test]
fn a_seal_that_was_touched_does_not_open() {
    each_row("pin_proof", |row| {
        let (vault, input) = (super::vault(row), Jws::parse(text(row, "m2"), "zelf-apr+jws").unwrap().input_digest());
        let sealed: protocol::seal::Sealed = read(&row["sealed"]);
        let opens = |enc: &[u8], ct: &[u8], kid: &str| {
            let touched = protocol::seal::Sealed { kid: kid.into(), enc: b64u(enc), ct: b64u(ct) };
            vault.open(&touched, protocol::label::PIN_PROOF, &input).is_ok()
        };
        let (enc, ct) = (unb64u(&sealed.enc).unwrap(), unb64u(&sealed.ct).unwrap());
        assert!(opens(&enc, &ct, &sealed.kid));
        assert!(!opens(&enc, &ct, "vs_another"));
        assert!(!opens(&enc, &ct[1..], &sealed.kid));
        assert!(
            !opens(&[], &ct, &sealed.kid) && !opens(&[4; 65], &ct, &sealed.kid) && !opens(&[0; 65], &ct, &sealed.kid)
        );
        for at in 0..ct.len() {
            let mut ct = ct.clone();
            ct[at] ^= 1;
            assert!(!opens(&enc, &ct, &sealed.kid));
        }
    });
}
