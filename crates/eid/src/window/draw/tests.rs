//! The window as a keyboard and a screen reader meet it.

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use eid_session::{Holder, Purpose};
use words::Lang;

use super::*;

fn holder() -> Holder {
    Holder { first_name: "An".to_owned(), surname: "Peeters".to_owned() }
}

fn ask(left: u8, note: Option<Failure>) -> PinAsk {
    PinAsk { holder: holder(), left, pad: false, note }
}

fn asks() -> Asks {
    Asks {
        name: "zelf".to_owned(),
        origin: "https://zelf.example".to_owned(),
        number: "+32 ••• •• 89 60".to_owned(),
        email: None,
        test_world: true,
        purpose: Purpose::Activate,
        lang: Lang::Nl,
        seconds: 600,
    }
}

fn back(opened: bool) -> Back {
    Back { url: String::new(), digits: "482915".to_owned(), first_name: "An".to_owned(), opened }
}

fn steps() -> Vec<Step> {
    vec![
        Step::Code(None),
        Step::Code(Some(Failure::CODE_INVALID)),
        Step::Claiming,
        Step::Asks(asks(), false),
        Step::Asks(Asks { purpose: Purpose::Block, ..asks() }, true),
        Step::Waits(Failure::NO_READER),
        Step::Waits(Failure::CARD_REMOVED),
        Step::Reading,
        Step::Pin(ask(3, None), false),
        Step::Pin(ask(2, Some(Failure::PIN_WRONG)), true),
        Step::Pin(ask(1, Some(Failure::PIN_WRONG)), false),
        Step::Pin(PinAsk { pad: true, ..ask(3, Some(Failure::PIN_TIMEOUT)) }, false),
        Step::OnPad,
        Step::Signing,
        Step::Sending,
        Step::Back(back(true), false),
        Step::Back(back(false), true),
        Step::Finished,
        Step::Failed(Failure::PIN_BLOCKED),
    ]
}

/// A drawn screen at `step`.
fn at(lang: Lang, step: Step) -> Harness<'static, Screen> {
    let mut model = Screen::new(lang, "zelf.example".to_owned(), Box::new(|_| Err(Failure::SERVER_UNREACHABLE)));
    model.talk.goes_to(step);
    let (mut dressed, mut focused) = (false, u64::MAX);
    let draw = move |context: &Context, model: &mut Screen| {
        // Letters are there from the frame after the one that brings them.
        if !std::mem::replace(&mut dressed, true) {
            return look::dress(context);
        }
        let fresh = focused != model.talk.turn;
        focused = model.talk.turn;
        screen(context, model, fresh);
    };
    let mut harness = Harness::builder().with_size(vec2(420.0, 700.0)).build_state(draw, model);
    harness.run_steps(3);
    harness
}

#[test]
fn every_step_has_one_heading_and_something_to_press_or_wait_for() {
    for lang in Lang::ALL {
        for (place, step) in steps().into_iter().enumerate() {
            let busy = matches!(step, Step::Claiming | Step::OnPad | Step::Signing | Step::Sending);
            let harness = at(lang, step);
            let headings = harness.query_all_by_role(Role::Heading).count();
            assert_eq!(headings, 1, "{lang:?}, step {place}");
            let buttons = harness.query_all_by_role(Role::Button).count();
            assert_eq!(buttons == 0, busy, "{lang:?}, step {place}: {buttons} buttons");
            let focused = harness.root().children_recursive().filter(|node| node.is_focused()).count();
            assert!(busy || focused == 1 || place == 7, "{lang:?}, step {place}: nothing has the focus");
        }
    }
}

#[test]
fn who_asks_is_said_before_the_yes() {
    let harness = at(Lang::Nl, Step::Asks(asks(), false));
    for text in ["https://zelf.example", "+32 ••• •• 89 60", "geen"] {
        assert!(harness.query_by_label(text).is_some(), "{text}");
    }
    assert!(harness.get_by_role(Role::PasswordInput).is_focused(), "the PIN stands on the same screen");
    assert!(harness.query_by_label("Ja, lees mijn kaart").is_some());
    let block = Asks { purpose: Purpose::Block, ..asks() };
    let harness = at(Lang::Nl, Step::Asks(block, false));
    assert!(harness.query_by_label_contains("blokkeren").is_some() && harness.query_by_label("geen").is_none());
}

#[test]
fn the_pin_is_typed_by_keyboard_and_never_spoken() {
    let mut harness = at(Lang::Nl, Step::Pin(ask(3, None), false));
    for digit in ["1", "2", "x", "3", "4"] {
        harness.event(Event::Text(digit.to_owned()));
    }
    harness.event(Event::Paste("5678".to_owned()));
    harness.run_steps(2);
    assert_eq!(&**harness.state().pin, "1234", "digits only, and nothing pasted");
    let field = harness.get_by_role(Role::PasswordInput);
    let node = field.accesskit_node();
    assert_eq!((node.label().as_deref(), node.value().as_deref()), (Some("Pincode"), Some("••••")));
    harness.key_press(Key::Backspace);
    harness.run_steps(2);
    assert_eq!(harness.state().pin.len(), 3);
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    assert!(harness.state().pin.is_empty(), "what is no PIN is wiped too");
    assert!(harness.query_by_label_contains("4 tot 12 cijfers").is_some());
}

#[test]
fn the_last_try_is_told_before_it_is_used() {
    let harness = at(Lang::Nl, Step::Pin(ask(1, Some(Failure::PIN_WRONG)), false));
    assert!(harness.query_by_label_contains("Dit is de laatste poging").is_some());
    assert!(at(Lang::Nl, Step::Pin(ask(3, None), false)).query_by_label_contains("laatste poging").is_none());
}

#[test]
fn the_six_digits_come_on_request_with_a_warning() {
    let mut harness = at(Lang::Nl, Step::Back(back(true), false));
    assert!(harness.query_by_label("482 915").is_none());
    harness.get_by_label("Toon mij de zes cijfers").click();
    harness.run_steps(3);
    assert!(harness.query_by_label("482 915").is_some());
    assert!(harness.query_by_label_contains("oplichter").is_some());
}

#[test]
fn a_code_is_typed_and_given_with_enter() {
    let mut harness = at(Lang::Nl, Step::Code(None));
    harness.event(Event::Text("7k3m".to_owned()));
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert!(matches!(harness.state().talk.step, Step::Code(Some(_))));
    harness.event(Event::Text("-9x2q".to_owned()));
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert!(matches!(&harness.state().talk.step, Step::Failed(failure) if failure == &Failure::SERVER_UNREACHABLE));
    harness.get_by_label("Opnieuw proberen").click();
    harness.run_steps(3);
    assert!(harness.state().may_retry());
}

#[test]
fn a_second_window_says_so() {
    let mut harness = at(Lang::Nl, Step::Code(None));
    harness.state_mut().open_already = true;
    harness.run_steps(2);
    assert!(harness.query_by_label_contains("al open").is_some());
    assert!(harness.query_by_role(Role::TextInput).is_none());
}
