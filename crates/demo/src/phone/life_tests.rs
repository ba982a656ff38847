//! Another code, a finger and a new phone, against the small operator.

use serde_json::json;

use super::double::MATCH;
use super::tests::{Hand, approve};
use super::*;

const CODE: &str = "27935";
const NEXT: &str = "83162";

fn touch() -> Verdict {
    Verdict::Touch { matched: Some(MATCH.into()) }
}

#[tokio::test]
async fn the_code_is_changed_and_only_the_new_one_works() {
    let hand = Hand::new().await;
    let mut phone = hand.active().await;
    let weak = phone.change_code(CODE, "12345").await;
    assert_eq!(weak.unwrap_err().code(), "code_weak");
    phone.change_code(CODE, NEXT).await.unwrap();
    hand.world.ask();
    assert_eq!(phone.answer(None, &approve(CODE)).await.unwrap_err().exit_code(), 6);
    phone.answer(None, &approve(NEXT)).await.unwrap();
    // Another process, the same file.
    hand.world.ask();
    hand.open().await.unwrap().answer(None, &approve(NEXT)).await.unwrap();
}

#[tokio::test]
async fn a_change_whose_answer_was_lost_is_found_out_later() {
    let hand = Hand::new().await;
    let mut phone = hand.active().await;
    // The work is done four times over, and no reply comes through.
    hand.world.lock().mute = 99;
    assert_eq!(phone.change_code(CODE, NEXT).await.unwrap_err().exit_code(), 8);
    drop(phone);
    hand.world.lock().mute = 0;
    hand.world.ask();
    let mut later = hand.open().await.unwrap();
    later.answer(None, &approve(NEXT)).await.unwrap();
}

#[tokio::test]
async fn a_change_that_was_never_approved_leaves_the_old_code() {
    let hand = Hand::new().await;
    let mut phone = hand.active().await;
    assert_eq!(phone.change_code("40618", NEXT).await.unwrap_err().exit_code(), 6);
    hand.world.lock().waiting.clear();
    hand.world.ask();
    hand.open().await.unwrap().answer(None, &approve(CODE)).await.unwrap();
}

#[tokio::test]
async fn a_request_that_shows_another_key_or_phone_is_not_approved() {
    let hand = Hand::new().await;
    let mut phone = hand.active().await;
    hand.world.lock().life.lies = true;
    assert_eq!(phone.change_code(CODE, NEXT).await.unwrap_err().exit_code(), 11);
    hand.world.lock().waiting.clear();
    let text = "zelf:new:act_BBBBBBBBBBBBBBBBBBBBBB:dev_BBBBBBBBBBBBBBBBBBBBBB";
    assert_eq!(phone.vouch(text, CODE).await.unwrap_err().exit_code(), 11);
    assert_eq!(hand.world.lock().counted, 0, "nothing was answered");
    hand.world.lock().waiting.clear();
    hand.world.lock().life.lies = false;
    phone.vouch(text, CODE).await.unwrap();
    assert_eq!(phone.vouch("https://evil.example", CODE).await.unwrap_err().exit_code(), 12);
}

#[tokio::test]
async fn a_finger_approves_where_the_request_allows_it() {
    let hand = Hand::new().await;
    let mut phone = hand.active().await;
    hand.world.ask();
    assert_eq!(phone.answer(None, &touch()).await.unwrap_err().exit_code(), 12, "there is none");
    hand.world.lock().waiting.clear();
    phone.biometrics(true, CODE).await.unwrap();
    assert!(phone.home().await.unwrap().biometric.is_some());
    hand.world.ask();
    assert_eq!(phone.answer(None, &touch()).await.unwrap().receipt.payload.uv.m, "bio");
    hand.world.ask();
    hand.open().await.unwrap().answer(None, &touch()).await.unwrap();
    let mut phone = hand.open().await.unwrap();
    hand.world.ask();
    hand.world.lock().waiting[0].uv = "pin".into();
    assert_eq!(phone.answer(None, &touch()).await.unwrap_err().exit_code(), 12, "the service wants the code");
    hand.world.lock().waiting.clear();
    phone.biometrics(false, CODE).await.unwrap();
    hand.world.ask();
    assert_eq!(phone.answer(None, &touch()).await.unwrap_err().exit_code(), 12);
}

#[tokio::test]
async fn what_a_phone_may_ask_besides_is_one_command() {
    let hand = Hand::new().await;
    let mut phone = hand.open().await.unwrap();
    assert_eq!(phone.ask("my/data", &json!({})).await.unwrap_err().code(), "not_active");
    phone = hand.active().await;
    phone.block().await.unwrap();
}
