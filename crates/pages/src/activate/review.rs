//! The second page: what was typed, once more, and the terms.

use maud::{Markup, html};
use words::{Lang, t};

use super::{CONFIRM, Step, explain};
use crate::layout::Layout;

/// Shows number and e-mail address; asks for agreement.
pub struct ActivateReview<'a> {
    pub lang: Lang,
    pub form: &'a str,
    /// Grouped as people read it.
    pub number: &'a str,
    pub email: Option<&'a str>,
    /// The form again, filled.
    pub change_href: &'a str,
    /// Version of the terms.
    pub terms: &'a str,
    /// Came back without the tick.
    pub terms_missing: bool,
}

impl ActivateReview<'_> {
    pub fn render(&self) -> Markup {
        let title = t(self.lang, "site.activate.review.title");
        let main = html! {
            div.card {
                (Step::Check.draw(self.lang))
                h1 id="title" { (title) }
                p { (t(self.lang, "site.activate.review.lead")) }
                dl.facts {
                    div { dt { (t(self.lang, "site.login.phone")) } dd.code id="number" { (self.number) } }
                    div {
                        dt { (t(self.lang, "app.email.label")) }
                        dd id="email" { (self.email.unwrap_or_else(|| t(self.lang, "app.my_data.no_email"))) }
                    }
                }
                p { a id="change" href=(self.change_href) { (t(self.lang, "site.activate.review.change")) } }
                (self.terms())
                form method="post" action=(CONFIRM) novalidate {
                    input type="hidden" name="form" value=(self.form);
                    @if self.terms_missing { (explain(t(self.lang, "site.activate.error.terms"))) }
                    label.tick for="terms" {
                        input type="checkbox" id="terms" name="terms" value="1" required autofocus[self.terms_missing]
                            aria-invalid=[self.terms_missing.then_some("true")]
                            aria-describedby=[self.terms_missing.then_some("error")];
                        span { (t(self.lang, "site.activate.review.agree")) }
                    }
                    div.do { button.button id="confirm" type="submit" { (t(self.lang, "site.activate.review.confirm")) } }
                }
            }
        };
        Layout::new(self.lang, title, main).render()
    }

    fn terms(&self) -> Markup {
        let rules = [
            t(self.lang, "app.terms.rule_1"),
            t(self.lang, "app.terms.rule_2"),
            t(self.lang, "app.terms.rule_3"),
            t(self.lang, "app.terms.rule_4"),
            t(self.lang, "app.terms.rule_5"),
        ];
        let privacy = [
            t(self.lang, "site.activate.review.privacy_card"),
            t(self.lang, "app.terms.privacy_2"),
            t(self.lang, "app.terms.privacy_3"),
            t(self.lang, "app.terms.privacy_4"),
            t(self.lang, "app.terms.privacy_5"),
        ];
        html! {
            details id="agreed" {
                summary { (t(self.lang, "site.activate.review.read")) }
                h2 { (t(self.lang, "app.terms.rules")) }
                ul { @for rule in rules { li { (rule) } } }
                h2 { (t(self.lang, "app.terms.privacy")) }
                ul { @for line in privacy { li { (line) } } }
                p.quiet { (words::fill(self.lang, "app.terms.version", &[("version", self.terms)])) }
            }
        }
    }
}

impl ActivateReview<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        [(Some("an.peeters@voorbeeld.example"), false), (None, true)]
            .map(|(email, terms_missing)| ActivateReview {
                lang,
                form: "sample",
                number: "+32 468 75 89 60",
                email,
                change_href: "/activate?form=sample",
                terms: "2026-11",
                terms_missing,
            })
            .into()
    }
}
