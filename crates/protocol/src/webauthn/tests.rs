#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use proptest::prelude::*;

use super::*;
use crate::jose::b64u;

const CHALLENGE: [u8; 32] = [7; 32];
const EXPECT: Expect<'static> =
    Expect { origin: "https://desk.example:8407", rp_id: "desk.example", challenge: &CHALLENGE };

/// An authenticator made of software.
struct Key(EcdsaKeyPair);

impl Key {
    fn new() -> Key {
        Key(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap())
    }

    fn point(&self) -> [u8; 65] {
        self.0.public_key().as_ref().try_into().unwrap()
    }

    fn spki(&self) -> Vec<u8> {
        [SPKI, &self.point()].concat()
    }

    fn attested(&self, flags: u8, id: &[u8]) -> Vec<u8> {
        let point = self.point();
        let length = u16::try_from(id.len()).unwrap().to_be_bytes();
        let key = [COSE_X, &point[1..33], COSE_Y, &point[33..]].concat();
        [&header(EXPECT.rp_id, flags, 0)[..], &[0; 16], &length, id, &key].concat()
    }

    fn sign(&self, client_data: &[u8], data: &[u8]) -> Vec<u8> {
        let signed = [data, &sha256(client_data)].concat();
        self.0.sign(&SystemRandom::new(), &signed).unwrap().as_ref().to_vec()
    }

    /// A login with everything as given, signed over just that.
    fn login(&self, client_data: &str, data: &[u8]) -> Result<u32, WebAuthnError> {
        assert(EXPECT, &self.point(), client_data.as_bytes(), data, &self.sign(client_data.as_bytes(), data))
    }
}

fn header(rp_id: &str, flags: u8, count: u32) -> Vec<u8> {
    [&sha256(rp_id.as_bytes())[..], &[flags], &count.to_be_bytes()].concat()
}

