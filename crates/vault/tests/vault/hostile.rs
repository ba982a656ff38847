//! What does not fit together is refused before anything is counted. Nobody but the phone's own key reaches a counter.

use protocol::jose::{Header, PublicKey, SigningKey, b64u};
use protocol::label::{TYP_ANSWER, TYP_REQUEST};
use protocol::phone::{Answer, Decision, pin};
use protocol::seal::Sealed;
use serde_json::{Value, json};
use zelf_vault::{Attempt, VaultError, Verdict};

use crate::phone::{CODE, Phone, WRONG};
use crate::world::{NOW, World, draft, each, not_accepted};

/// Each attempt is refused as malformed and leaves the row alone; the honest answer still works afterwards.
async fn all_malformed(world: &World, phone: &mut Phone, m1: &str, cases: Vec<(&str, Attempt)>) {
    let row = world.row(phone).await;
    for (what, attempt) in cases {
        assert_eq!(world.vault.attempt(attempt, NOW).await, Err(VaultError::Malformed), "{what}");
        assert_eq!(world.row(phone).await, row, "{what} touched the row");
    }
    let honest = phone.approve(m1, CODE);
    let verdict = world.vault.attempt(honest.clone(), NOW).await.unwrap();
    phone.keep(&honest, &verdict);
}

/// `payload` signed by `key` under the name `kid`.
fn forge(key: &SigningKey, typ: &str, kid: &str, payload: &impl serde::Serialize) -> String {
    key.sign_with(&Header { alg: "ES256".into(), typ: typ.into(), kid: kid.into() }, payload).unwrap()
}

#[tokio::test]
async fn only_the_phones_own_key_reaches_its_counter() {
    each(async |world| {
        let (mut phone, other) = (world.phone(CODE).await, world.phone(CODE).await);
        let m1 = world.ask(&phone, NOW).await;
        let answer = phone.answer(&m1, Decision::Approve);
        let honest = phone.approve(&m1, CODE);
        let by_other = other.approve(&m1, CODE);
        let stranger = SigningKey::generate("dev").unwrap();
        let forged = forge(&stranger, TYP_ANSWER, &phone.device, &answer);
        let point = stranger.public().point().to_vec();
        let cases = vec![
            ("another phone answers", by_other.clone()),
            ("another phone's answer under this name", Attempt { device: phone.device.clone(), ..by_other.clone() }),
            ("another phone's answer, this point", Attempt { point: honest.point.clone(), ..by_other }),
            ("a stranger borrows the name", Attempt { m2: forged.clone(), ..honest.clone() }),
            // A web tier that was taken over may claim any key for any device: the device's name is its key's thumbprint.
            ("a stranger brings his own key", Attempt { m2: forged, point, ..honest.clone() }),
            ("no key", Attempt { point: vec![], ..honest.clone() }),
            ("half a key", Attempt { point: honest.point[..64].to_vec(), ..honest.clone() }),
            ("not a point", Attempt { point: vec![4; 65], ..honest.clone() }),
        ];
        all_malformed(&world, &mut phone, &m1, cases).await;
        assert_eq!(world.on_disk(&other).await.0, 0);
    })
    .await;
}

#[tokio::test]
async fn an_answer_belongs_to_one_request_as_it_was_drawn() {
    each(async |world| {
        let mut phone = world.phone(CODE).await;
        let m1 = world.ask(&phone, NOW).await;
        let send = |change: &dyn Fn(&mut Answer)| {
            let mut answer = phone.answer(&m1, Decision::Approve);
            change(&mut answer);
            phone.send(&m1, &answer, Some(CODE))
        };
        let other = b64u([9; 32]);
        let refusal = Answer { uv: "pin".into(), ..phone.answer(&m1, Decision::Reject) };
        let cases = vec![
            ("other rid", send(&|a| a.rid = "apr_other".into())),
            ("other request", send(&|a| a.rq.clone_from(&other))),
            ("shown something else", send(&|a| a.shown.clone_from(&other))),
            ("shown in French", send(&|a| a.lang = "fr".into())),
            ("other challenge", send(&|a| a.chal.clone_from(&other))),
            ("next number", send(&|a| a.seq = 2)),
            ("number before", send(&|a| a.seq = 0)),
            ("far number", send(&|a| a.seq = i64::MAX)),
            ("other chain", send(&|a| a.prev.clone_from(&other))),
            ("approved without a code", send(&|a| a.uv = "none".into())),
            ("approved with a finger", send(&|a| a.uv = "bio".into())),
            ("version two", send(&|a| a.v = 2)),
            ("approved, no proof beside it", phone.send(&m1, &phone.answer(&m1, Decision::Approve), None)),
            ("refused with a code", phone.send(&m1, &refusal, Some(CODE))),
        ];
        all_malformed(&world, &mut phone, &m1, cases).await;
    })
    .await;
}

