//! Stop codes, muted requests, numbers that change hands, consents and the list of what we sent.

use db::{Tx, args};
use domain::approval::Approval;
use domain::number::MobileNumber;
use domain::number_change::{Proving, SECONDS};
use zelf_store::number_claim::Claim;
use zelf_store::told::Line;
use zelf_store::{StoreError, consent, mute, number_change, number_claim, stop, summon, told};

use crate::sample::{
    NOW, attempt, count, each, misfit, number, person, race, request, run, sealer, stranger, waiting, winners,
};

#[tokio::test]
async fn a_stop_code_is_used_once_and_in_its_time() {
    each(async |db| {
        run(&db, |tx| {
            stop::insert(tx, "mac_1", "acc_1", "new_phone", "doc", NOW + 10)?;
            stop::insert(tx, "mac_2", "acc_1", "number", "", NOW + 10)?;
            stop::insert(tx, "mac_3", "acc_2", "email", "", NOW + 10)?;
            assert!(stop::take(tx, "mac_9", NOW)?.is_none());
            assert!(stop::take(tx, "mac_1", NOW + 10)?.is_none(), "its time is over");
            let stopped = stop::take(tx, "mac_1", NOW + 9)?.unwrap();
            assert_eq!((&*stopped.account, &*stopped.what, &*stopped.document), ("acc_1", "new_phone", "doc"));
            assert!(stop::take(tx, "mac_1", NOW)?.is_none(), "used");
            stop::forget(tx, "acc_1")?;
            assert!(stop::take(tx, "mac_2", NOW)?.is_none());
            Ok(())
        })
        .await;
        let taken = race(&db, 12, |_| |tx: &mut Tx<'_>| Ok(stop::take(tx, "mac_3", NOW)?.is_some()));
        assert_eq!(winners(taken.await), 1, "of twelve who type it one stops");
    })
    .await;
}

#[tokio::test]
async fn what_is_muted_is_that_service_from_that_place_for_that_person() {
    each(async |db| {
        person(&db, 1).await;
        person(&db, 2).await;
        run(&db, |tx| {
            mute::set(tx, "acc_1", "gemeente", "place:10.1", NOW + 100)?;
            mute::set(tx, "acc_1", "gemeente", "place:10.1", NOW + 50)?;
            let muted = |tx: &mut Tx<'_>, n: u8, partner: &str, lane: &str, now: i64| {
                let asked = Approval { partner: partner.into(), ..waiting("apr_m", None, None, now) };
                let reached = summon::summon(tx, &sealer(), &asked, &number(n), &stranger(lane), &request("p"))?;
                tx.execute("/* test */ DELETE FROM approval", args![])?;
                Ok::<_, StoreError>(reached.device.is_none())
            };
            assert!(muted(tx, 1, "gemeente", "place:10.1", NOW + 99)?, "the longer one stays");
            assert!(!muted(tx, 1, "gemeente", "place:10.1", NOW + 100)?);
            assert!(!muted(tx, 2, "gemeente", "place:10.1", NOW)?);
            assert!(!muted(tx, 1, "club", "place:10.1", NOW)?);
            assert!(!muted(tx, 1, "gemeente", "place:10.2", NOW)?);
            mute::set(tx, "acc_1", "gemeente", "place:10.1", NOW + 200)?;
            assert!(muted(tx, 1, "gemeente", "place:10.1", NOW + 199)?);
            mute::forget(tx, "acc_1")?;
            assert!(!muted(tx, 1, "gemeente", "place:10.1", NOW)?);
            Ok(())
        })
        .await;
    })
    .await;
}

fn proving(e164: &str, mac: &str) -> Proving {
    Proving::start(MobileNumber::from_e164(e164).unwrap(), mac.into(), NOW)
}

