//! The life of an account: blocked, back again, on a new phone, with a new number, mail address or code, closed.

use protocol::phone::Decision;
use serde_json::json;
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone, Town};

use crate::{AN, AN_E164, ELSEWHERE, HOME, each};

const NEW: &str = "0499 30 01 94";
const NEW_E164: &str = "+32499300194";

/// Logs in at the municipality and gives ID token and userinfo.
pub async fn log_in(town: &Town, phone: &mut Phone, number: &str) -> (serde_json::Value, serde_json::Value) {
    let gemeente = town.partner("gemeente");
    let mut browser = Browser::at(HOME);
    let login = browser.login(town, &gemeente, number).await;
    phone.approve(town, &login.number, CODE).await.ok();
    let code = browser.arrive(town, &gemeente, &login).await;
    gemeente.who(town, &login, &code).await
}

/// The last code that stops something, from the messages to this number.
pub async fn stop_code(town: &Town, e164: &str) -> String {
    town.deliver().await;
    let texts: Vec<String> = town.post.to(e164).into_iter().map(|m| m.text).collect();
    let mut codes = texts.iter().flat_map(|text| text.split_whitespace()).map(|word| word.trim_matches(['.', ',']));
    let is_code = |word: &&str| {
        word.len() == 9
            && word.as_bytes()[4] == b'-'
            && word.chars().all(|c| c == '-' || c.is_ascii_uppercase() || c.is_ascii_digit())
    };
    codes.rfind(is_code).unwrap_or_else(|| panic!("no stop code in {texts:?}")).to_owned()
}

/// Types a code on the site.
pub async fn block_on_site(town: &Town, code: &str) -> bool {
    journeys::block::by_written_code(&town.world, code).await.unwrap()
}