#[tokio::test]
async fn a_request_that_the_vault_did_not_sign_so_is_none() {
    each(async |world| {
        let (mut phone, other) = (world.phone(CODE).await, world.phone(CODE).await);
        let m1 = world.ask(&phone, NOW).await;
        let foreign = world.ask(&other, NOW).await;
        let honest = phone.approve(&m1, CODE);
        let (head, rest) = m1.split_once('.').unwrap();
        let (payload, sig) = rest.split_once('.').unwrap();
        let mut changed: Value = serde_json::from_slice(&protocol::jose::unb64u(payload).unwrap()).unwrap();
        changed["rp"]["name"] = json!("Gemeente Andere");
        let stranger = SigningKey::generate("rq").unwrap();
        let rq = protocol::phone::Request::kid(&m1).unwrap();
        let with = |m1: String| Attempt { m1, ..honest.clone() };
        let cases = vec![
            ("a word changed", with(format!("{head}.{}.{sig}", b64u(changed.to_string())))),
            ("signed by a stranger", with(forge(&stranger, TYP_REQUEST, &rq, &changed))),
            ("signed by the phone", with(forge(&phone.key, TYP_REQUEST, &rq, &changed))),
            ("cut short", with(m1[..m1.len() - 1].into())),
            ("without signature", with(format!("{head}.{payload}."))),
            ("empty", with(String::new())),
            ("the answer in its place", with(honest.m2.clone())),
            ("endless", with("A".repeat(200_000))),
            ("another phone's request", phone.approve(&foreign, CODE)),
        ];
        all_malformed(&world, &mut phone, &m1, cases).await;
    })
    .await;
}

