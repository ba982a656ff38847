//! The chip's memory of its cardholder: PIN, counter, what was presented.

use eid_card::Pin;

use crate::applet::status;

/// Tries of a fresh card.
const TRIES: u8 = 3;

/// How long ago the PIN came.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Presented {
    No,
    /// With the command before; `true` when an MSE SET came between.
    Just(bool),
    Before,
}

pub(crate) struct Cardholder {
    /// `None`: the image's PIN is none, so no entry is right.
    block: Option<[u8; 8]>,
    left: u8,
    presented: Presented,
}

impl Cardholder {
    pub(crate) fn new(pin: &str, tries: u8) -> Cardholder {
        let block = Pin::new(pin).ok().map(|pin| *pin.block());
        Cardholder { block, left: tries.min(TRIES), presented: Presented::No }
    }

    pub(crate) fn left(&self) -> u8 {
        self.left
    }

    pub(crate) fn presented(&self) -> bool {
        self.presented != Presented::No
    }

    pub(crate) fn just_presented(&self) -> bool {
        matches!(self.presented, Presented::Just(_))
    }

    /// A command was done. VERIFY makes fresh; one MSE SET may follow it; anything else ages.
    pub(crate) fn after(&mut self, command: (u8, u8)) {
        self.presented = match (self.presented, command) {
            (Presented::Just(false), (0x00, 0x20)) => Presented::Just(false),
            (Presented::Just(false), (0x00, 0x22)) => Presented::Just(true),
            (Presented::Just(_), _) => Presented::Before,
            (other, _) => other,
        };
    }

    pub(crate) fn forget(&mut self) {
        self.presented = Presented::No;
    }

    /// VERIFY; without data only the state, which costs nothing.
    pub(crate) fn verify(&mut self, reference: u8, block: &[u8]) -> Result<(), u16> {
        if reference != 0x01 {
            return Err(status::NO_REFERENCE);
        }
        match block.len() {
            0 => {
                // Asking is a command of its own between the PIN and a signature.
                if self.just_presented() {
                    self.presented = Presented::Before;
                }
                if self.presented() { Ok(()) } else { Err(self.state()) }
            }
            8 => self.compare(block),
            _ => Err(status::WRONG_LENGTH),
        }
    }

    /// CHANGE REFERENCE DATA: old block, new block.
    pub(crate) fn change(&mut self, reference: u8, blocks: &[u8]) -> Result<(), u16> {
        if reference != 0x01 {
            return Err(status::NO_REFERENCE);
        }
        let Some((old, new)) = blocks.split_first_chunk::<8>() else { return Err(status::WRONG_LENGTH) };
        let new: [u8; 8] = new.try_into().map_err(|_| status::WRONG_LENGTH)?;
        self.compare(old)?;
        self.block = Some(well_formed(new).ok_or(status::WRONG_DATA)?);
        Ok(())
    }

    fn compare(&mut self, block: &[u8]) -> Result<(), u16> {
        if self.left == 0 {
            return Err(status::BLOCKED);
        }
        if self.block.is_some_and(|pin| pin == block) {
            self.left = TRIES;
            self.presented = Presented::Just(false);
            return Ok(());
        }
        self.left -= 1;
        self.presented = Presented::No;
        Err(0x63C0 | u16::from(self.left))
    }

    fn state(&self) -> u16 {
        if self.left == 0 { status::BLOCKED } else { 0x63C0 | u16::from(self.left) }
    }
}

/// Format 2 with 4 to 12 digits.
fn well_formed(block: [u8; 8]) -> Option<[u8; 8]> {
    let nibbles = block.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]);
    let (head, digits) = (block.first()? >> 4, usize::from(block.first()? & 0x0F));
    let right = nibbles.skip(2).enumerate().all(|(at, nibble)| if at < digits { nibble <= 9 } else { nibble == 0x0F });
    (head == 2 && (4..=12).contains(&digits) && right).then_some(block)
}
