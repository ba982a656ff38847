//! Activations at the card, from the person's yes to the browser, with the whole virtual card.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod world;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use eid_proof::{chip, web_eid};
use eid_virtual::personalise::Fault;
use eid_virtual::{Applet, Pad};
use protocol::eid::Progress;
use world::*;
use zelf_eid_session::{Failure, Slot};
use zeroize::Zeroizing;

#[test]
fn a_person_shows_the_card_and_is_sent_back_to_the_browser() {
    for applet in [Applet::V1_7, Applet::V1_8] {
        let (mut server, mut drawer, mut citizen) =
            (Double::default(), Drawer::with(card(applet, None)), Citizen::typing(["1234"]));
        assert_eq!(play(&mut server, &mut drawer, &mut citizen), Ok(()));
        assert_eq!(
            citizen.heard,
            [
                "claiming",
                "asks zelf +32 ••• •• 89 60",
                "reading",
                "holder An Peeters",
                "signing",
                "sending",
                "returned 123456",
                "finished token"
            ]
        );
        assert_eq!(citizen.opened, [format!("{ORIGIN}/activate/finish#{}", secret())]);
        assert_eq!(server.said(), [Progress::Reading, Progress::Pin, Progress::Signing]);
        let proof = &server.proofs[0];
        let token = web_eid::read(&proof.token).unwrap();
        assert_eq!(token.signed_by_holder(ORIGIN, &nonce()), Ok(()));
        assert!(token.signed_by_holder("https://other.example", &nonce()).is_err(), "bound to our origin");
        match (&proof.files.chip_key, &proof.chip_signature) {
            (Some(key), Some(signature)) => {
                let decode = |text: &String| URL_SAFE_NO_PAD.decode(text).unwrap();
                assert_eq!(chip::signature(&decode(key), &CHALLENGE, &decode(signature)), Ok(()));
                assert_eq!(applet, Applet::V1_8);
            }
            (key, signature) => assert!(key.is_none() && signature.is_none() && applet == Applet::V1_7),
        }
        assert_eq!((drawer.resets, drawer.tries()), (1, Some(3)), "the card is left without a presented PIN");
    }
}

#[test]
fn a_pin_given_with_the_yes_is_not_asked_again() {
    let (mut server, mut drawer, mut citizen) =
        (Double::default(), Drawer::with(card(Applet::V1_8, None)), Citizen::typing([]));
    citizen.with_yes = Some("1234");
    assert_eq!(play(&mut server, &mut drawer, &mut citizen), Ok(()));
    assert!(citizen.asked.is_empty());
    assert_eq!(server.said(), [Progress::Reading, Progress::Signing, Progress::Signing]);
    assert_eq!((drawer.resets, drawer.tries()), (1, Some(3)), "the card is left without a presented PIN");
}

#[test]
fn a_wrong_pin_given_with_the_yes_is_tried_once_and_then_asked_with_the_tries_left() {
    let (mut server, mut drawer, mut citizen) =
        (Double::default(), Drawer::with(card(Applet::V1_8, None)), Citizen::typing(["1234"]));
    citizen.with_yes = Some("9999");
    assert_eq!(play(&mut server, &mut drawer, &mut citizen), Ok(()));
    assert_eq!(citizen.asked, [(2, false, Some("pin_wrong".into()))]);
}

#[test]
fn the_last_try_is_never_taken_without_a_question() {
    let one_left = || {
        let (mut server, mut drawer, mut citizen) =
            (Double::default(), Drawer::with(card(Applet::V1_8, None)), Citizen::typing(["0000", "1111"]));
        let _ = play(&mut server, &mut drawer, &mut citizen);
        drawer
    };
    let (mut server, mut drawer, mut citizen) = (Double::default(), one_left(), Citizen::typing(["1234"]));
    citizen.with_yes = Some("9999");
    assert_eq!(drawer.tries(), Some(1));
    assert_eq!(play(&mut server, &mut drawer, &mut citizen), Ok(()));
    assert_eq!(citizen.asked, [(1, false, None)], "warned, and what was typed before is forgotten");
}

#[test]
fn a_reader_with_keys_gets_no_pin_from_the_computer() {
    let typed = Pad::Types(Zeroizing::new("1234".to_owned()));
    let (mut server, mut drawer, mut citizen) =
        (Double::default(), Drawer::with(card(Applet::V1_8, None).on_pad(typed)), Citizen::typing(["pad"]));
    citizen.with_yes = Some("9999");
    assert_eq!(play(&mut server, &mut drawer, &mut citizen), Ok(()));
    assert_eq!(citizen.asked, [(3, true, None)]);
}