#[tokio::test]
async fn an_answer_is_read_strictly() {
    each(async |world| {
        let mut phone = world.phone(CODE).await;
        let m1 = world.ask(&phone, NOW).await;
        let honest = phone.approve(&m1, CODE);
        let value = serde_json::to_value(phone.answer(&m1, Decision::Approve)).unwrap();
        let changed = |key: &str, to: Value| {
            let mut value = value.clone();
            value[key] = to;
            let m2 = phone.key.sign(TYP_ANSWER, &value).unwrap();
            Attempt { pin: Some(phone.proof(&m2, CODE)), m2, ..honest.clone() }
        };
        let twice = value.to_string().replacen('{', r#"{"dec":"reject","#, 1);
        let header = r#"{"alg":"ES256","typ":"zelf-apr+jws","kid":""#.to_owned() + &phone.device + r#""}"#;
        let input = format!("{}.{}", b64u(header), b64u(twice));
        let twice = format!("{input}.{}", b64u(phone.key.sign_bytes(input.as_bytes()).unwrap()));
        let with = |m2: String| Attempt { pin: Some(phone.proof(&honest.m2, CODE)), m2, ..honest.clone() };
        let cases = vec![
            ("a field more", changed("more", json!(1))),
            ("a field twice", with(twice)),
            ("a number as text", changed("seq", json!("1"))),
            ("half a number", changed("seq", json!(1.5))),
            ("an unknown decision", changed("dec", json!("maybe"))),
            ("no decision", changed("dec", Value::Null)),
            ("signed as a command", with(forge(&phone.key, "zelf-cmd+jws", &phone.device, &value))),
            ("empty", with(String::new())),
            ("dots", with("..".into())),
            ("the request in its place", with(m1.clone())),
            ("padded", with(format!("{}=", honest.m2))),
            ("endless", with("A.".repeat(100_000))),
        ];
        all_malformed(&world, &mut phone, &m1, cases).await;
    })
    .await;
}

#[tokio::test]
async fn a_challenge_dies_with_any_attempt_and_with_time() {
    each(async |world| {
        let mut phone = world.phone(CODE).await;
        let old = world.ask(&phone, NOW).await;
        let old_answer = phone.approve(&old, CODE);
        not_accepted(world.try_code(&phone, WRONG, NOW).await);
        assert_eq!(world.vault.attempt(old_answer.clone(), NOW).await, Err(VaultError::OutOfStep { seq: 1 }));
        let refusal = phone.refuse(&world.ask(&phone, NOW).await, Decision::Reject);
        let verdict = world.vault.attempt(refusal.clone(), NOW).await.unwrap();
        phone.keep(&refusal, &verdict);
        let row = world.row(&phone).await;
        assert_eq!(world.vault.attempt(old_answer, NOW).await, Err(VaultError::OutOfStep { seq: 2 }));

        let m1 = world.ask(&phone, NOW).await;
        for late in [180, 181, 1 << 40] {
            assert_eq!(world.vault.attempt(phone.approve(&m1, CODE), NOW + late).await, Err(VaultError::Expired));
            let refusal = phone.refuse(&m1, Decision::Fraud);
            assert_eq!(world.vault.attempt(refusal, NOW + late).await, Err(VaultError::Expired));
        }
        assert_eq!(world.row(&phone).await, row);
        let in_time = world.vault.attempt(phone.approve(&m1, CODE), NOW + 179).await;
        assert!(matches!(in_time, Ok(Verdict::Accepted { .. })));
    })
    .await;
}

/// How a proof came about, from phone, M1 and M2.
type Way = dyn Fn(&Phone, &str, &str) -> Sealed;

/// Signed by the phone itself, so each of these costs a try: whether a proof is good must not be learnt for free.
#[tokio::test]
async fn a_spliced_or_broken_proof_is_a_wrong_code() {
    each(async |world| {
        let ways: [&Way; 6] = [
            // A proof for another answer to the same request (signatures differ from one signing to the next).
            &|phone, m1, _| {
                let mut other = phone.answer(m1, Decision::Approve);
                other.ts += 1;
                phone.proof(&other.sign(&phone.key).unwrap(), CODE)
            },
            // The right code with somebody else's pepper.
            &|phone, _, m2| {
                let mut thief = Phone::new(&phone.keys);
                thief.device.clone_from(&phone.device);
                thief.proof(m2, CODE)
            },
            // An enrolment's seal.
            &|phone, _, _| phone.enrolment(CODE).sealed,
            &|phone, _, m2| Sealed { ct: b64u([0; 80]), ..phone.proof(m2, CODE) },
            &|phone, _, m2| Sealed { ct: String::new(), ..phone.proof(m2, CODE) },
            &|phone, _, m2| Sealed { enc: b64u([4; 65]), ..phone.proof(m2, CODE) },
        ];
        for (turn, way) in ways.iter().enumerate() {
            let phone = world.phone(CODE).await;
            let m1 = world.ask(&phone, NOW).await;
            let mut attempt = phone.approve(&m1, CODE);
            attempt.pin = Some(way(&phone, &m1, &attempt.m2));
            assert_eq!(not_accepted(world.vault.attempt(attempt, NOW).await).left, 4, "way {turn}");
        }
    })
    .await;
}

/// A key that was changed meanwhile is the operator's doing: it must not cost the citizen a try.
#[tokio::test]
async fn a_proof_under_an_unknown_key_costs_nothing() {
    each(async |world| {
        let mut phone = world.phone(CODE).await;
        let m1 = world.ask(&phone, NOW).await;
        let mut attempt = phone.approve(&m1, CODE);
        attempt.pin = attempt.pin.map(|sealed| Sealed { kid: "vs_AAAAAAAAAAAAAAAAAAAAAA".into(), ..sealed });
        all_malformed(&world, &mut phone, &m1, vec![("another key", attempt)]).await;
    })
    .await;
}

#[tokio::test]
async fn an_enrolment_must_prove_every_part_of_itself() {
    each(async |world| {
        let (phone, other) = (Phone::new(&world.keys), Phone::new(&world.keys));
        let good = || phone.enrolment(CODE);
        let (vs, kid) = phone.vs();
        let sealed = |plain: &[u8]| {
            let aad = [phone.device.as_bytes(), &[0], good().activation.as_bytes()].concat();
            protocol::seal::seal(&vs, kid, protocol::label::PIN_ENROL, &aad, plain).unwrap()
        };
        let point = phone.pin(CODE).public().point().to_vec();
        let mut off_curve = good().jwk;
        off_curve.y = b64u([1; 32]);
        let off = PublicKey::from_jwk(&off_curve).unwrap().name("dev");
        let mut cases = vec![good(), good(), good(), good(), good(), good(), good(), good()];
        cases[0].activation = "act_BBBBBBBBBBBBBBBBBBBBBB".into();
        cases[1].device.clone_from(&other.device);
        cases[2].jwk = other.key.public().jwk();
        cases[3].jwk = off_curve;
        cases[3].device = off;
        cases[4].sealed = sealed(&[&point[..], &[7; 64]].concat());
        cases[5].sealed = sealed(&point);
        cases[6].sealed = other.enrolment(CODE).sealed;
        let seal = pin::seal_enrolment(&phone.pin(CODE), &phone.device, &good().activation, &vs, "vs_old").unwrap();
        cases[7].sealed = seal;
        for (turn, case) in cases.into_iter().enumerate() {
            assert_eq!(world.vault.enrol(case, NOW).await, Err(VaultError::Malformed), "case {turn}");
        }
        assert_eq!(world.vault.status(phone.device.clone()).await, Err(VaultError::Unknown));
        let issued = world.vault.issue(phone.device.clone(), String::new(), vec![draft("apr_x", NOW)]).await;
        assert_eq!(issued.map(|_| ()), Err(VaultError::Unknown));
    })
    .await;
}
