//! Each step as it looks.

use eframe::egui::{
    Align, CentralPanel, Context, FontId, Frame, Layout, Margin, RichText, ScrollArea, TextEdit, TopBottomPanel, Ui,
    ViewportCommand, vec2,
};
use eid_session::{Asks, Back, CODE_LENGTH, Failure, PinAsk, Purpose, Step};
use words::{fill, t};

use super::look::{self, Colours, TARGET};
use super::parts::{PinKey, facts, notice, pin_field, primary, quiet, secondary, text, title};
use super::picture;
use super::screen::Screen;

/// Text stays readable: no wider than this.
const WIDEST: f32 = 560.0;

/// Draws the step; `fresh` when it was not drawn before, so that the focus goes to its first control.
pub fn screen(context: &Context, screen: &mut Screen, fresh: bool) {
    let colours = look::colours(context);
    head(context, screen, colours);
    let frame = Frame::new().fill(colours.paper).inner_margin(Margin::symmetric(24, 20));
    CentralPanel::default().frame(frame).show(context, |ui| {
        ScrollArea::vertical().show(ui, |ui| {
            let wide = ui.available_width().min(WIDEST);
            ui.vertical_centered(|ui| {
                ui.allocate_ui_with_layout(vec2(wide, 0.0), Layout::top_down(Align::Min), |ui| {
                    ui.set_width(wide);
                    step(ui, screen, fresh, colours);
                });
            });
        });
    });
}

fn head(context: &Context, screen: &Screen, colours: Colours) {
    let frame = Frame::new().fill(colours.paper).inner_margin(Margin::symmetric(24, 14));
    TopBottomPanel::top("head").frame(frame).show_separator_line(false).show(context, |ui| {
        ui.horizontal(|ui| {
            ui.label(RichText::new("zelf").font(FontId::new(26.0, look::bold())).color(colours.own));
            if !screen.host.is_empty() {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| quiet(ui, &screen.host, colours));
            }
        });
        if screen.test_world {
            notice(ui, t(screen.lang, "card.test_world"), colours.care, colours);
        }
    });
}

fn step(ui: &mut Ui, screen: &mut Screen, fresh: bool, colours: Colours) {
    let lang = screen.lang;
    if screen.open_already {
        title(ui, t(lang, "card.window"), colours);
        text(ui, t(lang, "card.open_already"), colours);
        return close(ui, screen, fresh, colours);
    }
    match &screen.talk.step {
        Step::Code(failure) => {
            let failure = failure.clone();
            code(ui, screen, failure, fresh, colours);
        }
        Step::Claiming => busy(ui, &fill(lang, "card.claiming", &[("host", &screen.host)]), None, colours),
        Step::Asks(asks, misshapen) => {
            let (asks, misshapen) = (asks.clone(), *misshapen);
            who_asks(ui, screen, &asks, misshapen, fresh, colours);
        }
        Step::Waits(failure) => {
            let failure = failure.clone();
            waits(ui, screen, &failure, fresh, colours);
        }
        Step::Reading => {
            busy(ui, t(lang, "card.reading.title"), Some(t(lang, "card.reading.lead")), colours);
            stop(ui, screen, colours);
        }
        Step::Pin(ask, misshapen) => {
            let (ask, misshapen) = (ask.clone(), *misshapen);
            pin(ui, screen, &ask, misshapen, fresh, colours);
        }
        Step::OnPad => busy(ui, t(lang, "card.pin.title"), Some(t(lang, "card.pad.now")), colours),
        Step::Signing => busy(ui, t(lang, "card.signing.title"), Some(t(lang, "card.reading.lead")), colours),
        Step::Sending => busy(ui, t(lang, "card.sending.title"), Some(t(lang, "card.sending.lead")), colours),
        Step::Back(back, shown) => {
            let (back, shown) = (back.clone(), *shown);
            returned(ui, screen, &back, shown, fresh, colours);
        }
        Step::Finished => {
            title(ui, t(lang, "card.finished.title"), colours);
            text(ui, t(lang, "card.finished.lead"), colours);
            close(ui, screen, fresh, colours);
        }
        Step::Failed(failure) => {
            let failure = failure.clone();
            failed(ui, screen, &failure, fresh, colours);
        }
    }
}

