//! A login that came to nothing, and the way on.

use maud::{Markup, html};
use words::{Lang, fill, t};

use crate::help::href;
use crate::icons::Icon;
use crate::layout::Layout;
use crate::{Asker, Back, CANCEL, Deed, RETRY};

/// Why the login ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Nobody answered in time.
    Expired,
    /// The person refused in the app.
    Refused,
    /// The person said in the app: I did not ask for this; or stopped here.
    Stopped,
    /// The person approved, and this page went on too late.
    Late,
    /// The service had its answer, and the answer came once more.
    Spent,
}

/// Says why, offers another try and the way back.
pub struct Ended<'a> {
    pub lang: Lang,
    pub asker: Asker<'a>,
    pub deed: Deed,
    pub why: Why,
    pub req: &'a str,
    /// Back to the service, with its error answer.
    pub back: Back<'a>,
}

impl Ended<'_> {
    pub fn render(&self) -> Markup {
        let (icon, tone) = match self.why {
            Why::Expired | Why::Late => (Icon::Clock, "care"),
            Why::Spent => (Icon::Warning, "care"),
            Why::Refused | Why::Stopped => (Icon::Stop, "stop"),
        };
        let (title, what, next) = self.words();
        let title = t(self.lang, title);
        let service = [("service", self.asker.name)];
        let back = fill(self.lang, "site.back", &service);
        let main = html! {
            div.card {
                div.sign.(tone) { (icon.draw(32)) }
                h1 id="title" { (title) }
                p { (fill(self.lang, what, &service)) }
                p { (t(self.lang, next)) }
                form.do method="post" action=(RETRY) {
                    input type="hidden" name="req" value=(self.req);
                    button.button id="retry" type="submit" { (t(self.lang, "site.ended.retry")) }
                    @match self.back {
                        Back::Link(href) => a.button.second id="back" href=(href) { (back) },
                        Back::Form => button.button.second id="back" type="submit" formaction=(CANCEL) { (back) },
                    }
                }
                p { a id="answer" href=(href(self.answer(), self.lang)) { (t(self.lang, "help.page.answer_link")) } }
            }
        };
        Layout::new(self.lang, title, main).render()
    }
}

impl Ended<'_> {
    /// Title, what happened, what to do.
    fn words(&self) -> (&'static str, &'static str, &'static str) {
        match (self.why, self.deed.logs_in()) {
            (Why::Expired, true) => ("site.ended.expired.title", "site.ended.expired.what", "site.ended.expired.next"),
            (Why::Refused, true) => ("site.ended.refused.title", "site.ended.refused.what", "site.ended.refused.next"),
            (Why::Stopped, true) => ("site.ended.stopped.title", "site.ended.stopped.what", "site.ended.stopped.next"),
            (Why::Late, true) => ("site.ended.late.title", "site.ended.late.what", "site.ended.late.next"),
            (Why::Spent, true) => ("site.ended.done.title", "site.ended.done.what", "site.ended.done.next"),
            (Why::Late, false) => ("site.ended.late.title", "site.ended.late.other", "site.ended.late.next"),
            (Why::Spent, false) => ("site.ended.done.title", "site.ended.done.other", "site.ended.done.next"),
            (Why::Expired, false) => {
                ("site.ended.expired.title", "site.ended.expired.other", "site.ended.expired.next")
            }
            (Why::Refused, false) => {
                ("site.ended.refused.title", "site.ended.refused.other", "site.ended.refused.next")
            }
            (Why::Stopped, false) => {
                ("site.ended.stopped.other_title", "site.ended.stopped.other", "site.ended.stopped.other_next")
            }
        }
    }

    /// The answer that helps whoever's login ended so.
    fn answer(&self) -> &'static str {
        match self.why {
            Why::Expired => "no-request",
            Why::Refused => "approve-not-mine",
            Why::Stopped | Why::Late | Why::Spent => "get-help",
        }
    }
}

impl Ended<'static> {
    pub fn samples(lang: Lang) -> Vec<Self> {
        let of = |why, deed| Ended {
            lang,
            asker: Asker::SAMPLE,
            deed,
            why,
            req: "sample",
            back: Back::Link("https://voorbeeld.example/"),
        };
        let all = [Why::Expired, Why::Refused, Why::Stopped, Why::Late, Why::Spent];
        let by_form = Ended { back: Back::Form, ..of(Why::Refused, Deed::Login) };
        all.into_iter().flat_map(|why| [of(why, Deed::Login), of(why, Deed::Payment)]).chain([by_form]).collect()
    }
}
