//! A LAN world on loopback: whoever trusts its authority gets in, nobody else does.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{DemoArgs, lay_out};
use crate::command::serve;
use crate::config::Config;
use crate::wire;

fn args(dir: &Path) -> DemoArgs {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let app = dir.join("app");
    std::fs::create_dir_all(&app).unwrap();
    std::fs::write(app.join("index.html"), "<!doctype html><title>app</title>").unwrap();
    DemoArgs {
        dir: Some(dir.join("world")),
        lan: true,
        lan_address: Some("127.0.0.1".parse().unwrap()),
        port: 0,
        reset: false,
        app_dist: app,
        banks: root.join("deploy/banks.toml"),
    }
}

fn client(authority: Option<&[u8]>) -> reqwest::Client {
    let only: Vec<_> = authority.iter().map(|pem| reqwest::Certificate::from_pem(pem).unwrap()).collect();
    reqwest::Client::builder().no_proxy().tls_certs_only(only).build().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_trusts_the_authority_reaches_everybody_over_https() {
    let folder = tempfile::tempdir().unwrap();
    let args = args(folder.path());
    let world = lay_out(&args).unwrap();
    let config = Config::read(&world.config_file).unwrap();
    let wired = wire::wire(&config).await.unwrap();
    let _others = world.start_others(&wired).await.unwrap();
    let running = serve::start(&config, wired).await.unwrap();
    world.write_demo_json(running.ops, &[]).unwrap();

    let written = std::fs::read_to_string(folder.path().join("world/demo.json")).unwrap();
    let demo: Value = serde_json::from_str(&written).unwrap();
    let at = |name: &str| demo.get(name).and_then(Value::as_str).unwrap().to_owned();
    let authority = std::fs::read(PathBuf::from(at("ca"))).unwrap();
    let (phone, stranger) = (client(Some(&authority)), client(None));
    for url in [
        format!("{}/health", at("issuer")),
        format!("{}/.well-known/zelf", at("app")),
        at("app"),
        format!("{}/q", at("app")),
        format!("{}/r", at("app")),
        at("service"),
        at("inbox"),
        at("story"),
        format!("{}/reader", at("story")),
    ] {
        assert!(url.starts_with("https://127.0.0.1:"), "{url}");
        assert_eq!(phone.get(&url).send().await.unwrap().status(), 200, "{url}");
        assert!(stranger.get(&url).send().await.is_err(), "{url} without the authority");
    }

    // The service finds the provider with the same trust, and sends the browser to the login page.
    let sent = phone.get(format!("{}/login", at("service"))).send().await.unwrap();
    assert!(sent.url().as_str().starts_with(&at("issuer")), "{}", sent.url());
    assert_eq!(sent.status(), 200);

    // The other services find it too, each by its own contract.
    let listed = demo.get("services").and_then(Value::as_array).unwrap();
    for (id, wish) in
        [("stroom", ""), ("wonen", ""), ("wonen", "?do=pay"), ("wonen", "?do=confirm"), ("ziekenfonds", "")]
    {
        let service = listed.iter().find(|one| one.get("id").unwrap() == id).unwrap();
        let url = service.get("url").and_then(Value::as_str).unwrap();
        let sent = phone.get(format!("{url}/login{wish}")).send().await.unwrap();
        let (at_us, status) = (sent.url().as_str().starts_with(&at("issuer")), sent.status());
        assert!(at_us && status == 200, "{id}{wish}: {status} {}", sent.text().await.unwrap());
    }

    // A phone fetches the certificate before it can trust anything.
    let ports: Value =
        serde_json::from_str(&std::fs::read_to_string(folder.path().join("world/ports.json")).unwrap()).unwrap();
    let trust = format!("http://127.0.0.1:{}", ports.get("trust").unwrap());
    assert_eq!(stranger.get(&trust).send().await.unwrap().status(), 200);
    let fetched = stranger.get(format!("{trust}/zelf-demo.crt")).send().await.unwrap().bytes().await.unwrap();
    assert!(reqwest::Certificate::from_der(&fetched).is_ok());

    // A second start proves itself by the same authority: phones need not be told again.
    assert_eq!(std::fs::read(lay_out(&args).unwrap().ca().unwrap()).unwrap(), authority);
    running.stop().await;
}
