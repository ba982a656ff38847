//! The grown-up phone at the demo bank, through the real connector: nothing is a double but the SMS gateway.

use demo::phone::{Customer, Home, Phone, PhoneError, Plan, Verdict};
use zelf_trials::town::{Browser, Town};

use crate::{AN, AN_E164};

#[tokio::test]
async fn a_customer_signs_with_card_and_reader_and_logs_in() {
    let town = Town::with_real_bank().await;
    let mut phone = Phone::open(Some(&town.app), Home::Memory, None).await.unwrap();
    let mut plan = Plan {
        number: Some(AN.into()),
        bank: Some("belfius".into()),
        customer: Some(Customer::new("an")),
        code: Some("27935".into()),
        ..Plan::default()
    };
    let stopped = phone.activate(&plan).await.err();
    assert!(matches!(stopped, Some(PhoneError::InputNeeded("sms"))), "{stopped:?}");
    plan.sms = Some(town.sms_code(AN_E164).await);
    assert_eq!(phone.activate(&plan).await.unwrap().first_name, "An");

    let gemeente = town.partner("gemeente");
    let mut browser = Browser::at("10.1.1.1");
    let login = browser.login(&town, &gemeente, AN).await;
    let yes = Verdict::Approve { code: "27935".into(), matched: Some(login.number.clone()) };
    phone.answer(None, &yes).await.unwrap();
    let code = browser.arrive(&town, &gemeente, &login).await;
    let (_, info) = gemeente.who(&town, &login, &code).await;
    assert_eq!(info["given_name"], "An");
}

#[tokio::test]
async fn the_banks_own_noes_come_through() {
    let town = Town::with_real_bank().await;
    for (who, refuses, why) in
        [("emma", false, "too_young"), ("georges", false, "bank_data_outdated"), ("an", true, "bank_failed")]
    {
        let mut phone = Phone::open(Some(&town.app), Home::Memory, None).await.unwrap();
        let plan = Plan {
            number: Some(AN.into()),
            bank: Some("belfius".into()),
            customer: Some(Customer { refuses, ..Customer::new(who) }),
            code: Some("27935".into()),
            ..Plan::default()
        };
        let end = phone.activate(&plan).await.err().unwrap();
        assert_eq!(end.code(), why, "{end:?}");
    }
}
