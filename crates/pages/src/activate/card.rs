//! What the card program shows, or wants typed.

use maud::{Markup, html};
use words::{Lang, t};

use super::FINISH;

/// The typed code in two groups of four. Read aloud sign by sign.
pub(super) fn code(code: &str) -> Markup {
    let (first, second) = code.split_at_checked(4).unwrap_or((code, ""));
    let spelled = code.chars().map(String::from).collect::<Vec<_>>().join(" ");
    html! {
        p.typed {
            strong.digits id="code" aria-hidden="true" { (first) " " (second) }
            span.aside { (spelled) }
        }
    }
}

/// The six digits of a program whose browser did not open; folded away where that is the exception.
pub(super) fn digits_form(lang: Lang, wrong: bool, folded: bool) -> Markup {
    let form = html! {
        form id="digits-form" method="post" action=(FINISH) novalidate {
            div {
                label for="digits" { (t(lang, "site.activate.digits.label")) }
                input.code type="text" id="digits" name="digits" inputmode="numeric" autocomplete="off" maxlength="9" required
                    aria-describedby=(if wrong { "error digits-hint" } else { "digits-hint" })
                    aria-invalid=[wrong.then_some("true")] autofocus[wrong];
                p.hint id="digits-hint" { (t(lang, "site.activate.digits.hint")) }
            }
            div.do { button.button.second id="send-digits" type="submit" { (t(lang, "site.activate.digits.send")) } }
        }
    };
    html! {
        @if folded {
            details id="elsewhere" open[wrong] { summary { (t(lang, "site.activate.digits")) } (form) }
        } @else { (form) }
    }
}
