//! The requests of a person, page by page, and what is left of a person who closed their account.

use db::{Db, Tx, args};
use domain::account::Profile;
use domain::approval::State;
use domain::enrolment::CardData;
use domain::life::Standing;
use domain::number::MobileNumber;
use domain::number_change::Proving;
use zelf_store::closing::{self, Erased};
use zelf_store::history::{self, Filter, Outcome};
use zelf_store::number_claim::Claim;
use zelf_store::outbox::{Envelope, Message};
use zelf_store::{
    StoreError, account, activation, approval, audit, card_data, consent, grant, mute, number_change, number_claim,
    outbox, stop, told,
};

use crate::sample::{NOW, each, evidence, number, opening, person, profile, request, run, sealer, start, waiting};

fn put(tx: &mut Tx<'_>, id: &str, partner: &str, n: u8, at: i64) -> Result<(), StoreError> {
    let (device, account) = (format!("dev_{n}"), format!("acc_{n}"));
    let mut asked = waiting(id, Some(&device), Some(&account), at);
    asked.partner = partner.into();
    approval::insert(tx, &sealer(), &asked, &number(n), "lane", &request(id))
}

fn ids(tx: &mut Tx<'_>, filter: &Filter, limit: i64, now: i64) -> Result<Vec<String>, StoreError> {
    let entries = history::list(tx, &sealer(), "acc_1", filter, limit, now)?;
    Ok(entries.into_iter().map(|e| e.approval.id).collect())
}

