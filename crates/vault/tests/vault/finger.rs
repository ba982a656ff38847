//! Fingerprint or face in place of the code: where the request allows it, for exactly one answer, and never a try.

use protocol::phone::{Answer, Decision, DeviceState};
use zelf_vault::{Attempt, VaultError, Verdict};

use crate::authenticator::{Finger, ORIGIN};
use crate::phone::{CODE, Phone, WRONG};
use crate::world::{NOW, World, draft, each, not_accepted};

/// A phone with its finger on.
pub async fn with_finger(world: &World) -> (Phone, Finger) {
    let phone = world.phone(CODE).await;
    let finger = Finger::new();
    world.vault.set_bio(phone.device.clone(), Some(finger.credential())).await.unwrap();
    (phone, finger)
}

impl World {
    /// A fresh M1 for which a finger will do.
    pub async fn ask_bio(&self, phone: &Phone, now: i64) -> String {
        let mut draft = draft("apr_one", now);
        draft.bio = true;
        let issued = self.vault.issue(phone.device.clone(), phone.head.clone(), vec![draft]).await;
        issued.unwrap().requests.remove(0)
    }
}

/// `m1` approved by `finger`.
pub fn touched(phone: &Phone, m1: &str, finger: &mut Finger) -> Attempt {
    let answer = Answer { uv: "bio".into(), ..phone.answer(m1, Decision::Approve) };
    let mut attempt = phone.send(m1, &answer, None);
    attempt.bio = Some(finger.prove(&attempt.m2));
    attempt
}

fn rejected(verdict: &Result<Verdict, VaultError>) -> bool {
    matches!(verdict, Ok(Verdict::BioRejected(_)))
}

#[tokio::test]
async fn a_finger_approves_and_the_receipt_says_so() {
    each(async |world| {
        let (mut phone, mut finger) = with_finger(&world).await;
        for seq in 1..=3 {
            let attempt = touched(&phone, &world.ask_bio(&phone, NOW).await, &mut finger);
            let verdict = world.vault.attempt(attempt.clone(), NOW).await.unwrap();
            let receipt = phone.keep(&attempt, &verdict);
            assert_eq!((receipt.seq, receipt.uv.m.as_str(), receipt.uv.generation), (seq, "bio", 1));
        }
        // The code goes on working in between.
        world.log_in(&mut phone, CODE, NOW).await;
        let attempt = phone.approve(&world.ask_bio(&phone, NOW).await, CODE);
        let verdict = world.vault.attempt(attempt.clone(), NOW).await.unwrap();
        assert_eq!(phone.keep(&attempt, &verdict).uv.m, "pin");
    })
    .await;
}

#[tokio::test]
async fn the_request_says_whether_a_finger_will_do() {
    each(async |world| {
        let phone = world.phone(CODE).await;
        let uv = async |bio: bool| {
            let mut draft = draft("apr_one", NOW);
            draft.bio = bio;
            let issued = world.vault.issue(phone.device.clone(), String::new(), vec![draft]).await.unwrap();
            (protocol::phone::Request::unverified(&issued.requests[0]).unwrap().uv, issued.bio)
        };
        assert_eq!(uv(true).await, ("pin".into(), None), "this phone has none");
        let finger = Finger::new();
        world.vault.set_bio(phone.device.clone(), Some(finger.credential())).await.unwrap();
        let id = Some(finger.credential().id);
        assert_eq!(uv(true).await, ("pin_or_bio".into(), id.clone()));
        assert_eq!(uv(false).await, ("pin".into(), id.clone()), "the service wants the code");
        assert_eq!(world.vault.status(phone.device.clone()).await.unwrap().bio, id);
        world.vault.set_bio(phone.device.clone(), None).await.unwrap();
        assert_eq!(uv(true).await, ("pin".into(), None));
        world.vault.set_bio(phone.device.clone(), Some(finger.credential())).await.unwrap();
        for turn in 0..5 {
            not_accepted(world.try_code(&phone, WRONG, NOW + turn * 1_000).await);
        }
        assert_eq!(uv(true).await.0, "pin", "a locked phone is told nothing of fingers");
    })
    .await;
}