#[test]
fn nothing_is_done_with_the_card_before_the_persons_yes() {
    let (mut server, mut drawer, mut citizen) =
        (Double::default(), Drawer::with(card(Applet::V1_8, None)), Citizen::typing(["1234"]));
    citizen.yes = false;
    assert_eq!(play(&mut server, &mut drawer, &mut citizen), Err(Failure::STOPPED));
    assert_eq!((drawer.held, server.said()), (0, vec![Progress::Stopped]));
}

#[test]
fn a_wrong_pin_costs_one_try_and_is_never_tried_again_by_itself() {
    let (mut server, mut drawer, mut citizen) =
        (Double::default(), Drawer::with(card(Applet::V1_8, None)), Citizen::typing(["9999"]));
    assert_eq!(play(&mut server, &mut drawer, &mut citizen), Err(Failure::PIN_WRONG));
    assert_eq!(citizen.asked, [(3, false, None), (2, false, Some("pin_wrong".into()))]);
    assert_eq!(drawer.tries(), Some(2));
    assert!(server.progress.contains(&(Progress::PinWrong, Some(2))));
    assert!(server.proofs.is_empty());
}

#[test]
fn a_second_thought_about_the_pin_goes_on() {
    let (mut server, mut drawer, mut citizen) =
        (Double::default(), Drawer::with(card(Applet::V1_7, None)), Citizen::typing(["9999", "1234"]));
    assert_eq!(play(&mut server, &mut drawer, &mut citizen), Ok(()));
    assert_eq!(drawer.tries(), Some(3), "the right PIN fills the counter again");
}

#[test]
fn the_third_wrong_pin_blocks_and_says_what_to_do() {
    let (mut server, mut drawer, mut citizen) =
        (Double::default(), Drawer::with(card(Applet::V1_8, None)), Citizen::typing(["0000", "1111", "2222", "1234"]));
    let failure = play(&mut server, &mut drawer, &mut citizen).unwrap_err();
    assert_eq!(failure, Failure::PIN_BLOCKED);
    assert_eq!(citizen.asked.iter().map(|(left, ..)| *left).collect::<Vec<_>>(), [3, 2, 1], "warned at one left");
    assert_eq!(server.progress.last(), Some(&(Progress::PinBlocked, Some(0))));
    assert!(failure.todo(words::Lang::Nl).contains("gemeente"));
}

#[test]
fn a_blocked_card_is_told_before_any_pin_is_asked() {
    let (mut server, mut drawer, mut citizen) =
        (Double::default(), Drawer::with(card(Applet::V1_7, Some(Fault::BlockedPin))), Citizen::typing(["1234"]));
    assert_eq!(play(&mut server, &mut drawer, &mut citizen), Err(Failure::PIN_BLOCKED));
    assert!(citizen.asked.is_empty());
}

#[test]
fn a_card_pulled_out_in_mid_read_is_put_back_and_read_from_the_start() {
    let puts = [
        Put::Card(Box::new(card(Applet::V1_8, None).pulled_out_after(20))),
        Put::Nothing(Slot::Empty),
        Put::Card(Box::new(card(Applet::V1_8, None))),
    ];
    let (mut server, mut drawer, mut citizen) = (Double::default(), Drawer::new(puts), Citizen::typing(["1234"]));
    assert_eq!(play(&mut server, &mut drawer, &mut citizen), Ok(()));
    let seen: Vec<&str> = citizen.heard.iter().skip(2).take(5).map(String::as_str).collect();
    assert_eq!(seen, ["reading", "waits card_removed", "waits no_card", "reading", "holder An Peeters"]);
    assert_eq!(server.said()[..4], [Progress::Reading, Progress::Removed, Progress::NoCard, Progress::Reading]);
}

#[test]
fn a_card_pulled_out_wherever_it_hurts_never_breaks_the_activation() {
    for after in (1..140).step_by(13) {
        let puts = [
            Put::Card(Box::new(card(Applet::V1_8, None).pulled_out_after(after))),
            Put::Nothing(Slot::Empty),
            Put::Card(Box::new(card(Applet::V1_8, None))),
        ];
        let (mut server, mut drawer, mut citizen) =
            (Double::default(), Drawer::new(puts), Citizen::typing(["1234", "1234"]));
        assert_eq!(play(&mut server, &mut drawer, &mut citizen), Ok(()), "pulled out after {after} commands");
        assert_eq!(server.proofs.len(), 1);
    }
}

