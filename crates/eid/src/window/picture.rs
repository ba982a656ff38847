//! A reader and a card going into it, drawn with a few strokes; the sentence beside it says the same.

use eframe::egui::{Rect, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use super::look::{CORNER, Colours};

const SIZE: eframe::egui::Vec2 = vec2(220.0, 150.0);

/// `cable`: it is the reader that is missing, so its cable is what matters.
pub fn reader(ui: &mut Ui, cable: bool, colours: Colours) {
    let (area, _) = ui.allocate_exact_size(SIZE, Sense::hover());
    let painter = ui.painter();
    let line = Stroke::new(3.0, colours.ink);
    let at = |x: f32, y: f32| pos2(area.left() + x, area.top() + y);
    let body = Rect::from_min_max(at(20.0, 70.0), at(200.0, 125.0));
    painter.rect(body, CORNER, colours.card, line, StrokeKind::Inside);
    if cable {
        let own = Stroke::new(4.0, colours.own);
        painter.line_segment([at(110.0, 70.0), at(110.0, 30.0)], own);
        painter.rect(Rect::from_min_max(at(96.0, 6.0), at(124.0, 34.0)), CORNER, colours.own, own, StrokeKind::Inside);
        return;
    }
    let card = Rect::from_min_max(at(55.0, 10.0), at(165.0, 78.0));
    painter.rect(card, CORNER, colours.paper, Stroke::new(3.0, colours.own), StrokeKind::Inside);
    let chip = Rect::from_min_max(at(70.0, 48.0), at(92.0, 64.0));
    painter.rect_filled(chip, 3.0, colours.own);
    painter.line_segment([at(40.0, 84.0), at(180.0, 84.0)], line);
}