fn client_data(kind: &str, origin: &str, challenge: &[u8], more: &str) -> String {
    format!(r#"{{"type":"{kind}","challenge":"{}","origin":"{origin}"{more}}}"#, b64u(challenge))
}

fn get() -> String {
    client_data("webauthn.get", EXPECT.origin, &CHALLENGE, r#","crossOrigin":false"#)
}

fn create() -> String {
    client_data("webauthn.create", EXPECT.origin, &CHALLENGE, "")
}

#[test]
fn a_key_is_registered_and_logs_in() {
    let key = Key::new();
    let made = register(EXPECT, create().as_bytes(), &key.attested(PERSON | AT, &[9; 32]), &key.spki()).unwrap();
    assert_eq!(made, Credential { id: vec![9; 32], point: key.point(), sign_count: 0, backup_eligible: false });
    assert_eq!(key.login(&get(), &header(EXPECT.rp_id, PERSON, 41)), Ok(41));
    let synced = key.attested(PERSON | AT | BE | BS, &[9; 16]);
    assert!(register(EXPECT, create().as_bytes(), &synced, &key.spki()).unwrap().backup_eligible);
}

#[test]
fn a_login_that_is_not_this_one_is_refused() {
    use WebAuthnError::*;
    let (key, good) = (Key::new(), header(EXPECT.rp_id, PERSON, 1));
    let data = |kind: &str, origin: &str, challenge: &[u8], more: &str| client_data(kind, origin, challenge, more);
    let tries = [
        (data("webauthn.create", EXPECT.origin, &CHALLENGE, ""), WrongType),
        (data("webauthn.get", "https://desk.example", &CHALLENGE, ""), WrongOrigin),
        (data("webauthn.get", "https://desk.example:8407/", &CHALLENGE, ""), WrongOrigin),
        (data("webauthn.get", "https://evil.example", &CHALLENGE, ""), WrongOrigin),
        (data("webauthn.get", EXPECT.origin, &[8; 32], ""), WrongChallenge),
        (data("webauthn.get", EXPECT.origin, &CHALLENGE[..31], ""), WrongChallenge),
        (data("webauthn.get", EXPECT.origin, &[], ""), WrongChallenge),
        (data("webauthn.get", EXPECT.origin, &CHALLENGE, r#","crossOrigin":true"#), CrossOrigin),
        (data("webauthn.get", EXPECT.origin, &CHALLENGE, r#","type":"webauthn.get""#), Malformed),
        (data("webauthn.get", EXPECT.origin, &CHALLENGE, "") + " x", Malformed),
        (data("webauthn.get", EXPECT.origin, &CHALLENGE, &format!(r#","x":"{}""#, "a".repeat(5000))), TooLarge),
        (String::new(), Malformed),
        ("[]".into(), Malformed),
        ("{}".into(), Malformed),
    ];
    for (client_data, why) in tries {
        assert_eq!(key.login(&client_data, &good), Err(why), "{client_data}");
    }
    let padded = get().replace(&b64u(CHALLENGE), &format!("{}=", b64u(CHALLENGE)));
    assert_eq!(key.login(&padded, &good), Err(Malformed));
}

#[test]
fn an_authenticator_that_did_not_check_the_person_does_not_count() {
    use WebAuthnError::*;
    let key = Key::new();
    for (flags, why) in [(UP, NotVerified), (UV, NotVerified), (0, NotVerified), (PERSON | BS, Malformed)] {
        assert_eq!(key.login(&get(), &header(EXPECT.rp_id, flags, 1)), Err(why), "{flags:#x}");
        let data = key.attested(flags | AT, &[9; 32]);
        assert_eq!(register(EXPECT, create().as_bytes(), &data, &key.spki()), Err(why), "{flags:#x}");
    }
    assert_eq!(key.login(&get(), &header("example", PERSON, 1)), Err(WrongRelyingParty));
}

#[test]
fn bytes_too_few_or_too_many_are_refused() {
    use WebAuthnError::*;
    let (key, good) = (Key::new(), header(EXPECT.rp_id, PERSON, 1));
    for end in 0..good.len() {
        assert_eq!(key.login(&get(), &good[..end]), Err(Malformed), "{end}");
    }
    assert_eq!(key.login(&get(), &[&good[..], b"x"].concat()), Err(Malformed), "more than the flags say");
    let announced = header(EXPECT.rp_id, PERSON | ED, 1);
    assert_eq!(key.login(&get(), &announced), Err(Malformed), "less than the flags say");
    assert_eq!(key.login(&get(), &[&announced[..], b"\xa0"].concat()), Ok(1));
    assert_eq!(key.login(&get(), &key.attested(PERSON | AT, &[9; 32])), Err(Malformed), "a login brings no key");
    assert_eq!(key.login(&get(), &[0; 4000]), Err(TooLarge));
    let new = key.attested(PERSON | AT, &[9; 32]);
    for end in 0..new.len() {
        assert!(register(EXPECT, create().as_bytes(), &new[..end], &key.spki()).is_err(), "{end}");
    }
    for id in [&[9; 15][..], &[9; 1024]] {
        let data = key.attested(PERSON | AT, id);
        assert_eq!(register(EXPECT, create().as_bytes(), &data, &key.spki()), Err(Malformed));
    }
}

#[test]
fn the_key_must_be_the_same_twice_and_lie_on_the_curve() {
    use WebAuthnError::*;
    let (key, other) = (Key::new(), Key::new());
    let data = key.attested(PERSON | AT, &[9; 32]);
    let register = |data: &[u8], spki: &[u8]| register(EXPECT, create().as_bytes(), data, spki);
    assert_eq!(register(&data, &other.spki()), Err(BadKey));
    for spki in [&b""[..], &key.point(), &key.spki()[..90], &[&key.spki()[..], b"x"].concat()] {
        assert_eq!(register(&data, spki), Err(BadKey));
    }
    // Not on the curve, twice the same.
    let (mut off, mut spki) = (data.clone(), key.spki());
    let last = (off.len() - 1, spki.len() - 1);
    off[last.0] ^= 1;
    spki[last.1] ^= 1;
    assert_eq!(register(&off, &spki), Err(BadKey));
    // Another algorithm (RS256 is -257), another curve, another order of the map.
    for (at, byte) in [(4, 0x27), (6, 2), (1, 0x03)] {
        let mut other = data.clone();
        other[37 + 18 + 32 + at] = byte;
        assert_eq!(register(&other, &key.spki()), Err(BadKey), "{at}");
    }
}

#[test]
fn a_signature_of_another_key_or_over_something_else_is_refused() {
    use WebAuthnError::*;
    let (key, other, data) = (Key::new(), Key::new(), header(EXPECT.rp_id, PERSON, 1));
    let json = get();
    let check = |signature: &[u8]| assert(EXPECT, &key.point(), json.as_bytes(), &data, signature);
    let good = key.sign(json.as_bytes(), &data);
    assert_eq!(check(&good), Ok(1));
    assert_eq!(check(&other.sign(json.as_bytes(), &data)), Err(BadSignature));
    assert_eq!(check(&key.sign(json.as_bytes(), &header(EXPECT.rp_id, PERSON, 2))), Err(BadSignature));
    assert_eq!(check(&[]), Err(BadSignature));
    assert_eq!(check(&[0x30; 80]), Err(TooLarge));
    assert_eq!(check(&[&good[..], b"\0"].concat()), Err(if good.len() == 72 { TooLarge } else { BadSignature }));
    let nowhere: [u8; 65] = [4; 65];
    assert_eq!(assert(EXPECT, &nowhere, json.as_bytes(), &data, &good), Err(BadSignature));
}

/// WebAuthn Level 3 §16, "ES256 Credential with No Attestation". Its authenticator did not verify the user, which we demand:
/// it passes where presence is enough, and only there.
#[test]
fn the_standards_own_example_passes_but_for_the_verified_user() {
    let challenge = |hex: &str| <[u8; 32]>::try_from(unhex(hex)).unwrap();
    let expect = |challenge| Expect { origin: "https://example.org", rp_id: "example.org", challenge };
    let new = challenge("00c30fb78531c464d2b6771dab8d7b603c01162f2fa486bea70f283ae556e130");
    let create = unhex(concat!(
        "7b2274797065223a22776562617574686e2e637265617465222c226368616c6c656e6765223a22414d4d507434557878475453746e636471343137",
        "59447742466938767049612d7077386f4f755657345441222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c226372",
        "6f73734f726967696e223a66616c73652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465",
        "642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a20426b516544",
        "6a646354427258426941774a544c453551227d",
    ));
    let data = unhex(concat!(
        "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b559000000008446ccb9ab1db374750b2367ff6f3a1f0020f91f391d",
        "b4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4a5010203262001215820afefa16f97ca9b2d23eb86ccb64098d20db9085606",
        "2eb249c33a9b672f26df61225820930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220",
    ));
    let spki = [SPKI, &[4], &data[97..129], &data[132..]].concat();
    let made = registered(expect(&new), &create, &data, &spki, UP).unwrap();
    assert_eq!(made.id, unhex("f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4"));
    assert!(made.backup_eligible);
    assert_eq!(register(expect(&new), &create, &data, &spki), Err(WebAuthnError::NotVerified));

    let login = challenge("39c0e7521417ba54d43e8dc95174f423dee9bf3cd804ff6d65c857c9abf4d408");
    let get = unhex(concat!(
        "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a224f63446e55685158756c5455506f334a55585430493937",
        "70767a7a59425039745a63685879617630314167222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f7373",
        "4f726967696e223a66616c73657d",
    ));
    let data = unhex("bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b51900000000");
    let signature = unhex(concat!(
        "3046022100f50a4e2e4409249c4a853ba361282f09841df4dd4547a13a87780218deffcd380221008480ac0f0b93538174f575bf11a1dd5d78c6e4",
        "86013f937295ea13653e331e87",
    ));
    assert_eq!(asserted(expect(&login), &made.point, &get, &data, &signature, UP), Ok(0));
    assert_eq!(assert(expect(&login), &made.point, &get, &data, &signature), Err(WebAuthnError::NotVerified));
    assert_eq!(asserted(expect(&new), &made.point, &get, &data, &signature, UP), Err(WebAuthnError::WrongChallenge));
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

proptest! {
    #[test]
    fn nonsense_is_refused_without_a_panic(
        json in proptest::collection::vec(any::<u8>(), 0..200),
        data in proptest::collection::vec(any::<u8>(), 0..300),
        more in proptest::collection::vec(any::<u8>(), 0..100),
    ) {
        let flagged = [&header(EXPECT.rp_id, 0xc5, 0)[..], &data].concat();
        for data in [&data, &flagged] {
            prop_assert!(assert(EXPECT, &[4; 65], &json, data, &more).is_err());
            prop_assert!(assert(EXPECT, &[4; 65], get().as_bytes(), data, &more).is_err());
            prop_assert!(register(EXPECT, create().as_bytes(), data, &more).is_err());
        }
    }

    #[test]
    fn one_bit_elsewhere_and_it_is_not_the_same_login(at in 0_usize..37, bit in 0_u8..8) {
        let (key, good) = (Key::new(), header(EXPECT.rp_id, PERSON, 1));
        let signature = key.sign(get().as_bytes(), &good);
        let mut data = good;
        data[at] ^= 1 << bit;
        prop_assert!(assert(EXPECT, &key.point(), get().as_bytes(), &data, &signature).is_err());
    }
}
