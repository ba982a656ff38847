//! The logo of a service on the login page: from our own address, and only what is a picture.

use journeys::ports::{PartnerAnswer, PartnerCallError};
use serde_json::json;
use zelf_trials::town::{Browser, Reply, Town};

use crate::{HOME, once};

const URL: &str = "https://bakker.example/logo";
const OURS: &str = "/logo/bakker";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";

async fn bakery(town: &Town) {
    let body = json!({
        "id": "bakker", "name": { "nl": "Bakker", "fr": "Bakker", "de": "Bakker", "en": "Bakker" }, "domain": "bakker.example", "logo_uri": URL,
        "redirect_uris": ["https://bakker.example/cb"], "auth": { "method": "private_key_jwt" },
        "jwks_uri": "https://bakker.example/jwks.json",
    });
    town.registers(body).await;
}

fn answer(status: u16, content_type: &str, body: &[u8]) -> PartnerAnswer {
    PartnerAnswer { status, content_type: content_type.into(), body: body.to_vec(), ..PartnerAnswer::default() }
}

async fn logo(town: &Town) -> Reply {
    Browser::at(HOME).get(town, OURS).await
}

fn stands_in(reply: &Reply) {
    assert_eq!((reply.status, reply.header("content-type")), (200, "image/svg+xml"), "{}", reply.body);
    assert_eq!(reply.body, pages::LOGO_STAND_IN, "ours, whatever came");
}

#[tokio::test]
async fn the_login_page_shows_the_services_logo_beside_its_name() {
    let town = once().await;
    bakery(&town).await;
    town.web.answers(URL, answer(200, "image/png", PNG));
    let query = "client_id=bakker&redirect_uri=https%3A%2F%2Fbakker.example%2Fcb&response_type=code&scope=openid&state=s&nonce=n\
                 &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
    let page = Browser::at(HOME).get(&town, &format!("/authorize?{query}")).await;
    assert!(page.body.contains("src=\"/logo/bakker\" alt=\"\""), "{}", page.body);
    assert!(!page.body.contains(URL) && page.header("content-security-policy").contains("img-src 'self' data:;"));
    assert_eq!(town.web.asked(URL), 0, "the page waits for nobody");

    let shown = logo(&town).await;
    assert_eq!((shown.status, shown.header("content-type")), (200, "image/png"));
    assert_eq!(shown.header("x-content-type-options"), "nosniff");
    town.pass(24 * 3600 - 1);
    logo(&town).await;
    assert_eq!(town.web.asked(URL), 1, "fetched once a day, however many look");
    town.pass(1);
    logo(&town).await;
    assert_eq!(town.web.asked(URL), 2);

    let plain = Browser::at(HOME).number_page(&town, &town.partner("gemeente")).await.1;
    assert!(!plain.body.contains("/logo/"), "who has none shows none");
}

#[tokio::test]
async fn what_is_no_picture_is_never_shown() {
    let town = once().await;
    bakery(&town).await;
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    for bad in [
        answer(200, "image/svg+xml", svg),
        answer(200, "image/png", b"<html><script>alert(1)</script>"),
        answer(200, "image/webp", b"RIFF1234WAVE"),
        answer(404, "image/png", PNG),
        answer(200, "image/png", b""),
    ] {
        town.web.answers(URL, bad);
        stands_in(&logo(&town).await);
        town.pass(600);
    }
    for error in [
        PartnerCallError::Forbidden("is private".into()),
        PartnerCallError::TooLarge,
        PartnerCallError::Unreachable("no".into()),
    ] {
        town.web.fails(URL, error);
        let asked = town.web.asked(URL);
        stands_in(&logo(&town).await);
        stands_in(&logo(&town).await);
        assert_eq!(town.web.asked(URL), asked + 1, "a machine that does not answer is left alone for a while");
        town.pass(600);
    }
    town.web.answers(URL, answer(200, "text/plain", b"\xff\xd8\xff\xe0jpeg"));
    assert_eq!(logo(&town).await.header("content-type"), "image/jpeg", "what it is, not what it is called");
}