#[test]
fn another_card_between_name_and_pin_does_not_get_the_pin() {
    let puts = [
        Put::Card(Box::new(card(Applet::V1_8, None))),
        Put::Card(Box::new(whose(Applet::V1_8, None, "Janssens", "90020199704"))),
    ];
    let (mut server, mut drawer, mut citizen) =
        (Double::default(), Drawer::new(puts), Citizen::typing(["1234", "1234"]));
    struct Swapping<'a>(&'a mut Drawer, u32);
    impl zelf_eid_session::Reader for Swapping<'_> {
        fn look(&mut self, wait: std::time::Duration) -> Slot {
            self.0.look(wait)
        }
        fn hold(
            &mut self,
            leave: zelf_eid_session::Leave,
            work: &mut dyn FnMut(&mut dyn eid_card::Transport),
        ) -> Result<(), eid_card::TransportError> {
            self.1 += 1;
            if self.1 == 2 {
                // Somebody changes the card while the PIN is typed.
                for _ in 0..4 {
                    self.0.look(std::time::Duration::from_millis(1));
                }
            }
            self.0.hold(leave, work)
        }
    }
    let start = zelf_eid_session::Start::from_session("A1b2C3d4E5f6G7h8J9k0Lm").unwrap();
    let pace = zelf_eid_session::Pace { watch: std::time::Duration::ZERO, ..zelf_eid_session::Pace::default() };
    let mut swapping = Swapping(&mut drawer, 0);
    assert_eq!(zelf_eid_session::activate(&mut server, &mut swapping, &mut citizen, &start, pace), Ok(()));
    let names: Vec<&String> = citizen.heard.iter().filter(|line| line.starts_with("holder")).collect();
    assert_eq!(names, ["holder An Peeters", "holder An Janssens"], "the other name is shown, the PIN asked anew");
    assert_eq!(citizen.asked.len(), 2);
}

#[test]
fn a_bank_card_is_told_and_changed() {
    let puts = [
        Put::Nothing(Slot::NoReader),
        Put::BankCard,
        Put::Nothing(Slot::Mute),
        Put::Card(Box::new(card(Applet::V1_7, None))),
    ];
    let (mut server, mut drawer, mut citizen) = (Double::default(), Drawer::new(puts), Citizen::typing(["1234"]));
    assert_eq!(play(&mut server, &mut drawer, &mut citizen), Ok(()));
    let waits: Vec<&String> = citizen.heard.iter().filter(|line| line.starts_with("waits")).collect();
    assert_eq!(waits, ["waits no_reader", "waits card_unknown", "waits card_wrong_way"]);
    assert_eq!(server.said()[..4], [Progress::NoReader, Progress::Reading, Progress::UnknownCard, Progress::WrongWay]);
}

#[test]
fn a_reader_with_keys_takes_the_pin_itself() {
    let pad = |pad: Pad| Drawer::with(card(Applet::V1_8, None).on_pad(pad));
    let typed = Pad::Types(Zeroizing::new("1234".to_owned()));
    let (mut server, mut drawer, mut citizen) = (Double::default(), pad(typed), Citizen::typing(["pad"]));
    assert_eq!(play(&mut server, &mut drawer, &mut citizen), Ok(()));
    assert_eq!(citizen.asked, [(3, true, None)]);
    assert!(citizen.heard.contains(&"on pad".to_owned()));
    assert!(server.said().contains(&Progress::PinPad));

    for (at_the_keys, code) in [(Pad::Cancels, "pin_cancelled"), (Pad::Waits, "pin_timeout")] {
        let (mut server, mut drawer, mut citizen) = (Double::default(), pad(at_the_keys), Citizen::typing(["pad"]));
        assert_eq!(play(&mut server, &mut drawer, &mut citizen).unwrap_err().code(), code);
        assert_eq!(citizen.asked[1], (3, true, Some(code.to_owned())), "asked once more, no try lost");
    }
}

