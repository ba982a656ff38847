//! A card in a reader of pcscd: the protocol of the `vpcd` driver (vsmartcard). Each message is a two-byte length and a body; one-byte
//! bodies switch the power or ask for the answer to reset, longer ones are APDUs.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use crate::applet::VirtualCard;

const POWER_OFF: u8 = 0x00;
const POWER_ON: u8 = 0x01;
const RESET: u8 = 0x02;
const GIVE_ATR: u8 = 0x04;

/// A card that is in the reader. To pull it out close the connection: [`Pull`].
pub struct Inserted {
    stream: TcpStream,
}

/// Pulls a card out of its reader, from another thread.
pub struct Pull(TcpStream);

impl Pull {
    pub fn out(&self) {
        // An error means it is out already.
        let _ = self.0.shutdown(Shutdown::Both);
    }
}

/// Connects to a waiting reader, `host:port`. pcscd notices the card within about a second.
pub fn insert(reader: &str) -> io::Result<Inserted> {
    let stream = TcpStream::connect(reader)?;
    stream.set_nodelay(true)?;
    Ok(Inserted { stream })
}

/// As [`insert`], for a reader that is only being started: tries for up to `patience`.
pub fn insert_patiently(reader: &str, patience: Duration) -> io::Result<Inserted> {
    let step = Duration::from_millis(20);
    for _ in 0..patience.as_millis() / step.as_millis() {
        if let Ok(inserted) = insert(reader) {
            return Ok(inserted);
        }
        std::thread::sleep(step);
    }
    insert(reader)
}

impl Inserted {
    /// A handle that pulls the card out.
    pub fn pull(&self) -> io::Result<Pull> {
        self.stream.try_clone().map(Pull)
    }

    /// Serves `card` until it is pulled out or the reader goes away.
    pub fn serve(mut self, card: &mut VirtualCard) -> io::Result<()> {
        loop {
            // vpcd writes length and body apart: without a prompt ACK each command waits 40 ms. Linux forgets this setting.
            quick_ack(&self.stream)?;
            let message = match self.receive() {
                Err(error) if gone(&error) => return Ok(()),
                other => other?,
            };
            match message.as_slice() {
                [] => {}
                [POWER_OFF | POWER_ON | RESET] => card.reset(),
                [GIVE_ATR] => self.send(card.atr())?,
                [_] => {}
                command => self.send(&card.transmit(command))?,
            }
        }
    }

    fn receive(&mut self) -> io::Result<Vec<u8>> {
        let mut length = [0; 2];
        self.stream.read_exact(&mut length)?;
        quick_ack(&self.stream)?;
        let mut body = vec![0; usize::from(u16::from_be_bytes(length))];
        self.stream.read_exact(&mut body)?;
        Ok(body)
    }

    fn send(&mut self, body: &[u8]) -> io::Result<()> {
        let length = u16::try_from(body.len()).map_err(io::Error::other)?;
        self.stream.write_all(&[&length.to_be_bytes(), body].concat())
    }
}

fn gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::NotConnected
    )
}

#[cfg(target_os = "linux")]
fn quick_ack(stream: &TcpStream) -> io::Result<()> {
    std::os::linux::net::TcpStreamExt::set_quickack(stream, true)
}

#[cfg(not(target_os = "linux"))]
fn quick_ack(_: &TcpStream) -> io::Result<()> {
    Ok(())
}