#[tokio::test]
async fn a_proof_that_is_not_this_one_is_rejected_and_costs_no_try() {
    type Bend = dyn Fn(&mut Finger);
    let bends: [(&str, &Bend); 11] = [
        ("another origin", &|f| f.origin = "https://evil.example".into()),
        ("the origin of another port", &|f| f.origin = format!("{ORIGIN}1")),
        ("another relying party", &|f| f.rp_id = "evil.example".into()),
        ("a registration", &|f| f.kind = "webauthn.create".into()),
        ("another challenge", &|f| f.challenge = Some([9; 32])),
        ("nobody verified", &|f| f.flags = 0x01),
        ("nobody present", &|f| f.flags = 0x04),
        ("another credential id", &|f| f.id = vec![8; 32]),
        ("another key under this id", &|f| *f = Finger { id: f.id.clone(), ..Finger::new() }),
        ("from a frame", &|f| f.cross_origin = true),
        ("a counter that stands still", &|f| f.count = 0),
    ];
    each(async |world| {
        let (mut phone, mut finger) = with_finger(&world).await;
        not_accepted(world.try_code(&phone, WRONG, NOW).await);
        for (what, bend) in bends {
            let m1 = world.ask_bio(&phone, NOW).await;
            let mut bent = finger.clone();
            bend(&mut bent);
            if what == "a counter that stands still" {
                // Its copy has counted on meanwhile.
                let attempt = touched(&phone, &m1, &mut finger);
                phone.keep(&attempt, &world.vault.attempt(attempt.clone(), NOW).await.unwrap());
                bent.count = finger.count - 1;
            }
            let m1 = world.ask_bio(&phone, NOW).await;
            let attempt = touched(&phone, &m1, &mut bent);
            let before = world.on_disk(&phone).await;
            let first = world.vault.attempt(attempt.clone(), NOW).await;
            assert!(rejected(&first), "{what}: {first:?}");
            assert_eq!(world.vault.attempt(attempt, NOW + 1).await, first, "{what} again");
            // The number is burnt, nothing else moved.
            assert_eq!(world.on_disk(&phone).await, (before.0 + 1, before.1, before.2, before.3), "{what}");
            let late = world.vault.attempt(touched(&phone, &m1, &mut finger), NOW).await;
            assert!(matches!(late, Err(VaultError::OutOfStep { .. })), "{what}: {late:?}");
        }
        assert_eq!(world.status(&phone).await.left, 4);
        let attempt = touched(&phone, &world.ask_bio(&phone, NOW).await, &mut finger);
        phone.keep(&attempt, &world.vault.attempt(attempt.clone(), NOW).await.unwrap());
        assert_eq!(world.status(&phone).await.left, 4, "nor does a good finger give tries back");
    })
    .await;
}

#[tokio::test]
async fn a_proof_belongs_to_one_answer_of_one_phone() {
    each(async |world| {
        let (mut phone, mut finger) = with_finger(&world).await;
        let (other, mut others) = with_finger(&world).await;
        // Another phone's finger, over this very answer.
        let mut attempt = touched(&phone, &world.ask_bio(&phone, NOW).await, &mut finger);
        attempt.bio = Some(others.prove(&attempt.m2));
        assert!(rejected(&world.vault.attempt(attempt, NOW).await));
        // The proof of an earlier answer.
        let first = touched(&phone, &world.ask_bio(&phone, NOW).await, &mut finger);
        phone.keep(&first, &world.vault.attempt(first.clone(), NOW).await.unwrap());
        let mut second = touched(&phone, &world.ask_bio(&phone, NOW).await, &mut finger);
        second.bio = first.bio;
        assert!(rejected(&world.vault.attempt(second, NOW).await));
        // A row of one phone moved to the other.
        let (from, to) = (phone.device.clone(), other.device.clone());
        let moved = world.vault.db().run("test.move", move |tx| {
            tx.execute("DELETE FROM bio WHERE device = $1", db::args![&to])?;
            tx.execute("UPDATE bio SET device = $2 WHERE device = $1", db::args![&from, &to])
        });
        assert_eq!(moved.await.unwrap(), 1);
        let attempt = touched(&other, &world.ask_bio(&other, NOW).await, &mut finger);
        assert!(rejected(&world.vault.attempt(attempt, NOW).await), "wrapped for another device");
    })
    .await;
}

