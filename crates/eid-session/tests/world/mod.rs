//! A server, a reader and a person made for tests; the card is the virtual one, whole.

use std::collections::VecDeque;
use std::sync::OnceLock;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use eid_card::{Pin, Transport, TransportError};
use eid_virtual::personalise::{self, Fault};
use eid_virtual::pki::TestPki;
use eid_virtual::{Applet, VirtualCard, person};
use protocol::eid::{Claimed, Progress, ProofBody, Purpose, Returned, State};
use zelf_eid_session::{
    Asks, Consent, Event, Failure, Leave, Pace, Person, PinAnswer, PinAsk, Reader, Server, Slot, Start, activate,
};

pub const ORIGIN: &str = "https://zelf.example";
pub const NOW: i64 = 1_795_000_000;
pub const CHALLENGE: [u8; 48] = [9; 48];

pub fn nonce() -> String {
    STANDARD.encode([7; 32])
}

fn pki() -> &'static TestPki {
    static PKI: OnceLock<TestPki> = OnceLock::new();
    PKI.get_or_init(|| TestPki::load_or_create(&tempfile::tempdir().unwrap().keep(), "http://127.0.0.1:1").unwrap())
}

/// A card with PIN 1234.
pub fn card(applet: Applet, fault: Option<Fault>) -> VirtualCard {
    whose(applet, fault, "Peeters", "")
}

pub fn whose(applet: Applet, fault: Option<Fault>, surname: &str, national_number: &str) -> VirtualCard {
    let person = person::Person {
        given_names: "An Maria".into(),
        surname: surname.into(),
        national_number: national_number.into(),
        pin: "1234".into(),
        ..person::Person::default()
    };
    VirtualCard::new(personalise::card(&person, applet, pki(), fault, NOW).unwrap())
}

pub fn secret() -> String {
    "s".repeat(22)
}

/// Answers as the contract says, unless told otherwise.
pub struct Double {
    pub claimed: Result<Claimed, Failure>,
    pub returned: Result<Returned, Failure>,
    pub states: VecDeque<(&'static str, Option<&'static str>)>,
    /// What a progress report is answered with.
    pub told: Result<(), Failure>,
    pub progress: Vec<(Progress, Option<u8>)>,
    pub proofs: Vec<ProofBody>,
}

impl Default for Double {
    fn default() -> Self {
        Double {
            claimed: Ok(Claimed {
                ticket: "t".repeat(22),
                name: "zelf".into(),
                origin: ORIGIN.into(),
                number: "+32 ••• •• 89 60".into(),
                email: Some("a•••@voorbeeld.be".into()),
                terms: "2026-11".into(),
                lang: "nl".into(),
                nonce: nonce(),
                challenge: URL_SAFE_NO_PAD.encode(CHALLENGE),
                expires: NOW + 600,
                now: NOW,
                test_world: true,
                purpose: Purpose::Activate,
            }),
            returned: Ok(Returned {
                url: format!("{ORIGIN}/activate/finish#{}", secret()),
                digits: "123456".into(),
                first_name: "An".into(),
            }),
            states: VecDeque::from([("proven", None), ("token", None)]),
            told: Ok(()),
            progress: Vec::new(),
            proofs: Vec::new(),
        }
    }
}

impl Double {
    pub fn said(&self) -> Vec<Progress> {
        self.progress.iter().map(|(progress, _)| *progress).collect()
    }
}

impl Server for Double {
    fn origin(&self) -> &str {
        ORIGIN
    }

    fn claim(&mut self, _: &Start) -> Result<Claimed, Failure> {
        self.claimed.clone()
    }

    fn progress(&mut self, _: &str, progress: Progress, left: Option<u8>) -> Result<(), Failure> {
        self.progress.push((progress, left));
        self.told.clone()
    }

    fn proof(&mut self, proof: &ProofBody) -> Result<Returned, Failure> {
        self.proofs.push(proof.clone());
        self.returned.clone()
    }

    fn state(&mut self, _: &str) -> Result<State, Failure> {
        let (step, error) = self.states.pop_front().ok_or(Failure::SERVER_UNREACHABLE)?;
        let error = error.map(str::to_owned);
        Ok(State { step: step.into(), progress: None, left: None, error, expires: NOW, now: NOW, device: None })
    }
}

/// What is in the reader, one after the other: the next comes when the one before was pulled out or looked at twice.
pub enum Put {
    Nothing(Slot),
    Card(Box<VirtualCard>),
    /// A chip card that is no identity card.
    BankCard,
}

pub struct Drawer {
    queue: VecDeque<Put>,
    at: Put,
    count: u32,
    looks: u32,
    pub held: u32,
    pub resets: u32,
    /// The first so many times, another program resets the card under us.
    pub disturbed: u32,
}

struct BankCard;

impl Transport for BankCard {
    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
        Ok(vec![0x6A, 0x82])
    }
}

impl Drawer {
    pub fn new(puts: impl IntoIterator<Item = Put>) -> Drawer {
        let mut queue: VecDeque<Put> = puts.into_iter().collect();
        let at = queue.pop_front().unwrap();
        Drawer { queue, at, count: 1, looks: 0, held: 0, resets: 0, disturbed: 0 }
    }

