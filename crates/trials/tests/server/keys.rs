//! Keys grow old and are replaced while the server runs.

use journeys::keys::{KeyFile, KeyRules, WARN_SECONDS};
use protocol::oidc::keys::Kind;
use serde_json::Value;
use zelf_trials::town::{NOW, Town};

const DAY: i64 = 86_400;

async fn kids(town: &Town) -> Vec<String> {
    let set: Value = town.http.get(format!("{}/jwks.json", town.issuer)).send().await.unwrap().json().await.unwrap();
    set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

fn rotate(town: &Town, kind: Kind, at_once: bool) {
    let path = town.folder.join("platform.keys");
    let mut file = KeyFile::read(&std::fs::read_to_string(&path).unwrap()).unwrap();
    file.rotate(kind, at_once, KeyRules { test_world: true, days: 730, now: town.now() }).unwrap();
    file.write(&path).unwrap();
    town.world.keys.refresh().unwrap();
}

async fn health(town: &Town) -> (u16, String) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/health", listener.local_addr().unwrap());
    let router = web::ops::router(town.ops.clone().with_certificate("server.pem".into(), NOW + 800 * DAY));
    let served = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let answer = town.http.get(url).send().await.unwrap();
    let told = (answer.status().as_u16(), answer.text().await.unwrap());
    served.abort();
    told
}

#[tokio::test]
async fn partners_see_a_key_before_it_signs_and_two_days_after() {
    let town = Town::on_sqlite().await;
    let first = kids(&town).await;
    assert!(first.len() == 5 && first.iter().all(|kid| kid.starts_with("test-op_")), "{first:?}");
    rotate(&town, Kind::SigEc, false);
    let announced = kids(&town).await;
    assert!(announced.len() == 6 && first.iter().all(|kid| announced.contains(kid)));
    town.pass(DAY);
    rotate(&town, Kind::SigEc, false);
    assert_eq!(kids(&town).await.len(), 6);
    town.pass(2 * DAY - 1);
    assert_eq!(kids(&town).await.len(), 6);
    town.pass(1);
    let last = kids(&town).await;
    assert_eq!((last.len(), last.iter().filter(|kid| first.contains(kid)).count()), (5, 4));
}

#[tokio::test]
async fn health_fails_a_month_before_a_key_ends_and_says_what_to_run() {
    let town = Town::on_sqlite().await;
    assert_eq!(health(&town).await, (200, "ok".into()));
    town.pass(730 * DAY - WARN_SECONDS - 1);
    assert_eq!(health(&town).await.0, 200);
    town.pass(1);
    let (status, told) = health(&town).await;
    assert_eq!((status, told.lines().count()), (503, 6), "{told}");
    for kind in Kind::ALL {
        assert!(told.contains(&format!("zelf keys rotate --kind {}`", kind.as_str())), "{told}");
        rotate(&town, kind, true);
    }
    assert_eq!(health(&town).await.0, 200);
    // The certificate ends later, alone.
    town.pass(70 * DAY);
    let (status, told) = health(&town).await;
    assert!(status == 503 && told.contains("server.pem") && told.lines().count() == 1, "{told}");
}
