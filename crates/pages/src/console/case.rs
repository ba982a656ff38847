//! Cases: those that wait, and one.

use maud::{Markup, html};
use words::{Lang, fill, lookup, t};

use super::frame::{Desk, Trouble, When, kind};
use super::{CASE, CASES, SEARCH};
use crate::icons::Icon;

/// One line of the list.
#[derive(Clone, Copy)]
pub struct CaseLine<'a> {
    /// `K7QM-4TXP`
    pub reference: &'a str,
    pub kind: &'a str,
    pub state: &'a str,
    pub call_back: &'a str,
    pub left: When,
}

impl CaseLine<'static> {
    fn samples() -> [CaseLine<'static>; 3] {
        let line = |reference, kind, state, call_back, left| CaseLine { reference, kind, state, call_back, left };
        [
            line("K7QM-4TXP", "new_number", "proposed", "morning", When(-95)),
            line("7KQ2-M4XD", "blocked", "open", "no", When(61)),
            line("9RTB-H3FW", "release", "doing", "no", When(1440)),
        ]
    }
}

/// Cases that are not settled.
pub struct ConsoleCases<'a> {
    pub desk: Desk<'a>,
    pub cases: Vec<CaseLine<'a>>,
    /// Where the next page is.
    pub more: Option<&'a str>,
    pub done: Option<&'a str>,
}

impl ConsoleCases<'_> {
    pub fn render(&self) -> Markup {
        let lang = self.desk.lang;
        let title = t(lang, "console.cases.title");
        let main = html! {
            h1 id="title" { (title) }
            @if self.cases.is_empty() { p id="none" { (t(lang, "console.cases.none")) } } @else {
                div.card {
                    div.wide-table tabindex="0" role="region" aria-labelledby="title" {
                        table id="cases" {
                            thead { tr {
                                th scope="col" { (t(lang, "console.case.clock")) }
                                th scope="col" { (t(lang, "console.case.kind")) }
                                th scope="col" { (t(lang, "console.case.state")) }
                                th scope="col" { (t(lang, "console.case.call_back")) }
                                th scope="col" { (t(lang, "console.case.reference")) }
                            } }
                            tbody { @for case in &self.cases { (self.line(case)) } }
                        }
                    }
                }
            }
            @if let Some(href) = self.more { p { a id="more" href=(href) { (t(lang, "console.more")) } } }
        };
        self.desk.page(title, self.done, main)
    }

    fn line(&self, case: &CaseLine<'_>) -> Markup {
        let lang = self.desk.lang;
        html! {
            tr {
                td.clock data-late[case.left.0 < 0] { (case.left.text(lang)) }
                td { (kind(lang, case.kind)) }
                td { (state(lang, case.state)) }
                td { (call_back(lang, case.call_back)) }
                td { a.code href={ (CASE) (case.reference.replace('-', "")) } { (case.reference) } }
            }
        }
    }

    pub fn samples(lang: Lang) -> Vec<ConsoleCases<'static>> {
        let sample = |cases: &[CaseLine<'static>], more| ConsoleCases {
            desk: Desk::sample(lang, "agent"),
            cases: cases.to_vec(),
            more,
            done: None,
        };
        vec![sample(&[], None), sample(&CaseLine::samples(), Some("/cases?after=1.K7QM4TXP"))]
    }
}

fn state(lang: Lang, state: &str) -> &'static str {
    lookup(lang, &format!("console.state.{state}")).unwrap_or_default()
}

fn call_back(lang: Lang, when: &str) -> &'static str {
    lookup(lang, &format!("site.contact.call_back.{when}")).unwrap_or_default()
}

/// What the person wrote.
#[derive(Clone, Copy)]
pub struct Letter<'a> {
    pub name: &'a str,
    pub reach: &'a str,
    pub text: &'a str,
    /// Language they wrote in.
    pub lang: &'a str,
    pub old_number: Option<&'a str>,
    pub new_number: Option<&'a str>,
}

/// What one person proposed.
#[derive(Clone, Copy)]
pub struct Proposed<'a> {
    /// `change_number` or `release`.
    pub what: &'a str,
    pub by: &'a str,
    pub reason: &'a str,
    pub number: Option<&'a str>,
    /// First name with initial, and masked number.
    pub person: (&'a str, &'a str),
    /// It was this very person.
    pub mine: bool,
}

/// One case.
pub struct ConsoleCase<'a> {
    pub desk: Desk<'a>,
    pub case: CaseLine<'a>,
    /// Target, day and time.
    pub target: &'a str,
    pub settled: Option<&'a str>,
    pub letter: Option<Letter<'a>>,
    pub proposed: Option<Proposed<'a>>,
    pub trouble: Option<Trouble<'a>>,
    pub done: Option<&'a str>,
}

