//! The terms, to be read where they are agreed to.

use maud::{Markup, html};
use words::{Lang, fill, t};

/// Rules and privacy in short, folded; `version` of the terms.
pub(crate) fn agreement(lang: Lang, version: &str) -> Markup {
    let rules = [
        t(lang, "app.terms.rule_1"),
        t(lang, "app.terms.rule_2"),
        t(lang, "app.terms.rule_3"),
        t(lang, "app.terms.rule_4"),
        t(lang, "app.terms.rule_5"),
    ];
    let privacy = [
        t(lang, "site.activate.review.privacy_card"),
        t(lang, "app.terms.privacy_2"),
        t(lang, "app.terms.privacy_3"),
        t(lang, "app.terms.privacy_4"),
        t(lang, "app.terms.privacy_5"),
    ];
    html! {
        details id="agreed" {
            summary { (t(lang, "site.activate.review.read")) }
            h2 { (t(lang, "app.terms.rules")) }
            ul { @for rule in rules { li { (rule) } } }
            h2 { (t(lang, "app.terms.privacy")) }
            ul { @for line in privacy { li { (line) } } }
            p.quiet { (fill(lang, "app.terms.version", &[("version", version)])) }
        }
    }
}
