//! One stroke set. An icon never stands without a word beside it, so all are hidden from screen readers.

use maud::{Markup, PreEscaped, html};

/// What an icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Building,
    Phone,
    Clock,
    Warning,
    Stop,
    Check,
    Key,
    Shield,
    Message,
    Browser,
    People,
    Arrow,
    Home,
    Open,
    Card,
    Reader,
    Scan,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Icon::Building => r#"<path d="M3 21h18M5 21V10m14 11V10M9 21v-7m6 7v-7M3 10l9-6 9 6z"/>"#,
            Icon::Phone => r#"<rect x="6" y="2" width="12" height="20" rx="3"/><path d="M11 18h2"/>"#,
            Icon::Clock => r#"<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3 2"/>"#,
            Icon::Warning => r#"<path d="M12 3 2 20h20zM12 10v4m0 3h.01"/>"#,
            Icon::Stop => r#"<circle cx="12" cy="12" r="9"/><path d="m9 9 6 6m0-6-6 6"/>"#,
            Icon::Check => r#"<path d="m5 13 4 4L19 7"/>"#,
            Icon::Key => r#"<circle cx="8" cy="15" r="5"/><path d="m12 11 8-8m-4 4 3 3"/>"#,
            Icon::Shield => r#"<path d="M12 3 4 6v6c0 5 3.5 8 8 9 4.5-1 8-4 8-9V6z"/><path d="m9 12 2 2 4-4"/>"#,
            Icon::Message => r#"<path d="M4 5h16v11H9l-5 4z"/>"#,
            Icon::Browser => {
                r#"<rect x="3" y="4" width="18" height="16" rx="2"/><path d="M3 9h18M7 6.5h.01M10 6.5h.01"/>"#
            }
            Icon::People => {
                r#"<circle cx="9" cy="8" r="4"/><path d="M2 21c0-4 3-6 7-6s7 2 7 6M16 4a4 4 0 0 1 0 8m3 4c2 1 3 2.5 3 5"/>"#
            }
            Icon::Arrow => r#"<path d="M19 12H5m6-6-6 6 6 6"/>"#,
            Icon::Home => r#"<path d="m3 11 9-8 9 8M6 9v11h12V9"/>"#,
            Icon::Card => r#"<rect x="2" y="5" width="20" height="14" rx="2"/><path d="M6 10h4v4H6zm8 0h4m-4 4h2"/>"#,
            Icon::Reader => r#"<rect x="4" y="11" width="16" height="10" rx="2"/><path d="M8 11V3h8v8M8 16h8"/>"#,
            Icon::Scan => {
                r#"<path d="M4 8V4h4m8 0h4v4m0 8v4h-4m-8 0H4v-4"/><path d="M8 8h3v3H8zm5 5h3v3h-3zM14 8h2m-8 6h2"/>"#
            }
            Icon::Open => r#"<path d="M14 4h6v6m0-6-9 9M10 5H5v14h14v-5"/>"#,
        }
    }

    /// The icon at `size` CSS pixels, in the colour of the text around it.
    pub fn draw(self, size: u8) -> Markup {
        html! {
            svg width=(size) height=(size) viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"
                stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false" {
                (PreEscaped(self.path()))
            }
        }
    }
}

/// The app's icon: the z, white on the house colour.
pub fn mark(size: u8) -> Markup {
    html! {
        svg width=(size) height=(size) viewBox="0 0 32 32" aria-hidden="true" focusable="false" {
            rect width="32" height="32" rx="8" fill="#0B6464" {}
            path d="M10 10.5h12L10 21.5h12" fill="none" stroke="#fff" stroke-width="3.2" stroke-linecap="round" stroke-linejoin="round" {}
        }
    }
}