fn code(ui: &mut Ui, screen: &mut Screen, failure: Option<Failure>, fresh: bool, colours: Colours) {
    let lang = screen.lang;
    title(ui, t(lang, "card.start.title"), colours);
    text(ui, t(lang, "card.start.lead"), colours);
    if let Some(failure) = failure {
        let said = format!("{} {}", failure.happened(lang), failure.todo(lang));
        notice(ui, &said, colours.stop, colours);
    }
    let label = ui.label(t(lang, "card.start.label"));
    let font = FontId::new(26.0, look::bold());
    let field = TextEdit::singleline(&mut screen.code)
        .char_limit(2 * CODE_LENGTH)
        .font(font)
        .margin(Margin::symmetric(14, 10))
        .desired_width(f32::INFINITY)
        .min_size(vec2(0.0, TARGET));
    let field = ui.add(field).labelled_by(label.id);
    if fresh {
        field.request_focus();
    }
    let entered = field.lost_focus() && ui.input(|input| input.key_pressed(eframe::egui::Key::Enter));
    if primary(ui, t(lang, "card.start.button"), colours).clicked() || entered {
        screen.use_code();
    }
    quiet(ui, &fill(lang, "card.start.server", &[("host", &screen.host)]), colours);
}

/// Who asks and the PIN, on one screen: nothing is read before the button.
fn who_asks(ui: &mut Ui, screen: &mut Screen, asks: &Asks, misshapen: bool, fresh: bool, colours: Colours) {
    let lang = screen.lang;
    let (heading, lead, yes) = match asks.purpose {
        Purpose::Activate => ("card.asks.title", "card.asks.lead", "card.asks.yes"),
        Purpose::Block => ("card.asks.block_title", "card.asks.block", "card.asks.block_yes"),
    };
    title(ui, t(lang, heading), colours);
    text(ui, &fill(lang, lead, &[("name", &asks.name)]), colours);
    let email = asks.email.as_deref().unwrap_or_else(|| t(lang, "card.asks.no_email"));
    let rows = [
        (t(lang, "card.asks.site"), &*asks.origin),
        (t(lang, "card.asks.number"), &asks.number),
        (t(lang, "card.asks.email"), email),
    ];
    let shown = if asks.purpose == Purpose::Block { 2 } else { 3 };
    facts(ui, rows.get(..shown).unwrap_or(&rows), colours);
    text(ui, t(lang, "card.asks.check"), colours);
    if misshapen {
        notice(ui, t(lang, "card.pin.shape"), colours.stop, colours);
    }
    let give = pin_keys(ui, screen, fresh, colours);
    quiet(ui, t(lang, "card.asks.pin"), colours);
    if primary(ui, t(lang, yes), colours).clicked() || give {
        screen.go_on();
    }
    if secondary(ui, t(lang, "card.asks.no"), colours).clicked() {
        screen.stop();
    }
    quiet(ui, &fill(lang, "card.asks.reads", &[("host", &screen.host)]), colours);
}

fn waits(ui: &mut Ui, screen: &mut Screen, failure: &Failure, fresh: bool, colours: Colours) {
    title(ui, failure.happened(screen.lang), colours);
    text(ui, &failure.todo(screen.lang), colours);
    picture::reader(ui, failure.code() == "no_reader", colours);
    let stop = secondary(ui, t(screen.lang, "card.stop"), colours);
    if fresh {
        stop.request_focus();
    }
    if stop.clicked() {
        screen.stop();
    }
}

fn busy(ui: &mut Ui, what: &str, lead: Option<&str>, colours: Colours) {
    title(ui, what, colours);
    if let Some(lead) = lead {
        text(ui, lead, colours);
    }
    ui.add_space(12.0);
    ui.add(eframe::egui::Spinner::new().size(36.0).color(colours.own));
    ui.add_space(12.0);
}

