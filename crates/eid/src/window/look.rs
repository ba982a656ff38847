//! Colours, letters and measures of the product, for egui.

use std::sync::Arc;

use eframe::egui::{
    Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Stroke, Style, TextStyle, Theme,
    Visuals,
};

/// One set of colours.
#[derive(Clone, Copy)]
pub struct Colours {
    pub paper: Color32,
    pub card: Color32,
    pub ink: Color32,
    pub quiet: Color32,
    /// The one primary action, focus, what is yours.
    pub own: Color32,
    pub on_own: Color32,
    pub care: Color32,
    pub stop: Color32,
}

const LIGHT: Colours = Colours {
    paper: Color32::from_rgb(0xFB, 0xF8, 0xF3),
    card: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    ink: Color32::from_rgb(0x14, 0x21, 0x3A),
    quiet: Color32::from_rgb(0x52, 0x60, 0x7A),
    own: Color32::from_rgb(0x0B, 0x64, 0x64),
    on_own: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    care: Color32::from_rgb(0x8A, 0x4B, 0x00),
    stop: Color32::from_rgb(0xA3, 0x21, 0x1B),
};

const DARK: Colours = Colours {
    paper: Color32::from_rgb(0x12, 0x18, 0x1F),
    card: Color32::from_rgb(0x1B, 0x24, 0x2E),
    ink: Color32::from_rgb(0xF1, 0xEE, 0xE8),
    quiet: Color32::from_rgb(0xAE, 0xB8, 0xC6),
    own: Color32::from_rgb(0x5C, 0xC9, 0xC2),
    on_own: Color32::from_rgb(0x12, 0x18, 0x1F),
    care: Color32::from_rgb(0xF2, 0xB2, 0x5C),
    stop: Color32::from_rgb(0xFF, 0x9A, 0x92),
};

pub const BODY: f32 = 18.0;
pub const TITLE: f32 = 27.0;
pub const SMALL: f32 = 15.0;
/// Least height of what is pressed.
pub const TARGET: f32 = 48.0;
pub const CORNER: CornerRadius = CornerRadius::same(12);

/// The colours for the person's theme.
pub fn colours(context: &Context) -> Colours {
    of(context.theme())
}

fn of(theme: Theme) -> Colours {
    match theme {
        Theme::Light => LIGHT,
        Theme::Dark => DARK,
    }
}

/// The family of titles and buttons.
pub fn bold() -> FontFamily {
    FontFamily::Name("bold".into())
}

/// Dresses egui; once, at the start.
pub fn dress(context: &Context) {
    context.set_fonts(fonts());
    for theme in [Theme::Light, Theme::Dark] {
        context.style_mut_of(theme, |style| restyle(style, of(theme), theme));
    }
}

fn fonts() -> FontDefinitions {
    let faces: [(&str, &[u8]); 4] = [
        ("latin-400", include_bytes!("../../assets/fonts/latin-400.ttf")),
        ("latin-ext-400", include_bytes!("../../assets/fonts/latin-ext-400.ttf")),
        ("latin-700", include_bytes!("../../assets/fonts/latin-700.ttf")),
        ("latin-ext-700", include_bytes!("../../assets/fonts/latin-ext-700.ttf")),
    ];
    let mut fonts = FontDefinitions::default();
    for (name, bytes) in faces {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    // Names in other scripts fall back to what egui brings.
    let others = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let family = |weight: &str| {
        let own = [format!("latin-{weight}"), format!("latin-ext-{weight}")];
        own.into_iter().chain(others.iter().cloned()).collect::<Vec<_>>()
    };
    fonts.families.insert(FontFamily::Proportional, family("400"));
    fonts.families.insert(bold(), family("700"));
    fonts
}

fn restyle(style: &mut Style, colours: Colours, theme: Theme) {
    let visuals = &mut style.visuals;
    *visuals = if theme == Theme::Dark { Visuals::dark() } else { Visuals::light() };
    visuals.panel_fill = colours.paper;
    visuals.window_fill = colours.paper;
    visuals.extreme_bg_color = colours.card;
    visuals.override_text_color = Some(colours.ink);
    visuals.selection.bg_fill = colours.own.gamma_multiply(0.35);
    visuals.selection.stroke = Stroke::new(2.0, colours.own);
    for widget in [
        &mut visuals.widgets.noninteractive,
        &mut visuals.widgets.inactive,
        &mut visuals.widgets.hovered,
        &mut visuals.widgets.active,
        &mut visuals.widgets.open,
    ] {
        widget.corner_radius = CORNER;
        widget.bg_stroke = Stroke::new(1.0, colours.quiet);
    }
    style.animation_time = 0.0;
    style.spacing.item_spacing.y = 12.0;
    style.spacing.button_padding.x = 20.0;
    style.text_styles = [
        (TextStyle::Body, FontId::new(BODY, FontFamily::Proportional)),
        (TextStyle::Small, FontId::new(SMALL, FontFamily::Proportional)),
        (TextStyle::Button, FontId::new(BODY, bold())),
        (TextStyle::Heading, FontId::new(TITLE, bold())),
        (TextStyle::Monospace, FontId::new(BODY, FontFamily::Monospace)),
    ]
    .into();
}
