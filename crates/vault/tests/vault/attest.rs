//! What a service may keep: the vault signs it only for messages that hold together.

use protocol::phone::{Answered, Decision, Proof, Role};
use zelf_vault::{VaultError, Verdict};

use crate::phone::{CODE, Phone};
use crate::world::{NOW, World, each};

async fn answered(world: &World, phone: &mut Phone, m4: &str) -> Answered {
    let attempt = phone.approve(&world.ask(phone, NOW).await, CODE);
    let verdict = world.vault.attempt(attempt.clone(), NOW).await.unwrap();
    phone.keep(&attempt, &verdict);
    let Verdict::Accepted { m3, .. } = verdict else { panic!("not accepted: {verdict:?}") };
    Answered { m1: attempt.m1, m2: attempt.m2, m3, m4: m4.to_owned() }
}

#[tokio::test]
async fn a_proof_is_signed_for_one_whole_answer_and_for_no_mixture() {
    each(async |world| {
        let (mut phone, mut other) = (Phone::new(&world.keys), Phone::new(&world.keys));
        let m4 = world.vault.enrol(phone.enrolment(CODE), NOW).await.unwrap();
        let other_m4 = world.vault.enrol(other.enrolment(CODE), NOW).await.unwrap();
        let first = answered(&world, &mut phone, &m4).await;
        let second = answered(&world, &mut phone, &m4).await;
        let foreign = answered(&world, &mut other, &other_m4).await;

        let compact = world.vault.attest(&first, "sub-1").unwrap();
        let kid = Proof::kid(&compact).unwrap();
        let proof = Proof::verify(&compact, &kid, &world.keys.key(Role::Rc, &kid).unwrap()).unwrap();
        assert_eq!((proof.rp.as_str(), proof.sub.as_str(), proof.dec), ("gemeente", "sub-1", Decision::Approve));
        assert!(!compact.contains(&phone.device));
        assert!(
            Proof::verify(&first.m3, &kid, &world.keys.key(Role::Rc, &kid).unwrap()).is_err(),
            "a receipt is no proof"
        );

        let not_signed = protocol::jose::SigningKey::generate("dev").unwrap();
        let forged = phone.answer(&first.m1, Decision::Approve).sign(&not_signed).unwrap();
        for (what, mixed) in [
            ("another request", Answered { m1: second.m1.clone(), ..first.clone() }),
            ("another answer", Answered { m2: second.m2.clone(), ..first.clone() }),
            ("another receipt", Answered { m3: second.m3.clone(), ..first.clone() }),
            ("another phone's certificate", Answered { m4: foreign.m4.clone(), ..first.clone() }),
            ("another phone's answer", Answered { m2: foreign.m2, ..first.clone() }),
            ("an answer by a key of nobody", Answered { m2: forged, ..first.clone() }),
            ("one in the place of another", Answered { m1: first.m3.clone(), ..first.clone() }),
            ("nothing", Answered { m2: String::new(), ..first.clone() }),
        ] {
            assert_eq!(world.vault.attest(&mixed, "sub-1"), Err(VaultError::Malformed), "{what}");
        }
    })
    .await;
}