fn pin(ui: &mut Ui, screen: &mut Screen, ask: &PinAsk, misshapen: bool, fresh: bool, colours: Colours) {
    let lang = screen.lang;
    title(ui, t(lang, if ask.pad { "card.pad.button" } else { "card.pin.title" }), colours);
    let name = format!("{} {}", ask.holder.first_name, ask.holder.surname);
    facts(ui, &[(t(lang, "claim.name"), &name)], colours);
    if misshapen {
        notice(ui, t(lang, "card.pin.shape"), colours.stop, colours);
    } else if let Some(note) = &ask.note {
        notice(ui, &format!("{} {}", note.happened(lang), note.todo(lang)), colours.stop, colours);
    }
    match ask.left {
        1 => notice(ui, t(lang, "card.pin.last"), colours.care, colours),
        2 => notice(ui, &fill(lang, "card.pin.left", &[("left", "2")]), colours.care, colours),
        _ => {}
    }
    if ask.pad {
        text(ui, t(lang, "card.pad.lead"), colours);
        let button = primary(ui, t(lang, "card.pad.button"), colours);
        if fresh {
            button.request_focus();
        }
        if button.clicked() {
            screen.talk.ready_at_pad();
        }
    } else {
        // A warning says it all already, and the field shall stay in sight.
        if ask.note.is_none() {
            text(ui, t(lang, "card.pin.lead"), colours);
        }
        typed(ui, screen, fresh, colours);
    }
    stop(ui, screen, colours);
}

fn typed(ui: &mut Ui, screen: &mut Screen, fresh: bool, colours: Colours) {
    let give = pin_keys(ui, screen, fresh, colours);
    if primary(ui, t(screen.lang, "card.pin.button"), colours).clicked() || give {
        screen.give_pin();
    }
}

/// The PIN's field and its keys; `true` when Enter was pressed in it.
fn pin_keys(ui: &mut Ui, screen: &mut Screen, fresh: bool, colours: Colours) -> bool {
    let (field, keys) = pin_field(ui, t(screen.lang, "card.pin.label"), screen.pin.len(), colours);
    if fresh {
        field.request_focus();
    }
    let mut give = false;
    for key in keys {
        match key {
            PinKey::Digit(digit) => screen.pin_digit(digit),
            PinKey::Back => screen.pin_back(),
            PinKey::Give => give = true,
        }
    }
    give
}

fn returned(ui: &mut Ui, screen: &mut Screen, back: &Back, shown: bool, fresh: bool, colours: Colours) {
    let lang = screen.lang;
    title(ui, &fill(lang, "card.back.title", &[("name", &back.first_name)]), colours);
    text(ui, t(lang, if back.opened { "card.back.opened" } else { "card.back.closed" }), colours);
    if shown {
        notice(ui, t(lang, "card.back.warning"), colours.stop, colours);
        text(ui, t(lang, "card.back.digits"), colours);
        let (first, second) = back.digits.split_at_checked(3).unwrap_or((&back.digits, ""));
        let digits = RichText::new(format!("{first} {second}")).font(FontId::new(40.0, look::bold()));
        ui.label(digits.color(colours.ink));
    } else if secondary(ui, t(lang, "card.back.ask"), colours).clicked() {
        screen.talk.show_digits();
    }
    close(ui, screen, fresh, colours);
}

fn failed(ui: &mut Ui, screen: &mut Screen, failure: &Failure, fresh: bool, colours: Colours) {
    let lang = screen.lang;
    title(ui, failure.happened(lang), colours);
    text(ui, &failure.todo(lang), colours);
    quiet(ui, &fill(lang, "card.failed.code", &[("code", failure.code())]), colours);
    if screen.may_retry() && primary(ui, t(lang, "card.retry"), colours).clicked() {
        return screen.retry();
    }
    close(ui, screen, fresh, colours);
    if failure != &Failure::SERVER_NONE && secondary(ui, t(lang, "card.again"), colours).clicked() {
        screen.again();
    }
}

fn stop(ui: &mut Ui, screen: &mut Screen, colours: Colours) {
    if secondary(ui, t(screen.lang, "card.stop"), colours).clicked() {
        screen.stop();
    }
}

fn close(ui: &mut Ui, screen: &Screen, fresh: bool, colours: Colours) {
    let close = primary(ui, t(screen.lang, "card.close"), colours);
    if fresh {
        close.request_focus();
    }
    if close.clicked() {
        ui.ctx().send_viewport_cmd(ViewportCommand::Close);
    }
}

#[cfg(test)]
mod tests;
