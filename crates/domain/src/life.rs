//! What can become of an account: the only place that says which state follows which (docs/life.md §1).
//!
//! Journeys ask [`Life::after`] before they write a row; the walk in the trials asks it for every state and act; the drawing in
//! the documentation is made from it.

use serde::{Deserialize, Serialize};

/// Who blocked an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// In the app.
    Citizen,
    /// On the site, with the code the app showed.
    BlockCode,
    /// On the site, with bank or identity card.
    Card,
    /// The fifth wrong code.
    WrongCodes,
    /// An earlier contact said "that was not me" within three days.
    StopCode,
    Helpdesk,
}

impl By {
    pub const ALL: [By; 6] = [By::Citizen, By::BlockCode, By::Card, By::WrongCodes, By::StopCode, By::Helpdesk];

    /// The word in the row and in the contract.
    pub fn word(self) -> &'static str {
        match self {
            By::Citizen => "citizen",
            By::BlockCode => "block_code",
            By::Card => "card",
            By::WrongCodes => "wrong_codes",
            By::StopCode => "stop_code",
            By::Helpdesk => "helpdesk",
        }
    }

    pub fn read(word: &str) -> Option<By> {
        By::ALL.into_iter().find(|by| by.word() == word)
    }
}

/// How an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Standing {
    Open,
    Blocked(By),
    /// The helpdesk suspects fraud: nothing opens it but two of its people.
    Held,
    Closed,
}

impl Standing {
    /// The words of the row: state and by whom.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Standing::Open => ("open", ""),
            Standing::Blocked(by) => ("blocked", by.word()),
            Standing::Held => ("held", By::Helpdesk.word()),
            Standing::Closed => ("closed", By::Citizen.word()),
        }
    }

    /// From the row; `None` for a row that fits no state.
    pub fn read(state: &str, by: &str) -> Option<Standing> {
        Some(match state {
            "open" if by.is_empty() => Standing::Open,
            "blocked" => Standing::Blocked(By::read(by)?),
            "held" => Standing::Held,
            "closed" => Standing::Closed,
            _ => return None,
        })
    }
}

/// The phone that acts for an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Phone {
    None,
    /// May only log in for a day.
    Limited,
    Works,
}

/// An account and its phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Life {
    pub standing: Standing,
    pub phone: Phone,
}

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Act {
    /// A first activation, or one of somebody whose account is closed: a new account.
    Activate,
    Block(By),
    Hold,
    Release,
    /// With bank or identity card. `distrusted`: with the very document of a comeback that was stopped.
    Reactivate {
        distrusted: bool,
        /// The old phone said yes.
        vouched: bool,
    },
    /// The old phone approves a new one.
    NewPhone,
    /// Number, mail address, fingerprint, code: what a limited account may not.
    Change,
    /// A number change, in the app or by the helpdesk: allowed where [`Act::Change`] is, and limits.
    ChangeNumber {
        by_helpdesk: bool,
    },
    /// The day is over.
    Day,
    Close,
}

/// What somebody must have, or be, to do an [`Act`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Need {
    /// The phone that acts for the account.
    Phone,
    /// Its five-digit code.
    Code,
    /// Bank card with its PIN and reader, or identity card with its PIN.
    Card,
    /// A phone that gets the SMS of the number.
    Sim,
    BlockCode,
    StopCode,
    /// Different people of the helpdesk.
    OneOfStaff,
    TwoOfStaff,
    /// Nobody: time.
    Time,
}

/// Why an act does not go on from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoWay {
    /// The helpdesk holds the account.
    Held,
    /// With this document a comeback was stopped.
    Distrusted,
    /// Only logging in works today.
    Limited,
    /// There is no phone that could.
    NoPhone,
    /// It makes no sense here.
    Pointless,
}

impl Act {
    pub const ALL: [Act; 19] = [
        Act::Activate,
        Act::Block(By::Citizen),
        Act::Block(By::BlockCode),
        Act::Block(By::Card),
        Act::Block(By::WrongCodes),
        Act::Block(By::StopCode),
        Act::Block(By::Helpdesk),
        Act::Hold,
        Act::Release,
        Act::Reactivate { distrusted: false, vouched: false },
        Act::Reactivate { distrusted: false, vouched: true },
        Act::Reactivate { distrusted: true, vouched: false },
        Act::Reactivate { distrusted: true, vouched: true },
        Act::NewPhone,
        Act::Change,
        Act::ChangeNumber { by_helpdesk: false },
        Act::ChangeNumber { by_helpdesk: true },
        Act::Day,
        Act::Close,
    ];

