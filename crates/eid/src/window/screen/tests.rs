#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Instant;

use eid_session::{Asks, Back, Consent, Desk, Event, Holder, Person, PinAnswer, PinAsk, Purpose, desk};

use super::*;

const LINK: &str = "zelf-eid://activate?s=A1b2C3d4E5f6G7h8J9k0Lm";

/// A screen whose activation is played by `play` on another thread.
fn screen(play: fn(&mut Desk) -> Result<(), Failure>) -> (Screen, Receiver<()>) {
    let (done, is_done) = channel();
    let launch: Launch = Box::new(move |_| {
        let (mut side, front) = desk(Box::new(|| ()), Box::new(|_| true));
        let done = done.clone();
        thread::spawn(move || {
            let end = play(&mut side);
            side.over(end);
            let _ = done.send(());
        });
        Ok(front)
    });
    (Screen::new(Lang::Nl, "zelf.example".to_owned(), launch), is_done)
}

fn until(screen: &mut Screen, reached: fn(&Step) -> bool) {
    let since = Instant::now();
    while !reached(&screen.talk.step) {
        screen.look();
        assert!(since.elapsed() < Duration::from_secs(5), "the screen never came");
        thread::sleep(Duration::from_millis(2));
    }
}

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
        lang: Lang::Fr,
        seconds: 600,
    }
}

#[test]
fn a_person_confirms_types_the_pin_and_is_sent_back() {
    let (mut screen, _) = screen(|side| {
        assert!(matches!(side.goes_on(&asks()), Consent::Yes));
        side.hears(Event::Reading);
        side.hears(Event::Holder(holder()));
        let PinAnswer::Typed(pin) = side.pin(&ask(3, None)) else { panic!("no PIN") };
        assert_eq!(pin.block().first(), Some(&0x24), "four digits");
        side.hears(Event::Sending);
        let back = Back { url: String::new(), digits: "123456".to_owned(), first_name: "An".to_owned(), opened: true };
        side.hears(Event::Returned(back));
        Ok(())
    });
    screen.start(Start::from_link(LINK).unwrap());
    until(&mut screen, |step| matches!(step, Step::Asks(..)));
    assert_eq!(screen.lang, Lang::Fr, "the page's language");
    assert!(screen.test_world);
    screen.go_on();
    assert!(matches!(screen.talk.step, Step::Asks(..)), "a key that was meant for something else is no yes");
    thread::sleep(THOUGHT);
    screen.go_on();
    until(&mut screen, |step| matches!(step, Step::Pin(..)));
    "12x3 4".chars().for_each(|key| screen.pin_digit(key));
    assert_eq!(&**screen.pin, "1234");
    screen.give_pin();
    assert!(screen.pin.is_empty(), "wiped as soon as it is given");
    until(&mut screen, |step| matches!(step, Step::Back(_, false)));
    screen.talk.show_digits();
    assert!(matches!(screen.talk.step, Step::Back(_, true)));
}

#[test]
fn the_pin_may_come_with_the_yes() {
    let (mut screen, is_done) = screen(|side| {
        let Consent::WithPin(pin) = side.goes_on(&asks()) else { panic!("no PIN") };
        assert_eq!(pin.block().first(), Some(&0x24), "four digits");
        Ok(())
    });
    screen.start(Start::from_link(LINK).unwrap());
    until(&mut screen, |step| matches!(step, Step::Asks(..)));
    thread::sleep(THOUGHT);
    "123".chars().for_each(|key| screen.pin_digit(key));
    screen.go_on();
    assert!(matches!(screen.talk.step, Step::Asks(_, true)), "what is no PIN goes nowhere");
    assert!(screen.pin.is_empty());
    "1234".chars().for_each(|key| screen.pin_digit(key));
    screen.go_on();
    assert!(screen.pin.is_empty(), "wiped as soon as it is given");
    assert!(is_done.recv_timeout(Duration::from_secs(5)).is_ok());
}

#[test]
fn what_cannot_be_a_pin_never_reaches_the_card() {
    let (mut screen, _) = screen(|side| {
        assert!(matches!(side.pin(&ask(3, None)), PinAnswer::Stop), "only the stop arrives");
        Err(Failure::STOPPED)
    });
    screen.start(Start::from_link(LINK).unwrap());
    until(&mut screen, |step| matches!(step, Step::Pin(..)));
    screen.pin_digit('1');
    screen.give_pin();
    assert!(matches!(screen.talk.step, Step::Pin(_, true)));
    screen.stop();
    until(&mut screen, |step| matches!(step, Step::Failed(_)));
}

#[test]
fn a_wrong_pin_is_asked_again_from_an_empty_field() {
    let (mut screen, _) = screen(|side| {
        side.pin(&ask(3, None));
        side.pin(&ask(2, Some(Failure::PIN_WRONG)));
        Ok(())
    });
    screen.start(Start::from_link(LINK).unwrap());
    until(&mut screen, |step| matches!(step, Step::Pin(..)));
    "9999".chars().for_each(|key| screen.pin_digit(key));
    screen.give_pin();
    until(&mut screen, |step| matches!(step, Step::Pin(PinAsk { left: 2, note: Some(_), .. }, _)));
    assert!(screen.pin.is_empty());
}

#[test]
fn closing_the_window_stops_the_activation() {
    let (mut screen, is_done) = screen(|side| {
        assert!(matches!(side.goes_on(&asks()), Consent::No), "nobody said go on");
        Err(Failure::STOPPED)
    });
    screen.start(Start::from_link(LINK).unwrap());
    until(&mut screen, |step| matches!(step, Step::Asks(..)));
    assert!(screen.talk.is_running());
    drop(screen);
    assert!(is_done.recv_timeout(Duration::from_secs(5)).is_ok());
}

#[test]
fn a_code_of_the_wrong_form_starts_nothing() {
    let (mut screen, _) = screen(|_| Ok(()));
    screen.code = "7K3M".to_owned();
    screen.use_code();
    assert!(matches!(&screen.talk.step, Step::Code(Some(failure)) if failure.code() == "code_invalid"));
    assert!(!screen.talk.is_running());
}

#[test]
fn without_a_network_the_same_link_may_be_tried_again() {
    let (mut screen, _) = screen(|_| Err(Failure::SERVER_UNREACHABLE));
    screen.start(Start::from_link(LINK).unwrap());
    until(&mut screen, |step| matches!(step, Step::Failed(_)));
    assert!(screen.may_retry());
    screen.retry();
    assert!(matches!(screen.talk.step, Step::Claiming));

    let (mut screen, _) = self::screen(|side| {
        side.goes_on(&asks());
        Err(Failure::SERVER_UNREACHABLE)
    });
    screen.start(Start::from_link(LINK).unwrap());
    until(&mut screen, |step| matches!(step, Step::Asks(..)));
    thread::sleep(THOUGHT);
    screen.go_on();
    until(&mut screen, |step| matches!(step, Step::Failed(_)));
    assert!(!screen.may_retry(), "a second claim would end the enrolment");
}