#[tokio::test]
async fn a_new_number_is_proven_by_one_try_after_the_other() {
    each(async |db| {
        run(&db, |tx| {
            number_change::begin(tx, &sealer(), "dev_1", &proving("+32468000001", "mac"))?;
            number_change::begin(tx, &sealer(), "dev_2", &proving("+32468000002", "mac"))?;
            let found = number_change::find(tx, &sealer(), "dev_1")?.unwrap();
            assert!(found.proving == proving("+32468000001", "mac"));
            assert_eq!(found.proving.expires_at, NOW + SECONDS);
            assert!(number_change::find(tx, &sealer(), "dev_9")?.is_none());
            // Another number in its place: who still holds the old row saves nothing over it.
            number_change::begin(tx, &sealer(), "dev_1", &proving("+32468000007", "newer"))?;
            assert!(!number_change::save(tx, &sealer(), "dev_1", &found.proving.proven(), found.version)?);
            let newer = number_change::find(tx, &sealer(), "dev_1")?.unwrap();
            assert!(!newer.proving.proven && newer.proving.number.e164() == "+32468000007");
            Ok(())
        })
        .await;
        let version = run(&db, |tx| Ok(number_change::find(tx, &sealer(), "dev_1")?.unwrap().version)).await;
        let tries = race(&db, 20, |turn| {
            let next = proving("+32468000007", &format!("mac{turn}"));
            move |tx: &mut Tx<'_>| number_change::save(tx, &sealer(), "dev_1", &next, version)
        });
        assert_eq!(winners(tries.await), 1);
        run(&db, |tx| number_change::forget(tx, "dev_1")).await;
        assert!(run(&db, |tx| Ok(number_change::find(tx, &sealer(), "dev_1")?.is_none())).await);
        let swap = "/* test */ UPDATE number_change SET device = 'dev_3'";
        run(&db, move |tx| Ok(tx.execute(swap, &[])?)).await;
        let other = attempt(&db, |tx| number_change::find(tx, &sealer(), "dev_3").map(|_| ()));
        assert_eq!(misfit(other.await), "number_change.body dev_3", "another phone's row does not open");
    })
    .await;
}

fn claim(holder: &str, claimant: u8) -> Claim {
    Claim { holder: holder.into(), claimant: vec![claimant; 32], asked: "apr_q".into(), free_at: NOW + 72 * 3600 }
}

