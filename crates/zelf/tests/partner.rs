//! `zelf partner` and `zelf service`, as an operator types them.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_zelf");

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let config = "issuer = \"https://id.example\"\napp = \"https://app.example\"\n\
            [[partner]]\nid = \"vast\"\nname = { nl = \"V\", fr = \"V\", de = \"V\", en = \"V\" }\ndomain = \"vast.example\"\n\
            redirect_uris = [\"https://vast.example/cb\"]\n[partner.auth]\nmethod = \"client_secret\"\n\
            client_secret_sha256 = \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"\n";
        std::fs::write(folder.path().join("zelf.toml"), config).unwrap();
        Place(folder)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_string_lossy().into_owned()
    }

    fn run(&self, line: &str) -> Output {
        let config: &Path = &self.0.path().join("zelf.toml");
        let words = line.split_whitespace();
        Command::new(PROGRAM).args(words).arg("--config").arg(config).env("ZELF_LOG", "off").output().unwrap()
    }

    /// What a command that went well said.
    fn says(&self, line: &str) -> String {
        let out = self.run(line);
        assert!(out.status.success(), "{line}: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    }

    /// What a command that went wrong said.
    fn refuses(&self, line: &str) -> String {
        let out = self.run(line);
        assert!(!out.status.success(), "{line} went well");
        String::from_utf8(out.stderr).unwrap()
    }

    fn json(&self, line: &str) -> Value {
        serde_json::from_str(&self.says(&format!("{line} --json"))).unwrap()
    }
}

const SHOP: &str =
    "partner add shop --name Winkel --redirect-uri https://shop.example/cb --scope profile --scope email";

#[test]
fn a_partner_is_added_shown_changed_and_removed() {
    let place = Place::new();
    let told = place.json(SHOP);
    let secret = told["client_secret"].as_str().unwrap();
    assert_eq!((told["client_id"].as_str().unwrap(), secret.len()), ("shop", 43));
    let shown = place.says("partner show shop");
    assert!(shown.contains("[[partner]]") && shown.contains("domain = \"shop.example\"") && !shown.contains(secret));
    let again = place.file("again.toml", &shown);
    assert!(place.refuses(&format!("partner add --file {again}")).contains("--replace"));
    let kept = place.json(&format!("partner add --file {again} --replace"));
    assert!(kept["client_secret"].is_null(), "what show wrote is read, its secret stays");
    assert_eq!(place.says("partner show shop"), shown);
    let fresh = place.json("partner rotate-secret shop");
    assert_ne!(fresh["client_secret"].as_str().unwrap(), secret);
    assert_ne!(place.says("partner show shop"), shown);
    let list = place.says("partner list");
    assert!(list.contains("shop  database  standard  Winkel") && list.contains("vast  file"), "{list}");
    place.says("partner remove shop");
    assert!(place.refuses("partner show shop").contains("no partner"));
    assert!(place.refuses("partner remove shop").contains("no partner"));
}

#[test]
fn what_stands_in_the_configuration_is_changed_there() {
    let place = Place::new();
    for line in [
        "partner add vast --name V --redirect-uri https://vast.example/cb --replace",
        "partner remove vast",
        "partner rotate-secret vast",
        "service add vast LOGIN",
    ] {
        assert!(place.refuses(line).contains("configuration file"), "{line}");
    }
}

#[test]
fn a_slip_is_named_and_nothing_is_written() {
    let place = Place::new();
    for (line, why) in [
        ("partner add shop --name W --redirect-uri http://shop.example/cb", "uses http"),
        ("partner add shop --name W --redirect-uri https://shop.example/cb#x", "fragment"),
        ("partner add shop --redirect-uri https://shop.example/cb", "--name"),
        ("partner add shop --name W --redirect-uri https://shop.example/cb --scope everything", "everything"),
        ("partner add shop --name W --redirect-uri https://shop.example/cb --claim shoe_size", "shoe_size"),
        ("partner add sh!op --name W --redirect-uri https://shop.example/cb", "id must be"),
        ("partner add shop --name W --redirect-uri https://a.example/cb --redirect-uri https://b.example/cb", "sector"),
    ] {
        let told = place.refuses(line);
        assert!(told.contains(why), "{line}: {told}");
    }
    let unknown = place.file("p.toml", "id = \"shop\"\nname = { nl = \"W\" }\ncolour = \"red\"\n");
    place.refuses(&format!("partner add --file {unknown}"));
    assert_eq!(place.json("partner list")["partners"].as_array().unwrap().len(), 1);
}

#[test]
fn services_belong_to_partners_of_the_compatible_mount() {
    let place = Place::new();
    place.says(SHOP);
    assert!(place.refuses("service add shop LOGIN").contains("no services"));
    place.says("partner add oud --name Oud --domain oud.example --mount compat");
    let told = place.says("service add oud LOGIN --redirect-uri https://oud.example/cb --scope profile");
    assert!(told.contains("openid service:LOGIN"));
    assert!(place.refuses("service add oud LOGIN").contains("--replace"));
    place.says("service add oud LOGIN --redirect-uri https://oud.example/cb2 --replace");
    assert_eq!(place.says("service list oud").trim(), "LOGIN  authentication  https://oud.example/cb2");
    assert!(place.refuses("service add oud SHARE --kind sharing").contains("sharing"));
    place.says("service remove oud LOGIN");
    assert!(place.refuses("service remove oud LOGIN").contains("no service"));
    assert_eq!(place.says("service list oud").trim(), "");
}

/// Step 1 of the page for who moves, word for word.
#[test]
fn who_moves_types_two_commands_and_gets_statements_as_there() {
    let place = Place::new();
    let page = include_str!(concat!("../../../docs/partners/moving-from-", "its", "me.md"));
    let typed: Vec<String> = page
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("zelf partner add") || line.starts_with("zelf service add"))
        .map(|line| line.trim_start_matches("zelf ").replace("\"Your name\"", "Yours"))
        .collect();
    assert_eq!(typed.len(), 2, "{typed:?}");
    let told = typed.iter().map(|line| place.says(line)).collect::<Vec<_>>();
    let sealed = "signed with RS256, then encrypted with RSA-OAEP-256 and A128CBC-HS256";
    assert_eq!(told[0].matches(sealed).count(), 2, "{}", told[0]);
    assert!(told[1].contains("openid service:YOUR_SERVICE"), "{}", told[1]);
    let shown = place.says("partner show YOUR_CLIENT_ID");
    assert_eq!(shown.matches("RSA-OAEP-256").count(), 2, "{shown}");
    // Without keys: a secret, and what is made of it.
    let told = place.json("partner add geheim --name G --domain geheim.example --mount compat");
    assert_eq!(told["userinfo"], "signed with RS256, then encrypted with dir and A256GCM");
    let told = place.json("partner add hs --name G --domain hs.example --mount compat --id-token-alg HS256");
    assert_eq!(told["id_token"], "signed with HS256, then encrypted with dir and A256GCM");
    let open = "partner add open --name O --domain o.example --mount compat --id-token-encryption none --userinfo-encryption none";
    let told = place.json(open);
    assert_eq!((told["id_token"].as_str(), told["userinfo"].as_str()), (Some("signed with RS256"), Some("plain JSON")));
    let again = place.file("again.toml", &place.says("partner show open"));
    assert_eq!(
        place.json(&format!("partner add --file {again} --replace"))["userinfo"],
        "plain JSON",
        "said aloud, and kept"
    );
    let told = place
        .json("partner add half --name H --domain h.example --redirect-uri https://h.example/cb --userinfo-alg PS256");
    assert_eq!(told["userinfo"], "signed with PS256");
    assert!(
        place
            .refuses("partner add x --name X --redirect-uri https://x.example/cb --id-token-encryption ROT13")
            .contains("ROT13")
    );
    for line in ["--security fapi2", "--id-token-encryption RSA-OAEP"] {
        place.refuses(&format!("partner add x --name X --redirect-uri https://x.example/cb {line}"));
    }
}

#[test]
fn a_check_tells_in_sentences_and_by_its_exit_code() {
    let place = Place::new();
    place.says(SHOP);
    assert_eq!(place.says("partner check shop --offline").trim(), "shop: nothing to say");
    place.says("partner add oud --name Oud --domain oud.example --mount compat --id-token-alg HS256");
    let out = place.run("partner check --offline");
    let told = String::from_utf8(out.stdout).unwrap();
    assert_eq!(out.status.code(), Some(1), "{told}");
    assert!(told.contains("needs at least one service") && told.contains("zelf service add oud"), "{told}");
    let found = place.run("partner check oud --offline --json").stdout;
    let found: Value = serde_json::from_slice(&found).unwrap();
    assert_eq!(found[0]["findings"][0]["weight"], "breaks");
    assert!(place.refuses("partner check nobody").contains("no partner"));
}
