//! The vault in a process of its own: the same answers, and a line that closes on nonsense.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use protocol::jose::{PublicKey, digest};
use protocol::phone::{Decision, KeysDocument};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use zelf_vault::{Attempt, Client, Draft, VaultError, Verdict, serve};

use crate::authenticator::{Finger, ORIGIN};
use crate::change;
use crate::finger::touched;
use crate::phone::{CODE, Phone, WRONG};
use crate::world::{NOW, World, draft, each};

async fn serving(world: &World) -> Client {
    let path = world.folder.join("vault.sock");
    let (vault, at) = (Arc::clone(&world.vault), path.clone());
    tokio::spawn(async move { serve(vault, &at).await });
    wait_for(&path).await;
    Client::socket(&path)
}

async fn wait_for(path: &Path) {
    for _ in 0..500 {
        if UnixStream::connect(path).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the vault does not listen");
}

/// What a verdict says, without the signature, which differs from one signing to the next.
fn said(verdict: &Result<Verdict, VaultError>) -> String {
    match verdict {
        Ok(Verdict::Accepted { dec, digest: told, m3 }) => format!("accepted {dec:?} {}", *told == digest(m3)),
        other => format!("{other:?}"),
    }
}

/// A life with the phone, from its first day to its last; what the vault said at each step.
async fn life(client: &Client) -> Vec<String> {
    let mut told = Vec::new();
    let (document, root) = client.keys_document().await.unwrap();
    let mut phone = Phone::new(&KeysDocument::verify(&document, &PublicKey::from_jwk(&root).unwrap()).unwrap());
    told.push(format!("{:?}", client.status(phone.device.clone()).await));
    told.push(format!("{}", client.enrol(phone.enrolment(CODE), NOW).await.is_ok()));
    let mut broken = phone.enrolment(CODE);
    broken.activation.push('x');
    told.push(format!("{:?}", client.enrol(broken, NOW).await));

    let ask = async |phone: &Phone, now: i64| {
        let drafts = vec![draft("apr_life", now)];
        client.issue(phone.device.clone(), phone.head.clone(), drafts).await.unwrap().requests.remove(0)
    };
    let m1 = ask(&phone, NOW).await;
    let attempt = phone.approve(&m1, CODE);
    let verdict = client.attempt(attempt.clone(), NOW).await;
    told.push(said(&verdict));
    phone.keep(&attempt, &verdict.unwrap());
    told.push(said(&client.attempt(Attempt { pin: None, ..attempt }, NOW).await));
    told.push(said(&client.attempt(phone.approve(&ask(&phone, NOW).await, CODE), NOW + 500).await));
    let refusal = phone.refuse(&ask(&phone, NOW).await, Decision::Fraud);
    let verdict = client.attempt(refusal.clone(), NOW).await;
    told.push(said(&verdict));
    phone.keep(&refusal, &verdict.unwrap());
    change_and_touch(client, &mut phone, &mut told).await;
    for turn in 0..6 {
        let now = NOW + turn * 1_000;
        let m1 = ask(&phone, now).await;
        told.push(said(&client.attempt(phone.approve(&m1, WRONG), now).await));
        told.push(said(&client.attempt(phone.approve(&m1, CODE), now).await));
        told.push(format!("{:?}", client.status(phone.device.clone()).await));
    }
    told.push(format!("{:?}", client.revoke(phone.device.clone()).await));
    told.push(format!("{:?}", client.status(phone.device.clone()).await));
    told
}

/// Another code, then a finger in its place.
async fn change_and_touch(client: &Client, phone: &mut Phone, told: &mut Vec<String>) {
    let device = phone.device.clone();
    let sealed = change::sealed(phone, change::NEXT_CODE, change::CHANGE);
    let staged = client.stage_code(device.clone(), change::CHANGE.into(), sealed.clone()).await;
    told.push(format!("{:?}", staged.map(|s| s.mark.len())));
    told.push(format!("{:?}", client.stage_code(device.clone(), "chg".into(), sealed.clone()).await));
    told.push(format!("{:?}", client.drop_staged(device.clone()).await));
    told.push(format!("{:?}", client.promote_code(device.clone(), change::CHANGE.into()).await));
    client.stage_code(device.clone(), change::CHANGE.into(), sealed).await.unwrap();
    told.push(format!("{:?}", client.promote_code(device.clone(), change::CHANGE.into()).await));
    told.push(format!("{}", client.status(device.clone()).await.unwrap().generation));

    let mut finger = Finger::new();
    told.push(format!("{:?}", client.set_bio(device.clone(), Some(finger.credential())).await));
    let known = client.status(device.clone()).await.unwrap().bio == Some(finger.credential().id);
    told.push(format!("{known}"));
    for origin in [ORIGIN, "https://evil.example"] {
        let drafts = vec![Draft { bio: true, ..draft("apr_touch", NOW) }];
        let issued = client.issue(device.clone(), phone.head.clone(), drafts).await.unwrap();
        finger.origin = origin.into();
        let attempt = touched(phone, &issued.requests[0], &mut finger);
        let verdict = client.attempt(attempt.clone(), NOW).await;
        told.push(said(&verdict));
        if let Ok(verdict @ Verdict::Accepted { .. }) = &verdict {
            phone.keep(&attempt, verdict);
        }
    }
    told.push(format!("{:?}", client.set_bio(device, None).await));
}

#[tokio::test]
async fn a_whole_life_sounds_the_same_through_the_socket() {
    each(async |world| {
        let here = life(&Client::Here(Arc::clone(&world.vault))).await;
        let far = life(&serving(&world).await).await;
        assert_eq!(here, far);
        for seen in ["Ok(Locked", "Ok(BioRejected", "Ok(true)", "Ok(8)"] {
            assert!(here.iter().any(|line| line.starts_with(seen)), "{seen}: {here:#?}");
        }
    })
    .await;
}

#[tokio::test]
async fn only_owner_and_group_reach_the_socket() {
    each(async |world| {
        serving(&world).await;
        let mode = std::fs::metadata(world.folder.join("vault.sock")).unwrap();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode.permissions()) & 0o777, 0o660);
    })
    .await;
}

