//! The few pieces that screens are made of.

use eframe::egui::{
    Button, Event, FontId, Frame, Key, Margin, Response, RichText, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo,
    accesskit, vec2,
};

use super::look::{self, CORNER, Colours, SMALL, TARGET, TITLE};

/// The title of a step; screen readers say it when the step changes.
pub fn title(ui: &mut Ui, text: &str, colours: Colours) {
    let said = ui.label(RichText::new(text).font(FontId::new(TITLE, look::bold())).color(colours.ink));
    ui.ctx().accesskit_node_builder(said.id, |node| {
        node.set_role(accesskit::Role::Heading);
        node.set_live(accesskit::Live::Assertive);
    });
}

pub fn text(ui: &mut Ui, text: &str, colours: Colours) {
    ui.label(RichText::new(text).color(colours.ink));
}

pub fn quiet(ui: &mut Ui, text: &str, colours: Colours) {
    ui.label(RichText::new(text).size(SMALL).color(colours.quiet));
}

/// Something to look at twice: a coloured line at its side, never colour alone.
pub fn notice(ui: &mut Ui, text: &str, colour: eframe::egui::Color32, colours: Colours) {
    let shown = Frame::new().fill(colours.card).corner_radius(CORNER).inner_margin(Margin::same(14)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        let said = ui.label(RichText::new(text).color(colour));
        ui.ctx().accesskit_node_builder(said.id, |node| node.set_live(accesskit::Live::Assertive));
    });
    ui.painter().rect_stroke(shown.response.rect, CORNER, Stroke::new(2.0, colour), StrokeKind::Inside);
}

/// A label and its value, in a frame with its neighbours.
pub fn facts(ui: &mut Ui, facts: &[(&str, &str)], colours: Colours) {
    Frame::new().fill(colours.card).corner_radius(CORNER).inner_margin(Margin::same(16)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        for (label, value) in facts {
            ui.label(RichText::new(*label).size(SMALL).color(colours.quiet));
            ui.add_space(-8.0);
            ui.label(RichText::new(*value).font(FontId::new(look::BODY, look::bold())).color(colours.ink));
        }
    });
}

/// The one thing to do next.
pub fn primary(ui: &mut Ui, text: &str, colours: Colours) -> Response {
    ui.add_space(4.0);
    let label = RichText::new(text).font(FontId::new(look::BODY, look::bold())).color(colours.on_own);
    let button = Button::new(label).fill(colours.own).corner_radius(CORNER).wrap();
    let pressed = ui.add_sized(wide(ui), button);
    focus_ring(ui, pressed, colours)
}

/// The other things.
pub fn secondary(ui: &mut Ui, text: &str, colours: Colours) -> Response {
    let label = RichText::new(text).color(colours.ink);
    let button =
        Button::new(label).fill(colours.card).stroke(Stroke::new(1.5, colours.quiet)).corner_radius(CORNER).wrap();
    let pressed = ui.add_sized(wide(ui), button);
    focus_ring(ui, pressed, colours)
}

fn wide(ui: &Ui) -> Vec2 {
    vec2(ui.available_width(), TARGET)
}

fn focus_ring(ui: &Ui, response: Response, colours: Colours) -> Response {
    if response.has_focus() {
        let ring = response.rect.expand(4.0);
        ui.painter().rect_stroke(ring, CORNER, Stroke::new(3.0, colours.own), StrokeKind::Outside);
    }
    response
}

/// What a key did on the PIN field.
pub enum PinKey {
    Digit(char),
    Back,
    Give,
}

/// A field that takes digits and shows only how many: no copy, no paste, no undo, so that the PIN lives in one place.
pub fn pin_field(ui: &mut Ui, label: &str, typed: usize, colours: Colours) -> (Response, Vec<PinKey>) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), TARGET + 8.0), Sense::click());
    if response.clicked() {
        response.request_focus();
    }
    response.widget_info(|| {
        let dots = "•".repeat(typed);
        WidgetInfo { label: Some(label.to_owned()), ..WidgetInfo::text_edit(true, &dots, &dots, "") }
    });
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_role(accesskit::Role::PasswordInput));
    let focused = response.has_focus();
    let line = if focused { Stroke::new(3.0, colours.own) } else { Stroke::new(1.5, colours.quiet) };
    ui.painter().rect(rect, CORNER, colours.card, line, StrokeKind::Inside);
    for place in 0..typed {
        let at = rect.left_center() + vec2(28.0 + 26.0 * place as f32, 0.0);
        ui.painter().circle_filled(at, 7.0, colours.ink);
    }
    if focused && typed < eid_card::Pin::LONGEST {
        let at = rect.left_center() + vec2(28.0 + 26.0 * typed as f32, 0.0);
        ui.painter().line_segment([at - vec2(0.0, 12.0), at + vec2(0.0, 12.0)], Stroke::new(2.0, colours.own));
    }
    let keys = if focused { keys(ui) } else { Vec::new() };
    (response, keys)
}

fn keys(ui: &Ui) -> Vec<PinKey> {
    ui.input(|input| {
        let key = |event: &Event| match event {
            Event::Text(text) => text.chars().map(PinKey::Digit).collect(),
            Event::Key { key: Key::Backspace, pressed: true, .. } => vec![PinKey::Back],
            Event::Key { key: Key::Enter, pressed: true, .. } => vec![PinKey::Give],
            _ => Vec::new(),
        };
        input.events.iter().flat_map(key).collect()
    })
}
