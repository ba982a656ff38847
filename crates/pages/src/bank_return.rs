//! Back from the bank, on the app's own origin: on to the app, or six digits for an app that lives in another browser.

use maud::{Markup, html};
use words::{Lang, t};

use crate::assets;
use crate::icons::Icon;
use crate::layout::{Layout, refresh_unless};

/// The bank has confirmed.
pub struct BankReturn<'a> {
    pub lang: Lang,
    /// `{app}/#return=<proof>`.
    pub app_href: &'a str,
    /// Six digits.
    pub digits: &'a str,
}

impl BankReturn<'_> {
    pub fn render(&self) -> Markup {
        let title = t(self.lang, "site.bank_return.title");
        let (start, end) = self.digits.split_at_checked(3).unwrap_or((self.digits, ""));
        let main = html! {
            div.card {
                div.sign { (Icon::Check.draw(32)) }
                h1 id="title" { (title) }
                p { (t(self.lang, "site.bank_return.go")) }
                div.do { a.button id="to-app" href=(self.app_href) { (t(self.lang, "site.bank_return.open")) } }
                details id="elsewhere" open {
                    summary { (t(self.lang, "site.bank_return.elsewhere")) }
                    p {
                        (t(self.lang, "site.bank_return.type")) br;
                        strong.digits id="return-code" { (start) (end) }
                    }
                    p.note { (Icon::Warning.draw(24)) span { (t(self.lang, "site.bank_return.own_app_only")) } }
                }
            }
        };
        let head = refresh_unless(assets::return_js(), &format!("30; url={}", self.app_href));
        Layout { head, help: false, ..Layout::new(self.lang, title, main) }.render()
    }
}

impl BankReturn<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        vec![BankReturn { lang, app_href: "https://app.example/#return=sample", digits: "418203" }]
    }
}

/// The bank did not confirm, or nobody knows this return.
pub struct BankReturnFailed<'a> {
    pub lang: Lang,
    pub app_href: &'a str,
    /// True when the bank (or the person at the bank) said no; false when the return itself is old, used or unknown.
    pub refused: bool,
}

impl BankReturnFailed<'_> {
    pub fn render(&self) -> Markup {
        let (title, next) = match self.refused {
            true => ("site.bank_return.refused", "site.bank_return.refused_next"),
            false => ("site.bank_return.unknown", "site.bank_return.unknown_next"),
        };
        let title = t(self.lang, title);
        let main = html! {
            div.card {
                div.sign.care { (Icon::Warning.draw(32)) }
                h1 id="title" { (title) }
                p { (t(self.lang, next)) }
                div.do { a.button id="to-app" href=(self.app_href) { (t(self.lang, "site.bank_return.open")) } }
            }
        };
        Layout { help: false, ..Layout::new(self.lang, title, main) }.render()
    }
}

impl BankReturnFailed<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        [true, false].map(|refused| BankReturnFailed { lang, app_href: "https://app.example/", refused }).into()
    }
}
