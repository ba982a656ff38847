#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::os::unix::fs::PermissionsExt as _;

use protocol::oidc::keys::Rotated;

use super::*;

const NOW: i64 = 1_795_352_700;
const TEST: KeyRules = KeyRules { test_world: true, days: 730, now: NOW };

fn fill(bytes: &mut [u8]) {
    aws_lc_rs::rand::fill(bytes).unwrap();
}

fn load(path: &Path, rules: KeyRules) -> Result<PlatformKeys, String> {
    PlatformKeys::load_or_create(path, rules, fill)
}

fn kids(keys: &PlatformKeys) -> Vec<String> {
    let sets = [keys.op().jwks(NOW), keys.bank_jwks(NOW)];
    let all = sets.iter().flat_map(|set| set["keys"].as_array().unwrap());
    all.map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

fn rotate(path: &Path, kind: Kind, at_once: bool) -> Rotated {
    let mut file = KeyFile::read(&std::fs::read_to_string(path).unwrap()).unwrap();
    let rotated = file.rotate(kind, at_once, TEST).unwrap();
    file.write(path).unwrap();
    rotated
}

#[test]
fn fresh_keys_are_their_owners_alone_and_open_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("platform.keys");
    let made = load(&path, TEST).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    let again = load(&path, TEST).unwrap();
    assert_eq!((kids(&made), made.number_hash("+32")), (kids(&again), again.number_hash("+32")));
    assert_eq!(kids(&made).len(), 6);
    assert!(kids(&made).iter().all(|kid| kid.starts_with("test-")), "{:?}", kids(&made));
}

#[test]
fn keys_of_one_world_do_not_start_the_other() {
    let folder = tempfile::tempdir().unwrap();
    for (name, test_world) in [("test.keys", true), ("live.keys", false)] {
        let path = folder.path().join(name);
        let rules = KeyRules { test_world, ..TEST };
        let keys = load(&path, rules).unwrap();
        assert_eq!(kids(&keys).iter().any(|kid| kid.starts_with("test-")), test_world);
        let before = std::fs::read(&path).unwrap();
        let Err(problem) = load(&path, KeyRules { test_world: !test_world, ..TEST }) else { panic!("{name} opened") };
        assert!(problem.contains("world"), "{problem}");
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
}

/// What the first versions wrote: two signing keys, no times, no world.
#[test]
fn a_file_of_an_earlier_version_keeps_its_keys() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("platform.keys");
    let secret = |kind: Kind| kind.generate().unwrap();
    let (ec, rsa, bank) = (secret(Kind::SigEc), secret(Kind::SigRsa), secret(Kind::BankClient));
    let keys = json!({
        "secret": b64u([1; 32]), "pairwise": b64u([2; 32]),
        "es256": b64u(&*ec), "rs256": b64u(&*rsa), "bank_client": b64u(&*bank),
    });
    let old = keys.to_string();
    std::fs::write(&path, &old).unwrap();
    let Err(problem) = load(&path, KeyRules { test_world: false, ..TEST }) else { panic!("a demo's keys, perhaps") };
    assert!(problem.contains(r#""world": "live""#), "{problem}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), old, "nothing was changed");
    std::fs::write(&path, old.replacen('{', r#"{"world":"live","#, 1)).unwrap();
    let keys = load(&path, KeyRules { test_world: false, ..TEST }).unwrap();
    let names = kids(&keys);
    assert_eq!(names.len(), 6);
    for kid in [Kind::SigEc.kid(&ec, "op"), Kind::SigRsa.kid(&rsa, "op"), Kind::BankClient.kid(&bank, "bc")] {
        assert!(names.contains(&kid.unwrap()));
    }
    assert_eq!(keys.pairwise, [2; 32]);
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(!written.contains("es256") && written.contains(r#""world": "live""#));
    assert_eq!(kids(&load(&path, KeyRules { test_world: false, ..TEST }).unwrap()), names, "once and for all");
}

#[test]
fn a_running_server_takes_over_what_was_rotated() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("platform.keys");
    let keys = load(&path, TEST).unwrap();
    let signer = keys.bank_signer();
    assert_eq!(keys.refresh(), Ok(false));
    let (before, first) = (kids(&keys), signer().kid().to_owned());
    assert_eq!(rotate(&path, Kind::BankClient, false), Rotated::Announced);
    assert_eq!(kids(&keys), before, "not before it looked");
    assert_eq!(keys.refresh(), Ok(true));
    assert_eq!((signer().kid(), kids(&keys).len()), (first.as_str(), 7));
    assert_eq!(rotate(&path, Kind::BankClient, false), Rotated::Replaced);
    assert_eq!(keys.refresh(), Ok(true));
    assert_ne!(signer().kid(), first);
    assert!(kids(&keys).contains(&first), "the bank may still hold an assertion of a moment ago");

    // Half a file, or another world's: the keys stay as they are.
    let held = kids(&keys);
    let whole = std::fs::read_to_string(&path).unwrap();
    for broken in [&whole[..200], "", &whole.replace(r#""world": "test""#, r#""world": "live""#)] {
        std::fs::write(&path, broken).unwrap();
        assert!(keys.refresh().is_err());
        assert_eq!(kids(&keys), held);
    }
    std::fs::write(&path, &whole).unwrap();
    assert_eq!(keys.refresh(), Ok(true));
    std::fs::remove_file(&path).unwrap();
    assert!(keys.refresh().is_err());
    assert_eq!(kids(&keys), held);
}

#[test]
fn all_keys_are_listed_without_their_secrets() {
    let mut file = KeyFile::fresh(TEST, fill).unwrap();
    file.rotate(Kind::SigEd, false, TEST).unwrap();
    file.rotate(Kind::EncEc, true, TEST).unwrap();
    let listed = file.list().unwrap();
    let of = |kind: Kind| listed.iter().filter(|key| key.kind == kind).map(|key| key.state).collect::<Vec<_>>();
    assert_eq!(of(Kind::SigEd), [KeyState::Next, KeyState::Current]);
    assert_eq!(of(Kind::EncEc), [KeyState::Current, KeyState::Old]);
    assert_eq!(listed.len(), 8);
    assert!(listed.iter().all(|key| key.kid.starts_with("test-") && key.not_after == NOW + 730 * 86_400));
}
