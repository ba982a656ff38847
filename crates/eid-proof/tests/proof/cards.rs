//! Whole cards before the judge: those that are believed, and every fault with its own code.

use crate::desk::{EXPECT, NOW, PKI, answers, code, image, plan, proof, proof_of, rules, verdict, with_files};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use eid_card::Day;
use eid_proof::judge::{Expect, Rules};
use eid_virtual::Applet::{self, V1_7, V1_8};
use eid_virtual::person::{Person, Sex};
use eid_virtual::personalise::{self, Fault};
use protocol::eid::ProofBody;
use zelf_eid_proof as eid_proof;

#[test]
fn a_good_card_is_believed_and_tells_who_it_is() {
    for applet in [V1_7, V1_8] {
        let proven = verdict(&proof(applet, None)).unwrap();
        let holder = &proven.holder;
        assert_eq!((holder.given_names.as_str(), holder.family_name.as_str()), ("Noor Marie", "Voorbeeld"));
        assert_eq!(holder.national_number, "85073099833");
        assert_eq!(holder.birthdate.unwrap().to_string(), "1985-07-30");
        assert_eq!(holder.sex, Some(eid_card::Sex::Woman));
        assert!(holder.test && holder.evidence_sha256.len() == 43 && holder.certificate_serial.len() == 32);
        let card = &proven.card;
        let address = card.address.as_ref().unwrap();
        assert_eq!((address.street.as_str(), address.postcode.as_str()), ("Voorbeeldstraat 12", "3000"));
        assert_eq!((card.nationality.as_str(), card.birth_place.as_str()), ("Belg", "Leuven"));
        assert!(card.belgian() && card.photo.starts_with(&[0xFF, 0xD8]) && card.document_type == 1);
    }
}

#[test]
fn every_fault_ends_in_its_own_code() {
    let faults = [
        (Fault::Expired, "card_expired"),
        (Fault::NotYet, "card_not_yet"),
        (Fault::Revoked, "certificate_revoked"),
        (Fault::Suspended, "certificate_suspended"),
        (Fault::TamperedAddress, "address_signature"),
        (Fault::TamperedIdentity, "identity_signature"),
        (Fault::Kids, "document_type"),
        (Fault::WrongHolder, "holder_mismatch"),
        (Fault::BadPhoto, "photo_mismatch"),
        (Fault::UnknownRoot, "certificate_chain"),
        // Age is the domain's business, and these three are good cards.
        (Fault::Minor, "believed"),
        (Fault::Foreigner, "believed"),
        (Fault::NoAddress, "believed"),
    ];
    for applet in [V1_7, V1_8] {
        for (fault, expected) in faults {
            assert_eq!(code(&proof(applet, Some(fault))), expected, "{applet:?} {fault}");
        }
        // A card that was never activated does not sign; if one did, its certificates are on hold.
        let mut never = image(applet, Some(Fault::WrongState));
        never.activated = true;
        assert_eq!(code(&proof_of(never, crate::desk::ORIGIN, crate::desk::NONCE)), "certificate_suspended");
    }
    assert_eq!(code(&proof(V1_7, Some(Fault::ClonedChip))), "chip_mismatch");
    assert_eq!(code(&proof(V1_8, Some(Fault::ClonedChip))), "chip_signature");
}

#[test]
fn special_cards_tell_what_is_special() {
    let minor = verdict(&proof(V1_8, Some(Fault::Minor))).unwrap();
    assert_eq!(minor.holder.birthdate.unwrap().age_on(Day::new(2026, 11, 22).unwrap()), 16);
    let foreigner = verdict(&proof(V1_7, Some(Fault::Foreigner))).unwrap().card;
    assert!(!foreigner.belgian() && foreigner.card_number.starts_with('B') && foreigner.document_type == 31);
    assert!(verdict(&proof(V1_8, Some(Fault::NoAddress))).unwrap().card.address.is_none());
    let partial = Person { birth_date: "1961".into(), sex: Sex::Male, ..Person::default() };
    let partial = personalise::card(&partial, V1_8, &PKI, None, NOW).unwrap();
    let holder = verdict(&proof_of(partial, crate::desk::ORIGIN, crate::desk::NONCE)).unwrap().holder;
    assert_eq!(holder.birthdate.unwrap().latest().to_string(), "1961-12-31");
}

