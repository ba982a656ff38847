//! How a browser leaves us for the service: what its content policy, its windows and its language let through.

use protocol::phone::Decision;
use zelf_trials::town::phone::CODE;
use zelf_trials::town::{Browser, Login, Partner, Phone, Reply, Town};

use crate::{AN, ELSEWHERE, HOME, each, once};

/// The service's button, with something of its own in the address.
async fn starts(browser: &mut Browser, town: &Town, partner: &Partner, more: &str) -> (Login, Reply) {
    let login = partner.ask();
    let mut url = partner.authorize_url(town, &login);
    if more.contains("ui_locales") {
        url = url.replace("&ui_locales=nl", "");
    }
    let page = browser.get(town, &format!("{url}&{more}")).await;
    assert_eq!(page.status, 200, "{}", page.body);
    (login, page)
}

async fn types(browser: &mut Browser, town: &Town, login: &mut Login, page: &Reply) {
    login.wait = browser.type_number(town, page, AN).await.location().to_owned();
    login.number = browser.look(town, login).await.text("match");
}

/// A page that posts itself to the service, and to nobody else.
fn is_the_answer(page: &Reply, partner: &Partner) {
    assert_eq!((page.status, page.attribute("answer", "action")), (200, partner.redirect_uri.clone()), "{}", page.body);
    assert_eq!(page.body.matches("<form").count(), 1, "nothing else may be sent from here");
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("base-uri 'none'"), "{policy}");
    assert!(!policy.contains("form-action"), "Chrome holds it against every redirect that follows: {policy}");
}

#[tokio::test]
async fn an_answer_that_posts_itself_says_where_it_goes_to_whoever_has_no_script() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        let mut browser = Browser::at(HOME);
        let (mut login, page) = starts(&mut browser, &town, &gemeente, "response_mode=form_post&ui_locales=fr").await;
        types(&mut browser, &town, &mut login, &page).await;
        phone.approve(&town, &login.number, CODE).await.ok();
        let page = browser.look(&town, &login).await;
        is_the_answer(&page, &gemeente);
        assert_eq!((page.field("state"), page.field("code").len()), (login.state.clone(), 36));
        assert!(
            page.body.contains("lang=\"fr\"") && page.text("onward").starts_with("Continuer vers "),
            "{}",
            page.body
        );
        assert!(page.body.contains("src=\"/static/form-post."));
    })
    .await;
}

#[tokio::test]
async fn who_goes_back_is_heard_in_every_way_of_answering() {
    each(async |town| {
        let gemeente = town.partner("gemeente");
        let mut phone = Phone::activate(&town, HOME, AN, "an").await;
        for mode in ["form_post", "form_post.jwt", "query.jwt"] {
            let more = format!("response_mode={mode}");
            let mut browser = Browser::at(HOME);
            let (mut login, page) = starts(&mut browser, &town, &gemeente, &more).await;
            assert_eq!(page.attribute("cancel", "href"), "", "{mode}: a link would tell the service nothing");
            assert!(page.has("cancel") && page.body.contains("action=\"/login/cancel\""), "{mode}: {}", page.body);
            let gone = browser.post(&town, "/login/cancel", &[("req", &page.field("req"))]).await;
            heard(&gone, &gemeente, mode, &login);

            types(&mut browser, &town, &mut login, &page).await;
            phone.decline(&town, Decision::Reject).await.ok();
            let ended = browser.look(&town, &login).await;
            assert_eq!(ended.attribute("back", "formaction"), "/login/cancel", "{mode}: {}", ended.body);
            let gone = browser.post(&town, "/login/cancel", &[("req", &ended.field("req"))]).await;
            heard(&gone, &gemeente, mode, &login);
        }
        let (_, page) = starts(&mut Browser::at(HOME), &town, &gemeente, "").await;
        assert!(page.attribute("cancel", "href").contains("error=access_denied"), "{}", page.body);
    })
    .await;
}

fn heard(page: &Reply, partner: &Partner, mode: &str, login: &Login) {
    match mode {
        "form_post" => {
            is_the_answer(page, partner);
            assert_eq!((page.field("error"), page.field("state")), ("access_denied".into(), login.state.clone()));
        }
        "form_post.jwt" => {
            is_the_answer(page, partner);
            told(&page.field("response"), login);
        }
        _ => {
            assert_eq!((page.status, page.location()), (200, ""), "no redirect after a form of ours");
            let on = page.attribute("onward", "href");
            let (address, response) = on.split_once("?response=").unwrap();
            assert_eq!(address, partner.redirect_uri);
            assert!(page.body.contains(&format!("content=\"0;url={address}")), "{}", page.body);
            told(response, login);
        }
    }
}

fn told(response: &str, login: &Login) {
    let claims = zelf_trials::town::partner::claims(response);
    assert_eq!((&claims["error"], &claims["state"]), (&"access_denied".into(), &login.state.as_str().into()));
}

#[tokio::test]
async fn a_login_in_a_window_of_its_own_can_answer_the_page_that_opened_it() {
    let town = once().await;
    let gemeente = town.partner("gemeente");
    let mut browser = Browser::at(HOME);
    let (mut login, page) = starts(&mut browser, &town, &gemeente, "").await;
    types(&mut browser, &town, &mut login, &page).await;
    let waiting = browser.look(&town, &login).await;
    let old = browser.get(&town, "/v2/authorization?client_id=nobody").await;
    let problem = browser.get(&town, "/login/problem/server_error/AAAA").await;
    for page in [&page, &waiting, &old, &problem] {
        assert_eq!(page.header("cross-origin-opener-policy"), "", "the tie to the opener is kept");
        assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"));
        assert!(page.header("content-security-policy").contains("form-action 'self';"), "and to nobody else");
    }
    for path in ["/", "/help", "/block", "/activate", "/logout", "/loginx"] {
        assert_eq!(browser.get(&town, path).await.header("cross-origin-opener-policy"), "same-origin", "{path}");
    }
}

#[tokio::test]
async fn a_page_that_explains_speaks_the_language_of_the_login() {
    let town = once().await;
    let gemeente = town.partner("gemeente");
    let mut browser = Browser::at(HOME);
    let (mut login, page) = starts(&mut browser, &town, &gemeente, "ui_locales=de").await;
    types(&mut browser, &town, &mut login, &page).await;
    let lost = Browser::at(ELSEWHERE).look(&town, &login).await;
    assert!(lost.has("error-code") && lost.body.contains("<html lang=\"de\""), "{}", lost.body);
    let unknown = browser.get(&town, "/authorize?client_id=nobody&ui_locales=xx%20fr-BE").await;
    assert!(unknown.status == 400 && unknown.body.contains("<html lang=\"fr\""), "{}", unknown.body);
    let stale = browser.get(&town, "/login?req=AAAA&lang=en").await;
    assert!(stale.status == 400 && stale.body.contains("<html lang=\"en\""), "{}", stale.body);
    for lang in ["nl", "fr", "de", "en"] {
        let href = format!("/login/problem/request_expired/AAAA?lang={lang}");
        let page = browser.get(&town, &href).await;
        assert!(page.body.contains(&format!("<html lang=\"{lang}\"")), "{}", page.body);
        assert!(page.body.contains(&format!("href=\"{href}\"")), "it can be read in another language");
    }
}
