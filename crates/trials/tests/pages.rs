//! Every page of the login site, drawn in every language and read as a strict browser and a screen reader would.

use pages::{PROBLEM_CODES, Problem};
use words::Lang;

/// Each page with its name and language.
fn all() -> Vec<(String, Lang, String)> {
    let of = |lang: Lang| {
        let drawn = pages::samples(lang).into_iter().enumerate();
        drawn.map(move |(at, (name, page))| (format!("{} {name} {at}", lang.code()), lang, page.into_string()))
    };
    Lang::ALL.into_iter().flat_map(of).collect()
}

/// The opening tags `<name …>` of a page.
fn tags<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let opening = format!("<{name}");
    let rest = page.split(opening.as_str()).skip(1).filter(|rest| rest.starts_with([' ', '>']));
    rest.filter_map(|rest| Some(rest.split_once('>')?.0)).collect()
}

/// The value of an attribute of an opening tag.
fn value<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!(" {name}=\""))?.1.split_once('"').map(|(value, _)| value)
}

/// What a person reads: the page without its tags.
fn read(page: &str) -> String {
    page.split('<').filter_map(|part| Some(part.split_once('>')?.1)).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_page_says_its_language_and_has_one_heading_and_a_title() {
    for (name, lang, page) in all() {
        let code = lang.code();
        assert!(page.starts_with(&format!("<!DOCTYPE html><html lang=\"{code}\">")), "{name}");
        assert_eq!(tags(&page, "h1").len(), 1, "{name}: one first heading");
        assert_eq!(
            tags(&page, "h1").iter().filter_map(|tag| value(tag, "id")).collect::<Vec<_>>(),
            ["title"],
            "{name}"
        );
        let title = page.split_once("<title>").and_then(|(_, rest)| rest.split_once(" · zelf</title>"));
        assert!(title.is_some_and(|(text, _)| text.len() > 3), "{name}: a title for the tab");
    }
}

#[test]
fn nobody_reads_the_name_of_a_text_or_an_unfilled_place() {
    for (name, _, page) in all() {
        let text = read(&page);
        let key = text.split("site.").skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
        assert!(!key, "{name}: a text is missing");
        assert!(!text.contains('{') && !text.contains('}'), "{name}: a place was not filled");
    }
}

#[test]
fn nothing_on_a_page_needs_a_laxer_policy() {
    for (name, _, page) in all() {
        assert!(!page.contains("<style") && !page.contains(" style=\""), "{name}: inline style");
        let bare = tags(&page, "script").into_iter().filter(|tag| value(tag, "src").is_none()).count();
        assert_eq!(bare, 0, "{name}: inline script");
        let handlers = [" onclick=", " onload=", " onsubmit=", " onerror=", "javascript:"];
        assert!(!handlers.iter().any(|handler| page.contains(handler)), "{name}: a handler in an attribute");
    }
}

#[test]
fn every_file_a_page_asks_for_is_served() {
    for (name, _, page) in all() {
        let asked = tags(&page, "script").into_iter().filter_map(|tag| value(tag, "src"));
        let linked = tags(&page, "link").into_iter().filter_map(|tag| value(tag, "href"));
        for path in asked.chain(linked) {
            assert!(pages::assets::find(path).is_some(), "{name}: {path}");
        }
    }
}

#[test]
fn every_field_has_a_label_and_every_description_exists() {
    let mut fields = 0;
    for (name, _, page) in all() {
        let shown = tags(&page, "input").into_iter().filter(|tag| value(tag, "type") != Some("hidden"));
        for tag in shown.chain(tags(&page, "select")) {
            fields += 1;
            let id = value(tag, "id").unwrap_or_default();
            assert!(
                page.contains(&format!("<label for=\"{id}\"")) || page.contains(&format!(" for=\"{id}\">")),
                "{name}: {id}"
            );
            for described in value(tag, "aria-describedby").unwrap_or_default().split_whitespace() {
                assert!(page.contains(&format!(" id=\"{described}\"")), "{name}: nothing called {described}");
            }
        }
    }
    assert!(fields > 20, "the fields were not found");
}

#[test]
fn an_id_stands_once_on_a_page() {
    for (name, _, page) in all() {
        let mut ids: Vec<&str> =
            page.split(" id=\"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0)).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{name}");
    }
}

#[test]
fn a_page_that_waits_goes_on_without_javascript() {
    let waits = |name: &str, page: &str| name.contains(" waiting") && page.contains(" data-stream=");
    let waiting: Vec<_> = all().into_iter().filter(|(name, _, page)| waits(name, page)).collect();
    assert_eq!(waiting.len(), 4 * (4 + 4 + 2));
    for (name, _, page) in waiting {
        let script = page.find("<script src=\"/static/wait.");
        let refresh = page.find("<meta http-equiv=\"refresh\" content=\"");
        let end = page.find("</template>");
        assert!(
            script.is_some() && script < refresh && refresh < end,
            "{name}: the script must come before the refresh"
        );
    }
}

#[test]
fn approved_in_the_app_but_not_brought_back_is_the_end_of_waiting() {
    let approved: Vec<_> = all().into_iter().filter(|(_, _, page)| page.contains("data-state=\"approved\"")).collect();
    assert_eq!(approved.len(), 4);
    for (name, _, page) in approved {
        assert!(
            !page.contains("<script") && !page.contains("http-equiv") && page.contains(" id=\"other-way\""),
            "{name}"
        );
    }
}

#[test]
fn an_activation_goes_on_without_javascript_except_while_somebody_types() {
    let mut waiting = 0;
    for (name, _, page) in all() {
        let follows = page.contains("data-events=") || page.contains("data-go-on=");
        if !follows {
            continue;
        }
        let typing = page.contains("name=\"digits\"");
        let script = page.find("<script src=\"/static/activate.");
        let refresh = page.find("<meta http-equiv=\"refresh\" content=");
        assert!(script.is_some(), "{name}");
        assert_eq!(refresh.is_none(), typing, "{name}");
        assert!(typing || (script < refresh && refresh < page.find("</template>")), "{name}: the script comes first");
        waiting += 1;
    }
    assert!(waiting > 60, "the pages were not found");
}

#[test]
fn a_token_is_told_sign_by_sign_to_whoever_listens() {
    for (name, lang, page) in all().into_iter().filter(|(_, _, page)| page.contains("id=\"token\"")) {
        let say = |key: &str| words::lookup(lang, &format!("site.activate.token.{key}")).unwrap_or_default();
        let spelled = format!("{} a, {} B, {} 3", say("lower"), say("upper"), say("digit"));
        assert!(page.contains(&spelled), "{name}: {spelled}");
    }
}

#[test]
fn every_problem_has_words_of_its_own_and_a_stable_phrase() {
    for lang in Lang::ALL {
        let drawn = PROBLEM_CODES.map(|code| {
            let page = Problem { lang, code, id: "7KQ2-M4XD", back_href: None, lang_href: None }.render().into_string();
            assert!(page.contains(&format!("<p id=\"error-code\" lang=\"en\">{code}</p>")), "{code}");
            assert!(page.contains("<code id=\"error-id\">7KQ2-M4XD</code>"), "{code}");
            page.replace(code, "")
        });
        let mut different = drawn.to_vec();
        different.sort();
        different.dedup();
        assert_eq!(different.len(), PROBLEM_CODES.len(), "{lang:?}: two problems say the same");
    }
}

#[test]
fn what_others_wrote_is_shown_as_text() {
    let page =
        Problem { lang: Lang::Nl, code: "<b>", id: "\"><script>", back_href: Some("\"><script>"), lang_href: None };
    let page = page.render().into_string();
    assert!(!page.contains("<b>") && !page.contains("\"><script>"));
}