    pub fn needs(self) -> &'static [Need] {
        match self {
            Act::Activate => &[Need::Card, Need::Sim],
            Act::Reactivate { vouched: false, .. } => &[Need::Card, Need::Sim],
            Act::Reactivate { vouched: true, .. } => &[Need::Card, Need::Sim, Need::Phone, Need::Code],
            Act::Block(By::Citizen | By::WrongCodes) => &[Need::Phone],
            Act::Block(By::BlockCode) => &[Need::BlockCode],
            Act::Block(By::Card) => &[Need::Card],
            Act::Block(By::StopCode) => &[Need::StopCode],
            Act::Block(By::Helpdesk) | Act::Hold => &[Need::OneOfStaff],
            Act::Release | Act::ChangeNumber { by_helpdesk: true } => &[Need::TwoOfStaff],
            Act::NewPhone | Act::Change | Act::Close => &[Need::Phone, Need::Code],
            Act::ChangeNumber { by_helpdesk: false } => &[Need::Phone, Need::Code, Need::Sim],
            Act::Day => &[Need::Time],
        }
    }

    /// Screens that wait for the person (docs/life.md §2), counted by the browser stories; asking the helpdesk is one. A hold
    /// opens its own case: the helpdesk comes back to the person.
    pub fn screens(self) -> u32 {
        match self {
            Act::Activate => 6,
            Act::Reactivate { vouched: false, .. } => 6,
            // And the two of the old phone.
            Act::Reactivate { vouched: true, .. } => 8,
            Act::NewPhone => 4,
            Act::ChangeNumber { by_helpdesk: true } => 1,
            Act::Block(By::WrongCodes | By::Helpdesk) | Act::Hold | Act::Release | Act::Day => 0,
            Act::Block(By::BlockCode | By::StopCode) => 1,
            Act::Block(By::Citizen) => 2,
            Act::Block(By::Card) => 3,
            Act::Close => 3,
            Act::Change => 4,
            Act::ChangeNumber { by_helpdesk: false } => 5,
        }
    }
}

impl Life {
    /// A person who has no account.
    pub const NOBODY: Life = Life { standing: Standing::Closed, phone: Phone::None };

    /// The person can log in.
    pub fn usable(self) -> bool {
        self.standing == Standing::Open && self.phone != Phone::None
    }

    /// What follows.
    ///
    /// # Errors
    /// Why it does not.
    pub fn after(self, act: Act) -> Result<Life, NoWay> {
        use Standing::{Blocked, Closed, Held, Open};
        let open = |phone| Ok(Life { standing: Open, phone });
        match (self.standing, act) {
            (Closed, Act::Activate) => open(Phone::Works),
            (Closed, _) | (_, Act::Activate) => Err(NoWay::Pointless),
            (Held, Act::Release) => Ok(Life { standing: Blocked(By::Helpdesk), phone: Phone::None }),
            // A document that is no longer trusted is trusted again.
            (Blocked(By::StopCode), Act::Release) => Ok(Life { standing: Blocked(By::Helpdesk), phone: Phone::None }),
            (_, Act::Release) => Err(NoWay::Pointless),
            (Held, Act::Hold | Act::Block(_)) => Err(NoWay::Pointless),
            (Held, _) => Err(NoWay::Held),
            (_, Act::Hold) => Ok(Life { standing: Held, phone: Phone::None }),
            // Only a stop tells more than the block before it: the document is not trusted.
            (Blocked(By::StopCode), Act::Block(_)) => Err(NoWay::Pointless),
            (Blocked(_), Act::Block(by)) if by != By::StopCode => Err(NoWay::Pointless),
            (_, Act::Block(by)) => Ok(Life { standing: Blocked(by), phone: Phone::None }),
            // Whatever became of the account since: only the helpdesk, by two, trusts that document again.
            (_, Act::Reactivate { distrusted: true, .. }) => Err(NoWay::Distrusted),
            (_, Act::Reactivate { vouched: true, .. }) if self.phone != Phone::Works => Err(NoWay::NoPhone),
            (_, Act::Reactivate { vouched, .. }) => open(if vouched { Phone::Works } else { Phone::Limited }),
            (_, Act::Day) => match self.phone {
                Phone::Limited => open(Phone::Works),
                _ => Err(NoWay::Pointless),
            },
            (_, Act::ChangeNumber { by_helpdesk: true }) if self.phone != Phone::Limited => {
                let phone = if self.phone == Phone::Works { Phone::Limited } else { self.phone };
                Ok(Life { standing: self.standing, phone })
            }
            (_, Act::NewPhone | Act::Change | Act::ChangeNumber { .. } | Act::Close) => match (self.phone, act) {
                (Phone::None, _) => Err(NoWay::NoPhone),
                (Phone::Limited, _) => Err(NoWay::Limited),
                (Phone::Works, Act::ChangeNumber { .. }) => open(Phone::Limited),
                (Phone::Works, Act::Close) => Ok(Life { standing: Closed, phone: Phone::None }),
                (Phone::Works, _) => open(Phone::Works),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_standing_comes_back_from_its_row_and_no_other_row_does() {
        let mut all = vec![Standing::Open, Standing::Held, Standing::Closed];
        all.extend(By::ALL.map(Standing::Blocked));
        for standing in all {
            let (state, by) = standing.words();
            assert_eq!(Standing::read(state, by), Some(standing));
        }
        assert_eq!(Standing::read("blocked", "nobody"), None);
        assert_eq!(Standing::read("open", "citizen"), None);
        assert_eq!(Standing::read("asleep", ""), None);
    }

    #[test]
    fn a_stop_after_a_block_still_counts_and_nothing_softens_it() {
        let blocked = |by| Life { standing: Standing::Blocked(by), phone: Phone::None };
        assert_eq!(blocked(By::Citizen).after(Act::Block(By::StopCode)), Ok(blocked(By::StopCode)));
        assert_eq!(blocked(By::StopCode).after(Act::Block(By::Citizen)), Err(NoWay::Pointless));
        assert_eq!(
            blocked(By::StopCode).after(Act::Reactivate { distrusted: true, vouched: false }),
            Err(NoWay::Distrusted)
        );
    }
}
