//! Proofs of the whole server, told as the people who use it, on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod activate;
mod activate_site;
mod again;
mod answers;
mod authz;
mod block_site;
mod budget;
mod cards;
mod check_partner;
mod ciba;
mod ciba_sealed;
mod client;
mod clients;
mod clock;
mod code_and_finger;
mod compat;
mod crash;
mod doors;
mod dpop;
mod dpop_nonce;
mod evidence;
mod fapi;
mod firm;
mod flood;
mod helpdesk;
mod hints;
mod keys;
mod life;
mod lock;
mod login_pages;
mod logo;
mod logout;
mod misfortune;
mod moved;
mod mtls;
mod my;
mod onward;
mod own_registration;
mod partner_keys;
mod phone_comes;
mod races;
mod real_bank;
mod refresh;
mod registry;
mod rich;
mod sealed;
mod sessions;
mod sign_in;
mod starts;
mod stranger;
mod sweep;
mod third;
mod tokens;
mod v2_browser;

use zelf_trials::town::Town;

const AN: &str = "0468 75 89 60";
const AN_E164: &str = "+32468758960";
const JAN: &str = "0470 11 02 48";
const HOME: &str = "10.1.2.3";
const ELSEWHERE: &str = "10.9.9.9";

/// A story that must hold on both databases, with An and Jan known at the bank.
async fn each(story: impl AsyncFn(Town)) {
    for postgres in [false, true] {
        let town = if postgres { Town::on(pg_in_a_folder::database()).await } else { Town::on_sqlite().await };
        story(settled(town)).await;
    }
}

/// A story that the databases have no part in.
async fn once() -> Town {
    settled(Town::on_sqlite().await)
}

fn settled(town: Town) -> Town {
    town.bank.knows("an", zelf_trials::town::bank::an());
    town.bank.knows("jan", zelf_trials::town::bank::jan());
    town
}
