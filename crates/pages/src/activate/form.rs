//! The one form: what you need, your number and e-mail, two consents that are asked in plain words. To block, the number alone.

use maud::{Markup, html};
use words::{Lang, fill, t};

use super::{ACTIVATE, CHALLENGE, Step, agreement, explain};
use crate::assets;
use crate::block::BLOCK_CARD;
use crate::icons::Icon;
use crate::layout::Layout;
use crate::number::NumberFields;

/// Why the form was sent back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormError {
    NumberMissing,
    NumberInvalid,
    NumberNotMobile,
    CountryNotServed,
    EmailMissing,
    EmailInvalid,
    /// No consent to the use of location data.
    Location,
    /// No agreement to the terms.
    Terms,
    /// The robot check was too old, used before, or wrong.
    Robot,
    /// Too many from here: wait so many minutes.
    Wait(u32),
}

impl FormError {
    fn number(self) -> bool {
        matches!(
            self,
            FormError::NumberMissing
                | FormError::NumberInvalid
                | FormError::NumberNotMobile
                | FormError::CountryNotServed
        )
    }

    fn email(self) -> bool {
        matches!(self, FormError::EmailMissing | FormError::EmailInvalid)
    }

    fn text(self, lang: Lang) -> String {
        match self {
            FormError::NumberMissing => t(lang, "site.login.error.missing"),
            FormError::NumberInvalid => t(lang, "site.login.error.invalid"),
            FormError::NumberNotMobile => t(lang, "site.activate.error.not_mobile"),
            FormError::CountryNotServed => t(lang, "site.activate.error.country"),
            FormError::EmailMissing => t(lang, "site.activate.error.email_missing"),
            FormError::EmailInvalid => t(lang, "app.problem.email_invalid"),
            FormError::Location => t(lang, "site.activate.error.location"),
            FormError::Terms => t(lang, "site.activate.error.terms"),
            FormError::Robot => t(lang, "site.activate.error.robot"),
            FormError::Wait(1) => t(lang, "site.login.error.wait_one"),
            FormError::Wait(n) => return fill(lang, "site.login.error.wait", &[("minutes", &n.to_string())]),
        }
        .to_owned()
    }
}

/// Asks number and e-mail address.
pub struct ActivateForm<'a> {
    pub lang: Lang,
    /// The card is read to block an account.
    pub to_block: bool,
    /// Sealed state; comes back with the form.
    pub form: &'a str,
    pub country: &'a str,
    pub number: &'a str,
    pub email: &'a str,
    pub no_email: bool,
    pub location: bool,
    pub terms: bool,
    /// Version of the terms.
    pub version: &'a str,
    pub error: Option<FormError>,
    /// This page up to and including `lang=`.
    pub lang_href: &'a str,
}