async fn ended(town: &Town, phone: &Phone) -> String {
    let reply = phone.command(town, "home", json!({})).await;
    assert_eq!(reply.refusal(), (401, "device_ended".into()), "{}", reply.body);
    reply.json()["why"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn blocking_in_the_app_ends_everything_at_once() {
    each(async |town| {
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let gemeente = town.partner("gemeente");
        let mut browser = Browser::at(HOME);
        let login = browser.login(&town, &gemeente, AN).await;
        phone.approve(&town, &login.number, CODE).await.ok();
        let code = browser.arrive(&town, &gemeente, &login).await;
        let token = gemeente.exchange(&town, &login, &code).await.ok()["access_token"].as_str().unwrap().to_owned();
        gemeente.userinfo(&town, &token).await.ok();
        let mut later = Browser::at(HOME);
        let waiting = later.login(&town, &gemeente, AN).await;
        let ready = phone.approval(&phone.waiting(&town).await, &waiting.number, CODE);

        phone.block(&town).await.ok();
        assert_eq!(ended(&town, &phone).await, "citizen");
        assert_eq!(gemeente.userinfo(&town, &token).await.status, 401, "what was granted opens nothing");
        let late = phone.deliver(&town, &ready).await;
        assert_eq!((late.refusal().1, &late.json()["why"]), ("device_ended".into(), &json!("citizen")));
        let page = later.look(&town, &waiting).await;
        assert_ne!(page.status, 500);
        assert_eq!(town.ask("SELECT COUNT(*) FROM approval WHERE state = 'waiting'").await, 0, "nothing waits");
        assert_eq!(town.ask_vault("SELECT COUNT(*) FROM pin_state WHERE state = 'revoked'").await, 1);
        town.deliver().await;
        let told: Vec<_> = town.post.to(AN_E164).into_iter().filter(|m| m.text.contains("geblokkeerd")).collect();
        assert_eq!(told.len(), 1, "one SMS says so");
        assert!(!told[0].text.contains("http"), "and holds no link");
        // A login now takes the same path as for a number nobody has.
        Browser::at(HOME).login(&town, &gemeente, AN).await;
        assert_eq!(town.ask("SELECT COUNT(*) FROM approval WHERE state = 'waiting' AND device IS NOT NULL").await, 0);

        let mut again = Phone::new(&town, HOME);
        let view = again.to_sms(&town, AN, "an").await;
        assert_eq!(view["account_known"], true, "the bank proved who it is: now it may be said");
        let sms = town.sms_code(AN_E164).await;
        again.type_sms(&town, &sms).await.ok();
        again.finish(&town, CODE).await.ok();
        log_in(&town, &mut again, AN).await;
        assert_eq!(town.count("account").await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_code_on_paper_blocks_from_anywhere_and_no_other_does() {
    each(async |town| {
        let phone = Phone::activate(&town, HOME, AN, "an").await;
        let code = phone.block_code(&town).await;
        assert_eq!(phone.block_code(&town).await, code, "the same each time: what is on paper stays true");
        let before = town.tables().await;
        for wrong in ["", "AAAA-AAAA-AAAA-AAAA", "AAAA-AAAA", "' OR 1=1 --", &code[..14], "०००००००००००००००००"]
        {
            assert!(!block_on_site(&town, wrong).await, "{wrong}");
        }
        assert!(town.tables().await == before, "guessing changes nothing");
        assert!(block_on_site(&town, &code.to_lowercase().replace('-', " ")).await);
        assert_eq!(ended(&town, &phone).await, "block_code");
        assert!(block_on_site(&town, &code).await, "twice is no error");
        town.deliver().await;
        let told = town.post.to(AN_E164).into_iter().filter(|m| m.text.contains("geblokkeerd")).count();
        assert_eq!(told, 1, "and told once");
        let phone = Phone::activate(&town, HOME, AN, "an").await;
        assert_ne!(phone.block_code(&town).await, code);
        assert!(!block_on_site(&town, &code).await, "the old paper is worth nothing on the new phone");
    })
    .await;
}

#[tokio::test]
async fn the_fifth_wrong_code_blocks_and_the_person_comes_back_as_who_they_were() {
    each(async |town| {
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let (before, _) = log_in(&town, &mut phone, AN).await;
        for n in 0..5 {
            let mut browser = Browser::at(&format!("10.31.{n}.1"));
            let login = browser.login(&town, &town.partner("gemeente"), AN).await;
            let waiting = phone.pending(&town).await.pop().unwrap();
            let said = phone.deliver(&town, &phone.approval(&waiting, &login.number, "40618")).await;
            assert_eq!(said.refusal().1, "not_accepted");
            assert_eq!(said.json()["locked"], n == 4);
            town.pass(1000);
        }
        assert_eq!(ended(&town, &phone).await, "wrong_codes");
        let mut again = Phone::activate(&town, HOME, AN, "an").await;
        let (after, _) = log_in(&town, &mut again, AN).await;
        assert_eq!(after["sub"], before["sub"], "every service knows them as before");
        assert_eq!(after["credential_recovered_by"], "bank");
        assert_eq!(after["credential_limited"], true);
        assert!(after["credential_age"].as_i64().unwrap() < 60, "{after}");
        assert_eq!(before["credential_limited"], false);
        assert!(before.get("credential_recovered_by").is_none());
    })
    .await;
}

#[tokio::test]
async fn after_a_comeback_only_logging_in_works_for_a_day() {
    each(async |town| {
        let old = Phone::activate(&town, HOME, AN, "an").await;
        let mut phone = Phone::activate(&town, ELSEWHERE, AN, "an").await;
        assert_eq!(ended(&town, &old).await, "replaced");
        log_in(&town, &mut phone, AN).await;
        for (what, body) in [
            ("number", json!({ "country": "BE", "number": NEW })),
            ("email", json!({ "email": "thief@voorbeeld.be" })),
            ("biometrics", json!({ "on": false })),
            ("close", json!({})),
            ("code", phone.new_code("55771")),
        ] {
            let said = phone.command(&town, &format!("act/{what}"), body).await;
            assert_eq!(said.refusal(), (422, "limited".into()), "{what}");
            assert_eq!(said.json()["until"], phone.home(&town).await["limited"]);
        }
        let mut third = Phone::new(&town, HOME);
        let (text, _) = third.to_vouch(&town).await;
        let (activation, device) = text.strip_prefix("zelf:new:").unwrap().split_once(':').unwrap();
        let said = phone.command(&town, "act/new-phone", json!({ "activation": activation, "device": device })).await;
        assert_eq!(said.refusal(), (422, "limited".into()));
        town.pass(86_400);
        let rid = phone.act_email(&town, Some("an@voorbeeld.be")).await;
        phone.approve_act(&town, &rid, CODE).await.ok();
        assert_eq!(phone.home(&town).await["email"], "an@voorbeeld.be");
    })
    .await;
}

#[tokio::test]
async fn a_new_phone_that_the_old_one_scanned_needs_no_bank_and_has_no_limit() {
    each(async |town| {
        let mut old = Phone::activate(&town, HOME, AN, "an").await;
        let (before, info) = log_in(&town, &mut old, AN).await;
        old.command(&town, "settings", json!({ "sharing": true, "notifications": true })).await.ok();
        let mut new = Phone::vouched(&town, ELSEWHERE, &mut old, CODE).await;
        assert_eq!(ended(&town, &old).await, "replaced");
        let chosen = new.home(&town).await["settings"].clone();
        assert_eq!(
            (&chosen["sharing"], &chosen["notifications"]),
            (&json!(true), &json!(false)),
            "shared as before; asked anew what is this phone's own"
        );
        assert!(new.home(&town).await.get("limited").is_none());
        let (after, same) = log_in(&town, &mut new, AN).await;
        assert_eq!((&after["sub"], &after["credential_recovered_by"]), (&before["sub"], &json!("old_phone")));
        assert_eq!(same, info, "nothing was proven anew, nothing is lost");
        assert_eq!(after["credential_limited"], false);
    })
    .await;
}

#[tokio::test]
async fn whoever_is_refused_by_the_old_phone_gets_no_code_to_choose() {
    each(async |town| {
        let mut old = Phone::activate(&town, HOME, AN, "an").await;
        let mut new = Phone::new(&town, ELSEWHERE);
        let (text, _) = new.to_vouch(&town).await;
        let rid = old.act_new_phone(&town, &text).await;
        old.decline_act(&town, &rid, Decision::Fraud).await.ok();
        assert_eq!(new.view(&town).await["step"], "vouch");
        assert_eq!(new.finish(&town, CODE).await.status, 409);
        // A yes that is followed by a block is a no.
        let rid = old.act_new_phone(&town, &text).await;
        old.approve_act(&town, &rid, CODE).await.ok();
        assert_eq!(new.view(&town).await["step"], "code");
        town.pass(1);
        old.block(&town).await.ok();
        let view = new.finish(&town, CODE).await.ok();
        assert_eq!((&view["step"], &view["refusal"]["code"]), (&json!("refused"), &json!("stopped")));
        assert_eq!(town.ask("SELECT COUNT(*) FROM device WHERE state = 'active'").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_new_number_is_proven_approved_and_told_to_the_old_one() {
    each(async |town| {
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let (before, _) = log_in(&town, &mut phone, AN).await;
        let told = phone.command(&town, "act/number", json!({ "country": "BE", "number": NEW })).await.ok();
        let sms = town.sms_code(NEW_E164).await;
        let wrong = if sms == "11111" { "22222" } else { "11111" };
        let said = phone.command(&town, "act/number/code", json!({ "code": wrong })).await;
        assert_eq!((said.refusal(), &said.json()["left"]), ((422, "sms_wrong".into()), &json!(2)));
        assert_eq!(told["number"], "+32 499 30 01 94");
        let rid = phone.act(&town, "number/code", json!({ "code": sms })).await;
        let again = phone.command(&town, "act/number/code", json!({ "code": sms })).await;
        assert_eq!(again.refusal(), (422, "sms_wrong".into()), "a code proves once");
        assert_eq!(phone.home(&town).await["number"], "+32 468 75 89 60", "nothing changes before the code is typed");
        phone.approve_act(&town, &rid, CODE).await.ok();
        let home = phone.home(&town).await;
        assert_eq!((&home["number"], &home["limited"]), (&json!("+32 499 30 01 94"), &json!(town.now() + 86_400)));
        let (after, info) = log_in(&town, &mut phone, NEW).await;
        assert_eq!((&after["sub"], &info["phone_number"]), (&before["sub"], &json!(NEW_E164)));
        // The old number's holder stops it.
        let code = stop_code(&town, AN_E164).await;
        assert!(block_on_site(&town, &code).await);
        assert_eq!(ended(&town, &phone).await, "stop_code");
        assert!(!block_on_site(&town, &code).await, "a stop works once");
    })
    .await;
}

#[tokio::test]
async fn a_stop_holds_for_three_days_and_no_longer() {
    each(async |town| {
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let rid = phone.act_number(&town, NEW).await;
        phone.approve_act(&town, &rid, CODE).await.ok();
        let code = stop_code(&town, AN_E164).await;
        town.pass(72 * 3600);
        assert!(!block_on_site(&town, &code).await);
        phone.home(&town).await;
    })
    .await;
}

#[tokio::test]
async fn another_code_works_and_the_old_one_no_more() {
    each(async |town| {
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        phone.change_code(&town, CODE, "60714").await.ok();
        let login = Browser::at(HOME).login(&town, &town.partner("gemeente"), AN).await;
        assert_eq!(phone.approve(&town, &login.number, CODE).await.refusal().1, "not_accepted");
        phone.approve(&town, &login.number, "60714").await.ok();
        // Refused: the staged code is gone, the one in use stays.
        let body = phone.new_code("83920");
        let rid = phone.act(&town, "code", body).await;
        phone.decline_act(&town, &rid, Decision::Reject).await.ok();
        phone.settle_code(&town).await;
        let login = Browser::at(HOME).login(&town, &town.partner("gemeente"), AN).await;
        phone.approve(&town, &login.number, "60714").await.ok();
    })
    .await;
}

#[tokio::test]
async fn a_fingerprint_answers_where_the_service_allows_it_and_nowhere_else() {
    each(async |town| {
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        phone.finger_on(&town, CODE).await.ok();
        assert_eq!(phone.home(&town).await["settings"]["biometrics"], true);
        let (allows, wants_code) = (town.partner("ziekenfonds"), town.partner("gemeente"));
        let login = Browser::at(HOME).login(&town, &allows, AN).await;
        assert_eq!(phone.waiting(&town).await.verified.payload.uv, "pin_or_bio");
        phone.approve_bio(&town, &login.number).await.ok();
        let login = Browser::at(HOME).login(&town, &wants_code, AN).await;
        let waiting = phone.waiting(&town).await;
        assert_eq!(waiting.verified.payload.uv, "pin");
        let answer = phone.say(&waiting, Decision::Approve, &login.number);
        let body = phone.compose_bio(&waiting, &answer);
        assert_eq!(phone.deliver(&town, &body).await.status, 400);
        phone.approve(&town, &login.number, CODE).await.ok();
        // In a call the code is asked, and not at once.
        phone.careful(&town, true).await.ok();
        let login = Browser::at(HOME).login(&town, &allows, AN).await;
        assert_eq!(phone.waiting(&town).await.verified.payload.uv, "pin");
        let early = phone.approve(&town, &login.number, CODE).await;
        assert_eq!((early.refusal(), &early.json()["reason"]), ((429, "wait".into()), &json!("careful")));
        town.pass(30);
        phone.approve(&town, &login.number, CODE).await.ok();
        phone.careful(&town, false).await.ok();
        phone.finger_off(&town, CODE).await.ok();
        let login = Browser::at(HOME).login(&town, &allows, AN).await;
        assert_eq!(phone.waiting(&town).await.verified.payload.uv, "pin");
        phone.approve(&town, &login.number, CODE).await.ok();
    })
    .await;
}

#[tokio::test]
async fn services_learn_of_a_call_and_may_want_an_older_phone() {
    each(async |town| {
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let gemeente = town.partner("gemeente");
        let mut browser = Browser::at(HOME);
        let login = browser.login(&town, &gemeente, AN).await;
        phone.careful(&town, true).await.ok();
        town.pass(31);
        phone.approve(&town, &login.number, CODE).await.ok();
        let code = browser.arrive(&town, &gemeente, &login).await;
        let (token, _) = gemeente.who(&town, &login, &code).await;
        assert_eq!(token["ongoing_call"], true, "also when the call began after the login");
        phone.careful(&town, false).await.ok();
        let (token, _) = log_in(&town, &mut phone, AN).await;
        assert!(token.get("ongoing_call").is_none());

        let bank = town.partner("spaarkas");
        let login = Browser::at(HOME).login(&town, &bank, AN).await;
        let said = phone.approve(&town, &login.number, CODE).await;
        assert_eq!(said.refusal(), (422, "too_recent".into()));
        town.pass(86_400);
        let login = Browser::at(HOME).login(&town, &bank, AN).await;
        phone.approve(&town, &login.number, CODE).await.ok();
    })
    .await;
}

#[tokio::test]
async fn whoever_reported_a_request_hears_no_more_from_there() {
    each(async |town| {
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let gemeente = town.partner("gemeente");
        Browser::at(ELSEWHERE).login(&town, &gemeente, AN).await;
        let rid = phone.waiting(&town).await.verified.payload.rid;
        assert_eq!(phone.mute(&town, &rid).await.refusal().1, "request_gone", "only what was reported");
        phone.decline(&town, Decision::Fraud).await.ok();
        phone.mute(&town, &rid).await.ok();
        let mut there = Browser::at(ELSEWHERE);
        let login = there.login(&town, &gemeente, AN).await;
        assert_eq!(phone.pending(&town).await.len(), 0);
        assert_eq!(there.look(&town, &login).await.status, 200, "the page there waits as ever");
        Browser::at(HOME).login(&town, &gemeente, AN).await;
        assert_eq!(phone.pending(&town).await.len(), 1, "from elsewhere it works");
        town.pass(86_400);
        Browser::at(ELSEWHERE).login(&town, &gemeente, AN).await;
        assert_eq!(phone.pending(&town).await.len(), 1, "a day later it works from there too");
    })
    .await;
}
