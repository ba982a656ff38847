//! The form.

use maud::{Markup, html};
use words::{Lang, fill, lookup, t};

use super::CONTACT;
use crate::activate::CHALLENGE;
use crate::assets;
use crate::icons::Icon;
use crate::layout::Layout;

const TOPICS: [&str; 5] = ["blocked", "new_number", "new_phone", "suspicious", "other"];
const CALL_BACK: [&str; 4] = ["no", "morning", "afternoon", "evening"];

/// Why the form was sent back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactError {
    Topic,
    Name,
    Reach,
    ReachNoNumber,
    OldNumber,
    NewNumber,
    SameNumber,
    Text,
    Robot,
    /// Minutes.
    Wait(i64),
}

impl ContactError {
    /// The field it stands at; empty for the whole form.
    fn field(self) -> &'static str {
        match self {
            ContactError::Topic => "topic",
            ContactError::Name => "name",
            ContactError::Reach | ContactError::ReachNoNumber => "reach",
            ContactError::OldNumber => "old_number",
            ContactError::NewNumber | ContactError::SameNumber => "new_number",
            ContactError::Text => "text",
            ContactError::Robot | ContactError::Wait(_) => "",
        }
    }

    fn text(self, lang: Lang) -> String {
        match self {
            ContactError::Topic => t(lang, "site.contact.error.topic"),
            ContactError::Name => t(lang, "site.contact.error.name"),
            ContactError::Reach => t(lang, "site.contact.error.reach"),
            ContactError::ReachNoNumber => t(lang, "site.contact.error.reach_no_number"),
            ContactError::OldNumber => t(lang, "site.contact.error.old_number"),
            ContactError::NewNumber => t(lang, "site.contact.error.new_number"),
            ContactError::SameNumber => t(lang, "site.contact.error.same_number"),
            ContactError::Text => t(lang, "site.contact.error.text"),
            ContactError::Robot => t(lang, "site.activate.error.robot"),
            ContactError::Wait(n) => return fill(lang, "site.contact.error.wait", &[("minutes", &n.to_string())]),
        }
        .to_owned()
    }
}

/// Asks what it is about, who writes, and how to answer.
#[derive(Clone)]
pub struct ContactForm<'a> {
    pub lang: Lang,
    pub topic: &'a str,
    pub name: &'a str,
    pub reach: &'a str,
    pub text: &'a str,
    pub call_back: &'a str,
    pub old_number: &'a str,
    pub new_number: &'a str,
    pub error: Option<ContactError>,
}

