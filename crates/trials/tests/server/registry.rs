//! Partners come and go while the server runs; one that cannot be read leaves the others in peace.

use journeys::partners::Registry;
use serde_json::{Value, json};
use zelf_trials::town::Town;

use crate::each;

fn bakery(name: &str) -> Value {
    json!({
        "id": "bakker", "name": { "nl": name, "fr": name, "de": name, "en": name }, "domain": "bakker.example",
        "redirect_uris": ["https://bakker.example/cb"],
        "auth": { "method": "client_secret", "client_secret_sha256": "ab".repeat(32) },
    })
}

async fn name(town: &Town) -> Option<String> {
    town.world.partners.find("bakker").map(|p| p.name.nl.clone())
}

/// A row as a hand at the database would leave it; other servers see it at their next look.
async fn scribble(town: &Town, sql: &'static str) {
    let written = town.world.db.run("test.scribble", move |tx| {
        tx.execute(sql, db::args![])?;
        tx.execute("UPDATE partner SET version = version + 1 WHERE id = ''", db::args![])
    });
    written.await.map_err(|e: db::DbError| e.to_string()).unwrap();
}

#[tokio::test]
async fn a_partner_comes_changes_and_goes_while_the_server_runs() {
    each(async |town| {
        assert_eq!(name(&town).await, None);
        town.registers(bakery("Bakker Peeters")).await;
        assert_eq!(name(&town).await.as_deref(), Some("Bakker Peeters"), "at once, for whoever wrote it");
        town.registers(bakery("Bakker Janssens")).await;
        assert_eq!(name(&town).await.as_deref(), Some("Bakker Janssens"));
        let again = Registry::default();
        again.look(&town.world.db).await.unwrap();
        assert_eq!(again.find("bakker").unwrap().name.nl, "Bakker Janssens", "a server that starts now");
        assert!(journeys::partners::remove(&town.world, "bakker").await.unwrap());
        assert_eq!(name(&town).await, None);
        assert!(town.world.partners.find("gemeente").is_some(), "those of the file stay");
    })
    .await;
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_named_and_leaves_the_others_working() {
    each(async |town| {
        town.registers(bakery("Bakker Peeters")).await;
        let mut other = bakery("Slager");
        other["id"] = json!("slager");
        town.registers(other).await;
        let half = "UPDATE partner SET body = '{', version = (SELECT version FROM partner WHERE id = '') + 1 WHERE id = 'bakker'";
        scribble(&town, half).await;
        assert!(journeys::partners::refresh(&town.world).await.unwrap());
        assert!(!journeys::partners::refresh(&town.world).await.unwrap(), "nothing moved since");
        assert_eq!(name(&town).await, None);
        assert!(town.world.partners.find("slager").is_some());
        assert!(town.world.partners.problems()["bakker"].contains("EOF"));
        town.registers(bakery("Bakker Peeters")).await;
        assert!(town.world.partners.problems().is_empty());
        assert!(name(&town).await.is_some());
    })
    .await;
}

#[tokio::test]
async fn what_does_not_validate_or_stands_in_the_file_is_not_written() {
    each(async |town| {
        use journeys::partners::{NotWritten, Origin, Registration, Secret, put};
        let registration = |body: Value| Registration {
            partner: serde_json::from_value(body).unwrap(),
            origin: Origin::Dynamic,
            secret: Secret::Forget,
            token_mac: String::new(),
        };
        let mut bad = bakery("Bakker");
        bad["redirect_uris"] = json!(["http://bakker.example/cb"]);
        let told = put(&town.world, registration(bad), false).await.unwrap_err();
        assert!(matches!(told, NotWritten::Invalid(e) if e.problem.contains("http")));
        let mut same = bakery("Bakker");
        same["id"] = json!("gemeente");
        assert!(matches!(put(&town.world, registration(same), true).await, Err(NotWritten::InFile)));
        put(&town.world, registration(bakery("Bakker")), false).await.unwrap();
        assert!(matches!(put(&town.world, registration(bakery("B2")), false).await, Err(NotWritten::Taken)));
        assert_eq!(name(&town).await.as_deref(), Some("Bakker"));
    })
    .await;
}
