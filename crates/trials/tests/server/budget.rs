//! What one login may cost the databases.

use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Phone, Town};

use crate::{AN, HOME, each};

/// One login from the service's button to userinfo, as a browser with JavaScript lives it.
async fn log_in(town: &Town, phone: &mut Phone, partner: &str) {
    let partner = town.partner(partner);
    let mut browser = Browser::at(HOME);
    let login = browser.login(town, &partner, AN).await;
    phone.approve(town, &login.number, CODE).await.ok();
    let code = browser.arrive(town, &partner, &login).await;
    partner.who(town, &login, &code).await;
}

#[tokio::test]
async fn one_login_is_four_transactions_and_nine_statements() {
    each(async |town| {
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        for partner in ["gemeente", "ziekenfonds"] {
            log_in(&town, &mut phone, partner).await;
            town.settle().await;
            let read = || {
                let (platform, vault) = (town.world.db.stats().totals(), town.vault.db().stats().totals());
                (platform.transactions + vault.transactions, platform.statements + vault.statements)
            };
            let before = read();
            log_in(&town, &mut phone, partner).await;
            let after = read();
            let (transactions, statements) = (after.0 - before.0, after.1 - before.1);
            assert!(transactions <= 4, "{partner}: {transactions} transactions: {:#?}", town.world.db.stats().names());
            assert!(statements <= 9, "{partner}: {statements} statements: {:#?}", town.world.db.stats().names());
            town.settle().await;
            assert_eq!(read().0 - after.0, 1, "the good news of many logins is one transaction");
        }
    })
    .await;
}

#[tokio::test]
async fn the_good_news_of_several_logins_is_written_together() {
    each(async |town| {
        let mut phones = [
            (AN, Phone::activate(&town, HOME, AN, "an").await),
            (crate::JAN, Phone::activate(&town, HOME, crate::JAN, "jan").await),
        ];
        let gemeente = town.partner("gemeente");
        for (number, phone) in &mut phones {
            let login = Browser::at(HOME).login(&town, &gemeente, number).await;
            phone.approve(&town, &login.number, CODE).await.ok();
        }
        let before = town.vault.db().stats().totals();
        town.settle().await;
        let after = town.vault.db().stats().totals();
        assert_eq!((after.transactions - before.transactions, after.statements - before.statements), (1, 1));
        assert_eq!(town.ask_vault("SELECT COUNT(*) FROM pin_state WHERE tries > 0").await, 0);
    })
    .await;
}