impl ContactForm<'_> {
    pub fn render(&self) -> Markup {
        let (lang, title) = (self.lang, t(self.lang, "site.contact.title"));
        let main = html! {
            div.card {
                h1 id="title" { (title) }
                p { (t(lang, "site.contact.lead")) }
                p.note { (Icon::Shield.draw(24)) span { (t(lang, "site.contact.never")) } }
                @if let Some(error) = self.error.filter(|e| e.field().is_empty()) { (explain(&error.text(lang))) }
                form id="contact" method="post" action=(CONTACT) novalidate {
                    input type="hidden" name="lang" value=(lang.code());
                    input type="hidden" name="altcha" id="altcha" value="";
                    (self.choice("topic", "site.contact.topic", &TOPICS, self.topic))
                    div.part id="numbers" {
                        (self.line("old_number", "site.contact.old_number", self.old_number, "tel", "off", Some("site.contact.numbers_hint")))
                        (self.line("new_number", "site.contact.new_number", self.new_number, "tel", "off", None))
                    }
                    (self.line("name", "site.contact.name", self.name, "text", "name", None))
                    (self.line("reach", "site.contact.reach", self.reach, "text", "off", Some("site.contact.reach_hint")))
                    (self.choice("call_back", "site.contact.call_back", &CALL_BACK, self.call_back))
                    (self.text_field())
                    (self.robot())
                    div.do { button.button id="send" type="submit" { (t(lang, "site.contact.send")) } }
                }
            }
        };
        let head = html! { script src=(assets::robot_js()) defer {} script src=(assets::contact_js()) defer {} };
        Layout { lang_href: Some("/help/contact?lang="), head, ..Layout::new(lang, title, main) }.render()
    }

    fn wrong(&self, field: &str) -> Option<ContactError> {
        self.error.filter(|error| error.field() == field)
    }

    fn choice(&self, id: &str, label: &'static str, values: &[&str], chosen: &str) -> Markup {
        let wrong = self.wrong(id);
        let name = |value: &str| lookup(self.lang, &format!("site.contact.{id}.{value}")).unwrap_or_default();
        html! {
            div.field {
                @if let Some(error) = wrong { (explain(&error.text(self.lang))) }
                label for=(id) { (t(self.lang, label)) }
                select id=(id) name=(id) aria-invalid=[wrong.map(|_| "true")] aria-describedby=[wrong.map(|_| "error")] autofocus[wrong.is_some()] {
                    @if id == "topic" { option value="" selected[chosen.is_empty()] { (t(self.lang, "site.contact.topic.choose")) } }
                    @for value in values { option value=(value) selected[*value == chosen] { (name(value)) } }
                }
            }
        }
    }

    fn line(
        &self,
        id: &str,
        label: &'static str,
        value: &str,
        kind: &str,
        autocomplete: &str,
        hint: Option<&'static str>,
    ) -> Markup {
        let wrong = self.wrong(id);
        let described: Vec<String> =
            [wrong.map(|_| "error".to_owned()), hint.map(|_| format!("{id}-hint"))].into_iter().flatten().collect();
        html! {
            div.field {
                @if let Some(error) = wrong { (explain(&error.text(self.lang))) }
                label for=(id) { (t(self.lang, label)) }
                input type=(kind) id=(id) name=(id) maxlength="254" autocomplete=(autocomplete) value=(value) aria-invalid=[wrong.map(|_| "true")]
                    aria-describedby=[(!described.is_empty()).then(|| described.join(" "))] autofocus[wrong.is_some()];
                @if let Some(hint) = hint { p.hint id={ (id) "-hint" } { (t(self.lang, hint)) } }
            }
        }
    }

    fn text_field(&self) -> Markup {
        let wrong = self.wrong("text");
        let described = if wrong.is_some() { "error text-hint" } else { "text-hint" };
        html! {
            div.field {
                @if let Some(error) = wrong { (explain(&error.text(self.lang))) }
                label for="text" { (t(self.lang, "site.contact.text")) }
                textarea id="text" name="text" rows="6" maxlength="2000" aria-describedby=(described) aria-invalid=[wrong.map(|_| "true")]
                    autofocus[wrong.is_some()] { (self.text) }
                p.hint id="text-hint" { (t(self.lang, "site.contact.text_hint")) }
            }
        }
    }

    fn robot(&self) -> Markup {
        html! {
            div.robot id="robot" data-challenge=(CHALLENGE) data-wait=(t(self.lang, "site.activate.robot.wait"))
                data-done=(t(self.lang, "site.activate.robot.done")) data-slow=(t(self.lang, "site.activate.robot.slow"))
                data-failed=(t(self.lang, "site.contact.robot.none")) {
                (Icon::Shield.draw(24))
                p aria-live="polite" { (t(self.lang, "site.contact.robot.none")) }
            }
        }
    }
}

fn explain(text: &str) -> Markup {
    html! { p.error id="error" role="alert" { (Icon::Warning.draw(24)) span { (text) } } }
}

impl ContactForm<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        use ContactError::*;
        let empty = ContactForm {
            lang,
            topic: "",
            name: "",
            reach: "",
            text: "",
            call_back: "no",
            old_number: "",
            new_number: "",
            error: None,
        };
        let wrong =
            |error| ContactForm { topic: "new_number", name: "An Peeters", error: Some(error), ..empty.clone() };
        let errors =
            [Topic, Name, Reach, ReachNoNumber, OldNumber, NewNumber, SameNumber, Text, Robot, Wait(12)].map(wrong);
        std::iter::once(empty).chain(errors).collect()
    }
}