#[test]
fn cards_that_cannot_take_part_say_why() {
    for (fault, code) in [(Fault::WrongState, "card_not_activated"), (Fault::BlockedPin, "pin_blocked")] {
        let (mut server, mut drawer, mut citizen) =
            (Double::default(), Drawer::with(card(Applet::V1_8, Some(fault))), Citizen::typing(["1234"]));
        assert_eq!(play(&mut server, &mut drawer, &mut citizen).unwrap_err().code(), code);
        assert!(citizen.asked.is_empty());
    }
}

#[test]
fn another_program_that_resets_the_card_costs_nothing() {
    let (mut server, mut drawer, mut citizen) =
        (Double::default(), Drawer::with(card(Applet::V1_8, None)), Citizen::typing(["1234"]));
    drawer.disturbed = 2;
    assert_eq!(play(&mut server, &mut drawer, &mut citizen), Ok(()));
    drawer.disturbed = u32::MAX;
    let mut citizen = Citizen::typing(["1234"]);
    citizen.patience = 60;
    assert_eq!(play(&mut Double::default(), &mut drawer, &mut citizen), Err(Failure::STOPPED), "no endless loop");
    assert!(citizen.heard.contains(&"waits card_failed".to_owned()));
}

#[test]
fn a_server_that_answers_nonsense_gets_no_signature() {
    let spoils: [fn(&mut Double); 3] = [
        |server| server.claimed.as_mut().unwrap().origin = "https://tax.example".into(),
        |server| server.claimed.as_mut().unwrap().nonce = "short".into(),
        |server| server.claimed = Err(Failure::SERVER_NONSENSE),
    ];
    for spoil in spoils {
        let (mut server, mut drawer, mut citizen) =
            (Double::default(), Drawer::with(card(Applet::V1_8, None)), Citizen::typing(["1234"]));
        spoil(&mut server);
        assert_eq!(play(&mut server, &mut drawer, &mut citizen), Err(Failure::SERVER_NONSENSE));
        assert_eq!((drawer.held, citizen.asked.len()), (0, 0));
    }
    let (mut server, mut drawer, mut citizen) =
        (Double::default(), Drawer::with(card(Applet::V1_8, None)), Citizen::typing(["1234"]));
    server.returned.as_mut().unwrap().url = "file:///etc/passwd".into();
    assert_eq!(play(&mut server, &mut drawer, &mut citizen), Err(Failure::SERVER_NONSENSE));
    assert!(citizen.opened.is_empty(), "nothing is opened");
}

#[test]
fn what_the_server_refuses_is_told_and_ends_it() {
    let (mut server, mut drawer, mut citizen) =
        (Double::default(), Drawer::with(card(Applet::V1_8, None)), Citizen::typing(["1234"]));
    server.returned = Err(Failure::of_server("certificate_revoked", None));
    assert_eq!(play(&mut server, &mut drawer, &mut citizen).unwrap_err().code(), "certificate_revoked");

    let (mut server, mut drawer, mut citizen) =
        (Double::default(), Drawer::with(card(Applet::V1_8, None)), Citizen::typing(["1234"]));
    server.told = Err(Failure::of_server("session_expired", None));
    assert_eq!(play(&mut server, &mut drawer, &mut citizen).unwrap_err().code(), "session_expired");
    assert!(citizen.asked.is_empty(), "no PIN for a page that is gone");

    let (mut server, mut drawer, mut citizen) =
        (Double::default(), Drawer::with(card(Applet::V1_8, None)), Citizen::typing(["1234"]));
    server.told = Err(Failure::SERVER_UNREACHABLE);
    assert_eq!(play(&mut server, &mut drawer, &mut citizen), Ok(()), "a page that misses a word is no reason to stop");
}

#[test]
fn the_end_in_another_browser_is_told() {
    let (mut server, mut drawer, mut citizen) =
        (Double::default(), Drawer::with(card(Applet::V1_8, None)), Citizen::typing(["1234"]));
    server.states = [("proven", None), ("ended", Some("other_browser"))].into();
    assert_eq!(play(&mut server, &mut drawer, &mut citizen).unwrap_err().code(), "other_browser");
}

#[test]
fn a_person_who_leaves_while_a_card_is_awaited_stops_it() {
    let (mut server, mut drawer, mut citizen) =
        (Double::default(), Drawer::new([Put::Nothing(Slot::NoReader)]), Citizen::typing([]));
    citizen.patience = 3;
    assert_eq!(play(&mut server, &mut drawer, &mut citizen), Err(Failure::STOPPED));
    assert_eq!(server.said(), [Progress::NoReader, Progress::Stopped]);
}