/// Seven requests of person 1, one of each outcome, the oldest first; one of person 2.
async fn seven(db: &Db) {
    person(db, 1).await;
    person(db, 2).await;
    run(db, |tx| {
        for (at, id) in
            ["apr_yes", "apr_used", "apr_void", "apr_no", "apr_fraud", "apr_stop", "apr_late"].iter().enumerate()
        {
            put(tx, id, if at % 2 == 0 { "gemeente" } else { "club" }, 1, NOW + at as i64)?;
        }
        put(tx, "apr_other", "gemeente", 2, NOW)?;
        let yes = State::Approved { at: NOW + 9 };
        let decided = [
            ("apr_yes", yes),
            ("apr_used", yes),
            ("apr_void", yes),
            ("apr_no", State::Rejected),
            ("apr_fraud", State::Fraud),
        ];
        for (id, state) in decided {
            assert!(approval::decide(tx, &sealer(), id, state, "pin", &evidence(), NOW + 9)?);
        }
        assert!(grant::redeem(tx, &sealer(), "apr_used", "club", NOW)?.is_some());
        assert!(grant::redeem(tx, &sealer(), "apr_void", "gemeente", NOW)?.is_some());
        assert!(approval::revoke(tx, "apr_void", "gemeente")?);
        assert!(approval::cancel(tx, "apr_stop", NOW + 9)?);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_history_is_told_newest_first_page_by_page_and_by_what_became_of_it() {
    each(async |db| {
        seven(&db).await;
        run(&db, |tx| {
            let all = Filter::default();
            let newest = ["apr_late", "apr_stop", "apr_fraud", "apr_no", "apr_void", "apr_used", "apr_yes"];
            assert_eq!(ids(tx, &all, 9, NOW + 10)?, newest);
            let second = Filter { before: Some((NOW + 5, "apr_stop".into())), ..Filter::default() };
            assert_eq!(ids(tx, &second, 2, NOW + 10)?, ["apr_fraud", "apr_no"]);
            let with = |outcome| Filter { outcome: Some(outcome), ..Filter::default() };
            for (outcome, expected, later) in [
                (Outcome::Waiting, vec!["apr_late"], vec![]),
                (Outcome::Expired, vec![], vec!["apr_late"]),
                (Outcome::Approved, vec!["apr_void", "apr_used", "apr_yes"], vec!["apr_void", "apr_used", "apr_yes"]),
                (Outcome::Refused, vec!["apr_no"], vec!["apr_no"]),
                (Outcome::Reported, vec!["apr_fraud"], vec!["apr_fraud"]),
                (Outcome::Stopped, vec!["apr_stop"], vec!["apr_stop"]),
            ] {
                assert_eq!(ids(tx, &with(outcome), 9, NOW + 10)?, expected, "{outcome:?}");
                assert_eq!(ids(tx, &with(outcome), 9, NOW + 1000)?, later, "{outcome:?} later");
                for entry in history::list(tx, &sealer(), "acc_1", &with(outcome), 9, NOW + 10)? {
                    assert_eq!(Outcome::of(&entry.approval, NOW + 10), outcome, "the filter and the word agree");
                }
            }
            let club = Filter { partner: Some("club".into()), ..Filter::default() };
            assert_eq!(ids(tx, &club, 9, NOW)?, ["apr_stop", "apr_no", "apr_used"]);
            Ok(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn requests_of_one_second_are_told_once_each() {
    each(async |db| {
        person(&db, 1).await;
        run(&db, |tx| {
            for n in 0..7 {
                put(tx, &format!("apr_{n}"), "gemeente", 1, NOW)?;
            }
            let (mut seen, mut before) = (Vec::new(), None);
            loop {
                let filter = Filter { before, ..Filter::default() };
                let page = ids(tx, &filter, 2, NOW)?;
                let Some(last) = page.last() else { break };
                before = Some((NOW, last.clone()));
                seen.extend(page);
            }
            assert_eq!(seen, ["apr_6", "apr_5", "apr_4", "apr_3", "apr_2", "apr_1", "apr_0"]);
            Ok(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn evidence_is_given_to_its_own_account_alone() {
    each(async |db| {
        seven(&db).await;
        run(&db, |tx| {
            let (found, certificate) = history::evidence(tx, &sealer(), "acc_1", "apr_no")?.unwrap();
            assert_eq!((&*found.m1, &*found.m2, &*found.m3, &*certificate), ("M1", "M2", "M3", "M4"));
            assert!(history::evidence(tx, &sealer(), "acc_2", "apr_no")?.is_none(), "another account's");
            assert!(history::evidence(tx, &sealer(), "acc_1", "apr_late")?.is_none(), "nobody answered");
            assert!(history::evidence(tx, &sealer(), "acc_1", "apr_none")?.is_none());
            assert_eq!(history::reported(tx, "dev_1", "apr_fraud")?, Some(("gemeente".into(), "lane".into())));
            assert_eq!(history::reported(tx, "dev_1", "apr_no")?, None, "refused is not reported");
            assert_eq!(history::reported(tx, "dev_2", "apr_fraud")?, None, "another phone's");
            Ok(())
        })
        .await;
    })
    .await;
}

fn hers() -> Profile {
    profile("Person-1", "+32468000001")
}

/// Something of person 1 in every table that can hold it.
fn everywhere(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let sealer = sealer();
    put(tx, "apr_a", "gemeente", 1, NOW)?;
    assert!(approval::decide(tx, &sealer, "apr_a", State::Rejected, "pin", &evidence(), NOW)?);
    activation::begin(tx, &sealer, &start("act_1", "dev_1"), None)?;
    let proving = Proving::start(MobileNumber::from_e164("+32468000001").unwrap(), "mac".into(), NOW);
    number_change::begin(tx, &sealer, "dev_1", &proving)?;
    card_data::put(tx, &sealer, "acc_1", &CardData::default(), 0)?;
    consent::given(tx, "acc_1", "gemeente", "", "email", NOW)?;
    stop::insert(tx, "mac_1", "acc_1", "number", "", NOW + 10)?;
    mute::set(tx, "acc_1", "gemeente", "lane", NOW + 10)?;
    let claim = Claim { holder: "acc_1".into(), claimant: vec![9; 32], asked: "apr_a".into(), free_at: NOW };
    number_claim::insert(tx, &number(1), &claim, NOW + 10)?;
    let recipient = number(1);
    for (id, account) in [("told_code", None), ("told_notice", Some("acc_1"))] {
        told::insert(tx, told::Line { id, recipient: &recipient, account, kind: "sms", what: "code", at: NOW })?;
    }
    let message = Message { to: "+32468000001".into(), subject: None, text: "x".into() };
    let envelope = Envelope { id: "msg_1", kind: "sms", recipient: &recipient, now: NOW, expires_at: NOW + 10 };
    outbox::insert(tx, &sealer, envelope, &message)?;
    let line = audit::Line { id: "aud_1", at: NOW, action: "activated", actor: "dev_1", subject: "acc_1", detail: "" };
    audit::append(tx, &line)
}

const TABLES: [&str; 14] = [
    "/* test */ SELECT COUNT(*) FROM account",
    "/* test */ SELECT COUNT(*) FROM device",
    "/* test */ SELECT COUNT(*) FROM approval",
    "/* test */ SELECT COUNT(*) FROM activation",
    "/* test */ SELECT COUNT(*) FROM number_change",
    "/* test */ SELECT COUNT(*) FROM card_data",
    "/* test */ SELECT COUNT(*) FROM consent",
    "/* test */ SELECT COUNT(*) FROM stop",
    "/* test */ SELECT COUNT(*) FROM mute",
    "/* test */ SELECT COUNT(*) FROM number_claim",
    "/* test */ SELECT COUNT(*) FROM told",
    "/* test */ SELECT COUNT(*) FROM outbox",
    "/* test */ SELECT COUNT(*) FROM audit",
    "/* test */ SELECT COUNT(*) FROM account WHERE state = 'closed'",
];

#[tokio::test]
async fn who_closed_is_free_at_once_sealed_for_a_while_and_then_gone() {
    each(async |db| {
        person(&db, 1).await;
        run(&db, everywhere).await;
        run(&db, |tx| {
            closing::close(tx, "acc_1", &[77; 32], NOW + 100, NOW + 1)?;
            assert!(number_claim::find(tx, &number(1), NOW)?.is_none(), "nobody waits for who has gone");
            let sealed = account::find(tx, &sealer(), "acc_1")?.unwrap();
            assert_eq!((sealed.standing, sealed.state_at), (Standing::Closed, NOW + 1));
            assert_eq!(account::known(tx, &[101; 32], &number(1))?, (None, None), "number and person are free");
            assert!(account::insert(tx, &sealer(), "acc_2", &[101; 32], opening(&number(1), &hers()))?);
            assert!(!account::renew(tx, &sealer(), "acc_1", opening(&number(5), &hers()))?, "closed is closed");

            assert!(closing::due(tx, NOW + 99, 9)?.is_empty());
            assert_eq!(closing::due(tx, NOW + 100, 9)?, ["acc_1"]);
            Ok(())
        })
        .await;
        run(&db, |tx| {
            // Told to the same number after the closing: somebody else's.
            let recipient = number(1);
            let line =
                told::Line { id: "new", recipient: &recipient, account: None, kind: "sms", what: "code", at: NOW + 2 };
            told::insert(tx, line)?;
            let erased = Erased { account: "acc_1".into(), contacts: vec![number(1).to_vec()], closed_at: NOW + 1 };
            assert_eq!(closing::phones(tx, "acc_1")?, ["dev_1"]);
            assert!(closing::erase(tx, &erased)?);
            assert!(!closing::erase(tx, &erased)?, "once");
            assert!(closing::due(tx, NOW + 999, 9)?.is_empty());
            let mut left = Vec::new();
            for table in TABLES {
                left.push(tx.row(table, args![])?.unwrap().columns().int()?);
            }
            assert_eq!(left, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0], "the newcomer's account and code alone");
            Ok(())
        })
        .await;
    })
    .await;
}