#[tokio::test]
async fn the_first_who_claims_a_number_is_the_one_its_holder_is_asked_about() {
    each(async |db| {
        let claims = race(&db, 12, |turn| {
            let claim = claim("acc_1", turn as u8);
            move |tx: &mut Tx<'_>| number_claim::insert(tx, &number(1), &claim, NOW + 100)
        });
        assert_eq!(winners(claims.await), 1);
        run(&db, |tx| {
            let stands = number_claim::find(tx, &number(1), NOW + 99)?.unwrap();
            assert_eq!((&*stands.holder, &*stands.asked, stands.free_at), ("acc_1", "apr_q", NOW + 72 * 3600));
            assert_eq!(stands.claimant.len(), 32);
            assert!(number_claim::find(tx, &number(1), NOW + 100)?.is_none(), "a claim ends");
            assert!(number_claim::find(tx, &number(2), NOW)?.is_none());
            number_claim::forget(tx, &number(1))?;
            assert!(number_claim::insert(tx, &number(1), &claim("acc_1", 9), NOW + 100)?);
            Ok(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn consent_is_counted_withdrawn_and_given_anew() {
    each(async |db| {
        run(&db, |tx| {
            consent::given(tx, "acc_1", "gemeente", "", "given_name email", NOW)?;
            consent::given(tx, "acc_1", "club", "", "", NOW + 1)?;
            consent::given(tx, "acc_2", "gemeente", "", "email", NOW)?;
            consent::given(tx, "acc_1", "gemeente", "", "given_name", NOW + 2)?;
            let all = consent::list(tx, "acc_1")?;
            let told: Vec<_> = all.iter().map(|c| (&*c.partner, c.claims.len(), c.times, c.withdrawn_at)).collect();
            assert_eq!(told, [("gemeente", 1, 2, None), ("club", 0, 1, None)], "newest first");
            assert_eq!((all[0].first_at, all[0].last_at), (NOW, NOW + 2));

            assert!(consent::withdraw(tx, "acc_1", "gemeente", NOW + 3)?);
            assert!(!consent::withdraw(tx, "acc_1", "gemeente", NOW + 4)?, "once");
            assert!(!consent::withdraw(tx, "acc_1", "school", NOW + 4)?, "nothing was shared");
            assert_eq!(consent::list(tx, "acc_1")?[0].withdrawn_at, Some(NOW + 3));
            assert_eq!(consent::list(tx, "acc_2")?[0].withdrawn_at, None, "a neighbour's stays");
            consent::given(tx, "acc_1", "gemeente", "", "email", NOW + 5)?;
            assert_eq!(consent::list(tx, "acc_1")?[0].withdrawn_at, None);
            consent::forget(tx, "acc_1")?;
            assert!(consent::list(tx, "acc_1")?.is_empty());
            Ok(())
        })
        .await;
        let given = |_| |tx: &mut Tx<'_>| consent::given(tx, "acc_3", "gemeente", "", "", NOW).map(|()| true);
        assert_eq!(winners(race(&db, 20, given).await), 20);
        assert_eq!(run(&db, |tx| consent::list(tx, "acc_3")).await[0].times, 20);
    })
    .await;
}

fn tell(tx: &mut Tx<'_>, id: &str, to: u8, account: Option<&str>, at: i64) -> Result<(), StoreError> {
    let recipient = number(to);
    told::insert(tx, Line { id, recipient: &recipient, account, kind: "sms", what: id, at })
}

#[tokio::test]
async fn what_we_sent_is_listed_for_whom_it_was() {
    each(async |db| {
        run(&db, |tx| {
            tell(tx, "before", 1, None, NOW - 1)?;
            tell(tx, "code", 1, None, NOW)?;
            tell(tx, "notice", 5, Some("acc_1"), NOW + 1)?;
            tell(tx, "mail", 2, None, NOW + 2)?;
            tell(tx, "theirs", 1, Some("acc_2"), NOW + 3)?;
            tell(tx, "elsewhere", 3, None, NOW + 4)?;
            tell(tx, "earlier", 4, Some("acc_1"), NOW - 1000)?;
            let list = |tx: &mut Tx<'_>, limit| told::list(tx, "acc_1", &number(1), &number(2), NOW, limit);
            let whats = |all: Vec<told::Told>| all.into_iter().map(|t| t.what).collect::<Vec<_>>();
            assert_eq!(whats(list(tx, 9)?), ["mail", "notice", "code", "earlier"]);
            assert_eq!(whats(list(tx, 2)?), ["mail", "notice"]);
            assert_eq!(list(tx, 1)?[0].recipient, number(2));
            Ok(())
        })
        .await;
    })
    .await;
}

type Sweep = fn(&mut Tx<'_>, i64, i64) -> Result<u64, StoreError>;

#[tokio::test]
async fn sweeps_of_a_life_take_exactly_what_is_over() {
    const SWEEPS: [(&str, Sweep, &str); 5] = [
        ("stops", stop::sweep, "/* test */ SELECT COUNT(*) FROM stop"),
        ("mutes", mute::sweep, "/* test */ SELECT COUNT(*) FROM mute"),
        ("changes", number_change::sweep, "/* test */ SELECT COUNT(*) FROM number_change"),
        ("claims", number_claim::sweep, "/* test */ SELECT COUNT(*) FROM number_claim"),
        ("messages", told::sweep, "/* test */ SELECT COUNT(*) FROM told"),
    ];
    each(async |db| {
        run(&db, |tx| {
            for (n, end) in [(1, -3), (2, -2), (3, -1), (4, 0), (5, 60)] {
                let (name, end) = (format!("x{n}"), NOW + end);
                stop::insert(tx, &name, "acc_1", "number", "", end)?;
                mute::set(tx, "acc_1", "gemeente", &name, end)?;
                let changing = Proving { expires_at: end, ..proving("+32468000001", "mac") };
                number_change::begin(tx, &sealer(), &name, &changing)?;
                number_claim::insert(tx, &number(n), &claim("acc_1", n), end)?;
                tell(tx, &name, n, None, end)?;
            }
            Ok(())
        })
        .await;
        for (what, sweep, left) in SWEEPS {
            let took = async |limit| run(&db, move |tx| sweep(tx, NOW, limit)).await;
            assert_eq!((took(2).await, took(9).await, took(9).await), (2, 1, 0), "{what}");
            assert_eq!(count(&db, left).await, 2, "{what}");
        }
    })
    .await;
}