#[tokio::test]
async fn nonsense_closes_its_own_line_and_nobody_elses() {
    each(async |world| {
        let client = serving(&world).await;
        let phone = world.phone(CODE).await;
        let row = world.row(&phone).await;
        let frame = |body: &[u8]| [&u32::try_from(body.len()).unwrap().to_be_bytes()[..], body].concat();
        let revoke = format!(r#"{{"Revoke":["{}"]}}"#, phone.device);
        let cases = [
            u32::MAX.to_be_bytes().to_vec(),
            (256_u32 * 1024 + 1).to_be_bytes().to_vec(),
            frame(b""),
            frame(b"{"),
            frame(b"null"),
            frame(b"\xff\xfe\x00"),
            frame(br#""Everything""#),
            frame(br#"{"Status":7}"#),
            frame(br#"{"Attempt":[{},1]}"#),
            frame(br#"{"SetBio":{"device":"dev_a","credential":{}}}"#),
            frame(br#"{"PromoteCode":["dev_a"]}"#),
            frame(revoke.as_bytes()),
            frame(&[b'['; 200_000]),
            b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        ];
        for (turn, bytes) in cases.iter().enumerate() {
            let mut line = UnixStream::connect(world.folder.join("vault.sock")).await.unwrap();
            // The vault may hang up before the last byte is through.
            let _ = line.write_all(bytes).await;
            let mut reply = Vec::new();
            let end = tokio::time::timeout(Duration::from_secs(5), line.read_to_end(&mut reply)).await;
            assert!(end.is_ok(), "case {turn} holds the line");
            assert!(reply.is_empty(), "case {turn} got an answer");
            assert_eq!(client.status(phone.device.clone()).await.unwrap().left, 5, "case {turn}");
        }
        // Half a call, then silence and a broken line.
        let mut line = UnixStream::connect(world.folder.join("vault.sock")).await.unwrap();
        line.write_all(&[0, 0, 1, 0, b'{']).await.unwrap();
        drop(line);
        assert_eq!(world.row(&phone).await, row);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_of_the_vault_the_next_call_goes_through() {
    each(async |world| {
        let phone = world.phone(CODE).await;
        let path = world.folder.join("vault.sock");
        let start = || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
            let (vault, at) = (Arc::clone(&world.vault), path.clone());
            runtime.spawn(async move { serve(vault, &at).await });
            runtime
        };
        let first = start();
        wait_for(&path).await;
        let client = Client::socket(&path);
        let calls = (0..8).map(|_| {
            let (client, device) = (client.clone(), phone.device.clone());
            tokio::spawn(async move { client.status(device).await })
        });
        for call in calls.collect::<Vec<_>>() {
            call.await.unwrap().unwrap();
        }
        tokio::task::spawn_blocking(|| first.shutdown_timeout(Duration::from_secs(2))).await.unwrap();
        assert!(matches!(client.status(phone.device.clone()).await, Err(VaultError::Failed(_))), "it is gone");
        let second = start();
        wait_for(&path).await;
        for _ in 0..20 {
            assert_eq!(client.status(phone.device.clone()).await.unwrap().left, 5);
        }
        second.shutdown_background();
    })
    .await;
}