impl ActivateForm<'_> {
    pub fn render(&self) -> Markup {
        let (title, intro, go, action) = match self.to_block {
            false => ("site.activate.title", "site.activate.form.intro", "site.activate.form.continue", ACTIVATE),
            true => ("site.block.card.title", "site.block.card.intro", "site.block.card.continue", BLOCK_CARD),
        };
        let title = t(self.lang, title);
        let main = html! {
            div.card {
                @if !self.to_block { (Step::Details.draw(self.lang)) }
                h1 id="title" { (title) }
                p { (t(self.lang, intro)) }
                @if self.error.is_none() { (self.need()) }
                @if let Some(error) = self.error.filter(|e| matches!(e, FormError::Robot | FormError::Wait(_))) {
                    (explain(&error.text(self.lang)))
                }
                form id="activate" method="post" action=(action) novalidate {
                    input type="hidden" name="form" value=(self.form);
                    input type="hidden" name="altcha" id="altcha" value="";
                    (self.numbers())
                    @if !self.to_block {
                        (self.email_field())
                        (self.location_tick())
                        (self.terms_tick())
                    }
                    (self.robot())
                    div.do { button.button id="continue" type="submit" { (t(self.lang, go)) } }
                }
            }
        };
        let head = html! { script src=(assets::robot_js()) defer {} };
        Layout { lang_href: Some(self.lang_href), head, ..Layout::new(self.lang, title, main) }.render()
    }

    fn need(&self) -> Markup {
        let things = [
            (Icon::Card, t(self.lang, "site.activate.need.card")),
            (Icon::Key, t(self.lang, "site.activate.need.pin")),
            (Icon::Reader, t(self.lang, "site.activate.need.reader")),
            (Icon::Phone, t(self.lang, "site.activate.need.phone")),
        ];
        let things = things.into_iter().take(if self.to_block { 3 } else { 4 });
        html! {
            section.need aria-labelledby="need" {
                h2 id="need" { (t(self.lang, "site.activate.need")) }
                ul { @for (icon, thing) in things { li { (icon.draw(24)) span { (thing) } } } }
            }
        }
    }

    fn error_if(&self, here: fn(FormError) -> bool) -> Option<FormError> {
        self.error.filter(|error| here(*error))
    }

    fn numbers(&self) -> Markup {
        let error = self.error_if(FormError::number);
        html! {
            @if let Some(error) = error { (explain(&error.text(self.lang))) }
            (NumberFields { lang: self.lang, country: self.country, number: self.number, wrong: error.is_some() }.draw())
        }
    }

    fn email_field(&self) -> Markup {
        let error = self.error_if(FormError::email);
        let described = if error.is_some() { "error email-hint" } else { "email-hint" };
        html! {
            div.field {
                @if let Some(error) = error { (explain(&error.text(self.lang))) }
                label for="email" { (t(self.lang, "app.email.label")) }
                input type="email" id="email" name="email" autocomplete="email" maxlength="254" value=(self.email)
                    aria-describedby=(described) aria-invalid=[error.map(|_| "true")] autofocus[error.is_some()];
                p.hint id="email-hint" { (t(self.lang, "site.activate.email_hint")) }
                label.tick for="no_email" {
                    input type="checkbox" id="no_email" name="no_email" value="1" checked[self.no_email];
                    span { (t(self.lang, "app.email.none")) }
                }
            }
        }
    }

    fn location_tick(&self) -> Markup {
        let error = self.error.filter(|error| *error == FormError::Location);
        let described = if error.is_some() { "error location-hint" } else { "location-hint" };
        html! {
            div.field {
                @if let Some(error) = error { (explain(&error.text(self.lang))) }
                label.tick for="location" {
                    input type="checkbox" id="location" name="location" value="1" checked[self.location]
                        aria-describedby=(described) aria-invalid=[error.map(|_| "true")] autofocus[error.is_some()];
                    span { (t(self.lang, "site.activate.location")) }
                }
                p.hint id="location-hint" { (t(self.lang, "site.activate.location_hint")) }
            }
        }
    }

    fn terms_tick(&self) -> Markup {
        let error = self.error.filter(|error| *error == FormError::Terms);
        html! {
            div.field {
                @if let Some(error) = error { (explain(&error.text(self.lang))) }
                label.tick for="terms" {
                    input type="checkbox" id="terms" name="terms" value="1" checked[self.terms] required autofocus[error.is_some()]
                        aria-invalid=[error.map(|_| "true")] aria-describedby=[error.map(|_| "error")];
                    span { (t(self.lang, "site.activate.review.agree")) }
                }
                (agreement(self.lang, self.version))
            }
        }
    }

    /// Filled by the script, which does a sum for us; without scripts a sentence about the thirty seconds.
    fn robot(&self) -> Markup {
        html! {
            div.robot id="robot" data-challenge=(CHALLENGE) data-wait=(t(self.lang, "site.activate.robot.wait"))
                data-done=(t(self.lang, "site.activate.robot.done")) data-slow=(t(self.lang, "site.activate.robot.slow"))
                data-failed=(t(self.lang, "site.activate.robot.failed")) {
                (Icon::Shield.draw(24))
                p aria-live="polite" { (t(self.lang, "site.activate.robot.noscript")) }
            }
        }
    }
}

impl ActivateForm<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        let sample = |number, error: Option<FormError>| ActivateForm {
            lang,
            to_block: false,
            form: "sample",
            country: "BE",
            number,
            email: "",
            no_email: false,
            location: error.is_some_and(|e| e != FormError::Location),
            terms: error.is_some_and(|e| e != FormError::Terms),
            version: "2026-11",
            error,
            lang_href: "/activate?form=sample&lang=",
        };
        let errors = [
            FormError::NumberMissing,
            FormError::NumberInvalid,
            FormError::NumberNotMobile,
            FormError::CountryNotServed,
            FormError::EmailMissing,
            FormError::EmailInvalid,
            FormError::Location,
            FormError::Terms,
            FormError::Robot,
            FormError::Wait(1),
            FormError::Wait(40),
        ];
        let mut all = vec![sample("", None)];
        all.extend(errors.map(|error| sample("02 279 22 11", Some(error))));
        all.push(ActivateForm { to_block: true, ..sample("", None) });
        all.push(ActivateForm { to_block: true, ..sample("02 279 22 11", Some(FormError::NumberNotMobile)) });
        all
    }
}
