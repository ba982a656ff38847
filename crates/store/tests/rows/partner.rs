//! Registered partners: who changes one moves a number that only grows, and a secret opens only in its own row.

use db::{Tx, args};
use zelf_store::StoreError;
use zelf_store::partner::{self, Entry, Origin, Secret};

use crate::sample::{NOW, attempt, each, race, run, sealer, winners};

fn entry(id: &str, body: &str, secret: Secret) -> Entry {
    Entry { id: id.into(), origin: Origin::Command, body: body.into(), secret, token_mac: String::new(), asked: None }
}

fn put(
    id: &'static str,
    body: &'static str,
    secret: Secret,
    replace: bool,
) -> impl FnMut(&mut Tx<'_>) -> Result<bool, StoreError> {
    move |tx| partner::put(tx, &sealer(), &entry(id, body, secret.clone()), replace, NOW)
}

fn set(secret: &str) -> Secret {
    Secret::Set(secret.to_owned().into())
}

#[tokio::test]
async fn what_was_put_is_found_until_it_is_removed() {
    each(async |db| {
        assert_eq!(run(&db, partner::version).await, 0);
        assert!(run(&db, put("a", "{}", Secret::Forget, false)).await);
        assert!(!run(&db, put("a", "{1}", Secret::Forget, false)).await, "an id is not taken over by mistake");
        assert!(run(&db, put("b", "{}", Secret::Forget, false)).await);
        let since = run(&db, partner::version).await;
        assert!(run(&db, put("a", "{2}", Secret::Forget, true)).await);
        let found = run(&db, |tx| partner::find(tx, "a")).await.unwrap();
        assert_eq!((found.body.as_str(), found.origin, found.changed_at), ("{2}", Origin::Command, NOW));
        let news = run(&db, move |tx| partner::changed(tx, since)).await;
        assert_eq!(news.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["a"], "only what moved since");
        assert_eq!(run(&db, |tx| partner::changed(tx, 0)).await.len(), 2);
        let before = run(&db, partner::version).await;
        assert!(run(&db, |tx| partner::remove(tx, "a", NOW)).await);
        assert!(!run(&db, |tx| partner::remove(tx, "a", NOW)).await);
        assert!(run(&db, partner::version).await > before, "a removal is a change");
        assert_eq!(run(&db, partner::ids).await, ["b"]);
        assert!(run(&db, |tx| partner::find(tx, "a")).await.is_none());
    })
    .await;
}

#[tokio::test]
async fn the_row_of_the_number_is_no_partner() {
    each(async |db| {
        run(&db, put("a", "{}", Secret::Forget, false)).await;
        assert!(run(&db, |tx| partner::find(tx, "")).await.is_none());
        assert!(!run(&db, |tx| partner::remove(tx, "", NOW)).await);
        assert!(run(&db, partner::version).await > 0);
    })
    .await;
}

#[tokio::test]
async fn whoever_saw_a_number_has_seen_everything_up_to_it() {
    each(async |db| {
        let names: Vec<&'static str> = (0..20).map(|n| &*Box::leak(format!("p{n}").into_boxed_str())).collect();
        let turn = |n: i64| put(names[usize::try_from(n).unwrap()], "{}", Secret::Forget, false);
        assert_eq!(winners(race(&db, 20, turn).await), 20);
        let mut versions: Vec<i64> =
            run(&db, |tx| partner::changed(tx, 0)).await.iter().map(|row| row.version).collect();
        versions.sort_unstable();
        assert_eq!(versions, (1..=20).collect::<Vec<_>>(), "no number was given twice");
    })
    .await;
}

#[tokio::test]
async fn a_secret_stays_sealed_in_its_row() {
    each(async |db| {
        let secret = |id: &'static str| {
            async move |db: &db::Db| {
                attempt(db, move |tx| partner::secret(tx, &sealer(), id))
                    .await
                    .map(|s| s.map(|s| s.as_str().to_owned()))
            }
        };
        run(&db, put("a", "{}", set("open sesame"), false)).await;
        assert_eq!(secret("a")(&db).await.unwrap().as_deref(), Some("open sesame"));
        run(&db, put("a", "{3}", Secret::Keep, true)).await;
        assert_eq!(secret("a")(&db).await.unwrap().as_deref(), Some("open sesame"));
        run(&db, put("b", "{}", Secret::Keep, true)).await;
        assert_eq!(secret("b")(&db).await.unwrap(), None);
        run(&db, |tx| {
            let stored = tx.row("SELECT secret FROM partner WHERE id = $1", args!["a"])?.unwrap().columns().bytes()?;
            assert!(!String::from_utf8_lossy(&stored).contains("sesame"));
            tx.execute("UPDATE partner SET secret = $1 WHERE id = $2", args![&stored, "b"])?;
            Ok(())
        })
        .await;
        assert!(secret("b")(&db).await.is_err(), "another row's secret does not open");
        run(&db, put("a", "{}", Secret::Forget, true)).await;
        assert_eq!(secret("a")(&db).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn an_origin_that_is_none_is_named() {
    each(async |db| {
        run(&db, put("a", "{}", Secret::Forget, false)).await;
        run(&db, |tx| Ok(tx.execute("UPDATE partner SET origin = 'elf' WHERE id = $1", args!["a"])?)).await;
        let told = attempt(&db, |tx| partner::find(tx, "a").map(drop)).await.unwrap_err().to_string();
        assert!(told.contains("partner.origin of a"), "{told}");
    })
    .await;
}
