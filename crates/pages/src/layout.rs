//! What every page shares: head, wordmark, languages, footer.

use std::sync::atomic::{AtomicBool, Ordering};

use maud::{DOCTYPE, Markup, PreEscaped, html};
use words::{Lang, t};

use crate::{assets, icons};

/// One process serves one world, and every one of its pages must say when that world believes test identities: a flag handed
/// down by each caller could be forgotten by one.
static TEST_WORLD: AtomicBool = AtomicBool::new(false);

/// Labels every page from now on.
pub fn label_test_world(yes: bool) {
    TEST_WORLD.store(yes, Ordering::Relaxed);
}

/// A whole page around `main`.
pub struct Layout<'a> {
    pub lang: Lang,
    /// Shown in the tab, before the name of the product.
    pub title: &'a str,
    /// Address of this page up to and including `lang=`; none where switching would lose something.
    pub lang_href: Option<&'a str>,
    /// More for the head: scripts, a refresh.
    pub head: Markup,
    pub main: Markup,
    /// The wide front page.
    pub front: bool,
    /// A link to help at the foot: on our own site, not where its pages are not served.
    pub help: bool,
}

impl<'a> Layout<'a> {
    pub fn new(lang: Lang, title: &'a str, main: Markup) -> Self {
        Layout { lang, title, lang_href: None, head: html! {}, main, front: false, help: true }
    }

    pub fn render(&self) -> Markup {
        html! {
            (DOCTYPE)
            html lang=(self.lang.code()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (self.title) " · zelf" }
                    (self.head)
                    link rel="stylesheet" href=(assets::site_css());
                    link rel="icon" href=(assets::icon()) type="image/svg+xml";
                    meta name="theme-color" content="#FBF8F3" media="(prefers-color-scheme: light)";
                    meta name="theme-color" content="#12181F" media="(prefers-color-scheme: dark)";
                }
                body.front[self.front] {
                    a.skip href="#main" { (t(self.lang, "site.skip")) }
                    header.top {
                        span.mark { (icons::mark(36)) "zelf" }
                        @if TEST_WORLD.load(Ordering::Relaxed) { span.world id="test-world" { (t(self.lang, "site.test_world")) } }
                        @if let Some(href) = self.lang_href { (languages(self.lang, href)) }
                    }
                    main id="main" { (self.main) }
                    footer.foot {
                        @if self.help { p { a id="to-help" href={ "/help?lang=" (self.lang.code()) } { (t(self.lang, "help.page.link")) }
                            " · " a id="to-block" href={ "/block?lang=" (self.lang.code()) } { (t(self.lang, "site.block.link")) } } }
                        p { (t(self.lang, "site.footer")) }
                    }
                }
            }
        }
    }
}

/// Links to the same page in the other languages; `href` ends in `lang=`.
pub fn languages(current: Lang, href: &str) -> Markup {
    // It may hold a whole sealed request: made safe once, not for each language.
    let href = html! { (href) };
    html! {
        nav.langs aria-label=(t(current, "site.languages")) {
            @for lang in Lang::ALL {
                a href={ (PreEscaped(&href.0)) (lang.code()) } hreflang=(lang.code()) lang=(lang.code())
                    aria-label={ (lang.code().to_uppercase()) " – " (own_name(lang)) }
                    aria-current=[(lang == current).then_some("true")] { (lang.code().to_uppercase()) }
            }
        }
    }
}

/// A refresh that `script` may disarm by opening a template before it is parsed. The end tag alone is ignored by HTML parsers
/// (WHATWG HTML 13.2.6.4.4), so without the script the refresh works.
pub fn refresh_unless(script: &str, content: &str) -> Markup {
    html! {
        script src=(script) {}
        meta http-equiv="refresh" content=(content);
        (PreEscaped("</template>"))
    }
}

/// A clock that runs out: words without a script, and with one it runs. `text` takes `{time}`, `last` (the final minute) `{seconds}`.
pub(crate) fn clock(lang: Lang, left: u32, text: &'static str, last: &'static str) -> Markup {
    let (minutes, seconds) = (t(lang, text), t(lang, last));
    let now = if left > 60 {
        minutes.replace("{time}", &format!("{}:{:02}", left / 60, left % 60))
    } else {
        seconds.replace("{seconds}", &left.to_string())
    };
    html! {
        div.clock id="clock" data-left=(left) data-minutes=(minutes) data-seconds=(seconds) {
            (icons::Icon::Clock.draw(24))
            span data-text { (now) }
            span.aside aria-live="polite" {}
        }
    }
}

fn own_name(lang: Lang) -> &'static str {
    match lang {
        Lang::Nl => "Nederlands",
        Lang::Fr => "Français",
        Lang::De => "Deutsch",
        Lang::En => "English",
    }
}