#[tokio::test]
async fn the_same_touch_again_gets_the_same_answer_also_after_a_crash() {
    each(async |world| {
        let (mut phone, mut finger) = with_finger(&world).await;
        let attempt = touched(&phone, &world.ask_bio(&phone, NOW).await, &mut finger);
        assert!(matches!(world.vault.attempt(attempt.clone(), NOW).await, Ok(Verdict::Accepted { .. })));
        let row = world.row(&phone).await;
        let world = world.after_a_crash().await;
        let again = world.vault.attempt(attempt.clone(), NOW + 1).await.unwrap();
        assert_eq!(world.row(&phone).await, row);
        assert_eq!(phone.keep(&attempt, &again).uv.m, "bio");
        // A rejected one does not become right by another proof beside the same M2.
        let mut attempt = touched(&phone, &world.ask_bio(&phone, NOW).await, &mut finger);
        let good = attempt.bio.clone();
        attempt.bio = touched(&phone, &world.ask_bio(&phone, NOW).await, &mut finger).bio;
        assert!(rejected(&world.vault.attempt(attempt.clone(), NOW).await));
        attempt.bio = good;
        assert!(rejected(&world.vault.attempt(attempt, NOW).await));
    })
    .await;
}

#[tokio::test]
async fn a_finger_where_the_request_wants_the_code_is_no_answer() {
    each(async |world| {
        let (mut phone, mut finger) = with_finger(&world).await;
        let pin_only = world.ask(&phone, NOW).await;
        let either = world.ask_bio(&phone, NOW).await;
        let row = world.row(&phone).await;
        let code = phone.approve(&either, CODE);
        let touch = touched(&phone, &either, &mut finger);
        let refusal = Answer { uv: "bio".into(), ..phone.answer(&either, Decision::Reject) };
        let refused = phone.send(&either, &refusal, None);
        let cases = [
            ("a request for the code alone", touched(&phone, &pin_only, &mut finger)),
            ("both proofs", Attempt { pin: code.pin.clone(), ..touch.clone() }),
            ("a finger beside an answer with a code", Attempt { bio: touch.bio.clone(), ..code.clone() }),
            ("a code beside an answer with a finger", Attempt { bio: None, pin: code.pin.clone(), ..touch.clone() }),
            ("no proof at all", Attempt { bio: None, ..touch.clone() }),
            ("a refusal with a finger", Attempt { bio: touch.bio.clone(), ..refused }),
        ];
        for (what, attempt) in cases {
            assert_eq!(world.vault.attempt(attempt, NOW).await, Err(VaultError::Malformed), "{what}");
            assert_eq!(world.row(&phone).await, row, "{what}");
        }
        phone.keep(&touch, &world.vault.attempt(touch.clone(), NOW).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn no_finger_opens_a_locked_phone_or_one_that_has_it_off() {
    each(async |world| {
        let (mut phone, mut finger) = with_finger(&world).await;
        let off = touched(&phone, &world.ask_bio(&phone, NOW).await, &mut finger);
        world.vault.set_bio(phone.device.clone(), None).await.unwrap();
        assert!(rejected(&world.vault.attempt(off, NOW).await));
        // Another one in its place: the one before proves nothing any more.
        let mut next = Finger::new();
        world.vault.set_bio(phone.device.clone(), Some(next.credential())).await.unwrap();
        let m1 = world.ask_bio(&phone, NOW).await;
        assert!(rejected(&world.vault.attempt(touched(&phone, &m1, &mut finger), NOW).await));
        let attempt = touched(&phone, &world.ask_bio(&phone, NOW).await, &mut next);
        phone.keep(&attempt, &world.vault.attempt(attempt.clone(), NOW).await.unwrap());

        for turn in 0..4 {
            not_accepted(world.try_code(&phone, WRONG, NOW + turn * 1_000).await);
        }
        // Fetched before the last wrong code, the challenge is dead; a finger at the next number finds the lock.
        let m1 = world.ask_bio(&phone, NOW + 9_000).await;
        let dead = touched(&phone, &m1, &mut next);
        not_accepted(world.vault.attempt(phone.approve(&m1, WRONG), NOW + 9_000).await);
        assert!(matches!(world.vault.attempt(dead, NOW + 9_000).await, Err(VaultError::OutOfStep { .. })));
        let row = world.row(&phone).await;
        let m1 = world.ask_bio(&phone, NOW + 9_000).await;
        let answer = Answer { uv: "bio".into(), ..phone.answer(&m1, Decision::Approve) };
        let mut attempt = phone.send(&m1, &answer, None);
        attempt.bio = Some(next.prove(&attempt.m2));
        assert_eq!(world.vault.attempt(attempt, NOW + 9_000).await, Err(VaultError::Malformed), "M1 asks the code");
        assert_eq!(world.row(&phone).await, row);
        assert_eq!(world.status(&phone).await.state, DeviceState::Locked);
    })
    .await;
}

/// The lock falls between the fetching of M1 and the finger, without moving the sequence: somebody else's doing, on disk.
#[tokio::test]
async fn a_finger_that_comes_after_the_lock_finds_it_locked() {
    each(async |world| {
        let (phone, mut finger) = with_finger(&world).await;
        let attempt = touched(&phone, &world.ask_bio(&phone, NOW).await, &mut finger);
        let id = phone.device.clone();
        let lock = world.vault.db().run("test.lock", move |tx| {
            tx.execute("UPDATE pin_state SET state = 'locked', tries = 5 WHERE device = $1", db::args![&id])
        });
        lock.await.unwrap();
        let row = world.row(&phone).await;
        assert!(matches!(world.vault.attempt(attempt, NOW).await, Ok(Verdict::Locked(_))));
        assert_eq!(world.row(&phone).await, row);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_number_with_a_finger_is_rejected_like_a_wrong_finger() {
    each(async |world| {
        let (phone, mut finger) = with_finger(&world).await;
        let attempt = touched(&phone, &world.ask_bio(&phone, NOW).await, &mut finger);
        let wrong = Attempt { matched: false, ..attempt.clone() };
        let first = world.vault.attempt(wrong, NOW).await;
        assert!(rejected(&first));
        assert_eq!(world.vault.attempt(attempt, NOW).await, first, "nor is the right number taken after it");
        assert_eq!(world.on_disk(&phone).await.1, 0);
    })
    .await;
}

#[tokio::test]
async fn good_news_of_a_code_survives_the_touch_after_it() {
    each(async |world| {
        let (mut phone, mut finger) = with_finger(&world).await;
        world.log_in(&mut phone, CODE, NOW).await;
        let attempt = touched(&phone, &world.ask_bio(&phone, NOW).await, &mut finger);
        phone.keep(&attempt, &world.vault.attempt(attempt.clone(), NOW).await.unwrap());
        let world = world.after_a_crash().await;
        assert_eq!(world.status(&phone).await.left, 5);
    })
    .await;
}

#[tokio::test]
async fn whatever_is_cut_short_or_bent_is_rejected() {
    each(async |world| {
        let (phone, mut finger) = with_finger(&world).await;
        let text = |value: &str, way: usize| match way {
            0 => String::new(),
            1 => value[..value.len() / 2].to_owned(),
            2 => value[..value.len() - 1].to_owned(),
            3 => format!("{value}="),
            4 => format!("{value}AAAA"),
            5 => "*".into(),
            _ => "A".repeat(20_000),
        };
        for way in 0..7 {
            for member in 0..4 {
                let mut attempt = touched(&phone, &world.ask_bio(&phone, NOW).await, &mut finger);
                let bio = attempt.bio.as_mut().unwrap();
                let bent = match member {
                    0 => &mut bio.id,
                    1 => &mut bio.authenticator_data,
                    2 => &mut bio.client_data,
                    _ => &mut bio.signature,
                };
                *bent = text(bent, way);
                let verdict = world.vault.attempt(attempt, NOW).await;
                assert!(rejected(&verdict), "member {member}, way {way}: {verdict:?}");
            }
        }
        assert_eq!(world.on_disk(&phone).await, (28, 0, 0, "active".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn a_credential_that_is_none_is_not_switched_on() {
    each(async |world| {
        let phone = world.phone(CODE).await;
        let good = Finger::new().credential();
        let mut off_curve = good.point.clone();
        off_curve[64] ^= 1;
        for point in [vec![], good.point[..64].to_vec(), vec![4; 65], off_curve] {
            let bad = zelf_vault::BioCredential { point, ..good.clone() };
            assert_eq!(world.vault.set_bio(phone.device.clone(), Some(bad)).await, Err(VaultError::Malformed));
        }
        let bad = zelf_vault::BioCredential { id: "*".into(), ..good.clone() };
        assert_eq!(world.vault.set_bio(phone.device.clone(), Some(bad)).await, Err(VaultError::Malformed));
        assert_eq!(world.vault.set_bio("dev_nobody".into(), Some(good.clone())).await, Err(VaultError::Unknown));
        world.vault.revoke(phone.device.clone()).await.unwrap();
        assert_eq!(world.vault.set_bio(phone.device.clone(), Some(good)).await, Err(VaultError::Unknown));
    })
    .await;
}
