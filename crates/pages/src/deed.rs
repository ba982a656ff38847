//! What a request asks of the person: pages speak of paying where somebody pays.

/// The kinds of approval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deed {
    #[default]
    Login,
    Payment,
    Text,
}

impl Deed {
    pub(crate) fn title(self) -> &'static str {
        match self {
            Deed::Login => "site.login.title",
            Deed::Payment => "site.start.pay_title",
            Deed::Text => "site.start.text_title",
        }
    }

    /// The line above the name of who asks.
    pub(crate) fn asker(self) -> &'static str {
        match self {
            Deed::Login => "site.login.asker",
            Deed::Payment => "site.start.pay_asker",
            Deed::Text => "site.start.text_asker",
        }
    }

    /// The button that ends it here.
    pub(crate) fn stop(self) -> &'static str {
        if self.logs_in() { "site.wait.stop" } else { "site.wait.stop_other" }
    }

    pub(crate) fn logs_in(self) -> bool {
        self == Deed::Login
    }
}
