//! The card at the end of a wire, as the `vpcd` driver speaks it: length and body in two writes, no hurry of its own.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use eid_card::{Card, Pin, Transport, TransportError};
use zelf_eid_virtual::person::Person;
use zelf_eid_virtual::pki::TestPki;
use zelf_eid_virtual::{Applet, VirtualCard, personalise, vpcd};

struct Driver {
    stream: TcpStream,
    commands: u32,
}

impl Driver {
    fn send(&mut self, body: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(&u16::try_from(body.len()).unwrap().to_be_bytes())?;
        self.stream.write_all(body)
    }

    fn ask(&mut self, body: &[u8]) -> std::io::Result<Vec<u8>> {
        self.commands += 1;
        self.send(body)?;
        let mut length = [0; 2];
        self.stream.read_exact(&mut length)?;
        let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
        self.stream.read_exact(&mut answer)?;
        Ok(answer)
    }
}

impl Transport for Driver {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.ask(command).map_err(|_| TransportError::Removed)
    }
}

#[test]
fn a_whole_card_in_less_than_the_bar() {
    let folder = tempfile::tempdir().unwrap();
    let pki = TestPki::load_or_create(folder.path(), "http://127.0.0.1:1").unwrap();
    for applet in [Applet::V1_7, Applet::V1_8] {
        let mut chip =
            VirtualCard::new(personalise::card(&Person::default(), applet, &pki, None, 1_795_000_000).unwrap());
        let atr = chip.atr();
        let port = TcpListener::bind("127.0.0.1:0").unwrap();
        let inserted = vpcd::insert(&port.local_addr().unwrap().to_string()).unwrap();
        let pull = inserted.pull().unwrap();
        let mut driver = Driver { stream: port.accept().unwrap().0, commands: 0 };
        let served = std::thread::spawn(move || inserted.serve(&mut chip));

        driver.send(&[1]).unwrap();
        assert_eq!(driver.ask(&[4]).unwrap(), atr);
        let began = Instant::now();
        let mut card = Card::open(&mut driver).ok().unwrap();
        card.read_all(&mut |_| {}).unwrap();
        card.verify(&Pin::new("1234").ok().unwrap()).unwrap();
        let algorithm = card.algorithm();
        card.sign_authentication(algorithm, &vec![7; algorithm.hash_length()]).unwrap();
        card.log_off().unwrap();
        let took = began.elapsed();
        println!("{applet:?}: {} commands, {took:?}", driver.commands - 1);
        // Without prompt ACKs each of about 55 commands waits 40 ms.
        assert!(took < Duration::from_millis(1000), "{applet:?}: {took:?}");

        driver.send(&[2]).unwrap();
        driver.send(&[0]).unwrap();
        pull.out();
        served.join().unwrap().unwrap();
        assert!(driver.ask(&[4]).is_err(), "the card is out");
    }
}