#[test]
fn a_proof_answers_one_question_once() {
    for applet in [V1_7, V1_8] {
        let body = proof(applet, None);
        let judged = |expect: Expect<'_>| {
            let plan = plan(&body).unwrap();
            let answers = answers(&plan, NOW);
            plan.judge(&answers, expect, &rules(), NOW).map_or_else(|refusal| refusal.code(), |_| "believed")
        };
        assert_eq!(judged(EXPECT), "believed");
        assert_eq!(judged(Expect { origin: "https://login.attacker.example", ..EXPECT }), "possession");
        assert_eq!(judged(Expect { nonce: "YPVgYc7Qds0qmK/RilPLffnsIg7IIovM4BAWqGZWwiY=", ..EXPECT }), "possession");
        let other = judged(Expect { challenge: &[8; 48], ..EXPECT });
        assert_eq!(other, if applet == V1_8 { "chip_signature" } else { "believed" });
    }
}

fn other_card(applet: Applet) -> ProofBody {
    let person = Person { surname: "Andersma".into(), birth_date: "1971-02-03".into(), ..Person::default() };
    let image = personalise::card(&person, applet, &PKI, None, NOW).unwrap();
    proof_of(image, crate::desk::ORIGIN, crate::desk::NONCE)
}

#[test]
fn files_of_two_cards_do_not_mix() {
    for applet in [V1_7, V1_8] {
        let (mine, hers) = (proof(applet, None), other_card(applet));
        let take = |change: fn(&mut ProofBody, &ProofBody)| {
            let mut mixed = mine.clone();
            change(&mut mixed, &hers);
            code(&mixed)
        };
        assert_eq!(take(|m, h| m.files.identity.clone_from(&h.files.identity)), "identity_signature");
        assert_eq!(take(|m, h| m.files.address.clone_from(&h.files.address)), "believed", "the same address");
        assert_eq!(take(|m, h| m.files.address_signature.clone_from(&h.files.address_signature)), "address_signature");
        let both = take(|m, h| {
            m.files.identity.clone_from(&h.files.identity);
            m.files.identity_signature.clone_from(&h.files.identity_signature);
        });
        assert_eq!(both, "address_signature");
        assert_eq!(take(|m, h| m.files.photo.clone_from(&h.files.photo)), "photo_mismatch");
        assert_eq!(take(|m, h| m.files.authentication.clone_from(&h.files.authentication)), "holder_mismatch");
        assert_eq!(take(|m, h| m.token.clone_from(&h.token)), "possession");
        assert_eq!(take(|m, h| m.serial.clone_from(&h.serial)), "chip_mismatch");
        let whole_person = take(|m, h| {
            m.files.authentication.clone_from(&h.files.authentication);
            m.token.clone_from(&h.token);
        });
        assert_eq!(whole_person, "holder_mismatch");
        if applet == V1_8 {
            assert_eq!(take(|m, h| m.files.chip_key.clone_from(&h.files.chip_key)), "chip_mismatch");
            assert_eq!(take(|m, h| m.chip_signature.clone_from(&h.chip_signature)), "chip_signature");
        }
    }
}

#[test]
fn nothing_can_be_left_out_of_a_card_of_1_8() {
    let body = proof(V1_8, None);
    assert_eq!(code(&ProofBody { chip_signature: None, ..body.clone() }), "chip_signature");
    assert_eq!(code(&with_files(&body, |files| files.chip_key = None)), "chip_mismatch");
    // The address may be left at home; its signature alone means nothing.
    let bare = with_files(&body, |files| {
        files.address.clear();
        files.address_signature.clear();
    });
    assert!(verdict(&bare).unwrap().card.address.is_none());
    assert_eq!(code(&with_files(&body, |files| files.address.clear())), "address_signature");
    assert_eq!(code(&with_files(&body, |files| files.identity_signature.extend([0; 4]))), "address_signature");
    assert_eq!(code(&with_files(&body, |files| files.identity_signature.push(1))), "identity_signature");
    assert_eq!(code(&with_files(&body, |files| files.identity.push(0))), "identity_signature");
    assert_eq!(code(&with_files(&body, |files| files.address.extend([0; 40]))), "believed");
}

