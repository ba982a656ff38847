//! What everybody did, for auditors.

use maud::{Markup, html};
use words::{Lang, lookup, t};

use super::LOG;
use super::frame::Desk;

/// One line.
#[derive(Clone, Copy)]
pub struct LogLine<'a> {
    pub seq: i64,
    pub at: &'a str,
    pub staff: &'a str,
    pub action: &'a str,
    pub subject: &'a str,
    pub reason: &'a str,
    /// First signs of its digest.
    pub digest: &'a str,
}

/// A page of the log.
pub struct ConsoleLog<'a> {
    pub desk: Desk<'a>,
    /// `staff`, `action`, `subject` or empty.
    pub by: &'a str,
    pub value: &'a str,
    pub lines: Vec<LogLine<'a>>,
    pub more: Option<&'a str>,
}

impl ConsoleLog<'_> {
    pub fn render(&self) -> Markup {
        let lang = self.desk.lang;
        let title = t(lang, "console.log.title");
        let main = html! {
            h1 id="title" { (title) }
            div.card { (self.filter()) }
            div.card {
                div.wide-table tabindex="0" role="region" aria-labelledby="title" {
                    table id="log" {
                        thead { tr {
                            th scope="col" { (t(lang, "console.log.line")) }
                            th scope="col" { (t(lang, "console.log.at")) }
                            th scope="col" { (t(lang, "console.log.staff")) }
                            th scope="col" { (t(lang, "console.log.action")) }
                            th scope="col" { (t(lang, "console.log.subject")) }
                            th scope="col" { (t(lang, "console.reason")) }
                            th scope="col" { (t(lang, "console.log.digest")) }
                        } }
                        tbody { @for line in &self.lines {
                            tr {
                                td { (line.seq) }
                                td { (line.at) }
                                td { (line.staff) }
                                td data-action=(line.action) { (lookup(lang, &format!("console.action.{}", line.action)).unwrap_or(line.action)) }
                                td.code { (line.subject) }
                                td { (line.reason) }
                                td.code { (line.digest) }
                            }
                        } }
                    }
                }
            }
            @if let Some(href) = self.more { p { a id="more" href=(href) { (t(lang, "console.more")) } } }
        };
        self.desk.page(title, None, main)
    }

    fn filter(&self) -> Markup {
        let lang = self.desk.lang;
        html! {
            form.across method="get" action=(LOG) {
                div {
                    label for="by" { (t(lang, "console.log.filter")) }
                    select id="by" name="by" {
                        @for by in ["", "staff", "action", "subject"] {
                            option value=(by) selected[by == self.by] {
                                @if by.is_empty() { (t(lang, "console.log.all")) } @else { (lookup(lang, &format!("console.log.{by}")).unwrap_or_default()) }
                            }
                        }
                    }
                }
                div {
                    label for="value" { (t(lang, "console.log.value")) }
                    input type="text" id="value" name="value" maxlength="80" autocomplete="off" value=(self.value);
                }
                div { button.button.second id="filter" type="submit" { (t(lang, "console.log.show")) } }
            }
        }
    }

    pub fn samples(lang: Lang) -> Vec<ConsoleLog<'static>> {
        let actions = ["login", "looked", "searched", "block", "change_number", "staff_added"];
        let line = |(at, action): (usize, &'static str)| LogLine {
            seq: i64::try_from(at).unwrap_or(0),
            at: "22-11-2026 14:05",
            staff: "jo.maes",
            action,
            subject: "acc_AAAAAAAAAAAAAAAAAAAAAA",
            reason: "called back about a stolen phone",
            digest: "n4bQgYhMfWWa",
        };
        vec![ConsoleLog {
            desk: Desk::sample(lang, "auditor"),
            by: "staff",
            value: "jo.maes",
            lines: actions.into_iter().enumerate().map(line).collect(),
            more: Some("/log?before=1"),
        }]
    }
}
