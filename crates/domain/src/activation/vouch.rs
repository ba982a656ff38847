//! An old phone vouches for a new one: no number, no bank, no card (docs/life.md §6).

use super::{Activation, ChoosingCode, Contact, Known, Stage};
use crate::identity::Identity;
use crate::refusal::Refusal;

impl Activation {
    /// Waits for an old phone.
    pub fn ask_old_phone(self, now: i64) -> Result<Activation, Refusal> {
        self.alive(now)?;
        match &self.stage {
            Stage::Number | Stage::Email { .. } | Stage::Vouch => Ok(self.to(Stage::Vouch)),
            _ => Err(Refusal::WrongStep),
        }
    }

    /// The old phone vouched: only the code is left to choose.
    pub fn vouched(self, contact: Contact, identity: Identity, known: Known, now: i64) -> Result<Activation, Refusal> {
        self.alive(now)?;
        match &self.stage {
            Stage::Vouch => {
                let choosing = ChoosingCode { contact, identity, known: Some(known), card: None };
                Ok(self.to(Stage::Code(Box::new(choosing))))
            }
            _ => Err(Refusal::WrongStep),
        }
    }
}