#[test]
fn certificates_are_for_what_they_say() {
    let mut img = image(V1_8, None);
    // The signature certificate and key in the place of those for authentication.
    let place = |last: u8| vec![0xDF, 0x00, 0x50, last];
    let signature = img.files.get(&place(0x39)).unwrap().clone();
    img.files.insert(place(0x38), signature);
    img.authentication = img.signature.take().unwrap();
    assert_eq!(code(&proof_of(img, crate::desk::ORIGIN, crate::desk::NONCE)), "certificate_purpose");
    let body = proof(V1_8, None);
    let turned = with_files(&body, |files| std::mem::swap(&mut files.register, &mut files.authentication));
    assert_eq!(code(&turned), "certificate_chain");
    assert_eq!(code(&with_files(&body, |files| files.register.clone_from(&files.issuer))), "certificate_purpose");
    assert_eq!(code(&with_files(&body, |files| files.issuer.clone_from(&files.register))), "certificate_chain");
    assert_eq!(code(&with_files(&body, |files| files.issuer.clone_from(&files.root))), "certificate_chain");
}

#[test]
fn test_cards_are_nothing_to_an_ordinary_server() {
    let body = proof(V1_8, None);
    let refused = eid_proof::judge::plan(&body, &eid_proof::Roots::belgium(), [0; 16], NOW).err().unwrap();
    assert_eq!(refused.code(), "certificate_chain");
    // A genuine root's certificates may not lead into our network, nor a test's elsewhere.
    let elsewhere = eid_proof::Roots::belgium().with_test(&PKI.root_pems(), "http://other.example").unwrap();
    let refused = eid_proof::judge::plan(&body, &elsewhere, [0; 16], NOW).err().unwrap();
    assert_eq!(refused.code(), "revocation_invalid");
}

#[test]
fn dates_and_kinds_are_the_operators_rules() {
    let body = proof(V1_8, None);
    let judged = |rules: &Rules| {
        let plan = plan(&body).unwrap();
        let answers = answers(&plan, NOW);
        plan.judge(&answers, EXPECT, rules, NOW).map_or_else(|refusal| refusal.code(), |_| "believed")
    };
    // The card runs from a year ago for ten years: 22 November 2025 to 2035.
    let on = |year, month, day| Rules { today: Day::new(year, month, day).unwrap(), ..rules() };
    assert_eq!(judged(&on(2035, 11, 22)), "believed");
    assert_eq!(judged(&on(2035, 11, 23)), "card_expired");
    assert_eq!(judged(&on(2025, 11, 21)), "card_not_yet");
    assert_eq!(judged(&Rules { document_types: vec![31], ..rules() }), "document_type");
}

#[test]
fn nonsense_is_refused_before_anything_is_believed() {
    let body = proof(V1_7, None);
    let files = |change: fn(&mut protocol::eid::FilesBody)| {
        let mut wrong = body.clone();
        change(&mut wrong.files);
        code(&wrong)
    };
    assert_eq!(files(|f| f.identity = "****".into()), "malformed");
    assert_eq!(files(|f| f.identity = "A".repeat(4000)), "too_large");
    assert_eq!(files(|f| f.photo = "A".repeat(30_000)), "too_large");
    assert_eq!(files(|f| f.register = "MAA".into()), "malformed");
    assert_eq!(files(|f| f.register = "A".repeat(6000)), "too_large");
    assert_eq!(files(|f| f.authentication = String::new()), "malformed");
    assert_eq!(code(&ProofBody { serial: "AAAA".into(), ..body.clone() }), "chip_mismatch");
    let token = |change: fn(&mut protocol::eid::WebEidToken)| {
        let mut wrong = body.clone();
        change(&mut wrong.token);
        code(&wrong)
    };
    assert_eq!(token(|t| t.format = "web-eid:2.0".into()), "malformed");
    assert_eq!(token(|t| t.format = "web-eid:1.x".into()), "malformed");
    assert_eq!(token(|t| t.algorithm = "none".into()), "malformed");
    assert_eq!(token(|t| t.algorithm = "ES384".into()), "possession");
    assert_eq!(token(|t| t.signature = "=".into()), "malformed");
    assert_eq!(token(|t| t.signature = "A".repeat(12_000)), "too_large");
    assert_eq!(token(|t| t.format = "web-eid:1.1".into()), "believed");
    let short = URL_SAFE_NO_PAD.encode([0x30, 0x03, 1]);
    assert_eq!(code(&with_files(&body, |files| files.issuer = URL_SAFE_NO_PAD.decode(&short).unwrap())), "malformed");
    assert!(STANDARD.decode(&body.token.signature).is_ok());
}
