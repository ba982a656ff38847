//! QR codes (ISO/IEC 18004), drawn by us: as SVG for pages, as half blocks for terminals.

use std::fmt::Write as _;

use maud::{Markup, html};
use qrcode::{Color, EcLevel, QrCode};

/// Light modules that must surround a code (ISO/IEC 18004 §5.3.8).
const QUIET: usize = 4;

/// A code as rows of dark (`true`) and light modules, with its quiet zone.
struct Modules {
    width: usize,
    dark: Vec<bool>,
}

impl Modules {
    fn of(text: &str) -> Option<Modules> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let dark = code.to_colors().into_iter().map(|color| color == Color::Dark).collect();
        Some(Modules { width: code.width(), dark })
    }

    /// Modules across, quiet zone included.
    fn size(&self) -> usize {
        self.width + 2 * QUIET
    }

    fn dark(&self, x: usize, y: usize) -> bool {
        let inside = |at: usize| at.checked_sub(QUIET).filter(|at| *at < self.width);
        let at = inside(x).zip(inside(y)).map(|(x, y)| y * self.width + x);
        at.and_then(|at| self.dark.get(at)).copied().unwrap_or(false)
    }

    /// One path: a run of dark modules is one rectangle.
    fn path(&self) -> String {
        let mut path = String::new();
        for y in 0..self.size() {
            let mut x = 0;
            while x < self.size() {
                let run = (x..self.size()).take_while(|x| self.dark(*x, y)).count();
                if run > 0 {
                    let _ = write!(path, "M{x} {y}h{run}v1h-{run}z");
                }
                x += run.max(1);
            }
        }
        path
    }
}

/// The code as inline SVG, dark on light in every colour scheme (cameras need it so); nothing when `text` is too long for a code.
pub fn svg(text: &str, label: &str) -> Markup {
    let Some(modules) = Modules::of(text) else { return html! {} };
    let size = modules.size();
    html! {
        svg.qr viewBox={ "0 0 " (size) " " (size) } role="img" aria-label=(label) shape-rendering="crispEdges" {
            rect.qr-light width=(size) height=(size) {}
            path.qr-dark d=(modules.path()) {}
        }
    }
}

/// The code as a picture of its own (`image/svg+xml`), with the text inside for programs; empty when `text` is too long for a code.
pub fn picture(text: &str) -> String {
    let Some(modules) = Modules::of(text) else { return String::new() };
    let size = modules.size();
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (size) " " (size) } shape-rendering="crispEdges" {
            desc { (text) }
            rect width=(size) height=(size) fill="#fff" {}
            path d=(modules.path()) fill="#14213a" {}
        }
    }
    .into_string()
}

/// The code as a PNG (one bit a dot, `scale` dots a module), with its text inside for programs; empty when `text` is too long
/// for a code.
pub fn png(text: &str, scale: usize) -> Vec<u8> {
    let Some(modules) = Modules::of(text) else { return Vec::new() };
    let side = modules.size() * scale;
    let mut rows = Vec::new();
    for y in 0..side {
        rows.push(0);
        let light = |x: usize| x < side && !modules.dark(x / scale, y / scale);
        let byte = |at: usize| (0..8).fold(0, |byte, bit| byte << 1 | u8::from(light(at * 8 + bit)));
        rows.extend((0..side.div_ceil(8)).map(byte));
    }
    crate::png::grey(side, &rows, text)
}

/// The code for a terminal: two rows of modules in a line of half blocks, light modules drawn, so that it reads on a dark ground.
/// Empty when `text` is too long for a code.
pub fn text(text: &str) -> String {
    let Some(modules) = Modules::of(text) else { return String::new() };
    let block = |x: usize, y: usize| match (modules.dark(x, y), modules.dark(x, y + 1)) {
        (false, false) => '█',
        (false, true) => '▀',
        (true, false) => '▄',
        (true, true) => ' ',
    };
    let mut out = String::new();
    for y in (0..modules.size()).step_by(2) {
        out.extend((0..modules.size()).map(|x| block(x, y)));
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_quiet_zone_and_its_finders() {
        let drawn = text("https://app.example/");
        let lines: Vec<Vec<char>> = drawn.lines().map(|line| line.chars().collect()).collect();
        // Version 2 has 25 modules a side; 33 with the quiet zone, in 17 lines.
        assert_eq!((lines.len(), lines.iter().map(Vec::len).max()), (17, Some(33)));
        assert!(lines.iter().take(2).flatten().all(|c| *c == '█'), "four light rows above");
        assert!(lines.iter().all(|line| line.iter().take(4).all(|c| *c == '█')), "four light columns on the left");
        let finder: String = lines.get(2).map(|line| line.iter().skip(4).take(7).collect()).unwrap_or_default();
        assert_eq!(finder, " ▄▄▄▄▄ ", "the finder pattern's first two rows");
    }

    #[test]
    fn the_picture_has_no_style_of_its_own() {
        let drawn = svg("https://app.example/?a=\"<b>", "A code").into_string();
        assert!(drawn.contains("role=\"img\" aria-label=\"A code\"") && drawn.contains("M4 4h7v1h-7z"), "{drawn}");
        assert!(!drawn.contains("style") && !drawn.contains("fill="), "{drawn}");
    }

    #[test]
    fn a_picture_of_its_own_carries_its_colours_and_its_text() {
        let drawn = picture("https://app.example/q#a&b");
        assert!(drawn.starts_with("<svg xmlns=") && drawn.contains("fill=\"#fff\""), "{drawn}");
        assert!(
            drawn.contains("<desc>https://app.example/q#a&amp;b</desc>") && !drawn.contains('\n'),
            "one line: {drawn}"
        );
    }

    #[test]
    fn what_no_code_can_hold_is_left_out() {
        let long = "a".repeat(5000);
        assert_eq!(svg(&long, "x").into_string(), "");
        assert_eq!(text(&long) + &picture(&long), "");
        assert!(png(&long, 4).is_empty());
    }
}
