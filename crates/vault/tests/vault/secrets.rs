//! What a thief of the database, or a reader of answers, does not find.

use db::args;
use protocol::jose::b64u;
use zelf_vault::{Keyring, KeyringError};

use crate::authenticator::Finger;
use crate::change;
use crate::phone::{CODE, WRONG};
use crate::world::{NOW, each, not_accepted};

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// The first three columns, as bytes.
fn cells(row: db::Row) -> Vec<Vec<u8>> {
    let mut c = row.columns();
    let (device, name, secret) = (c.text().unwrap(), c.text().unwrap(), c.bytes().unwrap());
    vec![device.into_bytes(), name.into_bytes(), secret]
}

#[tokio::test]
async fn the_database_holds_nothing_to_test_a_code_with() {
    each(async |world| {
        let mut phone = world.phone(CODE).await;
        world.log_in(&mut phone, CODE, NOW).await;
        not_accepted(world.try_code(&phone, WRONG, NOW).await);
        let staged = change::sealed(&phone, change::NEXT_CODE, change::CHANGE);
        world.vault.stage_code(phone.device.clone(), change::CHANGE.into(), staged).await.unwrap();
        let next = change::next_pin(&phone);
        let next_point = next.public().point().to_vec();
        let finger = Finger::new().credential();
        world.vault.set_bio(phone.device.clone(), Some(finger.clone())).await.unwrap();
        let pin = phone.pin(CODE);
        let (point, scalar) = (pin.public().point().to_vec(), pin.scalar().unwrap().to_vec());
        // The canary: the parts a verifier could be rebuilt from.
        let secrets = [
            &point[1..33],
            &point[33..65],
            &scalar[..],
            &phone.pepper[..],
            &next_point[1..33],
            &next_point[33..65],
            // Whoever can write rows brings no key of his own.
            &finger.point[1..33],
        ];
        let device = phone.device.clone();
        let read =
            move |tx: &mut db::Tx<'_>| tx.row("SELECT verifier FROM pin_state WHERE device = $1", args![&device]);
        let stored = world.vault.db().read("test.verifier", read).await.unwrap().unwrap().columns().bytes().unwrap();
        assert_eq!(stored.len(), 12 + 65 + 16, "nonce, point, tag");

        let others = move |tx: &mut db::Tx<'_>| {
            let mut rows = tx.rows("SELECT * FROM staged_code", args![])?;
            rows.extend(tx.rows("SELECT * FROM bio", args![])?);
            Ok::<_, db::DbError>(rows)
        };
        let others = world.vault.db().read("test.others", others).await.unwrap();
        assert_eq!(others.len(), 2);
        let others: Vec<Vec<u8>> = others.into_iter().flat_map(cells).collect();

        let mut all = vec![stored, world.row(&phone).await.into_bytes()];
        for file in ["vault.db", "vault.db-wal"] {
            all.extend(std::fs::read(world.folder.join(file)));
        }
        let files = all.len() - 2;
        all.extend(others);
        for bytes in &all {
            for secret in secrets {
                assert!(!holds(bytes, secret), "raw");
                assert!(!holds(bytes, b64u(secret).as_bytes()), "base64url");
            }
        }
        if !world.vault.db().is_postgres() {
            assert!(files == 2 && all[2..4].iter().any(|file| holds(file, phone.device.as_bytes())), "the canary sees");
        }
    })
    .await;
}

#[tokio::test]
async fn equal_codes_leave_different_rows_and_a_moved_verifier_opens_nothing() {
    each(async |world| {
        let (mut a, b) = (world.phone(CODE).await, world.phone(CODE).await);
        let (from, to) = (a.device.clone(), b.device.clone());
        let moved = world.vault.db().run("test.move", move |tx| {
            tx.execute(
                "UPDATE pin_state SET verifier = (SELECT verifier FROM pin_state WHERE device = $1) WHERE device = $2",
                args![&from, &to],
            )
        });
        assert_eq!(moved.await.unwrap(), 1);
        // b's phone proves a's code with a's pepper: the wrapped key opens only in a's row.
        let mut attempt = b.approve(&world.ask(&b, NOW).await, CODE);
        attempt.pin = Some(a.proof(&attempt.m2, CODE));
        not_accepted(world.vault.attempt(attempt, NOW).await);
        world.log_in(&mut a, CODE, NOW).await;
    })
    .await;
}

#[test]
fn the_keyring_is_its_owners_alone_and_a_broken_one_is_refused_in_silence() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keyring.json");
    assert!(Keyring::load_or_create(&path, true, NOW).is_ok());
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(matches!(Keyring::load_or_create(&path, false, NOW), Err(KeyringError::OtherWorld)));
    assert!(Keyring::load_or_create(&path, true, NOW).is_ok(), "it opens again");
    let unmarked: String = text.lines().filter(|line| !line.contains("world")).collect();
    std::fs::write(&path, unmarked.replace(",}", "}")).unwrap();
    assert!(Keyring::load_or_create(&path, false, NOW).is_ok(), "of the first days: the first world to open it has it");
    assert!(matches!(Keyring::load_or_create(&path, true, NOW), Err(KeyringError::OtherWorld)));
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
    assert_eq!((mode & 0o777, std::fs::read_dir(folder.path()).unwrap().count()), (0o600, 1));
    let secret = text.split('"').nth(3).unwrap().to_owned();
    for broken in
        [text.replace(&secret, &secret[1..]), text.replace("\"kek\"", "\"key\""), text[..90].into(), String::new()]
    {
        std::fs::write(&path, &broken).unwrap();
        let Err(error) = Keyring::load_or_create(&path, true, NOW) else { panic!("opened {broken}") };
        assert!(matches!(error, KeyringError::Malformed));
        assert!(!format!("{error} {error:?}").contains(&secret[1..]));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), broken, "never overwritten");
    }
}