impl ConsoleCase<'_> {
    pub fn render(&self) -> Markup {
        let lang = self.desk.lang;
        let title = fill(lang, "console.case.title", &[("reference", self.case.reference)]);
        let main = html! {
            h1 id="title" { (title) }
            @if let Some(trouble) = self.trouble { (trouble.draw(lang)) }
            div.card { (self.facts()) }
            @if let Some(letter) = &self.letter { div.card { (self.letter(letter)) } }
            @if let Some(proposed) = &self.proposed { div.card { (self.proposal(proposed)) } }
            @if self.case.state == "open" { (self.open()) }
            p { a id="back" href=(CASES) { (t(lang, "console.case.back")) } }
        };
        self.desk.page(&title, self.done, main)
    }

    fn facts(&self) -> Markup {
        let lang = self.desk.lang;
        html! {
            dl.facts.across {
                div { dt { (t(lang, "console.case.kind")) } dd id="kind" { (kind(lang, self.case.kind)) } }
                div { dt { (t(lang, "console.case.state")) } dd id="state" data-state=(self.case.state) { (state(lang, self.case.state)) } }
                div { dt { (t(lang, "console.case.clock")) }
                    dd id="clock" {
                        @if let Some(at) = self.settled { (fill(lang, "site.contact.clock.settled", &[("at", at)])) } @else { (self.case.left.text(lang)) }
                    } }
                div { dt { (t(lang, "console.case.target")) } dd id="target" { (self.target) } }
                div { dt { (t(lang, "console.case.call_back")) } dd { (call_back(lang, self.case.call_back)) } }
            }
        }
    }

    fn letter(&self, letter: &Letter<'_>) -> Markup {
        let lang = self.desk.lang;
        html! {
            h2 { (t(lang, "console.letter.title")) }
            p.quiet { (t(lang, "console.letter.lead")) }
            dl.facts.across {
                div { dt { (t(lang, "console.letter.name")) } dd { (letter.name) } }
                div { dt { (t(lang, "console.letter.reach")) } dd { (letter.reach) } }
                div { dt { (t(lang, "console.letter.lang")) } dd { (letter.lang.to_uppercase()) } }
                @if let Some(number) = letter.old_number { div { dt { (t(lang, "console.case.old_number")) } dd id="old-number" { (number) } } }
                @if let Some(number) = letter.new_number { div { dt { (t(lang, "console.case.new_number")) } dd id="new-number" { (number) } } }
            }
            @if !letter.text.is_empty() { blockquote.letter id="letter" lang=(letter.lang) { (letter.text) } }
        }
    }

    fn proposal(&self, p: &Proposed<'_>) -> Markup {
        let lang = self.desk.lang;
        let what = lookup(lang, &format!("console.propose.{}", p.what)).unwrap_or_default();
        let reference = self.case.reference.replace('-', "");
        html! {
            h2 { (what) }
            dl.facts.across {
                div { dt { (t(lang, "console.propose.person")) } dd { (p.person.0) } }
                div { dt { (t(lang, "console.account.number")) } dd.code { (p.person.1) } }
                @if let Some(number) = p.number { div { dt { (t(lang, "console.case.new_number")) } dd.code id="proposed-number" { (number) } } }
                div { dt { (t(lang, "console.propose.by")) } dd { (p.by) } }
                div { dt { (t(lang, "console.reason")) } dd { (p.reason) } }
            }
            @if matches!(self.case.state, "proposed" | "doing") {
                @if p.mine { p.note id="other-needed" { (Icon::People.draw(24)) span { (t(lang, "console.propose.other")) } } }
                @else if !self.desk.decides { p.note id="lead-needed" { (Icon::People.draw(24)) span { (t(lang, "console.propose.lead")) } } }
                @else {
                    form method="post" action={ (CASE) (reference) "/decide" } {
                        (self.desk.csrf())
                        (self.desk.reason("decide-reason", ""))
                        div.do { button.button id="decide" type="submit" { (t(lang, "console.propose.decide")) } }
                    }
                }
                @if p.mine || self.desk.decides {
                    form method="post" action={ (CASE) (reference) "/refuse" } {
                        (self.desk.csrf())
                        (self.desk.reason("refuse-reason", ""))
                        div.do { button.button.second id="refuse" type="submit" { (t(lang, "console.propose.refuse")) } }
                    }
                }
            }
        }
    }

    fn open(&self) -> Markup {
        let (lang, reference) = (self.desk.lang, self.case.reference.replace('-', ""));
        html! {
            div.card {
                h2 { (t(lang, "console.case.next")) }
                form method="post" action=(SEARCH) {
                    (self.desk.csrf())
                    input type="hidden" name="query" value="reference";
                    input type="hidden" name="typed" value=(reference);
                    input type="hidden" name="reason" value=(reference);
                    div.do { button.button id="look" type="submit" { (t(lang, "console.case.look")) } }
                }
                form method="post" action={ (CASE) (reference) "/close" } {
                    (self.desk.csrf())
                    (self.desk.reason("close-reason", ""))
                    div.do { button.button.second id="close" type="submit" { (t(lang, "console.case.close")) } }
                }
            }
        }
    }

    pub fn samples(lang: Lang) -> Vec<ConsoleCase<'static>> {
        let letter = Letter {
            name: "An Peeters",
            reach: "02 279 22 11",
            text: "Mijn nummer is veranderd.\nKunt u mij bellen?",
            lang: "nl",
            old_number: Some("+32 468 75 89 60"),
            new_number: Some("+32 470 11 02 48"),
        };
        let proposed = |mine| Proposed {
            what: "change_number",
            by: "jo.maes",
            reason: "called back, knows the last login",
            number: Some("+32 470 11 02 48"),
            person: ("An P.", "+32 ••• •• 89 60"),
            mine,
        };
        let sample = |role, state, proposed, settled, trouble| ConsoleCase {
            desk: Desk::sample(lang, role),
            case: CaseLine {
                reference: "K7QM-4TXP",
                kind: "new_number",
                state,
                call_back: "morning",
                left: When(1000),
            },
            target: "22-11-2026 14:05",
            settled,
            letter: Some(letter),
            proposed,
            trouble,
            done: None,
        };
        vec![
            sample("agent", "open", None, None, Some(Trouble::Word("stale"))),
            sample("agent", "proposed", Some(proposed(true)), None, None),
            sample("agent", "proposed", Some(proposed(false)), None, None),
            sample("lead", "proposed", Some(proposed(false)), None, Some(Trouble::Word("same_person"))),
            sample("lead", "done", Some(proposed(false)), Some("22-11-2026 13:00"), None),
        ]
    }
}