    pub fn with(card: VirtualCard) -> Drawer {
        Drawer::new([Put::Card(Box::new(card))])
    }

    fn next(&mut self) {
        if let Some(next) = self.queue.pop_front() {
            (self.at, self.looks) = (next, 0);
            self.count += 1;
        }
    }

    /// The PIN counter of the card that is in the reader now.
    pub fn tries(&self) -> Option<u8> {
        match &self.at {
            Put::Card(card) => Some(card.pin_tries()),
            Put::Nothing(_) | Put::BankCard => None,
        }
    }
}

impl Reader for Drawer {
    fn look(&mut self, wait: Duration) -> Slot {
        self.looks += u32::from(!wait.is_zero());
        if self.looks > 2 {
            self.next();
        }
        match &self.at {
            Put::Nothing(slot) => *slot,
            Put::Card(_) | Put::BankCard => Slot::Card(self.count),
        }
    }

    fn hold(&mut self, leave: Leave, work: &mut dyn FnMut(&mut dyn Transport)) -> Result<(), TransportError> {
        self.held += 1;
        if self.disturbed > 0 {
            self.disturbed -= 1;
            return Err(TransportError::Reset);
        }
        match &mut self.at {
            Put::Nothing(_) => return Err(TransportError::Removed),
            Put::BankCard => work(&mut BankCard),
            Put::Card(card) => {
                let mut gone = Gone { card, gone: false };
                work(&mut gone);
                let gone = gone.gone;
                if leave == Leave::Reset {
                    card.reset();
                    self.resets += 1;
                }
                if gone {
                    self.next();
                    return Err(TransportError::Removed);
                }
            }
        }
        Ok(())
    }
}

struct Gone<'a> {
    card: &'a mut VirtualCard,
    gone: bool,
}

impl Transport for Gone<'_> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let answer = Transport::transmit(self.card, command);
        self.gone |= answer.is_err();
        answer
    }

    fn verify_on_pad(&mut self) -> Option<Result<u16, TransportError>> {
        Transport::verify_on_pad(self.card)
    }

    fn has_pad(&self) -> bool {
        Transport::has_pad(&*self.card)
    }
}

/// Types the given PINs, one at each question, then stops.
pub struct Citizen {
    pub yes: bool,
    /// Typed together with the yes.
    pub with_yes: Option<&'static str>,
    pub pins: VecDeque<&'static str>,
    pub heard: Vec<String>,
    pub asked: Vec<(u8, bool, Option<String>)>,
    pub opened: Vec<String>,
    /// Stops after so many questions whether they stop.
    pub patience: u32,
}

impl Citizen {
    pub fn typing(pins: impl IntoIterator<Item = &'static str>) -> Citizen {
        let (heard, asked, opened) = (Vec::new(), Vec::new(), Vec::new());
        Citizen { yes: true, with_yes: None, pins: pins.into_iter().collect(), heard, asked, opened, patience: 1000 }
    }
}

impl Person for Citizen {
    fn hears(&mut self, event: Event) {
        self.heard.push(match event {
            Event::Claiming => "claiming".into(),
            Event::Waits(failure) => format!("waits {failure}"),
            Event::Reading => "reading".into(),
            Event::Holder(holder) => format!("holder {} {}", holder.first_name, holder.surname),
            Event::OnPad => "on pad".into(),
            Event::Signing => "signing".into(),
            Event::Sending => "sending".into(),
            Event::Returned(back) => format!("returned {}", back.digits),
            Event::Finished(step) => format!("finished {step}"),
        });
    }

    fn goes_on(&mut self, asks: &Asks) -> Consent {
        self.heard.push(format!("asks {} {}", asks.name, asks.number));
        match self.with_yes {
            _ if !self.yes => Consent::No,
            Some(digits) => Consent::WithPin(Pin::new(digits).ok().unwrap()),
            None => Consent::Yes,
        }
    }

    fn pin(&mut self, ask: &PinAsk) -> PinAnswer {
        self.asked.push((ask.left, ask.pad, ask.note.as_ref().map(|note| note.code().to_owned())));
        match self.pins.pop_front() {
            Some("pad") => PinAnswer::OnPad,
            Some(digits) => PinAnswer::Typed(Pin::new(digits).ok().unwrap()),
            None => PinAnswer::Stop,
        }
    }

    fn opens(&mut self, url: &str) -> bool {
        self.opened.push(url.to_owned());
        true
    }

    fn stops(&mut self) -> bool {
        self.patience = self.patience.saturating_sub(1);
        self.patience == 0
    }
}

pub fn play(server: &mut Double, drawer: &mut Drawer, citizen: &mut Citizen) -> Result<(), Failure> {
    let pace = Pace {
        patience: Duration::from_secs(5),
        look: Duration::from_millis(1),
        poll: Duration::from_millis(1),
        watch: Duration::from_millis(200),
    };
    let start = Start::from_session("A1b2C3d4E5f6G7h8J9k0Lm").unwrap();
    activate(server, drawer, citizen, &start, pace)
}
