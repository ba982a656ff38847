use db::args;
use domain::activation::Contact;
use domain::enrolment::{CardData, Ended, Enrolment, Purpose, SESSION_SECONDS, Start, TTL_SECONDS};
use domain::number::MobileNumber;
use zelf_store::account::Opening;
use zelf_store::enrolment::Keys;
use zelf_store::{account, card_data, enrolment};

use crate::sample::{NOW, attempt, count, each, misfit, number, opening, person, profile, race, run, sealer, winners};

fn begun(id: &str) -> Enrolment {
    let contact = Contact { number: MobileNumber::from_e164("+32468758960").unwrap(), email: None };
    let start = Start {
        browser_mac: "browser".into(),
        contact,
        lang: "nl".into(),
        place: "home".into(),
        terms: "2026-11".into(),
        purpose: Purpose::Activate,
    };
    Enrolment::start(id.into(), start, NOW)
}

fn keys(session: &str, code: &str) -> Keys {
    Keys { session: Some(session.into()), code: Some(code.into()), ..Keys::default() }
}

#[tokio::test]
async fn a_program_finds_its_session_by_link_and_by_code_and_then_by_ticket() {
    each(async |db| {
        run(&db, |tx| {
            assert!(enrolment::insert(tx, &sealer(), &begun("enr_a"), &number(1), &keys("s", "c"))?);
            assert!(!enrolment::insert(tx, &sealer(), &begun("enr_a"), &number(1), &keys("t", "d"))?, "twice is once");
            for key in ["s", "c"] {
                assert_eq!(enrolment::of_session(tx, &sealer(), key)?.unwrap().enrolment.id, "enr_a");
            }
            assert!(enrolment::of_session(tx, &sealer(), "x")?.is_none());
            let claimed = begun("enr_a").claim("r".into(), NOW).unwrap();
            let with_ticket = Keys { ticket: Some("k".into()), ..keys("s", "c") };
            assert!(enrolment::save(tx, &sealer(), &claimed, 1, &with_ticket)?);
            // A ticket stays when the next state brings none: the program hears how it ended.
            let ended = claimed.end(Ended::TwoPrograms, NOW);
            assert!(enrolment::save(tx, &sealer(), &ended, 2, &Keys::default())?);
            assert_eq!(enrolment::of_ticket(tx, &sealer(), "k")?.unwrap().version, 3);
            assert!(enrolment::of_session(tx, &sealer(), "s")?.is_none(), "a session that ended is nobody's");
            assert!(enrolment::of_return(tx, &sealer(), "b")?.is_none());
            Ok(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn of_thirty_programs_that_claim_one_session_one_wins() {
    each(async |db| {
        run(&db, |tx| enrolment::insert(tx, &sealer(), &begun("enr_a"), &number(1), &keys("s", "c"))).await;
        let results = race(&db, 30, |turn| {
            move |tx| {
                let claimed = begun("enr_a").claim(format!("r{turn}"), NOW).unwrap();
                enrolment::save(tx, &sealer(), &claimed, 1, &keys("s", "c"))
            }
        });
        assert_eq!(winners(results.await), 1);
    })
    .await;
}

#[tokio::test]
async fn only_tokens_on_a_screen_wait_for_a_number() {
    each(async |db| {
        run(&db, |tx| {
            enrolment::insert(tx, &sealer(), &begun("enr_a"), &number(1), &keys("s", "c"))?;
            assert!(enrolment::with_token(tx, &sealer(), &number(1), NOW)?.is_empty());
            Ok(())
        })
        .await;
        let read = attempt(&db, |tx| {
            tx.execute("/* test */ UPDATE enrolment SET stage = 'token' WHERE id = $1", args!["enr_a"])?;
            enrolment::with_token(tx, &sealer(), &number(1), NOW).map(|_| ())
        });
        assert_eq!(misfit(read.await), "enrolment.stage enr_a", "a word that is not the body's");
    })
    .await;
}

#[tokio::test]
async fn what_nobody_finished_is_swept() {
    each(async |db| {
        run(&db, |tx| {
            enrolment::insert(tx, &sealer(), &begun("enr_a"), &number(1), &keys("s", "c"))?;
            assert_eq!(enrolment::sweep(tx, NOW + SESSION_SECONDS, 10)?, 0);
            assert_eq!(enrolment::sweep(tx, NOW + TTL_SECONDS + 1, 10)?, 1);
            Ok(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_photo_stays_only_with_its_persons_word() {
    each(async |db| {
        person(&db, 1).await;
        run(&db, |tx| {
            let data = CardData { address: None, photo: Some("cGhvdG8".into()) };
            card_data::put(tx, &sealer(), "acc_1", &data, NOW + 10)?;
            card_data::put(tx, &sealer(), "acc_2", &data, NOW + 10)?;
            card_data::keep(tx, "acc_2")?;
            assert!(card_data::find(tx, &sealer(), "acc_1")?.unwrap() == data);
            assert_eq!(card_data::sweep(tx, NOW + 11, 10)?, 1);
            assert!(card_data::find(tx, &sealer(), "acc_1")?.is_none());
            assert!(card_data::find(tx, &sealer(), "acc_2")?.is_some());
            card_data::forget(tx, "acc_2")?;
            let newer = profile("Anna", "+32468000001");
            let number = number(1);
            let day = Opening { limited_until: NOW + 86_400, ..opening(&number, &newer) };
            assert!(account::renew(tx, &sealer(), "acc_1", day)?);
            assert_eq!(account::find(tx, &sealer(), "acc_1")?.unwrap().limited_until, NOW + 86_400);
            account::save_profile(tx, &sealer(), "acc_1", &profile("An", "+32468000001"))?;
            assert_eq!(account::find(tx, &sealer(), "acc_1")?.unwrap().profile.first_name(), "An");
            Ok(())
        })
        .await;
        assert_eq!(count(&db, "/* test */ SELECT COUNT(*) FROM card_data").await, 0);
    })
    .await;
}
